"""Rows of counts that nearly make up what they stand beside, whatever they are called.

A row is counts of one sentence with the same mark between each two of them. Numbers that belong to different things
hardly ever come to within a few of a whole that stands right beside them, and to nothing else that the letter tells:
such a row is a split with a slip in it.
"""

import re
from itertools import groupby, pairwise

from . import words
from .arithmetic import plain, sum_told
from .claims import is_exact
from .words import PROPOSALS

_MARKS = "；，、"
_OPENS = re.compile("其中|[：（]|(?:之|当)?中[，]?|分为|包括|涉及|(?:依次|分布)[为是]?")
_INNER = re.compile("其中|另|此外|还有|(?:之|当)?中，|[比较与同](?:去年|上年|20\\d\\d年)|以上|合计|共计|总计|累计")
_SOME = re.compile(
    "主要|重点(?!提案|督办|办理)|突出|较多|最多|最重|居多|多数|以上|(?:涉及|有关|关于|围绕)(?!的?(?:方面|领域|类别)|：)|前[三四五十\\d]|部分|如"
)
_TOPICS = re.compile(".{0,16}(?:之|当)?中，(?:涉及|有关|关于|围绕)[^，；。]*")
_ADDED = re.compile(
    "(?:(?:共同?|合计|共计|总计|一共|总共|累计|加起来|加在一起)[^，。；\\d]{0,8})$|(?:以上|上述)[^，。；]{0,12}$"
)
_RATHER = re.compile("另|此外|不含|不计|除|还")
_SLIP, _SHARE = 3, 20  # so many, and one in so many, may be off by a slip
_AROUND = 15  # items between a row and what it may be of
_FEW_WORDS = 2  # characters
_MANY = 40  # proposals
_TEN = 10  # a digit of the tens
_SURE = 3  # parts that need no word to be a split
_EACH = re.compile("各[^，；、]{0,6}$")
_LAST = re.compile("其[余他它]|剩余|剩下|余下|最后")


def check_rows_of_parts(splits, marks):
    """Every row of two and more counts, sentence by sentence."""
    for _, run in groupby(splits.items, key=lambda item: item.sentence):
        told = [item for item in run if item.count and not item.change and item.dimension == PROPOSALS]
        for bracket in {one.mention.bracket for one in told}:
            for row in _rows([one for one in told if one.mention.bracket == bracket]):
                _check(row, told, splits, marks)
                if len(row) > _SURE and not marks.doubts.other_whole([one.count for one in row]):
                    for part, whole in ((row[:-1], row[-1]), (row[1:], row[0])):
                        if not whole.percent and whole.value > max(one.value for one in part):
                            _check(part, told, splits, marks)


def _rows(told):
    """The longest runs of counts with the same mark between each two."""
    row, mark = [], ""
    for before, one in pairwise(told):
        between = _between(before, one)
        own = next((one for one in _MARKS if one in between), "")
        goes_on = own and own == (mark or own) and not _INNER.search(between)
        goes_on = goes_on or _LAST.search(between)
        if goes_on and "。" not in between:
            row, mark = (row or [before]) + [one], mark or own
        else:
            if row:
                yield row
            starts = own and "。" not in between and not _INNER.search(between)
            row, mark = ([before, one], own) if starts else ([], "")
    if row:
        yield row


def _between(before, one):
    return one.mention.said[len(before.mention.said) :].lstrip("0123456789.件份篇个条项,")


def _check(row, told, splits, marks):
    if any(_EACH.search(one.count.left) and one.times == 1 for one in row):
        return  # 市委书记、市长各督办1件: of how many is not told
    if not all(is_exact(one) for one in row) or any(id(one.count) in marks.wrong for one in row):
        return
    if row[-1].count.after.startswith("等") or splits.says_overlap(row[0]):
        return
    mentions = [one.count for one in row]
    for whole, is_told in _wholes(row, told, splits):
        if id(whole.count) in marks.wrong or not is_exact(whole) or whole.dimension != PROPOSALS:
            continue
        if any(one.past != whole.past or (one.year and whole.year and one.year != whole.year) for one in row):
            continue
        own_words = len(row[0].count.right) > _FEW_WORDS  # 其中6件代表建议的办理结果，A类4件，B类2件
        if (not is_told or own_words) and row[0].value == sum(one.value for one in row[1:]):
            continue  # 主办的7件已全部答复，解决5件，正在解决2件
        if _is_slip(row, whole, is_told, told) and not _make_up_another(row, whole, splits):
            if not marks.doubts.row(mentions, whole.value):
                _fault(row, whole, marks)
            return


