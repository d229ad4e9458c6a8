"""`export_ledger`: what stands in the ledger, and that reading it into an empty database gives the same cells."""

import datetime
import io

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from apps.audit.queries import verify
from apps.desk.exchange.operations import bring_in
from apps.desk.exchange.queries import ledger_rows, workbook_of
from apps.proposals import operations as cases
from apps.proposals import rearranging
from apps.proposals.models import Case, Proposal, Session
from apps.proposals.operations import state_of
from apps.ratings import operations as ratings
from apps.replies.models import Reply
from tests import factories as make
from tests import sheets
from tests.sheets import closed, day, handled, replied

pytestmark = pytest.mark.django_db


def exported(tmp_path, name="out.xlsx"):
    path = tmp_path / name
    call_command("export_ledger", "--session", "9-4", str(path), stdout=io.StringIO())
    return path


def imported(path):
    call_command("import_ledger", str(path), "--session", "9-4", "--create", stdout=io.StringIO())


def cells_of(path):
    """Every cell of the sheet as it stands, header included."""
    return [list(row) for row in load_workbook(path)["台账"].iter_rows(values_only=True)]


def assert_comes_back(tmp_path):
    """Exports the session, imports it into an empty database and exports again: the same cells."""
    before = exported(tmp_path, "before.xlsx")
    states = list(Proposal.objects.order_by("number").values_list("number", "state"))
    sheets.empty_the_database()
    imported(before)
    assert cells_of(exported(tmp_path, "after.xlsx")) == cells_of(before)
    assert list(Proposal.objects.order_by("number").values_list("number", "state")) == states
    for proposal in Proposal.objects.counted():
        assert proposal.state == state_of(proposal.cases.all()), proposal
    assert verify() == []
    return sheets.rows_of(before)


@pytest.fixture
def world():
    return make.world()


def test_columns_have_the_names_and_the_order_of_the_interface(world, tmp_path):
    make.registered(world)
    path = exported(tmp_path)
    assert load_workbook(path).sheetnames == ["台账"]
    assert cells_of(path)[0] == sheets.LEDGER


def test_a_proposal_closed_by_real_operations(world, tmp_path):
    proposal = make.handling(
        world, "084", roles=[(world.housing, "lead"), (world.culture, "assist"), (world.parks, "assist")],
        proposers=[{"name": "赵堃"}, {"name": "钱多"}], form="joint", is_key=True, supervising_leader=world.leader_row,
        remark="提案委督办",
    )  # fmt: skip
    for unit in (world.culture, world.parks):
        _, head, _ = make.people_of(world, unit)
        cases.advise(make.case_of(proposal, unit), by=head, at=make.moment(2020, 4, 1), text="同意")
    reply = make.reply_at(world, make.case_of(proposal, world.housing), "issued")
    make.rated(world, reply)
    (row,) = sheets.rows_of(exported(tmp_path))
    assert row == {
        "案号": "084",
        "案由": "关于增设过街天桥的建议",
        "提案者": "赵堃、钱多",
        "提案形式": "联名",
        "提案类型": "大会",
        "界别": "经济界",
        "类别": "城乡建设",
        "重点提案": "是",
        "督办领导": "周明远",
        "办理方式": "主办+协办",
        "主办单位": "区住房城乡建委",
        "协办单位": "区文化旅游委、区城市管理局",
        "交办日期": day(3, 10),
        "答复期限": day(6, 10),
        "签收日期": day(3, 11),
        "答复日期": day(4, 20),
        "答复文号": reply.number,
        "公开属性": "主动公开",
        "办理结果": "A",
        "首次评价": "满意",
        "最终评价": "满意",
        "回执日期": day(5, 6),
        "办结日期": day(5, 6),
        "备注": "提案委督办",
    }


