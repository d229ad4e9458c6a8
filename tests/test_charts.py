"""Charts measured: lengths in proportion, no text over another or beyond the edge, whatever the data."""

import re
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

from apps.documents.charts import Dot, Rect, Stroke, Text, chart_of, grid_steps, labelled, room_of
from apps.documents.content import Bar, Line, Picture
from apps.documents.drawing import WIDTHS, on_page

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
