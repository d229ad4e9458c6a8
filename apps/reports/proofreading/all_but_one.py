"""What is said of all, and one that the letter tells of without a count, or of a class by its name.

95件提案全部办复 and 铁路段承办的提案至今未能作出答复; 委员均评价“满意”。其中一件评价“基本满意”; 乡村振兴类30件全部落实
and 乡村振兴类提案中仍有5件未能落实.
"""

import re

from .arithmetic import plain
from .claims import is_exact
from .exceptions import AGAIN
from .words import PROPOSALS

_ANSWERED = re.compile("^(?:政协)?(?:委员)?(?:提案)?(?:现|目前|现在|已|已经)*(?:全部|均|都)(?:已|已经)?(?:办复|答复)")
_UNANSWERED = re.compile("提案[^。；]*?至今(?:仍|还)?(?:未能?|没有|没能|无法)(?:作出|给出|予以|正式)*(?:答复|办复)")
_OTHERS = re.compile("会办|协办|分办|去年|上年|往年|历年|上届|来信|代表建议|补充答复|再次答复")
_HAPPY = re.compile(
    "(?:均|都|全部)(?:评价|表示|评为|评价为)“满意”(?![或和、及与以])|(?:均|都|全部)(?:评价(?:为)?|表示|是|为)?满意(?!”?[或和、及与以率度])"
)
_AT_FIRST = re.compile("首次|第一次|初次|起初|当初|后改|改为|改评|现已")
_STILL = re.compile(
    "(?:^|，)(?:其中|唯有?|只有|唯独|仅有|但)[^。；]*?(?:表示(?:了)?(?:理解|谅解)|(?:只|仅)?(?:意见)?(?:表示|评价|评)?为?“?基本满意|仍然?(?:表示|评价为?)?“?不满意|"
    "“不满意”[^。；]*?仍?未(?:能)?(?:取得|获得?)[^，。；]{0,6}谅解)"
)
_LESS = re.compile("^其中[^。；]*?(?:评价|评为|表示)(?:为)?“?(基本满意|不满意|一般|较差)")
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
        elif match := _HAPPY.search(re.split("[；。]", item.count.after)[0]):
            if re.search("其[余他]的?$", item.count.left):
                continue
            if not _words_before(item):
                _check_happy(item, item.count.after[match.end() :], splits, marks)
            if id(item.count) not in marks.wrong and not re.search(r"\d", item.count.after[: match.start()]):
                _check_still_unhappy(item, splits, marks)
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


def _check_happy(item, rest, splits, marks):
    """Only the sentence right behind, and only 其中: of those that were told of."""
    if "。" in rest.rstrip("。"):
        return
    text = splits.lines[item.paragraph][item.count.end : item.count.end + _NEXT]
    for sentence in _sentences_behind([text])[:1]:
        match = _LESS.match(sentence)
        if match and not _AFTERWARDS.search(sentence):
            told = f"前一句说{plain(item.value)}件均评价满意，这里又有评价{match[1]}的。"
            tail = item.count.after.rstrip("。")
            marks.fault("sum", [item.count], plain(item.value), plain(item.value - 1), told, tail=tail)


def _check_still_unhappy(item, splits, marks):
    """19件全部表示满意。唯有提出专用铁路的委员，经面谈，表示理解: of whom all is said, one ended otherwise."""
    text = splits.lines[item.paragraph][item.count.end : item.count.end + _NEXT]
    sentences = re.split("[。！？]", "".join(text.split()))
    for other in splits.items[item.place + 1 : item.place + _REACH]:
        less = other.count and other.facet == "rating" and other.name in ("基本满意", "一般", "理解", "不满意")
        if less and other.value and _is_of_them(other, item, splits):
            told = f"前面说{plain(item.value)}件均为满意，后面又有{other.name}{plain(other.value)}件。"
            expected = plain(item.value - other.value)
            marks.fault("sum", [item.count], plain(item.value), expected, told, other.count, tail=item.count.right)
            return
    for sentence in (sentences[0].partition("满意")[2], *sentences[1:2]):
        if (match := _STILL.search(sentence)) and not _AT_FIRST.search(sentence):
            told = f"前面说{plain(item.value)}件均为满意，后面又有“{match.group()[-12:]}”。"
            marks.fault("sum", [item.count], plain(item.value), plain(item.value - 1), told, tail=item.count.right)
            return


def _is_of_them(other, item, splits):
    """Whether a rating further down is of the papers that were all satisfied, and not of a first round or a part."""
    if other.past or other.change or other.aspect or other.value >= item.value or other.sentence == item.sentence:
        return False
    if _OTHERS.search(other.count.said) or AGAIN.search("".join(splits.lines)):
        return False
    return other.group is None or other.group.base is None or other.group.base.value == item.value


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
