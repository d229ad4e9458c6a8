"""Rates and shares without a count of their own: compared with the counts that are known, else with what is possible."""

import re
from itertools import combinations

from . import words
from .arithmetic import counts_that_fit, fits, plain, share
from .bases import Base, bases_of
from .words import ANSWERED, FILED, RETURNED

_STAGE_OF_RATE = (
    (FILED, re.compile("立案")),
    (RETURNED, re.compile("回收|收回|反馈|返回|回执|测评|参评")),
    (ANSWERED, re.compile("办复|答复|办结|回复|办理率")),
)
_OF_RESULTS = re.compile("采纳|解决|落实|[A-E]类")
_NEAR = 2  # sentences


def check_rates(splits, marks):
    """满意率, 办复率 and the like; shares of parts whose count stands elsewhere or nowhere."""
    for item in splits.items:
        if item.count is not None or item.percent is None or item.change or item.percent.about:
            continue
        if item.rate:
            _check_rate(item, splits, marks)
        elif item.facet:
            _check_share(item, splits, marks)


def _check_rate(item, splits, marks):
    if "满意" in item.rate:
        _check_satisfaction(item, item.rate, splits, marks)
        return
    stage = next((stage for stage, words_of in _STAGE_OF_RATE if words_of.search(item.rate)), "")
    counts = _counts_of_stage(item, stage, splits) if stage else _counts_of_results(item, splits)
    if counts:
        bases = [one for count in counts for one in _bases_above(item, count, splits)]
        _compare(item, [count.value for count in counts], bases, splits, marks)
    else:
        _check_possible(item, splits, marks)


def _counts_of_stage(item, stage, splits):
    """Counts of the stage that a rate is of: those of its sentence, the nearest first."""
    found = [one for one in splits.wholes if one.stage == stage and one.sentence == item.sentence and not one.past]
    return sorted(found, key=lambda one: abs(one.place - item.place))


def _counts_of_results(item, splits):
    return []


def _bases_above(item, count, splits):
    before = [
        one
        for one in splits.wholes
        if one is not count
        and one.place < max(count.place, item.place)
        and one.dimension == count.dimension
        and one.value >= count.value
        and not one.past
    ]
    return [Base(one.value, "", one.count, one.sentence == item.sentence) for one in reversed(before)] + [
        Base(group.total, "")
        for group in splits.groups
        if group.facet == "kind" and group.base is None and len(group.counted) > 1 and group.total >= count.value
    ]


def _compare(item, counts, bases, splits, marks):
    for count in counts:
        for base in bases:
            if base.value >= count and fits(count, base.value, item.percent):
                marks.fine(item.percent)
                return
    if not bases:
        return
    base, count = bases[0], counts[0]
    expected = share(count, base.value, item.percent.decimals)
    from .arithmetic import is_truncated

    rule = (
        "rounding"
        if any(is_truncated(one, of.value, item.percent) for one in counts for of in bases if one <= of.value)
        else "percent"
    )
    if rule == "rounding":
        count, base = next(
            (one, of) for one in counts for of in bases if one <= of.value and is_truncated(one, of.value, item.percent)
        )
        expected = share(count, base.value, item.percent.decimals)
    told = f"{plain(count)}占{plain(base.value)}应为{expected}%，文中为{item.percent.printed}%。"
    other = counts_that_fit(base.value, item.percent)
    if rule == "rounding":
        told += "应四舍五入，不能舍去尾数。"
    elif other:
        told += f"若比例无误，件数应为{other[0] if len(other) == 1 else f'{other[0]}至{other[-1]}'}。"
    from .arithmetic import base_that_fits

    near = base_that_fits(count, base.value, item.percent)
    if near is not None and rule == "percent":
        told += f"若件数和比例无误，基数应为{plain(near)}。"
    marks.fault(rule, [item.percent], item.percent.printed, expected, told)


def _check_satisfaction(item, name, splits, marks):
    """A rate of satisfaction: what counts into it differs from place to place, so any usual way may fit."""
    groups = [
        group
        for group in splits.groups
        if group.facet == "rating"
        and group.counted
        and abs(group.items[0].sentence - item.sentence) <= _NEAR
        and _same_aspect(name, group.aspect)
        and not group.items[0].past
    ]
    if not groups:
        _check_possible(item, splits, marks)
        return
    group = min(groups, key=lambda one: abs(one.items[0].place - item.place))
    bases = [one for one in bases_of(group.items[0], splits)]
    if len(group.counted) > 1:
        bases.append(Base(group.total, ""))
    counts = _satisfied(name, group, bases)
    if counts and bases:
        _compare(item, counts, bases, splits, marks)


