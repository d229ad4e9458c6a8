"""The draft of a session's allocation: kept at each click, talked over with the units, assigned in one go."""

import io
import re
import zipfile

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.allocation import operations as allocation
from apps.allocation import opinion_views, queries
from apps.allocation.models import Answer, Assignment, Line
from apps.audit.models import Event
from apps.audit.queries import verify
from apps.documents.workbooks import Column, read_table
from apps.proposals import operations as cases
from apps.proposals.models import Proposal
from apps.proposals.workflow import CaseRole, NotAllowed, OutOfTurn, Refused
from apps.units.models import Unit
from tests import factories as make
from tests.browser import held_back, told

LEAD, ASSIST, SEPARATE = CaseRole.LEAD, CaseRole.ASSIST, CaseRole.SEPARATE
AT = make.moment(2020, 3, 2)


@pytest.fixture
def world(db):
    return make.world()


def placed(world, proposal, *roles, by=None, seen=0, at=AT, **fields):
    return allocation.place(proposal, list(roles), by=by or world.office, at=at, seen=seen, **fields)


def said(proposal):
    """What the draft says of a proposal now: [(unit name, role)]."""
    line = Line.objects.filter(proposal=proposal, assigned_at=None).first()
    return [(unit.name, role) for unit, role in line.roles] if line else []


def drafted(world, number="001", *roles, **fields):
    proposal = make.registered(world, number, **fields)
    placed(world, proposal, *(roles or [(world.housing, LEAD)]))
    return proposal


# --- the draft -------------------------------------------------------------------------------------------------------


def test_a_line_is_kept_with_who_and_when_and_the_proposal_still_waits(world):
    proposal = make.registered(world)
    line = placed(world, proposal, (world.housing, LEAD), (world.culture, ASSIST), note="已电话商定")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.cases.count()) == ("received", 0)
    assert said(proposal) == [("区住房城乡建委", LEAD), ("区文化旅游委", ASSIST)]
    line.refresh_from_db()
    assert (line.changed_by, line.changed_at, line.note, line.version) == (world.office, AT, "已电话商定", 1)
    event = Event.objects.get(action="allocation.place")
    # told at the session: on the proposal's page units may one day read its history
    assert (event.target_type, event.target_key, event.data["proposal"]) == ("session", "9-4", "9-4/001")


def test_what_another_changed_since_is_told_and_not_overwritten(world):
    proposal = drafted(world)
    placed(world, proposal, (world.parks, LEAD), by=world.office2, seen=1)
    with pytest.raises(OutOfTurn, match="第001号提案刚才已由何办改为“主办：区城市管理局”，没有覆盖"):
        placed(world, proposal, (world.culture, LEAD), seen=1)
    assert said(proposal) == [("区城市管理局", LEAD)]


def test_a_line_that_somebody_began_meanwhile_is_not_overwritten_either(world):
    proposal = drafted(world)
    with pytest.raises(OutOfTurn, match="吴办"):
        placed(world, proposal, (world.parks, LEAD), by=world.office2, seen=0)


def test_a_line_is_taken_back_and_begun_again(world):
    proposal = drafted(world)
    placed(world, proposal, seen=1)
    assert said(proposal) == []
    assert not queries.open_lines(world.session).exists()
    placed(world, proposal, (world.parks, LEAD), seen=2)
    assert said(proposal) == [("区城市管理局", LEAD)]
    assert [event.action for event in Event.objects.filter(action__startswith="allocation")] == [
        "allocation.place", "allocation.clear", "allocation.place",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "roles",
    [
        [("housing", ASSIST)],
        [("housing", LEAD), ("parks", LEAD)],
        [("housing", SEPARATE)],
        [("housing", LEAD), ("housing", ASSIST)],
    ],
)
def test_a_line_has_a_shape_that_can_be_assigned(world, roles):
    proposal = make.registered(world)
    with pytest.raises(Refused):
        placed(world, proposal, *((getattr(world, name), role) for name, role in roles))
    assert not Line.objects.exists()


