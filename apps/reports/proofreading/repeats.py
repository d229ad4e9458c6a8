"""One figure, two values: totals and named parts that a letter gives more than once."""

import re
from collections import Counter
from decimal import Decimal

from . import words
from .arithmetic import fits, is_misprint, is_slip, plain
from .bases import bases_of, nearby
from .exceptions import AGAIN
from .groups import SETS
from .labels import is_filler
from .tokens import squeezed
from .totals import other_wholes, sum_bases

_WHOLLY = re.compile(
    r"^(?:政协)?(?:委员)?(?:提案|建议)*(?:虽|虽然|现|目前|已|均|全部|都|全都|截至|如期|按期|按时|及时)+[^，。；]{0,8}?(?:办|答|复|结|完)"
)
_IN_TIME = re.compile("按时|按期|如期|时限|期限|提前|延期|逾期|超期|一次性")
_AGAIN = ("result", "rating", "key", "proposer", "kind")
_LEFT_OUT = ("review", "closed", "answered", "rest", "other")  # what may be left out of one total and not of another
_OF_ALL = re.compile(
    "(?:政协)?(?:委员)?(?:提案|建议)(?:由|来自|分解|涉及|均|都|全部|已|共|落实到|按|经|的(?:提案者?|提案人|办理|答复)|最终|最后|目前|现|中|里|当中|$)|(?:已|均|全部|都)[^，。；]{0,6}(?:办|答|复|结)|(?:之|当)?中$"
)
_NAMED_AGAIN = re.compile("(?:立案|办复|答复|办结|承办|交办|收到|收回|回收|提交|受理)的$")
"""上半年办复的107件中: those that were told of."""
_SUPPOSED = re.compile(
    "(?:^|[，；：])(?:若|如果|假如|假设|倘若|如)(?:按|以|用|把|将|剔除|扣除|不计|加上|算)|还原|折算|换算"
)
_PERIOD = re.compile("[上下]半年|前?[一二三四]个?季度|\\d+月|大会|平时|首批|第.批")
_FIRST, _LAST = 10, 40  # wholes that a later one is compared with
_REACH = 200  # items before a count that points at one of them
_SAYS_ALL_OF = re.compile("(?:全部|均|都|皆)(?:为|是|属)")
_TAKEN = re.compile("(?:完成|促成|实现|推动|新增)了?[A-E]类(?:提案|建议|件)+$")
_NEAR = 2  # sentences
_SLIP = 3  # proposals
_CLASS_OF = {"已经": "A", "正在": "B", "暂不能": "C"}  # as most places have them
_PAST_TOTAL = re.compile("(?:去年|上年)[^，；。]{0,14}提案(?:总数|总量|数)?(?:是|为|有|共|共有|共计)*$")
_PAST_AGAIN = re.compile("(?:^|，)(?:比|较|与|同)?(?:去年|上年)(?:同期)?的?$")
_VALUES = 2  # that one figure can have by a slip
_FEWEST = 5  # proposals: fewer may be any of those that were told of
_OF_THESE = re.compile("(?:政协)?(?:委员)?(?:提案|建议|件)*(?:之|当)?中")
_FILED_OF_THEM = re.compile("(?:提案|建议)?(?:被|已|获|经审查|予以|得以|最终|准予)*立案(?![侦查审])")
_CLOSE = Decimal("0.15")


def check_repeats(splits, marks):
    _wholes(splits, marks)
    _parts(splits, marks)
    _headings(splits, marks)
    _pointed_at(splits, marks)
    _past_totals(splits, marks)
    _filed_again(splits, marks)


def _filed_again(splits, marks):
    """全年54件提案中有48件立案, told before as 立案49件 of these 54: how many were filed does not change."""
    for item in splits.items:
        before = splits.before(item)
        if item.count is None or item.change or item.past or item.count.about or item.value in (None, 0):
            continue
        if not _FILED_OF_THEM.match(item.count.after) or before is None or before.sentence != item.sentence:
            continue
        if before.count is None or not _OF_THESE.match(before.count.right):
            continue
        filed = [
            one
            for one in splits.items[max(before.place - _REACH, 0) : before.place]
            if one.count and one.stage == words.FILED and not one.past and not one.change and not one.count.about
        ]
        earlier = splits.items[max(before.place - _REACH, 0) : before.place]
        whole = [one for one in earlier if one.count and one.value == before.value and one.stage]
        if whole and len({one.value for one in filed}) == 1 and whole[0].place < filed[0].place:
            if filed[0].value == item.value:
                marks.fine(item.count, filed[0].count)
            elif _is_close(filed[0], item) and not filed[0].within:
                _differs(item, filed[0], marks)


