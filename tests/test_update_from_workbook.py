"""Existing proposals updated from a workbook: shown before, applied through operations, refused where they may not."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.audit.models import Event
from apps.audit.queries import verify
from apps.desk.exchange import updating
from apps.desk.exchange.queries import ledger_rows, workbook_of
from apps.desk.models import Upload
from apps.documents.workbooks import write_table
from apps.proposals import rearranging
from apps.proposals.models import Category, Proposal
from tests import factories as make

AT = make.moment(2020, 6, 1)


@pytest.fixture
def world(db):
    made = make.world()
    made.other_category = Category.objects.create(name="交通出行")
    return made


def book(*rows):
    """Rows as dicts by column."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return write_table("台账", names, [[row.get(name) for name in names] for row in rows])


def read(world, *rows):
    return updating.read_update(book(*rows), "9-4", by=world.office, at=AT)


def shown(update):
    """{number: [(column, before, after)]}."""
    return {
        one.number: [(change.column, change.before, change.after) for change in one.changes] for one in update.changing
    }


def applied(world, update, **fields):
    told = {"by": world.office, "at": AT, "note": "按单位退回的表更正"} | fields
    return updating.apply(update.changing, set(update.marks.split()), **told)


def test_what_was_exported_and_comes_back_unchanged_changes_and_refuses_nothing(world):
    for n, state in enumerate(("received", "assigned", "handling", "replied", "closed")):
        make.proposal_at(world, state, f"00{n}")
    make.handling(world, "010", roles=[(world.housing, "separate"), (world.parks, "separate")])
    make.handling(world, "011", roles=[(world.housing, "lead"), (world.culture, "assist")])
    content = workbook_of(ledger_rows(world.session, world.office))
    update = updating.read_update(content, "9-4", by=world.office, at=AT)
    assert (update.changing, update.refused, update.unchanged) == ([], [], 7)


def test_corrections_are_shown_old_and_new_and_applied_with_an_event(world):
    make.handling(world, "001")
    row = {
        "案号": "1",
        "案由": "关于增设人行天桥的建议",
        "类别": "交通出行",
        "联系电话": "13900000002",
        "备注": "合并办理",
    }
    update = read(world, row)
    assert shown(update) == {
        "001": [
            ("案由", "关于增设过街天桥的建议", "关于增设人行天桥的建议"),
            ("类别", "城乡建设", "交通出行"),
            ("备注", "（空）", "合并办理"),
            ("联系电话", "13900000001", "13900000002"),
        ]
    }
    before = Proposal.objects.get()
    assert before.title == "关于增设过街天桥的建议"  # nothing is written yet
    assert applied(world, update) == [["001", row["案由"], ""]]  # by its name of now
    proposal = Proposal.objects.get()
    assert (proposal.title, proposal.category, proposal.remark) == (row["案由"], world.other_category, "合并办理")
    assert proposal.proposers.get().phone == "13900000002"
    assert proposal.state == "handling"
    event = Event.objects.get(action="proposal.correct")
    assert (event.actor_name, event.note) == ("吴办", "按单位退回的表更正")
    assert event.data["changed"]["title"] == ["关于增设过街天桥的建议", "关于增设人行天桥的建议"]
    assert list(verify()) == []


def test_an_empty_cell_changes_nothing_and_a_dash_clears(world):
    make.handling(world, "001", remark="旧备注", wished_units="区住建委")
    assert shown(read(world, {"案号": "001", "备注": "", "建议承办单位": None})) == {}
    update = read(world, {"案号": "001", "备注": "—", "建议承办单位": "无"})
    applied(world, update)
    proposal = Proposal.objects.get()
    assert (proposal.remark, proposal.wished_units) == ("", "")


def test_a_key_proposal_is_marked_with_its_leader_and_by_its_own_operation(world):
    make.handling(world, "001")
    make.handling(world, "002")
    update = read(world, {"案号": "001", "重点提案": "是", "督办领导": "周明远"}, {"案号": "002", "重点提案": "是"})
    assert shown(update) == {"001": [("重点提案", "否", "是，督办周明远")]}
    assert update.refused[0].number == "002" and "督办领导" in update.refused[0].refusals[0]
    applied(world, update)
    assert Proposal.objects.get(number="001").supervising_leader == world.leader_row
    assert Event.objects.filter(action="proposal.mark_key").count() == 1
    again = read(world, {"案号": "001", "重点提案": "否"})
    applied(world, again)
    assert not Proposal.objects.get(number="001").is_key


@pytest.mark.parametrize(
    ("column", "value", "way"),
    [
        ("状态", "已办结", "状态由办理动作产生"),
        ("主办单位", "区城市管理局", "调整承办单位"),
        ("协办单位", "区文化旅游委", "调整承办单位"),
        ("答复期限", "2020-12-31", "延期"),
        ("签收日期", "2020-03-12", "由办理动作产生"),
        ("最终评价", "满意", "区政协提案委"),
        ("办结日期", "2020-05-01", "区政协提案委"),
        ("答复文号", "大建函〔2020〕1号", "答复"),
    ],
)
def test_states_units_days_and_ratings_are_never_set_by_a_workbook(world, column, value, way):
    make.handling(world, "001")
    update = read(world, {"案号": "001", "案由": "关于增设过街天桥的建议", column: value})
    assert update.changing == []
    (refusal,) = update.refused[0].refusals
    assert refusal.startswith(f"{column}：写的是") and way in refusal


