"""Texts in a DOCX: cleaned as for the PDF, in a named style, never anything but characters."""

import re

from docx.text.paragraph import Paragraph as WordParagraph

from .content import clean
from .word_styles import RUNS

NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """The characters that are printed; what XML cannot hold is shown as a replacement character."""
    return NOT_IN_XML.sub("\ufffd", clean(text))


def spaced(text: str) -> str:
    """As `plain`, and the room that full-width blanks leave stays: 签字：　　年　　月　　日."""
    return "".join(piece if piece.isspace() else plain(piece) for piece in re.split("(\u3000+)", text))


def styled(paragraph: WordParagraph, style: str, text: str = "") -> WordParagraph:
    """Gives a paragraph its style, a key of LOOKS, and its text; returns it."""
    paragraph._p.style = style  # by its key: python-docx would look for the name every time
    return add_run(paragraph, plain(text))


def add(document, style: str, text: str = "") -> WordParagraph:
    """A new paragraph at the end of the document."""
    return styled(document.add_paragraph(), style, text)


def add_run(paragraph: WordParagraph, text: str, role: str = "") -> WordParagraph:
    """Adds `plain` or `spaced` text in the face of its paragraph, or in that of a role; returns the paragraph."""
    if text:
        paragraph.add_run(text, RUNS.get(role))
    return paragraph
