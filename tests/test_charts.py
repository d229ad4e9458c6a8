"""Charts measured: lengths in proportion, no text over another or beyond the edge, whatever the data."""

import io
import re
import zipfile
from dataclasses import replace
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pdfplumber
import pytest
from PIL import Image

from apps.documents.charts import Dot, Rect, Stroke, Text, chart_of, grid_steps, labelled, room_of
from apps.documents.content import Annex, Bar, Line, Picture, clean
from apps.documents.drawing import HIGHEST, WIDTHS, for_paper, on_page
from apps.documents.fonts import MissingGlyph
from apps.documents.kept import as_data, from_data
from apps.documents.paper import paper_html, paper_pdf
from apps.documents.word import paper_docx
from tests.measuring import BARS, HIGH, HOSTILE, LEFT, LINES, MM, RIGHT, TOP, notice, pdf_of
from tests.test_paper_texts import assert_harmless

SIZE = 16
WIDTH = pytest.mark.parametrize("width", WIDTHS.values())
UNITS = [f"区{'住房和城乡建设管理' * (place % 4)}第{place}委员会" for place in range(40)]


def bars(values, wholes=None, labels=None):
    wholes = wholes or [0] * len(values)
    labels = labels or [f"第{place}类" for place in range(len(values))]
    made = [
        Bar(label, value, f"{value}件，占{whole}件的50.0%" if whole else f"{value}件", whole)
        for label, value, whole in zip(labels, values, wholes, strict=True)
    ]
    return Picture("办理结果", "占全部承办单位都已答复的197件提案", bars=tuple(made))


def lines(*values, ticks=None):
    ticks = ticks or tuple(f"{month % 12 + 1}月" for month in range(len(values[0])))
    named = zip(("已交办", "已答复", "已办结"), values, strict=False)
    made = [Line(name, tuple(each), f"{each[-1]}件") for name, each in named]
    return Picture("办理进度", "每月末累计件数", lines=tuple(made), ticks=ticks)


def of(chart, kind, what):
    return [mark for mark in chart.marks if isinstance(mark, what) and mark.kind == kind]


def box(text, size=SIZE):
    """(left, top, right, bottom) of the square of its characters."""
    room = room_of(text.text, size)
    left = text.x - {"start": 0, "middle": room / 2, "end": room}[text.anchor]
    return left, text.y - 0.88 * size, left + room, text.y + 0.12 * size


def check_no_overlap(chart):
    """No text lies over another one, over a bar, or beyond the edge."""
    boxes = [(mark, box(mark, chart.size)) for mark in chart.marks if isinstance(mark, Text)]
    rects = [(mark, (mark.x, mark.y, mark.x + mark.width, mark.y + mark.height))
             for mark in chart.marks if isinstance(mark, Rect)]  # fmt: skip
    for mark, (left, top, right, bottom) in boxes:
        assert left > -0.5 and top > -0.5 and right < chart.width + 0.5 and bottom < chart.height + 0.5, mark
    pairs = [*combinations(boxes, 2), *((text, rect) for text in boxes for rect in rects)]
    for (one, a), (other, b) in pairs:
        apart = a[2] <= b[0] + 0.5 or b[2] <= a[0] + 0.5 or a[3] <= b[1] + 0.5 or b[3] <= a[1] + 0.5
        assert apart, (one, other)


@WIDTH
def test_bars_without_a_whole_are_as_long_as_their_values_and_the_longest_fills_its_room(width):
    values = [197, 98, 5, 1, 0]
    chart = chart_of(bars(values), width, SIZE)
    lengths = [mark.width for mark in of(chart, "bar", Rect)]
    for value, length in zip(values, lengths, strict=True):
        assert length == pytest.approx(lengths[0] * value / 197, abs=0.5)
    assert lengths[0] > width / 3 and lengths[-1] == 0
    check_no_overlap(chart)


