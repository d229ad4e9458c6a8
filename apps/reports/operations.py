"""What the office does with the annual letter: writing its texts, choosing its examples. See proposals/operations.py.

Two may write at once: `version` is that of the letter which the page showed (None: no page showed any). Where that
part of it has moved on, OutOfTurn is raised and nothing is stored; the same content sent twice is stored once. Each
save is kept as a version.
"""

import re

from django.db import transaction
from django.utils import timezone

from apps.audit.operations import record
from apps.proposals.models import Session
from apps.proposals.queries import parties_of
from apps.proposals.workflow import NotAllowed, OutOfTurn, Party, Refused

from .models import AnnualLetter, LetterCase, LetterPart, LetterTheme, LetterVersion
from .queries import chosen_of, issued_replies, why_texts_stand_still
from .snapshots import CHOICES, DAYS, INTROS, TEXTS, of_version, snapshot
from .wording import opening

LINES = ("number", "issuer", "addressee", "title", "copies_to", "occasion", "speaker")
YEAR_IN_BRACKETS = re.compile(r"[\[【（(〔﹝［]\s*(\d{4})\s*[\]】）)〕﹞］]")  # 大渡口府函[2020]280号


@transaction.atomic
def save_letter_texts(session, *, by, at, version=None, **texts):
    """Stores `texts`, any of TEXTS: strings, a date or None for days, a bool for choices, dicts of strings for the
    intros."""
    letter = letter_to_write(session, by, at)
    changes = {}
    for name, value in texts.items():
        if name not in TEXTS:
            raise ValueError(name)
        value = _cleaned(name, value)
        if value != getattr(letter, name):
            changes[name] = value
    if not changes:
        return letter
    check_version(letter, version, "texts")
    for name in DAYS:
        if (day := changes.get(name)) and day.year < session.year:
            label = AnnualLetter._meta.get_field(name).verbose_name
            raise Refused(f"{label}（{day:%Y-%m-%d}）早于本届次年度，请核对。")
    before = opening(letter)
    for name, value in changes.items():
        setattr(letter, name, value)
    _open_anew(letter, before, by, at)
    return saved_letter(letter, "texts", by, at, {"changed": sorted(changes)})


def _open_anew(letter, before, by, at):
    """The opening as it was drafted, which nobody wrote anew, follows the occasion and the speaker."""
    after = opening(letter)
    if after == before:
        return
    for part in LetterPart.objects.filter(letter=letter, removed_at=None, text=before):
        part.text, part.version = after, part.version + 1
        part.saved_by, part.saved_at = by, at
        part.save()


@transaction.atomic
def choose_cases(session, reply_ids, *, by, at, version=None, themes=None):
    """Replaces the examples of the letter by these issued replies of the session; none: the first few of each theme.

    `themes`: reply id → id of the letter's own theme under which it is told; others stand under their category's.
    """
    letter = letter_to_write(session, by, at)
    wanted = {pk: (themes or {}).get(pk) for pk in reply_ids}
    chosen = chosen_of(letter)
    if wanted == chosen:
        return letter
    check_version(letter, version, "cases")
    numbers = {reply.pk: reply.case.proposal.number for reply in issued_replies(session) if reply.pk in wanted}
    if set(numbers) != set(wanted):
        raise Refused("所选事例中有不属于本届次或尚未寄送的答复，请重新选择。")
    own = set(LetterTheme.objects.filter(letter=letter).values_list("pk", flat=True))
    if not {theme for theme in wanted.values() if theme} <= own:
        raise Refused("所选主题已不在本通报的主题中，请重新选择。")
    LetterCase.objects.filter(letter=letter).delete()
    LetterCase.objects.bulk_create(
        LetterCase(letter=letter, reply_id=pk, theme_id=theme) for pk, theme in sorted(wanted.items())
    )
    return saved_letter(letter, "cases", by, at, {"proposals": sorted(numbers.values())})


def locked_letter(session, by, at):
    """The letter under the lock of its session, made on first use. Raises NotAllowed for others than the office."""
    if by is None or Party.OFFICE not in parties_of(by, timezone.localdate(at)):
        raise NotAllowed("只有区政府办公室可以编写办理情况通报。")
    Session.objects.select_for_update().get(pk=session.pk)
    return AnnualLetter.objects.get_or_create(session=session)[0]


def letter_to_write(session, by, at):
    """As `locked_letter`, to change what the letter says. Raises Refused from 送审 on: what went up stands still."""
    letter = locked_letter(session, by, at)
    if reason := why_texts_stand_still(letter):
        raise Refused(reason)
    return letter


def check_version(letter, version, what):
    """Raises OutOfTurn where `what` of the letter (a key of its snapshot) is not as it was in the version seen."""
    if version is None or version == letter.version:
        return
    before = of_version(letter, version)
    if before is None or before[what] != snapshot(letter)[what]:
        when = f"{timezone.localtime(letter.saved_at):%Y-%m-%d %H:%M}" if letter.saved_at else "刚才"
        raise OutOfTurn(f"您打开页面以后，{letter.saved_by or '他人'}已于{when}保存了新的内容。")


def _cleaned(name, value):
    if name in (*DAYS, *CHOICES):
        return value
    if name in INTROS:
        return {key: text.strip() for key, text in value.items() if text.strip()}
    text = value.replace("\r\n", "\n").strip()
    if name not in LINES:
        return text
    text = " ".join(text.split())
    if name == "number":
        text = YEAR_IN_BRACKETS.sub(r"〔\1〕", text)
    field = AnnualLetter._meta.get_field(name)
    if len(text) > field.max_length:
        raise Refused(f"{field.verbose_name}不能超过{field.max_length}个字。")
    return text


def saved_letter(letter, what, by, at, data):
    """Stores the letter as its next version, with an event that says what was done."""
    letter.version += 1
    letter.saved_by, letter.saved_at = by, at
    letter.save()
    LetterVersion.objects.create(
        letter=letter, number=letter.version, action=what, content=snapshot(letter), saved_by=by, saved_at=at
    )
    record_letter(letter.session, what, by, at, {"version": letter.version} | data)
    return letter


def record_letter(session, what, by, at, data):
    """The event of something done with a session's letter."""
    record(
        action=f"letter.{what}",
        target_type="session",
        target_key=session.key,
        target_name=session.label,
        actor_key=by.username,
        actor_name=str(by),
        at=at,
        data=data,
    )
