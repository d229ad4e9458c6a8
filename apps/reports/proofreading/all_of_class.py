"""All of one class, and a split of the same papers that has others: 28件主办提案全部为A类; A类23件、B类5件."""

import re
from collections import defaultdict

from . import words
from .arithmetic import plain
from .exceptions import ALL_OF_CLASS

_ALL_SATISFIED = re.compile(r"(?:均|全部|都|皆)(?:评价)?(?:为|是|表示|得到)(?:了)?“?满意(?!”?[或和、及与以率度])")
_MOST = 20  # splits of one sum


def check_all_of_class(splits, marks):
    """28件主办提案全部为A类, and further down A类23件、B类5件, which are these 28."""
    by_total = defaultdict(list)
    for group in splits.groups:
        if len(group.counted) > 1:
            by_total[group.facet, group.total].append(group)
    for one in splits.items:
        if not one.count or one.past or one.change or id(one.count) in marks.wrong:
            continue
        clause = re.split("[；。]", one.count.after)[0]
        match = ALL_OF_CLASS.search(clause) or _ALL_SATISFIED.search(clause)
        if match is None or re.search(r"\d", one.count.after[: match.start()]):
            continue
        facet, name = ("result", match[1]) if match.re is ALL_OF_CLASS else ("rating", "满意")
        for group in by_total.get((facet, one.value), [])[:_MOST]:
            said = words.aspect_of(clause[: match.start()])
            if one in group.items or group.aspect == "首次" or (said and said != group.aspect):
                continue
            others = [item for item in group.counted if item.name != name and item.value and "+" not in item.name]
            if others and not any(item.past for item in group.items):
                called = f"{name}类" if facet == "result" else name
                rest = sum(item.value for item in others)
                told = f"文中另有{plain(rest)}件不是{called}，不能说{plain(one.value)}件全部为{called}。"
                marks.fault("sum", [one.count], plain(one.value), plain(one.value - rest), told)
                break
