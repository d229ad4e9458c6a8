"""A case on the page of its proposal, with what this user may see of it and do about it."""

from dataclasses import dataclass

from django.urls import reverse

from apps.accounts.queries import standing_of
from apps.proposals.buttons import buttons
from apps.proposals.models import Case
from apps.proposals.queries import left_to_another, sees_opinion_of
from apps.ratings import links
from apps.ratings.queries import receipts_of
from apps.ratings.workflow import ReceiptState
from apps.replies.models import Reply
from apps.replies.views import action_url
from apps.replies.workflow import ReplyState
from apps.supervision.workflow import CardState

from ..queries import vacancy
from .due import deadlines_of
from .openings import case_buttons


@dataclass
class CasePanel:
    """A case on the page of its proposal, with what this user may see and do."""

    case: Case
    is_own: bool  # of a unit for which the user works
    is_seen: bool  # talks, requests and deadlines, not only that there is this case
    signer: object
    vacancy: str
    deadlines: list  # Due
    contacts: list
    opinion: object
    requests: list
    extensions: list
    papers: list  # Attachments: what the office entered for the unit
    left_to_another: list  # why what is this user's to do is left to somebody else
    parked: list  # Receipts that came before their reply
    replies: list  # ReplyPanel, oldest first
    cards: list  # PartPanel
    actions: list

    def due(self, step):
        """The running Due of a step, None where there is none."""
        return next((due for due in self.deadlines if due.step == step and due.is_running), None)

    @property
    def nearest(self):
        """The running deadline that comes first, None where there is none."""
        running = [due for due in self.deadlines if due.is_running]
        return min(running, key=lambda due: due.left.due_on, default=None)

    @property
    def met(self):
        """Deadlines that do not run any more."""
        return [due for due in self.deadlines if not due.is_running]

    @property
    def latest(self):
        """The ReplyPanel of the round's latest reply that stands, None where there is none or it may not be read."""
        standing = [
            shown
            for shown in self.replies
            if shown.reply.round == self.case.round
            and shown.reply.state != ReplyState.VOID
            and not shown.reply.is_supplementary
        ]
        return standing[-1] if standing else None

    @property
    def is_talked(self):
        """Whether a talk of this round is recorded."""
        return any(contact.round == self.case.round for contact in self.contacts)

    def all_actions(self):
        """Every Button of the case and of what belongs to it."""
        found = list(self.actions)
        for reply in self.replies:
            found += reply.actions
            for part in (*reply.commitments, *reply.receipts):
                found += part.actions
        return found + [action for part in self.cards for action in part.actions]


@dataclass
class ReplyPanel:
    """A reply on the page of its proposal. `versions`: numbers of its versions, where the user may see drafts."""

    reply: Reply
    versions: range
    commitments: list  # PartPanel
    receipts: list  # PartPanel
    hidden_receipts: int
    actions: list
    left_to_another: list
    is_past: bool  # void, or of a round that is over


@dataclass
class PartPanel:
    """A promise or a receipt of a reply, or a card of a case."""

    thing: object
    actions: list
    left_to_another: list
    token: str = ""  # of the proposer's link, for the secretariat while the receipt is awaited

    @property
    def is_open_card(self):
        return self.thing.state in (CardState.PROPOSED, CardState.ISSUED)


def case_panel(case, user, today, signers, calendar):
    """The CasePanel of a case that fetching.acquaint has been told of. `signers` as signers_of gives them."""
    standing = standing_of(user, today)
    is_own = case.unit_id in standing.units
    above = standing.is_office or standing.is_secretariat or bool(standing.leads_as)
    sees = is_own or above
    opinion = getattr(case, "opinion", None)
    signer = signers.get(case.pk)
    readable = [reply for reply in case.replies.all() if reply.is_readable]
    return CasePanel(
        case=case,
        is_own=is_own,
        is_seen=sees,
        signer=signer if case.is_answering else None,
        vacancy=vacancy(case, signer) if above and any(one.is_unattended for one in case.replies.all()) else "",
        deadlines=deadlines_of(case, today, calendar) if sees else [],
        contacts=list(case.contacts.all()) if sees else [],
        opinion=opinion if opinion is not None and sees_opinion_of(case, user) else None,
        requests=list(case.return_requests.all()) if sees else [],
        extensions=list(case.extension_requests.all()) if sees else [],
        papers=case.papers if sees else [],
        left_to_another=left_to_another(case, user, today, signers),
        parked=[one for one in case.receipts.all() if one.state == ReceiptState.PARKED and one.is_visible],
        replies=[_reply_panel(reply, user, today, signers) for reply in readable],
        cards=[_part(one, "supervision:act", user, today, signers) for one in case.cards.all() if one.is_visible],
        actions=case_buttons(case, user, today, signers),
    )


def _reply_panel(reply, user, today, signers):
    asked = receipts_of(reply)
    visible = [receipt for receipt in asked if receipt.is_visible]
    return ReplyPanel(
        reply=reply,
        versions=range(1, reply.version + 1) if reply.shows_drafts else range(0),
        commitments=[_part(one, "replies:act_on_commitment", user, today, signers) for one in reply.commitments.all()],
        receipts=[_receipt_part(one, user, today, signers) for one in visible],
        hidden_receipts=len(asked) - len(visible),
        actions=buttons(reply, user, today, lambda name: action_url(reply.pk, name), signers),
        left_to_another=left_to_another(reply, user, today, signers),
        is_past=reply.state == ReplyState.VOID or reply.round < reply.case.round,
    )


def _part(thing, url_name, user, today, signers):
    actions = buttons(thing, user, today, lambda name: reverse(url_name, args=[thing.pk, name]), signers)
    return PartPanel(thing, actions, left_to_another(thing, user, today, signers))


def _receipt_part(receipt, user, today, signers):
    """With the proposer's link for the secretariat: whoever has it can rate, so nobody else ever sees it."""
    part = _part(receipt, "ratings:act", user, today, signers)
    if standing_of(user, today).is_secretariat and links.may_be_handed_out(receipt):
        part.token = links.token_for(receipt, today)
    return part
