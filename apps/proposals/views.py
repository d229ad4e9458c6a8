"""Pages of the actions on proposals and cases. One view runs them all; the table says what is open to whom."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.queries import standing_of

from . import operations, rearranging
from .attachments import SEEN
from .forms import (
    ActionForm,
    AdjustForm,
    AttachForm,
    CarryOverForm,
    ContactForm,
    CorrectForm,
    ExtensionForm,
    HandBackForm,
    MergeForm,
    NoteForm,
    OfflineForm,
    OpinionForm,
    RegisterForm,
    ReturnForm,
    RolesForm,
    SupervisionForm,
    TransferForm,
    paper_fields,
)
from .models import Attachment, Case, Proposal, Session
from .operations import Paper
from .queries import (
    check,
    check_attach,
    check_opinion_writer,
    is_for_another,
    is_secret,
    parties_towards,
)
from .workflow import NotAllowed, OutOfTurn, Refused


@dataclass(frozen=True)
class Act:
    """How an action is done from a page: the operation, and the form whose cleaned fields are its parameters."""

    operation: Any
    form: type[ActionForm] = ActionForm
    template: str = "proposals/action.html"
    done: str = "已{label}：{name}。"
    danger: bool = False
    label: str = ""  # where the table has no row of this name
    check: Any = None  # (thing, user, on), where the row is not one of the thing's own table
    table: Any = None  # the Table that has the row, where it is not the thing's own


LANDINGS = {"home": "desk:home"}
"""Where an action may lead to in place of the page of its thing: what `then` says, as a page's form sends it → URL."""


def run_action(request, thing, action, acts, **context):
    """Shows and takes the form of `action` on `thing`, which the caller has fetched as visible to the user.

    What was typed is never lost: it stays in the form, or is shown for copying where the action is over.
    """
    if action not in acts:
        raise Http404
    act, at = acts[action], timezone.now()
    form, context = _form_of(request, thing, act, action, at), context | _told(request, thing, act, action)
    status = 422 if form.is_bound else 200
    try:
        if form.is_bound and form.is_valid():
            act.operation(thing, **_given(form), by=request.user, at=at, seen=request.POST.get("seen", ""))
            name = f"{context['proposal']}{context['proposal'].title}" if context["proposal"] else str(thing)
            messages.success(request, act.done.format(label=context["label"], name=name))
            return redirect(LANDINGS.get(context["then"], context["back"]))
        # not open to this user, or no longer: that is told before what is wrong with the form
        if act.check:
            act.check(thing, user=request.user, on=timezone.localdate(at))
        else:
            check(thing, action, user=request.user, on=timezone.localdate(at), note="-", paper="-")
    except NotAllowed as denied:
        raise PermissionDenied(str(denied)) from denied
    except (OutOfTurn, Refused) as refused:
        if not form.is_bound:
            messages.warning(request, str(refused))
            return redirect(context["back"])
        if isinstance(refused, OutOfTurn):
            thing = type(thing).objects.get(pk=thing.pk)  # what is true now
            context |= {"thing": thing, "late": str(refused), "typed": typed_in(form)}
            return render(request, "proposals/late.html", context, status=409)
        for reason in refused.reasons:
            form.add_error(None, reason)
    # a new stamp only for a new form: what the person answered to is what they saw
    context |= {"form": form, "is_on_paper": form.is_on_paper, "seen": request.POST.get("seen") or thing.stamp}
    return render(request, act.template, context, status=status)


def _form_of(request, thing, act, action, at):
    """The form of an action; `is_on_paper`: with the fields of a signed paper, as the office enters it for another;
    `untold`: what the operation takes and nobody is asked for."""
    told = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = act.form(*told, thing=thing, user=request.user, at=at)
    parties = parties_towards(thing, request.user, timezone.localdate(at))
    form.is_on_paper = any(is_for_another(row, parties) for row in (act.table or thing.WORKFLOW).rows(action))
    if form.is_on_paper:
        form.fields.update(paper_fields())
    form.untold = {}
    if is_secret(thing) and form.fields.pop("note", None):
        form.untold["note"] = ""  # no text of a secret proposal is stored
    return form


def _given(form):
    """What the operation takes of a form."""
    given = form.untold | form.cleaned_data
    if form.is_on_paper:
        given["paper"] = Paper(given.pop("entered_for"), given.pop("paper_scan"))
    return given


def _told(request, thing, act, action):
    """What the page of an action tells of itself and of what it is about."""
    proposal, then = thing.workflow_proposal, request.POST.get("then") or request.GET.get("then")
    return {
        "thing": thing,
        "proposal": proposal,
        "back": thing if proposal is None else proposal,
        "action": action,
        "label": act.label or (act.table or thing.WORKFLOW).label_of(action),
        "danger": act.danger,
        "then": then if then in LANDINGS else "",
    }


