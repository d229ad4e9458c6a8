"""What a session carries: its defaults, who changes it, what stays as it was, and how figures and deadlines follow."""

import datetime
import json
from html.parser import HTMLParser

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.queries import verify
from apps.figures.queries import behind, figures
from apps.proposals import operations as cases
from apps.proposals.models import Case, Proposal, Rating, ResultClass, Session
from apps.proposals.queries import session_label
from apps.proposals.settings.operations import change_session_settings
from apps.proposals.workflow import CaseRole, NotAllowed, OutOfTurn, Refused
from apps.ratings.models import Receipt
from apps.replies.models import Reply
from apps.replies.queries import next_number
from apps.units.models import Unit
from tests import factories as make
from tests.browser import follow, go_by_menu, told
from tests.factories import case_of, moment, rated, reply_at

pytestmark = pytest.mark.django_db
PAGE = "/settings/sessions/9-4/"


@pytest.fixture
def world():
    return make.world()


def day(month, number, year=2020):
    return datetime.date(year, month, number)


def change(world, by=None, at=None, **settings):
    """Changes settings and brings `world.session` up to date."""
    world.session = change_session_settings(
        world.session, by=by or world.office, at=at or moment(2020, 2, 3), **settings
    )
    return world.session


def scale(*rows):
    """Ratings as the operation takes them: "+满意" counts as satisfied, "-不满意" is handled again, "理解" neither."""
    return [{"name": row.lstrip("+-"), "is_satisfied": row[0] == "+", "is_dissatisfied": row[0] == "-"} for row in rows]


def classes(*rows):
    return [
        {"code": code, "wording": wording, "needs_commitment": code == "B", "needs_reason": code == "C"}
        for code, wording in rows
    ]


ABC = (("A", "已经解决"), ("B", "正在解决"), ("C", "暂难解决"))


def last_event(action="session.settings"):
    return Event.objects.filter(action=action).order_by("-seq").first()


# --- defaults --------------------------------------------------------------------------------------------------------


def test_defaults_are_those_of_the_trade(world):
    session = world.session
    assert session.limits == {
        "accept": [3, "working_days"],
        "return": [10, "working_days"],
        "contact": [15, "working_days"],
        "opinion": [1, "months"],
        "reply": [3, "months"],
        "reply_longest": [6, "months"],
        "extension": [1, "months"],
        "receipt": [15, "working_days"],
        "rehandle": [1, "months"],
        "publication": [20, "working_days"],
        "yellow": [1, "working_days"],
        "red": [10, "working_days"],
    }
    assert {step: str(session.limit(step)) for step in ("reply_longest", "red")} == {
        "reply_longest": "6个月",
        "red": "10个工作日",
    }
    assert [(one.code, one.needs_commitment, one.needs_reason) for one in session.classes.all()] == [
        ("A", False, False),
        ("B", True, False),
        ("C", False, True),
    ]
    assert [(one.name, one.is_satisfied, one.is_dissatisfied) for one in session.ratings.all()] == [
        ("满意", True, False),
        ("基本满意", True, False),
        ("理解", False, False),
        ("不满意", False, True),
    ]
    assert (session.class_rule, session.satisfaction_base, session.counted_rating) == ("worst", "confirmed", "last")
    assert (session.asks_cosigners, session.asks_attitude, session.attitude_counts) == (False, False, False)
    assert (session.decimals, session.office, session.office_series) == (1, "区政府办公室", "大渡口府函")


# --- the operation ---------------------------------------------------------------------------------------------------


