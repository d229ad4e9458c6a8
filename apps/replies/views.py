"""Pages of replies: reading one with its versions, and the actions up to the leader's signature."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.proposals.buttons import buttons
from apps.proposals.forms import NoteForm
from apps.proposals.models import Proposal
from apps.proposals.views import Act, run_action, visible_case

from . import operations
from .forms import ForwardForm, PolishForm, ReplyForm, SignForm
from .queries import check_draft, lacking, replies_visible_to, signer_of, with_delegates
from .workflow import ReplyState

REPLY_ACTS = {
    "edit": Act(operations.edit, ReplyForm, "replies/edit.html", done="已保存答复草稿：{name}。"),
    "submit": Act(operations.submit, template="replies/act.html"),
    "recall": Act(operations.recall, template="replies/act.html"),
    "unit_approve": Act(operations.unit_approve, template="replies/act.html"),
    "polish": Act(operations.polish, PolishForm, "replies/act.html", done="已核改并告知承办单位：{name}。"),
    "office_forward": Act(operations.office_forward, ForwardForm, "replies/act.html", done="已报请领导审签：{name}。"),
    "sign": Act(operations.sign, SignForm, "replies/act.html"),
    "return": Act(operations.send_back, NoteForm, "replies/act.html", danger=True),
    "revoke": Act(operations.revoke, NoteForm, "replies/act.html", danger=True),
}
DRAFT_ACTS = {
    "draft": Act(
        operations.draft,
        ReplyForm,
        "replies/edit.html",
        done="已保存答复草稿：{name}。",
        label="拟写答复",
        check=check_draft,
    )
}


def visible_reply(request, pk):
    """A reply that the user may read, or 404."""
    seen = replies_visible_to(request.user).filter(case__proposal__in=Proposal.objects.visible_to(request.user))
    related = ("case__proposal__session", "case__unit", "case__named_signer", "result_class", "signer", "signed_by")
    return get_object_or_404(with_delegates(seen.select_related(*related)), pk=pk)


def action_url(pk, action):
    """The page of an action on a reply; sending it out is done a floor higher, where receipts are known."""
    return reverse("ratings:issue", args=[pk]) if action == "issue" else reverse("replies:act", args=[pk, action])


@require_GET
def detail(request, pk):
    """The text of a reply, its versions, and what is open to this user."""
    reply = visible_reply(request, pk)
    today = timezone.localdate()
    context = {
        "reply": reply,
        "proposal": reply.case.proposal,
        "actions": buttons(reply, request.user, today, lambda action: action_url(reply.pk, action)),
        "signer": signer_of(reply, today),
        "versions": reply.versions.select_related("saved_by").order_by("-number"),
        "commitments": reply.commitments.all(),
        "lacking": lacking(reply) if reply.state == ReplyState.DRAFT else [],
    }
    return render(request, "replies/detail.html", context)


@require_http_methods(["GET", "POST"])
def draft(request, pk):
    """拟稿: begins the reply of a case."""
    case = visible_case(request, pk)
    return run_action(request, case, "draft", DRAFT_ACTS)


@require_http_methods(["GET", "POST"])
def act(request, pk, action):
    reply = visible_reply(request, pk)
    extra = {"lacking": lacking(reply)} if action == "submit" else {}
    return run_action(request, reply, action, REPLY_ACTS, reply=reply, **extra)


@require_GET
def version(request, pk, number):
    """The text of a reply as it stood in an earlier version."""
    reply = visible_reply(request, pk)
    found = reply.versions.select_related("saved_by").filter(number=number).first()
    if not found:
        raise Http404
    context = {"reply": reply, "proposal": reply.case.proposal, "version": found}
    return render(request, "replies/version.html", context)
