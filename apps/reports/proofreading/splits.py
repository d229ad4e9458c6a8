"""Which parts make up which whole: the wholes of a letter in their order, and the splits with the base of each."""

import re
from bisect import bisect_left
from collections import defaultdict

from . import words
from .counterparts import join_counterpart
from .followups import FOLLOWED, followed_class
from .groups import SETS, Group
from .labels import is_filler
from .lists import list_for
from .rests import group_for_rest
from .sums import SOME_OF_THEM, adds_up, is_subtotal

_NONE_LEFT = re.compile(
    r"(?:无|没有|未有|未收到|未出现|零)[^，。；]{0,6}(?:[C-E]类|不满意)|(?:[C-E]类|不满意)[^，。；\d]{0,6}(?:为零|为0|没有|无)"
)
_OVERLAPPING = re.compile(
    r"重复计算|交叉|有重复|重复统计|两种以上|同时涉及|不止一|(?:涉及|跨|分属)(?:了)?(?:多个|几个|两个以上)(?:方面|领域|类别|主题|部门)|可多选|多选|可含多|多个部门|既[^。；]{1,20}又|有[\d一二两三四五六七八九十]+件由[^，；。]{2,24}(?:共同|联合)|(?<!不)(?:含在|包含在|包括在|已计入|均已含|已含)"
)
_HEADED = re.compile("^[^，；。：]{1,8}：")
_REST_OF = re.compile("[^，；。]{0,4}[；，]其[余他它]")
_RECENT = 6  # splits
_SLIP = 10  # proposals that one part may be more than its whole by a slip
_AGO = 4  # counts since the dissatisfied ones were told of
_FIRST, _REMEMBERED = 10, 40  # wholes
_ABOVE = {  # what a count may be that parts of a facet are of, in their sentence
    "result": (*words.OPEN, "handling", "kind", "proposer"),
    "rating": (*words.OPEN, "handling", "kind", "proposer"),
    "converted": ("result",),
    "unit": ("key",),
}


