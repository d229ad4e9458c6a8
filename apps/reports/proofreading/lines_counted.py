"""Lists of a line each: 17件，涉及6家单位： and six lines; 六县市合计121件 behind six, 合计157件 behind all of them.

And a list of who leads how many, below 安排如下： and the count of all that is led.
"""

import re
from itertools import groupby

from .arithmetic import plain, sum_told
from .claims import is_exact
from .numerals import chinese_whole
from .words import PROPOSALS, UNITS

_HEADING = re.compile("(?:涉及|分别是|来自|为)(?:以下|如下)?$")
_SO_MANY = re.compile(
    r"(?:上述|以上|这)?(?P<n>[两二三四五六七八九十]|\d{1,2})个?(?:县市区?|市县区?|县区|县|镇街|乡镇|街道|部门|单位|家单位)(?:合计|共计|总计|共)[:：]?"
)
_BELOW = re.compile("(?:安排|分工|名单|情况|任务)?如下：$")
_LEADER = re.compile("(?P<names>[^，。；：\\d（）]{2,30})：(?P<each>各)?(?P<n>\\d{1,3})件(?:（[^（）]*）)?[；。;]?")
_FOOT = re.compile("(?:合计|总计|共计)(?:为|有)?")
_ENTRY = re.compile("[^，。；：]{2,16}")
_FEWEST, _SLIP = 3, 3


def check_lines_counted(splits, marks):
    """Every list of lines that the words around it bound."""
    by_line = {number: list(run) for number, run in groupby(splits.items, key=lambda item: item.paragraph)}
    for number, told in by_line.items():
        text = _text(splits, number)
        first, last = told[0], told[-1]
        if text.endswith("：") and last.count and last.dimension == UNITS and _HEADING.search(last.count.left):
            _check_units(told, by_line, splits, marks)
        elif text.endswith("：") and _BELOW.search(text):
            _check_leaders(told, splits, marks)
        elif first.count and len(told) == 1 and _FOOT.fullmatch(first.count.said):
            _check_foot(first, by_line, splits, marks)
        elif first.count and first.dimension == PROPOSALS and (match := _SO_MANY.fullmatch(first.count.said)):
            _check_before(first, match["n"], by_line, splits, marks)


def _text(splits, number):
    return "".join(splits.lines[number].split()).replace(":", "：") if 0 <= number < len(splits.lines) else ""


def _of_line(number, by_line):
    """The one count of proposals that a line without a full stop tells, None for any other line."""
    told = [one for one in by_line.get(number, []) if one.count]
    if not told or told[0].dimension != PROPOSALS or not is_exact(told[0]) or told[0].change or told[0].past:
        return None
    return told[0] if re.fullmatch("[^，。；：\\d]{2,20}[：，]?", told[0].count.said) else None


def _check_units(told, by_line, splits, marks):
    """So many lines as there are units, and none behind them that looks the same."""
    units = told[-1]
    before = [one for one in told[:-1] if one.count and one.sentence == units.sentence and one.dimension == PROPOSALS]
    if not before or not is_exact(before[-1]) or not is_exact(units) or units.value < _FEWEST or units.value > 60:
        return
    whole, number, count = before[-1], units.paragraph, int(units.value)
    parts = [_of_line(number + step, by_line) for step in range(1, count + 1)]
    if not all(parts) or _of_line(number + count + 1, by_line):
        return
    if any(len([one for one in by_line[part.paragraph] if one.count]) > 1 for part in parts):
        return
    _compare(whole, parts, marks)


def _check_before(item, number, by_line, splits, marks):
    count = int(number) if number.isdigit() else chinese_whole(number)
    parts = [_of_line(item.paragraph - step, by_line) for step in range(count, 0, -1)]
    if count >= _FEWEST and all(parts) and is_exact(item):
        _compare(item, parts, marks)


def _check_foot(item, by_line, splits, marks):
    """3月答复12件, 4月答复35件 …, a line each, and below them 合计157件."""
    parts = []
    for number in range(item.paragraph - 1, -1, -1):
        line = [one for one in by_line.get(number, []) if one.count]
        if len(line) != 1 or line[0].dimension != item.dimension or not _ENTRY.fullmatch(line[0].count.said):
            break
        parts.insert(0, line[0])
    if len(parts) >= _FEWEST and all(map(is_exact, [item, *parts])):
        _compare(item, parts, marks)


def _compare(whole, parts, marks):
    total = sum(part.value for part in parts)
    off = abs(total - whole.value)
    if not off:
        marks.fine(whole.count, *[part.count for part in parts])
    elif off <= max(_SLIP, whole.value // 10) and id(whole.count) not in marks.wrong:
        _fault(whole, [part.value for part in parts], marks)


def _fault(whole, values, marks):
    told = sum_told(values, whole.value)
    marks.suspect("sum", [whole.count], plain(whole.value), plain(sum(values)), told)


def _check_leaders(told, splits, marks):
    """遴选重点提案25件…安排如下： with 周主席：3件； 洪副主席、黎副主席：各4件； to the line with the full stop."""
    key = [one for one in told if one.count and one.facet == "key" and is_exact(one) and not one.past]
    values, parts, number = {one.value for one in told if one.count}, [], told[0].paragraph
    if len(key) != 1:
        return
    for place in range(number + 1, len(splits.lines)):
        text = _text(splits, place)
        if not text:
            continue
        match = _LEADER.fullmatch(text.replace("(", "（").replace(")", "）").replace(";", "；"))
        if match is None:
            return
        people = len(re.split("[、和与及]", match["names"])) if match["each"] else 1
        parts.append(people * int(match["n"]))
        if text.endswith("。"):
            break
    else:
        return
    total = sum(parts)
    is_slip = len(parts) >= _FEWEST and total not in values and abs(total - key[0].value) <= _SLIP
    if is_slip and id(key[0].count) not in marks.wrong:
        _fault(key[0], parts, marks)
