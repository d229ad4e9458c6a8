"""The proposals in the admin site: to be found, looked at, and assigned in batches; never edited.

State, rating and event have no form here. What may be done with a proposal is done by the same operations as
everywhere, behind the same buttons.
"""

from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from apps.proposals import operations
from apps.proposals.forms import id_in
from apps.proposals.models import Case, Category, Proposal
from apps.proposals.queries import check
from apps.proposals.workflow import CaseState, NotAllowed, OutOfTurn, Refused
from apps.units.models import Leader, Unit
from apps.units.queries import units_by_name, units_in_being

from .. import pages
from ..filters import late_on, of_leader, of_unit
from ..forms import BatchRolesForm
from .access import LookOnly, OfficeOnly

MOST = 50  # proposals assigned in one batch


class RowFilter(admin.SimpleListFilter):
    """One row of a table chosen by its key; folded, since there are many."""

    model = None
    template = "admin/folded_filter.html"

    def lookups(self, request, model_admin):
        return [(row.pk, str(row)) for row in self.model.objects.all()]

    @property
    def key(self):
        return id_in(self.value())


class UnitFilter(RowFilter):
    title, parameter_name, model = "承办单位", "unit", Unit

    def queryset(self, request, queryset):
        return of_unit(queryset, self.key) if self.key else queryset


class LeaderFilter(RowFilter):
    title, parameter_name, model = "分管领导", "leader", Leader

    def queryset(self, request, queryset):
        return of_leader(queryset, self.key, timezone.localdate()) if self.key else queryset


class CategoryFilter(RowFilter):
    title, parameter_name, model = "类别", "category", Category

    def queryset(self, request, queryset):
        return queryset.filter(category=self.key) if self.key else queryset


class LateFilter(admin.SimpleListFilter):
    title, parameter_name = "超期", "overdue"

    def lookups(self, request, model_admin):
        return [("1", "只看超期")]

    def queryset(self, request, queryset):
        return late_on(queryset, timezone.localdate()) if self.value() == "1" else queryset


@dataclass
class Outcome:
    """What became of one proposal of a batch. `why` empty: it is assigned. `typed`: what was chosen for it."""

    proposal: Proposal
    why: str = ""
    typed: str = ""


