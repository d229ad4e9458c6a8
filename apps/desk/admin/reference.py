"""Units with their names and mergers, leaders with their portfolios, categories, sectors, sessions."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.forms.models import BaseInlineFormSet
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html

from apps.accounts.queries import leaders_with_somebody
from apps.proposals import rearranging
from apps.proposals.forms import NoteField
from apps.proposals.models import Case, Category, Sector, Session
from apps.proposals.workflow import CaseState, NotAllowed, OutOfTurn, Refused
from apps.replies.models import Commitment
from apps.replies.workflow import CommitmentState
from apps.units.models import Leader, Portfolio, Unit, UnitAlias
from apps.units.queries import in_charge_on, overlapping

from .access import LookOnly, OfficeOnly


class UnitForm(forms.ModelForm):
    class Meta:
        model = Unit
        fields = (
            "name", "full_name", "kind", "contact_name", "contact_phone", "series", "order",
            "dissolved_on", "successor",
        )  # fmt: skip
        help_texts = {
            "dissolved_on": "机构改革撤销、合并时填写；当天起不能再交办给它",
            "successor": "撤销时必填：接过其全部未办结事项的单位",
        }

    def clean_name(self):
        return self._not_anothers("name")

    def clean_full_name(self):
        return self._not_anothers("full_name")

    def _not_anothers(self, field):
        """A name under which ledgers would find another unit is refused."""
        name = self.cleaned_data[field].strip()
        others = Unit.objects.exclude(pk=self.instance.pk)
        other = name and (
            others.filter(name=name).first()
            or others.filter(full_name=name).first()
            or others.filter(aliases__name=name).first()
        )
        if other:
            raise forms.ValidationError(f"“{name}”已是{other}的名称或别名，请核对。")
        return name

    def clean(self):
        data = super().clean()
        dissolved_on, successor = data.get("dissolved_on"), data.get("successor")
        if dissolved_on and not successor and "successor" not in self.errors:
            self.add_error("successor", "撤销单位须选择承接单位，未办结的提案由它接着办。")
        if successor and not dissolved_on and "dissolved_on" not in self.errors:
            self.add_error("dissolved_on", "选择了承接单位，须填写撤销日期。")
        if successor and successor.pk == self.instance.pk:
            self.add_error("successor", "承接单位不能是本单位。")
        elif successor and successor.dissolved_on:
            self.add_error("successor", f"{successor}也已撤销（{successor.dissolved_on:%Y-%m-%d}），请选择现有的单位。")
        heir = Unit.objects.filter(successor=self.instance.pk).first() if self.instance.pk and dissolved_on else None
        if heir and "dissolved_on" in self.changed_data:
            self.add_error("dissolved_on", f"本单位是{heir}的承接单位，请先为{heir}另选承接单位。")
        return data


class TransferNoteForm(forms.Form):
    note = NoteField("移交依据", help_text="如机构改革文件的名称、文号")


class AliasForm(forms.ModelForm):
    def clean_name(self):
        name = self.cleaned_data["name"].strip()
        other = Unit.objects.filter(name=name).first() or Unit.objects.filter(full_name=name).first()
        if other:
            raise forms.ValidationError(f"“{name}”是{other}的名称，不必登记为别名。")
        return name


class AliasInline(OfficeOnly, admin.TabularInline):
    model = UnitAlias
    form = AliasForm
    extra = 1
    verbose_name_plural = "别名：台账、来函里的其他叫法"

    def has_delete_permission(self, request, obj=None):
        return self.allows(request)


class PortfolioFormSet(BaseInlineFormSet):
    """Dates of who is in charge of which unit: never two leaders on one day."""

    def clean(self):
        super().clean()
        if any(self.errors):
            return
        rows = [form.instance for form in self.forms if form.has_changed() or form.instance.pk]
        unit_ids = {row.unit_id for row in rows if row.unit_id}
        list(Unit.objects.select_for_update().filter(pk__in=unit_ids).order_by("pk"))
        others = Portfolio.objects.filter(unit_id__in=unit_ids).exclude(pk__in=[row.pk for row in rows if row.pk])
        if two := overlapping([*rows, *others.select_related("unit", "leader")]):
            one, other = (f"{row.leader}（{row.from_on:%Y-%m-%d}至{row.until_on or '今'}）" for row in two)
            raise forms.ValidationError(
                f"{two[0].unit}同一天有两位分管领导：{one}和{other}。请先填写前一位的截止日期；"
                "两位领导之间交接，在该单位的页面上一次改好。"
            )


class PortfolioInline(OfficeOnly, admin.TabularInline):
    """Rows are given an end or corrected, not deleted: replies were signed under them."""

    model = Portfolio
    formset = PortfolioFormSet
    extra = 1
    ordering = ("unit__order", "from_on")
    verbose_name_plural = "分管：自哪天至哪天；换人时给前一位填截止日期，再加一行"


class DissolvedFilter(admin.SimpleListFilter):
    title, parameter_name = "是否撤销", "dissolved"

    def lookups(self, request, model_admin):
        return [("no", "现有单位"), ("yes", "已撤销")]

    def queryset(self, request, queryset):
        if self.value() in ("no", "yes"):
            return queryset.filter(dissolved_on__isnull=self.value() == "no")
        return queryset


@admin.register(Unit)
class UnitAdmin(OfficeOnly, admin.ModelAdmin):
    """Units are dissolved, not deleted."""

    form = UnitForm
    inlines = (AliasInline, PortfolioInline)
    list_display = ("name", "full_name", "kind", "leader_today", "dissolved_on", "successor", "order")
    list_filter = (DissolvedFilter,)
    search_fields = ("name", "full_name", "aliases__name")
    list_select_related = ("successor",)
    readonly_fields = ("open_cases",)
    actions = ("transfer",)
    list_per_page = 200
    show_full_result_count = False

    def get_queryset(self, request):
        held = Portfolio.objects.filter(in_charge_on(timezone.localdate())).select_related("leader")
        return super().get_queryset(request).prefetch_related(Prefetch("portfolios", held, to_attr="held_today"))

    def get_fields(self, request, obj=None):
        return (*UnitForm.Meta.fields, "open_cases") if obj else UnitForm.Meta.fields

    @admin.display(description="分管领导")
    def leader_today(self, unit):
        return "、".join(str(portfolio.leader) for portfolio in unit.held_today) or "—"

    @admin.display(description="未办结的承办件")
    def open_cases(self, unit):
        count = unfinished(unit).count()
        if not count:
            return "没有"
        url = reverse("admin:proposals_proposal_changelist")
        found = format_html('<a href="{}?unit={}">{} 件</a>', url, unit.pk, count)
        if unit.successor:
            hand_over = reverse("admin:units_unit_transfer", args=[unit.pk])
            found += format_html('　<a href="{}">移交承接给{}</a>', hand_over, unit.successor)
        return found

    def get_urls(self):
        page = self.admin_site.admin_view(self.transfer_page)
        return [path("<int:pk>/transfer/", page, name="units_unit_transfer"), *super().get_urls()]

    @admin.action(description="移交承接（选一个已撤销的单位）")
    def transfer(self, request, queryset):
        units = list(queryset[:2])
        if len(units) != 1:
            messages.error(request, "移交承接一次选一个单位。")
            return None
        return redirect("admin:units_unit_transfer", units[0].pk)

    def transfer_page(self, request, pk):
        """移交承接 of all that a dissolved unit has not finished, each case by the single operation."""
        if request.method not in ("GET", "POST"):
            return HttpResponseNotAllowed(["GET", "POST"])
        if not self.has_change_permission(request):
            raise PermissionDenied("此页面供区政府办公室使用。")
        unit = get_object_or_404(Unit.objects.select_related("successor"), pk=pk)
        back = redirect("admin:units_unit_change", unit.pk)
        if not unit.successor:
            messages.error(request, f"{unit}没有登记承接单位，请先填写撤销日期和承接单位。")
            return back
        form, not_done = TransferNoteForm(request.POST or None), []
        if request.method == "POST" and form.is_valid():
            done, not_done = hand_over(unit, request.user, timezone.now(), form.cleaned_data["note"])
            if done:
                messages.success(request, f"已移交{unit.successor}{len(done)}件：{'、'.join(map(str, done))}。")
            if not not_done:
                return back
        context = {
            **self.admin_site.each_context(request),
            "title": f"移交承接：{unit} → {unit.successor}",
            "opts": self.opts,
            "unit": unit,
            "form": form,
            "cases": unfinished(unit).select_related("proposal__session").order_by("proposal__number_order", "pk"),
            "not_done": not_done,
        }
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/units/unit/transfer.html", context, status=status)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        unit = form.instance
        if unit.dissolved_on and "dissolved_on" in form.changed_data and (count := unfinished(unit).count()):
            messages.warning(
                request,
                f"{unit}还有{count}件未办结的承办件，仍在它名下；请在该单位页面的“未办结的承办件”处移交给{unit.successor}。",
            )


def unfinished(unit):
    """Cases of the unit that somebody has to take over when it is dissolved: open ones, those with open promises."""
    promised = Commitment.objects.filter(
        reply__case=OuterRef("pk"), state__in=(CommitmentState.OPEN, CommitmentState.REPORTED)
    )
    live = Case.objects.filter(unit=unit).exclude(state=CaseState.ENDED)
    return live.filter(~Q(state=CaseState.CLOSED) | Exists(promised))


def hand_over(unit, by, at, note):
    """Transfers every unfinished case of the unit to its successor: ([proposals done], [(proposal, why not)])."""
    done, not_done = [], []
    for case in unfinished(unit).select_related("proposal").order_by("proposal__number_order", "pk"):
        try:
            rearranging.transfer(case.proposal, case, unit.successor, by=by, at=at, note=note)
        except (NotAllowed, OutOfTurn, Refused) as refused:
            not_done.append((case.proposal, str(refused)))
        else:
            done.append(case.proposal)
    return done, not_done


@admin.register(Leader)
class LeaderAdmin(OfficeOnly, admin.ModelAdmin):
    inlines = (PortfolioInline,)
    list_display = ("name", "title", "units_today", "somebody_there", "order")
    search_fields = ("name", "title")
    show_full_result_count = False

    def get_queryset(self, request):
        today = timezone.localdate()
        held = Portfolio.objects.filter(in_charge_on(today)).select_related("unit").order_by("unit__order")
        there = Exists(leaders_with_somebody(today).filter(pk=OuterRef("pk")))
        leaders = super().get_queryset(request).annotate(has_somebody=there)
        return leaders.prefetch_related(Prefetch("portfolios", held, to_attr="held_today"))

    @admin.display(description="今天分管")
    def units_today(self, leader):
        return "、".join(str(portfolio.unit) for portfolio in leader.held_today) or "—"

    @admin.display(description="今天有人审签", boolean=True)
    def somebody_there(self, leader):
        return leader.has_somebody


@admin.register(Category)
class CategoryAdmin(OfficeOnly, admin.ModelAdmin):
    list_display = ("name", "theme", "order")
    search_fields = ("name", "theme")
    show_full_result_count = False


@admin.register(Sector)
class SectorAdmin(OfficeOnly, admin.ModelAdmin):
    list_display = ("name",)
    search_fields = ("name",)
    show_full_result_count = False


@admin.register(Session)
class SessionAdmin(LookOnly, OfficeOnly, admin.ModelAdmin):
    """To be looked at; settings are changed on their own page, where each change is weighed."""

    list_display = ("label", "key", "year", "government", "settings_page")
    list_display_links = None
    fields = ("label", "key", "year", "committee", "government", "settings_page")
    readonly_fields = ("settings_page",)
    show_full_result_count = False

    @admin.display(description="办理规则、时限、名称")
    def settings_page(self, session):
        url = reverse("settings:session", args=[session.key])
        return format_html('<a href="{}">届次设置</a>', url)
