"""Shares whose base is beyond doubt: of parts that make up the count before them, of 承办总数, of ratings together.

回访112人次，满意106人次，占94.6%，基本满意6人次: both together are 112. A share that any other count explains is right.
"""

import re
from itertools import groupby

from .arithmetic import fits, plain, share
from .claims import is_exact
from .words import HANDLED, PROPOSALS
from .written import COUNT, FOREIGN, PERCENT

_PEOPLE = ("人", "人次", "名", "位")
_SHARE = re.compile("[^；。]{0,40}?[，（]占")
_OF_TOTAL = re.compile("占(?:承办|办理)(?:提案)?(?:的)?总数的?$")
_REACH = 200  # numbers before
_TOGETHER = re.compile("合计占|共占|总计占|一共占")


def check_shares_of_parts(splits, mentions, marks):
    """Every sentence with such a share."""
    for _, run in groupby(mentions, key=lambda one: one.sentence):
        _check_people(list(run), mentions, marks)
    for item in splits.items:
        percent = item.percent
        if percent is None or item.count or item.past or item.change or percent.about or id(percent) in marks.wrong:
            continue
        if _TOGETHER.search(percent.left) and item.facet == "rating" and "+" in item.name:
            _check_together(item, splits, marks)
        elif _OF_TOTAL.fullmatch(percent.left):
            _check_of_total(item, splits, marks)


def _check_people(told, mentions, marks):
    """A run of counts of people that make up the count right before the run."""
    counts = [one for one in told if one.kind in (COUNT, FOREIGN)]
    people = [one for one in counts if one.unit in _PEOPLE]
    if len(people) < 2 or any(one.about for one in people) or len({one.unit for one in people}) != 1:
        return
    start = people[0].at
    if people[0].value == sum(one.value for one in people[1:]) and len(people) > 2:
        base, parts = people[0], people[1:]
    elif (
        start
        and (before := _count_before(mentions[max(start - _REACH, 0) : start]))
        and before.sentence == people[0].sentence - 1
    ):
        base, parts = before, people
    else:
        return
    if sum(one.value for one in parts) != base.value or base.about or counts[-len(parts) :] != parts:
        return
    others = [one.value for one in mentions[max(start - _REACH, 0) : start] if one.kind in (COUNT, FOREIGN)]
    for part in parts:
        behind = mentions[part.at + 1] if part.at + 1 < len(mentions) else None
        if behind is None or behind.kind != PERCENT or behind.about or not _SHARE.fullmatch(behind.gap):
            continue
        if id(behind) in marks.wrong or "change" in behind.flags:
            continue
        if any(fits(part.value, value, behind) for value in [base.value, *others]):
            marks.fine(behind)
        else:
            _fault(part.value, base.value, behind, [part, behind], base, marks)


def _count_before(mentions):
    return next((one for one in reversed(mentions) if one.kind == COUNT), None)


def _fault(count, base, percent, quoted, of, marks):
    expected = share(count, base, percent.decimals)
    advice = f"{plain(count)}占{plain(base)}应为{expected}%，文中为{percent.printed}%。"
    marks.fault("percent", quoted, percent.printed, expected, advice, of)


def _check_together(item, splits, marks):
    """27份满意，1份基本满意，1份不满意，满意和基本满意合计占96.6%, beside the count that all ratings make up."""
    same = [one for one in splits.same_sentence(item) if one.count and one.facet == "rating" and one.place < item.place]
    parts = [one for one in same if one.name in item.name.split("+")]
    groups = {id(one.group): one.group for one in parts if one.group is not None}
    if len(parts) != len(item.name.split("+")) or len(groups) != 1 or not all(map(is_exact, same)):
        return
    group = next(iter(groups.values()))
    if (
        group.base is None
        or group.total != group.base.value
        or {id(one) for one in group.counted} != set(map(id, same))
    ):
        return
    count, base = sum(one.value for one in parts), group.base
    values = {one.value for one in splits.items[max(item.place - _REACH, 0) : item.place] if one.count}
    if any(fits(count, value, item.percent) for value in values):
        marks.fine(item.percent)
    else:
        _fault(count, base.value, item.percent, [item.percent], base.count, marks)


def _check_of_total(item, splits, marks):
    """…共113件，建立台账，占承办总数的33.1%: no count of the sentence is that share of anything told before."""
    same = [one for one in splits.same_sentence(item) if one.count and one.place < item.place]
    last = same[-1] if same else None
    if last is None or last.dimension != PROPOSALS or not re.search("共计?$|合计$", last.count.left):
        return
    told = [one for one in splits.items[max(item.place - _REACH, 0) : item.place] if one.count and not one.change]
    wholes = [one for one in told if one.stage == HANDLED and not one.past and is_exact(one)]
    named = [one for one in wholes if one.percent or one.within == ""]
    if any(fits(one.value, other.value, item.percent) for one in same for other in told if other.value >= one.value):
        marks.fine(item.percent)
    elif named and named[0].value >= last.value and is_exact(last):
        _fault(last.value, named[0].value, item.percent, [item.percent], named[0].count, marks)
