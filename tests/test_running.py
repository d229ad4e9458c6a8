"""The running session of the demonstration: work of every kind for every post, whatever the day it is loaded for."""

import datetime
import io
import zoneinfo

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.test import override_settings
from django.utils import timezone

from apps.accounts.models import Delegation, Post, User
from apps.audit.models import Event
from apps.audit.queries import verify
from apps.calendars.deadlines import Calendar
from apps.desk.demo import district, running
from apps.desk.homes import home_of, waiting_for
from apps.figures.queries import figures
from apps.proposals.attachments import files_of
from apps.proposals.models import (
    Attachment,
    Case,
    Contact,
    Coordination,
    ExtensionRequest,
    Proposal,
    ReturnRequest,
    Session,
)
from apps.proposals.operations import state_of
from apps.proposals.workflow import ANSWERING, CaseRole, CaseState, ProposalState
from apps.ratings.models import Receipt
from apps.ratings.workflow import ReceiptState
from apps.replies.models import Commitment, Reply, ReplyVersion
from apps.replies.workflow import CommitmentState, ReplyState
from apps.supervision.models import Card
from apps.supervision.workflow import CardState
from tests.factories import tell_the_planner

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
DAYS = {  # the given day → key and name of the session that runs on it
    datetime.date(2026, 11, 23): ("10-5", "十届五次会议", 2026),
    datetime.date(2025, 7, 15): ("10-3", "十届三次会议", 2024),
    datetime.date(2026, 3, 1): ("10-4", "十届四次会议", 2025),  # a Sunday
}
OFFICE_SECTIONS = {
    "待交办",
    "待裁定的退办申请",
    "待裁定的延期申请",
    "待核对的纸签",
    "待核稿",
    "审签无人",
    "不满意待处理",
    "待核实的承诺",
    "拟发的黄牌红牌",
    "已反馈待摘牌",
    "承办单位已超期",
    "回执超期未收",
}
CLERK_SECTIONS = {
    "待答复的分办意见",
    "收到的黄牌红牌",
    "待签收",
    "待沟通",
    "待拟写答复",
    "草稿与退回",
    "待提会办意见",
    "待寄送",
    "承诺事项",
    "待反馈的通报素材",
}
SECRETARIAT_SECTIONS = {"待审核回执", "待录入回执"}


@pytest.fixture(scope="module", params=DAYS, ids=str)
def loaded(request, django_db_setup, django_db_blocker, tmp_path_factory):
    """The district with the session that runs on a day, loaded once a day and rolled back after its last test."""
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        district.load()
        running.load(district.District(), request.param)
        tell_the_planner()
        yield request.param
        transaction.set_rollback(True)


@pytest.fixture
def today(loaded, db):
    return loaded


def states_of(model, **where):
    return set(model.objects.filter(**where).values_list("state", flat=True))


# --- every state of every table ---


def test_every_state_of_every_table_occurs(today):
    assert states_of(Proposal) == set(ProposalState.values)
    assert states_of(Case) == set(CaseState.values)
    assert states_of(Case, role__in=ANSWERING) == set(CaseState.values) - {"advised"}
    assert states_of(Case, role=CaseRole.ASSIST) >= {"assigned", "handling", "advised"}
    assert states_of(Reply) == set(ReplyState.values)
    assert states_of(Receipt) == set(ReceiptState.values)
    assert states_of(Commitment) == set(CommitmentState.values)
    assert states_of(Card) == set(CardState.values)


def test_proposals_are_of_every_form_kind_and_mode_and_say_that_they_are_invented(today):
    proposals = list(Proposal.objects.all())
    assert 30 <= len(proposals) <= 50
    assert [proposal.number for proposal in proposals] == [f"{place + 1:03}" for place in range(len(proposals))]
    days = [proposal.received_on for proposal in proposals]
    assert days == sorted(days)
    told = [proposal for proposal in proposals if not proposal.is_secret]
    assert {proposal.remark for proposal in told} == {"演示数据"}
    for column in ("title", "text"):
        assert len({getattr(proposal, column) for proposal in told}) == len(told)
    assert {proposal.form for proposal in told} == set(Proposal.Form.values)
    assert {proposal.kind for proposal in told} == set(Proposal.Kind.values)
    assert {proposal.mode for proposal in told} >= set(Proposal.Mode.values)
    bodies = Reply.objects.exclude(body="").exclude(state="void").values_list("body", flat=True)
    assert len(set(bodies)) == len(bodies) > 30


