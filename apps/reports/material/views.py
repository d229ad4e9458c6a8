"""Pages of the material: the office asks and takes over, examples too; units answer what they are asked for."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.queries import standing_of
from apps.proposals.forms import id_in
from apps.proposals.workflow import OutOfTurn, Refused

from .. import queries
from ..models import LetterSource, MaterialAnswer
from ..parts import places_of
from ..views import cases_chosen, cases_page, editable_session
from . import operations
from .forms import AskForm, GiveForm


@require_http_methods(["GET", "POST"])
def material(request, key):
    """What units were asked for and gave, what they reported on their promises, and asking for more."""
    session = editable_session(request, key)
    form, status = AskForm(request.POST if request.method == "POST" else None), 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                operations.ask(session, by=request.user, at=timezone.now(), **form.cleaned_data)
            except Refused as refused:
                form.add_error(None, list(refused.reasons))
            else:
                messages.success(request, f"已向{len(form.cleaned_data['units'])}个单位征集素材。")
                return redirect("reports:letter_material", session.key)
    letter = queries.letter_of(session)
    parts = queries.parts_of(letter)
    used = LetterSource.objects.filter(part__letter=letter, part__removed_at=None) if letter.pk else []
    context = {
        "session": session,
        "form": form,
        "stands_still": queries.why_texts_stand_still(letter),
        "requests": queries.requests_of(letter),
        "progress": queries.progress_since(session),
        "places": places_of(parts),
        "used_answers": {source.answer_id for source in used},
        "used_progress": {source.progress_id for source in used},
    }
    return render(request, "reports/material.html", context, status=status)


def done(request, session, act, told):
    """Does something and shows the material again, or the part that it became."""
    try:
        part = act(by=request.user, at=timezone.now())
    except (OutOfTurn, Refused) as refused:
        messages.warning(request, str(refused))
        return redirect("reports:letter_material", session.key)
    messages.success(request, told)
    return part


def taken(request, session, act):
    part = done(request, session, act, "已采用为通报的一段，出处和截至日期随段保存。")
    if not getattr(part, "pk", None):
        return part
    return redirect(f"{reverse('reports:letter_editor', args=[session.key])}#part-{part.pk}")


@require_POST
def take(request, key, pk):
    session = editable_session(request, key)
    answer = get_object_or_404(MaterialAnswer, request__letter__session=session, pk=pk)
    after = id_in(request.POST.get("after"))
    return taken(request, session, lambda **who: operations.take_answer(answer, after=after, **who))


@require_POST
def take_progress(request, key, pk):
    session = editable_session(request, key)
    progress = get_object_or_404(queries.progress_since(session), pk=pk)
    after = id_in(request.POST.get("after"))
    return taken(request, session, lambda **who: operations.take_progress(progress, after=after, **who))


@require_POST
def take_cases(request, key):
    """Examples that were ticked become parts of the letter; where they cannot, what was ticked stays."""
    session = editable_session(request, key)
    chosen, after = cases_chosen(request), id_in(request.POST.get("after"))
    try:
        added = operations.take_cases(session, chosen, by=request.user, at=timezone.now(), after=after)
    except (OutOfTurn, Refused) as refused:
        status = 409 if isinstance(refused, OutOfTurn) else 422
        return cases_page(request, session, queries.letter_of(session), chosen, str(refused), status)
    messages.success(request, f"已把{len(added)}件事例写进通报，可在这里修改。")
    return redirect(f"{reverse('reports:letter_editor', args=[session.key])}#part-{added[0].pk}")


@require_POST
def withdraw(request, key, pk):
    session = editable_session(request, key)
    found = MaterialAnswer.objects.select_related("request__letter__session", "unit")
    answer = get_object_or_404(found, request__letter__session=session, pk=pk)
    result = done(request, session, lambda **who: operations.withdraw(answer, **who), "已撤回。")
    return redirect("reports:letter_material", session.key) if isinstance(result, MaterialAnswer) else result


@require_GET
def asked(request):
    """What the user's units are asked for."""
    if not standing_of(request.user, timezone.localdate()).units:
        raise Http404
    return render(request, "reports/asked.html", {"answers": queries.material_for(request.user)})


@require_http_methods(["GET", "POST"])
def give(request, pk):
    """A unit's answer."""
    answer = get_object_or_404(queries.material_for(request.user), pk=pk)
    initial = {"text": answer.text, "source": answer.source, "as_on": answer.as_on}
    form, status = GiveForm(request.POST if request.method == "POST" else None, initial=initial), 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                operations.give(answer, by=request.user, at=timezone.now(), **form.cleaned_data)
            except (OutOfTurn, Refused) as refused:
                form.add_error(None, str(refused))
                status = 409 if isinstance(refused, OutOfTurn) else 422
            else:
                messages.success(request, "已反馈素材。")
                return redirect("reports:material_asked")
    return render(request, "reports/give.html", {"answer": answer, "form": form}, status=status)
