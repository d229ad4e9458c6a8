"""Rates and shares without a count: compared with the counts that are known, else with what is possible."""

import re
from decimal import Decimal
from itertools import combinations, groupby, takewhile

from . import words
from .arithmetic import fits, is_misprint, is_off_by_one, is_slip, is_truncated, plain, share
from .bases import Base, bases_of, is_of_something_else, share_advice
from .claims import is_exact
from .exceptions import AGAIN
from .labels import cleaned, is_filler
from .possible import any_two, check_possible
from .shares import namesake
from .words import ANSWERED, FILED, RETURNED

_STAGE_OF_RATE = (
    (FILED, re.compile("立案")),
    (RETURNED, re.compile("回收|收回|反馈|返回|回执")),
    (ANSWERED, re.compile("办复|答复|办结|回复")),
)
_OTHERS = re.compile(r"平均|全国|全省|外[区市县]")
_MEASURE = re.compile("(?:[高低优好]于|超过|超出|超|领先于?)(?:全[市县区省州国]|同期|同类|其[他它])[^，。；]*$")
"""高于全市91.5%: what is measured against."""
_RATING_RATE = re.compile("((?:不|基本|比较)?满意)率$")
_NONE_BAD = re.compile("不满意率?为?(?:零|0|无)|[没无]有?不满意")
_ONLY_THEN = re.compile("(?:[比较与同由从]|而)*(?:去年|上年|上一年|前一年|上届)(?:同期)?(?:的|为|是|度)*")
"""比上年97.2%提高1.1个百分点: what is compared with, not a share of anything here."""
_OF_UNITS = re.compile("(?:承办)?(?:单位|部门|[镇乡局]|街道)的?(?:满意|办复|答复|办结)")
"""2个单位满意率达到100%"""
_AGAINST_THEN = re.compile(r"[比较由从与](?:去年|上年|20\d\d年)(?:度|同期)?的?(?:为)?$")
"""A类比例较2011年的56.8%: of then."""
_DOINGS = re.compile(
    "转|完成|采纳|落实|解决|办成|公开|签收|参与|出席|到会|见面|面商|走访|回访|兑现|销号|整改|销账|启动|开工|退回|联系|沟通|"
    "合格|通过|协商|督办|评价|参评"
)
_DONE_RATES = ("办复率", "答复率", "办结率")
_LEFT_ASIDE = re.compile("不计(?:入|算)?|不算|不列入|不纳入|不视为|视[同为]|[剔扣]除|除外")
"""另1件不计逾期，按时率100%: what a rate of all leaves aside by its words."""
_NOT = re.compile("(?:不[予宜能]?|未[予能]?|没有?|无法|尚未)[^，；。]{0,3}$")
_IN_TURN = re.compile("分别|依次")
_ROW = 12  # items of a sentence before and behind
_NEAR = 2  # sentences
_SLIP = 3  # receipts


def check_rates(splits, marks):
    """满意率, 办复率 and the like; shares of parts whose count stands elsewhere or nowhere."""
    for item in splits.items:
        if item.count is not None or item.percent is None or not is_exact(item):
            continue
        if _OTHERS.search(item.percent.label + item.percent.right[:6]) or _MEASURE.search(item.percent.label):
            continue
        if _OF_UNITS.match(item.percent.left):
            continue
        if _ONLY_THEN.fullmatch(item.percent.left) or _AGAINST_THEN.search(item.percent.left):
            continue
        if _told_in_bracket(item, splits) or _told_in_turn(item, splits):
            marks.fine(item.percent)
        elif item.rate:
            _check_rate(item, splits, marks)
        elif item.facet:
            _check_share(item, splits, marks)
    _check_repeated(splits, marks)
    _check_all_rates(splits, marks)


def _check_all_rates(splits, marks):
    """满意率96.1%，基本满意率3.9%，不满意率为零: together 100 %, but for honest rounding."""
    for _, run in groupby(splits.items, key=lambda item: item.sentence):
        rates = [
            item for item in run if item.rate and item.percent and is_exact(item) and _RATING_RATE.search(item.rate)
        ]
        names = [_RATING_RATE.search(item.rate)[1] for item in rates]
        if len(rates) < 2 or len(set(names)) != len(names) or "满意" not in names:
            continue
        if "基本满意" not in names and _are_some_fairly_satisfied(rates[0], splits):
            continue  # what is between is told as a count only
        if "不满意" not in names and not _NONE_BAD.search(rates[-1].percent.after):
            continue
        total = sum(item.percent.value for item in rates)
        slack = sum(Decimal(5).scaleb(-item.percent.decimals - 1) for item in rates)
        shares = [item.percent for item in rates]
        if abs(total - 100) <= slack:
            marks.fine(*shares)
        elif total < 100 or "基本满意" not in names or rates[names.index("满意")].percent.value < 100:
            marks.fault("sum", shares, plain(total), "100", f"各项比例合计{plain(total)}%，不是100%。")


