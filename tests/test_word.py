"""Papers as DOCX, laid out by LibreOffice, measured against GB/T 9704-2012 and our own PDF, and read back as XML.

LibreOffice stands in for Word. It has none of the licensed faces, so fontconfig gives it for each the face that our PDF
is printed in. Places may differ by half a millimetre (near), lines of text in height by a little more (about), for each
program has its own middle of a line. Where LibreOffice 7 does not
do what the file says and Word does, nothing is asserted of the picture, only of the file: it puts room between Chinese
and digits (autoSpaceDN), hangs punctuation over the margin (overflowPunct, which it reads the wrong way round), and
breaks a line between a number and 年 or % (noLineBreaksBefore). Lines of mixed text end elsewhere than in the PDF.
"""

import datetime
import functools
import io
import os
import re
import subprocess
import zipfile
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise

import docx
import pdfplumber
import pypdfium2
import pytest
from docx.oxml.ns import qn
from lxml import etree
from PIL import ImageChops

from apps.documents import fonts
from apps.documents.content import (
    Annex,
    Cell,
    Column,
    Grid,
    Heading,
    Letter,
    Notice,
    Paragraph,
    Sheet,
    Table,
)
from apps.documents.paper import paper_pdf
from apps.documents.titles import break_title
from apps.documents.word import paper_docx

MM = 72 / 25.4
DPI = 300
LEFT, RIGHT, TOP, BOTTOM = 28, 184, 37, 262  # the type area, 156 × 225 mm
CHARACTER, LINE = 156 / 28, 225 / 22
NEVER_FIRST = "，。、；：？！）》〉」』】”’％·…"
NOVEMBER = datetime.date(2020, 11, 3)
RARE = "䶮㛃𬭛祎"
FACES = {"仿宋_GB2312", "楷体_GB2312", "黑体", "宋体", "方正小标宋简体"}
SENTENCES = (
    "各承办单位把提案办理同年度重点工作一并部署、一并检查，先后召开协调会议36次，走访委员97名，办前沟通率达到100%，"
    "“面对面”答复的占92.5%。截至2020年10月31日，累计落实资金2.35亿元，惠及群众3万余人。有关做法写入"
    "《临江区提案办理工作规程（试行）》；下一步，将继续跟踪督办B类提案，做到件件有着落、事事有回音！"
)
PLAIN = Paragraph("各承办单位认真研究委员意见建议逐件制定方案落实责任明确时限" * 60)
TITLES = {
    1: "关于提案办理情况的通报",
    3: "关于进一步加强我区轨道交通沿线公共停车设施建设的提案（第084号）办理情况的通报",
}
ISSUERS = {5: "江北区政府", 25: "某某市临江区人民政府办公室政协提案办理工作领导小组"}
COPIES = ("区政协提案委员会", "区委办公室", "区人大常委会办公室")


def near(value):
    return pytest.approx(value, abs=0.5)


def about(value):
    return pytest.approx(value, abs=1.2)


def letter(**changes):
    blocks = (
        Heading(1, "一、总体情况"),
        Paragraph(SENTENCES, lead="（一）领导重视。"),
        Heading(2, "（一）已经解决的提案"),
        Heading(3, "1. 道路与停车"),
        *[Paragraph(SENTENCES)] * 3,
    )
    made = Letter(
        issuer="某某市临江区人民政府",
        number="临江府函〔2020〕28号",
        title="关于区政协九届四次会议提案办理情况的通报",
        addressee="区政协",
        blocks=blocks,
        signature="某某市临江区人民政府",
        dated_on=NOVEMBER,
        copies_to=COPIES,
        attachments=("提案办理情况统计表", "B类提案后续办理计划"),
    )
    return replace(made, **changes)


def table(rows, caption=""):
    columns = (Column("案号", 1), Column("案由", 4, "left"), Column("主办单位", 2))
    texts = tuple((f"{n:03}", "关于增设过街设施的建议", "区住房城乡建委") for n in range(1, rows + 1))
    return Table(columns, texts, caption)


FORM = Grid(
    (1, 2, 1, 2),
    (
        (Cell("案号", is_label=True), Cell("084"), Cell("姓名", is_label=True), Cell(RARE, align="center")),
        (
            Cell("意见", is_label=True),
            Cell("同意。\n请按期办理。", span=3, lines=8, foot="签字：\u3000\u3000年\u3000月"),
        ),
        (Cell("备注", is_label=True), Cell("", span=3, lines=3)),
    ),
)
NOTICE = Notice(
    issuer="临江区人民政府办公室",
    number="临江府办发〔2020〕8号",
    title="关于交办区政协九届四次会议提案的通知",
    addressee="各镇人民政府、各街道办事处，区政府各部门",
    blocks=(Heading(1, "一、总体要求"), PLAIN),
    signature="临江区人民政府办公室",
    dated_on=datetime.date(2020, 3, 10),
    copies_to=COPIES,
    attachments=("提案分办表",),
    labels=("000001", "特急"),
    is_sealed=True,
    annexes=(Annex("附件", "提案分办表", (Paragraph("按单位排列如下。"), table(60, "提案分办表"))),),
    signer="赵堃",
    printed_by="临江区人民政府办公室",
    printed_on=datetime.date(2020, 3, 11),
)
REGISTER = Sheet(
    title="提案办理情况登记表",
    author="区政府办公室",
    blocks=(table(60),),
    left="单位：区政府办公室",
    right="2020年11月",
    footnotes=("本表由系统生成。",),
    is_landscape=True,
    is_numbered=True,
    draft="样稿",
)
HOSTILE = (
    "<w:p>&amp;</w:t>]]><script>",
    'HYPERLINK "http://example.org/" \\o { PAGE }',
    "=1+1 +2 @SUM(A1) {{ 7*7 }}{% load x %}",
    "\\\\server\\share\\x.docx",
)


