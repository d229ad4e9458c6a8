"""The home of each post, the list of proposals, the page of one, and the trail for the auditor."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.queries import standing_of
from apps.audit.queries import verify
from apps.proposals.models import Proposal, Session

from . import homes, lists, pages
from .filters import SORTS, ProposalFilter
from .telling import facts_of, label_of
from .trail import EventFilter

PAGE = 30


@require_GET
def home(request):
    """What waits for this user, nearest deadline first."""
    today = timezone.localdate()
    standing = standing_of(request.user, today)
    if standing.is_auditor and not standing.handles_proposals:
        return redirect("desk:audit")
    if standing.is_system_admin and not standing.handles_proposals:
        return redirect("admin:index")
    sections = homes.waiting_for(request.user, today)
    session = Session.objects.first() if standing.is_office or standing.is_secretariat or standing.leads_as else None
    context = {
        "sections": sections,
        "waiting": sum(section.count for section in sections),
        "session": session,
        "progress": lists.progress_of(session) if session else [],
        "today": today,
    }
    return render(request, "desk/home.html", context)


@require_GET
def proposals(request):
    """The list of proposals that this user may see, filtered, searched, sorted and paged."""
    today = timezone.localdate()
    if not standing_of(request.user, today).handles_proposals:
        raise Http404
    filters = ProposalFilter(request.GET, Proposal.objects.visible_to(request.user, today), today=today)
    found = lists.for_list(filters.qs, request.GET.get("sort", ""))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "filter": filters,
        "page": page,
        "rows": lists.list_rows(page.object_list, today),
        "querystring": kept.urlencode(),
        "is_filtered": any(value for name, value in kept.items() if name != "q"),
        "sorts": SORTS,
        "sort": request.GET.get("sort", "number"),
    }
    return render(request, "desk/proposals.html", context)


@require_GET
def proposal(request, pk):
    """Everything about one proposal, with exactly the actions that are open to this user."""
    today = timezone.localdate()
    found = pages.fetch_proposal(pk, request.user, today)
    if not found:
        raise Http404
    return render(request, "desk/proposal.html", pages.proposal_page(found, request.user, today))


@require_GET
def audit(request):
    """The trail, for the auditor alone."""
    if not standing_of(request.user, timezone.localdate()).is_auditor:
        raise Http404
    filters = EventFilter(request.GET)
    page = Paginator(filters.qs, 50).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    for event in page.object_list:
        event.label, event.facts = label_of(event.action), facts_of(event)
    context = {"filter": filters, "page": page, "querystring": kept.urlencode()}
    if "verify" in request.GET:
        context["findings"] = list(verify())
        context["verified"] = True
    return render(request, "desk/audit.html", context)
