"""Forms of what needs everything: several proposals assigned at once."""

from apps.proposals.forms import RolesForm
from apps.proposals.models import Proposal
from apps.units.queries import units_named_in

UNIT_FIELDS = ("lead", "assists", "separates")


class BatchRolesForm(RolesForm):
    """The units of one proposal among several. The mode follows from what is chosen; see RolesForm for the rest.

    `choices`: [(unit id, name)] of the units in being, fetched once for all; `known`: units_by_name().
    """

    mode = None

    def __init__(self, *args, choices, known, **kwargs):
        self.unit_choices, self.known = choices, known
        super().__init__(*args, **kwargs)

    def prepare(self):
        for name in UNIT_FIELDS:
            self.fields[name].choices = [("", "请选择"), *self.unit_choices] if name == "lead" else self.unit_choices
            self.fields[name].help_text = ""
        wished, self.unknown = units_named_in(self.thing.wished_units, self.known)
        if wished:
            self.initial |= {"lead": wished[0].pk, "assists": [unit.pk for unit in wished[1:]]}

    def clean(self):
        if self.cleaned_data.get("separates"):
            self.cleaned_data["mode"] = Proposal.Mode.SEPARATE
        else:
            self.cleaned_data["mode"] = Proposal.Mode.LEAD if self.cleaned_data.get("assists") else Proposal.Mode.SOLE
        return super().clean()

    @property
    def seen(self):
        """The stamp that came with the form: what the person answered to is what they saw."""
        return self.data.get(f"{self.prefix}-seen", "")

    @property
    def chosen(self):
        """How many units are chosen in each list, for its folded heading."""
        return {name: len(self[name].value() or ()) for name in ("assists", "separates")}
