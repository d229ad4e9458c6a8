"""Pages of the letter's approval: the actions on it, its editions, and the proposals behind each frozen figure."""

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.queries import standing_of
from apps.audit.queries import of_target
from apps.documents.downloads import PDF, download
from apps.documents.fonts import FontsUnavailable, MissingGlyph
from apps.documents.paper import paper_html
from apps.documents.press import PressError, printed
from apps.documents.word import DOCX, paper_docx
from apps.figures.queries import tally as tally_of
from apps.proposals.buttons import buttons
from apps.proposals.forms import ActionForm, NoteForm
from apps.proposals.models import Proposal, Session
from apps.proposals.queries import left_to_another
from apps.proposals.views import Act, run_action

from . import approvals
from .approval_forms import IssueForm, SubmitForm
from .frozen import COLUMNS, Frozen, changes_since
from .models import AnnualLetter
from .queries import editions_visible_to, letter_of, reads_drafts
from .tables import OF_UNITS, figure_label, tables_of, unit_rows
from .warnings import stand_of

TEMPLATE = "reports/approval_act.html"
ACTS = {
    "submit": Act(approvals.submit, SubmitForm, TEMPLATE, done="已送审：{name}，请办公室负责人审核。"),
    "approve": Act(approvals.approve, ActionForm, TEMPLATE, done="已审核：{name}，请领导签发。"),
    "sign": Act(approvals.sign, ActionForm, TEMPLATE, done="已签发：{name}。"),
    "return": Act(approvals.send_back, NoteForm, TEMPLATE, danger=True),
    "recall": Act(approvals.recall, ActionForm, TEMPLATE, danger=True),
    "revoke": Act(approvals.revoke, NoteForm, TEMPLATE, danger=True),
    "issue": Act(approvals.issue, IssueForm, TEMPLATE, done="已登记发文：{name}，PDF、Word 文档和校验码已留存。"),
    "reopen": Act(approvals.reopen, NoteForm, TEMPLATE, danger=True, done="已转入更正：{name}，可修改文字后重新送审。"),
}


@require_http_methods(["GET", "POST"])
def act(request, key, action):
    """One action on the letter of a session, for those who read it before it has gone out."""
    if not reads_drafts(request.user):
        raise Http404
    session = get_object_or_404(Session, key=key)
    is_office = standing_of(request.user, timezone.localdate()).is_office
    if request.method == "POST" and action == "submit" and is_office:
        AnnualLetter.objects.get_or_create(session=session)  # nobody may have written anything yet
    letter = letter_of(session)
    edition = letter.latest
    context = {"letter": letter, "session": session, "edition": None if action == "submit" else edition}
    if action == "submit":
        context["stand"] = stand_of(letter, tally_of(session, letter.figures_on))
    return run_action(request, letter, action, ACTS, **context)


def approval_context(request, letter):
    """What a page tells of the letter's approval: buttons, who else has to act, its editions newest first."""
    today = timezone.localdate()
    if not reads_drafts(request.user, today):
        editions = editions_visible_to(request.user, today).filter(letter__session=letter.session)
        return {"letter": letter, "editions": editions.order_by("-number")}
    return {
        "letter": letter,
        "actions": buttons(letter, request.user, today, lambda action: action_url(letter, action)),
        "left_to_another": left_to_another(letter, request.user, today),
        "editions": letter.editions.select_related("signer", "letter").order_by("-number") if letter.pk else (),
    }


def action_url(letter, action):
    return reverse("reports:letter_act", args=[letter.session.key, action])


def visible_edition(request, pk):
    """An edition that the user may read, or 404."""
    read = ("letter__session", "letter__signer", "signer", "submitted_by")
    return get_object_or_404(editions_visible_to(request.user).select_related(*read), pk=pk)


@require_GET
def edition(request, pk):
    return edition_page(request, visible_edition(request, pk))