def test_what_stands_otherwise_beside_a_correction_does_not_stop_it(world):
    make.handling(world, "001")
    update = read(world, {"案号": "001", "备注": "补充", "状态": "已办结"})
    assert shown(update) == {"001": [("备注", "（空）", "补充")]} and update.refused[0].refusals
    applied(world, update)
    proposal = Proposal.objects.get()
    assert (proposal.remark, proposal.state) == ("补充", "handling")


def test_a_unit_by_its_other_name_is_no_difference(world):
    make.handling(world, "001")
    update = read(world, {"案号": "001", "主办单位": "区住建委"})
    assert update.refused == [] and update.unchanged == 1


def test_rows_that_cannot_be_taken_say_why(world):
    make.handling(world, "001")
    secret = make.registered(world, "002", is_secret=True)
    merged = make.registered(world, "003")
    rearranging.withdraw(merged, by=world.office, at=AT, note="提案委来函")
    rows = [{"案号": number, "备注": "改"} for number in ("099", "002", "003", "")]
    rows.append({"案号": "001", "类别": "城乡建没", "备注": ""})
    update = read(world, *rows)
    assert update.changing == []
    told = {one.number: "；".join(one.refusals) for one in update.refused}
    assert "没有第099号" in told["099"]
    assert "涉密" in told[secret.number]
    assert "已撤案" in told["003"]
    assert "没有“城乡建没”，是不是“城乡建设”" in told["001"]
    assert "案号" in told[""]


def test_rows_of_one_number_must_agree(world):
    make.handling(world, "001", roles=[(world.housing, "separate"), (world.parks, "separate")])
    rows = [{"案号": "001", "备注": "甲", "类别": "交通出行"}, {"案号": "001", "备注": "乙", "类别": "交通出行"}]
    update = read(world, *rows)
    assert shown(update) == {"001": [("类别", "城乡建设", "交通出行")]}
    assert "不一致" in update.refused[0].refusals[0]


def test_a_proposer_written_otherwise_is_the_same_one(world):
    proposal = make.handling(world, "001", proposers=[{"name": "赵坤", "phone": "1"}, {"name": "钱进", "phone": "2"}])
    kept = list(proposal.proposers.values_list("pk", flat=True))
    update = read(world, {"案号": "001", "提案者": "赵堃、钱进", "联系电话": "3、2"})
    applied(world, update)
    people = Proposal.objects.get().proposers
    assert list(people.values_list("pk", "name", "phone")) == [(kept[0], "赵堃", "3"), (kept[1], "钱进", "2")]


def test_what_changed_since_the_preview_is_left_as_it_is_and_the_others_are_not(world):
    first, second = make.handling(world, "001"), make.handling(world, "002")
    rows = [{"案号": "001", "备注": "甲"}, {"案号": "002", "备注": "乙"}]
    marks = set(read(world, *rows).marks.split())
    rearranging.correct(first, by=world.office2, at=AT, note="核对", title="关于改建天桥的建议")
    found = updating.apply(read(world, *rows).changing, marks, by=world.office, at=AT, note="更正")
    assert "已有变化" in found[0][2] and found[1][2] == ""
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.remark, second.remark) == ("", "乙")


def upload(client, content, **fields):
    file = SimpleUploadedFile("退回.xlsx", content)
    return client.post("/exchange/update/", {"session": "9-4", "file": file} | fields)


def test_a_workbook_is_uploaded_looked_at_and_confirmed_once(world, client):
    make.handling(world, "001")
    client.force_login(world.office)
    assert client.get("/exchange/update/").status_code == 200
    answer = upload(client, book({"案号": "001", "备注": "<b>补充</b>", "来源": "某局"}))
    page = client.get(answer.url)
    assert "&lt;b&gt;补充" in page.content.decode() and "来源" in page.content.decode()
    assert Proposal.objects.get().remark == ""
    kept = Upload.objects.get()
    confirm = reverse("exchange:update_confirm", args=[kept.pk])
    marks = page.context["update"].marks
    nothing = client.post(confirm, {"marks": marks, "note": ""})
    assert nothing.status_code == 422 and Proposal.objects.get().remark == ""
    done = client.post(confirm, {"marks": marks, "note": "按区住建委来表"}, follow=True).content.decode()
    assert "已更新" in done and "第001号" in done
    assert Proposal.objects.get().remark == "<b>补充</b>"
    again = client.post(confirm, {"marks": marks, "note": "按区住建委来表"})
    assert again.status_code == 409
    assert Event.objects.filter(action="proposal.correct").count() == 1


def test_a_workbook_can_be_discarded_and_a_broken_one_is_told(world, client):
    make.handling(world, "001")
    client.force_login(world.office)
    broken = upload(client, b"no workbook")
    assert broken.status_code == 422 and "不是 .xlsx" in broken.content.decode()
    answer = upload(client, book({"案号": "001", "备注": "甲"}))
    kept = Upload.objects.get()
    client.post(reverse("exchange:update_discard", args=[kept.pk]))
    assert client.get(answer.url).status_code == 404
    assert Proposal.objects.get().remark == ""


def test_another_of_the_office_never_sees_the_upload(world, client):
    make.handling(world, "001")
    client.force_login(world.office)
    answer = upload(client, book({"案号": "001", "备注": "甲"}))
    client.force_login(world.office2)
    assert client.get(answer.url).status_code == 404
