"""All there is to show of one proposal: its cases with what is open to the user, and its history."""

from collections import defaultdict
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, Prefetch
from django.urls import reverse

from apps.accounts.queries import standing_of
from apps.audit.models import Event
from apps.calendars.deadlines import Calendar
from apps.proposals.buttons import Button, button, buttons
from apps.proposals.models import Attachment, Case, Contact, Coordination, ExtensionRequest, Proposal, ReturnRequest
from apps.proposals.queries import (
    check_opinion_writer,
    left_to_another,
    parties_of,
    sees_opinion_of,
    signers_of,
    why_not,
)
from apps.proposals.workflow import CaseRole, CaseState, NotAllowed, OutOfTurn, Party, ProposalState, Refused
from apps.ratings import links
from apps.ratings.models import Receipt
from apps.ratings.queries import receipts_of, receipts_visible_to
from apps.ratings.workflow import RECEIPT, ReceiptState
from apps.replies.models import Progress, Reply
from apps.replies.queries import replies_visible_to, unattended_on, with_delegates
from apps.replies.views import action_url
from apps.replies.workflow import REPLY
from apps.supervision.models import Card
from apps.supervision.queries import cards_visible_to
from apps.supervision.workflow import CARD

from .queries import Remaining, remaining, vacancy
from .telling import facts_of, label_of


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
    cards: list  # PartPanel
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
    """A promise or a receipt of a reply, or a card of a case."""

    thing: object
    actions: list
    left_to_another: list
    token: str = ""  # of the proposer's link, for the secretariat while the receipt is awaited


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
    unattended = Reply.objects.filter(unattended_on(today), pk=OuterRef("pk"))
    replies = replies.annotate(is_readable=Exists(readable), is_unattended=Exists(unattended))
    cards = Card.objects.select_related("answered_by", "follows")
    cards = cards.annotate(is_visible=Exists(cards_visible_to(user, today).filter(pk=OuterRef("pk"))))
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
            Prefetch("cases__cards", cards),
        )
        .first()
    )


def proposal_page(proposal, user, today):
    """What the page of a proposal shows to this user: panels of cases, actions, history. See fetch_proposal."""
    cases = list(proposal.cases.all())
    order = {CaseRole.LEAD: 0, CaseRole.SEPARATE: 0, CaseRole.ASSIST: 1}
    cases.sort(key=lambda case: (case.state == CaseState.ENDED, order[case.role], case.pk))
    signers = signers_of(cases, today)
    calendar = Calendar.load()
    files = _files_by_owner(proposal)
    for case in cases:
        _know(case, proposal, files)
    panels = [_panel(case, user, today, signers, calendar) for case in cases]
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
    for card in case.cards.all():
        card.case = case
        card.files = files[owner.CARD, card.pk]
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
    return found + [action for part in panel.cards for action in part.actions]


RECEIPT_CASE_ACTIONS = ("rehandle", "close_unanswered", "close_agreed", "park")


def case_url(case, action):
    """The page of an action on a case; what receipts decide is done a floor higher, where they are known."""
    if action in ("draft", "meet"):
        return reverse(f"replies:{action}", args=[case.pk])
    if action == "issue":
        return reverse("supervision:issue", args=[case.pk])
    name = "ratings:act_on_case" if action in RECEIPT_CASE_ACTIONS else "proposals:act_on_case"
    return reverse(name, args=[case.pk, action])


def _panel(case, user, today, signers, calendar):
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
                receipts=[_receipt_part(one, user, today, signers) for one in visible],
                hidden_receipts=len(asked) - len(visible),
                actions=buttons(reply, user, today, lambda name, pk=reply.pk: action_url(pk, name), signers),
                left_to_another=left_to_another(reply, user, today, signers),
            )
        )
    signer = signers.get(case.pk)
    return CasePanel(
        case=case,
        signer=signer if case.is_answering else None,
        vacancy=vacancy(case, signer) if above and any(one.is_unattended for one in case.replies.all()) else "",
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
        cards=[_part(one, "supervision:act", user, today, signers) for one in case.cards.all() if one.is_visible],
        actions=actions,
    )


def _buttons(thing, url_name, user, today, signers):
    return buttons(thing, user, today, lambda name: reverse(url_name, args=[thing.pk, name]), signers)


def _part(thing, url_name, user, today, signers):
    actions = _buttons(thing, url_name, user, today, signers)
    return PartPanel(thing, actions, left_to_another(thing, user, today, signers))


def _receipt_part(receipt, user, today, signers):
    """With the proposer's link for the secretariat: whoever has it can rate, so nobody else ever sees it."""
    part = _part(receipt, "ratings:act", user, today, signers)
    if standing_of(user, today).is_secretariat and links.may_be_handed_out(receipt):
        part.token = links.token_for(receipt, today)
    return part


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
    row = CARD.find("issue", "", {Party.OFFICE})
    if not case.is_over and Party.OFFICE in parties and not why_not(row, case, user, today):
        found.append(replace(button(row, case_url(case, "issue"), parties), label="发黄牌、红牌", is_rare=True))
    if case.is_answering:
        return found
    try:
        check_opinion_writer(case, user=user, on=today)
    except (NotAllowed, OutOfTurn, Refused):
        return found
    return [*found, Button("拟写会办意见", case_url(case, "prepare_opinion"))]


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
    # of an ended proposal only how far it had got is known
    reached = order.index(proposal.state) if proposal.state in order else (1 if proposal.assigned_on else 0)
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
        done = index <= reached
        state = "done" if done else "todo"
        found.append({"label": label, "date": day if done else None, "state": state})
    if proposal.state in order and reached < 4:
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
    cards = {part.thing.pk for case in panels for part in case.cards}
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
        if thing == "card" and key not in cards:
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
