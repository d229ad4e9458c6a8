"""Pages of replies: reading one with its versions, and the actions up to the leader's signature."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.proposals.attachments import files_of
from apps.proposals.buttons import buttons
from apps.proposals.forms import NoteForm
from apps.proposals.models import Attachment, Proposal
from apps.proposals.queries import left_to_another
from apps.proposals.views import Act, run_action, visible_case

from . import operations, promises
from .forms import (
    ForwardForm,
    LapseForm,
    MeetingForm,
    PaperSignatureForm,
    PolishForm,
    PostponeForm,
    ProgressForm,
    RedirectForm,
    ReplyForm,
    ReturnForm,
    SignForm,
    VerifyForm,
)
from .models import Commitment
from .queries import (
    check_draft,
    check_meeting,
    drafts_visible_to,
    lacking,
    replies_visible_to,
    signer_of,
    with_delegates,
)
from .review import change_between, change_since_the_unit, reading_before_signature, versions_of
from .workflow import REPLY, ReplyState

REPLY_ACTS = {
    "edit": Act(operations.edit, ReplyForm, "replies/edit.html", done="已保存答复草稿：{name}。"),
    "submit": Act(operations.submit, template="replies/act.html"),
    "recall": Act(operations.recall, template="replies/act.html"),
    "unit_approve": Act(operations.unit_approve, template="replies/act.html"),
    "polish": Act(operations.polish, PolishForm, "replies/act.html", done="已核改并告知承办单位：{name}。"),
    "office_forward": Act(operations.office_forward, ForwardForm, "replies/act.html", done="已报请领导审签：{name}。"),
    "sign": Act(operations.sign, SignForm, "replies/review.html"),
    "return": Act(operations.send_back, ReturnForm, "replies/act.html", danger=True),
    "revoke": Act(operations.revoke, NoteForm, "replies/act.html", danger=True),
    "redirect": Act(operations.redirect, RedirectForm, "replies/act.html"),
    "sign_on_paper": Act(
        operations.sign_on_paper, PaperSignatureForm, "replies/act.html", done="已登记纸质审签：{name}，请另一人核对。"
    ),
    "verify_paper": Act(operations.verify_paper, template="replies/act.html"),
    "reject_paper": Act(operations.reject_paper, NoteForm, "replies/act.html", danger=True),
}
NEW_ACTS = {
    "draft": Act(
        operations.draft,
        ReplyForm,
        "replies/edit.html",
        done="已保存答复草稿：{name}。",
        label="拟写答复",
        check=check_draft,
        table=REPLY,
    ),
    "meet": Act(
        operations.meet,
        MeetingForm,
        "replies/edit.html",
        done="已登记当面答复：{name}，报请领导审签。",
        check=check_meeting,
        table=REPLY,
    ),
}
COMMITMENT_ACTS = {
    "report": Act(
        promises.report, ProgressForm, "replies/commitment.html", done="已报告承诺进展：{name}，请政府办核实。"
    ),
    "verify": Act(promises.verify, VerifyForm, "replies/commitment.html"),
    "send_back": Act(promises.send_back, NoteForm, "replies/commitment.html", danger=True),
    "postpone": Act(promises.postpone, PostponeForm, "replies/commitment.html"),
    "lapse": Act(promises.lapse, LapseForm, "replies/commitment.html", danger=True),
}


def visible_reply(request, pk, among=None):
    """A reply that the user may read, or 404. `among`: a narrower queryset than all of those."""
    among = replies_visible_to(request.user) if among is None else among
    seen = among.filter(case__proposal__in=Proposal.objects.visible_to(request.user))
    related = ("case__proposal__session", "case__unit", "case__named_signer", "result_class", "signer", "signed_by")
    return get_object_or_404(with_delegates(seen.select_related(*related)), pk=pk)


def action_url(pk, action):
    """The page of an action on a reply; what touches receipts is done a floor higher, where they are known."""
    name = "ratings:act_on_reply" if action in ("issue", "reissue") else "replies:act"
    return reverse(name, args=[pk, action])


@require_GET
def detail(request, pk):
    """The text of a reply, its versions, and what is open to this user."""
    reply = visible_reply(request, pk)
    today = timezone.localdate()
    sees_drafts = drafts_visible_to(request.user, today).filter(pk=reply.pk).exists()
    versions = versions_of(reply) if sees_drafts else []
    context = {
        "reply": reply,
        "proposal": reply.case.proposal,
        "actions": buttons(reply, request.user, today, lambda action: action_url(reply.pk, action)),
        "left_to_another": left_to_another(reply, request.user, today),
        "signer": signer_of(reply, today),
        "change": change_since_the_unit(versions) if sees_drafts else None,
        "sees_drafts": sees_drafts,
        "versions": versions[::-1],
        "commitments": reply.commitments.all(),
        "lacking": lacking(reply) if reply.state == ReplyState.DRAFT else [],
    } | files_for_page(reply)
    return render(request, "replies/detail.html", context)


@require_http_methods(["GET", "POST"])
def draft(request, pk):
    """拟稿: begins the reply of a case."""
    return run_action(request, visible_case(request, pk), "draft", NEW_ACTS)


@require_http_methods(["GET", "POST"])
def meet(request, pk):
    """当面答复: a meeting in place of a second letter."""
    return run_action(request, visible_case(request, pk), "meet", NEW_ACTS)


@require_http_methods(["GET", "POST"])
def act_on_commitment(request, pk, action):
    seen = Commitment.objects.filter(reply__in=replies_visible_to(request.user))
    seen = seen.filter(reply__case__proposal__in=Proposal.objects.visible_to(request.user))
    commitment = get_object_or_404(seen.select_related("reply__case__proposal__session", "reply__case__unit"), pk=pk)
    reports = list(commitment.reports.select_related("reported_by"))
    evidence = Attachment.objects.filter(
        owner_type=Attachment.Owner.PROGRESS, owner_key__in=[report.pk for report in reports]
    )
    context = {"commitment": commitment, "reports": reports, "evidence": evidence}
    return run_action(request, commitment, action, COMMITMENT_ACTS, **context)


@require_http_methods(["GET", "POST"])
def act(request, pk, action):
    reply = visible_reply(request, pk)
    extra = {"lacking": lacking(reply)} if action == "submit" else {}
    if action in ("sign_on_paper", "issue"):
        extra["change"] = change_since_the_unit(versions_of(reply))
    if action == "sign":
        extra |= before_signature(request, reply)
    return run_action(request, reply, action, REPLY_ACTS, reply=reply, **files_for_page(reply), **extra)


def before_signature(request, reply):
    """All that is read before a signature, and the form that sends it back instead, on the one page."""
    at, case = timezone.now(), reply.case
    told = reading_before_signature(
        reply, request.user, timezone.localdate(at), lambda name: action_url(reply.pk, name)
    )
    return told | {
        "return_form": ReturnForm(None, None, thing=reply, user=request.user, at=at),
        "proposers": case.proposal.proposers.all(),
        "proposal_files": files_of(Attachment.Owner.PROPOSAL, case.proposal_id),
    }


def files_for_page(reply):
    """Enclosures and, where the leader signed on paper, the scanned sheet."""
    owner = Attachment.Owner
    return {"files": files_of(owner.REPLY, reply.pk), "sheets": files_of(owner.SHEET, reply.pk)}


@require_GET
def compare(request, pk, before, after):
    """What changed from one version to a later one, and who changed it."""
    reply = visible_reply(request, pk, drafts_visible_to(request.user))
    chosen = list(reply.versions.filter(number__range=(before, after)).select_related("saved_by").order_by("number"))
    if len(chosen) < 2 or (chosen[0].number, chosen[-1].number) != (before, after):
        raise Http404
    context = {"reply": reply, "proposal": reply.case.proposal, "change": change_between(chosen)}
    return render(request, "replies/compare.html", context)


@require_GET
def version(request, pk, number):
    """The text of a reply as it stood in an earlier version."""
    reply = visible_reply(request, pk, drafts_visible_to(request.user))
    found = reply.versions.select_related("saved_by").filter(number=number).first()
    if not found:
        raise Http404
    context = {"reply": reply, "proposal": reply.case.proposal, "version": found}
    return render(request, "replies/version.html", context)
