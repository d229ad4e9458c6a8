"""Filters and search of the list of proposals."""

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property

from apps.figures.queries import tally
from apps.proposals.models import Case, Category, Proposal, Session
from apps.proposals.queries import overdue_on
from apps.proposals.workflow import CaseState, ProposalState
from apps.units.models import Leader, Unit
from apps.units.queries import unit_ids_of

SORTS = (
    ("number", "案号"),
    ("-received", "最近接收"),
    ("due", "答复期限"),
)


def of_unit(proposals, unit):
    """Proposals that the unit has a live case of."""
    cases = Case.objects.exclude(state=CaseState.ENDED).filter(unit=unit)
    return proposals.filter(pk__in=cases.values("proposal_id"))


def of_leader(proposals, leader, today):
    """Proposals that the leader signs or supervises on the day."""
    held = Q(unit_id__in=unit_ids_of([leader], today)) | Q(named_signer=leader)
    cases = Case.objects.exclude(state=CaseState.ENDED).filter(held)
    return proposals.filter(Q(pk__in=cases.values("proposal_id")) | Q(supervising_leader=leader))


def late_on(proposals, today):
    """Proposals with a case that is late with what it waits for."""
    return proposals.filter(pk__in=Case.objects.filter(overdue_on(today)).values("proposal_id"))


class ProposalFilter(django_filters.FilterSet):
    """Each field narrows; class and rating are counted by `figures`, so that list and figures always agree."""

    q = django_filters.CharFilter(label="搜索", method="search", max_length=100)
    session = django_filters.ChoiceFilter(label="届次", field_name="session__key", empty_label="全部届次")
    state = django_filters.ChoiceFilter(label="状态", choices=ProposalState.choices, empty_label="全部状态")
    unit = django_filters.ModelChoiceFilter(
        label="承办单位", queryset=Unit.objects.all(), method="by_unit", empty_label="全部单位"
    )
    leader = django_filters.ModelChoiceFilter(
        label="分管领导", queryset=Leader.objects.all(), method="by_leader", empty_label="全部领导"
    )
    category = django_filters.ModelChoiceFilter(label="类别", queryset=Category.objects.all(), empty_label="全部类别")
    result = django_filters.CharFilter(label="办理结果", method="by_class")
    rating = django_filters.CharFilter(label="评价", method="by_rating")
    kind = django_filters.ChoiceFilter(label="类型", choices=Proposal.Kind.choices, empty_label="大会和平时")
    mode = django_filters.ChoiceFilter(label="办理方式", choices=Proposal.Mode.choices, empty_label="全部方式")
    key = django_filters.BooleanFilter(label="只看重点提案", method="only_key", widget=forms.CheckboxInput)
    overdue = django_filters.BooleanFilter(label="只看超期", method="only_overdue", widget=forms.CheckboxInput)

    class Meta:
        model = Proposal
        fields = ()

    def __init__(self, *args, today=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today or timezone.localdate()
        self.sessions = {one.key: one for one in Session.objects.prefetch_related("classes", "ratings")}
        classes = {found.code: f"{found.code}类" for one in self.sessions.values() for found in one.classes.all()}
        ratings = {found.name: found.name for one in self.sessions.values() for found in one.ratings.all()}
        self.form.fields["session"].choices = [(key, one.label) for key, one in self.sessions.items()]
        for name, choices, all_of_them in (
            ("result", sorted(classes.items()), "全部结果"),
            ("rating", list(ratings.items()), "全部评价"),
        ):
            self.form.fields[name] = forms.ChoiceField(
                label=self.filters[name].label, required=False, choices=[("", all_of_them), *choices]
            )

    @cached_property
    def tally(self):
        """The figures of the session asked for, else of the newest: a class means something only in its session."""
        key = self.form.cleaned_data.get("session") or next(iter(self.sessions), None)
        return tally(self.sessions[key]) if key else None

    def search(self, queryset, name, value):
        """Every word must be found in number, title, text or proposer."""
        for word in value.split():
            queryset = queryset.filter(
                Q(number__icontains=word)
                | Q(title__icontains=word)
                | Q(text__icontains=word)
                | Exists(Proposal.objects.filter(pk=OuterRef("pk"), proposers__name__icontains=word))
            )
        return queryset

    def by_unit(self, queryset, name, unit):
        return of_unit(queryset, unit)

    def by_leader(self, queryset, name, leader):
        return of_leader(queryset, leader, self.today)

    def by_class(self, queryset, name, value):
        return self._behind(queryset, "classes", value)

    def by_rating(self, queryset, name, value):
        return self._behind(queryset, "ratings", "final", value)

    def _behind(self, queryset, *figure):
        return queryset.filter(pk__in=self.tally.ids(*figure)) if self.tally else queryset.none()

    def only_key(self, queryset, name, value):
        return queryset.filter(is_key=True) if value else queryset

    def only_overdue(self, queryset, name, value):
        return late_on(queryset, self.today) if value else queryset
