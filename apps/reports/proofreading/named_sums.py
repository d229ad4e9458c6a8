"""Sums whose parts are named or counted beside them: 县政协主办、独办共58件; 这4个部门合计57件.

The names are those that the letter gave its counts shortly before; each must be found once, so that no doubt is left.
"""

import re

from .arithmetic import fits, plain, share
from .claims import is_exact
from .labels import cleaned
from .numerals import chinese_whole
from .words import PROPOSALS

_SUM = re.compile(
    r"(?P<names>[^，。；：\d]{2,30}?)(?:提案)?(?:合计|共计|总计|两项合计|两者合计|(?<!公)共(?![享青治建])|一共)(?:有|为|达)?$"
)
_SO_MANY = re.compile(
    r"(?<![前后头])(?:这|上述|以上|前述)?(?P<n>[两二三四五六七八九十]|\d{1,2})(?:家|个?[^，。；：\d]{0,6}(?:单位|部门|局|镇|街道|乡|地|处|县|区))"
    r"(?:一共|合计|共计|总计|共|合起来|加起来|加在一起)[^，。；：\d]{0,6}$"
)
_AND = re.compile("[、和与及]|以及")
_KIND = re.compile("(?:类|方面|领域|建设)$")
_REACH = 12  # counts


def check_named_sums(splits, marks):
    """Every count that its words call a sum."""
    for item in splits.items:
        if item.count is None or item.change or item.dimension != PROPOSALS or not is_exact(item):
            continue
        if id(item.count) in marks.wrong or id(item.count) in marks.right:
            continue
        before = [
            one
            for one in splits.items[max(item.place - _REACH, 0) : item.place]
            if one.count and not one.change and one.dimension == PROPOSALS and is_exact(one)
        ]
        if match := _SO_MANY.search(item.count.said[-30:]):
            if not _adds_up_so(match, item, before):
                _compare(item, _listed(match, item, before), marks)
        elif match := _SUM.fullmatch(re.split("[，。；：]", item.count.said)[-1]):
            _compare(item, _named(_AND.split(match["names"]), item, before), marks)


def _listed(match, item, before):
    """So many counts in a row right before."""
    number = int(match["n"]) if match["n"].isdigit() else chinese_whole(match["n"])
    near = [one for one in before if item.sentence - one.sentence <= 1 and one.paragraph == item.paragraph]
    near = [one for one in near if not re.search("合计|共计|总计|共$", one.count.left)]
    parts = near[-number:]
    linked = all(re.fullmatch("[^。：\\d]*", one.count.gap) for one in parts[1:])
    return parts if len(parts) == number > 1 and linked and not any(one.percent for one in parts) else []


def _adds_up_so(match, item, before):
    """甲局17件，全部为A类。乙局24件，其中…C类1件。两局合计41件: what each sentence or line begins with."""
    heads = [one for place, one in enumerate(before) if not place or before[place - 1].sentence != one.sentence]
    number = int(match["n"]) if match["n"].isdigit() else chinese_whole(match["n"])
    return sum(one.value for one in heads[-number:]) == item.value and len(heads) >= number


def _named(names, item, before):
    """The counts of these names, [] where one is not found, or more than once."""
    names = [name for name in map(cleaned, names) if name]
    if len(names) < 2:
        return []
    parts = []
    for name in names:
        own = name[-2:] if name is names[0] else name
        found = [
            one
            for one in before
            if _KIND.sub("", cleaned(one.count.left)).endswith((_KIND.sub("", name), own))
            and item.sentence - one.sentence <= 2
            and one.past == item.past
        ]
        if len(found) != 1:
            return []
        parts += found
    return parts if len({id(part) for part in parts}) == len(names) else []


def _check_percent(item, parts, marks):
    """“好”和“较好”合计123件，占91.2%: of all that the split of these parts makes up, or of another count."""
    group = parts[0].group
    if item.percent is None or group is None or not is_exact(item) or id(item.percent) in marks.wrong:
        return
    base = group.total
    if any(part.group is not group for part in parts) or base <= item.value or fits(item.value, base, item.percent):
        return
    expected = share(item.value, base, item.percent.decimals)
    told = f"{plain(item.value)}占{plain(base)}应为{expected}%，文中为{item.percent.printed}%。"
    marks.suspect("percent", [item.count, item.percent], item.percent.printed, expected, told)


def _compare(item, parts, marks):
    if len(parts) < 2:
        return
    total = sum(part.value for part in parts)
    if total == item.value:
        marks.fine(item.count, *[part.count for part in parts])
        _check_percent(item, parts, marks)
    elif not item.count.after.startswith("次"):
        told = f"{'+'.join(plain(part.value) for part in parts)}={plain(total)}，文中合计为{plain(item.value)}。"
        here = [part.count for part in parts if part.sentence == item.sentence]
        marks.suspect("sum", [*here, item.count], plain(total), plain(item.value), told)
