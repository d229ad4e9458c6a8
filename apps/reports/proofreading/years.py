"""The figures of several years in one letter: 2020年立案210件 in a table or a sentence, 比2020年增长10% in another."""

import re

from . import words
from .arithmetic import plain
from .numerals import chinese_whole
from .written import POINTS

_COMPARED = ("result", "rating", "proposer", "key", "kind")
_YEAR = re.compile(r"(20\d\d)年?度?$")
_AGAINST = re.compile(r"(?:比|较|与|同)(20\d\d)年(?:度)?(?:同期)?(?:相比)?[^，。；]{0,6}$")
_LAST_YEAR = re.compile(r"(?:比|较|与|同)(?:去年|上年|上一年)(?:度)?(?:同期)?(?:相比)?[^，。；\d]{0,6}$")
_BOTH_YEARS = re.compile(r"(20\d\d)年(?:度)?(?:比|较)(20\d\d)年[^，。；]{0,8}$")
_SO_MANY_YEARS = re.compile("([两二三四五六七八九十])年(?:来|间)?(?:累计|合计|共计|共|总计)")
PAST = "past"


def figures_by_year(items, tables):
    """{(year, what is counted): value}; counted is a stage, a class or a rate. What has two values is left out."""
    found = {}
    for item in items:
        mention = item.mention
        year = item.year or (PAST if item.past else "")
        if (
            year
            and not item.change
            and not (item.stage == words.WHOLE and item.percent)  # 比上年的25.0%（4件）: a part of that year's
            and not (item.count and _SO_MANY_YEARS.search(item.count.said[-12:]))
            and not mention.about
            and (key := key_of(item))
        ):
            found.setdefault((year, key), set()).add(mention.value)
    for table in tables:
        years = _years_of(table)
        for column in table.columns:
            key = key_of_name(column.name)
            for year, one in zip(years, column.mentions, strict=True):
                if key and year and one:
                    found.setdefault((year, key), set()).add(one.value)
    return {key: min(values) for key, values in found.items() if len(values) == 1}


def _years_of(table):
    """The year that each row is of, "" for rows that are of none."""
    first = [row[0].text for row in table.rows]
    return [match[1] if (match := _YEAR.match(text)) else "" for text in first]


def key_of(item, of_share=False):
    """What a figure counts: a rate by its name, a class with its facet, a stage; "" for what cannot be compared.

    `of_share`: of an item's percentage, which a stage has none of.
    """
    if item.rate:
        return _rate(item.rate)
    if item.facet in _COMPARED:
        return f"{item.facet}:{item.name}"
    if item.count is None or of_share:
        return ""
    return item.stage or (words.WHOLE if re.fullmatch(r"20\d\d年", item.name) else "")


def key_of_name(name):
    if "率" in name or "满意度" in name:
        return _rate(name)
    facet, part, _ = words.facet_of(name)
    if facet in _COMPARED:
        return f"{facet}:{part}"
    return words.stage_of(name) or (words.HANDLED if re.search("提案数|件数|总数|合计", name) else "")


def _rate(name):
    return re.sub(r"^.*?年|委员|提案|的|（.*）", "", name).strip("，、")


def earlier_figure(known, item, changed):
    """What an item was in the year that a change (a Mention) compares it with, None where the letter does not tell.

    比2020年增长12%: of 2020; 比上年: of the year before the item's own, else of what the letter calls last year.
    """
    if match := _AGAINST.search(changed.said):
        years = [match[1]]
    elif _LAST_YEAR.search(changed.said):
        years = [str(int(item.year) - 1)] if item.year else [PAST]
    else:
        return None
    keys = [words.HANDLED, words.WHOLE] if (own := key_of(item)) in (words.HANDLED, words.WHOLE) else [own]
    found = {known[year, key] for year in years for key in keys if (year, key) in known}
    return found.pop() if len(found) == 1 else None


def years_named(known, changed):
    """(then, now) of 2021年…立案数同比增加44件: what the words name, of its year and of the year before; else None."""
    year = re.findall(r"(20\d\d)年", changed.said)[-1:]
    stage = words.stage_of(changed.left) if re.search("同比|比上年|较上年|比去年|较去年", changed.said) else ""
    if not year or not stage or changed.kind == POINTS:
        return None
    pair = known.get((str(int(year[0]) - 1), stage)), known.get((year[0], stage))
    return pair if None not in pair else None


def two_years(known, points):
    """(then, now) of 满意率逐年上升，2021年比2019年提高1.2个百分点, None where the letter does not tell both."""
    match = _BOTH_YEARS.search(points.said)
    names = {key for _, key in known if key.endswith("率") and key in points.said} if match else ()
    if len(names) != 1:
        return None
    name = names.pop()
    pair = known.get((match[2], name)), known.get((match[1], name))
    return pair if None not in pair else None


def check_years(splits, tables, marks):
    """2021年立案231件 against a table of years; 三年累计立案645件 against the years of a table, or of the text."""
    _check_sums_of_years(splits, marks)
    for table in tables:
        years = _years_of(table)
        if not all(years) or len(set(years)) != len(years):
            continue
        columns = {key_of_name(column.name): column for column in table.counts}
        for item in splits.items:
            column = columns.get(key_of(item)) if item.count and not item.change and not item.count.about else None
            if column is None or not all(column.mentions):
                continue
            if (match := _SO_MANY_YEARS.search(item.count.said[-20:])) and chinese_whole(match[1]) == len(years):
                _compare(item.count, sum(one.value for one in column.mentions), "sum", marks)
            elif item.count.left.startswith(f"{item.year}年") and item.year in years:
                _compare(item.count, column.mentions[years.index(item.year)].value, "repeat", marks)


def _check_sums_of_years(splits, marks):
    """三年共承办585件 behind 2021年180件, 2022年195件, 2023年210件."""
    for item in splits.items:
        match = _SO_MANY_YEARS.search(item.count.said[-12:]) if item.count and item.stage else None
        if match is None or id(item.count) in marks.wrong:
            continue
        told = {}
        for one in splits.items[: item.place]:
            if one.count and one.year and one.stage == item.stage and not one.change and one.count.left.find("年") >= 0:
                told.setdefault(one.year, one.value)
        years = sorted(int(year) for year in told)
        if len(years) == chinese_whole(match[1]) and years[-1] - years[0] == len(years) - 1:
            _compare(item.count, sum(told.values()), "sum", marks)


def _compare(count, value, rule, marks):
    if count.value == value:
        marks.fine(count)
    else:
        told = f"按表中各年应为{plain(value)}，文中为{plain(count.value)}。"
        marks.fault(rule, [count], plain(count.value), plain(value), told)
