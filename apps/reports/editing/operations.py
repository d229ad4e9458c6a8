"""What the office does with the parts of the annual letter. See apps/reports/operations.py.

Two may write at once, each a part of their own: `version` is that of the part which the page showed. Where somebody
else has saved it meanwhile, OutOfTurn is raised and nothing is stored; the same text sent twice is stored once.
From 送审 on nothing but notes is written (Refused).
"""

from django.db import transaction
from django.utils import timezone

from apps.figures.queries import tally as tally_of
from apps.proposals.workflow import NotAllowed, OutOfTurn, Refused

from ..drafting import draft as drafted
from ..letter import examples_of, references_for
from ..marks import bound, fitting, loose_numbers, typed_numbers
from ..models import AnnualLetter, LetterNote, LetterPart, LetterPresence, LetterSource, LetterTheme, LetterVersion
from ..operations import check_version, letter_to_write, locked_letter, record_letter, saved_letter
from ..parts import moved
from ..queries import is_editor, parts_of, themes_of_letter
from ..snapshots import source_of
from ..wording import typed_number_off

LONGEST = 20_000  # characters of a part


@transaction.atomic
def draft(session, *, by, at, version=None):
    """生成初稿: makes the parts from the records. Parts that there are already are put aside, and can be put back."""
    letter = letter_to_write(session, by, at)
    check_version(letter, version, "parts")
    tally = tally_of(session, letter.figures_on)
    found = drafted(session, tally, letter, examples_of(session, tally, letter), themes_of_letter(letter))
    parts = _replaced(letter, [(part.kind, part.text) for part in found], by, at)
    LetterSource.objects.bulk_create(
        LetterSource(part=part, text=part.text, source=drawn.source, as_on=drawn.as_on, declared_by=by, declared_at=at)
        for part, drawn in zip(parts, found, strict=True)
        if drawn.source
    )
    return saved_letter(letter, "draft", by, at, {"parts": len(found)})


@transaction.atomic
def add_part(session, *, by, at, kind, text, after=None, source=None):
    """Adds a part behind another one (None: as the first). `source`: the fields of the LetterSource of its text."""
    letter = letter_to_write(session, by, at)
    parts = parts_of(letter)
    ids = [part.pk for part in parts]
    if after is not None and after not in ids:
        raise OutOfTurn("插入位置的段落已被删除，请另选位置。")
    part = LetterPart(letter=letter, kind=kind, text=_cleaned(kind, text), place=0, saved_by=by, saved_at=at)
    part.save()
    _arrange([*parts[: ids.index(after) + 1], part, *parts[ids.index(after) + 1 :]] if after else [part, *parts])
    if source:
        LetterSource.objects.create(part=part, text=part.text, declared_by=by, declared_at=at, **source)
    saved_letter(letter, "add_part", by, at, {"part": part.pk})
    return part


@transaction.atomic
def save_part(session, part, *, by, at, version, kind, text):
    """Stores the text of a part. Also one that somebody removed meanwhile may be saved: it comes back."""
    letter, part = _locked(session, part, by, at)
    text = _cleaned(kind, text)
    if (kind, text) == (part.kind, part.text) and not part.removed_at:
        return part
    _check_part(part, version)
    part.kind, part.text = kind, text
    return _stored(letter, part, "save_part", by, at)


@transaction.atomic
def move_part(session, part, *, by, at, direction):
    """Moves a part up or down; a heading takes along what stands under it."""
    letter, part = _locked(session, part, by, at)
    parts = parts_of(letter)
    place = _place(parts, part)
    ordered = moved(parts, place, up=direction == "up")
    if ordered != parts:
        _arrange(ordered)
        saved_letter(letter, "move_part", by, at, {"part": part.pk, "direction": direction})
    return part


@transaction.atomic
def remove_part(session, part, *, by, at, version):
    """Takes a part out of the letter; it is kept and can be put back."""
    letter, part = _locked(session, part, by, at)
    if part.removed_at:
        return part
    _check_part(part, version)
    part.removed_at, part.removed_by = at, by
    part.save()
    saved_letter(letter, "remove_part", by, at, {"part": part.pk})
    return part


