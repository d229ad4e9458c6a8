"""Whether a split claims to be all of its whole: by its words, by what its parts are, or by how little is left."""

import re

from . import words
from .followups import FOLLOWED

_SLIP = 3  # proposals
_NEARLY = 25  # one in so many may be missing from a list by a slip
_REFUSED = 10  # one in so many of those not filed may be missing by a slip
_BY_PART = re.compile("^(?:就|从|按)[^，；\\d]{1,10}(?:而言|来看|来说|看|分|讲)，?[^，；\\d]{0,4}$")
_WAYS = re.compile("(?:办理|承办)(?:方式|形式)(?:上|看|来看|分|，|：)")
_THESE_ARE_ALL = re.compile(
    "(?:提案)?[，；。（]?(?:以上|上述)(?:即|就是|便是|为|是|包括了?|已?涵盖了?)[^，。；\\d]{0,6}?(?:全部|所有|全体)"
)
_THESE_ARE_SOME = re.compile("(?:提案)?[，；（](?:以上|上述)(?:单位|部门|各家)?(?:均|都)(?:是|为|属)(?!全部|所有|全体)")


def claims_all(group):
    if group.facet == "key":
        return False
    if _THESE_ARE_SOME.match(group.items[-1].count.after):
        return False
    if _THESE_ARE_ALL.match(group.items[-1].count.after):
        return True
    if group.facet == "handling" and not group.is_list:
        return group.exact or group.rest or _leads_and_assists(group) or _lead_or_assist(group) or _is_nearly_all(group)
    if group.dimension != words.PROPOSALS:
        return group.exact or group.rest or group.is_list or _is_nearly_all(group)
    return group.is_complete() or (
        not group.overlaps
        and (_counts_for_each(group) or _is_fate_of_refused(group) or _is_of_each(group) or _is_nearly_all(group))
    )


def _counts_for_each(group):
    """重点提案15件，市长领办3件，4位副市长各领办3件: who says how many had so many each leaves nobody out."""
    base = group.base
    if base is None or base.place != group.items[0].place - 1:
        return False
    beside = base.sentence == group.items[0].sentence or base.facet == "key"
    return beside and any(one.times > 1 for one in group.items)


def _leads_and_assists(group):
    """承办38件，其中主办17件、分办6件、会办13件: what a place does not lead it assists with."""
    base, first = group.base, group.items[0].mention
    return (
        base is not None
        and base.sentence == first.sentence
        and not any(re.search("另|此外", item.mention.gap) for item in group.items)
        and base.stage in (words.HANDLED, words.WHOLE)
        and ("其中" in first.lead + first.left or bool(re.match("(?:提案|建议|件)*(?:之|当)?中", base.count.right)))
        and "协办" in group.names()
        and bool({"主办", "独办"} & group.names())
    )


def _lead_or_assist(group):
    """承办提案13件，主办5件，协办8件: right behind the whole, or where a unit tells of its own part in each."""
    base, first = group.base, group.items[0]
    if base is None or group.names() not in ({"主办", "协办"}, {"独办", "主办", "协办"}) or group.overlaps:
        return False
    off = abs(base.value - group.total)
    beside = (
        base.place == first.place - 1 and base.sentence == first.sentence and base.stage in (words.HANDLED, words.WHOLE)
    )
    alone = (
        base.stage == words.HANDLED and first.paragraph == base.paragraph and bool(_BY_PART.search(first.mention.said))
    )
    if any(re.search("另|此外|除", item.mention.gap) or item.sentence != first.sentence for item in group.items):
        return False
    return (beside or alone) and 0 < off <= _SLIP and not any(item.percent for item in group.items)


def _is_nearly_all(group):
    """Parts right behind their whole that make up all of it but one or two: a list of some leaves out much more."""
    base, first = group.base, group.items[0]
    if base is None or group.overlaps or len(group.counted) < 2 or group.facet in ("converted", FOLLOWED, "review"):
        return False
    named = first.within and words.stage_of(first.within) == base.stage != ""
    if any(re.search("另|此外", item.mention.gap) for item in group.counted):
        return False
    beside = base.sentence == first.sentence and not base.mention.bracket and not first.mention.bracket
    if not (beside or named) or base.place >= first.place or _lists_some(group):
        return False
    return 0 < abs(base.value - group.total) <= min(_SLIP, base.value // _NEARLY)


def _lists_some(group):
    """Whether the words say that these are not all: 等, 主要, the most."""
    first, last = group.items[0].mention, group.items[-1].mention
    return last.after.startswith("等") or bool(
        re.search("主要|重点|突出|较多|最多|居多|多数|以上|涉及|有关|关于|围绕", first.said[-40:] + last.left)
    )


def _is_fate_of_refused(group):
    """不予立案37件，其中转社情民意19件、转送部门11件、退回5件: each paper that was not filed went somewhere."""
    base, first = group.base, group.items[0]
    if base is None or base.facet != "review" or base.name != "不立案" or base.sentence != first.sentence:
        return False
    near = 0 < base.value - group.total <= max(1, base.value // _REFUSED)
    return len(group.counted) > 2 and base.place == first.place - 1 and near and not _lists_some(group)


def _is_of_each(group):
    """各民主党派、工商联共提交85件，其中民革12件、民盟15件…: each of those named, unless the list ends with 等."""
    base = group.base
    return (
        base is not None
        and base.sentence == group.items[0].sentence
        and len(group.counted) > 2
        and not group.items[-1].count.right.startswith("等")
        and bool(re.search("各[^，；。]{1,16}?(?:共|一共|总共|合计|累计)", base.count.label))
    )


def cannot_overlap(group):
    if group.facet == "grade" and not group.overlaps:
        return True
    if group.facet == "handling" and _is_by_way(group):
        return True  # 办理方式上，单独办理的…，分别办理的…: each paper has one
    if group.overlaps or group.dimension != words.PROPOSALS or group.facet in ("key", "handling"):
        return False
    if group.facet not in words.OPEN:
        return group.facet == "proposer" or not any("+" in item.name for item in group.items)
    first = group.items[0].mention
    return "其中" in _since(group.base, first) and not any(
        one in item.label for item in group.items for one in ("涉及", "有关", "关于", "围绕")
    )


def _is_by_way(group):
    first, base = group.items[0].mention, group.base
    if not _WAYS.search(first.said) or any(re.search("另|此外", item.mention.gap) for item in group.items):
        return False
    return not group.overlaps and base is not None and abs(group.total - base.value) <= base.value // _REFUSED


def _since(base, first):
    """What stands between a whole and the first part in its sentence, units counted between them too."""
    if base is None or base.sentence != first.sentence or base.mention.at > first.at:
        return first.lead + first.left
    return first.said[len(base.mention.said) :]


def is_a_little_more(group, over):
    """Three and more parts that come to a little more than their whole: parts that overlap come to much more."""
    return (
        not group.overlaps
        and group.dimension == words.PROPOSALS
        and group.facet in words.OPEN
        and len(group.counted) > 2
        and not group.items[-1].count.after.startswith("等")
        and over <= min(_SLIP, group.total // 10)
    )
