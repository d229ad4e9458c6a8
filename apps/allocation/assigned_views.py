"""What was assigned in one go: what became of each, and what goes out, to all and to each unit."""

import tempfile

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.documents.bundles import zipped
from apps.documents.downloads import XLSX, download
from apps.proposals.models import Proposal
from apps.units.models import Unit

from . import queries
from .models import Assignment
from .views import session_of
from .workbook import assigned_workbook


def assignment_of(request, key, pk):
    session = session_of(request, key)
    return session, get_object_or_404(Assignment.objects.select_related("made_by"), pk=pk, draft__session=session)


@require_GET
def assigned(request, key, pk):
    """What became of each, and what goes out: the notice, the list, for each unit its list and the originals."""
    session, made = assignment_of(request, key, pk)
    outcomes = list(queries.outcomes_of(made))
    done = [outcome.line.proposal for outcome in outcomes if not outcome.why_not]
    context = {
        "session": session,
        "assignment": made,
        "done": done,
        "refused": [outcome for outcome in outcomes if outcome.why_not],
        "shares": queries.shares_of(done),
    }
    return render(request, "allocation/assigned.html", context)


@require_GET
def assigned_list(request, key, pk):
    session, made = assignment_of(request, key, pk)
    done = [outcome.line.proposal for outcome in queries.outcomes_of(made) if not outcome.why_not]
    name = f"{session.label}提案交办清单{timezone.localdate(made.made_at):%Y%m%d}.xlsx"
    return download(assigned_workbook(done), XLSX, name)


@require_GET
def originals(request, key, pk, unit):
    """The originals that belong to the proposals which a unit got by an assignment, as one zip."""
    session, made = assignment_of(request, key, pk)
    unit = get_object_or_404(Unit, pk=unit)
    given = made.outcomes.filter(why_not="").values("line__proposal_id")
    mine = Proposal.objects.filter(pk__in=given, cases__unit=unit).values("pk")
    files = queries.originals_of(mine).select_related("proposal").order_by("proposal__number_order", "pk")
    if not files.exists():
        raise Http404
    out = tempfile.TemporaryFile()  # noqa: SIM115, the response closes it
    zipped(((f"{file.proposal.number}-{file.name}", read(file)) for file in files), out)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"{session.label}{unit}提案原件.zip")


def read(attachment):
    with attachment.file.open("rb") as stored:
        return stored.read()
