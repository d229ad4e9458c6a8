"""Official papers by GB/T 9704-2012: the PDF and the page on the screen of what content.py holds.

The renderer fetches nothing, and no text becomes markup, style or an address. Lengths are in pt from the upper left
corner of the page unless a name says otherwise.
"""

import hashlib
from dataclasses import dataclass

from django.utils.safestring import SafeString

from . import fonts, geometry, markup, renderer
from .content import (
    Annex,
    Bar,
    Cell,
    Column,
    Grid,
    Heading,
    Letter,
    Line,
    Notice,
    Paper,
    Paragraph,
    Picture,
    Sheet,
    Table,
    author_of,
    chinese_date,
    clean,
    mark_of,
    texts_of,
)
from .fonts import FANG, HEI, KAI, MARK, SONG
from .geometry import BODY, CELL, EM_ASCENT, LINE, SMALL, TRACKING, TYPE_TOP, TYPE_WIDTH
from .markup import HEADING_FACES

DRAFT_PADDING, DRAFT_FRAME = 6, 1
NO_WRAP = 0.1  # so that a text as wide as its line does not wrap for a rounding
ROOMY_LINE = 200  # a line so high that no face's own height counts in it


@dataclass(frozen=True)
class Head:
    """Where the elements above the title stand on page one; tops and baselines in pt from the page's top."""

    mark_size: float
    mark_tracking: float
    mark_baseline: float
    rule_top: float
    number_baseline: float
    title_top: float


def paper_html(paper: Paper) -> SafeString:
    """The paper for the screen: one <article class="paper">, every text escaped, classes only."""
    return markup.article(paper, for_print=False)


def paper_pdf(paper: Paper) -> bytes:
    """The paper as PDF/A-3u; the same content gives the same bytes.

    Raises MissingGlyph if a character is in no face, FontsUnavailable if there are no faces at all.
    """
    require_glyphs(paper)
    return renderer.in_turn(_printed, paper)


def _printed(paper):
    css = _measures(paper)
    whole = (
        f'<!DOCTYPE html><html lang="{markup.escaped(paper.language)}"><head><meta charset="utf-8">'
        f"<title>{markup.escaped(paper.title)}</title>"
        f'<meta name="author" content="{markup.escaped(author_of(paper))}"></head>'
        f"<body>{markup.article(paper, for_print=True)}</body></html>"
    )
    return renderer.render(whole, css, hashlib.sha256((whole + css).encode()).digest()[:16])


def require_glyphs(paper: Paper) -> None:
    """Raises MissingGlyph, naming every character of the paper that no face of its place has."""
    missing = [
        character
        for holder, field, text in texts_of(paper)
        for character in fonts.missing_glyphs(clean(text), _role(holder, field))
    ]
    if missing:
        raise fonts.MissingGlyph(dict.fromkeys(missing))


def _role(holder, field):
    """The face that a text is printed in, by what holds it and the name of its field."""
    match holder, field:
        case Heading(level=level), _:
            return HEADING_FACES[level]
        case Paragraph(lead_level=level), "lead":
            return HEADING_FACES[level]
        case (Letter() | Notice(), "issuer" | "title") | (Sheet() | Annex(), "title"):
            return MARK
        case (Column(), "title") | (Table(), "caption") | (Annex(), "label") | (Cell(is_label=True), "text"):
            return HEI
        case Picture() | Bar() | Line(), _:
            return HEI
        case Notice(), "signer":
            return KAI
        case _, "marks" | "labels" | "draft":
            return HEI
    return FANG


