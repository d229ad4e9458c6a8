"""The pages on which workbooks come in and go out: preview, confirmation, once and for the right people."""

import datetime
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from apps.audit.models import Event
from apps.audit.queries import verify
from apps.desk.exchange import uploads
from apps.desk.exchange.operations import bring_in, read
from apps.desk.models import Upload
from apps.proposals.models import Proposal, Session
from apps.proposals.workflow import OutOfTurn
from apps.units.models import Unit
from tests import factories as make
from tests import sheets
from tests.browser import go_by_menu, told
from tests.sheets import closed, handled, replied

MOST = 20


@pytest.fixture
def world(db):
    return make.world()


@pytest.fixture
def office(client, world):
    client.force_login(world.office)
    return client


def send(client, content, kind="ledger", name="台账.xlsx", **fields):
    fields = {"session": "9-4"} | fields
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("exchange:upload", args=[kind]), fields | {"file": file})


def previewed(client, content, kind="ledger", **fields):
    """(the Upload, the text of its preview)."""
    answer = send(client, content, kind, **fields)
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer.url)
    assert page.status_code == 200
    return Upload.objects.latest("pk"), page.content.decode()


def press(client, upload, name, text=""):
    """Posts a form of the preview; `text`: the page, whose hidden field goes with it."""
    seen = text.split('name="seen" value="')[1].split('"')[0] if text else ""
    return client.post(reverse(f"exchange:{name}", args=[upload.pk]), {"seen": seen})


def stored_files(settings):
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_upload_preview_confirm(office, world, settings):
    rows = [handled("001"), replied("002"), handled("003", 交办日期=None)]
    upload, text = previewed(office, sheets.workbook(rows, [*sheets.LEDGER, "经办人"]))
    assert "将导入提案" in text
    assert "确认导入 3 件" in text
    assert "经办人" in text, "an unknown column is named"
    assert sheets.is_untouched(), "nothing is stored before the confirmation"
    answer = press(office, upload, "confirm", text)
    assert (answer.status_code, answer.url) == (302, f"{reverse('desk:proposals')}?session=9-4")
    assert dict(Proposal.objects.values_list("number", "state")) == {
        "001": "assigned",
        "002": "replied",
        "003": "received",
    }
    event = Event.objects.filter(action="proposal.import").first()
    assert (event.actor_name, event.data["file"], event.data["sha256"]) == ("吴办", "台账.xlsx", upload.sha256)
    assert verify() == []
    assert "已导入九届四次会议提案 3 件" in office.get(answer.url).content.decode()


def test_the_committees_list(office, world):
    content = sheets.workbook([{"案号": 1, "案由": "题", "提案者": "赵堃、钱多"}], sheets.LIST, "清单")
    upload, text = previewed(office, content, "list")
    assert "赵堃、钱多" in text
    press(office, upload, "confirm", text)
    assert Proposal.objects.get().state == "received"
    assert Event.objects.filter(action="proposal.register").count() == 1


def test_the_second_confirmation_is_told_and_imports_nothing(
    office, world, settings, django_capture_on_commit_callbacks
):
    upload, text = previewed(office, sheets.workbook([handled()]))
    with django_capture_on_commit_callbacks(execute=True):
        assert press(office, upload, "confirm", text).status_code == 302
    assert stored_files(settings) == [], "the file is gone once it is imported"
    again = press(office, upload, "confirm", text)
    assert again.status_code == 409
    assert "没有重复导入" in again.content.decode()
    assert Proposal.objects.count() == 1
    assert "已导入" in office.get(reverse("exchange:preview", args=[upload.pk])).content.decode()
    assert press(office, upload, "discard").status_code == 409


def test_one_workbook_uploaded_twice_goes_in_once(office, world):
    content = sheets.workbook([handled()])
    first, text = previewed(office, content)
    second, other = previewed(office, content)
    press(office, first, "confirm", text)
    answer = press(office, second, "confirm", other)
    assert answer.status_code == 409
    assert "没有导入任何内容" in answer.content.decode()
    assert Proposal.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_confirmations_at_one_moment_import_once(world):
    content = sheets.workbook([handled(f"{number:03}") for number in range(1, 40)])
    upload = uploads.keep("ledger", "9-4", content, "a.xlsx", by=world.office, at=timezone.now())
    seen = read("ledger", content, "9-4", by=world.office, at=timezone.now()).fingerprint
    together = threading.Barrier(2)

    def confirm(_):
        try:
            together.wait()
            uploads.confirm(upload, by=world.office, at=timezone.now(), seen=seen)
            return "imported"
        except OutOfTurn:
            return "told"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(confirm, range(2))) == ["imported", "told"]
    assert Proposal.objects.count() == 39
    assert verify() == []