def test_a_change_is_stored_whole_with_what_changed_from_what_to_what(world):
    session = change(
        world,
        label="九届四次全会",
        decimals=2,
        class_rule="best",
        asks_cosigners=True,
        limits={"accept": (5, "natural_days")},
        classes=classes(*ABC, ("D", "留作参考")),
        ratings=scale("+满意", "+理解", "-不满意"),
    )
    assert (session.label, session.decimals, session.class_rule, session.asks_cosigners) == (
        "九届四次全会",
        2,
        "best",
        True,
    )
    assert (str(session.limit("accept")), str(session.limit("reply"))) == ("5日", "3个月")
    assert list(session.classes.values_list("code", "rank")) == [("A", 0), ("B", 1), ("C", 2), ("D", 3)]
    assert list(session.ratings.values_list("name", "is_satisfied")) == [
        ("满意", True),
        ("理解", True),
        ("不满意", False),
    ]
    assert (session.version, session.saved_by, session.saved_at) == (1, world.office, moment(2020, 2, 3))
    event = last_event()
    assert (event.target_type, event.target_key, event.actor_key) == ("session", "9-4", "office")
    told = event.data["changes"]
    assert (told["decimals"], told["limits.accept"]) == ([1, 2], [[3, "working_days"], [5, "natural_days"]])
    assert told["label"] == ["九届四次会议", "九届四次全会"]
    assert told["classes.D"][0] is None and told["classes.D"][1]["wording"] == "留作参考"
    assert told["ratings.基本满意"][1] is None
    assert told["ratings.理解"][1]["is_satisfied"] is True
    assert "limits.reply" not in told and "committee" not in told
    assert verify() == []


def test_only_the_office_changes_settings(world):
    for name in ("clerk", "head", "leader", "secretary", "auditor", "admin"):
        with pytest.raises(NotAllowed):
            change(world, by=world.people[name], decimals=2)
    with pytest.raises(NotAllowed):
        change_session_settings(world.session, by=None, at=moment(), decimals=2)
    assert (Session.objects.get().decimals, last_event()) == (1, None)


def test_who_comes_second_is_told_and_nothing_of_theirs_is_stored(world):
    seen = world.session.version
    change(world, by=world.office2, version=seen, decimals=2)
    with pytest.raises(OutOfTurn, match="何办"):
        change(world, version=seen, committee="县政协", classes=classes(("A", "已经解决")))
    session = Session.objects.get()
    assert (session.committee, session.decimals, session.version) == ("区政协", 2, 1)
    assert session.classes.count() == 3
    assert Event.objects.filter(action="session.settings").count() == 1


def test_the_same_content_sent_twice_is_stored_once(world):
    seen = world.session.version
    for _ in range(2):
        change(world, version=seen, decimals=2, limits={"reply": (2, "months")})
    assert (world.session.version, Event.objects.filter(action="session.settings").count()) == (1, 1)


def test_a_failure_leaves_neither_change_nor_event(world, monkeypatch):
    def fail(**content):
        raise RuntimeError("no trail")

    monkeypatch.setattr("apps.proposals.settings.operations.record", fail)
    with pytest.raises(RuntimeError):
        change(world, decimals=2, ratings=scale("+满意"))
    assert (Session.objects.get().decimals, Rating.objects.count(), last_event()) == (1, 4, None)


def test_a_class_that_a_reply_has_cannot_be_removed_or_renamed_but_its_wording_mended(world):
    proposal = make.handling(world)
    reply_at(world, case_of(proposal, world.housing), "draft", code="B")
    for without_b in (classes(ABC[0], ABC[2]), classes(ABC[0], ("乙", "正在解决"), ABC[2])):
        with pytest.raises(Refused, match="B类已用于答复1件"):
            change(world, classes=without_b)
    change(world, classes=classes(("A", "已经解决"), ("B", "列入计划")))
    assert list(ResultClass.objects.values_list("code", "wording")) == [("A", "已经解决"), ("B", "列入计划")]
    assert Reply.objects.get().result_class.code == "B"


