"""What waits for whom: the sections of each post's home page."""

import datetime
from dataclasses import dataclass, field

from django.db.models import Case as Choice
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, When, Window
from django.db.models.functions import Coalesce
from django.urls import reverse

from apps.accounts.queries import standing_of
from apps.calendars.deadlines import Calendar
from apps.proposals.models import Case, Contact, ExtensionRequest, Proposal, ReturnRequest
from apps.proposals.queries import overdue_on
from apps.proposals.workflow import ANSWERING, CaseRole, CaseState, ProposalState
from apps.ratings.models import Receipt
from apps.ratings.queries import DISSATISFIED, receipts_visible_to
from apps.ratings.workflow import ReceiptState
from apps.replies.models import Commitment, Reply
from apps.replies.queries import unattended_on
from apps.replies.workflow import OPEN_REPLIES, CommitmentState, ReplyState
from apps.reports.models import AnnualLetter, Edition, MaterialAnswer
from apps.reports.workflow import LetterState
from apps.supervision.models import Card
from apps.supervision.workflow import CardState
from apps.units.queries import leaders_in_charge, unit_ids_of

from .queries import Remaining, remaining, vacancy

SHOWN = 15  # items of one section of a home page; the count tells how many there are


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a person: which proposal (or an AnnualLetter), what to do, by when, where."""

    proposal: Proposal | AnnualLetter
    what: str
    url: str
    action: str
    due_on: datetime.date | None = None
    since: str = ""
    deadline: "Remaining | None" = None

    @property
    def is_letter(self):
        return isinstance(self.proposal, AnnualLetter)

    @property
    def name(self):
        return str(self.proposal) if self.is_letter else f"第{self.proposal.number}号　{self.proposal.title}"

    @property
    def short_name(self):
        return str(self.proposal) if self.is_letter else f"第{self.proposal.number}号"

    @property
    def name_url(self):
        """What a proposal is about stands on its page; a letter is read where it waits."""
        return self.url if self.is_letter else self.proposal.get_absolute_url()


@dataclass
class Section:
    """A list on a home page: its title, its first items, nearest deadline first, and how many there are."""

    title: str
    items: list = field(default_factory=list)
    count: int = 0
    more: str = ""


def waiting_for(user, today):
    """The sections of the user's home page: only what waits for them, nearest deadline first."""
    standing = standing_of(user, today)
    sections = []
    if standing.is_office:
        sections += _for_office(today)
    if standing.units:
        sections += _for_unit(standing, today)
    if standing.leads_as:
        sections += _for_leader(standing, today)
    if standing.is_office or standing.leads_as:
        sections = _letters(standing, user) + sections
    if standing.is_secretariat:
        sections += _for_secretariat(user, today)
    calendar = Calendar.load()
    for section in sections:
        section.items = [
            Waiting(**{**vars(item), "deadline": remaining(item.due_on, today, calendar) if item.due_on else None})
            for item in section.items
        ]
    return sections


def _section(title, queryset, item, due, more=""):
    """A Section from rows that have a deadline at `due` (a field path or None), nearest first, undated last."""
    if due:
        queryset = queryset.order_by(F(due).asc(nulls_last=True), "pk")
    rows = list(queryset.annotate(in_all=Window(Count("*")))[:SHOWN])  # one query tells the rows and how many there are
    return Section(title, [item(row) for row in rows], rows[0].in_all if rows else 0, more)


CASES = ("proposal__session", "unit")

REPLIES = ("case__proposal__session", "case__unit")

RECEIPTS = ("case__proposal__session", "case__unit", "proposer")

CARDS = ("case__proposal__session", "case__unit")

COMMITMENTS = ("reply__case__proposal__session", "reply__case__unit")


def _running_replies():
    """Replies that somebody can go on with: those of an ended case are only kept."""
    return Reply.objects.exclude(case__state=CaseState.ENDED).select_related(*REPLIES)


def _cards(state):
    """Cards that somebody can go on with."""
    return Card.objects.filter(state=state).exclude(case__state=CaseState.ENDED).select_related(*CARDS)


def _card_item(what, action, name):
    return lambda card: Waiting(
        card.case.proposal, f"{card}{what}", reverse("supervision:act", args=[card.pk, name]), action, None,
        card.case.unit.name,
    )  # fmt: skip


def _live():
    return Case.objects.exclude(state=CaseState.ENDED).select_related(*CASES)


