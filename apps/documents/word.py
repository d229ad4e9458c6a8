"""Official papers as DOCX, for Word and WPS: what content.py holds, laid out as paper.py does for the PDF.

Everything that is not a measure of one paper alone (where its title begins, how wide its signature is) is in named
styles. Lengths are in pt unless a name says otherwise.
"""

import datetime
import io
import re

from docx.enum.section import WD_ORIENTATION
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from . import fonts, geometry, renderer
from .content import (
    Annex,
    Grid,
    Heading,
    Letter,
    Paper,
    Picture,
    Sheet,
    Table,
    addressee_line,
    attachment_lines,
    author_of,
    chinese_date,
    clean,
    copies_line,
    lines_of,
    picture_title,
    remark_line,
)
from .drawing import alternative, for_paper
from .drawing_png import png_of
from .fonts import SONG
from .geometry import MM, SMALL, TYPE_WIDTH
from .markup import HEADING_FACES
from .paper import signature_places
from .titles import break_title
from .word_file import blank_document, saved
from .word_head import write_head
from .word_places import add_page_number, hang_on_foot
from .word_styles import EXACT, FRAMED, LOOKS, PITCH, WIDE, WIDE_PITCH, W, twips
from .word_tables import add_grid, add_table
from .word_text import add, add_run, plain, spaced, styled

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"  # media type
PORTRAIT = (210, 297, 37, 26, 35, 28)  # mm: width, height, margins from the top clockwise; as in paper.css
LANDSCAPE = (297, 210, 28, 37, 26, 35)
HEADER_FROM_TOP = 8 * MM  # where the words of a draft stand
BESIDE_TABLE = 8  # between a table and a paragraph
LONGEST_PROPERTY = 255  # characters, of what the file says of itself
LANGUAGE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def paper_docx(paper: Paper) -> bytes:
    """The paper for Word, WPS and LibreOffice; the same content gives the same bytes.

    Raises FontsUnavailable if there is no face to measure the issuer's mark with.
    """
    return renderer.in_turn(_written, paper)  # it measures glyphs


def _written(paper):
    document = blank_document()
    _describe(document, paper)
    _lay_out(document, paper)
    if isinstance(paper, Sheet):
        _write_sheet(document, paper)
    else:
        _write_official(document, paper)
    return saved(document)


def _describe(document, paper):
    """What the file says of itself. The day is the paper's: a clock would make other bytes of the same content."""
    properties = document.core_properties
    properties.title = plain(paper.title)[:LONGEST_PROPERTY]
    properties.author = plain(author_of(paper))[:LONGEST_PROPERTY]
    if not isinstance(paper, Sheet) and paper.dated_on:
        properties.created = properties.modified = datetime.datetime.combine(
            paper.dated_on, datetime.time(tzinfo=datetime.UTC)
        )
    if LANGUAGE.fullmatch(paper.language):
        properties.language = paper.language
        for language in document.styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), paper.language)
            language.set(qn("w:eastAsia"), paper.language)


# --- page, page numbers, words of a draft ---------------------------------------------------------------------------


def _lay_out(document, paper):
    section = document.sections[0]
    is_wide = isinstance(paper, Sheet) and paper.is_landscape
    width, height, *margins = (Mm(value) for value in (LANDSCAPE if is_wide else PORTRAIT))
    section.orientation = WD_ORIENTATION.LANDSCAPE if is_wide else WD_ORIENTATION.PORTRAIT
    section.page_width, section.page_height = width, height
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = margins
    section.gutter, section.header_distance = Mm(0), Pt(HEADER_FROM_TOP)
    section.footer_distance = Pt(_footer_distance(margins[2].pt))
    if isinstance(paper, Letter):
        section.different_first_page_header_footer = True  # no number on page one
    if not isinstance(paper, Sheet) or paper.is_numbered:
        _number_pages(document, section)
    if paper.draft:
        _mark_as_draft(document, section, paper)
    pitch = WIDE_PITCH if is_wide else PITCH
    section._sectPr.append(parse_xml(f'<w:docGrid {W} w:type="lines" w:linePitch="{twips(pitch)}"/>'))


def _footer_distance(bottom_margin):
    """So that the ink of the number's dash is 7 mm below the type area (7.5)."""
    dash, line = fonts.ink_of("—", SONG, SMALL), LOOKS["PageOdd"].line
    line_top = geometry.PAGE_NUMBER_BELOW + (dash.top + dash.bottom) / 2 - EXACT * line
    return bottom_margin - line_top - line


def _number_pages(document, section):
    document.settings.odd_and_even_pages_header_footer = True
    for footer, style in ((section.footer, "PageOdd"), (section.even_page_footer, "PageEven")):
        footer.is_linked_to_previous = False
        add_page_number(styled(footer.paragraphs[0], style))
    if section.different_first_page_header_footer:
        section.first_page_footer.is_linked_to_previous = False


def _mark_as_draft(document, section, paper):
    headers = [section.header]
    if document.settings.odd_and_even_pages_header_footer:
        headers.append(section.even_page_header)
    if section.different_first_page_header_footer:
        headers.append(section.first_page_header)
    for header in headers:
        header.is_linked_to_previous = False
        styled(header.paragraphs[0], "Draft").add_run(plain(paper.draft), FRAMED)


# --- letters and notices --------------------------------------------------------------------------------------------


