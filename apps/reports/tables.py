"""The figures of a session as tables for a page, every share beside its base, every count a way to its proposals."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode


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


def tables_of(tally, session):
    """The Tables of a Tally. Counts lead to the list only where that shows the same: figures of all records."""

    def url(**filters):
        if tally.as_of:
            return ""
        return f"{reverse('desk:proposals')}?{urlencode({'session': session.key, **filters})}"

    def row(label, *path, **filters):
        return Row(label, tally.count(*path), None, url(**filters) if filters else "")

    def split(path, label="{}", name=""):
        """Rows of a split; `name`: the list's filter for it."""
        shares = [(part, tally.share(*path, part)) for part in tally.names(*path)]
        return tuple(
            Row(label.format(part), share.count, share.percent, url(**{name: part}) if name else "")
            for part, share in shares
            if share.count or path == ("classes",)
        )

    replied, confirmed, total = tally.count("replied"), tally.count("ratings", "confirmed"), tally.count("total")
    rate = tally.satisfaction
    satisfied = Row(f"{tally.counted_rating.label}为{'、'.join(tally.satisfied)}", rate.count, rate.percent)
    found = [
        Table(
            "总数与进度",
            (
                row("收到提案", "received"),
                row("计入总数", "total"),
                row("重点提案", "key", key="on"),
                row("已交办", "assigned"),
                row("已答复", "replied"),
                row("已办结", "closed", state="closed"),
                row("未办结", "open"),
            ),
        ),
        Table("办理结果", split(("classes",), "{}类", "result"), f"占全部承办单位都已答复的{replied}件提案"),
        Table(
            "回执",
            (
                row("已收回", "ratings", "returned"),
                row("未收回", "ratings", "not_returned"),
                row("待审核确认", "ratings", "to_confirm"),
                row("二次办理", "rehandled"),
            ),
        ),
        Table("最终评价", split(("ratings", "final"), name="rating"), f"占回执已确认的{confirmed}件提案"),
        Table("首次评价", split(("ratings", "first")), f"占回执已确认的{confirmed}件提案"),
        Table("满意率", (satisfied,) if rate.base else (), f"占{tally.satisfaction_base.label}{rate.base}件"),
        Table("提案类别", split(("categories",)), f"占计入总数的{total}件提案"),
    ]
    return [table for table in found if table.rows]
