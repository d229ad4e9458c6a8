"""Forms of the actions on proposals and cases. Field names are the operations' parameter names."""

import re

from django import forms
from django.utils import timezone

from apps.accounts.forms import DayField
from apps.units.models import Leader, Unit
from apps.units.queries import units_in_being

from .attachments import DOCUMENTS, SCANS, files_of, media_type_of
from .models import Attachment, Category, Contact, Proposal, Proposer, Sector, Session
from .queries import number_as_printed
from .workflow import CaseRole, CaseState, Refused


class NoteField(forms.CharField):
    """The written reason of an action."""

    def __init__(self, label="说明", required=True, **kwargs):
        super().__init__(
            label=label, required=required, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), **kwargs
        )


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class UploadField(forms.FileField):
    """Files, one or several, whose kind is decided by their content; cleaned to a list."""

    widget = FilesInput

    def __init__(self, allowed, **kwargs):
        self.allowed = allowed
        super().__init__(**kwargs)
        self.widget.attrs["accept"] = ",".join(allowed.values())

    def clean(self, data, initial=None):
        files = list(data) if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            super().clean(None, initial)  # says that one is needed, where it is
        return [self._cleaned(file) for file in files]

    def _cleaned(self, file):
        file = super().clean(file)
        try:
            media_type_of(file, self.allowed)
        except Refused as refused:
            raise forms.ValidationError(list(refused.reasons)) from None
        return file


class ActionForm(forms.Form):
    """A form about one thing (proposal, case, reply, receipt); `user` and `at` for defaults and choices."""

    def __init__(self, *args, thing, user, at, **kwargs):
        self.thing, self.user, self.at = thing, user, at
        super().__init__(*args, **kwargs)
        self.prepare()

    def prepare(self):
        """Narrows choices and sets first values from the thing."""

    def formsets(self):
        """Lines that belong to the form, such as the promises of a reply."""
        return []

    @property
    def today(self):
        return timezone.localdate(self.at)


def id_in(text):
    """The id that an address or a form names; None where it is none, or one that no database takes."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def version_seen(request):
    """The version that a page showed, from its hidden field; -1, which none is, for anything else."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1


class NoteForm(ActionForm):
    note = NoteField()


class OptionalNoteForm(ActionForm):
    note = NoteField(required=False)


def paper_fields():
    """What the office adds when it enters a unit's action from signed paper (代录)."""
    return {
        "entered_for": forms.CharField(label="代谁办理", max_length=60, help_text="签字人的单位、姓名"),
        "paper_scan": UploadField(SCANS, label="签字件扫描件", help_text="PDF、JPG 或 PNG"),
    }


