"""帮助: the manual, for everybody who may sign in."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.queries import standing_of

from . import manual


@require_GET
def start(request):
    """To the page written for the post of who asks."""
    return redirect("desk:help_page", manual.page_of(standing_of(request.user, timezone.localdate())))


@require_GET
def page(request, name):
    """One page of the manual, beside the list of all."""
    try:
        shown = manual.page(name)
    except KeyError:
        raise Http404 from None
    return render(request, "manual/page.html", {"page": shown, "contents": manual.contents()})