def head_of(paper: Letter | Notice) -> Head:
    """Measures the mark in the face that prints it, and hangs everything else below its ink.

    The mark is as large as the width of the type area lets it be, up to MARK_LARGEST; a short one is spaced out.
    """
    mark = mark_of(paper)
    natural = fonts.ink_of(mark, MARK, 1).advance
    size = min(geometry.MARK_LARGEST, TYPE_WIDTH / natural) if natural else geometry.MARK_LARGEST
    spare = TYPE_WIDTH * geometry.MARK_FILLS - natural * size
    tracking = min(size * geometry.MARK_LOOSEST, max(0, spare) / max(1, len(mark) - 1))
    ink = fonts.ink_of(mark, MARK, size)
    top = geometry.LETTER_MARK_TOP if isinstance(paper, Letter) else geometry.NOTICE_MARK_TOP
    below = top + ink.top - ink.bottom  # where the mark's ink ends
    rest = _below_letter_mark(paper, below) if isinstance(paper, Letter) else _below_notice_mark(paper, below)
    return Head(size, tracking, top + ink.top, *rest)


def _below_letter_mark(letter, mark_bottom):
    """Top of the rule, baseline of the number, top of the title's line (10.1)."""
    rule_top = mark_bottom + geometry.RULE_BELOW_MARK
    last_line_bottom = rule_top + geometry.RULE
    number_top = last_line_bottom + BODY * 7 / 8
    if rows := max(bool(letter.number), len(letter.labels)):
        last_line_bottom = number_top + (BODY + LINE) / 2 + (rows - 1) * LINE
    return rule_top, number_top + BODY * EM_ASCENT, last_line_bottom + 2 * LINE


def _below_notice_mark(notice, mark_bottom):
    """Top of the rule, baseline of the number, top of the title's line (7.2.5, 7.2.7, 7.3.1).

    The number stands two blank lines below the mark, the rule 4 mm below the number, the title two lines below that.
    """
    square_top = mark_bottom + 2 * LINE + (LINE - BODY) / 2 if notice.number or notice.signer else mark_bottom - BODY
    rule_top = square_top + BODY + geometry.RULE_BELOW_NUMBER
    return rule_top, square_top + BODY * EM_ASCENT, rule_top + geometry.NOTICE_RULE + 2 * LINE


def baseline(line: float, size: float) -> float:
    """From the top of a line box of height `line` to the baseline; every block's strut is in FangSong."""
    ascent, descent = fonts.line_metrics(FANG)
    return (line + (ascent - descent) * size) / 2


def _measures(paper):
    """The style sheet of one paper: numbers, and of texts only the draft's, as a CSS string."""
    rules = [*_page_numbers(paper), *_draft(paper), *_columns(paper)]
    if isinstance(paper, Sheet):
        return "\n".join(rules)
    head = head_of(paper)
    rules += [
        _placed(".paper-mark", head.mark_baseline),
        f".paper-mark {{ width: {TYPE_WIDTH:.3f}pt; text-align: center; left: {head.mark_tracking / 2:.3f}pt }}",
        f".paper-mark .paper-run {{ font-size: {head.mark_size:.3f}pt; letter-spacing: {head.mark_tracking:.3f}pt }}",
        f".paper-rule-head, .paper-rule-number {{ top: {head.rule_top - TYPE_TOP:.3f}pt }}",
        # the middle of the two strokes, so that either edge is within half a millimetre
        f".paper-rule-foot {{ top: {geometry.FOOT_RULE - geometry.RULE / 2 - TYPE_TOP:.3f}pt }}",
        _placed(".paper-number, .paper-signer", head.number_baseline),
        _placed(".paper-corner", geometry.CORNER_TOP + BODY * EM_ASCENT),
        *_labels_place(paper, head),
        *_fitted(paper),
        f".paper-head {{ height: {head.title_top - TYPE_TOP:.3f}pt }}",
        *_hanging_attachments(len(paper.attachments)),
        *_signature(paper),
        *_imprint_place(paper),
    ]
    return "\n".join(rules)


def _placed(selector, line_baseline, line=ROOMY_LINE):
    """Puts a line's baseline at a height of the page, whatever faces are in the line."""
    top = line_baseline - TYPE_TOP - baseline(line, BODY)
    return f"{selector} {{ line-height: {line}pt; top: {top:.3f}pt }}"


