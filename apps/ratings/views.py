"""Pages of sending replies out and of receipts, for the committee's secretariat."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_http_methods

from apps.proposals.forms import NoteForm, OptionalNoteForm
from apps.proposals.models import Proposal
from apps.proposals.views import Act, run_action, send_file, visible_case
from apps.replies.views import visible_reply

from . import operations
from .forms import IssueForm, ReceiptForm
from .queries import receipts_visible_to

ISSUE_ACTS = {"issue": Act(operations.issue, IssueForm, "replies/act.html", done="已登记寄送答复：{name}。")}
CASE_ACTS = {"rehandle": Act(operations.rehandle, OptionalNoteForm)}
RECEIPT_ACTS = {
    "enter": Act(operations.enter, ReceiptForm, "ratings/act.html", done="已录入回执：{name}，请另一人审核。"),
    "confirm": Act(operations.confirm, template="ratings/act.html", done="已审核确认回执：{name}。"),
    "return": Act(operations.send_back, NoteForm, "ratings/act.html", danger=True),
}


def visible_receipt(request, pk):
    """A receipt that the user may see, or 404."""
    seen = receipts_visible_to(request.user).filter(reply__case__proposal__in=Proposal.objects.visible_to(request.user))
    related = ("reply__case__proposal__session", "reply__case__unit", "proposer", "rating", "scan", "entered_by")
    return get_object_or_404(seen.select_related(*related), pk=pk)


@require_http_methods(["GET", "POST"])
def issue(request, pk):
    reply = visible_reply(request, pk)
    return run_action(request, reply, "issue", ISSUE_ACTS, reply=reply)


@require_http_methods(["GET", "POST"])
def rehandle(request, pk):
    return run_action(request, visible_case(request, pk), "rehandle", CASE_ACTS)


@require_http_methods(["GET", "POST"])
def act(request, pk, action):
    receipt = visible_receipt(request, pk)
    return run_action(request, receipt, action, RECEIPT_ACTS, receipt=receipt)


@require_GET
def scan(request, pk):
    """The scanned form of a receipt, for whoever may see the receipt."""
    receipt = visible_receipt(request, pk)
    if not receipt.scan:
        raise Http404
    return send_file(receipt.scan)
