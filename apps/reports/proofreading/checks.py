"""The arithmetic of counts: shares of their bases, splits against their wholes."""

import re
from bisect import bisect_left
from collections import Counter
from decimal import Decimal
from itertools import groupby, pairwise

from . import words
from .arithmetic import fits, is_forced, is_slip, is_truncated, plain, share
from .bases import Base, bases_of, is_itself_the_base, is_of_something_else, nearby, share_advice, told_wholes
from .followups import FOLLOWED
from .labels import cleaned, is_filler
from .numerals import chinese_whole

_AROUND = 12  # counts beside a split that may belong to it
_SLIP = 3  # proposals
_TEN = 10  # proposals that one part may be more than its whole, by a digit of the tens
_ONE = 1  # paper that a share may be off by, of however few
_NEARLY = 25  # one in so many may be missing from a list by a slip
_REFUSED = 10  # one in so many of those not filed may be missing by a slip
_BY_PART = re.compile("^(?:就|从|按)[^，；\\d]{1,10}(?:而言|来看|来说|看|分|讲)，?[^，；\\d]{0,4}$")
_TWOFOLD = ("timely", "answered", "closed", "returned", "review")  # splits of so many and the others
_WAYS = re.compile("(?:办理|承办)(?:方式|形式)(?:上|看|来看|分|，|：)")
_THESE_ARE_ALL = re.compile(
    "(?:提案)?[，；。（]?(?:以上|上述)(?:即|就是|便是|为|是|包括了?|已?涵盖了?)[^，。；\\d]{0,6}?(?:全部|所有|全体)"
)
_THESE_ARE_SOME = re.compile("(?:提案)?[，；（](?:以上|上述)(?:单位|部门|各家)?(?:均|都)(?:是|为|属)(?!全部|所有|全体)")
_LINES = 6  # paragraphs between the subtotals of one whole
_REACH = 100  # counts before a split that it may be a split of


def is_exact(item):
    return not item.change and not any(one.about for one in (item.count, item.percent) if one)


def check_shares(splits, marks):
    """Every count with a percentage of its own."""
    found = [item for item in splits.items if item.count and item.percent and is_exact(item)]
    past = {id(one.count) for one in splits.items if one.past and not one.change}
    common = _common_bases(found, splits) | _namesakes(found, splits)
    for item in found:
        bases = bases_of(item, splits)
        if id(item) in common and not any(one.is_named and item.base_words for one in bases[:1]):
            bases = [common[id(item)]]
            elsewhere = []
        else:
            elsewhere = _elsewhere(item, bases, splits)
        right = next((one for one in [*bases, *elsewhere] if fits(item.value, one.value, item.percent)), None)
        if right:
            marks.fine(item.count, item.percent, right.mention)
        elif item.group and item.group.rest and fits(item.value, item.group.total, item.percent) and item.group.exact:
            marks.fine(item.count, item.percent)  # only the 合计 behind the parts is wrong, which is told of the sum
        elif (
            bases
            and _is_told(item, bases)
            and not is_itself_the_base(item, splits)
            and (not item.past or _is_past(bases[0], item, past) or item.base_words)
        ):
            in_tables = [Base(one.value, "", one) for one in splits.told_in_tables if one.value > item.value]
            _wrong_share(item, bases if id(item) in common else bases + in_tables, marks, is_clear=id(item) in common)


def _elsewhere(item, bases, splits):
    """Other wholes that a share may be of: every one that the letter tells, unless its own words name one of them.

    占累计交办数的 names one, but not whether it is 集中交办178件 or 累计186件.
    """
    if item.base_count is not None:
        return []
    own = [] if item.facet == FOLLOWED or _names_its_base(item, bases) else nearby(item, splits)
    is_named = bool(item.base_words and bases and bases[0].is_named)
    return own if is_named and "累计" not in item.base_words else [*own, *told_wholes(item, splits)]


def _are_of_their_sum(item, doubts):
    """A类13件，占68.4%；B类5件，占26.3%；C类1件，占5.3%: each is of what they make up, which is told elsewhere."""
    own = [one for one in item.group.items if one.count and one.percent] if item.group else []
    total = item.group.total if item.group else 0
    of_sum = len(own) > 2 and all(fits(one.value, total, one.percent) for one in own)
    return of_sum and doubts.other_whole([one.count for one in item.group.counted])


def _is_told(item, bases):
    """Whether the letter counts what the words of a share name."""
    return not is_of_something_else(item) or bases[0].is_named


def _is_past(base, item, past):
    """Whether a base is of last year, as a share of last year's must have it. `past`: ids of that year's counts."""
    return base.mention is not None and (id(base.mention) in past and base.mention is not item.count)


def _names_its_base(item, bases):
    return (
        bool(item.base_words)
        and bool(bases)
        and bases[0].is_named
        and words.stage_of(item.base_words) != ""
        and not (item.group and item.group.is_part)
        and not is_of_something_else(item)
    )


