"""The benefit of the doubt: whether a figure that seems wrong is right in some other reading.

A share is right when any two numbers of its sentence give it; a total, when the parts with those between or behind
them make it up, or make up another whole that the letter tells. So few readings are tried that a true fault is hardly
ever right in one of them by chance.
"""

from bisect import bisect_left, bisect_right
from itertools import combinations

from .arithmetic import fits
from .tokens import COUNT, FOREIGN, POINTS

_MOST = 12  # numbers of a sentence and of the one before it that are tried with one another
_BEHIND = 3  # counts behind a split that may belong to it


class Doubts:
    """`mentions`: the Mentions of a letter in order, those of other things than proposals too."""

    def __init__(self, mentions):
        self.mentions = mentions
        self.places = [one.at for one in mentions]
        self.counts = [one for one in mentions if one.kind == COUNT and "change" not in one.flags]

    def share(self, percent):
        """Whether any two numbers of one unit in its sentence, or the sentence before, give a percentage.

        Each may be a sum of two, or all but one: 61条，采纳49条，部分采纳8条 and 93.4%; 163件 and 2件 and 98.8%.
        """
        near = self._near(percent)
        for unit in {one.unit for one in near}:
            values = [one.value for one in near if one.unit == unit]
            if any(fits(part, whole, percent) for part, whole in _pairs(values)):
                return True
        return False

    def total(self, parts, value):
        """Whether `parts` (Mentions) are right where they seem not to make up `value`.

        Right with counts that stand between or behind them, or where they make up another whole of the letter.
        """
        total = sum(one.value for one in parts)
        first, last = min(one.at for one in parts), max(one.at for one in parts)
        most = max(one.value for one in parts)
        own = {id(one) for one in parts}
        if any(one.value == total > most and id(one) not in own for one in self.counts):
            return True
        start = bisect_left([one.at for one in self.counts], first)
        stop = bisect_right([one.at for one in self.counts], last)
        unit = parts[-1].dimension
        between = [one.value for one in self.counts[start:stop] if id(one) not in own and one.dimension == unit]
        behind = [
            one.value
            for one in self.counts[stop : stop + _BEHIND]
            if one.sentence == parts[-1].sentence and one.dimension == unit
        ]
        added = [sum(between), *[sum(behind[:end]) for end in range(1, len(behind) + 1)]]
        return any(more and value == total + more for more in [*added, sum(between) + sum(behind)])

    def _near(self, percent):
        place = bisect_left(self.places, percent.at)
        found = []
        for one in self.mentions[max(place - _MOST, 0) : place + _MOST]:
            told = one.kind in (COUNT, FOREIGN) and not one.about
            beside = one.sentence == percent.sentence or (
                one.at < percent.at and percent.sentence - one.sentence == 1 and one.paragraph == percent.paragraph
            )
            if told and beside and one.kind != POINTS:
                found.append(one)
        return found


def _pairs(values):
    """(part, whole) of some values: one, a sum of two, or all but one, of one or of a sum of two."""
    parts = {*values, *[a + b for a, b in combinations(values, 2)]}
    for whole in set(values):
        for part in parts:
            if part < whole:
                yield part, whole
                yield whole - part, whole
    counted = sorted(values)
    yield from ((one, one) for one, other in zip(counted, counted[1:], strict=False) if one == other and one)
