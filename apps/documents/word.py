"""Official papers as DOCX, for Word and WPS: what content.py holds, laid out as paper.py does for the PDF.

Everything that is not a measure of one paper alone (where its title begins, how wide its signature is) is in named
styles. Lengths are in pt unless a name says otherwise.
"""

import datetime
import re

from docx.enum.section import WD_ORIENTATION
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from . import fonts, geometry, renderer
from .content import (
    Annex,
    Grid,
    Heading,
    Letter,
    Notice,
    Paper,
    Sheet,
    Table,
    addressee_line,
    attachment_lines,
    author_of,
    chinese_date,
    clean,
    copies_line,
    lines_of,
    mark_of,
    remark_line,
)
from .fonts import HEI, KAI, MARK, SONG
from .geometry import BODY, EM_ASCENT, LINE, MM, SMALL, TYPE_LEFT, TYPE_TOP, TYPE_WIDTH
from .markup import HEADING_FACES
from .paper import baseline, head_of, signature_places
from .titles import break_title
from .word_file import blank_document, saved
from .word_places import add_box, add_page_number, add_rule, hang_on_foot
from .word_styles import EXACT, FRAMED, LOOKS, PITCH, TITLE_DROP, WIDE, WIDE_PITCH, W, twips
from .word_tables import add_grid, add_table
from .word_text import add_run, plain, spaced, styled

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
    head = head_of(paper)
    _float_head(_add(document, "Nothing"), paper, head)
    rows = _letter_rows if isinstance(paper, Letter) else _notice_rows
    below = rows(document, paper, head.number_baseline - baseline(LINE, BODY), TYPE_TOP + LOOKS["Nothing"].line)
    title = _add_title(document, paper.title, "PaperTitle")
    title.paragraph_format.space_before = Pt(max(0, head.title_top - below - TITLE_DROP))
    if clean(paper.addressee):
        _add(document, "Addressee", addressee_line(paper))
    _write_blocks(document, paper.blocks, TYPE_WIDTH)
    _write_attachments(document, paper.attachments)
    _write_signature(document, paper)
    if paper.remark:
        _add(document, "Remark", remark_line(paper.remark))
    for annex in paper.annexes:
        _write_annex(document, annex)
    _write_imprint(document, paper)


def _add(document, style, text="") -> WordParagraph:
    return styled(document.add_paragraph(), style, text)


def _letter_rows(document, letter, top, below):
    """Under the rule the labels at the left, the number at the right of the first; returns where the last row ends."""
    rows = [add_run(_add(document, "Labels"), plain(label), HEI) for label in letter.labels]
    if rows:
        add_run(rows[0], "\t" + plain(letter.number))
    elif clean(letter.number):
        rows = [_add(document, "Number", letter.number)]
    if not rows:
        return below
    rows[0].paragraph_format.space_before = Pt(max(0, top - below))
    return top + len(rows) * PITCH


def _notice_rows(document, notice, top, below):
    """Labels from the first line of the type area, number and signer under the mark; returns where they end."""
    for label in notice.labels:
        add_run(_add(document, "Labels"), plain(label), HEI)
        below += PITCH
    if not notice.number and not notice.signer:
        return below
    row = _add(document, "NumberSigner" if notice.signer else "NumberCentred", notice.number)
    if notice.signer:
        add_run(add_run(row, "\t签发人："), plain(notice.signer), KAI)
    row.paragraph_format.space_before = Pt(max(0, top - below))
    return top + PITCH


def _float_head(anchor, paper, head):
    """The mark, what stands at the upper right, and the rules: drawings over the text of page one."""
    _add_mark(anchor, paper, head)
    if isinstance(paper, Notice):
        middle = head.rule_top + geometry.NOTICE_RULE / 2
        add_rule(anchor, 2, middle, TYPE_LEFT, TYPE_WIDTH, geometry.NOTICE_RULE)
        return
    _add_double_rule(anchor, 2, head.rule_top, geometry.THICK, geometry.THIN)
    _add_double_rule(anchor, 4, geometry.FOOT_RULE - geometry.RULE / 2, geometry.THIN, geometry.THICK)
    if paper.marks:
        line = LOOKS["Corner"].line
        top = geometry.CORNER_TOP + BODY * EM_ASCENT - EXACT * line
        box = add_box(anchor, 6, "首页标注", TYPE_LEFT, top, TYPE_WIDTH, line)
        add_run(styled(box, "Corner"), spaced("\u3000".join(paper.marks)))


