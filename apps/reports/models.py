"""The annual letter (办理情况通报): what people write for it. Its numbers come from figures alone."""

from django.db import models

from apps.accounts.models import User
from apps.proposals.models import Session
from apps.replies.models import Reply


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
        constraints = [
            models.CheckConstraint(
                condition=models.Q(saved_at=None, saved_by=None)
                | models.Q(saved_at__isnull=False, saved_by__isnull=False),
                name="letter_saved_is_whole",
            )
        ]

    def __str__(self):
        return f"{self.session}提案办理情况通报"


class LetterCase(models.Model):
    """A reply chosen as an example (例如、又如) for the letter."""

    letter = models.ForeignKey(AnnualLetter, models.CASCADE, related_name="chosen")
    reply = models.ForeignKey(Reply, models.PROTECT, related_name="+", verbose_name="答复")

    class Meta:
        verbose_name = verbose_name_plural = "通报事例"
        constraints = [models.UniqueConstraint(fields=("letter", "reply"), name="letter_case_chosen_once")]
