"""Sending replies out and taking receipts in; what a confirmed receipt brings about. See proposals/operations.py."""

from django.utils import timezone

from apps.calendars.deadlines import deadline
from apps.proposals.attachments import store
from apps.proposals.models import Attachment, Session
from apps.proposals.operations import advance, audit, check_day, follow, operation
from apps.proposals.workflow import CaseState, NotAllowed, OutOfTurn, Party, Refused
from apps.replies.operations import copy_as_draft
from apps.replies.queries import is_number_used
from apps.replies.workflow import ReplyState

from . import links
from .models import Receipt
from .queries import (
    all_receipts_are_content,
    check_park,
    has_no_later_reply,
    latest_issued_reply,
    proposers_asked,
    still_to_do_before_closing_unanswered,
)
from .workflow import ReceiptState


@operation
def issue(reply, *, by, at, number, issued_on, means, note=""):
    """寄送答复: the signed reply goes to the proposer, the case becomes replied and the receipts are awaited.

    A day before the sign-off is taken as it was, with a note, and stays marked in the history.
    """
    case, session = reply.case, reply.case.proposal.session
    check_day(issued_on, session, at, "答复日期")
    data = {"number": number, "issued_on": str(issued_on)}
    if reply.signed_at and issued_on < timezone.localdate(reply.signed_at):
        early = issued_on < case.assigned_on
        than = f"交办日期（{case.assigned_on:%Y-%m-%d}）" if early else "领导审签日期"
        if not note.strip():
            raise Refused(f"答复日期（{issued_on:%Y-%m-%d}）早于{than}。如确系先寄后签，请在说明中写明原因。")
        data["unusual"] = "答复早于交办" if early else "先寄后签"
    if reply.state == ReplyState.SIGNED and reply.signed_hash != reply.content_hash:
        raise OutOfTurn("答复内容与领导审签时不一致，不能寄送；请退回重新审签。")
    if not number.strip() and not reply.is_meeting:
        raise Refused("请填写答复文号。")
    Session.objects.select_for_update().get(pk=session.pk)  # of two who use one number at once, one is told
    if number and is_number_used(number, session, reply):
        raise Refused(f"答复文号“{number}”已用于另一件答复或公文，请核对。")
    changes = dict(number=number, issued_on=issued_on, means=means, issued_by=by, issued_at=at)
    data["commitments"] = [promise.pk for promise in reply.commitments.all()]  # followed up from now on
    if reply.is_supplementary:
        advance(reply, "issue", by=by, at=at, note=note, data=data, **changes)
        return reply
    receipts = []

    def ask():
        receipts.extend(_await_receipts(reply))
        told = [[receipt.pk, receipt.proposer.name, receipt.state] for receipt in receipts]
        return follow(case, CaseState.REPLIED, at=at) | {"receipts": told}

    advance(reply, "issue", by=by, at=at, note=note, data=data, then=ask, due_on=case.reply_due_on, **changes)
    for receipt in receipts:
        if receipt.state == ReceiptState.SUBMITTED:
            audit(receipt, "park", by=by, at=at, reply=reply.pk)
    return reply


def _await_receipts(reply):
    """A Receipt for each proposer who is asked; one that came before (先到登记) is there to be confirmed at once."""
    case = reply.case
    due = deadline(reply.issued_on, case.proposal.session.limit("receipt"))
    parked = {receipt.proposer_id: receipt for receipt in case.receipts.filter(state=ReceiptState.PARKED)}
    for proposer in proposers_asked(case):
        if receipt := parked.get(proposer.pk):
            Receipt.objects.filter(pk=receipt.pk).update(
                state=ReceiptState.SUBMITTED, reply=reply, due_on=due.due_on, due_basis=due.basis()
            )
            receipt.state = ReceiptState.SUBMITTED
            yield receipt
        else:
            yield Receipt.objects.create(
                case=case, reply=reply, proposer=proposer, due_on=due.due_on, due_basis=due.basis()
            )


def _checked_ratings(session, rating, attitude):
    for given in filter(None, (rating, attitude)):
        if given.session_id != session.pk:
            raise Refused("所选评价不属于本届次。")
    if session.asks_attitude and not attitude:
        raise Refused("本届次要求对办理态度和办理结果分别评价，请选择办理态度的评价。")
    return dict(rating=rating, attitude=attitude if session.asks_attitude else None)


def _told(rating, attitude, received_on):
    return {"rating": rating.name, "received_on": str(received_on)} | ({"attitude": attitude.name} if attitude else {})