def test_what_changed_since_the_preview_is_shown_again(office, world):
    upload, text = previewed(office, sheets.workbook([handled(主办单位="区住建委")]))
    Unit.objects.filter(pk=world.housing.pk).update(name="区住房和城乡建设委")
    answer = press(office, upload, "confirm", text)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "已有变化" in page
    assert "区住房和城乡建设委" in page
    assert sheets.is_untouched()
    assert press(office, upload, "confirm", page).status_code == 302


def test_a_changed_file_is_not_imported(office, world, settings):
    upload, text = previewed(office, sheets.workbook([handled()]))
    (path,) = stored_files(settings)
    path.write_bytes(sheets.workbook([handled("009")]))
    answer = press(office, upload, "confirm", text)
    assert answer.status_code == 409
    assert "与上传时不一致" in answer.content.decode()
    path.unlink()
    assert "请重新上传" in press(office, upload, "confirm", text).content.decode()
    assert sheets.is_untouched()


def test_uploads_expire_and_are_cleaned_away(office, world, settings, django_capture_on_commit_callbacks):
    upload, text = previewed(office, sheets.workbook([handled()]))
    Upload.objects.update(uploaded_at=timezone.now() - datetime.timedelta(hours=25))
    answer = press(office, upload, "confirm", text)
    assert answer.status_code == 409
    assert "超过 24 小时" in answer.content.decode()
    assert upload.name not in office.get(reverse("exchange:home")).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        fresh, _ = previewed(office, sheets.workbook([handled("002")]))
    assert [one.pk for one in Upload.objects.all()] == [fresh.pk]
    assert len(stored_files(settings)) == 1


def test_discarding_keeps_nothing(office, world, settings, django_capture_on_commit_callbacks):
    upload, _ = previewed(office, sheets.workbook([handled()]))
    assert upload.name in office.get(reverse("exchange:home")).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert press(office, upload, "discard").url == reverse("exchange:home")
    assert (Upload.objects.count(), stored_files(settings)) == (0, [])
    assert press(office, upload, "confirm").status_code == 404
    assert sheets.is_untouched()


def test_an_upload_is_its_users_alone(client, world):
    client.force_login(world.office)
    upload, text = previewed(client, sheets.workbook([handled()]))
    for person in ("office2", "secretary"):
        client.force_login(world.people[person])
        for name in ("preview", "errors"):
            assert client.get(reverse(f"exchange:{name}", args=[upload.pk])).status_code == 404
        for name in ("confirm", "create", "discard"):
            assert press(client, upload, name).status_code == 404
        assert upload.name not in client.get(reverse("exchange:home")).content.decode()
    client.force_login(world.clerk)
    assert press(client, upload, "confirm", text).status_code == 403
    assert Upload.objects.count() == 1
    assert sheets.is_untouched()


def test_a_lost_post_takes_the_right_to_confirm(client, world):
    client.force_login(world.office)
    upload, text = previewed(client, sheets.workbook([handled()]))
    world.office.posts.all().delete()
    assert press(client, upload, "confirm", text).status_code == 403
    assert sheets.is_untouched()


def test_the_name_of_a_file_is_never_a_path_nor_markup(office, world, settings):
    _, text = previewed(office, sheets.workbook([handled()]), name="../../<b>坏</b>.xlsx")
    (path,) = stored_files(settings)
    assert path.parent == Path(settings.MEDIA_ROOT) / "exchange" / str(world.office.pk)
    assert "坏" not in path.name
    assert "<b>" not in text


def test_errors_stand_in_a_table_and_in_a_workbook(office, world):
    rows = [handled(签收日期="三月"), handled("001", 案由="<script>"), closed("003")]
    upload, text = previewed(office, sheets.workbook(rows))
    assert "没有导入任何内容" in text
    assert "“三月”不是有效日期" in text
    assert "确认导入" not in text
    assert "<script>" not in text.split("</head>")[1]
    told = sheets.rows_of(office.get(reverse("exchange:errors", args=[upload.pk])).content, "错误")
    assert [(row["行"], row["列"]) for row in told] == [
        (2, "签收日期"),
        (3, "案号"),
        (4, "首次评价"),
        (4, "最终评价"),
        (4, "回执日期"),
        (4, "办结日期"),
    ]
    assert press(office, upload, "confirm").status_code == 409
    assert sheets.is_untouched()


