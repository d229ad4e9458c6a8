"""The secretariat's home: receipts to check, to enter and to chase, and who was not satisfied."""

from django.db.models import Case as Choice
from django.db.models import Exists, F, OuterRef, Q, When
from django.urls import reverse

from apps.proposals.workflow import CaseState
from apps.ratings.models import Receipt
from apps.ratings.queries import DISSATISFIED, receipts_visible_to
from apps.ratings.workflow import ReceiptState
from apps.replies.workflow import ReplyState

from .lines import OF_REPLY
from .piles import OTHERS, WATCHED, Pile, Rows, Waiting

ORDER = ("to-confirm", "to-enter", "unhappy", "own")


_CONFIRMED = Receipt.objects.filter(state=ReceiptState.CONFIRMED, reply__state=ReplyState.ISSUED)
_RATED_AGAIN = Exists(
    _CONFIRMED.filter(case=OuterRef("case"), proposer=OuterRef("proposer"), reply__round__gt=OuterRef("reply__round"))
)
_UNHAPPY = Q(DISSATISFIED, ~_RATED_AGAIN, state=ReceiptState.CONFIRMED)
_UNHAPPY_LATER = Exists(
    _CONFIRMED.filter(
        Q(reply__round__gt=OuterRef("reply__round")) | Q(reply__round=OuterRef("reply__round"), pk__gt=OuterRef("pk")),
        _UNHAPPY,
        case=OuterRef("case"),
    )
)
LAST_UNHAPPY = Q(_UNHAPPY, ~_UNHAPPY_LATER)
"""Of a receipt: the last one of its case that says 不满意, one a case; what its proposer rated again counts no more."""


def rows_of(user, today):
    return [_receipts(user, today)]


def receipt_line(what, action, url=None):
    """`url`: of the receipt's line, else the page of its proposal."""

    def line(receipt):
        is_awaited = receipt.state == ReceiptState.AWAITED
        told = f"{what}，已催收{receipt.reminders}次" if receipt.reminders and is_awaited else what
        address = url(receipt) if url else receipt.case.proposal.get_absolute_url()
        who = f"{receipt.case.unit}·{receipt.proposer}"
        return Waiting(receipt.case.proposal, told, address, action, receipt.waits_until, who)

    return line


def receipt_act(action):
    return lambda receipt: reverse("ratings:act", args=[receipt.pk, action])


def _receipts(user, today):
    receipts = receipts_visible_to(user, today).filter(reply__state=ReplyState.ISSUED)
    receipts = receipts.exclude(case__state=CaseState.ENDED).select_related(*OF_REPLY, "proposer")
    submitted, awaited = Q(state=ReceiptState.SUBMITTED), Q(state=ReceiptState.AWAITED)
    # of the last reply, and the case goes on because of it
    unhappy = Q(LAST_UNHAPPY, reply__round__gte=F("case__round") - 1)
    running = Q(case__state__in=(CaseState.HANDLING, CaseState.REPLIED))
    return Rows(
        receipts,
        (
            Pile(
                "own",
                "我录入、待他人审核",
                submitted & Q(entered_by=user),
                receipt_line("等待另一人审核", "查看", receipt_act("confirm")),
                OTHERS,
            ),
            Pile("to-confirm", "待审核回执", submitted, receipt_line("请审核确认", "审核", receipt_act("confirm"))),
            Pile(
                "to-enter",
                "待录入回执",
                # one of a closed case is still taken if it comes (on the page of the proposal), but nobody waits for it
                awaited & ~Q(case__state=CaseState.CLOSED),
                receipt_line("等待回执", "录入", receipt_act("enter")),
            ),
            Pile("unhappy", "不满意、尚未办结", unhappy & running, receipt_line("评价为不满意", "查看"), WATCHED),
        ),
        # once it has come no term runs any more
        Choice(When(state=ReceiptState.AWAITED, then=F("due_on")), default=None),
    )
