"""The rules for replies and commitments as data; see proposals/workflow.py."""

from django.db.models import TextChoices

from apps.proposals.workflow import Party, Table, Transition


class ReplyState(TextChoices):
    DRAFT = "draft", "拟稿"
    UNIT_REVIEW = "unit_review", "单位审核"
    OFFICE_REVIEW = "office_review", "政府办核稿"
    LEADER_SIGNOFF = "leader_signoff", "领导审签"
    PAPER_SIGNED = "paper_signed", "纸签待核"
    SIGNED = "signed", "已审签"
    ISSUED = "issued", "已寄送"
    VOID = "void", "已作废"


class CommitmentState(TextChoices):
    OPEN = "open", "落实中"
    REPORTED = "reported", "待核实"
    FULFILLED = "fulfilled", "已落实"
    LAPSED = "lapsed", "终止并作说明"


R, M = ReplyState, CommitmentState
OPEN_REPLIES = (R.DRAFT, R.UNIT_REVIEW, R.OFFICE_REVIEW, R.LEADER_SIGNOFF, R.PAPER_SIGNED, R.SIGNED)
_OFFICE, _HEAD, _LEADER = (Party.OFFICE,), (Party.UNIT_HEAD,), (Party.LEADER,)
_UNIT_OR_PAPER = (Party.UNIT, Party.UNIT_HEAD, Party.OFFICE_FOR)

REPLY = Table(
    "reply",
    "答复",
    ReplyState,
    (
        Transition("draft", "拟稿", (), _UNIT_OR_PAPER, R.DRAFT, when="may_be_drafted"),
        Transition("submit", "送审", (R.DRAFT,), (Party.UNIT, Party.OFFICE_FOR), R.UNIT_REVIEW),
        Transition("edit", "修改", (R.DRAFT,), _UNIT_OR_PAPER),
        Transition(
            "unit_approve",
            "单位签发",
            (R.UNIT_REVIEW,),
            (Party.UNIT_HEAD, Party.OFFICE_FOR),
            R.OFFICE_REVIEW,
            when="is_not_submitter",
        ),
        Transition("recall", "撤回", (R.UNIT_REVIEW,), (Party.UNIT,), R.DRAFT),
        Transition(
            "office_forward", "核稿报审", (R.OFFICE_REVIEW,), _OFFICE, R.LEADER_SIGNOFF, when="is_not_who_entered_it"
        ),
        Transition("polish", "核改", (R.OFFICE_REVIEW,), _OFFICE),
        Transition("sign", "审签", (R.LEADER_SIGNOFF,), _LEADER, R.SIGNED),
        Transition("return", "退回修改", (R.UNIT_REVIEW,), _HEAD, R.DRAFT, note_required=True),
        Transition("return", "退回修改", (R.OFFICE_REVIEW,), _OFFICE, R.DRAFT, note_required=True),
        Transition("return", "退回修改", (R.LEADER_SIGNOFF,), _LEADER, R.DRAFT, note_required=True),
        Transition("sign_on_paper", "纸质审签登记", (R.LEADER_SIGNOFF,), _OFFICE, R.PAPER_SIGNED),
        Transition("redirect", "转请审签", (R.LEADER_SIGNOFF,), (Party.LEADER, Party.OFFICE), None, note_required=True),
        Transition("verify_paper", "核对纸签", (R.PAPER_SIGNED,), _OFFICE, R.SIGNED, when="is_not_who_registered"),
        Transition("reject_paper", "退回纸签", (R.PAPER_SIGNED,), _OFFICE, R.LEADER_SIGNOFF, note_required=True),
        Transition("issue", "寄送答复", (R.SIGNED,), (Party.UNIT, Party.UNIT_HEAD, Party.OFFICE), R.ISSUED),
        Transition("revoke", "撤回审签", (R.SIGNED,), _LEADER, R.DRAFT, note_required=True),
        Transition("reissue", "更正重发", (R.ISSUED,), _OFFICE, R.VOID, True, "has_no_confirmed_receipt"),
        Transition(
            "meet",
            "当面答复",
            (),
            (Party.UNIT_HEAD, Party.OFFICE_FOR),
            R.LEADER_SIGNOFF,
            when="may_be_answered_face_to_face",
        ),
    ),
)

COMMITMENT = Table(
    "commitment",
    "承诺事项",
    CommitmentState,
    (
        Transition("report", "报告进展", (M.OPEN,), _UNIT_OR_PAPER, M.REPORTED, when="is_promised"),
        Transition("verify", "核实", (M.REPORTED,), _OFFICE, M.FULFILLED, when="is_not_who_reported"),
        Transition("send_back", "退回", (M.REPORTED,), _OFFICE, M.OPEN, note_required=True),
        Transition("postpone", "调整时限", (M.OPEN,), _OFFICE, None, True, "is_promised"),
        Transition("lapse", "终止并作说明", (M.OPEN,), _OFFICE, M.LAPSED, True, "is_promised"),
    ),
)
