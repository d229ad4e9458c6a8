"""Counts that are added up in words: of two kinds of paper, of years, of a class and the next."""

import re

from .arithmetic import plain
from .claims import is_exact
from .numerals import chinese_whole
from .quarters import SOME_QUARTERS
from .sums import SOME_OF_THEM

_ADDED_UP = re.compile(
    "(?:全年|[上下]半年|[两二三四五六七八九十\\d]+(?:家|个|项|类|者|地|单位|部门|镇|街道|时段)+|前[一二三四]个?季度|至?\\d+月底?|[两三四五]年|两项|三项|两级|两类)?(?:合计|共计|总计|总共|累计|共)(?:有|为|达|收到|提交|立案|承办|办理|办复|答复|办结)*"
)
_SO_MANY = re.compile(
    "([两二三四五六七八九十]|\\d+)(?:家|个|局|地|镇|单位|部门)+(主办|会办|协办|承办)?(?:提案)?(?:合计|共计|总计|共)$"
)
_MORE = re.compile("又|另|还|再|新增|加上|增补|追加")
_PERIOD = re.compile(r"[上下]半年|季度|20\d\d年|\d+月")
_BOTH = re.compile("(?:建议|议案)(?:和|与|及|、)?(?:政协|委员)*提案|提案(?:和|与|及|、)?(?:人大|代表)*建议")
_LEVEL = re.compile(
    r"(?:其中)?[，：]?(?:[承主]办)?(全国|省|市|州|区|县)政协(?:委员)?(?:提案|交办|交来|的)*(?:有|共|为)?"
)
_PAPER = re.compile(
    r"[，、：（和与及]?(?:其中)?[，：]?(?:人大|代表|政协|委员|会议)*(建议|提案)(?:有|共|为|是)?[和与及]?"
)


def check_additions(splits, marks):
    """建议102件、提案198件 of 300; 三年合计599件; A类和B类合计198件."""
    for item in splits.items:
        if item.count and not item.change and is_exact(item):
            _check_papers(item, splits, marks)
        if item.count and is_exact(item) and (some := SOME_OF_THEM.search(item.count.left)):
            _check_some(item, some, splits, marks)
        if item.count and is_exact(item) and (some := _SO_MANY.search(item.count.said[-14:])):
            _check_led(item, some, splits, marks)
        if item.count and "+" in item.name and item.facet in ("result", "rating") and is_exact(item):
            _check_together(item, splits, marks)
        elif item.count and item.stage and _ADDED_UP.fullmatch(item.count.left) and is_exact(item):
            _check_added(item, splits, marks)


def _check_led(item, some, splits, marks):
    """甲局主办18件、会办11件；乙局主办14件、会办9件。两家主办合计32件: what is called like the sum."""
    name = item.name if item.facet == "handling" else some[2]
    parts = [
        one
        for one in splits.items[max(item.place - 30, 0) : item.place]
        if one.count and one.facet == "handling" and one.name == name and item.sentence - one.sentence <= 1
    ]
    so_many = int(some[1]) if some[1].isdigit() else chinese_whole(some[1])
    if len(parts) < 2 or not all(is_exact(one) for one in parts) or so_many != len(parts):
        return
    total = sum(one.value for one in parts)
    if total == item.value:
        marks.fine(item.count, *[one.count for one in parts])
    else:
        told = f"{'+'.join(plain(one.value) for one in parts)}={plain(total)}，文中合计为{plain(item.value)}。"
        marks.suspect("sum", [item.count], plain(item.value), plain(total), told)


def _check_some(item, some, splits, marks):
    """水环境11件，大气9件，固废6件；前两类合计20件: the first ones of the split before, or the last."""
    before = splits.before(item)
    parts = before.group.counted if before is not None and before.group is not None else []
    many = chinese_whole(some[2])
    if before is None or before.sentence != item.sentence or len(parts) <= many or not all(map(is_exact, parts)):
        return
    chosen = parts[:many] if some[1] == "前" else parts[-many:]
    total = sum(one.value for one in chosen)
    if total == item.value:
        marks.fine(item.count, *[one.count for one in chosen])
    else:
        told = f"{'+'.join(plain(one.value) for one in chosen)}={plain(total)}，文中合计为{plain(item.value)}。"
        marks.suspect("sum", [item.count], plain(item.value), plain(total), told)