def _case_item(what, action, url_name, due, *args):
    def item(case):
        return Waiting(
            case.proposal, what, reverse(url_name, args=[case.pk, *args]), action, getattr(case, due) if due else None,
            case.unit.name,
        )  # fmt: skip

    return item


def _reply_item(what, action, url):
    def item(reply):
        return Waiting(reply.case.proposal, what, url(reply), action, reply.case.reply_due_on, reply.case.unit.name)

    return item


def _action_url(action=None):
    if action:
        return lambda reply: reverse("replies:act", args=[reply.pk, action])
    return lambda reply: reverse("replies:detail", args=[reply.pk])


WAITS_UNTIL = Choice(  # the deadline of what a running case waits for: acceptance, opinion or reply
    When(state=CaseState.ASSIGNED, then=Coalesce("accept_due_on", "reply_due_on", "opinion_due_on")),
    default=Coalesce("reply_due_on", "opinion_due_on"),
)


def _for_office(today):
    received = Proposal.objects.filter(state=ProposalState.RECEIVED).select_related("session")
    requests = ReturnRequest.objects.filter(ruled_at=None).exclude(case__state=CaseState.ENDED)
    requests = requests.select_related("case__proposal__session", "case__unit")
    extensions = ExtensionRequest.objects.filter(ruled_at=None).exclude(case__state=CaseState.ENDED)
    extensions = extensions.select_related("case__proposal__session", "case__unit")
    replies = _running_replies()
    late = _live().filter(overdue_on(today)).annotate(waits_until=WAITS_UNTIL)
    chosen = (
        _live()
        .filter(state=CaseState.REPLIED, round__gt=1)
        .filter(
            Exists(
                Receipt.objects.filter(
                    DISSATISFIED,
                    case=OuterRef("pk"),
                    reply__round=OuterRef("round"),
                    reply__is_supplementary=False,
                    state=ReceiptState.CONFIRMED,
                )
            )
        )
    )
    return [
        _section(
            "待交办",
            received.order_by("received_on", "number_order"),
            lambda row: Waiting(
                row, "确定承办单位并交办", reverse("proposals:act", args=[row.pk, "assign"]), "交办", None,
                f"{row.received_on:%Y-%m-%d}接收" if row.received_on else "",
            ),
            None,
            reverse("desk:proposals") + "?state=received",
        ),
        _section(
            "待裁定的退办申请",
            requests.order_by("requested_at"),
            lambda row: Waiting(
                row.case.proposal, f"{row.case.unit}申请退办", row.case.proposal.get_absolute_url(), "裁定",
            ),
            None,
        ),
        _section(
            "待裁定的延期申请",
            extensions.order_by("requested_at"),
            lambda row: Waiting(
                row.case.proposal, f"{row.case.unit}申请延至{row.wanted_on:%Y-%m-%d}",
                row.case.proposal.get_absolute_url(), "裁定", row.was_due_on,
            ),
            None,
        ),
        _section(
            "待核对的纸签",
            replies.filter(state=ReplyState.PAPER_SIGNED),
            _reply_item("请另一人核对领导签字件", "核对", _action_url()),
            "case__reply_due_on",
        ),
        _section(
            "待核稿",
            replies.filter(state=ReplyState.OFFICE_REVIEW),
            _reply_item("核改或报领导审签", "核稿", _action_url()),
            "case__reply_due_on",
        ),
        _unattended(replies, today),
        _section(
            "不满意待处理",
            chosen,
            lambda case: Waiting(
                case.proposal, "答复后仍不满意，请决定再次办理或商定结案", case.proposal.get_absolute_url(), "处理",
                None, case.unit.name,
            ),
            None,
        ),
        _section(
            "待核实的承诺",
            Commitment.objects.filter(state=CommitmentState.REPORTED).select_related(*COMMITMENTS),
            lambda row: Waiting(
                row.reply.case.proposal, f"{row.reply.case.unit}已报告进展：{row.text}",
                reverse("replies:act_on_commitment", args=[row.pk, "verify"]), "核实", row.due_on,
            ),
            "due_on",
        ),
        _section(
            "拟发的黄牌红牌",
            _cards(CardState.PROPOSED),
            lambda card: Waiting(
                card.case.proposal, f"拟发{card.get_colour_display()}：{card.get_rule_display()}",
                f"{card.case.proposal.get_absolute_url()}#case-{card.case_id}", "决定", card.due_on,
                card.case.unit.name,
            ),
            "due_on",
        ),
        _section(
            "已反馈待摘牌",
            _cards(CardState.ANSWERED).order_by("answered_at"),
            _card_item("已反馈整改情况", "摘牌", "lift"),
            None,
        ),
        _section(
            "承办单位已超期",
            late,
            lambda case: Waiting(
                case.proposal,
                "未按期签收" if case.state == CaseState.ASSIGNED else "未按期提出会办意见" if not case.is_answering
                else "未按期答复",
                case.proposal.get_absolute_url(), "查看", case.waits_until, case.unit.name,
            ),
            "waits_until",
        ),
    ]  # fmt: skip


