"""Long work on papers and workbooks that the worker does (manage.py db_worker): how far it is, whether it still goes.

A row per job. Its worker begins it once, tells every step, and finds out with each step whether it is still wanted.
"""

import datetime

from django.db import models
from django.utils import timezone

SILENT_MINUTES = 10  # a job that says nothing for so long has lost its worker


class Stopped(Exception):
    """The job was cancelled, or given to another worker, meanwhile."""


class Job(models.Model):
    """What every job has beside its own fields: a `stage` and `asked_at`, which its class declares."""

    QUEUED, RUNNING, FINISHED, FAILED, STOPPED = "queued", "running", "finished", "failed", "stopped"

    total = models.PositiveIntegerField("总数", default=0)  # papers, or rows
    done = models.PositiveIntegerField("已完成", default=0)
    problem = models.CharField(max_length=300, blank=True)  # why it was not done: what happened and what to do
    moved_at = models.DateTimeField()  # when something was last heard of it

    class Meta:
        abstract = True

    @property
    def is_under_way(self):
        return self.stage in (self.QUEUED, self.RUNNING)

    def is_lost(self, at):
        """Whether its worker has not been heard of for so long that it must have died, or never began."""
        return self.is_under_way and at - self.moved_at > datetime.timedelta(minutes=SILENT_MINUTES)

    @classmethod
    def begin(cls, pk):
        """Whether the job waited and is now the caller's to do; of two workers one is told so."""
        waiting = cls.objects.filter(pk=pk, stage=cls.QUEUED)
        return bool(waiting.update(stage=cls.RUNNING, moved_at=timezone.now()))

    def tell(self, **changes):
        """Writes how far the job is; raises Stopped where it is no longer this worker's to do."""
        changes["moved_at"] = timezone.now()
        mine = type(self).objects.filter(pk=self.pk, stage=self.RUNNING, asked_at=self.asked_at)
        if not mine.update(**changes):
            raise Stopped
        for name, value in changes.items():
            setattr(self, name, value)

    @classmethod
    def stop(cls, pk, at):
        """Whether it was under way and is cancelled now: the worker notices with its next step."""
        going = cls.objects.filter(pk=pk, stage__in=(cls.QUEUED, cls.RUNNING))
        return bool(going.update(stage=cls.STOPPED, moved_at=at))
