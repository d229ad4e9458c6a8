"""What the background worker (manage.py db_worker) does for workbooks."""

from django_tasks import task

from . import background


@task(priority=10)  # before batches of papers that still wait: it takes seconds, they take minutes
def store_workbook(pk: int) -> None:
    background.make(pk)
