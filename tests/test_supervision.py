"""Yellow and red cards: when they are due by the published calendar of 2020, and what becomes of them.

The days are counted by hand. Assigned on Tuesday 10 March: acceptance within 3 working days is due on Friday 13 March,
so the yellow card falls due on Monday 16 March, the red one on the 10th working day, Friday 27 March.
"""

import datetime
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.queries import verify
from apps.calendars.deadlines import Calendar
from apps.proposals import operations as cases
from apps.proposals import rearranging
from apps.proposals.models import Attachment, Case
from apps.proposals.operations import Paper
from apps.proposals.settings.operations import change_session_settings
from apps.proposals.workflow import NotAllowed, OutOfTurn, Refused
from apps.supervision import operations as cards
from apps.supervision.models import Card
from apps.supervision.queries import cards_visible_to, due_on_day
from tests import factories as make

pytestmark = pytest.mark.django_db
CONSENT = "周明远3月27日当面同意"


def supervised(month, day, year=2020):
    """What the daily run of a morning proposes: [(colour, rule, missed day)]."""
    found = cards.supervise(make.moment(year, month, day, 8))
    return [(card.colour, card.rule, f"{card.due_on:%m-%d}") for card in found]


def late_case(world, number="001"):
    return make.assigned(world, number).cases.get()


# --- the rules -------------------------------------------------------------------------------------------------------


def test_a_yellow_card_falls_due_on_the_working_day_after_the_deadline():
    world = make.world()
    late_case(world)
    assert supervised(3, 13) == []  # the last day itself
    assert supervised(3, 14) == []  # a Saturday
    assert supervised(3, 15) == []
    assert supervised(3, 16) == [("yellow", "accept", "03-13")]


def test_a_red_card_falls_due_on_the_tenth_working_day_and_follows_the_yellow_one():
    world = make.world()
    case = late_case(world)
    yellow = make.card_at(world, case, "issued")
    assert supervised(3, 26) == []  # the 9th: 16–20 and 23–26 March
    assert supervised(3, 27) == [("red", "accept", "03-13")]
    red = Card.objects.get(colour="red")
    assert (red.state, red.follows, red.number) == ("proposed", yellow, "")


def test_holidays_and_make_up_days_are_counted():
    """Assigned on 22 April: 23, 24 and 26 April, a Sunday that is worked. Then 27–30 April, 6–9 May (the 9th is a
    Saturday that is worked), 11 and 12 May: the tenth."""
    world = make.world()
    case = make.assigned(world, at=make.moment(2020, 4, 22)).cases.get()
    assert case.accept_due_on == datetime.date(2020, 4, 26)
    assert supervised(4, 26) == []
    assert supervised(4, 27) == [("yellow", "accept", "04-26")]
    cards.issue(Card.objects.get(), by=world.office, at=make.moment(2020, 4, 27))
    assert supervised(5, 11) == []
    assert supervised(5, 12) == [("red", "accept", "04-26")]


def test_an_opinion_and_a_reply_that_are_late():
    """Assigned on 10 March: the reply is due on 10 June, the opinion on Sunday 10 May, so before it on Saturday the
    9th, a make-up day."""
    world = make.world()
    proposal = make.handling(world, roles=[(world.housing, "lead"), (world.culture, "assist")])
    assert make.case_of(proposal, world.culture).opinion_due_on == datetime.date(2020, 5, 9)
    assert supervised(5, 9) == []
    assert supervised(5, 11) == [("yellow", "opinion", "05-09")]
    assert supervised(6, 10) == [], "the red one waits for the decision on the yellow one"
    assert supervised(6, 11) == [("yellow", "reply", "06-10")]
    units = {card.rule: card.case.unit for card in Card.objects.all()}
    assert units == {"opinion": world.culture, "reply": world.housing}


def test_what_was_done_late_but_before_the_run_breaks_no_rule():
    world = make.world()
    case = late_case(world)
    cases.accept(case, by=world.clerk, at=make.moment(2020, 3, 16, 7))
    assert supervised(3, 16) == []


def test_a_run_that_comes_only_after_the_red_day_proposes_the_red_card_alone():
    world = make.world()
    late_case(world)
    assert supervised(3, 30) == [("red", "accept", "03-13")]
    assert supervised(3, 31) == []
    assert Card.objects.get().follows is None


