"""Pages on which units say what they think of their lines of a shared draft (征求意见)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.queries import standing_of
from apps.proposals.forms import version_seen
from apps.proposals.workflow import NotAllowed, OutOfTurn, Refused
from apps.units.models import Unit

from . import operations, queries
from .forms import ObjectionForm, triples_in
from .models import Line

MOST = 200  # agreed to at once; the page says so where a unit is asked of more


def own_units(request):
    """The ids of the user's units; 404 for those who have none."""
    units = standing_of(request.user, timezone.localdate()).units
    if not units:
        raise Http404
    return units


@require_GET
def opinions(request):
    """What the user's units are asked, unanswered first."""
    questions = queries.questions_to(own_units(request))
    unanswered = [one for one in questions if one.answer is None]
    context = {"questions": questions, "open": len(unanswered), "at_once": unanswered[:MOST]}
    return render(request, "allocation/opinions.html", context)


@require_POST
def agree(request, pk, unit):
    """同意, in one click."""
    if unit not in own_units(request):
        raise Http404
    line = get_object_or_404(Line.objects.select_related("proposal"), pk=pk)
    try:
        operations.answer(line, Unit.objects.get(pk=unit), by=request.user, at=timezone.now(),
                          seen=version_seen(request), agrees=True)  # fmt: skip
    except NotAllowed as denied:
        raise PermissionDenied(str(denied)) from denied
    except OutOfTurn as late:
        messages.warning(request, str(late))
    else:
        messages.success(request, f"已同意承办{line.proposal}提案。")
    return redirect("allocation:opinions")


@require_POST
def agree_all(request):
    """全部同意: what the page showed as not answered, each for itself; what changed since, and what is beyond MOST, is
    told and stays open."""
    units, done, at = own_units(request), 0, timezone.now()
    asked = [one for one in triples_in(request.POST.getlist("part")) if one[1] in units][:MOST]
    lines = queries.lines_asked_of(units).in_bulk([line for line, _, _ in asked])
    own = Unit.objects.in_bulk(units)
    for pk, unit, seen in asked:
        try:
            if pk not in lines:
                raise OutOfTurn("有一件的征求意见已经结束，没有反馈。")
            operations.answer(lines[pk], own[unit], by=request.user, at=at, seen=seen, agrees=True)
            done += 1
        except OutOfTurn as late:
            messages.warning(request, str(late))
    if done:
        left = sum(one.answer is None for one in queries.questions_to(units))
        messages.success(request, f"已同意承办 {done} 件。" + (f"还有 {left} 件没有反馈。" if left else ""))
    return redirect("allocation:opinions")


@require_http_methods(["GET", "POST"])
def object_to(request, pk, unit):
    """不同意, with the reason and who should have it. What was typed stays, whatever changed meanwhile."""
    if unit not in own_units(request):
        raise Http404
    unit = Unit.objects.get(pk=unit)
    line = queries.lines_asked_of({unit.pk}).filter(pk=pk).first()
    if line is None and request.method == "POST":
        return render(request, "allocation/late.html", {"reason": request.POST.get("reason", "")}, status=409)
    if line is None:
        raise Http404
    form, status = ObjectionForm(request.POST or None, unit=unit), 200
    if request.method == "POST":
        status = 422
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data | {"agrees": False, "seen": version_seen(request)}
        try:
            operations.answer(line, unit, by=request.user, at=timezone.now(), **told)
        except NotAllowed as denied:
            raise PermissionDenied(str(denied)) from denied
        except OutOfTurn as late:
            form.add_error(None, str(late))
            status = 409
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已反馈对{line.proposal}提案的分办意见，由区政府办公室研究。")
            return redirect("allocation:opinions")
    context = {"line": line, "unit": unit, "form": form, "seen": line.version}
    return render(request, "allocation/object.html", context, status=status)