def test_a_dissolved_unit_is_refused(world):
    world.parks.dissolved_on = AT.date()
    world.parks.save()
    with pytest.raises(Refused, match="区城市管理局已撤销"):
        placed(world, make.registered(world), (world.parks, LEAD))


@pytest.mark.parametrize("post", ["clerk", "head", "leader", "secretary", "auditor", "admin"])
def test_only_the_office_drafts_and_assigns(world, post):
    proposal = drafted(world)
    with pytest.raises(NotAllowed):
        placed(world, proposal, (world.parks, LEAD), by=world.people[post], seen=1)
    with pytest.raises(NotAllowed):
        everything(world, by=world.people[post])


def test_of_a_secret_proposal_no_note_is_kept(world):
    proposal = make.registered(world, is_secret=True)
    line = placed(world, proposal, (world.housing, LEAD), note="关于某工程")
    line.refresh_from_db()
    assert line.note == ""
    assert "某工程" not in str(list(Event.objects.values_list("note", "data")))


def test_the_load_is_what_is_under_way_and_what_the_draft_adds_compared_with_the_average(world):
    make.handling(world, "090")
    make.assigned(world, "091", roles=[(world.housing, LEAD), (world.parks, ASSIST)])
    make.proposal_at(world, "replied", "092")  # answered: no load any more
    drafted(world, "001")
    drafted(world, "002", (world.housing, LEAD), (world.culture, ASSIST))
    found = queries.loads(world.session, Unit.objects.in_bulk())
    assert [(load.unit.name, load.current, load.leads, load.assists, load.total) for load in found.rows] == [
        ("区住房城乡建委", 2, 2, 0, 4),
        ("区文化旅游委", 0, 0, 1, 1),
        ("区城市管理局", 1, 0, 0, 1),
    ]
    assert str(found.average) == "2.0"
    assert [(load.bar, load.is_heavy) for load in found.rows] == [(20, True), (5, False), (5, False)]


# --- the page --------------------------------------------------------------------------------------------------------


def past_and_present(world, count=0):
    """2020's session as the past, with a proposal of each unit; 2021's with so many that are like them."""
    make.assigned(world, "101", title="关于增设过街天桥的建议")
    make.assigned(world, "102", title="关于规范共享单车停放的建议", roles=[(world.parks, LEAD)])
    world.session = cases.open_session("9-5", "九届五次会议", 2021, by=world.office, at=make.moment(2021, 1, 10))
    return [
        make.registered(world, f"{n:03}", title=f"关于在{n}号路口增设过街天桥的建议", at=make.moment(2021, 2, 20))
        for n in range(1, count + 1)
    ]


def test_a_click_on_a_suggestion_puts_the_unit_as_lead_and_keeps_who_assists(world, client):
    (proposal,) = past_and_present(world, 1)
    client.force_login(world.office)
    page = client.get("/allocation/").content.decode()
    assert "其中《关于增设过街天桥的建议》（九届四次会议第101号）相近" in page
    address = reverse("allocation:place", args=["9-5", proposal.pk])
    client.post(address, {"unit": world.parks.pk, "seen": 0})
    line = Line.objects.get()
    placed(world, proposal, (world.parks, LEAD), (world.culture, ASSIST), seen=line.version)
    answer = client.post(address, {"unit": world.housing.pk, "seen": 2, "page": "1", "show": "left"})
    assert answer.url == f"/allocation/9-5/?show=left#p{proposal.pk}"
    assert said(proposal) == [("区住房城乡建委", LEAD), ("区文化旅游委", ASSIST)]


def test_choosing_no_unit_changes_nothing_and_taking_back_is_said_expressly(world, client):
    proposal = drafted(world)
    client.force_login(world.office)
    address = reverse("allocation:place", args=["9-4", proposal.pk])
    page = client.post(address, {"unit": "", "seen": 1}, follow=True)
    assert "请先选择单位" in page.content.decode()
    assert said(proposal) == [("区住房城乡建委", LEAD)]
    client.post(address, {"clear": "1", "seen": 1})
    assert said(proposal) == []


