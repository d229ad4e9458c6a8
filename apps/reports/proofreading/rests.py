"""其余N件: the split whose rest it is."""

from .groups import Group


def group_for_rest(splits, item):
    """The split whose rest a count is: one that it fills, else the nearest."""
    if item.value is None:
        return None
    if run := _run_that_fills(splits, item):
        base, parts = run
        group = Group("other", "", item.dimension, base, items=list(parts))
        splits.groups.append(group)
        return group
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
        if same[-1] in parts:
            group = Group("other", "", item.dimension, same[0], items=parts[-1:])
            splits.groups.append(group)
            return group
    if (
        same
        and same[-1].place == item.place - 1
        and same[-1].stage
        and (bases := [one for one in splits.wholes if one.place < same[-1].place and one.value >= same[-1].value])
    ):
        group = Group("other", "", item.dimension, bases[-1], items=[same[-1]])
        splits.groups.append(group)
        return group
    return None


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
        if bases:
            return bases[-1], parts
        loose = [one for one in parts if one.group is None or not one.group.is_part]
        total = sum(one.value for one in loose) + item.value
        bases = [one for one in counts[:first] if one.value == total]
        if loose and bases:
            return bases[-1], loose
    return None
