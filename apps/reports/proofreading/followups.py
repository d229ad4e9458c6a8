"""What became of the proposals of a class: 去年B类62件，今年已落实38件，仍在推进21件，终止3件.

Such counts are of the class, not of the letter's whole, whatever their words have in common with the classes.
"""

import re

from . import words

FOLLOWED = "followed"
_STATES = ("result", "converted", "closed", "answered", "review")


def followed_class(item, splits):
    """The Item of the class whose fate a count tells, None where it tells none."""
    same = splits.same_sentence(item)
    if item.dimension != words.PROPOSALS or not same or item.count is None:
        return None
    head = same[0] if _is_class(same[0]) else same[-1]
    if not _is_class(head) or item.mention.bracket != head.mention.bracket or item.value > head.value:
        return None
    if head is not same[0]:
        return head if _is_settled(item) else None
    told = [one for one in same[1:] if one.mention.bracket == head.mention.bracket]
    if any(one.facet != FOLLOWED for one in told):
        return None
    is_state = item.facet in _STATES and not (item.facet == "result" and len(item.name) == 1)
    return head if is_state or (told and item.facet in words.OPEN) else None


def _is_settled(item):
    """…；B类40件，目前已落实18件；…: what has become of the class right before, among others."""
    told = item.facet == "converted" or (item.facet == "result" and item.name == "已经")
    return told and "；" not in item.mention.gap and bool(re.search("目前|现已|今年|其中|已", item.count.label))


def _is_class(item):
    """B类62件 at the head of its sentence, without a share: what the sentence is about."""
    return item.facet == "result" and item.name in ("B", "C", "D") and item.percent is None