def typed_in(form):
    """[(label, text)] of what a person wrote into a form, to be copied from a page that comes too late."""
    lines = [line for formset in form.formsets() for line in formset]
    found = []
    for bound in (bound for part in (form, *lines) for bound in part if not bound.is_hidden):
        value = bound.value()
        if choices := getattr(bound.field, "choices", None):
            asked = {str(one) for one in (value if isinstance(value, list) else [value])}
            value = "、".join(str(label) for key, label in choices if str(key) and str(key) in asked)
        if isinstance(value, str) and value.strip():
            found.append((bound.label, value))
    return found


PROPOSAL_ACTS = {
    "assign": Act(operations.assign, RolesForm, "proposals/assign.html"),
    "adjust": Act(operations.adjust, AdjustForm, "proposals/adjust.html"),
    "correct": Act(rearranging.correct, CorrectForm, "proposals/correct.html"),
    "mark_key": Act(rearranging.mark_key, SupervisionForm),
    "coordinate": Act(rearranging.coordinate, NoteForm),
    "merge": Act(rearranging.merge, MergeForm, danger=True),
    "unmerge": Act(rearranging.unmerge, NoteForm),
    "hand_back": Act(rearranging.hand_back, HandBackForm, danger=True),
    "withdraw": Act(rearranging.withdraw, NoteForm, danger=True),
    "transfer": Act(rearranging.transfer, TransferForm),
    "carry_over": Act(rearranging.carry_over, CarryOverForm),
    "attach": Act(operations.attach, AttachForm, done="已上传附件：{name}。", label="上传附件", check=check_attach),
}
CASE_ACTS = {
    "accept": Act(operations.accept),
    "request_return": Act(operations.request_return, ReturnForm, done="已提交退办申请：{name}，等待区政府办公室裁定。"),
    "grant_return": Act(operations.grant_return, NoteForm, "proposals/ruling.html", danger=True),
    "refuse_return": Act(operations.refuse_return, NoteForm, "proposals/ruling.html"),
    "request_extension": Act(
        operations.request_extension, ExtensionForm, done="已提交延期申请：{name}，等待区政府办公室裁定。"
    ),
    "grant_extension": Act(operations.grant_extension, NoteForm, "proposals/extension.html"),
    "refuse_extension": Act(operations.refuse_extension, NoteForm, "proposals/extension.html", danger=True),
    "record_offline": Act(operations.record_offline, OfflineForm),
    "contact": Act(operations.contact, ContactForm, done="已保存沟通记录：{name}。"),
    "prepare_opinion": Act(
        operations.prepare_opinion,
        OpinionForm,
        done="已保存会办意见草稿：{name}，请负责人审定后提出。",
        label="拟写会办意见",
        check=check_opinion_writer,
    ),
    "advise": Act(operations.advise, OpinionForm, done="已向主办单位提出会办意见：{name}。"),
}


def visible_case(request, pk):
    """A case of a visible proposal, or 404."""
    cases = Case.objects.select_related("proposal__session", "unit", "named_signer")
    return get_object_or_404(cases.filter(proposal__in=Proposal.objects.visible_to(request.user)), pk=pk)


@require_http_methods(["GET", "POST"])
def act_on_proposal(request, pk, action):
    proposal = get_object_or_404(Proposal.objects.visible_to(request.user).select_related("session"), pk=pk)
    return run_action(request, proposal, action, PROPOSAL_ACTS)


@require_http_methods(["GET", "POST"])
def act_on_case(request, pk, action):
    return run_action(request, visible_case(request, pk), action, CASE_ACTS)


def _office_only(request):
    if not standing_of(request.user, timezone.localdate()).is_office:
        raise PermissionDenied("此页面供区政府办公室使用。")


@require_http_methods(["GET", "POST"])
def register(request):
    """接收登记 of one proposal by hand; many come from the committee's workbook."""
    _office_only(request)
    form = RegisterForm(request.POST or None, request.FILES or None, initial={"received_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        try:
            proposal = operations.register(fields.pop("session"), by=request.user, at=timezone.now(), **fields)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已登记{proposal}提案《{proposal.title}》。")
            return redirect(proposal)
    context = {"form": form, "has_session": Session.objects.exists()}
    return render(request, "proposals/register.html", context, status=422 if form.is_bound else 200)


def send_file(attachment):
    """An Attachment as a download under its own name; the browser never guesses or runs it."""
    inline = attachment.is_pdf or attachment.is_picture
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=not inline,
        filename=attachment.name,
        content_type=attachment.media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    # the browser's own PDF viewer does not run in a sandbox; what a PDF might run was refused when it came in
    sandbox = "" if attachment.is_pdf else "; sandbox"
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'{sandbox}"
    )
    return response


def visible_attachment(request, pk):
    """An Attachment whose proposal and owner the user may see, or 404."""
    visible = Attachment.objects.filter(proposal__in=Proposal.objects.visible_to(request.user))
    attachment = get_object_or_404(visible, pk=pk)
    if not SEEN[attachment.owner_type](attachment, request.user):
        raise Http404
    return attachment


@require_GET
def file(request, pk):
    """A stored file, for whoever may see what it belongs to."""
    return send_file(visible_attachment(request, pk))
