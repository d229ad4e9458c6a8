"""Reads a printed paper back: positions from the PDF's text, ink from its pixels, in mm from the upper left corner.

The numbers here are those of GB/T 9704-2012, written down on their own: a slip in the layout cannot hide in both.
"""

import datetime
import functools
import io
from dataclasses import dataclass, replace

import pdfplumber
import pypdfium2
import pytest
from PIL import ImageChops

from apps.documents.content import (
    Annex,
    Bar,
    Cell,
    Column,
    Grid,
    Heading,
    Letter,
    Line,
    Notice,
    Paragraph,
    Picture,
    Sheet,
    Table,
)
from apps.documents.paper import paper_pdf

MM = 72 / 25.4
DPI = 300
NEAR = 0.5  # mm
LEFT, RIGHT, TOP, BOTTOM = 28, 184, 37, 262  # the type area, 156 × 225 mm
MIDDLE = (LEFT + RIGHT) / 2
CHARACTER = 156 / 28
LINE = 225 / 22
GAP = LINE - 16 / MM  # between the squares of two lines of the text
EM_OVER_BASELINE = 0.88  # of a Chinese character's square
NEVER_FIRST = "，。、；：？！）》〉」』】”’％%·…"

RARE = "䶮㛃𬭛祎堃喆"
DAY = datetime.date(2020, 11, 3)
ISSUERS = [
    "江北区政府",
    "某某市临江区人民政府办公室",
    "某某市临江区人民政府办公室政协提案办理工作领导小组",
    f"{RARE}区政府",
]
TITLES = {
    "关于提案办理情况的通报": 1,
    "关于区政协九届四次会议提案办理情况的通报": 2,
    "关于进一步加强我区轨道交通沿线公共停车设施建设的提案（第084号）办理情况的通报": 3,
    f"关于{RARE}委员提出的5G基站、Wi-Fi6和AI+政务服务提案的答复函": 2,
}
SENTENCES = (
    "各承办单位把提案办理同年度重点工作一并部署、一并检查，先后召开协调会议36次，"
    "实地调研128人次，走访委员97名，办前沟通率达到100%，“面对面”答复的占92.5%。"
    "对需要多个部门共同研究的问题，由主办单位牵头，会办单位在10个工作日内提出意见，"
    "截至2020年10月31日，累计落实资金2.35亿元，新建便民设施15处，改造管网4.6公里，惠及群众3万余人。"
    "有关做法写入《临江区提案办理工作规程（试行）》；下一步，将继续跟踪督办B类提案，做到件件有着落、事事有回音！"
)
PROMISE = "承诺：完成剩余3户签约，拆除跃进村86栋（2021年12月31日前）。"
PARAGRAPH = Paragraph(SENTENCES)
PLAIN = Paragraph(
    "各承办单位认真研究委员意见建议逐件制定方案落实责任明确时限" * 40
)  # nothing but full-width characters
HOSTILE = (
    "<link rel=attachment href=file:///etc/passwd>",
    "<script>alert(1)</script>",
    "<style>*{display:none}</style>",
    "{{ settings.SECRET_KEY }}{% load x %}",
    '"><img src=x onerror=1>',
    "</span></p></article>&lt;&amp;",
    "url(file:///etc/passwd);}body{color:red}",
    "\\27 } *{}",
)

LISTED = Table(
    columns=(
        Column("序号", 1),
        Column("案号", 1.2),
        Column("案由", 6, "left"),
        Column("主办单位", 2.5),
        Column("件数", 1, "right"),
    ),
    rows=tuple(
        (
            str(n),
            f"{n:03}",
            "关于加强轨道交通沿线公共停车设施建设的建议" + "（第二期）" * (n % 3),
            "区住房城乡建委",
            "12",
        )
        for n in range(1, 31)
    ),
)

# a picture of bars, one of lines, and one too high for a page
PARTS = ((183, "A类：所提问题已经解决或基本解决"), (9, "B类：正在解决或列入计划"), (0, "C类：留作参考"))
BARS = Picture("办理结果", "占全部承办单位都已答复的197件提案",
               bars=tuple(Bar(label, count, f"{count}件", 197) for count, label in PARTS))  # fmt: skip
LINES = Picture(
    "办理进度",
    "2020年3月31日至2020年6月30日，每月末累计件数",
    lines=(
        Line("已交办", (183, 187, 190, 194), "194件"),
        Line("已答复", (0, 51, 136, 140), "140件"),
        Line("已办结", (0, 12, 107, 137), "137件"),
    ),
    ticks=("3月", "4月", "5月", "6月"),
)
HIGH = Picture("各单位按期答复", "各占本单位已答复的承办件",
               bars=tuple(Bar(f"第{n}承办单位", n % 5, f"{n % 5}件，占4件") for n in range(40)))  # fmt: skip


