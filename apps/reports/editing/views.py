"""The editor of the annual letter: its parts, the figures they refer to, marks, notes, versions, and who is at it."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.documents.paper import paper_html
from apps.figures.queries import tally as tally_of
from apps.proposals.forms import id_in, version_seen
from apps.proposals.workflow import OutOfTurn, Refused
from apps.replies.differences import differences

from .. import queries
from ..letter import references_for
from ..marks import fitting, loose_numbers, pieces
from ..models import LetterNote, LetterPart
from ..parts import block_end, numbers
from ..views import editable_session, edition_in_its_place, standing_still
from ..warnings import stand_of
from . import operations
from .forms import BindForm, NoteForm, PartForm, SourceForm, ThemeFormSet, rows_of


@dataclass(frozen=True)
class Row:
    """A part as the editor shows it. `loose`: [(number typed by hand, the references that fit it)]."""

    part: LetterPart
    number: str
    pieces: list
    loose: list
    holds: int  # how many parts go with it when it moves
    notes: list = field(default_factory=list)


def rows_of_letter(parts, references):
    found = []
    for place, (part, number) in enumerate(zip(parts, numbers(parts), strict=True)):
        sources = [source.text for source in part.sources.all()]
        loose = [(one, fitting(one, references)) for one in loose_numbers(part.text, sources)]
        found.append(Row(part, number, pieces(part.text, references, sources), loose,
                         block_end(parts, place) - place, list(part.notes.all())))  # fmt: skip
    return found


@require_GET
def editor(request, key):
    return editor_page(request, editable_session(request, key))


def editor_page(request, session, *, typed=None, status=200):
    """The editor; one part at a time is open for editing, or a place for a new one.

    `typed`: what somebody sent that could not be stored, a Typing.
    """
    letter = queries.letter_of(session)
    tally = tally_of(session, letter.figures_on)
    stand = stand_of(letter, tally)
    edition = edition_in_its_place(letter)
    opened = typed or (None if edition else opening(request, stand.parts))
    context = {
        "session": session,
        "address": reverse("reports:letter_editor", args=[session.key]),
        "letter": letter,
        "rows": rows_of_letter(stand.parts, stand.told.references),
        "removed": stand.removed,
        "opened": opened,
        "references": stand.told.references.values(),
        "stands_still": queries.why_texts_stand_still(letter),
        "edition": edition,
        "stand": stand,
        "others": queries.others_present(letter, request.user, timezone.now()),
        "paper": paper_html(edition.paper if edition else stand.told.letter),
        "preview_url": reverse("reports:edition_pdf", args=[edition.pk]) + "?inline=1"
        if edition
        else reverse("reports:letter_pdf", args=[session.key]) + f"?inline=1&v={letter.version}",
        "note_form": NoteForm(auto_id=False),
        "source_form": SourceForm(auto_id=False),
        "saved": id_in(request.GET.get("saved")),
    }
    return render(request, "reports/editor.html", context, status=status)


@dataclass
class Typing:
    """The form that is open on the page. `part`: None for a new one, behind the part with the id `after` (0: first).

    `late`: why what was typed is not stored; `lines`: what differs between what is stored and what was typed.
    """

    form: PartForm
    part: LetterPart | None = None
    after: int = 0
    seen: str = ""
    late: str = ""
    lines: list = field(default_factory=list)


def opening(request, parts):
    """The Typing that the address asks for, None where it asks for none that is there."""
    known = {part.pk: part for part in parts}
    if part := known.get(id_in(request.GET.get("edit"))):
        return Typing(PartForm(initial={"kind": part.kind, "text": part.text}), part, seen=str(part.version))
    after = id_in(request.GET.get("after"))
    if after is not None and (after == 0 or after in known):
        return Typing(PartForm(initial={"kind": LetterPart.Kind.TEXT}), after=after)
    return None


def back(session, part=None, *, saved=None):
    address = reverse("reports:letter_editor", args=[session.key])
    return redirect(address + (f"?saved={saved}" if saved is not None else "") + (f"#part-{part.pk}" if part else ""))


def attempt(request, session, act, done="", typed=""):
    """Does something small and shows the editor again, with what was done, or why not and what was typed."""
    try:
        part = act(by=request.user, at=timezone.now())
    except (OutOfTurn, Refused) as refused:
        messages.warning(request, f"没有保存。{refused}{typed}" if typed else str(refused))
        return back(session)
    if done:
        messages.success(request, done)
    return back(session, part if isinstance(part, LetterPart) and not part.removed_at else None)


@require_POST
def draft(request, key):
    session = editable_session(request, key)
    seen, is_anew = version_seen(request), bool(queries.parts_of(queries.letter_of(session)))

    def act(**who):
        return operations.draft(session, version=seen, **who)

    put_aside = "原有的段落在“已删除的段落”里。" if is_anew else ""
    return attempt(request, session, act, f"已按记录生成初稿，可以逐段修改。{put_aside}")


@require_POST
def add(request, key):
    """Stores a new part."""
    session = editable_session(request, key)
    form = PartForm(request.POST)
    after = id_in(request.POST.get("after")) or 0
    typing, status = Typing(form, after=after), 422
    if form.is_valid():
        try:
            part = operations.add_part(
                session, by=request.user, at=timezone.now(), after=after or None, **form.cleaned_data
            )
        except OutOfTurn as moved:
            typing.late, typing.after, status = str(moved), 0, 409
        except Refused as refused:
            form.add_error("text", list(refused.reasons))
        else:
            return back(session, part, saved=0)
    return editor_page(request, session, typed=typing, status=status)


@require_POST
def save(request, key, pk):
    """Stores a part. Who comes second is shown what the first stored, beside what they typed themselves."""
    session = editable_session(request, key)
    part = part_of(session, pk)
    form = PartForm(request.POST)
    typing, status = Typing(form, part, seen=request.POST.get("seen", "")), 422
    if form.is_valid():
        try:
            operations.save_part(session, part, by=request.user, at=timezone.now(), version=version_seen(request),
                                 **form.cleaned_data)  # fmt: skip
        except OutOfTurn as moved:
            typing.late, typing.seen, status = str(moved), str(part.version), 409
            typing.lines = differences(part.text, form.cleaned_data["text"])
        except Refused as refused:
            form.add_error("text", list(refused.reasons))
        else:
            return back(session, part, saved=part.pk)
    return editor_page(request, session, typed=typing, status=status)


def part_of(session, pk):
    return get_object_or_404(LetterPart.objects.select_related("saved_by"), letter__session=session, pk=pk)


@require_POST
def move(request, key, pk, direction):
    session = editable_session(request, key)
    part = part_of(session, pk)
    return attempt(request, session, lambda **who: operations.move_part(session, part, direction=direction, **who))


@require_POST
def remove(request, key, pk):
    session = editable_session(request, key)
    part, seen = part_of(session, pk), version_seen(request)

    def act(**who):
        return operations.remove_part(session, part, version=seen, **who)

    return attempt(request, session, act, "已删除这一段，可在页尾“已删除的段落”里恢复。")


@require_POST
def restore(request, key, pk):
    session = editable_session(request, key)
    part = part_of(session, pk)
    return attempt(request, session, lambda **who: operations.restore_part(session, part, **who), "已恢复这一段。")


def with_form(request, session, form, act, done):
    """As `attempt`, for a small form; what is wrong in it is told in a message, with what was typed."""
    typed = "、".join(value for name, value in form.data.items() if name in ("text", "source") and value)
    typed = f"您填写的是：{typed}" if typed else ""
    if form.is_valid():
        return attempt(request, session, lambda **who: act(**form.cleaned_data, **who), done, typed)
    told = "；".join(f"{form[name].label}：{'、'.join(wrong)}" for name, wrong in form.errors.items())
    messages.warning(request, f"没有保存。{told}{typed}")
    return back(session)


@require_POST
def bind(request, key, pk):
    session = editable_session(request, key)
    part, seen = part_of(session, pk), version_seen(request)

    def act(**given):
        return operations.bind_number(session, part, version=seen, **given)

    return with_form(request, session, BindForm(request.POST), act, "已改用引用，数字随记录更新。")


@require_POST
def declare(request, key, pk):
    session = editable_session(request, key)
    part = part_of(session, pk)

    def act(**given):
        return operations.declare_number(session, part, **given)

    return with_form(request, session, SourceForm(request.POST), act, "已登记出处。")


@require_POST
def note(request, key, pk):
    session = editable_session(request, key)
    part = part_of(session, pk)

    def act(**given):
        operations.write_note(session, part, **given)
        return part

    return with_form(request, session, NoteForm(request.POST), act, "已保存备注。")


@require_POST
def note_done(request, key, pk):
    session = editable_session(request, key)
    found = get_object_or_404(LetterNote.objects.select_related("part"), part__letter__session=session, pk=pk)

    def act(**who):
        operations.finish_note(session, found, **who)
        return found.part

    return attempt(request, session, act)


@require_POST
def presence(request, key):
    """Says that this editor is open; answers who else has it open: {"others": ["何办，1分钟前，第3段"]}."""
    session = editable_session(request, key)
    now = timezone.now()
    operations.appear(session, id_in(request.POST.get("part")), by=request.user, at=now)
    letter = queries.letter_of(session)
    return JsonResponse({"others": [told(one, now) for one in queries.others_present(letter, request.user, now)]})


def told(present, now):
    """Who is there, since when not heard of, and where: 何办正在修改第3段（20秒前）."""
    where = f"正在修改第{present.part.place}段" if present.part else "正在查看"
    return f"{present.user}{where}（{max(0, round((now - present.seen_at).total_seconds()))}秒前）"


@require_GET
def figure(request, key):
    """The proposals behind a figure, as of the letter's day."""
    session = editable_session(request, key)
    letter = queries.letter_of(session)
    tally = tally_of(session, letter.figures_on)
    found = references_for(session, letter, tally).get(request.GET.get("name", ""))
    if not found or found.ids is None:
        raise Http404
    ids = set(found.ids)
    rows = [fact.row for fact in tally.facts if fact.row.pk in ids]
    context = {"session": session, "reference": found, "rows": rows, "letter": letter}
    return render(request, "reports/figure.html", context)


