from django.db import models

GENESIS = "0" * 64
"""What the first event names as the hash before it."""


class AppendOnly(TypeError):
    """An event cannot be changed or removed, by no way that leads through the models."""

    def __init__(self):
        super().__init__("审计记录只能追加，不能修改或删除")


class EventQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise AppendOnly

    def delete(self):
        raise AppendOnly

    delete.alters_data = True
    delete.queryset_only = True

    def bulk_update(self, *args, **kwargs):
        raise AppendOnly

    def bulk_create(self, objs, *args, update_conflicts=False, ignore_conflicts=False, **kwargs):
        if update_conflicts or ignore_conflicts:
            raise AppendOnly
        return super().bulk_create(objs, *args, **kwargs)


class Event(models.Model):
    """One thing that somebody did. Written by `operations.record` only, in the transaction of what was done.

    Actor and target are plain keys and names as they were then: no foreign key, so nothing that is renamed or removed
    later changes the trail, and this app knows none of the others.
    """

    seq = models.BigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("办理时间", help_text="事情发生的时间；补录的可能早于登记时间")
    recorded_at = models.DateTimeField("登记时间")
    actor_key = models.CharField("操作人标识", max_length=200)
    actor_name = models.TextField("操作人")
    entered_for = models.TextField("代录对象", blank=True)
    action = models.CharField("动作", max_length=100)
    target_type = models.CharField("对象类型", max_length=100)
    target_key = models.CharField("对象标识", max_length=200)
    target_name = models.TextField("对象")
    note = models.TextField("说明", blank=True)
    data = models.JSONField("数据", default=dict, blank=True)
    previous_hash = models.CharField("前一条哈希", max_length=64)
    hash = models.CharField("哈希", max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        ordering = ["seq"]
        indexes = [models.Index(fields=["target_type", "target_key"], name="audit_event_target")]

    def __str__(self):
        return f"第{self.seq}条 {self.actor_name} {self.action} {self.target_name}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise AppendOnly
        kwargs["force_insert"] = True  # the key is set by hand, so Django would try an UPDATE first
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise AppendOnly


class Head(models.Model):
    """The last event's number and hash, kept apart from the events: it betrays a tail that was cut off. One row."""

    SINGLETON = 1

    seq = models.BigIntegerField("末条序号", default=0)
    hash = models.CharField("末条哈希", max_length=64, default=GENESIS)

    class Meta:
        verbose_name = "审计链头"
        verbose_name_plural = "审计链头"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="audit_head_single")]

    def __str__(self):
        return f"第{self.seq}条 {self.hash}"
