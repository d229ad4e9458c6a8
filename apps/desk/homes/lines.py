"""How rows read as lines of a home page, and what several posts have on it."""

from django.urls import reverse

from apps.proposals.models import Case
from apps.proposals.workflow import CaseState
from apps.replies.models import Reply
from apps.supervision.models import Card

from .piles import Waiting

OF_CASE = ("proposal__session", "unit")
OF_REPLY = ("case__proposal__session", "case__unit")
OF_COMMITMENT = ("reply__case__proposal__session", "reply__case__unit")


def live_cases():
    return Case.objects.exclude(state=CaseState.ENDED).select_related(*OF_CASE)


def running_replies():
    """Replies that somebody can go on with: those of an ended case are only kept."""
    return Reply.objects.exclude(case__state=CaseState.ENDED).select_related(*OF_REPLY)


def running_cards():
    """Cards that somebody can go on with."""
    return Card.objects.exclude(case__state=CaseState.ENDED).select_related(*OF_REPLY)


def case_line(what, action, url_name, due=None, *args):
    def line(case):
        url = reverse(url_name, args=[case.pk, *args])
        return Waiting(case.proposal, what, url, action, getattr(case, due) if due else None, case.unit.name)

    return line


def look_at_case(what, due=None):
    """A line that leads to the proposal: others have to act."""

    def line(case):
        url = case.proposal.get_absolute_url()
        return Waiting(case.proposal, what, url, "查看", getattr(case, due) if due else None, case.unit.name)

    return line


def reply_line(what, action, url):
    """`url`: function of the reply."""

    def line(reply):
        return Waiting(reply.case.proposal, what, url(reply), action, reply.case.reply_due_on, reply.case.unit.name)

    return line


def reply_page(reply):
    return reverse("replies:detail", args=[reply.pk])


def reply_act(action):
    return lambda reply: reverse("replies:act", args=[reply.pk, action])


def card_line(what, action, name):
    def line(card):
        url = reverse("supervision:act", args=[card.pk, name])
        return Waiting(card.case.proposal, f"{card}{what}", url, action, None, card.case.unit.name)

    return line