def edition_page(request, found, problem="", status=200):
    """An edition: the letter, its figures as they stood, who agreed, files, hashes; apart, what has changed since."""
    frozen = Frozen(found)
    session, today = found.letter.session, timezone.localdate()

    def url(path):
        return reverse("reports:edition_figure", args=[found.pk, frozen.paths.index(path)])

    moved, differing = changes_since(frozen, tally_of(session, found.as_of), figure_label)
    latest = found.letter.editions.order_by("-number").first()
    is_latest = latest == found and reads_drafts(request.user, today)
    context = {
        "edition": found,
        "session": session,
        "paper": paper_html(found.paper),
        "tables": tables_of(frozen, url),
        "references": [
            (one, reverse("reports:edition_reference", args=[found.pk, at])) for at, one in enumerate(frozen.references)
        ],
        "unit_columns": OF_UNITS.values(),
        "units": unit_rows(frozen, url),
        "events": steps_of(found),
        "actions": buttons(found.letter, request.user, today, lambda name: action_url(found.letter, name))
        if is_latest
        else (),
        "left_to_another": left_to_another(found.letter, request.user, today) if is_latest else (),
        "later": latest if latest != found else None,
        "is_reader_of_drafts": reads_drafts(request.user, today),
        "moved": moved,
        "differing": differing,
        "problem": problem,
    }
    return render(request, "reports/edition.html", context, status=status)


def steps_of(found):
    """[(what was done, Event)] of an edition, oldest first, as the trail has it."""
    table = found.letter.WORKFLOW
    events = of_target("session", found.letter.session.key).filter(action__startswith=f"{table.name}.")
    steps = [(event, event.action.removeprefix(f"{table.name}.")) for event in events]
    return [
        (table.label_of(name), event)
        for event, name in steps
        if table.rows(name) and event.data.get("edition") == found.number
    ]


@require_GET
def edition_pdf(request, pk):
    """What went out is the file that was kept; with `again`, or before it went out, printed from what was frozen."""
    found = visible_edition(request, pk)
    as_attachment = "inline" not in request.GET
    name = f"{found.paper.title}（第{found.number}稿）.pdf"
    if found.pdf and "again" not in request.GET:
        return FileResponse(found.pdf.open("rb"), as_attachment=as_attachment, filename=name)
    try:
        content = printed(found.paper)
    except (MissingGlyph, PressError) as failed:
        return edition_page(request, found, str(failed), 503 if isinstance(failed, PressError) else 422)
    except FontsUnavailable:
        problem = "服务器上没有排印公文所需的字体，请联系运维人员安装。"
        return edition_page(request, found, problem, 503)
    return download(content, PDF, name, as_attachment=as_attachment)


@require_GET
def edition_docx(request, pk):
    found = visible_edition(request, pk)
    name = f"{found.paper.title}（第{found.number}稿）.docx"
    if found.docx:
        return FileResponse(found.docx.open("rb"), as_attachment=True, filename=name, content_type=DOCX)
    return download(paper_docx(found.paper), DOCX, name)


@require_GET
def edition_figure(request, pk, place):
    """The proposals behind a figure, as they stood when it was frozen."""
    found = visible_edition(request, pk)
    frozen = Frozen(found)
    path = at_place(frozen.paths, place)
    return figure_page(request, found, figure_label(path), frozen.behind(path))


@require_GET
def edition_reference(request, pk, place):
    """The proposals behind a figure that the words of an edition tell, as they stood when it was frozen."""
    found = visible_edition(request, pk)
    frozen = Frozen(found)
    one = at_place(frozen.references, place)
    label = f"{one['name']} {one['value']}%" if one["base"] and one["value"] else one["name"]
    return figure_page(request, found, label, frozen.rows_with(one["ids"]), one["base"])


def at_place(things, place):
    """The thing whose address ends in this place, or 404."""
    if place >= len(things):
        raise Http404
    return things[place]


def figure_page(request, found, label, rows, base=""):
    """The frozen rows, each a way to its proposal for those who may see that one."""
    seen = Proposal.objects.visible_to(request.user).filter(session=found.letter.session)
    seen = set(seen.values_list("pk", flat=True))
    context = {
        "edition": found,
        "session": found.letter.session,
        "label": label,
        "base": base,
        "columns": [label for _, label in COLUMNS],
        "rows": [
            (row["id"] if row["id"] in seen else None, [(column, row[name] or "—") for name, column in COLUMNS])
            for row in rows
        ],
    }
    return render(request, "reports/edition_figure.html", context)
