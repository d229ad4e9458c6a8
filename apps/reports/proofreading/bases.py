"""Which wholes a percentage may be of: the one that its words name, else every one that is in scope."""

import re
from dataclasses import dataclass

from . import words

_OWN = re.compile(r"该|其|本类|此类|这")
_ENOUGH = 3  # sentences over which a part can be the base of what follows


@dataclass(frozen=True)
class Base:
    value: object
    words: str
    mention: object = None
    is_named: bool = False  # by the percentage's own words, or standing in its sentence


def bases_of(item, splits):
    """Bases that a share can be of, the likeliest first. More than one means that any of them may be meant."""
    group, named = item.group, words.base_named(item.base_words) or words.stage_of(item.within)
    own = group.base if group else splits.usual_base(item)
    if own is not None and group and _OWN.search(item.base_words):
        return [_base(own, True)]
    if part := _named_part(item, splits):
        return part
    able = [one for one in splits.able(item) if one is not item]
    if named and (fitting := [one for one in able if one.stage == named]):
        if group and group.is_part and own is not None:
            fitting.append(own)
        return [_base(one, True) for one in reversed(fitting)]
    found = [own] if own is not None else []
    if group and group.exact and own is not None:
        return [_base(own, True)]
    found += [one for one in reversed(_here(item, splits)) if one not in found]
    wanted = [one for one in reversed(able) if one.stage != words.RETURNED or item.facet == "rating"]
    found += [one for one in wanted if one not in found]
    found += [one for one in _parts_that_follow(item, splits) if one not in found]
    bases = [_base(one, one.sentence == item.sentence) for one in found if one is not item]
    bases += [Base(value, "各部分之和") for value in _derived(item, splits)]
    if not bases:
        bases = [
            _base(one)
            for one in splits.wholes
            if one is not item and one.dimension == item.dimension and one.past == item.past
        ]
    return [one for one in bases if item.value is None or one.value >= item.value]


def _base(item, is_named=False):
    return Base(item.value, name_of(item), item.count, is_named)


def name_of(item):
    """What a whole is called in a suggestion."""
    return {
        words.RECEIVED: "收到",
        words.FILED: "立案",
        words.MERGED: "并案后",
        words.HANDLED: "承办",
        words.ANSWERED: "办复",
        words.RETURNED: "回执",
    }.get(item.stage, "")


def _named_part(item, splits):
    """占A类提案的…, 占集体提案的…: the parts of that name."""
    facet, name, _ = words.facet_of(item.base_words) if item.base_words else ("", "", "")
    if facet in ("", "rest", "topic", "other", "review") or words.base_named(item.base_words) == words.RETURNED:
        return []
    return [
        _base(one, True)
        for one in splits.items
        if one.count and one is not item and (one.facet, one.name) == (facet, name)
    ]


def _here(item, splits):
    """Counts before an item in its sentence that something can be part of."""
    same = [
        one
        for one in splits.items[: item.place]
        if one.sentence == item.sentence and one.count and not one.change and one.dimension == item.dimension
    ]
    own = item.group.items if item.group else []
    return [
        one
        for one in same
        if one.stage or one.facet in ("unit", "key", "kind", "handling", "proposer")
        if one not in own
    ]


def _parts_that_follow(item, splits):
    """Parts that the next sentences may be about: 主办件14件。…"""
    own = item.group.items if item.group else []
    return [
        one
        for one in splits.items[max(item.place - 12, 0) : item.place]
        if one.count
        and one not in own
        and one.facet in ("handling", "kind", "unit", "other")
        and item.sentence - one.sentence <= _ENOUGH
        and one.dimension == item.dimension
        and not one.change
        and one.facet != item.facet
    ]


def _derived(item, splits):
    """Wholes that only their parts tell: 大会提案950件，平时提案24件."""
    return [
        group.total
        for group in splits.groups
        if group.facet == "kind"
        and group.base is None
        and len(group.counted) > 1
        and group.items[-1].place < item.place
    ]
