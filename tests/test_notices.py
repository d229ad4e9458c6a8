"""Papers in document form (文件式, GB/T 9704-2012 clause 7), and what letters share with them: seals, annexes, drafts.

Measured as letters are, see measuring.py.
"""

import re
from itertools import pairwise

import pytest

from apps.documents import fonts
from apps.documents.content import Annex, Heading, Paragraph
from tests.measuring import (
    BOTTOM,
    CHARACTER,
    GAP,
    ISSUERS,
    LEFT,
    LINE,
    MIDDLE,
    MM,
    PARAGRAPH,
    RARE,
    RIGHT,
    TITLES,
    TOP,
    black,
    extracted,
    ink,
    letter,
    near,
    notice,
    page_with,
    pages_of,
    picture_of,
    red,
    red_rules,
    row_with,
    strokes,
)

SMALL = 14 / MM  # a character of 4号
NUMBER = "临江府办发〔2020〕12号"
KINDS = {"letter": letter, "notice": notice}


def both(function):
    return pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)(function)


def face_of(chars):
    return {c["fontname"].split("+")[-1].replace("-", "").replace(" ", "") for c in chars}


def face(role):
    return {fonts.families(role)[0].replace(" ", "")}


# --- head (7.2) -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_wenjian", [True, False])
@pytest.mark.parametrize("issuer", ISSUERS)
def test_mark_ink_begins_35_mm_below_the_top_of_the_type_area(issuer, has_wenjian):
    content = notice(issuer=issuer, has_wenjian=has_wenjian, annexes=())
    rules = red_rules(picture_of(content), least=150)
    assert len(rules) == 1
    left, top, right, _ = ink(red(picture_of(content)), bottom=rules[0][0] - 1)
    assert top == near(72)
    assert left >= LEFT - 0.1 and right <= RIGHT + 0.1
    assert (left + right) / 2 == near(MIDDLE)
    assert row_with(content, issuer, page=0).text == issuer + "文件" * has_wenjian


@pytest.mark.parametrize("issuer", ISSUERS)
def test_number_stands_two_blank_lines_below_and_the_rule_4_mm_below_it(issuer):
    content = notice(issuer=issuer, annexes=())
    (rule,) = red_rules(picture_of(content), least=150)
    mark_bottom = ink(red(picture_of(content)), bottom=rule[0] - 1)[3]
    number = row_with(content, NUMBER, page=0)
    assert number.text == NUMBER and number.size == 16
    assert number.top - mark_bottom == near(2 * LINE + GAP / 2)
    assert number.middle == near(MIDDLE)
    assert rule[0] - number.bottom == near(4)
    left, _, right, _ = ink(red(picture_of(content)), top=rule[0], bottom=rule[1])
    assert (left, right) == (near(LEFT), near(RIGHT))


def test_what_goes_upward_names_its_signer_beside_the_number():
    content = notice(signer="王䶮", annexes=())
    row = row_with(content, NUMBER, page=0)
    number, label, name = row.part(NUMBER), row.part("签发人："), row.part("王䶮")
    assert number.x0 == near(LEFT + CHARACTER)
    assert name.x1 == near(RIGHT - CHARACTER)
    assert name.x0 == near(label.x1)
    assert {number.size, label.size, name.size} == {16}
    assert face_of(label.chars) == face(fonts.FANG)
    assert face_of(name.chars[:1]) == face(fonts.KAI)
    (rule,) = red_rules(picture_of(content), least=150)
    assert rule[0] - row.bottom == near(4)


@pytest.mark.parametrize(("title", "count"), TITLES.items())
def test_title_stands_two_blank_lines_below_the_rule(title, count):
    content = notice(title=title, annexes=())
    (rule,) = red_rules(picture_of(content), least=150)
    rows = [row for row in pages_of(content)[0] if row.size == 22]
    assert "".join(row.text for row in rows) == title
    assert len(rows) == count
    assert rows[0].top - rule[1] == near(2 * LINE + GAP / 2)
    for row in rows:
        assert row.middle == near(MIDDLE)
        assert row.x0 >= LEFT and row.x1 <= RIGHT
    addressee = row_with(content, "各街道办事处", page=0)
    assert addressee.top - rows[-1].bottom == near(LINE + GAP)
    assert addressee.x0 == near(LEFT) and addressee.text.endswith("：")