def every_state(world):
    """Proposals walked by real operations into every state and shape that the system knows today."""
    for number, state in enumerate(("received", "assigned", "handling", "replied", "closed"), 1):
        make.proposal_at(world, state, f"{number:03}")
    both = [(world.housing, "separate"), (world.parks, "separate")]
    apart = make.handling(world, "011", roles=both)
    make.rated(world, make.reply_at(world, make.case_of(apart, world.housing), "issued", code="B"))
    make.handling(world, "012", roles=[(world.housing, "lead"), (world.culture, "assist")])
    waiting = make.handling(world, "013")
    make.rated(world, make.reply_at(world, waiting.cases.get(), "issued"), "基本满意", confirm=False)
    again = make.handling(world, "014")
    make.rated(world, make.reply_at(world, again.cases.get(), "issued", code="C"), "不满意")
    twice = make.handling(world, "015")
    make.rated(world, make.reply_at(world, twice.cases.get(), "issued"), "不满意")
    second = make.reply_at(world, twice.cases.get(), "issued", at=make.moment(2020, 6, 20))
    make.rated(world, second, "理解", at=make.moment(2020, 6, 28))
    answered_again = make.handling(world, "016")
    make.rated(world, make.reply_at(world, answered_again.cases.get(), "issued"), "不满意")
    make.reply_at(world, answered_again.cases.get(), "issued", at=make.moment(2020, 6, 20))
    thrice = make.handling(world, "017")
    for month in (4, 6):
        at = make.moment(2020, month, 20)
        make.rated(world, make.reply_at(world, thrice.cases.get(), "issued", at=at), "不满意", at=at)
    drafting = make.handling(world, "018")
    make.reply_at(world, drafting.cases.get(), "leader_signoff")


def test_every_state_comes_back(world, tmp_path):
    every_state(world)
    rows = assert_comes_back(tmp_path)
    told = {row["案号"]: (row.get("首次评价"), row.get("最终评价"), row.get("状态"), row.get("轮次")) for row in rows}
    assert told["014"] == ("不满意", None, "办理中", 2), "handled again, and only 状态 can tell it"
    assert told["015"] == ("不满意", "理解", None, None), "ratings that differ tell two rounds"
    assert told["016"] == ("不满意", None, None, 2)
    assert told["017"] == ("不满意", "不满意", "回执已审核", 2), "the office has to choose"
    assert told["013"] == ("基本满意", "基本满意", None, None)
    assert told["018"] == (None, None, None, None), "a draft is nothing that has gone out"


def test_a_case_handled_again_by_choice_comes_back(world, tmp_path):
    thrice = make.handling(world, "017")
    for month in (4, 6):
        at = make.moment(2020, month, 20)
        make.rated(world, make.reply_at(world, thrice.cases.get(), "issued", at=at), "不满意", at=at)
    ratings.rehandle(Case.objects.get(), by=world.office, at=make.moment(2020, 7, 1), note="再办")
    (row,) = assert_comes_back(tmp_path)
    assert (row["轮次"], row["状态"], row["最终评价"]) == (3, "办理中", "不满意")
    assert (Case.objects.get().round, Case.objects.get().state) == (3, "handling")
    assert list(Reply.objects.order_by("round").values_list("round", flat=True)) == [1, 2]


def test_rarer_ends_come_back(world, tmp_path):
    """Secret ones, unanswered receipts, ended proposals, replies after the end."""
    at = make.moment(2020, 6, 30)
    secret = make.registered(world, "001", is_secret=True)
    cases.assign(secret, [(world.housing, "lead"), (world.culture, "assist")], by=world.office, at=make.moment())
    cases.record_offline(make.case_of(secret, world.housing), by=world.head, at=at, closed_on=at.date())
    make.registered(world, "002", is_secret=True)
    unanswered = make.proposal_at(world, "replied", "003").cases.get()
    ratings.close_unanswered(unanswered, by=world.secretary, at=at, note="提案者去世")
    closed = make.proposal_at(world, "closed", "004").cases.get()
    make.reply_at(world, closed, "issued", at=at, body="补充答复。")
    main = make.assigned(world, "005")
    rearranging.merge(make.assigned(world, "006"), main, by=world.office, at=at, note="内容相同")
    rearranging.withdraw(make.assigned(world, "007"), by=world.office, at=at, note="来函")
    rearranging.hand_back(
        make.assigned(world, "008"), by=world.office, at=at, note="属党委", letter="3号", handed_to="区委"
    )
    rows = {row["案号"]: row for row in assert_comes_back(tmp_path)}
    assert (rows["001"]["案由"], rows["001"]["提案者"], rows["001"]["状态"]) == ("涉密提案", "—", "已办结")
    assert rows["002"]["提案者"] == "—"
    assert (rows["003"].get("最终评价"), rows["003"]["办结日期"]) == (None, day(6, 30)), "no answer is no rating"
    assert (rows["006"]["状态"], rows["006"]["并入案号"]) == ("已并案", "005")
    assert {Proposal.objects.get(number=number).state for number in ("006", "007", "008")} == {
        "merged", "withdrawn", "handed_back",
    }  # fmt: skip
    found = Proposal.objects.get(number="001")
    assert (found.is_secret, found.state, Reply.objects.filter(case__proposal=found).exists()) == (
        True,
        "closed",
        False,
    )


