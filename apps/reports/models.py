"""The annual letter (办理情况通报): what people write for it. Its numbers come from figures alone."""

from django.db import models
from django.db.models import Q

from apps.accounts.models import User
from apps.proposals.models import Session
from apps.replies.models import Progress, Reply
from apps.units.models import Unit


def whole(model, *steps):
    """Constraints: who did a step and when are known together."""
    return [
        models.CheckConstraint(
            condition=Q(**{f"{step}_at": None, f"{step}_by": None})
            | Q(**{f"{step}_at__isnull": False, f"{step}_by__isnull": False}),
            name=f"{model}_{step}_is_whole",
        )
        for step in steps
    ]


class AnnualLetter(models.Model):
    """The texts of a session's letter. Whatever is empty is left out of the letter, or has a usual form (letter.py)."""

    session = models.OneToOneField(Session, models.PROTECT, related_name="letter", verbose_name="届次")
    number = models.CharField("发文字号", max_length=60, blank=True)
    dated_on = models.DateField("成文日期", null=True, blank=True)
    issuer = models.CharField("发文机关", max_length=60, blank=True)
    addressee = models.CharField("主送机关", max_length=60, blank=True)
    title = models.CharField("标题", max_length=120, blank=True)
    copies_to = models.CharField("抄送", max_length=200, blank=True)
    occasion = models.CharField("通报场合", max_length=120, blank=True)
    speaker = models.CharField("报告人", max_length=60, blank=True)
    figures_on = models.DateField("数字截至", null=True, blank=True)  # None: all that is recorded
    class_intros = models.JSONField("各类办理结果的导语", default=dict, blank=True)  # class code → text
    theme_intros = models.JSONField("各主题的导语", default=dict, blank=True)  # theme → text
    methods = models.TextField("主要做法", blank=True)
    problems = models.TextField("存在的问题", blank=True)
    next_steps = models.TextField("下一步打算", blank=True)
    cases = models.ManyToManyField(Reply, through="LetterCase", related_name="+", verbose_name="选用的事例")
    version = models.PositiveIntegerField("版本", default=0)
    saved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "办理情况通报"
        constraints = whole("letter", "saved")

    def __str__(self):
        return f"{self.session}提案办理情况通报"


class LetterTheme(models.Model):
    """A theme of the letter's own, beside those of the categories: 产业发展, within it 智能化."""

    letter = models.ForeignKey(AnnualLetter, models.CASCADE, related_name="themes")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="parts")
    name = models.CharField("主题", max_length=60)
    intro = models.TextField("导语", blank=True)
    order = models.PositiveIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "通报主题"
        ordering = ("order", "pk")
        constraints = [models.UniqueConstraint(fields=("letter", "name"), name="letter_theme_named_once")]

    def __str__(self):
        return f"{self.parent}：{self.name}" if self.parent else self.name


class LetterCase(models.Model):
    """A reply chosen as an example (例如、又如) for the letter. `theme`: None for that of its category."""

    letter = models.ForeignKey(AnnualLetter, models.CASCADE, related_name="chosen")
    reply = models.ForeignKey(Reply, models.PROTECT, related_name="+", verbose_name="答复")
    theme = models.ForeignKey(LetterTheme, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "通报事例"
        constraints = [models.UniqueConstraint(fields=("letter", "reply"), name="letter_case_chosen_once")]


class LetterPart(models.Model):
    """A heading or a piece of the text, in the order of `place`. In its text {名称} is a figure: references.py.

    A removed one is kept, and can be put back.
    """

    class Kind(models.TextChoices):
        SECTION = "h1", "一级标题（一、）"
        SUBSECTION = "h2", "二级标题（（一））"
        POINT = "h3", "三级标题（1.）"
        TEXT = "p", "正文"
        LED_SUBSECTION = "p2", "正文，首句作二级标题"
        LED_POINT = "p3", "正文，首句作三级标题"

    letter = models.ForeignKey(AnnualLetter, models.CASCADE, related_name="parts")
    kind = models.CharField("形式", max_length=2, choices=Kind.choices, default=Kind.TEXT)
    text = models.TextField("文字")
    place = models.PositiveIntegerField("位置")
    version = models.PositiveIntegerField("版本", default=1)
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "通报段落"
        ordering = ("place", "pk")
        constraints = whole("letter_part", "removed")

    @property
    def level(self):
        """Of a heading or a leading sentence: 1 to 3; None for plain text."""
        return int(self.kind[1]) if self.kind[1:] else None

    @property
    def is_heading(self):
        return self.kind.startswith("h")


class LetterNote(models.Model):
    """A note to colleagues beside a part, never printed."""

    part = models.ForeignKey(LetterPart, models.CASCADE, related_name="notes")
    text = models.TextField("备注")
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "通报备注"
        ordering = ("written_at", "pk")
        constraints = whole("letter_note", "done")


class LetterVersion(models.Model):
    """The letter as it stood after a save; never altered. `content`: see snapshots.py."""

    letter = models.ForeignKey(AnnualLetter, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("版本")
    action = models.CharField(max_length=20)
    content = models.JSONField()
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "通报版本"
        ordering = ("letter_id", "number")
        constraints = [models.UniqueConstraint(fields=("letter", "number"), name="letter_version_unique")]


class LetterPresence(models.Model):
    """Who has the editor open: said by the page every half minute, no record of anything done."""

    letter = models.ForeignKey(AnnualLetter, models.CASCADE, related_name="present")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    part = models.ForeignKey(LetterPart, models.SET_NULL, null=True, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "正在编写"
        constraints = [models.UniqueConstraint(fields=("letter", "user"), name="letter_presence_once")]


class MaterialRequest(models.Model):
    """What the office asks units for (素材征集), because no reply holds it."""

    letter = models.ForeignKey(AnnualLetter, models.CASCADE, related_name="requests")
    text = models.TextField("需要的素材")
    due_on = models.DateField("反馈期限")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "素材征集"
        ordering = ("-asked_at", "-pk")

    def __str__(self):
        return self.text


class MaterialAnswer(models.Model):
    """One unit's part of a request: empty until it answers, with the source of the fact and the day it is true of."""

    request = models.ForeignKey(MaterialRequest, models.CASCADE, related_name="answers")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="承办单位")
    text = models.TextField("素材", blank=True)
    source = models.CharField("出处", max_length=200, blank=True)
    as_on = models.DateField("截至日期", null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "单位素材"
        ordering = ("unit__order", "unit__name")
        constraints = [
            models.UniqueConstraint(fields=("request", "unit"), name="material_asked_once"),
            models.CheckConstraint(
                condition=Q(answered_at=None) | (~Q(text="") & ~Q(source="") & Q(as_on__isnull=False)),
                name="material_has_source_and_day",
            ),
            *whole("material", "answered", "withdrawn"),
        ]


class LetterSource(models.Model):
    """Where words of a part that no figure stands for come from, and of which day they are true.

    `text`: the words, as they were taken over. `answer`, `progress`: what they were taken from, if the system has it.
    """

    part = models.ForeignKey(LetterPart, models.CASCADE, related_name="sources")
    text = models.TextField("内容")
    source = models.CharField("出处", max_length=200)
    as_on = models.DateField("截至日期", null=True, blank=True)  # None: of a reply whose day nobody wrote down
    answer = models.ForeignKey(MaterialAnswer, models.PROTECT, null=True, blank=True, related_name="uses")
    progress = models.ForeignKey(Progress, models.PROTECT, null=True, blank=True, related_name="+")
    declared_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "素材出处"
        ordering = ("pk",)
