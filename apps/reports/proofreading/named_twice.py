"""One figure under one name, told twice: 不满意2件 and 不满意的3件提案集中反映; “一老一小”14件 and 12件“一老一小”提案.

Only what begins a sentence, and only where the first stands in a split that adds up, or is the one whole of its kind.
"""

import re

from .arithmetic import is_misprint, plain
from .claims import is_exact
from .exceptions import AGAIN
from .labels import is_filler
from .words import HANDLED, PROPOSALS, WHOLE

_THOSE = re.compile(
    "(?:[（(]?[一二三四五六七八九十]{1,2}[、)）])?(?:对|对于|针对)?“?(?:办成|办不成|不满意|基本满意)”?的(?:这)?"
)
_OF_THEM = re.compile("(?:提案)?(?:背后|集中|主要|大多|多为|都|均|全部|，|$)")
_QUOTED = re.compile("“([^”]{2,10})”(?:类|主题|方面)?(?:的)?提案")
_SOME = re.compile("其中|有|另|仅|只")
_TOTAL = re.compile("(?:承办|办理)(?:提案)?总数(?:为|是|共)?$")
_SLIP = 3  # proposals
_REACH = 200  # counts before


def check_named_twice(splits, marks):
    """Every count that tells again, by name, what was counted before."""
    for item in splits.items:
        if item.count is None or item.change or item.past or not is_exact(item) or item.dimension != PROPOSALS:
            continue
        if id(item.count) in marks.wrong:
            continue
        if _THOSE.fullmatch(item.count.said) and _OF_THEM.match(item.count.after):
            _check_those(item, splits, marks)
        elif (
            is_filler(item.count.said)
            and not _SOME.search(item.count.said)
            and (match := _QUOTED.match(item.count.right))
        ):
            _check_quoted(item, match[1], splits, marks)
        elif _TOTAL.search(item.count.left):
            _check_total(item, splits, marks)


def _check_those(item, splits, marks):
    """More than there were of them, or their digits exchanged: fewer may be some of them."""
    known = [one for one in splits.called_before(item.facet, item.name, item) if one.sentence != item.sentence]
    if not known or len({one.value for one in known}) != 1 or not _in_full_split(known[-1]):
        return
    if any(one.past or one.change or not is_exact(one) for one in known):
        return
    before = known[-1].value
    if item.facet == "rating" and AGAIN.search("".join(splits.lines)):
        return
    more = item.facet == "rating" and 0 < item.value - before <= _SLIP
    swapped = sorted(plain(before)) == sorted(plain(item.value)) and before > 99
    if before != item.value and (more or (swapped and is_misprint(plain(before), plain(item.value)))):
        _differs(item, known[-1], marks)


def _in_full_split(item):
    group = item.group
    return group is not None and len(group.counted) > 1 and group.base is not None and group.total == group.base.value


def _check_quoted(item, name, splits, marks):
    called = re.compile(f"“{re.escape(name)}”(?:类|主题|方面)?(?:的)?(?:提案)?(?:有|共|为)?$")
    told = [
        one
        for one in splits.items[max(item.place - _REACH, 0) : item.place]
        if one.count and called.search(one.count.left)
    ]
    if len({one.value for one in told}) != 1 or not _in_full_split(told[0]) or told[0].sentence == item.sentence:
        return
    known = told[0]
    if known.value == item.value:
        marks.fine(item.count, known.count)
    elif not known.past and abs(known.value - item.value) <= min(_SLIP, max(1, known.value // 5)):
        _differs(item, known, marks)


def _check_total(item, splits, marks):
    """承办总数129件, where the letter tells of 124 that are handled, and of no 129."""
    earlier = [one for one in splits.items[max(item.place - _REACH, 0) : item.place] if one.count and not one.change]
    known = [one for one in earlier if one.stage in (HANDLED, WHOLE) and not one.past and one.dimension == PROPOSALS]
    if len({one.value for one in known}) != 1 or any(one.value == item.value for one in earlier):
        return
    if is_misprint(plain(known[0].value), plain(item.value)):
        _differs(item, known[0], marks)


def _differs(item, known, marks):
    advice = f"前文为{plain(known.value)}，这里为{plain(item.value)}，前后应一致。"
    marks.fault("repeat", [item.count], plain(item.value), plain(known.value), advice)
