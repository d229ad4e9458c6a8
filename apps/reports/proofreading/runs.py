"""Counts that follow their whole one after the other and make up all of it but one or two.

承办提案180件，其中应于8月底前办结的174件，经批准延期的6件: no word says that these are all, and what they are called
is no class of one kind; but a list of some leaves out much more than a slip.
"""

import re
from itertools import groupby

from .arithmetic import plain, sum_told
from .claims import is_exact
from .followups import FOLLOWED
from .labels import is_filler
from .words import RETURNED

_TENTH = 10
_SLIP, _SHARE = 3, 25  # so many, and one in so many, may be missing by a slip
_SOME = re.compile("主要|重点|突出|较多|最多|最重|居多|多数|以上|涉及|有关|关于|围绕|前[三四五十\\d]")
_OF_SEVERAL = re.compile("^[^，；]*、[^，；]*?(?:合计|共|总计)")
"""市监委、市法院、市检察院合计7件: one part of several places."""
_OTHERS = re.compile("其[他它余](?:方面|领域|类|问题)?(?:的|有|提案)*$")
_SAYS_WHO = re.compile(
    "(?:系统|政府|机关|部门|单位|群团|团体|[市县区]委|法院|检察院)[^，；]{0,8}?(?:办理|承办|负责)的?$"
)
_LISTED = re.compile(
    r"[^。；：\d]{0,6}，?[^，。；：\d]{0,6}(?:处理|如下|去向|分布|构成|分工|情况|分别是|具体是)[^，。；：\d]{0,2}："
)
"""不予立案的25件，作如下处理：16件…，6件…，3件…"""
_LINKED = re.compile("[^。；：]{0,40}")
_BESIDES = re.compile("另|此外|(?<!公)共(?![享青治建])|合计|累计|比|较|实际|现|应[收办回]|还")


def check_runs(splits, marks):
    """Every count of a sentence with those behind it, up to the end of its clause or sentence."""
    for _, run in groupby(splits.items, key=lambda item: item.sentence):
        told = [item for item in run if item.count and not item.change]
        for place, whole in enumerate(told):
            behind = [one for one in told[place + 1 :] if not one.mention.bracket or whole.mention.bracket]
            _check(whole, _parts(whole, behind), splits, marks)
        _check_sentence(told, splits, marks)
        _check_among(told, splits, marks)
        _check_handlers(told, splits, marks)


def _parts(whole, behind):
    """The counts behind a whole up to a semicolon, all of its dimension."""
    parts = []
    for one in behind:
        if one.dimension != whole.dimension or one.mention.bracket != whole.mention.bracket:
            break
        since = _since(one, parts[-1] if parts else whole)
        if not _LINKED.fullmatch(since) and (parts or not _LISTED.fullmatch(one.mention.gap)):
            break
        if parts and ("其中" in one.mention.gap or "中，" in one.mention.lead):
            return []
        parts.append(one)
    return parts


def _since(one, before):
    """What stands between two counts, with any number in between."""
    return one.mention.said[len(before.mention.said) :] if before.sentence == one.sentence else one.mention.said