def _wholes(splits, marks):
    """A whole that is named again (N件提案已全部办结) is one that was named before."""
    known, by_value = [], {}
    for whole in splits.wholes:
        if whole.past or whole.count.about or whole.dimension != words.PROPOSALS:
            continue
        if whole.value in by_value:
            marks.fine(whole.count, by_value[whole.value].count)
            continue
        if (
            before := _meant(whole, known[:_FIRST] + known[max(len(known) - _LAST, _FIRST) :])
        ) and not _is_known_otherwise(whole, before, splits):
            _differs(whole, before, marks)
            continue
        known.append(whole)
        by_value[whole.value] = whole


def _meant(whole, known):
    """The whole that another one seems to repeat with a slip, None where it is one of its own."""
    same = [
        one
        for one in known
        if _kind(one) == _kind(whole) and not _other_year(one, whole) and one.sentence != whole.sentence
    ]
    if not same:
        return None
    if swapped := [one for one in same if _are_swapped(one.value, whole.value)]:
        return swapped[0]
    if _says_all(whole):
        close = [one for one in same if _is_close(one, whole)]
        return close[-1] if close else None
    if _is_restated(whole):
        same = [one for one in same if not one.within and "其中" not in one.count.left]
        close = [one for one in same if abs(one.value - whole.value) <= _SLIP or _is_misprint(one, whole)]
        return close[0] if close and len({one.value for one in close}) == 1 else None
    if _NAMED_AGAIN.search(whole.count.left) and re.match("(?:提案|件)*(?:之|当)?中", whole.count.right):
        told = [one for one in same if one.stage == whole.stage and _period(one) == _period(whole)]
        return told[-1] if told and _is_close(told[-1], whole) else None
    same = [one for one in same if bool(_IN_TIME.search(one.count.label)) == bool(_IN_TIME.search(whole.count.label))]
    if same and whole.stage == same[0].stage != "" and not whole.within and re.search("共|总", whole.count.label):
        return same[0] if _is_close(same[0], whole) else None
    return None


def _is_restated(whole):
    """159件提案由29家单位主办: a sentence that begins with all of them, not with some that are told of first here."""
    count = whole.count
    return (
        is_filler(count.said.rpartition("；")[2])
        and bool(_OF_ALL.match(count.right))
        and not re.search("其中|另|还有|只有|仅", count.said)
        and whole.value >= _FEWEST
    )


def _is_misprint(one, whole):
    return is_misprint(plain(one.value), plain(whole.value)) and _is_close(one, whole)


def _period(whole):
    return _PERIOD.findall(whole.count.label)[-1:]


def _is_close(one, other):
    return abs(one.value - other.value) <= max(3, one.value * _CLOSE)


def _are_swapped(one, other):
    a, b = plain(one), plain(other)
    return (
        len(a) > 2
        and len(a) == len(b)
        and sorted(a) == sorted(b)
        and sum(x != y for x, y in zip(a, b, strict=True)) == 2
    )


def _says_all(whole):
    mention = whole.count
    if re.search("[这上][述面]?$", mention.left) and re.match(
        "(?:政协)?(?:委员)?提案(?!中|里|的|人|者)", mention.right
    ):
        return True
    free = re.fullmatch(
        r"(?:.*[，：])?(?:截至[^，]*|目前|至今|上述|以上|这|所有|全部|承办的|所承办的|交办的)*", mention.left
    )
    return bool(free and _WHOLLY.match(mention.right))


def _is_known_otherwise(whole, before, splits):
    """Whether a part or the sum of a split has this value, or a part nearby makes up the difference.

    The sum of a split alone excuses no total that is off by a few: the split may be right, and the total wrong.
    """
    off = abs(whole.value - before.value)
    for one in splits.items:
        if one.count is None or one.stage:
            continue
        if one.value == whole.value:
            return True
        if one.value == off and one.facet in _LEFT_OUT and abs(one.sentence - whole.sentence) <= _NEAR:
            return True
    sums = any(group.total == whole.value for group in splits.groups if len(group.counted) > 1)
    return sums and not ((before.stage == words.HANDLED or _is_restated(whole)) and off <= _SLIP)


