"""Whose the annual letter is to read, and what is kept for it."""

from django.utils import timezone

from apps.accounts.queries import standing_of
from apps.replies.models import Reply
from apps.replies.workflow import ReplyState

from .models import AnnualLetter, Edition, LetterCase
from .workflow import LetterState


def reads_letters(user, on=None):
    """The office writes the letter; leaders and the committee read it. It is nobody else's until it is sent."""
    standing = standing_of(user, on or timezone.localdate())
    return standing.is_office or standing.is_secretariat or bool(standing.leads_as)


def reads_drafts(user, on=None):
    """The office and the leaders. The committee, to whom the letter goes, reads its words once it has gone out."""
    standing = standing_of(user, on or timezone.localdate())
    return standing.is_office or bool(standing.leads_as)


def editions_visible_to(user, on=None):
    """Editions that the user may read, as a queryset (docs/workflow.md, 谁能看到什么)."""
    if reads_drafts(user, on):
        return Edition.objects.all()
    return Edition.objects.filter(issued_at__isnull=False) if reads_letters(user, on) else Edition.objects.none()


def letter_of(session):
    """The AnnualLetter of a session; an empty one, not stored, where nobody has written yet."""
    found = AnnualLetter.objects.filter(session=session).select_related("saved_by", "session", "signer").first()
    return found or AnnualLetter(session=session)


def chosen_ids(letter):
    """Ids of the replies chosen as examples."""
    return set(LetterCase.objects.filter(letter=letter).values_list("reply_id", flat=True)) if letter.pk else set()


def issued_replies(session):
    """Issued replies of a session by the number of their proposals, with what an example of the letter tells."""
    return (
        Reply.objects.filter(case__proposal__session=session, state=ReplyState.ISSUED)
        .defer("body")
        .select_related("case__unit", "case__proposal__category", "result_class")
        .prefetch_related("commitments")
        .order_by("case__proposal__number_order", "case__proposal__number", "pk")
    )


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