def test_a_rating_that_a_receipt_has_stays_what_it_is(world):
    proposal = make.handling(world)
    rated(world, reply_at(world, case_of(proposal, world.housing), "issued"), "理解")
    with pytest.raises(Refused, match="评价“理解”已用于回执1件"):
        change(world, ratings=scale("+满意", "-不满意"))
    with pytest.raises(Refused, match="“须二次办理”不能再改"):
        change(world, ratings=scale("+满意", "-理解", "-不满意"))
    change(world, ratings=scale("+满意", "+理解", "-不满意"))
    assert list(Rating.objects.values_list("name", flat=True)) == ["满意", "理解", "不满意"]
    assert Receipt.objects.get().rating.name == "理解"


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"classes": []}, "至少要有一个办理结果类别"),
        ({"classes": classes(("A", "已经解决"), ("A", "正在解决"))}, "A类重复"),
        ({"classes": classes(("AAAAA", "已经解决"))}, "代码"),
        ({"classes": classes(("A", ""))}, "含义"),
        ({"ratings": []}, "至少要有一个评价"),
        ({"ratings": scale("理解", "-不满意")}, "至少要有一个评价计入满意"),
        (
            {"ratings": [{"name": "满意", "is_satisfied": True, "is_dissatisfied": True}]},
            "不能既计入满意，又须二次办理",
        ),
        ({"limits": {"reply": (7, "months")}}, "最长答复期限不能短于答复期限"),
        ({"limits": {"opinion": (4, "months")}}, "会办意见的提前量不能长于答复期限"),
        ({"limits": {"yellow": (30, "natural_days")}}, "红牌不能早于黄牌"),
        ({"limits": {"reply_longest": (13, "months")}}, "最长答复期限不能超过12个月"),
        ({"decimals": 3}, "百分比小数位"),
        ({"class_rule": "median"}, "分办提案的结果和评价"),
        ({"label": ""}, "届次名称"),
        ({"government": "政" * 61}, "发文机关"),
    ],
)
def test_what_cannot_be_is_refused_in_words(world, wanted, told):
    with pytest.raises(Refused, match=told):
        change(world, **wanted)
    assert (Session.objects.get().version, last_event()) == (0, None)


def test_what_two_ratings_mean_is_fixed_once_somebody_was_dissatisfied(world):
    change(world, asks_attitude=True)
    change(world, attitude_counts=True)
    rated(world, reply_at(world, case_of(make.handling(world), world.housing), "issued"), "不满意")
    for turned in ({"attitude_counts": False}, {"asks_attitude": False}):
        with pytest.raises(Refused, match="两项评价的设置不能再改"):
            change(world, **turned)
    change(world, asks_cosigners=True)
    assert (world.session.asks_attitude, world.session.attitude_counts) == (True, True)


def test_the_year_is_fixed_once_there_are_proposals(world):
    change(world, year=2021)
    change(world, year=2020)
    make.registered(world)
    with pytest.raises(Refused, match="年度不能再改"):
        change(world, year=2021)


# --- deadlines -------------------------------------------------------------------------------------------------------


def test_a_changed_limit_moves_later_deadlines_and_no_stored_one(world):
    first = case_of(make.assigned(world, "001"), world.housing)
    assert (first.accept_due_on, first.reply_due_on) == (day(3, 13), day(6, 10))  # 10 March: Tuesday
    change(world, limits={"accept": (5, "natural_days"), "reply": (1, "months")})
    second = case_of(make.assigned(world, "002"), world.housing)
    assert (second.accept_due_on, second.reply_due_on) == (day(3, 16), day(4, 10))  # 15 March is a Sunday
    first.refresh_from_db()
    assert (first.accept_due_on, first.reply_due_on) == (day(3, 13), day(6, 10))
    assert first.deadline_basis["reply"]["rule"] == {"amount": 3, "unit": "months"}


def test_a_changed_limit_for_receipts_is_the_next_receipts(world):
    first = make.receipt_of(reply_at(world, case_of(make.handling(world, "001"), world.housing), "issued"))
    change(world, limits={"receipt": (1, "months")})
    second = make.receipt_of(reply_at(world, case_of(make.handling(world, "002"), world.housing), "issued"))
    first.refresh_from_db()
    # 20 April + 15 working days: 1–5 May are off, 26 April and 9 May are worked
    assert (first.due_on, second.due_on) == (day(5, 12), day(5, 20))


ALONE = CaseRole.LEAD


def test_a_reply_deadline_within_the_usual_one_needs_no_note(world):
    proposal = make.registered(world)
    cases.assign(proposal, [(world.housing, ALONE)], by=world.office, at=moment(), reply_due_on=day(6, 10))
    assert case_of(proposal, world.housing).reply_due_on == day(6, 10)


def test_a_longer_reply_deadline_needs_a_note_of_the_consent(world):
    proposal = make.registered(world)
    with pytest.raises(Refused, match="须经同意"):
        cases.assign(proposal, [(world.housing, ALONE)], by=world.office, at=moment(), reply_due_on=day(6, 11))
    assert Proposal.objects.get().state == "received" and not Case.objects.exists()
    cases.assign(
        proposal,
        [(world.housing, ALONE)],
        by=world.office,
        at=moment(),
        reply_due_on=day(9, 10),
        note="情况复杂，提案委和分管领导同意",
    )
    assert case_of(proposal, world.housing).reply_due_on == day(9, 10)