def test_a_click_on_an_old_page_is_told_who_changed_it(world, client):
    proposal = drafted(world)
    client.force_login(world.office2)
    address = reverse("allocation:place", args=["9-4", proposal.pk])
    page = client.post(address, {"unit": world.parks.pk, "seen": 0}, follow=True).content.decode()
    assert "第001号提案刚才已由吴办改为“主办：区住房城乡建委”" in page
    assert said(proposal) == [("区住房城乡建委", LEAD)]


def test_all_first_suggestions_are_taken_as_shown_and_what_is_drafted_already_stays(world, client):
    first, second, third = past_and_present(world, 3)
    placed(world, third, (world.culture, LEAD))
    client.force_login(world.office)
    firsts = client.get("/allocation/9-5/").context["firsts"]
    assert len(firsts) == 2
    placed(world, second, (world.parks, LEAD), by=world.office2)  # while the page is looked at
    page = client.post("/allocation/9-5/take/", {"first": firsts}, follow=True).content.decode()
    assert "已采纳首选建议 1 件" in page
    assert "第002号提案刚才已由何办改为“主办：区城市管理局”" in page
    assert [said(one)[0][0] for one in (first, second, third)] == ["区住房城乡建委", "区城市管理局", "区文化旅游委"]


def test_nonsense_in_hidden_fields_changes_nothing(world, client):
    past_and_present(world, 1)
    client.force_login(world.office)
    nonsense = ["", "1", "1-2", "a-b-c", "1-2-3-4", "99999999-1-0", "²-1-1", "9" * 40 + "-1-1"]
    assert client.post("/allocation/9-5/take/", {"first": nonsense}).status_code == 302
    answer = client.post("/allocation/9-5/assign/", {"lines": "x 1- -1 1-2-3 ²-1"})
    assert answer.status_code == 422
    assert not Line.objects.exists() and not Assignment.objects.exists()


def test_the_form_of_a_line_takes_separate_units_and_keeps_what_was_typed_when_it_is_late(world, client):
    proposal = drafted(world)
    client.force_login(world.office)
    address = reverse("allocation:line", args=["9-4", proposal.pk])
    both = {"mode": "separate", "separates": [world.housing.pk, world.parks.pk], "note": "各办各的", "seen": "1"}
    assert client.post(address, both).status_code == 302
    assert said(proposal) == [("区住房城乡建委", SEPARATE), ("区城市管理局", SEPARATE)]
    late = client.post(address, both | {"note": "改了主意"})
    assert late.status_code == 409
    page = late.content.decode()
    assert "改了主意" in page and "没有覆盖" in page
    assert Line.objects.get().note == "各办各的"
    # sent once more, after what it says was read, it is meant
    assert client.post(address, both | {"note": "改了主意", "seen": "2"}).status_code == 302
    assert Line.objects.get().note == "改了主意"


def test_the_list_shows_what_has_no_unit_yet(world, client):
    drafted(world, "001", title="关于甲事的建议")
    make.registered(world, "002", title="关于乙事的建议")
    client.force_login(world.office)
    page = client.get("/allocation/9-4/?show=left").content.decode()
    assert "乙事" in page and "甲事" not in page


def test_the_draft_goes_out_as_a_workbook(world, client):
    drafted(world, "001", (world.housing, LEAD), (world.culture, ASSIST), wished_units="区住建委")
    make.registered(world, "002", title="=1+1")
    client.force_login(world.office)
    found = rows_of(client.get("/allocation/9-4/plan.xlsx"), "案号", "案由", "主办（分办）单位", "协办单位")
    assert found == [["001", "关于增设过街天桥的建议", "区住房城乡建委", "区文化旅游委"], ["002", "=1+1", None, None]]


def rows_of(answer, *names):
    """The rows of a workbook that came as an answer, each the values of these columns."""
    table = read_table(answer.content, columns=[Column(name, required=True) for name in names])
    return [[row.cells[name] for name in names] for row in table.rows]


