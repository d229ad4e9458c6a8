"""One figure, two values: totals and named parts that a letter gives more than once."""

import re
from decimal import Decimal

from . import words
from .arithmetic import plain

_WHOLLY = re.compile(
    r"^(?:政协)?(?:委员)?(?:提案|建议)*(?:现|目前|已|均|全部|都|全都|截至|如期|按期|按时|及时)+[^，。；]{0,8}?(?:办|答|复|结|完)"
)
_AGAIN = ("result", "rating", "key", "proposer", "kind")
_CLOSE = Decimal("0.15")
_ABOUT = (words.RECEIVED, words.FILED, words.MERGED, words.HANDLED)


def check_repeats(splits, marks):
    _wholes(splits, marks)
    _parts(splits, marks)


def _wholes(splits, marks):
    """A whole that is named again (N件提案已全部办结) is one that was named before."""
    known = []
    for whole in splits.wholes:
        if whole.past or whole.count.about or whole.dimension != words.PROPOSALS:
            continue
        same = [one for one in known if one.value == whole.value]
        if same:
            marks.fine(whole.count, same[0].count)
        elif known and _says_all(whole) and not _known_otherwise(whole, splits):
            _differs(whole, known[-1], marks)
            continue
        elif (before := _same_stage(whole, known)) and not _known_otherwise(whole, splits):
            _differs(whole, before, marks)
            continue
        known.append(whole)


def _says_all(whole):
    mention = whole.count
    free = re.fullmatch(
        r"(?:.*[，：])?(?:截至[^，]*|目前|至今|上述|以上|这|所有|全部|承办的|所承办的|交办的)*", mention.left
    )
    return bool(free and _WHOLLY.match(mention.right))


def _known_otherwise(whole, splits):
    """Whether some part, or the sum of some split, has this value."""
    return any(one.count and one.value == whole.value and not one.stage for one in splits.items) or any(
        group.total == whole.value for group in splits.groups if len(group.counted) > 1
    )


def _same_stage(whole, known):
    if whole.stage not in _ABOUT or not re.search("共|总|收到|立案", whole.count.label) or whole.within:
        return None
    same = [
        one
        for one in known
        if one.stage == whole.stage and one.sentence != whole.sentence and _kind(one) == _kind(whole)
    ]
    close = [one for one in same if abs(one.value - whole.value) <= max(3, one.value * _CLOSE)]
    return close[0] if close and same[0] is close[0] else None


def _kind(item):
    """What the words call the papers: 代表建议 are another kind than 提案."""
    text = item.count.label + item.count.right[:8]
    return "建议" if re.search("代表|人大|建议", text) and "提案" not in text else ""


def _differs(whole, before, marks):
    marks.fault(
        "repeat",
        [whole.count],
        plain(whole.value),
        plain(before.value),
        f"前文为{plain(before.value)}，这里为{plain(whole.value)}，前后应一致。",
    )


def _parts(splits, marks):
    """The same part of the letter's whole."""
    first = {}
    for item in splits.items:
        if item.count is None or item.facet not in _AGAIN or item.past or item.change or item.count.about:
            continue
        if item.dimension != words.PROPOSALS or not item.group or item.group.is_part or "+" in item.name:
            continue
        if (
            item.facet == "result"
            and len(item.name) > 1
            or item.facet in ("proposer", "kind")
            and not item.group.rest
            and len(item.group.items) < 2
        ):
            continue
        base = item.group.base.value if item.group.base else None
        known = first.setdefault((item.facet, item.name, item.aspect), (item, base))
        if known[0] is item or known[0].sentence == item.sentence:
            continue
        if known[0].value == item.value:
            marks.fine(item.count, known[0].count)
        elif _same_whole(known[1], base, item, splits) and not known[0].group.exact and not item.group.exact:
            _differs(item, known[0], marks)


def _same_whole(one, other, item, splits):
    """Whether two splits are of one whole; a subject of its own (12件政协提案…) makes another."""
    return one is None or other is None or one == other
