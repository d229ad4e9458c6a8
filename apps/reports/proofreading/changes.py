"""Changes over last year: the difference, and its share of last year's figure."""

import re

from .arithmetic import fits, plain, share
from .tokens import COUNT, PERCENT, POINTS
from .years import earlier_figure, figures_by_year

_REMEMBERED = 20  # wholes
_DOWN = re.compile("下降|减少|降低|降幅|少|下浮")


def check_changes(splits, mentions, marks, tables=()):
    """Every clause that says how much more or less there is than last year, or than a year that the letter tells of."""
    known = figures_by_year(splits.items, tables)
    clauses = {}
    for mention in mentions:
        clauses.setdefault(_clause(mention), []).append(mention)
    items = {}
    for item in splits.items:
        if not item.change:
            items.setdefault(_clause(item.mention), []).append(item)
    for clause, found in clauses.items():
        changed = [one for one in found if "change" in one.flags and not one.about]
        if changed:
            own = items.get(clause, [])
            if not _against_a_year(changed, own, known, marks):
                _check(found, changed, [item for item in own if item.count], splits, marks)


def _against_a_year(changed, items, known, marks):
    """2021年立案231件，比2020年增长10%: whether the letter tells of that year, and the change is checked."""
    if any(item.past for item in items):
        return False
    done = False
    for mention in changed:
        told = [item for item in items if item.mention.at < mention.at]
        item = next((one for one in reversed(told) if (one.count is None) == (mention.kind == POINTS)), None)
        then = earlier_figure(known, item, mention) if item else None
        if then is None or (item.mention.about and item.count):
            continue
        done = True
        if mention.kind == PERCENT:
            _growth(mention, [item.value], [then], marks)
        elif mention.kind == COUNT:
            _difference(mention, None, [item.value], [then], marks)
        elif abs(item.mention.value - then) == mention.value:
            marks.fine(mention)
        else:
            off = plain(abs(item.mention.value - then))
            told = f"{item.mention.printed}%与{plain(then)}%相差{off}个百分点，文中为{mention.printed}。"
            marks.fault("percent", [mention], mention.printed, off, told)
    return done


def _clause(mention):
    """(sentence, how many semicolons stand before it)."""
    return mention.sentence, mention.said.count("；")


def _check(found, changed, items, splits, marks):
    now = [item.value for item in reversed(items) if not item.past]
    earlier = [one for one in splits.wholes if one.count.at < found[0].at and not one.past]
    now += [one.value for one in reversed(earlier[-_REMEMBERED:])]
    then = [item.value for item in items if item.past]
    for place, mention in enumerate(changed):
        behind = changed[place + 1] if place + 1 < len(changed) else None
        if mention.kind == COUNT:
            percent = behind if behind is not None and behind.kind == PERCENT else None
            _difference(mention, percent, now, then, marks)
        elif mention.kind == PERCENT and not (place and changed[place - 1].kind == COUNT):
            _growth(mention, now, then, marks)
        elif mention.kind == POINTS:
            _points(mention, found, marks)


def _difference(count, percent, now, then, marks):
    down = bool(_DOWN.search(count.left))
    if then and now:
        if any(abs(a - b) == count.value for a in now for b in then):
            marks.fine(count)
        else:
            off = abs(now[0] - then[0])
            marks.fault(
                "sum",
                [count],
                plain(count.value),
                plain(off),
                f"{plain(now[0])}与{plain(then[0])}相差{plain(off)}，文中为{plain(count.value)}。",
            )
            return
    if percent is None:
        return
    earlier = then or [one + count.value if down else one - count.value for one in now]
    earlier = [one for one in earlier if one > 0]
    if any(fits(count.value, one, percent) for one in earlier):
        marks.fine(count, percent)
    elif earlier:
        expected = share(count.value, earlier[0], percent.decimals)
        marks.fault(
            "percent",
            [count, percent],
            percent.printed,
            expected,
            f"上年为{plain(earlier[0])}件，{plain(count.value)}件应为{expected}%，文中为{percent.printed}%。",
        )


def _growth(percent, now, then, marks):
    pairs = [(a, b) for a in now for b in then if b]
    if any(fits(abs(a - b), b, percent) for a, b in pairs):
        marks.fine(percent)
    elif pairs:
        a, b = pairs[0]
        expected = share(abs(a - b), b, percent.decimals)
        marks.fault(
            "percent",
            [percent],
            percent.printed,
            expected,
            f"由{plain(b)}到{plain(a)}应为{expected}%，文中为{percent.printed}%。",
        )


def _points(points, found, marks):
    shares = [one for one in found if one.kind == PERCENT and "change" not in one.flags]
    if any(abs(a.value - b.value) == points.value for a in shares for b in shares):
        marks.fine(points, *shares)
    elif (
        len(shares) == 2
        and sum(one.kind == POINTS for one in found) == 1
        and any(re.search("(?:比|较|由|从)[^，；]*$", one.left) for one in shares)
    ):
        off = abs(shares[0].value - shares[1].value)
        marks.fault(
            "percent",
            [*shares, points],
            points.printed,
            plain(off),
            f"{shares[0].printed}%与{shares[1].printed}%相差{plain(off)}个百分点，文中为{points.printed}。",
        )
