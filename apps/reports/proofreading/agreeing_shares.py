"""Shares of what is no proposal: 满意55人，占88.7%; 选“见面座谈”的122人，占67.8%.

Of what such numbers are shares nobody says in one way; the other shares of the paragraph tell it. One that fits none
of the numbers before it, where two and more agree on a base, is a slip.
"""

import re
from collections import Counter
from itertools import groupby, pairwise

from .arithmetic import fits, plain, share
from .words import PROPOSALS
from .written import COUNT, FOREIGN, PERCENT

_OF = re.compile("[^，。；、\\d]{0,8}[，（]?占(?:比)?(?:[^，。；\\d]{0,10}的)?")
_FEWEST = 2  # shares that agree


def check_agreeing_shares(mentions, marks):
    """Paragraph by paragraph."""
    for _, run in groupby(mentions, key=lambda one: one.paragraph):
        told = [one for one in run if one.kind in (COUNT, FOREIGN, PERCENT)]
        pairs = [(count, percent) for count, percent in pairwise(told) if _is_share(count, percent)]
        if len(pairs) > _FEWEST:
            _check(pairs, told, marks)


def _is_share(count, percent):
    other = count.kind == FOREIGN or (count.kind == COUNT and count.dimension != PROPOSALS)
    exact = not count.about and not percent.about and "change" not in percent.flags
    return other and exact and percent.kind == PERCENT and bool(count.unit) and bool(_OF.fullmatch(percent.gap))


def _check(pairs, told, marks):
    for unit in {count.unit for count, _ in pairs}:
        own = [(count, percent) for count, percent in pairs if count.unit == unit]
        bases = {one.value for one in told if one.kind != PERCENT and not one.about and one.at < own[-1][0].at}
        bases |= {sum(count.value for count, _ in own)}
        votes = Counter({base: sum(fits(count.value, base, percent) for count, percent in own) for base in bases})
        (base, most), *others = votes.most_common(2)
        if most < _FEWEST or most * 2 < len(own) or (others and others[0][1] == most):
            continue
        for count, percent in own:
            if any(fits(count.value, one, percent) for one in bases):
                marks.fine(count, percent)
            elif base >= count.value and id(percent) not in marks.wrong:
                expected = share(count.value, base, percent.decimals)
                advice = f"{plain(count.value)}占{plain(base)}应为{expected}%，文中为{percent.printed}%。"
                marks.fault("percent", [count, percent], percent.printed, expected, advice)
