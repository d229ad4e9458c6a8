"""Working days and deadlines, from the State Council's published notices.

2020 (国办发明电〔2019〕16号, 国办发明电〔2020〕1号): 元旦 1 Jan; 春节 24 Jan – 2 Feb (extended), 19 Jan works;
清明节 4–6 Apr; 劳动节 1–5 May, 26 Apr and 9 May work; 端午节 25–27 Jun, 28 Jun works; 国庆节、中秋节 1–8 Oct,
27 Sep and 10 Oct work. That makes 262 weekdays − 19 holidays on weekdays + 6 make-up days = 249 working days.
"""

import datetime
import json
import time

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.calendars import published
from apps.calendars.deadlines import (
    Calendar,
    Limit,
    OutsideCalendar,
    add_working_days,
    deadline,
    deadline_before,
    is_working_day,
    working_days_between,
)
from apps.calendars.models import CalendarDay, CalendarYear
from apps.calendars.operations import publish_year

pytestmark = pytest.mark.django_db


def day(text):
    return datetime.date.fromisoformat(text)


def days(first, last):
    return [datetime.date.fromordinal(number) for number in range(day(first).toordinal(), day(last).toordinal() + 1)]


CLOSED_2020 = [
    day("2020-01-01"),
    *days("2020-01-24", "2020-02-02"),
    *days("2020-04-04", "2020-04-06"),
    *days("2020-05-01", "2020-05-05"),
    *days("2020-06-25", "2020-06-27"),
    *days("2020-10-01", "2020-10-08"),
]
MADE_UP_2020 = [
    day(text) for text in ("2020-01-19", "2020-04-26", "2020-05-09", "2020-06-28", "2020-09-27", "2020-10-10")
]
PURE = Calendar(
    versions={year: f"{year}-1" for year in published.years()},
    exceptions={row[0]: row[1:] for year in published.years() for row in published.exceptions(year)},
)


def test_migrate_seeds_the_published_years():
    years = list(CalendarYear.objects.values_list("year", "version"))
    assert years[0] == (2004, "2004-1")
    assert (2020, "2020-1") in years
    assert [year for year, _ in years] == list(range(2004, years[-1][0] + 1))
    assert years[-1][0] >= 2026
    assert all(CalendarYear.objects.values_list("source", flat=True))


def test_only_exceptions_are_stored():
    rows = list(CalendarDay.objects.all())
    assert len(rows) > 300
    assert all(row.is_working == (row.day.weekday() >= 5) for row in rows)


def test_every_day_of_2020_is_as_published(django_assert_num_queries):
    with django_assert_num_queries(1):
        calendar = Calendar.load(2020, 2020)
    with django_assert_num_queries(1):  # once, when a version is asked for
        assert (calendar.is_published(2020), calendar.versions_of([2020])) == (True, "2020-1")
    for one in days("2020-01-01", "2020-12-31"):
        expected = one in MADE_UP_2020 or (one.weekday() < 5 and one not in CLOSED_2020)
        assert is_working_day(one, calendar) is expected, one


@pytest.mark.parametrize(
    "one, expected",
    [
        ("2007-12-29", True),  # moved for New Year 2008
        ("2015-09-03", False),  # 70th anniversary
        ("2018-12-31", False),  # bridge to New Year 2019
        ("2018-12-29", True),
        ("2023-05-03", False),
        ("2023-05-06", True),
        ("2025-01-28", False),
        ("2025-02-08", True),
    ],
)
def test_days_of_other_years(one, expected):
    assert is_working_day(day(one)) is expected


def test_names_are_chinese():
    names = set(CalendarDay.objects.filter(day__year=2020).values_list("name", flat=True))
    assert names == {"元旦", "春节", "清明节", "劳动节", "端午节", "国庆节"}


@pytest.mark.parametrize(
    "amount, unit, label",
    [(10, "working_days", "10个工作日"), (15, "natural_days", "15日"), (3, "months", "3个月")],
)
def test_limit_reads_as_chinese(amount, unit, label):
    limit = Limit(amount, unit)
    assert str(limit) == label
    assert Limit(**limit.as_json()) == limit