# --- talked over with the units --------------------------------------------------------------------------------------


def shared(world, at=AT):
    allocation.share(queries.draft_of(world.session), at.date(), by=world.office, at=at)


def answered(world, proposal, by, unit, seen=1, **told):
    line = Line.objects.get(proposal=proposal, assigned_at=None)
    return allocation.answer(line, unit, by=by, at=AT, seen=seen, **told)


def test_a_unit_sees_its_own_lines_while_the_draft_is_shared_and_nothing_else_of_it(world, client):
    secret = make.registered(world, "003", is_secret=True)
    placed(world, secret, (world.housing, LEAD))
    drafted(world, "001", (world.housing, LEAD), title="关于甲事的建议", text="甲事的内容")
    drafted(world, "002", (world.parks, LEAD), title="关于乙事的建议", at=make.moment(2020, 3, 1))
    client.force_login(world.clerk)
    assert "没有征求意见的提案" in client.get("/allocation/opinions/").content.decode()
    shared(world)
    page = client.get("/allocation/opinions/").content.decode()
    assert "关于甲事的建议" in page and "甲事的内容" in page and "2020-03-02 前反馈" in page
    assert "乙事" not in page and "涉密" not in page and "13900000001" not in page
    assert '<a href="/allocation/opinions/">分办意见</a>' in client.get("/").content.decode()
    assert client.get(Proposal.objects.get(number="001").get_absolute_url()).status_code == 404
    allocation.end_sharing(queries.draft_of(world.session), by=world.office, at=AT)
    assert "甲事" not in client.get("/allocation/opinions/").content.decode()


def test_an_answer_is_kept_with_who_and_when_and_stands_beside_the_line(world, client):
    proposal = drafted(world, "001", (world.housing, LEAD), (world.culture, ASSIST))
    shared(world)
    answered(world, proposal, world.head, world.housing, agrees=False, reason="属市政设施", suggested_unit=world.parks)
    answered(world, proposal, world.culture_clerk, world.culture, agrees=True)
    assert queries.answers_to(world.session) == (2, 2)
    assert queries.progress_of(world.session).objected == 1
    client.force_login(world.office)
    for address in ("/allocation/9-4/", "/allocation/9-4/?show=objected", "/allocation/9-4/assign/"):
        page = client.get(address).content.decode()
        assert "区住房城乡建委不同意" in page and "属市政设施" in page and "建议区城市管理局" in page, address
        assert "王主任，2020-03-02 10:00" in page
    event = Event.objects.filter(action="allocation.answer").first()
    assert (event.actor_name, event.note, event.data["opinion"]) == ("王主任", "属市政设施", "区住房城乡建委不同意")


def test_the_last_answer_counts_and_the_earlier_ones_are_kept(world):
    proposal = drafted(world)
    shared(world)
    answered(world, proposal, world.clerk, world.housing, agrees=False, reason="不属本委")
    answered(world, proposal, world.head, world.housing, agrees=True)
    (line,) = queries.open_lines(world.session)
    assert [one.agrees for one in queries.standing_answers(line)] == [True]
    assert queries.progress_of(world.session).objected == 0
    assert line.answers.count() == 2


def test_an_objection_is_settled_when_the_office_gives_the_line_to_another(world):
    proposal = drafted(world)
    shared(world)
    answered(world, proposal, world.clerk, world.housing, agrees=False, reason="不属本委", suggested_unit=world.parks)
    placed(world, proposal, (world.parks, LEAD), seen=1)
    (line,) = queries.open_lines(world.session)
    assert queries.objections(line) == [] and queries.progress_of(world.session).objected == 0
    # asked for another part than the one it answered to, a unit is asked anew
    placed(world, proposal, (world.parks, LEAD), (world.housing, ASSIST), seen=2)
    (line,) = queries.open_lines(world.session)
    assert queries.standing_answers(line) == []


