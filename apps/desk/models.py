"""What the desk keeps of its own: workbooks that wait for their confirmation, and how each user likes the list."""

import secrets

from django.db import models

from apps.accounts.models import User


def place_of(upload, name):
    """Where the file lies: nothing of it is the user's choice."""
    return f"exchange/{upload.user_id}/{secrets.token_hex(16)}.xlsx"


class Upload(models.Model):
    """A workbook that a user uploaded, previews and then confirms or discards; nobody else ever sees it."""

    class Kind(models.TextChoices):
        LIST = "list", "提案清单"
        LEDGER = "ledger", "台账"
        UPDATE = "update", "提案更新"  # of what is there; the others bring in what is new

    user = models.ForeignKey(User, models.CASCADE, related_name="uploads", verbose_name="用户")
    kind = models.CharField("种类", max_length=20, choices=Kind.choices)
    session_key = models.CharField("届次代号", max_length=60)
    may_create = models.BooleanField("新建缺少的届次、单位等", default=False)
    name = models.CharField("文件名", max_length=200)
    file = models.FileField(upload_to=place_of)
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField("上传时间")
    finished_at = models.DateTimeField("导入时间", null=True)
    outcome = models.CharField("结果", max_length=200, blank=True)
    results = models.JSONField(default=list)  # of an update: [number, title, why not; "" for done] of each

    class Meta:
        verbose_name = verbose_name_plural = "待确认的导入"
        ordering = ("-uploaded_at",)

    def __str__(self):
        return self.name


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
