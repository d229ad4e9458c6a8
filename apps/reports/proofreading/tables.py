"""Tables of a letter: columns against their 合计, rows against theirs, percentages against their counts."""

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from . import words
from .arithmetic import fits, is_forced, is_truncated, plain, share
from .tokens import Mention, squeezed
from .written import COUNT, PERCENT

_NUMBER = re.compile(r"(?P<n>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?P<percent>%)?(?:件|份|篇|个|家|人|名)?")
_FRACTION = re.compile(r"(\d+)/(\d+)(?:件|份)?")
TOTAL = re.compile(r"(?:合计|总计|共计|总数|总件数|小计|总量|合共|总和|^计)(?:（.*）)?$")
_NO_COUNT = re.compile(
    r"序号|案号|编号|年度|年份|电话|日期|文号|时间|届次|名次|排名|得分|分值|分数|天数|用时|天$|分$|目标"
)
_SHARE = re.compile(r"%|占比|比例|比重|百分比|率$|率（|占总|满意度")
_SHARE_ROW = re.compile(r"占比|比例|比重|百分比|^占|%")
_YEAR = re.compile("全年")
_QUARTERS = {f"{name}季度" for name in "一二三四"}
_CUMULATIVE = re.compile("累计|截至|期末|年末")
_WITHIN = re.compile(r"其中|^[:：]")


@dataclass
class Cell:
    text: str
    mention: Mention | None = None


def tables_of(document):
    """The Tables of a document."""
    found = []
    for numbers in document.tables:
        grid = [_row(document, number) for number in numbers]
        grid = [row for row in grid if any(cell.text for cell in row)]
        if len(grid) < 2:
            continue
        if _lies_on_its_side(grid) and len({len(row) for row in grid}) == 1:
            grid = [list(column) for column in zip(*grid, strict=True)]
        found.append(Table(grid))
    return found


def _row(document, number):
    text = document.paragraphs[number]
    cells = []
    for start, end in document.rows[number]:
        own = squeezed(text[start:end])[0]
        cell = Cell(own)
        if own and (found := _NUMBER.fullmatch(own)):
            printed = found["n"].replace(",", "")
            cell.mention = Mention(
                number,
                start,
                end,
                PERCENT if found["percent"] else COUNT,
                Decimal(printed),
                printed,
                decimals=len(printed.partition(".")[2]),
                unit="件",
                dimension=words.PROPOSALS,
                opens=start,
            )
        cells.append(cell)
    return cells


def _lies_on_its_side(grid):
    """The classes across, 件数 and 占比 down."""
    first = [row[0].text for row in grid[1:]]
    return (
        any(_SHARE_ROW.search(text) for text in first) and not any(_SHARE.search(cell.text) for cell in grid[0])
    ) or (len(first) == 1 and re.search("件数|数量|提案数", first[0]) is not None)


class _Column:
    def __init__(self, place, name, rows):
        self.place, self.name = place, name
        self.cells = [row[place] for row in rows]
        self.mentions = [cell.mention for cell in self.cells]
        self.labels = [next((cell.text for cell in row if cell.text and not cell.mention), "") for row in rows]
        self.is_share = any(one and one.kind == PERCENT for one in self.mentions) or (
            bool(_SHARE.search(name)) and any(self.mentions)
        )
        if self.is_share:
            for one in self.mentions:
                if one:
                    one.kind = PERCENT

    @property
    def is_count(self):
        found = [one for one in self.mentions if one]
        if not found or self.is_share or _NO_COUNT.search(self.name) or any(one.decimals for one in found):
            return False
        in_order = [int(one.value) for one in found] == list(range(1, len(found) + 1)) and len(found) > 1
        return not (self.place == 0 and (in_order or not self.name or any(one.value > 1900 for one in found)))

    def _is_total(self, label):
        """Whether a row holds the sum of the others: 合计, or 全年 behind its four quarters and nothing else."""
        if _YEAR.fullmatch(label):
            return {re.sub("^第", "", one) for one in self.labels if one != label} == _QUARTERS
        return bool(TOTAL.search(label))

    @property
    def total(self):
        """The number in the row of totals, None without one."""
        found = [
            one
            for one, label in zip(self.mentions, self.labels, strict=True)
            if one and self._is_total(label) and "小计" not in label
        ]
        last = self.labels[-1] if self.labels else ""
        if not found and "小计" in last and sum("小计" in label for label in self.labels) == 1:
            return self.mentions[-1]
        return found[-1] if found else None

    @property
    def parts(self):
        return [
            one
            for one, label in zip(self.mentions, self.labels, strict=True)
            if one and not self._is_total(label) and not _WITHIN.search(label)
        ]


