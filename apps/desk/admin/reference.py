"""Units with their names and mergers, leaders with their portfolios, categories, sectors, sessions."""

from django import forms
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, Prefetch
from django.forms.models import BaseInlineFormSet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html

from apps.accounts.queries import leaders_with_somebody
from apps.proposals.models import Case, Category, Sector, Session
from apps.proposals.workflow import CaseState
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
        return format_html('<a href="{}?unit={}">{} 件</a>', url, unit.pk, count)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        unit = form.instance
        if unit.dissolved_on and "dissolved_on" in form.changed_data and (count := unfinished(unit).count()):
            messages.warning(
                request,
                f"{unit}还有{count}件未办结的承办件，仍在它名下；请把它们交给{unit.successor}（见下方“未办结的承办件”）。",
            )


def unfinished(unit):
    """Cases of the unit that somebody has to take over when it is dissolved."""
    return Case.objects.filter(unit=unit).exclude(state__in=(CaseState.ENDED, CaseState.CLOSED))


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
        try:
            url = reverse("settings:session", args=[session.key])
        except NoReverseMatch:
            return "—"
        return format_html('<a href="{}">届次设置</a>', url)
