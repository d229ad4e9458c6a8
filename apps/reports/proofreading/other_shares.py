"""Shares and rates of what is no proposal: 采纳236条，占意见305条的77.4%；未采纳48条，占15.7%; 收回352张，回收率97.8%.

Numbers of one unit in one sentence; the base is named by the words, or stands right before the count.
"""

import re
from itertools import groupby

from .arithmetic import fits, plain, share
from .written import COUNT, FOREIGN, PERCENT

_OF = re.compile("[^，；。]{0,12}，?占[^，；。]{0,16}")
_SHARE = re.compile("[^，；。]{0,4}[，（]占(?P<what>[^，；。]{0,10}?)的?(?:比例)?(?:为|达)?")
_RATE = re.compile("[^，；。]{0,8}[，（](?P<name>[^，；。]{1,8}?)率(?:为|达到|达)?")
_SAME = {"回收": "收回", "收回": "回收", "返回": "收回", "回执": "收回"}


def check_other_shares(mentions, marks):
    """Sentence by sentence, with the counts of the paragraph before it."""
    for _, paragraph in groupby(mentions, key=lambda one: one.paragraph):
        told = list(paragraph)
        bases = {}  # sentence and unit → the base that a share of it named
        for place, percent in enumerate(told):
            if percent.kind == PERCENT and place and not percent.about and "change" not in percent.flags:
                _check(percent, told[:place], bases, marks)


def _check(percent, before, bases, marks):
    count = before[-1]
    if count.kind not in (COUNT, FOREIGN) or count.sentence != percent.sentence or not count.unit or count.about:
        return
    if _is_base(count, percent) and len(before) > 1:
        part = before[-2]
        if part.unit == count.unit and part.kind == FOREIGN and part.sentence == count.sentence and not part.about:
            bases[count.sentence, count.unit] = count
            _compare(percent, part, [count], marks)
        return
    if count.kind != FOREIGN:
        return
    larger = [one for one in before[:-1] if one.unit == count.unit and one.value >= count.value and not one.about]
    if match := _RATE.fullmatch(percent.gap):
        name = match["name"]
        if count.left.endswith((name, _SAME.get(name, name))):
            here = [one for one in larger if one.sentence == count.sentence]
            _compare(percent, count, here[-1:], marks, larger)
    elif match := _SHARE.fullmatch(percent.gap):
        named = [one for one in larger if match["what"] and match["what"] in one.left + one.right]
        base = named[-1] if named else None if match["what"] else bases.get((count.sentence, count.unit))
        if base is not None:
            bases.setdefault((count.sentence, count.unit), base)
            _compare(percent, count, [base], marks, larger if not named else ())


def _is_base(count, percent):
    """占提出意见305条的77.4%"""
    return bool(re.fullmatch(r"[^，。；\d]{0,8}的(?:比例为)?", percent.gap)) and bool(_OF.fullmatch(count.gap))


def _compare(percent, count, bases, marks, others=()):
    if not bases or id(percent) in marks.wrong:
        return
    if any(fits(count.value, one.value, percent) for one in [*bases, *others]):
        marks.fine(percent)
        return
    base = bases[0]
    if base.value < count.value:
        return
    expected = share(count.value, base.value, percent.decimals)
    advice = f"{plain(count.value)}占{plain(base.value)}应为{expected}%，文中为{percent.printed}%。"
    marks.suspect("percent", [count, percent], percent.printed, expected, advice)