@WIDTH
def test_a_bar_fills_as_much_of_its_track_as_its_part_is_of_the_whole(width):
    parts = [(9, 10), (1, 2), (0, 7), (21, 21), (2, 3)]
    chart = chart_of(bars(*zip(*parts, strict=True)), width, SIZE)
    tracks, filled = of(chart, "track", Rect), of(chart, "bar", Rect)
    for (value, whole), track, bar in zip(parts, tracks, filled, strict=True):
        assert bar.width == pytest.approx(track.width * value / whole, abs=0.5)
        assert (bar.x, bar.y, bar.height) == (track.x, track.y, track.height)
    assert len({round(track.width, 3) for track in tracks}) == 1
    check_no_overlap(chart)


@WIDTH
def test_one_huge_value_leaves_the_others_short_and_each_is_told(width):
    chart = chart_of(bars([1_000_000, 1, 0]), width, SIZE)
    huge, one, none = (mark.width for mark in of(chart, "bar", Rect))
    assert one == pytest.approx(huge / 1_000_000, abs=0.5) and none == 0
    assert [mark.text for mark in of(chart, "told", Text)] == ["1000000件", "1件", "0件"]
    check_no_overlap(chart)


@WIDTH
def test_forty_categories_with_long_names_stand_apart_and_lose_nothing(width):
    chart = chart_of(bars(range(40), [40] * 40, UNITS), width, SIZE)
    assert len(of(chart, "bar", Rect)) == 40
    assert "".join(mark.text for mark in of(chart, "label", Text)) == "".join(UNITS)
    check_no_overlap(chart)


@WIDTH
def test_what_is_too_long_to_stand_at_a_bar_stands_below_it_whole(width):
    told = "12件，占本单位主办、分办而已答复且答复日期和期限都有记录的承办件30件的40.0%"
    two = (Bar("区住建委", 12, told, 30), Bar("区教委", 0, told, 1))
    chart = chart_of(Picture("按期", "基数", bars=two), width, SIZE)
    assert "".join(mark.text for mark in of(chart, "told", Text)) == told * 2
    assert of(chart, "bar", Rect)[0].width == pytest.approx(of(chart, "track", Rect)[0].width * 0.4, abs=0.5)
    check_no_overlap(chart)
    long = Line("已答复提案的件数" * 6, (1, 2), "2件")
    check_no_overlap(chart_of(Picture("进度", "", lines=(long, long), ticks=("1月", "2月")), width, SIZE))


@WIDTH
def test_all_zero_draws_no_bar_and_says_so_at_each(width):
    chart = chart_of(bars([0, 0]), width, SIZE)
    assert [mark.width for mark in of(chart, "bar", Rect)] == [0, 0]
    assert [mark.text for mark in of(chart, "told", Text)] == ["0件", "0件"]


@WIDTH
@pytest.mark.parametrize(
    "picture",
    [
        Picture("办理结果", "基数", empty="还没有答复。"),
        Picture("进度", "基数", lines=(Line("已交办", (), "0件"),), empty="还没有答复。"),
    ],
)
def test_no_data_is_a_sentence(picture, width):
    chart = chart_of(picture, width, SIZE)
    assert [mark.text for mark in chart.marks] == ["还没有答复。"]
    assert "还没有答复。" in on_page(picture, "x")


