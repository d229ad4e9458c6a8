"""The holidays published by the State Council, as the library chinesecalendar keeps them. Pure, no database."""

import datetime
from collections.abc import Iterator

import chinese_calendar
from chinese_calendar import Holiday
from chinese_calendar.constants import holidays, workdays

SOURCE = f"国务院办公厅放假安排（chinesecalendar {chinese_calendar.__version__}）"
SHORT_NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}
NAMES = {holiday.value: SHORT_NAMES.get(holiday.chinese, holiday.chinese) for holiday in Holiday}


def years() -> range:
    """Every year the library has, the first (2004) to the last."""
    return range(min(holidays).year, max(holidays).year + 1)


def exceptions(year: int) -> Iterator[tuple[datetime.date, bool, str]]:
    """(day, is_working, name) of what differs from Monday–Friday in a year, in the order of the days."""
    days = [(day, False, NAMES[name]) for day, name in holidays.items() if day.weekday() < 5]
    days += [(day, True, NAMES[name]) for day, name in workdays.items() if day.weekday() >= 5]
    return iter(sorted(row for row in days if row[0].year == year))