def hostile_letter():
    everything = "".join(HOSTILE)
    return letter(
        issuer=HOSTILE[0],
        number=HOSTILE[1],
        title=everything,
        addressee=HOSTILE[3],
        blocks=(
            Heading(1, everything),
            Paragraph(everything, lead=HOSTILE[0]),
            Paragraph("甲\x00\x0b乙\u202e\u200b丙"),
        ),
        signature=HOSTILE[2],
        copies_to=HOSTILE,
        attachments=HOSTILE,
        language='zh"><w:p>',
        remark=everything,
        labels=HOSTILE,
        marks=HOSTILE[:2],
        draft="样稿：{ PAGE } <w:p>",  # in one line in both: told() leaves it out
    )


def crowded(lines):
    """A letter whose last page may be full when the signature and the copies come."""
    names = tuple(f"区第{n}承办单位办公室" for n in range(9))
    blocks = (*[Paragraph("办理提案")] * lines, Paragraph("末段" * 30))
    return letter(blocks=blocks, attachments=(), copies_to=names)


CROWDED = {f"crowded {lines}": crowded(lines) for lines in (*range(6, 16), *range(30, 36))}
PAPERS = {
    "letter": letter(marks=("A类", "公开"), labels=("000001", "秘密★1年", "特急"), remark="联系人：赵堃"),
    "short": letter(issuer=ISSUERS[5], title=TITLES[1], blocks=(Paragraph(SENTENCES),), attachments=("统计表",)),
    "long": letter(issuer=ISSUERS[25], title=TITLES[3], blocks=(PLAIN, PLAIN, Paragraph("末段")), draft="样稿 未审签"),
    "rare": letter(
        signature=f"{RARE}委员会", blocks=(Paragraph(f"委员{RARE}和Latin words, A类、½℃混排的文字。" * 30),)
    ),
    "annexes": letter(
        is_sealed=True,
        annexes=(Annex("附件1", "统计表", (table(60),)), Annex("附件2", TITLES[3], (Heading(1, "一、计划"), PLAIN))),
    ),
    "notice": NOTICE,
    "form": Sheet(
        "提案审签单", "区政府办公室", (FORM,), left="编号：084", right="2020年\u3000月", footnotes=("一式两份。",)
    ),
    "register": REGISTER,
    "hostile": hostile_letter(),
    "empty": Letter("", "", "", "", (), "", None),
    **CROWDED,
}
LETTERS = ("letter", "short", "long", "rare", "annexes")


@dataclass
class Row:
    """The characters on one baseline from left to right, blanks left out; places in mm."""

    chars: list
    height: float

    @property
    def text(self):
        return "".join(c["text"] for c in sorted(self.chars, key=lambda c: c["x0"]))

    @property
    def x0(self):
        return min(c["x0"] for c in self.chars) / MM

    @property
    def x1(self):
        return max(c["x1"] for c in self.chars) / MM

    @property
    def size(self):
        return round(max(c["size"] for c in self.chars), 1)

    @property
    def baseline(self):
        return (self.height - self.chars[0]["matrix"][5]) / MM


def pages_in(pdf):
    """The rows of every page, from the top."""
    pages = []
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        for page in opened.pages:
            rows = []
            for char in sorted(page.chars, key=lambda c: -c["matrix"][5]):
                if not char["text"].strip():
                    continue
                if not rows or rows[-1].chars[0]["matrix"][5] - char["matrix"][5] > 2:
                    rows.append(Row([], float(page.height)))
                rows[-1].chars.append(char)
            pages.append(rows)
    return pages


class Converted:
    """What LibreOffice made of the papers: `pdf[name]`; pages and pictures on demand."""

    def __init__(self, folder):
        self.pdf = {name: (folder / f"{name}.pdf").read_bytes() for name in PAPERS}

    @functools.lru_cache  # noqa: B019 - as long as the module's tests
    def pages(self, name):
        return pages_in(self.pdf[name])

    def rows(self, name):
        return [row for rows in self.pages(name) for row in rows]

    def row(self, name, beginning):
        return next(row for row in self.rows(name) if row.text.startswith(beginning))

    def picture(self, name, page=0):
        return picture_of(self.pdf[name], page)