def test_the_office_may_assign_what_a_unit_objects_to(world):
    proposal = drafted(world)
    shared(world)
    answered(world, proposal, world.clerk, world.housing, agrees=False, reason="不属本委")
    assert outcomes(everything(world)) == [("001", "")]
    assert proposal.cases.get().unit == world.housing


def test_what_stands_against_an_answer_is_said(world):
    proposal = drafted(world)
    with pytest.raises(OutOfTurn, match="征求意见已经结束"):
        answered(world, proposal, world.clerk, world.housing, agrees=True)  # not shared
    shared(world)
    with pytest.raises(Refused, match="理由"):
        answered(world, proposal, world.clerk, world.housing, agrees=False, reason=" ")
    with pytest.raises(NotAllowed):
        answered(world, proposal, world.clerk, world.parks, agrees=True)
    with pytest.raises(NotAllowed):
        answered(world, proposal, world.office, world.housing, agrees=True)
    with pytest.raises(OutOfTurn, match="已不由本单位承办"):
        answered(world, proposal, world.parks_head, world.parks, agrees=True)
    placed(world, proposal, (world.housing, LEAD), (world.culture, ASSIST), seen=1)
    with pytest.raises(OutOfTurn, match="协办：区文化旅游委"):
        answered(world, proposal, world.clerk, world.housing, seen=1, agrees=True)


def test_only_the_office_shares_and_only_what_is_there(world):
    with pytest.raises(Refused, match="还没有"):
        shared(world)
    drafted(world)
    with pytest.raises(Refused, match="已过"):
        allocation.share(queries.draft_of(world.session), make.moment(2020, 3, 1).date(), by=world.office, at=AT)
    for post in ("clerk", "secretary", "leader"):
        with pytest.raises(NotAllowed):
            allocation.share(queries.draft_of(world.session), AT.date(), by=world.people[post], at=AT)
    shared(world)
    allocation.end_sharing(queries.draft_of(world.session), by=world.office, at=AT)
    with pytest.raises(OutOfTurn):
        allocation.end_sharing(queries.draft_of(world.session), by=world.office2, at=AT)


def test_a_reason_that_was_typed_is_not_lost_when_the_office_was_faster(world, client):
    proposal = drafted(world)
    shared(world)
    line = Line.objects.get()
    client.force_login(world.clerk)
    address = reverse("allocation:object", args=[line.pk, world.housing.pk])
    assert client.get(address).status_code == 200
    placed(world, proposal, (world.housing, LEAD), (world.culture, ASSIST), seen=1)
    late = client.post(address, {"reason": "人手不足", "seen": "1"})
    assert late.status_code == 409 and "人手不足" in late.content.decode() and "刚才已调整" in late.content.decode()
    placed(world, proposal, (world.parks, LEAD), seen=2)
    gone = client.post(address, {"reason": "人手不足", "seen": "2"})
    assert gone.status_code == 409 and "人手不足" in gone.content.decode()
    assert "区城市管理局" not in gone.content.decode()
    assert client.get(address).status_code == 404
    assert not line.answers.exists()


def test_a_unit_agrees_with_one_click_and_objects_with_a_reason(transactional_db, people):
    world = make.world()
    drafted(world, "001")
    drafted(world, "002")
    page = people(world.office, "/allocation/")
    page.get_by_role("link", name="征求意见…").click()
    page.get_by_role("button", name="开始征求意见").click()
    told(page, "正在征求意见")
    page = people(world.clerk)
    page.get_by_role("link", name="分办意见", exact=True).click()
    page.locator("article", has_text="第001号").get_by_role("button", name="同意").click()
    told(page, "已同意承办第001号提案")
    page.locator("article", has_text="第002号").get_by_role("link", name="不同意…").click()
    page.get_by_label("不同意的理由").fill("属城市管理职能")
    page.get_by_label("建议由哪个单位承办").select_option("区城市管理局")
    page.get_by_role("button", name="反馈不同意").click()
    told(page, "已反馈对第002号提案的分办意见")
    page = people(world.office, "/allocation/")
    told(page, "已反馈 2 件次，应反馈 2 件次")
    told(page, "属城市管理职能")
    answers = Answer.objects.order_by("line__proposal__number")
    assert [(one.line.proposal.number, one.unit, one.agrees, one.reason, one.suggested_unit) for one in answers] == [
        ("001", world.housing, True, "", None),
        ("002", world.housing, False, "属城市管理职能", world.parks),
    ]


