"""Forms of the papers' pages. Field names are the operations' parameter names."""

from django import forms

from apps.proposals.forms import DayField, NoteField
from apps.proposals.models import Proposer
from apps.replies.queries import next_number

from .models import Batch


class LookForm(forms.Form):
    """What a look at a paper may ask for: a copy for one proposer, or the number and day it is about to have."""

    to = forms.ModelChoiceField(Proposer.objects.none(), required=False)
    number = forms.CharField(max_length=60, required=False)
    dated_on = forms.DateField(required=False)
    signer = forms.CharField(max_length=40, required=False)
    issued_on = forms.DateField(required=False)  # the day, as the page of 寄送答复 names it

    def __init__(self, data, *, addressees):
        super().__init__(data)
        asked = Proposer.objects.filter(pk__in=[each.pk for each in addressees])
        self.fields["to"].queryset = asked.select_related("proposal")

    def clean(self):
        data = super().clean()
        data["dated_on"] = data.get("dated_on") or data.get("issued_on")
        return data


class DispatchForm(forms.Form):
    number = forms.CharField(label="发文字号", max_length=60, help_text="如 大渡口府函〔2020〕12号")
    dated_on = DayField(label="成文日期")
    signer = forms.CharField(label="签发人", max_length=40, required=False)
    copies = forms.IntegerField(label="份数", min_value=1, max_value=9999, initial=1)

    def __init__(self, *args, series, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["number"].initial = next_number(series, today.year)
        self.fields["dated_on"].initial = today

    def clean_number(self):
        return "".join(self.cleaned_data["number"].split())

    def clean_dated_on(self):
        day = self.cleaned_data["dated_on"]
        if day > self.today:
            raise forms.ValidationError("日期在今天之后，请核对。")
        return day


class VoidForm(forms.Form):
    note = NoteField("作废原因")


class BatchForm(forms.Form):
    form = forms.ChoiceField(label="形式", choices=Batch.Form.choices)