class Splits:
    """`wholes`: Items that others may be part of, in order. `groups`: every split found."""

    def __init__(self, items, lines):
        """`lines`: the paragraphs of the letter, for what introduces a list of them."""
        self.items, self.lines = items, lines
        self.wholes, self.groups, self.kinds = [], [], []
        self.subtotals = []  # (民主党派合计80件, its split): sums that are parts of something larger
        self.cells = set()  # values of the cells of tables
        self.told_in_tables = []  # Mentions of the totals of tables
        self.list = None  # the split that says what follows are its parts
        self.called = defaultdict(list)  # (facet, name) → counts
        for place, item in enumerate(items):
            item.place = place
            if item.count and item.facet:
                self.called[item.facet, item.name].append(item)
        self.head = self._head()
        for item in items:
            if not item.change and not item.rate:
                self._put(item)
            if item is self.head and item not in self.wholes:
                item.stage = words.HANDLED
                self.wholes.append(item)

    def _head(self):
        """The whole of a letter of one kind of paper: 今年确定重点提案15件, 我局主办提案13件 and no total besides."""
        papers = [
            item
            for item in self.items
            if item.count and item.dimension == words.PROPOSALS and not item.change and not item.past
        ]
        first = papers[0] if papers else None
        if first is None or first.facet not in ("key", "handling", "kind") or first.percent or first.count.about:
            return None
        alone = not any(one.stage and not one.again and one.value != first.value for one in papers)
        return first if alone and all(one.value <= first.value for one in papers) else None

    def groups_near(self, item):
        """Splits that begin a little before an item or behind it."""
        middle = bisect_left(self.groups, item.place, key=lambda group: group.items[0].place)
        return self.groups[max(middle - _FIRST, 0) : middle + _FIRST]

    def told_by_parts(self):
        """Splits without a whole of their own, whose sum is one: 大会提案950件，平时提案24件."""
        return [
            group
            for group in self.kinds
            if group.base is None and (len(group.counted) > 1 or group.names() == {"大会"})
        ]

    def before(self, item):
        return self.items[item.place - 1] if item.place else None

    def _put(self, item):
        if item.facet == "unit" and not self.wholes and re.search("提案", item.label):
            item.facet, item.name, item.stage = "", "", words.HANDLED  # a unit's own letter
        if item.count and SOME_OF_THEM.search(item.count.left):
            return  # 前两类合计20件: neither a part nor a whole
        if self._is_again(item):
            item.again = True
        elif self._is_due(item):
            item.facet, item.name, item.stage, item.local = "", "", words.WHOLE, True
            self.wholes.append(item)
        elif not _REST_OF.match(item.mention.gap or "") and adds_up(self, item):
            if is_subtotal(self, item):
                self.subtotals.append((item, self.before(item).group))
            else:
                self.wholes.append(item)
        elif group := list_for(self, item):
            item.stage = ""  # 4月答复11件: in a list a part, whatever it is called
            self._add(group, item)
        elif item.stage and item.count:
            item.local = item.stage == words.WHOLE and not re.search(r"共|总|合计", item.count.label)
            self.wholes.append(item)
        elif (head := followed_class(item, self)) is not None:
            self._follow(head, item)
        elif item.facet == "rest":
            if (group := group_for_rest(self, item)) is not None:
                self._add(group, item)
                group.rest = True
        elif item.count and not item.facet and item.dimension != words.PROPOSALS:
            item.local = True
            self.wholes.append(item)
        elif item.facet:
            self._add(self._joined(item) or self._opened(item), item)

    def _add(self, group, item):
        group.items.append(item)
        item.group = group

    def _is_due(self, item):
        """收回155份（应收160份）: what there should be is the whole of what there is."""
        before = self.before(item)
        return bool(
            item.count
            and item.mention.bracket
            and before is not None
            and before.count
            and before.dimension == item.dimension
            and item.value >= before.value
            and re.search("(?:应|发出|发放|总|共)[^，（]{0,4}$", item.count.left)
        )

    def _follow(self, head, item):
        item.facet, item.name = FOLLOWED, item.label
        group = next((one for one in self.groups[-1:] if one.facet == FOLLOWED and one.base is head), None)
        if group is None:
            group = Group(FOLLOWED, "", item.dimension, head, bracket=item.mention.bracket)
            self.groups.append(group)
        self._add(group, item)

    def _is_again(self, item):
        """3件不满意提案, 13件重点提案中: a part that was told before is now what the sentence is about."""
        named = bool(item.count) and (item.count.right or item.facet == "handling")
        if not named or item.percent or item.facet in ("", "rest"):
            return False
        known = self.called_before(item.facet, item.name, item)
        if re.search("[对将把就]$", item.count.left) and any(one.value == item.value for one in known):
            return True  # 对4件不满意的重新办理后
        if item.facet == "handling" and not item.count.right and re.fullmatch("[^，；。：]{1,8}的", item.count.left):
            return any(one.value == item.value and one.sentence != item.sentence for one in known)  # 主办的20件，…
        head = all(is_filler(_HEADED.sub("", words_before)) for words_before in (item.count.left, item.count.lead))
        if not head and not re.match("(?:提案|件)*(?:之|当)?中|由|均|全部", item.count.right):
            return False
        if re.match("[^，；]{0,12}(?:之|当)?中", item.count.right):  # 68件B类当中, told before as 正在办的68件
            known = known + [one for group in self.groups[-_RECENT:] for one in group.items if one.count]
        return any(one.value == item.value and one.sentence != item.sentence for one in known)

    def named(self, text, item):
        """A part that a split is said to be of: A类提案按…分."""
        facet, name, _ = words.facet_of(text) if text else ("", "", "")
        if not facet or facet in words.OPEN:
            return None
        found = self.called_before(facet, name, item)
        return found[-1] if found else None

    # --- splits by what their parts are called

    def _near(self, item, group):
        last = group.items[-1]
        if last.sentence == item.sentence:
            return True
        if group.facet == "converted" or (group.facet in words.OPEN and group.is_part):
            return False
        if item.mention.paragraph == last.paragraph:
            return group.facet not in words.OPEN or (
                item.sentence - last.sentence == 1 and (item.percent is None) == (last.percent is None)
            )
        lists = item.mention.paragraph - last.paragraph == 1 and (item.percent is None) == (last.percent is None)
        return lists and (group.facet not in words.OPEN or is_filler(item.mention.said.replace(item.mention.label, "")))

    def _joined(self, item):
        """The split that an item continues, None where it begins one."""
        found = []
        for group in reversed(self.groups[-_RECENT:]):
            same = group.facet == item.facet or (group.facet in words.OPEN and item.facet in words.OPEN)
            if not same or group.dimension != item.dimension or not self._near(item, group) or group.is_list:
                continue
            if self._is_too_much(item, group) or _is_called_otherwise(item, group):
                continue
            if group.rest or (group.exact and group.bracket and group.bracket != item.mention.bracket):
                continue
            if _overlap(item, group) or _of_other_stage(item, group):
                continue
            known = item.name in group.names() and (
                item.facet not in ("proposer", "review") or item.label in group.labels()
            )
            if (
                item.aspect not in ("", group.aspect)
                or known
                or item.past != group.items[0].past
                or _other_year(item, group)
            ):
                continue
            if self._has_its_own_whole(group, item):
                continue
            found.append(group)
        if not found or self._begins(item, found[0]):
            return None
        here = [group for group in found if group.items[-1].sentence == item.sentence]
        if item.mention.bracket and (own := [group for group in here if group.bracket == item.mention.bracket]):
            return own[0]
        if here and self._goes_on_inside(here[0], item):
            return here[0]
        return next((group for group in here if self._fits(group, item)), found[0])

    def _is_too_much(self, item, group):
        """镇街41件，其中…；区级部门166件: what is more than the whole of a clause before is no part of it."""
        base = group.base
        own = base is not None and (group.is_part or base.sentence == item.sentence)
        return bool(own and item.value is not None and item.value > base.value + _SLIP and "；" in item.mention.gap)

    def _goes_on_inside(self, group, item):
        """民生方面的78件，其中教育23件、卫生18件: what a mark of a list joins to the last part is of the same split."""
        return group.is_part and self.before(item) in group.items and item.mention.gap.startswith("、")

    def _has_its_own_whole(self, group, item):
        """Whether a whole was named since: in the item's sentence for every split, anywhere for loose ones."""
        last = group.items[-1].place
        between = [
            one
            for one in self.items[last + 1 : item.place]
            if one.count and not one.change and one.dimension == item.dimension and (one.stage or self.is_subject(one))
        ]
        if not between:
            return False
        return group.facet in words.OPEN or any(one.sentence == item.sentence for one in between)

    def is_subject(self, item):
        """N件…提案 at the head of a sentence, N件提案中: what the sentence is about."""
        if item.count is None or item.percent:
            return False
        within = re.match("(?:提案|件)*(?:之|当)?中", item.count.right)
        return item.again or item.is_subject or bool(within) or is_filler(item.count.said)

    def _begins(self, item, group):
        """Whether the words open a split of their own: 其中, a bracket, 立案提案中."""
        mention = item.mention
        last = group.items[-1].mention
        if mention.bracket and mention.bracket != last.bracket:
            before = self.before(item)
            return before is not None and before.mention.bracket != mention.bracket
        if re.search(r"其中", mention.lead + mention.left) or item.within:
            before = self.before(item)
            if group.facet in SETS and before in group.items and "+" not in before.name:
                return bool(item.within) and "其中" not in item.within
            return True
        return False

    def _fits(self, group, item):
        base = group.base.value if group.base else None
        return base is None or item.value is None or group.total + item.value <= base

    def _opened(self, item):
        base, exact = self._base_for(item)
        mention = item.mention
        besides = base is None and self._stands_besides(item)
        group = Group(item.facet, item.aspect, item.dimension, base, exact, bracket=mention.bracket)
        group.none_left = bool(_NONE_LEFT.search(mention.said + mention.after))
        group.overlaps = besides or self.says_overlap(item)
        join_counterpart(self, group, item)
        if item.facet == "kind" and len(self.kinds) < _FIRST:
            self.kinds.append(group)
        self.groups.append(group)
        return group

    def says_overlap(self, item):
        return bool(_OVERLAPPING.search(item.mention.said + item.mention.after))

    # --- bases

    def called_before(self, facet, name, item):
        """Counts of this name before an item: the first ones of the letter and the last."""
        found = self.called.get((facet, name), [])
        stop = bisect_left(found, item.place, key=lambda one: one.place)
        last = max(stop - _REMEMBERED, 0)
        return found[: min(_FIRST, last)] + found[last:stop]

    def same_sentence(self, item):
        """Counts of the item's dimension before it in its sentence, in order."""
        found = []
        for place in range(item.place - 1, -1, -1):
            one = self.items[place]
            if one.sentence != item.sentence:
                break
            if one.count and one.dimension == item.dimension and not one.change:
                found.insert(0, one)
        return found

    def _base_for(self, item):
        """(the whole that an item is part of, whether no other can be meant)."""
        mention = item.mention
        if self._stands_besides(item):
            return None, False
        same = self.same_sentence(item)
        if (
            mention.bracket
            and same
            and same[-1].mention.bracket != mention.bracket
            and self.before(item) is same[-1]
            and re.search(r"（[^，；）]*$|（其中[，：]", mention.said)
        ):
            return same[-1], True
        if item.within and (part := self.named(item.within, item)) and part not in same:
            return part, False
        if same and (re.search(r"其中|中[，：]?$", mention.lead + mention.left) or item.within):
            return same[-1], False
        if handled_again := self._handled_again(item, same):
            return handled_again, handled_again not in same
        same = [one for one in same if not _are_beside(one, item) and (item.past or not one.past)]
        heads = [one for one in same if one.stage or self.is_subject(one) or one.facet in _ABOVE.get(item.facet, ())]
        if heads:
            return heads[-1], False
        return self.named(item.within, item) or self.usual_base(item) or self._just_told(item), False

    def _just_told(self, item):
        """党派团体提案48件。其中…: the one count of the sentence before, where nothing else can be meant."""
        before = self.before(item)
        if before is None or item.sentence - before.sentence != 1 or not item.mention.said.startswith("其中"):
            return None
        if before.count and SOME_OF_THEM.search(before.count.left):
            return None
        alone = before.count and before.dimension == item.dimension and not self.same_sentence(before)
        return before if alone else None

    def _handled_again(self, item, same):
        """首次评价2份不满意，重新办理后1份基本满意、1份满意: the last ratings are of those of the first round."""
        if item.facet != "rating" or item.aspect != "最终":
            return None
        first = [one for one in same if _is_dissatisfied(one)]
        before = [one for one in self.items[max(item.place - _AGO, 0) : item.place] if _is_dissatisfied(one)]
        if not first and not same and before and item.sentence - before[-1].sentence == 1:
            first = [one for one in before[-1:] if item.value is not None and item.value <= one.value]
        return first[-1] if first else None

    def _stands_besides(self, item):
        """（另有并案1件、撤案1件，不计入总数）: no part of the count before."""
        mention = item.mention
        inside = mention.said.rpartition("（")[2] + mention.after.split("）")[0]
        return (
            bool(mention.bracket)
            and "）" not in mention.said.rpartition("（")[2]
            and bool(re.search("另|不计|不含|不包括|除外", inside))
        )

    def usual_base(self, item):
        """The last whole before an item that it can be part of, by what its words name."""
        named = words.stage_of(item.base_words) or words.stage_of(item.within)
        able = self.able(item)
        if named and (fitting := [one for one in able if one.stage == named]):
            return fitting[-1]
        if item.facet in ("rating", "returned") and (back := [one for one in able if one.stage == words.RETURNED]):
            return back[-1]
        plain = [one for one in able if one.stage != words.RETURNED]
        if item.past:
            plain = [one for one in plain if one.past] or plain
        whole = [one for one in plain if "其中" not in one.count.lead + one.count.left]
        return (whole or plain)[-1] if plain else self._split_before(item)

    def _split_before(self, item):
        """The whole of the last split, in a letter of one class: 党派提案85件，其中民革12件…。上述提案已采纳63件."""
        if self.wholes or item.count is None or not re.search("(?:上述|这些|以上)(?:提案)?", item.count.label):
            return None
        told = [one.base for one in self.groups[-_RECENT:] if one.base is not None and len(one.items) > 1]
        return next(
            (one for one in reversed(told) if one.dimension == item.dimension and one.value >= item.value), None
        )

    def able(self, item):
        """Wholes before an item of the same dimension; those that hold for one sentence only there and right behind."""
        return [
            one
            for one in self.wholes_before(item)
            if one.dimension == item.dimension
            and not one.count.about
            and one.value
            and (not one.past or item.past or one.sentence == item.sentence)
            and (not one.local or item.sentence - one.sentence <= 1)
        ]

    def wholes_around(self, item):
        """As `wholes_before`, and the next few."""
        stop = bisect_left(self.wholes, item.place, key=lambda one: one.place)
        return self.wholes_before(item) + self.wholes[stop : stop + 3]

    def wholes_before(self, item):
        """The first wholes of the letter and the last ones before an item; those between are long forgotten."""
        stop = bisect_left(self.wholes, item.place, key=lambda one: one.place)
        last = max(stop - _REMEMBERED, 0)
        return self.wholes[: min(_FIRST, last)] + self.wholes[last:stop]


