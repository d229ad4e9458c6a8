"""Tables against the text of their letter and against the figures of a session.

What a table splits is told by its whole: one that splits another whole than the text, or than the session, says
nothing of either. Against a session, a table counts as the session's where most of its cells agree.
"""

import re
from itertools import permutations

from . import words
from .arithmetic import fits, plain, share
from .repeats import whole_of

_SETS = ("result", "rating")
_COLUMNS = {
    "主办": "lead",
    "主办件": "lead",
    "协办": "assist",
    "协办件": "assist",
    "会办": "assist",
    "会办件": "assist",
}


def check_tables_against_text(tables, splits, marks):
    """`repeat` where a class or a rating of one whole has one count in a table and another in the text.

    Its share of the whole is held against the table too.
    """
    told = {}
    for item in filter(_is_told, splits.items):
        told.setdefault((item.facet, item.name, whole_of(item, splits)), item.count)
    for table in tables:
        cells, whole = split_cells(table)
        for (facet, name), cell in cells.items():
            if (count := told.get((facet, name, whole))) is None:
                continue
            if count.value == cell.value:
                marks.fine(count, cell)
            else:
                before, later = sorted((count, cell), key=lambda one: one.paragraph)
                _differs(later, before, marks)
        faulty = any(id(one) in marks.wrong for column in table.counts for one in column.mentions if one)
        if cells and not faulty and not any(one.value > whole for one in splits.wholes):
            _check_shares(table, cells, whole, splits, marks)


def _check_shares(table, cells, whole, splits, marks):
    """A类率为73.2%, beside a table of all papers, in no row of which the class has that share."""
    for item in splits.items:
        cell = cells.get((item.facet, item.name)) if item.percent and item.count is None else None
        if (
            cell is None
            or item.past
            or item.change
            or item.percent.about
            or item.aspect
            or id(item.percent) in marks.wrong
        ):
            continue
        if fits(cell.value, whole, item.percent):
            marks.fine(item.percent)
        elif not any(fits(one, of, item.percent) for one, of in _in_rows(table)):
            due = share(cell.value, whole, item.percent.decimals)
            told = f"表中{plain(cell.value)}占{plain(whole)}应为{due}%，文中为{item.percent.printed}%。"
            marks.suspect("percent", [item.percent], item.percent.printed, due, told)


def _in_rows(table):
    """Every two numbers of one row."""
    for row in zip(*(one.mentions for one in table.counts), strict=True):
        yield from permutations([one.value for one in row if one], 2)


def _is_told(item):
    """Whether the text counts a class or a rating of this year's whole."""
    if item.count is None or item.facet not in _SETS or item.group is None or item.group.base is None:
        return False
    if re.search(r"结转|遗留|历年|20\d\d年", item.count.label):
        return False  # 对2020年结转的B类提案33件
    return not (item.past or item.change or item.count.about or item.aspect)


def _differs(later, before, marks):
    told = f"前文为{plain(before.value)}，这里为{plain(later.value)}，表与正文应一致。"
    marks.fault("repeat", [later], plain(later.value), plain(before.value), told)


def split_cells(table):
    """({(facet, name): Mention}, the whole) of a table that splits one whole by class or by rating; ({}, None) else."""
    for column in table.counts[:1] if len(table.counts) == 1 else []:
        rows = zip(column.labels, column.mentions, strict=True)
        cells = {named: cell for label, cell in rows if cell and (named := _named(label))}
        if len(cells) > 1:
            return cells, column.total.value if column.total else sum(cell.value for cell in cells.values())
    row = table.total_row
    if row is None:
        return {}, None
    cells = {named: one.mentions[row] for one in table.counts if one.mentions[row] and (named := _named(one.name))}
    if len(cells) < 2 or len({facet for facet, _ in cells}) > 1:
        return {}, None
    return cells, sum(cell.value for cell in cells.values())


def _named(label):
    facet, name, aspect = words.facet_of(label)
    known = facet == "rating" or (facet == "result" and len(name) == 1)
    return (facet, name) if known and "+" not in name and not aspect else None


def check_tables_against_data(tables, figures, marks):
    """`data` where a cell differs from the session's figure, in tables whose other cells mostly agree."""
    for table in tables:
        pairs = [*_classes(table, figures), *_units(table, figures)]
        agreeing = [cell for cell, known in pairs if cell.value == known]
        marks.fine(*agreeing)
        if len(agreeing) * 2 <= len(pairs):
            continue
        for cell, known in pairs:
            if cell.value != known:
                told = f"系统中{figures.get('label', '')}为{known}，表中为{plain(cell.value)}。"
                marks.fault("data", [cell], plain(cell.value), known, told)


def _classes(table, figures):
    """[(Mention, the session's count)] of a table of classes or ratings."""
    known = {"result": figures.get("classes", {}), "rating": figures.get("ratings", {}).get("final", {})}
    cells, _ = split_cells(table)
    return [(cell, known[facet][name]["count"]) for (facet, name), cell in cells.items() if name in known[facet]]


def _units(table, figures):
    """[(Mention, the session's count)] of a table of units with their 主办 and 协办."""
    units = figures.get("units", {})
    return [
        (cell, units[label][_COLUMNS[column.name]])
        for column in table.counts
        if column.name in _COLUMNS
        for label, cell in zip(column.labels, column.mentions, strict=True)
        if cell and label in units
    ]
