"""Which wholes a percentage may be of: the one that its words name, else every one that is in scope."""

import re
from dataclasses import dataclass

from . import words
from .arithmetic import base_that_fits, counts_that_fit, fits, plain, share
from .labels import cleaned

_OWN = re.compile(r"该|其|本(?!年|届|次|区|市|县)|此")
_GENERAL = re.compile(
    r"(?>承办|办理|交办|办复|答复|办结|立案|收到|受理|提交|提出|征集|反馈|回执|回收|收回|征询|测评|意见表?|表|份|提案|建议|政协|"
    r"[区市县省]|政府|系统|总|全部|全[区市县省年]|所有|数|量|件|的|已|经|年度|本年|今年|当年|比例|比重|比|约|各类|审查|主办|并案后|应办|"
    r"率|数量|累计|到|本次|本届|评议|评价|有效|了|在|中|、|，|：|（|）)*+"
)
_TIMELY = re.compile("按时|按期|如期|及时|提前|逾期|超期|延期")
_REACH = 100  # items over which a name is remembered
_BEHIND = 4  # counts, and sentences, behind that may tell the whole of what stands before
_CALLED_WHOLE = re.compile("总数|总计|合计|总共|一共|共计")
_WINDOW = 10  # counts before and behind that may be the base without anybody's saying so


@dataclass(frozen=True)
class Base:
    value: object
    words: str = ""
    mention: object = None
    is_named: bool = False  # by the percentage's own words, or standing in its sentence


def bases_of(item, splits):
    """Bases that a share can be of, the likeliest first. More than one means that any of them may be meant."""
    if item.base_count is not None:
        return [Base(item.base_count.value, "", item.base_count, True)]
    group, named = item.group, words.stage_of(item.base_words) or words.stage_of(item.within)
    own = group.base if group else splits.usual_base(item)
    if part := _named_part(item, splits):
        return part
    able = [one for one in splits.able(item) if one is not item]
    if is_of_something_else(item) and (named_so := _labelled(item, splits)):
        return named_so
    if _OWN.search(item.base_words):
        found = [one for one in [own, *_same_label(item, splits)] if one is not None]
        return [_base(one, True) for one in found if item.value is None or one.value >= item.value]
    if named and (fitting := [one for one in able if one.stage == named]):
        here = [one for one in fitting if one.sentence == item.sentence]
        found = list(reversed(here or fitting))
        if not _TIMELY.search(item.base_words):  # 占已答复的: not 按时答复276件
            found.sort(key=lambda one: bool(_TIMELY.search(one.count.label)))
        if own is not None and group and group.is_part and own not in found:
            found.append(own)
        if own in found:
            found.remove(own)
            found.insert(0, own)
        return _usable([_base(one, True) for one in found] + _bracketed(item, splits), item)
    found = [own] if own is not None else []
    if group and group.exact and own is not None:
        return [_base(own, True)]
    heads = [one for one in splits.same_sentence(item) if one.stage]
    found += [one for one in reversed(heads) if one not in found]
    wanted = [one for one in reversed(able) if one.stage != words.RETURNED or item.facet == "rating"]
    found += [one for one in wanted if one not in found]
    bases = [_base(one, one.sentence == item.sentence) for one in found if one is not item]
    bases += [Base(value, "各部分之和") for value in _derived(item, splits)]
    bases = _usable(bases, item) or [
        _base(one)
        for one in (splits.wholes if len(splits.wholes) < _REACH else splits.wholes_around(item))
        if one is not item
        and one.dimension == item.dimension
        and one.past == item.past
        and (item.value is None or one.value >= item.value)
    ]
    return bases + _bracketed(item, splits)


def is_of_something_else(item):
    """Whether the words of a share name a base that nobody counted: 占应公开数的, 占委员总数的."""
    return not _GENERAL.fullmatch(item.base_words) and not _OWN.search(item.base_words)


def nearby(item, splits):
    """Every other count around a share that might be its base."""
    around = splits.items[max(item.place - _WINDOW, 0) : item.place + 4]
    own = item.group.items if item.group and item.facet not in words.OPEN else []
    return [
        Base(one.value, "", one.count)
        for one in around
        if one.count
        and one not in own
        and one is not item
        and one.dimension == item.dimension
        and (item.value is None or one.value > item.value)
        and (one.paragraph == item.paragraph or item.place > one.place)
    ] + _sums_nearby(item, splits)


def told_wholes(item, splits):
    """Counts that the letter tells before a share as wholes of anything: 主办487件, then four splits of it.

    A whole has no share of its own, and is the first of its sentence or what a split is of, or is called a sum.
    """
    split = {id(group.base) for group in splits.groups if group.base is not None}
    return [
        Base(one.value, "", one.count)
        for one in splits.items[: item.place + _BEHIND]
        if one.count
        and (one.place < item.place or _ends_with(one, item))
        and not one.percent
        and not one.change
        and one.dimension == item.dimension
        and one.value > item.value
        and (id(one) in split or _opens(one, splits) or re.search("共|总|累计|合计", one.count.left))
    ] + [Base(one.value, "", one) for one in splits.told_in_tables if one.value > item.value]


