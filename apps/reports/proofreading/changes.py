"""Changes over last year: the difference, and its share of last year's figure."""

import re
from itertools import combinations

from . import words
from .arithmetic import fits, plain, share
from .labels import is_filler
from .written import COUNT, FOREIGN, PERCENT, POINTS
from .years import earlier_figure, figures_by_year, key_of, two_years, years_named

_REMEMBERED = 20  # wholes
_EARLIER = re.compile("(?:(?<!占)比|较|由|从|上年|去年)[^，；]*$")
_FROM = re.compile("[由从][^，；。]*$")
_TO = re.compile("^[^，；。]{0,6}(?:升|降|增|减|提高|上升|下降|增加|减少|提升|增长|提)(?:至|到|为)[^，；。]{0,8}$")
_OF_THEN = re.compile(r"(?:20\d\d年度?|去年|上年)(?:同期)?(?:[A-E]类)?(?:为|是|共|有)?")
_DOWN = re.compile("下降|减少|降低|降幅|少|下浮")
_TOTAL = re.compile("总量|总数|总体|总的")
_SUM_OF = re.compile("(?:，|^)(?:总量|总数|总体|合计|两项合计|共计?|净)[^，。；]{0,6}$")
"""建议减少4件，提案增加6件，总量增加2件"""
_WAY = re.compile("(?:增加|减少|增长|下降|多|少|上升|提高)了?$")
_DIFFERENCE = re.compile("，(?:同比|净)?(?:增加|减少|增|减|多|少)了?")
_NAMED = ("handling", "result", "proposer", "kind", "rating")


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
        changed = [one for one in found if "change" in one.flags and not one.about and not _is_of_other(one, found)]
        if changed:
            own = items.get(clause, [])
            if not own and (pair := years_named(known, changed[0])):
                _named_year(changed, *pair, marks, splits)
            elif not _against_a_year(changed, own, known, marks, splits):
                _check(found, changed, [item for item in own if item.count], splits, marks)


def _is_of_other(changed, found):
    """附有调研报告的33件，比去年多了10件: of what stands right before it, which is no count of papers."""
    before = [one for one in found if one.at < changed.at and "change" not in one.flags and one.kind != PERCENT]
    return bool(before) and before[-1].kind == FOREIGN and before[-1].unit in ("件", "份", "篇", "项")


def _against_a_year(changed, items, known, marks, splits):
    """2021年立案231件，比2020年增长10%: whether the letter tells of that year, and the change is checked."""
    if any(item.past for item in items):
        return False
    done, last = False, None
    for mention in changed:
        if mention.kind == POINTS and (pair := two_years(known, mention)):
            _points_between(mention, *pair, marks)
            done = True
            continue
        told = [item for item in items if item.mention.at < mention.at]
        item = next((one for one in reversed(told) if (one.count is None) == (mention.kind == POINTS)), None)
        then = earlier_figure(known, item, mention) if item else None
        if (
            then is None
            and item is not None
            and mention.kind == PERCENT
            and last is not None
            and last.at == mention.at - 1
        ):
            then = earlier_figure(known, item, last)  # 比去年增加7件，增长4.2%
        last = mention
        if then is None or (item.mention.about and item.count):
            continue
        done = True
        if mention.kind == PERCENT:
            _growth(mention, [item.value], [then], marks, splits)
        elif mention.kind == COUNT:
            _difference(mention, None, [item.value], [then], marks, splits)
        else:
            _points_between(mention, then, item.mention.value, marks)
    return done


def _named_year(changed, then, now, marks, splits):
    """2021年立案数同比增加44件，增长27.5%, where a table has both years."""
    first = changed[0]
    percent = next((one for one in changed if one.kind == PERCENT), None)
    if first.kind == COUNT:
        _difference(first, percent, [now], [then], marks, splits)
    if percent is not None:
        _growth(percent, [now], [then], marks, splits)


def _points_between(points, then, now, marks):
    off = now - then
    if off == (-points.value if _DOWN.search(points.left) else points.value):
        marks.fine(points)
    else:
        way = "提高" if off >= 0 else "下降"
        told = f"由{plain(then)}%到{plain(now)}%，{way}{plain(abs(off))}个百分点，文中为{points.printed}。"
        marks.fault("percent", [points], points.printed, plain(abs(off)), told)


def _clause(mention):
    """(sentence, how many semicolons stand before it)."""
    return mention.sentence, mention.said.count("；")


