"""Which figures each picture shows, and in what words: on the page, in the bulletin, in the annual letter.

Every number is one of `queries` or `comparison`; how a picture is drawn stands in documents/charts.py.
"""

from dataclasses import dataclass

from apps.documents.content import Bar, Column, Line, Picture, Table, chinese_date

from .comparison import timed
from .progress import FOLLOWED, progress_of
from .queries import Share, percent

FOLLOWED_AS = {("assigned",): "已交办", ("replied",): "已答复", ("closed",): "已办结"}


@dataclass(frozen=True)
class Part:
    """A figure of a Split. `path`: by which its proposals are found."""

    path: tuple[str, ...]
    label: str
    share: Share


@dataclass(frozen=True)
class Split:
    """A picture of bars and its table. `base`: what the shares are of, in words; `note`: what is not in it.

    `is_of_parts`: each share is of a base of its own.
    """

    key: str
    title: str
    base: str
    parts: tuple[Part, ...]
    note: str = ""
    empty: str = ""
    is_of_parts: bool = False
    is_by_length: bool = False  # the longest bar is as long as can be, not the whole


def splits_of(tally, units=None):
    """The Splits of a Tally. `units`: names of those whose share in time is shown, None for all."""
    return [_classes(tally), _ratings(tally), _on_time(tally, units), _categories(tally)]


def _classes(tally):
    replied, unknown = tally.count("replied"), tally.count("unclassified")
    return Split(
        "classes",
        "办理结果",
        f"占全部承办单位都已答复的{replied}件提案",
        tuple(_part(tally, f"{one.name}类：{one.wording}", "classes", one.name) for one in tally.classes)
        if replied
        else (),
        note=f"其中没有办理结果记录的{unknown}件。" if unknown else "",
        empty="还没有全部承办单位都已答复的提案，有了答复以后这里显示各类办理结果。",
    )


def _ratings(tally):
    confirmed = tally.count("ratings", "confirmed")
    rest = [(label, tally.count("ratings", name)) for name, label in
            (("not_returned", "回执未收回"), ("to_confirm", "回执待审核确认"))]  # fmt: skip
    told = "、".join(f"{label}的{count}件" for label, count in rest if count)
    return Split(
        "ratings",
        "最终评价",
        f"占回执已确认的{confirmed}件提案",
        tuple(_part(tally, one.name, "ratings", "final", one.name) for one in tally.ratings) if confirmed else (),
        note=f"已答复而{told}，不计入。" if told else "",
        empty="还没有已确认的回执，提案委审核确认以后这里显示各种评价。",
    )


def _categories(tally):
    parts = [_part(tally, name, "categories", name) for name in tally.names("categories")]
    return Split(
        "categories",
        "提案类别",
        f"占计入总数的{tally.count('total')}件提案",
        tuple(parts),
        empty="还没有计入总数的提案。",
        is_by_length=True,
    )


def _part(tally, label, *path):
    return Part(path, label, tally.share(*path))


def _on_time(tally, units):
    """Best first; units alike stay in their order. Counted are 承办件, one of a unit in a proposal."""
    names = dict.fromkeys(path[1] for path in tally.members if path[0] == "units")
    parts, unknown = [], 0
    for name in names:
        if units is not None and name not in units:
            continue
        met, known, replied = timed(tally, name)
        unknown += replied - known
        if known:
            share = Share(met, known, percent(met, known, tally.decimals))
            parts.append(Part(("units", name, "on_time"), name, share))
    parts.sort(key=lambda part: -part.share.count / part.share.base)
    return Split(
        "on-time",
        "各单位按期答复",
        "各占本单位主办、分办而已答复，且答复日期和期限都有记录的承办件",
        tuple(parts),
        note=f"没有答复日期或期限记录的{unknown}件，不计入。" if unknown else "",
        empty="还没有答复日期和期限都有记录的承办件。",
        is_of_parts=True,
    )


def picture_of(split):
    """A Split as a Picture."""
    bars = tuple(Bar(part.label, part.share.count, _told(split, part.share),
                     0 if split.is_by_length else part.share.base) for part in split.parts)  # fmt: skip
    return Picture(split.title, split.base, bars=bars, empty=split.empty)


def _told(split, share):
    of = f"占{share.base}件的" if split.is_of_parts else ""
    return f"{share.count}件，{of}{share.percent}%"


def picture_of_progress(progress):
    """A Progress as a Picture of lines."""
    title = "办理进度"
    if not progress.days:
        return Picture(title, "", empty="还没有交办的提案，交办以后这里显示办理进度。")
    first, last = progress.days[0], progress.days[-1]
    each = "每周末" if progress.is_weekly else "每月末"
    span = f"{chinese_date(first)}至{chinese_date(last)}" if first < last else chinese_date(last)
    return Picture(
        title,
        f"{span}，{each}累计件数",
        lines=tuple(
            Line(FOLLOWED_AS[path], counts, f"{counts[-1]}件")
            for path, counts in ((path, progress.counts(*path)) for path in FOLLOWED)
        ),
        ticks=tuple(f"{day.month}.{day.day}" if progress.is_weekly else f"{day.month}月" for day in progress.days),
    )


def blocks_of(session, tally, today):
    """The pictures of a Tally for a paper, each before the table of its figures; what is empty is left out."""
    progress = progress_of(session, tally, today)
    blocks = [picture_of_progress(progress), table_of_progress(progress)] if progress.days else []
    for split in splits_of(tally):
        if split.parts:
            blocks += [picture_of(split), table_of(split)]
    return tuple(blocks)


def table_of(split):
    """The figures of a Split as the Table of a paper, each percentage beside its base."""
    columns = (Column("单位" if split.is_of_parts else "项目", 5, "left"), Column("件数", 1.5), Column("基数", 1.5),
               Column("比例", 1.8))  # fmt: skip
    rows = tuple((part.label, str(part.share.count), str(part.share.base), f"{part.share.percent}%")
                 for part in split.parts)  # fmt: skip
    return Table(columns, rows)


def table_of_progress(progress):
    columns = (Column("截至", 3), *(Column(FOLLOWED_AS[path], 2) for path in FOLLOWED))
    counts = (progress.counts(*path) for path in FOLLOWED)
    return Table(columns, tuple((chinese_date(day), *map(str, row))
                                for day, *row in zip(progress.days, *counts, strict=True)))  # fmt: skip
