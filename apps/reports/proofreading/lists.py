"""Lists: what follows 按…分, 分为 or N件： is part of it, whatever it is called."""

import re

from . import words
from .groups import SETS, Group
from .labels import is_filler
from .numerals import chinese_whole
from .sums import ADDED

_BY = re.compile(r"按(?:照)?[^，。；、]{1,12}?(?:(?<![拆区部])分|划分|分类|统计|归类|分组|分布)(?=[，：]|类|为|$|别为)")
_INTO = re.compile(r"分为|分成|划分为|细分为")
_INTO_SO_MANY = re.compile(r"分[为成]([一二两三四五六七八九十]{1,3}|\d{1,2})(?:大)?(?:类|个方面|方面|部分|种情形|块)")
_SHARED_OUT = re.compile(r"(?:分工|分别由|分解|具体(?:为|是|如下)|构成)[^，。；]{0,8}：[^，。；：]*$")
_LISTS = re.compile(r"(?:20\d\d年?[至到—-]20\d\d年?|各[区县月季]|各个?年度?)[^，；]*分别")
_RESPECTIVELY = re.compile(r"[^，；]{0,6}，(?:分别|依次)(?:由|是|为|来自|涉及|归|属)")


def list_for(splits, item):
    """The list that an item belongs to, opened where the words before it open one."""
    mention = item.mention
    if kind := _opens_list(splits, item):
        base = _base_of_list(splits, item, kind)
        group = Group(item.facet if item.facet not in ("", "rest") else "other", item.aspect, item.dimension, base)
        group.is_list, group.bracket = True, mention.bracket
        group.expected = _promised(splits, item)
        group.overlaps = splits.says_overlap(item)
        splits.groups.append(group)
        splits.list = group
        return group
    group = splits.list
    if group is None or group.dimension != item.dimension or (item.count is None and group.counted):
        return None
    if not _goes_on(splits, group, item):
        return None
    return group


def _goes_on(splits, group, item):
    mention, last = item.mention, group.items[-1]
    if item.facet == "rating" and item.aspect not in ("", group.aspect):
        return False
    if re.match("(?:提案|件)*(?:之|当)?中", mention.right):
        return False
    if group.facet in SETS and not item.facet and mention.after.startswith("："):
        return False
    if group.expected > len(group.items) and item.sentence != last.sentence:
        return bool(re.search(r"类(?:提案)?(?:共|有|为|：)*$", mention.left)) and item.facet in (
            *words.OPEN,
            "proposer",
        )
    if item.sentence != last.sentence:
        if len(group.items) > 1 and group.items[0].sentence == last.sentence:
            return False  # a sentence that lists them all: no list of lines
        return (
            mention.paragraph - last.paragraph == 1
            and _same_shape(splits, item, last)
            and not re.search("其中|共", mention.said)
            and not any(one.count for one in splits.items[last.place + 1 : item.place])
        )
    if mention.bracket != group.bracket or re.search("其中|中[，：]?$|(?:提案|建议|[件份类])(?:之|当)?中", mention.gap):
        return False
    if 0 < group.expected <= len(group.items):
        return False
    base = group.base
    if (
        base is not None
        and base.group is not None
        and "；" in mention.gap
        and base.sentence == item.sentence
        and (item.facet == base.facet and item.name != base.name)
    ):
        return False
    if (
        ADDED.search(mention.left)
        or ("+" in item.name and item.facet in SETS)
        or re.search("(?:(?<!公)共|总计|总共|总数)(?!青|工|享)", mention.left)
    ):
        return False
    between = splits.items[last.place + 1 : item.place]
    if any(one.count and not one.change and one.mention.bracket == group.bracket for one in between):
        # what stands between was put elsewhere: only a new clause leads back
        return "；" in mention.gap and item.facet == group.facet
    return True


def _same_shape(splits, item, last):
    """The next line of a list: （2）城乡建设类63件；"""
    return (
        is_filler(item.mention.said.replace(item.mention.label, ""))
        and (item.percent is None) == (last.percent is None)
        and item.facet in (*words.OPEN, last.facet)
    )


def _opens_list(splits, item):
    """ "by" of 按…分, "into" of 分为 and of a colon, "" where the words open none."""
    mention = item.mention
    before = splits.before(item)
    gap = mention.gap if before is not None and before.sentence == item.sentence else mention.said
    if _BY.search(gap):
        return "by"
    if _INTO.search(gap) or (before is not None and before.count and _SHARED_OUT.search(gap)):
        return "into"
    if not mention.said.strip("（）0123456789.、一二三四五六七八九十①②③") or mention.said == mention.label:
        previous = _line_before(splits, item)
        if previous and previous.endswith(("：", ":")) and (_INTO.search(previous) or _BY.search(previous)):
            return "into"
        if previous and _INTO_SO_MANY.search(previous) and re.search("类", mention.left):
            return "into"
    if _LISTS.search(gap) or (_RESPECTIVELY.match(gap) and before is not None and before.count):
        return "into"
    if (
        before is not None
        and before.sentence == item.sentence
        and before.count
        and not before.percent
        and mention.gap.startswith("：")
        and mention.at == before.count.at + 1
        and not re.search("其中", gap)
    ):
        return "into"
    return ""


def _line_before(splits, item):
    number = item.paragraph - 1
    while number >= 0 and not splits.lines[number].strip():
        number -= 1
    last = splits.items[item.place - 1] if item.place else None
    line = "".join(splits.lines[number].split()) if number >= 0 else ""
    if last is not None and last.sentence == item.sentence - 1 and last.paragraph == item.paragraph:
        return ""
    return line


def _promised(splits, item):
    match = _INTO_SO_MANY.search(item.mention.said) or _INTO_SO_MANY.search(_line_before(splits, item))
    if not match:
        return 0
    return int(match[1]) if match[1].isdigit() else chinese_whole(match[1]) or 0


def _base_of_list(splits, item, kind):
    same = splits.same_sentence(item)
    if kind == "into" and same:
        return same[-1]
    wholes = [one for one in same if one.stage or splits.is_subject(one)]
    if wholes:
        return wholes[-1]
    named = _BY.search(item.mention.said)
    lead = item.mention.said[: named.start()] if named else ""
    stage = words.stage_of(lead)
    of_stage = [one for one in splits.able(item) if stage and one.stage == stage]
    return splits.named(lead, item) or (of_stage[-1] if of_stage else splits.usual_base(item))
