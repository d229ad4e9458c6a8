"""Background tasks as in service: kept in the database, run by manage.py db_worker, pruned when they are old."""

import datetime
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_tasks import TaskResultStatus, default_task_backend, task
from django_tasks_db.models import DBTaskResult

from apps.documents.bundles import zipped
from apps.documents.content import Letter, Paragraph
from apps.documents.fonts import MissingGlyph
from apps.documents.paper import paper_pdf
from apps.documents.press import printed_many

ROOT = Path(__file__).resolve().parent.parent


def letter(number, text="您提出的提案收悉，现答复如下。"):
    return Letter(
        issuer="临江区人民政府",
        number=f"临江府函〔2020〕{number}号",
        title="关于政协提案的复函",
        addressee="张三委员",
        blocks=(Paragraph(text),),
        signature="临江区人民政府",
        dated_on=datetime.date(2020, 5, 6),
    )


@task()
def bundle_letters(target, count, text):
    """Prints letters into a zip; gives how many there are."""
    batch = printed_many(letter(number, text) for number in range(1, count + 1))

    def files():
        for paper, outcome in batch:
            if isinstance(outcome, Exception):
                raise outcome
            yield f"{paper.number}.pdf", outcome

    zipped(files(), Path(target))
    return count


@pytest.fixture
def in_service(settings, transactional_db):
    """Tasks as the settings of the site have them, and not at once, as in all other tests."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def db_worker():
    """Runs what is waiting, in a process of its own, as an office's server does."""
    environment = os.environ | {"DATABASE_URL": address_of_test_database(), "PYTHONWARNINGS": "error"}
    command = [sys.executable, ROOT / "manage.py", "db_worker", "--batch", "--no-startup-delay"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stderr


def address_of_test_database():
    if connection.vendor == "sqlite":
        return f"sqlite:///{connection.settings_dict['NAME']}"
    address, _, rest = os.environ["DATABASE_URL"].rpartition("/")
    return f"{address}/{connection.settings_dict['NAME']}?{rest.partition('?')[2]}"


def test_a_batch_of_letters_is_printed_by_the_worker(in_service, tmp_path):
    waiting = bundle_letters.enqueue(str(tmp_path / "letters.zip"), 5, "答复")
    assert waiting.status == TaskResultStatus.READY
    assert not (tmp_path / "letters.zip").exists()
    db_worker()
    done = default_task_backend.get_result(waiting.id)
    assert (done.status, done.return_value) == (TaskResultStatus.SUCCESSFUL, 5)
    with zipfile.ZipFile(tmp_path / "letters.zip") as archive:
        assert archive.namelist() == [f"临江府函〔2020〕{number}号.pdf" for number in range(1, 6)]
        assert archive.read("临江府函〔2020〕3号.pdf") == paper_pdf(letter(3, "答复"))


def test_a_batch_that_fails_says_why_and_the_next_one_runs(in_service, tmp_path):
    bad = bundle_letters.enqueue(str(tmp_path / "bad.zip"), 2, "\U0010fffd")
    good = bundle_letters.enqueue(str(tmp_path / "good.zip"), 1, "答复")
    assert "U+10FFFD" in db_worker()  # in the journal
    failed = default_task_backend.get_result(bad.id)
    assert failed.status == TaskResultStatus.FAILED
    assert failed.errors[0].exception_class is MissingGlyph
    assert default_task_backend.get_result(good.id).status == TaskResultStatus.SUCCESSFUL


def test_old_results_are_pruned_and_waiting_tasks_are_not(in_service, tmp_path):
    for _ in range(3):
        bundle_letters.enqueue(str(tmp_path / "letters.zip"), 0, "")
    old, recent, waiting = DBTaskResult.objects.all()
    for result, days in ((old, 15), (recent, 13)):
        result.set_successful(0)
        DBTaskResult.objects.filter(pk=result.pk).update(finished_at=timezone.now() - datetime.timedelta(days=days))
    DBTaskResult.objects.update(enqueued_at=timezone.now() - datetime.timedelta(days=100))
    call_command("prune_db_task_results", queue_name="*", min_age_days=14)
    assert {result.pk for result in DBTaskResult.objects.all()} == {recent.pk, waiting.pk}


def test_in_the_other_tests_a_task_is_done_at_once(tmp_path):
    assert bundle_letters.enqueue(str(tmp_path / "letters.zip"), 1, "答复").return_value == 1
    assert (tmp_path / "letters.zip").exists()
