"""What the text tells of one row of a table: 县住建局，主办21件, where its row has 23 under 主办."""

import re

from .arithmetic import plain
from .labels import is_filler
from .tables import TOTAL
from .words import PROPOSALS, facet_of, stage_of

_ITS_OWN = re.compile(
    r"(?:承办|主办|办理|牵头|提交|提出|交来|交办|共|总计|提案|数|有|为|是|，|、|：|的|了|均|达|也|最多)*"
)
_PLAIN_COLUMN = re.compile(r"件数|提案数|数量|承办|主办|办理|合计|总数|小计")
_TOTAL_SAID = re.compile(
    "(?:全[县市区州省]|合计|总计|各单位)(?:共|一共|总共|合计)?(?:承办|主办|协办|会办|办理)(?:提案)?(?:共|有)?"
)
_EXCEPTIONS = re.compile(
    r"逾期|超期|超时|超过|延期|退回|不满意|(?:未|没有|尚未|没能|未能)(?:按期|按时|如期)?(?:答复|办复|办结|面商|见面|公开|兑现|完成|落实|反馈)|"
    r"(?:其中|重点)[^，。；]{0,8}(?:分别|：)"
)
_KINDS = ("建议", "提案", "议案")  # what every sentence counts
_SHORTEST = 2  # characters of a label


def check_rows_told(tables, splits, marks):
    """`repeat` where the text gives a row of a table another count than the table."""
    for table in tables:
        rows = _rows_by_label(table)
        for item in splits.items:
            if item.count is None or item.past or item.change or item.count.about or item.dimension != PROPOSALS:
                continue
            if _EXCEPTIONS.search(item.count.said) or _tells_of_some(item.count) or _is_among_class(item, splits):
                continue  # 逾期的6件分别是：区教委1件: of some of them
            label = _row_named(item, rows)
            place = rows[label] if label else _total_named(item, table)
            cell = _cell(item, label or item.count.left[:2], table, place) if place is not None else None
            if cell is None:
                continue
            if cell.value == item.value:
                marks.fine(item.count, cell)
            elif item.value in _values_of_row(table, place):
                continue  # 规划建设局的5件B类提案: of another column
            elif id(item.count) not in marks.wrong and (
                _names_column(item, label) or not _is_sum_of_row(item.value, table, place)
            ):
                told = f"表中“{label or '合计'}”为{plain(cell.value)}，这里为{plain(item.value)}，表与正文应一致。"
                marks.fault("repeat", [item.count], plain(item.value), plain(cell.value), told)


def _tells_of_some(count):
    """三河镇有1件提案答复超过时限5天: there are so many of which something is said."""
    behind = re.match("(?:提案|建议|件)*(?P<said>[^，、；。]*)", count.right or count.after)["said"]
    return count.left.endswith("有") and not count.left.endswith(("共有", "总有")) and not is_filler(behind)


def _is_among_class(item, splits):
    """C类提案共8件，甲局、乙局各2件: of the class that the sentence is about, of no row's total."""
    before = splits.before(item)
    return (
        before is not None
        and before.sentence == item.sentence
        and before.facet in ("result", "rating")
        and item.facet not in ("result", "rating")
        and "；" not in item.count.gap
    )


def _values_of_row(table, place):
    return [one.mentions[place].value for one in table.counts if one.mentions[place]]


def _names_column(item, label):
    """县住建局，主办21件: of one column, of no sum of several."""
    return bool(label) and _class_of((item.count.lead + item.count.left).rpartition(label)[2]) is not None


def _is_sum_of_row(value, table, place):
    """承办15件 of a row that has 主办12 and 协办3."""
    cells = [one.mentions[place].value for one in table.counts if one.mentions[place]]
    return any(
        sum(cells[start:stop]) == value for start in range(len(cells)) for stop in range(start + 2, len(cells) + 1)
    )


def _rows_by_label(table):
    """Label → the place of its row; labels that stand twice, and totals, name no row."""
    labels = table.columns[0].labels if table.columns else []
    return {
        label: place
        for place, label in enumerate(labels)
        if len(label) >= _SHORTEST
        and label not in _KINDS
        and labels.count(label) == 1
        and not TOTAL.search(label)
        and facet_of(label)[0] not in ("result", "rating")
    }


def _total_named(item, table):
    """全县主办42件: the row of totals, where the words name no row of their own."""
    some = re.search("[两二三四五六七八九十\\d](?:个|家|局|镇|街|乡|单位|部门)|、", item.count.said[-40:])
    return table.total_row if _TOTAL_SAID.fullmatch(item.count.left) and len(table.rows) > 1 and not some else None


def _row_named(item, rows):
    """The label that the words right before a count end with, apart from 主办, 共 and the like; "" for none."""
    words = (item.count.lead + item.count.left).rstrip("，")
    found = [label for label in rows if label in words]
    label = max(found, key=lambda one: (words.rfind(one), len(one)), default="")
    place = words.rfind(label)
    behind = words[place + len(label) :] if label else ""
    if label and re.search("[和与及、]$", words[:place]):
        return ""  # 独办和主办的23件: of two rows
    return label if label and (is_filler(behind) or _ITS_OWN.fullmatch(behind) or _class_of(behind)) else ""


def _class_of(text):
    facet, name, _ = facet_of(text)
    return (facet, name) if facet in ("result", "rating", "handling") else None


def _cell(item, label, table, place):
    """The cell of the row that a count speaks of: of its class, else of all that the row has; None where unclear."""
    behind = (item.count.lead + item.count.left).rpartition(label)[2]
    wanted = _class_of(behind)
    columns = table.counts
    if wanted and (named := [one for one in columns if _class_of(one.name) == wanted]):
        return named[0].mentions[place] if len(named) == 1 else None
    if wanted and wanted[0] != "handling":
        return None
    plain_ones = [
        one for one in columns if _PLAIN_COLUMN.search(one.name) and _class_of(one.name) in (None, ("handling", "主办"))
    ]
    if wanted is None and len(plain_ones) > 1:
        return None
    chosen = plain_ones or (columns if len(columns) == 1 else [])
    return chosen[0].mentions[place] if len(chosen) == 1 and stage_of(chosen[0].name) != "returned" else None