@WIDTH
@pytest.mark.parametrize("count", [1, 2, 8, 12, 24])
def test_points_of_lines_are_as_high_as_their_values_and_evenly_apart(width, count):
    values = [
        [197 * (place + 1) // count for place in range(count)],
        [0] * count,
        [place // 2 for place in range(count)],
    ]
    chart = chart_of(lines(*values), width, SIZE)
    axis = of(chart, "axis", Stroke)[0].points[0][1]
    scale = {int(mark.text): mark.y for mark in of(chart, "scale", Text) if mark.anchor == "end"}
    per_one = (scale[0] - scale[max(scale)]) / max(scale)
    for number, wanted in enumerate(values, start=1):
        line = of(chart, f"line-{number}", Stroke)[1]  # the first one is in the legend
        for (_, y), value in zip(line.points, wanted, strict=True):
            assert axis - y == pytest.approx(value * per_one, abs=0.5)
        steps = [after[0] - before[0] for before, after in pairwise(line.points)]
        assert all(step == pytest.approx(steps[0], abs=0.5) for step in steps)
    check_no_overlap(chart)


def test_each_line_has_a_shape_of_its_own_and_the_legend_names_it():
    chart = chart_of(lines([1, 2], [1, 1], [0, 1]), 340, SIZE)
    shapes = {mark.kind: mark.shape for mark in chart.marks if isinstance(mark, Dot)}
    assert len(set(shapes.values())) == 3
    assert [mark.text for mark in of(chart, "label", Text)] == ["已交办 2件", "已答复 1件", "已办结 1件"]


@pytest.mark.parametrize("largest", [0, 1, 2, 3, 5, 7, 10, 11, 47, 99, 100, 197, 1001, 123_456])
def test_the_grid_has_few_whole_numbers_and_reaches_the_largest(largest):
    steps = grid_steps(largest)
    assert steps[0] == 0 and steps[-1] >= max(1, largest) and 2 <= len(steps) <= 6
    assert len({after - before for before, after in pairwise(steps)}) == 1
    assert steps[-1] - (steps[1] - steps[0]) < max(1, largest)  # no empty step above it


def test_of_many_ticks_those_are_written_that_have_room_the_last_always():
    ticks = tuple(f"{place}月" for place in range(1, 25))
    places = labelled(ticks, 300, SIZE)
    assert places[-1] == 23 and 3 < len(places) < 24
    assert len({after - before for before, after in pairwise(places)}) == 1


def test_the_svg_is_an_image_with_words_without_style_or_script_and_text_stays_text():
    hostile = Picture("<b>结果</b>", '基"数', bars=(Bar("<script>alert(1)</script>", 3, "3件&", 4),))
    markup = on_page(hostile, "of")
    for svg in ElementTree.fromstring(f"<page>{markup}</page>"):
        assert svg.get("role") == "img"
        named = {part.get("id"): part.text for part in svg if part.get("id")}
        assert [named[key] for key in svg.get("aria-labelledby").split()] == [hostile.title, hostile.told]
        assert {part.tag for part in svg.iter()} <= {"svg", "title", "desc", "rect", "text", "polyline"}
        assert not any(part.get("style") for part in svg.iter())
        assert "<script>alert(1)</script>" in "".join(part.text or "" for part in svg.iter("text"))
    ids = re.findall(r' id="([^"]+)"', markup)
    assert len(ids) == len(set(ids)) == 4


def test_lines_over_the_wrong_number_of_ticks_are_refused():
    with pytest.raises(ValueError, match="2 values over 3 ticks"):
        Picture("进度", "", lines=(Line("已交办", (1, 2), ""),), ticks=("1月", "2月", "3月"))


# --- on paper --------------------------------------------------------------------------------------------------------

PICTURED = notice(annexes=(Annex("附件", "提案办理情况图表", (BARS, LINES)),))
BLUE = (0x1D, 0x4F, 0x91)


def annex_page(paper):
    """The last page as pdfplumber reads it."""
    with pdfplumber.open(io.BytesIO(pdf_of(paper))) as pdf:
        page = pdf.pages[-1]
        return page.rects, page.extract_words(), page.curves, page.images


def test_bars_of_the_pdf_are_vectors_in_proportion_inside_the_type_area():
    rects, words, _, images = annex_page(PICTURED)
    blue = [one for one in rects if one["non_stroking_color"] and
            tuple(round(c * 255) for c in one["non_stroking_color"]) == BLUE]  # fmt: skip
    tracks = [one for one in rects if one["stroke"] and one["height"] > 8]
    assert not images
    lengths = {round(one["width"], 2) for one in tracks}
    (whole,) = lengths
    bars = sorted((one["width"] for one in blue), reverse=True)
    assert bars[0] == pytest.approx(whole * 183 / 197, abs=0.5) and bars[1] == pytest.approx(whole * 9 / 197, abs=0.5)
    for one in (*blue, *tracks):
        assert one["x0"] > LEFT * MM - 1 and one["x1"] < RIGHT * MM + 1
    for word in words:
        assert word["x0"] > LEFT * MM - 1 and word["x1"] < RIGHT * MM + 1, word["text"]
    assert {"183件", "9件", "0件"} <= {word["text"] for word in words}


def test_a_picture_too_high_for_a_page_goes_on_on_the_next_on_the_same_scale():
    long = Bar("名称很长的承办单位", 3, "3件，占本单位主办的4件")  # only the last part has it
    bars = (*HIGH.bars, long)
    parts = for_paper(replace(HIGH, bars=bars))
    assert len(parts) == 3 and tuple(bar for part, _ in parts for bar in part.bars) == bars
    assert all(chart.height <= HIGHEST for _, chart in parts)
    scales = {
        round(mark.width / bar.value, 3)
        for part, chart in parts
        for mark, bar in zip(of(chart, "bar", Rect), part.bars, strict=True)
        if bar.value
    }
    assert len(scales) == 1
    with pdfplumber.open(io.BytesIO(pdf_of(notice(annexes=(Annex("附件", "图表", (HIGH,)),))))) as pdf:
        for page in pdf.pages[-3:]:
            told = [word for word in page.extract_words() if "占4件" in word["text"]]
            assert told and all(word["top"] > TOP * MM and word["bottom"] < 262 * MM for word in told)


def test_the_file_for_word_holds_the_drawing_and_its_words():
    with zipfile.ZipFile(io.BytesIO(paper_docx(PICTURED))) as package:
        document = package.read("word/document.xml").decode()
        pictures = [package.read(name) for name in package.namelist() if name.startswith("word/media/")]
    assert re.findall(r'descr="(办理\w+)：', document) == ["办理结果", "办理进度"]
    first, second = runs_of_blue(pictures[0])
    assert second == pytest.approx(first * 9 / 183, abs=3)
    assert Image.open(io.BytesIO(pictures[0])).width == pytest.approx(156 / 25.4 * 200, abs=2)


def runs_of_blue(png):
    """Lengths in pixels of the blue bars: one for each row of them, thin lines left out."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    found = []
    for y in range(image.height):
        row = [sum(abs(a - b) for a, b in zip(image.getpixel((x, y)), BLUE, strict=True)) < 60
               for x in range(image.width)]  # fmt: skip
        found.append(sum(row))
    bars, inside = [], []
    for length in [*found, 0]:
        if length > 8:
            inside.append(length)
        elif inside:
            if len(inside) > 20:
                bars.append(sorted(inside)[len(inside) // 2])
            inside = []
    return bars


def test_the_same_picture_gives_the_same_bytes_and_comes_back_from_what_is_kept():
    assert paper_pdf(PICTURED) == paper_pdf(PICTURED) and paper_docx(PICTURED) == paper_docx(PICTURED)
    assert from_data(as_data(PICTURED)) == PICTURED


def test_a_paper_on_the_screen_shows_its_pictures_with_their_words():
    page = str(paper_html(PICTURED))
    assert page.count("<svg") == 4 and "style=" not in page
    assert 'aria-label="办理结果：占全部承办单位都已答复的197件提案。' in page
    hostile = replace(BARS, title="<i>", bars=(Bar('"><script>', 1, "<b>", 2),))
    assert "<script>" not in str(paper_html(notice(annexes=(Annex("附件", "图", (hostile,)),))))


def test_hostile_texts_of_a_picture_are_printed_as_they_are_and_do_nothing():
    texts = ["".join(HOSTILE), "甲\x00乙\u202e丙"]
    for text in texts:
        bars = replace(BARS, title=text, base=text, bars=(Bar(text, 1, text, 2),))
        made = Line(text, (1, 2), text)
        paper = notice(annexes=(Annex("附件", "图", (bars, replace(LINES, lines=(made,), ticks=("1月", "2月")))),))
        assert "\x00" not in str(paper_html(paper)) and "<script>" not in str(paper_html(paper))
        assert_harmless(pdf_of(paper))
        written = "".join("".join(word["text"] for word in annex_page(paper)[1]).split())
        assert "".join(clean(text).split())[-12:] in written
        assert paper_docx(paper)


def test_a_character_that_no_face_has_is_named_before_anything_is_printed():
    for field in ("title", "base"):
        with pytest.raises(MissingGlyph, match="U\\+E123"):
            paper_pdf(notice(annexes=(Annex("附件", "图", (replace(BARS, **{field: "图\ue123"}),)),)))
    with pytest.raises(MissingGlyph, match="U\\+E123"):
        paper_pdf(notice(annexes=(Annex("附件", "图", (replace(BARS, bars=(Bar("\ue123", 1, "1件"),)),)),)))
