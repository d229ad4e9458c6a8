"""Pages of the papers: what there is, each seen as the PDF itself before it goes out, its number, its files."""

from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.queries import standing_of
from apps.documents.downloads import PDF, download
from apps.documents.fonts import FontsUnavailable, MissingGlyph
from apps.documents.kept import from_data
from apps.documents.press import PressError, printed
from apps.documents.word import DOCX
from apps.documents.word import paper_docx as docx_of
from apps.proposals.models import Dispatch, Proposal, Session
from apps.proposals.workflow import NotAllowed, OutOfTurn, Refused

from . import operations
from .catalogue import KINDS, dispatches_of, may_number, paper_of, proposal_of, series_of
from .forms import BatchForm, DispatchForm, LookForm, VoidForm
from .kinds import Occasion

OFFERED = 20  # papers on a page of a list


def occasion_of(request, session):
    """The Occasion of a request; 404 for those who handle no proposals."""
    on = timezone.localdate()
    if not standing_of(request.user, on).handles_proposals:
        raise Http404
    return Occasion(request.user, on, session)


def found(request, key, kind, pk):
    """(Kind, the row, Occasion) of a paper that the user may see, or 404."""
    if kind not in KINDS:
        raise Http404
    kind = KINDS[kind]
    occasion = occasion_of(request, get_object_or_404(Session, key=key))
    subject = get_object_or_404(kind.seen(occasion), pk=pk)
    if not kind.is_offered(subject):
        raise Http404
    return kind, subject, occasion


@require_GET
def sessions(request):
    """The papers of the newest session: those of others are a link away."""
    newest = Session.objects.first()
    if newest is None:
        occasion_of(request, None)
        return render(request, "papers/none.html")
    return session(request, newest.key)


@require_GET
def session(request, key):
    """What papers there are of a session: those about it as a whole, and lists of those about its proposals."""
    of = get_object_or_404(Session, key=key)
    occasion = occasion_of(request, of)
    groups, answers = {}, {}
    for kind in KINDS.values():
        if kind.seen not in answers:
            answers[kind.seen] = kind.seen(occasion).exists()  # several kinds ask the same
        if answers[kind.seen]:
            groups.setdefault(kind.group, []).append(kind)
    context = {"session": of, "groups": groups.items(), "sessions": Session.objects.exclude(pk=of.pk)}
    return render(request, "papers/session.html", context)


@require_GET
def of_kind(request, key, kind):
    """The papers of one kind, page by page."""
    if kind not in KINDS or KINDS[kind].is_of_session:
        raise Http404
    kind, of = KINDS[kind], get_object_or_404(Session, key=key)
    occasion = occasion_of(request, of)
    page = Paginator(kind.offered(occasion), OFFERED).get_page(request.GET.get("page"))
    rows = [(subject, proposal_of(kind, subject)) for subject in page]
    context = {"session": of, "kind": kind, "page": page, "rows": rows, "batch_form": BatchForm()}
    return render(request, "papers/of_kind.html", context)


@require_GET
def proposal(request, pk):
    """All papers of one proposal. A fixed number of queries: kinds that are about the same rows share them."""
    of = get_object_or_404(Proposal.objects.visible_to(request.user).select_related("session"), pk=pk)
    occasion = occasion_of(request, of.session)
    groups, rows = {}, {}
    for kind in KINDS.values():
        if not kind.proposal:
            continue
        asked = (kind.seen, kind.proposal)
        if asked not in rows:
            # only their names are shown: nothing of what composing them asks for
            rows[asked] = list(kind.seen(occasion).filter(**{kind.proposal: of.pk}).prefetch_related(None))
        found = [(kind, subject) for subject in rows[asked] if kind.is_offered(subject)]
        if found:
            groups.setdefault(kind.group, []).extend(found)
    return render(request, "papers/proposal.html", {"proposal": of, "session": of.session, "groups": groups.items()})


@require_GET
def paper(request, key, kind, pk):
    """One paper, seen as the PDF itself, with its files and, where it needs one, its number.

    Where nothing has come together for another one, only those that went out.
    """
    kind, subject, occasion = found(request, key, kind, pk)
    addressees = kind.addressees(subject)
    to = looked_at(request, addressees)["to"] or next(iter(addressees), None)
    sent = list(dispatches_of(kind, subject)) if kind.numbered_by else []
    in_force = next((each for each in sent if not each.is_void), None) if kind.is_once else None
    shown = paper_of(kind, subject, replace(occasion, to=to)) if kind.is_of(subject) else None
    context = {
        "session": occasion.session,
        "kind": kind,
        "subject": subject,
        "proposal": proposal_of(kind, subject),
        "paper": shown,
        "addressees": addressees,
        "to": to,
        "query": urlencode({"to": to.pk}) if to else "",
        "sent": sent,
        "in_force": in_force,
        "may_number": may_number(kind, subject, occasion),
    }
    return render(request, "papers/paper.html", context)


def looked_at(request, addressees):
    """What the query asks to see; 404 for what nobody could have asked for from a page."""
    # what was typed into a form beside the paper comes by POST: nothing of it belongs into an address or a log
    form = LookForm(request.POST if request.method == "POST" else request.GET, addressees=addressees)
    if not form.is_valid():
        raise Http404
    return form.cleaned_data


