"""Deadlines in words, and who is missing: what home pages, lists and the page of a proposal have in common."""

from django.db.models import Case as Choice
from django.db.models import OuterRef, Subquery, When

from apps.calendars.remaining import Remaining, remaining
from apps.proposals.models import Case
from apps.proposals.queries import WAITS_UNTIL
from apps.proposals.workflow import CaseState, ProposalState

__all__ = ["RUNNING", "WAITED_FOR", "Remaining", "nearest_due", "remaining", "vacancy"]

RUNNING = (CaseState.ASSIGNED, CaseState.HANDLING)
WAITED_FOR = (ProposalState.ASSIGNED, ProposalState.HANDLING)  # once it is answered, nobody waits for an opinion


def nearest_due(units=()):
    """Of a proposal, as a query: the nearest deadline of what its cases wait for, or those of these units (ids)."""
    cases = Case.objects.filter(proposal=OuterRef("pk"), state__in=RUNNING)
    if units:
        cases = cases.filter(unit_id__in=units)
    cases = cases.annotate(waits_until=WAITS_UNTIL).filter(waits_until__isnull=False)
    return Choice(When(state__in=WAITED_FOR, then=Subquery(cases.order_by("waits_until").values("waits_until")[:1])))


def vacancy(case, signer):
    """Why nobody can sign the case's reply (replies.queries.unattended_on), and what to do."""
    if signer is None:
        return f"{case.unit}今天没有分管领导，请在“管理”中登记领导分工，或转请其他领导审签"
    return f"审签领导{signer}今天无人（本人岗位、受托岗位都没有人），请登记委托，或转请其他领导审签"
