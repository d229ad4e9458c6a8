"""The figures of several years in one letter: 2020年立案210件 in a table or a sentence, 比2020年增长10% in another."""

import re

from . import words

_YEAR = re.compile(r"(20\d\d)年?度?$")
_AGAINST = re.compile(r"(?:比|较|与|同)(20\d\d)年(?:度)?(?:同期)?(?:相比)?[^，。；]{0,6}$")
_LAST_YEAR = re.compile(r"(?:比|较|与|同)(?:去年|上年|上一年)(?:度)?(?:同期)?(?:相比)?[^，。；\d]{0,6}$")
PAST = "past"


def figures_by_year(items, tables):
    """{(year, what is counted): value}; counted is a stage, a class or a rate. What has two values is left out."""
    found = {}
    for item in items:
        mention = item.mention
        year = item.year or (PAST if item.past else "")
        if year and not item.change and not mention.about and (key := key_of(item)):
            found.setdefault((year, key), set()).add(mention.value)
    for table in tables:
        rows = table.columns[0].labels if table.columns else []
        years = [match[1] if (match := _YEAR.match(label)) else "" for label in _first_cells(table, rows)]
        for column in table.columns:
            key = _key_of_name(column.name)
            for year, one in zip(years, column.mentions, strict=True):
                if key and year and one:
                    found.setdefault((year, key), set()).add(one.value)
    return {key: min(values) for key, values in found.items() if len(values) == 1}


def _first_cells(table, labels):
    return [row[0].text or label for row, label in zip(table.rows, labels, strict=True)]


def key_of(item):
    if item.rate:
        return _rate(item.rate)
    if item.count is None:
        return ""
    return item.stage or (
        f"{item.facet}:{item.name}" if item.facet in ("result", "rating", "proposer", "key", "kind") else ""
    )


def _key_of_name(name):
    if "率" in name or "满意度" in name:
        return _rate(name)
    facet, part, _ = words.facet_of(name)
    if facet in ("result", "rating", "proposer", "key", "kind"):
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
