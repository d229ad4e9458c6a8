"""Every count with a percentage of its own, against the whole that it is of."""

from collections import Counter
from itertools import groupby

from . import words
from .arithmetic import fits, is_forced, is_off_by_one, is_truncated, share
from .bases import Base, bases_of, is_itself_the_base, is_of_something_else, nearby, share_advice, told_wholes
from .claims import is_exact
from .followups import FOLLOWED
from .labels import cleaned

_REACH = 100  # counts before a split that it may be a split of


def check_shares(splits, marks):
    """Every count with a percentage of its own."""
    found = [item for item in splits.items if item.count and item.percent and is_exact(item)]
    past = {id(one.count) for one in splits.items if one.past and not one.change}
    common = _common_bases(found, splits) | _namesakes(found, splits)
    for item in found:
        bases = bases_of(item, splits)
        if id(item) in common and not any(one.is_named and item.base_words for one in bases[:1]):
            bases = [common[id(item)]]
            elsewhere = []
        else:
            elsewhere = _elsewhere(item, bases, splits)
        right = next((one for one in [*bases, *elsewhere] if fits(item.value, one.value, item.percent)), None)
        if right:
            marks.fine(item.count, item.percent, right.mention)
        elif item.group and item.group.rest and fits(item.value, item.group.total, item.percent) and item.group.exact:
            marks.fine(item.count, item.percent)  # only the 合计 behind the parts is wrong, which is told of the sum
        elif (
            bases
            and _is_told(item, bases)
            and not is_itself_the_base(item, splits)
            and (not item.past or _is_past(bases[0], item, past) or item.base_words)
        ):
            in_tables = [Base(one.value, "", one) for one in splits.told_in_tables if one.value > item.value]
            _wrong_share(item, bases if id(item) in common else bases + in_tables, marks, is_clear=id(item) in common)


def _elsewhere(item, bases, splits):
    """Other wholes that a share may be of: every one that the letter tells, unless its own words name one of them.

    占累计交办数的 names one, but not whether it is 集中交办178件 or 累计186件.
    """
    if item.base_count is not None:
        return []
    own = [] if item.facet == FOLLOWED or _names_its_base(item, bases) else nearby(item, splits)
    is_named = bool(item.base_words and bases and bases[0].is_named)
    return own if is_named and "累计" not in item.base_words else [*own, *told_wholes(item, splits)]


def _are_of_their_sum(item, doubts):
    """A类13件，占68.4%；B类5件，占26.3%；C类1件，占5.3%: each is of what they make up, which is told elsewhere."""
    own = [one for one in item.group.items if one.count and one.percent] if item.group else []
    total = item.group.total if item.group else 0
    of_sum = len(own) > 2 and all(fits(one.value, total, one.percent) for one in own)
    return of_sum and doubts.other_whole([one.count for one in item.group.counted])


def _is_told(item, bases):
    """Whether the letter counts what the words of a share name."""
    return not is_of_something_else(item) or bases[0].is_named


def _is_past(base, item, past):
    """Whether a base is of last year, as a share of last year's must have it. `past`: ids of that year's counts."""
    return base.mention is not None and (id(base.mention) in past and base.mention is not item.count)


def _names_its_base(item, bases):
    return (
        bool(item.base_words)
        and bool(bases)
        and bases[0].is_named
        and words.stage_of(item.base_words) != ""
        and not (item.group and item.group.is_part)
        and not is_of_something_else(item)
    )


def _common_bases(items, splits):
    """id of an item → the one base that the other shares of its split agree on, and it should have too."""
    found = {}
    groups = {id(item.group): item.group for item in items if item.group}
    for group in groups.values():
        own = [item for item in group.items if item.count and item.percent and is_exact(item)]
        base = group.base
        is_whole = base is not None and base.value == group.total and 1 < len(own) == len(group.counted)
        if is_whole and any(fits(item.value, base.value, item.percent) for item in own):
            of_all = Base(base.value, "", base.count)
            found.update({id(item): of_all for item in own if item.base_count is None})
            continue  # 收回110份，满意106份占96.4%，基本满意4份: each of what all of them make up
        if len(own) < 3:
            continue
        votes, bases = Counter(), {}
        for item in own:
            for value in {base.value: base for base in bases_of(item, splits)}.values():
                bases.setdefault(value.value, value)
                votes[value.value] += fits(item.value, value.value, item.percent)
        wholes = [one for one in told_wholes(own[0], splits) if one.value not in votes]
        for whole in wholes:
            if all(fits(item.value, whole.value, item.percent) for item in own):
                votes[whole.value], bases[whole.value] = len(own), whole  # a row of shares is of one whole
        (best, most), *others = votes.most_common() or [(None, 0)]
        if most >= 2 and (not others or others[0][1] < most):
            found.update({id(item): bases[best] for item in own if item.base_count is None})
    return found


def _namesakes(items, splits):
    """id of an item → the count that its label names (河东区204件 … 河东区已解决148件), where two others say so."""
    found = {}
    for _, run in groupby(items, key=lambda item: item.sentence):
        named = [(item, base) for item in run if (base := namesake(item, splits)) is not None]
        fit = [fits(item.value, base.value, item.percent) for item, base in named]
        if len(named) > 2 and len(named) - sum(fit) == 1:
            found |= {id(item): Base(base.value, "", base.count) for item, base in named}
    return found


def namesake(item, splits):
    """The last count before a sentence whose whole label begins an item's."""
    label = cleaned(item.count.left)
    for one in reversed(splits.items[max(item.place - _REACH, 0) : item.place]):
        name = cleaned(one.count.left) if one.count and one.sentence != item.sentence and not one.change else ""
        if (
            len(name) > 1
            and not words.stage_of(name)
            and label.startswith(name)
            and name != label
            and one.dimension == item.dimension
        ):
            return one if one.value >= item.value else None
    return None


def _wrong_share(item, bases, marks, is_clear):
    count, percent = item.value, item.percent
    truncated = next((one for one in bases if is_truncated(count, one.value, percent)), None)
    named = is_clear or (bases[0].is_named and "率" not in percent.left)
    nearest = min(bases, key=lambda one: abs(share(count, one.value, percent.decimals) - percent.value))
    base = truncated or (bases[0] if named else nearest)
    expected = share(count, base.value, percent.decimals)
    if expected > 100 or _are_of_their_sum(item, marks.doubts):
        return
    if not named and marks.doubts.share(percent, item.count):
        return
    forced = item.group is not None and is_forced(
        percent, expected, [one.percent for one in item.group.items if one.percent]
    )
    rule = "rounding" if truncated or forced else "percent"
    by_one = is_off_by_one(expected, percent, base.value)
    told = marks.fault if named or by_one else marks.suspect
    told(
        rule,
        [item.count, percent],
        percent.printed,
        expected,
        share_advice(count, base, percent, rule, forced),
    )
