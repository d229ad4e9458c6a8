"""What the desk keeps of its own: workbooks that wait for their confirmation, and how each user likes the list."""

import secrets

from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.accounts.models import User
from apps.documents.background import Job


def place_of(upload, name):
    """Where the file lies: nothing of it is the user's choice."""
    return f"exchange/{upload.user_id}/{secrets.token_hex(16)}.xlsx"


class Upload(Job):
    """A workbook that a user uploaded, previews and then confirms or discards; nobody else ever sees it.

    A large one is stored by the worker, which tells here how far it is; what it could not store waits again.
    """

    class Kind(models.TextChoices):
        LIST = "list", "提案清单"
        LEDGER = "ledger", "台账"
        UPDATE = "update", "提案更新"  # of what is there; the others bring in what is new

    class Stage(models.TextChoices):
        WAITING = "waiting", "待核对"
        QUEUED = Job.QUEUED, "排队等候"
        RUNNING = Job.RUNNING, "正在处理"
        FINISHED = Job.FINISHED, "已处理"
        FAILED = Job.FAILED, "没有导入"
        STOPPED = Job.STOPPED, "已取消"

    user = models.ForeignKey(User, models.CASCADE, related_name="uploads", verbose_name="用户")
    kind = models.CharField("种类", max_length=20, choices=Kind.choices)
    session_key = models.CharField("届次代号", max_length=60)
    may_create = models.BooleanField("新建缺少的届次、单位等", default=False)
    name = models.CharField("文件名", max_length=200)
    file = models.FileField(upload_to=place_of)
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField("上传时间")
    stage = models.CharField("状态", max_length=20, choices=Stage.choices, default=Stage.WAITING)
    asked_at = models.DateTimeField("确认时间", null=True)  # when it was given to the worker
    seen = models.TextField(blank=True)  # what its preview showed, for the worker: fingerprint, or marks of an update
    note = models.TextField("更正原因", blank=True)  # likewise, of an update
    finished_at = models.DateTimeField("导入时间", null=True)
    outcome = models.CharField("结果", max_length=200, blank=True)
    results = models.JSONField(default=list)  # of an update: [number, title, why not; "" for done] of each

    class Meta:
        verbose_name = verbose_name_plural = "待确认的导入"
        ordering = ("-uploaded_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(stage="finished", finished_at__isnull=False)
                | Q(stage__in=("waiting", "queued", "running", "failed", "stopped"), finished_at=None),
                name="upload_stage_is_known_and_finished_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=("queued", "running")) | Q(asked_at__isnull=False),
                name="upload_under_way_was_asked_for",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse(f"exchange:{'update_preview' if self.kind == self.Kind.UPDATE else 'preview'}", args=[self.pk])


class ListLayout(models.Model):
    """The columns that a user chose for the list of proposals; without one, the usual ones."""

    user = models.OneToOneField(User, models.CASCADE, related_name="list_layout", verbose_name="用户")
    columns = models.JSONField("列", default=list)  # keys of listing.columns.COLUMNS

    class Meta:
        verbose_name = verbose_name_plural = "提案列表的列"

    def __str__(self):
        return f"{self.user}的列"


class SavedFilter(models.Model):
    """A list that a user keeps under a name: filter and order as they stand in its address. Nobody else's business."""

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_filters", verbose_name="用户")
    name = models.CharField("名称", max_length=20)
    query = models.TextField("条件", blank=True)  # as listing.asked.query_of writes it; empty: all proposals
    is_on_top = models.BooleanField("放在列表上方", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "常用筛选"
        ordering = ("user_id", "pk")
        constraints = [models.UniqueConstraint(fields=("user", "name"), name="filter_named_once_by_a_user")]

    def __str__(self):
        return self.name