@functools.lru_cache(maxsize=8)
def picture_of(pdf, page):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[page].render(scale=DPI / 72).to_pil().convert("RGB")
    finally:
        document.close()


def standing_in():
    """A fontconfig that has our free faces under the names of the licensed ones."""
    rules = []
    for role, stack in fonts.STACKS.items():
        wanted = next(name for name, _ in stack.licensed if not name.isascii())
        weight = {fonts.REGULAR: "regular", fonts.BOLD: "bold"}[fonts.weight(role)]
        rules.append(
            f'<match target="pattern"><test name="family"><string>{wanted}</string></test>'
            f'<edit name="family" mode="assign" binding="same"><string>{fonts.families(role)[0]}</string></edit>'
            f'<edit name="weight" mode="assign" binding="same"><const>{weight}</const></edit></match>'
        )
    return f'<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>{"".join(rules)}</fontconfig>'


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("word")
    (folder / "fonts.conf").write_text(standing_in(), encoding="utf-8")
    for name, paper in PAPERS.items():
        (folder / f"{name}.docx").write_bytes(paper_docx(paper))
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf"]
    done = subprocess.run(
        [*command, "--outdir", folder, *sorted(folder.glob("*.docx"))],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf")},
    )
    assert done.returncode == 0, done.stderr
    return Converted(folder)


@functools.cache
def own_pages(name):
    return pages_in(paper_pdf(PAPERS[name]))


@functools.cache
def opened(name):
    return docx.Document(io.BytesIO(paper_docx(PAPERS[name])))


@functools.cache
def parts_of(name):
    with zipfile.ZipFile(io.BytesIO(paper_docx(PAPERS[name]))) as package:
        return {entry: package.read(entry) for entry in package.namelist()}


def xml_of(name, part="word/document.xml"):
    return etree.fromstring(parts_of(name)[part])


def red(picture):
    """White where the picture is red, on black."""
    r, g, _ = picture.split()
    return ImageChops.subtract(r, g).point(lambda value: 255 if value > 60 else 0)


def black(picture):
    return picture.convert("L").point(lambda value: 255 if value < 128 else 0)


def ink(mask, top=0.0, bottom=297.0, left=0.0, right=210.0):
    """Left, top, right and bottom edge of what is white in a part of the mask, in mm; None if nothing is."""
    corner = [round(side * DPI / 25.4) for side in (left, top, right, bottom)]
    box = mask.crop(corner).getbbox()
    return box and [(side + corner[i % 2]) * 25.4 / DPI for i, side in enumerate(box)]


def strokes(mask, longest=150.0):
    """(top, bottom) in mm of every horizontal stroke longer than that."""
    found, start = [], None
    counts = [row.histogram()[255] for row in (mask.crop((0, y, mask.width, y + 1)) for y in range(mask.height))]
    for y, count in enumerate([*counts, 0]):
        is_stroke = count > longest * DPI / 25.4
        if is_stroke and start is None:
            start = y
        elif not is_stroke and start is not None:
            found.append((start * 25.4 / DPI, y * 25.4 / DPI))
            start = None
    return found


# --- the same content -----------------------------------------------------------------------------------------------


def told(pages, draft=""):
    """The text of the pages in reading order; without page numbers, the words of a draft and repeated headers."""
    rows = [row.text for rows in pages for row in rows]
    kept = [text for text in rows if not re.fullmatch("—[0-9]+—", text) and text != "".join(draft.split())]
    header = "案号案由主办单位"
    return "".join(text for place, text in enumerate(kept) if text != header or header not in kept[:place])


@pytest.mark.parametrize("name", [*LETTERS, "notice", "register", "empty", "crowded 9"])
def test_text_is_that_of_the_pdf_in_the_same_order(converted, name):
    draft = PAPERS[name].draft
    assert told(converted.pages(name), draft) == told(own_pages(name), draft)


@pytest.mark.parametrize("name", ["form", "hostile"])
def test_text_of_cells_and_labels_is_that_of_the_pdf(converted, name):
    """What stands side by side is not in the same lines in both: characters are counted."""
    draft = PAPERS[name].draft
    assert Counter(told(converted.pages(name), draft)) == Counter(told(own_pages(name), draft))


@pytest.mark.parametrize("name", ["letter", "notice", "register"])
def test_file_holds_the_text_in_the_order_of_the_page(name):
    text = "".join(node.text or "" for node in xml_of(name).iter(qn("w:t")))
    expected = {
        "letter": [
            "某某市",
            "A类",
            "000001",
            "临江府函",
            "关于区政协",
            "区政协：",
            "一、总体",
            "附件：1.",
            "（联系人",
            "抄送：",
        ],
        "notice": [
            "000001",
            "〔2020〕8号",
            "签发人：赵堃",
            "关于交办",
            "各镇",
            "附件：",
            "2020年3月10日",
            "060",
            "抄送：",
        ],
        "register": [REGISTER.title, "单位：区政府办公室", "2020年11月", "案号", "001", "060", "本表由系统生成。"],
    }[name]
    places = [text.index(part) for part in expected]
    assert places == sorted(places)


