"""The benefit of the doubt: whether a figure that seems wrong is right in some other reading.

A share is right when any two numbers of its sentence give it; a total, when the parts with others of their row
make it up, or make up another whole that the letter tells. So few readings are tried that a true fault is hardly
ever right in one of them by chance.
"""

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate, combinations, pairwise

from .arithmetic import fits
from .written import COUNT, FOREIGN

_MOST = 12  # numbers of a sentence and of the one before it that are tried with one another
_BEHIND = 3  # counts behind a split that may belong to it
_RATIO = re.compile(r"(?<![\d/.])(\d{1,5})[/／](\d{1,5})(?![\d/.])")


class Doubts:
    """`mentions`: the Mentions of a letter in order, those of other things than proposals too."""

    def __init__(self, mentions):
        self.mentions = mentions
        self.places = [one.at for one in mentions]
        self.counts = [one for one in mentions if one.kind == COUNT and "change" not in one.flags]
        self.counted = [one.at for one in self.counts]

    def share(self, percent, own=None):
        """Whether any two numbers of one unit in its sentence, or the sentence before, give a percentage.

        Each may be a sum of two, or all but one: 61条，采纳49条，部分采纳8条 and 93.4%; 163件 and 2件 and 98.8%.
        `own`: the count whose share it is, which is of any other count of the letter.
        """
        ratios = [(int(part), int(whole)) for part, whole in _RATIO.findall(percent.said + percent.after)]
        if any(fits(part, whole, percent) for part, whole in ratios):
            return True
        before = self.counts[: bisect_left(self.counted, percent.at)]
        if own is not None:
            return any(fits(own.value, one.value, percent) for one in self.counts if one is not own and one.value > 1)
        others = [one for one in self.counts if one.value > 1 and before and one is not before[-1]]
        if percent.value == 100:
            others = [one for one in others if one.sentence == percent.sentence]  # every number equals some other
        if any(fits(before[-1].value, one.value, percent) for one in others):
            return True
        near = self._near(percent)
        for unit in {one.unit for one in near}:
            values = [one.value for one in near if one.unit == unit]
            if any(fits(part, whole, percent) for part, whole in _pairs(values, with_sums=percent.decimals > 0)):
                return True
            if re.search("综合|总体|整体|合计", percent.left):
                sums = [a + b for a, b in combinations(values, 2)]
                if any(fits(part, whole, percent) for part in sums for whole in sums if part < whole):
                    return True  # 综合满意率 of two kinds of paper
        return False

    def other_whole(self, parts):
        """Whether `parts` (Mentions) make up another count of the letter."""
        total, own = sum(one.value for one in parts), {id(one) for one in parts}
        return any(one.value == total and id(one) not in own for one in self.counts)

    def row(self, parts, whole):
        """Whether `parts` (Mentions) that seem not to make up a value do so with others of their row.

        With counts that stand between or behind them, without those of later sentences, or where the first is
        their whole.
        """
        own, unit = {id(one) for one in parts}, parts[-1].dimension
        start = bisect_left(self.counted, min(one.at for one in parts))
        stop = bisect_right(self.counted, max(one.at for one in parts))
        row = [one for one in self.counts[start:stop] if one.dimension == unit]
        if not row:
            return False
        after_all = bisect_right(self.places, max(one.at for one in parts))
        behind = [
            one
            for one in self.mentions[after_all : after_all + _BEHIND]
            if one.sentence == parts[-1].sentence and one.kind in (COUNT, FOREIGN) and one.unit == parts[-1].unit
        ]
        between = [one.value for one in row if id(one) not in own]
        more = {0, *_runs(between)}
        after = [0, *accumulate(one.value for one in behind)]
        if len(parts) == 2 and any(one.value == parts[0].value - parts[1].value for one in behind):
            return True  # 立案386件，并案处理21件后，实际交办365件
        total = sum(one.value for one in parts)
        before = [one for one in self.counts[max(start - _BEHIND, 0) : start] if one.sentence == row[0].sentence]
        if total in list(accumulate(one.value for one in reversed(before) if one.dimension == unit))[1:]:
            return True  # 建议8件、提案7件，其中主办6件、会办9件
        return (
            any(total + one + other == whole for one in more for other in after if one or other)
            or whole == sum(one.value for one in row if one.sentence == row[0].sentence) != row[0].value
            or any(one and total - parts[0].value + one == parts[0].value for one in more)
        )

    def _near(self, percent):
        place = bisect_left(self.places, percent.at)
        found = []
        for one in self.mentions[max(place - _MOST, 0) : place + _MOST]:
            told = one.kind in (COUNT, FOREIGN) and not one.about
            beside = one.sentence == percent.sentence or (
                one.at < percent.at and percent.sentence - one.sentence == 1 and one.paragraph == percent.paragraph
            )
            if told and beside:
                found.append(one)
        return found


def _runs(values):
    """Sums of neighbours."""
    return (sum(values[start:stop]) for start in range(len(values)) for stop in range(start + 1, len(values) + 1))


def _pairs(values, with_sums):
    """(part, whole) of some values: one, a sum of two, or all but one, of one or of a sum of two."""
    sums = [a + b for a, b in combinations(values, 2)] if with_sums else []  # whole per cents fit too much by chance
    parts = {*values, *sums}
    yield from ((part, whole) for whole in sums for part in values if part < whole)
    for whole in {*values, sum(values)}:
        for part in parts:
            if part < whole:
                yield part, whole
                if with_sums:
                    yield whole - part, whole
    counted = sorted(values)
    yield from ((one, one) for one, other in pairwise(counted) if one == other and one)
