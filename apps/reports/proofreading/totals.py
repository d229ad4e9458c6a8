"""Splits against their wholes: the parts of every split, and percentages that should make up 100."""

import re
from bisect import bisect_left
from collections import Counter
from decimal import Decimal
from itertools import pairwise

from . import words
from .arithmetic import fits, is_slip, plain, sum_told
from .completeness import cannot_overlap, claims_all, is_a_little_more
from .labels import cleaned, is_filler
from .numerals import chinese_whole

_AROUND = 12  # counts beside a split that may belong to it
_SLIP = 3  # proposals
_TEN = 10  # proposals that one part may be more than its whole, by a digit of the tens
_TWOFOLD = ("timely", "answered", "closed", "returned", "review")  # splits of so many and the others
_THESE_ARE_ALL = re.compile(
    "(?:提案)?[，；。（]?(?:以上|上述)(?:即|就是|便是|为|是|包括了?|已?涵盖了?)[^，。；\\d]{0,6}?(?:全部|所有|全体)"
)
_LINES = 6  # paragraphs between the subtotals of one whole
_REACH = 100  # counts before a split that it may be a split of


def check_sums(splits, marks):
    """Every split of two and more parts against its whole, and parts that are added up in words."""
    for group in splits.groups:
        if len(group.counted) < 2 or any(item.count.about for item in group.counted):
            _shares_only(group, marks)
        elif len(group.counted) == len(group.items) or group.rest:
            _check_sum(group, splits, marks)


def _check_sum(group, splits, marks):
    total, mentions = group.total, [item.count for item in group.counted]
    bases = sum_bases(group, splits) or _first_told(group, splits)
    if not bases or group.overlaps:
        return
    if found := next((one for one in bases if one.value == total), None):
        marks.fine(*mentions, found.count)
        return
    if _is_explained(group, bases, splits) or _is_of_several_lists(group):
        return
    apart = len({one.sentence for one in group.counted}) > 1
    if apart and any(one.value == bases[0].value and one.place != bases[0].place for one in group.counted):
        return  # 提案184件、建议案2件。现将184件…: the whole, named again
    base = bases[0] if _is_clear(group, bases[0]) else _likeliest(group, bases, splits)
    named = base.sentence == group.items[0].sentence or bool(group.items[0].within)
    most = base.value if named else max(one.value for one in bases)
    if claims_all(group) or (total > most and (cannot_overlap(group) or is_a_little_more(group, total - most))):
        if marks.doubts.row(mentions, base.value):
            return
        told = marks.fault if _is_clear(group, base) else marks.suspect
        told("sum", mentions, plain(total), plain(base.value), _sum_advice(group, base), base.count)
    elif (
        total < base.value
        and base.paragraph == group.items[0].paragraph
        and group.dimension == words.PROPOSALS
        and group.facet not in ("key", "handling")
    ):
        marks.note(
            "remainder",
            [base.count, *mentions],
            plain(total),
            plain(base.value),
            f"各项合计{plain(total)}件，{plain(base.value)}件中还有{plain(base.value - total)}件没有说明。",
        )


def _is_clear(group, base):
    """Whether nothing stands between a whole and its parts, all in one sentence: no other whole can be meant."""
    first, last = group.items[0], group.items[-1]
    beside = base.sentence == first.sentence or first.mention.said.startswith("其中")
    in_row = last.place - first.place == len(group.items) - 1
    most = max(one.value for one in group.counted)
    able = group.total - most <= base.value and most <= base.value + _TEN
    one_by_one = all(one.sentence - before.sentence == 1 for before, one in pairwise([base, *group.items]))
    beside = one_by_one or (beside and first.sentence == last.sentence)
    return beside and in_row and able and base.place == first.place - 1


def _likeliest(group, bases, splits):
    """The whole that a split can be a slip of, the first of `bases` where there is none."""
    first, most = group.items[0], max(one.value for one in group.counted)
    able = [*bases, *[one for one in splits.able(first) if one.place < first.place]]
    if _THESE_ARE_ALL.match(group.items[-1].count.after):
        able += splits.called_before("handling", "主办", first)  # 以上为主办件全部内容
    able += [one for one in splits.items[max(first.place - _AROUND, 0) : first.place] if one.again]
    if group.rest:
        led = splits.called_before("handling", "主办", first)
        able += [one for one in led if abs(one.value - group.total) == 1]  # A类15件，其余8件为B类, of 22 led
    able = [one for one in able if one is bases[0] or one.value > most]
    return next((one for one in able if is_slip(plain(group.total), plain(one.value), is_share=False)), bases[0])