def _are_some_fairly_satisfied(rate, splits):
    """Whether the letter counts any 基本满意, whom neither 满意率 nor 不满意率 need hold."""
    return any(
        item.count and item.value and item.facet == "rating" and "基本满意" in item.name and item.past == rate.past
        for item in splits.items
    )


def _told_in_turn(item, splits):
    """480份…474份，满意率分别达到99.8%和98.5%: each of as many counts before, in their order."""
    same = [one for one in splits.items[max(item.place - _ROW, 0) : item.place + _ROW] if one.sentence == item.sentence]
    first = next((one for one in reversed(same) if one.place <= item.place and _IN_TURN.search(one.mention.left)), None)
    if first is None or first.count is not None:
        return False
    rates = [*takewhile(lambda one: one.count is None, [one for one in same if one.place >= first.place])]
    counts = [one for one in same if one.count and one.place < first.place][-len(rates) :]
    if item not in rates or len(counts) < len(rates):
        return False
    own = counts[rates.index(item)]
    wholes = [*splits.able(own), *[one for one in same if one.count and one.value > own.value]]
    return any(fits(own.value, one.value, item.percent) for one in wholes if one.value >= own.value)


def _told_in_bracket(item, splits):
    """99.3%（142件中141件满意）: the bracket behind it says of what."""
    behind = [
        one for one in splits.items[item.place + 1 : item.place + 6] if one.count and one.sentence == item.sentence
    ]
    if not behind or behind[0].count.at != item.percent.at + 1:
        return False
    if not behind[0].mention.bracket or not behind[0].count.gap.startswith("（"):
        return False
    inside = [one for one in behind if one.mention.bracket == behind[0].mention.bracket]
    values = [one.value for one in inside]
    before = [
        one.value
        for one in splits.items[max(item.place - 12, 0) : item.place]
        if one.count and one.dimension == words.PROPOSALS
    ]
    bases = [*values, *[one.value for one in splits.able(item)], *before]
    if not any(0 < base - sum(values) <= _SLIP for base in bases):
        bases.append(sum(values))
    counts = [*values, sum(values)]
    if "满意" in item.rate and all(one.facet == "rating" and one.name != "满意" for one in inside):
        wholes = [*bases, *[group.total for group in splits.groups_near(item) if len(group.counted) > 1]]
        if any(base > sum(values) and fits(base - sum(values), base, item.percent) for base in wholes):
            return True  # 满意率99.0%（2件为基本满意）: all but those
    return any(
        fits(count, base, item.percent)
        for count in counts
        for base in bases
        if base > count or (base == count and base not in values)
    )


def _check_rate(item, splits, marks):
    if "满意" in item.rate:
        _check_satisfaction(item, item.rate, splits, marks)
        return
    if item.percent.value == 100 and _LEFT_ASIDE.search(item.percent.said):
        marks.fine(item.percent)
        return
    if _of_two_beside(item, splits, marks) or _adjoining(item, splits, marks):
        return
    stage = next((stage for stage, words_of in _STAGE_OF_RATE if words_of.search(item.rate)), "")
    counts = _counts_of(stage, item, splits) if stage else []
    if counts:
        bases = [one for count in counts for one in _bases_above(item, count, splits)]
        by_name = namesake(counts[0], splits) is not None
        is_clear = stage in (FILED, RETURNED) or by_name
        _compare(item, [count.value for count in counts], bases, splits, marks, is_clear, by_name)
    else:
        check_possible(item, splits, marks)


def _of_two_beside(item, splits, marks):
    """甲局承办34件，已答复11件，答复率32.4%；乙局…: three numbers of one clause, of these two and no others."""
    clause = item.percent.said.rpartition("；")[2]
    beside = [one for one in splits.items[max(item.place - 2, 0) : item.place] if one.count and is_exact(one)]
    if item.rate not in _DONE_RATES or len(beside) < 2 or len(re.findall("\\d+件", clause)) != 2:
        return False
    whole, done = beside
    told = whole.facet == "unit" and done.stage == ANSWERED and done.count.at == item.percent.at - 1
    if (
        not told
        or whole.sentence != item.sentence
        or not item.percent.said.endswith(clause)
        or done.value > whole.value
    ):
        return False
    _compare(item, [done.value], [Base(whole.value, "", whole.count)], splits, marks, is_clear=True, by_name=True)
    return True


