"""Pages of the actions on cards."""

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from apps.proposals.attachments import files_of
from apps.proposals.forms import NoteForm
from apps.proposals.models import Attachment, Proposal
from apps.proposals.views import Act, run_action, visible_case

from . import operations
from .forms import AnswerForm, IssueForm, NewCardForm, ObjectForm, RaiseForm
from .queries import cards_visible_to, check_issue
from .workflow import CARD

TEMPLATE = "supervision/card.html"
CARD_ACTS = {
    "issue": Act(operations.issue, IssueForm, TEMPLATE),
    "dismiss": Act(operations.dismiss, NoteForm, TEMPLATE, done="已决定不发牌：{name}。"),
    "object": Act(operations.object_to, ObjectForm, TEMPLATE, done="已提出申辩：{name}，请等待区政府办公室答复。"),
    "answer": Act(operations.answer, AnswerForm, TEMPLATE, done="已提交整改反馈：{name}，请区政府办公室摘牌。"),
    "raise": Act(operations.raise_to_red, RaiseForm, TEMPLATE, danger=True, done="已升级为红牌：{name}。"),
    "lift": Act(operations.lift, NoteForm, TEMPLATE),
    "withdraw": Act(operations.withdraw, NoteForm, TEMPLATE, danger=True),
}
NEW_ACTS = {"issue": Act(operations.issue_new, NewCardForm, check=check_issue, table=CARD)}


@require_http_methods(["GET", "POST"])
def act(request, pk, action):
    seen = cards_visible_to(request.user).filter(case__proposal__in=Proposal.objects.visible_to(request.user))
    card = get_object_or_404(seen.select_related("case__proposal__session", "case__unit", "follows"), pk=pk)
    card.files = files_of(Attachment.Owner.CARD, card.pk)
    return run_action(request, card, action, CARD_ACTS, card=card)


@require_http_methods(["GET", "POST"])
def issue(request, pk):
    """发牌: a card of the office's own, for a case."""
    return run_action(request, visible_case(request, pk), "issue", NEW_ACTS)