def test_labels_of_a_notice_begin_on_the_first_line():
    content = notice(labels=("000001", "机密★1年", "特急"), annexes=())
    rows = pages_of(content)[0][:3]
    assert [row.text for row in rows] == ["000001", "机密★1年", "特急"]
    for place, row in enumerate(rows):
        assert row.x0 == near(LEFT)
        assert row.top == near(TOP + GAP / 2 + place * LINE)
        assert row.size == 16
    assert face_of(rows[2].chars) == face(fonts.HEI)
    assert ink(red(picture_of(content)), bottom=100)[1] == near(72)


def test_labels_of_a_letter_stand_beside_the_number_and_push_the_title():
    content = letter(labels=("000001", "机密★1年", "特急"))
    row = row_with(content, "〔2020〕28号", page=0)
    number, first = row.part("临江府函〔2020〕28号"), row.part("000001")
    assert first.x0 == near(LEFT) and number.x1 == near(RIGHT)
    assert first.top - red_rules(picture_of(content))[1][1] == near(4.9)
    rows = [row_with(content, text, page=0) for text in ("000001", "机密", "特急")]
    for above, below in pairwise(rows):
        assert below.x0 == near(LEFT) and below.baseline - above.baseline == near(LINE)
    title = next(row for row in pages_of(content)[0] if row.size == 22)
    assert title.top - rows[-1].bottom == near(2 * LINE + GAP)


@pytest.mark.parametrize("marks", [("A",), ("A", "主动公开"), ("办理结果：Ｂ（正在解决）", "公开属性：依申请公开")])
def test_marks_of_a_letter_stand_at_the_upper_right(marks):
    content = letter(marks=marks, draft="样稿：尚未审签")
    row = row_with(content, marks[-1], page=0)
    assert row.text == "".join(marks)
    assert row.top == near(20) and row.x1 == near(RIGHT) and row.size == 16
    assert face_of(row.chars) == face(fonts.HEI)
    for left, right in pairwise(marks):
        assert row.part(right).x0 - row.part(left).x1 == near(CHARACTER)
    rules = red_rules(picture_of(content))
    assert ink(red(picture_of(content)), top=row.bottom, bottom=rules[0][0] - 1)[1] == near(30)
    assert not any(marks[-1] in row.text for rows in pages_of(content)[1:] for row in rows)


# --- signature with a seal (7.3.5.1) --------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("name", ["区教委", "某某市临江区人民政府办公室", ISSUERS[2], f"{RARE}委员会"])
def test_sealed_signature_leaves_room_for_the_seal(make, name):
    content = make(signature=name, is_sealed=True, blocks=(PARAGRAPH,), attachments=(), annexes=())
    rows = [row for rows in pages_of(content) for row in rows if row.size == 16]
    place = [row.text for row in rows].index(name)
    above, signed, dated = rows[place - 1 : place + 2]
    assert dated.text == "2020年11月3日"
    assert dated.baseline - signed.baseline == near(LINE)
    assert signed.middle == near(dated.middle)
    assert RIGHT - signed.x1 > -0.1
    if signed.x1 - signed.x0 < 70:
        assert RIGHT - dated.x1 == near(4 * CHARACTER)
    # a seal of 42 mm stands over both, its middle a little above theirs, its top within one line below the text
    middle = (signed.top + dated.bottom) / 2
    seal_top = middle - 3 - 42 / 2
    assert 0 <= seal_top - above.bottom <= LINE
    assert signed.middle + 42 / 2 <= RIGHT + 20  # on the paper
    following = rows[place + 2 :] + [row for row in pages_of(content)[-1] if row.size == 14]
    assert all(row.top >= seal_top + 42 for row in following if row.page == dated.page)


@both
def test_remark_stands_on_the_line_below_the_date(make):
    content = make(is_sealed=True, remark="此件公开发布")
    dated, remark = row_with(content, "2020年11月3日"), row_with(content, "（此件公开发布）")
    assert remark.x0 - LEFT - 2 * CHARACTER == near(0)
    assert remark.baseline - dated.baseline == near(LINE)


@both
@pytest.mark.parametrize("remark", ["", "联系人：李某"])
@pytest.mark.parametrize("lines", range(1, 24, 2))
def test_seal_finds_room_on_a_page_with_text_wherever_that_ends(make, lines, remark):
    """7.3.5: 务使印章与正文同处一面."""
    text = (*[Paragraph("办理提案")] * lines, Paragraph("末段" * 40))
    content = make(blocks=text, is_sealed=True, annexes=(), remark=remark)
    rows = pages_of(content)[page_with(content, "2020年11月3日")]
    assert any("末段" in row.text for row in rows)
    dated = next(row for row in rows if row.text == "2020年11月3日")
    seal_bottom = (dated.top + dated.bottom - LINE) / 2 - 3 + 42 / 2
    assert seal_bottom <= BOTTOM
    assert all(row.top >= seal_bottom for row in rows if row.size == 14)