def _kind(item):
    """What the words call the papers: 代表建议 are another kind than 提案."""
    text = item.count.label + item.count.right[:8]
    return "建议" if re.search("代表|人大|建议", text) and "提案" not in text else ""


def _other_year(one, other):
    return bool(one.year and other.year and one.year != other.year)


def _of_year(item, own):
    """The year that a count's own words name, else that of the letter."""
    found = re.findall(r"(20\d\d)年", item.count.left)
    return found[-1] if found else item.year or own


def _year_of_letter(lines):
    """The year that the first lines name, "" for none."""
    found = re.search(r"(20\d\d)(?:年|$|[^\d])", squeezed("".join(lines[:3]))[0])
    return found[1] if found else ""


def _differs(item, before, marks):
    marks.fault(
        "repeat",
        [item.count],
        plain(item.value),
        plain(before.value),
        f"前文为{plain(before.value)}，这里为{plain(item.value)}，前后应一致。",
    )


def _parts(splits, marks):
    """The same part of the same whole."""
    first, year = {}, _year_of_letter(splits.lines)
    for item in splits.items:
        if not _can_repeat(item):
            continue
        base = item.group.base
        whole = whole_of(item, splits) if base and item.facet != "key" else None
        known = first.setdefault((item.facet, item.name, item.aspect, whole), item)
        if known is item or known.sentence == item.sentence or _other_year(known, item):
            continue
        if year and _of_year(known, year) != _of_year(item, year):
            continue
        if _SUPPOSED.search(item.count.said) or _SUPPOSED.search(known.count.said):
            continue  # 若按新标准还原，A类应为68件
        if id(known.count) in marks.wrong or _SAYS_ALL_OF.search(known.count.right):
            continue  # 28件全部为A类: what contradicts it is told there
        if known.value == item.value:
            marks.fine(item.count, known.count)
        elif sum(one.value for one in splits.called_before(item.facet, item.name, item)) == item.value:
            marks.fine(item.count)  # B类2件 of one kind of paper and 2 of the other: 4件B类件
        elif _is_meant(item, known) and _is_likely(item, known) and not _differ_all_over(item, known, splits):
            _differs(item, known, marks)


def _is_likely(item, known):
    """Classes are called alike everywhere; of 委员提案 there are 女委员提案 and others, so only a slip is meant."""
    one, other = plain(item.value), plain(known.value)
    return is_slip(one, other, is_share=False) or (item.facet in SETS and len(one) > 1 and is_misprint(one, other))


def _differ_all_over(item, known, splits):
    """满意60票 … 满意58票 … 满意57票: of three and more values near one another, each is of something of its own."""
    same = [one for one in splits.called[item.facet, item.name] if one.aspect == item.aspect and not one.past]
    return len({one.value for one in same if _is_close(known, one)}) > _VALUES


def whole_of(item, splits):
    """The whole that a part is of: what its split adds up to, else what its share is of, else what its words say.

    按提案计A类209件，占67.9%; 按答复件计A类232份，占68.0%: parts of one name and of two wholes.
    """
    base, group = item.group.base, item.group
    if len(group.counted) > 1 and any(
        one.value == group.total for one in [*sum_bases(group, splits), *other_wholes(group, splits)]
    ):
        return group.total
    if item.percent and not fits(item.value, base.value, item.percent):
        of = [
            one for one in [*bases_of(item, splits), *nearby(item, splits)] if fits(item.value, one.value, item.percent)
        ]
        if of:
            return of[0].value
    return base.value


def _is_meant(item, known):
    """Whether a part of another value is a slip for the one before, not a part of something else."""
    if item.facet == "key":
        return _says_all_of_part(item)
    is_split = _in_split(item) and _in_split(known)
    return item.group.base is not None and (is_split or _are_swapped(known.value, item.value))


