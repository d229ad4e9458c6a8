"""The demonstration data: a year that went through the real operations. Its figures are those of the requirement."""

import datetime
import io
import json
import zoneinfo

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from apps.accounts.models import User
from apps.audit.models import Event, Head
from apps.audit.queries import verify
from apps.calendars.deadlines import Calendar
from apps.desk import demo, volume
from apps.documents.content import Heading
from apps.figures.queries import figures
from apps.proposals.attachments import files_of
from apps.proposals.models import Case, Category, Contact, Proposal, Session
from apps.proposals.operations import state_of
from apps.proposals.workflow import CaseState
from apps.ratings.models import Receipt
from apps.replies.models import Commitment, Reply
from apps.replies.workflow import CommitmentState
from apps.reports.letter import compose
from apps.units.models import Leader, Portfolio, Unit
from tests.factories import tell_the_planner

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
TODAY = datetime.date(2026, 11, 23)
NUMBERS = [f"{number:03}" for number in range(1, 198)]


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker, tmp_path_factory):
    """The district, loaded once for this file inside a transaction that is rolled back after its last test."""
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        assert demo.load(TODAY) == {"9-4": True, "10-5": True}
        tell_the_planner()
        yield Session.objects.get(key="9-4")
        transaction.set_rollback(True)


@pytest.fixture
def session(loaded, db):
    return loaded


def local(at):
    return at.astimezone(SHANGHAI)


# --- figures ---


def test_demo_has_the_figures_of_the_year_2020(session):
    found = figures(session)
    assert (found["label"], found["received"], found["total"]) == ("九届四次会议", 197, 197)
    assert (found["key"], found["assigned"], found["replied"], found["closed"]) == (12, 197, 197, 197)
    assert found["classes"] == {
        "A": {"count": 183, "base": 197, "percent": "92.9"},
        "B": {"count": 9, "base": 197, "percent": "4.6"},
        "C": {"count": 5, "base": 197, "percent": "2.5"},
    }
    assert (found["ratings"]["returned"], found["ratings"]["not_returned"]) == (197, 0)
    assert found["ratings"]["final"] == {
        "满意": {"count": 196, "base": 197, "percent": "99.5"},
        "理解": {"count": 1, "base": 197, "percent": "0.5"},
    }
    assert found["ratings"]["first"]["不满意"] == {"count": 1, "base": 197, "percent": "0.5"}
    assert found["rehandled"] == ["084"]
    assert 10 <= found["kinds"]["平时"]["count"] <= 20


def test_demo_is_finished_on_the_letters_day(session):
    then, now = figures(session, demo.day_of("2020-11-03")), figures(session)
    assert then["closed"] == 197
    assert (then["classes"], then["ratings"], then["units"]) == (now["classes"], now["ratings"], now["units"])
    assert figures(session, demo.day_of("2020-03-09"))["assigned"] == 0


def test_numbers_run_through_and_no_two_proposals_read_the_same(session):
    proposals = list(Proposal.objects.filter(session=session))
    assert [proposal.number for proposal in proposals] == NUMBERS
    for column in ("title", "text"):
        assert len({getattr(proposal, column) for proposal in proposals}) == 197
    replies = list(Reply.objects.filter(case__proposal__session=session).values_list("body", flat=True))
    assert len(set(replies)) == len(replies) > 197
    assert {proposal.mode for proposal in proposals} == set(Proposal.Mode.values)
    assert {proposal.form for proposal in proposals} == set(Proposal.Form.values)
    separate = [proposal for proposal in proposals if proposal.mode == Proposal.Mode.SEPARATE]
    assert 6 <= len(separate) <= 10
    assert [proposal.kind for proposal in proposals] == sorted((p.kind for p in proposals), reverse=True)


