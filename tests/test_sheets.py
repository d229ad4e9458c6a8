"""Forms and registers, and the tables and grids of every paper, measured as letters are: see measuring.py."""

import io
from dataclasses import replace
from itertools import pairwise

import pdfplumber
import pytest

from apps.documents.content import Annex, Cell, Column, Grid, Paragraph, Table
from tests.measuring import (
    BOTTOM,
    GAP,
    LEFT,
    LISTED,
    MIDDLE,
    MM,
    NEAR,
    PARAGRAPH,
    RARE,
    RIGHT,
    SENTENCES,
    TITLES,
    TOP,
    black,
    form,
    ink,
    letter,
    near,
    notice,
    pages_of,
    pdf_of,
    picture_of,
    register,
    row_with,
    strokes,
    table,
    tables_of,
)

SMALL = 14 / MM  # a character of 4号
WIDE_LEFT, WIDE_RIGHT, WIDE_TOP, WIDE_BOTTOM = 35, 260, 28, 184  # the type area of a landscape sheet, 225 × 156 mm
AWKWARD = Table(
    columns=(
        Column("序号", 1),
        Column("案由", 4, "left"),
        Column("说明", 3, "left"),
        Column("金额（万元）", 2, "right"),
    ),
    rows=(
        ("1", "关于加强轨道交通沿线公共停车设施建设的建议", "", "2350000000.00"),
        ("2", "Supercalifragilisticexpialidocious" * 3, f"{RARE}委员（A类、½℃）", "1234567890" * 3),
        ("3", "https://www.example.gov.cn/proposals/" + "a" * 60, "", ""),
        ("", "", "", ""),
        ("5", "第一行\n第二行\n\n第四行", "，。；：" * 10, "-3.5%"),
    ),
    caption="表1 办理情况",
)


def placed(block):
    """The papers that may hold it: (name, paper, left and right edge, top and bottom of its type area)."""
    upright, wide = (LEFT, RIGHT, TOP, BOTTOM), (WIDE_LEFT, WIDE_RIGHT, WIDE_TOP, WIDE_BOTTOM)
    text = (PARAGRAPH, block, Paragraph("以上请予支持。"))
    unruled = {"copies_to": (), "printed_by": ""}  # no imprint, whose rules look like a table
    return {
        "letter": (letter(blocks=text), upright),
        "notice": (notice(blocks=text, annexes=(), **unruled), upright),
        "annex": (notice(annexes=(Annex("附件1", "清单", (block,)),), **unruled), upright),
        "sheet": (form(blocks=(block,)), upright),
        "landscape": (register(blocks=(block,)), wide),
    }


def boxes_of(content):
    return [box for tables in tables_of(content) for found in tables for row in found for box in row]


def rows_of(content):
    """The texts of all tables' rows, page after page."""
    return [[box.text for box in row] for tables in tables_of(content) for found in tables for row in found]


def without_blanks(rows):
    return [["".join(text.split()) for text in row] for row in rows]


# --- tables ---------------------------------------------------------------------------------------------------------

PLACES = ("letter", "notice", "annex", "sheet", "landscape")


@pytest.mark.parametrize("place", PLACES)
def test_table_fills_the_width_and_keeps_to_the_type_area(place):
    content, (left, right, top, bottom) = placed(LISTED)[place]
    assert len(tables_of(content)) > 1
    for page in tables_of(content):
        for found in page:
            shares = [1, 1.2, 6, 2.5, 1]
            for row in found:
                assert row[0].x0 == near(left) and row[-1].x1 == near(right)
                assert row[0].top >= top - 0.3 and row[0].bottom <= bottom + 0.3
                widths = [box.x1 - box.x0 for box in row]
                assert widths == [near((right - left) * share / sum(shares)) for share in shares]


@pytest.mark.parametrize("place", PLACES)
def test_header_comes_again_on_every_page_and_rows_stay_whole(place):
    content, _ = placed(LISTED)[place]
    header = ["序号", "案号", "案由", "主办单位", "件数"]
    pages = [[row for found in tables for row in found] for tables in tables_of(content)]
    pages = [rows for rows in pages if rows]
    assert len(pages) > 1
    for rows in pages:
        assert [box.text for box in rows[0]] == header
        assert len(rows) > 1
    printed = [[box.text for box in row] for rows in pages for row in rows[1:]]
    assert printed == without_blanks(LISTED.rows)


