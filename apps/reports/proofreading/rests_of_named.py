"""The rest of what it is called: 31件B类中，9件…；其余20件B类提案; 10件重点提案: 2件重点提案，其余9件重点提案.

The words behind the rest say of what it is the rest; what the sentence tells before it is the other part.
"""

import re

from . import words
from .claims import is_exact
from .remainders import rest_fault

_REST = re.compile("(?:其余|其他|余下|剩余|剩下|另外)的?$")
_SLIP = 3  # proposals


def check_rests_of_named(splits, marks):
    """Every rest whose class or kind stands behind it."""
    for item in splits.items:
        if item.count is None or item.change or not is_exact(item) or item.dimension != words.PROPOSALS:
            continue
        if id(item.count) in marks.wrong or not _REST.search(item.count.left):
            continue
        facet, name, _ = words.facet_of(item.count.right)
        if facet in ("result", "key", "kind", "proposer", "handling"):
            _check(item, facet, name, splits, marks)


def _check(item, facet, name, splits, marks):
    parts = [one for one in splits.same_sentence(item) if one.place < item.place]
    earlier = [one for one in splits.called_before(facet, name, item) if one not in parts and not one.past]
    wholes = {one.value: one for one in earlier if one.sentence != item.sentence}
    if len(parts) != 1 or not is_exact(parts[0]) or not wholes:
        return
    part = parts[0]
    if any(value == part.value + item.value for value in wholes):
        marks.fine(item.count, part.count)
        return
    whole = min(wholes.values(), key=lambda one: abs(one.value - part.value - item.value))
    is_near = abs(whole.value - part.value - item.value) <= _SLIP and whole.value > part.value
    if is_near and not marks.doubts.other_whole([part.count, item.count]):
        rest_fault(marks.suspect, item, whole.value, part.value, whole.count)
