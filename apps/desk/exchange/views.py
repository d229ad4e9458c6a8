"""Pages on which workbooks come in and go out: upload, preview, confirmation, template, export. GET writes nothing."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.queries import standing_of
from apps.desk.models import Upload
from apps.documents.downloads import XLSX, download
from apps.documents.workbooks import write_table
from apps.proposals.models import Session
from apps.proposals.workflow import NotAllowed, OutOfTurn

from . import background, columns, uploads
from .forms import UploadForm
from .operations import parties_importing, read
from .plan import LIST
from .queries import ledger_rows, template_workbook, workbook_of
from .reading import Unusable
from .tasks import store_workbook

WORKBOOKS = {
    Upload.Kind.LIST: (columns.LIST, columns.LIST_SHEET),
    Upload.Kind.LEDGER: (columns.LEDGER, columns.LEDGER_SHEET),
}
PROBLEMS, ROWS, UNITS, ODD = 200, 20, 30, 50
"""So many of each are shown; the page says how many there are."""


def standing_for_exchange(request):
    """The Standing of a user who may exchange workbooks at all, else 403."""
    standing = standing_of(request.user, timezone.localdate())
    if not (standing.is_office or standing.is_secretariat):
        raise PermissionDenied("导入导出供区政府办公室和区政协提案委使用。")
    return standing


def kind_for(request, kind):
    """(Upload.Kind, the Standing) of an import that is open to the user: 404 for none of ours, 403 for not theirs."""
    standing = standing_for_exchange(request)
    if kind not in WORKBOOKS:
        raise Http404
    try:
        parties_importing(kind, request.user, timezone.now())
    except NotAllowed as denied:
        raise PermissionDenied("提案清单由区政府办公室导入。") from denied
    return Upload.Kind(kind), standing


def own_upload(request, pk):
    """(the user's own Upload, the Standing), or 404. Its kind is still theirs, or 403."""
    standing_for_exchange(request)
    upload = get_object_or_404(Upload, pk=pk, user=request.user)
    return upload, kind_for(request, upload.kind)[1]


@require_GET
def home(request):
    standing = standing_for_exchange(request)
    since = timezone.now() - uploads.KEPT_FOR
    context = {
        "standing": standing,
        "sessions": Session.objects.all(),
        "uploads": Upload.objects.filter(user=request.user, uploaded_at__gte=since),
    }
    return render(request, "exchange/home.html", context)


@require_GET
def template(request, kind):
    """An empty workbook with the right header."""
    kind, standing = kind_for(request, kind)
    return download(template_workbook(*fields_for(kind, standing)), XLSX, f"{kind.label}模板.xlsx")


def fields_for(kind, standing):
    """(columns that the user may fill in, name of the sheet) of a kind of workbook."""
    fields, sheet = WORKBOOKS[kind]
    return [field for field in fields if standing.is_secretariat or not field.is_rating], sheet


@require_http_methods(["GET", "POST"])
def upload(request, kind):
    """Takes a workbook; one that can be read at all goes on to its preview."""
    kind, standing = kind_for(request, kind)
    form = UploadForm(request.POST or None, request.FILES or None, may_create=standing.is_office)
    if request.method == "POST" and form.is_valid():
        told, at = form.cleaned_data, timezone.now()
        content, create = told["file"].read(), bool(told.get("create"))
        try:
            plan = read(kind, content, told["session"], by=request.user, at=at, create=create)
        except Unusable as unusable:
            form.add_error("file", str(unusable))
        else:
            kept = uploads.keep(
                kind, told["session"], content, told["file"].name, by=request.user, at=at, create=create,
                rows=plan.rows,
            )  # fmt: skip
            return redirect("exchange:preview", kept.pk)
    fields, sheet = fields_for(kind, standing)
    context = {"form": form, "kind": kind, "fields": fields, "sheet": sheet, "standing": standing}
    return render(request, "exchange/upload.html", context, status=422 if form.is_bound else 200)


@require_GET
def preview(request, pk):
    """What a workbook would bring in, or everything that is wrong with it."""
    kept, standing = own_upload(request, pk)
    return preview_page(request, kept, standing)


def preview_page(request, kept, standing, late="", status=200):
    context = {"upload": kept, "kind": Upload.Kind(kept.kind), "late": late or kept.problem, "standing": standing}
    if kept.is_under_way:
        return under_way_page(request, kept, late, status)
    if kept.finished_at:
        return render(request, "exchange/finished.html", context, status=status)
    try:
        plan = plan_of(request, kept)
    except Unusable as unusable:
        return render(request, "exchange/unusable.html", context | {"reason": str(unusable)}, status=409)
    units = plan.units()
    context |= {
        "plan": plan,
        "problems": plan.problems[:PROBLEMS],
        "entries": plan.entries[:ROWS],
        "states": plan.states().items(),
        "units": list(units.items())[:UNITS],
        "unit_count": len(units),
        "unusual": plan.unusual[:ODD],
        "unusual_count": len(plan.unusual),
        "is_list": kept.kind == LIST,
        "may_create": standing.is_office and plan.has_unknown_names,
    }
    return render(request, "exchange/preview.html", context, status=status)


def under_way_page(request, kept, late="", status=200):
    """How far a workbook is that was given to the worker."""
    context = {"upload": kept, "late": late, "is_lost": kept.is_lost(timezone.now())}
    return render(request, "exchange/under_way.html", context, status=status)


def plan_of(request, kept):
    at = timezone.now()
    try:
        content = uploads.content_of(kept, at)
        return read(kept.kind, content, kept.session_key, by=request.user, at=at, create=kept.may_create)
    except NotAllowed as denied:
        raise PermissionDenied(str(denied)) from denied


@require_GET
def errors(request, pk):
    """All that is wrong with a workbook, as a workbook."""
    kept, _ = own_upload(request, pk)
    if kept.finished_at:
        raise Http404
    try:
        plan = plan_of(request, kept)
    except Unusable as unusable:
        messages.warning(request, str(unusable))
        return redirect("exchange:preview", kept.pk)
    rows = [
        (one["row"], one["column"], one["value"], one["why"] if one["value"] else "未填写", one["expected"])
        for one in (problem.as_json() for problem in plan.problems)
    ]
    content = write_table("错误", ["行", "列", "内容", "问题", "应为"], rows)
    return download(content, XLSX, "导入错误清单.xlsx")


@require_POST
def confirm(request, pk):
    """Imports exactly what was previewed, once: at once, or by the worker."""
    kept, standing = own_upload(request, pk)
    told = {"by": request.user, "at": timezone.now(), "seen": request.POST.get("seen", "")}
    try:
        if kept.total > background.AT_ONCE:
            background.ask(kept, enqueue=store_workbook.enqueue, **told)
            return redirect(kept)
        plan = uploads.confirm(kept, **told)
    except NotAllowed as denied:
        raise PermissionDenied(str(denied)) from denied
    except Upload.DoesNotExist:
        return gone(request, kept)
    except (OutOfTurn, Unusable) as late:
        kept.refresh_from_db()
        return preview_page(request, kept, standing, str(late), status=409)
    if plan.problems:
        late = "预览以后系统中的内容已有变化，工作簿现在有错误。没有导入任何内容。"
        return preview_page(request, kept, standing, late, status=409)
    messages.success(request, f"已导入{plan.label}提案 {len(plan.entries)} 件。")
    return redirect(f"{reverse('desk:proposals')}?{urlencode({'session': plan.session_key})}")


def gone(request, kept):
    messages.warning(request, f"“{kept.name}”刚才已在另一个页面放弃或过期，请重新上传。")
    return redirect("exchange:home")


@require_POST
def create(request, pk):
    """The preview once more, now making what is missing. The office's alone."""
    kept, standing = own_upload(request, pk)
    if not standing.is_office:
        raise PermissionDenied("新建承办单位等由区政府办公室办理。")
    uploads.allow_creation(kept)
    return redirect("exchange:preview", kept.pk)


@require_POST
def discard(request, pk):
    kept, standing = own_upload(request, pk)
    try:
        uploads.discard(kept, by=request.user)
    except Upload.DoesNotExist:
        return gone(request, kept)
    except OutOfTurn as late:
        kept.refresh_from_db()
        return preview_page(request, kept, standing, str(late), status=409)
    messages.success(request, f"已放弃导入“{kept.name}”，没有保存任何内容。")
    return redirect("exchange:home")


@require_POST
def stop(request, pk):
    """取消 of what the worker has in hand."""
    standing_for_exchange(request)
    kept = get_object_or_404(Upload, pk=pk, user=request.user)
    try:
        background.stop(kept, at=timezone.now())
    except OutOfTurn as late:
        messages.warning(request, str(late))
    return redirect(kept)


@require_GET
def export(request, key):
    """The ledger of a session as this user may see it."""
    standing_for_exchange(request)
    session = get_object_or_404(Session, key=key)
    content = workbook_of(ledger_rows(session, request.user))
    return download(content, XLSX, f"{session.label}台账{timezone.localdate():%Y%m%d}.xlsx")