# --- attachments bound with it (7.3.7) ------------------------------------------------------------------------------


@both
def test_annexes_begin_a_page_with_their_label_and_the_title_on_the_third_line(make):
    content = make(annexes=notice().annexes)
    for label, title, opening in (
        ("附件1", "区政协九届四次会议提案交办清单", "序号案号案由"),
        ("附件2", "提案办理要求", "一、时限"),
    ):
        page = page_with(content, title)
        rows = pages_of(content)[page]
        assert rows[0].text == label and rows[0].size == 16
        assert face_of(rows[0].chars[:2]) == face(fonts.HEI)
        assert rows[0].x0 == near(LEFT) and rows[0].top == near(TOP + GAP / 2)
        assert rows[1].text == title and rows[1].size == 22
        assert rows[1].top == near(TOP + 2 * LINE + GAP / 2)
        assert rows[1].middle == near(MIDDLE)
        assert rows[2].text.startswith(opening)
    assert page_with(content, "2020年11月3日") < page_with(content, "区政协九届四次会议提案交办清单")


@both
def test_imprint_comes_after_the_annexes(make):
    content = make(annexes=(Annex("附件", "提案办理要求", (PARAGRAPH,)),))
    assert page_with(content, "抄送：") == len(pages_of(content)) - 1 == page_with(content, "提案办理要求")


# --- imprint (7.4) --------------------------------------------------------------------------------------------------

IMPRINTS = {
    "short": ("区委办公室",),
    "long": tuple(f"区第{n}承办单位办公室" for n in range(12)),
    "rare": (f"{RARE}委员会", "Office of ABC-2020 & Co"),
}


@pytest.mark.parametrize("copies", IMPRINTS.values(), ids=IMPRINTS)
def test_imprint_hangs_between_its_rules_on_the_foot_of_the_type_area(copies):
    content = notice(copies_to=copies)
    last = len(pages_of(content)) - 1
    picture = picture_of(content, last, dpi=600)
    rules = strokes(black(picture), least=150, dpi=600)[-3:]
    assert [bottom - top for top, bottom in rules] == [pytest.approx(weight, abs=0.05) for weight in (0.35, 0.25, 0.35)]
    assert rules[2][1] == near(BOTTOM)
    for top, bottom in rules:
        left, _, right, _ = ink(black(picture), top=top, bottom=bottom, dpi=600)
        assert (left, right) == (near(LEFT), near(RIGHT))
    rows = [row for row in pages_of(content)[last] if row.size == 14 and rules[0][0] < row.top < BOTTOM]
    *copied, printed = rows
    assert "".join(row.text for row in copied) == "".join(f"抄送：{'，'.join(copies)}。".split())
    assert copied[0].x0 == near(LEFT + SMALL)
    assert all(row.x0 == near(LEFT + 4 * SMALL) for row in copied[1:])
    assert all(row.x1 <= RIGHT - SMALL + 0.1 for row in copied)
    assert rules[0][1] < copied[0].top and copied[-1].bottom < rules[1][0] < rules[1][1] < printed.top
    assert printed.text == "某某市临江区人民政府办公室2020年11月3日印发"
    assert printed.x0 == near(LEFT + SMALL) and printed.x1 == near(RIGHT - SMALL)
    assert face_of(copied[0].chars[:3]) == face(fonts.FANG)


def test_imprint_of_an_office_with_a_long_name_keeps_its_date():
    content = notice(printed_by=ISSUERS[2] * 2, annexes=())
    row = row_with(content, "2020年11月3日印发")
    assert row.part("2020年11月3日印发").x1 == near(RIGHT - SMALL)
    rows = pages_of(content)[-1]
    printed = "".join(row.text for row in rows if row.size == 14)
    assert ISSUERS[2] * 2 in printed.replace("2020年11月3日印发", "")
    assert row.bottom <= BOTTOM


def test_imprint_without_copies_has_two_rules():
    content = notice(copies_to=(), annexes=())
    last = len(pages_of(content)) - 1
    rules = strokes(black(picture_of(content, last, dpi=600)), least=150, dpi=600)
    assert [bottom - top for top, bottom in rules] == [pytest.approx(0.35, abs=0.05)] * 2
    assert rules[1][1] == near(BOTTOM)


# --- pages ----------------------------------------------------------------------------------------------------------


