"""What a workbook says, read and checked, before anything is stored. Pure pieces; reading.py makes them."""

import datetime
import hashlib
from collections import Counter
from dataclasses import asdict, dataclass, field

from apps.documents.workbooks import Problem
from apps.proposals.models import SECRET_TITLE, Proposal
from apps.proposals.workflow import PROGRESS, CaseRole, CaseState, ProposalState

from .progress import Stage

LIST, LEDGER = "list", "ledger"
ASSISTING = "（协办）"
"""Marks an assisting unit among the planned ones of a proposal that is not handled (yet)."""


@dataclass(frozen=True)
class Part:
    """One row of the ledger: what one answering unit did, with the units that assist it."""

    unit: str
    assists: tuple[str, ...]
    stage: Stage
    round: int
    assigned_on: datetime.date
    due_on: datetime.date | None  # as the row has it; None: by the session's rule
    accepted_on: datetime.date | None
    issued_on: datetime.date | None
    reply_number: str
    publicity: str
    result_class: str
    first: str
    last: str
    received_on: datetime.date | None
    closed_on: datetime.date | None

    @property
    def state(self):
        return self.stage.case_state


@dataclass(frozen=True)
class Entry:
    """One proposal of the ledger. `parts` empty: it was not assigned, or ended on a day that nobody wrote down."""

    number: str
    title: str
    proposers: tuple[str, ...]
    form: str
    kind: str
    sector: str
    category: str
    is_key: bool
    leader: str
    remark: str
    mode: str
    end: str  # "" or the ProposalState in which it ended
    merged_into: str
    planned_units: str  # units of a row that is not handled (yet)
    assigned_on: datetime.date | None
    parts: tuple[Part, ...]
    rows: tuple[int, ...]
    unusual: tuple[str, ...]
    unknown: tuple[str, ...]  # what a ledger usually has and this one does not

    @property
    def is_secret(self):
        """涉密提案: number, kind, units and days only; handled offline, so without replies and receipts."""
        return self.title == SECRET_TITLE

    @property
    def state(self):
        """A ProposalState, by the same rule as `proposals.operations.state_of`."""
        if self.end:
            return ProposalState(self.end)
        states = [part.state for part in self.parts]
        return ProposalState(min(states, key=PROGRESS.index, default=ProposalState.RECEIVED))

    @property
    def ended_on(self):
        """The day on which it was merged, withdrawn or handed back, where the ledger tells."""
        days = [part.closed_on for part in self.parts if part.closed_on]
        return max(days, default=None) if self.end else None

    @property
    def roles(self):
        """(unit, CaseRole, the Part) of every case, in the order of the rows."""
        role = CaseRole.SEPARATE if self.mode == Proposal.Mode.SEPARATE else CaseRole.LEAD
        for part in self.parts:
            yield part.unit, role, part
            yield from ((unit, CaseRole.ASSIST, part) for unit in part.assists)


@dataclass(frozen=True)
class ListEntry:
    """One proposal of the committee's list. `proposers`: Proposer's fields, in order."""

    number: str
    title: str
    proposers: tuple[dict, ...]
    form: str
    kind: str
    sector: str
    category: str
    is_key: bool
    text: str
    wished_units: str
    rows: tuple[int, ...]

    @property
    def state(self):
        return ProposalState.RECEIVED


@dataclass
class Missing:
    """Names that the workbook has and the system has not, to be made by 新建."""

    units: list[str] = field(default_factory=list)
    leaders: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    sectors: list[str] = field(default_factory=list)

    LABELS = {"units": "承办单位", "leaders": "领导", "categories": "类别", "sectors": "界别"}

    def told(self):
        """(label, names) of each kind that there is any of."""
        return [(label, names) for key, label in self.LABELS.items() if (names := getattr(self, key))]

    def __bool__(self):
        return bool(self.told())


@dataclass
class Plan:
    """What an import would store, and everything that is wrong with it. Stored only when nothing is."""

    kind: str  # LIST or LEDGER
    session_key: str
    label: str
    year: int
    is_new_session: bool
    sheet: str
    rows: int
    entries: list = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    missing: Missing = field(default_factory=Missing)
    has_unknown_names: bool = False  # some of the problems would go if what is missing were made

    @property
    def unusual(self):
        """(number, rows, what) of everything that was taken as it stands although it is odd."""
        return [(entry.number, entry.rows, text) for entry in self.entries for text in getattr(entry, "unusual", ())]

    def states(self):
        """ProposalState → how many proposals, in the order of the workflow."""
        counted = Counter(entry.state for entry in self.entries)
        return {state: counted[state] for state in ProposalState if counted[state]}

    def units(self):
        """Unit → {"lead": n, "assist": n} cases, the busiest first."""
        found = {}
        for entry in self.entries:
            for unit, role, _ in getattr(entry, "roles", ()):
                of = found.setdefault(unit, {"lead": 0, "assist": 0})
                of["assist" if role == CaseRole.ASSIST else "lead"] += 1
        return dict(sorted(found.items(), key=lambda item: (-item[1]["lead"], -item[1]["assist"])))

    @property
    def fingerprint(self):
        """The same for two readings that would store the same; a preview and its confirmation are compared by it."""
        content = repr((self.kind, self.session_key, self.label, self.year, self.is_new_session,
                        self.entries, asdict(self.missing)))  # fmt: skip
        return hashlib.sha256(content.encode("utf-8", "backslashreplace")).hexdigest()


def assisting_state(part):
    """The state of an assisting case, of which a ledger says nothing: it follows that of the answering one."""
    if part.state in (CaseState.REPLIED, CaseState.CLOSED) or part.round > 1:
        return CaseState.ADVISED
    return part.state
