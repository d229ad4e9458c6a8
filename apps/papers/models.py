"""Batches of papers that are printed in the background."""

import uuid

from django.db import models
from django.db.models import Q

from apps.accounts.models import User
from apps.documents.background import Job
from apps.proposals.models import Proposal, Session


def place_of(batch, filename):
    """Where the file of a batch lies: a name that nobody can guess."""
    return f"batches/{uuid.uuid4().hex}.{batch.form.partition('_')[0]}"


class Batch(Job):
    """All papers of one kind that a user may see of a session, or the whole file of a proposal; and how far it is.

    Its file is for the user who asked, and goes after some days (batches.KEPT_DAYS): papers are printed from the
    records again at any time.
    """

    class Form(models.TextChoices):
        PDF = "pdf", "一个 PDF（合订，带书签）"
        ZIP = "zip_pdf", "压缩包（每件一个 PDF）"
        ZIP_DOCX = "zip_docx", "压缩包（每件一个 Word 文档）"

    class Stage(models.TextChoices):
        QUEUED = Job.QUEUED, "排队等候"
        RUNNING = Job.RUNNING, "正在生成"
        FINISHED = Job.FINISHED, "已生成"
        FAILED = Job.FAILED, "没有生成"
        STOPPED = Job.STOPPED, "已取消"

    kind = models.CharField(max_length=40)  # key of a kinds.Kind, or of the whole file of a proposal
    proposal = models.ForeignKey(Proposal, models.CASCADE, null=True, related_name="+")  # whose whole file it is
    session = models.ForeignKey(Session, models.CASCADE, related_name="+", verbose_name="届次")
    form = models.CharField("形式", max_length=20, choices=Form.choices)
    stage = models.CharField("状态", max_length=20, choices=Stage.choices, default=Stage.QUEUED)
    left_out = models.JSONField(default=list)  # [name, why] of each paper that could not be printed
    file = models.FileField(upload_to=place_of, blank=True)
    asked_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "批量打印"
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=("queued", "running", "finished", "failed", "stopped")),
                name="batch_stage_is_known",
            ),
            models.CheckConstraint(condition=~Q(stage="finished") | ~Q(file=""), name="finished_batches_have_a_file"),
        ]

    @property
    def workflow_proposal(self):
        """What its events are about; none: the session."""
        return self.proposal