@require_http_methods(["GET", "POST"])
def themes(request, key):
    """The letter's own themes. Who comes second is told, and what was typed stays."""
    session = editable_session(request, key)
    letter = queries.letter_of(session)
    if answer := standing_still(request, letter):
        return answer
    stored = queries.themes_of_letter(letter)
    initial = [
        {"id": one.pk, "order": one.order, "name": one.name, "within": one.parent.name if one.parent else "",
         "intro": one.intro} for one in stored
    ]  # fmt: skip
    formset = ThemeFormSet(request.POST if request.method == "POST" else None, initial=initial)
    late, status, seen = "", 200, letter.version
    if formset.is_bound:
        status = 422
        if formset.is_valid():
            try:
                operations.save_themes(session, rows_of(formset.forms), by=request.user, at=timezone.now(),
                                       version=version_seen(request))  # fmt: skip
            except OutOfTurn as moved:
                late, status = str(moved), 409
            except Refused as refused:
                late, seen = str(refused), request.POST.get("seen", "")
            else:
                messages.success(request, "已保存主题。请在“选用事例”里把事例归到主题下。")
                return redirect("reports:letter_themes", session.key)
        else:
            seen = request.POST.get("seen", "")
    context = {"session": session, "formset": formset, "late": late, "seen": seen, "stored": stored}
    return render(request, "reports/themes.html", context, status=status)