def _unattended(replies, today):
    """审签无人: replies that wait for a signature which nobody can give today."""
    unattended = replies.filter(unattended_on(today)).select_related("case__named_signer")
    shown = list(unattended.order_by(F("case__reply_due_on").asc(nulls_last=True), "pk")[:SHOWN])
    in_charge = leaders_in_charge({reply.case.unit_id for reply in shown}, today)
    return Section(
        "审签无人",
        [
            Waiting(
                reply.case.proposal,
                vacancy(reply.case, reply.case.named_signer or in_charge.get(reply.case.unit_id)),
                reply.case.proposal.get_absolute_url(),
                "处理",
                reply.case.reply_due_on,
                reply.case.unit.name,
            )
            for reply in shown
        ],
        unattended.count(),
    )


def _for_unit(standing, today):
    mine = _live().filter(unit_id__in=standing.units)
    replies = _running_replies().filter(case__unit_id__in=standing.units)
    no_talk = ~Exists(Contact.objects.filter(case=OuterRef("pk"), round=OuterRef("round")))
    no_reply = ~Exists(Reply.objects.filter(case=OuterRef("pk"), state__in=OPEN_REPLIES))
    answering = mine.filter(state=CaseState.HANDLING, role__in=ANSWERING)
    sections = [
        _section(
            "收到的黄牌红牌",
            _cards(CardState.ISSUED).filter(case__unit_id__in=standing.units).order_by("issued_on", "pk"),
            _card_item("，请整改并反馈", "反馈", "answer"),
            None,
        ),
        _section(
            "待签收",
            mine.filter(state=CaseState.ASSIGNED),
            _case_item("新交办，请签收或申请退办", "签收", "proposals:act_on_case", "accept_due_on", "accept"),
            "accept_due_on",
        ),
        _section(
            "待沟通",
            answering.filter(no_talk),
            _case_item("尚无与提案者的沟通记录", "记录沟通", "proposals:act_on_case", "contact_due_on", "contact"),
            "contact_due_on",
        ),
        _section(
            "待拟写答复",
            answering.filter(no_reply),
            _case_item("请拟写答复", "拟写答复", "replies:draft", "reply_due_on"),
            "reply_due_on",
        ),
        _section(
            "草稿与退回",
            replies.filter(state=ReplyState.DRAFT),
            _reply_item("继续修改并送审", "修改", _action_url("edit")),
            "case__reply_due_on",
        ),
    ]
    if standing.head_of:
        sections.insert(
            0,
            _section(
                "待签发",
                replies.filter(state=ReplyState.UNIT_REVIEW, case__unit_id__in=standing.head_of),
                _reply_item("请审阅并签发", "签发", _action_url()),
                "case__reply_due_on",
            ),
        )
    sections += [
        _section(
            "待提会办意见",
            mine.filter(state=CaseState.HANDLING, role=CaseRole.ASSIST),
            lambda case: Waiting(
                case.proposal, "请向主办单位提出会办意见",
                reverse(
                    "proposals:act_on_case",
                    args=[case.pk, "advise" if case.unit_id in standing.head_of else "prepare_opinion"],
                ),
                "提意见", case.opinion_due_on, case.unit.name,
            ),
            "opinion_due_on",
        ),
        _section(
            "待寄送",
            replies.filter(state=ReplyState.SIGNED),
            _reply_item(
                "领导已审签，请寄送提案者",
                "寄送",
                lambda reply: reverse("ratings:act_on_reply", args=[reply.pk, "issue"]),
            ),
            "case__reply_due_on",
        ),
        _section(
            "承诺事项",
            Commitment.objects.filter(
                state=CommitmentState.OPEN, reply__state=ReplyState.ISSUED, reply__case__unit_id__in=standing.units
            )
            .exclude(reply__case__state=CaseState.ENDED)
            .select_related(*COMMITMENTS),
            lambda row: Waiting(
                row.reply.case.proposal, row.text, reverse("replies:act_on_commitment", args=[row.pk, "report"]),
                "报告进展", row.due_on, row.reply.case.unit.name,
            ),
            "due_on",
        ),
        _section(
            "待反馈的通报素材",
            MaterialAnswer.objects.filter(
                unit_id__in=standing.units, answered_at=None, withdrawn_at=None
            )
            .exclude(request__letter__state=LetterState.ISSUED)  # it can still be given, but nobody waits for it
            .select_related("request__letter__session", "unit"),
            lambda row: Waiting(
                row.request.letter, row.request.text, reverse("reports:material_give", args=[row.pk]), "反馈",
                row.request.due_on, row.unit.name,
            ),
            "request__due_on",
            reverse("reports:material_asked"),
        ),
    ]  # fmt: skip
    return sections


