"""What an official paper holds: plain texts in a few shapes, from which the PDF, the DOCX and the page are made.

A paper is a Letter (信函格式), a Notice (文件式), or a Sheet (a form or a register). All texts are plain; "" or ()
leaves an element out. Nothing here knows how it is laid out: see paper.py and word.py.
"""

import datetime
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Literal

HEADING_LEVELS = (1, 2, 3)
VARIATION_SELECTORS = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}


@dataclass(frozen=True)
class Heading:
    """A heading on a line of its own, with its number: 1 一、 in Hei, 2 （一） in Kai, 3 1. in FangSong (7.3.3)."""

    level: int
    text: str

    def __post_init__(self):
        if self.level not in HEADING_LEVELS:
            raise ValueError(f"a heading has level 1, 2 or 3, not {self.level!r}")


@dataclass(frozen=True)
class Paragraph:
    """Text; a line break in it begins a new paragraph. `lead` runs in before it, in the face of a heading's level."""

    text: str
    lead: str = ""
    lead_level: int = 2

    def __post_init__(self):
        if self.lead_level not in HEADING_LEVELS:
            raise ValueError(f"a lead has level 1, 2 or 3, not {self.lead_level!r}")


@dataclass(frozen=True)
class Column:
    """A column of a Table. `share`: its part of the width, beside those of the others."""

    title: str
    share: float
    align: Literal["left", "center", "right"] = "center"


@dataclass(frozen=True)
class Table:
    """Rows under a header that every page repeats; each row has a text for each column.

    `lines`: the least height of a row, in lines of its text: room to sign.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    lines: int = 1

    def __post_init__(self):
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row of {len(row)} texts in a table of {len(self.columns)} columns")


@dataclass(frozen=True)
class Cell:
    """A cell of a Grid. `lines`: its least height, in lines of its text; `foot`: at its lower right (签字)."""

    text: str = ""
    span: int = 1
    is_label: bool = False
    lines: int = 1
    align: Literal["left", "center"] = "left"
    foot: str = ""


@dataclass(frozen=True)
class Grid:
    """A form: rows of labels and of room to write. `shares`: the widths of the columns that cells span."""

    shares: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self):
        for row in self.rows:
            if sum(cell.span for cell in row) != len(self.shares):
                raise ValueError(f"cells that span {sum(cell.span for cell in row)} of {len(self.shares)} columns")


@dataclass(frozen=True)
class Bar:
    """A bar of a Picture, `value` long. `told`: what is written at it; `whole`: what it is a part of, 0 for nothing."""

    label: str
    value: int
    told: str
    whole: int = 0


@dataclass(frozen=True)
class Line:
    """A line of a Picture, with a value for each of its ticks. `told`: what is written beside its name."""

    name: str
    values: tuple[int, ...]
    told: str


@dataclass(frozen=True)
class Picture:
    """A chart: bars, or lines over ticks; charts.py places it. `base`: what its numbers are of, written over it.

    `empty`: the sentence that stands there while there is nothing to draw.
    """

    title: str
    base: str
    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()
    ticks: tuple[str, ...] = ()
    empty: str = "还没有数字可画。"

    def __post_init__(self):
        for line in self.lines:
            if len(line.values) != len(self.ticks):
                raise ValueError(f"a line of {len(line.values)} values over {len(self.ticks)} ticks")

    @property
    def told(self):
        """What it shows, in words, for those who cannot see it."""
        parts = [f"{bar.label}：{bar.told}" for bar in self.bars] + [f"{line.name}：{line.told}" for line in self.lines]
        return f"{self.base}。{'；'.join(parts)}。" if parts else self.empty


Block = Heading | Paragraph | Table | Grid | Picture


@dataclass(frozen=True)
class Annex:
    """An attachment (附件) that is part of the paper: it begins a page of its own (7.3.7). `label`: 附件1."""

    label: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Official:
    """What papers in letter form and in document form share.

    issuer: 发文机关标志, without 文件, up to some 25 characters · number: 发文字号 · labels: 份号, 密级, 紧急程度 ·
    addressee: 主送机关, colon added · attachments: names for the 附件说明 · signature: 发文机关署名, with room for a
    seal if it `is_sealed` · remark: 附注, brackets added · annexes: attachments bound with it · copies_to: 抄送机关 ·
    draft: why it is not the paper itself yet, told on every page.
    """

    issuer: str
    number: str
    title: str
    addressee: str
    blocks: tuple[Block, ...]
    signature: str
    dated_on: datetime.date | None
    copies_to: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    language: str = "zh-CN"
    remark: str = ""
    labels: tuple[str, ...] = ()
    is_sealed: bool = False
    annexes: tuple[Annex, ...] = ()
    draft: str = ""


@dataclass(frozen=True)
class Letter(Official):
    """A paper in letter form (信函格式, GB/T 9704-2012 clause 10.1).

    marks: what stands at the upper right of page one (办理结果, 公开属性).
    """

    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notice(Official):
    """A paper in document form (文件式, GB/T 9704-2012 clause 7): the assignment notice, bulletins.

    issuer prints with 文件 behind it where `has_wenjian` · signer: 签发人, of what goes upward · printed_by and
    printed_on: the last line of the 版记.
    """

    has_wenjian: bool = True
    signer: str = ""
    printed_by: str = ""
    printed_on: datetime.date | None = None


@dataclass(frozen=True)
class Sheet:
    """A form or a register: a title, a line of notes over it, tables, and what is to be known of filling it in.

    author: the body that keeps it · left, right: the notes on the line above the first block · footnotes: below the
    last one · is_numbered: whether its pages bear numbers (registers do, forms do not).
    """

    title: str
    author: str
    blocks: tuple[Block, ...]
    left: str = ""
    right: str = ""
    footnotes: tuple[str, ...] = ()
    is_landscape: bool = False
    is_numbered: bool = False
    language: str = "zh-CN"
    draft: str = ""


Paper = Letter | Notice | Sheet


def mark_of(paper: Letter | Notice) -> str:
    """The issuer's mark as it is printed: with 文件 where the document form has it."""
    name = clean(paper.issuer)
    return f"{name}文件" if isinstance(paper, Notice) and paper.has_wenjian and name else name


