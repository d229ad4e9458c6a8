"""Which parts make up which whole: the wholes of a letter in their order, and the splits with the base of each."""

import re
from dataclasses import dataclass, field

from . import words
from .claims import Item

_COMPLETE = re.compile(
    r"按(?:照)?[^，。；]{1,10}?(?:分|划分|分类|统计|归类)(?:[，：]|类|$)|分为|分成|划分为|包括|由.{0,4}组成|构成"
)
_NONE_LEFT = re.compile(
    r"(?:无|没有|未有|未收到|未出现|零)[^，。；]{0,6}(?:[C-E]类|不满意)|(?:[C-E]类|不满意)[^，。；\d]{0,6}(?:为零|为0|没有|无)"
)
_NEGATIVE = {
    "review": re.compile("立案"),
    "answered": re.compile("办复|答复|回复"),
    "closed": re.compile("办结|办毕|办理完|完成"),
    "returned": re.compile("收回|回收|返回|反馈|回执"),
}
_STRONG = ("result", "rating", "proposer", "kind", "review", "answered", "closed", "returned", "publicity")


@dataclass(eq=False)
class Group:
    """A split: `base` is the whole that its words name, `exact` where no other can be meant."""

    facet: str
    aspect: str
    dimension: str
    base: Item | None
    exact: bool
    items: list = field(default_factory=list)
    said: str = ""  # the words that introduce it
    rest: bool = False
    none_left: bool = False
    is_part: bool = False  # of something smaller than the letter's wholes

    @property
    def counted(self):
        return [item for item in self.items if item.count]

    @property
    def total(self):
        return sum(item.value for item in self.counted)

    def names(self):
        return {item.name for item in self.items}

    def is_complete(self):
        """Whether the parts claim to be the whole: said so, every class is named, or the shares make up 100 %."""
        if self.rest or _COMPLETE.search(self.said):
            return True
        names = {part for name in self.names() for part in name.split("+")}
        match self.facet:
            case "result":
                letters = names & set("ABCDE甲乙丙丁")
                if {"A", "B", "C"} <= letters or {"甲", "乙", "丙"} <= letters:
                    return True
                if {"A", "B"} <= letters and self.none_left:
                    return True
                if len(names) >= 3 and "已经" in names and names & {"暂不能", "留作参考"}:
                    return True
            case "rating":
                if "满意" in names and ("不满意" in names or self.none_left or len(names) >= 3):
                    return True
            case "proposer":
                if "委员" in names and names - {"委员"}:
                    return True
            case "kind":
                if len(names) > 1:
                    return True
            case "review":
                if {"立案", "不立案"} <= names or {"立案", "转为", "并案"} <= names:
                    return True
            case "answered" | "closed" | "returned" | "publicity":
                if len(names) > 1:
                    return True
            case "topic" | "other":
                text = "".join(item.label for item in self.items)
                if all(one in text for one in ("经济", "政治", "文化", "社会", "生态")):
                    return True
        return self.shares_are_whole()

    def shares_are_whole(self):
        shares = [item.percent for item in self.items if item.percent and not item.percent.about]
        if len(self.items) < 2 or len(shares) < len(self.items):
            return False
        slack = sum(5 * 10 ** -(share.decimals + 1) for share in shares)
        return abs(float(sum(share.value for share in shares)) - 100) <= max(slack, 0.1)


