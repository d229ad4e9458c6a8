"""Letters measured against GB/T 9704-2012 (信函格式), and what every paper has in common: text, fonts, the file."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from apps.documents import fonts
from apps.documents.content import Paragraph
from apps.documents.titles import break_title
from tests.measuring import (
    BOTTOM,
    CHARACTER,
    ISSUERS,
    LEFT,
    LINE,
    MM,
    NEAR,
    NEVER_FIRST,
    PARAGRAPH,
    PLAIN,
    PROMISE,
    RARE,
    RIGHT,
    SENTENCES,
    TITLES,
    TOP,
    black,
    body_rows,
    ink,
    letter,
    near,
    pages_of,
    picture_of,
    red,
    red_rules,
    row_with,
)

ROOT = Path(__file__).resolve().parent.parent


# --- mark and rules (10.1) ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("issuer", ISSUERS)
def test_mark_ink_begins_30_mm_below_the_edge_and_rules_follow(issuer):
    content = letter(issuer=issuer)
    picture = picture_of(content)
    strokes = red_rules(picture)
    assert len(strokes) == 4
    left, top, right, bottom = ink(red(picture), bottom=strokes[0][0] - 1)
    assert top == near(30)
    assert strokes[0][0] - bottom == near(4)
    assert left >= LEFT - 0.1 and right <= RIGHT + 0.1
    assert (left + right) / 2 == near(105 + 1)  # the middle of the type area
    assert row_with(content, issuer, page=0)  # in one line


def test_mark_keeps_its_place_whatever_its_ink():
    for issuer in ("一一一", "国", "〇、一"):
        picture = picture_of(letter(issuer=issuer, blocks=()))
        strokes = red_rules(picture)
        _, top, _, bottom = ink(red(picture), bottom=strokes[0][0] - 1)
        assert top == near(30), issuer
        assert strokes[0][0] - bottom == near(4), issuer


def test_rules_are_double_170_mm_long_and_centred():
    picture = picture_of(letter())
    strokes = red_rules(picture)
    weights = [bottom - top for top, bottom in strokes]
    assert weights[0] > weights[1] and weights[3] > weights[2]  # thick over thin, thin over thick
    for top, bottom in (strokes[0], strokes[3]):
        left, _, right, _ = ink(red(picture), top=top, bottom=bottom)
        assert (left, right) == (near(20), near(190))
    assert strokes[2][0] == near(277) and strokes[3][1] == near(277)  # 20 mm from the foot


def test_later_pages_carry_no_red():
    content = letter()
    for page in range(1, len(pages_of(content))):
        assert ink(red(picture_of(content, page))) is None


# --- number, title, addressee ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("issuer", ISSUERS)
def test_number_is_flush_right_under_the_rule(issuer):
    content = letter(issuer=issuer)
    row = row_with(content, "〔2020〕28号", page=0)
    assert row.text == "临江府函〔2020〕28号"
    assert row.x1 == near(RIGHT)
    assert row.top - red_rules(picture_of(content))[1][1] == near(4.9)


@pytest.mark.parametrize(("title", "count"), TITLES.items())
def test_title_stands_two_lines_below_and_is_centred(title, count):
    content = letter(title=title)
    rows = [row for row in pages_of(content)[0] if row.size == 22]
    assert "".join(row.text for row in rows) == title
    assert len(rows) == count
    for row in rows:
        assert (row.x0 + row.x1) / 2 == near(106)
        assert row.x0 >= LEFT and row.x1 <= RIGHT
    number = row_with(content, "〔2020〕28号")
    gap = LINE - 16 / MM  # between two lines of the text
    assert rows[0].top - number.bottom == near(2 * LINE + gap)
    addressee = row_with(content, "区政协：", page=0)
    assert addressee.top - rows[-1].bottom == near(LINE + gap)
    assert addressee.x0 == near(LEFT)


@pytest.mark.parametrize("title", TITLES)
def test_title_breaks_between_words_into_a_trapezoid_or_diamond(title):
    lines = break_title(title)
    assert "".join(lines) == title
    for word in ("关于", "提案", "办理", "情况", "通报", "会议", "政协", "停车", "九届四次", "（第084号）"):
        assert title.count(word) == sum(line.count(word) for line in lines)
    assert not any(line.startswith(("的", "，", "》", "）")) or line.endswith(("《", "（", "关于")) for line in lines)
    lengths = [len(line) for line in lines]
    assert not any(a > b < c for a, b, c in zip(lengths, lengths[1:], lengths[2:], strict=False))


def test_title_of_any_length_breaks_quickly_and_loses_nothing():
    for title in ("啊" * 300, "a" * 200, "《" * 50, "关于" * 60, "", "第" * 30, "提案，" * 40):
        assert "".join(break_title(title)) == title


# --- the grid (5.2) -------------------------------------------------------------------------------------------------


def test_page_holds_22_lines_of_28_characters():
    content = letter(blocks=(PLAIN,))
    for rows in body_rows(content):
        assert len(rows) == 22
        for above, below in pairwise(rows):
            assert below.baseline - above.baseline == pytest.approx(LINE, abs=0.05)
        assert rows[0].top >= TOP and rows[-1].bottom <= BOTTOM
        gap = LINE - 16 / MM
        assert rows[0].top - TOP == near(gap / 2) and BOTTOM - rows[-1].bottom == near(gap / 2)
        for row in rows:
            assert len(row.text) == 28
            assert (row.x0, row.x1) == (near(LEFT), near(RIGHT))
            assert [c["x0"] / MM - LEFT for c in row.chars] == [near(place * CHARACTER) for place in range(28)]


def test_mixed_text_keeps_the_grid_and_the_right_edge():
    rare = Paragraph((f"委员{RARE}和Latin words, A类、½℃等混排的一段文字" * 4 + "。") * 12)
    content = letter(blocks=(PARAGRAPH, rare, *[PARAGRAPH] * 10))
    for rows in body_rows(content):
        assert len(rows) == 22
        for above, below in pairwise(rows):
            assert below.baseline - above.baseline == pytest.approx(LINE, abs=0.05)
        for row, following in pairwise(rows):
            assert row.x0 == near(LEFT) or row.x0 == near(LEFT + 2 * CHARACTER)
            if following.x0 < LEFT + 1:  # not the last line of its paragraph
                assert row.x1 == near(RIGHT)


def test_first_lines_are_indented_two_characters():
    for text in ("一、总体情况", "（一）领导重视", "（一）已经解决", "1."):
        assert row_with(letter(), text).x0 == near(LEFT + 2 * CHARACTER)


def every_place():
    """One letter in which the same sentences fall on every place of the line."""
    return letter(blocks=tuple(Paragraph("办" * start + SENTENCES + PROMISE) for start in range(28)))


def test_punctuation_never_begins_a_line():
    rows = [row.text for rows in pages_of(every_place()) for row in rows]
    assert len(rows) > 200
    assert not [text for text in rows if text[0] in NEVER_FIRST]
    assert not [text for text in rows if text[-1] in "（《〔“"]


def test_number_keeps_its_unit_and_year_stays_whole():
    rows = [row.text for rows in pages_of(every_place()) for row in rows if row.size == 16]
    assert not [text for text in rows if re.search(r"[0-9.A-Z]$", text)]
    assert not [text for text in rows if re.match(r"[%万亿元月日号]|年[^度]", text)]


def test_headings_are_in_hei_kai_and_fangsong_none_bold():
    expected = {"一、总体": fonts.HEI, "（一）领导重视": fonts.KAI, "（一）已经": fonts.KAI, "1.": fonts.FANG}
    for text, role in expected.items():
        char = next(c for c in row_with(letter(), text).chars if "\u4e00" <= c["text"] <= "\u9fff")
        name = char["fontname"].split("+")[-1].replace("-", "").replace(" ", "")
        assert name == fonts.families(role)[0].replace(" ", ""), text
        assert char["size"] == pytest.approx(16, abs=0.01)


# --- attachments, signature, copies, page numbers -------------------------------------------------------------------


def test_attachment_note_stands_one_line_below_and_hangs():
    first, second = row_with(letter(), "附件："), row_with(letter(), "2.B类提案后续")
    assert first.text == "附件：1.提案办理情况统计表" and second.text == "2.B类提案后续办理计划"
    assert first.x0 == near(LEFT + 2 * CHARACTER)
    assert second.x0 == near(first.x0 + 3 * CHARACTER)
    rows = [row for rows in pages_of(letter()) for row in rows if row.size == 16]
    above = rows[[row.text for row in rows].index(first.text) - 1]
    assert first.baseline - above.baseline == near(2 * LINE) or first.baseline < above.baseline
    assert not row_with(letter(attachments=("统计表。",)), "附件：").text.endswith("。")


@pytest.mark.parametrize("name", ["区教委", "某某市临江区人民政府", ISSUERS[2], f"{RARE}委员会"])
def test_signature_without_seal(name):
    """7.3.5.2: one line below, the name two characters in, the date two right of the name's first character."""
    content = letter(signature=name, issuer="甲区政府", blocks=(PARAGRAPH,), attachments=())
    rows = [row for rows in pages_of(content) for row in rows if row.size == 16]
    place = [row.text for row in rows].index(name)
    above, signed, dated = rows[place - 1 : place + 2]
    assert dated.text == "2020年11月3日"
    assert signed.baseline - above.baseline == near(2 * LINE)
    assert dated.baseline - signed.baseline == near(LINE)
    assert dated.x0 - signed.x0 == near(2 * CHARACTER)
    longer = dated if dated.x1 - dated.x0 > signed.x1 - signed.x0 else signed
    assert RIGHT - longer.x1 == near(2 * CHARACTER)


