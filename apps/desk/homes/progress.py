"""How far the session has got, of the proposals that a user sees: every figure is from apps/figures."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from apps.figures.queries import percent, tally
from apps.proposals.models import Proposal, Session
from apps.proposals.workflow import ProposalState


@dataclass(frozen=True)
class Part:
    """A part of the total: its word, how many, of how many, in per cent as printed (None of nothing)."""

    label: str
    count: int
    base: int
    percent: str | None


@dataclass(frozen=True)
class Progress:
    """`states`: [(word, count, address of the list of them)], in the order of the work; `parts` of the `total`."""

    session: Session
    total: int
    parts: list[Part]
    states: list[tuple[str, int, str]]


def progress_for(user, today):
    """The Progress of the newest session, None before there is one. Seven queries whatever the rows."""
    session = Session.objects.first()
    if session is None:
        return None
    found = tally(session, among=Proposal.objects.visible_to(user, today))
    total = found.count("total")
    parts = [
        Part(label, count, total, percent(count, total, session.decimals))
        for label, count in (("已答复", found.count("replied")), ("已办结", found.count("closed")))
    ]
    states = []
    for state in ProposalState:
        if count := found.count("states", state):
            asked = urlencode({"session": session.key, "state": state.value})
            states.append((state.label, count, f"{reverse('desk:proposals')}?{asked}"))
    return Progress(session, total, parts, states)
