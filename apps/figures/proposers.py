"""Whose proposals, how many, and how many of them are closed."""

from django.db.models import Count, F, Q

from apps.proposals.models import Proposer
from apps.proposals.workflow import ProposalState


def by_proposer(proposals):
    """Dicts with `name`, `total`, `open` and `closed` (proposals each), most proposals first. A queryset.

    `proposals`: a queryset of those to count; merged, withdrawn and handed back ones are left out as in every total,
    and secret ones, whose proposers nobody is told. A name is a person: two members of one name are one line.
    """
    told = proposals.counted().filter(is_secret=False)
    rows = Proposer.objects.filter(proposal__in=told.order_by().values("pk")).order_by().values("name")
    closed = Count("proposal", filter=Q(proposal__state=ProposalState.CLOSED))
    rows = rows.annotate(total=Count("proposal"), closed=closed).annotate(open=F("total") - F("closed"))
    return rows.order_by("-total", "name")


def put_by(proposals, name):
    """The proposals behind a line of `by_proposer`."""
    return proposals.counted().filter(is_secret=False, proposers__name=name)
