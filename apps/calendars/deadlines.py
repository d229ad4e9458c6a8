"""Working days and time limits that can explain themselves. Dates only; the clock is the caller's.

The rules are those of the Civil Code (民法典): the day something begins is not counted (art. 201); a limit in
months ends on the same day of the month, or on the month's last day (art. 202); a last day that is a holiday moves
to the next working day (art. 203).

Every function takes a `Calendar`. Without one it loads the years it needs (a query, and one more for the versions that
a deadline keeps), so whoever computes many deadlines loads one calendar first and passes it on.
"""

import datetime
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal

from django.utils.functional import SimpleLazyObject

from .models import CalendarDay, CalendarYear

ONE_DAY = datetime.timedelta(days=1)
UNIT_LABELS = {"working_days": "个工作日", "natural_days": "日", "months": "个月"}
PROVISIONAL = "暂按周末推算"


class OutsideCalendar(LookupError):
    """A day in a year for which this calendar was not loaded, so nothing true can be said about it."""


@dataclass(frozen=True)
class Limit:
    """A length of time: 10 working days, 15 days, 3 months. Raises ValueError unless amount is 1 or more."""

    amount: int
    unit: Literal["working_days", "natural_days", "months"]

    def __post_init__(self):
        if self.unit not in UNIT_LABELS:
            raise ValueError(f"unknown unit: {self.unit!r}")
        if isinstance(self.amount, bool) or not isinstance(self.amount, int) or self.amount < 1:
            raise ValueError(f"not a whole number of 1 or more: {self.amount!r}")

    def __str__(self):
        return f"{self.amount}{UNIT_LABELS[self.unit]}"

    def as_json(self) -> dict:
        return {"amount": self.amount, "unit": self.unit}


@dataclass(frozen=True)
class Deadline:
    """A due date with the rule and the calendar version it came from."""

    due_on: datetime.date
    start_on: datetime.date
    limit: Limit
    calendar: str
    """Versions of the years that were counted: "2020-1", "2026-1、2027-未公布"."""
    provisional: bool
    """A counted year is not published yet: the date may change."""
    explanation: str

    def __str__(self):
        return self.explanation

    def basis(self) -> dict:
        """What is stored beside the due date; only JSON's own types."""
        return {
            "rule": self.limit.as_json(),
            "start_on": self.start_on.isoformat(),
            "due_on": self.due_on.isoformat(),
            "calendar": self.calendar,
            "provisional": self.provisional,
            "explanation": self.explanation,
        }


@dataclass(frozen=True, eq=False)
class Calendar:
    """The exceptions of some years, in memory."""

    versions: Mapping[int, str]
    """Published years with their version."""
    exceptions: Mapping[datetime.date, tuple[bool, str]]
    """day → (is it a working day, name)"""
    span: range | None = None
    """The years that were loaded; None = all there are, so a year missing in `versions` is not published."""

    _days: list = field(init=False, repr=False)
    _surplus: list = field(init=False, repr=False)

    def __post_init__(self):
        days = sorted(self.exceptions)
        shifts = [self.exceptions[day][0] - (day.weekday() < 5) for day in days]
        object.__setattr__(self, "_days", days)
        object.__setattr__(self, "_surplus", [0, *accumulate(shifts)])

    @classmethod
    def load(cls, first_year: int | None = None, last_year: int | None = None) -> "Calendar":
        """One query, and one when a version is first asked for: to count working days (剩 3 个工作日) none is.

        Without years everything that is published is loaded (some 30 rows a year).
        """
        years, days, span = CalendarYear.objects.all(), CalendarDay.objects.all(), None
        if first_year is not None or last_year is not None:
            first_year = datetime.MINYEAR if first_year is None else max(first_year, datetime.MINYEAR)
            last_year = datetime.MAXYEAR if last_year is None else min(last_year, datetime.MAXYEAR)
            span = range(first_year, last_year + 1)
            years = years.filter(year__range=(first_year, last_year))
            days = days.filter(day__range=(datetime.date(first_year, 1, 1), datetime.date(last_year, 12, 31)))
        return cls(
            versions=SimpleLazyObject(lambda: dict(years.values_list("year", "version"))),
            exceptions={day: (works, name) for day, works, name in days.values_list("day", "is_working", "name")},
            span=span,
        )

    def is_published(self, year: int) -> bool:
        self._check(year)
        return year in self.versions

    def is_working_day(self, day: datetime.date) -> bool:
        self._check(day.year)
        exception = self.exceptions.get(day)
        return day.weekday() < 5 if exception is None else exception[0]

    def is_closed(self, day: datetime.date) -> bool:
        """Whether the day is known to be closed; False outside the loaded years."""
        return (self.span is None or day.year in self.span) and not self.is_working_day(day)

    def holiday_name(self, day: datetime.date) -> str:
        """Name of the holiday on a weekday, else ""."""
        works, name = self.exceptions.get(day, (True, ""))
        return "" if works else name

    def working_days_until(self, day: datetime.date) -> int:
        """Working days up to and including `day`, counted from a fixed day long ago; only differences mean anything."""
        weeks, rest = divmod(day.toordinal(), 7)  # ordinal 1 was a Monday
        return weeks * 5 + min(rest, 5) + self._surplus[bisect_right(self._days, day)]

    def versions_of(self, years: Iterable[int]) -> str:
        return "、".join(self.versions.get(year, f"{year}-未公布") for year in years)

    def _check(self, year):
        if self.span is not None and year not in self.span:
            raise OutsideCalendar(f"calendar loaded for {self.span[0]}–{self.span[-1]}, asked about {year}")


