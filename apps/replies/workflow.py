"""The rules for replies and commitments as data; see proposals/workflow.py."""

from django.db.models import TextChoices

from apps.proposals.workflow import Party, Table, Transition


class ReplyState(TextChoices):
    DRAFT = "draft", "拟稿"
    UNIT_REVIEW = "unit_review", "单位审核"
    OFFICE_REVIEW = "office_review", "政府办核稿"
    LEADER_SIGNOFF = "leader_signoff", "领导审签"
    SIGNED = "signed", "已审签"
    ISSUED = "issued", "已寄送"
    VOID = "void", "已作废"


class CommitmentState(TextChoices):
    OPEN = "open", "落实中"
    REPORTED = "reported", "待核实"
    FULFILLED = "fulfilled", "已落实"
    LAPSED = "lapsed", "终止并作说明"


R = ReplyState
OPEN_REPLIES = (R.DRAFT, R.UNIT_REVIEW, R.OFFICE_REVIEW, R.LEADER_SIGNOFF, R.SIGNED)
_UNIT = (Party.UNIT, Party.UNIT_HEAD)

REPLY = Table(
    "reply",
    "答复",
    ReplyState,
    (
        Transition("draft", "拟稿", (), _UNIT, R.DRAFT, when="may_be_drafted"),
        Transition("edit", "修改", (R.DRAFT,), _UNIT),
        Transition("submit", "送审", (R.DRAFT,), (Party.UNIT,), R.UNIT_REVIEW),
        Transition("recall", "撤回", (R.UNIT_REVIEW,), (Party.UNIT,), R.DRAFT),
        Transition(
            "unit_approve", "单位签发", (R.UNIT_REVIEW,), (Party.UNIT_HEAD,), R.OFFICE_REVIEW, when="is_not_submitter"
        ),
        Transition("polish", "核改", (R.OFFICE_REVIEW,), (Party.OFFICE,)),
        Transition("office_forward", "核稿报审", (R.OFFICE_REVIEW,), (Party.OFFICE,), R.LEADER_SIGNOFF),
        Transition("sign", "审签", (R.LEADER_SIGNOFF,), (Party.LEADER,), R.SIGNED),
        Transition("return", "退回修改", (R.UNIT_REVIEW,), (Party.UNIT_HEAD,), R.DRAFT, note_required=True),
        Transition("return", "退回修改", (R.OFFICE_REVIEW,), (Party.OFFICE,), R.DRAFT, note_required=True),
        Transition("return", "退回修改", (R.LEADER_SIGNOFF,), (Party.LEADER,), R.DRAFT, note_required=True),
        Transition("revoke", "撤回审签", (R.SIGNED,), (Party.LEADER,), R.DRAFT, note_required=True),
        Transition("issue", "寄送答复", (R.SIGNED,), (Party.UNIT, Party.UNIT_HEAD, Party.OFFICE), R.ISSUED),
    ),
)
