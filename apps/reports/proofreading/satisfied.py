"""What is said of all who judged, against those who judged otherwise.

委员全部表示满意 and, before or behind it, 不满意1件; 7件提案的委员全部勾选“满意” and 其中一件勾选“基本满意”. What was
judged again (经重新办理，改评满意) is another matter, and so are the papers of one unit or kind among others.
"""

import re
from itertools import pairwise

from . import words
from .arithmetic import plain
from .exceptions import AGAIN
from .tokens import squeezed

_ALL = re.compile(
    "(?:均|都|全部|一致|皆)(?:对[^，。；]{0,8})?(?:已|表示|评价|评|勾选|给予|填写?|反馈|选择?|为|是|了)*“?(?:非常|很)?满意”?"
    "(?P<fairly>(?:或者?|和|、|及|与|以上)“?(?:基本|比较|较)满意”?)?(?![率度的]|\\d)"
)
_NONE = re.compile("(?:没有|无一?|未(?:收到|出现|有))(?:[一1]?(?:件|人|份|张))?“?不满意”?(?!的?原因|[率的为]*\\d|率)")
_PART = re.compile(
    "(?<!均为)主办|会办|(?<!政)协办|重点|平时|大会|集体|[A-E]类|其余|其他|剩余|余下|另外|首批|部分|今后|明年|要求|确保|力争|争取|承诺|"
    "去年|上年|往年|省政协|全国政协|代表|建议|(?<![我本各])[局镇乡]|街道|(?:单位|部门)(?:均|都|全部)|除|不(?:是|等于)|并非|第\\d+号|(?<!截至)20\\d\\d年"
)
_ONE_OF_THEM = re.compile(
    "(?:(?:[一两二三四五]|\\d+)(?:件|位|名|人)|第\\d+号)[^，。；]{0,24}?(?:仍|仍然|只|仅)?(?:表示|评价为?|勾选|评为|反馈|意见)(?:为)?(?:了)?“?(?P<less>基本满意|不满意|理解|谅解|一般)|"
    "(?P<bad>不满意)的?第\\d+号|第\\d+号[^。]{0,40}?仍然?表示“?(?P<still>不满意)"
)
_BUT_ONE = re.compile(
    "(?:^|，)(?:其中|唯有?|只有|唯独|仅有?|但)[^。；]*?(?:表示|评价为?|评为?|填写|勾选|意见为?|为)(?:了)?“?(?:理解|谅解|基本满意|不满意)"
)
_LATER = re.compile("首次|第一次|初次|起初|当初|后改|改为|改评|现已")
_FIRST = re.compile("首次|第一次|初次|起初|当初|曾|后改|改为|改评|现已|去年|上年|转为|会办|协办|经[^，。]{0,12}[，后]")
_AT_LAST = re.compile("(?:最终|最后|仍)[^，。；]{0,10}$")
_QUOTED = 40  # characters
_FAIR = ("基本满意", "理解", "谅解", "一般")


def check_satisfied(splits, marks):
    """Every sentence that says that all were satisfied, or none dissatisfied; the first that does not hold."""
    again = bool(AGAIN.search("".join(marks.paragraphs)))
    rated = [] if again else [one for one in splits.items if _is_less(one)]
    sentences = [*_sentences(marks.paragraphs), ""]
    for sentence, following in pairwise(sentences):
        for match in [*_ALL.finditer(sentence), *_NONE.finditer(sentence)]:
            if _PART.search(sentence[: match.start()]):
                continue
            clause = sentence[max(sentence.rfind(mark, 0, match.start()) for mark in "；：") + 1 : match.start()]
            said = _Said(match, clause, (sentence[match.end() :], following))
            if said.contradicted(rated, again, splits, marks):
                return


class _Said:
    """A statement of all. `all_good`: whether fairly satisfied ones contradict it too."""

    def __init__(self, match, clause, behind):
        self.behind = behind
        self.words, self.clause = match.group(), clause
        self.all_good = match.re is _ALL and not match["fairly"]
        self.aspect = words.aspect_of(clause)
        told = re.findall("(\\d+)(?:件|份|张|票|位|名)", clause)
        self.of = int(told[-1]) if told else None

    def contradicted(self, rated, again, splits, marks):
        less = [one for one in rated if (self.all_good or one.name == "不满意") and self._is_of_same(one)]
        if less:
            bad = next((one for one in less if one.name == "不满意"), less[0])
            self._fault(f"文中另有{bad.name}{plain(bad.value)}件", bad.value, splits, marks, bad.count)
            return True
        for text in self.behind:
            match = self.all_good and _BUT_ONE.search(text)
            if (
                match
                and (_AT_LAST.search(match.group()) or not _LATER.search(text))
                and not self._is_otherwise(text[: match.end()])
            ):
                self._fault(f"文中又有“{match.group()[-16:]}”", 1, splits, marks)
                return True
        for sentence in _sentences(marks.paragraphs):
            for match in _ONE_OF_THEM.finditer(sentence):
                if (again and "仍" not in match.group()) or _FIRST.search(sentence[: match.end()]):
                    continue  # judged again since
                found = match["less"] or match["bad"] or match["still"]
                if (self.all_good or found == "不满意") and not self._is_otherwise(sentence[: match.end()]):
                    self._fault(f"文中又有“{match.group()[-16:]}”", 1, splits, marks)
                    return True
        return False

    def _is_otherwise(self, text):
        """Whether a text is of another aspect: 对办理态度均满意；对办理结果，1件不满意."""
        aspect = words.aspect_of(text)
        return bool(aspect and self.aspect and aspect != self.aspect)

    def _is_of_same(self, one):
        if (one.aspect and self.aspect and one.aspect != self.aspect) or self.words in one.count.right:
            return False
        group = one.group
        wholes = {group.total, group.base.value if group and group.base else 0} if group else set()
        return self.of is None or self.of in wholes or (group is None and one.value < self.of)

    def _fault(self, told, less, splits, marks, base=None):
        advice = f"文中说“{self.words}”，{told}，前后不符。"
        saying = [one.count for one in splits.items if one.count and self._is_said_of(one)]
        if saying:
            printed, rest = plain(saying[-1].value), plain(saying[-1].value - less)
            tail = saying[-1].after.partition(self.words)[0] + self.words
            marks.fault("sum", saying[-1:], printed, rest, advice, base, tail=tail)
        else:
            where = (self.clause.rpartition("，")[2] + self.words)[-_QUOTED:]
            marks.fault("repeat", [], self.words, "不是全部", advice, base, where=where)

    def _is_said_of(self, one):
        between, said, _ = one.count.after.partition(self.words)
        return one.value == self.of and bool(said) and not re.search("[；：]", between)


def _is_less(one):
    """A count of those who were not simply satisfied, at last and this year."""
    return (
        bool(one.count and one.value)
        and one.facet == "rating"
        and one.name in ("不满意", *_FAIR)
        and one.aspect != "首次"
        and not one.past
        and not one.change
    )


def _sentences(paragraphs):
    """The text of each sentence without blanks."""
    for text in paragraphs:
        yield from re.split("(?<=[。！？])", squeezed(text)[0])
