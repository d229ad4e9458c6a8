"""The claims of a letter against the figures of a session: what the database counts, nothing else."""

import re

from . import words
from .arithmetic import fits, plain, share
from .claims import is_exact


def check_data(splits, figures, marks):
    """`figures`: as `manage.py figures --json` prints them."""
    known = _Known(figures, splits)
    for item in splits.items:
        if item.past or item.change or not is_exact(item) or item.dimension != words.PROPOSALS:
            continue
        if item.count is None:
            _check_share(item, known, marks)
        elif not (item.group and item.group.is_part):
            _check_count(item, known, marks)


def _check_count(item, known, marks):
    allowed = known.counts_of(item)
    if not allowed:
        return
    if item.value in allowed:
        marks.fine(item.count)
        return
    marks.fault(
        "data",
        [item.count],
        plain(item.value),
        allowed[0],
        f"系统中{known.label}为{allowed[0]}件，文中为{plain(item.value)}件。",
    )


def _check_share(item, known, marks):
    """A share without its count: A类占92.9%."""
    if item.rate or item.group is None or item.group.is_part:
        return
    split = known.split_of(item)
    if split is None or not split["base"] or fits(split["count"], split["base"], item.percent):
        return
    expected = share(split["count"], split["base"], item.percent.decimals)
    told = (
        f"系统中{known.label}为{split['base']}件中的{split['count']}件，占{expected}%，文中为{item.percent.printed}%。"
    )
    marks.fault("data", [item.percent], item.percent.printed, expected, told)


class _Known:
    """The figures by what a letter calls them."""

    def __init__(self, figures, splits):
        self.figures, self.label = figures, figures.get("label", "")
        self.tells_handled = any(one.stage == words.HANDLED for one in splits.wholes)

    def counts_of(self, item):
        """Every count that the words may mean, the likeliest first; [] where the database has none to compare with."""
        match item.facet:
            case "":
                return self._wholes(item)
            case "key":
                return self._listed("key") if item.label.startswith("重点提案") or "重点提案" in item.label else []
            case "result" | "rating":
                split = self.split_of(item)
                return [split["count"]] if split else []
            case "topic":
                return self._category(item)
            case "unit":
                return self._unit(item)
        return []

    def split_of(self, item):
        """{"count", "base", "percent"} of a class or a rating, None for what the session does not have."""
        if item.facet == "result" and len(item.name) == 1:
            return self.figures.get("classes", {}).get(item.name)
        if item.facet != "rating" or "+" in item.name or item.aspect not in ("", "首次", "最终", "结果"):
            return None
        ratings = self.figures.get("ratings", {})
        split = ratings.get("first" if item.aspect == "首次" else "final", {})
        if not split:
            return None
        base = next(iter(split.values()))["base"]
        return split.get(item.name) or {"count": 0, "base": base, "percent": "0"}

    def _listed(self, *names):
        return [self.figures[name] for name in names if name in self.figures]

    def _wholes(self, item):
        if item.count.bracket or (item.local and not item.is_subject):
            return []
        text = item.count.label + item.count.right[:8]
        if item.stage == words.RETURNED:
            ratings = self.figures.get("ratings", {})
            return (
                [ratings[name] for name in ("returned", "confirmed") if name in ratings]
                if re.search("收回|回收|收到|返回|回执", text)
                else []
            )
        if item.stage == words.ANSWERED:
            return self._answered(item, text)
        if item.stage in (words.HANDLED, words.WHOLE) or not self.tells_handled:
            return self._listed("total", "received")
        return []

    def _answered(self, item, text):
        found = self._listed("closed") if "办结" in text else self._listed("replied")
        if found and "办结" not in text:
            found.append(found[0] + self.figures.get("offline", 0))
        return [*self._listed("total"), *found] if item.is_subject else found

    def _category(self, item):
        for name, found in self.figures.get("categories", {}).items():
            if re.fullmatch(rf"(?:涉及|有关|关于)?{re.escape(name)}(?:类|方面)?(?:的)?(?:提案)?(?:有)?", item.name):
                return [found["count"]]
        return []

    def _unit(self, item):
        names = [name for name in self.figures.get("units", {}) if name in item.label]
        if len(names) != 1:
            return []
        found = self.figures["units"][names[0]]
        if re.search("协办|会办", item.label):
            return [found["assist"]]
        return [found["lead"], found["lead"] + found["assist"], found["replied"], found["on_time"]]