def is_working_day(day: datetime.date, calendar: Calendar | None = None) -> bool:
    """Whether offices are open; in a year not yet published Monday to Friday."""
    return (calendar or Calendar.load(day.year, day.year)).is_working_day(_plain(day))


def add_working_days(day: datetime.date, amount: int, calendar: Calendar | None = None) -> datetime.date:
    """The `amount`-th working day after `day` (before it, if negative); 0 gives `day` itself, working or not."""
    calendar = calendar or _calendar_for(day, amount * 2)
    day = _plain(day)
    step = ONE_DAY if amount > 0 else -ONE_DAY
    left = abs(amount)
    while left:
        day += step
        left -= calendar.is_working_day(day)
    return day


def working_days_between(after: datetime.date, until: datetime.date, calendar: Calendar | None = None) -> int:
    """Working days after `after` up to and including `until`; negative when `until` is the earlier one."""
    years = sorted((after.year, until.year))
    calendar = calendar or Calendar.load(*years)
    for year in years:
        calendar._check(year)
    return calendar.working_days_until(_plain(until)) - calendar.working_days_until(_plain(after))


def deadline(start: datetime.date, limit: Limit, calendar: Calendar | None = None) -> Deadline:
    """The last day for something that began on `start`; counting begins the day after."""
    calendar = calendar or _calendar_for(start, _rough_days(limit))
    start = _plain(start)
    if limit.unit == "working_days":
        due_on = add_working_days(start, limit.amount, calendar)
        notes = _counted_notes(start + ONE_DAY, due_on, calendar, with_year=start.year != due_on.year)
        counted_from = start + ONE_DAY
        end = due_on
    else:
        end = due_on = counted_from = _natural_end(start, limit)
        notes = []
        while not calendar.is_working_day(due_on):
            due_on += ONE_DAY
    with_year = start.year != due_on.year
    parts = [f"自{_day(start, with_year)}次日起{limit}", *notes, f"至{_day(end, with_year)}"]
    if end != due_on:
        parts.append(f"适逢{_closed_name(end, calendar)}，顺延至{_day(due_on, with_year)}")
    return _deadline(due_on, start, limit, range(counted_from.year, due_on.year + 1), parts, calendar)


