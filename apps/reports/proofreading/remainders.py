"""What is left, told by itself: 剩下的十一件; 尚有26件没有办复, where 103 of 126 were answered.

A remainder is flagged where the letter tells the whole and everything else beside it.
"""

import re

from . import words
from .arithmetic import plain
from .claims import is_exact

_REST = re.compile(r"(?:剩下|剩余|余下|其余|其他|还剩|只剩|剩)的?(?:这)?(?:还有|有|是|为)?$")
_DATE = re.compile(r"\d月|\d日|目前|现在|截至|至今|昨天|今天")  # by then more may have been answered
_OPEN = re.compile(
    r"(?:全[区县市省州]|我[区县市省州])?(?:尚|还|仍|另)有$|(?:尚未|未|没有|还没有|待)(?:办复|答复|办结|办完)的?(?:还有|尚有|有)?$"
)
_UNANSWERED = re.compile(r"(?:提案)?(?:尚未|还未|仍未|未|没有|还没有|没|待)(?:能)?(?:按期)?(?:办复|答复|办结|办完)")
_NOT_DONE = re.compile(
    r"(?:未|没有|尚未|还未|没)(落实|解决|兑现|转化|公开|面商|完成|办结|答复|办复|采纳|整改|销号|启动)(?:完成|完)?的(?:还有|有)?$"
)
_FOR_OPEN = re.compile("(?:对|对于|将|把|针对)(?:尚未|未|没有|还没有)(?:办复|答复|办结|办完)的$")
_REACH, _FAR = 10, 80  # items
_SLIP, _SHARE = 3, 10  # so many, and one in so many


def rest_fault(told_by, item, whole, less, *others):
    """Tells `item` as no rest of `whole` (a value) less `less`, by `told_by`: marks.fault or marks.suspect.

    `others`: the mentions that prove it.
    """
    due = whole - less
    told = f"{plain(whole)}件减去{plain(less)}件，应为{plain(due)}件，文中为{plain(item.value)}件。"
    told_by("sum", [item.count], plain(item.value), plain(due), told, *others)


def check_remainders(splits, marks):
    """Every rest that stands in no split, and every count of those that are not answered."""
    for item in splits.items:
        if item.count is None or item.change or not is_exact(item) or item.dimension != words.PROPOSALS:
            continue
        if id(item.count) in marks.wrong or id(item.count) in marks.right or item.past:
            continue
        if _REST.search(item.count.left) and (item.group is None or len(item.group.counted) < 2):
            if splits.same_sentence(item):
                _check_rest(item, splits, marks)
            else:
                _check_rest_alone(item, splits, marks)
        elif _FOR_OPEN.search(item.count.left):
            _check_open(item, splits, marks)
        elif match := _NOT_DONE.search(item.count.left):
            _check_not_done(item, match[1], splits, marks)
        elif _OPEN.fullmatch(item.count.left) and _says_open(item) and not _DATE.search(item.count.said[-24:]):
            _check_open(item, splits, marks)


def _check_rest(item, splits, marks):
    """九十六件。六十三件，问题解决了；二十一件，正在路上；剩下的十一件，…: what the sentence tells before it."""
    parts = [one for one in splits.same_sentence(item) if not one.past and not one.mention.bracket]
    if len(parts) < 2 or any("；" not in one.count.gap for one in [*parts[1:], item]):
        return
    if not all(is_exact(one) for one in parts) or any("其中" in one.count.gap for one in parts):
        return
    total = sum(one.value for one in parts) + item.value
    wholes = [one for one in splits.able(parts[0]) if one.sentence != item.sentence and one.value > parts[0].value]
    if any(one.value == total for one in wholes):
        marks.fine(item.count, *[one.count for one in parts])
        return
    if wholes and abs(wholes[-1].value - total) <= min(_SLIP, wholes[-1].value // _SHARE):
        rest_fault(marks.suspect, item, wholes[-1].value, total - item.value, wholes[-1].count)


def _check_rest_alone(item, splits, marks):
    """立案156件。139件已答复。剩下17件…: all but the last that was told of, in a sentence of its own."""
    before = splits.before(item)
    if before is None or before.paragraph != item.paragraph or item.sentence - before.sentence != 1:
        return
    told = [*splits.same_sentence(before), *([before] if before.count and before.dimension == item.dimension else [])]
    earlier = [one for one in splits.items[max(item.place - _REACH, 0) : item.place] if one.count and not one.change]
    values = {one.value for one in earlier if not one.past}
    if not told or not all(map(is_exact, told)) or item.percent:
        return
    if any(part.value + item.value == value for part in told for value in values):
        marks.fine(item.count)
        return
    if sum(one.value for one in told) + item.value in values or any(one.percent for one in told):
        return
    wholes = [one for one in splits.able(told[0]) if one is not told[0] and one.value > told[0].value]
    if len(told) > 1 and told[-1].group and len(told[-1].group.counted) == 1 and told[-1].group.base is not None:
        wholes, told = [told[-1].group.base], told[-1:]  # 139件里，…满意的136件。其余3件…
    if len(told) == 1 and wholes and abs(wholes[-1].value - told[0].value - item.value) <= _SLIP:
        rest_fault(marks.suspect, item, wholes[-1].value, told[0].value)


def _check_not_done(item, done, splits, marks):
    """30件已落实20件，落实率66.7%，未落实的10件…: of one whole, those that are and those that are not."""
    same = [one for one in splits.same_sentence(item) if is_exact(one) and one.past == item.past]
    parts = [
        one
        for one in same
        if one.count.left.rstrip("了").endswith(done) and not _NOT_DONE.search(one.count.left + "的")
    ]
    if len(parts) != 1 or same.index(parts[0]) == 0 or "；" in item.count.said[len(parts[0].count.said) :]:
        return
    whole = same[same.index(parts[0]) - 1]
    off = whole.value - parts[0].value - item.value
    if not off:
        marks.fine(item.count, parts[0].count, whole.count)
    elif len(same) == 2 and abs(off) <= _SLIP and whole.value > parts[0].value:
        rest_fault(marks.suspect, item, whole.value, parts[0].value, whole.count)


def _says_open(item):
    behind = _UNANSWERED.match(item.count.right) or _UNANSWERED.match(item.count.after)
    return bool(behind) or bool(re.search("(?:未|没有)(?:办复|答复|办结|办完)的?(?:还有|尚有|有)?$", item.count.left))


def _check_open(item, splits, marks):
    """尚有26件没有办复, against the whole less what was answered, told beside one another before."""
    before = splits.items[max(item.place - _FAR, 0) : item.place]
    answered = [one for one in before if one.count and one.stage == words.ANSWERED and not one.past and is_exact(one)]
    pairs = [(whole, one) for one in answered for whole in splits.able(one) if whole.value > one.value]
    beside = [(whole, one) for whole, one in pairs if whole.sentence == one.sentence and not whole.within]
    values = {one.value for one in before if one.count}
    pointed = _FOR_OPEN.search(item.count.left) and len(beside) == 1
    sure = [(whole, one) for whole, one in beside if whole.value - one.value in values or pointed]
    if not sure:
        return
    if any(whole.value - one.value == item.value for whole, one in pairs) or item.value in values:
        return
    due = {whole.value - one.value for whole, one in sure}
    if len(due) == 1 and abs(min(due) - item.value) <= max(_SLIP, min(due) // 2):
        whole, one = sure[-1]
        told = (
            f"{plain(whole.value)}件已办复{plain(one.value)}件，还有{plain(min(due))}件，这里为{plain(item.value)}件。"
        )
        marks.fault("repeat", [item.count], plain(item.value), plain(min(due)), told)
