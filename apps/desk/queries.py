"""What waits for whom, and all there is to show of one proposal."""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field, replace

from django.db.models import Case as Choice
from django.db.models import Count, Exists, F, Min, OuterRef, Prefetch, Q, When, Window
from django.db.models.functions import Coalesce
from django.urls import reverse

from apps.accounts.queries import leaders_with_somebody, standing_of
from apps.audit.models import Event
from apps.calendars.deadlines import Calendar, working_days_between
from apps.proposals.buttons import Button, button, buttons
from apps.proposals.models import (
    Attachment,
    Case,
    Contact,
    Coordination,
    ExtensionRequest,
    Proposal,
    ReturnRequest,
)
from apps.proposals.queries import (
    check_opinion_writer,
    left_to_another,
    overdue_on,
    parties_of,
    sees_opinion_of,
    signers_of,
    why_not,
)
from apps.proposals.workflow import ANSWERING, CaseRole, CaseState, NotAllowed, OutOfTurn, ProposalState, Refused
from apps.ratings.models import Receipt
from apps.ratings.queries import DISSATISFIED, receipts_of, receipts_visible_to
from apps.ratings.workflow import RECEIPT, ReceiptState
from apps.replies.models import Commitment, Progress, Reply
from apps.replies.queries import replies_visible_to, unattended_on, with_delegates
from apps.replies.views import action_url
from apps.replies.workflow import OPEN_REPLIES, REPLY, CommitmentState, ReplyState
from apps.units.queries import leaders_in_charge, unit_ids_of

from .telling import facts_of, label_of

