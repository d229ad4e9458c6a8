"""What the draft of a session says, how the units are loaded by it, and what they answered."""

from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Exists, OuterRef, Prefetch, Q

from apps.proposals.models import Attachment, Case, Proposal, Session
from apps.proposals.workflow import CaseState, ProposalState
from apps.units.models import Unit

from .models import AllocationDraft, Answer, Line, Part

BAR = 20  # steps of a bar, each with a class of its own: bar-0 … bar-20
HEAVY = Decimal("1.5")  # times the average


HAS_UNITS = Exists(Part.objects.filter(line__proposal=OuterRef("pk"), line__assigned_at=None))
"""Of a proposal: the draft has units for it."""
ASKED_AND_STILL_ON_IT = Exists(Part.objects.filter(line=OuterRef("line"), unit=OuterRef("unit"), role=OuterRef("role")))
ANSWERED_AGAIN = Exists(Answer.objects.filter(line=OuterRef("line"), unit=OuterRef("unit"), pk__gt=OuterRef("pk")))
IS_ANSWERED = Exists(
    Answer.objects.filter(~ANSWERED_AGAIN, line=OuterRef("line"), unit=OuterRef("unit"), role=OuterRef("role"))
)
"""Of a part: the unit's last answer is to the role it has now; the same that `standing_answers` tells of a line."""
IS_OBJECTED_TO = Exists(
    Answer.objects.filter(
        ASKED_AND_STILL_ON_IT,
        ~ANSWERED_AGAIN,
        line__proposal=OuterRef("pk"),
        line__assigned_at=None,
        agrees=False,
    )
)
"""Of a proposal: a unit does not agree to its part; the same that `objections` tells of a line."""


def draft_of(session):
    """The draft of a session; where nobody has begun one, an empty one that is not stored."""
    found = AllocationDraft.objects.filter(session=session).select_related("shared_by").first()
    found = found or AllocationDraft(session=session)
    found.session = session
    return found


def session_to_allocate():
    """The newest session in which something waits to be assigned, else the newest; None without any."""
    waiting = Proposal.objects.filter(state=ProposalState.RECEIVED).values("session_id")
    return Session.objects.filter(pk__in=waiting).first() or Session.objects.first()


def waiting(session):
    """The proposals of a session that can be assigned, in order, with what the draft says of each."""
    return with_lines(Proposal.objects.filter(session=session, state=ProposalState.RECEIVED))


def with_parts(lines):
    """Lines with their units and all answers."""
    return lines.prefetch_related(
        Prefetch("parts", Part.objects.select_related("unit")),
        Prefetch("answers", Answer.objects.select_related("unit", "suggested_unit", "answered_by")),
    )


def with_lines(proposals):
    lines = with_parts(Line.objects.filter(assigned_at=None).select_related("changed_by"))
    return (
        proposals.select_related("session", "category")
        .prefetch_related("proposers", Prefetch("allocation_lines", lines, to_attr="open_lines"))
        .order_by("number_order", "number", "pk")
    )


def line_of(proposal):
    """The open line of a proposal that was fetched by `with_lines`; None without one."""
    return next(iter(proposal.open_lines), None)


def open_lines(session):
    """The lines of a draft that name units and can still be assigned, in the order of numbers."""
    has_units = Exists(Part.objects.filter(line=OuterRef("pk")))
    lines = Line.objects.filter(
        has_units, draft__session=session, assigned_at=None, proposal__state=ProposalState.RECEIVED
    )
    return _in_order(lines.select_related("proposal__category", "proposal__session", "changed_by"))


def _in_order(lines):
    lines = with_parts(lines).prefetch_related("proposal__proposers")
    return lines.order_by("-draft__session__year", "proposal__number_order", "proposal__number", "pk")


def standing_answers(line):
    """The last answer of each unit that is on the line, in its order, where it answered to the part it now has."""
    last = {answer.unit_id: answer for answer in line.answers.all()}
    found = [last[part.unit_id] for part in line.parts.all() if part.unit_id in last]
    roles = {part.unit_id: part.role for part in line.parts.all()}
    return [answer for answer in found if answer.role == roles[answer.unit_id]]


def objections(line):
    """The answers that stand and disagree."""
    return [answer for answer in standing_answers(line) if not answer.agrees]


@dataclass(frozen=True)
class Load:
    """What a unit has in hand and would get: cases under way, lines of the draft by lead and assist."""

    unit: Unit
    current: int
    leads: int
    assists: int
    bar: int  # 0 … BAR, of the most loaded unit
    is_heavy: bool

    @property
    def total(self):
        return self.current + self.leads + self.assists


@dataclass(frozen=True)
class Loads:
    """The units that have anything, the most loaded first, and their average (Decimal, one digit)."""

    rows: list[Load]
    average: Decimal | None


