"""Filters of the audit trail."""

import django_filters
from django import forms
from django.db.models import Q

from apps.audit.models import Event

from .telling import actions_called


class EventFilter(django_filters.FilterSet):
    actor = django_filters.CharFilter(label="操作人", field_name="actor_name", lookup_expr="icontains", max_length=100)
    target = django_filters.CharFilter(label="对象", field_name="target_name", lookup_expr="icontains", max_length=100)
    action = django_filters.CharFilter(label="操作", method="by_action", max_length=100)
    since = django_filters.DateFilter(
        label="自", field_name="at", lookup_expr="date__gte", widget=forms.DateInput(attrs={"type": "date"})
    )
    until = django_filters.DateFilter(
        label="至", field_name="at", lookup_expr="date__lte", widget=forms.DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = Event
        fields = ()

    def __init__(self, data, **kwargs):
        super().__init__(data, Event.objects.order_by("-seq"), **kwargs)

    def by_action(self, queryset, name, value):
        """By its Chinese name or its code."""
        return queryset.filter(Q(action__icontains=value) | Q(action__in=actions_called(value)))
