"""The home of each post, the page of one proposal, and the trail for the auditor."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.queries import standing_of
from apps.audit.queries import verify
from apps.calendars.deadlines import Calendar
from apps.figures.proposers import by_proposer, put_by
from apps.proposals.models import Proposal, Session
from apps.reports.queries import newest_issued, reads_letters

from . import homes, pages
from .homes.progress import progress_for
from .telling import facts_of, label_of
from .trail import EventFilter

PAGE = 30


@require_GET
def home(request):
    """What waits for this user, what they wait for, and how far the session has got."""
    today = timezone.localdate()
    standing = standing_of(request.user, today)
    if standing.is_auditor and not standing.handles_proposals:
        return redirect("desk:audit")
    if standing.is_system_admin and not standing.handles_proposals:
        return redirect("admin:index")
    home, reads = homes.home_of(request.user, today), reads_letters(request.user, today)
    context = {
        "home": home,
        "waits": [section for section in home.others if section.count],
        "progress": progress_for(request.user, today) if standing.handles_proposals else None,
        "standing": standing,
        "reads_letters": reads,
        "issued_letter": newest_issued() if reads and not standing.is_office else None,
    }
    return render(request, "desk/home.html", context)


@require_GET
def waiting(request, name):
    """Everything of one pile of the user's home, paged; 404 where their home has no such pile."""
    today = timezone.localdate()
    found = homes.pile_named(name, request.user, today)
    if not found:
        raise Http404
    pile, rows = found
    page = Paginator(rows.all_of(pile), PAGE).get_page(request.GET.get("page"))
    items = homes.with_deadlines([pile.line(row) for row in page.object_list], today, Calendar.load())
    section = homes.Section(pile.title, items, page.paginator.count, name=pile.name, whose=pile.whose, way=pile.way)
    return render(request, "desk/waiting.html", {"section": section, "page": page})


@require_GET
def proposers(request):
    """Who put how many proposals, for the committee's secretariat; with `name`, the proposals of one of them."""
    today = timezone.localdate()
    if not standing_of(request.user, today).is_secretariat:
        raise Http404
    seen = Proposal.objects.visible_to(request.user, today)
    q, name, session = (request.GET.get(field, "").strip() for field in ("q", "name", "session"))
    if session:
        seen = seen.filter(session__key=session)
    if name:
        rows = put_by(seen, name).select_related("session").order_by("-session__year", "number_order", "pk")
    else:
        rows = by_proposer(seen).filter(name__icontains=q)
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "querystring": kept.urlencode(),
        "q": q,
        "name": name,
        "session": session,
        "sessions": Session.objects.all(),
    }
    return render(request, "desk/proposers.html", context)


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