# --- page and grid --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*LETTERS, "notice", "form", "register"])
def test_page_and_margins_are_those_of_the_standard(converted, name):
    section = opened(name).sections[0]
    sides = (section.page_width, section.page_height)
    margins = (section.top_margin, section.right_margin, section.bottom_margin, section.left_margin)
    wide = name == "register"
    assert [round(side.mm, 1) for side in sides] == ([297, 210] if wide else [210, 297])
    expected = [28, 37, 26, 35] if wide else [37, 26, 35, 28]
    assert [side.mm for side in margins] == [pytest.approx(side, abs=0.05) for side in expected]
    assert (section.orientation == 1) == wide
    with pdfplumber.open(io.BytesIO(converted.pdf[name])) as pdf:
        for page in pdf.pages:
            assert (page.width / MM, page.height / MM) == tuple(near(side.mm) for side in sides)


def test_page_holds_22_lines_of_28_characters(converted):
    pages = converted.pages("long")
    assert len(pages) > 5
    for rows in pages[1:-1]:
        rows = [row for row in rows if row.size == 16]
        assert len(rows) == 22
        own = [row for row in own_pages("long")[1] if row.size == 16]
        assert rows[0].baseline == about(own[0].baseline)
        assert rows[-1].baseline == about(own[-1].baseline)
        for above, below in pairwise(rows):
            assert below.baseline - above.baseline == pytest.approx(LINE, abs=0.05)
        for row, following in pairwise(rows):
            is_first = row.x0 > LEFT + 1
            assert row.x0 == near(LEFT + 2 * CHARACTER if is_first else LEFT)
            if following.x0 < LEFT + 1:  # not the last line of its paragraph
                assert len(row.text) == (26 if is_first else 28)
                assert row.x1 == near(RIGHT)


def test_rare_characters_and_latin_do_not_push_the_lines_apart(converted):
    rows = [row for row in converted.pages("rare")[1] if row.size == 16]
    body = [row for row in rows if "混排" in row.text]
    assert len(body) > 4
    for above, below in pairwise(body):
        assert below.baseline - above.baseline == pytest.approx(LINE, abs=0.05)
    assert RARE in "".join(row.text for row in body)


def test_punctuation_never_begins_a_line(converted):
    rows = [row.text for name in LETTERS for row in converted.rows(name) if row.size == 16]
    assert len(rows) > 100
    assert not [text for text in rows if text[0] in NEVER_FIRST]


def test_rules_of_the_line_are_in_the_file():
    """Kinsoku on, punctuation within the margin and of full width, no widow control; 2020年 is not torn."""
    normal = opened("letter").styles["Normal"].element.pPr
    values = {child.tag.split("}")[1]: child.get(qn("w:val"), "1") for child in normal}
    assert values["kinsoku"] == "1"
    for off in ("overflowPunct", "widowControl", "autoSpaceDE", "autoSpaceDN"):
        assert values[off] == "0", off
    settings = xml_of("letter", "word/settings.xml")
    assert settings.find(qn("w:characterSpacingControl")).get(qn("w:val")) == "doNotCompress"
    forbidden = settings.find(qn("w:noLineBreaksBefore")).get(qn("w:val"))
    assert set(NEVER_FIRST) | set("%年月日号") <= set(forbidden)
    assert set("（《〔“") <= set(settings.find(qn("w:noLineBreaksAfter")).get(qn("w:val")))
    grid = xml_of("letter").find(f".//{qn('w:docGrid')}")
    assert int(grid.get(qn("w:linePitch"))) * 22 <= 225 * MM * 20 < int(grid.get(qn("w:linePitch"))) * 22.05


# --- the head of a letter -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LETTERS)
def test_mark_and_first_rule_stand_where_the_standard_has_them(converted, name):
    picture = red(converted.picture(name))
    if PAPERS[name].draft:
        picture.paste(0, (0, 0, picture.width, round(19 * DPI / 25.4)))
    rules = strokes(picture)
    assert len(rules) == 4
    left, top, right, bottom = ink(picture, bottom=rules[0][0] - 1)
    assert top == near(30)
    assert rules[0][0] - bottom == near(4)
    assert (left + right) / 2 == near(106)
    assert left >= LEFT - 0.2 and right <= RIGHT + 0.2
    own = red(picture_of(paper_pdf(PAPERS[name]), 0))
    own.paste(0, (0, 0, own.width, round(19 * DPI / 25.4)))
    assert (left, right) == tuple(near(edge) for edge in ink(own, bottom=rules[0][0] - 1)[::2])


