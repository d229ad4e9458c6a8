"""Which receipts a user may see, and what confirmed receipts mean for a case."""

from django.db.models import Q
from django.utils import timezone

from apps.accounts.queries import standing_of
from apps.proposals.workflow import predicate
from apps.replies.workflow import ReplyState

from .models import Receipt
from .workflow import ReceiptState


def receipts_visible_to(user, on=None):
    """Receipts with their ratings that `user` may see: until confirmed they are the secretariat's alone."""
    standing = standing_of(user, on or timezone.localdate())
    if standing.is_secretariat:
        return Receipt.objects.all()
    seen = Q(pk__in=())
    if standing.is_office or standing.leads_as:
        seen |= Q(state=ReceiptState.CONFIRMED)
    if standing.units:
        seen |= Q(state=ReceiptState.CONFIRMED, reply__case__unit_id__in=standing.units)
    return Receipt.objects.filter(seen)


def latest_issued_reply(case):
    """The issued reply of the latest round, or None. Reads `case.replies`, so that pages can fetch them ahead."""
    issued = [reply for reply in case.replies.all() if reply.state == ReplyState.ISSUED]
    return max(issued, key=lambda reply: reply.round, default=None)


def latest_confirmed_rating(case):
    """The worst confirmed rating on the latest issued reply, or None."""
    reply = latest_issued_reply(case)
    receipts = reply.receipts.all() if reply else ()
    ratings = [receipt.rating for receipt in receipts if receipt.state == ReceiptState.CONFIRMED]
    return max(ratings, key=lambda rating: rating.rank, default=None)


@predicate
def all_receipts_are_content(case, user, on):
    """For 办结: every receipt of the latest reply confirmed, none of them 不满意."""
    reply = latest_issued_reply(case)
    receipts = list(reply.receipts.all()) if reply else []
    if not receipts or any(receipt.state != ReceiptState.CONFIRMED for receipt in receipts):
        return "回执还没有全部确认。"
    if any(receipt.rating.is_dissatisfied for receipt in receipts):
        return "仍有不满意的回执。"
    return ""


@predicate
def latest_rating_is_dissatisfied(case, user, on):
    """For 二次办理: automatic (no user) after the first round, the office's choice after a later one."""
    rating = latest_confirmed_rating(case)
    if not rating or not rating.is_dissatisfied:
        return "最近一次确认的评价不是不满意。"
    return ""


@predicate
def is_not_who_entered(receipt, user, on):
    return "录入人不能审核自己录入的回执，请由另一人审核。" if user and user.pk == receipt.entered_by_id else ""