def test_page_numbers_from_page_one_by_parity():
    content = notice()
    pages = pages_of(content)
    assert len(pages) >= 4
    for number, rows in enumerate(pages, 1):
        row = rows[-1]
        assert row.text == f"—{number}—" and row.size == 14
        assert (RIGHT - row.x1 if number % 2 else row.x0 - LEFT) == near(SMALL)
        dash = ink(black(picture_of(content, number - 1)), top=BOTTOM + 1, left=row.x0 - 1, right=row.x0 + 4)
        assert (dash[1], dash[3]) == (near(BOTTOM + 7), near(BOTTOM + 7))


@both
def test_paper_of_one_page_has_all_on_it(make):
    content = make(blocks=(Paragraph("请予支持。"),), attachments=(), annexes=(), is_sealed=True)
    (rows,) = pages_of(content)
    texts = [row.text for row in rows]
    assert "2020年11月3日" in texts and any(text.startswith("抄送：") for text in texts)
    assert (texts[-1] == "—1—") is (make is notice)


@both
def test_text_keeps_to_22_lines_of_28_characters(make):
    content = make(blocks=(Paragraph("各承办单位认真研究委员意见建议逐件制定方案落实责任明确时限" * 60),), annexes=())
    for rows in pages_of(content)[1:3]:
        body = [row for row in rows if row.size == 16]
        assert [len(row.text) for row in body] == [28] * 22
        assert body[0].top == near(TOP + GAP / 2) and body[-1].bottom == near(BOTTOM - GAP / 2)
        for row in body:
            assert (row.x0, row.x1) == (near(LEFT), near(RIGHT))


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_paper_of_60_pages_keeps_its_grid_and_its_numbers(make):
    text = "各承办单位认真研究委员意见建议逐件制定方案落实责任明确时限"
    content = make(blocks=(Paragraph((text * 1300)[: 28 * 22 * 59]),), attachments=(), annexes=(), copies_to=())
    pages = pages_of(content)
    assert len(pages) == 60
    for number, rows in enumerate(pages[1:-1], 2):
        body = [row for row in rows if row.size == 16]
        assert [len(row.text) for row in body] == [28] * 22
        assert rows[-1].text == f"—{number}—"
    assert pages[-1][-1].text == "—60—"
    assert pages[-1][-1].x0 == near(LEFT + SMALL)


# --- drafts ---------------------------------------------------------------------------------------------------------

DRAFTS = {
    "short": "样稿",
    "usual": "样稿：尚未审签，不得寄送",
    "long": f"样稿：第084号提案答复尚未经分管领导审签，仅供核稿使用，{RARE}不得寄送、不得公开、不得引用，" * 2,
    "hostile": '"; } body { display: none } \\27 <b>&lt;url(file:///etc/passwd)',
}


@both
@pytest.mark.parametrize("draft", DRAFTS.values(), ids=DRAFTS)
def test_draft_is_told_on_every_page_outside_the_type_area(make, draft):
    content, plain = make(draft=draft), make()
    assert len(pages_of(content)) == len(pages_of(plain))
    for number, (rows, without) in enumerate(zip(pages_of(content), pages_of(plain), strict=True)):
        framed = [row for row in rows if row.bottom < 18]
        assert "".join(row.text for row in framed) == "".join(draft.split())
        left, top, right, bottom = ink(red(picture_of(content, number)), bottom=25)
        assert left >= LEFT - 0.5 and right <= RIGHT + 0.5 and top >= 5 and bottom <= 18
        assert framed[0].x0 > left and framed[0].x1 < right  # inside its frame
        rest = [(row.text, row.x0, row.baseline) for row in rows if row.bottom >= 18]
        assert rest == [(row.text, row.x0, row.baseline) for row in without]


@both
def test_draft_does_not_come_between_the_text(make):
    for text in extracted(make(draft="样稿：尚未审签")):
        assert text.count("样稿：尚未审签") == 1
        before, after = text.split("样稿：尚未审签")
        assert not before or not re.sub("—[0-9]+—", "", after)


@both
def test_text_extracts_in_the_order_it_is_read(make):
    content = make(
        labels=("特急",), draft="样稿", annexes=notice().annexes, blocks=(Heading(1, "一、总体要求"), PARAGRAPH)
    )
    text = "".join(re.sub("—[0-9]+—|样稿", "", page) for page in extracted(content))
    parts = ["特急", content.issuer, content.number, content.title, "一、总体要求", "各承办单位把提案"]
    parts += ["附件：1.", "2020年11月3日", "附件1", "序号案号", "关于加强轨道", "附件2", "一、时限", "抄送："]
    if make is letter:
        parts = [content.issuer, *parts[2:]]
    places, at = [], 0
    for part in parts:
        at = text.index(part, at)
        places.append(at)
    assert places == sorted(places)
