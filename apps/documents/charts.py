"""Where the marks of a chart stand: pure geometry, from a Picture and a width to rectangles, texts, lines and dots.

Lengths are in the unit of `width` and `size` (px on a page, pt on paper), from the upper left corner; the y of a text
is its baseline. Nothing here knows a colour or a file: see drawing.py.
"""

import unicodedata
from dataclasses import dataclass, replace

from .content import Picture

# in em
LEADING = 1.45  # from one line of text to the next
BAR, BAR_GAP = 1.1, 0.7  # height of a bar, room between two rows
BESIDE = 0.6  # between a bar or an axis and what is written at it
PLOT = 13  # height of the plot of a line chart
ASCENT = 0.88  # of a square above its baseline
BASELINE = (LEADING - 1) / 2 + ASCENT  # from the top of a line of text
WIDE = 30  # from this width on labels stand beside their bars, else above them
LABELS = 0.36  # of the width, at most, for labels beside bars
LEAST = 0.25  # of the width for bars: with less, what is written at them goes below
STEPS = (1, 2, 5)
DOT = 0.3  # half the size of a dot
SHAPES = ("circle", "square", "triangle", "diamond")  # of the lines in their order


@dataclass(frozen=True)
class Rect:
    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Text:
    """`anchor`: which end of the text stands at x: start, middle or end."""

    kind: str
    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True)
class Stroke:
    kind: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Dot:
    kind: str
    x: float
    y: float
    shape: str
    radius: float


@dataclass(frozen=True)
class Chart:
    """`size`: of its text."""

    width: float
    height: float
    size: float
    marks: tuple[Rect | Text | Stroke | Dot, ...]


def chart_of(picture: Picture, width: float, size: float) -> Chart:
    """The marks of a Picture on a ground `width` wide, with texts of `size`. Without data a sentence stands there."""
    return _chart(picture, picture.bars, width, size)


def parted(picture: Picture, width: float, size: float, highest: float) -> list[tuple[Picture, Chart]]:
    """The picture with its chart; in several, none higher than `highest`, where one would be, all on one scale."""
    kept, parts = (), []
    for bar in picture.bars:
        fuller = replace(picture, bars=(*kept, bar))
        if kept and _chart(fuller, picture.bars, width, size).height > highest:
            parts.append(replace(picture, bars=kept))
            kept = ()
        kept = (*kept, bar)
    parts.append(replace(picture, bars=kept))
    return [(part, _chart(part, picture.bars, width, size)) for part in parts]


def _chart(picture, measured, width, size):
    """`measured`: the bars that the scale and the columns are made for."""
    if not picture.bars and not (picture.lines and picture.ticks):
        marks, height = _lines("base", picture.empty, 0, 0, width, size)
        return Chart(width, height, size, tuple(marks))
    above, top = _lines("base", picture.base, 0, 0, width, size)
    top += BAR_GAP * size
    if picture.bars:
        drawn, height = _bar_chart(picture.bars, measured, top, width, size)
    else:
        drawn, height = _line_chart(picture, top, width, size)
    return Chart(width, height, size, (*above, *drawn))


def room_of(text: str, size: float) -> float:
    """The width of a line of text, rather too much than too little: a face is not known here."""
    return size * sum(1 if unicodedata.east_asian_width(c) in "WFA" else 0.64 for c in text)


def wrapped(text: str, room: float, size: float) -> list[str]:
    """The lines of a text that is `room` wide at most; a stop may hang over by a character rather than begin a line."""
    lines = [""]
    for character in text:
        if lines[-1] and room_of(lines[-1] + character, size) > room and character not in "，。；：、）":
            lines.append("")
        lines[-1] += character
    return lines


def _lines(kind, text, x, top, room, size):
    """(marks, bottom) of a text in as many lines as it needs."""
    lines = wrapped(text, room - size, size) if text else []
    marks = [Text(kind, x, top + (place * LEADING + BASELINE) * size, line) for place, line in enumerate(lines)]
    return marks, top + len(lines) * LEADING * size


# --- bars ------------------------------------------------------------------------------------------------------------


def _bar_chart(bars, measured, top, width, size):
    """A row for each bar: its label, the bar from one common line on, and what is written at it."""
    longest = max(room_of(bar.label, size) for bar in measured)
    is_beside = width >= WIDE * size
    left = min(longest + size, LABELS * width) if is_beside else 0
    told = max(room_of(bar.told, size) for bar in measured)
    room = width - left - told - BESIDE * size
    is_below = room < LEAST * width
    room = width - left if is_below else room
    largest = max(1, *(bar.value for bar in measured))
    marks, y = [], top
    for bar in bars:
        scale = room / (bar.whole or largest)
        row, y = _row(bar, (left, y), width, scale, size, is_beside)
        if is_below:
            written, y = _lines("told", bar.told, left, y - BAR_GAP * size, width - left, size)
            row, y = [mark for mark in row if mark.kind != "told"] + written, y + BAR_GAP * size
        marks += row
    if is_beside:
        marks.append(Stroke("axis", ((left, top - BAR_GAP * size / 2), (left, y - BAR_GAP * size / 2))))
    return marks, y


