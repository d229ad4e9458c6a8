"""Whether any whole count of its base gives a rate whose count is not told."""

import re

from . import words
from .arithmetic import counts_that_fit, fits, plain, share
from .bases import Base, bases_of, is_of_something_else
from .words import RETURNED


def check_possible(item, splits, marks):
    """Whether any whole count of the base gives the rate; only where the words name the base."""
    if re.search("之和|合计|相加|加起来", item.percent.left):
        return  # 因四舍五入，各项之和为100.1%: of no count
    bases = _named_bases(item, splits)
    if not bases or not item.percent.value % 100 or any_two(item, splits):
        return
    if any(counts_that_fit(base.value, item.percent) for base in bases) or marks.doubts.share(item.percent):
        return
    base = bases[0]
    low = int(item.percent.value * base.value / 100)
    around = [count for count in (low, low + 1) if 0 <= count <= base.value]
    shares = [share(count, base.value, item.percent.decimals) for count in around]
    told = "、".join(f"{count}/{plain(base.value)}={value}%" for count, value in zip(around, shares, strict=True))
    mentions = [base.mention, item.percent]
    if base.mention is None or base.mention.paragraph != item.paragraph:
        mentions = [item.percent]
    marks.fault(
        "impossible",
        mentions,
        item.percent.printed,
        " 或 ".join(str(one) for one in shares),
        f"以{plain(base.value)}为基数，没有哪个整数的比例是{item.percent.printed}%：{told}。",
    )


def _named_bases(item, splits):
    """The bases that a rate can be of where its words or its sentence name one, [] where they do not."""
    if subject := _subject_of(item, splits):
        return [subject]
    able = [one for one in splits.able(item) if one.past == item.past]
    here = [one for one in able if one.sentence == item.sentence]
    if item.facet == "rating" or "满意" in item.rate:
        if back := [one for one in here if one.stage == RETURNED]:
            return [Base(one.value, "", one.count) for one in back]
        if back := [one for one in able if one.stage == RETURNED and item.sentence - one.sentence <= 1]:
            return [Base(one.value, "", one.count) for one in reversed(back)]
        if people := _raters(item, splits):
            return people
    if is_of_something_else(item):
        return []
    if item.facet:
        named = [one for one in bases_of(item, splits) if one.is_named]
        if not named:
            return []
        return named if words.stage_of(item.base_words) or item.within else bases_of(item, splits)
    if alone := _only_whole_before(item, splits):
        return [alone]
    if not here or not re.search("满意|立案|办复|答复|办结|采纳|解决|落实", item.rate):
        return []
    return [Base(one.value, "", one.count) for one in [*reversed(here), *able] if one.value]


def _only_whole_before(item, splits):
    """承办提案74件。办复率92.4%，尚未办复的…: the one number told before a rate whose remainder nobody counts."""
    before = splits.before(item)
    name = item.rate.removesuffix("率")
    if before is None or before not in splits.able(item) or before.paragraph != item.paragraph:
        return None
    alone = item.sentence - before.sentence == 1 and splits.same_sentence(before) == []
    behind = bool(name) and re.match(rf"，(?:尚未|未|没有|还没有|仍未){re.escape(name)}的(?!\d)", item.percent.after)
    return Base(before.value, "", before.count, True) if alone and behind else None


def _subject_of(item, splits):
    """23件主办提案的满意率为…: the count whose rate it is, by its own words."""
    before = splits.before(item)
    if before is None or before.count is None or before.percent or item.percent.at != before.count.at + 1:
        return None
    if before.dimension != words.PROPOSALS or not re.fullmatch(
        r"[^，；：。（）]*提案的[^，；：。（）]*", item.percent.gap
    ):
        return None
    return Base(before.value, "", before.count, True)


def _raters(item, splits):
    """56名提案者参与评价，满意度97.5%."""
    found = [
        one
        for one in splits.items[max(item.place - 3, 0) : item.place]
        if one.count
        and one.sentence == item.sentence
        and one.dimension == words.PEOPLE
        and re.search("评价|测评|评议|打分|投票", one.count.right)
    ]
    return [Base(one.value, "", one.count) for one in found]


def any_two(item, splits):
    around = [
        one
        for one in splits.items[max(item.place - 8, 0) : item.place + 4]
        if one.count and one.dimension == words.PROPOSALS and one.paragraph == item.paragraph
    ]
    return any(
        one.value < other.value and fits(one.value, other.value, item.percent) for one in around for other in around
    )