def test_units_that_were_taken_out_do_not_show(world, tmp_path):
    proposal = make.handling(world, "001")
    cases.adjust(
        proposal, [(world.culture, "lead")], [proposal.cases.get()], by=world.office, at=make.moment(2020, 3, 20),
        note="职责调整",
    )  # fmt: skip
    asked = make.assigned(world, "002", roles=[(world.housing, "separate"), (world.parks, "separate")])
    given_back = make.case_of(asked, world.housing)
    cases.request_return(given_back, world.culture, by=world.clerk, at=make.moment(2020, 3, 12), note="职责不符")
    cases.grant_return(given_back, by=world.office, at=make.moment(2020, 3, 13), note="同意")
    alone = make.assigned(world, "003")
    cases.request_return(alone.cases.get(), world.culture, by=world.clerk, at=make.moment(2020, 3, 12), note="不符")
    cases.grant_return(alone.cases.get(), by=world.office, at=make.moment(2020, 3, 13), note="同意")
    rows = assert_comes_back(tmp_path)
    assert [(row["案号"], row.get("主办单位"), row.get("办理方式")) for row in rows] == [
        ("001", "区文化旅游委", "独办"),
        ("002", "区城市管理局", "独办"),
        ("003", None, None),
    ]


LEDGERS = {
    "ended": [
        handled("001"),
        handled("002", 状态="已并案", 并入案号="001", 交办日期=None),
        handled("003", 状态="已并案", 并入案号="001", 办结日期=day(4, 1), 协办单位="区教委"),
        handled("004", 状态="已撤案"),
        replied("005", 状态="已退回提案委", 办结日期=day(6, 1)),
        handled("006", 办理方式="分办", 状态="已撤案", 办结日期=day(4, 1)),
        handled("006", 办理方式="分办", 主办单位="区教委", 状态="已撤案", 办结日期=day(4, 1)),
    ],
    "planned": [
        handled("001", 交办日期=None, 办理方式="独办"),
        handled("002", 交办日期=None, 办理方式="主办+协办", 协办单位="区教委、区气象局"),
        handled("003", 交办日期=None, 办理方式="分办"),
        handled("003", 交办日期=None, 办理方式="分办", 主办单位="区教委"),
        handled("004", 交办日期=None, 主办单位=None),
    ],
    "unknown days": [
        handled("001", 状态="办理中"),
        handled("002", 状态="已办结"),
        replied("003", 答复日期=None, 状态="已答复"),
        closed("004", 答复日期=None, 办结日期=None, 状态="已办结"),
        closed("005", 签收日期=None),
    ],
    "rounds": [
        closed("001", 首次评价="不满意", 最终评价="不满意", 轮次=4),
        handled("002", 签收日期=day(3, 12), 首次评价="不满意", 轮次=3),
        replied("003", 首次评价="不满意", 轮次=3, 状态="办理中"),
        closed("004", 首次评价="不满意", 最终评价=None, 回执日期=None, 轮次=2),
        closed("005", 首次评价="满意", 最终评价="理解"),
    ],
    "texts": [
        closed("001", 案由="=cmd|' /C calc'!A0", 备注="＝1+1", 答复文号="@SUM(A1)", 提案者="+赵、-钱"),
        closed("甲-1", 案由="关于 5G 基站  的建议", 备注="第一句；第二句、第三句"),
        closed("B002", 案由='<b>&amp;</b> _x000D_ "引号"', 备注="-"),
    ],
}