def _row(bar, place, width, scale, size, is_beside):
    """(marks, where the next row begins). `scale`: length of one."""
    left, top = place
    label, bottom = _lines("label", bar.label, 0, top, left if is_beside else width, size)
    if is_beside:
        height = max(bottom - top, BAR * size)
        bar_top = top + (height - BAR * size) / 2
        shift = (height - (bottom - top)) / 2
        label = [Text(one.kind, one.x, one.y + shift, one.text) for one in label]
    else:
        bar_top, height = bottom, bottom - top + BAR * size
        label.append(Stroke("axis", ((0, bar_top), (0, bar_top + BAR * size))))
    marks = [*label]
    if bar.whole:
        marks.append(Rect("track", left, bar_top, bar.whole * scale, BAR * size))
    marks.append(Rect("bar", left, bar_top, bar.value * scale, BAR * size))
    end = left + (bar.whole or bar.value) * scale + BESIDE * size
    marks.append(Text("told", end, bar_top + (BAR / 2 + ASCENT - 0.5) * size, bar.told))
    return marks, top + height + BAR_GAP * size


# --- lines -----------------------------------------------------------------------------------------------------------


def _line_chart(picture, top, width, size):
    """A legend with the shape of each line, the plot over a grid of whole numbers, a tick under each value."""
    marks, top = _legend(picture.lines, top, width, size)
    steps = grid_steps(max(max(line.values) for line in picture.lines))
    half = max(room_of(tick, size) for tick in picture.ticks) / 2
    left = max(room_of(str(steps[-1]), size) + BESIDE * size, half)
    right = width - max(half, DOT * size)
    top, bottom = top + size * 0.8, top + size * (0.8 + PLOT)

    def x_of(place):
        last = len(picture.ticks) - 1
        return left + (right - left) * (place / last if last else 0.5)

    def y_of(value):
        return bottom - (bottom - top) * value / steps[-1]

    for step in steps:
        marks.append(Stroke("grid" if step else "axis", ((left, y_of(step)), (right, y_of(step)))))
        marks.append(Text("scale", left - BESIDE * size, y_of(step) + (ASCENT - 0.5) * size, str(step), "end"))
    for place in labelled(picture.ticks, right - left, size):
        text = picture.ticks[place]
        marks.append(Text("scale", x_of(place), bottom + LEADING * size, text, "middle"))
    for place, line in enumerate(picture.lines):
        points = tuple((x_of(at), y_of(value)) for at, value in enumerate(line.values))
        marks.append(Stroke(f"line-{place + 1}", points))
        marks += [Dot(f"line-{place + 1}", x, y, SHAPES[place], DOT * size) for x, y in points]
    return marks, bottom + (LEADING + 0.6) * size


def _legend(lines, top, width, size):
    marks, x, y = [], 0, top
    for place, line in enumerate(lines):
        written = wrapped(f"{line.name} {line.told}", width - 3.4 * size, size)
        room = max(room_of(each, size) for each in written) + 3 * size
        if x and x + room > width:
            x, y = 0, y + LEADING * size
        middle = y + LEADING / 2 * size
        kind = f"line-{place + 1}"
        marks.append(Stroke(kind, ((x, middle), (x + 2 * size, middle))))
        marks.append(Dot(kind, x + size, middle, SHAPES[place], DOT * size))
        marks += [Text("label", x + 2.4 * size, y + (down * LEADING + BASELINE) * size, each)
                  for down, each in enumerate(written)]  # fmt: skip
        y += (len(written) - 1) * LEADING * size
        x += room + size
    return marks, y + LEADING * size


def grid_steps(largest: int) -> list[int]:
    """Whole numbers from 0 to the first one not below `largest`, five lines at most above 0: 0, 50, 100, 150, 200."""
    power = 1
    while True:
        for step in STEPS:
            if step * power * 5 >= largest:
                count = max(1, -(-largest // (step * power)))
                return [step * power * place for place in range(count + 1)]
        power *= 10


def labelled(ticks: tuple[str, ...], room: float, size: float) -> list[int]:
    """Places of the ticks that have room to be written, evenly apart; the last one always is."""
    widest = max(room_of(tick, size) for tick in ticks) + size
    gap = room / max(1, len(ticks) - 1)
    every = max(1, -(-widest // gap))
    return list(range(len(ticks) - 1, -1, -int(every)))[::-1]
