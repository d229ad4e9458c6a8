"""Whose the annual letter is to read, and what is kept for it."""

import datetime

from django.utils import timezone

from apps.accounts.queries import standing_of
from apps.replies.models import Progress, Reply
from apps.replies.workflow import ReplyState

from .models import (
    AnnualLetter,
    Edition,
    LetterCase,
    LetterPart,
    LetterPresence,
    LetterSource,
    LetterTheme,
    MaterialAnswer,
    MaterialRequest,
)
from .workflow import LetterState

PRESENT = datetime.timedelta(seconds=90)  # after a page last said that it is open


def reads_letters(user, on=None):
    """The office writes the letter; leaders and the committee read it. It is nobody else's until it is sent."""
    standing = standing_of(user, on or timezone.localdate())
    return standing.is_office or standing.is_secretariat or bool(standing.leads_as)


def reads_drafts(user, on=None):
    """The office and the leaders. The committee, to whom the letter goes, reads its words once it has gone out."""
    standing = standing_of(user, on or timezone.localdate())
    return standing.is_office or bool(standing.leads_as)


def sees_all(user, on=None):
    """The office and the committee: what they count over all proposals is what they find when they go there."""
    standing = standing_of(user, on or timezone.localdate())
    return standing.is_office or standing.is_secretariat


def editions_visible_to(user, on=None):
    """Editions that the user may read, as a queryset (docs/workflow.md, 谁能看到什么)."""
    if reads_drafts(user, on):
        return Edition.objects.all()
    return Edition.objects.filter(issued_at__isnull=False) if reads_letters(user, on) else Edition.objects.none()


def newest_issued():
    """The Edition that went out last of all, None before the first."""
    issued = Edition.objects.filter(issued_at__isnull=False).select_related("letter__session")
    return issued.order_by("-issued_at").first()


def is_editor(user, on=None):
    return standing_of(user, on or timezone.localdate()).is_office


def letter_of(session):
    """The AnnualLetter of a session; an empty one, not stored, where nobody has written yet."""
    found = AnnualLetter.objects.filter(session=session).select_related("saved_by", "session", "signer").first()
    return found or AnnualLetter(session=session)


def chosen_of(letter):
    """Id of each reply chosen as an example → id of the letter's own theme that it stands under, or None."""
    return dict(LetterCase.objects.filter(letter=letter).values_list("reply_id", "theme_id")) if letter.pk else {}


def themes_of_letter(letter):
    """The LetterThemes of a letter in order."""
    return list(LetterTheme.objects.filter(letter=letter).select_related("parent")) if letter.pk else []


def parts_of(letter):
    """The LetterParts of a letter in order, with their sources; none while it is drafted from the records."""
    if not letter.pk:
        return []
    return list(LetterPart.objects.filter(letter=letter, removed_at=None).prefetch_related("sources"))


def sources_told(letter):
    """Where what the letter's parts tell comes from, as a set of the words that were kept."""
    if not letter.pk:
        return set()
    found = LetterSource.objects.filter(part__letter=letter, part__removed_at=None)
    return set(found.values_list("source", flat=True))


def issued_replies(session):
    """Issued replies of a session by the number of their proposals, with what an example of the letter tells."""
    return (
        Reply.objects.filter(case__proposal__session=session, state=ReplyState.ISSUED)
        .defer("body")
        .select_related("case__unit", "case__proposal__category", "result_class")
        .prefetch_related("commitments")
        .order_by("case__proposal__number_order", "case__proposal__number", "pk")
    )


def parts_to_edit(letter):
    """(parts in order, removed ones, last first), with their sources, notes and who saved them."""
    if not letter.pk:
        return [], []
    found = LetterPart.objects.filter(letter=letter).select_related("saved_by", "removed_by")
    found = list(found.prefetch_related("sources", "notes__written_by", "notes__done_by"))
    removed = sorted((part for part in found if part.removed_at), key=lambda part: part.removed_at, reverse=True)
    return [part for part in found if not part.removed_at], removed


def others_present(letter, user, now):
    """Who else has the editor open, last seen first."""
    if not letter.pk:
        return []
    seen = LetterPresence.objects.filter(letter=letter, seen_at__gte=now - PRESENT).exclude(user=user)
    return list(seen.select_related("user", "part").order_by("-seen_at"))


def requests_of(letter):
    """The requests for material of a letter, last first, with the units' answers and whether they were taken over."""
    asked = MaterialRequest.objects.filter(letter=letter) if letter.pk else MaterialRequest.objects.none()
    return asked.select_related("asked_by").prefetch_related("answers__unit", "answers__answered_by", "answers__uses")


def material_for(user, on=None):
    """What the user's units are asked for, or have given."""
    units = standing_of(user, on or timezone.localdate()).units
    found = MaterialAnswer.objects.filter(unit_id__in=units, withdrawn_at=None)
    return found.select_related("unit", "request__letter__session", "answered_by").order_by("request__due_on", "pk")


def material_open(letter):
    """Units that have not yet given what they were asked for."""
    if not letter.pk:
        return MaterialAnswer.objects.none()
    return MaterialAnswer.objects.filter(request__letter=letter, answered_at=None, withdrawn_at=None)


def progress_since(session):
    """What units reported on the promises of a session's replies, last first."""
    found = Progress.objects.filter(commitment__reply__case__proposal__session=session)
    related = ("reported_by", "commitment__reply__case__unit", "commitment__reply__case__proposal")
    return found.select_related(*related).order_by("-reported_at", "-pk")


def why_texts_stand_still(letter):
    """ "" while the letter is being written; else why nothing of it can be changed, and what to do, in Chinese."""
    what_to_do = {
        LetterState.OFFICE_REVIEW: "要修改，请先“撤回”。",
        LetterState.LEADER_REVIEW: "要修改，请先“撤回”。",
        LetterState.APPROVED: "要修改，请签发的领导“撤回签发”。",
        LetterState.ISSUED: "要修改，请先“更正”，另拟新稿。",
    }
    if letter.state == LetterState.DRAFT:
        return ""
    return f"通报现在是“{letter.get_state_display()}”，文字和事例不能修改。{what_to_do[letter.state]}"
