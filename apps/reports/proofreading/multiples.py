"""How many times as many: 由13件增加到19件，实现翻番; 是上年的1.5倍; 减少一半.

What is doubled is at least twice as many; a multiple with digits is rounded half-up as it is printed.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby, pairwise

from .arithmetic import plain
from .from_to import compares

_TIMES = re.compile(
    r"(?P<about>近|接近|将近|几乎|约|差不多|超过|逾|不到|不足)?(?:"
    r"(?P<doubled>翻(?:了)?一?番|翻(?:了)?一倍|翻倍|(?:增长|增加|提高|上升|多)(?:了)?(?:整整)?一倍)|(?P<fourfold>翻(?:了)?[两二]番)|"
    r"(?P<halved>(?:减少|下降|降低|减)(?:了)?(?:整整)?(?:一半|五成)|减半)|"
    r"(?:增长|增加|提高|上升)(?:了)?(?P<grown>\d+(?:\.\d+)?)倍|(?:是|为|相当于)[^，。；\d]{0,10}的?(?P<multiple>\d+(?:\.\d+)?|[两二三四五])倍)"
)
_FROM = re.compile(r"(?:由|从)[^，。；]*$")
_TO = re.compile(
    r"[^，。；\d]{0,10}(?:升|降|增|减|提高|上升|下降|增加|减少|提升|增长|发展|提)(?:至|到|为)[^，。；]{0,12}"
)
_HALF = Decimal("0.55")  # a half is seldom exact


def check_multiples(mentions, marks):
    """Every pair of counts of one unit that a sentence leads from one to the other, or compares."""
    for _, run in groupby(mentions, key=lambda one: one.sentence):
        told = list(run)
        for then, now in pairwise(told):
            behind = re.split("[。；]", now.after)[0][:16]
            if compares(then, now):
                then, now = now, then
            elif not _FROM.search(then.left) or not _TO.fullmatch(now.gap):
                continue
            if then.unit != now.unit or not then.unit or not then.value:
                continue
            match = _TIMES.search(behind)
            if match is None or match["about"] or re.search(r"[\d，]", behind[: match.start()].lstrip("，")):
                continue
            _check(then, now, match, marks)


def _check(then, now, match, marks):
    times = Decimal(now.value) / Decimal(then.value)
    if _is_right(times, match):
        marks.fine(then, now)
        return
    said, expected = match.group(), f"{times.quantize(Decimal('0.01'), ROUND_HALF_UP)}倍"
    told = f"由{plain(then.value)}到{plain(now.value)}是{expected}，不是“{said}”。"
    marks.fault("percent", [now], said, expected, told, then)


def _is_right(times, match):
    if match["doubled"]:
        return times >= 2
    if match["fourfold"]:
        return times >= 4
    if match["halved"]:
        return times <= _HALF
    printed = match["grown"] or {"两": "2", "二": "2", "三": "3", "四": "4", "五": "5"}.get(
        match["multiple"], match["multiple"]
    )
    step = Decimal(1).scaleb(-len(printed.partition(".")[2]))
    due = times - 1 if match["grown"] else times
    return due.quantize(step, ROUND_HALF_UP) == Decimal(printed)