@operation
def submit(receipt, rating, *, by, at, token, attitude=None, comment=""):
    """填写 by the proposer (`by`, a Proposer), who holds the link with this `token`; received on the day itself.

    Nobody entered it, so any one secretary may confirm it. The trail keeps the comment: there is no scan of it.
    Raises NotAllowed where the token is of another receipt, of another proposer, too old, or from before a return.
    """
    on = timezone.localdate(at)
    if by != receipt.proposer or not links.is_good(token, receipt, on):
        raise NotAllowed("这个链接已经失效。")
    given = _checked_ratings(receipt.case.proposal.session, rating, attitude)
    data = _told(rating, given["attitude"], on) | {"comment": comment.strip()}
    advance(receipt, "submit", by=by, at=at, as_party=Party.PROPOSER, data=data, comment=comment.strip(),
            received_on=on, **given)  # fmt: skip
    return receipt


@operation
def enter(receipt, rating, *, by, at, received_on, scan, attitude=None, comment="", note=""):
    """录入: a rating from the paper form, its scan attached. A form older than the reply needs a note."""
    session = receipt.case.proposal.session
    check_day(received_on, session, at, "回执日期")
    given = _checked_ratings(session, rating, attitude)
    if not scan:
        raise Refused("请上传回执的扫描件。")
    data = _told(rating, given["attitude"], received_on)
    issued_on = receipt.reply.issued_on if receipt.reply else None
    if issued_on and received_on < issued_on:
        if not note.strip():
            raise Refused("回执日期早于答复日期。如确系如此，请在说明中写明原因。")
        data["unusual"] = "回执早于答复"
    advance(receipt, "enter", by=by, at=at, note=note, data=data, comment=comment.strip(), received_on=received_on,
            entered_by=by, entered_at=at, **given)  # fmt: skip
    _keep_scan(receipt, scan, by, at)
    return receipt


def _keep_scan(receipt, scan, by, at):
    """Stores the scan of a form; those of an entry that was sent back stay beside it."""
    store(scan, Attachment.Owner.RECEIPT, receipt.pk, proposal=receipt.case.proposal, by=by, at=at)


@operation
def park(case, proposer, rating, *, by, at, received_on, scan, attitude=None, comment="", note=""):
    """先到登记: a form that came before its reply was recorded; it waits for it, then for the second person."""
    session = case.proposal.session
    check_day(received_on, session, at, "回执日期")
    row = check_park(case, user=by, on=timezone.localdate(at))
    if proposer not in proposers_asked(case):
        raise Refused(f"{proposer}不是征询意见的提案者。")
    if case.receipts.filter(state=ReceiptState.PARKED, proposer=proposer).exists():
        raise Refused(f"{proposer}的回执已先到登记，没有重复登记。")
    if not scan:
        raise Refused("请上传回执的扫描件。")
    given = _checked_ratings(session, rating, attitude)
    receipt = Receipt.objects.create(
        case=case,
        proposer=proposer,
        state=row.target,
        comment=comment.strip(),
        received_on=received_on,
        entered_by=by,
        entered_at=at,
        **given,
    )
    _keep_scan(receipt, scan, by, at)
    data = _told(rating, given["attitude"], received_on) | {"unusual": "回执早于答复"}
    audit(receipt, "park", by=by, at=at, note=note, **data)
    return receipt


@operation
def remind(receipt, *, by, at, note=""):
    """催收回执: the proposer was reminded; two reminders may precede 未反馈结案."""
    advance(receipt, "remind", by=by, at=at, note=note, data={"times": receipt.reminders + 1},
            reminders=receipt.reminders + 1, reminded_on=timezone.localdate(at))  # fmt: skip
    return receipt


@operation
def send_back(receipt, *, by, at, note):
    """退回补正: the receipt is awaited again, under a new link; what had been entered stays in the trail."""
    data = {"rating": receipt.rating.name if receipt.rating else ""}
    advance(receipt, "return", by=by, at=at, note=note, data=data, rating=None, attitude=None, comment="",
            received_on=None, entered_by=None, entered_at=None, returns=receipt.returns + 1)  # fmt: skip
    return receipt