@pytest.mark.parametrize("place", PLACES)
def test_every_text_of_an_awkward_table_is_inside_its_cell(place):
    content, (left, right, *_) = placed(AWKWARD)[place]
    printed = [row for row in rows_of(content) if row[0] != "序号"]
    assert printed == without_blanks(AWKWARD.rows)
    assert row_with(content, "表1办理情况").middle == near((left + right) / 2)
    with pdfplumber.open(io.BytesIO(pdf_of(content))) as pdf:
        for page in pdf.pages:
            chars = [c for c in page.chars if c["text"].strip()]
            assert all(left - NEAR <= c["x0"] / MM and c["x1"] / MM <= right + NEAR for c in chars)


def test_short_titles_of_columns_stay_in_one_line():
    content = notice(annexes=(Annex("附件1", "清单", (LISTED,)),))
    boxes = [box for box in boxes_of(content) if box.text == "序号"]
    assert boxes and all(box.bottom - box.top < 2 * 18 / MM for box in boxes)


def test_columns_are_aligned_as_asked():
    content = form(blocks=(replace(AWKWARD, rows=(("1", "甲", "乙", "3.5"),)),))
    ((_, (number, name, _, amount)),) = tables_of(content)[0]
    row = row_with(content, "甲")
    assert row.part("1").middle == near((number.x0 + number.x1) / 2)
    assert row.part("甲").x0 - name.x0 == pytest.approx(1.2, abs=0.6)
    assert amount.x1 - row.part("3.5").x1 == pytest.approx(1.2, abs=0.6)
    for box, text in ((number, "1"), (name, "甲"), (amount, "3.5")):
        part = row.part(text)
        assert (part.top + part.bottom) / 2 == near((box.top + box.bottom) / 2)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_table_of_few_rows(count):
    content = letter(blocks=(PARAGRAPH, table(count), PARAGRAPH))
    printed = rows_of(content)
    assert printed == without_blanks([[column.title for column in LISTED.columns], *table(count).rows])


def test_register_of_1000_rows_loses_none():
    content = register(1000)
    rows = rows_of(content)
    printed = [row for row in rows if row[0] != "序号"]
    assert printed == without_blanks(table(1000).rows)
    assert len(rows) - len(printed) == len(pages_of(content))
    assert pages_of(content)[-1][-1].text == f"—{len(pages_of(content))}—"


def test_row_longer_than_a_page_flows_on():
    content = form(blocks=(replace(AWKWARD, rows=(("1", SENTENCES * 12, "甲", "乙"),), caption=""),))
    text = "".join(box.text for box in boxes_of(content) if len(box.text) > 20)
    assert text == "".join(SENTENCES.split()) * 12
    assert all(box.bottom <= BOTTOM + 0.3 for box in boxes_of(content))


def test_text_and_tables_keep_their_distance():
    content = letter(blocks=(PARAGRAPH, table(2), PARAGRAPH), attachments=())
    boxes = boxes_of(content)
    rows = [row for row in pages_of(content)[0] if row.size == 16]
    above = max(row.bottom for row in rows if row.bottom < boxes[0].top)
    below = min(row.top for row in rows if row.top > boxes[-1].bottom)
    assert 2 < boxes[0].top - above < 8
    assert 2 < below - boxes[-1].bottom < 8


# --- grids ----------------------------------------------------------------------------------------------------------


def test_cells_span_the_columns_asked_for():
    (rows,) = tables_of(form())[0]
    edges = [LEFT + 156 * share / 12 for share in (0, 2, 6, 8, 12)]
    assert [[box.x0 for box in row] + [row[-1].x1] for row in rows] == [
        [near(edge) for edge in edges],
        *[[near(edges[0]), near(edges[1]), near(edges[4])]] * 4,
    ]
    for above, below in pairwise(rows):
        assert below[0].top == near(above[0].bottom)


