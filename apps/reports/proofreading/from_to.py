"""From so many to so many, and the difference told behind: 由95件增加到104件，增加9件; 从4人增加到7人，增长75%.

Both figures stand in one clause, so what follows is their difference, whatever they count.
"""

import re
from itertools import groupby, pairwise

from .arithmetic import fits, plain, share
from .written import COUNT, FOREIGN, PERCENT, POINTS

_FROM = re.compile("[由从][^，。；]*$")
_TO = re.compile(
    "(?!.*[，。；])[^\\d]{0,12}?(?:增至|升至|降至|减至|增到|(?:增加|减少|提高|提升|上升|下降|增长|升|降|扩大|发展|压缩|缩短|扩展|加|减)(?:到|至|为))[^\\d]{0,3}(?:20\\d\\d年的?|今年的?|目前的?)?[^\\d]{0,4}"
)
_MORE = re.compile(
    "[）]?，?[^，。；\\d]{0,8}?(?:增加|减少|净增|净减|增长|增幅|上升|下降|提高|降低|降幅|多|少)(?:了|幅度)?(?:为|达|达到)?"
)
_THAN = re.compile(
    r"[，（]?(?:比|较|与)(?:去年|上年|上一年|[^，。；：\d增减多少升降提]{0,4})"
    r"(?:\d{4}年|\d{1,2}月底?|[一二三四五六七八九十]+届[一二三四五六七八九十]+次会议)?(?:同期|度)?的"
)
_ABOUT = re.compile("[近约逾超]$|不足$|将近$|超过$")
_BEHIND = 2  # numbers that may tell the difference: 增加9件，增长9.5%


def check_from_to(mentions, marks):
    """Every pair of numbers of one unit that a clause leads from one to the other."""
    for _, run in groupby(mentions, key=lambda one: one.sentence):
        told = list(run)
        for place, (then, now) in enumerate(pairwise(told)):
            if _leads(then, now):
                _check(then, now, told[place + 2 : place + 2 + _BEHIND], marks)
            elif compares(then, now):
                _check(now, then, told[place + 2 : place + 2 + _BEHIND], marks)


def _leads(then, now):
    alike = then.unit == now.unit and {then.kind, now.kind} in ({COUNT}, {FOREIGN}, {COUNT, FOREIGN}, {PERCENT})
    return (
        alike
        and bool(_FROM.search(then.left))
        and bool(_TO.fullmatch(now.gap))
        and not now.about
        and not _ABOUT.search(then.left)
        and not re.match("[余多]|左右", then.right)
    )


def compares(now, then):
    """改造4200座，比去年的3500座增加700座，增长20%: things of one unit, this year's and last year's beside it."""
    return (
        {then.kind, now.kind} in ({FOREIGN}, {COUNT})
        and now.unit == then.unit != ""
        and bool(_THAN.fullmatch(then.gap))
        and not (now.about or then.about or _ABOUT.search(now.left) or re.match("[余多]|左右", now.right + then.right))
    )


def _check(then, now, behind, marks):
    for one in behind:
        if not _MORE.fullmatch(one.gap) or one.about or "其中" in one.gap:
            return
        if id(one) in marks.wrong:
            continue
        off = abs(now.value - then.value)
        if one.kind == PERCENT and now.kind != PERCENT and then.value:
            expected = share(off, then.value, one.decimals)
            right, rule = fits(off, then.value, one), "percent"
        elif (one.unit == now.unit and now.kind != PERCENT) if one.kind != POINTS else now.kind == PERCENT:
            expected, right, rule = off, one.value == off, "percent" if one.kind == POINTS else "sum"
        else:
            return
        if right:
            marks.fine(one)
        else:
            told = f"由{plain(then.value)}到{plain(now.value)}，应为{plain(expected)}，文中为{one.printed}。"
            marks.fault(rule, [now, one], one.printed, plain(expected), told)