def _for_leader(standing, today):
    held = Q(case__named_signer_id__in=standing.leads_as) | Q(
        case__named_signer=None, case__unit_id__in=unit_ids_of(standing.leads_as, today)
    )
    to_sign = _running_replies().filter(held, state=ReplyState.LEADER_SIGNOFF)
    supervised = (
        Proposal.objects.filter(supervising_leader_id__in=standing.leads_as)
        .exclude(state=ProposalState.CLOSED)
        .counted()
        .select_related("session")
    )
    return [
        _section("待审签", to_sign, _reply_item("请审阅答复", "审签", _action_url()), "case__reply_due_on"),
        _section(
            "督办的重点提案",
            supervised,
            lambda row: Waiting(row, row.get_state_display(), row.get_absolute_url(), "查看"),
            None,
        ),
    ]


def _letters(standing, user):
    """年度通报: to be approved, signed, issued; and what came back to the office. One query."""
    sections = {}
    latest = Edition.objects.filter(letter=OuterRef("pk")).order_by("-number")
    letters = AnnualLetter.objects.select_related("session", "signer").annotate(
        edition=Subquery(latest.values("pk")[:1]), submitter=Subquery(latest.values("submitted_by")[:1])
    )
    for letter in letters.exclude(edition=None).exclude(state=LetterState.ISSUED).order_by("pk"):
        url = reverse("reports:edition", args=[letter.edition])
        for title, what, action in _letter_steps(letter, standing, user):
            item = Waiting(letter, what, url, action, None, f"签发领导：{letter.signer}")
            section = sections.setdefault(title, Section(title))
            section.items.append(item)
            section.count += 1
    return list(sections.values())


def _letter_steps(letter, standing, user):
    """(section, what to do, word of the button) of what this user has to do with the letter now."""
    if letter.state == LetterState.OFFICE_REVIEW and standing.is_office_head and letter.submitter != user.pk:
        yield "待审核的年度通报", "请审核后报领导签发", "审核"
    if letter.state == LetterState.LEADER_REVIEW and letter.signer_id in standing.leads_as:
        yield "待签发的年度通报", "请审阅并签发", "签发"
    if letter.state == LetterState.APPROVED and standing.is_office:
        yield "待发文的年度通报", "领导已签发，请编号发文", "登记发文"
    if letter.state == LetterState.DRAFT and standing.is_office:
        yield "待重新送审的年度通报", "已退回、撤回或更正，请修改后重新送审", "查看"


def _for_secretariat(user, today):
    receipts = receipts_visible_to(user, today).select_related(*RECEIPTS).filter(reply__state=ReplyState.ISSUED)
    receipts = receipts.exclude(case__state=CaseState.ENDED)

    def item(what, action, name):
        return lambda row: Waiting(
            row.case.proposal,
            f"{what}，已催收{row.reminders}次" if row.reminders and row.state == ReceiptState.AWAITED else what,
            reverse("ratings:act", args=[row.pk, name]), action,
            row.due_on if row.state == ReceiptState.AWAITED else None,  # it has come: no term runs any more
            f"{row.case.unit}·{row.proposer}",
        )  # fmt: skip

    to_confirm = receipts.filter(state=ReceiptState.SUBMITTED)
    own = to_confirm.filter(entered_by=user)
    return [
        _section("待审核回执", to_confirm.exclude(entered_by=user), item("请审核确认", "审核", "confirm"), "due_on"),
        _section(
            "待录入回执",
            # one of a closed case is still taken if it comes (on the page of the proposal), but nobody waits for it
            receipts.filter(state=ReceiptState.AWAITED).exclude(case__state=CaseState.CLOSED),
            item("等待回执", "录入", "enter"),
            "due_on",
        ),
        _section("我录入、待他人审核", own, item("等待另一人审核", "查看", "confirm"), "due_on"),
    ]