def _check_added(item, splits, marks):
    """办理建议120件、提案197件，合计317件: a sum of counts that are no split of anything."""
    parts = []
    for one in reversed(splits.items[: item.place]):
        linked = re.fullmatch(
            r"[^，；。]*[、和与及]?[^，；。]*|等?，[^，；。]*", splits.items[one.place + 1].mention.gap
        )
        if one.sentence != item.sentence or one.count is None or one.dimension != item.dimension or not linked:
            break
        parts.insert(0, one)
    if len(parts) < 2:
        return
    if SOME_QUARTERS.search(item.count.said):
        return
    sums = [sum(one.value for one in parts[first:]) for first in range(len(parts) - 1)]
    if item.value in sums:
        marks.fine(item.count, *[one.count for one in parts])
        return
    near = min(sums, key=lambda total: abs(total - item.value))
    chosen = parts[sums.index(near) :]
    listed = all("、" in one.mention.gap or "和" in one.mention.gap for one in chosen[1:]) or all(
        _PERIOD.search(one.count.left) for one in chosen
    )
    more = all(_MORE.search(one.mention.gap) for one in chosen[1:]) and re.search(
        "全年|累计|合计|总计", item.count.left
    )
    listed = listed or (more and not any(one.value == item.value for one in parts))
    if listed and abs(near - item.value) <= max(3, near // 10):
        told = "+".join(plain(one.value) for one in chosen)
        marks.fault(
            "sum",
            [*[one.count for one in chosen], item.count],
            plain(near),
            plain(item.value),
            f"{told}={plain(near)}，文中合计为{plain(item.value)}。",
        )


def _check_papers(item, splits, marks):
    """承办建议提案300件，其中建议103件、提案198件: two kinds of paper, or of two levels, against what counts both."""
    parts = _papers_behind(item, splits)
    if len(parts) < 2:
        return
    if any(one.count is None or one.sentence != item.sentence or not is_exact(one) for one in parts):
        return
    both = _BOTH.search(item.count.label + item.count.right[:12])
    kinds = both and {_paper_of(one.count) for one in parts} == {"建议", "提案"}
    levels = {_level_of(one.count) for one in parts}
    listed = re.match("[^，。；]{0,6}[，：（](?:其中)?", parts[0].count.gap) and not item.count.bracket
    if not kinds and not (listed and len(levels) == len(parts) and all(levels) and not _level_of(item.count)):
        return
    if any("；" in one.count.gap for one in parts):
        return
    total, mentions = sum(one.value for one in parts), [one.count for one in parts]
    if total == item.value:
        marks.fine(item.count, *mentions)
    else:
        told = f"{'+'.join(plain(one.value) for one in parts)}={plain(total)}，文中共{plain(item.value)}件。"
        marks.suspect("sum", mentions, plain(total), plain(item.value), told, item.count)


def _papers_behind(item, splits):
    """The two counts behind one, and those that go on with papers of further levels: 省4件，市39件，县75件."""
    parts = splits.items[item.place + 1 : item.place + 3]
    for one in splits.items[item.place + 3 : item.place + 6]:
        if one.count is None or not _level_of(one.count) or one.sentence != item.sentence or "；" in one.count.gap:
            break
        parts.append(one)
    return parts


def _paper_of(count):
    """Which kind of paper a count is of by its own words, "" where they say anything more."""
    match = _PAPER.fullmatch(count.left) or _PAPER.fullmatch(count.right)
    return match[1] if match else ""


def _level_of(count):
    """Of which CPPCC the papers are that a count is of by its own words: 市政协提案, 区政协交办."""
    match = _LEVEL.fullmatch(count.left)
    return match[1] if match else ""


def _check_together(item, splits, marks):
    """A类和B类合计198件, 满意和基本满意合计178份: the sum of parts that are told before."""
    wanted = item.name.split("+")
    near = [
        one
        for one in splits.items[max(item.place - 30, 0) : item.place]
        if one.count
        and one.facet == item.facet
        and one is not item
        and one.name in wanted
        and item.sentence - one.sentence <= 2
        and item.aspect in ("", one.aspect)
        and one.past == item.past
    ]
    parts = [next((one for one in reversed(near) if one.name == name), None) for name in wanted]
    if not all(parts) or len({id(one.group) for one in parts}) > 1:
        return
    total = sum(one.value for one in parts)
    mentions = [one.count for one in parts] + [item.count]
    if total == item.value:
        marks.fine(*mentions)
    elif any(word in item.label for word in ("合计", "共", "计", "总")):
        told = "+".join(plain(one.value) for one in parts)
        marks.fault(
            "sum", mentions, plain(total), plain(item.value), f"{told}={plain(total)}，文中合计为{plain(item.value)}。"
        )
