"""How long the answers took, against the papers answered: 一个月内答复33件，一至两个月89件，延期至四个月答复12件.

Every count of the sentence tells a length of time, and a split of the paragraph before adds up to the whole.
"""

import re
from itertools import groupby

from .arithmetic import plain
from .claims import is_exact
from .words import PROPOSALS

_BAND = re.compile(
    "(?:[一二两三四五六七八九十\\d]{1,3}(?:至|到|-|—|～))?[一二两三四五六七八九十\\d]{1,3}(?:个?(?:月|工作日|日|天|周))"
    "(?:之?内|以内|以上|之?间)?(?:的?(?:答复|办复|办结|回复))?(?:的|有|为)*$"
)
_SOME = re.compile("其中|主要|多数|平均|另|此外")
_FEWEST = 3  # lengths
_SLIP, _SHARE = 3, 25  # so many, and one in so many
_REACH = 12  # splits


def check_time_bands(splits, marks):
    """Sentence by sentence."""
    for _, run in groupby(splits.items, key=lambda item: item.sentence):
        told = list(run)
        if len(told) >= _FEWEST and all(map(_is_band, told)) and not _SOME.search(told[-1].count.said):
            _check(told, splits, marks)


def _is_band(item):
    plainly = item.count is not None and is_exact(item) and not item.past and item.dimension == PROPOSALS
    return plainly and not item.mention.bracket and bool(_BAND.search(item.count.said))


def _check(told, splits, marks):
    before = [group for group in splits.groups if group.items and group.items[-1].place < told[0].place]
    whole = next(
        (
            group.base
            for group in reversed(before[-_REACH:])
            if group.base is not None
            and group.base.stage
            and len(group.counted) > 1
            and group.total == group.base.value
            and not group.base.past
        ),
        None,
    )
    if whole is None or any(id(one.count) in marks.wrong for one in told) or told[-1].count.after.startswith("等"):
        return
    total = sum(one.value for one in told)
    off = abs(total - whole.value)
    others = {one.value for one in splits.wholes if one.place < told[0].place}
    counts = [one.count for one in told]
    if total in others:
        marks.fine(*counts)
    elif off <= min(_SLIP, max(1, whole.value // _SHARE)):
        added = "+".join(plain(one.value) for one in told)
        suggestion = f"{added}={plain(total)}，与{plain(whole.value)}相差{plain(off)}。"
        marks.fault("sum", counts, plain(total), plain(whole.value), suggestion, whole.count)