@transaction.atomic
def restore_part(session, part, *, by, at):
    """Puts a removed part back to where it stood, or to the end of what is left."""
    letter, part = _locked(session, part, by, at)
    if not part.removed_at:
        return part
    _put_back(letter, part)
    part.save()
    saved_letter(letter, "restore_part", by, at, {"part": part.pk})
    return part


@transaction.atomic
def bind_number(session, part, *, by, at, version, start, number, name):
    """Replaces a number typed by hand, at `start` in the text, by the reference to a figure with that value now."""
    letter, part = _locked(session, part, by, at)
    _check_part(part, version)
    references = references_for(session, letter, tally_of(session, letter.figures_on))
    typed = next((one for one in typed_numbers(part.text) if one.start == start), None)
    text = bound(part.text, start, number, name)
    if text is None:
        raise OutOfTurn(f"这一段里原来位置上已没有手工填写的“{number}”。")
    if name not in [one.name for one in fitting(typed, references)]:
        raise Refused(f"“{name}”现在的值不是{number}，不能替换。")
    part.text = text
    return _stored(letter, part, "bind_number", by, at, {"name": name, "number": number})


@transaction.atomic
def declare_number(session, part, *, by, at, text, source, as_on):
    """Says where words of a part with a number come from, and of which day they are true: material, no figure."""
    letter, part = _locked(session, part, by, at)
    text, source = text.strip(), source.strip()
    if text not in part.text or not loose_numbers(text):
        raise OutOfTurn(f"这一段里已没有手工填写的“{text}”。")
    if not source or as_on is None:
        raise Refused("请写明出处和截至日期。")
    if as_on > timezone.localdate(at):
        raise Refused("截至日期还没有到。")
    LetterSource.objects.create(part=part, text=text, source=source, as_on=as_on, declared_by=by, declared_at=at)
    saved_letter(letter, "declare_number", by, at, {"part": part.pk, "text": text, "source": source})
    return part


@transaction.atomic
def write_note(session, part, *, by, at, text):
    """A note to colleagues beside a part."""
    locked_letter(session, by, at)
    text = text.strip()
    if not text:
        raise Refused("请填写备注。")
    note = LetterNote.objects.create(part=part, text=text, written_by=by, written_at=at)
    record_letter(session, "write_note", by, at, {"part": part.pk, "note": text})
    return note


@transaction.atomic
def finish_note(session, note, *, by, at):
    """A note is done with; it stays readable."""
    locked_letter(session, by, at)
    note.refresh_from_db()
    if note.done_at:
        return note
    note.done_by, note.done_at = by, at
    note.save()
    record_letter(session, "finish_note", by, at, {"part": note.part_id, "note": note.text})
    return note


@transaction.atomic
def restore_version(session, number, *, by, at):
    """Puts the parts of an earlier version in the place of the present ones, which are put aside."""
    letter = letter_to_write(session, by, at)
    kept = LetterVersion.objects.get(letter=letter, number=number).content["parts"]
    parts = _replaced(letter, [(part["kind"], part["text"]) for part in kept], by, at)
    LetterSource.objects.bulk_create(
        source_of(part, source, by, at) for part, drawn in zip(parts, kept, strict=True) for source in drawn["sources"]
    )
    return saved_letter(letter, "restore_version", by, at, {"restored": number})


