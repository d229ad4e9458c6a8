"""Who is to be told, what is unread, which cases and receipts are to be urged."""

import datetime

from django.db.models import Count, Exists, Max, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.accounts.models import Post, User
from apps.accounts.queries import held_on, in_force_on, standing_of
from apps.allocation.models import Part
from apps.allocation.queries import asked
from apps.calendars.deadlines import add_working_days
from apps.calendars.remaining import SOON
from apps.proposals.models import Case, Proposal
from apps.proposals.queries import WAITS_UNTIL, overdue_on, signers_of
from apps.proposals.workflow import CaseRole, CaseState, predicate
from apps.ratings.models import Receipt
from apps.ratings.queries import awaited_receipts
from apps.replies.models import Reply
from apps.replies.workflow import OPEN_REPLIES
from apps.reports.models import Edition, MaterialAnswer
from apps.reports.queries import reads_letters

from .deeds import OF_DRAFT, OF_MATERIAL, To
from .models import Notice, Urge

Step = Urge.Step
RUNNING = (CaseState.ASSIGNED, CaseState.HANDLING)


# --- who is told -----------------------------------------------------------------------------------------------------


def people_for(to, on, proposal, case=None, signer_id=None):
    """The Users whom a Telling names, on the day: holders of posts who can sign in. At most two queries.

    `signer_id`: the Leader who is only now becoming the signer, by the deed that is told.
    """
    kinds = Post.Kind
    if to == To.OFFICE:
        return _holders(on, Q(kind__in=(kinds.OFFICE, kinds.OFFICE_HEAD)))
    if to == To.OFFICE_HEADS:
        return _holders(on, Q(kind=kinds.OFFICE_HEAD))
    if to == To.SECRETARIAT:
        return _holders(on, Q(kind=kinds.SECRETARIAT))
    if to == To.SUPERVISOR:
        return _acting_for(proposal.supervising_leader_id, on)
    if to == To.SIGNER:
        signer = signers_of([case], on).get(case.pk)
        return _acting_for(signer_id or (signer and signer.pk), on)
    unit = case.unit_id
    if to == To.LEAD_CLERKS:
        lead = proposal.cases.filter(role=CaseRole.LEAD).exclude(state=CaseState.ENDED).first()
        if lead is None:
            return []
        unit = lead.unit_id
    of_unit = Q(unit_id=unit)
    if to == To.UNIT:
        return _holders(on, of_unit)
    heads = of_unit & Q(kind=kinds.UNIT_HEAD)
    if to == To.HEADS:
        return _holders(on, heads)
    return _holders(on, of_unit & Q(kind=kinds.UNIT_CLERK)) or _holders(on, heads)


def people_for_letter(to, on, letter):
    """The Users whom a Telling about the annual letter names, on the day."""
    return _acting_for(letter.signer_id, on) if to == To.SIGNER else people_for(to, on, None)


def _holders(on, posts):
    held = Post.objects.filter(held_on(on), posts).values("user_id")
    return list(User.objects.filter(pk__in=held, is_active=True).order_by("pk"))


def people_of_units(units, on):
    """Unit id → its clerks and heads on the day who can sign in, of these units (ids): Users. One query."""
    held = Post.objects.filter(held_on(on), unit_id__in=units, user__is_active=True).select_related("user")
    found = {}
    for post in held.order_by("user_id"):
        found.setdefault(post.unit_id, {})[post.user_id] = post.user
    return {unit: list(people.values()) for unit, people in found.items()}


def _acting_for(leader_id, on):
    """Who holds the leader's post, and those to whom that leader has delegated."""
    if not leader_id:
        return []
    delegated = Q(leader__delegated__principal=leader_id) & in_force_on(on, "leader__delegated__")
    return _holders(on, Q(leader=leader_id) | delegated)


# --- what is unread --------------------------------------------------------------------------------------------------


