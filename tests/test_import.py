"""`import_proposals` and `import_ledger`: what a workbook says becomes what the system holds, all of it or nothing.

Expectations come from the stable interface (the ledger workbook) and docs/workflow.md, never from the code.
"""

import datetime
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.queries import verify
from apps.desk.exchange.operations import bring_in, read
from apps.desk.exchange.reading import Unusable, label_of_session
from apps.documents.workbooks import write_table
from apps.proposals import operations as cases
from apps.proposals.models import Attachment, Case, Category, Proposal, Session
from apps.proposals.operations import register, state_of
from apps.proposals.queries import open_rows
from apps.proposals.workflow import NotAllowed, OutOfTurn, Refused
from apps.ratings import operations as ratings
from apps.ratings.models import Receipt
from apps.replies.models import Reply, ReplyVersion
from apps.units.models import Leader, Unit
from tests import factories as make
from tests import sheets
from tests.sheets import closed, day, handled, replied

pytestmark = pytest.mark.django_db


def run(command, *args, **options):
    """(exit code, what was printed) of a management command."""
    out = io.StringIO()
    try:
        call_command(command, *args, stdout=out, **options)
    except CommandError as failed:
        return failed.returncode, out.getvalue() + str(failed)
    return 0, out.getvalue()


def run_json(command, *args):
    """(exit code, the JSON) of a management command."""
    out = io.StringIO()
    try:
        call_command(command, *args, "--json", stdout=out)
    except CommandError as failed:
        return failed.returncode, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def ledger(tmp_path, rows, *options, headers=sheets.LEDGER, session="9-4"):
    path = sheets.saved(tmp_path / "台账.xlsx", rows, headers)
    return run_json("import_ledger", path, "--session", session, *options)


def the_list(tmp_path, rows, *options, session="9-4"):
    path = sheets.saved(tmp_path / "清单.xlsx", rows, sheets.LIST, "提案清单")
    return run_json("import_proposals", path, "--session", session, *options)


def errors_of(told):
    return {(error["row"], error["column"]) for error in told["errors"]}


def case():
    return Case.objects.select_related("proposal", "unit").get()


@pytest.fixture
def world():
    return make.world()


# --- the committee's list ---------------------------------------------------------------------------------------------


def test_list_becomes_proposals_waiting_to_be_assigned(world, tmp_path):
    rows = [
        {
            "案号": 84,
            "案由": "关于加强　犬只管理的建议",
            "提案者": "赵堃、钱多",
            "提案类型": "大会",
            "界别": "经济界",
            "类别": "城乡建设",
            "重点提案": "√",
            "内容": "一、现状\n二、建议",
            "建议承办单位": "区公安分局",
            "单位职务": "一中教师、二院医生",
            "联系电话": "13900000001、13900000002",
            "通信地址": "春晖路1号",
        },
        {"案号": "０８５", "案由": "关于托育的建议", "提案者": "民盟区委", "集体联系人": "孙秘书", "提案类型": "平时"},
    ]
    code, told = the_list(tmp_path, rows)
    assert (code, told["ok"], told["stored"], told["proposals"]) == (0, True, True, 2)
    assert told["states"] == {"received": 2}
    first, second = Proposal.objects.order_by("number")
    assert (first.number, first.state, first.form, first.kind, first.is_key) == (
        "084",
        "received",
        "joint",
        "plenary",
        True,
    )
    assert (first.text, first.wished_units, first.sector.name) == ("一、现状\n二、建议", "区公安分局", "经济界")
    assert list(first.proposers.values_list("name", "position", "phone", "address")) == [
        ("赵堃", "一中教师", "13900000001", "春晖路1号"),
        ("钱多", "二院医生", "13900000002", ""),
    ]
    assert (second.number, second.form, second.kind) == ("085", "collective", "interim")
    assert second.proposers.get().contact_person == "孙秘书"
    assert not first.is_imported, "the list is the handing over itself, nothing was entered afterwards"
    events = Event.objects.filter(target_type="proposal")
    assert [(event.action, event.actor_key) for event in events] == [("proposal.register", "operator")] * 2
    assert verify() == []
    assert "assign" in [row.action for row in open_rows(first, world.office)]


def test_list_names_all_errors_at_once_and_stores_nothing(world, tmp_path):
    make.registered(world, "003")
    rows = [
        {"案号": 1, "案由": "甲", "提案者": "赵堃", "类别": "城乡建没"},
        {"案号": "001", "案由": "乙", "提案者": "赵堃", "提案形式": "团体"},
        {"案号": 3, "案由": "丙", "提案者": "赵堃"},
        {"案由": "丁", "重点提案": "也许"},
    ]
    code, told = the_list(tmp_path, rows)
    assert code == 1
    assert (told["ok"], told["stored"]) == (False, False)
    assert errors_of(told) == {
        (2, "类别"),
        (3, "案号"),
        (3, "提案形式"),
        (4, "案号"),
        (5, "案号"),
        (5, "提案者"),
        (5, "重点提案"),
    }
    wrong = next(error for error in told["errors"] if error["column"] == "类别")
    assert wrong["value"] == "城乡建没"
    assert "城乡建设" in wrong["expected"]
    assert Proposal.objects.count() == 1


