"""Official letters (信函格式, GB/T 9704-2012 clause 10.1): the content, the page on the screen, the PDF.

A letter is plain text in a few shapes. Every text is escaped; none can become markup, style or an address, and the
renderer fetches nothing. Lengths are in pt from the upper left corner of the page unless a name says otherwise.
"""

import datetime
import hashlib
import re
import unicodedata
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from . import fonts, renderer
from .fonts import FANG, HEI, KAI, MARK, SONG
from .titles import break_title

MM = 72 / 25.4
TYPE_TOP, TYPE_LEFT, TYPE_WIDTH, TYPE_BOTTOM = 37 * MM, 28 * MM, 156 * MM, 262 * MM
BODY, SMALL, TITLE = 16, 14, 22  # 3号, 4号, 2号
LINE, TITLE_LINE, COPIES_LINE = 28.99, 35, 24  # as in paper.css
TRACKING = -0.2085  # as in paper.css
CELL = 15.7915  # one of 28 characters
EM_ASCENT = 0.88  # of a Chinese character's square above the baseline, in all the faces that serve
MARK_INK_TOP, RULE_BELOW_MARK, FOOT_RULE = 30 * MM, 4 * MM, 277 * MM
RULE = 2.5  # both strokes and what is between them
MARK_LARGEST, MARK_LOOSEST, MARK_FILLS = 40, 0.4, 0.8  # pt; tracking in em; of the type area's width
ROOMY_LINE = 200  # a line so high that no face's own height counts in it
PAGE_NUMBER_BELOW = 7 * MM
HEADING_FACES = {1: HEI, 2: KAI, 3: FANG}

