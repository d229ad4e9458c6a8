"""Charts as PNG, for Word and WPS, which draw no SVG that all of them know."""

import functools
import io
from itertools import pairwise
from math import dist

from PIL import Image, ImageDraw, ImageFont

from . import fonts
from .charts import Chart, Dot, Rect, Stroke, Text
from .content import clean
from .drawing import LOOKS, corners
from .fonts import HEI

DPI = 200
COLOURS = 64
FINER = 2  # drawn so many times larger: Pillow has no smooth edges of its own


def png_of(chart: Chart) -> bytes:
    """The chart at DPI, its lengths taken as pt; the same chart gives the same bytes.

    For functions that run `renderer.in_turn` only: it measures glyphs.
    """
    scale = DPI / 72 * FINER
    image = Image.new("RGB", (round(chart.width * scale), round(chart.height * scale)), "white")
    pen = ImageDraw.Draw(image)
    for mark in chart.marks:
        _draw(pen, mark, scale, chart.size)
    small = image.resize((image.width // FINER, image.height // FINER), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    small = small.quantize(COLOURS)  # a third of the size, and nothing to be seen of it
    small.save(stream, "PNG", dpi=(DPI, DPI), optimize=True)
    return stream.getvalue()


def _draw(pen, mark, scale, size):
    look = LOOKS[mark.kind]
    line = round(look.width * scale)
    match mark:
        case Text():
            _write(pen, mark, scale, size, look.fill)
        case Rect() if mark.width > 0 or look.stroke:
            box = [mark.x * scale, mark.y * scale, (mark.x + mark.width) * scale, (mark.y + mark.height) * scale]
            pen.rectangle(box, look.fill, look.stroke or None, line)
        case Stroke():
            for start, end in dashes(mark.points, look.dash):
                pen.line([_scaled(start, scale), _scaled(end, scale)], look.stroke, line)
        case Dot(shape="circle"):
            pen.circle((mark.x * scale, mark.y * scale), mark.radius * scale, look.dot, look.stroke, line)
        case Dot():
            pen.polygon([_scaled(corner, scale) for corner in corners(mark)], look.dot, look.stroke, line)


def _scaled(point, scale):
    return point[0] * scale, point[1] * scale


def _write(pen, text, scale, size, colour):
    words = clean(text.text)
    room = fonts.ink_of(words, HEI, size).advance
    x = text.x - {"start": 0, "middle": room / 2, "end": room}[text.anchor]
    for character in words:
        face = fonts.face_of(character, HEI) or fonts.faces(HEI)[0]
        font = _font(face.path, face.index, round(size * scale))
        pen.text((x * scale, text.y * scale), character, colour, font, "ls")
        x += fonts.ink_of(character, HEI, size).advance


@functools.lru_cache(maxsize=8)
def _font(path, index, size):
    return ImageFont.truetype(path, size, index=index, layout_engine=ImageFont.Layout.BASIC)


def dashes(points, dash):
    """The pieces of a line through points that are drawn, as pairs of points: all of it, or dashes along it."""
    if not dash:
        return list(pairwise(points))
    drawn, gap = dash
    found, done = [], 0.0  # length since a dash began
    for start, end in pairwise(points):
        length, at = dist(start, end), 0.0
        while length - at > 1e-9:
            is_drawn = done < drawn
            step = min((drawn if is_drawn else drawn + gap) - done, length - at)
            if is_drawn:
                found.append((_between(start, end, at / length), _between(start, end, (at + step) / length)))
            at, done = at + step, done + step
            done = 0.0 if done >= drawn + gap - 1e-9 else done
    return found


def _between(start, end, part):
    return tuple(a + (b - a) * part for a, b in zip(start, end, strict=True))
