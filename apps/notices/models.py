"""What people are told of, and the units that were urged."""

from django.db import models

from apps.accounts.models import User
from apps.proposals.models import Case, Proposal


class Notice(models.Model):
    """One person is told of one deed or deadline of a proposal. Written by operations alone, in the deed's transaction.

    `kind` is the action of the event it comes from. `text` says what happened and what to do, from the facts of that
    moment; `note` is the reason somebody wrote, and never leaves the system by mail.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="notices", verbose_name="收件人")
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="notices", verbose_name="提案")
    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="notices", verbose_name="承办件")
    kind = models.CharField("事由", max_length=100)
    text = models.CharField("内容", max_length=300)
    note = models.TextField("说明", blank=True)
    by_name = models.CharField("何人所办", max_length=100, blank=True)  # as the trail names them
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ("-at", "-pk")
        indexes = [
            models.Index(
                fields=("person", "proposal"), condition=models.Q(read_at=None), name="unread_notice_of_person"
            ),
            models.Index(fields=("person", "-at"), name="notice_by_person"),
        ]

    def __str__(self):
        return self.text


class Urge(models.Model):
    """The office urged the unit of a case (催办) to do what it was waiting for then."""

    class Step(models.TextChoices):
        ACCEPT = "accept", "签收"
        OPINION = "opinion", "会办意见"
        REPLY = "reply", "答复"

    case = models.ForeignKey(Case, models.CASCADE, related_name="urges", verbose_name="承办件")
    round = models.PositiveSmallIntegerField("轮次")
    step = models.CharField("催办事项", max_length=20, choices=Step.choices)
    due_on = models.DateField("当时的期限", null=True)
    note = models.TextField("说明", blank=True)
    urged_on = models.DateField("催办日期")
    urged_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    urged_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "催办"
        ordering = ("case_id", "urged_at")
        constraints = [
            models.UniqueConstraint(fields=("case", "urged_on"), name="urged_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(step__in=("accept", "opinion", "reply")), name="urge_step_is_known"
            ),
        ]