def _wholes(row, told, splits):
    """(a count that a row can be the parts of, whether a word says so), the nearest first."""
    first, last = row[0], row[-1]
    place = told.index(first)
    if place and told[place - 1].mention.bracket in (first.mention.bracket, 0):
        between = _between(told[place - 1], first)
        of_some = _SOME.search(between) and not (len(row) >= _SURE and _TOPICS.fullmatch(between))
        if not of_some and not _RATHER.search(between):
            yield told[place - 1], bool(_OPENS.search(between))
    if _opens_clause(first, told) and not _RATHER.search(first.mention.said) and not _SOME.search(first.mention.said):
        named = splits.named(first.within, first) if first.within else None
        if named is not None:
            yield named, True
        before = splits.before(first)
        near = [one for one in splits.items[max(first.place - 6, 0) : first.place] if one.count and not one.change]
        near = [one for one in near if first.sentence - one.sentence == 1 and _goes_on(one, first, splits)]
        if before is not None and near:
            yield near[0], first.mention.said.startswith("其中")
            yield near[-1], first.mention.said.startswith("其中")
        stage = words.stage_of(first.mention.label)
        if stage and (filed := [one for one in splits.able(first) if one.stage == stage]):
            yield filed[-1], True
        if first is told[0] and (whole := splits.usual_base(first)):
            yield whole, False
        if first is told[0] and (
            about := [one for one in splits.items[max(first.place - _AROUND, 0) : first.place] if one.again]
        ):
            yield about[-1], False
    behind = told[told.index(last) + 1 :][:1]
    if behind and (_ADDED.search(_between(last, behind[0])) or behind[0].value > max(one.value for one in row)):
        yield behind[0], bool(_ADDED.search(_between(last, behind[0])))


def _opens_clause(first, told):
    """Whether a row begins a sentence, or what a semicolon sets apart."""
    place = told.index(first)
    return not place or "；" in _between(told[place - 1], first)


def _goes_on(before, first, splits):
    """Whether a row stands in the paragraph of a count before it, or below a line that ends with a colon."""
    return before.paragraph == first.paragraph or splits.lines[before.paragraph].rstrip().endswith(("：", ":"))


def _make_up_another(row, whole, splits):
    """Whether another count is what they make up, and no part of something with a share, or the last are of one."""
    total = sum(one.value for one in row)
    if any(one.count and one.value == total and one not in row and not one.percent for one in splits.items):
        return True
    values = [one.value for one in row]
    nested = [sum(values[place + 1 :]) for place in range(len(values) - 2) if sum(values[place + 1 :]) == values[place]]
    return any(total - inner == whole.value for inner in nested)  # 未立案的10件，6件转作社情民意，4件退回


def _is_slip(row, whole, is_told, told):
    """Whether a row makes up a whole but for a few, or for a digit of the tens where there are many parts."""
    off = abs(sum(one.value for one in row) - whole.value)
    opens = whole is told[0] and len(row) >= _SURE and row == told[1:]
    slip = min(_SLIP, max(2 if opens else 1, whole.value // _SHARE))
    if is_told and whole.place > row[-1].place:
        slip = _SLIP  # 8件，8件，合计18件
    by_ten = off == _TEN and len(row) > _SURE and whole.value >= _MANY
    if not (0 < off <= slip or by_ten) or max(one.value for one in row) >= whole.value:
        return False
    likely = len(row) >= _SURE or (is_told and _are_alike(row)) or _are_all_of_sentence(row, whole, told)
    extra = sum(one.value for one in row) - whole.value
    at_ends = extra in (row[0].value, row[-1].value)  # 剩下6件散在6个单位，一家一件: none of the list
    return likely and (by_ten or (min(one.value for one in row) >= off and not at_ends))


def _are_all_of_sentence(row, whole, told):
    """县直部门主办104件，乡镇主办16件: all that a sentence tells, called alike, of a whole of many."""
    plainly = row == told and not any(one.percent or "；" in one.count.gap for one in row)
    return plainly and whole.value >= _MANY and _are_alike(row) and whole.sentence != row[0].sentence


def _are_alike(row):
    """联名提案35件，个人提案86件: the labels end alike, or what stands behind the counts begins alike."""
    ends = {one.count.left.rstrip("有为是的共")[-2:] for one in row}
    behind = {one.count.right[:2] for one in row}
    return len(ends) == 1 or bool(_LAST.search(row[-1].count.left)) or (len(behind) == 1 and bool(behind - {""}))


def _fault(row, whole, marks):
    total = sum(one.value for one in row)
    told = sum_told([one.value for one in row], whole.value)
    marks.fault("sum", [one.count for one in row], plain(total), plain(whole.value), told, whole.count)