def test_key_proposals_have_a_supervising_leader(session):
    key = Proposal.objects.filter(session=session, is_key=True)
    assert key.count() == 12
    assert all(proposal.supervising_leader for proposal in key)
    assert not Proposal.objects.filter(session=session, is_key=False).exclude(supervising_leader=None).exists()


def test_what_is_invented_says_so(session):
    remarks = set(Proposal.objects.filter(session=session).values_list("remark", flat=True))
    assert remarks == {"演示数据", "演示数据，办理情况取自公开通报"}


def test_class_b_promises_and_class_c_gives_its_reason(session):
    issued = Reply.objects.filter(case__proposal__session=session)
    for reply in issued.filter(result_class__code="B"):
        promises = list(reply.commitments.all())
        assert promises and all(promise.first_due_on.year in (2021, 2022) for promise in promises), reply.case.proposal
    for reply in issued.filter(result_class__code="C"):
        assert len(reply.class_reason) > 20, reply.case.proposal


# --- history ---


def test_stored_states_are_those_that_the_cases_tell(session):
    for proposal in Proposal.objects.filter(session=session).prefetch_related("cases"):
        assert proposal.state == state_of(proposal.cases.all()), proposal.number
    for case in Case.objects.filter(proposal__session=session):
        assert case.state == (CaseState.CLOSED if case.is_answering else CaseState.ADVISED)


def test_trail_is_whole_and_in_the_order_of_time(session):
    assert verify() == []
    moments = list(Event.objects.order_by("seq").values_list("at", flat=True))
    assert moments == sorted(moments)
    events = Event.objects.filter(target_name__startswith="9-4/")
    assert events.filter(action="proposal.register").count() == 197
    receipts = Receipt.objects.filter(case__proposal__session=session)
    assert events.filter(action="receipt.confirm").count() == receipts.count()


def test_nothing_happens_on_a_day_off_or_at_odd_hours(session):
    calendar = Calendar.load()
    for event in Event.objects.all():
        at = local(event.at)
        assert calendar.is_working_day(at.date()), (event, at)
        assert (8, 30) <= (at.hour, at.minute) < (18, 0), (event, at)


def test_each_reply_went_the_whole_way_before_it_reached_the_proposer(session):
    calendar = Calendar.load()
    charge = {held.unit_id: held.leader for held in Portfolio.objects.select_related("leader")}
    replies = list(Reply.objects.filter(case__proposal__session=session).select_related("case", "signed_by"))
    assert len(replies) > 197
    for reply in replies:
        assert reply.submitted_at < reply.approved_at < reply.forwarded_at < reply.signed_at < reply.issued_at
        assert reply.submitted_by != reply.approved_by
        assert reply.signer == charge[reply.case.unit_id]
        assert reply.signed_by.posts.get().leader == reply.signer
        assert reply.signed_hash == reply.content_hash
        assert calendar.is_working_day(reply.issued_on)
        for receipt in reply.receipts.all():
            assert reply.issued_at < receipt.entered_at < receipt.confirmed_at
            assert receipt.entered_by != receipt.confirmed_by
            assert files_of("receipt", receipt.pk).get().media_type == "image/png"


def test_deadlines_are_met_but_for_a_few(session):
    cases = Case.objects.filter(proposal__session=session)
    assert not [case for case in cases if case.accepted_on > case.accept_due_on]
    replies = Reply.objects.filter(case__proposal__session=session)
    late = [reply.case.proposal.number for reply in replies if reply.issued_on > reply.due_on]
    assert 1 <= len(late) <= 6
    opinions = cases.exclude(opinion=None).select_related("opinion")
    assert not [case for case in opinions if local(case.opinion.given_at).date() > case.opinion_due_on]


