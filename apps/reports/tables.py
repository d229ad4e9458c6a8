"""The figures of a session as tables for a page, every share beside its base, every count a way to its proposals."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from apps.proposals.workflow import ENDED_PROPOSALS, ProposalState

FIGURES = {
    ("received",): "收到提案",
    **{(str(state),): state.label for state in ENDED_PROPOSALS},
    ("total",): "计入总数",
    ("key",): "重点提案",
    ("assigned",): "已交办",
    ("replied",): "已答复",
    ("not_replied",): "尚未答复",
    ("offline",): "线下办结的涉密提案",
    ("closed",): "已办结",
    ("open",): "未办结",
    ("unclassified",): "已答复而没有办理结果",
    ("ratings", "returned"): "已收回",
    ("ratings", "not_returned"): "未收回",
    ("ratings", "to_confirm"): "待审核确认",
    ("ratings", "confirmed"): "已确认",
    ("satisfied",): "计为满意",
    ("rehandled",): "二次办理",
}
SPLITS = {
    ("states",): "状态",
    ("classes",): "办理结果",
    ("ratings",): "回执",
    ("ratings", "final"): "最终评价",
    ("ratings", "first"): "首次评价",
    ("categories",): "提案类别",
    ("kinds",): "提案类型",
}
OF_UNITS = {"lead": "主办", "assist": "协办", "replied": "已答复", "on_time": "按期答复"}
SEPARATOR = "~"  # between the parts of a figure's path in an address: classes~A
LISTED = {  # figures that a filter of the list shows by its name: path → (filter, value or None for the part's)
    ("key",): ("key", "on"),
    ("closed",): ("state", "closed"),
    ("classes",): ("result", None),
    ("ratings", "final"): ("rating", None),
}


@dataclass(frozen=True)
class Row:
    label: str
    count: int
    percent: str | None = None
    url: str = ""  # the list of the proposals behind it


@dataclass(frozen=True)
class Table:
    """`base`: what the shares are shares of, in words; "" where there are none."""

    caption: str
    rows: tuple[Row, ...]
    base: str = ""


def part_label(path):
    """What a figure is called beside others of its kind: A类, 满意, 收到提案."""
    if path in FIGURES:
        return FIGURES[path]
    if path[0] == "units":
        return OF_UNITS[path[-1]]
    if path[0] == "states":
        return ProposalState(path[-1]).label
    return f"{path[-1]}类" if path[0] == "classes" else path[-1]


def figure_label(path):
    """What a figure is called by itself: 办理结果：A类."""
    heading = path[1] if path[0] == "units" else SPLITS.get(path[:-1], "")
    return f"{heading}：{part_label(path)}" if heading else part_label(path)


def lists_of(tally, session):
    """path → the address of the proposals behind a figure: their list, to work on; as of a past day a page of its own.
    "" where nobody is behind it.
    """

    def url(path):
        if not tally.members.get(path):
            return ""
        if tally.as_of:
            asked = [*(("path", part) for part in path), ("as_of", tally.as_of)]
            return f"{reverse('reports:picture_figure', args=[session.key])}?{urlencode(asked)}"
        name, value = LISTED.get(path) or LISTED.get(path[:-1]) or ("figure", SEPARATOR.join(path))
        return f"{reverse('desk:proposals')}?{urlencode({'session': session.key, name: value or path[-1]})}"

    return url


def tables_of(figures, url):
    """The Tables of a Tally or of frozen figures. `url(path)`: the address of what is behind a figure, or ""."""

    def rows(*paths):
        return tuple(Row(part_label(path), figures.count(*path), None, url(path)) for path in paths)

    def split(*path):
        shares = [((*path, part), figures.share(*path, part)) for part in figures.names(*path)]
        return tuple(
            Row(part_label(part), share.count, share.percent, url(part))
            for part, share in shares
            if share.count or path == ("classes",)
        )

    replied, confirmed, total = (figures.count(*path) for path in (("replied",), ("ratings", "confirmed"), ("total",)))
    rating, satisfying, base = figures.satisfaction_of
    rate = figures.satisfaction
    satisfied = Row(f"{rating}为{'、'.join(satisfying)}", rate.count, rate.percent, url(("satisfied",)))
    found = [
        Table(
            "总数与进度",
            rows(("received",), ("total",), ("key",), ("assigned",), ("replied",), ("closed",), ("open",)),
        ),
        Table("办理结果", split("classes"), f"占全部承办单位都已答复的{replied}件提案"),
        Table(
            "回执",
            rows(("ratings", "returned"), ("ratings", "not_returned"), ("ratings", "to_confirm"), ("rehandled",)),
        ),
        Table("最终评价", split("ratings", "final"), f"占回执已确认的{confirmed}件提案"),
        Table("首次评价", split("ratings", "first"), f"占回执已确认的{confirmed}件提案"),
        Table("满意率", (satisfied,) if rate.base else (), f"占{base}{rate.base}件"),
        Table("提案类别", split("categories"), f"占计入总数的{total}件提案"),
    ]
    return [table for table in found if table.rows]


def unit_rows(figures, url):
    """[(unit, its figures as Rows in the order of OF_UNITS)]: they count 承办件, one of a unit in a proposal."""
    names = dict.fromkeys(path[1] for path in figures.members if path[0] == "units")
    return [
        (
            unit,
            [
                Row(label, figures.count("units", unit, name), None, url(("units", unit, name)))
                for name, label in OF_UNITS.items()
            ],
        )
        for unit in names
    ]
