"""Large workbooks are stored by the worker: progress and outcome for who asked, nothing half, nothing twice."""

import datetime
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.queries import verify
from apps.desk.exchange import background, tasks, uploads
from apps.desk.models import Upload
from apps.documents.background import Job
from apps.proposals import rearranging
from apps.proposals.models import Proposal
from tests import factories as make
from tests import sheets
from tests.browser import told
from tests.sheets import handled
from tests.test_tasks import ROOT, address_of_test_database, db_worker, in_service  # noqa: F401 a fixture

pytestmark = pytest.mark.django_db(transaction=True)
FEW = 3
NOTE = {"note": "按区住建委退回的表更正"}


@pytest.fixture
def world():
    return make.world()


@pytest.fixture
def office(client, world, monkeypatch):
    """The office, for whom four rows are many."""
    monkeypatch.setattr(background, "AT_ONCE", FEW)
    monkeypatch.setattr(background, "TOGETHER", 2)
    client.force_login(world.office)
    return client


@pytest.fixture
def waiting(monkeypatch):
    """Nobody works yet: the keys of what was handed to the worker, in order."""
    handed = []
    monkeypatch.setattr(tasks, "background", SimpleNamespace(make=handed.append))
    return handed


def ledger(first=1, last=5, **more):
    return sheets.workbook([handled(f"{number:03}", **more) for number in range(first, last + 1)])


def corrections(numbers, text="合并办理"):
    rows = [{"案号": number, "备注": text} for number in numbers]
    return sheets.workbook(rows, ["案号", "备注"])


def sent(client, content, where="/exchange/import/ledger/"):
    """(the Upload, the response with its preview) of a workbook."""
    answer = client.post(where, {"session": "9-4", "file": SimpleUploadedFile("台账.xlsx", content)})
    assert answer.status_code == 302, answer.content.decode()
    return Upload.objects.latest("pk"), client.get(answer.url)


def confirmed(client, upload, preview, **told):
    """Presses the button of a preview; the answer."""
    if upload.kind == "update":
        shown = {"marks": preview.context["update"].marks} | NOTE
        return client.post(reverse("exchange:update_confirm", args=[upload.pk]), shown | told)
    shown = {"seen": preview.context["plan"].fingerprint}
    return client.post(reverse("exchange:confirm", args=[upload.pk]), shown | told)


def asked(client, content, where="/exchange/import/ledger/"):
    """An Upload that was confirmed, and the address that the answer led to."""
    upload, preview = sent(client, content, where)
    answer = confirmed(client, upload, preview)
    assert answer.status_code == 302
    upload.refresh_from_db()
    return upload, answer.url


