"""What became of the proposals of a class: 去年B类62件，今年已落实38件，仍在推进21件，终止3件.

Such counts are of the class, not of the letter's whole, whatever their words have in common with the classes.
"""

from . import words

FOLLOWED = "followed"
_STATES = ("result", "converted", "closed", "answered", "review")


def followed_class(item, splits):
    """The Item of the class whose fate a count tells, None where it tells none."""
    same = splits.same_sentence(item)
    if item.dimension != words.PROPOSALS or not same or item.count is None:
        return None
    head = same[0]
    if not _is_class(head) or item.mention.bracket != head.mention.bracket or item.value > head.value:
        return None
    told = [one for one in same[1:] if one.mention.bracket == head.mention.bracket]
    if any(one.facet != FOLLOWED for one in told):
        return None
    is_state = item.facet in _STATES and not (item.facet == "result" and len(item.name) == 1)
    return head if is_state or (told and item.facet in words.OPEN) else None


def _is_class(item):
    """B类62件 at the head of its sentence, without a share: what the sentence is about."""
    return item.facet == "result" and item.name in ("B", "C", "D") and item.percent is None