def test_rules_of_a_letter_are_double_170_mm_long_and_on_page_one_only(converted):
    picture = red(converted.picture("annexes"))
    rules = strokes(picture)
    weights = [bottom - top for top, bottom in rules]
    assert weights[0] > weights[1] and weights[3] > weights[2]  # thick over thin, thin over thick
    for top, bottom in (rules[0], rules[3]):
        left, _, right, _ = ink(picture, top=top, bottom=bottom)
        assert (left, right) == (near(20), near(190))
    assert rules[2][0] == near(277) and rules[3][1] == near(277)
    for page in range(1, len(converted.pages("annexes"))):
        assert ink(red(converted.picture("annexes", page))) is None


def test_head_of_a_letter_stands_as_in_the_pdf(converted):
    first, own = converted.pages("letter")[0], own_pages("letter")[0]
    for beginning in ("A类公开", "某某市临江区", "000001", "秘密★", "特急", "关于区政协", "提案办理", "区政协："):
        row, expected = (next(row for row in rows if row.text.startswith(beginning)) for rows in (first, own))
        assert row.baseline == about(expected.baseline), beginning
    number = converted.row("short", "临江府函〔2020〕28号")
    assert number.x1 == near(RIGHT)
    assert converted.row("letter", "000001").x0 == near(LEFT) and converted.row("letter", "000001").x1 == near(RIGHT)
    assert converted.row("letter", "A类").x1 == near(RIGHT)


@pytest.mark.parametrize(
    ("name", "title"), [("short", TITLES[1]), ("letter", PAPERS["letter"].title), ("long", TITLES[3])]
)
def test_title_is_centred_in_the_lines_of_the_pdf(converted, name, title):
    rows = [row for row in converted.pages(name)[0] if row.size == 22]
    assert [row.text for row in rows] == break_title(title)
    own = [row for row in own_pages(name)[0] if row.size == 22]
    for row, expected in zip(rows, own, strict=True):
        assert (row.x0 + row.x1) / 2 == near(106)
        assert row.baseline == near(expected.baseline)


def test_letter_of_next_to_nothing_is_a_page(converted):
    assert converted.pages("empty") == [[]]


# --- the end of a letter --------------------------------------------------------------------------------------------


def test_attachments_hang(converted):
    first, second = converted.row("letter", "附件：1."), converted.row("letter", "2.B类")
    assert (first.text, second.text) == ("附件：1.提案办理情况统计表", "2.B类提案后续办理计划")
    assert first.x0 == near(LEFT + 2 * CHARACTER)
    assert second.x0 == near(first.x0 + 3 * CHARACTER)


@pytest.mark.parametrize("name", ["short", "annexes"])
def test_signature_stands_as_in_the_pdf(converted, name):
    """Without a seal and with one."""
    places = []
    for rows in (converted.rows(name), [row for page in own_pages(name) for row in page]):
        dated = next(place for place, row in enumerate(rows) if row.text == "2020年11月3日")
        above, signed = rows[dated - 2 : dated]
        assert signed.text == PAPERS[name].signature
        assert rows[dated].baseline - signed.baseline == near(LINE)
        places.append((signed.x0, rows[dated].x0, signed.baseline - above.baseline))
    assert places[0] == tuple(near(place) for place in places[1])


@pytest.mark.parametrize("name", ["short", "long", "annexes", "crowded 6"])
def test_copies_stand_at_the_foot_of_the_last_page(converted, name):
    last = [row for row in converted.pages(name)[-1] if row.size == 14 and "—" not in row.text and row.baseline > TOP]
    assert "".join(row.text for row in last) == f"抄送：{'，'.join(PAPERS[name].copies_to)}。"
    assert BOTTOM - 3 < last[-1].baseline < BOTTOM
    assert last[0].x0 == near(LEFT + 14 / MM)
    assert all(row.x0 == near(LEFT + 4 * 14 / MM) for row in last[1:])
    assert all(row.x1 <= RIGHT for row in last)


@pytest.mark.parametrize("name", CROWDED)
def test_last_page_never_carries_signature_or_copies_alone_nor_one_over_the_other(converted, name):
    rows = [row for row in converted.pages(name)[-1] if "—" not in row.text]
    assert rows[0].text[:2] in ("末段", "办理")
    for above, below in pairwise(rows):
        assert below.baseline - above.baseline > 8  # mm; copies stand 24 pt apart
    copies = next(place for place, row in enumerate(rows) if row.text.startswith("抄送"))
    assert "2020年11月3日" in [row.text for row in rows[:copies]]


def test_annexes_begin_pages_of_their_own(converted):
    firsts = [rows[0].text for rows in converted.pages("annexes")]
    assert firsts.count("附件1") == firsts.count("附件2") == 1
    label, title = converted.pages("annexes")[firsts.index("附件1")][:2]
    assert (label.x0, title.text) == (near(LEFT), "统计表")
    own = next(rows for rows in own_pages("annexes") if rows[0].text == "附件1")
    assert (label.baseline, title.baseline) == (near(own[0].baseline), near(own[1].baseline))


