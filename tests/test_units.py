"""Units under any of their names, and the leader in charge of one on a day."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from apps.units.models import Leader, Portfolio, Unit, UnitAlias
from apps.units.queries import leaders_in_charge, similar_names, unit_ids_of, units_by_name

pytestmark = pytest.mark.django_db


def day(month, number, year=2020):
    return datetime.date(year, month, number)


@pytest.fixture
def housing():
    unit = Unit.objects.create(name="区住房城乡建委", full_name="大渡口区住房和城乡建设委员会")
    UnitAlias.objects.create(unit=unit, name="区住建委")
    return unit


def test_a_unit_is_found_by_short_name_full_name_and_alias(housing):
    names = units_by_name()
    assert {name for name, unit in names.items() if unit == housing} == {
        "区住房城乡建委",
        "大渡口区住房和城乡建设委员会",
        "区住建委",
    }
    assert "区建委" not in names
    assert similar_names("区住建委员会", names)[0] in ("区住建委", "区住房城乡建委")
    assert similar_names("区气象局", ["区住建委"]) == []


def test_a_units_own_name_comes_before_anothers_alias(housing):
    """The bureau split off under a name that had been an alias: the unit of that name is meant."""
    split = Unit.objects.create(name="区房管局")
    UnitAlias.objects.create(unit=housing, name="区房管局")
    assert units_by_name()["区房管局"] == split


def test_the_leader_in_charge_changes_on_the_day_of_the_portfolio(housing):
    before, after = (Leader.objects.create(name=name, title="副区长") for name in ("周明远", "陈思齐"))
    Portfolio.objects.create(leader=before, unit=housing, from_on=day(1, 1), until_on=day(6, 30))
    Portfolio.objects.create(leader=after, unit=housing, from_on=day(7, 1))
    assert leaders_in_charge([housing.pk], day(1, 1))[housing.pk] == before
    assert leaders_in_charge([housing.pk], day(6, 30))[housing.pk] == before
    assert leaders_in_charge([housing.pk], day(7, 1))[housing.pk] == after
    assert leaders_in_charge([housing.pk], day(12, 31, 2019)) == {}
    assert [row["unit_id"] for row in unit_ids_of([before.pk], day(6, 30))] == [housing.pk]
    assert list(unit_ids_of([before.pk], day(7, 1))) == []


def test_two_leaders_are_not_in_charge_at_once(housing):
    for name in ("周明远", "陈思齐"):
        leader = Leader.objects.create(name=name)
        portfolio = Portfolio(leader=leader, unit=housing, from_on=day(1, 1))
        if name == "周明远":
            portfolio.save()
            continue
        with pytest.raises(IntegrityError), transaction.atomic():
            portfolio.save()


def test_a_portfolio_does_not_end_before_it_begins(housing):
    leader = Leader.objects.create(name="周明远")
    with pytest.raises(IntegrityError), transaction.atomic():
        Portfolio.objects.create(leader=leader, unit=housing, from_on=day(7, 1), until_on=day(6, 30))
