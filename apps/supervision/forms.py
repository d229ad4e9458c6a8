"""Forms of the actions on cards. Field names are the operations' parameter names."""

from django import forms

from apps.proposals.forms import ActionForm, NoteField

from .models import Card


class ConsentField(forms.CharField):
    def __init__(self, **kwargs):
        told = "哪位领导、何时、以何种方式同意"
        super().__init__(label="领导同意的情况", max_length=500, **({"help_text": told} | kwargs))


class IssueForm(ActionForm):
    """A proposed card; only a red one asks for the leader's consent."""

    leader_consent = ConsentField()
    note = NoteField(required=False)

    def prepare(self):
        if not self.thing.is_red:
            del self.fields["leader_consent"]


class NewCardForm(ActionForm):
    """A card that no rule proposed."""

    colour = forms.ChoiceField(label="黄牌或红牌", choices=Card.Colour.choices, widget=forms.RadioSelect)
    rule = forms.ChoiceField(label="违反的规则", choices=Card.Rule.choices, initial=Card.Rule.OTHER)
    reason = forms.CharField(label="事由", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    leader_consent = ConsentField(required=False, help_text="发红牌时填写：哪位领导、何时、以何种方式同意")

    def prepare(self):
        self.fields["colour"].initial = Card.Colour.YELLOW


class ObjectForm(ActionForm):
    note = NoteField("申辩理由")


class AnswerForm(ActionForm):
    text = forms.CharField(label="整改情况", max_length=5000, widget=forms.Textarea(attrs={"rows": 5}))


class RaiseForm(ActionForm):
    leader_consent = ConsentField()
    note = NoteField("升级的理由", help_text="写在红牌上，承办单位可见")