def test_a_unit_agrees_to_all_that_it_was_shown_and_to_nothing_that_changed_since(world, client):
    lines = [placed(world, make.registered(world, number), (world.housing, LEAD)) for number in ("001", "002", "003")]
    drafted(world, "004", (world.parks, LEAD))
    shared(world)
    client.force_login(world.clerk)
    page = client.get(reverse("allocation:opinions")).content.decode()
    assert "没有反馈的 3 件全部同意" in page
    shown = re.findall(r'name="part" value="([\d-]+)"', page)
    assert len(shown) == 3
    placed(world, lines[1].proposal, (world.housing, LEAD), (world.culture, ASSIST), seen=1)
    others = Line.objects.get(proposal__number="004")
    told = client.post(
        reverse("allocation:agree_all"),
        {"part": [*shown, f"{others.pk}-{world.parks.pk}-1", "9-9-9", "x"]},
        follow=True,
    ).content.decode()
    assert "已同意承办 2 件" in told and "刚才已调整" in told
    agreed = Answer.objects.filter(agrees=True).values_list("line__proposal__number", flat=True)
    assert sorted(agreed) == ["001", "003"], "not what was changed, and not for another unit"


def test_where_a_unit_is_asked_of_more_than_is_agreed_to_at_once_the_button_and_the_message_say_so(
    world, client, monkeypatch
):
    monkeypatch.setattr(opinion_views, "MOST", 2)
    for number in ("001", "002", "003"):
        drafted(world, number)
    shared(world)
    client.force_login(world.clerk)
    page = client.get(reverse("allocation:opinions")).content.decode()
    assert "一次同意前 2 件（没有反馈的共 3 件）" in page
    shown = re.findall(r'name="part" value="([\d-]+)"', page)
    told = client.post(reverse("allocation:agree_all"), {"part": shown}, follow=True).content.decode()
    assert "已同意承办 2 件。还有 1 件没有反馈。" in told
    assert Answer.objects.filter(agrees=True).count() == 2


def test_before_assigning_the_office_is_told_which_units_have_not_answered(world, client):
    both = [(world.housing, LEAD), (world.culture, ASSIST)]
    answered_to = drafted(world, "001", *both)
    drafted(world, "002")
    client.force_login(world.office)
    address = reverse("allocation:assign", args=["9-4"])
    assert "还没有反馈的单位" not in client.get(address).content.decode(), "nobody was asked"
    shared(world)
    answered(world, answered_to, world.clerk, world.housing, agrees=True)
    page = client.get(address).content.decode()
    assert "还没有反馈的单位" in page
    assert "区住房城乡建委（1件）、区文化旅游委（1件）" in page
    answered(world, answered_to, world.culture_clerk, world.culture, agrees=True)
    assert "区文化旅游委（" not in client.get(address).content.decode()


# --- assigned in one go ----------------------------------------------------------------------------------------------


def everything(world, by=None, at=AT, **fields):
    chosen = {line.pk: line.version for line in queries.open_lines(world.session)}
    return allocation.assign_all(queries.draft_of(world.session), chosen, by=by or world.office, at=at, **fields)


def outcomes(assignment):
    return [(one.line.proposal.number, one.why_not) for one in queries.outcomes_of(assignment)]


