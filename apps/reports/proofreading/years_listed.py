"""What several years come to, told before them: 五年来共立案903件。2017年192件，2018年185件 ….

The years are as many as the words say, one after the other, and each is told once.
"""

import re

from .arithmetic import plain
from .claims import is_exact
from .numerals import chinese_whole

_SO_MANY = re.compile("([两二三四五六七八九十])(?:个)?年(?:来|间|以来|里|度|共|累计|总)")
_FROM_TO = re.compile("(20\\d\\d)年?[-—–~至到](20\\d\\d)年")
_YEAR = re.compile("(20\\d\\d)年(?:度)?[^，。；]{0,12}$")
_CLOSE = 10  # per cent
_REACH = 2  # sentences
_FEWEST, _MOST = 2, 12  # years


def check_years_listed(splits, marks):
    """Every run of counts that name one year each, against the sum told in the sentences before."""
    place = 0
    while place < len(splits.items):
        parts = _run(splits.items, place)
        if len(parts) >= _FEWEST:
            _check(parts, splits, marks)
        place += max(len(parts), 1)


def _run(items, place):
    """Counts of one kind from a place on, of years that follow each other."""
    parts, years = [], []
    for item in items[place : place + _MOST]:
        match = _YEAR.search(item.count.left) if item.count and not item.change else None
        year = int(match[1]) if match else 0
        if not match or not is_exact(item) or (years and abs(year - years[-1]) != 1) or year in years:
            break
        if parts and (item.dimension != parts[0].dimension or item.stage != parts[0].stage):
            break
        if parts and item.sentence - parts[-1].sentence > 1:
            break
        parts, years = [*parts, item], [*years, year]
    return parts


def _check(parts, splits, marks):
    first = parts[0]
    before = [
        one
        for one in splits.items[max(first.place - 8, 0) : first.place]
        if one.count
        and is_exact(one)
        and not one.percent
        and one.dimension == first.dimension
        and first.sentence - one.sentence <= _REACH
        and _spans(one.count.said, len(parts))
        and (not first.stage or one.stage == first.stage)
    ]
    total = sum(part.value for part in parts)
    mentions = [part.count for part in parts]
    if right := next((one for one in before if one.value == total), None):
        marks.fine(right.count, *mentions)
        return
    near = [one for one in before if abs(one.value - total) * 100 <= _CLOSE * one.value]
    if len(near) == 1 and not any(id(one) in marks.wrong for one in [near[0].count, *mentions]):
        added = "+".join(plain(part.value) for part in parts)
        told = f"{added}={plain(total)}，文中{len(parts)}年共{plain(near[0].value)}。"
        marks.fault("sum", [near[0].count, *mentions], plain(near[0].value), plain(total), told)


def _spans(said, number):
    """Whether the words before a count say that it is of so many years."""
    if match := _SO_MANY.search(said):
        return chinese_whole(match[1]) == number
    match = _FROM_TO.search(said)
    return bool(match) and int(match[2]) - int(match[1]) + 1 == number
