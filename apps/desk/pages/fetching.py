"""The proposal of a page with all its parts, in a fixed number of queries."""

from collections import defaultdict

from django.db.models import Exists, OuterRef, Prefetch

from apps.notices.queries import with_last_urge
from apps.proposals.models import Attachment, Case, Contact, Coordination, ExtensionRequest, Proposal, ReturnRequest
from apps.ratings.models import Receipt
from apps.ratings.queries import receipts_of, receipts_visible_to
from apps.replies.models import Progress, Reply
from apps.replies.queries import drafts_visible_to, replies_visible_to, unattended_on, with_delegates
from apps.supervision.models import Card
from apps.supervision.queries import cards_visible_to


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
    drafts = drafts_visible_to(user, today).filter(pk=OuterRef("pk"))
    replies = replies.annotate(
        is_readable=Exists(readable), shows_drafts=Exists(drafts), is_unattended=Exists(unattended)
    )
    cards = Card.objects.select_related("answered_by", "follows")
    cards = cards.annotate(is_visible=Exists(cards_visible_to(user, today).filter(pk=OuterRef("pk"))))
    cases = with_last_urge(Case.objects.select_related("unit", "named_signer", "opinion__given_by"))
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


def files_by_owner(proposal):
    """(owner type, owner key) → its Attachments, of all that the proposal has."""
    found = defaultdict(list)
    for attachment in proposal.attachments.all():
        found[attachment.owner_type, attachment.owner_key].append(attachment)
    return found


def acquaint(case, proposal, files):
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
