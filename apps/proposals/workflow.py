"""The rules of the workflow as data: who may do what in which state. Pure; no queries.

The requirement is docs/workflow.md; tests/test_rules.py parses it and compares. Replies, commitments and receipts
keep their tables beside their models. Buttons, permissions, documents and tests all come from these tables.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices


class Party(StrEnum):
    """A relation between a user and *this* proposal, case, reply, receipt or letter; never just a role."""

    OFFICE = "office"
    OFFICE_HEAD = "office_head"
    UNIT = "unit"
    UNIT_HEAD = "unit_head"
    LEADER = "leader"
    SECRETARIAT = "secretariat"
    OFFICE_FOR = "office_for"  # the office enters what a unit did on paper (代录)
    OPERATOR = "operator"  # a command on the server
    PROPOSER = "proposer"  # holds the signed link of this receipt
    RECEIPTS = "receipts"  # no person: what confirmed receipts bring about by themselves


class NotAllowed(Exception):
    """This user is not the party that may do this, whatever the state (403)."""


class OutOfTurn(Exception):
    """The state is no longer the one the user saw: somebody was faster, or the page is old."""


class Refused(Exception):
    """The action is this user's, but a condition of it is not met. `reasons`: Chinese sentences for the page."""

    def __init__(self, *reasons):
        super().__init__("；".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Transition:
    """One row of a table. `sources` empty: the action begins the thing. `target` None: the state stays."""

    action: str
    label: str
    sources: tuple[str, ...]
    parties: tuple[Party, ...]
    target: str | None = None
    note_required: bool = False
    when: str = ""  # name of a predicate in PREDICATES


@dataclass(frozen=True)
class Table:
    """All transitions of one kind of thing. `name` is what the audit trail calls it."""

    name: str
    label: str
    states: type[TextChoices]
    transitions: tuple[Transition, ...]

    def rows(self, action):
        return [row for row in self.transitions if row.action == action]

    def open_to(self, state, parties):
        """Rows that one of `parties` may take from `state`, in the table's order, predicates aside."""
        return [row for row in self.transitions if state in row.sources and not parties.isdisjoint(row.parties)]

    def find(self, action, state, parties):
        """The row for `action` from `state` by one of `parties`.

        Raises NotAllowed when no row gives the action to these parties in any state, OutOfTurn when one does, but not
        from this state.
        """
        rows = [row for row in self.rows(action) if not parties.isdisjoint(row.parties)]
        if not rows:
            raise NotAllowed(f"您的岗位不能对此{self.label}进行“{self.label_of(action)}”。")
        for row in rows:
            if state in row.sources or (not state and not row.sources):
                return row
        now = self.states(state).label if state else "尚未登记"
        raise OutOfTurn(
            f"此{self.label}现在是“{now}”，不能再“{rows[0].label}”。可能有人已先一步办理，请按最新状态操作。"
        )

    def label_of(self, action):
        rows = self.rows(action)
        if not rows:
            raise KeyError(action)
        return rows[0].label


class AnotherPerson(str):
    """A reason why not that is about the person alone: somebody else has to do it. Pages say it where the button is
    missing."""


PREDICATES = {}


def predicate(function):
    """Registers a condition `(thing, user, on) -> str`: "" when met, else the reason why not, in Chinese."""
    PREDICATES[function.__name__] = function
    return function


class ProposalState(TextChoices):
    RECEIVED = "received", "待交办"
    ASSIGNED = "assigned", "待签收"
    HANDLING = "handling", "办理中"
    REPLIED = "replied", "已答复"
    CLOSED = "closed", "已办结"
    MERGED = "merged", "已并案"
    WITHDRAWN = "withdrawn", "已撤案"
    HANDED_BACK = "handed_back", "已退回提案委"


class CaseState(TextChoices):
    ASSIGNED = "assigned", "待签收"
    HANDLING = "handling", "办理中"
    REPLIED = "replied", "已答复"
    ADVISED = "advised", "已提会办意见"
    CLOSED = "closed", "已办结"
    ENDED = "ended", "已调整"


class CaseRole(TextChoices):
    LEAD = "lead", "主办"
    ASSIST = "assist", "协办"
    SEPARATE = "separate", "分办"


# The state of a proposal follows its answering cases, the least advanced first.
PROGRESS = (CaseState.ASSIGNED, CaseState.HANDLING, CaseState.REPLIED, CaseState.CLOSED)
ENDED_PROPOSALS = (ProposalState.MERGED, ProposalState.WITHDRAWN, ProposalState.HANDED_BACK)
ANSWERING = (CaseRole.LEAD, CaseRole.SEPARATE)

# What may be done with a secret proposal (涉密): it is counted, handled offline, and no text or file of it is stored.
SECRET_ACTIONS = frozenset({
    "register", "assign", "adjust", "transfer", "mark_key", "hand_back", "withdraw", "carry_over",
    "accept", "record_offline",
})  # fmt: skip

_OFFICE = (Party.OFFICE,)
_UNIT = (Party.UNIT, Party.UNIT_HEAD)
_UNIT_OR_PAPER = (*_UNIT, Party.OFFICE_FOR)
P, C = ProposalState, CaseState
_NOT_ENDED = (P.RECEIVED, P.ASSIGNED, P.HANDLING, P.REPLIED, P.CLOSED)

PROPOSAL = Table(
    "proposal",
    "提案",
    ProposalState,
    (
        Transition("register", "接收登记", (), _OFFICE, P.RECEIVED),
        Transition("assign", "交办", (P.RECEIVED,), _OFFICE, P.ASSIGNED),
        Transition("import", "补录", (), (Party.OPERATOR, Party.OFFICE, Party.SECRETARIAT)),
        Transition("adjust", "调整承办单位", (P.ASSIGNED, P.HANDLING, P.REPLIED), _OFFICE, note_required=True),
        Transition("coordinate", "协调", (P.ASSIGNED, P.HANDLING), (Party.OFFICE, Party.LEADER), note_required=True),
        Transition("mark_key", "确定重点提案", _NOT_ENDED[:4], _OFFICE, note_required=True),
        Transition("merge", "并案", (P.RECEIVED, P.ASSIGNED), _OFFICE, P.MERGED, True, "has_nothing_merged_into_it"),
        Transition(
            "unmerge", "撤销并案", (P.MERGED,), _OFFICE, P.RECEIVED, True, "has_no_receipt_asked_of_its_proposers"
        ),
        Transition(
            "hand_back",
            "退回提案委",
            (P.RECEIVED, P.ASSIGNED),
            _OFFICE,
            P.HANDED_BACK,
            True,
            "has_nothing_merged_into_it",
        ),
        Transition("withdraw", "撤案", _NOT_ENDED[:4], _OFFICE, P.WITHDRAWN, True, "has_nothing_merged_into_it"),
        Transition("transfer", "移交承接", _NOT_ENDED[1:], _OFFICE, note_required=True),
        Transition("carry_over", "结转续办", _NOT_ENDED[1:4], _OFFICE, note_required=True),
        Transition("correct", "更正登记", _NOT_ENDED, _OFFICE, note_required=True),
    ),
)

CASE = Table(
    "case",
    "承办件",
    CaseState,
    (
        Transition("accept", "签收", (C.ASSIGNED,), _UNIT_OR_PAPER, C.HANDLING),
        Transition(
            "contact",
            "沟通记录",
            (C.ASSIGNED, C.HANDLING, C.REPLIED, C.CLOSED),
            (Party.UNIT, Party.UNIT_HEAD, Party.OFFICE, Party.SECRETARIAT),
        ),
        Transition("urge", "催办", (C.ASSIGNED, C.HANDLING), _OFFICE, when="is_not_urged_today"),
        Transition(
            "advise", "会办意见", (C.HANDLING,), (Party.UNIT_HEAD, Party.OFFICE_FOR), C.ADVISED, when="is_assisting"
        ),
        Transition(
            "request_return",
            "申请退办",
            (C.ASSIGNED, C.HANDLING),
            _UNIT_OR_PAPER,
            note_required=True,
            when="is_within_return_period_without_request",
        ),
        Transition(
            "grant_return", "同意退办", (C.ASSIGNED, C.HANDLING), _OFFICE, C.ENDED, True, "has_open_return_request"
        ),
        Transition(
            "refuse_return",
            "不同意退办",
            (C.ASSIGNED, C.HANDLING),
            _OFFICE,
            C.HANDLING,
            True,
            "has_open_return_request",
        ),
        Transition(
            "request_extension",
            "申请延期",
            (C.HANDLING,),
            _UNIT_OR_PAPER,
            note_required=True,
            when="may_ask_for_an_extension",
        ),
        Transition("grant_extension", "同意延期", (C.HANDLING,), _OFFICE, None, True, "has_open_extension_request"),
        Transition("refuse_extension", "不同意延期", (C.HANDLING,), _OFFICE, None, True, "has_open_extension_request"),
        Transition(
            "record_offline",
            "线下办结",
            (C.ASSIGNED, C.HANDLING),
            (Party.UNIT, Party.UNIT_HEAD, Party.OFFICE),
            C.CLOSED,
            when="is_secret_and_answering",
        ),
        Transition("close", "办结", (C.REPLIED,), (Party.RECEIPTS,), C.CLOSED, when="all_receipts_are_content"),
        Transition(
            "rehandle",
            "二次办理",
            (C.REPLIED, C.CLOSED),
            (Party.RECEIPTS, Party.OFFICE),
            C.HANDLING,
            when="latest_rating_is_dissatisfied",
        ),
        Transition(
            "undo",
            "撤销办结或二次办理",
            (C.CLOSED, C.HANDLING),
            (Party.RECEIPTS,),
            C.REPLIED,
            when="has_no_later_reply",
        ),
        Transition(
            "close_unanswered",
            "未反馈结案",
            (C.REPLIED,),
            (Party.SECRETARIAT,),
            C.CLOSED,
            when="awaits_receipts_without_dissatisfaction",
        ),
        Transition(
            "close_agreed", "商定结案", (C.REPLIED,), _OFFICE, C.CLOSED, True, "is_dissatisfied_after_a_second_reply"
        ),
    ),
)
