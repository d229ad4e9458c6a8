"""Which receipts a user may see, and what confirmed receipts mean for a case."""

from django.db.models import Q
from django.utils import timezone

from apps.accounts.queries import standing_of
from apps.proposals.attachments import seen
from apps.proposals.models import Attachment
from apps.proposals.queries import parties_of, why_not
from apps.proposals.workflow import AnotherPerson, CaseState, Refused, predicate
from apps.replies.workflow import OPEN_REPLIES, ReplyState

from .models import Receipt
from .workflow import RECEIPT, ReceiptState

DISSATISFIED = Q(rating__is_dissatisfied=True) | Q(
    case__proposal__session__attitude_counts=True, attitude__is_dissatisfied=True
)  # Receipt.is_dissatisfied as a filter
REMINDERS = 2  # before a case may be closed without an answer


def receipts_visible_to(user, on=None):
    """Receipts with their ratings that `user` may see: until confirmed they are the secretariat's alone."""
    standing = standing_of(user, on or timezone.localdate())
    if standing.is_secretariat:
        return Receipt.objects.all()
    seen = Q(pk__in=())
    if standing.is_office or standing.leads_as:
        seen |= Q(state=ReceiptState.CONFIRMED)
    if standing.units:
        seen |= Q(state=ReceiptState.CONFIRMED, case__unit_id__in=standing.units)
    return Receipt.objects.filter(seen)


def awaited_receipts():
    """Receipts that are waited for, of replies that stand. Nobody waits for one of a closed case any more (未反馈结案),
    though it is still taken if it comes."""
    awaited = Receipt.objects.filter(state=ReceiptState.AWAITED, reply__state=ReplyState.ISSUED)
    return awaited.exclude(case__state__in=(CaseState.ENDED, CaseState.CLOSED))


def latest_issued_reply(case):
    """The issued reply of the latest round, or None. Reads `case.replies`, so that pages can fetch them ahead.

    A supplementary reply (补充答复) asks for nothing and counts for nothing here.
    """
    issued = [reply for reply in case.replies.all() if reply.state == ReplyState.ISSUED and not reply.is_supplementary]
    return max(issued, key=lambda reply: reply.round, default=None)


def receipts_of(reply):
    """The receipts asked for on a reply. Reads `case.receipts`, so that pages can fetch all of a case at once."""
    return [receipt for receipt in reply.case.receipts.all() if receipt.reply_id == reply.pk]


def _receipts_of_latest(case):
    reply = latest_issued_reply(case)
    receipts = receipts_of(reply) if reply else []
    for receipt in receipts:
        receipt.case, receipt.reply = case, reply  # known already: no question to the database for each
    return receipts


def proposers_asked(case):
    """The Proposers who are asked for a receipt on a reply of the case: the first, or all where the session says so.

    Those of the proposals merged into it (并案) get a receipt of their own.
    """
    asks_all = case.proposal.session.asks_cosigners
    return [one for group in _proposers_by_proposal(case) for one in (group if asks_all else group[:1])]


def proposers_answered(case):
    """The Proposers to whom a reply of the case goes: all of the proposal and of those merged into it."""
    return [one for group in _proposers_by_proposal(case) for one in group]


def _proposers_by_proposal(case):
    """Reads `proposal.merged` and `proposers`, so that pages can fetch them ahead."""
    merged = sorted(case.proposal.merged.all(), key=lambda one: (one.number_order, one.pk))
    return [list(proposal.proposers.all()) for proposal in (case.proposal, *merged)]


@predicate
def all_receipts_are_content(case, user, on):
    """For 办结: every receipt of the latest reply confirmed, none of them 不满意."""
    receipts = _receipts_of_latest(case)
    if not receipts or any(receipt.state != ReceiptState.CONFIRMED for receipt in receipts):
        return "回执还没有全部确认。"
    if any(receipt.is_dissatisfied for receipt in receipts):
        return "仍有不满意的回执。"
    return ""


@predicate
def latest_rating_is_dissatisfied(case, user, on):
    """For 二次办理: automatic (no user) after the first round, the office's choice after a later one."""
    confirmed = [receipt for receipt in _receipts_of_latest(case) if receipt.state == ReceiptState.CONFIRMED]
    if not any(receipt.is_dissatisfied for receipt in confirmed):
        return "最近一次确认的评价不是不满意。"
    return ""


