"""Forms of the annual letter, in the letter's order."""

from django import forms

from apps.proposals.forms import DayField

from .models import AnnualLetter

LONGEST = 20_000  # characters of one text


class ProseField(forms.CharField):
    """Some paragraphs, one a line."""

    def __init__(self, label, rows=3, **kwargs):
        super().__init__(
            label=label, required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
        )


def line_field(name, **kwargs):
    field = AnnualLetter._meta.get_field(name)
    return forms.CharField(label=field.verbose_name, required=False, max_length=field.max_length, **kwargs)


class LetterTextsForm(forms.Form):
    """The texts of a letter. `usual`: what stands where a line is left empty. All may be empty."""

    number = line_field("number", help_text="如 大渡口府函〔2020〕280号")
    dated_on = DayField(label="成文日期", required=False)
    issuer = line_field("issuer")
    title = line_field("title")
    addressee = line_field("addressee")
    copies_to = line_field("copies_to", help_text="几个单位用顿号隔开")
    occasion = line_field("occasion", help_text="在哪次会议上通报，如 区政协九届第二十二次常委会")
    speaker = line_field("speaker", help_text="由谁在会上通报，如 副区长周明远；不填则不写")
    figures_on = DayField(label="数字截至", required=False, help_text="通报的数字统计到哪一天；不填则按全部记录")

    has_pictures = forms.BooleanField(
        label="附图表",
        required=False,
        help_text="办理进度、办理结果、最终评价、各单位按期答复和提案类别的图与表，作为通报的附件",
    )

    def __init__(self, *args, letter, classes, themes, usual, is_parted, **kwargs):
        """`classes`: the session's ResultClasses; `themes`: names of the themes of its best class.

        `is_parted`: whether the text is written part by part, and only the head is left to this form.
        """
        super().__init__(*args, **kwargs)
        self.class_fields, self.theme_fields = {}, {}
        if not is_parted:
            self.add_prose(letter, classes, themes)
        for name, field in self.fields.items():
            if name not in self.class_fields and name not in self.theme_fields:
                field.initial = getattr(letter, name)
        session = letter.session
        if session.office_series:
            self.fields["number"].help_text = f"如 {session.office_series}〔{session.year}〕280号"
        for name, value in usual.items():
            self.fields[name].help_text = f"不填则为“{value}”"
        self.kept = letter

    def add_prose(self, letter, classes, themes):
        self.class_fields = {f"class_{one.pk}": one.code for one in classes}
        self.theme_fields = {f"theme_{place}": theme for place, theme in enumerate(themes)}
        for one in classes:
            self.fields[f"class_{one.pk}"] = ProseField(
                f"{one}提案的导语", help_text=one.wording, initial=letter.class_intros.get(one.code, "")
            )
        for name, theme in self.theme_fields.items():
            self.fields[name] = ProseField(f"“{theme}”的导语", initial=letter.theme_intros.get(theme, ""))
        self.fields["methods"] = ProseField(
            "主要做法", 10, help_text="一行一条，自动编号；写成“标题。正文”的，标题用楷体"
        )
        self.fields["problems"] = ProseField("存在的问题", 6, help_text="一行一段")
        self.fields["next_steps"] = ProseField("下一步打算", 6, help_text="一行一段")

    def texts(self):
        """The cleaned content as the arguments of `save_letter_texts`; intros of other themes are kept as they are."""
        data = dict(self.cleaned_data)
        if not self.class_fields:
            return data
        data["class_intros"] = {code: data.pop(name) for name, code in self.class_fields.items()}
        own = {theme: data.pop(name) for name, theme in self.theme_fields.items()}
        data["theme_intros"] = self.kept.theme_intros | own
        return data

    def differing(self):
        """[(label, stored text)] of the fields where what is stored is not what was typed."""
        found = []
        for bound in self:
            stored, typed = bound.initial, bound.data
            if isinstance(stored, bool):
                stored, typed = ("是" if stored else "否"), ("是" if typed else "否")
            stored = "" if stored is None else str(stored)
            if " ".join(stored.split()) != " ".join((typed or "").split()):
                found.append((bound.label, stored))
        return found


class AsOfForm(forms.Form):
    as_of = DayField(label="截至", required=False)
