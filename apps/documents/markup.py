"""The content of a paper as HTML: every text escaped, classes only, nothing of the user's can become markup."""

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .content import (
    Annex,
    Cell,
    Grid,
    Heading,
    Letter,
    Notice,
    Paper,
    Picture,
    Sheet,
    Table,
    addressee_line,
    attachment_lines,
    chinese_date,
    clean,
    copies_line,
    lines_of,
    mark_of,
    picture_title,
    remark_line,
)
from .drawing import for_paper, on_paper, on_screen
from .fonts import FANG, HEI, KAI, MARK
from .geometry import CELL_TEXT, TYPE_WIDTH
from .titles import break_title, width

MOST_LINES = 18  # of a table's row that stays whole: some half a page
HEADING_FACES = {1: HEI, 2: KAI, 3: FANG}

# A box to tick keeps its word, a number its unit, a year its 年, a document number its parts; a class its letter (A类).
KEPT_TOGETHER = re.compile(
    r"(?:[□■]\w{1,8}"
    r"|〔\d{1,4}〕\d{1,6}号?"
    r"|第?\d{1,15}(?:[.,:/／．：～~–—-]\d{1,15}){0,6}(?:%|％|‰|℃)?"
    r"(?:[余多]?[万亿]?(?:个百分点|个工作日|个小时|平方公里|平方米|立方米|公里|公斤|千米|千克|小时|分钟|人次|件次|工作日|周年|年度"
    r"|[\u4e00-\u9fff]))?"
    r"|[A-ZＡ-Ｚ][类级]"
    r"|[\u4e00-\u9fff]·)"  # the dot of a name never begins a line
    # what stops the sentence right after it, at most one character on: WeasyPrint would let it begin a line there
    r"(?:[\u4e00-\u9fff]?[，。；：！？、）》〉」』】]+)?"
)
# Pango never breaks beside a quotation mark, Chinese does: before an opening one, after a closing one.
WIDE = "[\u3400-\u9fff\U00020000-\U0003ffff、，。；：！？）》〉」』】]"
NEXT_TO_QUOTE = re.compile(f"(?<={WIDE})(?=[“‘])|(?<=[”’])(?=[\u3400-\u9fff\U00020000-\U0003ffff（《〈「『【])")


def article(paper: Paper, *, for_print: bool) -> SafeString:
    """One <article class="paper">. `for_print`: with the helps that only the layout of pages needs."""
    inside = _sheet(paper, for_print) if isinstance(paper, Sheet) else _official(paper, for_print)
    kind = {Letter: "letter", Notice: "notice", Sheet: "sheet"}[type(paper)]
    wide = " paper-landscape" if isinstance(paper, Sheet) and paper.is_landscape else ""
    draft = f'<p class="paper-draft">{run(paper.draft, HEI)}</p>' if paper.draft and not for_print else ""
    return mark_safe(
        f'<article class="paper paper-{kind}{wide} paper-face-{FANG}" lang="{escape(paper.language)}">'
        f"{draft}{''.join(inside)}</article>"
    )


def escaped(text: str) -> str:
    return escape(clean(text))


def run(text: str, role: str = FANG, *, keeps: bool = True) -> str:
    """The text in its face; what may not be torn at the end of a line is kept together, what may be is marked."""
    text = NEXT_TO_QUOTE.sub("\u200b", clean(text))
    parts, at = [], 0
    for found in KEPT_TOGETHER.finditer(text) if keeps else ():
        parts += [escape(text[at : found.start()]), f'<span class="paper-keep">{escape(found[0])}</span>']
        at = found.end()
    parts.append(escape(text[at:]))
    return f'<span class="paper-run paper-face-{role}">{"".join(parts)}</span>'


def _spaced(text, role=FANG):
    """As `run`, and the room that full-width blanks leave stays: 签字：　　年　　月　　日."""
    return "".join(piece if piece.isspace() else run(piece, role) for piece in re.split("(\u3000+)", text) if piece)


