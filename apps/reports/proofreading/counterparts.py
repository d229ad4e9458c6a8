"""A whole told already that is a part beside what follows: 立案268件，不予立案37件; 由政府承办319件，由党委承办21件."""

import re

from . import words

_POSITIVE = {
    "review": re.compile("立案"),
    "answered": re.compile("办复|答复|回复|办结|办毕"),
    "timely": re.compile("按时|按期|如期|限期内|时限内|及时"),
    "closed": re.compile("办结|办毕|办理完|完成|答复|办复"),
    "returned": re.compile("收回|回收|返回|反馈|回执"),
}
_RECENT = 6  # splits
_REMEMBERED = 40  # wholes
_AGO = 8  # sentences since receipts were counted, of which some are still out


def join_counterpart(splits, group, item):
    """Puts into a split that an item begins the whole that is its other part, and sets the base of the two."""
    if item.facet == "unit":
        _first_handler(splits, group, item)
    elif item.facet in _POSITIVE and item.count and not (group.base is not None and group.base.facet == item.facet):
        _positive(splits, group, item)


def _positive(splits, group, item):
    """The other side of 不立案, 未答复 …."""
    found = []
    for whole in reversed(splits.wholes[-_REMEMBERED:]):
        if item.facet != "returned" and item.paragraph - whole.paragraph > _lines_between(splits.lines, whole, item):
            break
        if item.sentence - whole.sentence > (_AGO if item.facet == "returned" else 1) or whole.past != item.past:
            break
        if _has_its_other_part(splits, whole):
            continue
        if _POSITIVE[item.facet].search(whole.count.label + whole.count.right[:8]) and not splits.is_subject(whole):
            found += [
                (whole, base)
                for base in [
                    *reversed(splits.wholes),
                    *[group.items[0] for group in splits.kinds if len(group.items) == 1],
                ]
                if base.place < whole.place and base.count and base.value >= whole.value
            ]
    if not found:
        return
    whole, base = next(((whole, base) for whole, base in found if whole.value + item.value == base.value), found[0])
    group.base, group.exact = base, False
    whole.name = {"review": "立案"}.get(item.facet, "已")
    group.items.append(whole)


def _has_its_other_part(splits, whole):
    """111件，已办复103件，尚有8件没有办复；区教育局尚有2件: what makes up its base already is no part beside others."""
    return any(
        whole in group.items and group.base is not None and group.total == group.base.value
        for group in splits.groups[-_RECENT:]
    )


def _lines_between(lines, whole, item):
    """1 where both stand in lines of a list (• 按时答复：276件), one behind the other; else 0."""
    both = "".join(lines[whole.paragraph].split()), "".join(lines[item.paragraph].split())
    return int(all(re.match("[•·○◯◆●■□▲△◇★☆※▪►▶➢-]", line) for line in both))


def _first_handler(splits, group, item):
    """立案提案中，由政府系统承办的319件，由党委部门承办的21件: both are of what was filed."""
    before = splits.before(item)
    if before is None or before is not group.base or before.sentence != item.sentence:
        return
    stage = words.stage_of(before.within)
    if not stage or not (_says_who(before) and _says_who(item)):
        return
    wider = [one for one in splits.wholes if one.stage == stage and one.place < before.place and not one.past]
    if wider and wider[-1].value >= before.value:
        group.base = wider[-1]
        group.items.append(before)


def _says_who(item):
    label = (item.mention.lead + item.mention.left).removeprefix(item.within).lstrip("，")
    return bool(words.HANDLED_BY.search(label))