@transaction.atomic
def save_themes(session, rows, *, by, at, version=None):
    """Replaces the letter's own themes by `rows` in order: dicts of id (None: a new one), name, within (the name of
    another one, or "") and intro. Those left out go; their cases stand under the themes of their categories again."""
    letter = letter_to_write(session, by, at)
    check_version(letter, version, "themes")
    _check_themes(rows)
    kept = {theme.pk: theme for theme in LetterTheme.objects.filter(letter=letter)}
    for theme in kept.values():  # names may be swapped, and what stood under a theme may outlive it
        theme.name, theme.parent = f"#{theme.pk}", None
    LetterTheme.objects.bulk_update(kept.values(), ["name", "parent"])
    LetterTheme.objects.filter(letter=letter).exclude(pk__in=[row["id"] for row in rows if row["id"]]).delete()
    named = {}
    for order, row in enumerate(sorted(rows, key=lambda row: bool(row["within"])), start=1):
        theme = kept.get(row["id"]) or LetterTheme(letter=letter)
        theme.name, theme.intro, theme.parent = row["name"], row["intro"], named.get(row["within"])
        theme.order = order
        theme.save()
        named[theme.name] = theme
    return saved_letter(letter, "themes", by, at, {"themes": [row["name"] for row in rows]})


def _check_themes(rows):
    names = [row["name"] for row in rows]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Refused(f"主题“{twice[0]}”写了两次，请改名或删去一个。")
    top = {row["name"] for row in rows if not row["within"]}
    for row in rows:
        if row["within"] and row["within"] not in top:
            raise Refused(f"“{row['name']}”的上级“{row['within']}”不在主题中，或者本身是下级主题。")


def appear(session, part_id, *, by, at):
    """Says that somebody has the editor open, at a part or None. No event: nothing was done to the letter."""
    if not is_editor(by, timezone.localdate(at)):
        raise NotAllowed("只有区政府办公室可以编写办理情况通报。")
    letter = AnnualLetter.objects.filter(session=session).first()
    if letter:
        part = LetterPart.objects.filter(letter=letter, pk=part_id).first() if part_id else None
        LetterPresence.objects.update_or_create(letter=letter, user=by, defaults={"part": part, "seen_at": at})


def _locked(session, part, by, at):
    letter = letter_to_write(session, by, at)
    return letter, LetterPart.objects.select_related("saved_by").get(letter=letter, pk=part.pk)


def _check_part(part, version):
    if version != part.version:
        when = f"{timezone.localtime(part.saved_at):%Y-%m-%d %H:%M}"
        raise OutOfTurn(f"您打开这一段以后，{part.saved_by}已于{when}保存了新的内容。")


def _stored(letter, part, what, by, at, data=()):
    if part.removed_at:
        _put_back(letter, part)
    part.version += 1
    part.saved_by, part.saved_at = by, at
    part.save()
    saved_letter(letter, what, by, at, {"part": part.pk, **dict(data)})
    return part


def _put_back(letter, part):
    part.removed_at = part.removed_by = None
    parts = parts_of(letter)
    place = min(max(part.place - 1, 0), len(parts))
    _arrange([*parts[:place], part, *parts[place:]])


def _replaced(letter, texts, by, at):
    """Puts the letter's parts aside and makes new ones of (kind, text)."""
    LetterPart.objects.filter(letter=letter, removed_at=None).update(removed_at=at, removed_by=by)
    return LetterPart.objects.bulk_create(
        LetterPart(letter=letter, kind=kind, text=text, place=place, saved_by=by, saved_at=at)
        for place, (kind, text) in enumerate(texts, start=1)
    )


def _place(parts, part):
    place = next((at for at, one in enumerate(parts) if one.pk == part.pk), None)
    if place is None:
        raise OutOfTurn("这一段已被删除。")
    return place


def _arrange(parts):
    for place, part in enumerate(parts, start=1):
        part.place = place
    LetterPart.objects.bulk_update(parts, ["place"])


def _cleaned(kind, text):
    if kind not in LetterPart.Kind.values:
        raise Refused("没有这种形式的段落。")
    text = "\n".join(line.strip() for line in text.splitlines() if line.strip())
    if kind != LetterPart.Kind.TEXT:
        text = typed_number_off(text)
    if kind.startswith("h"):
        text = text.replace("\n", "")
    if not text:
        raise Refused("这一段还没有文字。不要的段落请删除。")
    if len(text) > LONGEST:
        raise Refused(f"一段不能超过{LONGEST}个字，请分成几段。")
    return text