def _official(paper, for_print):
    """What letters and notices share, from the head to the 版记."""
    parts = _letter_head(paper) if isinstance(paper, Letter) else _notice_head(paper)
    parts += _title(paper.title)
    if clean(paper.addressee):
        parts.append(f'<p class="paper-addressee">{run(addressee_line(paper))}</p>')
    for block in paper.blocks:
        parts += _block(block, for_print)
    parts += _attachments(paper.attachments)
    parts += _signature(paper)
    if paper.remark:
        parts.append(f'<p class="paper-remark">{run(remark_line(paper.remark))}</p>')
    for annex in paper.annexes:
        parts += _annex(annex, for_print)
    parts += _imprint(paper, for_print)
    return parts


def _labels(paper):
    return (
        [f'<p class="paper-labels">{"<br>".join(run(label, HEI) for label in paper.labels)}</p>']
        if paper.labels
        else []
    )


def _letter_head(letter):
    marks = _spaced("\u3000".join(letter.marks), HEI)
    return [
        '<header class="paper-head">',
        f'<p class="paper-corner">{marks}</p>' if letter.marks else "",
        f'<p class="paper-mark">{run(mark_of(letter), MARK)}</p>',
        '<div class="paper-rule paper-rule-head"></div>',
        *_labels(letter),
        f'<p class="paper-number">{run(letter.number)}</p>' if letter.number else "",
        '<div class="paper-rule paper-rule-foot"></div>',
        "</header>",
    ]


def _notice_head(notice):
    signer = f'<p class="paper-signer">{run("签发人：")}{run(notice.signer, KAI)}</p>' if notice.signer else ""
    number = f'<p class="paper-number{" paper-number-left" if signer else ""}">{run(notice.number)}</p>'
    return [
        '<header class="paper-head">',
        *_labels(notice),
        f'<p class="paper-mark">{run(mark_of(notice), MARK)}</p>',
        number if notice.number else "",
        signer,
        '<div class="paper-rule paper-rule-number"></div>',
        "</header>",
    ]


def _title(text, tag="h1"):
    lines = break_title(clean(text))
    spans = "".join(f'<span class="paper-title-line">{run(line, MARK)}</span>' for line in lines)
    return [f'<{tag} class="paper-title">{spans}</{tag}>'] if lines else []


def _block(block, for_print):
    if isinstance(block, Heading):
        tag = f"h{block.level + 1}"
        text = run(block.text, HEADING_FACES[block.level])
        return [f'<{tag} class="paper-heading paper-heading-{block.level}">{text}</{tag}>']
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Grid):
        return _grid(block)
    if isinstance(block, Picture):
        return _picture(block, for_print)
    lead = run(block.lead, HEADING_FACES[block.lead_level]) if block.lead else ""
    lines = lines_of(block.text) or [""]
    texts = [run(line) if line else "" for line in lines]
    texts[0] = lead + texts[0]
    return [f'<p class="paper-paragraph">{text}</p>' for text in texts if text]


def _widths(shares):
    whole = sum(shares)
    # a class for a width: style attributes are not needed, and none may come in
    return "".join(f'<col class="paper-col-{round(share / whole * 1000)}">' for share in shares)


