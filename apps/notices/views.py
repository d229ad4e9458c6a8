"""Pages of notices and of urging."""

from itertools import groupby
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.queries import standing_of
from apps.calendars.deadlines import Calendar
from apps.calendars.remaining import remaining
from apps.proposals.forms import OptionalNoteForm
from apps.proposals.models import Case, Proposal
from apps.proposals.views import Act, run_action, visible_case
from apps.ratings.queries import receipts_visible_to

from . import operations
from .deeds import OF_DRAFT
from .forms import UrgeForm, back_to, key_of
from .queries import cases_to_urge, notices_of, receipts_to_remind, step_of, with_urges

PAGE, URGING_PAGE = 30, 100
CASE_ACTS = {"urge": Act(operations.urge, OptionalNoteForm, done="已催办：{name}，通知已发到承办单位。")}


def reader(request):
    """The user, if one who handles proposals: nobody else is ever told anything."""
    if not standing_of(request.user, timezone.localdate()).handles_proposals:
        raise Http404
    return request.user


@require_GET
def notices(request):
    """通知: what is unread first, newest first."""
    user = reader(request)
    found = notices_of(user).select_related("proposal__session", "letter__session", "case__unit")
    unread = found.filter(read_at=None)
    is_all = request.GET.get("show") == "all"
    page = Paginator(found if is_all else unread, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "is_all": is_all, "querystring": "show=all" if is_all else ""}
    return render(request, "notices/notices.html", context)


@require_POST
def open_notice(request, pk):
    """To what a notice is about; it is read now, and with it all others of what is shown there.

    That is one proposal, all that the units of the user are asked about drafts, or one annual letter.
    """
    notice = get_object_or_404(notices_of(reader(request)), pk=pk)
    shown = {"proposal": notice.proposal_id, "letter": notice.letter_id}
    if notice.is_of_draft:
        shown = {"kind__in": OF_DRAFT}
    operations.mark_read(request.user, at=timezone.now(), **shown)
    return redirect(notice)


@require_POST
def mark_read(request):
    """标为已读: one notice, those of one proposal, or all there are."""
    which = {}
    for name in ("pk", "proposal"):
        if value := request.POST.get(name, ""):
            try:
                which[name] = key_of(value)
            except ValueError:
                raise Http404 from None
    count = operations.mark_read(reader(request), at=timezone.now(), **which)
    messages.success(request, f"已将 {count} 条通知标为已读。" if count else "没有未读的通知。")
    if "proposal" in which:
        return redirect("desk:proposal", which["proposal"])
    return redirect("notices:notices")


@require_http_methods(["GET", "POST"])
def act_on_case(request, pk, action):
    """催办 of one case with a note."""
    return run_action(request, visible_case(request, pk), action, CASE_ACTS)


def _urger(request):
    standing = standing_of(request.user, timezone.localdate())
    if not standing.is_office and not standing.is_secretariat:
        raise PermissionDenied("此页面供区政府办公室和区政协提案委使用。")
    return standing


@require_GET
def urging(request):
    """催办: for the office the cases that are late or soon due, by unit; for the secretariat the receipts."""
    standing, today = _urger(request), timezone.localdate()
    calendar = Calendar.load()
    context = {"is_office": standing.is_office, "today": today, "only_late": "late" in request.GET}
    if standing.is_office:
        cases = with_urges(cases_to_urge(today, only_late=context["only_late"]))
        cases = cases.order_by("unit__order", "unit__name", "waits_until", "pk")
        page = Paginator(cases, URGING_PAGE).get_page(request.GET.get("page"))
        lines = [_line(case, today, calendar) for case in page.object_list]
        groups = [(unit, list(part)) for unit, part in groupby(lines, key=lambda line: line["case"].unit)]
    else:
        receipts = receipts_to_remind(today).order_by("due_on", "pk")
        page = Paginator(receipts, URGING_PAGE).get_page(request.GET.get("page"))
        groups = []
        context["receipts"] = [
            {"receipt": receipt, "deadline": remaining(receipt.due_on, today, calendar)} for receipt in page.object_list
        ]
    context |= {"page": page, "groups": groups, "querystring": "late" if context["only_late"] else ""}
    return render(request, "notices/urging.html", context)


def _line(case, today, calendar):
    return {
        "case": case,
        "step": step_of(case),
        "deadline": remaining(case.waits_until, today, calendar),
        "lies": case.open_replies[0].get_state_display() if case.open_replies else "",
        "is_done_today": case.last_urged_on == today,
    }


@require_POST
def urge(request):
    """催办 of all that were chosen, each for itself; then back, with what became of each."""
    standing, now = _urger(request), timezone.now()
    form = UrgeForm(request.POST)
    then = back_to(request.POST.get("then") or _came_from(request))
    if not form.is_valid():
        for reason in [*form.non_field_errors(), *form.errors.get("note", ())]:
            messages.error(request, reason)
        if not form.non_field_errors():
            messages.error(request, "没有催办：所选的内容无法识别，请重新选择。")
        return redirect(then)
    outcomes = []
    if standing.is_office:
        seen = Case.objects.filter(proposal__in=Proposal.objects.visible_to(request.user))
        cases = seen.filter(pk__in=form.cleaned_data["case"]).select_related("proposal__session", "unit").order_by("pk")
        done = operations.urge_many(cases, by=request.user, at=now, note=form.cleaned_data["note"])
        outcomes += [(f"{case.proposal}（{case.unit}）", reason) for case, reason in done]
    if standing.is_secretariat:
        shown = form.cleaned_data["receipt"]
        receipts = receipts_visible_to(request.user).filter(pk__in=shown).select_related("case__proposal__session")
        done = operations.remind_many(receipts.order_by("pk"), by=request.user, at=now, seen=shown)
        outcomes += [(f"{receipt.case.proposal}（{receipt.proposer}）", reason) for receipt, reason in done]
    _tell_outcomes(request, outcomes, "催收" if standing.is_secretariat else "催办")
    return redirect(then)


def _came_from(request):
    """The path of the page of this site on which the button was pressed, where the browser tells it; else empty."""
    came = urlsplit(request.headers.get("Referer", ""))
    if came.netloc != request.get_host():
        return ""
    return came.path + (f"?{came.query}" if came.query else "")


def _tell_outcomes(request, outcomes, verb):
    if not outcomes:
        messages.error(request, f"没有{verb}：请先勾选要{verb}的事项。")
    if done := [name for name, reason in outcomes if not reason]:
        messages.success(request, f"已{verb} {len(done)} 件：{'、'.join(done)}。")
    for name, reason in outcomes:
        if reason:
            messages.warning(request, f"没有{verb}{name}：{reason}")
