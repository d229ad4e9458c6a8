"""A change told with what was before: 增加12件，增长12.0%，上年为102件, of 112; and points between two rates.

Where the change and its percentage agree and last year's count does not, that count is wrong.
"""

import re
from bisect import bisect_left
from itertools import groupby

from .arithmetic import fits, plain
from .words import PROPOSALS
from .written import COUNT, PERCENT, POINTS

_CHANGE = re.compile("(?:与|同|比|较)(?:去年|上年|上一年)(?:同期)?(?:相比)?[，]?(增加|减少|增长|多|少|下降)(?:了)?$")
_BY = re.compile("，(?:增长|增幅|下降|减少|降幅|同比增长|同比下降)(?:了|为)?")
_THEN = re.compile("，(?:去年|上年|上一年)(?:同期)?(?:为|是|共|有|承办|办理)?")
_POINTS = re.compile(
    "(?P<rate>[^，。；：\\d]{2,6}率)(?:同比|比上年|比去年|较上年|较去年)(?P<way>提高|上升|提升|下降|降低|回落)(?:了)?$"
)
_REACH = 200  # counts before
_PAST = re.compile("去年|上年|上一年")


def check_changes_told(splits, mentions, marks):
    """Every such sentence."""
    places = [one.mention.at for one in splits.items]
    for place, mention in enumerate(mentions):
        if mention.kind == COUNT and mention.dimension == PROPOSALS and _CHANGE.search(mention.left):
            stop = bisect_left(places, mention.at)
            _check_then(mentions[place : place + 3], splits.items[max(stop - _REACH, 0) : stop], marks)
    for _, run in groupby(mentions, key=lambda one: one.paragraph):
        told = list(run)
        for points in told:
            if points.kind == POINTS and (match := _POINTS.fullmatch(points.said)) and not points.about:
                _check_points(points, match, told, marks)


def _check_then(told, items, marks):
    if len(told) < 3 or [one.kind for one in told] != [COUNT, PERCENT, COUNT] or any(one.about for one in told):
        return
    change, percent, then = told
    if then.sentence != change.sentence or not _BY.fullmatch(percent.gap) or not _THEN.fullmatch(then.gap):
        return
    if then.dimension != PROPOSALS or id(then) in marks.wrong or fits(change.value, then.value, percent):
        return
    down = bool(re.search("减少|少|下降", change.left))
    before = [one for one in items if one.count and not one.past and not one.change]
    if any(abs(one.value - then.value) == change.value for one in before):
        return
    for whole in reversed([one for one in before if one.stage]):
        due = whole.value + change.value if down else whole.value - change.value
        if due > 0 and fits(change.value, due, percent):
            sign = "+" if down else "-"
            told_so = f"{plain(whole.value)}{sign}{plain(change.value)}={plain(due)}，上年为{plain(then.value)}。"
            marks.fault("sum", [then], plain(then.value), plain(due), told_so, change)
            return


def _check_points(points, match, told, marks):
    """采纳率67.2%；上一年…采纳率60.3%。采纳率同比提高5.9个百分点: two rates of this name in the sentence before."""
    rates = [
        one
        for one in told
        if one.kind == PERCENT
        and one.sentence == points.sentence - 1
        and re.search(f"(?:^|[^不基本]){re.escape(match['rate'])}(?:为|是|达)?$", one.left)
        and "change" not in one.flags
    ]
    if len(rates) != 2 or any(one.about for one in rates) or id(points) in marks.wrong:
        return
    now, then = rates
    between = then.said[len(now.said) :]
    if not _PAST.search(between) or _PAST.search(now.said):
        return
    due = now.value - then.value
    if (due < 0) != bool(re.search("降|回落", match["way"])):
        return
    if abs(due) == points.value:
        marks.fine(points, now, then)
    else:
        told_so = f"{plain(now.value)}%与{plain(then.value)}%相差{plain(abs(due))}个百分点，文中为{points.printed}。"
        marks.fault("percent", [points], points.printed, plain(abs(due)), told_so)
