"""Letters measured against GB/T 9704-2012 (信函格式), and what every paper has in common: text, fonts, the file."""

import io
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from django.core import checks
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from apps.documents import fonts
from apps.documents.content import Heading, Letter, Paragraph
from apps.documents.paper import paper_html, paper_pdf
from apps.documents.titles import break_title
from tests.measuring import (
    BOTTOM,
    CHARACTER,
    HOSTILE,
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
    pdf_of,
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


# --- what a letter may contain --------------------------------------------------------------------------------------


def hostile_letter():
    everything = "".join(HOSTILE)
    return letter(
        issuer=HOSTILE[0],
        number=HOSTILE[1],
        title=everything,
        addressee=HOSTILE[3],
        blocks=(Heading(1, everything), Paragraph(everything, lead=HOSTILE[2]), Paragraph("正文")),
        signature=HOSTILE[1],
        copies_to=HOSTILE,
        attachments=HOSTILE,
        language='zh"><script>',
        remark=everything,
    )


def test_hostile_text_is_printed_as_plain_text():
    printed = "".join(row.text for rows in pages_of(hostile_letter()) for row in rows)
    for text in HOSTILE:
        assert printed.count("".join(text.split())) >= 3, text
    with pikepdf.open(io.BytesIO(pdf_of(hostile_letter()))) as pdf:
        assert not pdf.attachments
        assert "/Names" not in pdf.Root or "/EmbeddedFiles" not in pdf.Root.Names
        assert not any("/Annots" in page for page in pdf.pages)
        assert "/AA" not in pdf.Root and "/OpenAction" not in pdf.Root


def test_hostile_text_is_escaped_on_the_screen():
    html = paper_html(hostile_letter())
    tags = {tag.lower() for tag in re.findall(r"</?([a-zA-Z][^\s>/]*)", html)}
    assert tags <= {"article", "header", "footer", "div", "p", "span", "h1", "h2", "h3", "h4"}
    assert "style=" not in html and not re.search(r"<[^>]*\son", html)
    assert set(re.findall(r'class="([^"]*)"', html)) and all(
        name.startswith("paper") for names in re.findall(r'class="([^"]*)"', html) for name in names.split()
    )


def test_screen_shows_every_text_once():
    text = re.sub("<[^>]*>", "", paper_html(letter())).replace("\u200b", "")
    for part in ("临江府函〔2020〕28号", "区政协：", "一、总体情况", "2020年11月3日", "抄送：区政协提案委员会，"):
        assert text.count(part) == 1, part


def test_invisible_characters_are_not_printed():
    content = letter(blocks=(Paragraph("甲\u202e乙\u200b丙\x00丁\ufeff戊\u3000己\n\n  庚辛"),))
    assert row_with(content, "甲").text == "甲乙丙丁戊己"
    assert row_with(content, "庚").x0 == near(LEFT + 2 * CHARACTER)


@pytest.mark.parametrize("field", ["issuer", "title", "number", "signature", "addressee"])
def test_missing_glyph_is_an_error_that_names_the_character(field):
    with pytest.raises(fonts.MissingGlyph, match=r"U\+1F600") as error:
        paper_pdf(letter(**{field: "甲😀乙"}))
    assert error.value.characters == ("😀",)


def test_missing_glyphs_are_listed_once_in_order():
    assert fonts.missing_glyphs(f"{RARE} 甲乙，Az09\n") == []
    assert fonts.missing_glyphs("甲\u0378😀乙😀\ud800") == ["\u0378", "😀", "\ud800"]
    with pytest.raises(fonts.MissingGlyph, match="D800"):
        paper_pdf(letter(blocks=(Paragraph("甲\ud800"),)))


def test_headings_have_three_levels():
    for wrong in (0, 4):
        with pytest.raises(ValueError, match="level"):
            Heading(wrong, "一")


def test_letter_of_next_to_nothing_prints():
    empty = Letter("", "", "", "", (), "", None)
    assert pdf_of(empty).startswith(b"%PDF")
    assert paper_html(empty)


# --- the file -------------------------------------------------------------------------------------------------------


def test_file_is_archivable_tagged_and_described():
    with pikepdf.open(io.BytesIO(pdf_of(letter()))) as pdf:
        assert pdf.open_metadata().pdfa_status == "3U"
        assert str(pdf.Root.Lang) == "zh-CN"
        assert pdf.Root.MarkInfo.Marked and "/StructTreeRoot" in pdf.Root
        assert str(pdf.docinfo.Title) == letter().title
        assert str(pdf.docinfo.Author) == letter().issuer
        assert "/CreationDate" not in pdf.docinfo
        fonts_used = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert fonts_used and all(re.match(r"/[A-Z]{6}\+", str(font.BaseFont)) for font in fonts_used)


def test_text_extracts_in_reading_order():
    document = pypdfium2.PdfDocument(pdf_of(letter()))
    page = document[0].get_textpage()
    text = "".join(page.get_text_range().split())
    document.close()
    parts = [
        ISSUERS[1],
        "临江府函〔2020〕28号",
        "".join(letter().title),
        "区政协：",
        "一、总体情况",
        "（一）领导重视。各承办",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_same_content_gives_the_same_bytes_in_any_thread():
    short = letter(blocks=(PARAGRAPH,))
    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(paper_pdf, [short] * 6)) == {pdf_of(short)}
    assert paper_pdf(replace(short, number="临江府函〔2020〕29号")) != pdf_of(short)


FRESH = """
import datetime, hashlib, os, sys, time
from django.conf import settings
settings.configure(FONTS_DIR=sys.argv[1], USE_TZ=True)
from apps.documents.content import Letter, Paragraph
from apps.documents.paper import paper_pdf
content = Letter("临江区人民政府", "临江府函〔2020〕1号", "关于办理情况的通报", "区政协",
                 (Paragraph("䶮办理提案委员建议承办单位方案责任" * int(sys.argv[3])),), "临江区人民政府",
                 datetime.date(2020, 11, 3))
before = time.process_time()
pdf = paper_pdf(content)
took = time.process_time() - before
assert paper_pdf(content) == pdf
if not os.fork():
    os._exit(0 if paper_pdf(content) == pdf else 3)
assert os.wait()[1] == 0
sys.stdout.write(f"{hashlib.sha256(pdf).hexdigest()} {took}")
open(sys.argv[2], "wb").write(pdf)
"""


def rendered_afresh(fonts_dir, target, length=10):
    """Digest and seconds of work of a letter, rendered by a new process, which renders it again, as its fork does."""
    command = [
        sys.executable,
        "-W",
        "ignore::DeprecationWarning",
        "-c",
        FRESH,
        str(fonts_dir),
        str(target),
        str(length),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    digest, seconds = done.stdout.split()
    return digest, float(seconds)


def test_new_processes_and_forks_give_the_same_bytes(tmp_path):
    first, _ = rendered_afresh(tmp_path, tmp_path / "1.pdf")
    second, _ = rendered_afresh(tmp_path, tmp_path / "2.pdf")
    assert first == second


def test_first_letter_of_a_process_is_ready_in_three_seconds(tmp_path):
    _, seconds = rendered_afresh(tmp_path, tmp_path / "1.pdf", length=240)
    with pikepdf.open(tmp_path / "1.pdf") as pdf:
        assert len(pdf.pages) == 8
    assert seconds < 3


def test_face_in_the_fonts_folder_serves(tmp_path):
    face = fonts.faces(fonts.FANG)[0]
    with TTFont(face.path, fontNumber=face.index) as font:
        subsetter = Subsetter(Options(name_IDs=["*"], notdef_outline=True))
        subsetter.populate(text="办理提案委员")
        subsetter.subset(font)
        for record in font["name"].names:
            if record.nameID in (1, 3, 4, 6, 16):
                record.string = "FangSong_GB2312"
        if "CFF " in font:
            font["CFF "].cff.fontNames = ["FangSong_GB2312"]
        font.save(tmp_path / "office.otf")
    rendered_afresh(tmp_path, tmp_path / "1.pdf")
    with pikepdf.open(tmp_path / "1.pdf") as pdf:
        names = {str(font.BaseFont) for font in pdf.pages[0].Resources.Font.values()}
    assert any("GB2312" in name for name in names), names


def test_start_up_check_names_each_substitution_only_when_deploying(monkeypatch):
    found = checks.run_checks(tags=["documents"], include_deployment_checks=True)
    assert [message.msg.split("：")[0] for message in found] == [item.label for item in fonts.substitutions()]
    for message, item in zip(found, fonts.substitutions(), strict=True):
        assert isinstance(message, checks.Warning)
        assert item.wanted in message.msg and item.serving in message.msg
    monkeypatch.setattr(fonts, "substitutions", None)  # would fail if it were asked
    assert "documents" not in checks.registry.registry.tags_available()