@pytest.mark.parametrize(
    "amount, unit", [(0, "months"), (-1, "months"), (True, "months"), (1.5, "months"), (1, "weeks")]
)
def test_limit_refuses_nonsense(amount, unit):
    with pytest.raises(ValueError):
        Limit(amount, unit)


@pytest.mark.parametrize(
    "start, amount, due, explanation",
    [
        ("2020-03-10", 10, "2020-03-24", "自3月10日次日起10个工作日，至3月24日"),
        ("2020-03-27", 10, "2020-04-13", "自3月27日次日起10个工作日，扣除清明节4月4日至6日，至4月13日"),
        ("2020-01-17", 3, "2020-01-21", "自1月17日次日起3个工作日，1月19日调休上班计入，至1月21日"),
        ("2020-01-23", 1, "2020-02-03", "自1月23日次日起1个工作日，扣除春节1月24日至2月2日，至2月3日"),
        ("2020-01-27", 1, "2020-02-03", "自1月27日次日起1个工作日，扣除春节1月28日至2月2日，至2月3日"),
        (
            "2020-04-22",
            10,
            "2020-05-08",
            "自4月22日次日起10个工作日，扣除劳动节5月1日至5日，4月26日调休上班计入，至5月8日",
        ),
        (
            "2020-09-22",
            10,
            "2020-10-12",
            "自9月22日次日起10个工作日，扣除国庆节10月1日至8日，9月27日、10月10日调休上班计入，至10月12日",
        ),
        ("2020-12-31", 1, "2021-01-04", "自2020年12月31日次日起1个工作日，扣除元旦2021年1月1日至3日，至2021年1月4日"),
    ],
)
def test_working_days(start, amount, due, explanation):
    found = deadline(day(start), Limit(amount, "working_days"))
    assert (found.due_on, found.explanation) == (day(due), explanation)
    assert str(found) == explanation
    assert not found.provisional


@pytest.mark.parametrize(
    "start, amount, unit, due, explanation",
    [
        ("2020-03-10", 15, "natural_days", "2020-03-25", "自3月10日次日起15日，至3月25日"),
        ("2020-03-20", 15, "natural_days", "2020-04-07", "自3月20日次日起15日，至4月4日，适逢清明节假期，顺延至4月7日"),
        ("2020-03-06", 15, "natural_days", "2020-03-23", "自3月6日次日起15日，至3月21日，适逢周末，顺延至3月23日"),
        ("2020-01-04", 15, "natural_days", "2020-01-19", "自1月4日次日起15日，至1月19日"),  # a Sunday that works
        ("2020-03-10", 3, "months", "2020-06-10", "自3月10日次日起3个月，至6月10日"),
        ("2020-07-03", 3, "months", "2020-10-09", "自7月3日次日起3个月，至10月3日，适逢国庆节假期，顺延至10月9日"),
        ("2020-01-31", 1, "months", "2020-03-02", "自1月31日次日起1个月，至2月29日，适逢周末，顺延至3月2日"),
        (
            "2019-12-31",
            2,
            "months",
            "2020-03-02",
            "自2019年12月31日次日起2个月，至2020年2月29日，适逢周末，顺延至2020年3月2日",
        ),
        ("2019-01-31", 1, "months", "2019-02-28", "自1月31日次日起1个月，至2月28日"),
        ("2020-01-02", 1, "months", "2020-02-03", "自1月2日次日起1个月，至2月2日，适逢春节假期，顺延至2月3日"),
    ],
)
def test_natural_days_and_months_move_off_closed_days(start, amount, unit, due, explanation):
    found = deadline(day(start), Limit(amount, unit))
    assert (found.due_on, found.explanation) == (day(due), explanation)


