"""What is said of all, and one that the letter tells of without a count, or of a class by its name.

95件提案全部办复 and 铁路段承办的提案至今未能作出答复; 委员均评价“满意”。其中一件评价“基本满意”; 乡村振兴类30件全部落实
and 乡村振兴类提案中仍有5件未能落实.
"""

import re

from .arithmetic import plain
from .claims import is_exact
from .words import PROPOSALS

_ANSWERED = re.compile("^(?:政协)?(?:委员)?(?:提案)?(?:现|目前|现在|已|已经)*(?:全部|均|都)(?:已|已经)?(?:办复|答复)")
_UNANSWERED = re.compile("提案[^。；]*?至今(?:仍|还)?(?:未能?|没有|没能|无法)(?:作出|给出|予以|正式)*(?:答复|办复)")
_OTHERS = re.compile("会办|协办|分办|去年|上年|往年|历年|上届|来信|代表建议|补充答复|再次答复")
_AFTERWARDS = re.compile("首次|第一次|初次|起初|当初|经[^，。]{0,12}[，后]|重新|再次|最终|后改|改为|现已")
_CARRIED_OUT = re.compile("(?:提案)?(?:现|已|已经)*(?:全部|均|都)(?:已|已经)?(?:得到)?(落实|解决|办结|采纳)")
_CLASS = re.compile("([^，。；：、（）\\d]{2,10}类)(?:的)?(?:提案)?$")


_CLOSED_RATES = ("办复率", "答复率", "办结率")
_ONE_OPEN = re.compile("第\\d+号[^。；，]{0,30}(?:尚未|仍未|还未|未能)(?:答复|办复|办结|作出答复)")
_REACH = 200  # counts behind
_NEXT = 400  # characters


def check_all_but_one(splits, marks):
    """Every count of which a sentence says something of all; of those that are all answered, the first."""
    checked = False
    for item in splits.items:
        if item.count is None or item.past or item.change or not is_exact(item) or item.dimension != PROPOSALS:
            continue
        if id(item.count) in marks.wrong or item.value < 2:
            continue
        if _ANSWERED.match(item.count.after) and not _words_before(item):
            if not checked:
                _check_answered(item, splits, marks)
            checked = True
        elif (match := _CARRIED_OUT.match(item.count.after)) and (named := _CLASS.search(item.count.left)):
            _check_class(item, named[1], match[1], splits, marks)


def _words_before(item):
    """What the sentence says before the count, but for a number of its own: 二、"""
    return re.sub("^[（(]?[一二三四五六七八九十\\d]{0,2}[、）)．]", "", item.count.said)


def _sentences_behind(paragraphs):
    """The sentences behind the first of these texts, which are the rest of a paragraph and those behind it."""
    return [one for part in paragraphs for one in re.split("[。！？]", "".join(part.split()))][1:]


def check_rates_of_all(splits, marks):
    """办复率达到100%, and in the next sentence 第032号提案尚未答复."""
    for item in splits.items:
        if not item.percent or item.percent.value != 100 or item.past or id(item.percent) in marks.wrong:
            continue
        if item.rate not in _CLOSED_RATES or item.percent.about:
            continue
        text = splits.lines[item.paragraph][item.percent.end : item.percent.end + _NEXT]
        for sentence in re.split("[。！？]", "".join(text.split()))[:2]:
            if match := _ONE_OPEN.search(sentence):
                told = f"后面说“{match.group()[-16:]}”，不能是100%。"
                marks.fault("percent", [item.percent], item.percent.printed, "低于100", told)
                break


def _check_answered(item, splits, marks):
    text = splits.lines[item.paragraph][item.count.end :]
    for sentence in _sentences_behind([text, *splits.lines[item.paragraph + 1 :]]):
        match = _UNANSWERED.search(sentence)
        if match and not _OTHERS.search(sentence) and not _AFTERWARDS.search(sentence):
            told = f"前文说{plain(item.value)}件全部办复，后面又有提案“{match.group()[-12:]}”。"
            marks.fault("sum", [item.count], plain(item.value), plain(item.value - 1), told, tail=item.count.right)
            return


def _check_class(item, name, done, splits, marks):
    not_done = re.compile(f"(?:未|未能|没有|没能|尚未|还未|仍未)(?:得到)?{done}")
    named = re.compile(f"(?:^|[，；：]){re.escape(name)}提案(?:之|当)?中?(?:，)?(?:仍|还|尚|也)?有$")
    for other in splits.items[item.place + 1 : item.place + _REACH]:
        if other.count is None or other.past or not named.search(other.count.said) or other.value >= item.value:
            continue
        if not_done.match(other.count.right) and other.sentence != item.sentence:
            told = f"前文说{name}{plain(item.value)}件全部{done}，这里又有{plain(other.value)}件未{done}。"
            expected = plain(item.value - other.value)
            marks.fault("sum", [item.count], plain(item.value), expected, told, tail=item.count.right)
            return