def _adjoining(item, splits, marks):
    """16件转为A类，转化率69.6%: the rate of the count right before, which its name repeats."""
    name = item.rate.removesuffix("率")
    told = [one for one in splits.items[max(item.place - 6, 0) : item.place] if one.sentence == item.sentence]
    before = next((one for one in reversed(told) if one.count and _names_count(name, one.label)), None)
    if before is None or before.percent is not None:
        return False
    if item.year and item.year != before.year:
        return False  # 三年落实93件，其中2021年的落实率…: of that year's alone
    earlier = [one for one in splits.same_sentence(before) if one.value >= before.value]
    bases = [Base(one.value, "", one.count, True) for one in reversed(earlier)] + bases_of(before, splits)
    parts = splits.called_before("handling", "主办", before)  # rates are often of what a place leads alone
    if before.facet and before.facet not in words.OPEN:
        parts = parts + splits.called_before(before.facet, before.name, before)  # B类提案上门走访的54件
    bases += [Base(one.value, "", one.count) for one in parts]
    counts = [before.value] if before.group is None else [before.value, before.group.total]
    bases.sort(key=lambda base: abs(share(before.value, base.value, 4) - item.percent.value))
    _compare(item, counts, bases, splits, marks)
    return True


def _names_count(name, label):
    """Whether a rate is called what its count is: 当面沟通的176件，当面沟通率."""
    if not name or re.match("总|全|整体|综合|平均", name):
        return False  # of nothing named, or the rate of all of them
    if _NOT.search(label.partition(name[-2:])[0]) and not _NOT.match(name):
        return False  # 不宜公开的26件，公开率…: of the others
    if len(name) > 2 and name in label and not any(words_of.search(name) for _, words_of in _STAGE_OF_RATE):
        return True
    if len(name) > 1 and cleaned(label).endswith(name) and not any(one.search(name) for _, one in _STAGE_OF_RATE):
        return True  # 合格72份，合格率90%
    end = name[-2:]
    return bool(_DOINGS.search(end)) and (end in label or ("转" in end and "转" in label))


def _counts_of(stage, item, splits):
    """Counts of the stage that a rate is of, the nearest first: of its sentence, else of the sentences before."""
    same = [
        one
        for one in splits.wholes_around(item)
        if one.stage == stage
        and one.past == item.past
        and one.paragraph == item.paragraph
        and (one.place < item.place or one.sentence == item.sentence)
        and item.sentence - one.sentence <= _NEAR
        and not (one.place > item.place and "其中" in one.count.lead + one.count.left)
    ]
    before = splits.before(item)
    if before is not None and before.count and before.facet == "rest" and words.stage_of(before.count.right) == stage:
        return [before]  # 其余178件均已办复，办复率100%
    return sorted(same, key=lambda one: abs(one.place - item.place))[:2]


def _bases_above(item, count, splits):
    """Wholes that a count may be of, what its own sentence is about (46件平时提案中，立案38件) among them."""
    if (own := namesake(count, splits)) is not None:
        return [Base(own.value, "", own.count, True)]  # 政府系统214件 … 政府系统办复198件，办复率92.5%
    subjects = [
        one for one in splits.same_sentence(count) if one.again or (one.facet == "proposer" and not one.group.base)
    ]
    before = [
        one
        for one in [*splits.wholes_around(item), *subjects]
        if one is not count
        and one.place < max(count.place, item.place)
        and one.dimension == count.dimension
        and one.value >= count.value
        and one.past == item.past
    ]
    return [Base(one.value, "", one.count, one.sentence == item.sentence) for one in reversed(before)] + [
        Base(group.total) for group in splits.told_by_parts() if group.total >= count.value
    ]


