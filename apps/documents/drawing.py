"""Charts as they are seen: inline SVG for a page and for the PDF of a paper; drawing_png.py draws them for Word."""

from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from . import fonts
from .charts import Chart, Dot, Rect, Stroke, Text, chart_of, parted
from .content import Picture, clean
from .fonts import HEI
from .geometry import CELL_TEXT, TYPE_WIDTH

HIGHEST = 480  # pt, of a picture of a paper: it fits under the title of an annex
NARROW_PAPER = 235  # pt, of a paper on a telephone: its text is some 16 px there
TEXT = 16  # px
WIDTHS = {"wide": 560, "narrow": 340}  # px; static/css/pictures.css shows the one that fits


@dataclass(frozen=True)
class Look:
    """How marks of a kind are printed: colours as hex, widths and dashes in pt. `dot`: what fills its dots."""

    fill: str = ""
    stroke: str = ""
    width: float = 0
    dash: tuple[float, float] = ()
    dot: str = ""


LOOKS = {
    "base": Look("#333333"),
    "label": Look("#111111"),
    "told": Look("#111111"),
    "scale": Look("#333333"),
    "bar": Look("#1d4f91"),
    "track": Look("#ffffff", "#8a94a6", 0.5),
    "axis": Look(stroke="#333333", width=1),
    "grid": Look(stroke="#c9ced6", width=0.5),
    "line-1": Look(stroke="#1d4f91", width=1.6, dot="#1d4f91"),
    "line-2": Look(stroke="#1d6b3a", width=1.6, dash=(6, 3), dot="#ffffff"),
    "line-3": Look(stroke="#7a4b00", width=1.6, dash=(1.5, 3), dot="#7a4b00"),
}


def for_paper(picture: Picture) -> list[tuple[Picture, Chart]]:
    """The picture as wide as the type area, in several where one would be too high; lengths in pt."""
    return parted(picture, TYPE_WIDTH, CELL_TEXT, HIGHEST)


def alternative(picture: Picture) -> str:
    """What a picture says to those who cannot see it."""
    return clean(f"{picture.title}：{picture.told}")


def on_paper(picture: Picture, chart: Chart) -> str:
    """The chart as SVG for the PDF, in the faces of the paper; every text is escaped.

    Its looks are attributes: the renderer's style sheet does not reach into SVG.
    """
    families = ", ".join(f'"{family}"' for family in fonts.families(HEI))
    return _with_looks(picture, chart, "paper-chart", f' font-family="{escape(families)}"')


def on_screen(picture: Picture) -> str:
    """The picture of a paper that is shown in a page, for a desktop and for a telephone; one of them is shown."""
    return "".join(
        _with_looks(picture, chart_of(picture, width, CELL_TEXT), name)
        for width, name in ((TYPE_WIDTH, "paper-chart"), (NARROW_PAPER, "paper-chart-narrow"))
    )


def _with_looks(picture, chart, name, face=""):
    told = escape(alternative(picture))
    return (
        f'<svg class="{name}" role="img" aria-label="{told}" font-size="{_number(chart.size)}"{face}'
        f' viewBox="0 0 {_number(chart.width)} {_number(chart.height)}"><title>{told}</title>{shapes(chart, _printed)}'
        "</svg>"
    )


def _printed(mark):
    look = LOOKS[mark.kind]
    fill = look.dot if isinstance(mark, Dot) else look.fill or "none"
    stroke = f' stroke="{look.stroke}" stroke-width="{look.width}"' if look.stroke else ""
    dash = f' stroke-dasharray="{look.dash[0]} {look.dash[1]}"' if look.dash and isinstance(mark, Stroke) else ""
    return f'fill="{fill}"{stroke}{dash}'


def on_page(picture: Picture, key: str) -> SafeString:
    """The picture as SVG for a desktop and for a telephone, one of which is shown. `key`: unlike those of its page.

    Classes only, their colours are those of static/css/pictures.css; every text is escaped.
    """
    return mark_safe("".join(_svg(chart_of(picture, width, TEXT), picture, f"{key}-{name}", name)
                             for name, width in WIDTHS.items()))  # fmt: skip


def _svg(chart, picture, key, name):
    return (
        f'<svg class="chart chart-{name}" role="img" aria-labelledby="{key}-title {key}-told" font-size="{chart.size}"'
        f' viewBox="0 0 {_number(chart.width)} {_number(chart.height)}" width="{_number(chart.width)}"'
        f' height="{_number(chart.height)}"><title id="{key}-title">{escape(clean(picture.title))}</title>'
        f'<desc id="{key}-told">{escape(clean(picture.told))}</desc>{shapes(chart, _named)}</svg>'
    )


def _named(mark):
    return f'class="chart-{mark.kind}"'


def shapes(chart: Chart, look) -> str:
    """The marks as elements of SVG. `look(mark)`: the attributes that an element has beside its place."""
    return "".join(_element(mark, look(mark)) for mark in chart.marks)


def _element(mark, look):
    match mark:
        case Rect():
            numbers = {"x": mark.x, "y": mark.y, "width": mark.width, "height": mark.height}
            return f"<rect {look} {_numbers(numbers)}/>"
        case Text():
            anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
            return f"<text {look}{anchor} {_numbers({'x': mark.x, 'y': mark.y})}>{escape(clean(mark.text))}</text>"
        case Stroke():
            points = " ".join(f"{_number(x)},{_number(y)}" for x, y in mark.points)
            return f'<polyline {look} points="{points}"/>'
        case Dot(shape="circle"):
            return f"<circle {look} {_numbers({'cx': mark.x, 'cy': mark.y, 'r': mark.radius})}/>"
        case Dot():
            points = " ".join(f"{_number(x)},{_number(y)}" for x, y in corners(mark))
            return f'<polygon {look} points="{points}"/>'


def corners(dot: Dot) -> list[tuple[float, float]]:
    """The corners of a dot that has some."""
    x, y, r = dot.x, dot.y, dot.radius
    if dot.shape == "square":
        return [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)]
    if dot.shape == "triangle":
        return [(x, y - 1.2 * r), (x + 1.2 * r, y + r), (x - 1.2 * r, y + r)]
    return [(x, y - 1.3 * r), (x + 1.3 * r, y), (x, y + 1.3 * r), (x - 1.3 * r, y)]


def _numbers(values):
    return " ".join(f'{name}="{_number(value)}"' for name, value in values.items())


def _number(value):
    return f"{value:.2f}".rstrip("0").rstrip(".")