def _labels_place(paper, head):
    """份号, 密级, 紧急程度: beside the number in a letter (10.1), from the first line of a notice (7.2.1)."""
    if isinstance(paper, Letter):
        return [_placed(".paper-labels", head.number_baseline, LINE)]
    return [_placed(".paper-labels", TYPE_TOP + (LINE - BODY) / 2 + BODY * EM_ASCENT, LINE)]


def _fitted(paper):
    """What stands in a line of its own may not wrap: it gets smaller rather than leave the type area."""
    rooms = {".paper-number": ((paper.number,), FANG, TYPE_WIDTH), ".paper-labels": (paper.labels, HEI, TYPE_WIDTH)}
    if isinstance(paper, Letter):
        rooms[".paper-corner"] = (("\u3000".join(paper.marks),), HEI, TYPE_WIDTH)
    elif paper.signer:
        rooms[".paper-number"] = ((paper.number,), FANG, TYPE_WIDTH / 2 - CELL)
        rooms[".paper-signer"] = ((f"签发人：{paper.signer}",), KAI, TYPE_WIDTH / 2 - 2 * CELL)
    rules = []
    for name, (texts, role, room) in rooms.items():
        width = max((fonts.ink_of(clean(text), role, BODY, TRACKING).advance for text in texts), default=0)
        if width > room:
            rules.append(f"{name} .paper-run {{ font-size: {BODY * room / width:.3f}pt }}")
    return rules


def _page_numbers(paper):
    """— 2 — (7.5): the dash 7 mm below the type area, odd pages right, even left, one character in.

    一字线上距版心下边缘7 mm: the ink of the dash is measured, not the line it stands in. None on page one of a letter.
    """
    if isinstance(paper, Sheet) and not paper.is_numbered:
        return []
    dash = fonts.ink_of("—", SONG, SMALL)
    ascent, descent = fonts.line_metrics(SONG)
    padding = geometry.PAGE_NUMBER_BELOW + (dash.top + dash.bottom) / 2 - (LINE + (ascent - descent) * SMALL) / 2
    text = (
        f'content: "— " counter(page) " —"; font: {fonts.weight(SONG)} {SMALL}pt/{LINE}pt {renderer.family_list(SONG)};'
        f" padding-top: {padding:.3f}pt; vertical-align: top; white-space: nowrap; width: 50mm"
    )
    rules = [
        f"@page :left {{ @bottom-left {{ {text}; padding-left: {SMALL}pt; text-align: left }} }}",
        f"@page :right {{ @bottom-right {{ {text}; padding-right: {SMALL}pt; text-align: right }} }}",
    ]
    return [*rules, "@page :first { @bottom-right { content: none } }"] if isinstance(paper, Letter) else rules


def _draft(paper):
    """样稿 …: framed, at the upper left of every page, outside the type area; words too many for a line get smaller."""
    words = clean(paper.draft)
    if not words:
        return []
    room = TYPE_WIDTH - 2 * (DRAFT_PADDING + DRAFT_FRAME) - SMALL
    size = min(SMALL, room / fonts.ink_of(words, HEI, 1).advance)
    box = (
        f'content: "{renderer.css_escaped(words)}"; font: {fonts.weight(HEI)} {size:.2f}pt/20pt'
        f" {renderer.family_list(HEI)}; color: #{geometry.RED}; border: {DRAFT_FRAME}pt solid;"
        f" padding: 0 {DRAFT_PADDING}pt; height: 20pt; width: auto; text-align: left; white-space: nowrap;"
        " margin: 8mm 0 auto 0; vertical-align: top"
    )
    return [f"@page {{ @top-left {{ {box} }} }}"]