def test_copies_stand_at_the_foot_of_the_last_page():
    for copies in (("区政协提案委员会",), tuple(f"区第{n}承办单位办公室" for n in range(12))):
        content = letter(copies_to=copies)
        last = [row for row in pages_of(content)[-1] if row.size == 14 and "—" not in row.text]
        assert "".join(row.text for row in last) == f"抄送：{'，'.join(copies)}。"
        assert last[-1].bottom == near(BOTTOM)
        assert last[0].x0 == near(LEFT + 14 / MM)
        assert all(row.x1 <= RIGHT - 14 / MM + NEAR for row in last)
        assert all(row.x0 == near(LEFT + 4 * 14 / MM) for row in last[1:])


@pytest.mark.parametrize("lines", [*range(6, 18, 2), *range(28, 40, 2)])
def test_last_page_never_carries_the_signature_or_copies_alone(lines):
    content = letter(
        blocks=(*[Paragraph("办理提案")] * lines, Paragraph("末段" * 30)),
        attachments=(),
        copies_to=tuple(f"区第{n}承办单位办公室" for n in range(9)),
    )
    rows = pages_of(content)[-1]
    assert "末段" in rows[0].text + rows[1].text or rows[0].text == "办理提案"
    copies = next(row for row in rows if row.text.startswith("抄送"))
    dated = next(row for row in rows if row.text == "2020年11月3日")
    assert rows.index(dated) > 1 and dated.bottom < copies.top


def test_page_numbers_by_parity():
    content = letter()
    pages = pages_of(content)
    assert len(pages) >= 4
    assert not any("—" in row.text for row in pages[0])
    for number, rows in enumerate(pages[1:], 2):
        row = rows[-1]
        assert row.text == f"—{number}—"
        assert row.size == 14
        if number % 2:
            assert RIGHT - row.x1 == near(14 / MM)
            dash = ink(black(picture_of(content, number - 1)), top=BOTTOM + 1, left=row.x0 - 1, right=row.x0 + 4)
        else:
            assert row.x0 - LEFT == near(14 / MM)
            dash = ink(black(picture_of(content, number - 1)), top=BOTTOM + 1, left=row.x0 - 1, right=row.x0 + 4)
        assert dash[1] == near(BOTTOM + 7) and dash[3] == near(BOTTOM + 7)