@pytest.mark.parametrize(
    "end, amount, unit, due, explanation",
    [
        ("2020-06-10", 1, "months", "2020-05-09", "6月10日之前1个月，至5月10日，适逢周末，提前至5月9日"),
        ("2020-07-31", 1, "months", "2020-06-30", "7月31日之前1个月，至6月30日"),
        ("2020-11-05", 1, "months", "2020-09-30", "11月5日之前1个月，至10月5日，适逢国庆节假期，提前至9月30日"),
        (
            "2020-10-12",
            3,
            "working_days",
            "2020-09-30",
            "10月12日之前3个工作日，扣除国庆节10月1日至8日，10月10日调休上班计入，至9月30日",
        ),
        ("2021-01-15", 1, "months", "2020-12-15", "2021年1月15日之前1个月，至2020年12月15日"),
    ],
)
def test_deadline_before_moves_back(end, amount, unit, due, explanation):
    found = deadline_before(day(end), Limit(amount, unit))
    assert (found.due_on, found.start_on, found.explanation) == (day(due), day(end), explanation)


def test_basis_can_be_stored_as_json():
    found = deadline(day("2020-12-30"), Limit(10, "working_days"))
    basis = json.loads(json.dumps(found.basis()))
    assert basis == {
        "rule": {"amount": 10, "unit": "working_days"},
        "start_on": "2020-12-30",
        "due_on": "2021-01-14",
        "calendar": "2020-1、2021-1",
        "provisional": False,
        "explanation": found.explanation,
    }


def test_years_not_published_count_monday_to_friday():
    CalendarYear.objects.filter(year__gte=2021).delete()
    CalendarDay.objects.filter(day__year__gte=2021).delete()
    found = deadline(day("2020-12-30"), Limit(10, "working_days"))
    assert found.due_on == day("2021-01-13")
    assert found.provisional
    assert found.calendar == "2020-1、2021-未公布"
    assert found.explanation.endswith("至2021年1月13日（2021年放假安排尚未公布，暂按周末推算）")


def test_a_limit_that_ends_before_the_unpublished_year_is_not_provisional():
    CalendarYear.objects.filter(year__gte=2021).delete()
    assert not deadline(day("2020-12-16"), Limit(10, "working_days")).provisional
    assert deadline(day("2020-12-10"), Limit(1, "months")).provisional


def test_distant_future_is_computed_and_marked():
    found = deadline(day("2049-03-10"), Limit(6, "months"))
    assert found.due_on == day("2049-09-10")
    assert "暂按周末推算" in found.explanation