def text(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def stop(client, upload):
    return client.post(reverse("exchange:stop", args=[upload.pk]), follow=True).content.decode()


def files(settings):
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def lose(upload):
    """Its worker died: eleven minutes of silence."""
    Upload.objects.filter(pk=upload.pk).update(moved_at=timezone.now() - datetime.timedelta(minutes=11))


# --- new proposals ---------------------------------------------------------------------------------------------------


def test_few_rows_are_stored_at_once(office, world, waiting):
    upload, preview = sent(office, ledger(last=FEW))
    answer = confirmed(office, upload, preview)
    assert answer.url == "/proposals/?session=9-4"
    assert (waiting, Proposal.objects.count()) == ([], FEW)
    upload.refresh_from_db()
    assert upload.stage == "finished"


def test_many_rows_wait_for_the_worker_and_the_page_says_so(office, world, waiting):
    upload, url = asked(office, ledger())
    assert waiting == [upload.pk]
    assert sheets.is_untouched()
    page = text(office, url)
    assert "排队等候" in page and "共 5 行" in page and "确认导入" not in page
    assert 'http-equiv="refresh"' in page, "without scripts the page comes again by itself"
    assert "排队等候" in text(office, "/exchange/")


def test_the_worker_stores_all_of_it_with_events_and_the_outcome_is_kept(office, world, waiting, settings):
    upload, url = asked(office, ledger())
    background.make(upload.pk)
    assert dict(Proposal.objects.values_list("number", "state")) == {f"00{n}": "assigned" for n in range(1, 6)}
    event = Event.objects.filter(action="proposal.import").first()
    assert (event.actor_name, event.data["file"], event.data["sha256"]) == ("吴办", "台账.xlsx", upload.sha256)
    assert verify() == []
    for page in (text(office, url), text(office, "/exchange/")):
        assert "九届四次会议提案 5 件" in page
    assert files(settings) == [], "the file is gone once it is stored"


def test_in_service_the_worker_of_the_site_stores_it(client, world, in_service, settings, monkeypatch):  # noqa: F811
    """300 rows are the most that a request stores itself: with one more, a process of its own does."""
    monkeypatch.setenv("MEDIA_ROOT", str(settings.MEDIA_ROOT))
    client.force_login(world.office)
    _, url = asked(client, ledger(last=301))
    assert sheets.is_untouched()
    db_worker()
    assert Proposal.objects.count() == 301
    assert "提案 301 件" in text(client, url)


def test_a_second_press_and_a_second_worker_import_nothing_again(office, world, waiting):
    upload, preview = sent(office, ledger())
    assert confirmed(office, upload, preview).status_code == 302
    again = confirmed(office, upload, preview)
    assert again.status_code == 409
    assert "没有重复导入" in again.content.decode() and "排队等候" in again.content.decode()
    assert waiting == [upload.pk]
    background.make(upload.pk)
    background.make(upload.pk)
    assert (Proposal.objects.count(), verify()) == (5, [])
    late = confirmed(office, upload, preview)
    assert late.status_code == 409 and "此前已经导入" in late.content.decode()
    discarded = office.post(reverse("exchange:discard", args=[upload.pk]))
    assert discarded.status_code == 409


def test_what_is_under_way_is_not_discarded_nor_cleaned_away(office, world, waiting):
    upload, _ = asked(office, ledger())
    discarded = office.post(reverse("exchange:discard", args=[upload.pk]))
    assert discarded.status_code == 409 and "请先取消" in discarded.content.decode()
    now, hours = timezone.now(), datetime.timedelta(hours=1)
    Upload.objects.update(uploaded_at=now - 25 * hours, asked_at=now - 2 * hours)  # the queue is long
    uploads.purge(timezone.now())
    background.make(upload.pk)
    assert Proposal.objects.count() == 5, "it was confirmed in time"


def test_the_same_workbook_by_a_second_person_is_told_and_goes_in_once(office, client, world, waiting):
    first, _ = asked(office, ledger())
    client.force_login(world.office2)
    second, url = asked(client, ledger())
    background.make(first.pk)
    background.make(second.pk)
    page = text(client, url)
    assert "没有导入任何内容" in page and "有 5 处错误" in page
    assert "下载错误清单" in page
    errors = client.get(reverse("exchange:errors", args=[second.pk]))
    assert {row["列"] for row in sheets.rows_of(errors.content, "错误")} == {"案号"}
    assert (Proposal.objects.count(), verify()) == (5, [])


def test_what_changed_since_the_preview_is_shown_again_and_can_be_confirmed(office, world, waiting):
    upload, url = asked(office, ledger(主办单位="区住建委"))
    type(world.housing).objects.filter(pk=world.housing.pk).update(name="区住房和城乡建设委")
    background.make(upload.pk)
    assert sheets.is_untouched()
    preview = office.get(url)
    page = preview.content.decode()
    assert "已有变化" in page and "区住房和城乡建设委" in page and "确认导入 5 件" in page
    assert "没有导入" in text(office, "/exchange/")
    assert confirmed(office, upload, preview).status_code == 302
    background.make(upload.pk)
    assert Proposal.objects.count() == 5


@pytest.mark.parametrize("loss", ["post", "account"])
def test_who_may_no_longer_imports_nothing(office, client, world, waiting, loss):
    upload, _ = asked(office, ledger())
    if loss == "post":
        world.office.posts.all().delete()
    else:
        type(world.office).objects.filter(pk=world.office.pk).update(is_active=False)
    background.make(upload.pk)
    upload.refresh_from_db()
    assert upload.stage == "failed" and "岗位" in upload.problem
    assert sheets.is_untouched()


def test_an_error_while_storing_leaves_nothing_and_says_what_to_do(office, world, waiting, monkeypatch):
    upload, url = asked(office, ledger())

    def breaks(*args, **kwargs):
        raise RuntimeError("disk")

    with monkeypatch.context() as patch:
        patch.setattr("apps.desk.exchange.operations.record_many", breaks)  # the last thing that is stored
        with pytest.raises(RuntimeError, match="disk"):  # for the journal
            background.make(upload.pk)
    assert sheets.is_untouched()
    page = text(office, url)
    assert "没有导入任何内容" in page and "系统日志" in page and "确认导入 5 件" in page
    assert confirmed(office, upload, office.get(url)).status_code == 302
    background.make(upload.pk)
    assert Proposal.objects.count() == 5


def test_a_file_that_is_gone_is_told(office, world, waiting, settings):
    upload, url = asked(office, ledger())
    (path,) = files(settings)
    path.unlink()
    background.make(upload.pk)
    answer = office.get(url)
    assert answer.status_code == 409 and "请重新上传" in answer.content.decode()


def test_a_worker_that_died_leaves_nothing_and_the_page_says_what_to_do(office, world, waiting):
    upload, url = asked(office, ledger())
    assert Upload.begin(upload.pk)
    assert "正在核对 5 行" in text(office, url) and "没有进展" not in text(office, url)
    lose(upload)
    page = text(office, url)
    assert "没有进展" in page and "没有写入任何内容" in page and "请取消后再确认一次" in page
    page = stop(office, upload)
    assert "已取消，没有导入任何内容" in page and "确认导入 5 件" in page
    confirmed(office, upload, office.get(url))
    background.make(upload.pk)
    assert Proposal.objects.count() == 5


def test_a_worker_that_is_killed_in_the_middle_stores_nothing(office, world, waiting, tmp_path, settings):
    """Killed as the machine's power goes: after the rows were written, before they were stored."""
    upload, url = asked(office, ledger())
    mark = tmp_path / "written"
    script = f"""
import pathlib, time
import django
django.setup()
from apps.desk.exchange import background, operations
def written(*args, **kwargs):
    pathlib.Path({str(mark)!r}).touch()
    time.sleep(60)
operations.record_many = written
background.make({upload.pk})
"""
    given = os.environ | {
        "DATABASE_URL": address_of_test_database(),
        "DJANGO_SETTINGS_MODULE": "proposals_site.settings",
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
    }
    worker = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=given)
    until = time.monotonic() + 60
    while not mark.exists() and worker.poll() is None and time.monotonic() < until:
        time.sleep(0.1)
    worker.kill()
    worker.wait()
    assert mark.exists()
    upload.refresh_from_db()
    assert upload.stage == "running"
    assert sheets.is_untouched()
    lose(upload)
    stop(office, upload)
    confirmed(office, upload, office.get(url))
    background.make(upload.pk)
    assert (Proposal.objects.count(), verify()) == (5, [])