def test_084_is_handled_again_after_talks_of_every_kind(session):
    proposal = Proposal.objects.get(session=session, number="084")
    case = proposal.cases.get(role="lead")
    assert (case.unit.name, case.round) == ("区住房城乡建委", 2)
    first, second = case.replies.order_by("round")
    (bad,), (good,) = first.receipts.all(), second.receipts.all()
    assert (bad.rating.name, good.rating.name) == ("不满意", "理解")
    talks = list(Contact.objects.filter(case=case, round=2).order_by("held_on", "pk"))
    assert [talk.manner for talk in talks] == ["special_meeting", "discussion", "meeting", "visit", "phone"]
    assert all(talk.people and talk.summary for talk in talks)
    assert bad.confirmed_on < talks[0].held_on and talks[-1].held_on < second.issued_on <= second.due_on


# --- the letter ---


def lines_of(letter):
    return [block.text if isinstance(block, Heading) else block.lead + block.text for block in letter.blocks]


def test_letter_is_whole_and_tells_what_the_public_one_tells(session):
    letter, unfinished, *_ = compose(session)
    assert unfinished == []
    assert (letter.number, letter.addressee) == ("大渡口府函〔2020〕280号", "区政协")
    assert letter.dated_on == demo.day_of("2020-11-03")
    text = "\n".join(lines_of(letter))
    for words in (
        "提案共197件，含重点提案12件",
        "A类提案183件，占办理总数的92.9%",
        "B类提案9件，占办理总数的4.6%",
        "C类提案5件，占办理总数的2.5%",
        "满意的196件，占收回回执的99.5%",
        "理解的1件，占0.5%",
        "没有最终评价为不满意的提案",
        "召开专题会议",
        "召开座谈会",
        "400余家",
        "10亿元",
        "419家",
        "13.4亿元",
        "H02-7地块",
        "可停车530辆",
        "39个、饮水设备50套",
        "石林大道人行天桥",
        "11所幼儿园",
        "全自动生化仪",
        "30多个国家",
        "3户尚未签约",
        "涉犬警情600余起",
        "（2021年12月31日前）",
    ):
        assert words in text, words
    assert "樊静姝" not in text  # who was dissatisfied is not named


def test_letter_has_an_example_for_each_theme_and_class(session):
    lines = lines_of(compose(session)[0])
    leads = {place for place, line in enumerate(lines) if line[:2] in ("1.", "2.", "3.", "4.", "5.", "6.")}
    parts = [place for place, line in enumerate(lines) if line.startswith(("（二）", "（三）"))][:2]
    assert len(leads) == len(set(Category.objects.values_list("theme", flat=True))) == 6
    for place in leads:
        assert lines[place + 1].startswith("例如，"), lines[place]
    for place in parts:
        assert lines[place + 2].startswith("例如，"), lines[place]


def test_texts_of_the_letter_hold_no_figure_of_the_session(session):
    texts = demo.read("letter-2020.json")
    prose = [texts["methods"], texts["problems"], texts["next_steps"]]
    prose += [*texts["class_intros"].values(), *texts["theme_intros"].values()]
    assert not [text for text in prose if any(char.isdigit() for char in text)]
    assert set(texts["theme_intros"]) == set(Category.objects.values_list("theme", flat=True))
    assert set(texts["class_intros"]) == {"A", "B", "C"}


# --- what came after ---


def test_the_running_session_is_the_newest_and_the_year_2020_stays_as_it_is(session):
    newest = Session.objects.first()
    assert (newest.key, newest.label, newest.year) == ("10-5", "十届五次会议", 2026)
    assert (newest.asks_cosigners, session.asks_cosigners) == (True, False)
    assert not Receipt.objects.filter(case__proposal__session=session).exclude(attitude=None).exists()


def test_promises_of_2020_were_followed_up(session):
    promises = Commitment.objects.filter(reply__case__proposal__session=session)
    assert set(promises.values_list("state", flat=True)) == set(CommitmentState.values)
    running = promises.filter(state=CommitmentState.OPEN)
    assert all(promise.first_due_on.year in (2021, 2022) for promise in promises)
    assert running.filter(due_on__lt=TODAY).exists() and running.filter(due_on__gt=TODAY).exists()
    kept = Reply.objects.filter(case__proposal__session=session, current_class__code="A")
    assert kept.exists() and set(kept.values_list("result_class__code", flat=True)) == {"B"}


