"""Pages of the annual letter: the list, the letter with its figures and its PDF, its texts and its examples."""

from itertools import groupby

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from apps.documents.downloads import PDF, download
from apps.documents.fonts import FontsUnavailable, MissingGlyph
from apps.documents.paper import paper_html
from apps.documents.press import PressError, printed
from apps.documents.word import DOCX, paper_docx
from apps.figures.queries import tally as tally_of
from apps.papers.compose.names import meeting
from apps.proposals.buttons import Button
from apps.proposals.forms import id_in, version_seen
from apps.proposals.models import Session
from apps.proposals.workflow import OutOfTurn, Refused

from . import operations, queries
from .approval_views import approval_context
from .drafting import place_of_examples, source_of_example
from .forms import AsOfForm, LetterTextsForm
from .letter import compose, examples_of, usual_title
from .models import Edition
from .parts import places_of
from .queries import (
    letter_of,
    parts_of,
    reads_drafts,
    reads_letters,
    sees_all,
    themes_of_letter,
    why_texts_stand_still,
)
from .tables import lists_of, tables_of
from .themes import theme_of, themes_of
from .warnings import stand_of
from .workflow import LetterState


def visible_session(request, key):
    """The session of a letter that the user may read, or 404."""
    if not reads_letters(request.user):
        raise Http404
    return get_object_or_404(Session, key=key)


def session_of_a_draft(request, key):
    """As `visible_session`, for those who read the letter before it has gone out."""
    if not reads_drafts(request.user):
        raise Http404
    return visible_session(request, key)


def edition_in_its_place(letter):
    """The edition that is read instead, once the letter was sent up: nobody takes another paper for what was signed."""
    return None if letter.state == LetterState.DRAFT else letter.latest


def editable_session(request, key):
    """As `visible_session`, for the office only (403 for other readers)."""
    session = visible_session(request, key)
    if not queries.is_editor(request.user):
        raise PermissionDenied("办理情况通报由区政府办公室编写。")
    return session


def standing_still(request, letter):
    """Back to the letter, with the reason, where its texts cannot be written now; what was typed is told to a POST."""
    reason = why_texts_stand_still(letter)
    if not reason or request.method == "POST":
        return None
    messages.warning(request, reason)
    return redirect(letter)


@require_GET
def letters(request):
    if not reads_letters(request.user):
        raise Http404
    issued = Prefetch("letter__editions", Edition.objects.filter(issued_at__isnull=False).order_by("-number"))
    sessions = Session.objects.select_related("letter__saved_by").prefetch_related(issued)
    context = {"sessions": sessions, "reads_drafts": reads_drafts(request.user)}
    return render(request, "reports/letters.html", context)


@require_GET
def letter(request, key):
    return letter_page(request, visible_session(request, key))


def letter_page(request, session, problem="", status=200):
    """The letter with its figures and what is unfinished. `problem`: why it could not be printed."""
    form, kept = AsOfForm(request.GET), letter_of(session)
    asked = form.cleaned_data["as_of"] if form.is_valid() else None
    as_of = asked or kept.figures_on
    tally = tally_of(session, as_of)
    # of what is sent up only its edition is read, and of what has not gone out the committee reads figures alone
    is_shown = kept.state == LetterState.DRAFT and reads_drafts(request.user)
    stand = stand_of(kept, tally) if is_shown else None
    as_asked = f"?{urlencode({'as_of': asked})}" if asked else ""
    context = {
        "session": session,
        "meeting": meeting(session),
        "form": form,
        "as_of": as_of,
        "asked": asked,
        "tables": tables_of(tally, lists_of(tally, session) if sees_all(request.user) else lambda path: ""),
        "stand": stand,
        "paper": paper_html(stand.told.letter) if stand else "",
        "pdf_url": reverse("reports:letter_pdf", args=[session.key]) + as_asked,
        "docx_url": reverse("reports:letter_docx", args=[session.key]) + as_asked,
        "problem": problem,
    } | approval_context(request, kept)
    if reads_drafts(request.user):
        is_unfinished = bool(stand and stand.unfinished)
        context["actions"] = with_the_words(request.user, kept, context["actions"], is_unfinished)
    return render(request, "reports/letter.html", context, status=status)


def with_the_words(user, letter, actions, is_unfinished):
    """The buttons of the letter's approval with that by which its words are written or, once sent up, read.

    In front is the next thing to do: to write as long as something is unfinished, to read before agreeing.
    """
    if edition := edition_in_its_place(letter):
        reading = Button(f"查看第{edition.number}稿", edition.get_absolute_url())
        return [*actions, reading] if letter.state == LetterState.APPROVED else [reading, *actions]
    if not queries.is_editor(user):
        return actions
    writing = Button("编写通报", reverse("reports:letter_editor", args=[letter.session.key]))
    return [writing, *actions] if is_unfinished else [*actions, writing]


@require_GET
def pdf(request, key):
    """The letter as PDF, to be taken along or (`inline`) seen in the page; where it cannot be, its page says why."""
    session = session_of_a_draft(request, key)
    if edition := edition_in_its_place(letter_of(session)):
        return redirect("reports:edition_pdf", edition.pk)
    form = AsOfForm(request.GET)
    if not form.is_valid():
        return letter_page(request, session, status=422)
    composed = compose(session, form.cleaned_data["as_of"]).letter
    try:
        content = printed(composed)
    except MissingGlyph as missing:
        return letter_page(request, session, str(missing), status=422)
    except FontsUnavailable:
        return letter_page(request, session, "服务器上没有排印公文所需的字体，请联系运维人员安装。", status=503)
    except PressError as failed:
        return letter_page(request, session, str(failed), status=503)
    return download(content, PDF, f"{composed.title}.pdf", as_attachment="inline" not in request.GET)


