"""A handling unit's home: what it has to accept, talk over, write, send and keep its word on."""

from dataclasses import replace

from django.db.models import Case as Choice
from django.db.models import Exists, F, OuterRef, Q, When
from django.urls import reverse

from apps.allocation.queries import parts_to_answer
from apps.proposals.models import Contact, ReturnRequest
from apps.proposals.queries import WAITS_UNTIL
from apps.proposals.workflow import ANSWERING, CaseRole, CaseState
from apps.replies.models import Commitment, Reply
from apps.replies.workflow import OPEN_REPLIES, CommitmentState, ReplyState
from apps.reports.models import MaterialAnswer
from apps.reports.workflow import LetterState
from apps.supervision.workflow import CardState

from .lines import (
    OF_COMMITMENT,
    card_line,
    case_line,
    live_cases,
    look_at_case,
    reply_act,
    reply_line,
    reply_page,
    running_cards,
    running_replies,
)
from .piles import OTHERS, Pile, Press, Rows, Waiting

ORDER = (
    "to-approve", "cards", "to-accept", "allocation", "to-talk", "to-draft", "drafts", "opinions", "to-send",
    "promised", "material", "return-asked", "approving", "checking", "leader", "helpers", "answers",
)  # fmt: skip


def rows_of(standing):
    rows = [_cases(standing), _to_draft(standing), _replies(standing), _cards(standing), _commitments(standing),
            _allocation(standing), _material(standing)]  # fmt: skip
    return rows if len(standing.units) > 1 else [_without_unit(one) for one in rows]


def _without_unit(rows):
    """Who works in one unit alone need not be told its name in every line."""

    def shortened(line):
        return lambda row: replace(line(row), since="")

    return replace(rows, piles=tuple(replace(pile, line=shortened(pile.line)) for pile in rows.piles))


def accept_line(case):
    """签收 needs nothing but the click: its button stands in the line."""
    press = Press(
        "签收",
        reverse("proposals:act_on_case", args=[case.pk, "accept"]),
        (("seen", case.stamp), ("then", "home")),
    )
    url = case.proposal.get_absolute_url()
    what = "新交办，请签收或申请退办"
    return Waiting(case.proposal, what, url, "查看", case.accept_due_on, case.unit.name, presses=(press,))


def opinion_line(standing):
    """The head gives the opinion, the clerk prepares it."""

    def line(case):
        action = "advise" if case.unit_id in standing.head_of else "prepare_opinion"
        url = reverse("proposals:act_on_case", args=[case.pk, action])
        what = "请向主办单位提出会办意见"
        return Waiting(case.proposal, what, url, "提意见", case.opinion_due_on, case.unit.name)

    return line


def draft_line(reply):
    came_back = reply.submitted_at is not None
    what = "已退回，请修改后重新送审" if came_back else "继续修改并送审"
    return reply_line(what, "修改", reply_act("edit"))(reply)


def _mine(standing):
    return live_cases().filter(unit_id__in=standing.units)


def _cases(standing):
    asked = Exists(ReturnRequest.objects.filter(case=OuterRef("pk"), ruled_at=None))
    talked = Exists(Contact.objects.filter(case=OuterRef("pk"), round=OuterRef("round")))
    handling = Q(state=CaseState.HANDLING)
    return Rows(
        _mine(standing),
        (
            Pile(
                "return-asked",
                "待裁定的退办",
                Q(asked, state=CaseState.ASSIGNED),
                look_at_case("已申请退办，等待政府办裁定"),
                OTHERS,
            ),
            Pile("to-accept", "待签收", Q(state=CaseState.ASSIGNED), accept_line),
            Pile(
                "to-talk",
                "待沟通",
                Q(handling, ~Q(talked), role__in=ANSWERING),
                case_line("尚无与提案者的沟通记录", "记录沟通", "proposals:act_on_case", "contact_due_on", "contact"),
            ),
            Pile("opinions", "待提会办意见", Q(handling, role=CaseRole.ASSIST), opinion_line(standing)),
            Pile("answers", "待提案者回执", Q(state=CaseState.REPLIED), look_at_case("等待提案者反馈"), OTHERS),
        ),
        Choice(When(pile="to-talk", then=F("contact_due_on")), default=WAITS_UNTIL),
    )


