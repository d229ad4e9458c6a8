"""Tables of a letter: columns against their 合计, rows against theirs, percentages against their counts."""

import re
from dataclasses import dataclass
from decimal import Decimal

from . import words
from .arithmetic import fits, is_truncated, plain, share
from .tokens import COUNT, FOREIGN, PERCENT, Mention, squeezed

_NUMBER = re.compile(r"(?P<n>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?P<percent>%)?(?:件|份|篇|个)?")
_TOTAL = re.compile(r"(?:合计|总计|共计|总数|总件数|小计|总量|合共|总和|计)(?:（.*）)?$")
_NO_COUNT = re.compile(r"序号|案号|编号|年度|年份|电话|日期|文号|时间|届次|名次|排名|得分|分值")
_SHARE = re.compile(r"%|占比|比例|比重|百分比|率$|率（|占总")
_WITHIN = re.compile(r"其中|^[:：]")


@dataclass
class Cell:
    text: str
    mention: Mention | None = None


def check_tables(document, splits, marks):
    """Checks each table; returns the Mentions of their numbers."""
    mentions = []
    for numbers in document.tables:
        grid = [_row(document, number) for number in numbers]
        grid = [row for row in grid if any(cell.text for cell in row)]
        if len(grid) < 2:
            continue
        if _lies_on_its_side(grid):
            grid = (
                [list(column) for column in zip(*grid, strict=True)] if len({len(row) for row in grid}) == 1 else grid
            )
        mentions += _check(grid, splits, marks)
    return mentions


def _row(document, number):
    text = document.paragraphs[number]
    cells = []
    for start, end in document.rows[number]:
        own = squeezed(text[start:end])[0]
        found = _NUMBER.fullmatch(own)
        cell = Cell(own)
        if found and own:
            printed = found["n"].replace(",", "")
            cell.mention = Mention(
                number,
                start,
                end,
                PERCENT if found["percent"] else COUNT,
                Decimal(printed),
                printed,
                decimals=len(printed.partition(".")[2]),
                unit="件",
                dimension=words.PROPOSALS,
                opens=start,
            )
        cells.append(cell)
    return cells


def _lies_on_its_side(grid):
    """The classes across, 件数 and 占比 down."""
    first = [row[0].text for row in grid[1:]]
    return any(_SHARE.search(text) for text in first) or (
        len(first) == 1 and re.search("件数|数量|提案数", first[0]) is not None
    )


def _check(grid, splits, marks):
    head = next((row for row in grid if sum(cell.mention is not None for cell in row) == 0), None)
    names = [cell.text for cell in head] if head else [""] * len(grid[0])
    rows = [row for row in grid if row is not head and any(cell.mention for cell in row)]
    width = min(len(row) for row in rows) if rows else 0
    columns = [_Column(place, names[place] if place < len(names) else "", rows) for place in range(width)]
    counts = [one for one in columns if one.holds_counts()]
    for column in columns:
        column.find_count(counts)
    for column in counts:
        _check_column(column, splits, marks)
    for column in columns:
        if column.is_share() and column.count:
            _check_shares(column, splits, marks)
    _check_rows(counts, rows, marks)
    used = [*counts, *[one for one in columns if one.is_share()]]
    return [cell.mention for one in used for cell in one.cells if cell.mention and cell.mention.kind != FOREIGN]


class _Column:
    def __init__(self, place, name, rows):
        self.place, self.name = place, name
        self.cells = [row[place] for row in rows]
        self.labels = [next((cell.text for cell in row if cell.text and not cell.mention), "") for row in rows]
        self.count = None
        if self.is_share():
            for cell in self.cells:
                if cell.mention:
                    cell.mention.kind = PERCENT

    def is_share(self):
        return any(cell.mention and cell.mention.kind == PERCENT for cell in self.cells) or (
            bool(_SHARE.search(self.name)) and any(cell.mention for cell in self.cells)
        )

    def holds_counts(self):
        found = [cell.mention for cell in self.cells if cell.mention]
        if not found or self.is_share() or _NO_COUNT.search(self.name) or any(one.decimals for one in found):
            return False
        in_order = [int(one.value) for one in found] == list(range(1, len(found) + 1))
        return not (self.place == 0 and (in_order or not self.name))

    def find_count(self, counts):
        before = [one for one in counts if one.place < self.place]
        if self.is_share() and before:
            self.count = before[-1]

    def total(self):
        """The cell of the row of totals, None without one."""
        found = [
            cell
            for cell, label in zip(self.cells, self.labels, strict=True)
            if cell.mention and _TOTAL.search(label) and "小计" not in label
        ]
        return found[-1] if found else None

    def parts(self):
        return [
            cell
            for cell, label in zip(self.cells, self.labels, strict=True)
            if cell.mention and not _TOTAL.search(label) and not _WITHIN.search(label)
        ]


def _check_column(column, splits, marks):
    total, parts = column.total(), column.parts()
    if total is None or len(parts) < 2:
        return
    whole = sum(cell.mention.value for cell in parts)
    mentions = [cell.mention for cell in parts] + [total.mention]
    if whole == total.mention.value:
        marks.fine(*mentions)
    else:
        named = f"“{column.name}”一栏" if column.name else "表中一栏"
        told = f"{named}各行合计为{plain(whole)}，合计一行为{plain(total.mention.value)}。"
        marks.fault("sum", mentions, plain(whole), plain(total.mention.value), told)


def _check_shares(column, splits, marks):
    total, parts = column.count.total(), column.count.parts()
    bases = [total.mention.value] if total else []
    bases.append(sum(cell.mention.value for cell in parts))
    bases += [one.value for one in splits.wholes if not total]
    for count, percent in zip(column.count.cells, column.cells, strict=True):
        if not count.mention or not percent.mention or count.mention.kind != COUNT:
            continue
        value, printed = count.mention.value, percent.mention
        able = [base for base in bases if base >= value and base]
        if any(fits(value, base, printed) for base in able):
            marks.fine(count.mention, printed)
        elif able and not re.search("率", re.sub("比率|占比率", "", column.name)):
            cut = next((base for base in able if is_truncated(value, base, printed)), None)
            base = cut or able[0]
            expected = share(value, base, printed.decimals)
            marks.fault(
                "rounding" if cut else "percent",
                [count.mention, printed],
                printed.printed,
                expected,
                f"{plain(value)}占{plain(base)}应为{expected}%，表中为{printed.printed}%。",
            )


def _check_rows(counts, rows, marks):
    """A column of totals against the columns beside it that make up a split."""
    totals = [one for one in counts if _TOTAL.search(one.name)]
    if len(totals) != 1:
        return
    others = [one for one in counts if one is not totals[0] and not _WITHIN.search(one.name)]
    facets = {words.facet_of(one.name)[0] for one in others}
    if len(others) < 2 or len(facets) > 1 or facets & {"key"}:
        return
    for place in range(len(rows)):
        cells = [one.cells[place].mention for one in others]
        total = totals[0].cells[place].mention
        if total is None or not all(cells):
            continue
        whole = sum(cell.value for cell in cells)
        if whole == total.value:
            marks.fine(*cells, total)
        else:
            label = totals[0].labels[place]
            told = f"“{label}”一行各栏合计为{plain(whole)}，“{totals[0].name}”为{plain(total.value)}。"
            marks.fault("sum", [*cells, total], plain(whole), plain(total.value), told)
