"""The home of each post: what waits for whom. A module for each post, what they share in piles.py and lines.py."""

from dataclasses import dataclass, field

from apps.accounts.queries import standing_of
from apps.calendars.deadlines import Calendar

from . import leader, letters, office, secretariat, unit
from .piles import MINE, OTHERS, WATCHED, Pile, Rows, Section, with_deadlines


@dataclass
class Home:
    """What waits for a user, what the user keeps an eye on, and what the user waits for: Sections."""

    mine: list[Section] = field(default_factory=list)
    watched: list[Section] = field(default_factory=list)
    others: list[Section] = field(default_factory=list)

    @property
    def waiting(self):
        """How many things wait for the user."""
        return sum(section.count for section in self.mine)

    @property
    def late(self):
        return sum(section.late for section in self.mine)

    @property
    def nearest(self):
        """The deadline that comes first of what waits for the user and is not late: a Remaining, or None."""
        running = [item.deadline for section in self.mine for item in section.items if item.deadline]
        return min((one for one in running if one.tone != "late"), key=lambda one: one.due_on, default=None)


def home_of(user, today):
    """The Home of a user: sections with something late first, then those due soon; in each the nearest deadline."""
    standing = standing_of(user, today)
    found = {MINE: [], WATCHED: [], OTHERS: []}
    if standing.is_office or standing.leads_as:
        found[MINE] += letters.letters_for(standing, user)
    for order, rows in _desks(standing, user, today):
        sections = [section for one in rows for section in one.first(today)]
        for section in sorted(sections, key=lambda one: order.index(one.name)):
            found[section.whose].append(section)
    calendar = Calendar.load()
    for section in (section for sections in found.values() for section in sections):
        section.items = with_deadlines(section.items, today, calendar)
    return Home(*(sorted(sections, key=_urgency) for sections in found.values()))


def _urgency(section):
    """Sorts the late first, then what is due soon, and with it a letter that waits to be approved: it has no day."""
    first = section.items[0] if section.items else None
    is_soon = first and (first.deadline.tone == "soon" if first.deadline else first.is_letter)
    return not section.late, not is_soon


def waiting_for(user, today):
    """The Sections of what waits for the user."""
    return home_of(user, today).mine


def pile_named(name, user, today) -> tuple[Pile, Rows] | None:
    """A pile on the user's home and the rows it is of; None where the user has no such pile."""
    for _, rows in _desks(standing_of(user, today), user, today):
        for one in rows:
            for pile in one.piles:
                if pile.name == name:
                    return pile, one
    return None


def _desks(standing, user, today):
    """[(names of piles in order, [Rows])] of the posts that the user holds."""
    desks = []
    if standing.is_office:
        desks.append((office.ORDER, office.rows_of(today)))
    if standing.units:
        desks.append((unit.ORDER, unit.rows_of(standing)))
    if standing.leads_as:
        desks.append((leader.ORDER, leader.rows_of(standing, today)))
    if standing.is_secretariat:
        desks.append((secretariat.ORDER, secretariat.rows_of(user, today)))
    return desks
