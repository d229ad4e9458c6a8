"""Forms of sending a reply out and taking its receipt in. Field names are the operations' parameter names."""

from django import forms

from apps.proposals.attachments import SCANS
from apps.proposals.forms import ActionForm, DayField, NoteField, UploadField
from apps.replies.models import Reply
from apps.replies.queries import next_number


def _not_in_future(form, name):
    day = form.cleaned_data[name]
    if day > form.today:
        raise forms.ValidationError("日期在今天之后，请核对。")
    return day


class IssueForm(ActionForm):
    number = forms.CharField(label="答复文号", max_length=60, help_text="如 大渡口建委函〔2020〕12号")
    issued_on = DayField(label="答复日期")
    means = forms.ChoiceField(label="寄送方式", choices=Reply.Means.choices)
    note = NoteField("说明", required=False, help_text="答复日期早于领导审签日期时必须写明原因")

    def prepare(self):
        self.fields["issued_on"].initial = self.today
        self.fields["number"].initial = next_number(self.thing.case.unit, self.today.year)

    def clean_issued_on(self):
        return _not_in_future(self, "issued_on")


class ReceiptForm(ActionForm):
    """From the paper form that the proposer filled in."""

    rating = forms.ModelChoiceField(None, label="评价", widget=forms.RadioSelect, empty_label=None)
    received_on = DayField(label="回执日期")
    scan = UploadField(SCANS, label="回执扫描件", help_text="PDF、JPG 或 PNG")
    comment = forms.CharField(
        label="提案者意见", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    note = NoteField("说明", required=False, help_text="回执日期早于答复日期时必须写明原因")

    def prepare(self):
        self.fields["rating"].queryset = self.thing.reply.case.proposal.session.ratings.all()
        self.fields["received_on"].initial = self.today

    def clean_received_on(self):
        return _not_in_future(self, "received_on")