def test_registering_one_and_many_follow_one_rule(world, tmp_path):
    make.registered(world, "001")
    with pytest.raises(Refused, match="已有第001号"):
        register(world.session, number="1", title="题", proposers=[{"name": "赵"}], by=world.office, at=make.moment())
    assert the_list(tmp_path, [{"案号": 1, "案由": "题", "提案者": "赵"}])[0] == 1


def test_list_makes_what_is_missing_when_asked(tmp_path):
    code, told = the_list(
        tmp_path,
        [{"案号": 1, "案由": "题", "提案者": "赵", "类别": "教育", "界别": "教育界"}],
        "--create",
        session="12-10",
    )
    assert code == 0
    assert told["label"] == "十二届十次会议"
    assert told["created"] == {
        "session": True,
        "units": [],
        "leaders": [],
        "categories": ["教育"],
        "sectors": ["教育界"],
    }
    session = Session.objects.get(key="12-10")
    assert [found.code for found in session.classes.all()] == ["A", "B", "C"]
    assert session.decimals == 1


def test_list_is_registered_by_the_office_alone(world):
    content = sheets.workbook([{"案号": 1, "案由": "题", "提案者": "赵"}], sheets.LIST)
    for person in ("secretary", "clerk", "head", "leader", "auditor", "admin"):
        with pytest.raises(NotAllowed):
            bring_in("list", content, "9-4", by=world.people[person], at=timezone.now())
    assert not Proposal.objects.exists()
    bring_in("list", content, "9-4", by=world.office, at=timezone.now())
    assert Event.objects.get(action="proposal.register").actor_name == "吴办"


# --- what cannot be used ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["import_proposals", "import_ledger"])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "空的"),
        (b"not a workbook", "不是 .xlsx"),
        (b"PK\x03\x04broken", "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 100, ".xls"),
        (write_table("台账", ["案号", "备注"], [["1", ""]]), "缺少必需的列"),
        (write_table("台账", ["什么", "也没有"], [["1", ""]]), "没有一列可以识别"),
        (write_table("台账", ["案号", "案由", "提案者", "主办单位"], []), "没有可导入的行"),
    ],
)
def test_unusable_files_exit_with_two(world, tmp_path, command, content, told):
    path = tmp_path / "坏.xlsx"
    path.write_bytes(content)
    code, printed = run(command, str(path), "--session", "9-4")
    assert code == 2
    assert told in printed
    code, answer = run_json(command, str(path), "--session", "9-4")
    assert (code, answer["ok"]) == (2, False)
    assert told in answer["error"]
    assert sheets.is_untouched()


def test_missing_file_unknown_session_and_odd_keys_exit_with_two(world, tmp_path):
    assert run("import_ledger", str(tmp_path / "没有.xlsx"), "--session", "9-4")[0] == 2
    path = sheets.saved(tmp_path / "a.xlsx", [closed()])
    code, printed = run("import_ledger", path, "--session", "9-5")
    assert code == 2
    assert "9-4" in printed, "a similar one is named"
    assert run("import_ledger", path, "--session", "第九届", "--create")[0] == 2
    assert run("export_ledger", "--session", "9-5", str(tmp_path / "b.xlsx"))[0] == 2
    assert sheets.is_untouched()


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("9-4", "九届四次会议"),
        ("10-1", "十届一次会议"),
        ("12-3", "十二届三次会议"),
        ("20-10", "二十届十次会议"),
        ("31-5", "三十一届五次会议"),
    ],
)
def test_label_of_a_session_comes_from_its_key(key, label):
    assert label_of_session(key) == label


@pytest.mark.parametrize("key", ["", "9", "9-0", "0-1", "九届四次", "9-4-1", "2020", "../x"])
def test_keys_that_name_no_session_are_refused(key):
    with pytest.raises(Unusable):
        label_of_session(key)


# --- how far a row got -----------------------------------------------------------------------------------------------

STAGES = [
    # row, state of proposal and case, receipt, rating
    (handled(交办日期=None), "received", None, None, None),
    (handled(), "assigned", "assigned", None, None),
    (handled(签收日期=day(3, 12)), "handling", "handling", None, None),
    (replied(), "replied", "replied", "awaited", None),
    (replied(首次评价="满意", 最终评价="满意", 回执日期=day(5, 20)), "replied", "replied", "submitted", "满意"),
    (replied(首次评价="不满意", 最终评价="不满意"), "replied", "replied", "submitted", "不满意"),
    (closed(), "closed", "closed", "confirmed", "满意"),
    (closed(首次评价="未反馈", 最终评价=None, 回执日期=None), "closed", "closed", "awaited", None),
]


@pytest.mark.parametrize(("row", "state", "case_state", "receipt", "rating"), STAGES)
def test_filled_columns_tell_how_far_a_row_got(world, tmp_path, row, state, case_state, receipt, rating):
    code, told = ledger(tmp_path, [row])
    assert (code, told["errors"]) == (0, [])
    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.is_imported) == (state, True)
    assert told["states"] == {state: 1}
    assert list(Case.objects.values_list("state", flat=True)) == ([case_state] if case_state else [])
    assert list(Receipt.objects.values_list("state", "rating__name")) == ([(receipt, rating)] if receipt else [])
    assert [event.action for event in Event.objects.filter(target_key=str(proposal.pk))] == ["proposal.import"]


