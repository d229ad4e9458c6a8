"""Pages on which existing proposals are updated from a workbook: upload, what would change, the outcome of each."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.desk.models import Upload
from apps.documents.downloads import XLSX, download
from apps.documents.workbooks import write_table
from apps.proposals.workflow import OutOfTurn

from . import background, updating, uploads
from .forms import ConfirmUpdateForm, UploadForm
from .reading import Unusable
from .tasks import store_workbook
from .views import gone, standing_for_exchange, under_way_page

SHOWN = 200


def office_only(request):
    if not standing_for_exchange(request).is_office:
        raise PermissionDenied("由工作簿更新提案，由区政府办公室办理。")


def own_update(request, pk):
    office_only(request)
    return get_object_or_404(Upload, pk=pk, user=request.user, kind=Upload.Kind.UPDATE)


@require_http_methods(["GET", "POST"])
def upload(request):
    """Takes a workbook; one that can be read at all goes on to its preview."""
    office_only(request)
    form = UploadForm(request.POST or None, request.FILES or None, may_create=False)
    if request.method == "POST" and form.is_valid():
        told, at = form.cleaned_data, timezone.now()
        content = told["file"].read()
        try:
            rows = updating.rows_of(content, told["session"])
        except Unusable as unusable:
            form.add_error("file", str(unusable))
        else:
            kept = uploads.keep(Upload.Kind.UPDATE, told["session"], content, told["file"].name, by=request.user, at=at,
                                rows=rows)  # fmt: skip
            return redirect("exchange:update_preview", kept.pk)
    return render(request, "exchange/update.html", {"form": form}, status=422 if form.is_bound else 200)


@require_GET
def preview(request, pk):
    """What a workbook would change, row by row; once it was applied, what became of each."""
    kept = own_update(request, pk)
    return preview_page(request, kept, ConfirmUpdateForm(initial={"note": kept.note}))


def preview_page(request, kept, form, late="", status=200):
    if kept.is_under_way:
        return under_way_page(request, kept, late, status)
    context = {"upload": kept, "form": form, "late": late or kept.problem}
    if kept.finished_at:
        done = [(number, title) for number, title, why in kept.results if not why]
        refused = [one for one in kept.results if one[2]]
        context |= {"done": done[:SHOWN], "done_of": len(done), "refused": refused[:SHOWN], "refused_of": len(refused)}
        return render(request, "exchange/updated.html", context, status=status)
    at = timezone.now()
    try:
        update = updating.read_update(uploads.content_of(kept, at), kept.session_key, by=request.user, at=at)
    except Unusable as unusable:
        return render(request, "exchange/unusable.html", context | {"reason": str(unusable)}, status=409)
    shown = [one for one in update.updates if one.changes or one.refusals]
    context |= {"update": update, "shown": shown[:SHOWN], "shown_of": len(shown)}
    return render(request, "exchange/update_preview.html", context, status=status)


@require_POST
def confirm(request, pk):
    """Applies exactly what was previewed, once, each proposal for itself: at once, or by the worker."""
    kept = own_update(request, pk)
    form = ConfirmUpdateForm(request.POST)
    if not form.is_valid():
        return preview_page(request, kept, form, status=422)
    marks = request.POST.get("marks", "")
    told = {"by": request.user, "at": timezone.now(), "note": form.cleaned_data["note"]}
    try:
        if kept.total > background.AT_ONCE:
            background.ask(kept, seen=marks, enqueue=store_workbook.enqueue, **told)
        else:
            uploads.confirm_update(kept, set(marks.split()), **told)
    except Upload.DoesNotExist:
        return gone(request, kept)
    except (OutOfTurn, Unusable) as late:
        kept.refresh_from_db()
        return preview_page(request, kept, form, str(late), status=409)
    return redirect("exchange:update_preview", kept.pk)


@require_GET
def results(request, pk):
    """What became of each proposal, as a workbook."""
    kept = own_update(request, pk)
    if not kept.finished_at:
        raise Http404
    rows = [(number, title, why or "已更新") for number, title, why in kept.results]
    return download(write_table("更新结果", ["案号", "案由", "结果"], rows), XLSX, "更新结果.xlsx")


@require_POST
def discard(request, pk):
    kept = own_update(request, pk)
    try:
        uploads.discard(kept, by=request.user)
    except Upload.DoesNotExist:
        return gone(request, kept)
    except OutOfTurn as late:
        kept.refresh_from_db()
        return preview_page(request, kept, ConfirmUpdateForm(), str(late), status=409)
    messages.success(request, f"已放弃“{kept.name}”，没有更新任何提案。")
    return redirect("exchange:home")
