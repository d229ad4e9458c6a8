"""Pages of the sessions and of what each carries: read by the office and the secretariat, written by the office."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.queries import standing_of
from apps.audit.queries import of_target

from ..forms import version_seen
from ..models import Session
from ..operations import open_session
from ..workflow import OutOfTurn, Refused
from .changes import in_words
from .forms import NewSessionForm, SettingsForm, next_session
from .operations import change_session_settings

REMEMBERED = 20  # changes that the page tells


def reader(request):
    """The Standing of somebody who may read settings, or 404."""
    standing = standing_of(request.user, timezone.localdate())
    if not standing.is_office and not standing.is_secretariat:
        raise Http404
    return standing


def check_editor(request):
    """404 for those who may not read settings, 403 for those who may only read them."""
    if not reader(request).is_office:
        raise PermissionDenied("届次设置由区政府办公室修改。")


@require_GET
def home(request):
    """The sessions, the newest first."""
    standing = reader(request)
    sessions = Session.objects.select_related("saved_by").annotate(count=Count("proposals"))
    return render(request, "proposals/settings.html", {"sessions": sessions, "is_editor": standing.is_office})


@require_http_methods(["GET", "POST"])
def new(request):
    """新建届次, prefilled from the newest one."""
    check_editor(request)
    newest = Session.objects.first()
    form = NewSessionForm(request.POST or None, initial=next_session(newest))
    if request.method == "POST" and form.is_valid():
        try:
            session = open_session(**form.cleaned_data, by=request.user, at=timezone.now())
        except Refused as refused:
            for reason in refused.reasons:
                form.add_error("key", reason)
        else:
            messages.success(request, f"已新建{session}。请核对下面的设置。")
            return redirect("settings:session", session.key)
    context = {"form": form, "newest": newest}
    return render(request, "proposals/settings_new.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def session(request, key):
    """All settings of a session. Who comes second is shown what the first changed, beside what they typed."""
    standing = reader(request)
    found = get_object_or_404(Session.objects.select_related("saved_by"), key=key)
    if request.method == "POST":
        check_editor(request)
    at = timezone.now()
    form = SettingsForm(request.POST if request.method == "POST" else None, session=found, on=timezone.localdate(at))
    seen, late, status = version_seen(request) if form.is_bound else found.version, "", 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                change_session_settings(found, by=request.user, at=at, version=seen, **form.settings())
            except OutOfTurn as moved:
                late, status = str(moved), 409
            except Refused as refused:
                for reason in refused.reasons:
                    form.add_error(None, reason)
            else:
                messages.success(request, f"已保存{found}的设置。")
                return redirect("settings:session", found.key)
    history = history_of(found)
    context = {
        "session": found,
        "form": form,
        # who was told what changed meanwhile may save over it; who was only told of a slip may not yet
        "seen": found.version if late else seen,
        "late": late,
        "history": history,
        "missed": [entry for entry in history if entry["version"] > seen] if late else [],
        "is_editor": standing.is_office,
    }
    return render(request, "proposals/settings_session.html", context, status=status)


def history_of(session):
    """What was changed, newest first: at, who, version, and [(label, before, after)]."""
    events = of_target("session", session.key).filter(action__in=("session.open", "session.settings"))
    return [
        {
            "at": event.at,
            "who": event.actor_name,
            "version": event.data.get("version", 0),
            "changes": in_words(event.data.get("changes", {})),
        }
        for event in events.order_by("-seq")[:REMEMBERED]
    ]
