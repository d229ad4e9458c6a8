"""The numbers written in a line that can be claims: counts, shares, points, sums of money, in digits or in words."""

import re
from decimal import Decimal

from .numerals import CHARACTERS, chinese_decimal, chinese_whole

COUNT, PERCENT, POINTS, FOREIGN = "count", "percent", "points", "foreign"

_CHARACTERS = CHARACTERS.replace("万", "")
_NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,9})(?:\.\d{1,6})?"
_CHINESE = f"[{_CHARACTERS}]{{1,12}}"
_MEASURE = (
    "分(?![别办为成类管工解析散配布钟])|元|美元|平方|公里|亩|吨|米|千瓦|户|套|栋|所|座|台|辆|张|场|次|天|年|级|岁|倍"
)
_UNIT = r"件次|人次|家次|户次|场次|件|份|篇|宗|家|名|位|人|条|项|个|张|票"
_TOKEN = re.compile(
    rf"""
    (?P<skip>
        〔\d{{4}}〕\d*号? | （(?:19|20)\d{{2}}）\d+号
      | (?:19|20)\d{{2}}(?:[-—–~至到](?:19|20)?\d{{2}})?年(?:度)?(?:\d{{1,2}}月)?(?:\d{{1,2}}[日号])?
      | (?:19|20)\d{{2}}[-./]\d{{1,2}}[-./]\d{{1,2}}
      | \d{{1,2}}月(?:\d{{1,2}}[日号])?(?:[-—–至]\d{{1,2}}日)? | \d{{1,2}}[日时]
      | 第\s*(?:\d+|{_CHINESE})(?:[、，和]\d+){{0,40}}(?:号|件|条|项|个|次|届|名|位|份|家)?
      | (?<!\d)(?:\d{{1,6}}[、，和]){{0,40}}\d{{1,6}}号
      | 一件(?=提案(?:常|往往|可|同时|既|涉及|需|由多))
      | 一(?P<one>[件份张])一(?P=one)
      | 一[件份张个](?:也)?没有
      | 一[件份张个](?:[^，。；、：\d]{{0,8}}[都也](?:没|不(?!满))|都没|也没|不[剩少差落漏])
      | {_CHINESE}(?:届|次(?!提)|五规划) | 十[二三四五六]五 | 一件事 | (?:[每哪]|没有?|[未无]|任何)一[件份]
    )
  | (?P<points>(?<![\d.]){_NUMBER}个?百分点)
  | (?P<ratio>
        (?<![\d.])
        (?: 百分之(?P<cn>{_CHINESE}(?:点[零〇一二三四五六七八九]+)?) | 百分之(?P<an>{_NUMBER}) | (?P<pn>{_NUMBER})%+ )
    )
  | (?P<count>
        (?<![\d.A-Za-z])
        (?P<n>{_NUMBER}|(?<![第每某几同哪这那{_CHARACTERS}]){_CHINESE}|(?<=[这那])[{_CHARACTERS}]{{2,12}})
        (?P<big>万)?(?P<about>余|多|来|几|\+)?(?P<unit>{_UNIT})(?P<more>余|多(?!数|办|承|收|提|出|了|交|答|[\d一二三四五六七八九十]))?
    )
  | (?P<bare>
        (?<![\d.A-Za-z年第]){_NUMBER}(?=[、，和及与])
      | (?<=[为有是、，和及与占达]){_CHINESE}(?=[、，和及与])
    )
  | (?P<money>(?<![\d.]){_NUMBER}[万亿]?[余多]?(?:{_MEASURE}))
    """,
    re.VERBOSE,
)
_SERIES = re.compile(r"分别|各|依次|分列|为|有|是")


def numbers_in(line, start, end):
    """(start, end, fields) of every number that can be a claim, in order."""
    found = []
    for match in _TOKEN.finditer(line, start, end):
        if match["points"]:
            value = re.match(_NUMBER, match["points"]).group()
            found.append((match, _fields(POINTS, value)))
        elif match["ratio"]:
            found.append((match, _ratio(match)))
        elif match["count"]:
            found.append((match, _count(match)))
        elif match["bare"]:
            found.append((match, _bare(match["bare"])))
        elif match["money"]:
            found.append((match, _measured(match["money"])))
    found = [(match, values) for match, values in found if values]
    _resolve_series(line, start, found)
    return [(match.start(), match.end(), values) for match, values in found if values["kind"] != "bare"]


def _fields(kind, text, **more):
    text = text.replace(",", "")
    return {"kind": kind, "value": Decimal(text), "printed": text, "decimals": len(text.partition(".")[2])} | more


def _measured(written):
    """4.8亿元, 23场, 9400余户."""
    number = re.match(_NUMBER, written).group()
    unit = written[len(number) :]
    return _fields(FOREIGN, number, unit=re.sub("[余多]", "", unit), about=bool(re.search("[余多]", unit)))


def _ratio(match):
    if match["cn"]:
        value = chinese_decimal(match["cn"])
        if value is None:
            return None
        printed = str(value)
    else:
        printed = match["an"] or match["pn"]
    misprint = {"flags": {"misprint"}} if match["ratio"].endswith("%%") else {}
    return _fields(PERCENT, printed) | misprint


def _bare(written):
    if written[0].isdigit():
        return _fields("bare", written)
    return _fields("bare", str(chinese_whole(written)), flags={"chinese"})


def _count(match):
    written = match["n"]
    value = written if written[0].isdigit() else chinese_whole(written)
    unit = match["unit"]
    if value is None:
        return None
    if "." in str(value) and not match["big"]:
        return _fields(FOREIGN, value, unit=unit)  # 平均每家3.4件
    fields = _fields(COUNT, str(value), unit=unit, about=bool(match["about"] or match["more"] or match["big"]))
    if not written[0].isdigit():
        fields["flags"] = {"chinese"}
    if match["big"]:
        fields["value"] *= 10_000
    return fields


def _resolve_series(line, start, found):
    """Bare numbers of a list take kind and unit from the number that ends it: 183、9、5件."""
    for place in range(len(found) - 1, -1, -1):
        match, values = found[place]
        if values["kind"] != "bare":
            continue
        behind = found[place + 1] if place + 1 < len(found) else None
        joined = behind and re.fullmatch(r"[、，和及与]", line[match.end() : behind[0].start()])
        if not joined or behind[1]["kind"] not in (COUNT, PERCENT):
            continue
        if ("chinese" in behind[1].get("flags", ())) != ("chinese" in values.get("flags", ())):
            continue
        if behind[1].get("series") or _SERIES.search(line[max(start, match.start() - 30) : match.start()]):
            kind = behind[1]["kind"]
            if kind == COUNT and values["decimals"]:
                continue
            values.update(kind=kind, unit=behind[1].get("unit", ""), series=True)
            behind[1]["series"] = True
