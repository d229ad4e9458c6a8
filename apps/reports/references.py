"""What {名称} stands for in a text of the letter: figures as of its day, and the words of its head. Pure.

Plain text stays the truth: `共{提案总数}件` is what is kept, `共197件` is what is printed. Every count and share that
the letter can tell is in `references_of`, each with what it is a share of and the proposals behind it.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

from apps.documents.content import chinese_date
from apps.figures.queries import SATISFACTION_BASES, Tally
from apps.proposals.workflow import ProposalState

from .themes import theme_of

REFERENCE = re.compile(r"\{([^{}\n]{1,120})\}")
BRACES = str.maketrans("{}", "｛｝")
FIGURES = (
    ("总数与进度", "提案总数", ("total",)),
    ("总数与进度", "收到件数", ("received",)),
    ("总数与进度", "重点提案件数", ("key",)),
    ("总数与进度", "交办件数", ("assigned",)),
    ("总数与进度", "答复件数", ("replied",)),
    ("总数与进度", "未答复件数", ("not_replied",)),
    ("总数与进度", "线下办结件数", ("offline",)),
    ("总数与进度", "办结件数", ("closed",)),
    ("总数与进度", "未办结件数", ("open",)),
    ("总数与进度", "二次办理件数", ("rehandled",)),
    ("总数与进度", "并案件数", ("merged",)),
    ("总数与进度", "撤案件数", ("withdrawn",)),
    ("总数与进度", "退回提案委件数", ("handed_back",)),
    ("办理结果", "未登记结果件数", ("unclassified",)),
    ("回执", "收回回执件数", ("ratings", "returned")),
    ("回执", "未收回回执件数", ("ratings", "not_returned")),
    ("回执", "待确认回执件数", ("ratings", "to_confirm")),
    ("回执", "已确认回执件数", ("ratings", "confirmed")),
)
NAMES = {path: name for _, name, path in FIGURES}
SPLITS = (  # group, path, what a part is called, the path of its base
    ("办理结果", ("classes",), "{}类", ("replied",)),
    ("最终评价", ("ratings", "final"), "最终{}", ("ratings", "confirmed")),
    ("首次评价", ("ratings", "first"), "首次{}", ("ratings", "confirmed")),
    ("提案类型", ("kinds",), "{}提案", ("total",)),
    ("提案类别", ("categories",), "类别·{}·", ("total",)),
)
UNIT_FIGURES = (("lead", "主办件数"), ("assist", "协办件数"), ("replied", "答复件数"), ("on_time", "按期答复件数"))


def plain(text):
    """Text from the records, in which braces are not meant as references."""
    return text.translate(BRACES)


def ref(name):
    """The reference to a name, as it stands in a text."""
    return "{" + plain(name) + "}"


@dataclass(frozen=True)
class Reference:
    """`value`: as printed, "" where there is none (a share of nothing, a word not filled in). `base`: of a share.

    `ids`: the proposals behind a figure; None for words. `split`: the complete split that it is a part of.
    """

    name: str
    value: str
    group: str
    base: str = ""
    ids: tuple[int, ...] | None = None
    split: tuple[str, ...] = ()

    @property
    def is_percent(self):
        return bool(self.base)

    @property
    def missing(self):
        """Why there is no value, in Chinese."""
        return "" if self.value else f"“{self.name}”" + ("没有可算的基数" if self.is_percent else "还没有填写")


def references_of(tally: Tally, words=()):
    """{name: Reference} in the order of the list. `words`: (name, text) pairs of the letter's head."""
    found = {}

    def put(group, name, value, **more):
        found[plain(name)] = Reference(plain(name), value, group, **more)

    def count(group, name, ids, **more):
        put(group, name, str(len(ids)), ids=tuple(ids), **more)

    for group, name, path in FIGURES:
        count(group, name, tally.ids(*path))
    unanswered = set(tally.ids("not_replied"))
    count("总数与进度", "已答复或线下办结件数", [pk for pk in tally.ids("total") if pk not in unanswered])
    for group, path, called, base in SPLITS:
        of = f"{NAMES[base]}（{tally.count(*base)}件）"
        for part in tally.names(*path):
            share, ids = tally.share(*path, part), tally.ids(*path, part)
            count(group, f"{called.format(part)}件数", ids, split=path)
            put(group, f"{called.format(part)}占比", share.percent or "", base=of, ids=ids, split=path)
    rate, base = tally.satisfaction, NAMES[SATISFACTION_BASES[tally.satisfaction_base]]
    count("满意率", "计入满意件数", tally.ids("satisfied"))
    put("满意率", "满意率", rate.percent or "", base=f"{base}（{rate.base}件）", ids=tally.ids("satisfied"))
    _put_parts(tally, count)
    for name, text in (("截至日", chinese_date(tally.as_of) if tally.as_of else "目前"), *words):
        put("文字", name, text)
    groups = list(dict.fromkeys(one.group for one in found.values()))
    return dict(sorted(found.items(), key=lambda item: groups.index(item[1].group)))


def _put_parts(tally, count):
    """States, themes of the categories, units."""
    for state in ProposalState:
        count("状态", f"状态·{state.label}·件数", tally.ids("states", state.value))
    themes = defaultdict(list)
    for fact in sorted(tally.behind("total"), key=lambda fact: fact.row.category_order):
        themes[theme_of(fact.row)].append(fact.row.pk)
    for theme, ids in themes.items():
        count("通报主题", f"主题·{theme}·件数", ids)
    for unit in dict.fromkeys(path[1] for path in tally.members if path[0] == "units"):
        for column, label in UNIT_FIGURES:
            count("承办单位", f"单位·{unit}·{label}", tally.ids("units", unit, column))


def referred(texts, references):
    """The References to figures that some texts make, each once, in the order of the texts."""
    names = dict.fromkeys(name for text in texts for name in REFERENCE.findall(text))
    return [references[name] for name in names if name in references and references[name].ids is not None]


def resolved(text, references):
    """(the text with its references replaced, what is wrong with it in Chinese sentences without a stop).

    What cannot be replaced is told in words at its place: no braces are ever printed.
    """
    problems = []

    def value(match):
        found = references.get(match[1])
        why = found.missing if found else f"没有“{match[1]}”这个数字"
        if not why:
            return found.value
        problems.append(why)
        return f"［{why}］"

    text = REFERENCE.sub(value, text)
    if "{" in text or "}" in text:
        problems.append("花括号没有成对：引用写作 ｛名称｝，用半角花括号")
        text = plain(text)
    return text, problems
