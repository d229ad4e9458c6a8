"""What the background worker (manage.py db_worker) does for papers."""

from django_tasks import task

from . import batches


@task()
def print_batch(pk: int) -> None:
    batches.make(pk)
