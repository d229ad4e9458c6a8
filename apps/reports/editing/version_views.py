"""The versions of the annual letter: the list, one of them, what changed between two, and putting one back."""

from itertools import groupby

from django.core.paginator import Paginator
from django.db.models import F, Window
from django.db.models.functions import Lag
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from apps.replies.differences import SAME, Line, Piece, differences

from .. import queries
from ..models import LetterVersion
from ..snapshots import lines
from ..views import editable_session
from . import operations
from .views import attempt

PAGE = 50  # versions of one page


@require_GET
def versions(request, key):
    session = editable_session(request, key)
    kept = LetterVersion.objects.filter(letter__session=session).defer("content").select_related("saved_by")
    kept = kept.annotate(before=Window(Lag("number"), order_by=F("number").asc())).order_by("-number")
    page = Paginator(kept, PAGE).get_page(request.GET.get("page"))
    context = {"session": session, "versions": page, "newest": queries.letter_of(session).version}
    return render(request, "reports/versions.html", context)


def version_of(session, number):
    return get_object_or_404(LetterVersion.objects.select_related("saved_by"), letter__session=session, number=number)


def around_changes(found):
    """The Lines that changed with one on each side; how many are left out between them is told in their place."""
    near = {at + step for at, line in enumerate(found) if line.is_changed for step in (-1, 0, 1)}
    shown = []
    for is_near, group in groupby(enumerate(found), key=lambda entry: entry[0] in near):
        own = [line for _, line in group]
        shown += own if is_near else [Line((Piece(SAME, f"（略去没有改动的{len(own)}段）"),))]
    return shown


@require_GET
def compare(request, key, before, after):
    """What changed from one version to a later one."""
    session = editable_session(request, key)
    first, last = version_of(session, before), version_of(session, after)
    between = LetterVersion.objects.filter(letter__session=session, number__gt=before, number__lte=after)
    by = dict.fromkeys(str(one.saved_by) for one in between.defer("content").select_related("saved_by"))
    found = around_changes(differences(lines(first.content), lines(last.content)))
    change = {"first": first, "last": last, "lines": found, "by": by}
    return render(request, "reports/compare.html", {"session": session, "change": change})


@require_GET
def version(request, key, number):
    session = editable_session(request, key)
    kept = version_of(session, number)
    stands_still = queries.why_texts_stand_still(queries.letter_of(session))
    context = {
        "session": session,
        "version": kept,
        "lines": lines(kept.content).splitlines(),
        "stands_still": stands_still,
    }
    return render(request, "reports/version.html", context)


@require_POST
def restore_version(request, key, number):
    session = editable_session(request, key)
    version_of(session, number)

    def act(**who):
        return operations.restore_version(session, number, **who)

    return attempt(request, session, act, f"已恢复第{number}版的段落。原有的段落在“已删除的段落”里。")