def test_no_note_makes_a_reply_deadline_longer_than_the_longest(world):
    proposal = make.registered(world)
    with pytest.raises(Refused, match="最长6个月，最迟为2020-09-10"):
        cases.assign(
            proposal, [(world.housing, ALONE)], by=world.office, at=moment(), reply_due_on=day(9, 11), note="领导同意"
        )
    change(world, limits={"reply_longest": (9, "months")})
    proposal.refresh_from_db()
    cases.assign(
        proposal, [(world.housing, ALONE)], by=world.office, at=moment(), reply_due_on=day(9, 11), note="领导同意"
    )
    assert case_of(proposal, world.housing).reply_due_on == day(9, 11)


def test_units_added_by_an_adjustment_keep_to_the_longest_from_that_day(world):
    proposal = make.assigned(world)

    def add(until):
        cases.adjust(
            proposal,
            [(world.parks, CaseRole.LEAD)],
            [case_of(proposal, world.housing)],
            by=world.office,
            at=moment(2020, 4, 1),
            note="职能调整，提案委同意延长",
            reply_due_on=until,
        )

    with pytest.raises(Refused, match="最迟为2020-10-09"):  # 1 October and the days after it are off
        add(day(10, 10))
    assert case_of(proposal, world.housing).state == "assigned"
    add(day(10, 9))
    assert case_of(proposal, world.parks).reply_due_on == day(10, 9)