# --- what each post finds ---


def sections_of(username, today):
    return {section.title: section.count for section in waiting_for(User.objects.get(username=username), today)}


def empty(sections):
    return {title for title, count in sections.items() if not count}


def test_the_office_finds_work_of_every_kind(today):
    for username in ("office", "office2"):
        found = sections_of(username, today)
        assert set(found) == OFFICE_SECTIONS
        assert empty(found) == set()


def test_the_busiest_unit_finds_work_of_every_kind(today):
    names = dict(district.accounts(today))
    clerk, head = names["区住房城乡建委 经办人"], names["区住房城乡建委 负责人"]
    assert set(sections_of(clerk, today)) == CLERK_SECTIONS
    assert set(sections_of(head, today)) == CLERK_SECTIONS | {"待签发"}
    assert empty(sections_of(clerk, today)) == empty(sections_of(head, today)) == set()


def test_leaders_find_replies_to_sign_and_proposals_to_supervise(today):
    leaders = [name for post, name in district.accounts(today) if name.startswith("leader")]
    assert len(leaders) >= 3
    homes = [home_of(User.objects.get(username=name), today) for name in leaders]
    assert any(all(one.count for one in (*home.mine, *home.watched)) for home in homes)
    assert leaders[0] == "leader1"  # to whom the letter of the year goes, whatever waits besides
    assert all(sum(sections_of(name, today).values()) for name in leaders[1:])


def test_both_people_of_the_secretariat_find_work_of_every_kind(today):
    for username in ("committee", "committee2"):
        found = sections_of(username, today)
        assert set(found) == SECRETARIAT_SECTIONS
        assert empty(found) == set()
        home = home_of(User.objects.get(username=username), today)
        assert [(one.title, bool(one.count)) for one in home.others] == [("我录入、待他人审核", True)]


def test_accounts_are_those_that_find_work(today):
    names = [name for _, name in district.accounts(today)]
    assert names[:2] == ["office", "office2"] and names[-4:] == ["committee", "committee2", "auditor", "admin"]
    posts = Post.objects.filter(user__username__in=names)
    assert set(posts.values_list("kind", flat=True)) == set(Post.Kind.values)


# --- what an office meets in a year ---


def test_requests_are_open_granted_and_refused(today):
    for requests in (ReturnRequest, ExtensionRequest):
        assert set(requests.objects.values_list("is_granted", flat=True)) == {None, True, False}


def test_units_are_late_with_each_kind_of_thing(today):
    late = Case.objects.exclude(state=CaseState.ENDED)
    handling = late.filter(state=CaseState.HANDLING)
    talk = Contact.objects.filter(case=OuterRef("pk"))
    assert late.filter(state=CaseState.ASSIGNED, accept_due_on__lt=today).exists()
    assert handling.filter(~Exists(talk), contact_due_on__lt=today).exists()
    assert handling.filter(role=CaseRole.ASSIST, opinion_due_on__lt=today).exists()
    assert handling.filter(role__in=ANSWERING, reply_due_on__lt=today, round=1).exists()
    separate = Proposal.objects.get(mode=Proposal.Mode.SEPARATE)
    states = {case.state: case.reply_due_on < today for case in separate.cases.all()}
    assert states == {CaseState.CLOSED: True, CaseState.HANDLING: True}  # one is late, the other was answered


def test_a_receipt_is_overdue_after_two_reminders_and_another_case_was_closed_without(today):
    overdue = Receipt.objects.filter(state=ReceiptState.AWAITED, due_on__lt=today, reminders__gte=2)
    assert overdue.filter(case__state=CaseState.REPLIED).exists()
    assert overdue.filter(case__state=CaseState.CLOSED).exists()
    assert Event.objects.filter(action="case.close_unanswered").exists()


def test_a_merged_proposals_proposer_is_asked(today):
    merged = Proposal.objects.get(state=ProposalState.MERGED)
    assert Receipt.objects.filter(case__proposal=merged.merged_into, proposer__proposal=merged).exists()
    assert Event.objects.filter(action="proposal.unmerge").exists()