class SeveralField(forms.ModelMultipleChoiceField):
    """Several things by their ids. One that no database takes is one that is not there."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value):
        for text in value or ():
            if id_in(text) is None:
                raise forms.ValidationError(self.error_messages["invalid_pk_value"], "invalid_pk_value", {"pk": text})
        return super().clean(value)


class InBeing:
    """Makes a field offer the units that are not dissolved by today; forms live for a request, their classes do not."""

    def __init__(self, **kwargs):
        super().__init__(Unit.objects.none(), **kwargs)

    def __deepcopy__(self, memo):  # for every form that is made
        field = super().__deepcopy__(memo)
        field.queryset = units_in_being(timezone.localdate())
        return field


class UnitField(InBeing, forms.ModelChoiceField):
    """One unit that can still be given something to handle."""


class UnitsField(InBeing, SeveralField):
    """As UnitField, several of them."""


PROPOSER = re.compile(r"[、，,；;\n]+")


class RegisterForm(forms.Form):
    """A proposal as it came, its proposers as 张三、李四 or one a line. Of a secret one nobody has to type either."""

    use_required_attribute = False  # a browser would ask for the title of a secret one

    session = forms.ModelChoiceField(Session.objects.all(), label="届次", empty_label=None)
    number = forms.CharField(label="案号", max_length=20, help_text="按政协编号填写，如 084")
    is_secret = forms.BooleanField(
        label="涉密提案",
        required=False,
        help_text="只登记案号、类型和接收日期，案由、提案者等一律不填，也不保存；线下办理",
    )
    title = forms.CharField(label="案由", max_length=200)
    proposers = forms.CharField(
        label="提案者",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="多人用顿号隔开，第一提案人写在最前",
    )
    form = forms.ChoiceField(label="提案形式", choices=Proposal.Form.choices)
    kind = forms.ChoiceField(label="提案类型", choices=Proposal.Kind.choices)
    sector = forms.ModelChoiceField(Sector.objects.all(), label="界别", required=False)
    category = forms.ModelChoiceField(Category.objects.all(), label="类别", required=False)
    received_on = DayField(label="接收日期")
    phone = forms.CharField(label="联系电话", max_length=60, required=False)
    address = forms.CharField(label="通信地址", max_length=200, required=False)
    contact_person = forms.CharField(label="集体联系人", max_length=60, required=False, help_text="集体提案填写")
    wished_units = forms.CharField(label="建议承办单位", max_length=200, required=False)
    text = forms.CharField(
        label="提案内容", required=False, max_length=100000, widget=forms.Textarea(attrs={"rows": 8})
    )
    remark = forms.CharField(label="备注", max_length=500, required=False)
    files = UploadField(DOCUMENTS, label="提案原件、附图等", required=False, help_text="可一次选几个文件")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_bound and self["is_secret"].data:
            for name in ("title", "proposers"):
                self.fields[name].required = False

    def clean_proposers(self):
        names = [name.strip() for name in PROPOSER.split(self.cleaned_data["proposers"]) if name.strip()]
        if len(set(names)) < len(names):
            raise forms.ValidationError("提案者有重复，请核对。")
        if any(len(name) > 60 for name in names):
            raise forms.ValidationError("提案者姓名过长，请用顿号隔开各人。")
        return [{"name": name} for name in names]

    def clean(self):
        data = super().clean()
        for name in ("phone", "address", "contact_person"):
            value = data.pop(name, "")
            if data.get("proposers"):
                data["proposers"][0][name] = value
        return data


class RolesForm(ActionForm):
    """Which units handle a proposal: the lead, the assisting ones, or several separate ones."""

    mode = forms.ChoiceField(label="办理方式", choices=Proposal.Mode.choices, widget=forms.RadioSelect)
    lead = UnitField(label="主办单位", required=False, help_text="独办、主办+协办时选择")
    assists = UnitsField(label="协办单位", required=False)
    separates = UnitsField(label="分办单位", required=False)
    reply_due_on = DayField(
        label="答复期限",
        required=False,
        help_text="不填则按本届次规定的时限计算，扣除法定节假日；晚于规定的须在说明中写明谁同意、为什么",
    )
    note = NoteField(required=False)

    def clean(self):
        data = super().clean()
        mode = data.get("mode")
        roles = []
        if mode == Proposal.Mode.SEPARATE:
            if data.get("lead") or data.get("assists"):
                raise forms.ValidationError("分办不设主办、协办单位，请清除后再提交。")
            roles = [(unit, CaseRole.SEPARATE) for unit in data.get("separates") or ()]
            if len(roles) < 2:
                self.add_error("separates", "分办须选择两个以上单位。")
        elif mode:
            if not data.get("lead"):
                self.add_error("lead", "请选择主办单位。")
            else:
                roles.append((data["lead"], CaseRole.LEAD))
            if data.get("separates"):
                self.add_error("separates", "只有分办才选择分办单位。")
            assists = data.get("assists") or ()
            if mode == Proposal.Mode.SOLE and assists:
                self.add_error("assists", "独办不设协办单位；如需协办，请选择“主办+协办”。")
            if mode == Proposal.Mode.LEAD and not assists:
                self.add_error("assists", "请选择协办单位；如无协办，请选择“独办”。")
            if data.get("lead") in assists:
                self.add_error("assists", "主办单位不能同时是协办单位。")
            roles += [(unit, CaseRole.ASSIST) for unit in assists]
        due = data.get("reply_due_on")
        if due and due <= self.today:
            self.add_error("reply_due_on", "答复期限应晚于今天。")
        return {"roles": roles, "reply_due_on": due, "note": data.get("note", "")}


class AdjustForm(ActionForm):
    """Units to take out and to add; the others are not touched."""

    removed = SeveralField(None, label="移出的单位", required=False)
    lead = UnitField(label="新的主办单位", required=False)
    assists = UnitsField(label="增加的协办单位", required=False)
    separates = UnitsField(label="增加的分办单位", required=False)
    reply_due_on = DayField(label="新增单位的答复期限", required=False, help_text="不填则从今天起按本届次规定计算")
    note = NoteField("调整原因")

    def prepare(self):
        self.fields["removed"].queryset = self.thing.cases.exclude(
            state__in=(CaseState.ENDED, CaseState.CLOSED)
        ).select_related("unit")

    def clean(self):
        data = super().clean()
        added = [(data["lead"], CaseRole.LEAD)] if data.get("lead") else []
        added += [(unit, CaseRole.ASSIST) for unit in data.get("assists") or ()]
        added += [(unit, CaseRole.SEPARATE) for unit in data.get("separates") or ()]
        removed = list(data.get("removed") or ())
        if not added and not removed and not self.errors:
            raise forms.ValidationError("没有选择要增加或移出的单位。")
        due = data.get("reply_due_on")
        if due and due <= self.today:
            self.add_error("reply_due_on", "答复期限应晚于今天。")
        return {"added": added, "removed": removed, "reply_due_on": due, "note": data.get("note", "")}


class ReturnForm(ActionForm):
    suggested_unit = UnitField(label="建议改由哪个单位承办")
    note = NoteField("退办理由")

    def prepare(self):
        suggested = self.fields["suggested_unit"]
        suggested.queryset = suggested.queryset.exclude(pk=self.thing.unit_id)


class ContactForm(ActionForm):
    stage = forms.ChoiceField(label="阶段", choices=Contact.Stage.choices, widget=forms.RadioSelect)
    manner = forms.ChoiceField(label="方式", choices=Contact.Manner.choices)
    held_on = DayField(label="日期")
    people = forms.CharField(label="参加人员", max_length=200, help_text="如 提案者赵堃、本委规划科李经办")
    summary = forms.CharField(label="沟通情况", max_length=5000, widget=forms.Textarea(attrs={"rows": 5}))
    files = UploadField(DOCUMENTS, label="附件", required=False, help_text="可一次选几个文件")

    def prepare(self):
        self.fields["held_on"].initial = self.today
        case = self.thing
        if case.state == CaseState.HANDLING and case.round == 1:
            talked = case.contacts.filter(stage=Contact.Stage.BEFORE).exists()
            self.fields["stage"].initial = Contact.Stage.DURING if talked else Contact.Stage.BEFORE
        elif case.state == CaseState.HANDLING:
            self.fields["stage"].initial = Contact.Stage.DURING
        else:
            self.fields["stage"].initial = Contact.Stage.AFTER

    def clean_held_on(self):
        day = self.cleaned_data["held_on"]
        if day > self.today:
            raise forms.ValidationError("沟通日期在今天之后，请核对。")
        return day


class OpinionForm(ActionForm):
    text = forms.CharField(label="会办意见", required=False, max_length=20000, widget=forms.Textarea(attrs={"rows": 8}))
    files = UploadField(DOCUMENTS, label="附件", required=False, help_text="可一次选几个文件")

    def prepare(self):
        opinion = getattr(self.thing, "opinion", None)
        self.fields["text"].initial = opinion.text if opinion else ""

    def clean(self):
        data = super().clean()
        opinion = getattr(self.thing, "opinion", None)
        there = opinion and files_of(Attachment.Owner.OPINION, opinion.pk).exists()
        if not data.get("text") and not data.get("files") and not there:
            raise forms.ValidationError("请填写会办意见或上传文件。")
        return data


class AttachForm(ActionForm):
    files = UploadField(DOCUMENTS, label="提案原件、附图等", help_text="可一次选几个文件")


class ExtensionForm(ActionForm):
    wanted_on = DayField(label="申请延至")
    note = NoteField("延期理由")

    def prepare(self):
        limit = self.thing.proposal.session.limit("extension")
        due_on = self.thing.reply_due_on
        self.fields["wanted_on"].help_text = f"现在的答复期限是{due_on:%Y-%m-%d}，" if due_on else ""
        self.fields["wanted_on"].help_text += f"延期不超过{limit}"


class OfflineForm(ActionForm):
    closed_on = DayField(label="线下办结日期")

    def prepare(self):
        self.fields["closed_on"].initial = self.today


class SupervisionForm(ActionForm):
    supervising_leader = forms.ModelChoiceField(
        Leader.objects.all(), label="督办领导", required=False, empty_label="不作为重点提案"
    )
    note = NoteField("与提案委商定的情况")

    def prepare(self):
        self.fields["supervising_leader"].initial = self.thing.supervising_leader


class MergeForm(ActionForm):
    main = forms.CharField(label="并入的主提案案号", max_length=20, help_text="如 084；须是本届次尚未答复的提案")
    note = NoteField("并案理由", help_text="写明提案委同意的情况")

    def clean_main(self):
        number = number_as_printed(self.cleaned_data["main"])
        found = Proposal.objects.filter(session=self.thing.session, number=number).first()
        if not found:
            raise forms.ValidationError(f"本届次没有第{number}号提案，请核对案号。")
        return found


class HandBackForm(ActionForm):
    letter = forms.CharField(label="退回函号", max_length=60)
    handed_to = forms.CharField(label="应由谁办理", max_length=100, help_text="如 区委组织部、区法院、市级部门")
    note = NoteField("退回理由")


class TransferForm(ActionForm):
    case = forms.ModelChoiceField(None, label="移交的单位", empty_label=None, widget=forms.RadioSelect)
    successor = UnitField(label="承接的单位")
    note = NoteField("移交依据", help_text="如机构改革文件的名称、文号")

    def prepare(self):
        self.fields["case"].queryset = self.thing.cases.exclude(state=CaseState.ENDED).select_related("unit")


class CarryOverForm(ActionForm):
    reply_due_on = DayField(label="新的答复期限", required=False, help_text="适用于尚未答复的单位；不填则期限不变")
    note = NoteField("结转理由")

    def clean_reply_due_on(self):
        due = self.cleaned_data["reply_due_on"]
        if due and due <= self.today:
            raise forms.ValidationError("新的答复期限应晚于今天。")
        return due


class ProposerForm(forms.Form):
    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label="提案者", max_length=60, required=False)
    position = forms.CharField(label="单位职务", max_length=100, required=False)
    phone = forms.CharField(label="联系电话", max_length=60, required=False)
    address = forms.CharField(label="通信地址", max_length=200, required=False)
    contact_person = forms.CharField(label="集体联系人", max_length=60, required=False)


ProposerSet = forms.formset_factory(ProposerForm, extra=1, max_num=200, absolute_max=200)


class CorrectForm(ActionForm):
    """What was registered wrongly; the list of proposers stands below it, an empty name takes one out."""

    title = forms.CharField(label="案由", max_length=200)
    text = forms.CharField(label="提案内容", required=False, widget=forms.Textarea(attrs={"rows": 6}))
    form = forms.ChoiceField(label="提案形式", choices=Proposal.Form.choices)
    kind = forms.ChoiceField(label="提案类型", choices=Proposal.Kind.choices)
    sector = forms.ModelChoiceField(Sector.objects.all(), label="界别", required=False)
    category = forms.ModelChoiceField(Category.objects.all(), label="类别", required=False)
    wished_units = forms.CharField(label="建议承办单位", max_length=200, required=False)
    remark = forms.CharField(label="备注", max_length=500, required=False)
    note = NoteField("更正原因")

    def prepare(self):
        for name in self.fields:
            if name != "note":
                self.fields[name].initial = getattr(self.thing, name)
        there = [
            {"pk": proposer.pk} | {name: getattr(proposer, name) for name in ProposerForm.base_fields if name != "pk"}
            for proposer in Proposer.objects.filter(proposal=self.thing)
        ]
        self.proposers = ProposerSet(
            self.data if self.is_bound else None, initial=None if self.is_bound else there, prefix="proposers"
        )

    def is_valid(self):
        return super().is_valid() & self.proposers.is_valid()

    def clean(self):
        data = super().clean()
        if self.proposers.is_valid():
            lines = [line.cleaned_data for line in self.proposers]
            data["proposers"] = [line for line in lines if line.get("name", "").strip()]
            if not data["proposers"]:
                raise forms.ValidationError("请至少保留一位提案者。")
        return data
