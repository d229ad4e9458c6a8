"""Filters and search of the list of proposals."""

import re

import django_filters
from django import forms
from django.db.models import CharField, Count, Exists, IntegerField, OuterRef, Q, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.functional import cached_property

from apps.documents.workbooks import WIDE
from apps.figures.queries import tally
from apps.proposals.models import Case, Category, Proposal, Proposer, Rating, ResultClass, Session
from apps.proposals.queries import number_as_printed, overdue_on
from apps.proposals.workflow import CaseState, ProposalState
from apps.reports.tables import SEPARATOR
from apps.units.models import Leader, Unit
from apps.units.queries import unit_ids_of

QUOTED = str.maketrans("《》", "  ")
NUMBERED = re.compile(r"第?(\d+)号(?:提案)?")  # as a number stands in papers


def of_unit(proposals, unit):
    """Proposals that the unit has a live case of."""
    cases = Case.objects.exclude(state=CaseState.ENDED).filter(unit=unit)
    return proposals.filter(pk__in=cases.values("proposal_id"))


def of_leader(proposals, leader, today):
    """Proposals that the leader signs or supervises on the day."""
    held = Q(unit_id__in=unit_ids_of([leader], today)) | Q(named_signer=leader)
    cases = Case.objects.exclude(state=CaseState.ENDED).filter(held)
    return proposals.filter(Q(pk__in=cases.values("proposal_id")) | Q(supervising_leader=leader))


def late_on(proposals, today, units=()):
    """Proposals with a case that is late with what it waits for. `units`: ids, to look at their cases alone."""
    late = Case.objects.filter(overdue_on(today))
    if units:
        late = late.filter(unit_id__in=units)
    return proposals.filter(pk__in=late.values("proposal_id"))


def _put_by(name):
    """Filter for proposals of which a proposer's name holds the text."""
    return Exists(Proposer.objects.filter(proposal=OuterRef("pk"), name__icontains=name))


def choices_of_rows():
    """What can be chosen of what the office keeps: filter → [(value, label)], in order; one query for all of them."""
    text = CharField()

    def chosen(model, name, value, label, order):
        columns = Value(name, text), Cast(value, text), Cast(label, text), Cast(order, IntegerField())
        return model.objects.order_by().values_list(*columns)

    rows = [chosen(ResultClass, "result", "code", "code", "rank"), chosen(Rating, "rating", "name", "name", "rank")]
    rows += [chosen(model, name, "pk", "name", "order")
             for model, name in ((Unit, "unit"), (Leader, "leader"), (Category, "category"))]  # fmt: skip
    found = {"result": {}, "rating": {}, "unit": {}, "leader": {}, "category": {}}
    for name, value, label, _ in sorted(rows[0].union(*rows[1:]), key=lambda row: (row[3], row[2])):
        found[name].setdefault(value, f"{label}类" if name == "result" else label)
    return {name: list(choices.items()) for name, choices in found.items()}


class ProposalFilter(django_filters.FilterSet):
    """Each field narrows; class and rating are counted by `figures`, so that list and figures always agree.

    `units`: ids of the units to whose cases alone the view of this user reaches; empty for those above them.
    """

    q = django_filters.CharFilter(label="搜索", method="search", max_length=100)
    session = django_filters.ChoiceFilter(label="届次", field_name="session__key", empty_label="全部届次")
    state = django_filters.ChoiceFilter(label="状态", choices=ProposalState.choices, empty_label="全部状态")
    result = django_filters.ChoiceFilter(label="办理结果", method="by_class", empty_label="全部结果")
    rating = django_filters.ChoiceFilter(label="评价", method="by_rating", empty_label="全部评价")
    unit = django_filters.ChoiceFilter(label="承办单位", method="by_unit", empty_label="全部单位")
    leader = django_filters.ChoiceFilter(label="分管领导", method="by_leader", empty_label="全部领导")
    category = django_filters.ChoiceFilter(label="类别", empty_label="全部类别")
    proposer = django_filters.CharFilter(label="提案者", method="by_proposer", max_length=60)
    kind = django_filters.ChoiceFilter(label="类型", choices=Proposal.Kind.choices, empty_label="大会和平时")
    mode = django_filters.ChoiceFilter(label="办理方式", choices=Proposal.Mode.choices, empty_label="全部方式")
    key = django_filters.BooleanFilter(label="只看重点提案", method="only_key", widget=forms.CheckboxInput)
    overdue = django_filters.BooleanFilter(label="只看超期", method="only_overdue", widget=forms.CheckboxInput)
    figure = django_filters.CharFilter(label="数字", method="by_figure", max_length=100, widget=forms.HiddenInput)

    class Meta:
        model = Proposal
        fields = ()

    def __init__(self, *args, today=None, units=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.today, self.units = today or timezone.localdate(), units
        self.sessions = {one.key: one for one in Session.objects.all()}
        sessions = [(key, one.label) for key, one in self.sessions.items()]
        for name, choices in (("session", sessions), *choices_of_rows().items()):
            self.form.fields[name].choices = choices

    def filter_queryset(self, queryset):
        """Narrowed by every field; `any_state`: by every other one than the state."""
        for name, value in self.form.cleaned_data.items():
            if name != "state":
                queryset = self.filters[name].filter(queryset, value)
        self.any_state = queryset
        return self.filters["state"].filter(queryset, self.form.cleaned_data.get("state"))

    @cached_property
    def state_counts(self):
        """State → how many proposals the list has in it, the chosen state aside: its tabs. One query."""
        _ = self.qs
        counts = self.any_state.order_by().values_list("state").annotate(count=Count("pk"))
        return dict(counts)

    @property
    def count(self):
        """How many proposals the list has."""
        state = self.form.cleaned_data.get("state") if self.is_bound else ""
        return self.state_counts.get(state, 0) if state else sum(self.state_counts.values())

    @cached_property
    def tally(self):
        """The figures of the session asked for, else of the newest: a class means something only in its session."""
        key = self.form.cleaned_data.get("session") or next(iter(self.sessions), None)
        return tally(self.sessions[key]) if key else None

    @property
    def has_tally(self):
        """Whether the list is of one session's figures, which `tally` has read already."""
        return "tally" in self.__dict__ and self.tally is not None

    def search(self, queryset, name, value):
        """Every word must be found in number, title, text or proposer; 第16号 is that very number."""
        for word in value.translate(QUOTED).split():
            narrow = word.translate(WIDE)
            found = Q(number__icontains=narrow) | Q(title__icontains=word) | Q(text__icontains=word) | _put_by(word)
            if narrow != word:
                found |= Q(title__icontains=narrow) | Q(text__icontains=narrow)
            if number := NUMBERED.fullmatch(narrow):
                found |= Q(number=number_as_printed(number[1]))
            queryset = queryset.filter(found)
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

    def by_figure(self, queryset, name, value):
        try:
            return self._behind(queryset, *value.split(SEPARATOR))
        except KeyError:  # no such figure: nothing is behind it
            return queryset.none()

    def by_proposer(self, queryset, name, value):
        return queryset.filter(_put_by(value))

    def only_key(self, queryset, name, value):
        return queryset.filter(is_key=True) if value else queryset

    def only_overdue(self, queryset, name, value):
        return late_on(queryset, self.today, self.units) if value else queryset