def _table(table):
    caption = f"<caption>{run(table.caption, HEI)}</caption>" if table.caption else ""
    head = "".join(f'<th scope="col">{run(column.title, HEI)}</th>' for column in table.columns)
    rows = "".join(_row(table.columns, row) for row in table.rows)
    columns = _widths([column.share for column in table.columns])
    height = f" paper-rows-{table.lines}" if table.lines > 1 else ""
    return [
        f'<table class="paper-table{height}">{caption}<colgroup>{columns}</colgroup>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    ]


def _row(columns, row):
    cells = "".join(
        f'<td class="paper-{column.align}">{_in_cell(text)}</td>' for column, text in zip(columns, row, strict=True)
    )
    return f'<tr class="paper-long">{cells}</tr>' if _is_long(columns, row) else f"<tr>{cells}</tr>"


def _is_long(columns, row):
    """Whether a row may be higher than MOST_LINES: it need not stay whole."""
    whole = sum(column.share for column in columns)
    return any(
        sum(1 + width(line) * CELL_TEXT // (TYPE_WIDTH * column.share / whole) for line in text.splitlines())
        > MOST_LINES
        for column, text in zip(columns, row, strict=True)
    )


def _in_cell(text):
    """Lines of a cell; nothing in it is kept unbroken, for its column may be narrow."""
    return "<br>".join(run(line, keeps=False) for line in lines_of(text))


def _grid(grid):
    rows = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>" for row in grid.rows)
    return [f'<table class="paper-grid"><colgroup>{_widths(grid.shares)}</colgroup><tbody>{rows}</tbody></table>']


def _cell(cell: Cell):
    role = HEI if cell.is_label else FANG
    span = f' colspan="{cell.span}"' if cell.span > 1 else ""
    height = f" paper-lines-{cell.lines}" if cell.lines > 1 else ""
    body = "".join(f"<p>{run(line, role, keeps=not cell.is_label)}</p>" for line in lines_of(cell.text))
    if cell.foot:
        body = f'<div class="paper-room{height}">{body}</div><p class="paper-foot">{_spaced(cell.foot)}</p>'
        height = " paper-footed"
    if cell.is_label:
        return f'<th scope="row" class="paper-label{height}"{span}>{body}</th>'
    return f'<td class="paper-{cell.align}{height}"{span}>{body}</td>'


def _picture(picture, for_print):
    """Its title over it; where pages are too low for it, the further ones of several are said to go on."""
    drawn = [on_paper(*part) for part in for_paper(picture)] if for_print else [on_screen(picture)]
    return [
        f'<div class="paper-picture"><p class="paper-picture-title">{run(picture_title(picture, place), HEI)}</p>'
        f"{chart}</div>"
        for place, chart in enumerate(drawn)
    ]


def _attachments(names):
    if not names:
        return []
    rows = "".join(
        f'<p class="paper-attachment">{run(("" if place else "附件：") + number + name)}</p>'
        for place, (number, name) in enumerate(attachment_lines(names))
    )
    return [f'<div class="paper-attachments">{rows}</div>']


def _signature(paper):
    rows = [f'<p class="paper-signature-name">{run(paper.signature)}</p>'] if paper.signature else []
    if paper.dated_on:
        rows.append(f'<p class="paper-signature-date">{run(chinese_date(paper.dated_on))}</p>')
    return ['<div class="paper-signature">', *rows, "</div>"] if rows else []


def _annex(annex: Annex, for_print):
    parts = ['<section class="paper-annex">', f'<p class="paper-annex-label">{run(annex.label, HEI)}</p>']
    parts += _title(annex.title, "h2")
    for block in annex.blocks:
        parts += _block(block, for_print)
    return [*parts, "</section>"]


def _imprint(paper, for_print):
    """版记: 抄送; in document form also who printed it and when, between rules."""
    rows = f'<p class="paper-copies">{run(copies_line(paper.copies_to))}</p>' if paper.copies_to else ""
    if isinstance(paper, Notice) and paper.printed_by and paper.printed_on:
        day = f'<span class="paper-printed-on">{run(chinese_date(paper.printed_on) + "印发")}</span>'
        rows += f'<div class="paper-printed"><span class="paper-printed-by">{run(paper.printed_by)}</span>{day}</div>'
    if not rows:
        return []
    if not for_print:
        return [f'<footer class="paper-imprint">{rows}</footer>']
    # printed twice, once unseen: only the layout knows how many lines to keep free
    room = f'<div class="paper-unseen" aria-hidden="true">{rows}</div>'
    return ['<div class="paper-imprint-room">', room, f'<footer class="paper-imprint">{rows}</footer></div>']


def _sheet(sheet, for_print):
    parts = _title(sheet.title)
    if sheet.left or sheet.right:
        parts.append(
            f'<div class="paper-notes"><span class="paper-note-left">{_spaced(sheet.left)}</span>'
            f'<span class="paper-note-right">{_spaced(sheet.right)}</span></div>'
        )
    for block in sheet.blocks:
        parts += _block(block, for_print)
    parts += [f'<p class="paper-footnote">{run(note)}</p>' for note in sheet.footnotes]
    return parts
