"""How far a session had got at the end of each month or week: the same figures as of one day after the other."""

import datetime
from calendar import monthrange
from dataclasses import dataclass

from .queries import Tally, tallies_on

FOLLOWED = (("assigned",), ("replied",), ("closed",))
WEEKS = 12  # a session that has run no longer is followed by the week
POINTS = 24  # at most: of a longer one every second month, or third


@dataclass(frozen=True)
class Progress:
    """`tallies`: one for each of its days, the last one of the day it is looked at, or of the month when all ended."""

    tallies: tuple[Tally, ...]
    is_weekly: bool

    @property
    def days(self):
        return [tally.as_of for tally in self.tallies]

    def counts(self, *path):
        return tuple(tally.count(*path) for tally in self.tallies)


def progress_of(session, tally, today):
    """The Progress of the proposals of a Tally that has all records; two queries at most."""
    dated = [date for fact in tally.facts for date in _dates(fact.row) if date <= today]
    if not dated:
        return Progress((), False)
    days, is_weekly = _days(min(dated), max(dated), today)
    return Progress(tuple(tallies_on(session, days, tally)), is_weekly)


def _dates(row):
    """When something happened to a proposal that the followed figures count."""
    for case in row.cases:
        known = (case.assigned_on, case.closed_on, *(reply.issued_on for reply in case.replies))
        yield from (date for date in known if date)


def _days(first, last, today):
    """([end of each week or month], by the week?), from the first event to the last one, none after today."""
    is_weekly = (last - first).days <= WEEKS * 7
    ends = [_end_of_week(first) if is_weekly else _end_of_month(first)]
    while ends[-1] < last:
        after = ends[-1] + datetime.timedelta(days=1)
        ends.append(_end_of_week(after) if is_weekly else _end_of_month(after))
    every = -(-len(ends) // POINTS)
    return [min(day, today) for day in ends[::-every][::-1]], is_weekly


def _end_of_week(day):
    return day + datetime.timedelta(days=6 - day.weekday())


def _end_of_month(day):
    return day.replace(day=monthrange(day.year, day.month)[1])
