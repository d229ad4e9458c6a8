"""The rules for receipts as data; see proposals/workflow.py."""

from django.db.models import TextChoices

from apps.proposals.workflow import Party, Table, Transition


class ReceiptState(TextChoices):
    PARKED = "parked", "先到登记"
    AWAITED = "awaited", "待反馈"
    SUBMITTED = "submitted", "待审核"
    CONFIRMED = "confirmed", "已确认"


S = ReceiptState
_SECRETARIAT = (Party.SECRETARIAT,)

RECEIPT = Table(
    "receipt",
    "回执",
    ReceiptState,
    (
        Transition("submit", "填写", (S.AWAITED,), (Party.PROPOSER,), S.SUBMITTED),
        Transition("enter", "录入", (S.AWAITED,), _SECRETARIAT, S.SUBMITTED),
        Transition("park", "先到登记", (), _SECRETARIAT, S.PARKED, when="may_come_before_its_reply"),
        Transition("remind", "催收回执", (S.AWAITED,), _SECRETARIAT),
        Transition("confirm", "审核确认", (S.SUBMITTED,), _SECRETARIAT, S.CONFIRMED, when="is_not_who_entered"),
        Transition("return", "退回补正", (S.SUBMITTED,), _SECRETARIAT, S.AWAITED, note_required=True),
        Transition("amend", "更正回执", (S.CONFIRMED,), _SECRETARIAT, S.SUBMITTED, True, "is_not_who_confirmed"),
    ),
)