class Table:
    def __init__(self, grid):
        head = next((row for row in grid if not any(cell.mention for cell in row)), None)
        self.rows = [row for row in grid if row is not head and any(cell.mention for cell in row)]
        names = [cell.text for cell in head] if head else []
        width = min((len(row) for row in self.rows), default=0)
        self.columns = [_Column(place, names[place] if place < len(names) else "", self.rows) for place in range(width)]
        self.counts = [one for one in self.columns if one.is_count]

    @property
    def total_row(self):
        """The place of the row of totals, or of the only row; None without one."""
        if len(self.rows) == 1:
            return 0
        totals = [
            place
            for place, label in enumerate(self.columns[0].labels if self.columns else [])
            if TOTAL.search(label) and "小计" not in label
        ]
        return totals[-1] if totals else None

    def check(self, splits, marks):
        """Checks the table; returns the Mentions that are claims."""
        for column in self.counts:
            _check_down(column, marks)
        shares = [one for one in self.columns if one.is_share]
        for column in shares:
            self._check_shares(column, splits, marks)
        self._check_fractions(marks)
        self._check_across(marks)
        return [one for column in [*self.counts, *shares] for one in column.mentions if one]

    def _check_shares(self, column, splits, marks):
        """A column of percentages: of what its rows are shares is told by the rows that are right."""
        best = max(self._readings(column, splits), key=lambda reading: _right(reading, column), default=None)
        if best is None:
            return
        right = _right(best, column)
        rows = [pair for pair in zip(best, column.mentions, strict=True) if pair[0] and pair[1]]
        if not right or right * 2 < len(rows):
            return
        everything = self._readings(column, splits)
        for place, (pair, percent) in enumerate(zip(best, column.mentions, strict=True)):
            if not pair or not percent:
                continue
            if any(reading[place] and fits(*reading[place], percent) for reading in everything):
                marks.fine(percent)
                continue
            count, base = pair
            expected = share(count, base, percent.decimals)
            forced = is_forced(percent, expected, [one for one in column.parts if one.kind == PERCENT])
            rule = "rounding" if forced or is_truncated(count, base, percent) else "percent"
            marks.fault(
                rule,
                [percent],
                percent.printed,
                expected,
                f"{plain(count)}占{plain(base)}应为{expected}%，表中为{percent.printed}%。",
            )

    def _readings(self, column, splits):
        """Each way to read a column of shares: for each of its rows (count, base), None where that says nothing."""
        found = []
        for count in sorted(self.counts, key=lambda one: (one.place > column.place, abs(one.place - column.place))):
            values = [one.value if one else None for one in count.mentions]
            bases = [count.total.value] if count.total else []
            bases += [] if count.total else [sum(one.value for one in count.parts)]
            bases += [] if count.total else [one.value for one in splits.wholes]
            found += [[_pair(value, base) for value in values] for base in dict.fromkeys(bases)]
            for other in self.counts:
                if other is not count:
                    found.append(
                        [
                            _pair(value, of.value if of else None)
                            for value, of in zip(values, other.mentions, strict=True)
                        ]
                    )
        return found

    def _check_fractions(self, marks):
        """98.3% beside 169/172."""
        for row in self.rows:
            for place, cell in enumerate(row):
                found = _FRACTION.fullmatch(cell.text)
                shares = [one.mention for one in row if one.mention and one.mention.kind == PERCENT]
                if not found or not shares or not int(found[2]):
                    continue
                count, base = Decimal(found[1]), Decimal(found[2])
                if right := [one for one in shares if fits(count, base, one)]:
                    marks.fine(*right)
                    continue
                nearest = min(shares, key=lambda one: abs([cell.mention for cell in row].index(one) - place))
                expected = share(count, base, nearest.decimals)
                marks.fault(
                    "percent",
                    [nearest],
                    nearest.printed,
                    expected,
                    f"{found.group()}应为{expected}%，表中为{nearest.printed}%。",
                )

    def _check_across(self, marks):
        """The columns of one split against the column that holds their sums."""
        for parts, total in self._splits_across():
            for place in range(len(self.rows)):
                cells = [one.mentions[place] for one in parts]
                if total.mentions[place] is None or not all(cells):
                    continue
                whole, printed = sum(cell.value for cell in cells), total.mentions[place]
                others = [one.mentions[place] for one in self.counts if one not in parts and one is not total]
                if any(one and whole + one.value == printed.value for one in others):
                    continue  # 解决1件，解释1件: a column of another kind belongs to them too
                if whole == printed.value:
                    marks.fine(*cells, printed)
                else:
                    told = (
                        f"“{total.labels[place]}”一行各栏合计为{plain(whole)}，“{total.name}”为{plain(printed.value)}。"
                    )
                    marks.fault("sum", [*cells, printed], plain(whole), plain(printed.value), told)

    def _splits_across(self):
        """[(columns of the parts, column of their sum)]: by its name 合计, or because most rows say so."""
        named = [one for one in self.counts if TOTAL.search(one.name)]
        others = [one for one in self.counts if one not in named and not _WITHIN.search(one.name)]
        by_facet = {}
        for one in others:
            by_facet.setdefault(words.facet_of(one.name)[0] or "other", []).append(one)
        found = []
        if len(named) == 1 and len(others) > 1 and len(by_facet) == 1 and "key" not in by_facet:
            found.append((others, named[0]))
        elif len(self.rows) > 1:
            for facet in ("result", "rating"):
                parts = by_facet.get(facet, [])
                for total in self.counts:
                    if len(parts) > 1 and total not in parts and _agree(parts, total) * 2 > len(self.rows):
                        found.append((parts, total))
                        break
        return found


def _agree(parts, total):
    """Rows in which the parts make up the total."""
    return sum(
        1
        for place, whole in enumerate(total.mentions)
        if whole
        and all(one.mentions[place] for one in parts)
        and sum(one.mentions[place].value for one in parts) == whole.value
    )


def _pair(count, base):
    return (count, base) if count is not None and base and base >= count else None


def _right(reading, column):
    return sum(
        1 for pair, percent in zip(reading, column.mentions, strict=True) if pair and percent and fits(*pair, percent)
    )


def _check_down(column, marks):
    total, parts = column.total, column.parts
    if total is None or len(parts) < 2 or _CUMULATIVE.search(column.name):
        return
    whole = sum(one.value for one in parts)
    if whole == total.value:
        marks.fine(*parts, total)
        return
    named = f"“{column.name}”一栏" if column.name else "表中一栏"
    in_sections = total.value in list(accumulate(one.value for one in parts))[:-1]  # each section is of the whole
    is_foot = total is [one for one in column.mentions if one][-1] and not in_sections
    told = marks.fault if is_foot else marks.suspect
    told(
        "sum",
        [*parts, total],
        plain(whole),
        plain(total.value),
        f"{named}各行合计为{plain(whole)}，合计一行为{plain(total.value)}。",
    )
