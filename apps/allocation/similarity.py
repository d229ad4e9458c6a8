"""How alike titles are, by the pairs of neighbouring characters (bigrams) they share. Pure and deterministic.

Rare pairs count for more: that two titles share 医院 says something, that both share 加强 next to nothing. No
dictionary, no segmentation: good enough for titles of ten to thirty characters, and quick for thousands.
"""

import math
import re
from collections import Counter, defaultdict

FORMULA = re.compile(r"^关于(?:进一步)?|的?(?:建议|提案)$|[^\w]")
LEAST = 0.25
"""Below this, what two titles share is mostly the formulas of the trade (加强…管理, 推进…建设)."""


def bigrams(title):
    """关于增设过街天桥的建议 → {增设, 设过, 过街, 街天, 天桥}."""
    told = FORMULA.sub("", title)
    told = FORMULA.sub("", told)  # what stands at an end once blanks and marks are gone
    return {told[place : place + 2] for place in range(len(told) - 1)}


class Titles:
    """Titles to which others are compared; `nearest` gives their places in the list."""

    def __init__(self, titles):
        self._pairs = [bigrams(title) for title in titles]
        self._places = defaultdict(list)
        for place, pairs in enumerate(self._pairs):
            for pair in pairs:
                self._places[pair].append(place)
        self._sums = [sum(map(self._weight, pairs)) for pairs in self._pairs]

    def _weight(self, pair):
        return math.log1p(len(self._pairs) / max(1, len(self._places.get(pair, ()))))

    def nearest(self, title, least=LEAST):
        """[(likeness from `least` to 1, place)] of those that are like `title`, the most alike first."""
        pairs = bigrams(title)
        own = sum(map(self._weight, pairs))
        shared = Counter()
        for pair in sorted(pairs):  # in one order: sums of floats are then the same on every run
            weight = self._weight(pair)
            for place in self._places.get(pair, ()):
                shared[place] += weight
        found = [(2 * weight / (own + self._sums[place]), place) for place, weight in shared.items()]
        return sorted(((score, place) for score, place in found if score >= least), key=lambda one: (-one[0], one[1]))
