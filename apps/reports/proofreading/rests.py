"""其余N件: the split whose rest it is."""

from . import words
from .groups import Group

_RECENT = 6  # splits


def group_for_rest(splits, item):
    """The split whose rest a count is: one that it fills, else the nearest."""
    if item.value is None:
        return None
    if run := _run_that_fills(splits, item):
        base, parts = run
        group = Group("other", "", item.dimension, base, items=list(parts))
        splits.groups.append(group)
        return group
    if beside := _beside_filed(splits, item):
        return beside
    for group in reversed(splits.groups[-4:]):
        last = group.items[-1]
        if (
            group.dimension == item.dimension
            and last.sentence == item.sentence
            and group.counted
            and not group.rest
            and not _whole_between(splits, last, item)
        ):
            return group
    same = splits.same_sentence(item)
    if len(same) > 1 and not any(one.count for one in splits.items[same[-1].place + 1 : item.place]):
        parts = [one for one in same[1:] if one.stage or one.group is None]
        if same[-1] in parts and not _are_clauses(same):
            group = Group("other", "", item.dimension, same[0], items=parts[-1:])
            splits.groups.append(group)
            return group
    if (
        same
        and not any(one.count for one in splits.items[same[-1].place + 1 : item.place])
        and same[-1].stage
        and not (len(same) > 1 and _are_clauses(same))
        and (bases := [one for one in splits.wholes if one.place < same[-1].place and one.value >= same[-1].value])
    ):
        group = Group("other", "", item.dimension, bases[-1], items=[same[-1]])
        splits.groups.append(group)
        return group
    return None


def _are_clauses(counts):
    """五十二件，问题解决了；十八件，正在路上: one beside the other, neither of them the whole of the other."""
    return (not counts[0].stage or counts[0].local) and all("；" in one.mention.gap for one in counts[1:])


def _beside_filed(splits, item):
    """经审查，立案268件，转为信息29件，退请修改6件，其余9件…: one split of what was received, else None.

    What became of the papers that were not filed is no part of those that were, whatever it is called.
    """
    same = splits.same_sentence(item)
    for group in reversed(splits.groups[-4:]):
        filed = next((one for one in group.items if one in same and one.stage == words.FILED), None)
        if group.facet != "review" or filed is None or group.base is None:
            continue
        parts = same[same.index(filed) :]
        if len(parts) < 3 or any(_is_inside(one) for one in [*parts, item]) or _is_whole_later(parts):
            return None
        return _gathered(splits, group, parts)
    return None


def _gathered(splits, group, parts):
    """The split with these parts, which are no longer splits of their own."""
    group.items[:] = parts
    taken = [one for one in splits.groups[-_RECENT:] if one is group or not all(part in parts for part in one.items)]
    splits.groups[-_RECENT:] = taken
    for part in parts[1:]:
        part.group = group
    return group


def _is_inside(part):
    """Whether the words make it a part of the part before it."""
    return bool(part.mention.bracket or part.within or "其中" in part.mention.gap)


def _is_whole_later(parts):
    """Whether a part behind the first is a whole of its own: 立案268件，不予立案44件，承办268件."""
    return any(part.stage for part in parts[1:])


def _whole_between(splits, last, item):
    return any(last.place < one.place and one.sentence == item.sentence for one in splits.wholes_before(item))


def _run_that_fills(splits, item):
    """(base, parts): counts right before a rest with which it makes up an earlier count."""
    counts = [
        one
        for one in splits.items[max(0, item.place - 12) : item.place]
        if one.count and not one.change and one.dimension == item.dimension and item.sentence - one.sentence <= 2
    ]
    for first in range(len(counts) - 1, 0, -1):
        parts = counts[first:]
        total = sum(one.value for one in parts) + item.value
        bases = [one for one in [*splits.wholes, *counts[:first]] if one.place < parts[0].place and one.value == total]
        if "其中" in parts[0].mention.lead + parts[0].mention.left:  # of what stands right before, of nothing else
            bases = [one for one in bases if one.place == parts[0].place - 1]
        bases = [one for one in bases if one.group is None or one.group is not parts[0].group]
        if bases:
            return bases[-1], parts
        loose = [one for one in parts if one.group is None or not one.group.is_part]
        total = sum(one.value for one in loose) + item.value
        bases = [one for one in counts[:first] if one.value == total]
        if loose and bases:
            return bases[-1], loose
    return None