@pytest.mark.parametrize(("name", "first"), [("long", 2), ("annexes", 2), ("notice", 1), ("register", 1)])
def test_page_numbers_by_parity(converted, name, first):
    height, left, right, bottom = (210, 35, 260, 184) if name == "register" else (297, LEFT, RIGHT, BOTTOM)
    pages = converted.pages(name)
    assert len(pages) >= 3
    numbers = [[row for row in rows if re.fullmatch("—[0-9]+—", row.text)] for rows in pages]
    assert [bool(found) for found in numbers] == [page >= first for page in range(1, len(pages) + 1)]
    for page, found in enumerate(numbers, 1):
        for row in found:
            assert row.text == f"—{page}—"
            assert row.size == 14
            edge = right - row.x1 if page % 2 else row.x0 - left
            assert edge == near(14 / MM)
            dash = ink(black(converted.picture(name, page - 1)), bottom + 1, height, row.x0 - 1, row.x0 + 4)
            assert (dash[1] + dash[3]) / 2 == near(bottom + 7)


def test_form_has_no_page_number(converted):
    assert len(converted.pages("form")) == 1
    assert not [row for row in converted.rows("form") if "—" in row.text]


@pytest.mark.parametrize("name", ["long", "register"])
def test_words_of_a_draft_are_framed_on_every_page(converted, name):
    words = "".join(PAPERS[name].draft.split())
    for page, rows in enumerate(converted.pages(name)):
        assert rows[0].text == words
        left, top, right, bottom = ink(red(converted.picture(name, page)), bottom=20)
        assert left == about(35 if name == "register" else LEFT) and top > 5
        assert left < rows[0].x0 - 0.5 and rows[0].x1 + 0.5 < right and bottom < 19


# --- a notice -------------------------------------------------------------------------------------------------------


def test_head_of_a_notice_stands_where_the_standard_has_it(converted):
    picture = red(converted.picture("notice"))
    ((top, bottom),) = strokes(picture)
    left, _, right, _ = ink(picture, top=top, bottom=bottom)
    assert (left, right) == (near(LEFT), near(RIGHT))
    _, mark_top, _, _ = ink(picture, bottom=top - 1)
    assert mark_top == near(72)
    assert "临江区人民政府办公室文件" in [row.text for row in converted.pages("notice")[0]]
    number = converted.row("notice", "临江府办发〔2020〕8号签发人：赵堃")
    assert number.x0 == near(LEFT + CHARACTER) and number.x1 == near(RIGHT - CHARACTER)
    own = next(row for row in own_pages("notice")[0] if row.text == number.text)
    assert number.baseline == about(own.baseline)
    assert top == near(strokes(red(picture_of(paper_pdf(NOTICE), 0)))[0][0])
    assert [row.text for row in converted.pages("notice")[0][:2]] == ["000001", "特急"]


def test_imprint_of_a_notice_stands_between_rules_on_the_foot_of_the_type_area(converted):
    page = len(converted.pages("notice")) - 1
    rules = strokes(black(converted.picture("notice", page)))[-3:]
    assert [bottom - top for top, bottom in rules] == [pytest.approx(mm, abs=0.1) for mm in (0.35, 0.25, 0.35)]
    assert rules[-1][1] == near(BOTTOM)
    copies, printed = (
        converted.row("notice", "抄送："),
        converted.row("notice", "临江区人民政府办公室2020年3月11日印发"),
    )
    assert rules[0][1] < copies.baseline < rules[1][0] < printed.baseline < rules[2][0]
    assert (printed.x0, printed.x1) == (near(LEFT + 14 / MM), near(RIGHT - 14 / MM))


# --- tables ---------------------------------------------------------------------------------------------------------


def upright(mask):
    return mask.rotate(90, expand=True)


@pytest.mark.parametrize("name", ["annexes", "notice", "register"])
def test_header_row_comes_again_on_every_page(converted, name):
    pages = [
        rows for rows in converted.pages(name) if any(row.text.startswith("0") and "建议" in row.text for row in rows)
    ]
    assert len(pages) > 1
    for rows in pages:
        header = next(place for place, row in enumerate(rows) if row.text == "案号案由主办单位")
        assert "建议" in rows[header + 1].text
    for made in opened(name).tables:
        header, *rows = made.rows
        assert header._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:tblHeader")) is None for row in rows)
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in made.rows)


def test_columns_have_their_shares_of_the_type_area(converted):
    (made,) = opened("register").tables
    widths = [column.width.mm for column in made.columns]
    assert widths == [near(225 * share / 7) for share in (1, 4, 2)]
    lines = strokes(upright(black(converted.picture("register"))), longest=90)
    middles = sorted(297 - (top + bottom) / 2 for top, bottom in lines)
    assert middles == [near(35 + 225 * share / 7) for share in (0, 1, 5, 7)]