def test_nothing_is_invented(world, tmp_path):
    ledger(tmp_path, [closed()])
    reply, receipt = Reply.objects.get(), Receipt.objects.get()
    assert (reply.is_imported, receipt.is_imported) == (True, True)
    for step in ("submitted", "approved", "forwarded", "signed", "issued"):
        assert (getattr(reply, f"{step}_by"), getattr(reply, f"{step}_at")) == (None, None), step
    assert (reply.body, reply.signed_hash, reply.means, reply.signer) == ("", "", "", None)
    assert not Attachment.objects.exists()
    assert (receipt.attitude, receipt.comment, receipt.entered_by, receipt.confirmed_by) == (None, "", None, None)
    assert not ReplyVersion.objects.exists()
    assert not case().contacts.exists()
    assert (reply.number, reply.issued_on, reply.publicity) == ("大建函〔2020〕001号", day(5, 8), "open")
    assert (case().accepted_on, case().closed_on, receipt.received_on) == (day(3, 12), day(5, 22), day(5, 20))
    data = Event.objects.get(action="proposal.import").data
    assert {"沟通记录", "答复正文", "审签"} <= set(data["not_recorded"])
    assert data["file"] == "台账.xlsx"


def test_a_day_that_nobody_wrote_down_stays_unknown(world, tmp_path):
    code, _ = ledger(tmp_path, [closed(签收日期=None, 办理结果=None)])
    assert code == 0
    assert (case().state, case().accepted_on, Reply.objects.get().result_class) == ("closed", None, None)
    assert {"签收日期", "办理结果"} <= set(Event.objects.get(action="proposal.import").data["unknown"])


def test_state_says_what_the_columns_do_not(world, tmp_path):
    rows = [
        handled("001", 状态="办理中"),
        handled("002", 状态="已办结"),
        replied("003", 状态="已答复"),
        replied("004", 首次评价="满意", 最终评价="满意", 状态="已办结"),
        replied("005", 首次评价="满意", 最终评价="满意", 状态="已答复"),
    ]
    code, told = ledger(tmp_path, rows)
    assert (code, told["errors"]) == (0, [])
    found = dict(Proposal.objects.values_list("number", "state"))
    assert found == {"001": "handling", "002": "closed", "003": "replied", "004": "closed", "005": "replied"}
    receipts = dict(Receipt.objects.values_list("reply__case__proposal__number", "state"))
    assert receipts == {"002": "awaited", "003": "awaited", "004": "confirmed", "005": "submitted"}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (handled(交办日期=None, 签收日期=day(3, 12)), "交办日期"),
        (handled(交办日期=None, 状态="办理中"), "交办日期"),
        (handled(办理结果="A"), "答复日期"),
        (handled(签收日期=day(3, 12), 首次评价="满意", 最终评价="满意"), "答复日期"),
        (replied(回执日期=day(5, 20)), "最终评价"),
        (replied(状态="办理中"), "状态"),
        (closed(状态="待签收"), "状态"),
        (handled(状态="待交办"), "状态"),
        (handled(状态="回执待审核"), "最终评价"),
        (handled(状态="正常"), "状态"),
        (replied(轮次=2), "首次评价"),
        (closed(首次评价="不满意", 轮次=1), "轮次"),
        (closed(轮次="两轮"), "轮次"),
        (closed(轮次="000199"), "轮次"),
        (handled(主办单位=None), "主办单位"),
        (handled(主办单位="区住建委、区文化旅游委"), "主办单位"),
        (handled(办理方式="独办", 协办单位="区文化旅游委"), "协办单位"),
        (handled(办理方式="主办+协办"), "协办单位"),
        (handled(办理方式="分办"), "办理方式"),
        (handled(协办单位="区住建委"), "协办单位"),
        (handled(办理方式="合办"), "办理方式"),
        (handled(答复期限=day(3, 10)), "答复期限"),
        (replied(办理结果="D"), "办理结果"),
        (closed(最终评价="很满意"), "最终评价"),
        (handled(案由="建" * 201), "案由"),
        (handled(督办领导="吴有人"), "督办领导"),
    ],
)
def test_rows_that_contradict_themselves_are_named(world, tmp_path, row, column):
    code, told = ledger(tmp_path, [row])
    assert code == 1
    assert errors_of(told) == {(2, column)}
    assert sheets.is_untouched()


# --- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (handled(签收日期=day(3, 9)), "签收日期"),
        (replied(答复日期=day(3, 9), 签收日期=None), "答复日期"),
        (closed(办结日期=day(5, 7)), "办结日期"),
        (handled(交办日期=day(3, 10, 2018)), "交办日期"),
        (handled(签收日期="2020-02-30"), "签收日期"),
        (handled(签收日期="三月"), "签收日期"),
        (handled(签收日期=datetime.date(2199, 1, 1)), "签收日期"),
    ],
)
def test_impossible_days_are_refused(world, tmp_path, row, column):
    code, told = ledger(tmp_path, [row])
    assert code == 1
    assert errors_of(told) == {(2, column)}
    assert sheets.is_untouched()


