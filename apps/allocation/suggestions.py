"""Which unit might lead a proposal, and why: the proposers' wish, and who handled similar ones before.

Everything suggested says its reason in words; a person decides. One query, however many proposals.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from apps.proposals.models import Case
from apps.proposals.workflow import ANSWERING, CaseState
from apps.units.models import Unit
from apps.units.queries import units_named_in

from .similarity import Titles

MOST = 3
SESSIONS = 2  # so many earlier ones are looked at
WISH, CATEGORY = 2.0, 0.5
"""How much a wish, and a category that one unit had alone, count beside the likeness of a title (at most 1)."""


@dataclass(frozen=True)
class Suggestion:
    """A unit that might lead a proposal."""

    unit: Unit
    reasons: tuple[str, ...]

    @property
    def reason(self):
        return "；".join(self.reasons)


@dataclass(frozen=True)
class Precedent:
    """A proposal of an earlier session and the unit that answered it, or that unit's successor."""

    unit: Unit
    title: str
    category: int | None
    name: str  # 九届四次会议第084号


def suggestions_for(proposals, sessions, known, on):
    """proposal id → up to MOST Suggestions, the best first. Nothing is guessed of a secret one.

    `sessions`: earlier_sessions of theirs. `known`: units.queries.units_by_name().
    """
    precedents = precedents_of(sessions, known, on)
    titles = Titles([one.title for one in precedents])
    by_category = defaultdict(Counter)
    for one in precedents:
        by_category[one.category][one.unit] += 1
    span = "近两届" if len(sessions) > 1 else "".join(one.label for one in sessions)
    found = {}
    for proposal in proposals:
        if proposal.is_secret:
            continue
        scores, reasons = Counter(), defaultdict(list)
        _by_wish(proposal, known, on, scores, reasons)
        alike = _by_title(proposal, precedents, titles, scores)
        _by_category(proposal, by_category, scores)
        for unit in alike.keys() | {unit for unit in by_category.get(proposal.category_id, ()) if proposal.category_id}:
            count = by_category[proposal.category_id][unit] if proposal.category_id else 0
            reasons[unit].append(_experience(span, count, alike.get(unit), proposal.category_id))
        best = sorted(scores, key=lambda unit: (-scores[unit], unit.order, unit.name))[:MOST]
        found[proposal.pk] = [Suggestion(unit, tuple(reasons[unit])) for unit in best]
    return found


def earlier_sessions(session, sessions):
    """Up to SESSIONS of `sessions`, newest first, that were before this one."""
    before = [one for one in sessions if (one.year, one.key) < (session.year, session.key)]
    return before[:SESSIONS]


def precedents_of(sessions, known, on):
    """Who answered what in these sessions; of a dissolved unit its successor, where there is one. One query."""
    units = {unit.pk: unit for unit in known.values()}
    rows = (
        Case.objects.filter(proposal__session__in=sessions, proposal__is_secret=False, role__in=ANSWERING)
        .exclude(state=CaseState.ENDED)
        .order_by("-proposal__session__year", "proposal__number_order", "pk")
        .values_list(
            "unit_id", "proposal__title", "proposal__category_id", "proposal__session__label", "proposal__number"
        )
    )
    found = []
    for unit_id, title, category, label, number in rows:
        if unit := in_being(units.get(unit_id), units, on):
            found.append(Precedent(unit, title, category, f"{label}第{number}号"))
    return found


def in_being(unit, units, on):
    """The unit, or who took over from it, and from that one; None where nobody is there any more."""
    seen = set()
    while unit and unit.dissolved_on and unit.dissolved_on <= on and unit.pk not in seen:
        seen.add(unit.pk)
        unit = units.get(unit.successor_id)
    return unit if unit and not (unit.dissolved_on and unit.dissolved_on <= on) else None


def _by_wish(proposal, known, on, scores, reasons):
    units = {unit.pk: unit for unit in known.values()}
    wished, _ = units_named_in(proposal.wished_units, known)
    for place, unit in enumerate(wished):
        if unit := in_being(unit, units, on):
            scores[unit] += WISH - place / 10
            reasons[unit].append(f"提案人希望由{unit}办理" if not place else f"提案人希望{unit}参与办理")


def _by_title(proposal, precedents, titles, scores):
    """unit → its Precedent that is most like the proposal."""
    alike = {}
    for score, place in titles.nearest(proposal.title):
        unit = precedents[place].unit
        if unit not in alike:
            alike[unit] = precedents[place]
            scores[unit] += score
    return alike


def _by_category(proposal, by_category, scores):
    if not proposal.category_id:
        return
    counts = by_category.get(proposal.category_id, {})
    whole = sum(counts.values())
    for unit, count in counts.items():
        scores[unit] += CATEGORY * count / whole


def _experience(span, count, precedent, category):
    """该类近两届主办 7 件，其中《…》相近 — or what of it is true."""
    if precedent is None:
        return f"该类{span}主办 {count} 件"
    named = f"《{precedent.title}》（{precedent.name}）"
    if count and precedent.category == category:
        return f"该类{span}主办 {count} 件，其中{named}相近"
    told = f"曾主办相近的{named}"
    return f"该类{span}主办 {count} 件，{told}" if count else told