def _compare(item, counts, bases, splits, marks, is_clear=False, by_name=False):
    """A finding where no pair of a count and a base gives the percentage, nor any two counts around it.

    `is_clear`: the name of the rate leaves no doubt what it is of. `by_name`: its own count has its base by name.
    """
    pairs = [(count, base) for count in counts for base in bases if base.value >= count]
    if item.percent.value != 100:
        pairs = [(count, base) for count, base in pairs if base.value > count]  # nobody prints less for all
    if not pairs:
        return
    if any(fits(count, base.value, item.percent) for count, base in pairs) or (not is_clear and any_two(item, splits)):
        marks.fine(item.percent)
        return
    cut = next((one for one in pairs if is_truncated(one[0], one[1].value, item.percent)), None)
    nearest = min(pairs, key=lambda one: abs(share(one[0], one[1].value, 4) - item.percent.value))
    count, base = cut or (pairs[0] if is_clear else nearest)
    rule = "rounding" if cut else "percent"
    expected = share(count, base.value, item.percent.decimals)
    by_one = is_off_by_one(expected, item.percent, base.value)
    is_clear = is_clear or base.is_named
    is_sure = by_name or (is_clear and is_slip(item.percent.printed, str(expected), is_share=True))
    if not is_sure and marks.doubts.share(item.percent):
        return
    told = marks.fault if is_clear or by_one else marks.suspect
    told(
        rule,
        [item.percent],
        item.percent.printed,
        expected,
        share_advice(count, base, item.percent, rule),
    )


def _check_satisfaction(item, name, splits, marks):
    """A rate of satisfaction: what counts into it differs from place to place, so any usual way may fit."""
    groups = [
        group
        for group in splits.groups_near(item)
        if group.facet == "rating"
        and group.counted
        and _is_near(group, item)
        and group.items[0].past == item.past
        and not _other_year(item, group)
    ]
    if item.percent.value == 100 and AGAIN.search(item.percent.said):
        return  # 二次评价为基本满意。最终…满意和基本满意率100%
    own = [group for group in groups if _same_aspect(name, group.aspect)]
    in_rates = "基本满意率" in item.percent.said + item.percent.after and "基本满意" not in name
    if in_rates and "不满意" not in name and not any("满意" in group.names() for group in own):
        return  # 满意率97.3%，基本满意率2.2%: what is less than satisfied is told as rates
    if not own:
        check_possible(item, splits, marks)
        return
    own.sort(key=lambda one: abs(one.items[0].place - item.place))
    if own[0].items[0].sentence == item.sentence:
        own = [one for one in own if one.aspect == own[0].aspect]
    pairs = [
        (count, base)
        for group in own
        for base in _rating_bases(group, splits)
        for count in _satisfied(name, group, base)
    ]
    if any(base.value >= count and fits(count, base.value, item.percent) for count, base in pairs):
        marks.fine(item.percent)
        return
    around = [
        Base(one.value, "", one.count)
        for one in splits.items[max(item.place - 8, 0) : item.place]
        if one.count and one.dimension == words.PROPOSALS and one.facet != "rating"
    ]
    if not _returned_here(own[0]) and any(
        fits(count, base.value, item.percent) for count, _ in pairs for base in around if base.value >= count
    ):
        marks.fine(item.percent)
        return
    bases = _rating_bases(own[0], splits)
    counts = _satisfied(name, own[0], bases[0]) if bases else []
    if counts:
        counts = _likeliest(counts, own[0], bases[0], item.percent)
        is_clear = own[0].base is not None and own[0].base.stage == RETURNED
        _compare(item, counts, bases, splits, marks, is_clear)


def _likeliest(counts, group, base, percent):
    """`counts` with that first which is meant: all that are satisfied, or the 满意 alone, whichever comes nearer."""
    alone = [one.value for one in group.counted if one.name == "满意" and one.value in counts]
    return sorted([counts[0], *alone], key=lambda count: abs(share(count, base.value, 4) - percent.value)) + counts


def _returned_here(group):
    """Whether the receipts are counted beside the ratings: then no rate of satisfaction is of anything else."""
    base = group.base
    return base is not None and base.stage == RETURNED and base.paragraph == group.items[0].paragraph


def _is_near(group, item):
    return abs(group.items[0].sentence - item.sentence) <= _NEAR and group.items[0].paragraph == item.paragraph


def _other_year(item, group):
    return bool(item.year and group.items[0].year and item.year != group.items[0].year)


def _same_aspect(name, aspect):
    told = words.aspect_of(name)
    return not aspect or not told or told == aspect


def _rating_bases(group, splits):
    found = [] if _returned_here(group) else bases_of(group.items[0], splits)
    if group.base is not None:
        found = [Base(group.base.value, "", group.base.count), *found]
    if len(group.counted) > 1 and not _falls_short(group):
        found.append(Base(group.total))
    return found


def _falls_short(group):
    """A few less than the whole of their own sentence: a slip, not receipts that are still out."""
    base = group.base
    return base is not None and base.sentence == group.items[0].sentence and 0 < base.value - group.total <= _SLIP


