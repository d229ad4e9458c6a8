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
    if _is_class(same[0]):
        head = same[0] if _goes_on(item, same[1:]) else None
    elif same[-1].facet == FOLLOWED:
        head = same[-1].group.base if _is_state(item) and "；" not in item.mention.gap else None
    else:
        head = same[-1] if _is_class(same[-1]) and _is_settled(item) else None
    beside = head is not None and item.mention.bracket == head.mention.bracket and item.value <= head.value
    return head if beside else None


def _is_class(item):
    """B类62件, without a share: what the sentence, or its clause, is about."""
    return item.facet == "result" and item.name in ("B", "C", "D") and item.percent is None


def _is_state(item):
    return item.facet in _STATES and not (item.facet == "result" and len(item.name) == 1)


def _goes_on(item, told):
    """Whether a count is a state like all that was `told` since the class."""
    if any(one.facet != FOLLOWED for one in told if one.mention.bracket == item.mention.bracket):
        return False
    return _is_state(item) or (bool(told) and item.facet in words.OPEN)


def _is_settled(item):
    """…；B类40件，目前已落实18件；…: what has become of the class right before, among others."""
    told = item.facet == "converted" or (item.facet == "result" and item.name == "已经")
    return told and "；" not in item.mention.gap and bool(re.search("目前|现已|今年|其中|已", item.count.label))
