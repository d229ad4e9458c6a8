"""Piles: what waits on a desk, each of rows that wait for the same thing, nearest deadline first.

Rows of one model are sorted onto their piles by the database, in one query for all the piles of the model: a home page
asks as often for one line as for a thousand.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from django.db.models import Case as Choice
from django.db.models import CharField, Count, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber

from apps.proposals.models import Proposal
from apps.reports.models import AnnualLetter

from ..queries import Remaining, remaining

SHOWN = 5  # lines of one pile on a home page; the count tells how many there are, and leads to all of them

MINE, WATCHED, OTHERS = "mine", "watched", "others"
"""Who has to act: the person whose home it is; others, under this person's eye; others, before this person can."""


@dataclass(frozen=True)
class Press:
    """A button in a line that does it at once: what it says, where it is sent, and what with."""

    label: str
    url: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Way:
    """A link beside the title of a pile: to where all that lies on it is done together."""

    label: str
    url: str


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a person: which proposal (or an AnnualLetter), what to do, by when, where.

    The next thing to do is `action` behind `url`, or the first of `presses` where it needs nothing but a click.
    """

    proposal: Proposal | AnnualLetter
    what: str
    url: str
    action: str
    due_on: datetime.date | None = None
    since: str = ""
    deadline: Remaining | None = None
    presses: tuple[Press, ...] = ()
    is_hidden: bool = False  # the page of the proposal is not to be seen by this person, or not yet

    @property
    def is_letter(self):
        return isinstance(self.proposal, AnnualLetter)

    @property
    def name(self):
        return str(self.proposal) if self.is_letter else f"第{self.proposal.number}号　{self.proposal.title}"

    @property
    def short_name(self):
        return str(self.proposal) if self.is_letter else f"第{self.proposal.number}号"

    @property
    def name_url(self):
        """What a proposal is about stands on its page; what has no such page for its reader is read where it waits."""
        return self.url if self.is_letter or self.is_hidden else self.proposal.get_absolute_url()


ANY = Q(pk__isnull=False)  # a condition cannot be empty


@dataclass
class Section:
    """A pile as a page shows it: its first lines, nearest deadline first, how many there are, how many are late."""

    title: str
    items: list = field(default_factory=list)
    count: int = 0
    late: int = 0
    name: str = ""  # in the address of all of them; what is never longer than its first lines has none
    whose: str = MINE
    way: Way | None = None


@dataclass(frozen=True)
class Pile:
    """Which of some rows wait for the same thing (empty: what lies on none before), and how one reads as a line."""

    name: str
    title: str
    which: Q
    line: Callable[..., Waiting]
    whose: str = MINE
    way: Way | None = None


@dataclass(frozen=True)
class Rows:
    """Rows of one model and the piles that they lie on; what fits on two lies on the first.

    `due`: a field or an expression of the date by which it has to be done, None where there is none.
    `order`: what decides among those of one day.
    """

    rows: QuerySet
    piles: tuple[Pile, ...]
    due: object = None
    order: tuple[str, ...] = ("pk",)

    def piled(self):
        """The rows that lie on a pile, each with the name of it."""
        places = [When(pile.which or ANY, then=Value(pile.name)) for pile in self.piles]
        rows = self.rows.annotate(pile=Choice(*places, default=None, output_field=CharField()))
        if self.due is not None:
            rows = rows.annotate(waits_until=F(self.due) if isinstance(self.due, str) else self.due)
        return rows.exclude(pile=None)

    @property
    def in_turn(self):
        nearest = [F("waits_until").asc(nulls_last=True)] if self.due is not None else []
        return [*nearest, *self.order]

    def first(self, today):
        """A Section for each of the piles, with its first SHOWN lines. One query."""
        by_pile = {"partition_by": F("pile")}
        rows = self.piled().annotate(
            place=Window(RowNumber(), order_by=self.in_turn, **by_pile),
            in_all=Window(Count("pk"), **by_pile),
        )
        if self.due is not None:
            rows = rows.annotate(in_late=Window(Count("pk", filter=Q(waits_until__lt=today)), **by_pile))
        found = {pile.name: Section(pile.title, name=pile.name, whose=pile.whose, way=pile.way) for pile in self.piles}
        lines = {pile.name: pile.line for pile in self.piles}
        for row in rows.filter(place__lte=SHOWN).order_by("place"):
            section = found[row.pile]
            section.items.append(lines[row.pile](row))
            section.count, section.late = row.in_all, getattr(row, "in_late", 0)
        return list(found.values())

    def all_of(self, pile):
        """The rows of one pile, in turn."""
        return self.piled().filter(pile=pile.name).order_by(*self.in_turn)


def with_deadlines(items, today, calendar):
    """The lines with their deadlines in words."""
    return [replace(item, deadline=remaining(item.due_on, today, calendar)) if item.due_on else item for item in items]