def _is_of_several_lists(group):
    """Lists of two sentences, each of which may be of something else."""
    counts = Counter(one.sentence for one in group.counted)
    return len(counts) > 1 and min(counts.values()) > 1 and not group.is_list


def _is_explained(group, bases, splits):
    """Whether the split adds up in some other way that its words allow."""
    if _is_one_of_more(group, bases[0], splits) or _goes_on_beside(group, bases, splits):
        return True
    if group.exact or _is_of_named_part(group) or (group.rest and _follows_its_whole(group)) or _is_of_subject(group):
        return False
    values = {one.value for one in bases}
    loose_list = not group.is_list or bases[0].sentence != group.items[0].sentence
    if loose_list and any(group.total == one.value for one in other_wholes(group, splits)):
        return True
    if _with_subtotals(group, splits) & values:
        return True
    if group.facet == "review" and sum(item.value for item in group.counted[:2]) in values:
        return True  # 立案201件，未立案12件，其中…: what follows is told of the second
    counts = [item.value for item in group.counted]
    if group.facet in words.OPEN and len(counts) > 2 and sum(counts[1:]) == counts[0]:
        return True
    loose = [item.value for item in group.counted if item.facet != "other"]
    if not group.is_list and len(loose) > 1 and len(loose) < len(counts) and sum(loose) in values:
        return True
    return not group.is_list and _runs_to(group, values, splits)


def _goes_on_beside(group, bases, splits):
    """应办复的163件中，按期151件；逾期9件；未办复3件: a split of two, and the third part in its sentence.

    Only of what a sign of its own sets beside them and no split of its own whole holds.
    """
    first, last = group.items[0], group.items[-1]
    others = [
        one
        for one in splits.items[max(bases[0].place, first.place - _AROUND, 0) : last.place + _AROUND]
        if one.count
        and one not in group.items
        and one not in bases
        and one.sentence == first.sentence
        and one.dimension == group.dimension
        and one.mention.bracket == first.mention.bracket
        and not one.change
        and not one.past
        and re.search("[；，、]", one.mention.gap)
        and "其中" not in one.mention.gap
    ]
    return group.facet in _TWOFOLD and any(group.total + one.value == bases[0].value for one in others)


def _is_one_of_more(group, base, splits):
    """今年办了109件，…。去年96件，前年90件，三年加起来295件: so many as the sum says, one of them told before."""
    many = re.search(r"([两二三四五六七八九十])(?:年|家|者|项|类|批|次)[^，；。]{0,8}$", base.count.said)
    if base.place < group.items[-1].place or not many or chinese_whole(many[1]) != len(group.counted) + 1:
        return False
    before = splits.items[max(group.items[0].place - _AROUND, 0) : group.items[0].place]
    return any(one.count and one.value == base.value - group.total for one in before)


def _follows_its_whole(group):
    """重点提案14件，其中…，其余…: nothing stands between the whole and what is of it."""
    first = group.items[0]
    return (
        group.base is not None
        and group.base.place == first.place - 1
        and group.base.sentence == first.sentence
        and "其中" in first.mention.lead + first.mention.left
    )


def _is_of_named_part(group):
    """平时提案中，A类9件，B类4件: of what the words name, of nothing else."""
    base, first = group.base, group.items[0]
    return base is not None and base.stage == "" and base.facet == "kind" and words.facet_of(first.within)[0] == "kind"


def _is_of_subject(group):
    """3件主办提案，A类2件，B类1件; 18件中，独办11件，会办7件: what the clause begins with is what it splits."""
    base, first = group.base, group.items[0]
    if base is not None and base.sentence == first.sentence and base.place == first.place - 1:
        within = re.match("(?:提案|件)*(?:之|当)?中$", base.count.right)
        if within and group.facet == "handling" and is_filler(base.count.said.rpartition("；")[2]):
            return True
        if within and group.facet == "result" and group.is_complete():
            return True  # 县区承办的33件中，A类…、B类…、C类…
    return (
        base is not None
        and base.sentence == first.sentence
        and base.place == first.place - 1
        and is_filler(base.count.said)
        and bool(base.count.right)
        and group.facet in ("result", "rating")
    )


def _with_subtotals(group, splits):
    """What a split makes together with the sums told before it: 民主党派合计80件…; 团体合计39件…"""
    first, found = group.items[0], set()
    printed = added = group.total
    stop = bisect_left(splits.subtotals, first.place, key=lambda pair: pair[0].place)
    for one, parts in reversed(splits.subtotals[max(stop - _LINES, 0) : stop]):
        if first.paragraph - one.paragraph <= _LINES:
            printed, added = printed + one.value, added + parts.total
            found |= {printed, added}
    return found