def loads(session, units):
    """How the units would be loaded if the draft were assigned. `units`: id → Unit of all. Two queries.

    Under way are cases waiting to be accepted or being handled, of any session, without those of ended proposals.
    """
    running = Case.objects.filter(state__in=(CaseState.ASSIGNED, CaseState.HANDLING))
    running = running.filter(proposal__state__in=(ProposalState.ASSIGNED, ProposalState.HANDLING))
    current = Counter(dict(running.order_by().values_list("unit_id").annotate(count=Count("pk"))))
    parts = Part.objects.filter(
        line__draft__session=session, line__assigned_at=None, line__proposal__state=ProposalState.RECEIVED
    )
    drafted = {
        unit_id: (leads, assists)
        for unit_id, leads, assists in parts.order_by()
        .values_list("unit_id")
        .annotate(leads=Count("pk", filter=~Q(role="assist")), assists=Count("pk", filter=Q(role="assist")))
    }
    totals = {pk: current[pk] + sum(drafted.get(pk, (0, 0))) for pk in current.keys() | drafted.keys()}
    if not totals:
        return Loads([], None)
    most, exact = max(totals.values()), Decimal(sum(totals.values())) / len(totals)
    rows = [
        Load(
            units[pk],
            current[pk],
            *drafted.get(pk, (0, 0)),
            bar=-(-total * BAR // most),
            is_heavy=total > exact * HEAVY,
        )
        for pk, total in totals.items()
    ]
    rows.sort(key=lambda load: (-load.total, load.unit.order, load.unit.name))
    return Loads(rows, exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


@dataclass(frozen=True)
class Progress:
    """How far the draft of a session is: proposals waiting, and of them those with a line, and those objected to."""

    waiting: int
    drafted: int
    objected: int

    @property
    def left(self):
        return self.waiting - self.drafted


def progress_of(session):
    """The Progress of a session's draft; one query."""
    of = Proposal.objects.filter(session=session, state=ProposalState.RECEIVED)
    counts = of.aggregate(
        waiting=Count("pk"), drafted=Count("pk", filter=Q(HAS_UNITS)), objected=Count("pk", filter=Q(IS_OBJECTED_TO))
    )
    return Progress(**counts)


def shown(session, show):
    """`waiting`, narrowed: "left" to what has no unit yet, "objected" to what a unit does not agree to."""
    found = waiting(session)
    if show == "left":
        return found.filter(~HAS_UNITS)
    return found.filter(IS_OBJECTED_TO) if show == "objected" else found


# --- what was assigned in one go -------------------------------------------------------------------------------------


def outcomes_of(assignment):
    """The Outcomes of an assignment with their proposals and live cases, in the order of numbers."""
    cases = Case.objects.exclude(state=CaseState.ENDED).select_related("unit").order_by("pk")
    outcomes = assignment.outcomes.select_related("line__proposal__category", "line__proposal__session")
    return outcomes.prefetch_related(
        "line__parts__unit",
        "line__proposal__proposers",
        Prefetch("line__proposal__cases", cases, to_attr="live_cases"),
    ).order_by("line__proposal__number_order", "line__proposal__number", "pk")


def originals_of(proposals):
    """The files that came with these proposals (ids)."""
    return Attachment.objects.filter(owner_type=Attachment.Owner.PROPOSAL, proposal__in=proposals)


@dataclass
class UnitShare:
    """What a unit got by an assignment."""

    unit: Unit
    lead: int = 0
    assist: int = 0
    separate: int = 0
    has_papers: bool = False  # anything that is not secret
    files: int = 0  # originals of its proposals


def shares_of(proposals):
    """[UnitShare] of these proposals by their live cases (`live_cases`), in the order of units. One query."""
    found = {}
    files = Counter(originals_of([proposal.pk for proposal in proposals]).values_list("proposal_id", flat=True))
    for proposal in proposals:
        for case in proposal.live_cases:
            share = found.setdefault(case.unit_id, UnitShare(case.unit))
            setattr(share, case.role, getattr(share, case.role) + 1)
            share.files += files[proposal.pk]
            share.has_papers = share.has_papers or not proposal.is_secret
    return sorted(found.values(), key=lambda share: (share.unit.order, share.unit.name))


# --- what a unit is asked (征求意见) ---------------------------------------------------------------------------------


def asked(path=""):
    """Filter for the lines on which units are asked for their opinion: of shared drafts, to be assigned, not secret.

    `path`: the way to the line in another model's query, such as "line__".
    """
    line = {
        "draft__shared_at__isnull": False,
        "assigned_at": None,
        "proposal__state": ProposalState.RECEIVED,
        "proposal__is_secret": False,
    }
    return Q(**{path + name: value for name, value in line.items()})


def parts_to_answer():
    """The parts about which units are asked and have not answered: the Questions without an answer."""
    return Part.objects.filter(asked("line__"), ~IS_ANSWERED)


def silent_units(session):
    """[(name of a unit, parts that it has not answered to)] of a shared draft, in the order of units; one query."""
    parts = parts_to_answer().filter(line__draft__session=session).order_by("unit__order", "unit__name")
    return list(parts.values_list("unit__name").annotate(count=Count("pk")))


def lines_asked_of(units):
    """The lines on which these units (ids) are asked for their opinion: their own."""
    lines = Line.objects.filter(asked(), Exists(Part.objects.filter(line=OuterRef("pk"), unit_id__in=units)))
    return _in_order(lines.select_related("draft__session", "proposal__category", "proposal__session"))


@dataclass(frozen=True)
class Question:
    """What a unit is asked: its part of a line, and what it answered to that (None: nothing yet)."""

    line: Line
    part: Part
    answer: Answer | None


def questions_to(units):
    """The Questions to these units (ids), those without an answer first. A fixed number of queries."""
    found = []
    for line in lines_asked_of(units):
        standing = {answer.unit_id: answer for answer in standing_answers(line)}
        found += [
            Question(line, part, standing.get(part.unit_id)) for part in line.parts.all() if part.unit_id in units
        ]
    return sorted(found, key=lambda one: one.answer is not None)


def answers_to(session):
    """(units asked on their parts, those that answered) of a shared draft; one query."""
    parts = Part.objects.filter(asked("line__"), line__draft__session=session)
    counts = parts.aggregate(asked=Count("pk"), answered=Count("pk", filter=Q(IS_ANSWERED)))
    return counts["asked"], counts["answered"]
