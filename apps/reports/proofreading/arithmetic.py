"""Shares as a careful office prints them: decimal half-up, each honest by itself."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

_NEAR = 20  # a base that would fit is looked for within one part in so many
_LONG = 3  # digits of a number whose misprints are told from other numbers
_FEW, _SHARE = 3, Decimal("0.03")  # so many papers, and that part of them, may be off by a slip
_TEN = 10  # papers: one digit of the tens
_POINTS = 6  # percentage points


def share(count, base, decimals):
    """`count` of `base` in per cent, half-up; 0 of a base of none, which has no shares."""
    if not base:
        return Decimal(0)
    return (Decimal(count) * 100 / Decimal(base)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def fits(count, base, percent):
    """Whether a printed percentage (Mention) is that share; 11 for 11.0 is, but 100 is no rounding of 286 in 287."""
    if percent.value == 100:
        return bool(base) and count == base
    return bool(base) and share(count, base, percent.decimals) == percent.value


def is_truncated(count, base, percent):
    if not base:
        return False
    exact = Decimal(count) * 100 / Decimal(base)
    return exact.quantize(Decimal(1).scaleb(-percent.decimals), ROUND_DOWN) == percent.value


def is_forced(percent, expected, shares):
    """Off by one in the last place, where the `shares` of the split (Mentions) make exactly 100."""
    step = Decimal(1).scaleb(-percent.decimals)
    return abs(expected - percent.value) == step and len(shares) > 1 and sum(one.value for one in shares) == 100


def counts_that_fit(base, percent):
    """Whole counts up to `base` that give the percentage, in order; [] where none does."""
    near = int(percent.value * base / 100)
    reach = int(base * Decimal(1).scaleb(-percent.decimals) / 100) + 2
    return [
        count for count in range(max(near - reach, 0), min(near + reach, int(base)) + 1) if fits(count, base, percent)
    ]


def base_that_fits(count, base, percent):
    """The whole base nearest to `base` of which `count` is the percentage, None where none is near."""
    for away in range(int(base) // _NEAR + 2):
        for candidate in (base - away, base + away):
            if candidate >= count and fits(count, candidate, percent):
                return candidate
    return None


def is_misprint(one, other):
    """Whether two printed numbers differ in one digit, or have two exchanged: 98.9 and 97.9, 286 and 268."""
    if len(one) != len(other):
        return False
    off = sum(a != b for a, b in zip(one, other, strict=True))
    return off == 1 or (off == 2 and sorted(one) == sorted(other))


def is_slip(printed, due, is_share):
    """Whether a printed figure (as text) can be a slip of the pen or of a late edit for the due one.

    Real faults are small or misprints; what is far off was most often read as what it is not, so that it needs words
    that leave no other reading.
    """
    if len(printed) >= _LONG and is_misprint(printed, due):
        return True
    printed, due = Decimal(printed), Decimal(due)
    off = abs(printed - due)
    return (
        off <= _POINTS if is_share else off <= max(_FEW, max(printed, due) * _SHARE) or off == _TEN < min(printed, due)
    )


def are_exchanged_in_one(parts, printed, due):
    """Whether a sum of `parts` (Mentions) is too much by two digits of one of them exchanged: 97 for 79.

    Too little may be a list of some.
    """
    off = Decimal(printed) - Decimal(due)
    return off > 0 and any(
        one.value > off and sorted(plain(one.value)) == sorted(plain(one.value - off)) for one in parts
    )


def sum_told(values, whole):
    """183+9+6=198，与197相差1。"""
    total = sum(values)
    return f"{'+'.join(map(plain, values))}={plain(total)}，与{plain(whole)}相差{plain(abs(total - whole))}。"


def is_off_by_one(expected, percent, base):
    """Whether a printed percentage (Mention) is off by one paper of a base at most, of however few."""
    return abs(expected - percent.value) * base / 100 <= 1


def plain(number):
    """197 of 197.0, 2.50 as it is."""
    return str(int(number)) if number == int(number) and not str(number).partition(".")[2] else str(number)