def test_cancelled_before_and_in_the_middle_nothing_is_stored(office, world, waiting, monkeypatch):
    upload, url = asked(office, ledger())
    assert "确认导入 5 件" in stop(office, upload)
    background.make(upload.pk)
    assert sheets.is_untouched()
    confirmed(office, upload, office.get(url))
    real = background.read

    def cancelled_meanwhile(*args, **kwargs):
        plan = real(*args, **kwargs)
        stop(office, upload)
        return plan

    monkeypatch.setattr(background, "read", cancelled_meanwhile)
    background.make(upload.pk)
    upload.refresh_from_db()
    assert upload.stage == "stopped"
    assert sheets.is_untouched()


def test_cancelled_while_it_is_written_all_of_it_is_taken_back(office, world, waiting, monkeypatch):
    upload, _ = asked(office, ledger())
    real = background.bring_in

    def cancelled_meanwhile(*args, **kwargs):
        plan = real(*args, **kwargs)
        assert Proposal.objects.count() == 5
        Upload.stop(upload.pk, timezone.now())
        return plan

    monkeypatch.setattr(background, "bring_in", cancelled_meanwhile)
    background.make(upload.pk)
    assert sheets.is_untouched()


def test_too_late_to_cancel_is_told(office, world, waiting):
    upload, _ = asked(office, ledger())
    background.make(upload.pk)
    page = stop(office, upload)
    assert "已经处理完，没有取消" in page
    assert Proposal.objects.count() == 5