def test_the_sessions_own_limits_are_used():
    world = make.world()
    limits = {"yellow": (3, "working_days"), "red": (14, "natural_days")}
    change_session_settings(world.session, by=world.office, at=make.moment(2020, 3, 1), limits=limits)
    late_case(world)
    assert supervised(3, 17) == []
    assert supervised(3, 18) == [("yellow", "accept", "03-13")]
    cards.issue(Card.objects.get(), by=world.office, at=make.moment(2020, 3, 18))
    assert supervised(3, 26) == []
    assert supervised(3, 27) == [("red", "accept", "03-13")]


def test_twice_a_day_changes_nothing():
    world = make.world()
    late_case(world, "001"), late_case(world, "002")
    assert len(supervised(3, 16)) == 2
    events = Event.objects.count()
    assert supervised(3, 16) == []
    assert supervised(3, 17) == []
    assert (Card.objects.count(), Event.objects.count()) == (2, events)


def test_the_database_keeps_one_live_card_a_case_rule_round_and_colour():
    world = make.world()
    card = make.card_at(world, late_case(world), "proposed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Card.objects.create(
            session=world.session,
            case=card.case,
            round=1,
            colour="yellow",
            state="proposed",
            rule="accept",
            reason="又",
        )


@pytest.mark.parametrize("end", ["lifted", "withdrawn", "dismissed"])
def test_what_ended_is_not_proposed_again_for_the_same_deadline(end):
    world = make.world()
    case = late_case(world)
    card = make.card_at(world, case, "proposed" if end == "dismissed" else end)
    if end == "dismissed":
        cards.dismiss(card, by=world.office, at=make.moment(2020, 3, 16), note="已口头提醒")
    assert supervised(3, 17) == []
    assert supervised(3, 26) == []
    # the red card is another one; it follows the yellow one unless that was withdrawn
    assert supervised(3, 27) == [("red", "accept", "03-13")]
    assert Card.objects.get(colour="red").follows == (card if end == "lifted" else None)


def test_a_new_deadline_breaks_anew():
    """An extension to 30 June after the yellow card for 10 June was lifted: the card for 30 June is another."""
    world = make.world()
    case = make.handling(world).cases.get()
    cases.request_extension(
        case, datetime.date(2020, 6, 30), by=world.clerk, at=make.moment(2020, 6, 9), note="须现场勘查"
    )
    assert supervised(6, 11) == [("yellow", "reply", "06-10")]
    card = Card.objects.get()
    cards.issue(card, by=world.office, at=make.moment(2020, 6, 11))
    cases.grant_extension(case, by=world.office, at=make.moment(2020, 6, 11), note="同意")
    cards.answer(card, by=world.clerk, at=make.moment(2020, 6, 12), text="已获准延期")
    cards.lift(card, by=world.office, at=make.moment(2020, 6, 12), note="已延期")
    assert supervised(6, 30) == []
    assert supervised(7, 1) == [("yellow", "reply", "06-30")]


def test_secret_proposals_get_no_cards():
    world = make.world()
    secret = make.registered(world, is_secret=True)
    cases.assign(secret, [(world.housing, "lead")], by=world.office, at=make.moment())
    assert supervised(3, 30) == []
    with pytest.raises(Refused, match="涉密"):
        cards.issue_new(secret.cases.get(), by=world.office, at=make.moment(2020, 3, 30), colour="yellow",
                        rule="accept", reason="逾期")  # fmt: skip
    assert not Card.objects.exists()


def test_only_the_command_proposes():
    world = make.world()
    case = late_case(world)
    for person in ("office", "clerk", "leader", "secretary"):
        with pytest.raises(NotAllowed):
            cards.propose(case, "accept", by=world.people[person], at=make.moment(2020, 3, 16))
    assert cards.propose(case, "reply", by=None, at=make.moment(2020, 3, 16)) is None, "it is not late with that"


# --- what is done with them ------------------------------------------------------------------------------------------


