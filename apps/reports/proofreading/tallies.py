"""What is no proposal but counted too: visits, meetings, money. Their sums, and one of them told twice.

Such numbers say in their own unit what they count (236人次, 23场, 1.2亿元); only equal units add up.
"""

import re
from itertools import groupby

from . import words
from .arithmetic import is_misprint, plain, sum_told
from .numerals import chinese_whole
from .written import COUNT, FOREIGN, PERCENT

_OPENS = re.compile(
    r"[，（：；、]?(?:其中|包括|分别(?:为|是|有)?|即|：)[^。；]{0,20}|[^，。；]{0,8}[，（](?:其中|包括|即)[，：]?[^，。；]{0,16}"
)
_ALL = re.compile(r"包括|分别|：|即")
_OTHERS = re.compile("其他|其余|剩余|余下")
_APART = re.compile("人次|件次|家次|户次|场次|次|场|.*元")  # one visit, one meeting, one yuan is in one part only
_SLIP, _SHARE = 3, 10  # parts that overlap come to much more: by so many, or so many per cent
_DEFINITE = re.compile(r"(?:^|，|。)(?:这|上述|以上|今年|全部|全年|所有)?的?$")
_NOUN = re.compile(r"([^，。；：、的中均全都已\d（）]{2,8}?)(?=的|中|均|全部|都|已|，|$)")
_FEWEST = 10
_ADDED = re.compile(
    r"(?:以上|上述|这|前述)(?P<n>[两二三四五六七八九十]|\d{1,2})(?:大)?(?:项|个方面|方面|部分|类|个单位|家单位)(?P<what>[^，。；：\d]{0,4}?)(?:合计|共计|总计|累计|共|总分)(?:为|得|达|是)?$"
)


def check_tallies(mentions, marks):
    """Sums of such numbers, sentence by sentence; then those that are pointed at again."""
    others = [one for one in mentions if one.unit and not (one.kind == COUNT and one.dimension == words.PROPOSALS)]
    for _, run in groupby((one for one in mentions if one.kind != PERCENT), key=lambda one: one.sentence):
        told = list(run)
        for place, whole in enumerate(told):
            if whole.kind == FOREIGN and whole.unit and not whole.about:
                _check_sum(whole, _parts(whole, told[place + 1 :]), marks)
    _check_added(others, marks)
    _check_again([one for one in others if one.kind in (COUNT, FOREIGN)], marks)


def _parts(whole, behind):
    """The numbers of its unit that follow a whole as a list."""
    found = []
    for one in behind:
        if one.kind != FOREIGN or one.unit != whole.unit:
            break
        if not found and not _OPENS.fullmatch(one.gap):
            break
        if found and (re.search("其中|比|较|共|累计", one.gap) or one.bracket != found[0].bracket):
            break
        found.append(one)
    return found


def _check_sum(whole, parts, marks):
    if len(parts) < 2 or any(one.about for one in parts):
        return
    total = sum(one.value for one in parts)
    off = total - whole.value
    if not off:
        marks.fine(whole, *parts)
        return
    complete = bool(_ALL.search(parts[0].gap)) or bool(_OTHERS.search(parts[-1].gap))
    slip = _APART.fullmatch(whole.unit) and 0 < off <= max(_SLIP, whole.value * _SHARE / 100)
    if complete or slip:
        advice = sum_told([one.value for one in parts], whole.value)
        marks.suspect("sum", parts, plain(total), plain(whole.value), advice, whole)


def _check_added(told, marks):
    """自评20分 … 自评10分。以上四项自评合计95分: so many of the unit, called as the sum is, stand before it."""
    for place, whole in enumerate(told):
        match = _ADDED.search(whole.said[-24:])
        if match is None or whole.about or whole.kind == PERCENT:
            continue
        number = int(match["n"]) if match["n"].isdigit() else chinese_whole(match["n"]) or 0
        like = [one for one in told[:place] if one.unit == whole.unit and match["what"] in one.left]
        if not match["what"]:  # nothing says which: only where there are so many and no more
            like = [one for one in like if whole.paragraph == one.paragraph]
            like = like if len(like) == number else []
        parts = like[-number:]
        if number < 2 or len(parts) < number or any(one.about for one in parts):
            continue
        total = sum(one.value for one in parts)
        if total == whole.value:
            marks.fine(whole, *parts)
        else:
            told_so = f"{'+'.join(plain(one.value) for one in parts)}={plain(total)}，文中合计为{plain(whole.value)}。"
            marks.suspect("sum", [whole], plain(whole.value), plain(total), told_so)


def _check_again(told, marks):
    """共组织圆桌会23场 … 今年27场圆桌会的纪要: one number, two of whose digits are not the same."""
    for place, one in enumerate(told):
        noun = _NOUN.match(one.right)
        if noun is None or one.about or one.value < _FEWEST or not _DEFINITE.search(one.left) or "change" in one.flags:
            continue
        same = [before for before in told[:place] if before.unit == one.unit and _counts(before, noun[1])]
        values = {before.value for before in same if before.sentence != one.sentence}
        if (
            len(values) == 1
            and not any(before.about for before in same)
            and is_misprint(plain(one.value), plain(min(values)))
        ):
            advice = f"前文为{plain(min(values))}，这里为{plain(one.value)}，前后应一致。"
            marks.fault("repeat", [one], plain(one.value), plain(min(values)), advice)


def _counts(before, noun):
    return before.left.endswith(noun) or before.right.startswith(noun)
