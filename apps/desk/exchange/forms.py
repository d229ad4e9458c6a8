"""The form that takes a workbook."""

from django import forms

from apps.documents.workbooks import MAX_BYTES
from apps.proposals.forms import NoteField
from apps.proposals.models import Session

from .columns import key_of
from .reading import Unusable, label_of_session

NEW = "new"


class ConfirmUpdateForm(forms.Form):
    note = NoteField("更正原因", help_text="记入每件提案的更正记录，如 按区住房城乡建委退回的表更正")


class UploadForm(forms.Form):
    """Session and file; who may make what is missing also names a new session."""

    session = forms.ChoiceField(label="届次")
    new_session = forms.CharField(
        label="新届次代号", max_length=20, required=False, help_text="选择“新届次”时填写，如 9-4 表示九届四次会议"
    )
    file = forms.FileField(
        label="工作簿",
        help_text=f"Excel 或 WPS 的 .xlsx 文件，不超过 {MAX_BYTES // 1024 // 1024} MB",
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
    create = forms.BooleanField(
        label="新建缺少的承办单位、领导、类别、界别（先列在预览中，确认后才建）", required=False
    )

    def __init__(self, *args, may_create, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(session.key, f"{session.label}（{session.key}）") for session in Session.objects.all()]
        if may_create:
            choices.append((NEW, "新届次（在下面填写代号）"))
        else:
            del self.fields["new_session"], self.fields["create"]
        self.fields["session"].choices = choices

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请分成几个文件。")
        return file

    def clean(self):
        data = super().clean()
        if data.get("session") == NEW:
            key = key_of(data.get("new_session", ""))
            if not key:
                self.add_error("new_session", "请填写新届次的代号，如 9-4。")
                return data
            try:
                label_of_session(key)
            except Unusable as wrong:
                self.add_error("new_session", str(wrong))
            data["session"], data["create"] = key, True
        return data
