"""What is left after papers were merged, withdrawn, handed on or added: 219件，其中18件合并为6件，实际交办207件."""

import re

from . import words
from .arithmetic import plain
from .written import COUNT

_OUT = re.compile(
    r"撤回|撤案|撤销|退回|转出|转交|移交[给至到]|移送|调出|划出|剔除|核减|转(?:由|送|[市区县省州]|党|信访|其他)[^，；。]{0,8}"
)
_IN = re.compile(r"新增|增补|补交|追加|补充|转入|调入|划入|补立")
_INTO = re.compile(r"[^。；\d]{0,20}?(?:[合归整]并|并案?|整合|合)(?:办理|处理)?[为成][^，；。\d]{0,4}")
_MERGED = re.compile(r"并案|合并|归并")
_LEFT = re.compile(r"(?:实际|现|最终|最后|并案后|合并后|整合后|调整后|归并后)[^，；。]{0,8}$")
_WHOLE = re.compile(r"收到|移交|收悉|提交|交办|交来|立案|原|共|承办|提案")
_CLOSE = 10  # proposals, or per cent of them: what differs by more is another reckoning


def check_balances(mentions, marks):
    """Every run of counts of proposals, of one or two sentences, that ends with what is left."""
    papers = [one for one in mentions if one.kind == COUNT and one.dimension == words.PROPOSALS]
    for place, last in enumerate(papers):
        if _LEFT.search(last.left) and not last.about:
            near = [one for one in papers[max(place - 12, 0) : place] if last.sentence - one.sentence <= 1]
            _check([one for one in near if one.bracket == last.bracket], last, marks)


def _check(near, last, marks):
    steps, lows, highs = [], 0, 0
    while near and (step := _step(near)) is not None:
        low, high, used = step
        lows, highs = lows + low, highs + high
        steps = near[-used:] + steps
        near = near[:-used]
    wholes = [one for one in near if not one.about and _WHOLE.search(_around(one))]
    if not steps or not wholes or any(one.about for one in steps):
        return
    if right := next((one for one in wholes if one.value + lows <= last.value <= one.value + highs), None):
        marks.fine(right, *steps, last)
        return
    whole = min(wholes, key=lambda one: abs(one.value + lows - last.value))
    due = whole.value + lows
    if abs(due - last.value) <= max(_CLOSE, whole.value * _CLOSE // 100):
        told = f"由{plain(whole.value)}件按所说的增减，应为{plain(due)}件，文中为{plain(last.value)}件。"
        marks.suspect("sum", [*steps, last], plain(last.value), plain(due), told, whole)


def _step(near):
    """(least, most that the last count changes, how many counts tell it); None where it changes nothing."""
    one, before = near[-1], near[-2] if len(near) > 1 else None
    if before is not None and _INTO.fullmatch(one.gap) and before.value > one.value:
        return one.value - before.value, one.value - before.value, 2
    text = _around(one)
    if _MERGED.search(text) and re.match("[^，。；（]{0,4}（[^）]*并入", one.after):
        return -one.value, -one.value, 1  # 并案33件（将其并入另外17件）
    if _MERGED.search(text):
        return -one.value, one.value // 2 - one.value, 1  # how many they became is not told
    if _OUT.search(text):
        return -one.value, -one.value, 1
    if _IN.search(text):
        return one.value, one.value, 1
    return None


def _around(one):
    return one.lead + one.left + one.right
