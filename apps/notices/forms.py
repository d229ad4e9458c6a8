from django import forms
from django.urls import Resolver404, resolve, reverse

from apps.proposals.forms import id_in

from .models import MailWish

BACK_TO = {"desk:home", "desk:waiting", "desk:proposals", "desk:proposal", "notices:urging"}  # where 催办 is pressed
MOST = 200  # of one batch


def key_of(text):
    """`id_in` as Django's fields want it: ValueError for what is no id."""
    found = id_in(text)
    if found is None:
        raise ValueError(text)
    return found


class WishForm(forms.Form):
    email = forms.EmailField(
        label="邮件地址", max_length=254, required=False, help_text="通知发到这里；不填则收不到邮件，只在页面上看通知"
    )
    how = forms.ChoiceField(label="邮件通知", choices=MailWish.How.choices, widget=forms.RadioSelect)


class UrgeForm(forms.Form):
    """What is urged: `case` and `receipt`, any number of each, or `only`, one case; where to go `then`."""

    only = forms.TypedChoiceField(coerce=key_of, empty_value=None, required=False)
    case = forms.TypedMultipleChoiceField(coerce=key_of, required=False)
    receipt = forms.MultipleChoiceField(required=False)
    note = forms.CharField(label="附言", max_length=500, required=False, strip=True)
    then = forms.CharField(required=False)

    def __init__(self, data=None):
        super().__init__(data)
        for name in ("only", "case", "receipt"):  # any key may come; whether it is one's to urge is asked later
            self.fields[name].choices = [(value, value) for value in (data.getlist(name) if data else ())]

    def clean_receipt(self):
        """Receipt id → the stamp that the page showed, from values such as `12|awaited.None.0.0`."""
        pairs = (value.partition("|") for value in self.cleaned_data["receipt"])
        try:
            return {key_of(pk): stamp for pk, _, stamp in pairs}
        except ValueError:
            raise forms.ValidationError("所选的回执无法识别。") from None

    def clean(self):
        given = super().clean()
        if "case" not in self.errors and "receipt" not in self.errors:
            given["case"] = [*given.get("case", ()), *filter(None, [given.get("only")])]
            if len(given["case"]) + len(given.get("receipt", ())) > MOST:
                raise forms.ValidationError(f"一次最多催办 {MOST} 件，请分几次催办。")
        return given


def back_to(path):
    """The page to go to afterwards: one of BACK_TO on this site, else that of 催办."""
    try:
        found = resolve(path.partition("?")[0].partition("#")[0]) if path.startswith("/") else None
    except Resolver404:
        found = None
    if found and found.view_name in BACK_TO and not path.startswith("//"):
        return path
    return reverse("notices:urging")