def _columns(paper):
    """Widths of the columns and heights of the cells that the paper's tables have."""
    shares, lines, rows = set(), set(), set()
    for block in _blocks(paper):
        if isinstance(block, Table):
            shares.add(tuple(column.share for column in block.columns))
            rows |= {block.lines} - {1}
        elif isinstance(block, Grid):
            shares.add(block.shares)
            lines |= {cell.lines for row in block.rows for cell in row if cell.lines > 1}
    widths = {round(share / sum(each) * 1000) for each in shares for share in each}
    rules = [f".paper-col-{width} {{ width: {width / 10:.1f}% }}" for width in sorted(widths)]
    row_height = 18  # a line of .paper-table in paper.css
    rules += [f".paper-rows-{count} td {{ height: {count * row_height}pt }}" for count in sorted(rows)]
    return rules + [_least_height(count) for count in sorted(lines)]


def _least_height(lines):
    """Of a cell, or of what stands over its foot; the height of a cell of a table is a least one by itself."""
    height = lines * geometry.FORM_LINE
    cell, room = f"height: {height}pt", f"height: auto; min-height: {height}pt"
    own = f".paper-grid .paper-lines-{lines}"  # before the one line that .paper-grid td has
    return f"{own} {{ {cell} }} {own}.paper-room {{ {room} }}"


def _blocks(paper):
    yield from paper.blocks
    for annex in () if isinstance(paper, Sheet) else paper.annexes:
        yield from annex.blocks


def _hanging_attachments(count):
    if not count:
        return []
    number = fonts.ink_of(f"{count}.", FANG, BODY, TRACKING).advance if count > 1 else 0
    left, label = 5 * CELL + number, 3 * CELL
    return [
        f".paper-attachment {{ padding-left: {left:.3f}pt; text-indent: {-number:.3f}pt }}",
        f".paper-attachment:first-child {{ text-indent: {-number - label:.3f}pt }}",
    ]


def signature_places(paper: Letter | Notice) -> tuple[float, float]:
    """Where the name and the date of the signature begin, in pt from the left of the type area (7.3.5)."""
    name = fonts.ink_of(clean(paper.signature), FANG, BODY, TRACKING).advance
    date = fonts.ink_of(chinese_date(paper.dated_on), FANG, BODY, TRACKING).advance if paper.dated_on else 0
    return _sealed_places(name, date) if paper.is_sealed else _plain_places(name, date)


def _plain_places(name, date):
    """不加盖印章 (7.3.5.2): the name ends two characters in, the date begins two characters right of the name.

    A date longer than the name ends two characters in itself, and the name moves left with it.
    """
    left = max(0, TYPE_WIDTH - 2 * CELL - (date + 2 * CELL if date > name else name))
    return left, left + 2 * CELL


def _sealed_places(name, date):
    """加盖印章 (7.3.5.1): the date ends four characters in, the name stands centred over it.

    A name too long to be centred there takes the date left with it.
    """
    middle = min(TYPE_WIDTH - 4 * CELL - date / 2, TYPE_WIDTH - NO_WRAP - name / 2)
    return max(0, middle - name / 2), max(0, middle - date / 2)


def _signature(paper):
    """Over a seal of 42 mm, its middle a little above name and date, two lines stay free: it begins within one line of
    the text. One stays free below, so that it touches no 版记; a 附注 has its place there (7.3.6)."""
    name, date = signature_places(paper)
    rules = [
        f".paper-signature-name {{ padding-left: {name:.3f}pt }}",
        f".paper-signature-date {{ padding-left: {date:.3f}pt }}",
    ]
    if not paper.is_sealed:
        return rules
    below = 0 if paper.remark else LINE
    return [f".paper-signature {{ margin-top: {2 * LINE}pt; padding-bottom: {below}pt }}", *rules]


def _imprint_place(paper):
    """The foot of the last line's squares of a letter, the last rule of a notice, on the foot of the type area."""
    if isinstance(paper, Notice):
        return [".paper-imprint { bottom: 0 }"]
    square_below = baseline(geometry.COPIES_LINE, SMALL) + (1 - EM_ASCENT) * SMALL - geometry.COPIES_LINE
    return [f".paper-imprint {{ bottom: {square_below:.3f}pt }}"]
