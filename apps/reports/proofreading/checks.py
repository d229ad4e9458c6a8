"""The arithmetic of counts: shares of their bases, splits against their wholes."""

from decimal import Decimal

from . import words
from .arithmetic import base_that_fits, counts_that_fit, fits, is_truncated, plain, share
from .bases import bases_of
from .claims import cleaned


def check_shares(splits, marks):
    """Every count with a percentage of its own."""
    for item in splits.items:
        if item.count is None or item.percent is None or item.count.about or item.percent.about or item.change:
            continue
        bases = bases_of(item, splits)
        if not bases:
            continue
        if found := next((one for one in bases if fits(item.value, one.value, item.percent)), None):
            marks.fine(item.count, item.percent, found.mention)
        else:
            _wrong_share(item, bases, marks)


def _wrong_share(item, bases, marks):
    count, percent = item.value, item.percent
    truncated = next((one for one in bases if is_truncated(count, one.value, percent)), None)
    base = truncated or bases[0]
    expected = share(count, base.value, percent.decimals)
    rule = "rounding" if truncated or _is_forced(item, expected) else "percent"
    marks.fault(rule, [item.count, percent], percent.printed, expected, _share_advice(item, base, expected, rule))


def _is_forced(item, expected):
    """Off by one in the last place, and the shares of the split make exactly 100."""
    step = Decimal(1).scaleb(-item.percent.decimals)
    if abs(expected - item.percent.value) != step or item.group is None:
        return False
    shares = [one.percent for one in item.group.items if one.percent]
    return len(shares) > 1 and sum(one.value for one in shares) == 100


def _share_advice(item, base, expected, rule):
    named = f"{base.words}{plain(base.value)}件" if item.dimension == words.PROPOSALS else f"{plain(base.value)}"
    told = f"{plain(item.value)}占{named}应为{expected}%，文中为{item.percent.printed}%。"
    if rule == "rounding":
        return told + (
            "应四舍五入，各项比例单独计算，不为凑足100%而调整。"
            if _is_forced(item, expected)
            else "应四舍五入，不能舍去尾数。"
        )
    other = [count for count in counts_that_fit(base.value, item.percent) if count != item.value]
    if other:
        told += f"若比例无误，件数应为{_some(other)}。"
    near = base_that_fits(item.value, base.value, item.percent)
    if near is not None and near != base.value:
        told += f"若件数和比例无误，基数应为{plain(near)}。"
    return told


def _some(counts):
    return str(counts[0]) if len(counts) == 1 else f"{counts[0]}至{counts[-1]}"


# --- sums


def check_sums(splits, marks):
    """Every split of two and more parts against its whole."""
    for group in splits.groups:
        if len(group.counted) < 2 or any(item.count.about for item in group.counted):
            _shares_only(group, marks)
        elif len(group.counted) == len(group.items) or group.rest:
            _check_sum(group, splits, marks)


def _check_sum(group, splits, marks):
    total, mentions = group.total, [item.count for item in group.counted]
    bases = sum_bases(group, splits)
    if not bases:
        return
    if found := next((one for one in bases if one.value == total), None):
        marks.fine(*mentions, found.count)
        return
    if any(total == one.value for one in _other_wholes(group, splits)):
        marks.fine(*mentions)
        return
    base = bases[0]
    if _claims_all(group) or (total > max(one.value for one in bases) and _cannot_overlap(group)):
        marks.fault("sum", [base.count, *mentions], plain(total), plain(base.value), _sum_advice(group, base))
    elif total < base.value and group.dimension == words.PROPOSALS and group.facet not in ("key", "handling"):
        rest = base.value - total
        marks.note(
            "remainder",
            [base.count, *mentions],
            plain(total),
            plain(base.value),
            f"各项合计{plain(total)}件，{plain(base.value)}件中还有{plain(rest)}件没有说明。",
        )


def _claims_all(group):
    if group.facet in ("key",):
        return False
    if group.dimension != words.PROPOSALS or group.facet == "handling":
        return group.exact or group.rest
    return group.is_complete()


def _cannot_overlap(group):
    if group.dimension != words.PROPOSALS or group.facet in ("key", "handling"):
        return False
    return group.facet not in words.OPEN or group.base.sentence == group.items[0].sentence or "其中" in group.said


def sum_bases(group, splits):
    """Wholes that a split may add up to, the likeliest first."""
    first = group.items[0] if not group.items[0].stage else group.items[-1]
    found = [group.base] if group.base is not None else []
    if group.exact:
        return found
    found += [
        one
        for one in reversed(splits.able(first))
        if one not in found
        and one not in group.items
        and (one.stage != words.RETURNED or group.facet == "rating")
        and not (one.local and found)
    ]
    return found


def _other_wholes(group, splits):
    """Counts before a split, or right behind it, that it may be a split of without saying so."""
    if group.exact:
        return []
    last = group.items[-1].place
    return [
        one
        for one in splits.items[: last + 2]
        if one.count
        and one not in group.items
        and not one.change
        and one.dimension == group.dimension
        and one.value > 5
        and (one.stage or one.place < last)
        and one.facet != group.facet
    ]


def _sum_advice(group, base):
    total, off = group.total, base.value - group.total
    parts = "+".join(plain(item.value) for item in group.counted)
    told = f"{parts}={plain(total)}，与{plain(base.value)}相差{plain(abs(off))}。"
    for item in group.counted:
        other = item.value + off
        if (
            other >= 0
            and item.percent
            and not fits(item.value, base.value, item.percent)
            and fits(other, base.value, item.percent)
        ):
            name = cleaned(item.label) if item.facet != "result" or len(item.name) > 1 else f"{item.name}类"
            return told + f"“{name[:12]}”若为{plain(other)}，合计与比例都相符。"
    shares = [item for item in group.counted if item.percent]
    if len(shares) == len(group.counted) and all(fits(one.value, total, one.percent) for one in shares):
        return told + f"各项比例都按{plain(total)}计算，总数若为{plain(total)}则相符。"
    return told


def _shares_only(group, marks):
    """Percentages without counts: together 100, but for honest rounding."""
    shares = [item.percent for item in group.items if item.percent]
    if len(shares) < 2 or len(shares) < len(group.items) or any(one.about for one in shares):
        return
    if any(item.count for item in group.items):
        return
    total = sum(one.value for one in shares)
    slack = sum(Decimal(5).scaleb(-one.decimals - 1) for one in shares)
    if abs(total - 100) <= slack:
        marks.fine(*shares)
    elif group.is_complete() or (total > 100 + slack and group.facet not in (*words.OPEN, "key", "handling")):
        marks.fault("sum", shares, plain(total), "100", f"各项比例合计{plain(total)}%，不是100%。")
