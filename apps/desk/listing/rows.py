"""The rows of the list of proposals: everything that a column may show, read in a fixed number of queries."""

from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Prefetch

from apps.calendars.deadlines import Calendar
from apps.figures.facts import LAST_DAY, fact_of
from apps.figures.rows import load
from apps.proposals.models import Case, Proposal
from apps.proposals.queries import signers_of
from apps.proposals.workflow import CaseState

from ..queries import RUNNING, WAITED_FOR, remaining


@dataclass
class Row:
    """A line of the list. `fact`, `signers`: None and empty where no chosen column needs them."""

    proposal: Proposal
    units: tuple = ()  # ids of the units whose deadlines the user may see; empty: of all
    fact: object = None
    signers: dict = field(default_factory=dict)  # case id → Leader
    cells: list = field(default_factory=list)  # (Column, value) of the chosen columns
    deadline: object = None  # Remaining of `due_on`

    @cached_property
    def cases(self):
        """The live cases, those that answer first."""
        return sorted(self.proposal.cases.all(), key=lambda case: (not case.is_answering, case.pk))

    @property
    def proposers(self):
        return [proposer.name for proposer in self.proposal.proposers.all()]

    @property
    def units_in_words(self):
        return "、".join(f"{case.unit.name}（{case.get_role_display()}）" for case in self.cases)

    @property
    def leaders(self):
        """Who signs the replies, each once."""
        signers = [self.signers.get(case.pk) for case in self.cases if case.is_answering]
        return list(dict.fromkeys(leader.name for leader in signers if leader))

    @cached_property
    def due_on(self):
        """The nearest deadline of what its cases wait for: acceptance, reply or opinion."""
        if self.proposal.state not in WAITED_FOR:
            return None
        running = [case for case in self.cases if case.state in RUNNING]
        dues = [
            case.accept_due_on if case.state == CaseState.ASSIGNED else case.reply_due_on or case.opinion_due_on
            for case in running
            if not self.units or case.unit_id in self.units
        ]
        return min(filter(None, dues), default=None)

    @property
    def result(self):
        return self.fact.class_code if self.fact and self.fact.is_counted else ""

    @property
    def rating(self):
        return self.fact.final if self.fact and self.fact.is_counted else ""

    @property
    def is_rehandled(self):
        return any(case.is_answering and case.round > 1 for case in self.cases)

    @property
    def replied_on(self):
        """The day on which the last unit had replied, in its latest round."""
        days = [reply.issued_on for reply in self.fact.latest] if self.fact else []
        return max(days) if days and all(days) else None

    @property
    def closed_on(self):
        days = [case.closed_on for case in self.cases if case.is_answering]
        return max(days) if days and all(days) else None


def read_with(proposals):
    """The queryset with all that rows show of the proposals themselves."""
    cases = Case.objects.exclude(state=CaseState.ENDED).select_related("unit", "named_signer")
    return proposals.select_related("session", "category", "sector", "supervising_leader").prefetch_related(
        "proposers", Prefetch("cases", cases)
    )


def rows_of(proposals, listing, among=None):
    """Row for each of `proposals`: a list as `read_with` gives it. `among`: the same as a queryset, where they are
    many.

    Class and rating are those of `figures`, so that a row never says another thing than the figures do.
    """
    needs = {column.needs for column in listing.columns}
    facts = _facts(proposals, listing, among) if "facts" in needs else {}
    cases = [case for proposal in proposals for case in proposal.cases.all() if case.is_answering]
    signers = signers_of(cases, listing.today) if "signers" in needs else {}
    calendar = Calendar.load() if any(column.kind == "deadline" for column in listing.columns) else None
    rows = []
    for proposal in proposals:
        row = Row(proposal, listing.units, facts.get(proposal.pk), signers)
        row.cells = [(column, column.value(row)) for column in listing.columns]
        if calendar and row.due_on:
            row.deadline = remaining(row.due_on, listing.today, calendar)
        rows.append(row)
    return rows


def _facts(proposals, listing, among):
    """Proposal id → its Fact, as all that is recorded tells it."""
    if listing.filter.has_tally:
        return {fact.row.pk: fact for fact in listing.filter.tally.facts}
    sessions = {proposal.session_id: proposal.session for proposal in proposals}
    if among is None:
        among = Proposal.objects.filter(pk__in=[proposal.pk for proposal in proposals])
    loaded = load(list(sessions), among)
    return {
        row.pk: fact_of(row, LAST_DAY, sessions[session_id].class_rule)
        for session_id, rows in loaded.items()
        for row in rows
    }
