"""Pages of sending replies out and of receipts, for the committee's secretariat."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.proposals.attachments import files_of
from apps.proposals.forms import NoteForm, OptionalNoteForm
from apps.proposals.models import Attachment, Proposal
from apps.proposals.views import Act, run_action, visible_case
from apps.replies.views import visible_reply

from . import links, operations
from .forms import AgreedForm, AmendForm, IssueForm, ParkForm, ReceiptForm, UnansweredForm
from .queries import check_park, receipts_visible_to
from .workflow import RECEIPT

REPLY_ACTS = {
    "issue": Act(operations.issue, IssueForm, "replies/act.html", done="已登记寄送答复：{name}。"),
    "reissue": Act(
        operations.reissue, NoteForm, "replies/act.html", done="原答复已作废，新稿已备：{name}。", danger=True
    ),
}
CASE_ACTS = {
    "rehandle": Act(operations.rehandle, OptionalNoteForm),
    "close_unanswered": Act(operations.close_unanswered, UnansweredForm, danger=True),
    "close_agreed": Act(operations.close_agreed, AgreedForm, danger=True),
    "park": Act(
        operations.park,
        ParkForm,
        done="已登记先到的回执：{name}，答复登记后即可审核。",
        check=check_park,
        table=RECEIPT,
    ),
}
RECEIPT_ACTS = {
    "enter": Act(operations.enter, ReceiptForm, "ratings/act.html", done="已录入回执：{name}，请另一人审核。"),
    "confirm": Act(operations.confirm, template="ratings/act.html", done="已审核确认回执：{name}。"),
    "return": Act(operations.send_back, NoteForm, "ratings/act.html", danger=True),
    "remind": Act(operations.remind, OptionalNoteForm, "ratings/act.html", done="已记录催收：{name}。"),
    "amend": Act(
        operations.amend, AmendForm, "ratings/act.html", done="已更正回执：{name}，请另一人审核。", danger=True
    ),
}


def visible_receipt(request, pk):
    """A receipt that the user may see, or 404."""
    seen = receipts_visible_to(request.user).filter(case__proposal__in=Proposal.objects.visible_to(request.user))
    related = ("case__proposal__session", "case__unit", "reply__case", "proposer", "rating", "attitude")
    return get_object_or_404(seen.select_related(*related, "entered_by"), pk=pk)


@require_http_methods(["GET", "POST"])
def act_on_reply(request, pk, action):
    """What is done with a reply where receipts are touched: sending it out, sending a corrected one."""
    reply = visible_reply(request, pk)
    return run_action(request, reply, action, REPLY_ACTS, reply=reply)


@require_http_methods(["GET", "POST"])
def act_on_case(request, pk, action):
    return run_action(request, visible_case(request, pk), action, CASE_ACTS)


@require_http_methods(["GET", "POST"])
def act(request, pk, action):
    receipt = visible_receipt(request, pk)
    scans = files_of(Attachment.Owner.RECEIPT, receipt.pk)
    token = links.token_for(receipt, timezone.localdate()) if links.may_be_handed_out(receipt) else ""
    return run_action(request, receipt, action, RECEIPT_ACTS, receipt=receipt, scans=scans, token=token)
