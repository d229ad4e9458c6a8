"""Quarters and halves of the year against the year: 一季度112件，二季度27件，三季度14件，四季度9件，全年164件.

What is told of each of the four quarters, or of both halves, is of the whole year, wherever its total stands in the
paragraph.
"""

import re
from itertools import groupby

from . import words
from .arithmetic import plain
from .claims import is_exact
from .numerals import chinese_whole

_QUARTER = re.compile(r"(?:^|[，；：。、（其中])第?([一二三四])季度(?:(?!季度|[，；]).){0,12}$")
_HALF = re.compile(r"(?:^|[，；：。、（其中])([上下])半年(?:(?!半年|[，；]).){0,12}$")
_YEAR = re.compile(r"(?:全年|年度|累计|合计|总计|共计|[四两]个季度|(?<!公)共(?![享青治建]))[^，；。]{0,8}$")
SOME_QUARTERS = re.compile(r"([前后])([两二三])个?季度[^，；。]{0,8}$")


def check_quarters(splits, marks):
    """Paragraph by paragraph."""
    for _, run in groupby(splits.items, key=lambda item: item.paragraph):
        told = [item for item in run if item.count and not item.change]
        for pattern, names in ((_QUARTER, "一二三四"), (_HALF, "上下")):
            _check(told, pattern, names, marks)


def _check(told, pattern, names, marks):
    named = {}
    for item in told:
        if match := pattern.search(item.count.left):
            named.setdefault(match[1], []).append(item)
    if set(named) != set(names) or any(len(items) > 1 for items in named.values()):
        return
    parts = [named[name][0] for name in names]
    if len({part.dimension for part in parts}) > 1 or not all(map(is_exact, parts)) or _apart(parts):
        return
    total = sum(part.value for part in parts)
    for item in told:
        if item in parts or not is_exact(item) or item.dimension != parts[0].dimension or item.past != parts[0].past:
            continue
        if (match := SOME_QUARTERS.search(item.count.said)) and len(names) == 4:
            some = parts[: chinese_whole(match[2])] if match[1] == "前" else parts[-chinese_whole(match[2]) :]
            _compare(item, some, sum(part.value for part in some), marks)
        elif _is_year(item, parts):
            _compare(item, parts, total, marks)
            break


def _is_year(item, parts):
    """Whether a count right before the parts or behind them is called the sum of them."""
    beside = parts[0].place - 3 <= item.place < parts[0].place or item.place > parts[-1].place
    if _other_part(item, parts):
        return False  # 下半年办复45件。A类合计76件
    near = beside and abs(item.sentence - parts[0].sentence) <= 1 and not item.count.bracket
    own, told = words.stage_of(item.count.left), words.stage_of(parts[0].count.left)
    if own and told and own != told:
        return False  # 立案212件；上半年答复150件
    return near and bool(_YEAR.search(item.count.left)) and item.value >= max(part.value for part in parts)


def _other_part(item, parts):
    """Whether a count is of a class or kind, and the parts are of all."""
    facet, name, _ = words.facet_of(item.count.left)
    own = words.facet_of(parts[0].count.left)
    return facet in ("result", "rating", "proposer", "key", "handling") and (facet, name) != own[:2]


def _apart(parts):
    """Whether the parts do not stand in their order in one sentence or two."""
    places = [part.place for part in parts]
    return places != sorted(places) or parts[-1].sentence - parts[0].sentence > 1


def _compare(item, parts, total, marks):
    mentions = [part.count for part in parts]
    if item.value == total:
        marks.fine(item.count, *mentions)
    elif id(item.count) not in marks.wrong:
        added = "+".join(plain(part.value) for part in parts)
        told = f"{added}={plain(total)}，文中为{plain(item.value)}。"
        marks.fault("sum", [item.count, *mentions], plain(item.value), plain(total), told)
