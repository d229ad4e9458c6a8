"""Replies of answering units, the versions of their text, and what they promise. The rules are in workflow.py."""

import hashlib
import json

from django.db import models
from django.db.models import Q

from apps.accounts.models import User
from apps.proposals.models import Case, ResultClass
from apps.units.models import Leader

from . import workflow
from .workflow import OPEN_REPLIES, CommitmentState, ReplyState


class Reply(models.Model):
    """The reply (答复函) of one answering case in one round."""

    WORKFLOW = workflow.REPLY
    READ_WITH = ("case__proposal__session", "case__unit", "result_class")

    class Publicity(models.TextChoices):
        OPEN = "open", "主动公开"
        ON_REQUEST = "on_request", "依申请公开"
        CLOSED = "closed", "不予公开"

    class NoContact(models.TextChoices):
        NOT_WANTED = "not_wanted", "本人表示不需"
        NOT_REACHED = "not_reached", "无法联系"

    class Means(models.TextChoices):
        IN_PERSON = "in_person", "当面送达"
        POST = "post", "邮寄"
        ELECTRONIC = "electronic", "电子送达"

    case = models.ForeignKey(Case, models.PROTECT, related_name="replies", verbose_name="承办件")
    round = models.PositiveSmallIntegerField("轮次")
    state = models.CharField("状态", max_length=20, choices=ReplyState.choices, default=ReplyState.DRAFT)
    version = models.PositiveIntegerField("版本", default=0)
    body = models.TextField("答复正文", blank=True)
    result_class = models.ForeignKey(
        ResultClass, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理结果"
    )
    class_reason = models.TextField("未能解决的原因", blank=True)
    publicity = models.CharField("公开属性", max_length=20, choices=Publicity.choices, blank=True)
    no_contact = models.CharField("办前未沟通的原因", max_length=20, choices=NoContact.choices, blank=True)
    no_opinion = models.CharField("未取得会办意见的原因", max_length=200, blank=True)
    summary = models.TextField("办理成效摘要", blank=True)  # the unit's own words for the annual letter
    signer = models.ForeignKey(
        Leader, models.PROTECT, null=True, blank=True, related_name="signed_replies", verbose_name="审签领导"
    )  # who signed; while it is open see queries.signer_of
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    forwarded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    forwarded_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    signed_hash = models.CharField(max_length=64, blank=True)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    number = models.CharField("答复文号", max_length=60, blank=True)
    issued_on = models.DateField("答复日期", null=True, blank=True)
    means = models.CharField("寄送方式", max_length=20, choices=Means.choices, blank=True)
    due_on = models.DateField("当时的答复期限", null=True, blank=True)
    is_supplementary = models.BooleanField(
        "补充答复", default=False
    )  # after the end: asks no receipt, changes no state
    is_meeting = models.BooleanField("当面答复", default=False)  # the body is the record of the meeting
    paper_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    paper_at = models.DateTimeField(null=True)
    current_class = models.ForeignKey(
        ResultClass, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="现行类别"
    )  # what became of a B since; the class of that year's letter stays `result_class`
    is_imported = models.BooleanField("补录", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "答复"
        ordering = ("case_id", "round", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReplyState.values), name="reply_state_is_known"),
            models.UniqueConstraint(fields=("case",), condition=Q(state__in=OPEN_REPLIES), name="one_open_reply"),
            models.UniqueConstraint(
                fields=("case", "round"),
                condition=Q(state=ReplyState.ISSUED, is_supplementary=False),
                name="one_issued_reply_a_round",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{step}_at": None, f"{step}_by": None})
                    | Q(**{f"{step}_at__isnull": False, f"{step}_by__isnull": False}),
                    name=f"reply_{step}_is_whole",
                )
                for step in ("submitted", "approved", "forwarded", "paper", "signed", "issued")
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(ReplyState.SIGNED, ReplyState.ISSUED))
                | Q(is_imported=True)
                | (Q(signed_at__isnull=False) & ~Q(signed_hash="")),
                name="nothing_leaves_unsigned",
            ),
        ]

    def __str__(self):
        kind = "补充答复" if self.is_supplementary else "当面答复" if self.is_meeting else "答复"
        return kind if self.round == 1 or self.is_supplementary else f"第{self.round}轮{kind}"

    @property
    def workflow_proposal(self):
        return self.case.proposal

    @property
    def workflow_case(self):
        return self.case

    @property
    def is_over(self):
        """Kept to be read when its case has ended; nobody goes on with it."""
        return self.case.is_over or self.state == ReplyState.VOID

    @property
    def stamp(self):
        """See Proposal.stamp."""
        return f"{self.state}.{self.version}"

    @property
    def code(self):
        """What the printed sign-off sheet bears of the hash, so that a scan can be matched to the text."""
        return "-".join(self.content_hash[at : at + 4].upper() for at in (0, 4, 8))

    @property
    def content_hash(self):
        """SHA-256 of what a leader signs: text, class and publicity (docs/workflow.md, 审签)."""
        code = self.result_class.code if self.result_class else ""
        content = [self.body, code, self.publicity]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


class ReplyVersion(models.Model):
    """The text of a reply as it stood after a change; never altered."""

    reply = models.ForeignKey(Reply, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("版本")
    action = models.CharField(max_length=20)
    body = models.TextField()
    class_code = models.CharField(max_length=4, blank=True)
    publicity = models.CharField(max_length=20, blank=True)
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "答复版本"
        ordering = ("reply_id", "number")
        constraints = [models.UniqueConstraint(fields=("reply", "number"), name="reply_version_unique")]

    def get_publicity_display(self):
        return dict(Reply.Publicity.choices).get(self.publicity, "")


class Commitment(models.Model):
    """What a unit promised with a date (承诺事项), followed up over the years until it ends (回头看)."""

    WORKFLOW = workflow.COMMITMENT
    READ_WITH = ("reply__case__proposal__session", "reply__case__unit")

    reply = models.ForeignKey(Reply, models.PROTECT, related_name="commitments")
    text = models.TextField("承诺事项")
    due_on = models.DateField("完成时限")
    first_due_on = models.DateField("最初时限")
    state = models.CharField("状态", max_length=20, choices=CommitmentState.choices, default=CommitmentState.OPEN)
    ended_on = models.DateField("落实或终止日期", null=True, blank=True)
    reported_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # last
    reported_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "承诺事项"
        ordering = ("due_on", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(reported_at=None, reported_by=None)
                | Q(reported_at__isnull=False, reported_by__isnull=False),
                name="commitment_report_is_whole",
            ),
            models.CheckConstraint(condition=Q(state__in=CommitmentState.values), name="commitment_state_is_known"),
        ]

    def __str__(self):
        return self.text

    @property
    def workflow_proposal(self):
        return self.reply.case.proposal

    @property
    def workflow_case(self):
        return self.reply.case

    @property
    def is_over(self):
        """See Reply.is_over."""
        return self.reply.is_over

    @property
    def stamp(self):
        """See Proposal.stamp."""
        return f"{self.state}.{self.due_on}"


class Progress(models.Model):
    """A unit's report on a commitment, with evidence (报告进展)."""

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="reports")
    text = models.TextField("进展情况")
    reported_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "承诺进展"
        ordering = ("commitment_id", "reported_at")