def _check(whole, parts, splits, marks):
    if len(parts) < 2 or not is_exact(whole) or not all(is_exact(one) for one in parts):
        return
    if any(id(one.count) in marks.wrong for one in [whole, *parts]):
        return
    back = any(one.facet == "returned" or one.stage == RETURNED for one in parts)
    if back and any(one.facet == "rating" for one in parts):
        return  # 收回98份，未收回2份，满意96份: what is not back was not rated
    if re.fullmatch("[件份篇]?、[^，。；：]{0,12}", _since(parts[0], whole).lstrip("0123456789")):
        return  # 依次为6件、2件、1件: the first of a list is no whole of the others
    behind = parts[0].place == whole.place + 1
    listed = behind and ("其中" in parts[0].mention.gap or bool(_LISTED.fullmatch(parts[0].count.gap)))
    if not listed and whole.group is not None and any(one.group is whole.group for one in parts):
        return  # A类25件，B类1件，C类23件: neighbours
    first, last = parts[0].mention, parts[-1].mention
    total = sum(one.value for one in parts)
    told_some = _SOME.search(_since(parts[0], whole)) and not _are_too_many(whole, parts, total)
    if last.after.startswith("等") or told_some or splits.says_overlap(parts[0]):
        return
    if any(one.past != whole.past or one.facet in ("key", "converted", FOLLOWED) or "+" in one.name for one in parts):
        return
    if (
        any(_BESIDES.search(_OF_SEVERAL.sub("", one.mention.label)) for one in parts)
        or max(one.value for one in parts) >= whole.value
    ):
        return
    off = abs(total - whole.value)
    slip = _SLIP if listed and len(parts) > 2 else min(_SLIP, whole.value // _SHARE)
    if not off:
        marks.fine(whole.count, *[one.count for one in parts])
    elif first.at > whole.count.at and (off <= slip or _are_too_many(whole, parts, total)):
        told = sum_told([one.value for one in parts], whole.value)
        marks.suspect("sum", [one.count for one in parts], plain(total), plain(whole.value), told, whole.count)


def _are_too_many(whole, parts, total):
    """Three and more parts right behind their whole that are a little too many, or end with the others and miss."""
    is_whole = whole.stage or whole.again or whole.count.right.startswith("提案")
    if len(parts) < 3 or parts[0].place != whole.place + 1 or not (is_whole or "其中" in parts[0].mention.gap):
        return False
    off = total - whole.value
    ends = _OTHERS.search(parts[-1].mention.left) and abs(off) <= max(_SLIP, whole.value // _TENTH)
    return 0 < off <= min(2, max(1, whole.value // 20)) or bool(off and ends)


def _check_sentence(told, splits, marks):
    """A sentence that lists nothing but parts: of the whole of its split, or of what the sentence before is about."""
    parts = [one for one in told if not one.mention.bracket]
    if len(parts) < 2 or len({id(one.group) for one in parts}) != 1 or parts[0].group is None:
        return
    group = parts[0].group
    if group.items != parts or group.overlaps or (group.facet != "unit" and len(parts) < 3):
        return
    wholes = [one for one in splits.items[max(parts[0].place - 6, 0) : parts[0].place] if _is_about(one, parts[0])]
    for whole in [group.base, *reversed(wholes)]:
        if whole is not None and whole.sentence != parts[0].sentence and whole.place < parts[0].place:
            _check(whole, parts, splits, marks)


def _check_among(told, splits, marks):
    """总计185件。其中140件经审查立案，31件并入其他提案，14件…: what was told right before, in parts."""
    parts = [one for one in told if not one.mention.bracket]
    if len(parts) < 3 or not parts[0].mention.said.startswith("其中") or len(parts) != len(told):
        return
    whole = splits.before(parts[0])
    if whole is not None and whole.count and whole.stage and parts[0].sentence - whole.sentence == 1:
        _check(whole, _parts(whole, parts), splits, marks)


def _check_handlers(told, splits, marks):
    """立案191件。市政府办理的165件，市委、群团办理的26件: who handles all that was told of in the sentence before."""
    if len(told) < 2 or not all(_SAYS_WHO.search(one.mention.left) for one in told) or told[0].place == 0:
        return
    wholes = [one for one in splits.able(told[0]) if one.stage and told[0].sentence - one.sentence == 1]
    if not any(one.value == sum(part.value for part in told) for one in wholes):
        for whole in reversed(wholes):
            _check(whole, told, splits, marks)


def _is_about(one, part):
    """Whether a count is what one of the two sentences before is about, or the last thing that it tells before 其中."""
    if not one.count or one.dimension != part.dimension or not 0 < part.sentence - one.sentence <= 2:
        return False
    return one.again or is_filler(one.count.said) or part.mention.said.startswith("其中")