def test_cells_are_as_high_as_asked_and_the_foot_is_at_the_lower_right():
    (rows,) = tables_of(form())[0]
    for row, lines in zip(rows[2:], (2, 4, 5), strict=True):
        assert row[1].bottom - row[1].top >= lines * 24 / MM
    for row, printed in zip(rows[3:], [row for row in pages_of(form())[0] if "签字：" in row.text], strict=True):
        box = row[1]
        foot = printed.part("签字：年月日")
        assert box.bottom - foot.bottom == pytest.approx(3, abs=1.5)
        assert box.x1 - foot.x1 == pytest.approx(2.5, abs=1.5)
        assert foot.part("年").x0 - foot.part("签字：").x1 == near(6 * SMALL)  # room for the hand


def test_foot_stays_at_the_foot_beside_a_higher_cell():
    cells = (Cell("意见", is_label=True), Cell("同意", foot="签字："), Cell("意见\n" * 9, lines=9))
    content = form(blocks=(Grid((1, 3, 3), (cells,)),))
    ((row,),) = tables_of(content)[0]
    assert row[1].bottom - row_with(content, "签字：").part("签字：").bottom == pytest.approx(3, abs=1.5)


def test_labels_stand_in_the_middle_of_their_cells():
    (rows,) = tables_of(form())[0]
    for row, first, last in ((rows[3], "单位", "意见"), (rows[0], "案号", "案号")):
        box = row[0]
        printed = [line for line in pages_of(form())[0] if box.top < line.top < box.bottom and line.x0 < box.x1]
        lines = [line for line in printed if line.text.startswith((first, last))]
        assert (lines[0].part(first).top + lines[-1].part(last).bottom) / 2 == near((box.top + box.bottom) / 2)
        assert lines[0].part(first).middle == near((box.x0 + box.x1) / 2)


@pytest.mark.parametrize("place", PLACES)
def test_cell_longer_than_a_page_flows_on_without_loss(place):
    long = Grid(
        (1, 5),
        (
            (Cell("案由", is_label=True), Cell("关于停车设施的建议")),
            (Cell("答复\n内容", is_label=True), Cell(f"{SENTENCES}\n" * 9, lines=8, foot="签字：")),
            (Cell("意见", is_label=True), Cell("", lines=4, foot="年　月　日")),
        ),
    )
    content, (left, right, top, bottom) = placed(long)[place]
    assert sum(bool(tables) for tables in tables_of(content)) > 1
    boxes = boxes_of(content)
    for box in boxes:
        assert left - 0.3 <= box.x0 and box.x1 <= right + 0.3 and top - 0.3 <= box.top and box.bottom <= bottom + 0.3
    text = "".join(box.text for box in boxes)
    assert text.replace("答复内容", "") == f"案由关于停车设施的建议{SENTENCES * 9}签字：意见年月日"


def test_lines_close_the_table_on_every_page():
    cells = (Cell("答复\n内容", is_label=True), Cell(f"{SENTENCES}\n" * 9))
    for block in (Grid((1, 5), (cells,)), replace(AWKWARD, rows=(("1", SENTENCES * 12, "甲", "乙"),))):
        content = form(blocks=(block,))
        assert len(pages_of(content)) > 1
        for page in range(len(pages_of(content))):
            picture = black(picture_of(content, page))
            lines = strokes(picture, least=150)
            _, top, _, bottom = ink(picture, top=TOP, left=LEFT - 1, right=LEFT + 0.2)
            assert (lines[0][0], lines[-1][1]) == (pytest.approx(top, abs=0.3), pytest.approx(bottom, abs=0.3))


def test_form_fits_its_page_and_ends_with_its_notes():
    content = form()
    assert len(pages_of(content)) == 1
    rows = pages_of(content)[0]
    assert rows[0].text == "提案答复审签单" and rows[0].size == 22 and rows[0].middle == near(MIDDLE)
    assert rows[0].top == near(TOP + GAP / 2)
    notes = row_with(content, "编号：")
    assert notes.part("编号：").x0 == near(LEFT) and notes.x1 == near(RIGHT)
    ((first, *_),) = tables_of(content)[0]
    assert 0 < first[0].top - notes.bottom < 4
    assert rows[-1].text == "说明：本表一式两份。" and rows[-1].size == 12
    assert not any("—" in row.text for row in rows)


