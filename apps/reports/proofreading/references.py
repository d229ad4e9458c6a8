"""What was counted before, named again by its number: 对147件提案的承诺事项 where there are 143, 248件B类提案 where 52.

Nothing in the words makes it some of them. A number that the letter tells nowhere and that no neighbours make up is a
slip where it is near the one total of its kind, or has two of its digits exchanged; of a class there cannot be more
than there are; and last year's total is not this year's.
"""

import re
from itertools import accumulate

from . import words
from .arithmetic import is_misprint, plain
from .claims import is_exact
from .labels import is_filler

_KIND = re.compile("(?:政协)?(?P<kind>立案|重点|主办|会办|集体|[A-E]类)?(?:的)?(?:提案|件|答复(?=中|的|里))")
_BEHIND = re.compile(
    "(?:提案|类件|答复)(?:中|里|当中|的|进行|逐|均|都|全部|，|。|；|解决|办理|承诺|凝|明确|开展|由|经|按|已|分别|得到|$)"
)
_POINTS = re.compile(
    "[^的]{0,10}?(?:对|对于|将|把|就|为|给|听取|围绕|针对|上述|全部|所有|这|以上|全[市县区省州]|全年|共|抓好|做好|办好|办理|总结|落实|督办|跟踪|紧盯|确保|推进|尽管|虽然)"
)
_ALL_OF = re.compile("(?:今年|全年|全部|所有|上述|以上|本次|本届)的$")
_OF_SOME = re.compile("其中|另|还有|有$|仅|只|首批|涉及|关于|有关|抽查|选|余|其他|批|方面|建议|超期|逾期|延期")
_OTHER_YEAR = re.compile("去年|上年|往年|历年|累计|年来|[两二三四五六]年|近年|跨年|上[一]?届|\\d{4}年")
_NAMED_BEHIND = re.compile("([^，。；：\\d的]{2,8})的提案")
_CLASS_BEFORE = re.compile("(?:对|将|把|抓好|全部|所有)(?P<kind>[A-E]类|主办|会办)的?$")
_HANDED = re.compile("(?:办理|承办|交办|立案)的$")
_SHORT = 4  # characters: 回望, 综观
_REACH = 300  # counts
_FEWEST = 8  # proposals: fewer may be any of those that were told of
_SLIP, _SHARE = 4, 30  # so many, and one in so many
_FEW = 3  # proposals
_ADDED = 4  # neighbours that a letter adds up without saying so


def check_references(splits, marks):
    """Every count of proposals that stands for a total told before."""
    told = [one for one in splits.items if one.count and one.dimension == words.PROPOSALS and not one.change]
    papers = [one for one in told if not one.past]
    cells = splits.cells
    for place, item in enumerate(papers):
        aimed_at = bool(re.search("(?:确保|力争|争取)$", item.count.left))
        if not (is_exact(item) or aimed_at) or id(item.count) in marks.wrong or item.percent:
            continue
        before = [one for one in papers[max(place - _REACH, 0) : place] if one.sentence != item.sentence]
        match = _KIND.match(item.count.right)
        if item.value in cells:
            continue  # told in a table
        left = _CLASS_BEFORE.search(item.count.left)
        if left and re.match("提案", item.count.right) and item.group and len(item.group.items) == 1:
            _check_total(item, left["kind"], before, papers, told, marks)
        elif named := _NAMED_BEHIND.match(item.count.right):
            _check_named_behind(item, named[1], before, papers, marks)
        elif match and item.value >= _FEWEST and _stands_for_all(item):
            _check_total(item, match["kind"] or "", before, papers, told, marks)


