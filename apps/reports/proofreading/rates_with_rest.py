"""A rate between what was done and the rest: 当面沟通293件，面商率96.1%，其余12件电话沟通.

The two make up what the rate is of, whatever it is called; a rate that fits neither them, nor the rest within the
first, nor any whole that the letter tells, is a slip.
"""

import re

from .arithmetic import fits, plain, share
from .bases import told_wholes
from .claims import is_exact
from .possible import any_two
from .words import PROPOSALS

_RATE = re.compile("[，（](?:[^，。；：\\d]{1,8})率(?:为|达|达到)?")
_REST = re.compile("[）]?[，；](?:其余|其他|余下|剩余|另)(?:的)?")
_DONE = re.compile("见面|面商|面谈|沟通|走访|上门|登门|联系|座谈|公开|采纳|落实|兑现|办结|答复|完成|签收|反馈")


def check_rates_with_rest(splits, marks):
    """Every count, rate and rest that stand side by side."""
    for rate in splits.items[1:-1]:
        done, rest = splits.items[rate.place - 1], splits.items[rate.place + 1]
        if rate.rate and _stand_together(done, rate, rest) and id(rate.percent) not in marks.wrong:
            _check(done, rate, rest, splits, marks)


def _stand_together(done, rate, rest):
    if any(one.count is None or one.dimension != PROPOSALS or not is_exact(one) for one in (done, rest)):
        return False
    beside = done.count.at + 1 == rate.percent.at == rest.count.at - 1
    alike = done.sentence == rate.sentence == rest.sentence and not (done.past or rate.past or rest.past)
    words = _RATE.fullmatch(rate.percent.gap) and _REST.fullmatch(rest.count.gap)
    is_done = _DONE.search(done.count.left) and "应" not in done.count.left
    return bool(beside and alike and is_exact(rate) and words and not done.percent and is_done)


def _check(done, rate, rest, splits, marks):
    whole = done.value + rest.value
    bases = [whole, *[one.value for one in told_wholes(done, splits)]]
    if any(fits(done.value, base, rate.percent) for base in bases) or (
        done.value and fits(done.value - rest.value, done.value, rate.percent)
    ):
        marks.fine(rate.percent)
    elif not any_two(rate, splits):
        expected = share(done.value, whole, rate.percent.decimals)
        told = (
            f"{plain(done.value)}件和其余{plain(rest.value)}件共{plain(whole)}件，"
            f"比例应为{expected}%，文中为{rate.percent.printed}%。"
        )
        marks.fault("percent", [rate.percent], rate.percent.printed, expected, told)
