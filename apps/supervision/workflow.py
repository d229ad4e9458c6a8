"""The rules for cards as data; see proposals/workflow.py."""

from django.db.models import TextChoices

from apps.proposals.workflow import Party, Table, Transition


class CardState(TextChoices):
    PROPOSED = "proposed", "拟发"
    ISSUED = "issued", "已发牌"
    ANSWERED = "answered", "已反馈"
    LIFTED = "lifted", "已摘牌"
    WITHDRAWN = "withdrawn", "已撤销"


S = CardState
LIVE_CARDS = (S.PROPOSED, S.ISSUED)  # of these there is one a case, rule, round and colour
_OFFICE = (Party.OFFICE,)

CARD = Table(
    "card",
    "黄牌红牌",
    CardState,
    (
        Transition("propose", "拟发", (), (Party.OPERATOR,), S.PROPOSED),
        Transition("issue", "发牌", (S.PROPOSED,), _OFFICE, S.ISSUED),
        Transition("issue", "发牌", (), _OFFICE, S.ISSUED),
        Transition("dismiss", "不发", (S.PROPOSED,), _OFFICE, S.WITHDRAWN, note_required=True),
        Transition(
            "answer",
            "整改反馈",
            (S.ISSUED,),
            (Party.UNIT, Party.UNIT_HEAD, Party.OFFICE_FOR),
            S.ANSWERED,
        ),
        Transition("object", "申辩", (S.ISSUED,), (Party.UNIT_HEAD, Party.OFFICE_FOR), note_required=True),
        Transition("raise", "升级红牌", (S.ISSUED,), _OFFICE, S.ISSUED, True, "is_yellow_without_a_red"),
        Transition("lift", "摘牌", (S.ANSWERED,), _OFFICE, S.LIFTED, True, "is_not_who_answered"),
        Transition("withdraw", "撤销", (S.ISSUED, S.ANSWERED), _OFFICE, S.WITHDRAWN, note_required=True),
    ),
)