def test_cards_are_numbered_in_the_sessions_series_by_colour_and_a_number_is_not_used_again():
    world = make.world()
    numbers = []
    for number, end in (("001", "issued"), ("002", "withdrawn"), ("003", "issued")):
        numbers.append(make.card_at(world, late_case(world, number), end).number)
    assert numbers == ["黄牌〔2020〕1号", "黄牌〔2020〕2号", "黄牌〔2020〕3号"]
    red = cards.issue_new(late_case(world, "004"), by=world.office, at=make.moment(2020, 3, 16), colour="red",
                          rule="other", reason="答复与事实不符", leader_consent=CONSENT)  # fmt: skip
    assert red.number == "红牌〔2020〕1号"
    other = cases.open_session("9-5", "九届五次会议", 2021, by=world.office, at=make.moment(2020, 3, 17))
    world.session = other
    assert make.card_at(world, late_case(world, "001"), "issued").number == "黄牌〔2021〕1号"


def test_a_red_card_needs_the_leaders_consent():
    world = make.world()
    late_case(world)
    supervised(3, 30)
    red = Card.objects.get()
    with pytest.raises(Refused, match="领导同意"):
        cards.issue(red, by=world.office, at=make.moment(2020, 3, 30), leader_consent="  ")
    red.refresh_from_db()
    assert (red.state, red.number) == ("proposed", "")
    cards.issue(red, by=world.office, at=make.moment(2020, 3, 30), leader_consent=CONSENT)
    assert (red.state, red.number, red.leader_consent) == ("issued", "红牌〔2020〕1号", CONSENT)
    assert Event.objects.get(action="card.issue").data["leader_consent"] == CONSENT


def test_raising_a_yellow_card_issues_a_red_one_in_the_same_event():
    world = make.world()
    yellow = make.card_at(world, late_case(world), "issued")
    at = make.moment(2020, 3, 20)
    with pytest.raises(Refused, match="领导同意"):
        cards.raise_to_red(yellow, by=world.office, at=at, note="仍不签收", leader_consent="")
    assert Card.objects.count() == 1
    red = cards.raise_to_red(yellow, by=world.office, at=at, note="仍不签收", leader_consent=CONSENT)
    yellow.refresh_from_db()
    assert (yellow.state, red.state, red.follows, red.number) == ("issued", "issued", yellow, "红牌〔2020〕1号")
    event = Event.objects.get(action="card.raise")
    assert event.data["parts"] == {"card": [[red.pk, "issued"]]}
    with pytest.raises(Refused, match="已有红牌"):
        cards.raise_to_red(yellow, by=world.office, at=at, note="再次", leader_consent=CONSENT)
    with pytest.raises(Refused, match="红牌不再升级"):
        cards.raise_to_red(red, by=world.office, at=at, note="再次", leader_consent=CONSENT)
    assert supervised(3, 27) == []  # there is a red one


def test_the_unit_objects_and_answers_and_the_office_lifts():
    world = make.world()
    card = make.card_at(world, late_case(world), "issued")
    at = make.moment(2020, 3, 17)
    with pytest.raises(NotAllowed):
        cards.object_to(card, by=world.clerk, at=at, note="系统故障")
    cards.object_to(card, by=world.head, at=at, note="系统故障")
    cards.object_to(card, by=world.head, at=at, note="附说明一份")
    assert (card.state, card.objection) == ("issued", "系统故障\n附说明一份")
    with pytest.raises(Refused, match="整改情况"):
        cards.answer(card, by=world.clerk, at=at, text=" ")
    cards.answer(card, by=world.clerk, at=at, text="已安排专人")
    with pytest.raises(OutOfTurn):
        cards.answer(card, by=world.head, at=at, text="又一次")
    cards.lift(card, by=world.office, at=at, note="已整改")
    card.refresh_from_db()
    told = (card.state, card.answer, card.answered_by, card.ruling, card.ended_on)
    assert told == ("lifted", "已安排专人", world.clerk, "已整改", at.date())
    actions = Event.objects.filter(action__startswith="card.").order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["card.propose", "card.issue", "card.object", "card.object", "card.answer", "card.lift"]
    assert verify() == []


def test_what_the_office_enters_from_paper_another_person_lifts():
    world = make.world()
    card = make.card_at(world, late_case(world), "issued")
    at = make.moment(2020, 3, 17)
    with pytest.raises(Refused, match="代录"):
        cards.answer(card, by=world.office, at=at, text="已整改")
    cards.answer(card, by=world.office, at=at, text="已整改", paper=Paper("区住建委王主任", make.scan()))
    event = Event.objects.get(action="card.answer")
    assert event.entered_for == "区住建委王主任"
    assert Attachment.objects.filter(pk__in=event.data["paper"], owner_type="card", owner_key=card.pk).exists()
    with pytest.raises(Refused, match="另一人"):
        cards.lift(card, by=world.office, at=at, note="已整改")
    cards.lift(card, by=world.office2, at=at, note="已整改")
    assert card.state == "lifted"


