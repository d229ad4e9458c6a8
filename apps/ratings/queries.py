"""Which receipts a user may see, and what confirmed receipts mean for a case."""

from django.db.models import Q
from django.utils import timezone

from apps.accounts.queries import standing_of
from apps.proposals.workflow import predicate
from apps.replies.models import Reply
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
    """The issued reply of the latest round, or None."""
    return Reply.objects.filter(case=case, state=ReplyState.ISSUED).order_by("-round").first()


def latest_confirmed_rating(case):
    """The worst confirmed rating on the latest issued reply, or None."""
    reply = latest_issued_reply(case)
    receipt = (
        reply
        and reply.receipts.filter(state=ReceiptState.CONFIRMED)
        .select_related("rating")
        .order_by("-rating__rank")
        .first()
    )
    return receipt.rating if receipt else None


@predicate
def all_receipts_are_content(case, user, on):
    """For 办结: every receipt of the latest reply confirmed, none of them 不满意."""
    reply = latest_issued_reply(case)
    receipts = list(reply.receipts.select_related("rating")) if reply else []
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