def test_a_second_round_is_running_and_another_waits_for_the_offices_choice(today):
    assert Case.objects.filter(state=CaseState.HANDLING, round=2).exists()
    waiting = Case.objects.filter(state=CaseState.REPLIED, round=2)
    assert waiting.filter(
        receipts__rating__is_dissatisfied=True, receipts__state=ReceiptState.CONFIRMED, receipts__reply__round=2
    ).exists()
    assert Event.objects.filter(action="case.close_agreed").exists()


def test_replies_took_every_way(today):
    meetings = Reply.objects.filter(is_meeting=True)
    assert {ReplyState.LEADER_SIGNOFF, ReplyState.ISSUED} == set(meetings.values_list("state", flat=True))
    assert Reply.objects.filter(is_supplementary=True, state=ReplyState.ISSUED).exists()
    for void in Reply.objects.filter(state=ReplyState.VOID):
        assert void.case.replies.filter(round=void.round).exclude(state=ReplyState.VOID).count() == 1
    assert Reply.objects.filter(state=ReplyState.VOID).count() == 2
    signed = Reply.objects.exclude(paper_at=None).filter(state=ReplyState.ISSUED).get()
    assert signed.paper_by != signed.signed_by
    assert files_of(Attachment.Owner.SHEET, signed.pk).exists()
    actions = set(Event.objects.values_list("action", flat=True))
    steps = ("polish", "recall", "return", "revoke", "reject_paper", "edit")
    assert {f"reply.{step}" for step in steps} <= actions
    assert ReplyVersion.objects.filter(reply__state=ReplyState.LEADER_SIGNOFF, action="polish").exists()


def test_promises_are_due_soon_overdue_and_ended_both_ways(today):
    running_on = Commitment.objects.filter(state=CommitmentState.OPEN, reply__state=ReplyState.ISSUED)
    assert running_on.filter(due_on__lt=today).exists()
    assert running_on.filter(due_on__gte=today, due_on__lte=today + datetime.timedelta(35)).exists()
    reported = Commitment.objects.filter(state=CommitmentState.REPORTED).get()
    assert files_of(Attachment.Owner.PROGRESS, reported.reports.get().pk).exists()


def test_a_leader_is_away_and_another_signed_in_their_place(today):
    (delegation,) = [one for one in Delegation.objects.all() if one.from_on <= today <= one.until_on]
    signed = Event.objects.filter(action="reply.sign", actor_name=f"{delegation.delegate}（代{delegation.principal}）")
    assert signed.exists()
    assert Reply.objects.filter(state=ReplyState.LEADER_SIGNOFF, case__unit__portfolios__leader=delegation.principal)


def test_the_office_entered_for_units_from_signed_paper(today):
    entered = Event.objects.exclude(entered_for="")
    assert {"case.accept", "reply.draft", "reply.submit", "reply.unit_approve"} <= {event.action for event in entered}
    for event in entered:
        assert event.actor_key == "office"
        assert Attachment.objects.filter(pk__in=event.data["paper"]).exists()


def test_of_secret_proposals_nothing_is_kept(today):
    secret = Proposal.objects.filter(is_secret=True)
    assert states_of(Proposal, is_secret=True) == {"handling", "closed"}
    assert not Attachment.objects.filter(proposal__in=secret).exists()
    assert not Reply.objects.filter(case__proposal__in=secret).exists()


def test_cosigners_are_asked_and_rate_attitude_and_result(today):
    session = Session.objects.get()
    assert (session.asks_cosigners, session.asks_attitude) == (True, True)
    assert (session.key, session.label, session.year) == DAYS[today]
    asked = Receipt.objects.filter(case__proposal__form="joint", case__proposal__merged=None)
    assert asked.filter(proposer__order__gt=0).exists()
    assert not Receipt.objects.exclude(rating=None).filter(attitude=None).exists()
    assert Receipt.objects.exclude(rating=None).exclude(attitude__rank=0).exists()


def test_further_decisions_of_the_office_occur(today):
    assert Proposal.objects.exclude(carried_over_on=None).exists()
    assert Coordination.objects.exists()
    actions = set(Event.objects.values_list("action", flat=True))
    named = ("correct", "mark_key", "transfer", "adjust", "carry_over")
    assert {f"proposal.{name}" for name in named} <= actions
    assert {"receipt.amend", "receipt.return", "commitment.verify", "commitment.lapse"} <= actions