def test_the_clock_is_an_argument(world):
    content = sheets.workbook([handled(签收日期=day(3, 12))])
    early = read("ledger", content, "9-4", by=None, at=make.moment(2020, 3, 11))
    assert [(problem.row, problem.column) for problem in early.problems] == [(2, "签收日期")]
    assert read("ledger", content, "9-4", by=None, at=make.moment(2020, 3, 12)).problems == []


def test_the_year_before_the_session_is_possible(world, tmp_path):
    assert ledger(tmp_path, [handled(交办日期=day(12, 31, 2019))])[0] == 0


def test_odd_days_are_stored_as_they_were_and_marked(world, tmp_path):
    rows = [
        closed("001", 回执日期=day(5, 1)),
        closed("002", 签收日期=day(5, 10)),
        closed("003", 回执日期=day(5, 30)),
    ]
    code, told = ledger(tmp_path, rows)
    assert code == 0
    assert [one["number"] for one in told["unusual"]] == ["001", "002", "003"]
    assert Receipt.objects.get(reply__case__proposal__number="001").received_on == day(5, 1)
    events = Event.objects.filter(action="proposal.import").order_by("seq")
    assert [event.data["unusual"][0][:10] for event in events] == [
        "回执日期早于答复日期",
        "答复日期早于签收日期",
        "办结日期早于回执日期",
    ]


@pytest.mark.parametrize("written", ["2020-03-12", "2020/3/12", "2020.3.12", "2020年3月12日", "２０２０．３．１２"])
def test_days_are_understood_in_every_common_form(world, tmp_path, written):
    assert ledger(tmp_path, [handled(签收日期=written)])[0] == 0
    assert case().accepted_on == day(3, 12)


def test_deadlines_are_those_of_an_assignment_on_that_day(world, tmp_path):
    # 10 March 2020 was a Tuesday: 3 working days, 10 working days, 15 working days, 3 months
    ledger(tmp_path, [handled("001", 协办单位="区文化旅游委"), handled("002", 答复期限=day(7, 1))])
    lead, assist = Case.objects.filter(proposal__number="001").order_by("pk")
    assert (lead.accept_due_on, lead.return_due_on, lead.contact_due_on, lead.reply_due_on) == (
        day(3, 13),
        day(3, 24),
        day(3, 31),
        day(6, 10),
    )
    assert lead.deadline_basis["reply"]["start_on"] == "2020-03-10"
    assert (assist.opinion_due_on, assist.reply_due_on) == (day(5, 9), None), "a month before, closed days moved back"
    given = Case.objects.get(proposal__number="002")
    assert (given.reply_due_on, given.accept_due_on) == (day(7, 1), day(3, 13))
    assert "台账" in given.deadline_basis["reply"]["explanation"]


@pytest.mark.parametrize(("due_on", "opinion_due_on"), [(day(1, 20), day(1, 8)), (day(6, 1, 2022), day(4, 29, 2022))])
def test_deadlines_reach_into_other_years(world, due_on, opinion_due_on):
    # assigned on Sunday 5 January 2020; an opinion is never due before the acceptance, three working days later;
    # 1 May 2022 was a holiday, and so was 30 April: the last working day before it was the 29th
    world.session.limits |= {"reply_longest": [36, "months"]}
    world.session.save()
    proposal = make.registered(world)
    roles = [(world.housing, "lead"), (world.culture, "assist")]
    cases.assign(proposal, roles, by=world.office, at=make.moment(2020, 1, 5), reply_due_on=due_on, note="提案委同意")
    assert make.case_of(proposal, world.culture).opinion_due_on == opinion_due_on


def test_reply_keeps_the_deadline_it_had_and_receipts_have_one(world, tmp_path):
    ledger(tmp_path, [replied(答复期限=day(6, 1))])
    assert Reply.objects.get().due_on == day(6, 1)
    # 8 May 2020 was a Friday, and 9 May a make-up working day: 15 working days later is 28 May
    assert Receipt.objects.get().due_on == day(5, 28)


# --- rounds ----------------------------------------------------------------------------------------------------------


def rounds():
    """(round, day of the reply, state of the receipt, rating) of each reply."""
    return [
        (reply.round, reply.issued_on, receipt.state if receipt else None, str(receipt.rating) if receipt else None)
        for reply in Reply.objects.order_by("round")
        for receipt in (reply.receipts.first(),)
    ]


def test_a_first_rating_that_differs_means_two_rounds(world, tmp_path):
    code, told = ledger(tmp_path, [closed("084", 首次评价="不满意", 最终评价="理解")])
    assert (code, told["errors"]) == (0, [])
    assert (case().round, case().state) == (2, "closed")
    assert rounds() == [(1, None, "confirmed", "不满意"), (2, day(5, 8), "confirmed", "理解")]


def test_rounds_may_say_more(world, tmp_path):
    ledger(tmp_path, [closed("084", 首次评价="不满意", 最终评价="理解", 轮次=3)])
    assert case().round == 3
    assert rounds() == [(1, None, "confirmed", "不满意"), (3, day(5, 8), "confirmed", "理解")]