class Splits:
    """`wholes`: Items that others may be part of, in order. `groups`: every split found."""

    def __init__(self, items):
        self.items = items
        self.wholes, self.groups = [], []
        for place, item in enumerate(items):
            item.place = place
            if not item.change and not item.rate:
                self._put(item)

    # --- placing one item

    def _put(self, item):
        if item.stage and item.count:
            self._whole(item)
        elif item.facet:
            self._part(item)

    def _whole(self, item):
        item.local = item.stage == words.WHOLE and not re.search(r"共|总|合计", item.count.label)
        self._closes_a_list(item)
        self.wholes.append(item)

    def _closes_a_list(self, item):
        """共计N件 behind its parts is their whole."""
        group = self.groups[-1] if self.groups else None
        if (
            group
            and re.search(r"(?:共计|合计|总计|一共|总共|共)$", item.count.left)
            and group.items[-1].sentence == item.sentence
            and group.dimension == item.dimension
            and (group.base is None or group.base.sentence != item.sentence)
            and len(group.counted) > 1
            and item.place == group.items[-1].place + 1
        ):
            group.base, group.exact, group.rest = item, True, True

    def _part(self, item):
        if item.facet == "rest":
            group = self._group_for_rest(item)
            if group is None:
                return
        else:
            group = self._joined(item) or self._opened(item)
        group.items.append(item)
        item.group = group
        if item.facet == "rest":
            group.rest = True

    def _near(self, item, group):
        last = group.items[-1]
        if last.sentence == item.sentence:
            return True
        closed = group.facet not in words.OPEN
        lists = item.mention.paragraph - last.paragraph <= 1 and (item.percent is None) == (last.percent is None)
        return item.mention.paragraph - last.paragraph <= (1 if closed or lists else 0) and (
            closed or item.sentence - last.sentence <= 1
        )

    def _joined(self, item):
        """The split that an item continues, None where it begins one."""
        found = []
        for group in reversed(self.groups[-6:]):
            same = group.facet == item.facet or (group.facet in words.OPEN and item.facet in words.OPEN)
            if not same or group.dimension != item.dimension or not self._near(item, group):
                continue
            if group.aspect != item.aspect or item.name in group.names() or item.past != group.items[0].past:
                continue
            if group.facet in words.OPEN and self._whole_between(group, item):
                continue
            found.append(group)
        if not found:
            return None
        if self._begins(item, found[0]):
            return None
        return next((group for group in found if self._fits(group, item)), found[0])

    def _whole_between(self, group, item):
        last = group.items[-1].place
        return any(last < whole.place < item.place for whole in self.wholes)

    def _begins(self, item, group):
        """Whether the words open a split of their own: 其中, a bracket, 立案提案中."""
        mention = item.mention
        last = group.items[-1].mention
        if mention.bracket != last.bracket and mention.bracket:
            inside = [one for one in group.items if one.mention.bracket == mention.bracket]
            return not inside and mention.bracket != 0 and self._bracket_opens(item)
        if re.search(r"其中|其中：", mention.lead + mention.left) or item.within:
            before = self.items[item.place - 1] if item.place else None
            # A类…，其中B类…: nothing is both, so this goes on
            if group.facet in ("result", "rating") and before in group.items and group.facet != "other":
                return bool(item.within)
            return True
        if any(
            group.items[-1].place < whole.place < item.place and whole.sentence == item.sentence
            for whole in self.wholes
        ):
            return group.items[-1].sentence != item.sentence or group.facet in words.OPEN or self._sub_base(item, group)
        return False

    def _sub_base(self, item, group):
        whole = [one for one in self.wholes if group.items[-1].place < one.place < item.place][-1]
        return whole.place == item.place - 1

    def _bracket_opens(self, item):
        mention = item.mention
        before = self.items[item.place - 1] if item.place else None
        return before is not None and before.mention.bracket != mention.bracket

    def _fits(self, group, item):
        base = group.base.value if group.base else None
        return base is None or item.value is None or group.total + item.value <= base

    def _opened(self, item):
        base, exact = self._base_for(item)
        mention = item.mention
        group = Group(item.facet, item.aspect, item.dimension, base, exact, said=_introduction(item))
        group.none_left = bool(_NONE_LEFT.search(mention.said + mention.after))
        group.is_part = base is not None and base.stage == "" and base.facet not in ("kind", "rest")
        if item.facet in _NEGATIVE and item.count:
            self._with_positive(group, item)
        self.groups.append(group)
        return group

    def _with_positive(self, group, item):
        """The other side of 不立案, 未答复 …: a whole already, and a part beside this."""
        words_of = _NEGATIVE[item.facet]
        for whole in reversed(self.wholes[-6:]):
            if whole.paragraph != item.paragraph or item.sentence - whole.sentence > 1:
                break
            if words_of.search(whole.count.label + whole.count.right[:8]) and not whole.count.right.startswith(
                "提案中"
            ):
                earlier = [one for one in self.wholes if one.place < whole.place and one.value >= whole.value]
                if not earlier:
                    return
                group.base, group.exact = earlier[-1], False
                whole.name = whole.name or {"review": "立案"}.get(item.facet, "已")
                group.items.append(whole)
                return

    def _group_for_rest(self, item):
        near = [
            group
            for group in reversed(self.groups[-6:])
            if group.dimension == item.dimension
            and group.items[-1].paragraph == item.paragraph
            and item.sentence - group.items[-1].sentence <= 1
            and not group.rest
        ]
        for group in near:
            if group.base is not None and group.total + item.value == group.base.value:
                return group
        before = [one for one in self.wholes if one.sentence == item.sentence]
        if len(before) > 1 and (not near or near[0].items[-1].place < before[-1].place):
            group = Group("other", "", item.dimension, before[-2], False, [before[-1]])
            self.groups.append(group)
            return group
        return near[0] if near else None

    # --- bases

    def _base_for(self, item):
        """(the whole that an item is part of, whether no other can be meant)."""
        mention = item.mention
        before = self.items[item.place - 1] if item.place else None
        same = [
            one
            for one in self.items[: item.place]
            if one.sentence == item.sentence and one.count and one.dimension == item.dimension and not one.change
        ]
        if mention.bracket and same and same[-1].mention.bracket != mention.bracket and before is same[-1]:
            if re.search(r"（[^，；）]*$|（其中[，：]", mention.said):
                return same[-1], True
        opens = re.search(r"其中|中[，：]?$", mention.lead + mention.left) or item.within
        if opens and same:
            return same[-1], False
        whole_here = [one for one in same if one.stage]
        if whole_here:
            return whole_here[-1], False
        return self.usual_base(item), False

    def usual_base(self, item):
        """The last whole before an item that it can be part of, by what its words name."""
        named = words.base_named(item.base_words) or words.stage_of(item.within)
        able = self.able(item)
        if named and (fitting := [one for one in able if one.stage == named]):
            return fitting[-1]
        if item.facet in ("rating", "returned") and (back := [one for one in able if one.stage == words.RETURNED]):
            return back[-1]
        plain = [one for one in able if one.stage != words.RETURNED]
        return plain[-1] if plain else None

    def able(self, item):
        """Wholes before an item of the same dimension; those that hold for one sentence only there and right behind."""
        return [
            one
            for one in self.wholes
            if one.place < item.place
            and one.dimension == item.dimension
            and (not one.past or item.past or one.sentence == item.sentence)
            and (not one.local or item.sentence - one.sentence <= 1)
        ]


def _introduction(item):
    """What was said before a split within its sentence and, where that begins with it, nothing else."""
    return item.mention.said[-60:]