def _runs_to(group, values, splits):
    """Whether a longer run of counts around the split makes up a whole."""
    first, last = group.counted[0], group.counted[-1]
    around = [
        one
        for one in splits.items[max(first.place - _AROUND, 0) : last.place + _AROUND]
        if one.count
        and not one.change
        and one.dimension == group.dimension
        and abs(one.sentence - first.sentence) <= 1
        and one.paragraph == first.paragraph
        and one.facet != "key"
    ]
    if first not in around or last not in around:
        return False
    start, stop = around.index(first), around.index(last)
    for left in range(start, -1, -1):
        total = sum(one.value for one in around[left:start])
        inside = {one.value for one in around[left:stop]}
        for right in range(stop, len(around)):
            inside.add(around[right].value)
            whole = total + sum(one.value for one in around[start : right + 1])
            if (left, right) != (start, stop) and whole in values and whole not in inside:
                return True
    return False


def _first_told(group, splits):
    """186件提案件件有回音 at the head of a letter that counts nothing else: of what the results of all can be."""
    if group.facet != "result" or not group.is_complete() or group.items[0].past:
        return []
    wholes = [
        one
        for one in splits.wholes_before(group.items[0])
        if one.dimension == group.dimension and not one.past and not one.count.about
    ]
    return wholes[:1] if len(wholes) == 1 and abs(wholes[0].value - group.total) <= _SLIP else []


def sum_bases(group, splits):
    """Wholes that a split may add up to, the likeliest first."""
    first = next((item for item in group.items if not item.stage), group.items[-1])
    found = [group.base] if group.base is not None else []
    if group.exact or (group.is_list and found and found[0].sentence == first.sentence):
        return found
    found += [
        one
        for one in reversed(splits.able(first))
        if one not in found
        and one not in group.items
        and (one.stage != words.RETURNED or group.facet == "rating")
        and not (one.local and found)
    ]
    stage = words.stage_of(first.label) if group.facet == "kind" else ""
    if stage in (words.FILED, words.ANSWERED):  # 平时提案立案28件，大会提案立案176件: of what was filed
        return [one for one in found if one.stage == stage]
    return found


def other_wholes(group, splits):
    """Counts before a split, or right behind it, that it may be a split of without saying so."""
    last = group.items[-1].place
    return [
        one
        for one in [
            *splits.wholes_before(group.items[0]),
            *splits.items[max(group.items[0].place - _REACH, 0) : last + 2],
        ]
        if one.count
        and one not in group.items
        and not one.change
        and one.dimension == group.dimension
        and (one.stage != words.RETURNED or group.facet in ("rating", *words.OPEN))
        and (one.value > 5 or one.paragraph == group.items[0].paragraph)
        and (one.stage or one.place < last)
        and (one.facet != group.facet or group.facet in words.OPEN)
    ]


def _sum_advice(group, base):
    total, off = group.total, base.value - group.total
    told = sum_told([item.value for item in group.counted], base.value)
    for item in group.counted:
        other = item.value + off
        if (
            other >= 0
            and item.percent
            and not fits(item.value, base.value, item.percent)
            and fits(other, base.value, item.percent)
        ):
            name = f"{item.name}类" if item.facet == "result" and len(item.name) == 1 else cleaned(item.label)
            return told + f"“{name[:12]}”若为{plain(other)}，合计与比例都相符。"
    shares = [item for item in group.counted if item.percent]
    if len(shares) == len(group.counted) and all(fits(one.value, total, one.percent) for one in shares):
        return told + f"各项比例都按{plain(total)}计算，总数若为{plain(total)}则相符。"
    return told


def _shares_only(group, marks):
    """Percentages without counts: together 100, but for honest rounding."""
    shares = [item.percent for item in group.items if item.percent]
    if len(shares) < 2 or len(shares) < len(group.items) or any(one.about for one in shares):
        return
    if any(item.count for item in group.items) or any("+" in item.name for item in group.items):
        return
    total = sum(one.value for one in shares)
    slack = sum(Decimal(5).scaleb(-one.decimals - 1) for one in shares)
    if abs(total - 100) <= slack:
        marks.fine(*shares)
    elif group.is_complete() or (total > 100 + slack and group.facet not in (*words.OPEN, "key", "handling")):
        marks.suspect("sum", shares, plain(total), "100", f"各项比例合计{plain(total)}%，不是100%。")
