"""What is left of what stands beside it: 发出109份，收回105份，还有6份没收回; 除1件涉密外，其余15件公开.

Each has a base that the words leave no doubt of; a rest that any other count explains is right.
"""

import re

from .claims import is_exact
from .remainders import rest_fault
from .words import PROPOSALS

_DONE = re.compile(
    "^(?:目前|现)?(?:已|共|实际|先后)?[^，；。]{0,12}?(?:收[回到]|交回|办[复结完]|答复|反馈|完成|回复)(?:了|来)?$"
)
_REST = re.compile("，(?:还有|尚有|仍有|另外|其余|剩下|还剩|余下)(?:的)?")
_OPEN = re.compile("(?:正在|尚未|还未|仍未|还没|没|未|待|仍在|尚在|还在)")
_OTHERWISE = re.compile("另|此外|其中|截至|去年|上年")
_BUT = re.compile("(?:^|[，：；])除(?:了|有)?$")
_THE_OTHERS = re.compile("[^，；。\\d]{1,24}(?:之?外|以外)，(?:其余|其他|剩余|余下)(?:的)?")
_ALL_BUT = re.compile("[^。；]{1,40}(?:之?外|以外)，")
_NAMED_BUT = re.compile("除((?:第\\d+号[、和及与]?)+)[^。；]{0,40}外，其[余他]的?$")
_LACKING = re.compile("“([^”]{2,10})”(?:仍|还|尚)有$")
_LACKS = re.compile("(?:缺失|缺少|缺项|空白)")
_SLIP = 3  # proposals
_REACH = 200  # counts before
_MOST = 40  # wholes of a letter that tells of one only


def check_left_over(splits, marks):
    """Every rest told in the sentence of its whole, behind 除, or of a name in quotes that was counted before."""
    for item in splits.items:
        if item.count is None or item.change or item.past or not is_exact(item) or item.dimension != PROPOSALS:
            continue
        if id(item.count) in marks.wrong or item.mention.bracket:
            continue
        if _REST.fullmatch(item.count.gap) and _OPEN.match(item.count.right):
            _check_open(item, splits, marks)
        elif _THE_OTHERS.fullmatch(item.count.gap):
            _check_others(item, splits, marks)
        elif named := _NAMED_BUT.search(item.count.said):
            _check_all_but_named(item, named[1], splits, marks)
        elif _ALL_BUT.fullmatch(item.count.gap):
            _check_all_but(item, splits, marks)
        elif match := _LACKING.search(item.count.left):
            _check_lacking(item, match[1], splits, marks)


def _check_open(item, splits, marks):
    """6件协办提案，已反馈5件，另外2件正在会签: three counts of one sentence, in this order and no others."""
    same = [one for one in splits.same_sentence(item) if one.place < item.place]
    if (
        re.search("\\d(?:件|份|%)", item.count.after)
        or len(same) != 2
        or not all(map(is_exact, same))
        or any(one.past or one.change or one.percent for one in same)
    ):
        return
    whole, done = same
    if whole.dimension != item.dimension or done.dimension != item.dimension or whole.count.unit != item.count.unit:
        return
    if done.count.gap.count("，") != 1 or not _DONE.fullmatch(done.count.left) or _OTHERWISE.search(whole.count.said):
        return
    due, off = whole.value - done.value, whole.value - done.value - item.value
    if not off:
        marks.fine(whole.count, done.count, item.count)
    elif due > 0 and abs(off) <= _SLIP and not _explained(done.value + item.value, item, splits):
        rest_fault(marks.suspect, item, whole.value, done.value, whole.count)


def _explained(total, item, splits):
    return any(one.count and one.value == total for one in splits.items[max(item.place - _REACH, 0) : item.place])


def _check_all_but_named(item, numbers, splits, marks):
    """除第052号提案表示理解外，其余66件, where there are 66 in all: the papers named by their numbers are no rest."""
    but = len(re.findall("第\\d+号", numbers))
    known = [one for one in splits.wholes if one.place < item.place and one.dimension == PROPOSALS and not one.past]
    told = [one.value for one in splits.items if one.count]
    if any(one.value == item.value for one in known) and item.value + but not in told:
        rest_fault(marks.fault, item, item.value, but)


def _check_all_but(item, splits, marks):
    """除2件经同意延期外，126件全部按期办复, where there are 126 in all."""
    but = splits.before(item)
    if but is None or but.count is None or but.sentence != item.sentence or not _BUT.search(but.count.said):
        return
    if not re.match("(?:提案)?(?:已|均|全部|都)", item.count.right):
        return
    known = [one for one in splits.wholes if one.place < but.place and one.dimension == PROPOSALS and not one.past]
    told = [one.value for one in splits.items if one.count]
    if is_exact(but) and any(one.value == item.value for one in known) and item.value + but.value not in told:
        rest_fault(marks.fault, item, item.value, but.value)


def _check_others(item, splits, marks):
    """除1件涉及个人隐私外，其余15件均公开, in a letter that tells of one whole only."""
    but = splits.before(item)
    if but is None or but.count is None or but.sentence != item.sentence or not _BUT.search(but.count.said):
        return
    if len(splits.wholes) > _MOST:
        return
    wholes = [one for one in splits.wholes if one.place < but.place and one.dimension == PROPOSALS and not one.past]
    total = but.value + item.value
    if not is_exact(but) or len({one.value for one in wholes}) != 1:
        return
    whole = wholes[0]
    if whole.value == total:
        marks.fine(item.count, but.count)
    elif abs(whole.value - total) <= min(_SLIP, max(1, whole.value // 10)):
        rest_fault(marks.suspect, item, whole.value, but.value, whole.count)


def _check_lacking(item, name, splits, marks):
    """“办中沟通”131件, beside others of all 148, and further down “办中沟通”仍有27件缺失."""
    if not _LACKS.match(item.count.right):
        return
    told = [
        one
        for one in splits.items[max(item.place - _REACH, 0) : item.place]
        if one.count and one.count.left.endswith(f"“{name}”")
    ]
    if len(told) != 1 or not is_exact(told[0]) or told[0].past:
        return
    wholes = {one.value: one for one in splits.wholes[:_MOST] if one.place < told[0].place and not one.past}
    beside = [
        one for one in splits.same_sentence(told[0]) if one.count and "“" in one.count.left and one.value in wholes
    ]
    if not beside or any(
        one.value - told[0].value == item.value
        for one in splits.items[max(item.place - _REACH, 0) : item.place]
        if one.count
    ):
        return
    whole = wholes[beside[0].value]
    if whole.value > told[0].value:
        rest_fault(marks.fault, item, whole.value, told[0].value, whole.count)
