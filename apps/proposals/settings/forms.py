"""The form of a session's settings: one page, its parts in the order in which people think of them."""

import unicodedata

from django import forms
from django.forms import formset_factory

from apps.calendars.deadlines import UNIT_LABELS

from ..models import USUAL_CLASSES, USUAL_RATINGS, Rating, ResultClass, Session
from ..queries import SESSION_NUMBERS, session_label
from .changes import STEPS, limit_in_words
from .operations import LONGEST, problems

UNITS = {**UNIT_LABELS, "natural_days": "个自然日"}
ROWS = 12  # classes or ratings of one session, at most


def column(name, **kwargs):
    """A form field for a column of Session, with its label, choices and default told."""
    field = Session._meta.get_field(name)
    choices = dict(field.flatchoices)
    usual = choices.get(field.default, field.default)
    if isinstance(usual, bool):
        usual = "是" if usual else "否"
    kwargs["help_text"] = f"{kwargs.get('help_text', '')}默认：{usual}。"
    if choices:
        kwargs["widget"] = forms.RadioSelect
    return field.formfield(**kwargs)


class LimitWidget(forms.MultiWidget):
    template_name = "proposals/settings_limit.html"

    def __init__(self, label):
        number = forms.NumberInput(attrs={"min": 1, "max": max(LONGEST.values()), "aria-label": f"{label}期限的数量"})
        unit = forms.Select(choices=list(UNITS.items()), attrs={"aria-label": f"{label}期限的单位"})
        super().__init__({"amount": number, "unit": unit})

    def decompress(self, value):
        return list(value) if value else [None, None]


class LimitField(forms.MultiValueField):
    """A time limit: [amount, unit] as Session.limits holds it."""

    def __init__(self, step):
        label, meaning = STEPS[step]
        whole = {"invalid": "请填写整数。", "required": "请填写数量。"}
        super().__init__(
            (
                forms.IntegerField(min_value=1, max_value=max(LONGEST.values()), error_messages=whole),
                forms.ChoiceField(choices=list(UNITS.items())),
            ),
            widget=LimitWidget(label),
            label=label,
            help_text=f"{meaning}。默认：{limit_in_words(step)}。",
            require_all_fields=False,
        )

    def compress(self, values):
        return values