def test_two_rounds_with_one_rating_are_told_by_the_round(world, tmp_path):
    ledger(tmp_path, [closed("084", 首次评价="不满意", 最终评价="不满意", 轮次="2")])
    assert (case().round, case().state) == (2, "closed")


def test_a_second_round_under_way(world, tmp_path):
    rows = [
        handled("001", 签收日期=day(3, 12), 首次评价="不满意", 轮次=2),
        replied("002", 首次评价="不满意", 轮次=2, 状态="办理中"),
        replied("003", 首次评价="不满意", 轮次=2),
        replied("004", 首次评价="不满意", 状态="二次办理"),
    ]
    code, told = ledger(tmp_path, rows)
    assert (code, told["errors"]) == (0, [])
    found = {
        one.proposal.number: (one.state, one.round, [(r.round, r.issued_on) for r in one.replies.order_by("round")])
        for one in Case.objects.select_related("proposal")
    }
    assert found == {
        "001": ("handling", 2, [(1, None)]),
        "002": ("handling", 2, [(1, day(5, 8))]),
        "003": ("replied", 2, [(1, None), (2, day(5, 8))]),
        "004": ("handling", 2, [(1, day(5, 8))]),
    }


def test_an_imported_second_round_goes_on_by_the_real_operations(world, tmp_path):
    ledger(tmp_path, [replied("002", 首次评价="不满意", 轮次=2, 状态="办理中")])
    second = make.reply_at(world, case(), "issued", at=make.moment(2020, 6, 20))
    make.rated(world, second, "理解", at=make.moment(2020, 6, 28))
    found = case()
    assert (found.state, found.round, found.proposal.state) == ("closed", 2, "closed")
    assert verify() == []


def test_a_number_that_the_session_has_is_an_error(world, tmp_path):
    make.registered(world, "001")
    code, told = ledger(tmp_path, [handled("1"), handled("002")])
    assert (code, errors_of(told)) == (1, {(2, "案号")})
    assert Proposal.objects.count() == 1


# --- several units ---------------------------------------------------------------------------------------------------


def test_separate_units_have_a_row_each(world, tmp_path):
    rows = [
        closed("010", 办理方式="分办"),
        handled("010", 办理方式="分办", 主办单位="区城市管理局", 交办日期=day(3, 11), 签收日期=day(3, 13)),
    ]
    code, told = ledger(tmp_path, rows)
    assert (code, told["errors"], told["rows"], told["proposals"]) == (0, [], 2, 1)
    proposal = Proposal.objects.get()
    assert (proposal.mode, proposal.state, proposal.assigned_on) == ("separate", "handling", day(3, 10))
    assert list(proposal.cases.order_by("pk").values_list("role", "unit__name", "state", "assigned_on")) == [
        ("separate", "区住房城乡建委", "closed", day(3, 10)),
        ("separate", "区城市管理局", "handling", day(3, 11)),
    ]
    assert Event.objects.filter(action="proposal.import").count() == 1


@pytest.mark.parametrize(
    ("second", "column"),
    [
        ({"案由": "另一件"}, "案由"),
        ({"提案者": "钱多"}, "提案者"),
        ({"类别": "城乡建设"}, "类别"),
        ({"重点提案": "是"}, "重点提案"),
        ({"主办单位": "区住建委"}, "主办单位"),
        ({"办理方式": "独办"}, "办理方式"),
        ({"状态": "已撤案", "办结日期": day(5, 1)}, "状态"),
        ({"交办日期": None}, "交办日期"),
    ],
)
def test_separate_rows_must_agree_on_what_is_the_proposals(world, tmp_path, second, column):
    Category.objects.create(name="教育")
    first = handled("010", 办理方式="分办", 类别="教育", 重点提案="否")
    row = handled("010", 办理方式="分办", 主办单位="区城市管理局", 类别="教育", 重点提案="否") | second
    code, told = ledger(tmp_path, [first, row])
    assert code == 1
    assert errors_of(told) == {(3, column)}
    assert sheets.is_untouched()


def test_a_number_twice_without_separate_handling_is_an_error(world, tmp_path):
    code, told = ledger(tmp_path, [handled("010"), handled("10", 主办单位="区城市管理局")])
    assert code == 1
    assert errors_of(told) == {(3, "案号")}
    assert "第 2 行" in told["errors"][0]["message"]


def test_assisting_units_follow_the_answering_one(world, tmp_path):
    rows = [
        handled("001", 协办单位="区文化旅游委、区城市管理局", 办理方式="主办＋协办"),
        handled("002", 协办单位="区文化旅游委", 签收日期=day(3, 12)),
        closed("003", 协办单位="区文化旅游委"),
    ]
    code, told = ledger(tmp_path, rows)
    assert (code, told["errors"]) == (0, [])
    assists = Case.objects.filter(role="assist").order_by("proposal__number", "pk")
    assert list(assists.values_list("proposal__number", "unit__name", "state")) == [
        ("001", "区文化旅游委", "assigned"),
        ("001", "区城市管理局", "assigned"),
        ("002", "区文化旅游委", "handling"),
        ("003", "区文化旅游委", "advised"),
    ]
    assert told["units"]["区文化旅游委"] == {"lead": 0, "assist": 3}


