"""The rules for the approval of the annual letter as data; see proposals/workflow.py."""

from django.db.models import TextChoices

from apps.proposals.workflow import Party, Table, Transition


class LetterState(TextChoices):
    DRAFT = "draft", "起草中"
    OFFICE_REVIEW = "office_review", "办公室审核"
    LEADER_REVIEW = "leader_review", "领导签发"
    APPROVED = "approved", "已签发"
    ISSUED = "issued", "已发文"


L = LetterState
_OFFICE, _HEAD, _LEADER = (Party.OFFICE,), (Party.OFFICE_HEAD,), (Party.LEADER,)

ANNUAL_LETTER = Table(
    "letter",
    "年度通报",
    LetterState,
    (
        Transition("submit", "送审", (L.DRAFT,), _OFFICE, L.OFFICE_REVIEW),
        Transition("approve", "审核", (L.OFFICE_REVIEW,), _HEAD, L.LEADER_REVIEW, when="is_not_who_submitted_it"),
        Transition("sign", "签发", (L.LEADER_REVIEW,), _LEADER, L.APPROVED),
        Transition("issue", "登记发文", (L.APPROVED,), _OFFICE, L.ISSUED),
        Transition("return", "退回修改", (L.OFFICE_REVIEW,), _HEAD, L.DRAFT, note_required=True),
        Transition("return", "退回修改", (L.LEADER_REVIEW,), _LEADER, L.DRAFT, note_required=True),
        Transition("recall", "撤回", (L.OFFICE_REVIEW, L.LEADER_REVIEW), _OFFICE, L.DRAFT),
        Transition("revoke", "撤回签发", (L.APPROVED,), _LEADER, L.DRAFT, note_required=True),
        Transition("reopen", "更正", (L.ISSUED,), _OFFICE, L.DRAFT, note_required=True),
    ),
)