def test_the_one_who_began_before_it_was_cancelled_and_asked_again_stores_nothing(office, world, waiting):
    """Believed dead, only slow: its steps belong to an order that was cancelled."""
    upload, url = asked(office, ledger())
    assert Upload.begin(upload.pk)
    slow = Upload.objects.get(pk=upload.pk)
    stop(office, upload)
    confirmed(office, upload, office.get(url))
    assert Upload.begin(upload.pk)
    with pytest.raises(background.Stopped):
        slow.tell(done=1)


def test_an_import_under_way_is_its_users_alone(office, client, world, waiting):
    upload, url = asked(office, ledger())
    client.force_login(world.office2)
    assert client.get(url).status_code == 404
    assert client.post(reverse("exchange:stop", args=[upload.pk])).status_code == 404
    client.force_login(world.clerk)
    assert client.post(reverse("exchange:stop", args=[upload.pk])).status_code == 403
    upload.refresh_from_db()
    assert upload.stage == "queued"


# --- updates ---------------------------------------------------------------------------------------------------------

UPDATE = "/exchange/update/"
NUMBERS = [f"00{n}" for n in range(1, 6)]


@pytest.fixture
def five(world):
    return [make.handling(world, number) for number in NUMBERS]


def remarks():
    return list(Proposal.objects.order_by("number").values_list("remark", flat=True))


def test_a_large_update_is_done_by_the_worker_and_each_outcome_is_kept(office, world, five, waiting, settings):
    upload, url = asked(office, corrections(NUMBERS), UPDATE)
    assert remarks() == [""] * 5
    assert "排队等候" in text(office, url)
    rearranging.correct(five[1], by=world.office2, at=timezone.now(), note="核对", title="关于改建天桥的建议")
    background.make(upload.pk)
    assert remarks() == ["合并办理", "", "合并办理", "合并办理", "合并办理"]
    page = text(office, url)
    assert "已更新 4 件，1 件没有更新" in page and "已有变化" in page
    content = office.get(reverse("exchange:update_results", args=[upload.pk])).content
    assert [(row["案号"], row["结果"]) for row in sheets.rows_of(content, "更新结果")] == [
        ("001", "已更新"),
        ("002", "预览以后此件已有变化，没有更新；请重新上传核对。"),
        *((number, "已更新") for number in ("003", "004", "005")),
    ]
    assert Event.objects.filter(action="proposal.correct", note=NOTE["note"]).count() == 4
    assert (verify(), files(settings)) == ([], [])
    assert confirmed(office, upload, sent(office, corrections(NUMBERS, "再改"), UPDATE)[1]).status_code == 409


def test_an_update_tells_how_far_it_is_and_what_was_done_when_it_is_cancelled_stays(
    office, world, five, waiting, monkeypatch
):
    upload, url = asked(office, corrections(NUMBERS), UPDATE)
    seen = []

    def watched(pk):
        seen.append(text(office, url))
        if len(seen) == 3:
            stop(office, upload)
        return world.office

    monkeypatch.setattr(background, "User", SimpleNamespace(objects=SimpleNamespace(get=watched)))
    background.make(upload.pk)
    assert "已处理 2 件，共 5 件" in seen[1] and "已处理 4 件，共 5 件" in seen[2]
    assert remarks() == ["合并办理"] * 4 + [""]
    page = text(office, url)
    assert "更新 4 件后取消，其余没有更新" in page and "第004号" in page and "第005号" not in page
    _, preview = sent(office, corrections(NUMBERS), UPDATE)
    assert [one.number for one in preview.context["update"].changing] == ["005"]


