"""A sum of what was just listed: 甲镇7件…新城街道8件，以上4镇3街道共承办43件; 分别为71件、66件，两个部门合计137件.

How many places the sum is of is told with it, and so many counts stand right before it.
"""

import re

from .arithmetic import plain
from .claims import is_exact
from .numerals import chinese_whole

_PLACES = "(?:个|家)?(?:承办|主办)?(?:单位|部门|委办局|镇街?|乡镇?|街道|局|县|区|市|园区|系统|方面|类)"
_SUM = re.compile(
    rf"(?:^|[，；。：])(?P<above>以上|上述|这)?(?P<places>(?:(?:[两二三四五六七八九十]{{1,3}}|\d{{1,2}}){_PLACES})+)(?:一?共|合计|共计|总计|累计)(?:承办|主办|办理|提交|办复|答复)?(?:提案)?(?:为|有|达)?$"
)
_NUMBER = re.compile(rf"([两二三四五六七八九十]{{1,3}}|\d{{1,2}}){_PLACES}")


def check_above(splits, marks):
    """Every such sum against the counts before it in its sentence and the one before."""
    for item in splits.items:
        match = _SUM.search(item.count.said[-40:]) if item.count and is_exact(item) and not item.change else None
        if match is None or id(item.count) in marks.wrong:
            continue
        number = sum(int(one) if one.isdigit() else chinese_whole(one) or 0 for one in _NUMBER.findall(match["places"]))
        parts = _run_before(item, splits, item.count.said[-40:][: match.start()])
        if number < 2 or len(parts) != number or any(id(one.count) in marks.wrong for one in parts):
            continue
        total = sum(one.value for one in parts)
        if total == item.value:
            marks.fine(item.count, *[one.count for one in parts])
        else:
            told = f"{'+'.join(plain(one.value) for one in parts)}={plain(total)}，文中合计为{plain(item.value)}。"
            marks.suspect("sum", [*[one.count for one in parts], item.count], plain(total), plain(item.value), told)


def _run_before(item, splits, said):
    """The counts of the item's dimension right before it that belong to one list."""
    last = splits.items[: item.place]
    while last and last[-1].dimension != item.dimension and last[-1].sentence == item.sentence:
        last = last[:-1]  # 4镇: how many they are
    found = []
    for one in reversed(last):
        if one.count is None or one.dimension != item.dimension or not is_exact(one) or one.percent or one.change:
            break
        if found and not re.fullmatch("[^，；。：]{0,8}[、，；][^，；。：\\d]{0,24}", found[0].mention.gap):
            break
        if one.sentence != item.sentence and (said or item.sentence - one.sentence > 1):
            break
        found.insert(0, one)
    return found
