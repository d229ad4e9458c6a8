"""How a newly published year comes into the calendar. A changed notice replaces the year under a new version."""

import datetime
from collections.abc import Iterable

from django.db import transaction

from .models import CalendarDay, CalendarYear


@transaction.atomic
def publish_year(
    year: int, days: Iterable[tuple[datetime.date, bool, str]], *, version: str, source: str
) -> CalendarYear:
    """Store a year's exceptions, (day, is_working, name), in place of those it had.

    Raises ValueError for a day of another year, a weekday that works, a weekend that does not.
    """
    rows = [CalendarDay(day=day, is_working=is_working, name=name) for day, is_working, name in days]
    for row in rows:
        if row.day.year != year:
            raise ValueError(f"{row.day.isoformat()}不在{year}年")
        if row.is_working == (row.day.weekday() < 5):
            raise ValueError(f"{row.day.isoformat()}与平常相同，不必登记")
    CalendarDay.objects.filter(day__year=year).delete()
    CalendarDay.objects.bulk_create(rows)
    return CalendarYear.objects.update_or_create(year=year, defaults={"version": version, "source": source})[0]


@transaction.atomic
def revise_year(year: int, days: Iterable[tuple[datetime.date, bool, str]], *, source: str) -> CalendarYear:
    """Store a year as a person entered it. Different days make a new version: 2026-1 → 2026-2; the first one is -1.

    Deadlines that were counted keep the day and the version they were counted with. Raises as `publish_year`.
    """
    days = sorted(days)
    known = CalendarYear.objects.select_for_update().filter(year=year).first()
    stored = sorted(CalendarDay.objects.filter(day__year=year).values_list("day", "is_working", "name"))
    if known is None:
        version = f"{year}-1"
    elif stored == days:
        version = known.version
    else:
        number = known.version.rpartition("-")[2]
        version = f"{year}-{int(number) + 1 if number.isdecimal() else 2}"
    return publish_year(year, days, version=version, source=source)