@pytest.mark.parametrize("name", LEDGERS)
def test_a_foreign_ledger_comes_back_with_its_cells(tmp_path, name):
    rows = LEDGERS[name]
    imported(sheets.saved(tmp_path / "first.xlsx", rows))
    told = assert_comes_back(tmp_path)
    # what the ledger said stands in the export as it was; deadlines and forms it left out were filled in
    filled_in = {"答复期限", "提案形式", "提案类型", "办理方式"}
    for given_row, row in zip(sorted(rows, key=lambda one: one["案号"]), sorted(told, key=lambda one: one["案号"]),
                              strict=True):  # fmt: skip
        wanted = {name: value for name, value in given_row.items() if value is not None}
        if name != "texts":
            assert wanted.items() <= row.items()
        assert set(row) - set(wanted) <= filled_in


def test_full_width_and_stray_blanks_are_understood(tmp_path):
    row = closed(
        " ０８４ ", 办理结果="ａ类", 案由="关于５Ｇ　网络的建议", 提案者="赵　堃，钱多；孙一", 类别=" 城乡 建设 "
    )
    imported(sheets.saved(tmp_path / "first.xlsx", [row]))
    (told,) = assert_comes_back(tmp_path)
    assert (told["案号"], told["办理结果"], told["提案者"]) == ("084", "A", "赵堃、钱多、孙一")


def test_formulas_leave_as_text(tmp_path):
    imported(sheets.saved(tmp_path / "first.xlsx", LEDGERS["texts"]))
    page = load_workbook(exported(tmp_path))["台账"]
    dangerous = [cell for row in page.iter_rows(min_row=2) for cell in row if str(cell.value or "")[:1] in "=+-@＝"]
    dangerous = [cell for cell in dangerous if cell.value]
    assert len(dangerous) == 5
    assert {(cell.data_type, cell.quotePrefix) for cell in dangerous} == {("s", True)}


def test_unconfirmed_ratings_are_the_secretariats_alone(world):
    proposal = make.handling(world)
    make.rated(world, make.reply_at(world, proposal.cases.get(), "issued"), "不满意", confirm=False)
    (secretary,) = ledger_rows(world.session, world.secretary)
    (office,) = ledger_rows(world.session, world.office)
    (operator,) = ledger_rows(world.session)
    assert [row["first"] for row in (secretary, office, operator)] == ["不满意", "", "不满意"]
    assert (office["last"], office["received_on"], office.get("state")) == ("", None, None)


def test_export_shows_what_the_user_may_see(world):
    make.handling(world, "001")
    make.registered(world, "002")
    assert [row["number"] for row in ledger_rows(world.session, world.office)] == ["001", "002"]
    assert [row["number"] for row in ledger_rows(world.session, world.clerk)] == ["001"]
    assert list(ledger_rows(world.session, world.auditor)) == []


def test_export_asks_as_often_for_one_proposal_as_for_many(world):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            list(ledger_rows(world.session, world.office))
        return len(seen)

    make.proposal_at(world, "closed", "001")
    queries()  # who the user is, is asked once
    few = queries()
    for number in range(2, 8):
        make.proposal_at(world, "closed", f"{number:03}")
    assert queries() == few <= 12


# --- whatever a ledger says ------------------------------------------------------------------------------------------

FIRST = datetime.date(2020, 1, 6)
UNITS = ["区住房城乡建委", "区教委", "区城市管理局", "市政集团（公司）"]
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Co", "Cn"])
TEXT = st.one_of(
    st.text(LETTERS, min_size=1, max_size=12),
    st.sampled_from(["=1+1", "@x", "ＡＢＣ　甲", "_x0041_", "关于 天桥", "\u200b甲", "'-", "１２３", "无", "e\u0301"]),
)
DAYS = st.integers(0, 250).map(lambda days: FIRST + datetime.timedelta(days))
RATING = st.sampled_from(["满意", "基本满意", "理解", "不满意"])


