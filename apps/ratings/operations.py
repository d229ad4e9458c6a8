"""Sending replies out and taking receipts in; what a confirmed receipt brings about. See proposals/operations.py."""

from django.utils import timezone

from apps.calendars.deadlines import deadline
from apps.proposals.attachments import store
from apps.proposals.models import Session
from apps.proposals.operations import advance, check_day, follow, operation
from apps.proposals.workflow import CaseState, OutOfTurn, Party, Refused
from apps.replies.models import Reply
from apps.replies.workflow import ReplyState

from .models import Receipt
from .queries import all_receipts_are_content


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
    Session.objects.select_for_update().get(pk=session.pk)  # of two who use one number at once, one is told
    if Reply.objects.filter(case__proposal__session=session, number=number).exclude(pk=reply.pk).exists():
        raise Refused(f"答复文号“{number}”已用于另一件答复，请核对。")
    # the row is checked before its consequence is drawn, and the event tells both
    changes = dict(
        number=number, issued_on=issued_on, means=means, issued_by=by, issued_at=at, due_on=case.reply_due_on
    )
    advance(reply, "issue", by=by, at=at, note=note, data=data | {"case_state": CaseState.REPLIED}, **changes)
    follow(case, CaseState.REPLIED, at=at)
    _await_receipts(reply)
    return reply


def _await_receipts(reply):
    due = deadline(reply.issued_on, reply.case.proposal.session.limit("receipt"))
    first = reply.case.proposal.proposers.first()
    Receipt.objects.create(reply=reply, proposer=first, due_on=due.due_on, due_basis=due.basis())


@operation
def enter(receipt, rating, *, by, at, received_on, scan, comment="", note=""):
    """录入: a rating from the paper form, its scan attached. A form older than the reply needs a note."""
    session = receipt.reply.case.proposal.session
    check_day(received_on, session, at, "回执日期")
    if rating.session_id != session.pk:
        raise Refused("所选评价不属于本届次。")
    if not scan:
        raise Refused("请上传回执的扫描件。")
    data = {"rating": rating.name, "received_on": str(received_on)}
    if receipt.reply.issued_on and received_on < receipt.reply.issued_on:
        if not note.strip():
            raise Refused("回执日期早于答复日期。如确系如此，请在说明中写明原因。")
        data["unusual"] = "回执早于答复"
    advance(receipt, "enter", by=by, at=at, note=note, data=data, rating=rating, comment=comment.strip(),
            received_on=received_on, entered_by=by, entered_at=at)  # fmt: skip
    receipt.scan = store(receipt.reply.case.proposal, scan, by=by, at=at)
    receipt.save(update_fields=["scan"])
    return receipt


@operation
def send_back(receipt, *, by, at, note):
    """退回补正: the receipt is awaited again; what had been entered stays in the trail."""
    data = {"rating": receipt.rating.name if receipt.rating else "", "scan": receipt.scan_id}
    advance(receipt, "return", by=by, at=at, note=note, data=data, rating=None, comment="", received_on=None,
            scan=None, entered_by=None, entered_at=None)  # fmt: skip
    return receipt


@operation
def confirm(receipt, *, by, at):
    """审核确认 by a second person. All content: the case is closed. 不满意 in the first round: it is handled again.

    In later rounds a 不满意 waits for the office's choice. A receipt of an earlier round changes no state.
    """
    advance(receipt, "confirm", by=by, at=at, confirmed_by=by, confirmed_at=at, confirmed_on=timezone.localdate(at),
            data={"rating": receipt.rating.name if receipt.rating else ""})  # fmt: skip
    case = receipt.reply.case
    if receipt.reply.round != case.round or case.state != CaseState.REPLIED:
        return receipt
    if receipt.rating.is_dissatisfied:
        if case.round == 1:
            _begin_round(case, by=by, at=at, as_party=Party.RECEIPTS)
    elif not all_receipts_are_content(case, None, None):
        advance(case, "close", by=by, at=at, as_party=Party.RECEIPTS, closed_on=timezone.localdate(at))
    return receipt


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