def _common_bases(items, splits):
    """id of an item → the one base that the other shares of its split agree on, and it should have too."""
    found = {}
    groups = {id(item.group): item.group for item in items if item.group}
    for group in groups.values():
        own = [item for item in group.items if item.count and item.percent and is_exact(item)]
        base = group.base
        is_whole = base is not None and base.value == group.total and 1 < len(own) == len(group.counted)
        if is_whole and any(fits(item.value, base.value, item.percent) for item in own):
            of_all = Base(base.value, "", base.count)
            found.update({id(item): of_all for item in own if item.base_count is None})
            continue  # 收回110份，满意106份占96.4%，基本满意4份: each of what all of them make up
        if len(own) < 3:
            continue
        votes, bases = Counter(), {}
        for item in own:
            for value in {base.value: base for base in bases_of(item, splits)}.values():
                bases.setdefault(value.value, value)
                votes[value.value] += fits(item.value, value.value, item.percent)
        wholes = [one for one in told_wholes(own[0], splits) if one.value not in votes]
        for whole in wholes:
            if all(fits(item.value, whole.value, item.percent) for item in own):
                votes[whole.value], bases[whole.value] = len(own), whole  # a row of shares is of one whole
        (best, most), *others = votes.most_common() or [(None, 0)]
        if most >= 2 and (not others or others[0][1] < most):
            found.update({id(item): bases[best] for item in own if item.base_count is None})
    return found


def _namesakes(items, splits):
    """id of an item → the count that its label names (河东区204件 … 河东区已解决148件), where two others say so."""
    found = {}
    for _, run in groupby(items, key=lambda item: item.sentence):
        named = [(item, base) for item in run if (base := namesake(item, splits)) is not None]
        fit = [fits(item.value, base.value, item.percent) for item, base in named]
        if len(named) > 2 and len(named) - sum(fit) == 1:
            found |= {id(item): Base(base.value, "", base.count) for item, base in named}
    return found


def namesake(item, splits):
    """The last count before a sentence whose whole label begins an item's."""
    label = cleaned(item.count.left)
    for one in reversed(splits.items[max(item.place - _REACH, 0) : item.place]):
        name = cleaned(one.count.left) if one.count and one.sentence != item.sentence and not one.change else ""
        if len(name) > 1 and label.startswith(name) and name != label and one.dimension == item.dimension:
            return one if one.value >= item.value else None
    return None


def _wrong_share(item, bases, marks, is_clear):
    count, percent = item.value, item.percent
    truncated = next((one for one in bases if is_truncated(count, one.value, percent)), None)
    named = is_clear or (bases[0].is_named and "率" not in percent.left)
    nearest = min(bases, key=lambda one: abs(share(count, one.value, percent.decimals) - percent.value))
    base = truncated or (bases[0] if named else nearest)
    expected = share(count, base.value, percent.decimals)
    if expected > 100 or _are_of_their_sum(item, marks.doubts):
        return
    if not named and marks.doubts.share(percent, item.count):
        return
    forced = item.group is not None and is_forced(
        percent, expected, [one.percent for one in item.group.items if one.percent]
    )
    rule = "rounding" if truncated or forced else "percent"
    by_one = abs(expected - percent.value) * base.value / 100 <= _ONE
    told = marks.fault if named or by_one else marks.suspect
    told(
        rule,
        [item.count, percent],
        percent.printed,
        expected,
        share_advice(count, base, percent, rule, forced),
    )


# --- sums


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
    base = bases[0] if _is_clear(group, bases[0]) else _likeliest(group, bases, splits)
    named = base.sentence == group.items[0].sentence or bool(group.items[0].within)
    most = base.value if named else max(one.value for one in bases)
    if _claims_all(group) or (total > most and (_cannot_overlap(group) or _is_slip(group, total - most))):
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


def _claims_all(group):
    if group.facet == "key":
        return False
    if _THESE_ARE_SOME.match(group.items[-1].count.after):
        return False
    if _THESE_ARE_ALL.match(group.items[-1].count.after):
        return True
    if group.facet == "handling" and not group.is_list:
        return group.exact or group.rest or _leads_and_assists(group) or _lead_or_assist(group) or _is_nearly_all(group)
    if group.dimension != words.PROPOSALS:
        return group.exact or group.rest or group.is_list or _is_nearly_all(group)
    return group.is_complete() or (
        not group.overlaps
        and (_counts_for_each(group) or _is_fate_of_refused(group) or _is_of_each(group) or _is_nearly_all(group))
    )


def _counts_for_each(group):
    """重点提案15件，市长领办3件，4位副市长各领办3件: who says how many had so many each leaves nobody out."""
    base = group.base
    if base is None or base.place != group.items[0].place - 1:
        return False
    beside = base.sentence == group.items[0].sentence or base.facet == "key"
    return beside and any(one.times > 1 for one in group.items)


