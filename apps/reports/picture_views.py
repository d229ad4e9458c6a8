"""图表: the pictures of a session, each with the table of the same figures, and the proposals behind any of them.

Only what the user may see is counted, so that each list has as many proposals as its figure says.
"""

from dataclasses import dataclass

from django import forms
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from apps.accounts.queries import standing_of
from apps.documents.drawing import on_page
from apps.figures.pictures import picture_of, picture_of_progress, splits_of
from apps.figures.progress import FOLLOWED, progress_of
from apps.figures.queries import tally as tally_of
from apps.proposals.models import Case, Proposal, Session
from apps.proposals.workflow import CaseState
from apps.units.models import Unit
from apps.units.queries import unit_ids_of

from .tables import FIGURES, figure_label, lists_of

PAGE = 50  # proposals behind a figure


@dataclass(frozen=True)
class Sight:
    """What a user sees of a session. `units`: those of whose cases all are seen, None for every unit."""

    proposals: object  # queryset
    units: object  # queryset, or None


def sight_of(request, session):
    """The Sight of the user, or 404: an auditor and a system administrator are no party to proposals."""
    today = timezone.localdate()
    standing = standing_of(request.user, today)
    if not standing.handles_proposals:
        raise Http404
    seen = Proposal.objects.visible_to(request.user, today).filter(session=session)
    if standing.is_office or standing.is_secretariat:
        return Sight(seen, None)
    own = Unit.objects.filter(pk__in=standing.units) | Unit.objects.filter(pk__in=unit_ids_of(standing.leads_as, today))
    return Sight(seen, own)


class PicturesForm(forms.Form):
    """`?unit=3&as_of=2020-12-31` of a session; the day only to see what was behind a figure then."""

    session = forms.ModelChoiceField(
        Session.objects.all(), to_field_name="key", label="届次", required=False, empty_label=None
    )
    unit = forms.ModelChoiceField(Unit.objects.none(), label="承办单位", required=False, empty_label="全部单位")
    as_of = forms.DateField(required=False, widget=forms.HiddenInput)

    def __init__(self, asked, session, sight):
        super().__init__({**asked.dict(), "session": session.key})
        live = Case.objects.exclude(state=CaseState.ENDED).filter(proposal__in=sight.proposals)
        units = Unit.objects.all() if sight.units is None else sight.units
        self.fields["unit"].queryset = units.filter(pk__in=live.values("unit_id")).distinct()

    @property
    def unit_chosen(self):
        return self.cleaned_data.get("unit")

    def among(self, proposals):
        """Those of the proposals that the chosen unit has a live case of."""
        if not self.unit_chosen:
            return proposals
        cases = Case.objects.exclude(state=CaseState.ENDED).filter(unit=self.unit_chosen)
        return proposals.filter(pk__in=cases.values("proposal_id"))


@require_GET
def newest(request):
    """The menu's way to the pictures: those of the session asked for, else of the newest."""
    if not standing_of(request.user, timezone.localdate()).handles_proposals:
        raise Http404
    sessions = Session.objects.all()
    key = request.GET.get("session", "")
    session = sessions.filter(key=key.replace("\x00", "")).first() or sessions.first()
    if not session:
        return render(request, "reports/pictures.html", {"session": None})
    unit = request.GET.get("unit", "")
    return redirect(reverse("reports:pictures", args=[session.key]) + (f"?{urlencode({'unit': unit})}" if unit else ""))


@require_GET
def pictures(request, key):
    session = get_object_or_404(Session.objects.prefetch_related("classes", "ratings"), key=key)
    sight = sight_of(request, session)
    form = PicturesForm(request.GET, session, sight)
    if not form.is_valid():
        return render(request, "reports/pictures.html", {"session": session, "form": form}, status=422)
    unit, today = form.unit_chosen, timezone.localdate()
    tally = tally_of(session, among=form.among(sight.proposals))
    units = [unit.name] if unit else None if sight.units is None else {one.name for one in sight.units}
    progress = progress_of(session, tally, today)
    url = addresses(session, tally, unit)
    context = {
        "session": session,
        "form": form,
        "unit": unit,
        "is_part": sight.units is not None,
        "today": today,
        "progress": on_page(picture_of_progress(progress), "progress"),
        "columns": [FIGURES[path] for path in FOLLOWED],
        "days": [
            (day, [(count, url(path, day)) for path, count in zip(FOLLOWED, counts, strict=True)])
            for day, *counts in zip(progress.days, *(progress.counts(*path) for path in FOLLOWED), strict=True)
        ],
        "splits": [
            (split, on_page(picture_of(split), split.key), [(part, url(part.path)) for part in split.parts])
            for split in splits_of(tally, units)
        ],
    }
    return render(request, "reports/pictures.html", context)


def addresses(session, tally, unit):
    """(path, day) → where the proposals behind a figure are listed; as of a day they have a page of their own."""
    of_list = lists_of(tally, session)

    def url(path, day=None):
        of_unit = [("unit", unit.pk)] if unit else []
        if not day:
            listed = of_list(path)
            return f"{listed}&{urlencode(of_unit)}" if listed and unit else listed
        asked = [*(("path", name) for name in path), *of_unit, ("as_of", day)]
        return f"{reverse('reports:picture_figure', args=[session.key])}?{urlencode(asked)}"

    return url


@require_GET
def picture_figure(request, key):
    """The proposals behind a figure: `?path=units&path=区住房城乡建委&path=on_time`, of a unit's only, as of a day."""
    session = get_object_or_404(Session, key=key)
    sight = sight_of(request, session)
    form = PicturesForm(request.GET, session, sight)
    if not form.is_valid():
        raise Http404
    as_of, path = form.cleaned_data["as_of"], tuple(request.GET.getlist("path"))
    tally = tally_of(session, as_of, form.among(sight.proposals))
    if path not in tally.members:
        raise Http404
    page = Paginator(tally.behind(*path), PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "session": session,
        "label": figure_label(path),
        "as_of": as_of,
        "unit": form.unit_chosen,
        "page": page,
        "querystring": kept.urlencode(),
    }
    return render(request, "reports/picture_figure.html", context)