def author_of(paper: Paper) -> str:
    return paper.author if isinstance(paper, Sheet) else paper.issuer


def clean(text: str) -> str:
    """One line of printable text: runs of blanks become one, control, format and invisible characters go."""
    text = "".join(c for c in " ".join(text.split()) if ord(c) not in VARIATION_SELECTORS)
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf"))


def lines_of(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line for line in text.splitlines() if clean(line)]


def without_end(text: str) -> str:
    """A name as it stands in a list: without a mark at its end."""
    return clean(text).rstrip("，。；、,.;")


def addressee_line(paper: Letter | Notice) -> str:
    return clean(paper.addressee).rstrip("：: ") + "："


def attachment_lines(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """附件说明 (7.3.4) as (number, name): numbered if there are several, no mark at the end."""
    return [(f"{place}." if len(names) > 1 else "", without_end(name)) for place, name in enumerate(names, start=1)]


def picture_title(picture: Picture, place: int) -> str:
    """The title of a picture, or of one of several that it was made into, counted from 0."""
    return clean(picture.title) + ("（续）" if place else "")


def remark_line(remark: str) -> str:
    return "（" + clean(remark).strip("（）()") + "）"


def copies_line(names: tuple[str, ...]) -> str:
    return f"抄送：{'，'.join(without_end(name) for name in names)}。"


def chinese_date(day: datetime.date) -> str:
    """2020年11月3日: no leading zeros (7.3.5)."""
    return f"{day.year}年{day.month}月{day.day}日"


def texts_of(paper) -> Iterator[tuple[object, str, str]]:
    """Every text of a paper or of a part of it: (what holds it, the name of its field, the text)."""
    for field in fields(paper):
        value = getattr(paper, field.name)
        for found in _flat(value):
            if isinstance(found, str):
                yield paper, field.name, found
            elif is_dataclass(found):
                yield from texts_of(found)


def _flat(value):
    if isinstance(value, tuple):
        for each in value:
            yield from _flat(each)
    else:
        yield value
