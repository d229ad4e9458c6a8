"""Forms of one page: rows of a label and its text, and room to write where the rest of the page is."""

from dataclasses import replace
from math import ceil

from apps.documents.content import Cell, Grid, lines_of
from apps.documents.titles import width

SHARES = (2, 4, 2, 4)  # a label has room for four characters a line
PER_LINE = {1: 9, 3: 25, 4: 30}  # characters of a text that spans so many columns
PADDING, FOOT = 8 / 24, 30 / 24  # in lines of 24 pt
PAGE = 21  # lines of a sheet below its title and notes, above its footnotes
GROWS = 0  # for Cell.lines: what the other rows of the page leave
DAY_BY_HAND = "　　　　年　　月　　日"
SIGNED_BY_HAND = f"签字：　　　　　　　{DAY_BY_HAND}"
SEALED_BY_HAND = f"签字（盖章）：　　　　　{DAY_BY_HAND}"


def pair(label, text, other_label, other_text):
    """A row of two labels, each with its text."""
    return (
        Cell(label, is_label=True),
        Cell(text, align="center"),
        Cell(other_label, is_label=True),
        Cell(other_text, align="center"),
    )


def wide(label, text, **how):
    """A row of one label and a text across the rest. `how`: further fields of its Cell."""
    return (Cell(label, is_label=True), Cell(text, 3, **how))


def form(rows, page=PAGE):
    """The Grid of rows whose one cell with `lines=GROWS` fills a page of so many lines, where there is room."""
    rows = tuple(rows)
    room = max(0, int(page - sum(map(_height, rows))))
    return Grid(SHARES, tuple(tuple(_grown(cell, room + _lines_in(row)) for cell in row) for row in rows))


def _grown(cell, lines):
    return replace(cell, lines=int(lines)) if cell.lines == GROWS else cell


def _height(row):
    return _lines_in(row) + PADDING


def _lines_in(row):
    """More rather than less; the text of a growing cell counts as one line."""
    return max(max(_lines_of_text(cell), cell.lines) + (FOOT if cell.foot else 0) for cell in row)


def _lines_of_text(cell):
    lines = lines_of(cell.text)
    if cell.is_label:
        return len(lines)
    return 1 if cell.lines == GROWS else sum(ceil(width(line) / PER_LINE[cell.span]) for line in lines)


def boxes(names, ticked=""):
    """□甲 ■乙: what is to be ticked by hand, or what the records tick."""
    return " ".join(f"{'■' if name == ticked else '□'}{name}" for name in names)