def test_units_are_known_by_name_full_name_and_alias(world, tmp_path):
    names = ["区住房城乡建委", "大渡口区住房和城乡建设委员会", "区住建委", "区 住建委"]
    code, told = ledger(tmp_path, [handled(f"{n:03}", 主办单位=name) for n, name in enumerate(names, 1)])
    assert (code, told["errors"]) == (0, [])
    assert set(Case.objects.values_list("unit", flat=True)) == {world.housing.pk}


def test_a_row_with_one_wrong_cell_is_looked_through_to_its_end(world, tmp_path):
    wrong = handled(
        案由=None,
        签收日期="三月",
        主办单位="区气象局",
        类别="气象",
        界别="气象界",
        督办领导="某人",
        办理结果="Z",
        首次评价="好",
    )
    code, told = ledger(tmp_path, [wrong])
    assert code == 1
    assert errors_of(told) == {
        (2, name) for name in ("案由", "签收日期", "主办单位", "类别", "界别", "督办领导", "办理结果", "首次评价")
    }


def test_an_unknown_unit_names_similar_ones(world, tmp_path):
    code, told = ledger(tmp_path, [handled(主办单位="区住建局", 协办单位="区文旅委、区气象局")])
    assert code == 1
    assert errors_of(told) == {(2, "主办单位"), (2, "协办单位")}
    first = next(error for error in told["errors"] if error["column"] == "主办单位")
    assert (first["sheet"], first["value"]) == ("台账", "区住建局")
    assert "区住房城乡建委" in first["expected"]
    assert Unit.objects.count() == 3


def test_a_unit_that_was_dissolved_handles_nothing_new(world, tmp_path):
    Unit.objects.filter(pk=world.housing.pk).update(dissolved_on=day(3, 1))
    code, told = ledger(tmp_path, [handled()])
    assert (code, errors_of(told)) == (1, {(2, "主办单位")})
    assert ledger(tmp_path, [handled(交办日期=day(2, 20))])[0] == 0


def test_create_makes_session_units_leaders_categories_and_sectors(tmp_path):
    rows = [
        closed("001", 类别="教育", 界别="教育界", 重点提案="是", 督办领导="周明远", 协办单位="区教委"),
        closed("002", 交办日期=day(3, 10, 2019), 类别="教育"),
    ]
    code, told = ledger(tmp_path, [*rows, closed("003")], "--create")
    assert (code, told["errors"]) == (0, [])
    assert told["created"] == {
        "session": True,
        "units": ["区住房城乡建委", "区教委"],
        "leaders": ["周明远"],
        "categories": ["教育"],
        "sectors": ["教育界"],
    }
    session = Session.objects.get()
    assert (session.key, session.label, session.year) == ("9-4", "九届四次会议", 2020)
    assert set(Unit.objects.values_list("name", flat=True)) == {"区住房城乡建委", "区教委"}
    proposal = Proposal.objects.get(number="001")
    assert (proposal.supervising_leader, proposal.is_key) == (Leader.objects.get(), True)
    actions = list(Event.objects.order_by("seq").values_list("action", flat=True))
    assert actions == ["session.open", "session.make_missing"] + ["proposal.import"] * 3
    assert verify() == []


def test_a_new_name_that_resembles_a_known_one_is_pointed_out(world, tmp_path):
    code, told = ledger(tmp_path, [handled(主办单位="区住房城乡建设委")], "--create")
    assert code == 0
    assert any("区住房城乡建设委" in note and "“区住房城乡建委”" in note for note in told["notes"])


def test_create_is_refused_with_the_rest_when_a_row_is_wrong(tmp_path):
    code, told = ledger(tmp_path, [closed("001"), closed("002", 办理结果="Z")], "--create")
    assert code == 1
    assert told["stored"] is False
    assert not Session.objects.exists()
    assert not Unit.objects.exists()
    assert not Event.objects.exists()


def test_dry_run_tells_and_stores_nothing(tmp_path):
    code, told = ledger(tmp_path, [closed("001"), handled("002")], "--create", "--dry-run")
    assert (code, told["ok"], told["stored"], told["dry_run"]) == (0, True, False, True)
    assert told["states"] == {"assigned": 1, "closed": 1}
    assert told["created"]["units"] == ["区住房城乡建委"]
    assert not Session.objects.exists()
    assert sheets.is_untouched()
    code, printed = run(
        "import_ledger", sheets.saved(tmp_path / "a.xlsx", [closed()]), "--session", "9-4", "--create", "--dry-run"
    )
    assert code == 0
    assert "没有写入" in printed


# --- proposals that ended --------------------------------------------------------------------------------------------


