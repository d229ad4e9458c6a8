"""Tables that lost their grid on the way into a text: one cell a line, the head first, row by row.

序号 / 承办单位 / 主办 / 协办 / 合计 / 1 / 县农业农村局 / 14 / 6 / 20 …: told by lines of few characters that repeat one
shape, of words and of numbers, as often as the head is wide.
"""

import re

_LONGEST = 16  # characters of a cell
_NARROWEST, _WIDEST = 2, 12  # columns
_FEWEST = 2  # rows
_NUMBER = re.compile(r"[\d,]+(?:\.\d+)?%?(?:件|份|个|家)?")
_SENTENCE = re.compile("[，。；！？：:]")
_STROKES = ("—", "——", "-", "－", "/", "／")
_TOTAL = re.compile("(?:合|总|共|小)[ \u3000]*计|总数")


def stacked_table(lines, place):
    """(rows, the line behind them) of a table that begins at a line with its head; None where none does."""
    cells = _cells(lines, place, _WIDEST * (_FEWEST + 1))
    for width in range(_NARROWEST, min(_WIDEST, len(cells) // (_FEWEST + 1)) + 1):
        head = cells[:width]
        if any(_is_number(cell) for cell in head) or len(set(head)) < width:
            continue
        if len(_rows(cells[width:], width)[0]) >= _FEWEST:
            rows, used = _rows(_cells(lines, place + width, len(lines)), width)
            return [head, *rows], place + width + used
    return None


def _cells(lines, place, most):
    """The cells one a line from a place on, so many at most: to see whether a table begins there few are enough."""
    found = []
    for at in range(place, min(place + most, len(lines))):
        if not _is_cell(lines[at]):
            break
        found.append(lines[at].strip(" \u3000\t"))
    return found


def _is_cell(line):
    text = line.strip(" \u3000\t")
    return 0 < len(text) <= _LONGEST and not _SENTENCE.search(text) and "\t" not in text and "|" not in text


def _is_number(cell):
    return bool(_NUMBER.fullmatch(cell))


def _is_empty(cell, row):
    """A stroke where a row of totals has no number of its own."""
    return cell in _STROKES and bool(_TOTAL.match(row[0]))


def _rows(cells, width):
    """(rows of one shape, how many cells they take); the row of totals may lack a number of its own."""
    shape = [_is_number(cell) for cell in cells[:width]]
    if sum(shape) < 1 or all(shape) or not all(shape[shape.index(False) + 1 :]):
        return [], 0  # names stand in one column, all behind it are numbers
    rows, used = [], 0
    while used < len(cells):
        row = cells[used : used + width]
        lead = shape.index(False)
        if lead and _TOTAL.match(row[0]):
            row = [""] * lead + cells[used : used + width - lead]
            used -= lead
        told = [_is_number(cell) or _is_empty(cell, row) for cell in row[lead:]]
        if len(row) < width or told != shape[lead:]:
            break
        rows.append(row)
        used += width
    return rows, used
