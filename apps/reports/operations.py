"""What the office does with the annual letter: writing its texts, choosing its examples. See proposals/operations.py.

Two may write at once: `version` is that of the letter which the page showed (None: no page showed any). Where it has
moved on, OutOfTurn is raised and nothing is stored; the same content sent twice is stored once.
"""

import re

from django.db import transaction
from django.utils import timezone

from apps.audit.operations import record
from apps.proposals.models import Session
from apps.proposals.queries import parties_of
from apps.proposals.workflow import NotAllowed, OutOfTurn, Party, Refused

from .models import AnnualLetter, LetterCase
from .queries import chosen_ids, issued_replies, why_texts_stand_still

TEXTS = (
    "number",
    "dated_on",
    "issuer",
    "addressee",
    "title",
    "copies_to",
    "occasion",
    "class_intros",
    "theme_intros",
    "methods",
    "problems",
    "next_steps",
)
LINES = ("number", "issuer", "addressee", "title", "copies_to", "occasion")
YEAR_IN_BRACKETS = re.compile(r"[\[【（(〔﹝［]\s*(\d{4})\s*[\]】）)〕﹞］]")  # 大渡口府函[2020]280号


@transaction.atomic
def save_letter_texts(session, *, by, at, version=None, **texts):
    """Stores `texts`, any of TEXTS: strings, a date or None for `dated_on`, dicts of strings for the intros."""
    letter = _locked(session, by, at)
    changes = {}
    for name, value in texts.items():
        if name not in TEXTS:
            raise ValueError(name)
        value = _cleaned(name, value)
        if value != getattr(letter, name):
            changes[name] = value
    if not changes:
        return letter
    _check_version(letter, version)
    if (day := changes.get("dated_on")) and day.year < session.year:
        raise Refused(f"成文日期（{day:%Y-%m-%d}）早于本届次年度，请核对。")
    for name, value in changes.items():
        setattr(letter, name, value)
    return _saved(letter, "texts", by, at, {"changed": sorted(changes)})


@transaction.atomic
def choose_cases(session, reply_ids, *, by, at, version=None):
    """Replaces the examples of the letter by these issued replies of the session; none: the first few of each theme."""
    letter = _locked(session, by, at)
    wanted = set(reply_ids)
    chosen = chosen_ids(letter)
    if wanted == chosen:
        return letter
    _check_version(letter, version)
    numbers = {reply.pk: reply.case.proposal.number for reply in issued_replies(session) if reply.pk in wanted}
    if set(numbers) != wanted:
        raise Refused("所选事例中有不属于本届次或尚未寄送的答复，请重新选择。")
    LetterCase.objects.filter(letter=letter, reply__in=chosen - wanted).delete()
    LetterCase.objects.bulk_create(LetterCase(letter=letter, reply_id=pk) for pk in sorted(wanted - chosen))
    return _saved(letter, "cases", by, at, {"proposals": sorted(numbers.values())})


def _locked(session, by, at):
    """The letter under the lock of its session, made on first use."""
    if by is None or Party.OFFICE not in parties_of(by, timezone.localdate(at)):
        raise NotAllowed("只有区政府办公室可以编写办理情况通报。")
    Session.objects.select_for_update().get(pk=session.pk)
    letter = AnnualLetter.objects.get_or_create(session=session)[0]
    if reason := why_texts_stand_still(letter):
        raise Refused(reason)
    return letter


def _check_version(letter, version):
    if version is not None and version != letter.version:
        when = f"{timezone.localtime(letter.saved_at):%Y-%m-%d %H:%M}" if letter.saved_at else "刚才"
        raise OutOfTurn(f"您打开页面以后，{letter.saved_by or '他人'}已于{when}保存了新的内容。")


def _cleaned(name, value):
    if name == "dated_on":
        return value
    if name in ("class_intros", "theme_intros"):
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


def _saved(letter, what, by, at, data):
    letter.version += 1
    letter.saved_by, letter.saved_at = by, at
    letter.save()
    record(
        action=f"letter.{what}",
        target_type="session",
        target_key=letter.session.key,
        target_name=letter.session.label,
        actor_key=by.username,
        actor_name=str(by),
        at=at,
        data={"version": letter.version} | data,
    )
    return letter
