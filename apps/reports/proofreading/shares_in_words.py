"""Shares that are told in words: 过半, 超过六成, 不到三成, 三分之二, beside a count of proposals.

Such a share is about so much, so only what no honest reader would say is flagged, and only where the share is that of
no count around it that could be the base.
"""

import re
from decimal import Decimal

from .arithmetic import plain, share
from .bases import bases_of, nearby
from .claims import is_exact
from .numerals import chinese_whole
from .words import PROPOSALS

_SO_MUCH = (
    r"(?P<tenths>[一二三四五六七八九])成(?P<half>半)?|(?P<of>[二三四五六七八九十])分之(?P<parts>[一二三四五六七八九])|"
    r"(?P<mid>一半|半数)"
)
_OVER = r"超过|超出|超|逾|高于|多于|大于"
_UNDER = r"不到|不足|未到|未达|低于|少于"
_NEARLY = r"接近|将近|近|约|大约|约占|差不多"
_SHARE = re.compile(
    rf"(?:的提案|提案)?[，（！]?(?:已经?|就|只|仅|也|均)?(?:占(?:到|比)?(?:了|全部|总数的?)?)?(?:"
    rf"(?P<over_half>(?:超|过|逾|超过)(?:了)?半(?:数)?(?!年|个|月|天|程)|大半|多半|半数以上|一半以上)|"
    rf"(?P<way>{_OVER}|{_UNDER}|{_NEARLY}|达到?)?(?:了)?(?:{_SO_MUCH})(?P<more>多|以上|左右|上下)?)(?=[，。；、）]|$|(?<=半)提案(?:已|提前|按期|如期|都|均)*(?:完成|办结|办复|答复|落实|解决))"
)
_SLACK = Decimal(5)  # percentage points on either side of what is only about so much
_FAR = Decimal(10)  # what is over six tenths is less than seven


def check_shares_in_words(splits, marks):
    """Every count of proposals that is followed by such words."""
    past = {id(one.count) for one in splits.items if one.past}
    for item in splits.items:
        if item.count is None or item.change or item.dimension != PROPOSALS or not is_exact(item):
            continue
        match = _SHARE.match(_behind(item, marks.paragraphs))
        if match is None or item.percent is not None or id(item.count) in marks.wrong:
            continue
        bases = [one for one in [*bases_of(item, splits), *nearby(item, splits)] if one.value > item.value]
        if not bases:
            continue
        if right := next((one for one in bases if _fits(match, item.value, one.value)), None):
            marks.fine(item.count, right.mention)
        elif item.past == (id(bases[0].mention) in past):
            base, expected = bases[0], share(item.value, bases[0].value, 1)
            said = match.group().strip("，（！")
            told = f"{plain(item.value)}占{plain(base.value)}为{expected}%，不是“{said}”。"
            marks.fault("percent", [item.count], said, expected, told, base.mention)


def _behind(item, lines):
    """What follows a count; of a count that is called out, the next sentence too: 86件！过半提案提前完成"""
    if item.count.after != "！":
        return item.count.after
    return "".join(lines[item.paragraph][item.count.end :].split()).replace("!", "！")


def _fits(match, count, base):
    value = Decimal(count) * 100 / Decimal(base)
    if match["over_half"]:
        return value > 50
    meant = _meant(match)
    way, more = match["way"] or "", match["more"] or ""
    if way in _OVER.split("|") or more in ("多", "以上"):
        return meant < value < meant + _FAR or (match["mid"] is not None and value > meant)
    if way in _UNDER.split("|"):
        return meant - _FAR <= value < meant
    if way in ("接近", "将近", "近"):
        return meant - _SLACK - 1 <= value <= meant + 1
    return abs(value - meant) <= _SLACK


def _meant(match):
    if match["tenths"]:
        return Decimal(chinese_whole(match["tenths"])) * 10 + (5 if match["half"] else 0)
    if match["of"]:
        return Decimal(chinese_whole(match["parts"])) * 100 / Decimal(chinese_whole(match["of"]))
    return Decimal(50)
