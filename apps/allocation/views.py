"""Pages of the office's draft: proposals and who might handle them, the units' load, and all assigned in one go."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.queries import standing_of
from apps.calendars.deadlines import Limit, deadline
from apps.documents.downloads import XLSX, download
from apps.proposals.forms import version_seen
from apps.proposals.models import Proposal, Session
from apps.proposals.workflow import NotAllowed, OutOfTurn, ProposalState, Refused
from apps.units.models import Unit
from apps.units.queries import units_by_name

from . import operations, queries
from .forms import LineForm, NoteOnlyForm, PlaceForm, ShareForm, pairs_in, triples_in
from .models import Assignment
from .suggestions import earlier_sessions, suggestions_for
from .workbook import plan_workbook

PAGE = 20
USUAL_TIME = Limit(3, "working_days")  # for units to answer
SHOWN = (("", "全部"), ("left", "尚未拟定"), ("objected", "单位有异议"))


def office_only(request):
    if not standing_of(request.user, timezone.localdate()).is_office:
        raise PermissionDenied("分办由区政府办公室办理。")


def session_of(request, key):
    """The session, for the office alone."""
    office_only(request)
    return get_object_or_404(Session, key=key)


def waiting_proposal(session, pk):
    """A proposal of the session with its line, whatever its state, or 404."""
    return get_object_or_404(queries.with_lines(Proposal.objects.filter(session=session)), pk=pk)


def back_to(session, told, proposal=None):
    """The address of the page of the draft that a form came from, at its proposal."""
    page, show = told.get("page", ""), told.get("show", "")
    kept = {"show": show} if show in dict(SHOWN) and show else {}
    if page.isascii() and page.isdigit() and page != "1":
        kept["page"] = page
    address = reverse("allocation:draft", args=[session.key])
    return address + (f"?{urlencode(kept)}" if kept else "") + (f"#p{proposal.pk}" if proposal else "")


@require_GET
def newest(request):
    """The draft of the session that waits to be assigned."""
    office_only(request)
    session = queries.session_to_allocate()
    return draft(request, session.key) if session else render(request, "allocation/none.html")


@require_GET
def draft(request, key):
    """Proposals that wait, each with its line or with suggestions; beside them the load of the units."""
    office_only(request)
    on, sessions = timezone.localdate(), list(Session.objects.all())
    session = next((one for one in sessions if one.key == key), None)
    if session is None:
        raise Http404
    known = units_by_name()
    units = {unit.pk: unit for unit in known.values()}
    show = request.GET.get("show", "")
    page = Paginator(queries.shown(session, show), PAGE).get_page(request.GET.get("page"))
    proposals = list(page.object_list)
    suggested = suggestions_for(proposals, earlier_sessions(session, sessions), known, on)
    rows = [row_of(proposal, suggested.get(proposal.pk, [])) for proposal in proposals]
    of = queries.draft_of(session)
    asked, answered = queries.answers_to(session) if of.is_shared else (0, 0)
    context = {
        "session": session,
        "draft": of,
        "asked": asked,
        "answered": answered,
        "progress": queries.progress_of(session),
        "page": page,
        "rows": rows,
        "firsts": [row["first"] for row in rows if row["first"]],
        "units": sorted(
            (unit for unit in units.values() if not unit.dissolved_on or unit.dissolved_on > on),
            key=lambda unit: (unit.order, unit.name),
        ),
        "loads": queries.loads(session, units),
        "show": show if show in dict(SHOWN) else "",
        "shown": SHOWN,
        "querystring": urlencode({"show": show}) if show else "",
        "sessions": [one for one in sessions if one != session],
        "assignments": Assignment.objects.filter(draft__session=session).select_related("made_by")[:5],
    }
    return render(request, "allocation/draft.html", context)


def row_of(proposal, suggestions):
    """What the page shows of a proposal. `first`: what 采纳全部首选建议 would put on a line that has no unit yet."""
    line = queries.line_of(proposal)
    parts = list(line.parts.all()) if line else []
    seen = line.version if line else 0
    lead = next((part.unit_id for part in parts if part.role == "lead"), None)
    return {
        "proposal": proposal,
        "line": line,
        "parts": parts,
        "seen": seen,
        "lead": lead,
        "suggestions": suggestions,
        "first": f"{proposal.pk}-{suggestions[0].unit.pk}-{seen}" if suggestions and not parts else "",
        "answers": queries.standing_answers(line) if line else [],
    }


@require_POST
def place(request, key, pk):
    """One click: a unit as the lead of a proposal, or nobody any more."""
    session = session_of(request, key)
    proposal = waiting_proposal(session, pk)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        messages.warning(request, f"{proposal}提案没有改动：请先选择单位。")
        return redirect(back_to(session, request.POST, proposal))
    unit, seen = form.cleaned_data["unit"], form.cleaned_data["seen"]
    line = queries.line_of(proposal)
    roles = operations.led_by(line.roles if line else [], unit) if unit else []
    try:
        operations.place(proposal, roles, by=request.user, at=timezone.now(), seen=seen)
    except NotAllowed as denied:
        raise PermissionDenied(str(denied)) from denied
    except (OutOfTurn, Refused) as why:
        messages.warning(request, str(why))
    return redirect(back_to(session, request.POST, proposal))


@require_POST
def take(request, key):
    """采纳全部首选建议: the first suggestion of each proposal of the page without a unit, as the page showed it."""
    session = session_of(request, key)
    asked = triples_in(request.POST.getlist("first"))[:PAGE]
    proposals = Proposal.objects.filter(session=session).in_bulk([pk for pk, _, _ in asked])
    units = Unit.objects.in_bulk([unit for _, unit, _ in asked])
    chosen = [
        (proposals[pk], operations.led_by([], units[unit]), seen)
        for pk, unit, seen in asked
        if pk in proposals and unit in units
    ]
    try:
        done, refused = operations.place_many(chosen, by=request.user, at=timezone.now())
    except NotAllowed as denied:
        raise PermissionDenied(str(denied)) from denied
    if done:
        messages.success(request, f"已采纳首选建议 {done} 件。")
    for why in refused:
        messages.warning(request, why)
    return redirect(back_to(session, request.POST))


@require_http_methods(["GET", "POST"])
def line(request, key, pk):
    """All units of one proposal in the draft: with assisting ones, or several that answer apart."""
    session = session_of(request, key)
    proposal = waiting_proposal(session, pk)
    if proposal.state != ProposalState.RECEIVED:
        messages.warning(request, f"{proposal}提案现在是“{proposal.get_state_display()}”，不能再改分办方案。")
        return redirect(back_to(session, request.GET))
    told, at = request.POST if request.method == "POST" else None, timezone.now()
    form = LineForm(told, thing=proposal, user=request.user, at=at)
    status = 422 if told else 200
    found = queries.line_of(proposal)
    seen = version_seen(request) if told else found.version if found else 0
    if told and form.is_valid():
        try:
            operations.place(proposal, **form.cleaned_data, by=request.user, at=at, seen=seen)
        except NotAllowed as denied:
            raise PermissionDenied(str(denied)) from denied
        except OutOfTurn as late:
            form.add_error(None, str(late))
            seen, status = found.version if found else 0, 409  # what was typed stays; sent again, it is meant
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已保存{proposal}提案的分办：{proposal.title}。")
            return redirect(back_to(session, request.GET, proposal))
    context = {"session": session, "proposal": proposal, "form": form, "seen": seen, "line": found}
    context["back"] = back_to(session, request.GET, proposal)
    return render(request, "allocation/line.html", context, status=status)


@require_GET
def plan(request, key):
    """The draft as a workbook, to be talked over."""
    session = session_of(request, key)
    return download(plan_workbook(queries.waiting(session)), XLSX, f"{session.label}提案分办方案.xlsx")


@require_http_methods(["GET", "POST"])
def assign(request, key):
    """一次交办: what would be assigned, the load and open objections first; then each line for itself."""
    session, status = session_of(request, key), 200
    form = NoteOnlyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            assignment = operations.assign_all(
                queries.draft_of(session),
                pairs_in(request.POST.get("lines", "")),
                by=request.user,
                at=timezone.now(),
                note=form.cleaned_data["note"],
            )
        except NotAllowed as denied:
            raise PermissionDenied(str(denied)) from denied
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(assignment)
    if request.method == "POST":
        status = 422
    lines = list(queries.open_lines(session)[: operations.MOST])
    context = {
        "session": session,
        "form": form,
        "lines": [(one, queries.standing_answers(one)) for one in lines],
        "objected": [(one, queries.objections(one)) for one in lines if queries.objections(one)],
        "silent": queries.silent_units(session),
        "draft": queries.draft_of(session),
        "chosen": " ".join(f"{one.pk}-{one.version}" for one in lines),
        "progress": queries.progress_of(session),
        "loads": queries.loads(session, Unit.objects.in_bulk()),
    }
    return render(request, "allocation/assign.html", context, status=status)


@require_http_methods(["GET", "POST"])
def share(request, key):
    """征求意见: by which day units are to answer."""
    session, at = session_of(request, key), timezone.now()
    draft = queries.draft_of(session)
    usual = draft.answer_by_on or deadline(timezone.localdate(at), USUAL_TIME).due_on
    form = ShareForm(request.POST or None, initial={"answer_by_on": usual})
    if request.method == "POST" and form.is_valid():
        try:
            operations.share(draft, **form.cleaned_data, by=request.user, at=at)
        except NotAllowed as denied:
            raise PermissionDenied(str(denied)) from denied
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已开始征求意见，各单位在“分办意见”中只看到本单位的提案。")
            return redirect("allocation:draft", key)
    context = {"session": session, "draft": draft, "form": form, "progress": queries.progress_of(session)}
    return render(request, "allocation/share.html", context, status=422 if form.is_bound else 200)


@require_POST
def end_sharing(request, key):
    session = session_of(request, key)
    try:
        operations.end_sharing(queries.draft_of(session), by=request.user, at=timezone.now())
    except OutOfTurn as late:
        messages.warning(request, str(late))
    else:
        messages.success(request, "已结束征求意见，各单位的意见已保留。")
    return redirect("allocation:draft", key)