# --- the district ---


def test_every_unit_has_a_leader_and_two_people(session):
    for unit in Unit.objects.prefetch_related("posts"):
        assert sorted(post.kind for post in unit.posts.all()) == ["unit_clerk", "unit_head"], unit
        assert unit.portfolios.count() == 1
        assert unit.full_name and unit.contact_name and unit.contact_phone
    assert Unit.objects.count() >= 35
    assert Leader.objects.count() == 7


def test_proposals_name_units_by_their_aliases_too():
    names = [name for row in demo.read("units.json") for name in (row["name"], row["full_name"], *row["aliases"])]
    assert len(set(names)) == len(names) - sum(row["name"] == row["full_name"] for row in demo.read("units.json"))
    assert {"区住建委", "区建委"} <= set(names)


def test_scans_of_receipts_are_stored(session):
    scan = files_of("receipt", Receipt.objects.first().pk).get()
    assert scan.size > 100
    assert len(scan.sha256) == 64


def test_second_load_changes_nothing_whatever_the_day(session, django_assert_max_num_queries):
    before = (Event.objects.count(), Head.objects.get().hash, User.objects.count())
    for today in (TODAY, datetime.date(2028, 2, 29)):
        with django_assert_max_num_queries(4):
            assert demo.load(today) == {"9-4": False, "10-5": False}
    assert (Event.objects.count(), Head.objects.get().hash, User.objects.count()) == before


def test_nobody_has_a_password_without_debug(session):
    assert User.objects.count() > 80
    assert not [user.username for user in User.objects.all() if user.has_usable_password()]


def test_command_prints_accounts_and_their_password_only_with_debug(session, settings):
    assert demo.PASSWORD not in printed()
    settings.DEBUG = True
    told = json.loads(printed("--json"))
    assert told["sessions"][0] == {"session": "9-4", "loaded": False, "proposals": 197}
    assert told["sessions"][1] == {"session": "10-5", "loaded": False, "proposals": 50}
    assert told["password"] == demo.PASSWORD
    posts = {account["username"]: account["post"] for account in told["accounts"]}
    assert {"office", "committee", "auditor", "admin"} <= set(posts)
    assert "区住房城乡建委 经办人" in posts.values()
    assert demo.PASSWORD in printed()


def printed(*arguments):
    out = io.StringIO()
    call_command("load_demo", *arguments, stdout=out)
    return out.getvalue()


# --- volume ---


def test_volume_makes_finished_and_running_proposals_beside_the_year(session):
    told = json.loads(printed("--proposals", "120", "--seed", "7", "--json"))
    assert told["sessions"][2] == {"session": volume.KEY, "loaded": True, "proposals": 120}
    found = figures(Session.objects.get(key=volume.KEY))
    assert found["total"] == 120
    assert found["closed"] > 60
    assert {state for state, count in found["states"].items() if count} >= {"assigned", "handling", "replied", "closed"}
    assert figures(session)["total"] == 197
    assert verify() == []
    again = json.loads(printed("--proposals", "500", "--json"))
    assert again["sessions"][2] == {"session": volume.KEY, "loaded": False, "proposals": 120}


def test_volume_is_the_same_for_the_same_seed(session):
    def rows(seed):
        return list(volume.ledger_rows(30, volume.random.Random(seed)))

    assert rows(1) == rows(1) != rows(2)


@pytest.mark.parametrize("number", ["0", "-3", "viele", "1000000"])
def test_volume_refuses_what_is_no_number_of_proposals(session, number):
    with pytest.raises(CommandError, match="应为 1 至 200000 的整数"):
        call_command("load_demo", f"--proposals={number}")
    assert not Session.objects.filter(key=volume.KEY).exists()