@admin.register(Proposal)
class ProposalAdmin(LookOnly, OfficeOnly, admin.ModelAdmin):
    list_display = ("number", "title", "session", "state_now", "units", "category", "key", "due_on")
    list_display_links = ("number", "title")
    list_filter = ("session", "state", "is_key", LateFilter, UnitFilter, LeaderFilter, CategoryFilter)
    search_fields = ("number", "title", "proposers__name")
    search_help_text = "按案号、案由、提案者查找"
    list_select_related = ("session", "category")
    list_per_page = 50
    show_full_result_count = False
    actions = ("assign_selected",)
    fields = (
        "session", "number", "title", "state_now", "proposer_names", "form", "kind", "sector", "category", "key",
        "supervising_leader", "wished_units", "mode", "received_on", "assigned_on", "merged_into", "remark",
    )  # fmt: skip

    readonly_fields = (*fields, "state")  # twice guarded: nobody may change anything here anyway

    def get_queryset(self, request):
        cases = Case.objects.exclude(state=CaseState.ENDED).select_related("unit")
        return Proposal.objects.visible_to(request.user).prefetch_related(Prefetch("cases", cases))

    def get_object(self, request, object_id, from_field=None):
        try:
            pk = Proposal._meta.pk.to_python(object_id)
        except ValidationError:
            return None
        return pages.fetch_proposal(pk, request.user, timezone.localdate())

    def view_on_site(self, proposal):
        return proposal.get_absolute_url()

    @admin.display(description="状态", ordering="state")
    def state_now(self, proposal):
        return proposal.get_state_display()

    @admin.display(description="重点", ordering="is_key")
    def key(self, proposal):
        return "重点" if proposal.is_key else "—"

    @admin.display(description="承办单位")
    def units(self, proposal):
        return "、".join(f"{case.unit}（{case.get_role_display()}）" for case in proposal.cases.all()) or "—"

    @admin.display(description="答复期限")
    def due_on(self, proposal):
        running = [case for case in proposal.cases.all() if case.state in (CaseState.ASSIGNED, CaseState.HANDLING)]
        return min((case.reply_due_on for case in running if case.reply_due_on), default=None)

    @admin.display(description="提案者")
    def proposer_names(self, proposal):
        return "、".join(str(proposer) for proposer in proposal.proposers.all())

    def render_change_form(self, request, context, obj=None, **kwargs):
        context["page"] = pages.proposal_page(obj, request.user, timezone.localdate())
        return super().render_change_form(request, context, obj=obj, **kwargs)

    def get_urls(self):
        assign = path("assign/", self.admin_site.admin_view(self.assign_batch), name="proposals_proposal_assign")
        return [assign, *super().get_urls()]

    @admin.action(description="交办所选提案")
    def assign_selected(self, request, queryset):
        keys = list(queryset.order_by("number_order", "pk").values_list("pk", flat=True)[: MOST + 1])
        if len(keys) > MOST:
            messages.error(request, f"一次最多交办{MOST}件，请少选一些。")
            return None
        return redirect(f"{reverse('admin:proposals_proposal_assign')}?ids={','.join(map(str, keys))}")

    def assign_batch(self, request):
        """交办 of several proposals: one form each, one submit, each assigned by itself or told why not."""
        if request.method not in ("GET", "POST"):
            return HttpResponseNotAllowed(["GET", "POST"])
        if not self.has_view_permission(request):
            raise PermissionDenied("此页面供区政府办公室使用。")
        given = request.POST if request.method == "POST" else request.GET
        keys = [key for key in map(id_in, given.get("ids", "").split(",")) if key][:MOST]
        proposals = (
            Proposal.objects.visible_to(request.user)
            .filter(pk__in=keys)
            .select_related("session")
            .prefetch_related("cases", "proposers")
            .order_by("session", "number_order", "pk")
        )
        at = timezone.now()
        today = timezone.localdate(at)
        choices = [(unit.pk, unit.name) for unit in units_in_being(today)]
        forms, outcomes = [], []
        for proposal, form in batch_forms(proposals, request, choices, at):
            outcome = assign_one(proposal, form, request, at) if request.method == "POST" else closed(proposal, request)
            if outcome:
                outcomes.append(outcome)
            else:
                forms.append((proposal, form))
        done = [outcome.proposal for outcome in outcomes if not outcome.why]
        if request.method == "POST" and len(done) == len(outcomes) and done and not forms:
            messages.success(request, f"已交办{len(done)}件：{'、'.join(map(str, done))}。")
            return redirect("admin:proposals_proposal_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": "交办所选提案",
            "opts": self.opts,
            "forms": forms,
            "done": done,
            "not_done": [outcome for outcome in outcomes if outcome.why],
            "ids": ",".join(str(proposal.pk) for proposal, _ in forms),
        }
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/proposals/proposal/assign.html", context, status=status)


def batch_forms(proposals, request, choices, at):
    """(proposal, its BatchRolesForm) of a batch; the units are fetched once for all."""
    known = units_by_name()
    for proposal in proposals:
        posted = request.POST if request.method == "POST" and f"p{proposal.pk}-seen" in request.POST else None
        yield (
            proposal,
            BatchRolesForm(
                posted, thing=proposal, user=request.user, at=at, prefix=f"p{proposal.pk}", choices=choices, known=known
            ),
        )


def closed(proposal, request):
    """The Outcome of a proposal that cannot be assigned now, else None."""
    try:
        check(proposal, "assign", user=request.user, on=timezone.localdate(), note="-")
    except (NotAllowed, OutOfTurn, Refused) as refused:
        return Outcome(proposal, str(refused))
    return None


def assign_one(proposal, form, request, at):
    """Assigns one proposal of a batch; None when its form has to be looked at again."""
    if not form.is_bound:
        return closed(proposal, request)
    if not form.is_valid():
        return closed(proposal, request)
    try:
        operations.assign(proposal, **form.cleaned_data, by=request.user, at=at, seen=form.seen)
    except OutOfTurn as late:
        roles = form.cleaned_data["roles"]
        return Outcome(proposal, str(late), "、".join(f"{unit}（{role.label}）" for unit, role in roles))
    except Refused as refused:
        for reason in refused.reasons:
            form.add_error(None, reason)
        return None
    return Outcome(proposal)