def _write_official(document, paper):
    room = write_head(document, paper)
    _add_title(document, paper.title, "PaperTitle").paragraph_format.space_before = Pt(room)
    if clean(paper.addressee):
        add(document, "Addressee", addressee_line(paper))
    _write_blocks(document, paper.blocks, TYPE_WIDTH)
    _write_attachments(document, paper.attachments)
    _write_signature(document, paper)
    if paper.remark:
        add(document, "Remark", remark_line(paper.remark))
    for annex in paper.annexes:
        _write_annex(document, annex)
    _write_imprint(document, paper)


def _add_title(document, text, style):
    """In the lines that titles.py breaks it into."""
    paragraph = add(document, style)
    for place, line in enumerate(break_title(clean(text))):
        if place:
            paragraph.add_run().add_break()
        add_run(paragraph, plain(line))
    return paragraph


def _write_blocks(document, blocks, width):
    """Headings, paragraphs and tables; a little room between a table and a text."""
    texts, was_table = [], False
    for block in blocks:
        if isinstance(block, (Table, Grid)):
            if texts:
                texts[-1].paragraph_format.space_after = Pt(BESIDE_TABLE)
            _write_table(document, block, width)
            texts, was_table = [], True
        elif isinstance(block, Picture):
            _write_picture(document, block, width)
            texts, was_table = [], False
        elif texts := _write_text(document, block):
            if was_table:
                texts[0].paragraph_format.space_before = Pt(BESIDE_TABLE)
            was_table = False


def _write_text(document, block):
    if isinstance(block, Heading):
        return [add(document, f"Heading{block.level}", block.text)]
    lines = lines_of(block.text)
    if not lines and not clean(block.lead):
        return []
    first = add_run(add(document, "Body"), plain(block.lead), HEADING_FACES[block.lead_level])
    add_run(first, plain(lines[0]) if lines else "")
    return [first, *(add(document, "Body", line) for line in lines[1:])]


def _write_table(document, block, width):
    if _ends_in_table(document):
        add(document, "Nothing")  # two tables with nothing between them would become one
    if isinstance(block, Grid):
        add_grid(document, block, width)
        return
    if block.caption:
        add(document, "Caption", block.caption)
    add_table(document, block, width)


def _write_picture(document, picture, width):
    """Drawn, under its title; what it shows stands in the file in words too."""
    for place, (part, chart) in enumerate(for_paper(picture)):
        add(document, "Caption", picture_title(picture, place))
        drawn = add(document, "Picture").add_run().add_picture(io.BytesIO(png_of(chart)), Pt(width))
        drawn._inline.docPr.set("descr", plain(alternative(part)))
        for side in ("distT", "distB", "distL", "distR"):
            drawn._inline.set(side, "0")  # where it is not said, LibreOffice leaves an eighth of an inch


def _ends_in_table(document):
    return document.element.body[-2].tag == qn("w:tbl") if len(document.element.body) > 1 else False


def _write_attachments(document, names):
    """附件说明 (7.3.4): one line below the text, hanging."""
    for place, (number, name) in enumerate(attachment_lines(names)):
        style = "AttachmentNext" if place else "AttachmentFirst" if number else "Attachment"
        add(document, style, ("" if place else "附件：") + number + name)


def _write_signature(document, paper):
    """7.3.5; the last lines of the text stay on its page."""
    rows = [(plain(paper.signature), "Sealed" if paper.is_sealed else "Signed")] if clean(paper.signature) else []
    if paper.dated_on:
        rows.append((chinese_date(paper.dated_on), "Dated"))
    places = signature_places(paper)[-len(rows) :] if rows else ()
    if rows and not _ends_in_table(document):
        document.paragraphs[-1].paragraph_format.keep_with_next = True
    for (text, style), left in zip(rows, places, strict=True):
        add(document, style, text).paragraph_format.left_indent = Pt(left)


def _write_annex(document, annex: Annex):
    add(document, "AnnexLabel", annex.label)
    if clean(annex.title):
        _add_title(document, annex.title, "AnnexTitle")
    _write_blocks(document, annex.blocks, TYPE_WIDTH)


def _write_imprint(document, paper):
    """版记 on the foot of the last page."""
    rows = _imprint_rows(paper)
    for style, left, right in rows:
        hang_on_foot(add_run(add(document, style, left), right))
    if rows or _ends_in_table(document):
        add(document, "Nothing")  # a frame stays with the paragraph behind it, and no document ends in a table


def _imprint_rows(paper):
    """抄送; in document form also who printed it and when, between rules (7.4): (style, text, text at the right)."""
    rows = [("Copies", copies_line(paper.copies_to), "")] if paper.copies_to else []
    if isinstance(paper, Letter):
        return rows
    if paper.printed_by and paper.printed_on:
        rows.append(("Printed", paper.printed_by, f"\t{chinese_date(paper.printed_on)}印发"))
    thick, thin = ("ThickRule", "", ""), ("ThinRule", "", "")
    return [thick, rows[0], *([thin, rows[1]] if len(rows) == 2 else []), thick] if rows else []


# --- forms and registers --------------------------------------------------------------------------------------------


def _write_sheet(document, sheet):
    if clean(sheet.title):
        _add_title(document, sheet.title, "SheetTitle")
    if sheet.left or sheet.right:
        notes = add(document, "NotesWide" if sheet.is_landscape else "Notes")
        add_run(notes, f"{spaced(sheet.left)}\t{spaced(sheet.right)}")
    _write_blocks(document, sheet.blocks, WIDE if sheet.is_landscape else TYPE_WIDTH)
    for note in sheet.footnotes:
        add(document, "Footnote", note)
    if _ends_in_table(document) or not document.paragraphs:
        add(document, "Nothing")  # a document does not end in a table