def _check(found, changed, items, splits, marks):
    earlier = [one for one in splits.wholes if one.count.at < found[0].at and not one.past][-_REMEMBERED:]
    stage = words.stage_of(changed[0].left)
    if stage and not items:  # 立案数同比增加44件: of what it names, of nothing else
        earlier = [one for one in earlier if one.stage == stage]
    for place, mention in enumerate(changed):
        told = _before(items, mention)
        if place and any("其中" in one.gap for one in changed[: place + 1]):
            continue  # 由88件增至94件，其中建议减少2件，提案增加8件
        now = [item.value for item in [*reversed(told), *reversed(earlier)] if not _is_then(item, mention)]
        then = [item.value for item in told if _is_then(item, mention)]
        if all(_is_then(item, mention) for item in told) and (part := _part_changed(mention, told, splits)):
            same = [one for one in splits.called_before(part.facet, part.name, part) if one.count and not one.change]
            if known := [one.value for one in same if not one.past]:
                now, then = known, then or [one.value for one in same if one.past]
        if not then and (pair := _two_years_beside(told)):
            now, then = pair
        if any(_is_of_total(item) for item in told) or _TOTAL.search(changed[0].left):
            now = [*[item.value for item in reversed(told) if item.stage and not _is_then(item, mention)], *now]
        if mention.kind == COUNT and _is_sum_of_changes(mention, changed[:place], marks):
            continue
        behind = changed[place + 1] if place + 1 < len(changed) else None
        if mention.kind == COUNT:
            percent = (
                behind if behind is not None and behind.kind == PERCENT else _told_before(changed[:place], mention)
            )
            _difference(mention, percent, now, then, marks, splits)
        elif mention.kind == PERCENT and not (place and changed[place - 1].kind == COUNT):
            _growth(mention, now, then, marks, splits)
        elif mention.kind == POINTS:
            _points(mention, found, splits, marks)


def _part_changed(mention, told, splits):
    """The Item of 独办减少2件（上年16件）, or the one of last year in 上年A类189件，今年增加15件: a part by its name.

    Its count is no whole that was told before.
    """
    item = next((one for one in splits.items if one.mention is mention), None)
    if item is not None and item.facet not in _NAMED and is_filler(_WAY.sub("", mention.left)) and len(told) == 1:
        item = told[-1]
    return item if item is not None and item.facet in _NAMED else None


def _told_before(changed, count):
    """The growth of 同比增长12.5%，增加50件, None where none stands right before."""
    last = changed[-1] if changed else None
    beside = last is not None and last.kind == PERCENT and last.at == count.at - 1 and _DIFFERENCE.fullmatch(count.gap)
    return last if beside and (len(changed) < 2 or changed[-2].kind != COUNT) else None


def _two_years_beside(told):
    """([now], [then]) of 2023年138件，2022年120件, None where the counts are not of two years."""
    by_year = {item.year: item.value for item in told if item.year}
    if len(told) != 2 or len(by_year) != 2 or told[0].stage != told[1].stage:
        return None
    return [by_year[max(by_year)]], [by_year[min(by_year)]]


def _is_of_total(item):
    """主办25件、会办13件，承办总量较2022年的31件增加7件: compared with the total, not with the part before it."""
    return bool(item.count and item.past and _TOTAL.search(item.count.left))


def _is_sum_of_changes(count, before, marks):
    """Whether a change is that of all, told behind those of its parts; then it is checked against their sum."""
    parts = [one for one in before if one.kind == COUNT and one.unit == count.unit]
    if len(parts) < 2 or not _SUM_OF.search(count.left) or len(parts) != len(before):
        return False
    due = sum(-one.value if _DOWN.search(one.left) else one.value for one in parts)
    told = f"各项增减相抵为{plain(abs(due))}件，文中为{plain(count.value)}件。"
    if due == (-count.value if _DOWN.search(count.left) else count.value):
        marks.fine(count)
    else:
        marks.suspect("sum", [count], plain(count.value), plain(abs(due)), told)
    return True


def _before(items, mention):
    """The counts that a change can be between: told before it, or behind as what was: 比上年增加18件（上年108件）."""
    return [
        item
        for item in items
        if item.mention.at < mention.at or (item.past and item.mention.bracket) or _is_then(item, mention, behind=True)
    ]


def _is_then(item, mention, behind=False):
    """Whether a count is of what was: by its year, or right behind a change of papers by its words.

    减少6件（2021年度为202件）; B类提案减少6件，上年B类为116件.
    """
    told_so = mention.kind == COUNT and item.mention.at == mention.at + 1 and bool(_OF_THEN.fullmatch(item.count.left))
    return told_so or (item.past and not behind)


def _is_of_two_others(count, splits, of_share=False):
    """“办成账”多了12件（去年58件）, and 70件 further up: last year's count beside it, against any count before."""
    place = next((item.place for item in splits.items if item.mention.at >= count.at), len(splits.items))
    around = [one for one in splits.items[max(place - _REMEMBERED, 0) : place + 3] if one.count and not one.change]
    then = [one.value for one in around if one.past and 0 <= one.sentence - count.sentence <= 1 and one.value]
    now = [one.value for one in around if not one.past and one.count.at < count.at]
    if of_share:
        return any(fits(abs(a - b), b, count) for a in now for b in then)
    return any(abs(a - b) == count.value for a in now for b in then)


