"""The claims of a letter against the figures of a session."""

import re

from . import words
from .arithmetic import plain

_TOTALS = {words.HANDLED: "total", words.WHOLE: "total", words.FILED: "total", words.RECEIVED: "received"}


def check_data(splits, figures, marks):
    """`figures`: as `manage.py figures --json` prints them."""
    for item in splits.items:
        if item.count is None or item.past or item.change or item.count.about or item.dimension != words.PROPOSALS:
            continue
        if item.group is not None and item.group.is_part:
            continue
        known = _known(item, figures)
        if known is None:
            continue
        if item.value == known:
            marks.fine(item.count)
        else:
            marks.fault(
                "data",
                [item.count],
                plain(item.value),
                known,
                f"系统中{figures.get('label', '')}为{known}件，文中为{plain(item.value)}件。",
            )


def _known(item, figures):
    """What the database has for an item, None where it has nothing to compare with."""
    match item.facet:
        case "":
            return _whole(item, figures)
        case "key":
            return figures.get("key") if re.search("重点提案|^重点", item.label) else None
        case "result":
            found = figures.get("classes", {}).get(item.name)
            return found["count"] if found else None
        case "rating":
            split = figures.get("ratings", {}).get("first" if re.search("首|初|第一", item.aspect) else "final", {})
            if not any(one in split for one in ("满意",)) or "+" in item.name:
                return None
            return (
                split.get(item.name, {"count": 0})["count"]
                if item.name in split or item.name in ("不满意", "理解")
                else None
            )
        case "topic":
            return _category(item, figures)
    return None


def _category(item, figures):
    for name, found in figures.get("categories", {}).items():
        if re.fullmatch(rf"(?:涉及|有关|关于)?{re.escape(name)}(?:类|方面)?(?:的)?(?:提案)?(?:有)?", item.name):
            return found["count"]
    return None


def _whole(item, figures):
    if item.local and not item.is_subject:
        return None
    if item.stage == words.RETURNED:
        return figures.get("ratings", {}).get("returned") if re.search("回执|收回", item.count.label) else None
    if item.stage == words.ANSWERED:
        text = item.count.label + item.count.right[:8]
        name = "closed" if "办结" in text else "replied"
        found = figures.get(name)
        return figures.get("total") if item.is_subject and found != item.value else found
    return figures.get(_TOTALS.get(item.stage, ""))
