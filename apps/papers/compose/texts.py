"""Texts that people typed, as the blocks of a paper: what numbers a heading is set as one."""

import re

from apps.documents.content import Heading, Paragraph, clean, lines_of

NUMBERS = (
    (1, re.compile(r"[一二三四五六七八九十]{1,3}、")),
    (2, re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]")),
    (3, re.compile(r"\d{1,2}[.．](?!\d)")),
)
LONGEST = 40  # characters; a numbered line that is longer is a paragraph that happens to begin with a number
LONGEST_LEAD = 28  # and a first sentence longer than a line of the paper does not run in as a heading
NO_HEADING = "，、；："  # a line that ends so goes on in the next one


def blocks_of(text):
    """Headings (一、 （一） 1.) by their levels, run in where their line goes on after 。, and paragraphs.

    A numbered line that is one whole sentence is no heading: those bear no mark at their end.
    """
    return tuple(_block(clean(line)) for line in lines_of(text))


def _block(line):
    level = next((level for level, number in NUMBERS if number.match(line)), None)
    if level is None:
        return Paragraph(line)
    head, stop, rest = line.partition("。")
    if rest and len(head) <= LONGEST_LEAD:
        return Paragraph(rest, lead=head + stop, lead_level=level)
    if stop or line[-1] in NO_HEADING or len(line) > LONGEST:
        return Paragraph(line)
    return Heading(level, line)