def deadline_before(end: datetime.date, limit: Limit, calendar: Calendar | None = None) -> Deadline:
    """The last day for what must be there `limit` before `end`: an assisting opinion a month before the reply is due.

    A day on which offices are closed moves back to the working day before it, never closer to `end`.
    `start_on` of the result is `end`.
    """
    calendar = calendar or _calendar_for(end, -_rough_days(limit))
    end = _plain(end)
    if limit.unit == "working_days":
        first = due_on = add_working_days(end, -limit.amount, calendar)
    else:
        first = due_on = _natural_end(end, limit, sign=-1)
        while not calendar.is_working_day(due_on):
            due_on -= ONE_DAY
    with_year = end.year != due_on.year
    counted_until = first
    notes = []
    if limit.unit == "working_days":
        counted_until = end - ONE_DAY
        notes = _counted_notes(due_on, counted_until, calendar, with_year=with_year)
    parts = [f"{_day(end, with_year)}之前{limit}", *notes, f"至{_day(first, with_year)}"]
    if first != due_on:
        parts.append(f"适逢{_closed_name(first, calendar)}，提前至{_day(due_on, with_year)}")
    return _deadline(due_on, end, limit, range(due_on.year, counted_until.year + 1), parts, calendar)


def _deadline(due_on, start_on, limit, years, parts, calendar):
    unpublished = [year for year in years if not calendar.is_published(year)]
    explanation = "，".join(parts)
    if unpublished:
        explanation += f"（{'、'.join(f'{year}年' for year in unpublished)}放假安排尚未公布，{PROVISIONAL}）"
    return Deadline(
        due_on=due_on,
        start_on=start_on,
        limit=limit,
        calendar=calendar.versions_of(years),
        provisional=bool(unpublished),
        explanation=explanation,
    )


def _plain(day):
    """Refuse datetimes: they compare unequal to dates and carry a zone that would have to be chosen."""
    if isinstance(day, datetime.datetime):
        raise TypeError("a date is needed, not a datetime")
    return day


def _rough_days(limit):
    return limit.amount * {"working_days": 2, "natural_days": 1, "months": 31}[limit.unit]


def _calendar_for(day, days):
    """The years from `day` to some `days` later or earlier; 60 days more than any row of holidays."""
    days += 60 if days >= 0 else -60
    last = datetime.date.fromordinal(min(max(day.toordinal() + days, 1), datetime.date.max.toordinal()))
    return Calendar.load(*sorted((day.year, last.year)))


def _natural_end(day, limit, sign=1):
    if limit.unit == "natural_days":
        return day + sign * limit.amount * ONE_DAY
    year, month = divmod(day.year * 12 + day.month - 1 + sign * limit.amount, 12)
    return datetime.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _counted_notes(first, last, calendar, *, with_year):
    """What made the count differ from Monday–Friday: holidays left out, make-up days counted."""
    holidays, extra = [], []
    run, names = [], []
    day = first
    while day <= last + ONE_DAY:  # one day further closes the last run
        if day <= last and not calendar.is_working_day(day):
            run.append(day)
            if (name := calendar.holiday_name(day)) and name not in names:
                names.append(name)
        else:
            if names:
                holidays.append("、".join(names) + _days(run[0], run[-1], with_year))
            run, names = [], []
            if day <= last and day.weekday() >= 5:
                extra.append(_day(day, with_year))
        day += ONE_DAY
    notes = []
    if holidays:
        notes.append("扣除" + "、".join(holidays))
    if extra:
        notes.append("、".join(extra) + "调休上班计入")
    return notes


def _closed_name(day, calendar):
    """Why `day` is closed: the holiday of its row of closed days, else the weekend."""
    first = last = day
    while calendar.is_closed(first - ONE_DAY):
        first -= ONE_DAY
    while calendar.is_closed(last + ONE_DAY):
        last += ONE_DAY
    names = []
    while first <= last:
        if (name := calendar.holiday_name(first)) and name not in names:
            names.append(name)
        first += ONE_DAY
    return "、".join(names) + "假期" if names else "周末"


def _day(day, with_year):
    return (f"{day.year}年" if with_year else "") + f"{day.month}月{day.day}日"


def _days(first, last, with_year):
    if first == last:
        return _day(first, with_year)
    if (first.year, first.month) == (last.year, last.month):
        return f"{_day(first, with_year)}至{last.day}日"
    return f"{_day(first, with_year)}至{_day(last, with_year and first.year != last.year)}"