def test_the_office_issues_one_of_its_own_but_not_the_same_twice():
    world = make.world()
    case = late_case(world)
    at = make.moment(2020, 3, 16)
    told = {"colour": "yellow", "rule": "accept", "reason": "多次催办仍不签收"}
    with pytest.raises(Refused, match="事由"):
        cards.issue_new(case, by=world.office, at=at, **(told | {"reason": " "}))
    card = cards.issue_new(case, by=world.office, at=at, **told)
    assert (card.state, card.number, card.issued_by) == ("issued", "黄牌〔2020〕1号", world.office)
    with pytest.raises(Refused, match="黄牌〔2020〕1号"):
        cards.issue_new(case, by=world.office, at=at, **told)
    with pytest.raises(NotAllowed):
        cards.issue_new(case, by=world.clerk, at=at, **told)
    assert supervised(3, 16) == []  # one at a time


def test_nobody_goes_on_with_the_card_of_a_case_that_ended():
    world = make.world()
    case = late_case(world)
    card = make.card_at(world, case, "issued")
    rearranging.withdraw(case.proposal, by=world.office, at=make.moment(2020, 3, 17), note="提案委来函")
    with pytest.raises(OutOfTurn):
        cards.answer(card, by=world.clerk, at=make.moment(2020, 3, 18), text="已整改")
    with pytest.raises(OutOfTurn):
        cards.issue_new(Case.objects.get(pk=case.pk), by=world.office, at=make.moment(2020, 3, 18), colour="yellow",
                        rule="other", reason="逾期")  # fmt: skip


# --- who sees them, and the pages ------------------------------------------------------------------------------------


def test_who_sees_a_card():
    world = make.world()
    card = make.card_at(world, late_case(world), "proposed")
    seers = ("office", "clerk", "head", "culture_clerk", "leader", "other_leader", "secretary", "auditor", "admin")

    def who():
        return {name for name in seers if cards_visible_to(world.people[name]).filter(pk=card.pk).exists()}

    assert who() == {"office", "leader"}
    cards.issue(card, by=world.office, at=make.moment(2020, 3, 16))
    assert who() == {"office", "leader", "clerk", "head"}


def test_the_page_of_the_proposal_shows_a_card_only_to_those_who_may_see_it(client):
    world = make.world()
    proposal = make.assigned(world, roles=[(world.housing, "separate"), (world.culture, "separate")])
    card = make.card_at(world, make.case_of(proposal, world.housing), "issued")
    cards.object_to(card, by=world.head, at=make.moment(2020, 3, 17), note="系统故障未收到")
    for person, sees in (
        ("office", True), ("clerk", True), ("head", True), ("leader", True),
        ("culture_clerk", False), ("secretary", False), ("other_leader", False),
    ):  # fmt: skip
        client.force_login(world.people[person])
        page = client.get(proposal.get_absolute_url()).content.decode()
        assert ("黄牌〔2020〕1号" in page, "系统故障未收到" in page) == (sees, sees), person


def test_from_the_homes_a_card_is_decided_answered_and_lifted(client):
    world = make.world()
    late_case(world)
    supervised(3, 16)
    card = Card.objects.get()

    def do(person, section, action, **fields):
        client.force_login(world.people[person])
        home = client.get("/").content.decode()
        url = reverse("supervision:act", args=[card.pk, action])
        assert section in home
        # whether to issue it is decided on the page of the proposal, where both buttons are
        offered = client.get(card.case.proposal.get_absolute_url()).content.decode() if action == "issue" else home
        assert url in offered
        page = client.get(url)
        assert card.reason in page.content.decode()
        answer = client.post(url, {"seen": page.context["seen"]} | fields)
        assert answer.status_code == 302, answer.content.decode()
        card.refresh_from_db()
        return card.state

    client.force_login(world.clerk)
    assert "收到的黄牌红牌" not in client.get("/").content.decode()
    assert do("office", "拟发的黄牌红牌", "issue") == "issued"
    assert do("clerk", "收到的黄牌红牌", "answer", text="已安排专人") == "answered"
    assert do("office", "已反馈待摘牌", "lift", note="已整改") == "lifted"