def _ends_with(one, item):
    """已办结189件（94.0%），在办12件（6.0%）。总数201件: a whole that is told behind its parts."""
    return one is not item and one.sentence - item.sentence <= _BEHIND and bool(_CALLED_WHOLE.search(one.count.left))


def _opens(one, splits):
    before = splits.before(one)
    return before is None or before.sentence != one.sentence or before.count is None


def is_itself_the_base(item, splits):
    """去年的165件（去年总数180件，占91.7%）: the count beside a share may be what something before is part of."""
    told = item.count.bracket or re.search("总数|总量|共", item.label)
    return bool(told) and any(
        one.count and one.value < item.value and fits(one.value, item.value, item.percent)
        for one in splits.items[max(item.place - 3, 0) : item.place]
        if one.sentence == item.sentence
    )


def _sums_nearby(item, splits):
    own = item.group.items if item.group else []
    return [
        Base(group.total, "各部分之和")
        for group in splits.groups[-40:]
        if len(group.counted) > 1
        and group.items is not own
        and group.items[-1].place < item.place
        and item.sentence - group.items[-1].sentence <= 1
        and (item.value is None or group.total > item.value)
    ]


def _usable(bases, item):
    return [one for one in bases if item.value is None or one.value >= item.value]


def _base(item, is_named=False):
    return Base(item.value, name_of(item), item.count, is_named)


def name_of(item):
    """What a whole is called in a suggestion."""
    return {
        words.RECEIVED: "收到总数",
        words.FILED: "立案总数",
        words.MERGED: "并案后总数",
        words.HANDLED: "承办总数",
        words.ANSWERED: "办复总数",
        words.RETURNED: "回执总数",
    }.get(item.stage, "")


def _named_part(item, splits):
    """占A类提案的…, 占集体提案的…: the parts of that name."""
    facet, name, _ = words.facet_of(item.base_words) if item.base_words else ("", "", "")
    if (
        facet not in ("result", "rating", "key", "proposer", "kind", "handling")
        or words.stage_of(item.base_words) == words.RETURNED
    ):
        return []
    found = [
        _base(one, True)
        for one in splits.called_before(facet, name, item)
        if one.dimension == item.dimension and (item.value is None or one.value >= item.value)
    ]
    return list(reversed(found))


def _labelled(item, splits):
    """占委员总数的: a count that stands under these words before."""
    name = cleaned(item.base_words)
    if len(name) < 2:
        return []
    before = splits.items[max(item.place - _REACH, 0) : item.place]
    return [
        _base(one, True)
        for one in reversed(before)
        if one.count
        and name in one.count.label
        and one.dimension == item.dimension
        and (item.value is None or one.value >= item.value)
    ]


def _same_label(item, splits):
    """占本系统的: what the letter counted under the same name before."""
    name = cleaned(item.label)
    before = splits.items[max(item.place - _REACH, 0) : item.place]
    return [one for one in reversed(before) if one.count and name and cleaned(one.label) == name]


def _bracketed(item, splits):
    """占全省总数的8.4%（全省214件）: the base told in a bracket right behind."""
    if item.percent is None:
        return []
    behind = next(
        (one for one in splits.items[item.place : item.place + 3] if one.count and one.count.at == item.percent.at + 1),
        None,
    )
    if behind is None or not behind.count.bracket or behind.count.bracket == item.percent.bracket:
        return []
    return [_base(behind, True)] if item.value is None or behind.value >= item.value else []


def _derived(item, splits):
    """Wholes that only their parts tell: 大会提案950件，平时提案24件."""
    return [group.total for group in splits.told_by_parts() if group.items[-1].place < item.place]


def share_advice(count, base, percent, rule, is_forced=False):
    """What would fit instead, in a sentence or two."""
    expected = share(count, base.value, percent.decimals)
    told = f"{plain(count)}占{base.words}{plain(base.value)}应为{expected}%，文中为{percent.printed}%。"
    if rule == "rounding":
        return told + ("各项比例应单独四舍五入，不为凑足100%而调整。" if is_forced else "应四舍五入，不能舍去尾数。")
    if other := [one for one in counts_that_fit(base.value, percent) if one != count]:
        told += f"若比例无误，数量应为{other[0] if len(other) == 1 else f'{other[0]}至{other[-1]}'}。"
    near = base_that_fits(count, base.value, percent)
    if near is not None and near != base.value:
        told += f"若数量和比例无误，基数应为{plain(near)}。"
    return told