# --- the history is true ---


def test_trail_is_whole_in_the_order_of_time_and_before_the_day(today):
    calendar = Calendar.load()
    assert verify() == []
    moments = [event.at.astimezone(SHANGHAI) for event in Event.objects.order_by("seq")]
    assert moments == sorted(moments)
    assert moments[-1].date() < today
    for at in moments:
        assert calendar.is_working_day(at.date()), at
        assert (8, 30) <= (at.hour, at.minute) < (18, 0), at


@pytest.mark.parametrize(
    ("model", "columns"),
    [
        (Proposal, ("received_on", "assigned_on", "ended_on", "carried_over_on")),
        (Case, ("assigned_on", "accepted_on", "closed_on", "ended_on")),
        (Contact, ("held_on",)),
        (Reply, ("issued_on",)),
        (Receipt, ("received_on", "confirmed_on", "reminded_on")),
        (Commitment, ("ended_on",)),
        (Card, ("proposed_on", "due_on", "issued_on", "ended_on")),
    ],
)
def test_no_day_is_in_the_future_or_a_day_off(today, model, columns):
    calendar = Calendar.load()
    year = DAYS[today][2]
    for column in columns:
        days = set(model.objects.exclude(**{column: None}).values_list(column, flat=True))
        assert days, column
        assert not [day for day in days if day >= today or day.year < year], column
        assert not [day for day in days if not calendar.is_working_day(day)], column


def test_stored_states_are_those_that_the_cases_tell(today):
    ended = (ProposalState.MERGED, ProposalState.WITHDRAWN, ProposalState.HANDED_BACK)
    for proposal in Proposal.objects.exclude(state__in=ended).prefetch_related("cases"):
        assert proposal.state == state_of(proposal.cases.all()), proposal.number
    assert not Case.objects.filter(proposal__state__in=ended).exclude(state=CaseState.ENDED).exists()


def test_figures_leave_out_what_ended(today):
    found = figures(Session.objects.get())
    assert found["received"] == Proposal.objects.count()
    assert found["total"] == found["received"] - 3
    assert found["closed"] == Proposal.objects.filter(state=ProposalState.CLOSED).count() >= 10
    assert 0 < found["ratings"]["not_returned"] < found["ratings"]["returned"]


def test_pages_of_every_proposal_open(today, client):
    usernames = ("office", "committee", "leader3", "unit12")
    seen = {}
    for username in usernames:
        user = User.objects.get(username=username)
        seen[username] = set(Proposal.objects.visible_to(user, timezone.localdate()))
    for place, proposal in enumerate(Proposal.objects.all()):
        username = usernames[place % 4]
        client.force_login(User.objects.get(username=username))
        expected = 200 if proposal in seen[username] else 404
        assert client.get(proposal.get_absolute_url()).status_code == expected, (username, proposal)
    for username in usernames:
        client.force_login(User.objects.get(username=username))
        assert client.get("/").status_code == client.get("/proposals/").status_code == 200


def test_it_is_there_whatever_day_is_asked_for(today):
    assert running.session_in_being() == Session.objects.get()


# --- the day ---


@pytest.mark.parametrize(
    ("day", "key", "label", "year"),
    [
        ("2022-01-04", "9-5", "九届五次会议", 2021),
        ("2022-12-30", "10-1", "十届一次会议", 2022),
        ("2026-12-31", "10-5", "十届五次会议", 2026),
        ("2027-12-31", "11-1", "十一届一次会议", 2027),
    ],
)
def test_session_is_that_of_the_year_in_which_it_opened(db, day, key, label, year):
    found = running.session_of(datetime.date.fromisoformat(day))
    assert (found["key"], found["label"], found["year"]) == (key, label, year)
    assert found["opened_on"].year == year


@pytest.mark.parametrize("day", ["2020-11-23", "2021-12-31", "2100-01-01", "2026-02-30", "heute"])
def test_command_refuses_a_day_on_which_no_session_can_run(db, day):
    before = Event.objects.count()
    with pytest.raises(CommandError, match=f"“{day}”应"):
        call_command("load_demo", f"--today={day}", stdout=io.StringIO())
    assert Event.objects.count() == before
