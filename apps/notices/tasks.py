"""What the background worker (manage.py db_worker) does for mail."""

from django.utils import timezone
from django_tasks import default_task_backend, task

from . import mailing


@task()
def send_mail(pk: int) -> None:
    mailing.send(pk, at=timezone.now(), again=_later)


def _later(pk, wait):
    """Only a backend that can wait tries again by itself; else the daily run does."""
    if default_task_backend.supports_defer:
        send_mail.using(run_after=timezone.now() + wait).enqueue(pk)
