"""Who may do what in the office's part, and the event that every change leaves."""

from django.forms import ModelChoiceField
from django.utils import timezone

from apps.accounts.admin import ByPost, is_office
from apps.audit.operations import record


class OfficeOnly(ByPost):
    """For the government office alone; what a form changed is recorded in the transaction of the change."""

    allows = staticmethod(is_office)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        data = self.changes(form, formsets)
        if not change or data:
            self.record(request, form.instance, "change" if change else "create", data)

    def changes(self, form, formsets):
        """What the event says of the change."""
        return changes_of(form, formsets)

    def record(self, request, thing, action, data):
        record(
            action=f"{self.opts.model_name}.{action}",
            target_type=self.opts.model_name,
            target_key=str(thing.pk),
            target_name=str(thing),
            actor_key=request.user.username,
            actor_name=str(request.user),
            at=timezone.now(),
            data=data,
        )


class LookOnly:
    """Nothing is added or changed here."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


def changes_of(form, formsets):
    """What a person changed with a form and its inlines: {"changed": {label: [before, after]}, "added": …}."""
    found = {}
    if changed := _changed_fields(form):
        found["changed"] = changed
    for formset in formsets:
        added = [str(one) for one in formset.new_objects]
        removed = [str(one) for one in formset.deleted_objects]
        changed = {
            str(row.instance): _changed_fields(row) for row in formset.initial_forms if row.instance in _rows(formset)
        }
        name = formset.model._meta.verbose_name
        for what, those in (("added", added), ("removed", removed), ("changed", changed)):
            if those:
                found.setdefault(f"{what}_rows", {})[str(name)] = those
    return found


def _rows(formset):
    return [row for row, _ in formset.changed_objects]


def _changed_fields(form):
    return {
        str(form.fields[name].label): [_as_text(form, name, form.initial.get(name)), _as_text(form, name, value)]
        for name, value in ((name, form.cleaned_data.get(name)) for name in form.changed_data)
        if name in form.fields
    }


def _as_text(form, name, value):
    """A value as a person reads it: of a chosen row its name, not its key."""
    field = form.fields[name]
    if isinstance(field, ModelChoiceField) and value and not hasattr(value, "pk"):
        value = field.queryset.model.objects.filter(pk=value).first()
    return "" if value is None else str(value)