class SettingsForm(forms.Form):
    """All settings of a session; classes and ratings stand in the formsets `classes` and `ratings` beside it."""

    label = column("label")
    year = column("year", min_value=1949, max_value=2100)
    committee = column("committee", help_text="通报和页面上对政协的称呼。")
    government = column("government", help_text="年度通报的发文机关。")
    office = column("office", help_text="页面上对政府办公室的称呼。")
    office_series = column("office_series", help_text="年度通报等发文的文号以此开头，如 大渡口府函〔2020〕280号。")
    asks_cosigners = column(
        "asks_cosigners", help_text="勾选后，联名提案的每位提案者各有一份回执；不勾选只征询第一提案者。"
    )
    asks_attitude = column("asks_attitude", help_text="勾选后，回执分别评价办理态度和办理结果；不勾选只评价一次。")
    attitude_counts = column(
        "attitude_counts",
        help_text="两项分别评价时，勾选则任一项不满意都转入二次办理；不勾选只看办理结果一项。",
    )
    class_rule = column("class_rule", help_text="几个单位分别答复的提案，统计时取哪个单位的办理结果和评价。")
    satisfaction_base = column(
        "satisfaction_base",
        help_text="满意率＝计入满意的提案÷基数。选第二项时，没有反馈的也在基数之中，不算满意。",
    )
    counted_rating = column("counted_rating", help_text="二次办理的提案有首次、最终两个评价，满意率按哪一个算。")
    decimals = column("decimals", help_text="统计和通报中所有百分比的小数位数，四舍五入。")

    def __init__(self, *args, session, on, **kwargs):
        """`on`: today, for comparing limits of different kinds."""
        self.session, self.on = session, on
        initial = {name: getattr(session, name) for name in self.base_fields}
        initial |= {f"limit_{step}": session.limits[step] for step in STEPS}
        super().__init__(*args, initial=initial, **kwargs)
        for name in ("label", "year"):
            self.fields[name].help_text = ""
        for step in STEPS:
            self.fields[f"limit_{step}"] = LimitField(step)
        data = self.data if self.is_bound else None
        self.classes = ClassSet(data, prefix="classes", initial=rows_of(session.classes.all(), ClassRow))
        self.ratings = RatingSet(data, prefix="ratings", initial=rows_of(session.ratings.all(), RatingRow))

    def is_valid(self):
        """Also asks the rules of settings/operations.py, and puts what they say beside the fields it is about."""
        is_whole = super().is_valid() & self.classes.is_valid() & self.ratings.is_valid()
        if not self.is_bound:
            return False
        columns = {name: value for name, value in self.cleaned_data.items() if not name.startswith("limit_")}
        limits = {step: self.cleaned_data[f"limit_{step}"] for step in STEPS if f"limit_{step}" in self.cleaned_data}
        classes, ratings = (rows.rows() if rows.is_valid() else None for rows in (self.classes, self.ratings))
        found = problems(self.session, self.on, classes, ratings, limits, columns)
        for path, why in found.items():
            self._tell(path, why)
        return is_whole and not found

    def _tell(self, path, why):
        kind, _, name = path.partition(".")
        if kind in ("classes", "ratings"):
            getattr(self, kind).tell(name, why)
        else:
            self.add_error(f"limit_{name}" if kind == "limits" else kind, why)

    def settings(self):
        """The cleaned content as arguments of `change_session_settings`."""
        given = dict(self.cleaned_data)
        given["limits"] = {step: given.pop(f"limit_{step}") for step in STEPS}
        return given | {"classes": self.classes.rows(), "ratings": self.ratings.rows()}

    def every_error(self):
        """[(id of the field, label, sentence)] of the form and its rows, in the order of the page."""
        found = [(bound.auto_id, bound.label, error) for bound in self for error in bound.errors]
        for rows in (self.classes, self.ratings):
            found += [(f"{rows.prefix}-rows", rows.title, error) for error in rows.non_form_errors()]
            for number, row in enumerate(rows, start=1):
                found += [
                    (bound.auto_id, f"{rows.title}第{number}行{bound.label}", error)
                    for bound in row
                    for error in bound.errors
                ]
        return [*((None, "", error) for error in self.non_field_errors()), *found]

    def part(self, *names):
        return [self[name] for name in names]

    @property
    def parts(self):
        """[(heading, what it is about, bound fields, rows or None)] of the page."""
        limits = [name for name in self.fields if name.startswith("limit_")]
        return [
            (
                "名称与文号",
                "",
                self.part("label", "year", "committee", "government", "office", "office_series"),
                None,
            ),
            (
                "办理结果类别",
                "由好到差排列。同一个字母在各地含义不同，以本届次写明的为准。",
                [],
                self.classes,
            ),
            ("评价", "由好到差排列。", [], self.ratings),
            ("征询意见", "", self.part("asks_cosigners", "asks_attitude", "attitude_counts"), None),
            (
                "统计口径",
                "改动后，统计数字随即按新口径计算。",
                self.part("class_rule", "satisfaction_base", "counted_rating", "decimals"),
                None,
            ),
            (
                "办理时限",
                "次日起算；工作日扣除法定节假日、计入调休上班日，自然日和月的末日逢休息日顺延。"
                "改动只影响以后计算的期限，已经定下的期限不变。",
                self.part(*limits),
                None,
            ),
        ]


def rows_of(steps, form):
    """Initial values of a formset's rows."""
    names = form.base_fields
    return [{name: getattr(one, name) for name in names} for one in steps]


def step_field(model, name, label):
    """A text of one row, which says how to get rid of the row where it is left empty."""
    missing = {"required": f"请填写{label}；要删除这一行，请勾选“删除”。"}
    return forms.CharField(label=label, max_length=model._meta.get_field(name).max_length, error_messages=missing)