def test_form_spans_columns_and_leaves_room_to_write(converted):
    (made,) = opened("form").tables
    assert made.cell(1, 1)._tc is made.cell(1, 3)._tc
    assert made.cell(1, 0)._tc is made.cell(2, 0)._tc  # the label beside the text and its foot
    label, text, foot = (converted.row("form", beginning) for beginning in ("意见", "同意。", "签字："))
    assert text.baseline < label.baseline < foot.baseline
    own = {row.text: row for row in own_pages("form")[0]}
    for row in (label, text, foot, converted.row("form", "备注")):
        assert row.baseline == pytest.approx(own[row.text].baseline, abs=2), row.text
    assert foot.x1 == near(RIGHT - 6 / MM)
    assert not strokes(black(converted.picture("form")).crop((0, 0, 2480, round(foot.baseline * DPI / 25.4))), 156.5)


def test_register_stands_across_as_in_the_pdf(converted):
    own = {row.text: row for row in own_pages("register")[0]}
    for text in (REGISTER.title, "单位：区政府办公室2020年11月", "001关于增设过街设施的建议区住房城乡建委"):
        row = converted.row("register", text)
        assert row.baseline == about(own[text].baseline)
        assert (row.x0, row.x1) == (near(own[text].x0), about(own[text].x1))


def test_tables_with_nothing_between_stay_two():
    sheet = Sheet("表", "区政府", (table(1), table(2), FORM))
    body = docx.Document(io.BytesIO(paper_docx(sheet))).element.body
    tags = [child.tag.split("}")[1] for child in body]
    assert tags == ["p", "tbl", "p", "tbl", "p", "tbl", "p", "sectPr"]


# --- styles and faces -----------------------------------------------------------------------------------------------

STYLED = {
    "letter": {
        "某某市临江区人民政府": {"发文机关标志", "发文机关署名"},
        "A类\u3000公开": {"首页标注"},
        "区政协：": {"主送机关"},
        "一、总体情况": {"一级标题"},
        "（一）已经解决的提案": {"二级标题"},
        "1. 道路与停车": {"三级标题"},
        SENTENCES: {"公文正文"},
        "附件：1.提案办理情况统计表": {"附件说明首项"},
        "2.B类提案后续办理计划": {"附件说明续项"},
        "2020年11月3日": {"成文日期"},
        "（联系人：赵堃）": {"附注"},
        "抄送：区政协提案委员会，区委办公室，区人大常委会办公室。": {"抄送机关"},
    },
    "annexes": {"附件1": {"附件编号"}, "统计表": {"附件标题"}, "案号": {"表头"}, "001": {"表格文字中"}},
    "form": {"提案审签单": {"表单标题"}, "意见": {"表单标签"}, "同意。": {"表单文字"}, "一式两份。": {"表下说明"}},
}


