"""Finding units by any of their names, and the leader in charge of one on a day."""

import difflib
import itertools
import re

from django.db.models import Q

from .models import Leader, Portfolio, Unit, UnitAlias


def units_by_name():
    """Every name and alias of a unit → the unit; two queries."""
    units = {unit.pk: unit for unit in Unit.objects.all()}
    names = {alias.name: units[alias.unit_id] for alias in UnitAlias.objects.all()}
    for unit in units.values():
        if unit.full_name:
            names.setdefault(unit.full_name, unit)
    names.update((unit.name, unit) for unit in units.values())
    return names


def similar_names(name, known):
    """Up to three of `known` that a person may have meant by `name`, nearest first."""
    return difflib.get_close_matches(name, known, n=3, cutoff=0.5)


def units_in_being(day):
    """Units that are not dissolved by `day`."""
    return Unit.objects.filter(Q(dissolved_on=None) | Q(dissolved_on__gt=day))


def in_charge_on(day):
    """Filter for portfolios in force on `day`."""
    return Q(from_on__lte=day) & (Q(until_on=None) | Q(until_on__gte=day))


def leaders_in_charge(unit_ids, day):
    """unit id → the Leader whose portfolio holds it on `day`; units without one are missing. One query."""
    held = Portfolio.objects.filter(in_charge_on(day), unit_id__in=unit_ids).select_related("leader")
    return {portfolio.unit_id: portfolio.leader for portfolio in held}


def unit_ids_of(leader_ids, day):
    """The units that these leaders are in charge of on `day`, as a subquery of ids."""
    return Portfolio.objects.filter(in_charge_on(day), leader_id__in=leader_ids).values("unit_id")


def leaders_by_name():
    """Name → Leader. Of two with one name the higher in order is kept."""
    return {leader.name: leader for leader in Leader.objects.order_by("-order", "-name")}


NAMES = re.compile(r"[、，,；;/\s]+")


def units_named_in(text, known):
    """([Unit], [names that are nobody's]) of a text such as 区住建委、区交通局, in its order, each unit once.

    `known`: units_by_name(). For a unit that is dissolved its successor stands, where there is one.
    """
    found, unknown = [], []
    for name in filter(None, NAMES.split(text)):
        unit = known.get(name)
        if unit and unit.dissolved_on and unit.successor_id:
            unit = next((one for one in known.values() if one.pk == unit.successor_id), None)
        if unit is None:
            unknown.append(name)
        elif unit not in found:
            found.append(unit)
    return found, unknown


def overlapping(portfolios):
    """The first two of the portfolios in which one unit has two leaders on one day, or None."""
    portfolios = sorted(portfolios, key=lambda one: (one.unit_id or 0, one.from_on))
    for earlier, later in itertools.pairwise(portfolios):
        if earlier.unit_id == later.unit_id and (earlier.until_on is None or earlier.until_on >= later.from_on):
            return earlier, later
    return None
