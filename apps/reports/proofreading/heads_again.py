"""A part that begins a sentence: 5件主办提案分别由…, told before as 主办6件; 主办的20件，文物保护8件….

Where the letter counts a part of this name once, or always alike, a sentence that begins with it is of all of it.
"""

import re

from .arithmetic import plain
from .claims import is_exact
from .labels import is_filler
from .words import PROPOSALS

_NAMED = re.compile(
    r"(?:[主协会独分]办|联合办理|[A-E]类|重点|集体|平时|大会)(?:的)?(?:政协)?(?:委员)?(?:提案|建议|件)(?!办理)"
)
_OF_ALL = ("handling", "result", "key", "kind")
_SLIP, _SHARE = 3, 8  # so many, and one in so many


def check_heads_again(splits, marks):
    """Every count at the head of a sentence with the name of a part behind it."""
    for item in splits.items:
        if item.count is None or item.facet not in _OF_ALL or item.dimension != PROPOSALS or item.past or item.change:
            continue
        if not is_exact(item) or id(item.count) in marks.wrong or id(item.count) in marks.right:
            continue
        if not is_filler(item.count.said) or re.search("另|还有|仅|只", item.count.said):
            continue
        if not _NAMED.match(item.count.right):
            continue
        told = [one for one in splits.called_before(item.facet, item.name, item) if not one.past and not one.change]
        values = {one.value for one in told}
        if len(values) != 1 or any(one.count.about or one.year != item.year for one in told):
            continue
        known = told[-1]
        off = abs(known.value - item.value)
        if not off:
            marks.fine(item.count, known.count)
        elif known.sentence != item.sentence and off <= min(_SLIP, max(1, known.value // _SHARE)):
            advice = f"前文为{plain(known.value)}，这里为{plain(item.value)}，前后应一致。"
            marks.fault("repeat", [item.count], plain(item.value), plain(known.value), advice)