# A number keeps its unit, a year its 年, a document number its parts; a class its letter (A类).
KEPT_TOGETHER = re.compile(
    r"(?:〔\d{1,4}〕\d{1,6}号?"
    r"|第?\d{1,15}(?:[.,:/．：～~–—-]\d{1,15}){0,6}(?:%|％|‰|℃)?"
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
VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


@dataclass(frozen=True)
class Heading:
    """A heading on a line of its own, with its number: 1 一、 in Hei, 2 （一） in Kai, 3 1. in FangSong (7.3.3)."""

    level: int
    text: str

    def __post_init__(self):
        if self.level not in HEADING_FACES:
            raise ValueError(f"a heading has level 1, 2 or 3, not {self.level!r}")


@dataclass(frozen=True)
class Paragraph:
    """Text; a line break in it begins a new paragraph. `lead` runs in before it, in the face of a heading's level."""

    text: str
    lead: str = ""
    lead_level: int = 2

    def __post_init__(self):
        if self.lead_level not in HEADING_FACES:
            raise ValueError(f"a lead has level 1, 2 or 3, not {self.lead_level!r}")


@dataclass(frozen=True)
class Letter:
    """One letter. All texts plain; "" or () leaves an element out.

    issuer: 发文机关标志, without 文件, up to some 25 characters · number: 发文字号 · addressee: 主送机关, colon added ·
    attachments: names for the 附件说明 · signature: 发文机关署名 · copies_to: 抄送机关 · remark: 附注, brackets added.
    """

    issuer: str
    number: str
    title: str
    addressee: str
    blocks: tuple[Heading | Paragraph, ...]
    signature: str
    dated_on: datetime.date | None
    copies_to: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    language: str = "zh-CN"
    remark: str = ""


@dataclass(frozen=True)
class Head:
    """Where the elements above the title stand on page one (10.1); tops and baselines in pt from the page's top."""

    mark_size: float
    mark_tracking: float
    mark_baseline: float
    rule_top: float
    number_baseline: float
    title_top: float


def letter_html(letter: Letter) -> SafeString:
    """The letter for the screen: one <article class="paper paper-letter">, every text escaped, classes only."""
    return _article(letter, for_print=False)


def letter_pdf(letter: Letter) -> bytes:
    """The letter as PDF/A-3u; the same content gives the same bytes.

    Raises MissingGlyph if a character is in no face, FontsUnavailable if there are no faces at all.
    """
    require_glyphs(letter)
    return renderer.in_turn(_printed, letter)


def _printed(letter):
    css = _measures(letter, head_of(letter))
    markup = (
        f'<!DOCTYPE html><html lang="{escape(letter.language)}"><head><meta charset="utf-8">'
        f"<title>{_escaped(letter.title)}</title>"
        f'<meta name="author" content="{_escaped(letter.issuer)}"></head>'
        f"<body>{_article(letter, for_print=True)}</body></html>"
    )
    return renderer.render(markup, css, hashlib.sha256((markup + css).encode()).digest()[:16])


def require_glyphs(letter: Letter) -> None:
    """Raises MissingGlyph, naming every character of the letter that no face of its place has."""
    texts = [(letter.issuer, MARK), (letter.title, MARK)]
    texts += [(text, FANG) for text in (letter.number, letter.addressee, letter.signature, letter.remark)]
    texts += [(text, FANG) for text in (*letter.attachments, *letter.copies_to)]
    for block in letter.blocks:
        if isinstance(block, Heading):
            texts.append((block.text, HEADING_FACES[block.level]))
        else:
            texts += [(block.text, FANG), (block.lead, HEADING_FACES[block.lead_level])]
    if missing := [c for text, role in texts for c in fonts.missing_glyphs(_clean(text), role)]:
        raise fonts.MissingGlyph(dict.fromkeys(missing))


def head_of(letter: Letter) -> Head:
    """Measures the mark in the face that prints it, and hangs everything else below its ink.

    The mark is as large as the width of the type area lets it be, up to MARK_LARGEST; a short one is spaced out.
    """
    issuer = _clean(letter.issuer)
    natural = fonts.ink_of(issuer, MARK, 1).advance
    size = min(MARK_LARGEST, TYPE_WIDTH / natural) if natural else MARK_LARGEST
    spare = TYPE_WIDTH * MARK_FILLS - natural * size
    tracking = min(size * MARK_LOOSEST, max(0, spare) / max(1, len(issuer) - 1))
    ink = fonts.ink_of(issuer, MARK, size)
    rule_top = MARK_INK_TOP + ink.top - ink.bottom + RULE_BELOW_MARK
    last_line_bottom = rule_top + RULE
    number_top = rule_top + RULE + BODY * 7 / 8
    if letter.number:
        last_line_bottom = number_top + (BODY + LINE) / 2
    return Head(
        mark_size=size,
        mark_tracking=tracking,
        mark_baseline=MARK_INK_TOP + ink.top,
        rule_top=rule_top,
        number_baseline=number_top + BODY * EM_ASCENT,
        title_top=last_line_bottom + 2 * LINE,
    )


def chinese_date(day: datetime.date) -> str:
    """2020年11月3日: no leading zeros (7.3.5)."""
    return f"{day.year}年{day.month}月{day.day}日"


def _clean(text):
    """One line of printable text: runs of blanks become one, control, format and invisible characters go."""
    text = VARIATION_SELECTORS.sub("", " ".join(text.split()))
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf"))


def _escaped(text):
    return escape(_clean(text))


def _run(text, role=FANG):
    """The text in its face; what may not be torn at the end of a line is kept together, what may be is marked."""
    text = NEXT_TO_QUOTE.sub("\u200b", _clean(text))
    parts, at = [], 0
    for found in KEPT_TOGETHER.finditer(text):
        parts += [escape(text[at : found.start()]), f'<span class="paper-keep">{escape(found[0])}</span>']
        at = found.end()
    parts.append(escape(text[at:]))
    return f'<span class="paper-run paper-face-{role}">{"".join(parts)}</span>'


def _article(letter, *, for_print):
    parts = [
        '<header class="paper-head">',
        f'<p class="paper-mark">{_run(letter.issuer, MARK)}</p>',
        '<div class="paper-rule paper-rule-head"></div>',
        f'<p class="paper-number">{_run(letter.number)}</p>' if letter.number else "",
        '<div class="paper-rule paper-rule-foot"></div>',
        "</header>",
    ]
    if lines := break_title(_clean(letter.title)):
        spans = "".join(f'<span class="paper-title-line">{_run(line, MARK)}</span>' for line in lines)
        parts.append(f'<h1 class="paper-title">{spans}</h1>')
    if letter.addressee:
        parts.append(f'<p class="paper-addressee">{_run(_clean(letter.addressee).rstrip("：: ") + "：")}</p>')
    for block in letter.blocks:
        parts += _block(block)
    parts += _attachments(letter.attachments)
    parts += _signature(letter)
    if letter.remark:
        parts.append(f'<p class="paper-remark">{_run("（" + _clean(letter.remark).strip("（）()") + "）")}</p>')
    if letter.copies_to:
        parts += _imprint(letter.copies_to, for_print)
    inside = "".join(parts)
    return mark_safe(
        f'<article class="paper paper-letter paper-face-{FANG}" lang="{escape(letter.language)}">{inside}</article>'
    )


def _block(block):
    if isinstance(block, Heading):
        tag = f"h{block.level + 1}"
        text = _run(block.text, HEADING_FACES[block.level])
        return [f'<{tag} class="paper-heading paper-heading-{block.level}">{text}</{tag}>']
    lead = _run(block.lead, HEADING_FACES[block.lead_level]) if block.lead else ""
    lines = [line for line in block.text.splitlines() if _clean(line)] or [""]
    texts = [_run(line) if line else "" for line in lines]
    texts[0] = lead + texts[0]
    return [f'<p class="paper-paragraph">{text}</p>' for text in texts if text]


def _attachments(names):
    """附件说明 (7.3.4): numbered if there are several, no mark at the end."""
    names = [_clean(name).rstrip("，。；、,.;") for name in names]
    if not names:
        return []
    numbers = [f"{place}." if len(names) > 1 else "" for place in range(1, len(names) + 1)]
    rows = "".join(
        f'<p class="paper-attachment">{_run(("" if place else "附件：") + number + name)}</p>'
        for place, (number, name) in enumerate(zip(numbers, names, strict=True))
    )
    return [f'<div class="paper-attachments">{rows}</div>']


def _signature(letter):
    rows = [f'<p class="paper-signature-name">{_run(letter.signature)}</p>'] if letter.signature else []
    if letter.dated_on:
        rows.append(f'<p class="paper-signature-date">{_run(chinese_date(letter.dated_on))}</p>')
    return ['<div class="paper-signature">', *rows, "</div>"] if rows else []


def _imprint(copies_to, for_print):
    names = "，".join(_clean(name).rstrip("，。；、,.;") for name in copies_to)
    row = f'<p class="paper-copies">{_run(f"抄送：{names}。")}</p>'
    if not for_print:
        return [f'<footer class="paper-imprint">{row}</footer>']
    # printed twice, once unseen: only the layout knows how many lines to keep free
    room = f'<div class="paper-room" aria-hidden="true">{row}</div>'
    return ['<div class="paper-imprint-room">', room, f'<footer class="paper-imprint">{row}</footer></div>']


def _baseline(line, size):
    """From the top of a line box of height `line` to the baseline; every block's strut is in FangSong."""
    ascent, descent = fonts.line_metrics(FANG)
    return (line + (ascent - descent) * size) / 2


def _measures(letter, head):
    """The style sheet of one letter: numbers only, no text of the user's."""
    rules = [
        _placed(".paper-mark", head.mark_baseline),
        f".paper-mark {{ width: {TYPE_WIDTH:.3f}pt; text-align: center; left: {head.mark_tracking / 2:.3f}pt }}",
        f".paper-mark .paper-run {{ font-size: {head.mark_size:.3f}pt; letter-spacing: {head.mark_tracking:.3f}pt }}",
        f".paper-rule-head {{ top: {head.rule_top - TYPE_TOP:.3f}pt }}",
        # the middle of the two strokes, so that either edge is within half a millimetre
        f".paper-rule-foot {{ top: {FOOT_RULE - RULE / 2 - TYPE_TOP:.3f}pt }}",
        _placed(".paper-number", head.number_baseline),
        f".paper-head {{ height: {head.title_top - TYPE_TOP:.3f}pt }}",
        *_page_numbers(),
        *_hanging_attachments(len(letter.attachments)),
        *_signature_places(letter),
        # the foot of the last line's squares on the foot of the type area
        f".paper-imprint {{ bottom: {_baseline(COPIES_LINE, SMALL) + (1 - EM_ASCENT) * SMALL - COPIES_LINE:.3f}pt }}",
    ]
    return "\n".join(rules)


def _placed(selector, baseline):
    """Puts a line's baseline at a height of the page, whatever faces are in the line."""
    top = baseline - TYPE_TOP - _baseline(ROOMY_LINE, BODY)
    return f"{selector} {{ line-height: {ROOMY_LINE}pt; top: {top:.3f}pt }}"


def _page_numbers():
    """— 2 — (7.5): none on page one, the dash 7 mm below the type area, odd pages right, even left, one character in.

    一字线上距版心下边缘7 mm: the ink of the dash is measured, not the line it stands in.
    """
    dash = fonts.ink_of("—", SONG, SMALL)
    ascent, descent = fonts.line_metrics(SONG)
    padding = PAGE_NUMBER_BELOW + (dash.top + dash.bottom) / 2 - (LINE + (ascent - descent) * SMALL) / 2
    text = (
        f'content: "— " counter(page) " —"; font: {fonts.weight(SONG)} {SMALL}pt/{LINE}pt {renderer.family_list(SONG)};'
        f" padding-top: {padding:.3f}pt; vertical-align: top; white-space: nowrap; width: 50mm"
    )
    return [
        f"@page :left {{ @bottom-left {{ {text}; padding-left: {SMALL}pt; text-align: left }} }}",
        f"@page :right {{ @bottom-right {{ {text}; padding-right: {SMALL}pt; text-align: right }} }}",
        "@page :first { @bottom-right { content: none } }",
    ]


def _hanging_attachments(count):
    if not count:
        return []
    number = fonts.ink_of(f"{count}.", FANG, BODY, TRACKING).advance if count > 1 else 0
    left, label = 5 * CELL + number, 3 * CELL
    return [
        f".paper-attachment {{ padding-left: {left:.3f}pt; text-indent: {-number:.3f}pt }}",
        f".paper-attachment:first-child {{ text-indent: {-number - label:.3f}pt }}",
    ]


def _signature_places(letter):
    """不加盖印章 (7.3.5.2): the name ends two characters in, the date begins two characters right of the name.

    A date longer than the name ends two characters in itself, and the name moves left with it.
    """
    name = fonts.ink_of(_clean(letter.signature), FANG, BODY, TRACKING).advance
    date = fonts.ink_of(chinese_date(letter.dated_on), FANG, BODY, TRACKING).advance if letter.dated_on else 0
    left = TYPE_WIDTH - 2 * CELL - (date + 2 * CELL if date > name else name)
    left = max(0, left)
    return [
        f".paper-signature-name {{ padding-left: {left:.3f}pt }}",
        f".paper-signature-date {{ padding-left: {left + 2 * CELL:.3f}pt }}",
    ]