def _satisfied(name, group, base):
    """Counts that may stand for satisfied, the usual one first."""
    by_name = {one.name: one.value for one in group.counted}
    bad = sum(value for one, value in by_name.items() if "不" in one)
    good = {
        one: value
        for one, value in by_name.items()
        if "不" not in one and one != "其余" and not re.fullmatch(words.NO_RATING, one)
    }
    if "不满意率" in name:
        return [bad] if bad else []
    only = re.search("(基本满意|比较满意|非常满意)率", name)
    if only and not re.search(r"满意(?:率)?[和或与及、+]", name):
        if only[1] in by_name:
            return [by_name[only[1]]]
        left = base.value - sum(by_name.values())  # told as a rate alone: what the others leave
        return [left] if "满意" in by_name and left > 0 else []
    sums = [sum(parts) for size in range(len(good), 0, -1) for parts in combinations(good.values(), size)]
    if "满意" not in by_name or "其余" in by_name:
        others = [value for one, value in by_name.items() if one != "满意"]
        sums += [base.value - sum(parts) for size in range(len(others) + 1) for parts in combinations(others, size)]
    return list(dict.fromkeys(one for one in sums if one >= 0))


def _check_share(item, splits, marks):
    """The share of a named part: its count may stand elsewhere."""
    own = item.group.base if item.group else splits.usual_base(item)
    known = [
        one
        for one in splits.called_before(item.facet, item.name, splits.items[min(item.place + 4, len(splits.items) - 1)])
        if one.aspect == item.aspect
        and one.past == item.past
        and _of_same_whole(one, own)
        and not (one.year and item.year and one.year != item.year)
    ]
    if item.facet == "rating" and not known:
        _check_satisfaction(item, item.label + "率", splits, marks)
    elif not known:
        check_possible(item, splits, marks)
    else:
        _check_known(item, known, splits, marks)


def _of_same_whole(one, own):
    base = one.group.base if one.group else None
    return base is None or own is None or base.value == own.value


def _check_known(item, known, splits, marks):
    bases = [base for one in known for base in bases_of(one, splits)]
    if any(fits(one.value, base.value, item.percent) for one in known for base in bases) or any(
        one.percent and one.percent.value == item.percent.value for one in known
    ):
        marks.fine(item.percent)
        return
    printed = next((one.percent for one in known if one.percent), None)
    if printed is not None and printed.decimals == item.percent.decimals and _is_of_all(item):
        _differs(item.percent, printed, marks)
    elif not is_of_something_else(item) and _is_of_all(item):
        papers = len(re.findall(r"第\d+号", item.percent.said))  # 第90号…列为B类，占25%: of the papers named
        if papers and any(fits(papers, base.value, item.percent) for base in bases):
            marks.fine(item.percent)
            return
        _compare(item, [one.value for one in known], bases, splits, marks)


def _is_of_all(item):
    """Whether nothing before a class names whose share of it it is: 主办件的A类率, 区交通局A类率."""
    before = words.LETTER.split(item.label)[0] if item.facet == "result" else ""
    return is_filler(before) or not (before.endswith("的") or words.UNIT.search(before))


def _differs(later, before, marks):
    marks.fault(
        "repeat",
        [later],
        later.printed,
        before.printed,
        f"前文为{before.printed}%，这里为{later.printed}%，前后应一致。",
    )


def _check_repeated(splits, marks):
    """One rate, two values, one a misprint of the other: 98.9 in the summary, 97.9 in the text."""
    first = {}
    for item in splits.items:
        if not item.rate or item.past or item.year or not is_exact(item) or not _stands_alone(item):
            continue
        name = re.sub("提案者?|委员|办理|和|、|的|均|截至目前", "", item.rate)
        known = first.setdefault(name, item)
        if known is item or known.paragraph == item.paragraph:
            continue
        bases = [splits.usual_base(known), splits.usual_base(item)]
        if all(bases) and bases[0].value != bases[1].value:
            continue
        if known.percent.value == item.percent.value:
            marks.fine(item.percent, known.percent)
        elif is_misprint(known.percent.printed, item.percent.printed):
            _differs(item.percent, known.percent, marks)


def _stands_alone(item):
    """Whether the words before a rate name nobody else whose rate it would be."""
    return not re.search(
        "对|[局镇街]|委(?!员)|办(?![理复结])|同期|首|初|最终|态度|结果|评议|上年|去年|届", item.percent.label
    ) and not (item.percent.bracket)