def table(count, **changes):
    """LISTED with so many rows."""
    rows = tuple((str(n), f"{n:03}", f"关于第{n}项民生实事的建议", "区教委", "1") for n in range(1, count + 1))
    return replace(LISTED, rows=rows, **changes)


def letter(**changes):
    return replace(
        Letter(
            issuer=ISSUERS[1],
            number="临江府函〔2020〕28号",
            title="关于区政协九届四次会议提案办理情况的通报",
            addressee="区政协",
            blocks=(
                Heading(1, "一、总体情况"),
                Paragraph(SENTENCES, lead="（一）领导重视。"),
                Heading(2, "（一）已经解决的提案"),
                Heading(3, "1. 道路与停车"),
                *[PARAGRAPH] * 12,
            ),
            signature="某某市临江区人民政府",
            dated_on=DAY,
            copies_to=("区政协提案委员会", "区委办公室", "区人大常委会办公室"),
            attachments=("提案办理情况统计表", "B类提案后续办理计划"),
        ),
        **changes,
    )


def notice(**changes):
    return replace(
        Notice(
            issuer=ISSUERS[1],
            number="临江府办发〔2020〕12号",
            title="关于做好区政协九届四次会议提案办理工作的通知",
            addressee="各街道办事处，区政府各部门，有关单位",
            blocks=(Heading(1, "一、总体要求"), *[PARAGRAPH] * 4),
            signature="某某市临江区人民政府办公室",
            dated_on=DAY,
            copies_to=("区政协提案委员会", "区委办公室", "区人大常委会办公室"),
            attachments=("提案交办清单", "办理要求"),
            is_sealed=True,
            annexes=(
                Annex("附件1", "区政协九届四次会议提案交办清单", (LISTED,)),
                Annex("附件2", "提案办理要求", (Heading(1, "一、时限"), PARAGRAPH)),
            ),
            printed_by="某某市临江区人民政府办公室",
            printed_on=DAY,
        ),
        **changes,
    )


def form(**changes):
    """A form as an office has it: 答复审签单."""
    signing = "签字：　　　　　　年　　月　　日"
    rows = (
        (Cell("案号", is_label=True), Cell("第084号", align="center"), Cell("形式", is_label=True), Cell("联名")),
        (Cell("案由", is_label=True), Cell("关于加强轨道交通沿线公共停车设施建设的建议", 3)),
        (Cell("办理\n结果", is_label=True), Cell("A类", 3, lines=2)),
        (Cell("单位\n意见", is_label=True), Cell("", 3, lines=4, foot=signing)),
        (Cell("领导\n意见", is_label=True), Cell("", 3, lines=5, foot=signing)),
    )
    return replace(
        Sheet(
            title="提案答复审签单",
            author="某某市临江区人民政府办公室",
            blocks=(Grid((2, 4, 2, 4), rows),),
            left="编号：临江府函〔2020〕28号",
            right="校验码：AB12-CD34-EF56",
            footnotes=("说明：本表一式两份。",),
        ),
        **changes,
    )


def register(count=60, **changes):
    return replace(
        Sheet(
            title="发文登记簿",
            author="某某市临江区人民政府办公室",
            blocks=(table(count),),
            left="区政府办公室",
            right="2020年度",
            is_landscape=True,
            is_numbered=True,
        ),
        **changes,
    )


@dataclass
class Row:
    """The characters on one baseline, blanks left out; all places in mm."""

    chars: list
    page: int = 0
    page_height: float = 297

    @property
    def text(self):
        return "".join(c["text"] for c in self.chars)

    @property
    def x0(self):
        return min(c["x0"] for c in self.chars) / MM

    @property
    def x1(self):
        return max(c["x1"] for c in self.chars) / MM

    @property
    def middle(self):
        return (self.x0 + self.x1) / 2

    @property
    def size(self):
        return round(max(c["size"] for c in self.chars), 2)

    @property
    def baseline(self):
        return self.page_height - self.chars[0]["matrix"][5] / MM

    @property
    def top(self):
        return self.baseline - EM_OVER_BASELINE * self.size / MM

    @property
    def bottom(self):
        return self.top + self.size / MM

    def part(self, text):
        """The characters of one of its texts, as a row: a line may hold two of them, at its ends."""
        start = self.text.index(text)
        return replace(self, chars=self.chars[start : start + len(text)])


@functools.lru_cache(maxsize=64)
def pdf_of(content):
    return paper_pdf(content)


@functools.lru_cache(maxsize=64)
def pages_of(content):
    """The rows of every page, from the top."""
    pages = []
    with pdfplumber.open(io.BytesIO(pdf_of(content))) as pdf:
        for page in pdf.pages:
            rows = {}
            for char in page.chars:
                if char["text"].strip():
                    rows.setdefault(round(char["matrix"][5]), []).append(char)
            height = float(page.height) / MM
            pages.append([Row(rows[place], page.page_number, height) for place in sorted(rows, reverse=True)])
    return pages


