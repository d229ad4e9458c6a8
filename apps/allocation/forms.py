"""Forms of the draft. Field names are the operations' parameter names."""

from django import forms

from apps.proposals.forms import DayField, NoteField, RolesForm, UnitField, id_in
from apps.proposals.models import Proposal
from apps.proposals.workflow import CaseRole


class LineForm(RolesForm):
    """Which units the draft has for a proposal: as it is assigned, without a deadline."""

    reply_due_on = None
    note = NoteField("备注", required=False, help_text="供拟订方案时参考，不随交办发出")

    def prepare(self):
        line = self.thing.open_lines[0] if self.thing.open_lines else None
        if self.thing.is_secret:
            self.fields.pop("note")  # no text of a secret proposal is stored
        elif line:
            self.fields["note"].initial = line.note
        roles = line.roles if line else []
        by_role = {role: [unit.pk for unit, has in roles if has == role] for role in CaseRole}
        if roles:
            self.fields["mode"].initial = proposal_mode(by_role)
        self.fields["lead"].initial = next(iter(by_role[CaseRole.LEAD]), None)
        self.fields["assists"].initial = by_role[CaseRole.ASSIST]
        self.fields["separates"].initial = by_role[CaseRole.SEPARATE]

    def clean(self):
        data = super().clean()
        return {"roles": data["roles"], "note": data["note"]}


def proposal_mode(by_role):
    if by_role[CaseRole.SEPARATE]:
        return Proposal.Mode.SEPARATE
    return Proposal.Mode.LEAD if by_role[CaseRole.ASSIST] else Proposal.Mode.SOLE


class PlaceForm(forms.Form):
    """One unit as the lead, by a suggestion or from the list of all; or, said expressly, none any more."""

    unit = UnitField(required=False)
    clear = forms.BooleanField(required=False)
    seen = forms.IntegerField(min_value=0)

    def clean(self):
        data = super().clean()
        if bool(data.get("unit")) == data["clear"]:
            raise forms.ValidationError("请选择单位。")
        return data


class NoteOnlyForm(forms.Form):
    note = NoteField("交办说明", required=False, help_text="记入每件提案的交办记录，可不填")


class ShareForm(forms.Form):
    answer_by_on = DayField(label="请各单位于何日前反馈")


class ObjectionForm(forms.Form):
    """Why a unit does not agree to its part, and who should have it instead."""

    reason = NoteField("不同意的理由")
    suggested_unit = UnitField(label="建议由哪个单位承办", required=False, empty_label="不作建议")

    def __init__(self, *args, unit, **kwargs):
        super().__init__(*args, **kwargs)
        suggested = self.fields["suggested_unit"]
        suggested.queryset = suggested.queryset.exclude(pk=unit.pk)


def pairs_in(text):
    """`12-3 15-1` of a hidden field → {12: 3, 15: 1}; what is no pair of numbers is left out."""
    return dict(_numbers_in(text.split(), 2))


def triples_in(texts):
    """`12-7-0` (proposal, unit, version seen) of hidden fields → [(12, 7, 0)]; anything else is left out."""
    return _numbers_in(texts, 3)


def _numbers_in(texts, size):
    found = [tuple(map(id_in, text.split("-"))) for text in texts]
    return [numbers for numbers in found if len(numbers) == size and None not in numbers]
