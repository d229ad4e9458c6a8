"""What people are told of, in the page and by mail, and the units that were urged."""

from django.db import models
from django.urls import reverse

from apps.accounts.models import User
from apps.proposals.models import Case, Proposal
from apps.reports.models import AnnualLetter

from .deeds import OF_DRAFT, OF_MATERIAL


class MailWish(models.Model):
    """How a person wants notices by mail. Who never chose gets the daily digest, if they have an address."""

    class How(models.TextChoices):
        NONE = "none", "不发邮件"
        EACH = "each", "逐条发送"
        DAILY = "daily", "每日汇总"

    user = models.OneToOneField(User, models.CASCADE, related_name="mail_wish", verbose_name="用户")
    how = models.CharField("邮件通知", max_length=10, choices=How.choices, default=How.DAILY)

    class Meta:
        verbose_name = verbose_name_plural = "通知设置"
        constraints = [
            models.CheckConstraint(condition=models.Q(how__in=("none", "each", "daily")), name="mail_wish_is_known")
        ]


class Mail(models.Model):
    """A mail that was made from notices, as it was sent, and what became of it."""

    class Stage(models.TextChoices):
        WAITING = "waiting", "待发"
        SENT = "sent", "已发"
        FAILED = "failed", "没有发出"

    person = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="收件人")
    address = models.EmailField("地址")
    how = models.CharField("方式", max_length=10, choices=MailWish.How.choices)
    subject = models.CharField("标题", max_length=200)
    body = models.TextField("正文")
    stage = models.CharField("状态", max_length=10, choices=Stage.choices, default=Stage.WAITING)
    tries = models.PositiveSmallIntegerField("已试次数", default=0)
    problem = models.CharField("原因", max_length=500, blank=True)
    made_at = models.DateTimeField("生成时间")
    tried_at = models.DateTimeField("最近一次发送", null=True)
    sent_at = models.DateTimeField("发出时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "邮件记录"
        ordering = ("-made_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stage__in=("waiting", "sent", "failed")), name="mail_stage_is_known"
            ),
        ]

    def __str__(self):
        return self.subject


class Notice(models.Model):
    """One person is told of one deed or deadline of a proposal, or of the annual letter (`letter`, then no proposal).

    Written by operations alone, in the deed's transaction.

    `kind` is the action of the event it comes from. `text` says what happened and what to do, from the facts of that
    moment; `note` is the reason somebody wrote, and never leaves the system by mail.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="notices", verbose_name="收件人")
    proposal = models.ForeignKey(Proposal, models.CASCADE, null=True, related_name="notices", verbose_name="提案")
    letter = models.ForeignKey(AnnualLetter, models.CASCADE, null=True, related_name="notices", verbose_name="年度通报")
    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="notices", verbose_name="承办件")
    kind = models.CharField("事由", max_length=100)
    text = models.CharField("内容", max_length=300)
    note = models.TextField("说明", blank=True)
    by_name = models.CharField("何人所办", max_length=100, blank=True)  # as the trail names them
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读时间", null=True)
    mail = models.ForeignKey(Mail, models.SET_NULL, null=True)  # the one that told it

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ("-at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(proposal=None) ^ models.Q(letter=None), name="notice_is_of_proposal_or_letter"
            )
        ]
        indexes = [
            models.Index(
                fields=("person", "proposal"), condition=models.Q(read_at=None), name="unread_notice_of_person"
            ),
            models.Index(fields=("person", "-at"), name="notice_by_person"),
        ]

    def __str__(self):
        return self.text

    def get_absolute_url(self):
        """Where one goes on from here: the case on the page of its proposal; where a unit answers, if it is asked."""
        if self.is_of_draft:
            return reverse("allocation:opinions")
        if self.kind in OF_MATERIAL:
            return reverse("reports:material_asked")
        if self.letter:
            return self.letter.get_absolute_url()
        return self.proposal.get_absolute_url() + (f"#case-{self.case_id}" if self.case_id else "")

    @property
    def heading(self):
        """What it is about, in one line."""
        return str(self.letter) if self.letter else f"{self.proposal}　{self.proposal.title}"

    @property
    def session(self):
        return (self.letter or self.proposal).session

    @property
    def is_of_draft(self):
        return self.kind in OF_DRAFT


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


class Reminder(models.Model):
    """That a deadline was told of once: `key` names the case or receipt, round, deadline and stage."""

    key = models.CharField(max_length=200, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "到期提醒"
        ordering = ("pk",)

    def __str__(self):
        return self.key
