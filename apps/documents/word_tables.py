"""The tables and forms of a DOCX."""

from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as VERTICAL
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.oxml import parse_xml
from docx.shared import Twips
from docx.table import Table as WordTable
from docx.table import _Cell as WordCell

from .content import Cell, Grid, Table, lines_of
from .word_styles import CELL_PADDING, FORM_PADDING, LOOKS, TABLES, W, twips
from .word_text import add_run, spaced, styled

CELL_STYLES = {"left": "CellLeft", "center": "CellCentre", "right": "CellRight"}
FORM_STYLES = {"left": "FormText", "center": "FormCentre"}
FORM_LINE, CELL_LINE = LOOKS["FormText"].line, LOOKS["CellLeft"].line


def add_table(document, table: Table, width: float) -> None:
    """Rows that no page tears, under a header that every page repeats; `width` in pt."""
    made = _empty(document, "PaperTable", [column.share for column in table.columns], 1 + len(table.rows), width)
    header, *rows = made.rows
    _mark(header, "tblHeader", "cantSplit")
    for column, cell in zip(table.columns, header.cells, strict=True):
        _fill(cell, [column.title], "ColumnTitle")
    for texts, row in zip(table.rows, rows, strict=True):
        _mark(row, "cantSplit")
        if table.lines > 1:
            _least_height(row, table.lines * CELL_LINE + 2 * CELL_PADDING)
        for column, text, cell in zip(table.columns, texts, row.cells, strict=True):
            _fill(cell, lines_of(text), CELL_STYLES[column.align])


def add_grid(document, grid: Grid, width: float) -> None:
    """A form. A row with a foot (签字) is two rows of the table without a rule between, so that the foot stays low."""
    count = sum(2 if _has_foot(row) else 1 for row in grid.rows)
    made = _empty(document, "PaperForm", grid.shares, count, width)
    for cell in made._cells:
        styled(cell.paragraphs[0], "FormText")  # also where a merged cell goes on
    place = 0
    for row in grid.rows:
        place = _add_row(made, place, row)


def _has_foot(row):
    return any(cell.foot for cell in row)


def _add_row(made, place, row):
    """Fills one or two rows of the table from `place` on; returns where the next one goes."""
    lines = max(cell.lines for cell in row)
    _least_height(made.rows[place], lines * FORM_LINE + 2 * FORM_PADDING)
    upper, lower = made.rows[place].cells, made.rows[place + 1].cells if _has_foot(row) else None
    column = 0
    for cell in row:
        last = column + cell.span - 1
        if cell.foot:
            head, foot = upper[column].merge(upper[last]), lower[column].merge(lower[last])
            _fill_foot(head, foot, cell)
        else:
            head = upper[column].merge((lower or upper)[last])
        _fill_form(head, cell)
        column += cell.span
    return place + (2 if lower else 1)


def _fill_form(made, cell: Cell):
    style = "FormLabel" if cell.is_label else FORM_STYLES[cell.align]
    _fill(made, lines_of(cell.text), style)
    if cell.lines > 1 or cell.foot:
        made.vertical_alignment = VERTICAL.TOP


def _fill_foot(head, foot, cell):
    _fill(foot, [], "FormFoot")
    add_run(foot.paragraphs[0], spaced(cell.foot))
    foot.vertical_alignment = VERTICAL.BOTTOM
    _without_rule(head, "bottom")
    _without_rule(foot, "top")


def _fill(cell: WordCell, lines, style):
    cell.vertical_alignment = VERTICAL.CENTER
    first, *others = lines or [""]
    styled(cell.paragraphs[0], style, first)
    for line in others:
        styled(cell.add_paragraph(), style, line)


def _empty(document, style, shares, rows, width) -> WordTable:
    """A table of fixed columns whose widths are the shares of `width`."""
    made = document.add_table(rows, len(shares))
    made.style = document.styles[TABLES[style][0]]
    made.autofit = False
    whole, edges = sum(shares), [0]
    for share in shares:
        edges.append(edges[-1] + share)
    edges = [twips(edge / whole * width) for edge in edges]
    for column, left, right in zip(made.columns, edges, edges[1:], strict=False):
        column.width = Twips(right - left)
    for row in made.rows:
        for cell, left, right in zip(row.cells, edges, edges[1:], strict=False):
            cell.width = Twips(right - left)
    return made


def _mark(row, *names):
    for name in names:
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:{name} {W}/>"))


def _least_height(row, height):
    row.height_rule, row.height = WD_ROW_HEIGHT_RULE.AT_LEAST, Twips(twips(height))


def _without_rule(cell, side):
    properties = cell._tc.get_or_add_tcPr()
    rules = parse_xml(f'<w:tcBorders {W}><w:{side} w:val="nil"/></w:tcBorders>')
    properties.insert_element_before(rules, "w:shd", "w:noWrap", "w:tcMar", "w:vAlign")
