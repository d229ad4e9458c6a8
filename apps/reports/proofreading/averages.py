"""Averages: 102件提案由30家单位主办，平均每家3.4件."""

import re
from decimal import ROUND_HALF_UP, Decimal

from .arithmetic import plain
from .written import COUNT, FOREIGN

_AVERAGE = re.compile(
    r"(?:平均每|每|年均|人均)(?:个|家|位|名|件|人|年|次)?[^，；。：\d]{0,8}?(?:约|为|有|办理|承办|提出)*$"
)
_MEAN = re.compile(r"平均|年均|人均")
_YEARS = re.compile("([两三四五六七八九十]|[2-9])年")
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九十")} | {"两": 2}


def check_averages(mentions, marks):
    """An average whose two numbers stand before it: where no two of its sentence give it, the nearest pair is told."""
    for place, mean in enumerate(mentions):
        if (
            not mean.unit
            or mean.about
            or not mean.decimals
            or not (_MEAN.search(mean.left) and _AVERAGE.search(mean.left))
        ):
            continue
        before = [one for one in mentions[max(place - 8, 0) : place] if _is_near(one, mean)]
        years = [Decimal(_DIGITS.get(one) or one) for one in _YEARS.findall(mean.said)]
        totals = [one for one in before if one.unit == mean.unit]
        pairs = [(one.value, by) for one in totals for by in [*[other.value for other in before], *years] if by > 1]
        if any(_mean(total, by, mean) == mean.value for total, by in pairs):
            marks.fine(mean)
        elif "年均" not in mean.left and (nearest := _stated(before, totals)):
            total, by = nearest
            expected = _mean(total.value, by.value, mean)
            told = f"{plain(total.value)}除以{plain(by.value)}应为{expected}，文中为{mean.printed}。"
            marks.fault("percent", [mean], mean.printed, expected, told)


def _is_near(one, mean):
    return (
        one.sentence == mean.sentence
        and one.kind in (COUNT, FOREIGN)
        and one.value
        and not one.about
        and not one.decimals
    )


def _stated(before, totals):
    """The only total and the only other number of the sentence before an average; None where there are more."""
    others = [one for one in before if one not in totals]
    return (totals[0], others[0]) if len(totals) == 1 and len(others) == 1 and others[0].value > 1 else None


def _mean(total, by, mean):
    return (total / by).quantize(Decimal(1).scaleb(-mean.decimals), ROUND_HALF_UP)