def test_all_lines_are_assigned_each_as_one_is(world):
    drafted(world, "001", (world.housing, LEAD), (world.culture, ASSIST))
    drafted(world, "002", (world.housing, SEPARATE), (world.parks, SEPARATE))
    make.registered(world, "003")
    made = everything(world, note="经常务会同意")
    assert outcomes(made) == [("001", ""), ("002", "")]
    first, second, third = Proposal.objects.order_by("number")
    assert [one.state for one in (first, second, third)] == ["assigned", "assigned", "received"]
    assert [(case.unit.name, case.role) for case in first.cases.all()] == [
        ("区文化旅游委", ASSIST), ("区住房城乡建委", LEAD),
    ]  # fmt: skip
    assert second.mode == "separate"
    assert first.cases.get(role=LEAD).accept_due_on == make.moment(2020, 3, 5).date()
    events = Event.objects.filter(action="proposal.assign")
    assert {event.note for event in events} == {"经常务会同意"} and len(events) == 2
    assert Event.objects.get(action="allocation.assign").data["assigned"] == 2
    assert list(verify()) == []


def test_a_line_that_cannot_be_assigned_says_why_and_stops_no_other(world):
    merged, moved, dissolved, _ = (drafted(world, f"00{n}") for n in range(1, 5))
    chosen = {line.pk: line.version for line in queries.open_lines(world.session)}
    cases.assign(merged, [(world.parks, LEAD)], by=world.office2, at=AT)
    placed(world, moved, (world.parks, LEAD), by=world.office2, seen=1)
    Line.objects.get(proposal=dissolved).parts.update(unit=world.culture)
    world.culture.dissolved_on = AT.date()
    world.culture.save()
    made = allocation.assign_all(queries.draft_of(world.session), chosen, by=world.office, at=AT)
    found = dict(outcomes(made))
    assert "待签收" in found["001"]
    assert "核对以后已由何办改为“主办：区城市管理局”" in found["002"]
    assert "区文化旅游委已撤销" in found["003"]
    assert found["004"] == ""
    assert [Proposal.objects.get(number=f"00{n}").state for n in range(1, 5)] == [
        "assigned", "received", "received", "assigned",
    ]  # fmt: skip
    assert Proposal.objects.get(number="003").cases.count() == 0  # nothing of it is half done


def test_the_same_lines_are_not_assigned_twice(world):
    proposal = drafted(world)
    chosen = {line.pk: line.version for line in queries.open_lines(world.session)}
    draft = queries.draft_of(world.session)
    allocation.assign_all(draft, chosen, by=world.office, at=AT)
    again = allocation.assign_all(draft, chosen, by=world.office2, at=AT)
    assert outcomes(again)[0][1]
    assert proposal.cases.count() == 1


def test_a_proposal_that_comes_back_is_drafted_anew(world):
    proposal = drafted(world)
    everything(world)
    case = proposal.cases.get()
    cases.request_return(case, by=world.clerk, at=AT, note="不属本委职能", suggested_unit=world.parks)
    cases.grant_return(case, by=world.office, at=AT, note="同意")
    assert said(proposal) == []
    placed(world, proposal, (world.parks, LEAD))
    assert outcomes(everything(world)) == [("001", "")]
    assert Line.objects.filter(proposal=proposal).count() == 2  # what was assigned first is kept as it was


def test_the_page_of_the_result_leads_to_what_goes_out(world, client):
    drafted(world, "001", (world.housing, LEAD), (world.culture, ASSIST), files=make.scan("原件.png"))
    drafted(world, "002", (world.parks, LEAD))
    client.force_login(world.office)
    chosen = client.get("/allocation/9-4/assign/").context["chosen"]
    answer = client.post("/allocation/9-4/assign/", {"lines": chosen, "note": ""})
    page = client.get(answer.url).content.decode()
    made = Assignment.objects.get()
    for kind in ("assignment-notice", "assignment-signatures"):
        address = f"/papers/sessions/9-4/{kind}/{world.session.pk}/"
        assert address in page and client.get(address).status_code == 200
    for unit in (world.housing, world.culture, world.parks):
        address = f"/papers/sessions/9-4/unit-list/{unit.pk}/"
        assert address in page and client.get(address).status_code == 200
    listed = client.get(f"/allocation/9-4/assigned/{made.pk}/list.xlsx")
    assert rows_of(listed, "案号", "主办（分办）单位", "协办单位", "联系电话") == [
        ["001", "区住房城乡建委", "区文化旅游委", "赵堃：13900000001"],
        ["002", "区城市管理局", None, "赵堃：13900000001"],
    ]
    # the originals: of what the unit got, and of nothing else
    address = f"/allocation/9-4/assigned/{made.pk}/originals"
    for unit in (world.housing, world.culture):
        assert f"{address}/{unit.pk}/" in page
        packed = b"".join(client.get(f"{address}/{unit.pk}/").streaming_content)
        assert zipfile.ZipFile(io.BytesIO(packed)).namelist() == ["001-原件.png"]
    assert f"{address}/{world.parks.pk}/" not in page
    assert client.get(f"{address}/{world.parks.pk}/").status_code == 404