@dataclass
class Box:
    """A cell as its lines enclose it, in mm, and what is written in it."""

    x0: float
    top: float
    x1: float
    bottom: float
    text: str


@functools.lru_cache(maxsize=64)
def tables_of(content):
    """For every page the tables on it, each as rows of Boxes; found by their lines. A spanned place has no Box."""
    found = []
    with pdfplumber.open(io.BytesIO(pdf_of(content))) as pdf:
        for page in pdf.pages:
            tables = page.find_tables({"snap_tolerance": 1.5, "join_tolerance": 1.5, "intersection_tolerance": 1.5})
            found.append([[_boxes(page, row.cells) for row in each.rows] for each in tables])
    return found


def _boxes(page, cells):
    return [Box(*(side / MM for side in cell), _text_in(page.crop(cell))) for cell in cells if cell]


def _text_in(part):
    return "".join((part.extract_text() or "").split())


@functools.lru_cache(maxsize=64)
def picture_of(content, page=0, dpi=DPI):
    document = pypdfium2.PdfDocument(pdf_of(content))
    try:
        return document[page].render(scale=dpi / 72).to_pil().convert("RGB")
    finally:
        document.close()


def extracted(content):
    """The text of every page in the order of the file, without blanks."""
    document = pypdfium2.PdfDocument(pdf_of(content))
    try:
        return ["".join(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


def red(picture):
    """White where the picture is red, on black."""
    r, g, _ = picture.split()
    return ImageChops.subtract(r, g).point(lambda value: 255 if value > 80 else 0)


def black(picture):
    return picture.convert("L").point(lambda value: 255 if value < 128 else 0)


def ink(mask, top=0.0, bottom=297.0, left=0.0, right=210.0, dpi=DPI):
    """Left, top, right and bottom edge of what is white in a part of the mask, in mm; None if nothing is."""
    corner = [round(side * dpi / 25.4) for side in (left, top, right, bottom)]
    box = mask.crop(corner).getbbox()
    return box and [(side + corner[i % 2]) * 25.4 / dpi for i, side in enumerate(box)]


def strokes(mask, least, width=210, dpi=DPI):
    """(top, bottom) in mm of every stroke of a mask that is wider than `least` mm."""
    narrow = mask.resize((1, mask.height), 4)  # BOX: the share of white in every row of pixels
    rows = [place for place in range(narrow.height) if narrow.getpixel((0, place)) > 255 * least / width]
    found = []
    for place in rows:
        if found and place == found[-1][1]:
            found[-1][1] = place + 1
        else:
            found.append([place, place + 1])
    return [(top * 25.4 / dpi, bottom * 25.4 / dpi) for top, bottom in found]


def red_rules(picture, least=165):
    return strokes(red(picture), least)


def row_with(content, text, page=None):
    """The first row that holds the text, in reading order."""
    pages = pages_of(content)
    rows = [row for number, rows in enumerate(pages) for row in rows if page in (None, number)]
    return next(row for row in rows if text in row.text)


def page_with(content, text):
    return next(number for number, rows in enumerate(pages_of(content)) if any(text in row.text for row in rows))


def body_rows(content):
    """The rows of the text itself: full pages, without the first and the last, without page numbers."""
    return [[row for row in rows if row.size == 16] for rows in pages_of(content)[1:-1]]


def near(value):
    return pytest.approx(value, abs=NEAR)


# One of each kind with everything that it may hold.
KINDS = {
    "letter": letter(
        blocks=(
            Heading(1, "一、总体情况"),
            Paragraph(SENTENCES, lead="（一）领导重视。"),
            table(2, caption="表1 统计"),
        ),
        marks=("A", "主动公开"),
        labels=("特急",),
        is_sealed=True,
        remark="联系人：李某",
        annexes=(Annex("附件1", "征询意见表", (table(2),)),),
        draft="样稿",
    ),
    "notice": notice(
        blocks=(Heading(1, "一、总体要求"), Heading(2, "（一）时限"), PARAGRAPH),
        labels=("000001", "特急"),
        signer="王某",
        remark="此件公开发布",
        annexes=(Annex("附件1", "提案交办清单", (table(2),)),),
        draft="样稿",
    ),
    "form": form(draft="样稿"),
    "register": register(3, footnotes=("注：按发文日期排列。",), draft="样稿"),
}
# what the tests of every field's text leave out: a sentence for no data, ticks without room
PICTURED = notice(annexes=(Annex("附件", "提案办理情况图表", (LINES, table(2), BARS, HIGH)),))