def _to_draft(standing):
    """Apart from the other piles of cases: one that was not talked over may lie here as well."""
    written = Exists(Reply.objects.filter(case=OuterRef("pk"), state__in=OPEN_REPLIES))
    line = case_line("请拟写答复", "拟写答复", "replies:draft", "reply_due_on")
    pile = Pile("to-draft", "待拟写答复", Q(~Q(written), state=CaseState.HANDLING, role__in=ANSWERING), line)
    return Rows(_mine(standing), (pile,), "reply_due_on")


def _replies(standing):
    state = ReplyState
    headed = Q(case__unit_id__in=standing.head_of, state=state.UNIT_REVIEW)
    approve = Pile("to-approve", "待签发", headed, reply_line("请审阅并签发", "签发", reply_page))
    send = reply_line(
        "领导已审签，请寄送提案者", "寄送", lambda reply: reverse("ratings:act_on_reply", args=[reply.pk, "issue"])
    )
    return Rows(
        running_replies().filter(case__unit_id__in=standing.units),
        (
            *([approve] if standing.head_of else []),
            Pile("drafts", "草稿与退回", Q(state=state.DRAFT), draft_line),
            Pile("to-send", "待寄送", Q(state=state.SIGNED), send),
            *(
                Pile(name, title, Q(state__in=states), reply_line(title, "查看", reply_page), OTHERS)
                for name, title, states in (
                    ("approving", "待单位负责人签发", (state.UNIT_REVIEW,)),
                    ("checking", "待政府办核稿", (state.OFFICE_REVIEW,)),
                    ("leader", "待领导审签", (state.LEADER_SIGNOFF, state.PAPER_SIGNED)),
                )
            ),
        ),
        "case__reply_due_on",
    )


def _cards(standing):
    mine = running_cards().filter(case__unit_id__in=standing.units)
    line = card_line("，请整改并反馈", "反馈", "answer")
    pile = Pile("cards", "收到的黄牌红牌", Q(state=CardState.ISSUED), line)
    return Rows(mine, (pile,), None, ("issued_on", "pk"))


def _commitments(standing):
    def line(row):
        case = row.reply.case
        url = reverse("replies:act_on_commitment", args=[row.pk, "report"])
        return Waiting(case.proposal, row.text, url, "报告进展", row.due_on, case.unit.name)

    promised = Commitment.objects.filter(
        state=CommitmentState.OPEN, reply__state=ReplyState.ISSUED, reply__case__unit_id__in=standing.units
    )
    promised = promised.exclude(reply__case__state=CaseState.ENDED).select_related(*OF_COMMITMENT)
    return Rows(promised, (Pile("promised", "承诺事项", Q(), line),), "due_on")


def _allocation(standing):
    """征求意见: what the office means to assign to the unit. Its page is not to be seen before it is assigned."""

    def line(part):
        what, due_on = f"拟由本单位{part.get_role_display()}，请反馈意见", part.line.draft.answer_by_on
        url = f"{reverse('allocation:opinions')}#part-{part.pk}"
        return Waiting(part.line.proposal, what, url, "反馈", due_on, part.unit.name, is_hidden=True)

    asked = parts_to_answer().filter(unit_id__in=standing.units)
    asked = asked.select_related("line__proposal__session", "line__draft", "unit")
    pile = Pile("allocation", "待答复的分办意见", Q(), line)
    return Rows(asked, (pile,), "line__draft__answer_by_on", ("line__proposal__number_order", "pk"))


def _material(standing):
    """What the office asks for the annual letter: until that is issued."""

    def line(row):
        url = reverse("reports:material_give", args=[row.pk])
        return Waiting(row.request.letter, row.request.text, url, "反馈", row.request.due_on, row.unit.name)

    asked = MaterialAnswer.objects.filter(unit_id__in=standing.units, answered_at=None, withdrawn_at=None)
    asked = asked.exclude(request__letter__state=LetterState.ISSUED)
    asked = asked.select_related("request__letter__session", "unit")
    return Rows(asked, (Pile("material", "待反馈的通报素材", Q(), line),), "request__due_on")
