"""Forms of the actions on replies. Field names are the operations' parameter names."""

from django import forms
from django.forms import formset_factory

from apps.proposals.attachments import DOCUMENTS, SCANS
from apps.proposals.forms import ActionForm, DayField, NoteField, UploadField
from apps.proposals.queries import signers_of
from apps.proposals.workflow import CaseRole, CaseState
from apps.units.models import Leader

from .models import Reply


class CommitmentForm(forms.Form):
    text = forms.CharField(label="承诺事项", required=False, max_length=500)
    due_on = DayField(label="完成时限", required=False)

    def clean(self):
        data = super().clean()
        if data.get("text") and not data.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", "请填写完成时限。")
        if data.get("due_on") and not data.get("text"):
            self.add_error("text", "请写明承诺事项。")
        return data


CommitmentSet = formset_factory(CommitmentForm, extra=2, max_num=20, absolute_max=20)


class ReplyForm(ActionForm):
    """The draft of a reply. All may be empty while it is a draft; what is lacking is told before 送审."""

    body = forms.CharField(
        label="答复正文",
        required=False,
        max_length=50000,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="逐条答复提案所提问题，每段一行。称谓、落款和回执由系统在打印时加上",
    )
    result_class = forms.ModelChoiceField(
        None, label="办理结果", required=False, widget=forms.RadioSelect, empty_label=None, blank=False
    )
    class_reason = forms.CharField(
        label="未能解决的原因", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    publicity = forms.ChoiceField(
        label="公开属性", required=False, choices=Reply.Publicity.choices, widget=forms.RadioSelect
    )
    no_contact = forms.ChoiceField(
        label="办理前未沟通的原因",
        required=False,
        choices=(("", "已有办前沟通记录"), *Reply.NoContact.choices),
        widget=forms.RadioSelect,
    )
    no_opinion = forms.CharField(
        label="未取得会办意见的原因", required=False, max_length=200, help_text="协办单位都已提出意见时不填"
    )
    summary = forms.CharField(
        label="办理成效摘要",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="供年度通报选用：办了什么、办到什么程度，一两句话",
    )
    files = UploadField(DOCUMENTS, label="答复附件", required=False, help_text="随答复一并寄送的材料，可一次选几个文件")

    def prepare(self):
        case, reply = self._case(), self._reply()
        classes = case.proposal.session.classes.all()
        self.fields["result_class"].queryset = classes
        self.fields["result_class"].label_from_instance = lambda found: f"{found}（{found.wording}）"
        if not case.proposal.cases.filter(role=CaseRole.ASSIST).exclude(state=CaseState.ENDED).exists():
            del self.fields["no_opinion"]
        if case.round > 1:
            self.fields["no_contact"].label = "本轮未沟通的原因"
        promised = []
        if reply:
            for name in set(self.fields) - {"files"}:
                self.fields[name].initial = getattr(reply, name)
            promised = [{"text": one.text, "due_on": one.due_on} for one in reply.commitments.all()]
        self.commitments = CommitmentSet(
            self.data if self.is_bound else None, initial=None if self.is_bound else promised, prefix="commitments"
        )

    def formsets(self):
        return [self.commitments]

    def _case(self):
        return self.thing.workflow_case

    def _reply(self):
        return self.thing if isinstance(self.thing, Reply) else None

    def is_valid(self):
        return super().is_valid() & self.commitments.is_valid()

    def clean(self):
        data = super().clean()
        if self.commitments.is_valid():
            data["commitments"] = [
                {"text": one["text"], "due_on": one["due_on"]}
                for one in (form.cleaned_data for form in self.commitments)
                if one.get("text")
            ]
            if any(one["due_on"] < self.today for one in data["commitments"]):
                raise forms.ValidationError("承诺事项的完成时限已过，请填写今后的日期。")
        return data


class PolishForm(ActionForm):
    body = forms.CharField(label="答复正文", max_length=50000, widget=forms.Textarea(attrs={"rows": 16}))
    note = NoteField("核改说明", required=False)

    def prepare(self):
        self.fields["body"].initial = self.thing.body


class ReturnForm(ActionForm):
    note = NoteField("退回理由")


class ForwardForm(ActionForm):
    signer = forms.ModelChoiceField(Leader.objects.all(), label="报请审签的领导", empty_label="请选择")
    note = NoteField("说明", required=False, help_text="所选不是该单位的分管领导时必须写明原因")

    def prepare(self):
        self.fields["signer"].initial = signers_of([self.thing.case], self.today).get(self.thing.case_id)


class RedirectForm(ActionForm):
    signer = forms.ModelChoiceField(Leader.objects.all(), label="转请哪位领导审签", empty_label="请选择")
    note = NoteField("转请的理由")


class PaperSignatureForm(ActionForm):
    """The printed sheet that the leader signed, matched to the text by its code."""

    code = forms.CharField(label="签字件上的校验码", max_length=20, help_text="审签单右上角，如 1A2B-3C4D-5E6F")
    scan = UploadField(SCANS, label="签字件扫描件", help_text="PDF、JPG 或 PNG")


class MeetingForm(ReplyForm):
    """当面答复: the record of a meeting in place of a second letter."""

    held_on = DayField(label="会面日期")
    people = forms.CharField(label="参加人员", max_length=200)
    field_order = ("held_on", "people", "body", "result_class", "class_reason", "publicity")

    def prepare(self):
        super().prepare()
        for name in ("no_contact", "no_opinion"):
            self.fields.pop(name, None)
        self.fields["body"].label = "会面情况"
        self.fields["body"].help_text = "当面答复了什么、提案者的意见，每段一行"
        for name in ("body", "result_class", "publicity"):
            self.fields[name].required = True
        self.fields["held_on"].initial = self.today
        self.order_fields(self.field_order)


class ProgressForm(ActionForm):
    text = forms.CharField(label="进展情况", max_length=5000, widget=forms.Textarea(attrs={"rows": 5}))
    files = UploadField(DOCUMENTS, label="佐证材料", required=False, help_text="验收单、照片等，可一次选几个文件")


class VerifyForm(ActionForm):
    """Whether the class of the reply is another one now; that of the year's letter never changes."""

    current_class = forms.ModelChoiceField(
        None,
        label="现行办理结果",
        required=False,
        empty_label="不变",
        help_text="落实后可改为A类；当年通报中的类别不变",
    )
    note = NoteField("核实情况", required=False)

    def prepare(self):
        self.fields["current_class"].queryset = self.thing.workflow_proposal.session.classes.all()


class PostponeForm(ActionForm):
    due_on = DayField(label="新的完成时限")
    note = NoteField("调整原因")

    def prepare(self):
        self.fields["due_on"].initial = self.thing.due_on


class LapseForm(ActionForm):
    leader_consent = forms.CharField(label="领导同意的情况", max_length=500, help_text="哪位领导、何时、以何种方式同意")
    proposer_told = forms.CharField(label="告知提案者的情况", max_length=500, help_text="何时、以何种方式告知")
    note = NoteField("不再落实的原因")


class SignForm(ActionForm):
    content_hash = forms.CharField(widget=forms.HiddenInput)

    def prepare(self):
        self.fields["content_hash"].initial = self.thing.content_hash
