"""Forms of sending a reply out and taking its receipt in. Field names are the operations' parameter names."""

from django import forms

from apps.proposals.attachments import SCANS
from apps.proposals.forms import ActionForm, DayField, NoteField, UploadField
from apps.proposals.models import Proposer
from apps.replies.models import Reply
from apps.replies.queries import next_number

from .queries import proposers_asked, still_to_do_before_closing_unanswered


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
        self.fields["number"].initial = next_number(self.thing.case.unit.series, self.today.year)
        if self.thing.is_meeting:
            self.fields["number"].initial = ""
            self.fields["number"].required = False
            self.fields["number"].help_text = "当面答复可不编文号"

    def clean_issued_on(self):
        return _not_in_future(self, "issued_on")


class ReceiptForm(ActionForm):
    """From the paper form that the proposer filled in."""

    rating = forms.ModelChoiceField(None, label="评价", widget=forms.RadioSelect, empty_label=None)
    attitude = forms.ModelChoiceField(None, label="对办理态度的评价", widget=forms.RadioSelect, empty_label=None)
    received_on = DayField(label="回执日期")
    scan = UploadField(SCANS, label="回执扫描件", help_text="PDF、JPG 或 PNG")
    comment = forms.CharField(
        label="提案者意见", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    note = NoteField("说明", required=False, help_text="回执日期早于答复日期时必须写明原因")

    def prepare(self):
        session = self.thing.workflow_proposal.session
        self.fields["rating"].queryset = self.fields["attitude"].queryset = session.ratings.all()
        if session.asks_attitude:
            self.fields["rating"].label = "对办理结果的评价"
        else:
            del self.fields["attitude"]
        self.fields["received_on"].initial = self.today

    def clean_received_on(self):
        return _not_in_future(self, "received_on")


class LinkForm(ReceiptForm):
    """What the proposers fill in themselves: no scan, and the day is the day."""

    def prepare(self):
        super().prepare()
        for name in ("scan", "received_on", "note"):
            del self.fields[name]
        self.fields["comment"].label = "您的意见"
        self.fields["comment"].widget.attrs["rows"] = 5


class ParkForm(ReceiptForm):
    """A form that came before its reply was recorded."""

    proposer = forms.ModelChoiceField(None, label="提案者", empty_label=None, widget=forms.RadioSelect)
    field_order = ("proposer",)

    def prepare(self):
        super().prepare()
        asked = proposers_asked(self.thing)
        self.fields["proposer"].queryset = Proposer.objects.filter(pk__in=[one.pk for one in asked])
        self.fields["proposer"].initial = asked[0] if asked else None
        self.fields["note"].help_text = ""


class AmendForm(ReceiptForm):
    """What the receipt really says; the scan stays."""

    note = NoteField("更正原因")

    def prepare(self):
        super().prepare()
        del self.fields["scan"]
        for name in set(self.fields) - {"note"}:
            self.fields[name].initial = getattr(self.thing, name)


class UnansweredForm(ActionForm):
    note = NoteField("说明", required=False)

    def prepare(self):
        if missing := still_to_do_before_closing_unanswered(self.thing, self.today):
            self.fields["note"].help_text = "".join(missing) + "如提案者去世、离任等，请在这里写明，即可结案。"
        else:
            self.fields["note"].help_text = "反馈期限已过，也已催收两次，可以结案；评价仍记“未反馈”。"


class AgreedForm(ActionForm):
    leader_consent = forms.CharField(label="领导同意的情况", max_length=500, help_text="哪位领导、何时同意")
    committee_consent = forms.CharField(
        label="提案委同意的情况", max_length=500, help_text="何人、何时、以何种方式同意"
    )
    note = NoteField("商定结案的理由")