def test_many_errors_are_cut_with_a_count(office, world):
    rows = [handled(f"{number:03}", 签收日期="三月") for number in range(1, 302)]
    upload, text = previewed(office, sheets.workbook(rows))
    assert "先列 200 处，共 301 处" in text
    assert text.count("不是有效日期") == 200
    assert len(sheets.rows_of(office.get(reverse("exchange:errors", args=[upload.pk])).content, "错误")) == 301


def test_the_office_may_make_what_is_missing(office, world):
    upload, text = previewed(office, sheets.workbook([handled(主办单位="区气象局", 类别="气象")]))
    assert "不在系统中" in text
    assert "新建缺少的单位" in text
    assert press(office, upload, "create").status_code == 302
    text = office.get(reverse("exchange:preview", args=[upload.pk])).content.decode()
    assert "将新建" in text
    assert not Unit.objects.filter(name="区气象局").exists()
    press(office, upload, "confirm", text)
    assert Proposal.objects.get().cases.get().unit.name == "区气象局"


def test_the_office_may_open_a_session(office, world):
    content = sheets.workbook([{"案号": 1, "案由": "题", "提案者": "赵"}], sheets.LIST)
    wrong = send(office, content, "list", session="new", new_session="第九届")
    assert wrong.status_code == 422
    assert "第九届" in wrong.content.decode(), "what was typed is still there"
    upload, text = previewed(office, content, "list", session="new", new_session="９-5")
    assert "九届五次会议" in text
    assert Session.objects.count() == 1
    press(office, upload, "confirm", text)
    assert Session.objects.get(key="9-5").label == "九届五次会议"


def test_the_secretariat_brings_in_ratings_but_makes_nothing(client, world):
    client.force_login(world.secretary)
    upload, text = previewed(client, sheets.workbook([closed(), handled("002", 主办单位="区气象局")]), create="on")
    assert "不在系统中" in text
    assert "新建缺少的单位" not in text
    assert press(client, upload, "create").status_code == 403
    assert send(client, sheets.workbook([closed()]), session="new", new_session="9-5").status_code == 422
    assert client.get(reverse("exchange:upload", args=["list"])).status_code == 403
    upload, text = previewed(client, sheets.workbook([closed()]))
    press(client, upload, "confirm", text)
    assert Proposal.objects.get().state == "closed"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"not a workbook", "不是 .xlsx"),
        (b"PK\x03\x04broken", "损坏"),
        (b"%PDF-1.7", "不是 .xlsx"),
        (make.PNG, "不是 .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 100, ".xls"),
        (sheets.workbook([], ["案号", "备注"]), "缺少必需的列"),
        (sheets.workbook([]), "没有可导入的行"),
        (b"", "空"),
    ],
)
def test_files_that_cannot_be_used_are_told_and_not_kept(office, world, settings, content, told):
    answer = send(office, content)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert (Upload.objects.count(), stored_files(settings)) == (0, [])


def test_a_file_that_is_too_large_is_told(office, world, settings):
    answer = send(office, b"PK" + b"0" * (20 * 1024 * 1024))
    assert answer.status_code == 422
    assert "超过 20 MB" in answer.content.decode()
    assert stored_files(settings) == []


@pytest.mark.parametrize(
    ("person", "kind", "headers"),
    [
        ("office", "list", sheets.LIST),
        ("secretary", "ledger", sheets.LEDGER),
        (
            "office",
            "ledger",
            [name for name in sheets.LEDGER if name not in ("首次评价", "最终评价", "回执日期", "办结日期")],
        ),
    ],
)
def test_templates_have_the_header_that_the_user_fills_in(client, world, person, kind, headers):
    client.force_login(world.people[person])
    answer = client.get(reverse("exchange:template", args=[kind]))
    assert "attachment" in answer["Content-Disposition"]
    page = load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in page[1]] == headers


def test_the_ledger_leaves_by_the_page_as_by_the_command(client, world):
    make.proposal_at(world, "closed", "001")
    proposal = make.handling(world, "002")
    make.rated(world, make.reply_at(world, make.case_of(proposal, world.housing), "issued"), confirm=False)
    found = {}
    for person in ("office", "secretary"):
        client.force_login(world.people[person])
        answer = client.get(reverse("exchange:export", args=["9-4"]))
        assert answer.status_code == 200
        found[person] = [row.get("最终评价") for row in sheets.rows_of(answer.content)]
    assert found == {"office": ["满意", None], "secretary": ["满意", "满意"]}
    assert client.get(reverse("exchange:export", args=["9-9"])).status_code == 404


