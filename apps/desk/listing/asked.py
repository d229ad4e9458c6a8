"""What a user asked of the list: filter, order and columns, out of the address. Page, workbook and batches share it."""

from dataclasses import dataclass
from functools import cached_property

from django.forms import ChoiceField
from django.http import QueryDict
from django.utils import timezone

from apps.accounts.queries import standing_of
from apps.proposals.forms import id_in
from apps.proposals.models import Proposal
from apps.proposals.workflow import ProposalState
from apps.reports.tables import SEPARATOR, figure_label

from ..filters import ProposalFilter
from .columns import DEFAULT, DEFAULT_SORT, columns_of, in_order, sort_named
from .rows import read_with

LONGEST = 200  # characters of one value in an address that is kept


@dataclass(frozen=True)
class Chip:
    """A filter at work, and the address of the list without it."""

    label: str
    value: str
    query: str


@dataclass(frozen=True)
class Tab:
    """A state and how many of the list are in it. `query`: of the list of these."""

    label: str
    count: int
    query: str
    is_current: bool


@dataclass(frozen=True)
class Head:
    """The head of a column: `order`: ascending, descending or "" as the list stands; `query`: of the other order."""

    column: object
    order: str
    query: str


class Listing:
    """The list as `user` asked for it on a day. `params`: a QueryDict; `keys`: of the columns chosen."""

    def __init__(self, params, user, today=None, keys=None):
        self.user, self.today = user, today or timezone.localdate()
        standing = standing_of(user, self.today)
        is_above = standing.is_office or standing.is_secretariat or bool(standing.leads_as)
        self.units = () if is_above else tuple(sorted(standing.units))
        self.query = query_of(params)
        self.sort = sort_named(self.query.get("sort", ""))
        self.columns = columns_of(DEFAULT if keys is None else keys)
        visible = Proposal.objects.visible_to(user, self.today)
        self.filter = ProposalFilter(self.query, visible, today=self.today, units=self.units)
        self.filter.form.is_valid()

    @cached_property
    def proposals(self):
        """The queryset of the whole list, in order, with what its rows show."""
        return read_with(in_order(self.filter.qs, self.sort, self.units))

    @property
    def querystring(self):
        return self.query.urlencode()

    def query_with(self, name, value=""):
        """The address of the list with one parameter other; "" takes it away."""
        changed = self.query.copy()
        changed.pop(name, None)
        if value:
            changed[name] = value
        return changed.urlencode()

    @property
    def chips(self):
        found = []
        for name, field in self.filter.form.fields.items():
            value = self.filter.form.cleaned_data.get(name)
            if value is True:
                found.append(Chip("", field.label.removeprefix("只看"), self.query_with(name)))
            elif value:
                told = _figure_in_words(value) if name == "figure" else _in_words(field, value)
                found.append(Chip(field.label, told, self.query_with(name)))
        return found

    @property
    def mistakes(self):
        """What of the address is no filter, and was passed over: [(label, why)]."""
        form = self.filter.form
        return [
            (form.fields[name].label, " ".join(errors)) for name, errors in form.errors.items() if name in form.fields
        ]

    @property
    def tabs(self):
        """The states that occur, in the order of the work, with all of them first."""
        counts, chosen = self.filter.state_counts, self.filter.form.cleaned_data.get("state", "")
        found = [Tab("全部", sum(counts.values()), self.query_with("state"), not chosen)]
        for state in ProposalState:
            if counts.get(state) or state == chosen:
                found.append(Tab(state.label, counts.get(state, 0), self.query_with("state", state), state == chosen))
        return found

    @property
    def heads(self):
        return [self._head(column) for column in self.columns]

    def _head(self, column):
        if not column.sort:
            return Head(column, "", "")
        first = f"-{column.sort}" if column.kind == "day" else column.sort  # of days the latest first
        other = column.sort if first.startswith("-") else f"-{column.sort}"
        if self.sort.removeprefix("-") != column.sort:
            return Head(column, "", self.query_with("sort", first))
        order = "descending" if self.sort.startswith("-") else "ascending"
        return Head(column, order, self.query_with("sort", other if self.sort == first else first))


def query_of(params):
    """Of the parameters of an address those of the list, in one order, so that equal lists have equal addresses."""
    found = QueryDict(mutable=True)
    for name in (*ProposalFilter.base_filters, "sort"):
        value = params.get(name, "").strip()[:LONGEST]
        if value and (name, value) != ("sort", DEFAULT_SORT):
            found[name] = value
    return found


def ids_of(params):
    """The proposals that were ticked: ids, whatever was sent."""
    found = map(id_in, dict.fromkeys(params.getlist("id")))
    return [pk for pk in found if pk is not None]


def _in_words(field, value):
    """What a choice is called; a row by its name, a text as it is."""
    return (
        str(dict(field.choices).get(value, value))
        if isinstance(value, str) and isinstance(field, ChoiceField)
        else str(value)
    )


def _figure_in_words(value):
    path = tuple(value.split(SEPARATOR))
    try:
        return figure_label(path)
    except KeyError:
        return value
