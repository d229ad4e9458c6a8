"""Whose year and session a number is of: this letter's own, or an earlier one's.

The last word of time before a number decides: a year or a session that its sentence names, else the heading that it
stands under (四、上年B类提案跟踪情况).
"""

import re

from .numerals import chinese_whole

_PAST = r"去年(?!以来)|上年(?!度?以来)|上一年|上届|前年|往年|往届|前一年|上次会议"
_PRESENT = r"今年|本年|本次"
_TIMES = re.compile(f"(?P<past>{_PAST})|{_PRESENT}")
_COMPARED = re.compile(rf"本届|同比|(?:比|较|与|同)(?:{_PAST})(?:同期)?(?:度)?(?:相比)?")
_BESIDE = re.compile(rf"(?:比|较|与|同)(?:{_PAST})(?!度?相比|同期相比)[^，；。：（）多少增减]{{0,14}}$")
_BESIDE_YEAR = re.compile(r"(?P<than>(?<!占)比|较|与|同)20\d\d年度?(?!度?相比|同期相比)[^，；。：（）多少增减]{0,14}$")
_BRACKETED = re.compile(rf"(?:{_PAST})[^，（]{{0,6}}（[^）]*$")
_TO_NOW = re.compile("(?:升|降|增|减|提高|上升|下降|增加|减少|提升|增长)(?:至|到|为)(?:了|今年的?)?$")
_TO_LESS_OR_MORE = re.compile("[件份]?(?:增加?|减少?|上?升|下?降)(?:至|到|为)")
"""由67件减为60件: the first is of before."""
_NUMERAL = "[一二三四五六七八九十]{1,3}"
_SESSION = re.compile(f"({_NUMERAL})届({_NUMERAL})次(?!常委|常务|主席会)")
_SINCE = re.compile(_SESSION.pattern + "(?:会议|全会)?(?:召开|闭幕|大会)?以来")
_SHORT = re.compile(f"(?<![开届])({_NUMERAL})次会议")
_AGAINST = re.compile(f"(?:比|较|与|同)[^，。；]{{0,6}}{_SESSION.pattern}[^，。；]{{0,8}}相比")
_HEADING = re.compile(r"(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）)([^，；。：]{2,24})(?:。|$)")


def session_of(text):
    """(congress, session) that a letter is of: that since which it reports, else the first named; None without one."""
    match = _SINCE.search(text) or _SESSION.search(text)
    return _numbers(match) if match else None


def _numbers(match):
    return chinese_whole(match[1]), chinese_whole(match[2])


def heading_of(line):
    """What a numbered heading says that a paragraph begins with or is, None where it has none."""
    match = _HEADING.match(line)
    return match[1] if match else None


def is_past(mention, own):
    """Whether the words before a number speak of an earlier year or session. `own`: the session of the letter."""
    if mention.bracket and _BRACKETED.search(mention.said):
        return True
    year = _BESIDE_YEAR.search(mention.said) if "change" not in mention.flags else None
    if year and (year["than"] in "比较" or re.match("[^，。；]{0,8}相比", mention.after)):
        return True  # 与2021年立案320件相比; and not 上年结转的与2023年交办的45件
    if re.search("[由从]$", mention.left) and _TO_LESS_OR_MORE.match(mention.after):
        return True
    if "change" not in mention.flags and _BESIDE.search(mention.said):
        return True
    if _TO_NOW.search(mention.left) and re.search("[由从]", mention.said):
        return False  # 由上年的98.9%升至99.4%
    said = _COMPARED.sub("今年", re.sub("（[^（）]*）", "", mention.said))
    times = [(match.start(), bool(match["past"])) for match in _TIMES.finditer(said)]
    times += _sessions(mention.said, said, own) if own else []
    if times:
        return max(times)[1]
    return bool(re.search(_PAST, mention.heading))


def _sessions(sentence, said, own):
    """[(place, whether it is earlier)] of the sessions named; 一次会议 is one where its sentence names one in full."""
    said = _AGAINST.sub(lambda match: "＿" * len(match.group()), said)
    found = [(match.start(), _numbers(match) < own) for match in _SESSION.finditer(said)]
    if _SESSION.search(sentence):
        found += [(match.start(), (own[0], chinese_whole(match[1])) < own) for match in _SHORT.finditer(said)]
    return found


def year_of(mention):
    """The last year that the sentence names before a number, "" for none."""
    found = re.findall(r"(20\d\d)年", mention.said)
    return found[-1] if found else ""
