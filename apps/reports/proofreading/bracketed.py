"""A bracket right behind a count that holds nothing but its parts: 主办57件（建议22件、提案35件）."""

import re
from itertools import groupby

from .arithmetic import plain, sum_told
from .claims import is_exact

_SLIP, _TENTH = 3, 10
_SOME = re.compile("其中|另|含|包括|不计|等|主要|比|较|去年|上年|除|应|实|占|原|并案|撤")
_BARE = re.compile(
    r"(?:提案|建议)?（((?:[^\d（），。；：、]{1,8}\d{1,5}[、，]){1,9}[^\d（），。；：、]{1,8}\d{1,5}件?)）"
)
_LAST = re.compile("(?:提案|建议|件)?）")


def check_bracketed(splits, marks):
    """Every bracket that opens right behind a count."""
    for whole in splits.items:
        if whole.count is None or not is_exact(whole) or id(whole.count) in marks.wrong:
            continue
        _check_bare(whole, marks)
        behind = splits.items[whole.place + 1 : whole.place + 13]
        if not behind or not behind[0].mention.bracket or behind[0].mention.bracket == whole.mention.bracket:
            continue
        _, run = next(groupby(behind, key=lambda item: item.mention.bracket))
        _check(whole, list(run), marks)


def _check_bare(whole, marks):
    """承办43件（独办18、主办14、会办11）: the unit is told once."""
    match = _BARE.match(whole.count.after)
    if match is None or _SOME.search(match[1]) or re.search("[年月日号第%]", match[1]):
        return
    numbers = [int(one) for one in re.findall(r"\d+", match[1])]
    total, value = sum(numbers), whole.value
    if total == value:
        marks.fine(whole.count)
    elif abs(total - value) <= min(_SLIP, max(1, value // _TENTH)):
        told = sum_told(numbers, value)
        marks.fault("sum", [whole.count], plain(total), plain(value), told, tail=f"（{match[1]}）")


def _check(whole, parts, marks):
    first, last = parts[0].mention, parts[-1].mention
    if len(parts) < 2 or not all(one.count and not one.percent and is_exact(one) for one in parts):
        return
    if any(one.dimension != whole.dimension or id(one.count) in marks.wrong for one in parts):
        return
    said = "".join(one.mention.gap for one in parts) + last.right
    if first.at != whole.count.at + 1 or not re.match("[^，；。]{0,6}（", first.gap) or not _LAST.match(last.after):
        return
    if _SOME.search(said) or any("；" in one.mention.gap for one in parts) or parts[0].past != whole.past:
        return
    total = sum(one.value for one in parts)
    off = abs(total - whole.value)
    if not off:
        marks.fine(whole.count, *[one.count for one in parts])
    elif off <= min(_SLIP, max(1, whole.value // _TENTH)):
        told = sum_told([one.value for one in parts], whole.value)
        marks.fault("sum", [whole.count, *[one.count for one in parts]], plain(total), plain(whole.value), told)
