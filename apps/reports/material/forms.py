"""Forms of the material that units are asked for."""

from django import forms

from apps.proposals.forms import DayField, UnitsField

LONGEST = 4_000  # characters of a request or an answer


class AskForm(forms.Form):
    text = forms.CharField(
        label="需要的素材",
        max_length=LONGEST,
        help_text="写明要什么事实、什么数字，如 今年新建、续建人行天桥的座数和地点",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    units = UnitsField(label="承办单位", widget=forms.CheckboxSelectMultiple({"class": "choices choices-many"}))
    due_on = DayField(label="反馈期限")


class GiveForm(forms.Form):
    text = forms.CharField(label="素材", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}))
    source = forms.CharField(label="出处", max_length=180, help_text="事实和数字从哪里来，如 区住房城乡建委工程台账")
    as_on = DayField(label="截至日期", help_text="事实和数字是哪一天的")
