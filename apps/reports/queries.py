"""Whose the annual letter is to read, and what is kept for it."""

from django.utils import timezone

from apps.accounts.queries import standing_of
from apps.replies.models import Reply
from apps.replies.workflow import ReplyState

from .models import AnnualLetter, LetterCase


def reads_letters(user, on=None):
    """The office writes the letter; leaders and the committee read it. It is nobody else's until it is sent."""
    standing = standing_of(user, on or timezone.localdate())
    return standing.is_office or standing.is_secretariat or bool(standing.leads_as)


def letter_of(session):
    """The AnnualLetter of a session; an empty one, not stored, where nobody has written yet."""
    return AnnualLetter.objects.filter(session=session).select_related("saved_by").first() or AnnualLetter(
        session=session
    )


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
