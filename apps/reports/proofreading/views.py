"""Pages of the proof-reader: a letter that somebody hands in, and the letter that the system composes itself."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from apps.figures.queries import figures
from apps.proposals.models import Session
from apps.reports.letter import compose
from apps.reports.queries import letter_of, reads_drafts, reads_letters

from . import check
from .forms import LetterForm
from .letters import document_of_letter
from .page import blocks_of, counts_of, findings_told, notes_told


@require_http_methods(["GET", "POST"])
def page(request):
    """Takes a letter and shows it proofread. Nothing is stored: neither the file nor what was found."""
    if not reads_letters(request.user):
        raise Http404
    form = LetterForm(request.POST, request.FILES) if request.method == "POST" else LetterForm()
    context, status = {"form": form}, 200
    if form.is_bound and form.is_valid():
        document, session = form.cleaned_data["document"], form.cleaned_data["session"]
        context |= proofread(document, session)
        context["form"] = LetterForm(
            initial={"text": "\n".join(document.paragraphs), "session": session.key if session else ""}
        )
    elif form.is_bound:
        status = 422
    return render(request, "reports/proofreading.html", context, status=status)


@require_GET
def own_letter(request, key):
    """The letter of a session, proofread as it stands and compared with the session's figures."""
    if not reads_drafts(request.user):
        raise Http404
    session = get_object_or_404(Session, key=key)
    as_of = letter_of(session).figures_on
    letter = compose(session, as_of).letter
    context = {"own": session, **proofread(document_of_letter(letter), session, as_of)}
    return render(request, "reports/proofreading.html", context)


def proofread(document, session, as_of=None):
    """What the page shows of a proofread letter, compared with a session's figures as of a day where there is one."""
    result = check(document, figures(session, as_of) if session else None)
    return {
        "result": result,
        "session": session,
        "blocks": blocks_of(document, result),
        "findings": findings_told(result),
        "notes": notes_told(result),
        "counts": counts_of(result),
    }