def test_an_update_whose_worker_died_says_what_is_done_and_goes_on_with_a_new_upload(office, world, five, waiting):
    upload, url = asked(office, corrections(NUMBERS), UPDATE)
    real, calls = background.apply, []

    def dies(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise SystemExit
        return real(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(background, "apply", dies)
        with pytest.raises(SystemExit):
            background.make(upload.pk)
    assert remarks() == ["合并办理"] * 2 + [""] * 3
    lose(upload)
    page = text(office, url)
    assert "没有进展" in page and "已处理 2 件，共 5 件" in page and "再上传同一工作簿" in page
    assert "更新 2 件后取消" in stop(office, upload)
    upload, url = asked(office, corrections([*NUMBERS, "005"]), UPDATE)
    background.make(upload.pk)
    assert remarks() == ["合并办理"] * 5
    assert Event.objects.filter(action="proposal.correct").count() == 5


def test_an_error_in_the_middle_of_an_update_is_told_with_what_was_done(office, world, five, waiting, monkeypatch):
    upload, url = asked(office, corrections(NUMBERS), UPDATE)
    real, calls = background.apply, []

    def breaks(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("disk")
        return real(*args, **kwargs)

    monkeypatch.setattr(background, "apply", breaks)
    with pytest.raises(RuntimeError, match="disk"):
        background.make(upload.pk)
    assert remarks() == ["合并办理"] * 2 + [""] * 3
    assert "更新 2 件后出错停下，其余没有更新" in text(office, url)


def test_an_update_by_who_may_no_longer_changes_nothing(office, world, five, waiting):
    upload, _ = asked(office, corrections(NUMBERS), UPDATE)
    world.office.posts.all().delete()
    background.make(upload.pk)
    upload.refresh_from_db()
    assert upload.stage == "failed" and "岗位" in upload.problem
    assert remarks() == [""] * 5


def test_a_post_lost_while_it_runs_ends_the_update_there(office, world, five, waiting, monkeypatch):
    upload, _ = asked(office, corrections(NUMBERS), UPDATE)
    real = background.apply

    def loses_the_post(*args, **kwargs):
        told = real(*args, **kwargs)
        world.office.posts.all().delete()
        return told

    monkeypatch.setattr(background, "apply", loses_the_post)
    background.make(upload.pk)
    upload.refresh_from_db()
    assert remarks() == ["合并办理"] * 2 + [""] * 3
    assert [bool(why) for *_, why in upload.results] == [False, False, True, True, True]


def test_the_reason_is_asked_first_and_kept_when_it_has_to_be_confirmed_again(office, world, five, waiting):
    upload, preview = sent(office, corrections(NUMBERS), UPDATE)
    nothing = confirmed(office, upload, preview, note="")
    assert (nothing.status_code, waiting) == (422, [])
    confirmed(office, upload, preview)
    page = stop(office, upload)
    assert NOTE["note"] in page, "what was typed is still there"
    assert "确认更新 5 件" in page


def test_results_of_an_update_that_is_not_over_are_not_there(office, world, five, waiting):
    upload, _ = asked(office, corrections(NUMBERS), UPDATE)
    assert office.get(reverse("exchange:update_results", args=[upload.pk])).status_code == 404


# --- the row of a job ------------------------------------------------------------------------------------------------


def test_of_two_workers_one_begins(office, world, waiting):
    upload, _ = asked(office, ledger())
    assert [Upload.begin(upload.pk), Upload.begin(upload.pk)] == [True, False]
    assert issubclass(Upload, Job)


def test_in_a_browser_progress_and_then_the_outcome(page, sign_in, tmp_path, monkeypatch, waiting):
    monkeypatch.setattr(background, "AT_ONCE", FEW)
    world = make.world()
    sign_in(page, world.office)
    path = tmp_path / "台账.xlsx"
    path.write_bytes(ledger())
    page.goto("/exchange/import/ledger/")
    page.get_by_label("工作簿").set_input_files(path)
    page.get_by_role("button", name="上传并预览").click()
    page.get_by_role("button", name="确认导入 5 件").click()
    told(page, "共 5 行，等候后台处理")
    assert Upload.begin(waiting[0])
    told(page, "正在核对 5 行")
    Upload.objects.get().tell(done=5)
    told(page, "已核对 5 行，正在写入")
    Upload.objects.update(stage="queued")
    background.make(waiting[0])
    told(page, "九届四次会议提案 5 件")  # by itself
    page.get_by_role("link", name="查看提案").click()
    told(page, "关于增设过街天桥的建议")
