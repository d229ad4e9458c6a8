"""Forms of the letter's approval. Field names are the operations' parameter names."""

from django import forms

from apps.accounts.queries import leaders_with_somebody
from apps.proposals.forms import ActionForm, DayField, NoteField
from apps.replies.queries import next_number
from apps.units.models import Leader

from .operations import YEAR_IN_BRACKETS


class SubmitForm(ActionForm):
    signer = forms.ModelChoiceField(Leader.objects.all(), label="签发领导")
    note = NoteField("说明", required=False, help_text="还有未完成事项的，写明为什么仍要送审")

    def prepare(self):
        self.fields["signer"].initial = self.thing.signer or leaders_with_somebody(self.today).first()


class IssueForm(ActionForm):
    number = forms.CharField(label="发文字号", max_length=60)
    dated_on = DayField(label="成文日期")

    def prepare(self):
        session, letter = self.thing.session, self.thing
        self.fields["number"].initial = letter.number or next_number(session.office_series, self.today.year)
        self.fields["number"].help_text = f"如 {session.office_series or '大渡口府函'}〔{session.year}〕280号"
        self.fields["dated_on"].initial = letter.dated_on or self.today

    def clean_number(self):
        return YEAR_IN_BRACKETS.sub(r"〔\1〕", "".join(self.cleaned_data["number"].split()))
