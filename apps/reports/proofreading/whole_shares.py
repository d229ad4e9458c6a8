"""Counts with shares that follow each other in a sentence and make up a whole, whatever they are called.

一是可转为A类的39件，占53.4%；二是正在实施的27件，占37.0%；三是尚未启动的7件，占9.6%: each is a share of one base, so
the one that is not is wrong.
"""

from decimal import Decimal
from itertools import groupby

from .arithmetic import fits, plain, share
from .claims import is_exact

_FEWEST = 3  # parts: of two nobody can tell which is wrong
_AROUND = 12  # counts before, of which one is the base
_CLOSE = 10  # per cent
_SLIP, _TENTH = 3, 10


def check_whole_shares(splits, marks):
    """Every longest run of such counts."""
    for _, sentence in groupby(splits.items, key=lambda item: item.sentence):
        run = []
        for item in [*sentence, None]:
            if item is not None and _is_part(item) and (not run or _goes_on(item, run[-1])):
                run.append(item)
                continue
            if len(run) >= _FEWEST:
                _check(run, splits, marks)
            run = [item] if item is not None and _is_part(item) else []


def _is_part(item):
    return bool(item.count and item.percent and is_exact(item) and item.base_count is None and not item.past)


def _goes_on(item, last):
    return (
        item.place == last.place + 1
        and item.dimension == last.dimension
        and item.mention.bracket == last.mention.bracket
        and "其中" not in item.mention.gap
        and "中，" not in item.mention.gap
        and item.base_words == last.base_words
        and "+" not in item.name
    )


def _check(run, splits, marks):
    if any(id(one) in marks.wrong for item in run for one in (item.count, item.percent)):
        return
    total = sum(item.value for item in run)
    told = [
        one
        for one in splits.items[max(run[0].place - _AROUND, 0) : run[0].place]
        if one.count and one.dimension == run[0].dimension and one.value >= max(item.value for item in run)
    ]
    for base in [total, *dict.fromkeys(one.value for one in reversed(told))]:
        odd = [item for item in run if not fits(item.value, base, item.percent)]
        if not odd and base == total:
            _check_told(run, total, marks, splits)
            return
        if len(odd) == 1 and _is_sure(run, base, total):
            item, expected = odd[0], share(odd[0].value, base, odd[0].percent.decimals)
            advice = f"{plain(item.value)}占{plain(base)}应为{expected}%，文中为{item.percent.printed}%。"
            marks.fault("percent", [item.count, item.percent], item.percent.printed, expected, advice)
            return


def _check_told(run, total, marks, splits):
    """Parts that make up a whole of their own, against the count that the sentence before is about."""
    before = splits.before(run[0])
    others = splits.items[max(run[0].place - 2 * _AROUND, 0) : run[-1].place + _AROUND]
    if (
        before is not None
        and before.count
        and is_exact(before)
        and before.dimension == run[0].dimension
        and not any(one.count and one.value == total for one in others)
        and 0 < abs(before.value - total) <= min(_SLIP, max(1, before.value // _TENTH))
        and id(before.count) not in marks.wrong
        and run[0].sentence - before.sentence <= 1
    ):
        told = f"各项合计{plain(total)}，比例也按{plain(total)}计算，前面为{plain(before.value)}。"
        marks.fault("sum", [before.count, *[item.count for item in run]], plain(total), plain(before.value), told)
        return
    marks.fine(*[one for item in run for one in (item.count, item.percent)])


def _is_sure(run, base, total):
    """Whether the parts make up the base: their counts do, or their shares, and then one count is wrong."""
    if total == base:
        return True
    shares = [item.percent for item in run]
    slack = sum(Decimal(5).scaleb(-one.decimals - 1) for one in shares)
    close = abs(total - base) * 100 <= _CLOSE * base
    return close and abs(sum(one.value for one in shares) - 100) <= slack
