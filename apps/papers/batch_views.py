"""Pages of batches: asking for one, watching it, taking its file."""

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.proposals.models import Proposal, Session
from apps.proposals.workflow import Refused

from . import batches, casefile
from .catalogue import KINDS
from .forms import BatchForm
from .models import Batch
from .tasks import print_batch
from .views import occasion_of


def own_batch(request, pk):
    """A batch that the user asked for, or 404."""
    return get_object_or_404(Batch.objects.select_related("session", "proposal"), pk=pk, asked_by=request.user)


def label_of(made):
    if made.proposal:
        return casefile.LABEL
    return KINDS[made.kind].label if made.kind in KINDS else "文书"


@require_POST
def ask(request, key, kind):
    """打印全部: hands the papers of a list to the background."""
    if kind not in KINDS or KINDS[kind].is_of_session or not KINDS[kind].is_once:
        raise Http404
    session = get_object_or_404(Session, key=key)
    occasion_of(request, session)
    form = BatchForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请选择批量打印的形式。")
        return redirect("papers:of_kind", key, kind)
    try:
        batch = batches.ask(KINDS[kind], session, by=request.user, at=timezone.now(), enqueue=print_batch.enqueue,
                            **form.cleaned_data)  # fmt: skip
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("papers:of_kind", key, kind)
    return redirect("papers:batch", batch.pk)


@require_POST
def ask_for_file(request, pk):
    """生成案卷: the whole file of a proposal, as far as the user may see it."""
    of = get_object_or_404(Proposal.objects.visible_to(request.user).select_related("session"), pk=pk, is_secret=False)
    occasion_of(request, of.session)
    try:
        batch = batches.ask_for_file(of, by=request.user, at=timezone.now(), enqueue=print_batch.enqueue)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("papers:proposal", pk)
    return redirect("papers:batch", batch.pk)


@require_GET
def batch(request, pk):
    """How far a batch is; its file once it is made."""
    made = own_batch(request, pk)
    context = {"batch": made, "session": made.session, "label": label_of(made)}
    return render(request, "papers/batch.html", context | {"is_lost": made.is_lost(timezone.now())})


@require_GET
def file(request, pk):
    made = own_batch(request, pk)
    if not made.file:
        raise Http404
    about = f"{made.session.label}{made.proposal or ''}{label_of(made)}"
    name = f"{about}.{made.file.name.rpartition('.')[2]}"
    return FileResponse(made.file.open("rb"), as_attachment=True, filename=name)


@require_POST
def stop(request, pk):
    made = own_batch(request, pk)
    if Batch.stop(made.pk, timezone.now()):
        messages.success(request, "已取消这一批。")
    else:
        messages.warning(request, "这一批已经结束，没有取消。")
    return redirect("papers:batch", made.pk)
