"""All of one class, and a split of the same papers that has others: 28件主办提案全部为A类; A类23件、B类5件."""

import re
from collections import defaultdict

from .arithmetic import plain
from .exceptions import ALL_OF_CLASS

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
        match = ALL_OF_CLASS.search(clause)
        if match is None or re.search(r"\d", one.count.after[: match.start()]):
            continue
        name = match[1]
        ends = one.group is not None and len(one.group.counted) > 1 and one is one.group.counted[-1]
        if ends and one.facet == "result" and len(one.name) == 1 and one.name != name:
            told = f"前面说{one.name}类{plain(one.value)}件，不能说全部为{name}类。"
            marks.fault("sum", [one.count], plain(one.value), "0", told, tail=one.count.after[: match.end()])
            continue  # A类12件、B类1件，全部为A类
        for group in by_total.get(("result", one.value), [])[:_MOST]:
            if one in group.items:
                continue
            others = [item for item in group.counted if item.name != name and item.value and "+" not in item.name]
            if others and not any(item.past for item in group.items):
                rest = sum(item.value for item in others)
                told = f"文中另有{plain(rest)}件不是{name}类，不能说{plain(one.value)}件全部为{name}类。"
                marks.fault(
                    "sum",
                    [one.count],
                    plain(one.value),
                    plain(one.value - rest),
                    told,
                    tail=one.count.after[: match.end()],
                )
                break