@st.composite
def ledger_row(draw, number, unit, mode):
    """A row that the interface allows, at any step of its way."""
    days = sorted(draw(st.lists(DAYS, min_size=5, max_size=5)))
    row = {"案号": number, "主办单位": unit, "交办日期": days[0], "办理方式": mode}
    if mode == "主办+协办":
        row["协办单位"] = "、".join(draw(st.permutations([one for one in UNITS if one != unit]))[:2])
    if draw(st.booleans()):
        row["答复期限"] = days[0] + datetime.timedelta(draw(st.integers(1, 200)))
    step = draw(st.integers(0, 4))
    if step > 0:
        row["签收日期"] = days[1]
    if step > 1:
        row["答复日期"] = days[2]
        row["答复文号"] = draw(st.one_of(st.none(), TEXT))
        row["公开属性"] = draw(st.sampled_from([None, "主动公开", "依申请公开", "不予公开"]))
        row["办理结果"] = draw(st.sampled_from([None, "A", "B", "C"]))
    if step > 2:
        row["首次评价"], row["最终评价"], row["回执日期"] = draw(RATING), draw(RATING), days[3]
        row["轮次"] = draw(st.sampled_from([None, 2, 3]))
    if step > 3:
        row["办结日期"] = days[4]
    return row


@st.composite
def whole_ledger(draw):
    rows = []
    for number in draw(st.lists(st.integers(1, 400), min_size=1, max_size=4, unique=True)):
        about = {
            "案由": draw(TEXT) + "题",
            "提案者": "、".join(draw(st.lists(st.sampled_from(["赵堃", "钱多", "孙一"]), min_size=1, max_size=3))),
            "提案形式": draw(st.sampled_from([None, "个人", "联名", "集体"])),
            "提案类型": draw(st.sampled_from([None, "大会", "平时"])),
            "类别": draw(st.sampled_from([None, "教育", "城乡建设"])),
            "界别": draw(st.one_of(st.none(), TEXT)),
            "重点提案": draw(st.sampled_from([None, "是", "否"])),
            "督办领导": draw(st.sampled_from([None, "周明远"])),
            "备注": draw(st.one_of(st.none(), TEXT)),
        }
        if draw(st.booleans()):
            units = draw(st.permutations(UNITS))[: draw(st.integers(2, 3))]
            rows += [draw(ledger_row(f"{number:03}", unit, "分办")) | about for unit in units]
        else:
            mode = draw(st.sampled_from(["独办", "主办+协办"]))
            rows.append(draw(ledger_row(f"{number:03}", draw(st.sampled_from(UNITS)), mode)) | about)
    return rows


def states_of_cases():
    columns = ("proposal__number", "unit__name", "role", "state", "round")
    return sorted(Case.objects.values_list(*columns))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=whole_ledger())
def test_any_ledger_comes_back(rows):
    def brought_in(content):
        sheets.empty_the_database()
        plan = bring_in("ledger", content, "9-4", by=None, at=make.moment(2021, 6, 1), create=True)
        assert [str(problem) for problem in plan.problems] == []
        return workbook_of(ledger_rows(Session.objects.get()))

    first = brought_in(sheets.workbook(rows))
    states = states_of_cases()
    assert sheets.rows_of(brought_in(first)) == sheets.rows_of(first)
    assert states_of_cases() == states
    for proposal in Proposal.objects.counted():
        assert proposal.state == state_of(proposal.cases.all())
    for row, given_row in zip(sheets.rows_of(first), sorted(rows, key=lambda one: one["案号"]), strict=True):
        for name in ("交办日期", "签收日期", "答复日期", "办理结果", "首次评价", "最终评价", "回执日期", "办结日期"):
            assert row.get(name) == given_row.get(name), name
