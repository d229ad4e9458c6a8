"""Charts as they are seen: inline SVG for a page."""

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .charts import Chart, Dot, Rect, Stroke, Text, chart_of
from .content import Picture

TEXT = 16  # px
WIDTHS = {"wide": 560, "narrow": 340}  # px; static/css/pictures.css shows the one that fits


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
        f' height="{_number(chart.height)}"><title id="{key}-title">{escape(picture.title)}</title>'
        f'<desc id="{key}-told">{escape(picture.told)}</desc>{shapes(chart)}</svg>'
    )


def shapes(chart: Chart, attributes=lambda mark: "") -> str:
    """The marks as elements of SVG. `attributes(mark)`: what an element has beside its class and its place."""
    return "".join(_element(mark, f'class="chart-{mark.kind}"{attributes(mark)}') for mark in chart.marks)


def _element(mark, look):
    match mark:
        case Rect():
            numbers = {"x": mark.x, "y": mark.y, "width": mark.width, "height": mark.height}
            return f"<rect {look} {_numbers(numbers)}/>"
        case Text():
            anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
            return f"<text {look}{anchor} {_numbers({'x': mark.x, 'y': mark.y})}>{escape(mark.text)}</text>"
        case Stroke():
            points = " ".join(f"{_number(x)},{_number(y)}" for x, y in mark.points)
            return f'<polyline fill="none" {look} points="{points}"/>'
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