def _is_dissatisfied(one):
    return bool(one.count) and one.facet == "rating" and one.aspect != "最终" and "不满意" in one.name


def _are_beside(one, item):
    """Two classes by their letters: neither is part of the other."""
    return one.facet == item.facet == "result" and len(one.name) == len(item.name) == 1


def _is_called_otherwise(item, group):
    """A类 …, then 二、已经办成的83件: classes by letters and by meanings, a sentence apart, are two splits."""
    last = group.items[-1]
    if not item.facet == last.facet == "result" or last.sentence == item.sentence:
        return False
    return (len(item.name) == 1) != (len(last.name) == 1)


def _overlap(item, group):
    """满意和基本满意 beside 满意: a sum is no part beside its parts."""
    own = set(item.name.split("+"))
    return any(("+" in one.name or "+" in item.name) and own & set(one.name.split("+")) for one in group.items)


def _of_other_stage(item, group):
    """大会提案192件, then 平时提案立案28件: those received and those filed are parts of two wholes."""
    told = {words.stage_of(one.label) for one in (item, group.items[0])}
    return item.facet == "kind" and len(told) > 1 and bool(told & {words.FILED, words.ANSWERED})


def _other_year(item, group):
    if re.match(r"20\d\d年", item.name):
        return False
    year = group.items[-1].year
    if not year and re.search(r"20\d\d年", item.mention.left):
        return True
    return bool(item.year and year and item.year != year)