def test_ended_proposals(world, tmp_path):
    rows = [
        handled("001"),
        handled("002", 状态="已并案", 并入案号=1, 交办日期=None, 主办单位=None),
        handled("003", 并入案号="001", 办结日期=day(4, 1)),
        handled("004", 状态="已撤案", 办结日期=day(4, 2)),
        handled("005", 状态="已退回提案委", 交办日期=None),
        replied("006", 状态="已撤案", 办结日期=day(6, 2)),
    ]
    code, told = ledger(tmp_path, rows)
    assert (code, told["errors"]) == (0, [])
    found = {p.number: (p.state, p.merged_into and p.merged_into.number) for p in Proposal.objects.all()}
    assert found == {
        "001": ("assigned", None),
        "002": ("merged", "001"),
        "003": ("merged", "001"),
        "004": ("withdrawn", None),
        "005": ("handed_back", None),
        "006": ("withdrawn", None),
    }
    ended = Case.objects.filter(state="ended").order_by("proposal__number")
    assert list(ended.values_list("proposal__number", "ended_on", "closed_on")) == [
        ("003", day(4, 1), None),
        ("004", day(4, 2), None),
        ("006", day(6, 2), None),
    ]
    for person in ("office", "clerk", "head", "secretary"):
        for one in Proposal.objects.exclude(number="001"):
            undoing = {"unmerge"} if person == "office" and one.state == "merged" else set()
            assert {row.action for row in open_rows(one, world.people[person])} == undoing
    assert run_json("figures", "--session", "9-4")[1]["total"] == 1


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (handled("002", 状态="已并案", 并入案号="099"), "并入案号"),
        (handled("002", 并入案号="002"), "并入案号"),
        (handled("002", 状态="已撤案", 并入案号="001"), "并入案号"),
        (handled("002", 状态="办理中", 并入案号="001"), "状态"),
        (handled("002", 状态="已撤案", 签收日期=day(3, 12)), "办结日期"),
    ],
)
def test_ends_that_cannot_be_are_named(world, tmp_path, row, column):
    code, told = ledger(tmp_path, [handled("001"), row])
    assert (code, errors_of(told)) == (1, {(3, column)})


def test_a_proposal_is_not_merged_into_a_merged_one(world, tmp_path):
    rows = [handled("001"), handled("002", 并入案号="001"), handled("003", 并入案号="002")]
    code, told = ledger(tmp_path, rows)
    assert (code, errors_of(told)) == (1, {(4, "并入案号")})


def test_the_main_proposal_may_be_there_already(world, tmp_path):
    main = make.registered(world, "001")
    assert ledger(tmp_path, [handled("002", 并入案号="001")])[0] == 0
    assert Proposal.objects.get(number="002").merged_into == main


# --- who -------------------------------------------------------------------------------------------------------------


def test_the_office_imports_no_ratings(world):
    content = sheets.workbook([handled("001"), closed("002"), replied("003", 状态="已办结")])
    plan = bring_in("ledger", content, "9-4", by=world.office, at=timezone.now())
    assert {(problem.row, problem.column) for problem in plan.problems} == {
        (3, "首次评价"),
        (3, "最终评价"),
        (3, "回执日期"),
        (3, "办结日期"),
        (4, "状态"),
    }
    assert all("提案委" in str(problem) for problem in plan.problems)
    assert sheets.is_untouched()
    plan = bring_in("ledger", sheets.workbook([replied("001")]), "9-4", by=world.office, at=timezone.now())
    assert plan.problems == []
    assert Event.objects.get(action="proposal.import").actor_name == "吴办"


def test_the_secretariat_imports_ratings_and_another_confirms_them(world):
    row = replied(首次评价="满意", 最终评价="满意", 回执日期=day(5, 20))
    bring_in("ledger", sheets.workbook([row]), "9-4", by=world.secretary, at=timezone.now())
    receipt = Receipt.objects.get()
    assert (receipt.state, receipt.entered_by) == ("submitted", world.secretary)
    with pytest.raises(Refused):
        ratings.confirm(receipt, by=world.secretary, at=timezone.now())
    ratings.confirm(receipt, by=world.secretary2, at=timezone.now())
    assert Proposal.objects.get().state == "closed"


def test_the_secretariat_makes_no_units(world):
    with pytest.raises(NotAllowed):
        read("ledger", sheets.workbook([closed()]), "9-4", by=world.secretary, at=timezone.now(), create=True)


@pytest.mark.parametrize("person", ["clerk", "head", "leader", "auditor", "admin"])
def test_nobody_else_imports(world, person):
    with pytest.raises(NotAllowed):
        bring_in("ledger", sheets.workbook([handled()]), "9-4", by=world.people[person], at=timezone.now())
    assert sheets.is_untouched()


def test_a_preview_that_is_no_longer_true_is_not_imported(world):
    content = sheets.workbook([handled()])
    seen = read("ledger", content, "9-4", by=world.office, at=timezone.now()).fingerprint
    Unit.objects.filter(pk=world.housing.pk).update(name="区住房和城乡建设委")
    content = sheets.workbook([handled(主办单位="区住建委")])
    with pytest.raises(OutOfTurn):
        bring_in("ledger", content, "9-4", by=world.office, at=timezone.now(), seen=seen)
    assert sheets.is_untouched()


# --- the whole -------------------------------------------------------------------------------------------------------


