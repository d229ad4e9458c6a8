"""Lists with a heading of their own: 其余11件由县政协领导领衔： and, a line each, what each of them leads.

The heading ends with a colon and its last count is what the lines make up; every line tells one count.
"""

import re
from itertools import groupby

from .arithmetic import plain, sum_told
from .claims import is_exact

_SLIP, _SHARE = 3, 10  # so many, and one in so many, may be missing by a slip
_SOME = re.compile("主要|重点(?!提案)|突出|较多|例如|比如|部分|以下|有关|涉及|典型")
_IN_ALL = re.compile("(?:计|共|合计|共计|总计)$")
_FEWEST = 2  # lines
_LEADS = re.compile(r"(?:提案|建议|[件份])?，?[^，。；\d]{0,20}：$")


def check_under_headings(splits, marks):
    """Every paragraph that ends with a colon, with the lines behind it."""
    by_line = {number: list(run) for number, run in groupby(splits.items, key=lambda item: item.paragraph)}
    for number in sorted(by_line):
        text = "".join(splits.lines[number].split()).replace(":", "：")
        whole = by_line[number][-1]
        if not text.endswith("：") or whole.count is None or not is_exact(whole) or whole.change:
            continue
        if not _LEADS.fullmatch(whole.count.after) or _SOME.search(whole.count.left + whole.count.after):
            continue
        _check(whole, _lines(number, by_line, splits), marks)


def _lines(number, by_line, splits):
    """The counts of the lines behind a heading, [] where they do not end with a full stop, or are of several."""
    parts = []
    for place in range(number + 1, len(splits.lines)):
        text = "".join(splits.lines[place].split())
        if not text:
            continue
        told = [item for item in by_line.get(place, []) if item.count and not item.change]
        if len(told) == 2 and _IN_ALL.search(told[1].count.left):
            told = told[1:]  # 5位副主席各领衔督办1件，计5件
        if not told or any(not item.mention.bracket for item in told[1:]) or not is_exact(told[0]):
            return parts if text.endswith(("：", ":")) or re.match(r"[一二三四五六七八九十（]", text) else []
        parts.append(told[0])
        if text.endswith("。"):
            return parts
        if not text.endswith(("；", ";", "，", ",")):
            return []
    return parts


def _check(whole, parts, marks):
    if len(parts) < _FEWEST or any(part.dimension != whole.dimension or part.past != whole.past for part in parts):
        return
    if any(part.count.after.startswith("等") or id(part.count) in marks.wrong for part in parts):
        return
    total = sum(part.value for part in parts)
    off = abs(total - whole.value)
    if not off:
        marks.fine(whole.count, *[part.count for part in parts])
    elif off <= min(_SLIP, max(1, whole.value // _SHARE)) and id(whole.count) not in marks.wrong:
        told = sum_told([part.value for part in parts], whole.value)
        marks.fault("sum", [whole.count], plain(whole.value), plain(total), told)