def test_a_session_without_anything_to_assign_says_what_to_do(world, client):
    client.force_login(world.office)
    assert "没有待交办的提案" in client.get("/allocation/").content.decode()
    assert "方案中没有可以交办的提案" in client.get("/allocation/9-4/assign/").content.decode()


# --- in the browser --------------------------------------------------------------------------------------------------


class Clicks:
    """Counts what a person presses."""

    def __init__(self):
        self.count = 0

    def __call__(self, locator):
        self.count += 1
        locator.click()


def test_twenty_proposals_are_assigned_by_their_suggestions_within_25_clicks(transactional_db, people):
    world = make.world()
    past_and_present(world, 20)
    page, click = people(world.office), Clicks()
    click(page.get_by_role("link", name="分办", exact=True))
    click(page.get_by_role("button", name="采纳全部首选建议（20 件）"))
    told(page, "已采纳首选建议 20 件")
    # one of them by another unit, as its suggestion says
    row = page.locator("article", has_text="第007号")
    row.get_by_role("combobox").select_option("区城市管理局")
    click.count += 1
    click(row.get_by_role("button", name="确定"))
    row.get_by_text("主办 区城市管理局").wait_for()
    click(page.get_by_role("link", name="一次交办 20 件"))
    click(page.get_by_role("button", name="交办 20 件"))
    told(page, "已交办 20 件")
    page.get_by_role("link", name="交办通知（PDF）").wait_for()
    assert click.count <= 25
    found = Proposal.objects.filter(session=world.session)
    assert {one.state for one in found} == {"assigned"}
    units = [one.cases.get().unit.name for one in found.order_by("number")]
    assert units == ["区住房城乡建委"] * 6 + ["区城市管理局"] + ["区住房城乡建委"] * 13


def test_clicks_before_the_answer_are_all_done_and_what_was_chosen_stays(transactional_db, people):
    world = make.world()
    past_and_present(world, 3)
    page = people(world.office, "/allocation/")
    first, second, third = (page.locator("article", has_text=f"第{number}号") for number in ("001", "002", "003"))
    with held_back(page, "**/allocation/**"):
        for row in (first, second):
            row.get_by_role("button", name="区住房城乡建委").click()
        third.get_by_role("combobox").select_option("区城市管理局")
    for row in (first, second):
        expect(row.locator(".plan-set")).to_contain_text("区住房城乡建委")
    expect(third.get_by_role("combobox")).to_have_value(str(world.parks.pk))
    third.get_by_role("button", name="确定").click()
    expect(third.locator(".plan-set")).to_contain_text("区城市管理局")
    assert Line.objects.count() == 3


def test_the_draft_works_without_scripts(transactional_db, new_page, sign_in):
    world = make.world()
    past_and_present(world, 2)
    page = new_page(java_script_enabled=False)
    sign_in(page, world.office)
    page.goto("/allocation/")
    row = page.locator("article", has_text="第001号")
    row.get_by_role("button", name="区住房城乡建委").click()
    told(page, "已拟")
    expect(page.locator("article.plan-row-set")).to_have_count(1)
    page.get_by_role("button", name="采纳全部首选建议（1 件）").click()
    told(page, "已采纳首选建议 1 件")
    expect(page.locator("article.plan-row-set")).to_have_count(2)
