"""The form that takes a letter to proofread: a file, or its text."""

from django import forms

from apps.proposals.models import Session

from .reading import MAX_BYTES, MAX_TEXT, UnreadableLetter, document_of_text, read_letter


class LetterForm(forms.Form):
    """Cleaned to `document`, a reading.Document, and `session`, a Session or None."""

    file = forms.FileField(
        label="通报文件",
        required=False,
        allow_empty_file=True,
        help_text=f".docx、.pdf 或 .txt，不超过 {MAX_BYTES // 1024 // 1024} MB；只用来校对，不保存",
        widget=forms.FileInput(attrs={"accept": ".docx,.pdf,.txt"}),
    )
    text = forms.CharField(
        label="或者粘贴正文",
        required=False,
        max_length=MAX_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="选了文件时以文件为准",
    )
    session = forms.ModelChoiceField(
        label="与系统数据对照",
        queryset=Session.objects.all(),
        to_field_name="key",
        required=False,
        empty_label="不对照",
    )

    def clean(self):
        data = super().clean()
        file, text = data.get("file"), data.get("text") or ""
        if self.errors:
            return data
        if file:
            try:
                data["document"] = read_letter(file.read(MAX_BYTES + 1), file.name)
            except UnreadableLetter as unreadable:
                self.add_error("file", str(unreadable))
        elif text.strip():
            try:
                data["document"] = document_of_text(text)
            except UnreadableLetter as unreadable:
                self.add_error("text", str(unreadable))
        else:
            raise forms.ValidationError("请选择通报文件，或者粘贴通报正文。")
        return data
