"""Forms of the list: names of saved filters, the choice of columns, a note for many."""

from django import forms

from apps.proposals.forms import NoteField

from ..models import SavedFilter
from .columns import COLUMNS


class SavedFilterForm(forms.ModelForm):
    """A filter to be kept, or one that is kept; that its name is free is seen when it is stored."""

    class Meta:
        model = SavedFilter
        fields = ("name", "is_on_top")

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())


class ColumnsForm(forms.Form):
    columns = forms.MultipleChoiceField(
        label="显示的列",
        required=False,
        choices=[(column.key, column.label) for column in COLUMNS if not column.is_fixed],
        widget=forms.CheckboxSelectMultiple,
    )


class NoteForAllForm(forms.Form):
    note = NoteField("说明", required=False)