def notices_of(user, on=None):
    """The user's notices, but of what is no longer theirs to see; newest first.

    Of the draft of an allocation that is what their units are asked, while they are asked; of the annual letter what
    they may read of it, or what their units are asked for it.
    """
    on = on or timezone.localdate()
    units = standing_of(user, on).units
    is_asked = Exists(Part.objects.filter(asked("line__"), line__proposal=OuterRef("proposal"), unit_id__in=units))
    is_seen = Q(proposal__in=Proposal.objects.visible_to(user, on))
    of_letter = Q(letter__isnull=False)
    if not reads_letters(user, on):
        wanted = MaterialAnswer.objects.filter(request__letter=OuterRef("letter"), unit_id__in=units)
        of_letter &= Q(Exists(wanted), kind__in=OF_MATERIAL)
    shown = Q(is_seen, ~Q(kind__in=OF_DRAFT)) | Q(is_asked, kind__in=OF_DRAFT) | of_letter
    return Notice.objects.filter(shown, person=user)


def unread_proposals(user):
    """Proposal id → how many notices of it the user has not read; None → those of letters.

    One query, kept on the user for the request.
    """
    if "_unread" not in user.__dict__:
        rows = notices_of(user).filter(read_at=None).order_by().values_list("proposal_id").annotate(count=Count("pk"))
        user.__dict__["_unread"] = dict(rows)
    return user.__dict__["_unread"]


# --- whom to urge ----------------------------------------------------------------------------------------------------


def step_of(case):
    """What a running case waits for: a Step."""
    if case.state == CaseState.ASSIGNED:
        return Step.ACCEPT
    return Step.REPLY if case.is_answering else Step.OPINION


def due_of(case):
    """The day by which it is due, or None."""
    return getattr(case, f"{step_of(case).value}_due_on")


def cases_to_urge(on, *, only_late=False):
    """Cases that are late on the day or due within SOON working days, no secret ones; `waits_until` annotated."""
    until = on if only_late else add_working_days(on, SOON) + datetime.timedelta(days=1)
    return Case.objects.filter(overdue_on(until), proposal__is_secret=False).annotate(waits_until=WAITS_UNTIL)


def with_urges(cases):
    """The queryset with what a line of the page of 催办 shows, in a fixed number of queries."""
    replies = Reply.objects.filter(state__in=OPEN_REPLIES)
    return (
        with_last_urge(cases)
        .select_related("proposal__session", "unit")
        .prefetch_related(Prefetch("replies", replies, to_attr="open_replies"))
    )


def receipts_to_remind(on):
    """Receipts that proposers were to return before the day."""
    late = awaited_receipts().filter(due_on__lt=on)
    return late.select_related("case__proposal__session", "case__unit", "reply", "proposer")


@predicate
def is_not_urged_today(case, user, on):
    """For 催办. Reads `case.last_urged_on` where a page has fetched it ahead: `with_last_urge`."""
    if not hasattr(case, "last_urged_on"):
        is_urged = case.urges.filter(urged_on=on).exists()
    else:
        is_urged = case.last_urged_on == on
    return "今天已催办过，不再重复催办。" if is_urged else ""


def with_last_urge(cases):
    """The queryset with `last_urged_on` and `urge_count`, asked in the same query."""
    urges = Urge.objects.filter(case=OuterRef("pk")).order_by()
    last = urges.values("case").annotate(last=Max("urged_on")).values("last")
    count = urges.values("case").annotate(count=Count("pk")).values("count")
    return cases.annotate(last_urged_on=Subquery(last), urge_count=Coalesce(Subquery(count), 0))


def is_dissatisfied(event, on):
    """Whether the receipt that the event is about says 不满意."""
    receipt = Receipt.objects.select_related("rating", "attitude", "case__proposal__session").get(pk=event.data["id"])
    return receipt.is_dissatisfied


def asks_for_receipts(event, on):
    """Whether the reply that the event is about is one on which proposers are asked: no supplementary one."""
    return not Reply.objects.get(pk=event.data["id"]).is_supplementary


def is_key(event, on):
    return bool(event.data.get("is_key"))


def went_to_the_leader(event, on):
    """Whether the edition of the annual letter that the event is about had been put before its signer."""
    edition = Edition.objects.filter(letter=event.data["id"], number=event.data["edition"])
    return edition.filter(approved_at__isnull=False).exists()


CONDITIONS = {
    function.__name__: function for function in (is_dissatisfied, asks_for_receipts, is_key, went_to_the_leader)
}