SHOWN = 15  # items of one section of a home page; the count tells how many there are


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a person: which proposal, what to do, by when, where."""

    proposal: Proposal
    what: str
    url: str
    action: str
    due_on: datetime.date | None = None
    since: str = ""
    deadline: "Remaining | None" = None


@dataclass(frozen=True)
class Remaining:
    """A deadline in words, with a tone for its mark: late, soon or calm."""

    due_on: datetime.date
    text: str
    tone: str


@dataclass
class Section:
    """A list on a home page: its title, its first items, nearest deadline first, and how many there are."""

    title: str
    items: list = field(default_factory=list)
    count: int = 0
    more: str = ""


def remaining(due_on, today, calendar):
    """A deadline as people say it: 剩 3 个工作日 / 今天到期 / 已超期 2 个工作日."""
    if due_on == today:
        return Remaining(due_on, "今天到期", "soon")
    days = working_days_between(today, due_on, calendar)
    if due_on < today:
        late = -days
        return Remaining(due_on, f"已超期{late}个工作日" if late else "已超期", "late")
    return Remaining(due_on, f"剩{days}个工作日" if days else "下个工作日前到期", "soon" if days <= 5 else "calm")


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
COMMITMENTS = ("reply__case__proposal__session", "reply__case__unit")


def _running_replies():
    """Replies that somebody can go on with: those of an ended case are only kept."""
    return Reply.objects.exclude(case__state=CaseState.ENDED).select_related(*REPLIES)


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
                vacancy(reply.case, reply.case.named_signer or in_charge.get(reply.case.unit_id), ()),
                reply.case.proposal.get_absolute_url(),
                "处理",
                reply.case.reply_due_on,
                reply.case.unit.name,
            )
            for reply in shown
        ],
        unattended.count(),
    )


def vacancy(case, signer, attended):
    """Why nobody can sign the case's replies, and what to do; "" where somebody can.

    `attended`: ids of the leaders for whom somebody can act.
    """
    if signer is None:
        return f"{case.unit}今天没有分管领导，请在“管理”中登记领导分工，或转请其他领导审签"
    if signer.pk not in attended:
        return f"审签领导{signer}今天无人（本人岗位、受托岗位都没有人），请登记委托，或转请其他领导审签"
    return ""


def _for_unit(standing, today):
    mine = _live().filter(unit_id__in=standing.units)
    replies = _running_replies().filter(case__unit_id__in=standing.units)
    no_talk = ~Exists(Contact.objects.filter(case=OuterRef("pk"), round=OuterRef("round")))
    no_reply = ~Exists(Reply.objects.filter(case=OuterRef("pk"), state__in=OPEN_REPLIES))
    answering = mine.filter(state=CaseState.HANDLING, role__in=ANSWERING)
    sections = [
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


@dataclass
class CasePanel:
    """A case on the page of its proposal, with what this user may see and do."""

    case: Case
    signer: object
    vacancy: str
    deadlines: list
    contacts: list
    opinion: object
    opinion_hidden: bool
    requests: list
    extensions: list
    papers: list  # Attachments: what the office entered for the unit
    left_to_another: list  # why what is this user's to do is left to somebody else
    parked: list  # Receipts that came before their reply
    replies: list  # ReplyPanel
    actions: list


@dataclass
class ReplyPanel:
    reply: Reply
    commitments: list  # PartPanel
    receipts: list  # PartPanel
    hidden_receipts: int
    actions: list
    left_to_another: list


@dataclass
class PartPanel:
    """A promise or a receipt of a reply."""

    thing: object
    actions: list
    left_to_another: list


def fetch_proposal(pk, user, today):
    """The proposal with everything its page needs, in a fixed number of queries; None where it is not visible."""
    visible = receipts_visible_to(user, today).filter(pk=OuterRef("pk"))
    receipts = Receipt.objects.select_related("rating", "attitude", "proposer", "entered_by")
    receipts = receipts.annotate(is_visible=Exists(visible))
    replies = with_delegates(
        Reply.objects.select_related("result_class", "current_class", "signer", "signed_by")
    ).prefetch_related(
        "commitments",
        Prefetch("commitments__reports", Progress.objects.select_related("reported_by")),
    )
    readable = replies_visible_to(user, today).filter(pk=OuterRef("pk"))
    replies = replies.annotate(is_readable=Exists(readable))
    cases = Case.objects.select_related("unit", "named_signer", "opinion__given_by")
    return (
        Proposal.objects.visible_to(user, today)
        .filter(pk=pk)
        .select_related("session", "category", "sector", "supervising_leader", "merged_into")
        .prefetch_related(
            "proposers",
            "attachments",
            Prefetch("cases", cases),
            Prefetch("cases__contacts", Contact.objects.select_related("recorded_by")),
            Prefetch("cases__return_requests", ReturnRequest.objects.select_related("suggested_unit", "requested_by")),
            Prefetch("cases__extension_requests", ExtensionRequest.objects.select_related("requested_by")),
            Prefetch("coordinations", Coordination.objects.select_related("made_by")),
            "merged",
            Prefetch("cases__replies", replies),
            Prefetch("cases__receipts", receipts),
        )
        .first()
    )


def proposal_page(proposal, user, today):
    """What the page of a proposal shows to this user: panels of cases, actions, history. See fetch_proposal."""
    cases = list(proposal.cases.all())
    order = {CaseRole.LEAD: 0, CaseRole.SEPARATE: 0, CaseRole.ASSIST: 1}
    cases.sort(key=lambda case: (case.state == CaseState.ENDED, order[case.role], case.pk))
    signers = signers_of(cases, today)
    waits = any(_awaits_signature(case) for case in cases)
    attended = set(leaders_with_somebody(today).values_list("pk", flat=True)) if waits else set()
    calendar = Calendar.load()
    files = _files_by_owner(proposal)
    for case in cases:
        _know(case, proposal, files)
    panels = [_panel(case, user, today, signers, attended, calendar) for case in cases]
    actions = _buttons(proposal, "proposals:act", user, today, signers)
    if standing_of(user, today).is_office and not proposal.is_secret:
        actions.append(Button("上传附件", reverse("proposals:act", args=[proposal.pk, "attach"]), is_rare=True))
    return {
        "proposal": proposal,
        "files": files[Attachment.Owner.PROPOSAL, proposal.pk],
        "panels": panels,
        "actions": actions,
        "all_actions": actions + [action for panel in panels for action in _actions_of(panel)],
        "history": lambda: history(proposal, user, today, panels),  # the admin site does without
        "steps": steps(proposal, cases),
        "may_delegate": standing_of(user, today).is_office,
    }


def _files_by_owner(proposal):
    """(owner type, owner key) → its Attachments, of all that the proposal has."""
    found = defaultdict(list)
    for attachment in proposal.attachments.all():
        found[attachment.owner_type, attachment.owner_key].append(attachment)
    return found


def _know(case, proposal, files):
    """Tells every part of a case what it belongs to and which files it has, so that nothing asks for it again."""
    owner = Attachment.Owner
    case.proposal = proposal
    case.papers = files[owner.PAPER, case.pk]
    for contact in case.contacts.all():
        contact.files = files[owner.CONTACT, contact.pk]
    if opinion := getattr(case, "opinion", None):
        opinion.files = files[owner.OPINION, opinion.pk]
    for receipt in case.receipts.all():
        receipt.case = case
        receipt.files = files[owner.RECEIPT, receipt.pk]
    for reply in case.replies.all():
        reply.case = case
        reply.files = files[owner.REPLY, reply.pk] + files[owner.SHEET, reply.pk]
        for receipt in receipts_of(reply):
            receipt.reply = reply
        for commitment in reply.commitments.all():
            commitment.reply = reply
            for report in commitment.reports.all():
                report.files = files[owner.PROGRESS, report.pk]


def _actions_of(panel):
    found = list(panel.actions)
    for reply in panel.replies:
        found += reply.actions
        for part in (*reply.commitments, *reply.receipts):
            found += part.actions
    return found


RECEIPT_CASE_ACTIONS = ("rehandle", "close_unanswered", "close_agreed", "park")


def case_url(case, action):
    """The page of an action on a case; what receipts decide is done a floor higher, where they are known."""
    if action in ("draft", "meet"):
        return reverse(f"replies:{action}", args=[case.pk])
    name = "ratings:act_on_case" if action in RECEIPT_CASE_ACTIONS else "proposals:act_on_case"
    return reverse(name, args=[case.pk, action])


def _panel(case, user, today, signers, attended, calendar):
    standing = standing_of(user, today)
    own = case.unit_id in standing.units
    above = standing.is_office or standing.is_secretariat or bool(standing.leads_as)
    sees = own or above
    opinion = getattr(case, "opinion", None)
    sees_opinion = opinion is not None and sees_opinion_of(case, user)

    actions = buttons(case, user, today, lambda name: case_url(case, name), signers)
    actions += _beginnings(case, user, today, signers)
    replies = []
    for reply in case.replies.all():
        if not reply.is_readable:
            continue
        asked = receipts_of(reply)
        visible = [receipt for receipt in asked if receipt.is_visible]
        replies.append(
            ReplyPanel(
                reply=reply,
                commitments=[
                    _part(one, "replies:act_on_commitment", user, today, signers) for one in reply.commitments.all()
                ],
                receipts=[_part(one, "ratings:act", user, today, signers) for one in visible],
                hidden_receipts=len(asked) - len(visible),
                actions=buttons(reply, user, today, lambda name, pk=reply.pk: action_url(pk, name), signers),
                left_to_another=left_to_another(reply, user, today, signers),
            )
        )
    signer = signers.get(case.pk)
    return CasePanel(
        case=case,
        signer=signer if case.is_answering else None,
        vacancy=vacancy(case, signer, attended) if above and _awaits_signature(case) else "",
        deadlines=_deadlines(case, today, calendar) if sees else [],
        contacts=list(case.contacts.all()) if sees else [],
        opinion=opinion if sees_opinion else None,
        opinion_hidden=opinion is not None and not sees_opinion,
        requests=list(case.return_requests.all()) if sees else [],
        extensions=list(case.extension_requests.all()) if sees else [],
        papers=case.papers if sees else [],
        left_to_another=left_to_another(case, user, today, signers),
        parked=[one for one in case.receipts.all() if one.state == ReceiptState.PARKED and one.is_visible],
        replies=replies,
        actions=actions,
    )


def _buttons(thing, url_name, user, today, signers):
    return buttons(thing, user, today, lambda name: reverse(url_name, args=[thing.pk, name]), signers)


def _part(thing, url_name, user, today, signers):
    actions = _buttons(thing, url_name, user, today, signers)
    return PartPanel(thing, actions, left_to_another(thing, user, today, signers))


def _beginnings(case, user, today, signers):
    """Buttons of what begins from the case: a reply, a meeting, a receipt that came early, an opinion."""
    parties = parties_of(user, today, case, signers)
    found = []
    for table, action, label in ((REPLY, "draft", "拟写答复"), (REPLY, "meet", ""), (RECEIPT, "park", "")):
        for row in table.rows(action) if not case.is_over else ():
            if not parties.isdisjoint(row.parties) and not why_not(row, case, user, today):
                made = button(row, case_url(case, action), parties)
                if case.state == CaseState.CLOSED:
                    found.append(replace(made, label="拟写补充答复", is_rare=True))
                else:
                    found.append(replace(made, label=label or made.label))
    if case.is_answering:
        return found
    try:
        check_opinion_writer(case, user=user, on=today)
    except (NotAllowed, OutOfTurn, Refused):
        return found
    return [*found, Button("拟写会办意见", case_url(case, "prepare_opinion"))]


def _awaits_signature(case):
    return any(reply.state == ReplyState.LEADER_SIGNOFF for reply in case.replies.all())


DEADLINES = (
    ("accept", "签收", "accept_due_on", (CaseState.ASSIGNED,)),
    ("return", "退办", "return_due_on", (CaseState.ASSIGNED, CaseState.HANDLING)),
    ("contact", "首次沟通", "contact_due_on", (CaseState.ASSIGNED, CaseState.HANDLING)),
    ("opinion", "会办意见", "opinion_due_on", (CaseState.ASSIGNED, CaseState.HANDLING)),
    ("reply", "答复", "reply_due_on", (CaseState.ASSIGNED, CaseState.HANDLING)),
)


def _deadlines(case, today, calendar):
    """[(label, Remaining or the day alone once met, how it was counted)] of a case."""
    found = []
    talked = any(contact.round == case.round for contact in case.contacts.all())
    for step, label, name, running in DEADLINES:
        due_on = getattr(case, name)
        if not due_on or (step == "contact" and case.round > 1):
            continue
        if step == "return" and (case.state not in running or case.round > 1 or due_on < today):
            continue  # a right that is over, not something that is late
        still = case.state in running and not (step == "contact" and talked)
        left = remaining(due_on, today, calendar) if still else Remaining(due_on, "", "")
        found.append((label, left, case.deadline_basis.get(step, {}).get("explanation", "")))
    return found


def steps(proposal, cases):
    """The progress line 提出 … 办结 with the days that are known: [{"label", "date", "state"}]."""
    answering = [case for case in cases if case.is_answering and case.state != CaseState.ENDED]
    order = [ProposalState.RECEIVED, ProposalState.ASSIGNED, ProposalState.HANDLING, ProposalState.REPLIED]
    order.append(ProposalState.CLOSED)
    reached = order.index(proposal.state) if proposal.state in order else -1
    accepted = [case.accepted_on for case in answering]
    replied = [
        max((reply.issued_on for reply in case.replies.all() if reply.issued_on), default=None) for case in answering
    ]
    closed = [case.closed_on for case in answering]

    def last(days):
        return max(days) if days and all(days) else None

    days = [proposal.received_on, proposal.assigned_on, last(accepted), last(replied), last(closed)]
    labels = ["接收", "交办", "签收办理", "答复", "办结"]
    # a state names what is being waited for: 待签收 means that 交办 is done and 签收 is next
    found = []
    for index, (label, day) in enumerate(zip(labels, days, strict=True)):
        done = reached >= 0 and (index <= reached if reached != 1 else index <= 1)
        state = "done" if done else "todo"
        found.append({"label": label, "date": day if done else None, "state": state})
    if 0 <= reached < 4:
        found[reached + 1]["state"] = "current"
    return found


def history(proposal, user, today, panels):
    """Events of the proposal that this user may know of, newest first.

    What is in a reply is not told to those who may not read it, nor a receipt before it may be seen.
    """
    standing = standing_of(user, today)
    events = Event.objects.filter(target_type="proposal", target_key=str(proposal.pk)).order_by("-seq")[:300]
    replies = {panel.reply.pk for case in panels for panel in case.replies}
    receipts = {part.thing.pk for case in panels for reply in case.replies for part in reply.receipts}
    receipts |= {receipt.pk for case in panels for receipt in case.parked}
    commitments = {part.thing.pk for case in panels for reply in case.replies for part in reply.commitments}
    found = []
    for event in events:
        thing = event.action.partition(".")[0]
        key = event.data.get("id")
        if thing == "reply" and key not in replies:
            continue
        if thing == "receipt" and key not in receipts:
            continue
        if thing == "commitment" and key not in commitments:
            continue
        own_case = "case" in event.data and _sees_case(event.data["case"], panels, standing)
        note = event.note if "case" not in event.data or own_case else ""
        told = (
            event.data.get("unit"),
            event.data.get("unusual") and "（日期特殊）",
            event.entered_for and f"代{event.entered_for}录入",
        )
        detail = "　".join(filter(None, told))
        found.append({
            "at": event.at, "who": event.actor_name, "label": label_of(event.action), "note": note, "detail": detail,
            "facts": facts_of(event) if "case" not in event.data or own_case else [],
        })  # fmt: skip
    return found


def _sees_case(pk, panels, standing):
    if standing.is_office or standing.is_secretariat or standing.leads_as:
        return True
    return any(panel.case.pk == pk and panel.case.unit_id in standing.units for panel in panels)


def progress_of(session):
    """Proposals of a session by state, in the order of the work: [(state value, label, count)]."""
    counts = dict(Proposal.objects.filter(session=session).values_list("state").annotate(count=Count("pk")).order_by())
    return [(state.value, state.label, counts[state.value]) for state in ProposalState if state.value in counts]


@dataclass(frozen=True)
class Row:
    """A line of the list of proposals."""

    proposal: Proposal
    proposers: str
    units: list  # (label of the part, unit name)
    deadline: Remaining | None
    classes: str


def for_list(proposals, sort):
    """The queryset of a list in the asked order, with all that its rows show, in a fixed number of queries."""
    cases = Case.objects.exclude(state=CaseState.ENDED).select_related("unit")
    proposals = proposals.select_related("session", "category").prefetch_related(
        "proposers", Prefetch("cases", cases), Prefetch("cases__replies", Reply.objects.select_related("result_class"))
    )
    if sort == "-received":
        return proposals.order_by(F("received_on").desc(nulls_last=True), "-number_order", "pk")
    if sort == "due":
        running = (CaseState.ASSIGNED, CaseState.HANDLING)
        due = Min("cases__reply_due_on", filter=Q(cases__state__in=running))
        return proposals.annotate(due=due).order_by(F("due").asc(nulls_last=True), "number_order", "pk")
    return proposals.order_by("-session__year", "session_id", "number_order", "number", "pk")


def list_rows(proposals, today):
    """Rows for the proposals of one page of the list."""
    calendar = Calendar.load()
    return [_row(proposal, today, calendar) for proposal in proposals]


def _row(proposal, today, calendar):
    cases = sorted(proposal.cases.all(), key=lambda case: (not case.is_answering, case.pk))
    running = [case for case in cases if case.state in (CaseState.ASSIGNED, CaseState.HANDLING)]
    dues = [due for case in running if (due := case.accept_due_on if case.state == CaseState.ASSIGNED
            else case.reply_due_on or case.opinion_due_on)]  # fmt: skip
    classes = []
    for case in cases:
        issued = [
            reply
            for reply in case.replies.all()
            if reply.state == ReplyState.ISSUED and reply.result_class and not reply.is_supplementary
        ]
        if issued:
            classes.append(max(issued, key=lambda reply: reply.round).result_class.code)
    return Row(
        proposal=proposal,
        proposers="、".join(proposer.name for proposer in proposal.proposers.all()[:3])
        + ("等" if len(proposal.proposers.all()) > 3 else ""),
        units=[(case.get_role_display(), case.unit.name) for case in cases],
        deadline=remaining(min(dues), today, calendar) if dues else None,
        classes="、".join(classes),
    )