def _says_all_of_part(item):
    return (
        bool(re.match(r"重点(?:督办)?提案|(?:已|均|全部|都)", item.count.right))
        and not item.count.left[-2:-1].isdigit()
    )


def _can_repeat(item):
    if item.count is None or item.facet not in _AGAIN or item.past or item.change or item.count.about or item.again:
        return False
    if item.group is None or any(re.search("合计|共计|总计|累计", one.label) for one in item.group.items):
        return False
    if item.dimension != words.PROPOSALS or item.group is None or item.group.is_part or item.group.exact:
        return False
    if re.search("态度[^，；]*结果|结果[^，；]*态度", item.count.label):
        return False  # 态度好于结果的14份
    if item.count.left.endswith("等") or (item.facet == "rating" and AGAIN.search(item.count.said)):
        return False  # 《…》等2件; 二次办理后，最终满意128份
    return "+" not in item.name and not (item.facet == "result" and (len(item.name) > 1 or _is_some_of_class(item)))


def _is_some_of_class(item):
    """B类提案上门走访的54件, 完成B类提案10件的转化: alone, and with words that take some of the class."""
    between = re.search("[A-E]类(?:提案|建议|件)+([^，：；]+)的$", item.count.left)
    taken = _TAKEN.search(item.count.left) or (between and not is_filler(between[1]))
    return len(item.group.items) == 1 and bool(taken)


def _in_split(item):
    """Whether a count of 集体提案 or 大会提案 stands in a split of them: alone it may be of any other whole."""
    return item.facet not in ("proposer", "kind") or len(item.group.items) > 1


def _headings(splits, marks):
    """二、已经办成的83件 above what is told of the A class: where one heading agrees with a class, all should."""
    told = [one for one in splits.items if one.count and one.name in _CLASS_OF and _is_heading(one.count)]
    pairs = [(one, splits.called["result", _CLASS_OF[one.name]][:1]) for one in told]
    pairs = [(one, known[0]) for one, known in pairs if known and known[0].place < one.place]
    if not any(one.value == known.value for one, known in pairs):
        return
    for one, known in pairs:
        if one.value == known.value:
            marks.fine(one.count, known.count)
        else:
            _differs(one, known, marks)


def _is_heading(count):
    return (
        not count.right
        and not count.after.strip("。")
        and bool(re.match(r"[一二三四五六七八九十]{1,2}、|（", count.said))
    )


def _pointed_at(splits, marks):
    """这14件，…: what nothing before counts, where one count before is off by one."""
    for item in splits.items:
        if (
            item.count is None
            or item.value < _FEWEST
            or item.dimension != words.PROPOSALS
            or id(item.count) in marks.wrong
            or not re.search("(?:^|[，：“])这$", item.count.left)
            or re.match("(?:提案|件)*(?:之|当)?中", item.count.right)
        ):
            continue
        before = [
            one
            for one in splits.items[max(item.place - _REACH, 0) : item.place]
            if one.count and one.dimension == item.dimension
        ]
        values = [one.value for one in before]
        runs = {sum(values[start:stop]) for stop in range(len(values) + 1) for start in range(max(stop - 4, 0), stop)}
        off_by_one = [one for one in before if abs(one.value - item.value) == 1 and not one.past]
        if item.value not in runs and len({one.value for one in off_by_one}) == 1:
            _differs(item, off_by_one[-1], marks)


def _past_totals(splits, marks):
    """去年交来提案356件 …, 比去年的365件: the total of last year told twice, two of its digits exchanged."""
    told = [
        one
        for one in splits.items
        if one.count and one.past and not one.change and not one.percent and one.dimension == words.PROPOSALS
    ]
    totals = [one for one in told if _PAST_TOTAL.search(one.count.left)][:_FIRST]
    often = Counter(one.value for one in splits.items)
    for item in told:
        if not _PAST_AGAIN.search(item.count.left) or not _beside_whole(item, splits):
            continue
        swapped = [one for one in totals if one.place < item.place and _are_swapped(one.value, item.value)]
        if swapped and often[item.value] == 1:
            _differs(item, swapped[-1], marks)


def _beside_whole(item, splits):
    """今年交办389件，比去年的365件: what this year's total is compared with."""
    before = splits.before(item)
    return before is not None and before.sentence == item.sentence and bool(before.stage) and not before.within
