"""The list of proposals."""

from dataclasses import dataclass

from django.db.models import F, Min, Prefetch, Q

from apps.calendars.deadlines import Calendar
from apps.proposals.models import Case, Proposal
from apps.proposals.workflow import CaseState
from apps.replies.models import Reply
from apps.replies.workflow import ReplyState

from .queries import Remaining, remaining


@dataclass(frozen=True)
class Row:
    """A line of the list of proposals."""

    proposal: Proposal
    proposers: str
    units: list  # (label of the part, unit name)
    deadline: Remaining | None
    classes: str


def for_list(proposals, sort):
    """The queryset of a list in the asked order, with all that its rows show, in a fixed number of queries."""
    cases = Case.objects.exclude(state=CaseState.ENDED).select_related("unit")
    proposals = proposals.select_related("session", "category").prefetch_related(
        "proposers", Prefetch("cases", cases), Prefetch("cases__replies", Reply.objects.select_related("result_class"))
    )
    if sort == "-received":
        return proposals.order_by(F("received_on").desc(nulls_last=True), "-number_order", "pk")
    if sort == "due":
        running = (CaseState.ASSIGNED, CaseState.HANDLING)
        due = Min("cases__reply_due_on", filter=Q(cases__state__in=running))
        return proposals.annotate(due=due).order_by(F("due").asc(nulls_last=True), "number_order", "pk")
    return proposals.order_by("-session__year", "session_id", "number_order", "number", "pk")


def list_rows(proposals, today):
    """Rows for the proposals of one page of the list."""
    calendar = Calendar.load()
    return [_row(proposal, today, calendar) for proposal in proposals]


def _row(proposal, today, calendar):
    cases = sorted(proposal.cases.all(), key=lambda case: (not case.is_answering, case.pk))
    running = [case for case in cases if case.state in (CaseState.ASSIGNED, CaseState.HANDLING)]
    dues = [due for case in running if (due := case.accept_due_on if case.state == CaseState.ASSIGNED
            else case.reply_due_on or case.opinion_due_on)]  # fmt: skip
    classes = []
    for case in cases:
        issued = [
            reply
            for reply in case.replies.all()
            if reply.state == ReplyState.ISSUED and reply.result_class and not reply.is_supplementary
        ]
        if issued:
            classes.append(max(issued, key=lambda reply: reply.round).result_class.code)
    return Row(
        proposal=proposal,
        proposers="、".join(proposer.name for proposer in proposal.proposers.all()[:3])
        + ("等" if len(proposal.proposers.all()) > 3 else ""),
        units=[(case.get_role_display(), case.unit.name) for case in cases],
        deadline=remaining(min(dues), today, calendar) if dues else None,
        classes="、".join(classes),
    )