def test_notes_of_a_full_form_do_not_stand_alone_on_a_page():
    for lines in range(14, 24):
        opinion = (Cell("意见", is_label=True), Cell("", lines=lines, foot="签字："))
        grid = Grid((1, 5), (opinion, (Cell("时间", is_label=True), Cell())))
        content = form(blocks=(grid,))
        assert all(tables for tables in tables_of(content))
        for page, ((*_, (*_, last)),) in enumerate(tables_of(content)):
            below = ink(black(picture_of(content, page)), top=last.bottom + NEAR, left=LEFT - 1, right=LEFT + 0.2)
            assert below is None  # the lines end with the last row


# --- landscape ------------------------------------------------------------------------------------------------------


def test_register_lies_on_its_side():
    content = register()
    with pdfplumber.open(io.BytesIO(pdf_of(content))) as pdf:
        assert {(round(float(page.width) / MM, 1), round(float(page.height) / MM, 1)) for page in pdf.pages} == {
            (297, 210)
        }
    rows = pages_of(content)[0]
    assert rows[0].text == "发文登记簿" and rows[0].middle == near((WIDE_LEFT + WIDE_RIGHT) / 2)
    assert rows[1].part("区政府办公室").x0 == near(WIDE_LEFT)
    assert rows[1].part("2020年度").x1 == near(WIDE_RIGHT)
    assert len(pages_of(content)) > 2
    for number, rows in enumerate(pages_of(content), 1):
        row = rows[-1]
        assert row.text == f"—{number}—" and row.size == 14
        assert (WIDE_RIGHT - row.x1 if number % 2 else row.x0 - WIDE_LEFT) == near(SMALL)
        picture = black(picture_of(content, number - 1))
        dash = ink(picture, top=WIDE_BOTTOM + 1, bottom=210, left=row.x0 - 1, right=row.x0 + 4)
        assert dash[1] == near(WIDE_BOTTOM + 7)


def test_upright_register_bears_numbers_and_a_form_none():
    assert pages_of(register(is_landscape=False))[0][-1].text == "—1—"
    assert not any("—" in row.text for rows in pages_of(form(blocks=(table(60),))) for row in rows)


@pytest.mark.parametrize(("title", "count"), TITLES.items())
@pytest.mark.parametrize("make", [form, register])
def test_titles_of_sheets_are_centred(make, title, count):
    content = make(title=title)
    rows = [row for row in pages_of(content)[0] if row.size == 22]
    assert "".join(row.text for row in rows) == title
    for row in rows:
        assert row.middle == near(MIDDLE if make is form else (WIDE_LEFT + WIDE_RIGHT) / 2)


def test_drafts_of_sheets_are_told_on_every_page():
    for content in (form(draft="样张"), register(draft="样张")):
        for rows in pages_of(content):
            assert rows[0].text == "样张" and rows[0].bottom < 18


def test_empty_rows_are_as_high_as_a_line():
    content = form(blocks=(replace(AWKWARD, rows=(("",) * 4,) * 5), Grid((1, 1), ((Cell(), Cell()),) * 3)))
    listed, grid = tables_of(content)[0]
    assert all(row[0].bottom - row[0].top > 18 / MM for row in listed[1:])
    assert all(row[0].bottom - row[0].top > 24 / MM for row in grid)


def test_box_to_tick_keeps_its_word():
    ways = ("走访", "当面沟通", "座谈会", "专题会议", "现场调研", "电话", "网络通讯", "书面")
    for indent in range(6):
        line = "方式" * indent + " ".join(f"{'■' if place % 2 else '□'}{way}" for place, way in enumerate(ways))
        content = form(blocks=(Grid((1, 3), ((Cell("沟通方式", is_label=True), Cell(line)),)),))
        texts = [row.text for rows in pages_of(content) for row in rows if "□" in row.text or "■" in row.text]
        assert len(texts) > 1
        assert not any(text.endswith(("□", "■")) for text in texts)
        for way in ways:
            assert any(f"□{way}" in text or f"■{way}" in text for text in texts), way


def test_cell_has_its_least_height_with_a_foot_and_without():
    rows = tuple((Cell("意见", is_label=True), Cell("同意", lines=8, foot=foot)) for foot in ("", "签字："))
    content = form(blocks=(Grid((1, 3), rows),))
    without, footed = (found[0] for found in tables_of(content)[0][0])
    assert without.bottom - without.top >= 8 * 24 / MM
    assert footed.bottom - footed.top >= (8 + 1) * 24 / MM
