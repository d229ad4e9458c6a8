"""Makes WeasyPrint justify Chinese: the slack of a line goes between all its characters.

WeasyPrint 70.0 widens blanks only, and Chinese has none (CSS Text 3 `text-justify: inter-character` is not supported).
`install` replaces one private function, `weasyprint.layout.inline.justify_line`, which is why the version is pinned;
tests/test_documents.py measures the right edge and fails when the function moves.
"""

from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline
from weasyprint.text.line_break import create_layout

from .fonts import takes_room

BREAK = "\u200b"
WIDEST = 0.5  # of the font size between two characters; a line that needs more stays ragged
LEAST = 4  # a line is Chinese if one character in so many is
FEWEST = 8  # characters; a shorter line looks torn

_justify_blanks = inline.justify_line


def install() -> None:
    """Once per process, before the first rendering."""
    inline.justify_line = justify_line


def justify_line(context, line, extra_width):
    """Spreads `extra_width` (CSS px) over a line with Chinese in it; leaves Latin lines to WeasyPrint's blanks."""
    texts = [box.text for box in _text_boxes(line)]
    count = _places("".join(texts).rstrip(BREAK))
    chinese = sum(map(_is_wide, "".join(texts)))
    if chinese * LEAST < count or count < FEWEST:
        _justify_blanks(context, line, extra_width)
    elif extra_width / (count - 1) <= WIDEST * line.style["font_size"]:
        _spread(context, line, extra_width / (count - 1), 0)


def _text_boxes(box):
    if isinstance(box, boxes.TextBox):
        yield box
    elif isinstance(box, (boxes.LineBox, boxes.InlineBox)):
        for child in box.children:
            yield from _text_boxes(child)


def _places(text):
    """How many times Pango adds the letter spacing: a place to break the line (U+200B) has one too, though no glyph."""
    return sum(takes_room(character) or character == BREAK for character in text)


def _is_wide(character):
    return "\u2e80" <= character <= "\uffef" or character >= "\U00020000"


def _spread(context, box, extra, shift):
    """Moves `box` by `shift` px, widens its letter spacing by `extra` px, returns the shift of what follows."""
    if isinstance(box, boxes.TextBox):
        box.position_x += shift
        count = _places(box.text)
        if count:
            style = box.style.copy()
            spacing = style["letter_spacing"]
            style["letter_spacing"] = (0 if spacing == "normal" else spacing) + extra
            box.style = style
            # laid out anew with the wider spacing; WeasyPrint wants layouts inactive until they are drawn
            layout = create_layout(box.text, style, context, None, 0)
            layout.deactivate()
            box.pango_layout = layout
            box.width += extra * count
            shift += extra * count
    elif isinstance(box, (boxes.LineBox, boxes.InlineBox)):
        box.position_x += shift
        before = shift
        for child in box.children:
            if child.is_in_normal_flow():
                shift = _spread(context, child, extra, shift)
        box.width += shift - before
    else:
        box.translate(shift, 0)
    return shift