def _add_mark(anchor, paper, head):
    """In the size and the tracking that the PDF has, the size in the half points that Word knows.

    The box is wider than the type area: a face a little wider than the measured one must not break the line.
    """
    mark = plain(mark_of(paper))
    line, room = LOOKS["Mark"].line, 20 * MM
    top = head.mark_baseline - EXACT * line
    box = add_box(anchor, 1, "发文机关标志", TYPE_LEFT - room, top, TYPE_WIDTH + 2 * room, line)
    styled(box, "Mark")
    if not mark:
        return
    size = int(head.mark_size * 2) / 2
    lost = fonts.ink_of(mark, MARK, head.mark_size - size).advance / len(mark)
    tracking = int((head.mark_tracking + lost) * 20) / 20
    for part, room_behind in ((mark[:-1], tracking), (mark[-1:], 0)):  # what is behind the last would move the middle
        run = box.add_run(part)
        run.font.size = Pt(size)
        spacing = parse_xml(f'<w:spacing {W} w:val="{twips(room_behind)}"/>')
        run._r.get_or_add_rPr().insert_element_before(spacing, "w:sz", "w:szCs")


def _add_double_rule(anchor, number, top, upper, lower):
    left, width = geometry.RULE_LEFT, geometry.RULE_WIDTH
    add_rule(anchor, number, top + upper / 2, left, width, upper)
    add_rule(anchor, number + 1, top + geometry.RULE - lower / 2, left, width, lower)


def _add_title(document, text, style):
    """In the lines that titles.py breaks it into; no lines, no paragraph."""
    paragraph = _add(document, style)
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
        elif texts := _write_text(document, block):
            if was_table:
                texts[0].paragraph_format.space_before = Pt(BESIDE_TABLE)
            was_table = False


def _write_text(document, block):
    if isinstance(block, Heading):
        return [_add(document, f"Heading{block.level}", block.text)]
    lines = lines_of(block.text)
    if not lines and not clean(block.lead):
        return []
    first = add_run(_add(document, "Body"), plain(block.lead), HEADING_FACES[block.lead_level])
    add_run(first, plain(lines[0]) if lines else "")
    return [first, *(_add(document, "Body", line) for line in lines[1:])]


def _write_table(document, block, width):
    if _ends_in_table(document):
        _add(document, "Nothing")  # two tables with nothing between them would become one
    if isinstance(block, Grid):
        add_grid(document, block, width)
        return
    if block.caption:
        _add(document, "Caption", block.caption)
    add_table(document, block, width)


def _ends_in_table(document):
    return document.element.body[-2].tag == qn("w:tbl") if len(document.element.body) > 1 else False


def _write_attachments(document, names):
    """附件说明 (7.3.4): one line below the text, hanging."""
    for place, (number, name) in enumerate(attachment_lines(names)):
        style = "AttachmentNext" if place else "AttachmentFirst" if number else "Attachment"
        _add(document, style, ("" if place else "附件：") + number + name)


def _write_signature(document, paper):
    """7.3.5; the last lines of the text stay on its page."""
    rows = [(plain(paper.signature), "Sealed" if paper.is_sealed else "Signed")] if clean(paper.signature) else []
    if paper.dated_on:
        rows.append((chinese_date(paper.dated_on), "Dated"))
    places = signature_places(paper)[-len(rows) :] if rows else ()
    if rows and not _ends_in_table(document):
        document.paragraphs[-1].paragraph_format.keep_with_next = True
    for (text, style), left in zip(rows, places, strict=True):
        _add(document, style, text).paragraph_format.left_indent = Pt(left)


def _write_annex(document, annex: Annex):
    _add(document, "AnnexLabel", annex.label)
    if clean(annex.title):
        _add_title(document, annex.title, "AnnexTitle")
    _write_blocks(document, annex.blocks, TYPE_WIDTH)


def _write_imprint(document, paper):
    """版记 on the foot of the last page."""
    rows = _imprint_rows(paper)
    for style, left, right in rows:
        hang_on_foot(add_run(_add(document, style, left), right))
    if rows or _ends_in_table(document):
        _add(document, "Nothing")  # a frame stays with the paragraph behind it, and no document ends in a table


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
        notes = _add(document, "NotesWide" if sheet.is_landscape else "Notes")
        add_run(notes, f"{spaced(sheet.left)}\t{spaced(sheet.right)}")
    _write_blocks(document, sheet.blocks, WIDE if sheet.is_landscape else TYPE_WIDTH)
    for note in sheet.footnotes:
        _add(document, "Footnote", note)
    if _ends_in_table(document) or not document.paragraphs:
        _add(document, "Nothing")  # a document does not end in a table