def test_the_page_of_an_assignment_says_that_the_consent_is_missing_and_keeps_what_was_typed(client, world):
    proposal = make.registered(world)
    client.force_login(world.office)
    far = timezone.localdate() + datetime.timedelta(days=150)
    answer = client.post(
        reverse("proposals:act", args=[proposal.pk, "assign"]),
        {"mode": "sole", "lead": world.housing.pk, "reply_due_on": far.isoformat(), "seen": proposal.stamp},
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "须经同意" in page and far.isoformat() in page


# --- sessions --------------------------------------------------------------------------------------------------------


def test_a_new_session_begins_with_what_the_newest_one_has_and_then_goes_its_own_way(world):
    change(
        world,
        decimals=2,
        committee="县政协",
        satisfaction_base="replied",
        limits={"reply": (2, "months")},
        classes=classes(*ABC, ("D", "留作参考")),
        ratings=scale("+满意", "理解", "-不满意"),
    )
    new = cases.open_session("9-5", "九届五次会议", 2021, by=world.office, at=moment(2021, 1, 10))
    assert (new.decimals, new.committee, new.satisfaction_base) == (2, "县政协", "replied")
    assert (new.limits, new.version, new.saved_by) == (world.session.limits, 0, None)
    for steps in ("classes", "ratings"):
        columns = ("session_id", "id")
        own, old = (
            [{k: v for k, v in row.items() if k not in columns} for row in getattr(one, steps).values()]
            for one in (new, world.session)
        )
        assert own == old
    assert last_event("session.open").data == {"settings_of": "9-4"}
    change_session_settings(
        new, by=world.office, at=moment(2021, 1, 11), decimals=1, limits={"reply": (1, "months")},
        classes=classes(("A", "另一种说法")), ratings=scale("+满意"),
    )  # fmt: skip
    old = Session.objects.get(key="9-4")
    assert (old.decimals, old.limits["reply"], old.version) == (2, [2, "months"], 1)
    assert list(old.classes.values_list("code", flat=True)) == ["A", "B", "C", "D"]
    assert list(old.ratings.values_list("name", flat=True)) == ["满意", "理解", "不满意"]


def test_a_session_may_be_opened_with_the_usual_settings_whatever_the_newest_has(world):
    change(world, decimals=2, classes=classes(*ABC, ("D", "留作参考")))
    other = cases.open_session("8-1", "八届一次会议", 2012, by=None, at=moment(2021, 1, 10), usual=True)
    assert (other.decimals, list(other.classes.values_list("code", flat=True))) == (1, ["A", "B", "C"])


@pytest.mark.parametrize("key", ["", "9/4", "..", "9-4 ", "a b", "-9", "<b>", "9-4\n"])
def test_a_key_that_could_not_stand_in_an_address_is_refused(world, key):
    with pytest.raises(Refused):
        cases.open_session(key, "某次会议", 2021, by=world.office, at=moment(2021, 1, 10))
    assert Session.objects.count() == 1


def test_labels_of_sessions_are_told_from_their_keys():
    found = [session_label(key) for key in ("9-4", "10-1", "12-5", "volume", "0-1", "9-")]
    assert found == ["九届四次会议", "十届一次会议", "十二届五次会议", "", "", ""]


# --- figures ---------------------------------------------------------------------------------------------------------


def answered(world, number, code="A", rating="满意"):
    proposal = make.handling(world, number)
    reply = reply_at(world, case_of(proposal, world.housing), "issued", code)
    if rating:
        rated(world, reply, rating)
    return proposal


def separately(world, number="001"):
    """区文化旅游委 named first: B, 满意. 区住房城乡建委, which comes first among the units: C, 理解."""
    roles = [(world.culture, CaseRole.SEPARATE), (world.housing, CaseRole.SEPARATE), (world.parks, CaseRole.SEPARATE)]
    proposal = make.handling(world, number, roles=roles)
    for unit, code, rating in (
        (world.culture, "B", "基本满意"),
        (world.housing, "C", "理解"),
        (world.parks, "A", "满意"),
    ):
        rated(world, reply_at(world, case_of(proposal, unit), "issued", code), rating)
    return proposal


@pytest.mark.parametrize(
    ("rule", "code", "rating"), [("worst", "C", "理解"), ("best", "A", "满意"), ("first", "B", "基本满意")]
)
def test_class_and_ratings_of_separate_handling_follow_the_session(world, rule, code, rating):
    change(world, class_rule=rule)
    separately(world)
    found = figures(world.session)
    one = {"count": 1, "base": 1, "percent": "100.0"}
    assert {name for name, share in found["classes"].items() if share["count"]} == {code}
    assert found["ratings"]["final"] == found["ratings"]["first"] == {rating: one}


def test_by_the_unit_named_first_a_proposal_still_waits_for_all(world):
    change(world, class_rule="first")
    roles = [(world.culture, CaseRole.SEPARATE), (world.housing, CaseRole.SEPARATE)]
    proposal = make.handling(world, roles=roles)
    rated(world, reply_at(world, case_of(proposal, world.culture), "issued"))
    found = figures(world.session)
    assert (found["replied"], found["ratings"]["final"], found["classes"]["A"]["count"]) == (0, {}, 0)


def mixed(world):
    """满意, 基本满意, 理解, one not returned, one not replied to; and 084: first 不满意, at last 满意."""
    answered(world, "001")
    answered(world, "002", rating="基本满意")
    answered(world, "003", rating="理解")
    answered(world, "004", rating=None)
    make.assigned(world, "005")
    again = answered(world, "084", rating="不满意")
    second = reply_at(world, case_of(again, world.housing), "issued", at=moment(2020, 6, 1))
    rated(world, second, "满意", at=moment(2020, 6, 10))


CONFIRMED, LAST = "回执已确认的提案", "最终评价"


@pytest.mark.parametrize(
    ("wanted", "count", "base", "percent", "base_name", "rating"),
    [
        ({}, 3, 4, "75.0", CONFIRMED, LAST),
        ({"satisfaction_base": "replied"}, 3, 5, "60.0", "全部承办单位都已答复的提案", LAST),
        ({"counted_rating": "first"}, 2, 4, "50.0", CONFIRMED, "首次评价"),
        ({"ratings": scale("+满意", "+基本满意", "+理解", "-不满意")}, 4, 4, "100.0", CONFIRMED, LAST),
        ({"ratings": scale("+满意", "理解", "基本满意", "-不满意"), "decimals": 2}, 2, 4, "50.00", CONFIRMED, LAST),
    ],
)  # fmt: skip
def test_the_satisfaction_rate_names_its_count_and_base(world, wanted, count, base, percent, base_name, rating):
    mixed(world)
    change(world, **wanted)
    found = figures(world.session)["satisfaction"]
    assert (found["count"], found["base"], found["percent"]) == (count, base, percent)
    assert (found["base_name"], found["rating"]) == (base_name, rating)


def test_the_satisfaction_rate_leads_to_its_proposals_and_goes_by_the_day(world):
    mixed(world)
    found = dict(Proposal.objects.values_list("pk", "number"))
    assert [found[pk] for pk in behind(world.session, "satisfied")] == ["001", "002", "084"]
    assert figures(world.session, day(5, 5))["satisfaction"]["percent"] is None
    on_the_day = figures(world.session, day(5, 6))["satisfaction"]
    assert (on_the_day["count"], on_the_day["base"], on_the_day["satisfied"]) == (2, 4, ["满意", "基本满意"])


def test_the_figures_that_others_rely_on_keep_their_form(world, capsys):
    mixed(world)
    call_command("figures", "--session", "9-4", "--json")
    found = json.loads(capsys.readouterr().out)
    assert set(found["ratings"]) >= {"returned", "not_returned", "final", "first"}
    assert found["ratings"]["final"]["满意"] == {"count": 2, "base": 4, "percent": "50.0"}
    assert (found["session"], found["total"], found["closed"], found["rehandled"]) == ("9-4", 6, 4, ["084"])
    call_command("figures", "--session", "9-4")
    assert "满意率75.0%：最终评价为满意、基本满意的3件，占回执已确认的提案4件" in capsys.readouterr().out


def test_the_page_of_the_letter_shows_the_rate_beside_its_base(client, world):
    mixed(world)
    change(world, satisfaction_base="replied")
    client.force_login(world.leader)
    page = client.get("/reports/letters/9-4/").content.decode()
    assert "占全部承办单位都已答复的提案5件" in page
    assert "最终评价为满意、基本满意" in page and "60.0%" in page


# --- document numbers ------------------------------------------------------------------------------------------------


def test_the_next_number_goes_on_in_the_series_of_unit_and_year(world):
    world.housing.series = "大渡口建委函"
    numbers = (
        "大渡口建委函〔2020〕9号",
        "大渡口建委函[2020]12号",
        "大渡口建委函〔2019〕40号",
        "大渡口建委函〔2020〕补1号",
    )
    for place, number in enumerate((*numbers, "大渡口文旅函〔2020〕77号"), start=1):
        reply = reply_at(world, case_of(make.handling(world, f"{place:03}"), world.housing), "issued")
        Reply.objects.filter(pk=reply.pk).update(number=number)
    assert next_number(world.housing.series, 2020) == "大渡口建委函〔2020〕13号"
    assert next_number(world.housing.series, 2019) == "大渡口建委函〔2019〕41号"
    assert next_number(world.housing.series, 2021) == "大渡口建委函〔2021〕1号"
    assert next_number(world.culture.series, 2020) == ""


def test_the_form_for_sending_a_reply_suggests_the_number(client, world):
    Unit.objects.filter(pk=world.housing.pk).update(series="大渡口建委函")
    reply = reply_at(world, case_of(make.handling(world), world.housing), "signed")
    client.force_login(world.clerk)
    page = client.get(reverse("ratings:act_on_reply", args=[reply.pk, "issue"])).content.decode()
    assert f'value="大渡口建委函〔{timezone.localdate().year}〕1号"' in page


# --- pages -----------------------------------------------------------------------------------------------------------


class Typed(HTMLParser):
    """What a browser would send of the page's big form as it stands."""

    def __init__(self, page):
        super().__init__()
        self.data, self.select = {}, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name, kind = given.get("name"), given.get("type")
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.data[self.select] = given["value"]
        elif tag == "input" and name and name != "csrfmiddlewaretoken":
            if kind in ("checkbox", "radio"):
                if "checked" in given:
                    self.data[name] = given.get("value", "on")
            else:
                self.data[name] = given.get("value", "")

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None


def shown(client, post, url=PAGE):
    """(page as text, what its form would send) for a person."""
    client.force_login(post)
    page = client.get(url).content.decode()
    return page, Typed(page).data


def test_the_page_shows_every_setting_with_its_default(client, world):
    change(world, limits={"reply": (4, "months")}, decimals=2)
    page, typed = shown(client, world.office)
    assert (typed["limit_reply_amount"], typed["limit_reply_unit"], typed["decimals"]) == ("4", "months", "2")
    assert (typed["limit_accept_amount"], typed["limit_accept_unit"]) == ("3", "working_days")
    for words in ("默认：3个月", "默认：6个月", "默认：区政府办公室", "默认：1 位", "默认：按最差的单位", "留作参考"):
        assert words in page, words
    assert "答复期限：3个月 → 4个月" in page and "吴办" in page


def test_sending_the_page_back_as_it_is_changes_nothing(client, world):
    _, typed = shown(client, world.office)
    answer = client.post(PAGE, typed)
    assert (answer.status_code, Session.objects.get().version, last_event()) == (302, 0, None)


def test_the_office_changes_settings_on_the_page(client, world):
    _, typed = shown(client, world.office)
    typed |= {
        "limit_accept_amount": "5",
        "limit_accept_unit": "natural_days",
        "class_rule": "first",
        "asks_attitude": "on",
        "classes-3-code": "Ｄ",
        "classes-3-wording": "留作参考",
        "ratings-1-DELETE": "on",
        "ratings-2-is_satisfied": "on",
        "ratings-2-ORDER": "9",
    }
    answer = client.post(PAGE, typed, follow=True)
    assert "已保存九届四次会议的设置" in answer.content.decode()
    session = Session.objects.get()
    assert (session.limits["accept"], session.class_rule, session.asks_attitude) == ([5, "natural_days"], "first", True)
    assert list(session.classes.values_list("code", flat=True)) == ["A", "B", "C", "D"]
    assert list(session.ratings.values_list("name", "is_satisfied")) == [
        ("满意", True),
        ("不满意", False),
        ("理解", True),
    ]


def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost(client, world):
    make_used = case_of(make.handling(world), world.housing)
    reply_at(world, make_used, "draft", code="B")
    _, typed = shown(client, world.office)
    typed |= {
        "label": "",
        "committee": "某县政协",
        "limit_contact_amount": "0",
        "limit_reply_longest_amount": "2",
        "limit_accept_amount": "三天",
        "classes-1-code": "E",
        "classes-0-wording": "",
        "ratings-3-is_satisfied": "on",
    }
    answer = client.post(PAGE, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    sent = Typed(page).data
    assert {name: sent.get(name) for name in typed} == typed
    form = answer.context["form"]
    assert set(form.errors) == {"label", "limit_contact", "limit_accept", "limit_reply_longest"}
    assert "最长答复期限不能短于答复期限。" in form.errors["limit_reply_longest"]
    wording, code = form.classes[0].errors["wording"], form.ratings[3].errors["name"]
    assert "请填写含义" in wording[0] and "又须二次办理" in code[0]
    for error in (*wording, *code, "请填写整数。"):
        assert error in page
    assert (Session.objects.get().version, ResultClass.objects.count()) == (0, 3)


def test_removing_what_has_been_used_is_told_beside_its_row(client, world):
    rated(world, reply_at(world, case_of(make.handling(world), world.housing), "issued", code="B"), "理解")
    _, typed = shown(client, world.office)
    answer = client.post(PAGE, typed | {"classes-1-code": "E", "ratings-2-DELETE": "on"})
    form = answer.context["form"]
    assert answer.status_code == 422
    assert "B类已用于答复1件" in form.classes[1].errors["code"][0]
    assert "评价“理解”已用于回执1件" in form.ratings[2].errors["name"][0]
    page = answer.content.decode()
    assert "B类已用于答复1件" in page and 'name="classes-1-code" value="E"' in page


def test_who_comes_second_sees_what_the_first_changed_and_may_then_save_over_it(client, world):
    _, typed = shown(client, world.office)
    change(world, by=world.office2, decimals=2)
    typed["committee"] = "某县政协"
    answer = client.post(PAGE, typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "何办" in page and "百分比小数位：1 位（92.9%） → 2 位（92.89%）" in page
    again = Typed(page).data
    assert (again["committee"], again["decimals"], Session.objects.get().committee) == ("某县政协", "1", "区政协")
    assert client.post(PAGE, again).status_code == 302
    session = Session.objects.get()
    assert (session.committee, session.decimals, session.version) == ("某县政协", 1, 2)


def test_the_secretariat_reads_and_cannot_send(client, world):
    page, typed = shown(client, world.secretary)
    assert "disabled" in page and ">保存<" not in page
    assert client.post(PAGE, typed | {"decimals": "2"}).status_code == 403
    assert client.post("/settings/new/", {"key": "9-5", "label": "九届五次会议", "year": "2021"}).status_code == 403
    client.force_login(world.head)
    assert client.post(PAGE, typed).status_code == 404
    assert (Session.objects.count(), Session.objects.get().decimals) == (1, 1)


@pytest.mark.parametrize(
    "damage",
    [
        {"classes-TOTAL_FORMS": "no"},
        {"classes-TOTAL_FORMS": "99999"},
        {"seen": "x"},
        {"seen": "9" * 30},
        {"limit_reply_unit": "years"},
        {"year": "9" * 40},
        {"class_rule": "\x00"},
        {"label": "名\x00称"},
        {"classes-0-code": "ABCDEFGH"},
        {"ratings-0-ORDER": "first"},
    ],
)
def test_a_damaged_form_is_answered_and_stores_nothing(client, world, damage):
    _, typed = shown(client, world.office)
    answer = client.post(PAGE, typed | {"committee": "某县政协"} | damage)
    assert answer.status_code in (409, 422)
    assert "某县政协" in answer.content.decode()
    assert (Session.objects.get().committee, last_event()) == ("区政协", None)


def test_an_empty_post_and_an_unknown_session_are_answered(client, world):
    client.force_login(world.office)
    assert client.post(PAGE, {}).status_code == 422
    assert client.get("/settings/sessions/9-9/").status_code == 404
    assert client.post("/settings/sessions/9-9/", {}).status_code == 404


def test_texts_of_settings_are_never_markup(client, world):
    change(world, label="<b>届</b>", office="<i>办</i>", classes=classes(("<u>", "<script>alert(1)</script>")))
    for url in ("/settings/", PAGE, "/settings/new/"):
        page, _ = shown(client, world.office, url)
        assert not any(tag in page for tag in ("<b>届", "<i>办", "<u>", "<script>alert"))


def test_a_new_session_is_prefilled_and_opened_on_its_page(client, world):
    change(world, decimals=2)
    _, typed = shown(client, world.office, "/settings/new/")
    assert (typed["key"], typed["label"], typed["year"]) == ("9-5", "九届五次会议", "2021")
    answer = client.post("/settings/new/", typed, follow=True)
    assert answer.redirect_chain == [("/settings/sessions/9-5/", 302)]
    assert Session.objects.get(key="9-5").decimals == 2
    _, following = shown(client, world.office, "/settings/new/")
    assert (following["key"], following["label"], following["year"]) == ("10-1", "十届一次会议", "2022")


@pytest.mark.parametrize(("key", "told"), [("9-4", "已存在"), ("９-４", "已存在"), ("9/5", "只能用字母"), ("", "必填")])
def test_a_session_that_cannot_be_opened_is_told_with_what_was_typed(client, world, key, told):
    client.force_login(world.office)
    answer = client.post("/settings/new/", {"key": key, "label": "九届五次会议", "year": "2021"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page and 'value="九届五次会议"' in page
    assert Session.objects.count() == 1


def test_the_first_session_of_all_is_opened_with_the_usual_settings(client, world):
    Session.objects.all().delete()
    page, typed = shown(client, world.office, "/settings/new/")
    assert typed["key"] == "" and "通常的规定" in page
    client.post("/settings/new/", {"key": "9-4", "label": "九届四次会议", "year": "2020"})
    assert Session.objects.get().classes.count() == 3


def test_the_office_sets_and_the_next_assignment_follows_in_a_browser(page, sign_in, transactional_db):
    world = make.world()
    sign_in(page, world.office)
    page.goto("/")
    go_by_menu(page, "届次设置")
    follow(page.get_by_role("link", name="九届四次会议"))
    page.get_by_role("spinbutton", name="答复期限的数量", exact=True).fill("2")
    page.get_by_label("办理结果类别第4行：代码").fill("D")
    page.get_by_label("办理结果类别第4行：含义").fill("留作参考")
    page.get_by_label("按最好的单位").check()
    page.get_by_role("button", name="保存").click()
    told(page, "已保存九届四次会议的设置")
    told(page, "答复期限：3个月 → 2个月")
    assert page.get_by_label("办理结果类别第4行：含义").input_value() == "留作参考"
    proposal = make.assigned(world)
    assert case_of(proposal, world.housing).reply_due_on == day(5, 11)  # 10 May is a Sunday