def _asked_for(request, key, kind, pk):
    """(Paper, its file's name without ending) as the address asks for it, with the number it is about to have."""
    kind, subject, occasion = found(request, key, kind, pk)
    if not kind.is_of(subject):
        raise Http404
    look = looked_at(request, kind.addressees(subject))
    to = look["to"] or next(iter(kind.addressees(subject)), None)
    may_try = bool(kind.numbered_by) or kind.is_numbered_elsewhere
    given = {name: look[name] for name in ("number", "dated_on", "signer")} if may_try else {}
    paper = paper_of(kind, subject, replace(occasion, to=to, **given))
    if kind.numbered_by and given["number"] and not paper.draft:
        paper = replace(paper, draft="样稿：尚未登记发文")
    about = occasion.session.label if kind.is_of_session else proposal_of(kind, subject) or subject
    return paper, f"{kind.label}{about}{f'（{to}）' if to else ''}"


@require_http_methods(["GET", "POST"])
def paper_pdf(request, key, kind, pk):
    return pdf(request, *_asked_for(request, key, kind, pk))


@require_GET
def paper_docx(request, key, kind, pk):
    return docx(*_asked_for(request, key, kind, pk))


def pdf(request, paper, name):
    """The PDF, shown in the page that asks for it; where it cannot be printed, why not."""
    try:
        content = printed(paper)
    except (MissingGlyph, FontsUnavailable, PressError) as problem:
        status = 503 if isinstance(problem, PressError) else 422
        return render(request, "papers/unprintable.html", {"problem": str(problem)}, status=status)
    return download(content, PDF, f"{name}.pdf", as_attachment="download" in request.GET)


def docx(paper, name):
    return download(docx_of(paper), DOCX, f"{name}.docx")


@require_http_methods(["GET", "POST"])
def dispatch(request, key, kind, pk):
    """登记发文: number and day are typed beside the paper as it will go out."""
    kind, subject, occasion = found(request, key, kind, pk)
    if not may_number(kind, subject, occasion):
        raise PermissionDenied(f"{kind.label}的发文字号不由您登记。")
    data = request.POST if request.method == "POST" else None
    form = DispatchForm(data, series=series_of(kind, subject, occasion), today=occasion.on)
    status, context = 200, {"kind": kind, "subject": subject, "session": occasion.session, "form": form}
    context["proposal"] = proposal_of(kind, subject)
    if request.method == "POST":
        status = 422
        try:
            if form.is_valid():
                made = operations.dispatch(kind, subject, by=request.user, at=timezone.now(), session=occasion.session,
                                           **form.cleaned_data)  # fmt: skip
                messages.success(request, f"已登记发文：{made.number}《{made.title}》。")
                return redirect("papers:dispatched", made.pk)
        except NotAllowed as denied:
            raise PermissionDenied(str(denied)) from denied
        except (OutOfTurn, Refused) as refused:
            form.add_error(None, str(refused))
            status = 409 if isinstance(refused, OutOfTurn) else 422
    elif not kind.is_of(subject) or (kind.is_once and dispatches_of(kind, subject).filter(void_at=None).exists()):
        return redirect("papers:paper", occasion.session.key, kind.key, subject.pk)
    values = {name: value for name in ("number", "dated_on", "signer") if (value := form[name].value())}
    return render(request, "papers/dispatch.html", context | {"query": urlencode(values)}, status=status)


def sent_and_subject(request, pk):
    """(Dispatch, Kind, its row, Occasion) of a paper that went out and that the user may see, or 404."""
    read = Dispatch.objects.select_related("session", "proposal", "unit", "registered_by", "void_by")
    sent = get_object_or_404(read, pk=pk)
    if sent.kind not in KINDS:
        raise Http404
    kind, occasion = KINDS[sent.kind], occasion_of(request, sent.session)
    return sent, kind, get_object_or_404(kind.seen(occasion), pk=sent.subject_key), occasion


@require_GET
def dispatched(request, pk):
    """A paper as it went out, whatever has changed since."""
    sent, kind, subject, occasion = sent_and_subject(request, pk)
    context = {"sent": sent, "kind": kind, "subject": subject, "session": sent.session, "proposal": sent.proposal}
    return render(request, "papers/dispatched.html", context | {"may_void": may_number(kind, subject, occasion)})


def _as_sent(request, pk):
    sent, kind, *_ = sent_and_subject(request, pk)
    paper = from_data(sent.content)
    if sent.is_void:
        paper = replace(paper, draft=f"已作废：{sent.void_note}")
    return paper, f"{kind.label}{sent.number}"


@require_GET
def dispatched_pdf(request, pk):
    return pdf(request, *_as_sent(request, pk))


@require_GET
def dispatched_docx(request, pk):
    return docx(*_as_sent(request, pk))


@require_http_methods(["GET", "POST"])
def void(request, pk):
    """作废: a number given in error is taken back."""
    sent, kind, subject, occasion = sent_and_subject(request, pk)
    may = may_number(kind, subject, occasion)
    if not may:
        raise PermissionDenied(f"{kind.label}的发文字号不由您登记。")
    form = VoidForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.void(sent, by=request.user, at=timezone.now(), may=may, **form.cleaned_data)
            messages.success(request, f"已作废：{sent.number}。")
            return redirect("papers:paper", sent.session.key, kind.key, sent.subject_key)
        except (OutOfTurn, Refused) as refused:
            form.add_error(None, str(refused))
    status = 422 if request.method == "POST" else 200
    context = {"sent": sent, "kind": kind, "form": form, "session": sent.session}
    return render(request, "papers/void.html", context, status=status)
