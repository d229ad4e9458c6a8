"""Registers and rolls: which rows they have, in which order, and who may have them."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.papers import operations
from apps.papers.catalogue import KINDS
from apps.papers.kinds import Occasion
from apps.proposals import operations as cases
from apps.proposals import rearranging
from apps.proposals.workflow import CaseRole
from apps.ratings import operations as ratings
from apps.replies import promises
from tests import factories as make

pytestmark = pytest.mark.django_db
LEAD, ASSIST, SEPARATE = CaseRole.LEAD, CaseRole.ASSIST, CaseRole.SEPARATE
OF_OFFICE = ("dispatch-register", "seal-register", "commitments-register", "contact-roll")
REGISTERS = (*OF_OFFICE, "not-returned")


@pytest.fixture
def world():
    return make.world()


def rows_of(world, key, on=None, user=None):
    """The rows of a register as {title of the column: text}, in order."""
    user = user or (world.secretary if key == "not-returned" else world.office)
    (session,) = KINDS[key].seen(Occasion(user, on or timezone.localdate(), world.session))
    sheet = KINDS[key].compose(session, Occasion(user, on or timezone.localdate(), session))
    assert sheet.is_landscape and sheet.is_numbered and not sheet.draft
    (table,) = sheet.blocks
    titles = [column.title for column in table.columns]
    return [dict(zip(titles, row, strict=True)) for row in table.rows]


def column(rows, title):
    return [row[title] for row in rows]


def issued(world, number, at, unit=None, code="A", **fields):
    proposal = make.handling(world, number, roles=[(unit or world.housing, LEAD)], **fields)
    return make.reply_at(world, proposal.cases.get(), "issued", code, at=at)


def test_each_register_is_for_those_who_keep_it(client, world):
    issued(world, "001", make.moment(2020, 4, 20), code="B")
    keepers = {key: {"office"} for key in OF_OFFICE} | {"not-returned": {"secretary", "secretary2"}}
    for key in REGISTERS:
        opens = set()
        for post, person in world.people.items():
            client.force_login(person)
            answer = client.get(reverse("papers:paper", args=["9-4", key, world.session.pk]))
            assert answer.status_code in (200, 404)
            if answer.status_code == 200:
                opens.add(post)
        assert opens - {"office2", "chief"} == keepers[key], key  # the others of the office


# --- 发文登记簿、用印登记簿 -----------------------------------------------------------------------------------------


def test_the_annual_letter_is_among_what_went_out(world):
    make.letter_at(world, "issued", at=make.moment(2020, 11, 3))
    (row,) = rows_of(world, "dispatch-register")
    assert (row["发文字号"], row["标题"]) == ("大渡口府函〔2020〕280号", "关于区政协九届四次会议提案办理情况的通报")
    assert (row["发文机关"], row["主送"], row["签发人"]) == ("重庆市大渡口区人民政府", "区政协", "周明远")


def test_everything_that_went_out_stands_in_order_of_date(world):
    make.reply_at(world, make.handling(world, "009").cases.get(), "signed")  # not sent yet
    reply = issued(world, "001", make.moment(2020, 5, 6), proposers=[{"name": "赵堃"}, {"name": "钱喆"}])
    back = make.registered(world, "002")
    rearranging.hand_back(back, by=world.office, at=make.moment(2020, 3, 5), note="属党委职责",
                          letter="大渡口府函〔2020〕16号", handed_to="区委组织部")  # fmt: skip
    make.assigned(world, "003")
    notice = operations.dispatch(
        KINDS["assignment-notice"], world.session, by=world.office, at=make.moment(2020, 4, 1), session=world.session,
        number="大渡口府办发〔2020〕3号", dated_on=datetime.date(2020, 4, 1), signer="周明远", copies=40,
    )  # fmt: skip
    rows = rows_of(world, "dispatch-register")
    assert column(rows, "发文字号") == ["大渡口府函〔2020〕16号", "大渡口府办发〔2020〕3号", reply.number]
    assert column(rows, "序号") == ["1", "2", "3"]
    assert column(rows, "标题") == [
        "关于退回区政协九届四次会议第002号提案的函",
        "关于做好区政协九届四次会议提案办理工作的通知",
        "关于区政协九届四次会议第001号提案的答复函",
    ]
    assert column(rows, "主送") == ["区政协提案委员会", "各承办单位", "赵堃等2人"]
    assert column(rows, "签发人") == ["", "周明远", "周明远"]
    assert column(rows, "份数") == ["", "40", ""]  # of a reply nobody has written it down
    assert [row["成文日期"].replace("\n", "") for row in rows] == ["2020年3月5日", "2020年4月1日", "2020年5月6日"]
    operations.void(notice, by=world.office, at=make.moment(2020, 4, 2), note="编错", may=True)
    assert column(rows_of(world, "dispatch-register"), "备注") == ["", "作废", ""]


def test_a_letter_of_hand_back_that_was_registered_stands_once(world):
    back = make.registered(world, "002")
    rearranging.hand_back(back, by=world.office, at=make.moment(2020, 3, 5), note="属党委职责",
                          letter="大渡口府函〔2020〕16号", handed_to="区委组织部")  # fmt: skip
    operations.dispatch(
        KINDS["committee-letter"], back, by=world.office, at=make.moment(2020, 3, 6), session=world.session,
        number="大渡口府函〔2020〕16号", dated_on=datetime.date(2020, 3, 5), copies=2,
    )  # fmt: skip
    (row,) = rows_of(world, "dispatch-register")
    assert (row["发文字号"], row["份数"]) == ("大渡口府函〔2020〕16号", "2")


def test_a_reply_that_was_reissued_keeps_its_first_number_marked_void(world):
    reply = issued(world, "001", make.moment(2020, 4, 20))
    ratings.reissue(reply, by=world.office, at=make.moment(2020, 4, 22), note="文号有误")
    (row,) = rows_of(world, "dispatch-register")
    assert (row["发文字号"], row["备注"]) == (reply.number, "作废")


def test_the_seal_register_names_the_seal_and_leaves_room_to_sign(world):
    issued(world, "001", make.moment(2020, 4, 20))
    (row,) = rows_of(world, "seal-register")
    assert row["印章名称"] == "大渡口区住房和城乡建设委员会"
    assert row["批准人"] == "周明远"
    assert (row["经办人"], row["监印人"]) == ("", "")


# --- B类提案落实情况登记表 -------------------------------------------------------------------------------------------


def test_every_promise_of_a_reply_that_went_out_is_followed(world):
    issued(world, "003", make.moment(2020, 4, 20))  # A: promises nothing
    kept = issued(world, "001", make.moment(2020, 4, 20), code="B").commitments.get()
    late = issued(world, "002", make.moment(2020, 4, 20), code="B", unit=world.parks).commitments.get()
    make.reply_at(world, make.handling(world, "004").cases.get(), "office_review", "B")  # nobody has been told it yet
    promises.report(kept, by=world.clerk, at=make.moment(2020, 6, 1), text="已完成一半")
    promises.send_back(kept, by=world.office, at=make.moment(2020, 6, 2), note="请补充")
    promises.report(kept, by=world.clerk, at=make.moment(2020, 7, 1), text="已全部完成")
    promises.verify(kept, by=world.office, at=make.moment(2020, 7, 3),
                    current_class=make.result_class(world.session, "A"))  # fmt: skip
    promises.postpone(late, by=world.office, at=make.moment(2020, 7, 3), note="资金", due_on=datetime.date(2028, 6, 30))
    first, second = rows_of(world, "commitments-register")
    assert (first["案号"], first["承办单位"], first["办理结果"]) == ("001", "区住房城乡建委", "B类→A类")
    assert (first["状态"], first["最近进展"]) == ("已落实", "2020年7月1日：已全部完成")
    assert first["落实或终止日期"].split() == ["2020年", "7月3日"]
    assert (second["案号"], second["办理结果"], second["状态"], second["最近进展"]) == ("002", "B类", "落实中", "")
    assert second["最初时限"].split() == ["2027年", "12月31日"] and second["现时限"].split() == ["2028年", "6月30日"]


def test_promises_of_a_void_reply_or_of_a_unit_that_has_lost_the_case_are_not_followed(world):
    reply = issued(world, "001", make.moment(2020, 4, 20), code="B")
    ratings.reissue(reply, by=world.office, at=make.moment(2020, 4, 22), note="文号有误")
    other = issued(world, "002", make.moment(2020, 4, 20), code="B")
    cases.adjust(other.case.proposal, [(world.parks, LEAD)], [other.case], by=world.office, at=make.moment(2020, 5, 4),
                 note="职责划转")  # fmt: skip
    assert rows_of(world, "commitments-register") == []


# --- 征询意见表未反馈名单 -------------------------------------------------------------------------------------------


def test_who_has_not_returned_is_listed_with_what_was_done_to_remind_them(world):
    waits = issued(world, "002", make.moment(2020, 4, 20))
    ratings.remind(make.receipt_of(waits), by=world.secretary, at=make.moment(2020, 5, 20))
    make.rated(world, issued(world, "001", make.moment(2020, 4, 20)), confirm=False)  # has come
    (row,) = rows_of(world, "not-returned", on=datetime.date(2020, 5, 25))
    assert (row["案号"], row["提案者"], row["联系电话"]) == ("002", "赵堃", "13900000001")
    assert (row["承办单位"], row["催收次数"]) == ("区住房城乡建委", "1")
    # 15 working days from Monday 20 April 2020: 1 to 5 May are the holiday, 26 April and 9 May are worked
    assert [row[title].replace("\n", "") for title in ("答复日期", "反馈期限", "最近催收")] == [
        "2020年4月20日", "2020年5月12日", "2020年5月20日",
    ]  # fmt: skip
    assert row["备注"] == "已逾期"
    assert rows_of(world, "not-returned", on=datetime.date(2020, 5, 8))[0]["备注"] == ""


def test_only_the_latest_reply_is_waited_for(world):
    world.session.asks_cosigners = True
    world.session.save()
    people = [{"name": "赵堃"}, {"name": "钱喆"}]
    reply = issued(world, "001", make.moment(2020, 4, 20), proposers=people)
    first, second = reply.receipts.order_by("proposer__order")
    ratings.enter(first, make.rating(world.session, "不满意"), by=world.secretary, at=make.moment(2020, 5, 6),
                  received_on=datetime.date(2020, 5, 6), scan=make.scan())  # fmt: skip
    ratings.confirm(first, by=world.secretary2, at=make.moment(2020, 5, 7))
    (row,) = rows_of(world, "not-returned")
    assert (row["提案者"], row["备注"]) == ("钱喆", "正在再次办理")  # is asked again with the second reply
    again = make.reply_at(world, reply.case, "issued", at=make.moment(2020, 5, 20))
    assert column(rows_of(world, "not-returned"), "提案者") == ["赵堃", "钱喆"]
    assert {row["答复日期"] for row in rows_of(world, "not-returned")} == {"2020年\n5月20日"}
    assert again.round == 2 and second.state == "awaited"


def test_a_case_closed_without_an_answer_says_so(world):
    reply = issued(world, "001", make.moment(2020, 4, 20))
    ratings.close_unanswered(reply.case, by=world.secretary, at=make.moment(2020, 6, 20), note="已离任")
    assert column(rows_of(world, "not-returned"), "备注") == ["已按未反馈结案"]


# --- 承办联络员名册 -------------------------------------------------------------------------------------------------


def test_the_roll_tells_whom_to_reach_in_each_unit_that_handles_something(world):
    world.housing.contact_name, world.housing.contact_phone, world.housing.kind = "李经办", "023-68000001", "政府部门"
    world.housing.save()
    make.assigned(world, "001", roles=[(world.housing, LEAD), (world.culture, ASSIST)])
    first, second = rows_of(world, "contact-roll")  # 区城市管理局 handles nothing
    assert first == {
        "序号": "1", "承办单位": "大渡口区住房和城乡建设委员会", "单位类别": "政府部门", "分管区领导": "周明远",
        "负责人": "王主任", "经办人": "李经办", "联络员": "李经办", "联系电话": "023-68000001", "备注": "",
    }  # fmt: skip
    assert (second["承办单位"], second["分管区领导"], second["负责人"]) == ("区文化旅游委", "陈思齐", "文主任")


# --- all of them -----------------------------------------------------------------------------------------------------


def test_each_register_asks_as_often_for_one_row_as_for_many(client, world):
    def fill(numbers):
        for number in numbers:
            reply = issued(world, f"{number:03}", make.moment(2020, 4, 20), code="B", unit=units[number % 3])
            person = make.people_of(world, reply.case.unit)[0]
            promises.report(reply.commitments.get(), by=person, at=make.moment(2020, 6, 1), text="进展")
            back = make.registered(world, f"{number + 500}")
            rearranging.hand_back(back, by=world.office, at=make.moment(2020, 3, 5), note="退回", handed_to="区委",
                                  letter=f"大渡口府函〔2020〕{number}号")  # fmt: skip

    def counts():
        found = {}
        for key in REGISTERS:
            client.force_login(world.secretary if key == "not-returned" else world.office)
            with CaptureQueriesContext(connection) as seen:
                answer = client.get(reverse("papers:paper", args=["9-4", key, world.session.pk]))
            assert answer.status_code == 200
            found[key] = len(seen)
        return found

    units = (world.housing, world.culture, world.parks)
    fill([1])
    few = counts()
    fill(range(2, 9))
    assert counts() == few


def test_an_empty_register_and_a_full_one_are_printed(client, world):
    hostile = '<b onclick="x()">{{ 1 }}</b>=cmd|\u202e'
    for number in ("001", "002"):
        for key in REGISTERS:
            client.force_login(world.secretary if key == "not-returned" else world.office)
            answer = client.get(reverse("papers:paper_pdf", args=["9-4", key, world.session.pk]))
            assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf"), key
        issued(world, number, make.moment(2020, 4, 20), code="B", title=hostile, proposers=[{"name": hostile}])