@pytest.mark.parametrize("name", STYLED)
def test_every_text_has_its_named_style(name):
    names = {style.style_id: style.name for style in opened(name).styles}
    found = {}
    for paragraph in xml_of(name).iter(qn("w:p")):
        text = "".join(node.text or "" for node in paragraph.findall(f"{qn('w:r')}/{qn('w:t')}"))
        found.setdefault(text, set()).add(names[paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}").get(qn("w:val"))])
    for text, styles in STYLED[name].items():
        assert found[text] == styles, text


def test_headings_have_outline_levels_and_stay_with_what_follows():
    for level, name in enumerate(("一级标题", "二级标题", "三级标题")):
        style = opened("letter").styles[name]
        assert style.base_style.name == "Normal"
        assert style.element.pPr.find(qn("w:outlineLvl")).get(qn("w:val")) == str(level)
        assert style.paragraph_format.keep_with_next
        assert not style.font.bold


def test_first_lines_are_indented_two_characters_by_the_style():
    for name in ("公文正文", "一级标题", "附注"):
        assert opened("letter").styles[name].element.pPr.ind.get(qn("w:firstLineChars")) == "200"


def test_text_bears_no_direct_formatting():
    """What a style can say it says: body, headings and cells carry the style's name alone, a lead a character style."""
    styles = {"公文正文", "一级标题", "二级标题", "三级标题", "主送机关", "附件说明续项", "抄送机关"}
    document = opened("annexes")
    paragraphs = [p for p in document.paragraphs[:-6] if p.style.name in styles]
    cells = [p for row in document.tables[0].rows for cell in row.cells for p in cell.paragraphs]
    assert len(paragraphs) > 8 and len(cells) > 100
    for paragraph in (*paragraphs, *cells):
        assert {child.tag for child in paragraph._p.pPr} <= {qn("w:pStyle"), qn("w:framePr"), qn("w:keepNext")}
        for run in paragraph.runs:
            assert run._r.rPr is None or [child.tag for child in run._r.rPr] == [qn("w:rStyle")]


def test_faces_are_named_as_chinese_word_knows_them():
    styles = xml_of("letter", "word/styles.xml")
    named = {
        node.get(qn(f"w:{kind}")) for node in styles.iter(qn("w:rFonts")) for kind in ("eastAsia", "ascii", "hAnsi")
    }
    assert named == FACES
    by_name = {style.name: style for style in opened("letter").styles}
    expected = {"公文标题": "方正小标宋简体", "一级标题": "黑体", "二级标题": "楷体_GB2312", "单页页码": "宋体"}
    for name, face in expected.items():
        assert by_name[name].element.rPr.rFonts.get(qn("w:eastAsia")) == face
    table = xml_of("letter", "word/fontTable.xml")
    substitutes = {font.get(qn("w:name")): font.find(qn("w:altName")).get(qn("w:val")).split(",") for font in table}
    assert set(substitutes) == FACES
    assert {"FangSong_GB2312", "仿宋"} <= set(substitutes["仿宋_GB2312"])
    assert "SimHei" in substitutes["黑体"]


def test_lead_is_in_the_face_of_its_level():
    paragraph = next(p for p in opened("letter").paragraphs if p.text.startswith("（一）领导重视。"))
    lead, text = paragraph.runs
    assert (lead.text, lead.style.name) == ("（一）领导重视。", "楷体字")
    assert text.text == SENTENCES


# --- the file -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAPERS)
def test_file_holds_nothing_but_what_it_needs(name):
    known = r"\[Content_Types\]\.xml|_rels/\.rels|docProps/core\.xml|word/(_rels/document\.xml\.rels|"
    known += r"(document|styles|settings|fontTable|(header|footer)\d)\.xml)"
    for part, content in parts_of(name).items():
        assert re.fullmatch(known, part), part
        if part.endswith(".rels"):
            assert b"External" not in content
    instructions = {
        node.get(qn("w:instr")).strip()
        for part in parts_of(name)
        if part.startswith("word/footer")
        for node in xml_of(name, part).iter(qn("w:fldSimple"))
    }
    assert instructions <= {"PAGE"}
    for tag in ("w:fldSimple", "w:fldChar", "w:instrText", "w:hyperlink", "w:object"):
        assert xml_of(name).find(f".//{qn(tag)}") is None


def test_hostile_text_is_plain_text():
    text = "".join(node.text or "" for node in xml_of("hostile").iter(qn("w:t")))
    for each in HOSTILE:
        assert text.count(" ".join(each.split())) >= 3, each
    assert "甲乙丙" in text


def test_characters_that_xml_cannot_hold_are_shown_as_replaced():
    made = paper_docx(letter(title="甲\ud800乙\uffff丙\x01丁", blocks=(Paragraph("戊\udfff\n\t己"),)))
    text = "\n".join(p.text for p in docx.Document(io.BytesIO(made)).paragraphs)
    assert "甲\ufffd乙\ufffd丙丁" in text and "戊\ufffd\n己" in text


def test_full_width_blanks_leave_room_only_where_a_form_wants_it():
    made = replace(PAPERS["form"], title="审\u3000签", footnotes=("\u3000\u3000注",))
    document = docx.Document(io.BytesIO(paper_docx(made)))
    text = "\n".join(node.text or "" for node in document.element.iter(qn("w:t")))
    assert "签字：\u3000\u3000年\u3000月" in text and "2020年\u3000月" in text
    assert "审 签" in text and "\n注" in text


def test_file_says_what_it_is():
    properties = opened("letter").core_properties
    assert (properties.title, properties.author) == (PAPERS["letter"].title, PAPERS["letter"].issuer)
    assert properties.language == "zh-CN"
    assert properties.created == properties.modified == datetime.datetime(2020, 11, 3, tzinfo=properties.created.tzinfo)
    assert opened("register").core_properties.author == "区政府办公室"
    assert opened("long").core_properties.title == TITLES[3]
    assert len(opened("hostile").core_properties.title) <= 255
    for name in ("letter", "hostile"):  # what is no language stays out
        languages = {node.get(qn("w:eastAsia")) for node in xml_of(name, "word/styles.xml").iter(qn("w:lang"))}
        assert languages == {"zh-CN"}


def test_same_content_gives_the_same_bytes():
    made = paper_docx(PAPERS["letter"])
    assert paper_docx(replace(PAPERS["letter"])) == made
    assert paper_docx(replace(PAPERS["letter"], number="临江府函〔2020〕29号")) != made
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert package.infolist()[0].filename == "[Content_Types].xml"


def test_rows_to_be_signed_are_as_high_as_in_the_pdf():
    columns = (Column("单位", 2), Column("签收人", 3))
    low, high = (
        Sheet("签收表", "区政府办公室", (Table(columns, (("甲", ""), ("乙", "")), lines=lines),)) for lines in (1, 3)
    )
    read = docx.Document(io.BytesIO(paper_docx(high)))
    heights = [row.height.pt for row in read.tables[0].rows[1:]]
    with pdfplumber.open(io.BytesIO(paper_pdf(high))) as pdf:
        (table,) = pdf.pages[0].find_tables()
        printed = [row.bbox[3] - row.bbox[1] for row in table.rows[1:]]
    assert heights == [pytest.approx(height, abs=2) for height in printed]
    assert docx.Document(io.BytesIO(paper_docx(low))).tables[0].rows[1].height is None