@require_GET
def docx(request, key):
    """The letter for Word and WPS."""
    session = session_of_a_draft(request, key)
    if edition := edition_in_its_place(letter_of(session)):
        return redirect("reports:edition_docx", edition.pk)
    form = AsOfForm(request.GET)
    if not form.is_valid():
        return letter_page(request, session, status=422)
    composed = compose(session, form.cleaned_data["as_of"]).letter
    return download(paper_docx(composed), DOCX, f"{composed.title}.docx")


@require_http_methods(["GET", "POST"])
def texts(request, key):
    """Writing the texts. Who comes second is shown what the first stored, beside what they typed themselves."""
    session = editable_session(request, key)
    kept = letter_of(session)
    if answer := standing_still(request, kept):
        return answer
    themes = themes_of(tally_of(session).behind("total"))
    usual = {"issuer": session.government, "addressee": session.committee, "title": usual_title(session)}
    data = request.POST if request.method == "POST" else None
    is_parted = bool(parts_of(kept))
    form = LetterTextsForm(
        data, letter=kept, classes=session.classes.all(), themes=themes, usual=usual, is_parted=is_parted
    )
    late, status = "", 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                operations.save_letter_texts(
                    session, by=request.user, at=timezone.now(), version=version_seen(request), **form.texts()
                )
            except OutOfTurn as moved:
                late, status = str(moved), 409
            except Refused as refused:
                for reason in refused.reasons:
                    form.add_error(None, reason)
            else:
                messages.success(request, f"已保存{session}办理情况通报的文字。")
                return redirect("reports:letter_editor", session.key)
    context = {
        "session": session,
        "form": form,
        # who was told what changed meanwhile may save over it; who was only told of a slip may not yet
        "seen": kept.version if late or not form.is_bound else request.POST.get("seen", ""),
        "late": late,
        "differing": form.differing() if late else [],
        "saved": kept,
        "is_parted": is_parted,
    }
    return render(request, "reports/texts.html", context, status=status)


@require_http_methods(["GET", "POST"])
def cases(request, key):
    """Choosing the examples (例如、又如) among the replies that tell something, and their themes: for the draft."""
    session = editable_session(request, key)
    kept = letter_of(session)
    if answer := standing_still(request, kept):
        return answer
    if request.method == "GET":
        return cases_page(request, session, kept)
    chosen = cases_chosen(request)
    try:
        operations.choose_cases(session, chosen, by=request.user, at=timezone.now(), version=version_seen(request),
                                themes=chosen)  # fmt: skip
    except OutOfTurn as moved:
        return cases_page(request, session, letter_of(session), chosen, str(moved), 409)
    except Refused as refused:
        return cases_page(request, session, kept, chosen, str(refused), 422)
    messages.success(request, f"已保存{session}办理情况通报选用的事例。")
    return redirect("reports:letter_editor", session.key)


def cases_chosen(request):
    """Id of each reply that was ticked → id of the letter's own theme chosen for it, or None."""
    ids = {id_in(pk) for pk in request.POST.getlist("replies")} - {None}
    return {pk: id_in(request.POST.get(f"theme_{pk}")) for pk in ids}


def cases_page(request, session, kept, chosen=None, late="", status=200):
    """The replies to choose from. `chosen`: as ticked here, None for what is kept; `late`: why that is not stored."""
    examples = examples_of(session, tally_of(session, kept.figures_on), kept)
    chosen, parts = examples.themes if chosen is None else chosen, parts_of(kept)
    context = {
        "session": session,
        "groups": grouped(examples, session, chosen, queries.sources_told(kept)),
        "themes": themes_of_letter(kept),
        "places": places_of(parts),
        "after": id_in(request.POST.get("after")) or place_of_examples(parts),
        # who was told what changed meanwhile may save over it; who was only told of a slip may not yet
        "seen": request.POST.get("seen", "") if status == 422 else kept.version,
        "late": late,
    }
    return render(request, "reports/cases.html", context, status=status)


def grouped(examples, session, chosen, there):
    """[(heading, is of the best class, [(Fact, Reply, is chosen here, what of it is kept, theme chosen here)])].

    The best class by themes. `there`: the sources of what the letter's parts tell.
    """
    steps = list(session.classes.all())
    best = steps[0].code if steps else ""
    rank = {step.code: step.rank for step in steps}

    def place(entry):
        fact = entry[0]
        order = (fact.row.category_order, theme_of(fact.row)) if fact.class_code == best else (0, "")
        return (rank.get(fact.class_code, 99), *order)

    def heading(entry):
        fact = entry[0]
        of_best = fact.class_code == best
        return f"{fact.class_code}类" + (f"：{theme_of(fact.row)}" if of_best else ""), of_best

    def kept(fact, reply):
        if source_of_example(fact, reply) in there:
            return "已写进通报"
        return "已保存" if reply.pk in examples.chosen else ""

    entries = [
        (fact, reply, reply.pk in chosen, kept(fact, reply), chosen.get(reply.pk)) for fact, reply in examples.usable
    ]
    return [(*name, list(rows)) for name, rows in groupby(sorted(entries, key=place), key=heading)]