def _are_two_told(count, percent, splits):
    """2021年146件，2022年159件，2023年172件，三年间增加26件，增幅17.8%: of any two that were told before."""
    told = [one.value for one in splits.items if one.count and not one.change and one.count.at < count.at]
    off = -count.value if _DOWN.search(count.left) else count.value
    pairs = combinations(told[-_REMEMBERED:], 2)
    return any(now - then == off and then and fits(count.value, then, percent) for then, now in pairs)


def _difference(count, percent, now, then, marks, splits):
    down = bool(_DOWN.search(count.left))
    if then and now:
        if _are_beside(count, splits) and abs(now[0] - then[0]) == count.value and down != (now[0] < then[0]):
            way = "减少" if now[0] < then[0] else "增加"
            told_so = f"由{plain(then[0])}到{plain(now[0])}是{way}{plain(count.value)}，文中的增减相反。"
            marks.fault("sum", [count], plain(count.value), f"{way}{plain(count.value)}", told_so)
        elif any(abs(a - b) == count.value for a in now for b in then) or _is_of_two_others(count, splits):
            marks.fine(count)
        else:
            off = abs(now[0] - then[0])
            told = marks.fault if _are_beside(count, splits) or _agree(off, then[0], percent) else marks.suspect
            told(
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
    if any(fits(count.value, one, percent) for one in earlier) or (not then and _are_two_told(count, percent, splits)):
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


def _agree(off, then, percent):
    """Whether the growth in per cent is that of the difference, and only the number of papers is wrong."""
    return percent is not None and fits(off, then, percent)


def _are_beside(count, splits):
    """37件，比2021年的42件减少7件: nothing stands between the two and their difference."""
    place = next((item.place for item in splits.items if item.mention is count), 0)
    if place < 2:
        return False
    now, then = splits.items[place - 2], splits.items[place - 1]
    told = now.count and then.count and then.past and not now.past and not now.change
    if told and _is_of_total(then) and not now.stage:
        return False
    return bool(told) and now.sentence == count.sentence and then.count.at == count.at - 1


def _growth(percent, now, then, marks, splits):
    pairs = [(a, b) for a in now for b in then if b]
    if any(fits(abs(a - b), b, percent) for a, b in pairs) or _is_of_two_others(percent, splits, of_share=True):
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


def _points(points, found, splits, marks):
    """A change in points against the two shares told before it."""
    since = max((one.at for one in found if one.kind == POINTS and one.at < points.at), default=-1)
    shares = [one for one in found if one.kind == PERCENT and "change" not in one.flags and since < one.at < points.at]
    past = {id(item.percent) for item in splits.items if item.past and item.percent}
    earlier = [one for one in shares[-2:] if id(one) in past or _EARLIER.search(one.left)]
    if len(shares) > 1 and _FROM.search(shares[-2].said[-24:]) and _TO.search(shares[-1].gap):
        earlier, now = [shares[-2]], shares[-1]  # 由前年的58.6%提高到去年的66.4%
    elif len(shares) > 1 and len(earlier) == 1:
        now = next(one for one in shares[-2:] if one is not earlier[0])
    elif len(shares) == 1 and earlier:
        now = _share_now(earlier[0], splits)
    else:
        now = None
    behind = next((one for one in found if one.at == points.at + 1 and one.kind == PERCENT), None)
    if now is not None:
        _points_between(points, earlier[0].value, now.value, marks)
    elif behind is not None and _OF_THEN.fullmatch(behind.left) and shares and shares[-1].at == points.at - 1:
        _points_between(points, behind.value, shares[-1].value, marks)
    else:
        shares = [one for one in found if one.kind == PERCENT and "change" not in one.flags]
        beside = [one for one in shares if points.at - 2 <= one.at < points.at]
        between = points.said[len(beside[0].said) :] if beside else ""
        told = len(beside) == len(shares) == 2 and re.search("→|[由从]|之差|相差|相比", beside[0].left + between)
        if told and not any(one.about for one in beside) and abs(beside[0].value - beside[1].value) != points.value:
            _points_between(points, beside[0].value, beside[1].value, marks)
        elif any(abs(a.value - b.value) == points.value for a in shares for b in shares):
            marks.fine(points, *shares)


def _share_now(earlier, splits):
    """This year's share of what last year's is told of, told right before: 满意率93.6%；去年满意率为92.1%."""
    item = next((one for one in splits.items if one.percent is earlier), None)
    key = key_of(item, of_share=True) if item is not None else ""
    before = splits.items[max(item.place - 6, 0) : item.place] if key else []
    same = [one for one in before if one.percent and not one.past and key_of(one, of_share=True) == key]
    if same and item.sentence - same[-1].sentence <= 1:
        return same[-1].percent
    told = [one for one in splits.items if one.percent and not one.past and key and key_of(one, of_share=True) == key]
    return told[0].percent if len({one.percent.value for one in told}) == 1 else None