@operation
def confirm(receipt, *, by, at):
    """审核确认 by a second person. All content: the case is closed. 不满意 in the first round: it is handled again.

    In later rounds a 不满意 waits for the office's choice. A receipt of an earlier round changes no state; one that
    comes after 未反馈结案 is taken, and 不满意 then opens the case again.
    """
    advance(receipt, "confirm", by=by, at=at, confirmed_by=by, confirmed_at=at, confirmed_on=timezone.localdate(at),
            data={"rating": receipt.rating.name if receipt.rating else ""})  # fmt: skip
    case = receipt.case
    if latest_issued_reply(case) != receipt.reply or case.state not in (CaseState.REPLIED, CaseState.CLOSED):
        return receipt
    if receipt.is_dissatisfied:
        if case.round == 1:
            _begin_round(case, by=by, at=at, as_party=Party.RECEIPTS)
    elif case.state == CaseState.REPLIED and not all_receipts_are_content(case, None, None):
        advance(case, "close", by=by, at=at, as_party=Party.RECEIPTS, closed_on=timezone.localdate(at))
    return receipt


@operation
def amend(receipt, rating, *, by, at, note, received_on, attitude=None, comment=""):
    """更正回执 by another than who confirmed it: the case is put back where it can be, a second person confirms again.

    The event keeps what stood before; the amended receipt is in no figure until it is confirmed.
    """
    session = receipt.case.proposal.session
    check_day(received_on, session, at, "回执日期")
    given = _checked_ratings(session, rating, attitude)
    before = {
        "rating": receipt.rating.name if receipt.rating else "",
        "attitude": receipt.attitude.name if receipt.attitude else "",
        "received_on": str(receipt.received_on or ""),
        "comment": receipt.comment,
    }
    data = _told(rating, given["attitude"], received_on) | {"before": before}
    advance(receipt, "amend", by=by, at=at, note=note, data=data, comment=comment.strip(), received_on=received_on,
            entered_by=by, entered_at=at, confirmed_by=None, confirmed_at=None, confirmed_on=None,
            **given)  # fmt: skip
    case, reply = receipt.case, receipt.reply
    is_decided = latest_issued_reply(case) == reply and case.state in (CaseState.CLOSED, CaseState.HANDLING)
    if is_decided and not has_no_later_reply(case, None, None):
        _put_back(case, reply, by=by, at=at)
    return receipt


def _put_back(case, reply, *, by, at):
    """撤销办结或二次办理: as after the reply, with the deadline it had then."""
    basis = case.deadline_basis
    if case.round > reply.round:
        basis = basis | {"reply": {"explanation": "回执更正，恢复二次办理以前的期限"}}
    advance(case, "undo", by=by, at=at, as_party=Party.RECEIPTS, round=reply.round, closed_on=None,
            reply_due_on=reply.due_on or case.reply_due_on, deadline_basis=basis)  # fmt: skip


@operation
def rehandle(case, *, by, at, note=""):
    """二次办理 by the office's choice, after a later round ended in 不满意."""
    _begin_round(case, by=by, at=at, note=note)
    return case


def _begin_round(case, *, by, at, note="", as_party=None):
    due = deadline(timezone.localdate(at), case.proposal.session.limit("rehandle"))
    advance(
        case,
        "rehandle",
        by=by,
        at=at,
        note=note,
        as_party=as_party,
        round=case.round + 1,
        reply_due_on=due.due_on,
        closed_on=None,
        deadline_basis=case.deadline_basis | {"reply": due.basis()},
    )


@operation
def close_unanswered(case, *, by, at, note=""):
    """未反馈结案: the term is over and two reminders went out, or a note says why (died, left).

    The rating stays 未反馈.
    """
    on = timezone.localdate(at)
    if (
        case.state == CaseState.REPLIED
        and not note.strip()
        and (missing := still_to_do_before_closing_unanswered(case, on))
    ):
        raise Refused(*missing, "如提案者去世、离任等，请在说明中写明，即可结案。")
    advance(case, "close_unanswered", by=by, at=at, note=note, closed_on=on)
    return case


@operation
def close_agreed(case, *, by, at, note, leader_consent, committee_consent):
    """商定结案 after a second reply that left the proposer dissatisfied; `…_consent`: who agreed, and when."""
    if not leader_consent.strip() or not committee_consent.strip():
        raise Refused("请分别写明领导同意、提案委同意的情况。")
    data = {"leader_consent": leader_consent.strip(), "committee_consent": committee_consent.strip()}
    advance(case, "close_agreed", by=by, at=at, note=note, data=data, closed_on=timezone.localdate(at))
    return case


@operation
def reissue(reply, *, by, at, note):
    """更正重发: the issued reply is void, a draft with its text begins in the same round, the case is handling."""
    case = reply.case
    advance(reply, "reissue", by=by, at=at, note=note, data={"number": reply.number},
            then=lambda: follow(case, CaseState.HANDLING, at=at))  # fmt: skip
    return copy_as_draft(reply, by=by, at=at)
