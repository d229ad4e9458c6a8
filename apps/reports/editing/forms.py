"""Forms of the letter's editor."""

from django import forms

from apps.proposals.forms import DayField

from ..models import LetterPart
from .operations import LONGEST

MOST_THEMES = 12  # empty rows included


class PartForm(forms.Form):
    kind = forms.ChoiceField(label="形式", choices=LetterPart.Kind.choices)
    text = forms.CharField(
        label="文字",
        max_length=LONGEST,
        help_text="数字用引用，如 {提案总数}；编号由系统加。一行一段",
        widget=forms.Textarea(attrs={"rows": 9}),
    )


class NoteForm(forms.Form):
    text = forms.CharField(
        label="写给同事的备注（不印入通报）", max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class BindForm(forms.Form):
    start = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    number = forms.CharField(max_length=40, widget=forms.HiddenInput)
    name = forms.CharField(max_length=200)


class SourceForm(forms.Form):
    text = forms.CharField(max_length=200, widget=forms.HiddenInput)
    source = forms.CharField(label="出处", max_length=200)
    as_on = DayField(label="截至日期")


class ThemeForm(forms.Form):
    id = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    order = forms.IntegerField(label="排序", required=False, min_value=0, max_value=999)
    name = forms.CharField(label="主题", required=False, max_length=60, strip=True)
    within = forms.CharField(label="上级主题", required=False, max_length=60, help_text="不是下级主题的不填")
    intro = forms.CharField(label="导语", required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))


ThemeFormSet = forms.formset_factory(ThemeForm, extra=3, max_num=MOST_THEMES, validate_max=True)


def rows_of(forms_):
    """The filled rows of the themes in their order, as `save_themes` takes them; an emptied name removes a theme."""
    found = [form.cleaned_data for form in forms_ if form.cleaned_data.get("name")]
    last = len(forms_) + 1000
    found.sort(key=lambda row: last if row["order"] is None else row["order"])
    return [{name: row[name] for name in ("id", "name", "within", "intro")} for row in found]