def a_year():
    """A small year: 10 counted proposals, one merged; one in two rounds, one 分办, one without a receipt."""
    yield closed("001", 类别="城乡建设", 重点提案="是", 督办领导="周明远")
    yield closed("002", 办理结果="B", 首次评价="基本满意", 最终评价="基本满意")
    yield closed("003", 办理结果="Ｃ", 首次评价="理解", 最终评价="理解", 协办单位="区文化旅游委")
    yield closed("084", 首次评价="不满意", 最终评价="理解", 答复日期=day(7, 1), 回执日期=day(7, 6), 办结日期=day(7, 8))
    yield closed("005", 办理方式="分办")
    yield closed("005", 办理方式="分办", 主办单位="区城市管理局", 答复文号="x", 办理结果="B")
    yield replied("006")
    yield replied("007", 首次评价="满意", 最终评价="满意", 回执日期=day(5, 20))
    yield handled("008", 签收日期=day(3, 12))
    yield handled("009")
    yield handled("010", 交办日期=None)
    yield handled("011", 并入案号="001")


def test_figures_of_an_imported_session(world, tmp_path):
    code, told = ledger(tmp_path, list(a_year()))
    assert (code, told["errors"], told["proposals"]) == (0, [], 11)
    code, found = run_json("figures", "--session", "9-4")
    assert code == 0
    assert (found["label"], found["total"], found["key"], found["closed"]) == ("九届四次会议", 10, 1, 5)
    assert {code: share["count"] for code, share in found["classes"].items()} == {"A": 4, "B": 2, "C": 1}
    assert found["classes"]["A"] == {"count": 4, "base": 7, "percent": "57.1"}
    assert (found["ratings"]["returned"], found["ratings"]["not_returned"]) == (6, 1)
    assert {name: share["count"] for name, share in found["ratings"]["final"].items()} == {
        "满意": 2,
        "基本满意": 1,
        "理解": 2,
    }
    assert found["ratings"]["first"]["不满意"] == {"count": 1, "base": 5, "percent": "20.0"}
    assert found["rehandled"] == ["084"]
    housing = found["units"]["区住房城乡建委"]
    assert (housing["lead"], housing["replied"]) == (9, 7)
    assert found["units"]["区文化旅游委"] == {"lead": 0, "assist": 1, "replied": 0, "on_time": 0}


def test_figures_of_an_imported_session_as_of_a_day(world, tmp_path):
    ledger(tmp_path, list(a_year()))

    def as_of(text):
        found = run_json("figures", "--session", "9-4", "--as-of", text)[1]
        return found["closed"], found["ratings"]["confirmed"]

    # closed on 22 May, the second round of 084 on 8 July
    assert as_of("2020-05-21")[0] == 0
    assert as_of("2020-05-22")[0] == 4
    assert as_of("2020-07-08") == (5, 5)


def test_stored_states_are_those_of_the_cases_and_the_trail_is_whole(world, tmp_path):
    ledger(tmp_path, list(a_year()))
    for proposal in Proposal.objects.counted():
        assert proposal.state == state_of(proposal.cases.all()), proposal
    assert Event.objects.filter(action="proposal.import").count() == Proposal.objects.count()
    assert verify() == []


def test_imported_rows_go_on_by_the_real_operations(world, tmp_path):
    ledger(tmp_path, [handled("001"), replied("002")])
    first = Case.objects.get(proposal__number="001")
    cases.accept(first, by=world.clerk, at=make.moment(2020, 3, 11))
    reply = make.reply_at(world, first, "issued", at=make.moment(2020, 4, 20))
    make.rated(world, reply)
    make.rated(world, Reply.objects.get(case__proposal__number="002"), at=make.moment(2020, 5, 20))
    assert set(Proposal.objects.values_list("state", flat=True)) == {"closed"}


def test_text_output_lists_every_error_and_the_way_out(world, tmp_path):
    path = sheets.saved(tmp_path / "a.xlsx", [handled(签收日期="三月"), handled("002", 主办单位="区气象局")])
    code, printed = run("import_ledger", path, "--session", "9-4")
    assert code == 1
    assert "第 2 行“签收日期”：“三月”不是有效日期" in printed
    assert "第 3 行“主办单位”" in printed
    assert "--create" in printed
    assert "有 2 处错误，没有导入任何内容" in printed
    path = sheets.saved(tmp_path / "b.xlsx", [handled()], [*sheets.LEDGER, "经办人"])
    code, printed = run("import_ledger", path, "--session", "9-4")
    assert code == 0
    assert "未读取的列：经办人" in printed
    assert "已导入提案 1 件：待签收 1 件" in printed


def test_queries_do_not_grow_with_the_rows(world, tmp_path):
    def queries(first, count):
        rows = [closed(f"{number:03}", 协办单位="区文化旅游委") for number in range(first, first + count)]
        content = sheets.workbook(rows)
        with CaptureQueriesContext(connection) as seen:
            assert bring_in("ledger", content, "9-4", by=None, at=timezone.now()).problems == []
        return len(seen)

    assert queries(1, 2) == queries(11, 8)
    # in batches: SQLite takes 999 values at once, 20 to 30 rows of the widest table
    assert queries(101, 200) <= queries(21, 2) + 60
