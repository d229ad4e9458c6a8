"""All of them, named again by their number: 对147件提案的承诺事项, 听取170件提案的进展, where there are 143, 171.

What is named so is a total that the letter told. A number that is told nowhere, that no sum gives, and that is off by a
few from the one total of its kind is a slip for it.
"""

import re
from itertools import accumulate

from . import words
from .arithmetic import is_misprint, plain
from .checks import is_exact
from .labels import is_filler

_KIND = re.compile("(立案|重点|主办|承办|会办|集体)?(?:的)?提案")
_POINTS = re.compile(
    "(?:^|[，；：、“])?[^，；。：\\d的]{0,10}?(?:对|对于|将|把|就|为|给|听取|围绕|针对|上述|全部|所有|这|以上|全[市县区省州]|全年|共|，|^)$"
)
_NAMED_BEHIND = re.compile("([^，。；：\\d的]{2,8})的提案")
_FEW = 3  # proposals
_ADDED = 4  # neighbours that a letter adds up without saying so
_ALL_OF = re.compile("(?:今年|全年|全部|所有|上述|以上|本次|本届)的$")
_SHORT = 4  # characters: 回望, 综观
_OF_SOME = re.compile("其中|另|还有|有$|仅|只|首批|涉及|关于|有关|抽查|选|余|其他|批|类|方面|去年|上年|建议")
_BEHIND = re.compile(
    "(?:提案)(?:中|里|当中|的|进行|逐|均|都|全部|，|。|；|解决|办理|承诺|凝|明确|开展|由|经|按|已|分别|$)"
)
_REACH = 300  # counts
_FEWEST = 8  # proposals: fewer may be any of those that were told of
_SLIP, _SHARE = 4, 30  # so many, and one in so many


def check_references(splits, marks):
    """Every count of proposals that stands for a total told before."""
    papers = [
        one
        for one in splits.items
        if one.count and one.dimension == words.PROPOSALS and not one.change and not one.past
    ]
    for place, item in enumerate(papers):
        if is_exact(item) and id(item.count) not in marks.wrong and not item.percent:
            _check_named_behind(item, papers, place, marks)
        match = _KIND.match(item.count.right)
        if match is None or not is_exact(item) or item.value < _FEWEST or id(item.count) in marks.wrong or item.percent:
            continue
        if not _stands_for_all(item):
            continue
        before = [one for one in papers[max(place - _REACH, 0) : place] if one.sentence != item.sentence]
        totals = [one for one in before if _is_total(one, match[1])]
        of_all = re.search("(?:全部|所有|上述)$", item.count.left)
        if not totals or (_is_told(item, papers, place) and not of_all):
            continue
        if any(one.value == item.value for one in before):
            continue
        known = totals[0]
        if len({one.value for one in totals}) == 1 and _is_near(item, known):
            _differs(item, known, marks)


def _differs(item, known, marks):
    told = f"前文为{plain(known.value)}，这里为{plain(item.value)}，前后应一致。"
    marks.fault("repeat", [item.count], plain(item.value), plain(known.value), told)


def _check_named_behind(item, papers, place, marks):
    """这12件列入计划的提案, told before as 列入计划的10件."""
    match = _NAMED_BEHIND.match(item.count.right)
    if match is None or _OF_SOME.search(re.split("[，；：。]", item.count.said)[-1]):
        return
    known = [
        one
        for one in papers[max(place - _REACH, 0) : place]
        if one.sentence != item.sentence
        and re.search(f"{re.escape(match[1])}的?(?:提案)?(?:有|为|共)?$", one.count.left)
    ]
    points = re.search("(?:这|上述|以上)$", item.count.left)
    if not known or len({one.value for one in known}) > 1 or (not points and _is_told(item, papers, place)):
        return
    if known[0].value == item.value:
        return
    if abs(known[0].value - item.value) <= _FEW and is_exact(known[0]):
        _differs(item, known[0], marks)


def _stands_for_all(item):
    """Whether nothing before or behind a count says that it is some of them only."""
    count = item.count
    clause = re.split("[，；：。\\d]", count.said)[-1]
    if _OF_SOME.search(clause) or (clause.endswith("的") and not _ALL_OF.search(clause)) or count.bracket:
        return False
    short = len(clause) <= _SHORT and not clause.endswith("的")
    return bool(short or _ALL_OF.search(clause) or _POINTS.fullmatch(clause) or is_filler(clause)) and bool(
        _BEHIND.search(count.right)
    )


def _is_total(one, kind):
    """Whether a count is the total of a kind: filed ones for 立案, 重点 for those, else what the letter is about."""
    match kind:
        case "立案":
            return one.stage == words.FILED and not one.within and is_exact(one)
        case "重点":
            return one.facet == "key" and is_exact(one) and one.times == 1
        case "主办":
            return one.facet == "handling" and one.name == "主办" and is_exact(one)
        case "集体":
            return one.facet == "proposer" and one.name == "集体" and is_exact(one)
    return one.stage in (words.HANDLED, words.MERGED, words.WHOLE) and not one.within and is_exact(one)


def _is_told(item, papers, place):
    """Whether the letter tells this number elsewhere, or neighbours make it up."""
    others = [one.value for one in papers if one is not item]
    if item.value in others:
        return True
    for start in range(max(place - _REACH, 0), place):
        if item.value in list(accumulate(others[start : start + _ADDED]))[1:]:
            return True
    return False


def _is_near(item, known):
    off = abs(item.value - known.value)
    if sorted(plain(item.value)) == sorted(plain(known.value)):
        return True  # 32 for 23: two digits exchanged
    return off <= min(_SLIP, max(1, known.value // _SHARE)) or (
        known.value >= 100 and is_misprint(plain(item.value), plain(known.value))
    )