@pytest.mark.parametrize(
    "after, until, count",
    [
        ("2020-03-10", "2020-03-24", 10),
        ("2020-03-24", "2020-03-10", -10),
        ("2020-03-10", "2020-03-10", 0),
        ("2020-03-13", "2020-03-15", 0),
        ("2020-01-23", "2020-02-03", 1),
        ("2020-05-08", "2020-05-09", 1),
        ("2019-12-31", "2020-12-31", 249),
        ("2020-09-26", "2020-10-10", 6),
    ],
)
def test_working_days_between(after, until, count, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        assert working_days_between(day(after), day(until)) == count


@pytest.mark.parametrize(
    "start, amount, end",
    [
        ("2020-03-10", 10, "2020-03-24"),
        ("2020-03-24", -10, "2020-03-10"),
        ("2020-03-14", 0, "2020-03-14"),
        ("2020-03-14", 1, "2020-03-16"),
        ("2020-03-14", -1, "2020-03-13"),
        ("2020-10-09", -1, "2020-09-30"),
        ("2019-12-31", 249, "2020-12-31"),
    ],
)
def test_add_working_days(start, amount, end, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        assert add_working_days(day(start), amount) == day(end)


some_day = st.dates(datetime.date(2005, 1, 1), datetime.date(2040, 12, 31))


@settings(deadline=None)
@given(some_day, st.integers(-400, 400))
def test_adding_and_counting_agree(start, amount):
    end = add_working_days(start, amount, PURE)
    if amount > 0:
        assert working_days_between(start, end, PURE) == amount
    if amount < 0:
        one = datetime.timedelta(days=1)
        assert working_days_between(end - one, start - one, PURE) == -amount
    assert PURE.is_working_day(end) or end == start


@settings(deadline=None)
@given(some_day, some_day)
def test_counting_is_what_a_finger_on_the_calendar_finds(one, other):
    first, last = sorted((one, other))
    counted = sum(
        PURE.is_working_day(datetime.date.fromordinal(number))
        for number in range(first.toordinal() + 1, last.toordinal() + 1)
    )
    assert working_days_between(first, last, PURE) == counted
    assert working_days_between(last, first, PURE) == -counted


@settings(deadline=None)
@given(some_day, st.builds(Limit, st.integers(1, 200), st.sampled_from(["working_days", "natural_days", "months"])))
def test_a_deadline_is_a_working_day_and_later(start, limit):
    found = deadline(start, limit, PURE)
    assert PURE.is_working_day(found.due_on)
    assert found.due_on > start
    assert ("暂按周末推算" in found.explanation) == found.provisional
    before = deadline_before(start, limit, PURE)
    assert PURE.is_working_day(before.due_on)
    assert before.due_on < start


def test_thousands_of_deadlines_from_one_load(django_assert_num_queries):
    with django_assert_num_queries(2):
        calendar = Calendar.load()
        begun = time.perf_counter()
        for number in range(5000):
            start = day("2020-01-01") + datetime.timedelta(days=number % 365)
            deadline(start, Limit(15, "working_days"), calendar)
            deadline(start, Limit(3, "months"), calendar)
            working_days_between(start, day("2020-11-03"), calendar)
    assert time.perf_counter() - begun < 10


def test_a_calendar_says_nothing_about_years_it_did_not_load():
    calendar = Calendar.load(2020, 2020)
    assert deadline(day("2020-01-04"), Limit(1, "natural_days"), calendar).due_on == day("2020-01-06")
    assert deadline(day("2020-01-01"), Limit(3, "natural_days"), calendar).due_on == day("2020-01-06")
    for attempt in (
        lambda: is_working_day(day("2021-01-04"), calendar),
        lambda: deadline(day("2020-12-30"), Limit(10, "working_days"), calendar),
        lambda: working_days_between(day("2019-12-30"), day("2020-01-10"), calendar),
    ):
        with pytest.raises(OutsideCalendar):
            attempt()


def test_a_row_of_closed_days_at_the_edge_of_the_calendar_can_be_named():
    calendar = Calendar.load(2021, 2021)
    found = deadline(day("2021-01-01"), Limit(1, "natural_days"), calendar)
    assert found.explanation == "自1月1日次日起1日，至1月2日，适逢元旦假期，顺延至1月4日"


def test_datetimes_are_refused():
    moment = datetime.datetime(2020, 3, 10, tzinfo=datetime.UTC)
    for attempt in (
        lambda: is_working_day(moment),
        lambda: deadline(moment, Limit(1, "months")),
        lambda: add_working_days(moment, 1),
        lambda: working_days_between(moment, moment),
    ):
        with pytest.raises(TypeError):
            attempt()


def test_publish_year_replaces_what_was_known():
    new = [(day("2027-01-01"), False, "元旦"), (day("2027-01-03"), True, "元旦")]
    publish_year(2027, new, version="2027-1", source="国办通知")
    publish_year(2027, new[:1], version="2027-2", source="国办通知（调整）")
    calendar = Calendar.load(2027, 2027)
    assert calendar.versions == {2027: "2027-2"}
    assert list(calendar.exceptions) == [day("2027-01-01")]
    found = deadline(day("2026-12-31"), Limit(1, "working_days"))
    assert (found.due_on, found.calendar, found.provisional) == (day("2027-01-04"), "2027-2", False)


@pytest.mark.parametrize("row", [("2026-12-31", False), ("2027-01-02", False), ("2027-01-04", True)])
def test_publish_year_refuses_what_is_no_exception(row):
    with pytest.raises(ValueError):
        publish_year(2027, [(day(row[0]), row[1], "元旦")], version="2027-1", source="")
    assert not CalendarYear.objects.filter(year=2027).exists()


def test_day_that_is_no_exception_is_invalid():
    with pytest.raises(ValidationError):
        CalendarDay(day=day("2027-01-04"), is_working=True, name="元旦").full_clean()
    CalendarDay(day=day("2027-01-04"), is_working=False, name="元旦").full_clean()