def test_looking_writes_nothing(office, world):
    make.proposal_at(world, "closed", "001")
    upload, _ = previewed(office, sheets.workbook([handled("002"), handled("003", 签收日期="三月")]))
    names = [("home", []), ("upload", ["ledger"]), ("template", ["list"]), ("export", ["9-4"])]
    names += [("preview", [upload.pk]), ("errors", [upload.pk])]
    for name, args in names:
        with CaptureQueriesContext(connection) as seen:
            assert office.get(reverse(f"exchange:{name}", args=args)).status_code == 200
        written = [
            query["sql"] for query in seen.captured_queries if query["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")
        ]
        assert written == [], name
        assert len(seen) <= MOST, name


def test_a_preview_asks_as_often_for_few_rows_as_for_many(office, world):
    def queries(rows):
        upload, _ = previewed(office, sheets.workbook(rows))
        with CaptureQueriesContext(connection) as seen:
            office.get(reverse("exchange:preview", args=[upload.pk]))
        return len(seen)

    few = queries([handled()])
    many = queries([replied(f"{number:03}", 协办单位="区文化旅游委") for number in range(1, 60)])
    assert few == many <= MOST


@pytest.mark.parametrize("person", ["office", "clerk", "head", "leader", "secretary"])
def test_pages_show_imported_proposals_of_every_kind(client, world, person):
    rows = [
        handled("001", 交办日期=None),
        handled("002"),
        handled("003", 状态="办理中", 协办单位="区文化旅游委"),
        replied("004", 答复日期=None, 状态="已答复", 办理结果=None, 公开属性=None),
        closed("005", 签收日期=None, 回执日期=None, 办结日期=None, 状态="已办结"),
        closed("006", 首次评价="不满意", 最终评价="理解", 轮次=3),
        handled("007", 首次评价="不满意", 轮次=2),
        handled("008", 状态="已撤案", 办结日期=sheets.day(4, 1)),
        handled("009", 并入案号="002"),
    ]
    assert bring_in("ledger", sheets.workbook(rows), "9-4", by=None, at=timezone.now()).problems == []
    client.force_login(world.people[person])
    for url in ("/", "/proposals/"):
        assert client.get(url).status_code == 200
    seen = 0
    for proposal in Proposal.objects.visible_to(world.people[person]):
        answer = client.get(proposal.get_absolute_url())
        assert answer.status_code == 200, proposal
        assert "补录" in answer.content.decode()
        seen += 1
    assert seen == (9 if person in ("office", "secretary") else 7), "001 and 009 have no case"


def test_odd_days_stand_in_the_history_of_the_proposal(office, world):
    row = closed(回执日期=sheets.day(5, 1))
    bring_in("ledger", sheets.workbook([row]), "9-4", by=None, at=timezone.now())
    assert "回执日期早于答复日期" in office.get(Proposal.objects.get().get_absolute_url()).content.decode()


def test_keeping_a_file_is_bound_to_its_content(world):
    content = sheets.workbook([handled()])
    upload = uploads.keep("ledger", "9-4", content, "a.xlsx", by=world.office, at=timezone.now())
    assert uploads.content_of(upload, timezone.now()) == content


def test_in_a_browser_from_upload_to_confirmation(page, sign_in, tmp_path):
    world = make.world()
    sign_in(page, world.office)
    path = sheets.saved(tmp_path / "台账.xlsx", [replied("001"), handled("002", 协办单位="区文化旅游委")])
    page.goto("/")
    go_by_menu(page, "导入导出")
    page.get_by_role("link", name="导入台账", exact=True).click()
    page.get_by_label("工作簿").set_input_files(path)
    page.get_by_role("button", name="上传并预览").click()
    told(page, "关于增设过街天桥的建议")
    assert not Proposal.objects.exists()
    page.get_by_role("button", name="确认导入 2 件").click()
    told(page, "已导入九届四次会议提案 2 件")
    assert dict(Proposal.objects.values_list("number", "state")) == {"001": "replied", "002": "assigned"}
    with page.expect_download() as download:
        page.goto("/exchange/")
        page.get_by_role("link", name="九届四次会议台账").click()
    assert [row["案号"] for row in sheets.rows_of(Path(download.value.path()).read_bytes())] == ["001", "002"]