def _same_aspect(name, aspect):
    return not aspect or aspect in name or not words.ASPECTS.search(name)


def _satisfied(name, group, bases):
    """Counts that may stand for satisfied, the usual one first."""
    by_name = {one.name: one.value for one in group.counted}
    bad = sum(value for one, value in by_name.items() if "不" in one)
    good = {one: value for one, value in by_name.items() if "不" not in one and one != "其余"}
    if re.search("(?<![不本])不满意率", name):
        return [bad] if bad else []
    only = re.fullmatch("(?:.*[^和或与及、])?(基本满意|比较满意|非常满意)率", name)
    if only and only[1] in by_name and not re.search("满意(?:率)?[和或与及、]", name):
        return [by_name[only[1]]]
    sums = []
    for size in range(len(good), 0, -1):
        sums += [sum(parts) for parts in combinations(good.values(), size)]
    for base in bases[:1]:
        others = [value for one, value in by_name.items() if one != "满意"]
        for size in range(len(others) + 1):
            sums += [
                base.value - sum(parts)
                for parts in combinations(others, size)
                if "满意" not in by_name or "其余" in by_name
            ]
    return list(dict.fromkeys(one for one in sums if one >= 0))


def _check_share(item, splits, marks):
    """The share of a named part: its count may stand elsewhere."""
    known = [
        one
        for one in splits.items
        if one.count
        and (one.facet, one.name, one.aspect) == (item.facet, item.name, item.aspect)
        and one.past == item.past
        and not (one.group and one.group.is_part)
    ]
    if item.group and item.group.is_part:
        known = []
    if item.facet == "rating" and not known:
        _check_satisfaction(item, item.label + "率", splits, marks)
        return
    if not known:
        _check_possible(item, splits, marks)
        return
    bases = [base for one in known for base in bases_of(one, splits)]
    if any(fits(one.value, base.value, item.percent) for one in known for base in bases):
        marks.fine(item.percent)
    elif any(one.percent and one.percent.value == item.percent.value for one in known):
        marks.fine(item.percent)
    elif bases:
        _unlike_before(item, known, bases, splits, marks)


def _unlike_before(item, known, bases, splits, marks):
    printed = next((one.percent for one in known if one.percent), None)
    if printed is not None and printed.decimals == item.percent.decimals:
        marks.fault(
            "repeat",
            [item.percent],
            item.percent.printed,
            printed.printed,
            f"前文为{printed.printed}%，这里为{item.percent.printed}%，前后应一致。",
        )
    else:
        _compare(item, [one.value for one in known], bases, splits, marks)


def _check_possible(item, splits, marks):
    """Whether any whole count of the base gives the rate; only where the words name the base."""
    bases = _named_bases(item, splits)
    if not bases or not item.percent.value % 100:
        return
    if any(counts_that_fit(base.value, item.percent) for base in bases):
        return
    base = bases[0]
    near = [share(count, base.value, item.percent.decimals) for count in _around(base.value, item.percent)]
    told = "、".join(
        f"{count}/{plain(base.value)}={value}%"
        for count, value in zip(_around(base.value, item.percent), near, strict=True)
    )
    marks.fault(
        "impossible",
        [base.mention, item.percent] if base.mention and base.mention.paragraph == item.paragraph else [item.percent],
        item.percent.printed,
        " 或 ".join(str(one) for one in near),
        f"以{plain(base.value)}为基数，没有哪个整数件数的比例是{item.percent.printed}%：{told}。",
    )


def _around(base, percent):
    low = int(percent.value * base / 100)
    return [count for count in (low, low + 1) if 0 <= count <= base]


def _named_bases(item, splits):
    able = splits.able(item)
    here = [one for one in able if one.sentence == item.sentence and one.dimension == words.PROPOSALS]
    if item.facet == "rating" or "满意" in item.rate:
        back = [one for one in able if one.stage == RETURNED and item.sentence - one.sentence <= _NEAR]
        if back:
            return [Base(one.value, "", one.count) for one in reversed(back)]
    if item.facet:
        named = [one for one in bases_of(item, splits) if one.is_named]
        if not named:
            return []
        return named if words.base_named(item.base_words) or item.within else bases_of(item, splits)
    if not here:
        return []
    return [Base(one.value, "", one.count) for one in [*reversed(here), *able] if one.value]