def _leads_and_assists(group):
    """承办38件，其中主办17件、分办6件、会办13件: what a place does not lead it assists with."""
    base, first = group.base, group.items[0].mention
    return (
        base is not None
        and base.sentence == first.sentence
        and not any(re.search("另|此外", item.mention.gap) for item in group.items)
        and base.stage in (words.HANDLED, words.WHOLE)
        and ("其中" in first.lead + first.left or bool(re.match("(?:提案|建议|件)*(?:之|当)?中", base.count.right)))
        and "协办" in group.names()
        and bool({"主办", "独办"} & group.names())
    )


def _lead_or_assist(group):
    """承办提案13件，主办5件，协办8件: right behind the whole, or where a unit tells of its own part in each."""
    base, first = group.base, group.items[0]
    if base is None or group.names() not in ({"主办", "协办"}, {"独办", "主办", "协办"}) or group.overlaps:
        return False
    off = abs(base.value - group.total)
    beside = (
        base.place == first.place - 1 and base.sentence == first.sentence and base.stage in (words.HANDLED, words.WHOLE)
    )
    alone = (
        base.stage == words.HANDLED and first.paragraph == base.paragraph and bool(_BY_PART.search(first.mention.said))
    )
    if any(re.search("另|此外|除", item.mention.gap) or item.sentence != first.sentence for item in group.items):
        return False
    return (beside or alone) and 0 < off <= _SLIP and not any(item.percent for item in group.items)


def _is_nearly_all(group):
    """Parts right behind their whole that make up all of it but one or two: a list of some leaves out much more."""
    base, first = group.base, group.items[0]
    if base is None or group.overlaps or len(group.counted) < 2 or group.facet in ("converted", FOLLOWED, "review"):
        return False
    named = first.within and words.stage_of(first.within) == base.stage != ""
    if any(re.search("另|此外", item.mention.gap) for item in group.counted):
        return False
    beside = base.sentence == first.sentence and not base.mention.bracket and not first.mention.bracket
    if not (beside or named) or base.place >= first.place or _lists_some(group):
        return False
    return 0 < abs(base.value - group.total) <= min(_SLIP, base.value // _NEARLY)


def _lists_some(group):
    """Whether the words say that these are not all: 等, 主要, the most."""
    first, last = group.items[0].mention, group.items[-1].mention
    return last.after.startswith("等") or bool(
        re.search("主要|重点|突出|较多|最多|居多|多数|以上|涉及|有关|关于|围绕", first.said[-40:] + last.left)
    )


def _is_fate_of_refused(group):
    """不予立案37件，其中转社情民意19件、转送部门11件、退回5件: each paper that was not filed went somewhere."""
    base, first = group.base, group.items[0]
    if base is None or base.facet != "review" or base.name != "不立案" or base.sentence != first.sentence:
        return False
    near = 0 < base.value - group.total <= max(1, base.value // _REFUSED)
    return len(group.counted) > 2 and base.place == first.place - 1 and near and not _lists_some(group)


def _is_of_each(group):
    """各民主党派、工商联共提交85件，其中民革12件、民盟15件…: each of those named, unless the list ends with 等."""
    base = group.base
    return (
        base is not None
        and base.sentence == group.items[0].sentence
        and len(group.counted) > 2
        and not group.items[-1].count.right.startswith("等")
        and bool(re.search("各[^，；。]{1,16}?(?:共|一共|总共|合计|累计)", base.count.label))
    )


def _cannot_overlap(group):
    if group.facet == "grade" and not group.overlaps:
        return True
    if group.facet == "handling" and _is_by_way(group):
        return True  # 办理方式上，单独办理的…，分别办理的…: each paper has one
    if group.overlaps or group.dimension != words.PROPOSALS or group.facet in ("key", "handling"):
        return False
    if group.facet not in words.OPEN:
        return group.facet == "proposer" or not any("+" in item.name for item in group.items)
    first = group.items[0].mention
    return "其中" in _since(group.base, first) and not any(
        one in item.label for item in group.items for one in ("涉及", "有关", "关于", "围绕")
    )


def _is_by_way(group):
    first, base = group.items[0].mention, group.base
    if not _WAYS.search(first.said) or any(re.search("另|此外", item.mention.gap) for item in group.items):
        return False
    return not group.overlaps and base is not None and abs(group.total - base.value) <= base.value // _REFUSED


def _since(base, first):
    """What stands between a whole and the first part in its sentence, units counted between them too."""
    if base is None or base.sentence != first.sentence or base.mention.at > first.at:
        return first.lead + first.left
    return first.said[len(base.mention.said) :]


def _is_slip(group, over):
    """Three and more parts that come to a little more than their whole: parts that overlap come to much more."""
    return (
        not group.overlaps
        and group.dimension == words.PROPOSALS
        and group.facet in words.OPEN
        and len(group.counted) > 2
        and not group.items[-1].count.after.startswith("等")
        and over <= min(_SLIP, group.total // 10)
    )


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
    parts = "+".join(plain(item.value) for item in group.counted)
    told = f"{parts}={plain(total)}，与{plain(base.value)}相差{plain(abs(off))}。"
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
