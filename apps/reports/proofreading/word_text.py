"""The text of word/document.xml: paragraphs, and tables as rows of cells, in their order.

Insertions that are marked are read, deletions are not; text boxes follow the paragraph that holds them.
"""

from defusedxml.ElementTree import fromstring

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DEEPEST = 100  # levels of elements
_MOST_SPANNED = 60  # columns: a cell that claims to span more does not


def word_blocks(content):
    """Texts of paragraphs, and lists of rows of cells; raises ParseError or DefusedXmlException for broken XML."""
    root = fromstring(content, forbid_dtd=True)
    body = root.find(f"{_W}body")
    if body is None:
        raise ValueError("no body")
    yield from _blocks(body, 0)


def _blocks(parent, depth):
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    for element in parent:
        if element.tag == f"{_W}p":
            yield from _paragraph(element, depth)
        elif element.tag == f"{_W}tbl":
            inner = []
            yield [_row(row, inner, depth) for row in _rows(element, depth)]
            yield from inner
        elif element.tag != _FALLBACK and len(element):
            yield from _blocks(element, depth + 1)  # content controls, marked insertions


def _rows(table, depth):
    """Its own rows. A table in a cell is a table of its own, behind the one that holds it."""
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    for element in table:
        if element.tag == f"{_W}tr":
            yield element
        elif element.tag != f"{_W}tbl" and len(element):
            yield from _rows(element, depth + 1)  # content controls, marked insertions


def _paragraph(element, depth):
    boxes = []
    yield from "".join(_runs(element, boxes, depth)).split("\n")
    for box in boxes:
        yield from _blocks(box, depth + 1)


def _runs(element, boxes, depth):
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"
        elif child.tag == f"{_W}tab":
            yield "\t"
        elif child.tag == f"{_W}noBreakHyphen":
            yield "-"
        elif child.tag == f"{_W}txbxContent":
            boxes.append(child)
        elif child.tag != _FALLBACK and child.tag != f"{_W}del":
            yield from _runs(child, boxes, depth + 1)


def _row(row, inner, depth):
    cells = []
    for cell in row.findall(f"{_W}tc"):
        found = list(_blocks(cell, depth + 1))
        inner += [block for block in found if not isinstance(block, str)]
        cells.append("".join(block.strip() for block in found if isinstance(block, str)))
        span = cell.find(f"{_W}tcPr/{_W}gridSpan")
        wide = span.get(f"{_W}val", "1") if span is not None else "1"
        cells += [""] * (min(int(wide), _MOST_SPANNED) - 1 if wide.isascii() and wide.isdigit() else 0)
    return cells
