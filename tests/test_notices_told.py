"""Who is told of which deed, and who is not. The expectations are those of the work: who has the next thing to do."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Post, User
from apps.allocation import operations as allocation
from apps.allocation.queries import draft_of
from apps.audit.models import Event
from apps.audit.operations import followed_by
from apps.desk.telling import FURTHER
from apps.notices import operations as notices
from apps.notices.deeds import DEEDS, To
from apps.notices.models import Notice, Urge
from apps.notices.queries import notices_of, unread_proposals
from apps.proposals import operations as cases
from apps.proposals import rearranging
from apps.proposals.models import Proposal
from apps.proposals.workflow import NotAllowed, OutOfTurn, Refused
from apps.ratings import operations as ratings
from apps.replies import operations as replies
from apps.replies import promises
from apps.reports import approvals
from apps.reports.material import operations as material
from apps.supervision import operations as cards
from tests import factories as make
from tests.test_rules import THINGS


@pytest.fixture
def world(db):
    made = make.world()
    now = timezone.now()
    # a session of this year: what was done long ago is told to nobody
    made.session = cases.open_session("9-9", "九届九次会议", timezone.localdate(now).year, by=made.office, at=now)
    return made


@pytest.fixture
def now():
    return timezone.now()


def told(kind, **which):
    """{username: text} of the notices of a kind."""
    found = Notice.objects.filter(kind=kind, **which).select_related("person")
    assert len({(one.person_id, one.proposal_id, one.case_id) for one in found}) == len(found)
    return {notice.person.username: notice.text for notice in found}


def test_every_deed_of_the_table_is_an_action_that_there_is():
    known = {f"{name}.{row.action}" for name, model in THINGS.items() for row in model.WORKFLOW.transitions}
    assert set(DEEDS) - known - set(FURTHER) == set()


def test_an_assignment_is_told_to_the_clerk_of_each_unit_and_to_nobody_else(world, now):
    proposal = make.assigned(world, roles=[(world.housing, "lead"), (world.culture, "assist")], at=now)
    due = proposal.cases.first().accept_due_on
    text = f"新交办，请于{due.month}月{due.day}日前签收"
    assert told("proposal.assign") == {"clerk": text, "culture_clerk": text}
    notice = Notice.objects.get(person=world.clerk)
    assert (notice.proposal, notice.case.unit, notice.read_at, notice.by_name) == (
        proposal, world.housing, None, "吴办",
    )  # fmt: skip


def test_where_a_unit_has_no_clerk_its_head_is_told(world, now):
    Post.objects.filter(user=world.clerk).delete()
    make.assigned(world, at=now)
    assert list(told("proposal.assign")) == ["head"]


def test_who_left_the_post_or_cannot_sign_in_is_not_told(world, now):
    Post.objects.filter(user=world.clerk).update(until_on=timezone.localdate(now) - datetime.timedelta(days=1))
    world.head.is_active = False
    world.head.save()
    make.assigned(world, at=now)
    assert not Notice.objects.exists()


def test_what_was_done_long_ago_and_is_recorded_now_is_no_news(world):
    make.assigned(make_session_2020(world))
    assert Event.objects.filter(action="proposal.assign").exists()
    assert not Notice.objects.exists()


def make_session_2020(world):
    world.session = type(world.session).objects.get(key="9-4")
    return world


def test_urging_tells_the_unit_and_is_kept_with_what_it_was_for(world, now):
    case = make.assigned(world, at=now).cases.get()
    notices.urge(case, by=world.office, at=now, note="请今天签收")
    assert set(told("case.urge")) == {"clerk", "head"}
    due = case.accept_due_on
    assert told("case.urge")["clerk"] == f"催办：请尽快签收（期限{due.month}月{due.day}日）"
    assert Notice.objects.filter(kind="case.urge").first().note == "请今天签收"
    kept = Urge.objects.get()
    assert (kept.case, kept.step, kept.due_on, kept.urged_by, kept.note) == (
        case, "accept", due, world.office, "请今天签收",
    )  # fmt: skip
    event = Event.objects.get(action="case.urge")
    assert (event.actor_key, event.note, event.data["unit"]) == ("office", "请今天签收", "区住房城乡建委")
    case.refresh_from_db()
    assert case.state == "assigned"


@pytest.mark.parametrize(
    ("role", "accepted", "step"),
    [("lead", False, "签收"), ("lead", True, "答复"), ("assist", False, "签收"), ("assist", True, "会办意见")],
)
def test_a_unit_is_urged_to_do_what_its_case_waits_for(world, now, role, accepted, step):
    roles = [(world.culture, "lead"), (world.housing, "assist")] if role == "assist" else [(world.housing, "lead")]
    proposal = make.assigned(world, roles=roles, at=now)
    case = make.case_of(proposal, world.housing)
    if accepted:
        cases.accept(case, by=world.clerk, at=now)
    notices.urge(case, by=world.office, at=now)
    assert f"请尽快{step}" in told("case.urge")["clerk"]


def test_a_case_is_urged_once_a_day(world, now):
    case = make.assigned(world, at=now).cases.get()
    notices.urge(case, by=world.office, at=now)
    with pytest.raises(Refused, match="今天已催办过"):
        notices.urge(case, by=world.office2, at=now)
    assert Urge.objects.count() == 1
    notices.urge(case, by=world.office, at=now + datetime.timedelta(days=1))
    assert Urge.objects.count() == 2


def test_only_the_office_urges_and_only_what_a_unit_has_to_do(world, now):
    case = make.assigned(world, at=now).cases.get()
    for person in (world.clerk, world.head, world.leader, world.secretary, world.admin):
        with pytest.raises(NotAllowed):
            notices.urge(case, by=person, at=now)
    replied = make.handling(world, "002", at=now).cases.get()
    make.reply_at(world, replied, "issued", at=now)
    with pytest.raises(OutOfTurn):
        notices.urge(replied, by=world.office, at=now)
    assert not Urge.objects.exists()


def test_of_many_each_is_urged_for_itself(world, now):
    good = make.assigned(world, "001", at=now).cases.get()
    done = make.handling(world, "002", at=now).cases.get()
    make.reply_at(world, done, "issued", at=now)
    also = make.assigned(world, "003", at=now).cases.get()
    outcomes = notices.urge_many([good, done, also], by=world.office, at=now)
    assert [(case.pk, bool(reason)) for case, reason in outcomes] == [
        (good.pk, False), (done.pk, True), (also.pk, False),
    ]  # fmt: skip
    assert "已答复" in outcomes[1][1]
    assert Urge.objects.count() == 2


def test_a_notice_that_cannot_be_stored_undoes_the_deed(world, now, monkeypatch):
    case = make.assigned(world, at=now).cases.get()

    def fail(events):
        raise RuntimeError("full disk")

    monkeypatch.setattr("apps.audit.operations._followers", [])
    followed_by(fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        cases.accept(case, by=world.clerk, at=now)
    case.refresh_from_db()
    assert case.state == "assigned"


def test_the_way_of_a_reply_is_told_to_whoever_goes_on_with_it(world, now):
    case = make.handling(world, at=now).cases.get()
    reply = make.reply_at(world, case, "issued", at=now)
    assert set(told("reply.submit")) == {"head"}
    assert set(told("reply.unit_approve")) == {"office", "office2", "chief"}
    assert set(told("reply.office_forward")) == {"leader"}
    assert set(told("reply.sign")) == {"clerk", "head"}
    assert set(told("reply.issue")) == {"secretary", "secretary2"}
    receipt = make.rated(world, reply, "不满意", at=now, confirm=False)
    assert set(told("receipt.enter")) == {"secretary2"}  # the other one entered it
    assert not told("receipt.confirm")
    ratings.confirm(receipt, by=world.secretary2, at=now)
    assert set(told("receipt.confirm")) == {"clerk", "head", "office", "office2", "chief"}
    assert told("receipt.confirm")["clerk"] == "提案者不满意区住房城乡建委的答复"
    case.refresh_from_db()
    assert f"请于{case.reply_due_on.month}月{case.reply_due_on.day}日前再次答复" in told("case.rehandle")["clerk"]


def test_a_satisfied_receipt_is_told_as_the_end_of_the_case(world, now):
    reply = make.reply_at(world, make.handling(world, at=now).cases.get(), "issued", at=now)
    make.rated(world, reply, "满意", at=now)
    assert not told("receipt.confirm")
    assert set(told("case.close")) == {"clerk", "head"}


def test_who_signs_in_another_leaders_place_is_told(world, now):
    make.delegation(world, world.leader_row, world.other_leader_row, at=now)
    make.reply_at(world, make.handling(world, at=now).cases.get(), "leader_signoff", at=now)
    assert set(told("reply.office_forward")) == {"leader", "other_leader"}


def test_the_leader_who_is_named_is_told_not_the_one_in_charge(world, now):
    reply = make.reply_at(world, make.handling(world, at=now).cases.get(), "office_review", at=now)
    replies.office_forward(reply, world.other_leader_row, by=world.office, at=now, note="分工调整")
    assert set(told("reply.office_forward")) == {"other_leader"}
    replies.redirect(reply, world.leader_row, by=world.other_leader, at=now, note="请分管领导审签")
    assert set(told("reply.redirect")) == {"leader"}


def test_requests_go_to_the_office_and_rulings_to_the_unit(world, now):
    one = make.assigned(world, "001", at=now).cases.get()
    cases.request_return(one, world.culture, by=world.clerk, at=now, note="职责不符")
    assert set(told("case.request_return")) == {"office", "office2", "chief"}
    assert told("case.request_return")["office"] == "区住房城乡建委申请退办，请裁定"
    cases.grant_return(one, by=world.office, at=now, note="同意")
    assert set(told("case.grant_return")) == {"clerk", "head"}
    two = make.handling(world, "002", at=now).cases.get()
    wanted = two.reply_due_on + datetime.timedelta(days=10)
    cases.request_extension(two, wanted, by=world.clerk, at=now, note="须勘查")
    assert str(wanted) in told("case.request_extension")["office"]
    cases.grant_extension(two, by=world.office, at=now, note="同意")
    assert told("case.grant_extension")["head"] == f"延期申请已同意，答复期限延至{wanted.month}月{wanted.day}日"


def test_a_unit_that_takes_over_is_told_and_the_one_that_ends_too(world, now):
    proposal = make.assigned(world, "001", at=now)
    rearranging.transfer(proposal, proposal.cases.get(), world.parks, by=world.office, at=now, note="机构改革")
    assert set(told("proposal.transfer")) == {"parks_clerk", "parks_head"}
    other = make.assigned(world, "002", at=now)
    cases.adjust(other, [(world.culture, "lead")], [other.cases.get()], by=world.office, at=now, note="职责")
    assert told("proposal.adjust") == {
        "culture_clerk": told("proposal.assign", proposal=other)["clerk"],
        "clerk": "区住房城乡建委不再承办", "head": "区住房城乡建委不再承办",
    }  # fmt: skip


def test_cards_promises_and_key_proposals(world, now):
    case = make.handling(world, at=now).cases.get()
    card = cards.issue_new(case, by=world.office, at=now, colour="yellow", rule="other", reason="敷衍")
    assert told("card.issue") == dict.fromkeys(("clerk", "head"), "收到黄牌，请整改并反馈")
    cards.object_to(card, by=world.head, at=now, note="情况不实")
    assert told("card.object")["office2"] == "区住房城乡建委对黄牌提出申辩"
    reply = make.reply_at(world, case, "issued", "B", at=now)
    promises.report(reply.commitments.get(), by=world.clerk, at=now, text="已开工")
    assert set(told("commitment.report")) == {"office", "office2", "chief"}
    rearranging.mark_key(case.proposal, world.other_leader_row, by=world.office, at=now, note="商定")
    assert told("proposal.mark_key")["other_leader"] == "列为重点提案，由您督办"


def test_nobody_is_ever_told_of_what_they_may_not_see(world, now):
    """After a year of deeds: each notice is of a proposal that its reader sees, and none went to who did it."""
    both = make.assigned(world, "001", roles=[(world.housing, "lead"), (world.culture, "assist")], at=now)
    for case in both.cases.all():
        cases.accept(case, by=make.people_of(world, case.unit)[0], at=now)
    cases.advise(make.case_of(both, world.culture), by=world.culture_head, at=now, text="同意")
    reply = make.reply_at(world, make.case_of(both, world.housing), "issued", at=now)
    make.rated(world, reply, "不满意", at=now)
    gone = make.assigned(world, "002", at=now)
    rearranging.withdraw(gone, by=world.office, at=now, note="来函")
    merged = make.assigned(world, "003", at=now)
    rearranging.merge(merged, both, by=world.office, at=now, note="相同")
    found = Notice.objects.select_related("person", "proposal")
    assert len({notice.kind for notice in found}) > 10
    for notice in found:
        assert Proposal.objects.visible_to(notice.person).filter(pk=notice.proposal_id).exists(), notice.kind
        assert notice.by_name != str(notice.person)
        assert notice.text and "{" not in notice.text
    assert not Notice.objects.filter(person__in=[world.auditor, world.admin]).exists()
    # an unissued reply and an unconfirmed rating: not a word to those who may not read them
    assert not Notice.objects.filter(person__in=[world.secretary, world.secretary2], kind__in=[
        "reply.submit", "reply.unit_approve", "reply.office_forward", "reply.sign"]).exists()  # fmt: skip
    assert not Notice.objects.filter(person=world.culture_clerk, kind__startswith="reply.").exists()
    assert not Notice.objects.filter(person__in=[world.clerk, world.office], kind="receipt.enter").exists()


def test_a_secret_proposal_is_told_by_number_and_without_a_word_of_the_note(world, now):
    secret = make.registered(world, "009", at=now, is_secret=True)
    cases.assign(secret, [(world.housing, "lead")], by=world.office, at=now, note="涉密事由")
    notice = Notice.objects.get(person=world.clerk)
    assert (notice.note, "涉密事由" in notice.text) == ("", False)
    with pytest.raises(Refused, match="涉密"):
        notices.urge(secret.cases.get(), by=world.office, at=now)


def test_what_is_no_longer_ones_own_to_see_is_no_longer_counted(world, now):
    make.assigned(world, at=now)
    assert sum(unread_proposals(world.clerk).values()) == 1
    Post.objects.filter(user=world.clerk).delete()
    assert unread_proposals(type(world.clerk).objects.get(pk=world.clerk.pk)) == {}


# --- 征求意见 --------------------------------------------------------------------------------------------------------


def drafted(world, now, number, *roles, seen=0, **fields):
    """A proposal in the draft of the session, which is not shared by that."""
    proposal = Proposal.objects.filter(number=number).first() or make.registered(world, number, at=now, **fields)
    allocation.place(proposal, list(roles), by=world.office, at=now, seen=seen, note="只供政府办看")
    return proposal


def shared(world, now, days=3):
    """Shared, to be answered in some days; that day in words."""
    day = timezone.localdate(now) + datetime.timedelta(days=days)
    allocation.share(draft_of(world.session), day, by=world.office, at=now)
    return f"{day.month}月{day.day}日"


def asked_of(person):
    """[(number, text)] of the notices that a person sees."""
    person = type(person).objects.get(pk=person.pk)  # as at their next request
    return [(notice.proposal.number, notice.text) for notice in notices_of(person).order_by("pk")]


def test_who_is_asked_about_a_draft_is_told_number_title_and_day_once_it_is_shared(world, now, client):
    both = [(world.housing, "lead"), (world.culture, "assist")]
    drafted(world, now, "001", *both, title="关于甲事的建议", text="甲事的内容")
    drafted(world, now, "002", (world.housing, "lead"), title="关于乙事的建议")
    drafted(world, now, "003", (world.housing, "lead"), is_secret=True)
    make.registered(world, "004", at=now)  # nobody drafted it
    assert not Notice.objects.exists()
    day = shared(world, now)
    lead = f"分办征求意见：拟由区住房城乡建委主办，请于{day}前反馈"
    for person in (world.clerk, world.head):
        assert asked_of(person) == [("001", lead), ("002", lead)]
    assist = f"分办征求意见：拟由区文化旅游委协办，请于{day}前反馈"
    assert asked_of(world.culture_clerk) == asked_of(world.culture_head) == [("001", assist)]
    assert set(told("allocation.share", proposal__number="001")) == {"clerk", "head", "culture_clerk", "culture_head"}
    assert set(Notice.objects.values_list("note", "case")) == {("", None)}
    client.force_login(world.culture_clerk)
    page = client.get("/notices/").content.decode()
    assert "关于甲事的建议" in page and "乙事" not in page
    assert not any(words in page for words in ("甲事的内容", "只供政府办看", "赵堃", "13900000001"))


def test_the_notice_leads_to_where_the_unit_answers_and_not_to_what_it_may_not_see_yet(world, now, client):
    for number in ("001", "002"):
        proposal = drafted(world, now, number, (world.housing, "lead"))
    shared(world, now)
    client.force_login(world.clerk)
    assert client.get(proposal.get_absolute_url()).status_code == 404
    assert '<span class="bell-count">2</span>' in client.get("/").content.decode()
    notice = Notice.objects.filter(person=world.clerk).first()
    answer = client.post(reverse("notices:open", args=[notice.pk]))
    assert answer.url == reverse("allocation:opinions")
    page = client.get(answer.url).content.decode()
    assert "第001号" in page and "第002号" in page
    # all that is asked stands there, so all of it has been read; by this person alone
    assert not Notice.objects.filter(person=world.clerk, read_at=None).exists()
    assert Notice.objects.filter(person=world.head, read_at=None).count() == 2


def test_nobody_keeps_a_notice_of_a_draft_that_they_are_not_asked_about_any_more(world, now):
    drafted(world, now, "001", (world.housing, "lead"))
    drafted(world, now, "002", (world.housing, "lead"))
    drafted(world, now, "003", (world.housing, "lead"))
    shared(world, now)
    drafted(world, now, "001", (world.parks, "lead"), seen=1)
    assert [number for number, _ in asked_of(world.clerk)] == ["002", "003"]
    proposal = Proposal.objects.get(number="002")
    cases.assign(proposal, [(world.housing, "lead")], by=world.office, at=now)
    assert [number for number, _ in asked_of(world.head)] == ["003"]
    assert ("002", "allocation.share") not in [(one.proposal.number, one.kind) for one in notices_of(world.clerk)]
    assert told("proposal.assign").keys() == {"clerk"}
    allocation.end_sharing(draft_of(world.session), by=world.office, at=now)
    assert asked_of(world.head) == []


def test_who_is_put_on_a_shared_draft_is_told_at_once_and_nobody_twice(world, now):
    first = drafted(world, now, "001", (world.housing, "lead"))
    day = shared(world, now)
    drafted(world, now, "002", (world.parks, "lead"))
    text = f"分办征求意见：拟由区城市管理局主办，请于{day}前反馈"
    assert asked_of(world.parks_clerk) == asked_of(world.parks_head) == [("002", text)]
    drafted(world, now, "001", (world.housing, "lead"), (world.parks, "assist"), seen=1)
    assert [number for number, _ in asked_of(world.parks_clerk)] == ["002", "001"]
    assert len(asked_of(world.clerk)) == 1, "nothing is new to the lead"
    shared(world, now)
    assert len(asked_of(world.clerk)) == 1 and len(asked_of(world.parks_clerk)) == 2
    line = first.allocation_lines.get()
    allocation.answer(line, world.parks, by=world.parks_clerk, at=now, seen=2, agrees=True)
    later = shared(world, now, days=5)
    assert asked_of(world.clerk)[1:] == [("001", f"分办征求意见：拟由区住房城乡建委主办，请于{later}前反馈")]
    assert [number for number, text in asked_of(world.parks_clerk) if later in text] == ["002"], "001 is answered"


def test_sharing_asks_as_often_for_one_line_as_for_many(world, now):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            shared(world, now)
        return len(seen)

    drafted(world, now, "001", (world.housing, "lead"))
    few = queries()
    allocation.end_sharing(draft_of(world.session), by=world.office, at=now)
    for number in range(2, 12):
        roles = [(world.housing, "lead"), (world.culture, "assist"), (world.parks, "assist")]
        drafted(world, now, f"{number:03}", *roles)
    assert queries() == few
    assert Notice.objects.count() == 2 + 10 * 6


def test_every_addressee_of_the_table_is_used():
    assert {telling.to for row in DEEDS.values() for telling in row} == set(To)


# --- the annual letter -----------------------------------------------------------------------------------------------


def test_each_step_of_the_annual_letter_is_told_to_whoever_has_the_next_one(world, now):
    letter = make.letter_at(world, "office_review", at=now)
    assert told("letter.submit") == {"chief": "年度通报已送审，请审核"}
    approvals.approve(letter, by=world.chief, at=now)
    assert told("letter.approve") == {"leader": "年度通报已审核，请签发"}
    approvals.sign(letter, by=world.leader, at=now)
    everybody = {"office", "office2", "chief"}
    assert told("letter.sign") == dict.fromkeys(everybody, "年度通报已签发，请编号发文")
    letter.refresh_from_db()
    number = f"大渡口府函〔{timezone.localdate(now).year}〕280号"
    approvals.issue(letter, number, timezone.localdate(now), by=world.office, at=now)
    assert set(told("letter.issue")) == {"leader", "secretary", "secretary2"}
    notice = Notice.objects.get(person=world.chief, kind="letter.submit")
    assert (notice.proposal, notice.letter, notice.by_name) == (None, letter, "吴办")


def test_a_letter_that_came_back_is_told_to_those_who_write_it_with_the_reason(world, now):
    letter = make.letter_at(world, "leader_review", at=now)
    approvals.send_back(letter, by=world.leader, at=now, note="第三部分太长")
    assert set(told("letter.return")) == {"office", "office2", "chief"}
    assert {one.note for one in Notice.objects.filter(kind="letter.return")} == {"第三部分太长"}


@pytest.mark.parametrize(("state", "asked"), [("office_review", {"chief"}), ("leader_review", {"chief", "leader"})])
def test_a_letter_taken_back_is_told_to_those_who_were_asked(world, now, state, asked):
    approvals.recall(make.letter_at(world, state, at=now), by=world.office, at=now)
    assert set(told("letter.recall")) == asked


def test_units_are_told_what_they_are_asked_for_the_letter_and_read_nothing_else_of_it(client, world, now):
    due_on = timezone.localdate(now) + datetime.timedelta(days=3)
    asking = {"by": world.office, "at": now}
    request = material.ask(world.session, units=[world.housing, world.culture], text="车位数", due_on=due_on, **asking)
    text = f"征集通报素材，请于{due_on.month}月{due_on.day}日前反馈"
    assert told("letter.ask_material") == dict.fromkeys(("clerk", "head", "culture_clerk", "culture_head"), text)
    material.withdraw(request.answers.get(unit=world.culture), **asking)
    assert set(told("letter.withdraw_material")) == {"culture_clerk", "culture_head"}
    answer = request.answers.get(unit=world.housing)
    material.give(
        answer, by=world.clerk, at=now, text="新增车位120个", source="统计台账", as_on=timezone.localdate(now)
    )
    assert set(told("letter.give_material")) == {"office", "office2", "chief"}
    client.force_login(world.clerk)
    page = client.get(reverse("notices:notices")).content.decode()
    assert text in page and "九届九次会议提案办理情况通报" in page
    notice = Notice.objects.get(person=world.clerk, kind="letter.ask_material")
    assert client.post(reverse("notices:open", args=[notice.pk])).url == reverse("reports:material_asked")
    notice.refresh_from_db()
    assert notice.read_at and unread_proposals(world.clerk) == {}
    # who has left the unit sees no more of it
    Post.objects.filter(user=world.clerk).update(unit=world.parks)
    assert not notices_of(User.objects.get(pk=world.clerk.pk)).exists()


def test_a_notice_of_the_letter_leads_to_it_and_is_read_with_all_others_of_the_letter(client, world, now):
    letter = make.letter_at(world, "approved", at=now)
    other = make.assigned(world, at=now)
    cases.request_return(other.cases.get(), world.culture, by=world.clerk, at=now, note="不属职责")
    client.force_login(world.office2)
    notice = Notice.objects.get(person=world.office2, kind="letter.sign")
    page = client.get(reverse("notices:notices")).content.decode()
    assert "年度通报已签发，请编号发文" in page
    assert client.post(reverse("notices:open", args=[notice.pk])).url == letter.get_absolute_url()
    left = notices_of(world.office2).filter(read_at=None)
    assert [one.kind for one in left] == ["case.request_return"], "what is of a proposal stays unread"


def test_a_notice_is_of_a_proposal_or_of_a_letter(world, now):
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(person=world.clerk, kind="x", text="y", at=now)