@predicate
def is_dissatisfied_after_a_second_reply(case, user, on):
    """For 商定结案: from the second reply on."""
    reply = latest_issued_reply(case)
    if not reply or reply.round < 2:
        return "第二次答复以后，才能商定结案。"
    return latest_rating_is_dissatisfied(case, user, on)


@predicate
def has_no_later_reply(case, user, on):
    """For 撤销办结或二次办理: what an amended receipt puts back, while the new round has no reply yet.

    A round that another proposer's 不满意 asks for as well goes on.
    """
    reply = latest_issued_reply(case)
    if not reply:
        return "还没有寄出的答复。"
    if case.state == CaseState.HANDLING and (case.round != reply.round + 1 or _has_reply_of(case, case.round)):
        return "新一轮办理已有答复，不再退回。"
    if case.state == CaseState.HANDLING and not latest_rating_is_dissatisfied(case, user, on):
        return "另有提案者的评价仍是不满意，二次办理继续进行。"
    return ""


def _has_reply_of(case, round_):
    return any(reply.round == round_ and reply.state != ReplyState.VOID for reply in case.replies.all())


@predicate
def awaits_receipts_without_dissatisfaction(case, user, on):
    """For 未反馈结案; that the term is over and two reminders went out, or a note, is asked by the operation."""
    receipts = _receipts_of_latest(case)
    if any(receipt.state == ReceiptState.SUBMITTED for receipt in receipts):
        return "有回执正待审核，请先审核确认。"
    if any(receipt.is_dissatisfied for receipt in receipts):
        return "已有不满意的回执，不能按未反馈结案。"
    if not any(receipt.state == ReceiptState.AWAITED for receipt in receipts):
        return "回执都已收回。"
    return ""


def still_to_do_before_closing_unanswered(case, on):
    """What is missing for 未反馈结案 without a note (died, left): Chinese sentences, empty when nothing is."""
    found = []
    for receipt in _receipts_of_latest(case):
        if receipt.state == ReceiptState.AWAITED:
            if receipt.due_on and receipt.due_on >= on:
                found.append(f"{receipt}的反馈期限（{receipt.due_on:%Y-%m-%d}）未过。")
            if receipt.reminders < REMINDERS:
                found.append(f"{receipt}只催收过{receipt.reminders}次，应催收{REMINDERS}次。")
    return found


@predicate
def may_come_before_its_reply(case, user, on):
    """For the row 先到登记, whose thing is the case: the form is there, the reply is not recorded yet."""
    if not case.is_answering:
        return "协办单位不答复提案者，没有回执。"
    if case.state not in (CaseState.ASSIGNED, CaseState.HANDLING):
        return "答复已经登记，请直接录入回执。"
    return ""


@predicate
def has_no_confirmed_receipt(reply, user, on):
    """For 更正重发."""
    if reply.is_supplementary:
        return "补充答复不更正重发，可再拟一份补充答复。"
    if any(receipt.state == ReceiptState.CONFIRMED for receipt in receipts_of(reply)):
        return "已有回执经提案委确认，不能更正重发；办结后可拟补充答复。"
    if latest_issued_reply(reply.case) != reply or reply.case.state != CaseState.REPLIED:
        return "只有最近一次答复可以更正重发。"
    if any(other.state in OPEN_REPLIES for other in reply.case.replies.all()):
        return "本承办件有一份正在办理的补充答复，请先办完再更正重发。"
    return ""


@predicate
def has_no_receipt_asked_of_its_proposers(proposal, user, on):
    """For 撤销并案."""
    if Receipt.objects.filter(proposer__proposal=proposal).exists():
        return "主提案已答复并征询了此提案提案者的意见，不能再撤销并案。"
    return ""


@predicate
def is_not_who_entered(receipt, user, on):
    if user and user.pk == receipt.entered_by_id:
        return AnotherPerson("录入人不能审核自己录入的回执，请由另一人审核。")
    return ""


@predicate
def is_not_who_confirmed(receipt, user, on):
    return "确认人不能更正自己确认的回执，请由另一人更正。" if user and user.pk == receipt.confirmed_by_id else ""


def check_park(case, *, user, on):
    """The row 先到登记, taken on the case. Raises NotAllowed or Refused."""
    row = RECEIPT.find("park", "", parties_of(user, on, case))
    if reason := why_not(row, case, user, on):
        raise Refused(reason)
    return row


@seen(Attachment.Owner.RECEIPT)
def _with_its_receipt(attachment, user):
    return receipts_visible_to(user).filter(pk=attachment.owner_key).exists()