class StepRow(forms.Form):
    """One class or one rating. `key` names the column by which it is told from the others."""

    key = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False

    def clean(self):
        data = super().clean()
        if isinstance(data.get(self.key), str):
            data[self.key] = unicodedata.normalize("NFKC", data[self.key]).strip()
        return data

    def about(self, name):
        """Whether a problem with this class or rating is one of this row: it is called so, or was."""
        return name in (self.cleaned_data.get(self.key), self.initial.get(self.key))


class ClassRow(StepRow):
    key = "code"
    code = step_field(ResultClass, "code", "代码")
    wording = step_field(ResultClass, "wording", "含义")
    needs_commitment = forms.BooleanField(label="须有承诺", required=False)
    needs_reason = forms.BooleanField(label="须说明原因", required=False)


class RatingRow(StepRow):
    key = "name"
    name = step_field(Rating, "name", "评价")
    is_satisfied = forms.BooleanField(label="计入满意", required=False)
    is_dissatisfied = forms.BooleanField(label="须二次办理", required=False)


class StepSet(forms.BaseFormSet):
    """The classes or the ratings, each with its place in the order and a box to remove it."""

    title, usual = "", ""
    default_error_messages = {
        **forms.BaseFormSet.default_error_messages,
        "missing_management_form": "页面不完整，请重新打开后再填写。",
    }

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["ORDER"].label = "次序"
        form.fields["DELETE"].label = "删除"
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = f"{self.title}第{(index or 0) + 1}行：{field.label}"

    def rows(self):
        """The rows that stay, in their order, as dicts of the columns."""
        return [
            {name: form.cleaned_data[name] for name in form.base_fields}
            for form in self.ordered_forms
            if form.cleaned_data.get(form.key)
        ]

    def tell(self, name, why):
        """Puts a problem beside the row that it is about, else above them all."""
        for form in self.forms:
            if name and form.about(name):
                form.add_error(form.key, why)
                return
        self.non_form_errors().append(why)


class ClassesSet(StepSet):
    title = "办理结果类别"
    usual = (
        "默认：" + "；".join(f"{one['code']} {one['wording']}" for one in USUAL_CLASSES) + "。有的地方另设 D 留作参考。"
    )


class RatingsSet(StepSet):
    title = "评价"
    usual = (
        f"默认：{'、'.join(one['name'] for one in USUAL_RATINGS)}，"
        f"其中{'、'.join(one['name'] for one in USUAL_RATINGS if one.get('is_satisfied'))}计入满意，"
        f"{'、'.join(one['name'] for one in USUAL_RATINGS if one.get('is_dissatisfied'))}转入二次办理。"
    )


OPTIONS = dict(extra=2, can_order=True, can_delete=True, max_num=ROWS, absolute_max=ROWS + 2, validate_max=True)
ClassSet = formset_factory(ClassRow, formset=ClassesSet, **OPTIONS)
RatingSet = formset_factory(RatingRow, formset=RatingsSet, **OPTIONS)


class NewSessionForm(forms.Form):
    """A new session; what it carries is taken over from the newest one."""

    key = forms.CharField(label="届次代号", max_length=20, help_text="届数和次数，如 9-4；命令和网址中用它，以后不能改")
    label = forms.CharField(label="届次名称", max_length=60, help_text="如 九届四次会议")
    year = forms.IntegerField(label="年度", min_value=1949, max_value=2100)

    def clean_key(self):
        key = unicodedata.normalize("NFKC", self.cleaned_data["key"]).strip()
        if Session.objects.filter(key=key).exists():
            raise forms.ValidationError(f"届次“{key}”已存在。")
        return key


MEETINGS = 5  # plenary sessions in the five years of one committee


def next_session(newest):
    """What comes after `newest` by its key, to be corrected by hand: 9-4 → 9-5, 9-5 → 10-1; empty without one."""
    found = SESSION_NUMBERS.fullmatch(newest.key) if newest else None
    if not found:
        return {"year": newest.year + 1} if newest else {}
    committee, meeting = map(int, found.groups())
    key = f"{committee}-{meeting + 1}" if meeting < MEETINGS else f"{committee + 1}-1"
    return {"key": key, "label": session_label(key), "year": newest.year + 1}