def test_the_paper_of_a_card_is_seen_with_the_card(client):
    world = make.world()
    case = late_case(world)
    card = make.card_at(world, case, "issued")
    at = make.moment(2020, 3, 17)
    cards.object_to(card, by=world.office, at=at, note="系统故障", paper=Paper("王主任", make.scan("申辩书.png")))
    url = reverse("proposals:file", args=[Attachment.objects.get().pk])
    for person, sees in (("office", True), ("clerk", True), ("leader", True), ("secretary", False)):
        client.force_login(world.people[person])
        assert ("申辩书.png" in client.get(case.proposal.get_absolute_url()).content.decode()) is sees, person
        answer = client.get(url)
        if answer.streaming:
            list(answer.streaming_content)
        assert answer.status_code == (200 if sees else 404), person


def test_a_late_click_is_told_and_nothing_typed_is_lost(client):
    world = make.world()
    card = make.card_at(world, late_case(world), "issued")
    client.force_login(world.clerk)
    url = reverse("supervision:act", args=[card.pk, "answer"])
    seen = client.get(url).context["seen"]
    cards.withdraw(card, by=world.office, at=make.moment(2020, 3, 17), note="误发")
    answer = client.post(url, {"seen": seen, "text": "我们已经整改"})
    assert answer.status_code == 409
    assert "我们已经整改" in answer.content.decode()


def test_the_form_of_a_red_card_asks_for_the_consent(client):
    world = make.world()
    case = late_case(world)
    client.force_login(world.office)
    url = reverse("supervision:issue", args=[case.pk])
    seen = client.get(url).context["seen"]
    fields = {"seen": seen, "colour": "red", "rule": "other", "reason": "敷衍了事"}
    answer = client.post(url, fields)
    assert answer.status_code == 422
    assert "须经领导同意" in answer.content.decode() and "敷衍了事" in answer.content.decode()
    assert not Card.objects.exists()
    assert client.post(url, fields | {"leader_consent": CONSENT}).status_code == 302
    assert Card.objects.get().number == "红牌〔2020〕1号"


# --- the command -----------------------------------------------------------------------------------------------------


def run(*arguments):
    out = StringIO()
    call_command("supervise", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_tells_in_chinese_what_it_did():
    world = make.world()
    late_case(world, "084")
    told = run("--date", "2020-03-16")
    assert "拟发黄牌1张" in told and "9-4 第084号" in told and "区住房城乡建委" in told
    assert "应于2020-03-13前签收" in told
    event = Event.objects.get(action="card.propose")
    assert (event.actor_key, timezone.localdate(event.at)) == ("operator", datetime.date(2020, 3, 16))
    assert "没有新的黄牌、红牌" in run("--date", "2020-03-16")


def test_the_command_answers_in_json():
    world = make.world()
    late_case(world, "084")
    found = json.loads(run("--date", "2020-03-16", "--json"))
    (card,) = found["proposed"]
    assert found["date"] == "2020-03-16"
    told = {name: card[name] for name in ("session", "number", "unit", "colour", "rule", "round", "due_on")}
    assert told == {
        "session": "9-4", "number": "084", "unit": "区住房城乡建委", "colour": "yellow", "rule": "accept", "round": 1,
        "due_on": "2020-03-13",
    }  # fmt: skip
    assert json.loads(run("--date", "2020-03-16", "--json"))["proposed"] == []


@pytest.mark.parametrize("date", ["2020-02-30", "昨天", "2999-01-01"])
def test_the_command_refuses_what_is_no_day_or_not_yet(date):
    with pytest.raises(CommandError) as refused:
        run("--date", date)
    assert refused.value.returncode == 2


def test_what_is_due_is_found_in_a_fixed_number_of_queries(django_assert_num_queries):
    world = make.world()
    late_case(world, "001")
    with django_assert_num_queries(6):  # calendar and its versions, late cases by rule, their cards
        assert len(due_on_day(datetime.date(2020, 3, 16))) == 1
    for number in ("002", "003", "004"):
        late_case(world, number)
    with django_assert_num_queries(6):
        assert len(due_on_day(datetime.date(2020, 3, 16))) == 4
    assert Calendar.load().is_published(2020)