def _check_total(item, kind, before, papers, told, marks):
    totals = [one for one in before if _is_total(one, kind)]
    values = {one.value for one in totals}
    if not totals or (item.value in {one.value for one in before} and not _is_of_received(item, kind, values, before)):
        return
    known = min(totals, key=lambda one: abs(one.value - item.value))
    is_class = kind.endswith("类")
    if is_class and (len(values) > 1 or _OTHER_YEAR.search(item.count.said)):
        return
    exchanged = sorted(plain(item.value)) == sorted(plain(known.value))
    too_many = is_class and item.value > known.value
    last_years = any(one.past and one.value == item.value for one in told) and re.match(
        "(?:提案)(?:已|均|现已)", item.count.right
    )
    of_all = bool(re.search("(?:全部|所有|上述)$", item.count.left))
    if _is_of_received(item, kind, values, before):
        _differs(item, known, marks)
        return
    if _HANDED.search(item.count.left) and not exchanged:
        return  # of those handed to somebody, unless two digits are exchanged
    is_slip = exchanged or (_is_near(item, known) and (of_all or kind or not _is_made_up(item, papers)))
    if too_many or last_years or is_slip:
        _differs(item, known if not last_years else totals[0], marks)


def _is_of_received(item, kind, filed, before):
    """228件立案提案, where 228 came in and 203 were filed."""
    came_in = {one.value for one in before if one.stage == words.RECEIVED}
    return kind == "立案" and item.value in came_in - filed and len(filed) == 1


def _check_named_behind(item, name, before, papers, marks):
    """这12件列入计划的提案, told before as 列入计划的10件."""
    if _OF_SOME.search(_clause(item)):
        return
    wanted = re.compile(f"{re.escape(name)}的?(?:提案)?(?:有|为|共)?$")
    known = [one for one in before if wanted.search(one.count.left)]
    values = {one.value for one in known}
    if len(values) != 1 or item.value in values or not is_exact(known[0]):
        return
    points = re.search("(?:这|上述|以上)$", item.count.left)
    others = {one.value for one in papers if one is not item}
    if abs(known[0].value - item.value) <= _FEW and (points or item.value not in others):
        _differs(item, known[0], marks)


def _clause(item):
    return re.split("[，；：。\\d]", item.count.said)[-1]


def _stands_for_all(item):
    """Whether nothing before or behind a count says that it is some of them only."""
    clause = _clause(item)
    if _OF_SOME.search(clause) or item.count.bracket or not _BEHIND.search(item.count.right):
        return False
    if clause.endswith("的"):
        return bool(_ALL_OF.search(clause) or _HANDED.search(clause))
    if re.search("除[^。；]*外，?$", item.count.said):
        return False  # 除8件不宜公开外，181件提案…
    if re.fullmatch("[件份][^，；。]{0,8}(?:和|、|及|与)", clause):
        return True  # 对2件不满意和69件B类提案
    return len(clause) <= _SHORT or bool(_POINTS.fullmatch(clause)) or is_filler(clause)


def _is_total(one, kind):
    """Whether a count is the total of a kind: filed ones for 立案, 重点 for those, else what the letter is about."""
    if not is_exact(one):
        return False
    match kind:
        case "立案":
            return one.stage == words.FILED and not one.within
        case "重点":
            return one.facet == "key" and one.times == 1
        case "主办":
            return one.facet == "handling" and one.name == "主办"
        case "会办":
            return one.facet == "handling" and one.name == "协办"
        case "集体":
            return one.facet == "proposer" and one.name == "集体"
        case "":
            return (one.stage in (words.HANDLED, words.MERGED, words.WHOLE) and not one.within) or one.again
    return one.facet == "result" and one.name == kind[0] and one.group is not None and len(one.group.items) > 1


def _is_made_up(item, papers):
    """Whether a few neighbours make up this number."""
    values = [one.value for one in papers if one is not item]
    return any(
        item.value in list(accumulate(values[start : start + _ADDED]))[1:] for start in range(max(len(values) - 1, 0))
    )


def _is_near(item, known):
    off = abs(item.value - known.value)
    return off <= min(_SLIP, max(1, known.value // _SHARE)) or (
        known.value >= 100 and is_misprint(plain(item.value), plain(known.value))
    )


def _differs(item, known, marks):
    told = f"前文为{plain(known.value)}，这里为{plain(item.value)}，前后应一致。"
    marks.fault("repeat", [item.count], plain(item.value), plain(known.value), told)
