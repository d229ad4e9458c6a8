"""The columns of the list of proposals: what each shows, on the page as in the workbook, and what can be sorted by."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case as Choice
from django.db.models import F, IntegerField, Value, When

from apps.proposals.workflow import ProposalState

from ..queries import nearest_due

DEFAULT_SORT = "number"
SORTS = (  # what a telephone offers, where no heads are seen; the heads offer the same
    ("number", "案号从小到大"),
    ("-number", "案号从大到小"),
    ("state", "状态，从待交办起"),
    ("-state", "状态，从已办结起"),
    ("due", "期限近的在前"),
    ("-due", "期限远的在前"),
    ("-received", "最近接收的在前"),
    ("received", "最早接收的在前"),
    ("-assigned", "最近交办的在前"),
    ("assigned", "最早交办的在前"),
    ("category", "按类别"),
    ("-category", "按类别，倒序"),
)


@dataclass(frozen=True)
class Column:
    """One column. `value(row)`: text, a day or None, as it stands in the workbook; `row`: rows.Row.

    `kind`: how the page shows it. `sort`: the order it stands for, where it can be sorted by. `needs`: what has to be
    read for it beside the proposal and its cases: "facts", "signers".
    """

    key: str
    label: str
    value: Callable[[Any], Any]
    kind: str = "text"
    sort: str = ""
    needs: str = ""
    is_default: bool = False
    is_fixed: bool = False  # always shown: without it nobody knows what the row is
    width: int = 0  # in the workbook, in characters


def _name(row):
    return row.name if row else ""


COLUMNS = (
    Column("number", "案号", lambda row: row.proposal.number, "number", "number", is_default=True, is_fixed=True),
    Column("title", "案由", lambda row: row.proposal.title, "title", is_default=True, is_fixed=True, width=50),
    Column("session", "届次", lambda row: row.proposal.session.label, "short", is_default=True),
    Column("key", "重点", lambda row: "重点" if row.proposal.is_key else "", "mark", is_default=True),
    Column("proposers", "提案者", lambda row: "、".join(row.proposers), "names", is_default=True, width=24),
    Column("sector", "界别", lambda row: _name(row.proposal.sector), "short"),
    Column("category", "类别", lambda row: _name(row.proposal.category), sort="category"),
    Column("kind", "类型", lambda row: row.proposal.get_kind_display()),
    Column("mode", "办理方式", lambda row: row.proposal.get_mode_display(), "short"),
    Column("units", "承办单位", lambda row: row.units_in_words, "units", is_default=True, width=32),
    Column("leader", "分管领导", lambda row: "、".join(row.leaders), needs="signers"),
    Column("supervisor", "督办领导", lambda row: _name(row.proposal.supervising_leader)),
    Column("state", "状态", lambda row: row.proposal.get_state_display(), "state", "state", is_default=True),
    Column("due", "期限", lambda row: row.due_on, "deadline", "due", is_default=True),
    Column("result", "办理结果", lambda row: row.result, needs="facts", is_default=True),
    Column("rating", "评价", lambda row: row.rating, needs="facts"),
    Column("rehandled", "二次办理", lambda row: "是" if row.is_rehandled else ""),
    Column("received", "接收日期", lambda row: row.proposal.received_on, "day", "received"),
    Column("assigned", "交办日期", lambda row: row.proposal.assigned_on, "day", "assigned"),
    Column("replied", "答复日期", lambda row: row.replied_on, "day", needs="facts"),
    Column("closed", "办结日期", lambda row: row.closed_on, "day"),
)
DEFAULT = tuple(column.key for column in COLUMNS if column.is_default)


def columns_of(keys):
    """The Columns of the keys, in the order of the list, the fixed ones always; unknown keys are passed over."""
    return [column for column in COLUMNS if column.is_fixed or column.key in keys]


def sort_named(value):
    """A sort of SORTS, the usual one for anything else."""
    return value if value in dict(SORTS) else DEFAULT_SORT


def in_order(proposals, sort, units=()):
    """The queryset in one of SORTS; what is not known stands last either way. `units`: as for ProposalFilter."""
    name, is_reversed = sort.removeprefix("-"), sort.startswith("-")
    if name == "number":
        by = ("-number_order", "-number") if is_reversed else ("number_order", "number")
        return proposals.order_by("-session__year", "session_id", *by, "pk")
    places = [When(state=state, then=Value(place)) for place, state in enumerate(ProposalState.values)]
    by = {
        "state": lambda: Choice(*places, output_field=IntegerField()),
        "due": lambda: nearest_due(units),
        "received": lambda: F("received_on"),
        "assigned": lambda: F("assigned_on"),
        "category": lambda: F("category__order"),
    }[name]()
    proposals = proposals.annotate(order_of_list=by)
    order = F("order_of_list").desc(nulls_last=True) if is_reversed else F("order_of_list").asc(nulls_last=True)
    further = ("category__name",) if name == "category" else ()
    return proposals.order_by(order, *further, "-session__year", "session_id", "number_order", "number", "pk")
