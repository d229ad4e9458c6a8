"""Figures against numbers worked out by hand from the definitions."""

import datetime
import json

import pytest
from django.core.management import CommandError, call_command

from apps.figures.queries import UnknownSession, behind, figures, percent, session_named, tally
from apps.proposals import operations as cases
from apps.proposals import rearranging
from apps.proposals.models import Case, Category, Proposal, Rating, ResultClass, Session
from apps.proposals.workflow import CaseRole
from apps.ratings import operations as ratings
from apps.ratings.models import Receipt
from apps.replies.models import Reply
from tests import factories
from tests.factories import case_of, moment, rated, reply_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return factories.world()


def day(month, number, year=2020):
    return datetime.date(year, month, number)


def numbers(world, *path, as_of=None):
    """Printed numbers of the proposals behind a figure."""
    ids = behind(world.session, *path, as_of=as_of)
    found = dict(Proposal.objects.values_list("pk", "number"))
    return [found[pk] for pk in ids]


def separate(world, number="001"):
    """A proposal that two units answer each by itself."""
    roles = [(world.housing, CaseRole.SEPARATE), (world.culture, CaseRole.SEPARATE)]
    return factories.handling(world, number, roles=roles)


def answered(world, number, code="A", rating="满意", **fields):
    """A proposal with one unit, replied to in a class; rated where a rating is named."""
    proposal = factories.handling(world, number, **fields)
    reply = reply_at(world, case_of(proposal, world.housing), "issued", code)
    if rating:
        rated(world, reply, rating)
    return proposal


def handled_again(world, number="084"):
    """不满意 confirmed on 6 May, second reply on 1 June, 理解 confirmed on 10 June."""
    proposal = answered(world, number, rating="不满意")
    case = case_of(proposal, world.housing)
    second = reply_at(world, case, "issued", at=moment(2020, 6, 1))
    rated(world, second, "理解", at=moment(2020, 6, 10))
    return proposal


def test_share_is_rounded_half_up_in_decimal():
    assert percent(349, 400, 1) == "87.3"
    assert percent(183, 197, 1) == "92.9"
    assert percent(5, 197, 1) == "2.5"
    assert percent(1, 8, 2) == "12.50"
    assert percent(1, 200, 0) == "1"
    assert percent(0, 3, 1) == "0.0"
    assert percent(3, 3, 1) == "100.0"
    assert percent(0, 0, 1) is None


def test_figures_of_an_empty_session(world):
    found = figures(world.session)
    assert found["session"] == "9-4"
    assert found["label"] == "九届四次会议"
    assert (found["total"], found["key"], found["closed"]) == (0, 0, 0)
    assert found["classes"] == {code: {"count": 0, "base": 0, "percent": None} for code in "ABC"}
    assert found["ratings"]["final"] == found["ratings"]["first"] == {}
    assert (found["ratings"]["returned"], found["ratings"]["not_returned"]) == (0, 0)
    assert (found["rehandled"], found["categories"], found["units"]) == ([], {}, {})
    assert json.loads(json.dumps(found)) == found


def test_figures_of_a_small_session(world):
    answered(world, "001", is_key=True)
    answered(world, "2", code="B", rating="理解")
    answered(world, "003", code="C", rating=None)
    factories.assigned(world, "004", is_key=True)
    factories.registered(world, "005")
    found = figures(world.session)
    assert (found["received"], found["total"], found["key"]) == (5, 5, 2)
    assert (found["assigned"], found["replied"], found["closed"]) == (4, 3, 2)
    third = {"count": 1, "base": 3, "percent": "33.3"}
    assert found["classes"] == {"A": third, "B": third, "C": third}
    assert (found["ratings"]["returned"], found["ratings"]["not_returned"]) == (2, 1)
    half = {"count": 1, "base": 2, "percent": "50.0"}
    assert found["ratings"]["final"] == found["ratings"]["first"] == {"满意": half, "理解": half}
    assert found["categories"] == {"城乡建设": {"count": 5, "base": 5, "percent": "100.0"}}
    assert found["units"] == {"区住房城乡建委": {"lead": 4, "assist": 0, "replied": 3, "on_time": 3}}
    assert numbers(world, "closed") == ["001", "002"]
    assert numbers(world, "classes", "C") == ["003"]
    assert numbers(world, "ratings", "not_returned") == ["003"]
    assert numbers(world, "units", "区住房城乡建委", "replied") == ["001", "002", "003"]


def test_merged_and_other_ended_proposals_are_left_out_of_the_total(world):
    main = answered(world, "001")
    for number, state in (("002", "merged"), ("003", "withdrawn"), ("004", "handed_back")):
        proposal = factories.registered(world, number)
        Proposal.objects.filter(pk=proposal.pk).update(state=state, merged_into=main if state == "merged" else None)
    found = figures(world.session)
    assert (found["received"], found["total"]) == (4, 1)
    assert (found["merged"], found["withdrawn"], found["handed_back"]) == (1, 1, 1)
    assert found["classes"]["A"] == {"count": 1, "base": 1, "percent": "100.0"}
    assert found["categories"]["城乡建设"]["base"] == 1


def test_proposal_withdrawn_after_the_day_still_counts_on_it(world):
    proposal = factories.assigned(world, "001")
    proposal.cases.update(state="ended", ended_on=day(5, 8))
    Proposal.objects.filter(pk=proposal.pk).update(state="withdrawn")
    assert figures(world.session)["total"] == 0
    assert figures(world.session, day(5, 8))["withdrawn"] == 1
    assert figures(world.session, day(5, 7))["total"] == 1
    assert figures(world.session, day(3, 5))["total"] == 1  # received, not yet assigned


def test_class_of_separate_handling_is_the_worst_once_all_have_replied(world):
    proposal = separate(world)
    reply_at(world, case_of(proposal, world.housing), "issued", "A")
    assert figures(world.session)["classes"]["A"] == {"count": 0, "base": 0, "percent": None}
    reply_at(world, case_of(proposal, world.culture), "issued", "C", at=moment(2020, 4, 25))
    found = figures(world.session)
    assert {code: share["count"] for code, share in found["classes"].items()} == {"A": 0, "B": 0, "C": 1}
    assert found["classes"]["C"]["base"] == 1
    assert figures(world.session, day(4, 24))["replied"] == 0
    assert found["units"]["区住房城乡建委"]["lead"] == found["units"]["区文化旅游委"]["lead"] == 1


def test_rating_of_separate_handling_counts_once_every_unit_has_one(world):
    proposal = separate(world)
    first = reply_at(world, case_of(proposal, world.housing), "issued")
    second = reply_at(world, case_of(proposal, world.culture), "issued")
    rated(world, first, "满意")
    found = figures(world.session)["ratings"]
    assert (found["returned"], found["not_returned"], found["final"]) == (0, 1, {})
    rated(world, second, "基本满意")
    found = figures(world.session)["ratings"]
    assert (found["returned"], found["not_returned"]) == (1, 0)
    assert found["final"] == {"基本满意": {"count": 1, "base": 1, "percent": "100.0"}}


def test_worst_receipt_of_one_reply_counts(world):
    proposal = answered(world, "001", rating=None, proposers=[{"name": "赵堃"}, {"name": "钱祎"}])
    reply = Reply.objects.get(case__proposal=proposal)
    other = Receipt.objects.create(case=reply.case, reply=reply, proposer=proposal.proposers.last())
    receipt = reply.receipts.first()
    for row, name in ((receipt, "满意"), (other, "理解")):
        Receipt.objects.filter(pk=row.pk).update(
            state="confirmed", rating=Rating.objects.get(name=name), confirmed_on=day(5, 6)
        )
    assert list(figures(world.session)["ratings"]["final"]) == ["理解"]


def test_second_round_keeps_first_and_final_rating_apart(world):
    handled_again(world)
    answered(world, "085")
    found = figures(world.session)
    assert found["rehandled"] == ["084"]
    half = {"count": 1, "base": 2, "percent": "50.0"}
    assert found["ratings"]["final"] == {"满意": half, "理解": half}
    assert found["ratings"]["first"] == {"满意": half, "不满意": half}
    assert (found["replied"], found["closed"]) == (2, 2)


def test_second_round_as_of_days_between(world):
    handled_again(world)

    def on(month, number):
        found = figures(world.session, day(month, number))
        return found["rehandled"], found["closed"], list(found["ratings"]["final"]), found["ratings"]["returned"]

    assert on(5, 5) == ([], 0, [], 0)
    assert on(5, 6) == (["084"], 0, ["不满意"], 1)
    assert on(6, 9) == (["084"], 0, ["不满意"], 1)
    assert on(6, 10) == (["084"], 1, ["理解"], 1)
    states = [figures(world.session, day(*when))["states"] for when in ((4, 30), (5, 10), (6, 2), (6, 10))]
    assert [next(name for name, count in found.items() if count) for found in states] == [
        "replied",
        "handling",
        "replied",
        "closed",
    ]


def test_second_round_begins_with_the_first_of_two_who_are_dissatisfied(world):
    """docs/workflow.md, rehandle: automatic on a confirmed 不满意; that another one follows changes nothing."""
    Session.objects.filter(pk=world.session.pk).update(asks_cosigners=True)
    proposal = factories.handling(world, "001", proposers=[{"name": "赵堃"}, {"name": "钱祎"}])
    reply = reply_at(world, case_of(proposal, world.housing), "issued")
    for receipt, on in zip(reply.receipts.order_by("proposer__order"), (6, 20), strict=True):
        at, scan = moment(2020, 5, on), factories.scan()
        bad = factories.rating(world.session, "不满意")
        ratings.enter(receipt, bad, by=world.secretary, at=at, received_on=day(5, on), scan=scan)
        ratings.confirm(receipt, by=world.secretary2, at=at)
    for as_of, again, state in ((day(5, 5), [], "replied"), (day(5, 7), ["001"], "handling")):
        found = figures(world.session, as_of)
        assert (found["rehandled"], found["states"][state]) == (again, 1), as_of


def test_as_of_goes_by_the_dates_of_the_actions(world):
    answered(world, "001")
    expected = {
        day(2, 28): (0, 0, 0, 0),
        day(3, 1): (1, 0, 0, 0),
        day(3, 10): (1, 1, 0, 0),
        day(4, 19): (1, 1, 0, 0),
        day(4, 20): (1, 1, 1, 0),
        day(5, 5): (1, 1, 1, 0),
        day(5, 6): (1, 1, 1, 1),
    }
    for when, counts in expected.items():
        found = figures(world.session, when)
        assert (found["total"], found["assigned"], found["replied"], found["closed"]) == counts, when
        assert found["as_of"] == when.isoformat()


def test_as_of_by_the_day_sent_not_the_day_entered(world):
    proposal = factories.handling(world)
    reply = reply_at(world, case_of(proposal, world.housing), "signed", at=moment(2020, 4, 20))
    factories.ratings.issue(
        reply, by=world.office, at=moment(2020, 5, 8), number="1号", issued_on=day(4, 28), means="post"
    )
    assert figures(world.session, day(4, 27))["replied"] == 0
    assert figures(world.session, day(4, 28))["replied"] == 1


def test_receipt_waiting_to_be_confirmed_is_returned_but_not_rated(world):
    proposal = answered(world, "001", rating=None)
    rated(world, Reply.objects.get(case__proposal=proposal), "满意", confirm=False)
    found = figures(world.session)["ratings"]
    assert (found["returned"], found["to_confirm"], found["not_returned"], found["confirmed"]) == (1, 1, 0, 0)
    assert found["final"] == {}


def test_unit_that_was_late_in_the_second_round_is_not_on_time(world):
    proposal = answered(world, "001", rating="不满意")
    late = reply_at(world, case_of(proposal, world.housing), "issued", at=moment(2020, 8, 20))
    assert late.due_on < day(8, 20)
    of = figures(world.session)["units"]["区住房城乡建委"]
    assert of == {"lead": 1, "assist": 0, "replied": 1, "on_time": 0}
    assert figures(world.session, day(8, 1))["units"]["区住房城乡建委"]["on_time"] == 1


def test_unknown_deadline_is_no_proof_of_being_on_time(world):
    answered(world, "001")
    Reply.objects.update(due_on=None)
    assert figures(world.session)["units"]["区住房城乡建委"]["on_time"] == 0


def test_assisting_units_are_counted_apart_and_do_not_hold_up_the_reply(world):
    roles = [(world.housing, CaseRole.LEAD), (world.parks, CaseRole.ASSIST)]
    proposal = factories.handling(world, roles=roles)
    cases.advise(case_of(proposal, world.parks), by=world.parks_head, at=moment(2020, 4, 1), text="无不同意见。")
    reply_at(world, case_of(proposal, world.housing), "issued")
    found = figures(world.session)
    assert found["replied"] == 1
    assert found["units"]["区城市管理局"] == {"lead": 0, "assist": 1, "replied": 0, "on_time": 0}


def test_unit_taken_off_a_proposal_no_longer_counts(world):
    proposal = factories.handling(world)
    cases.adjust(
        proposal,
        [(world.parks, CaseRole.LEAD)],
        [case_of(proposal, world.housing)],
        by=world.office,
        at=moment(2020, 4, 1),
        note="职能调整",
    )
    assert list(figures(world.session)["units"]) == ["区城市管理局"]
    assert list(figures(world.session, day(3, 31))["units"]) == ["区住房城乡建委"]


def test_imported_rows_without_dates_count_by_their_state(world):
    answered(world, "001")
    Reply.objects.update(issued_on=None, due_on=None, is_imported=True)
    Receipt.objects.update(received_on=None, confirmed_on=None, is_imported=True)
    Case.objects.update(closed_on=None, accepted_on=None)
    Proposal.objects.update(received_on=None, assigned_on=None, is_imported=True)
    for as_of in (None, day(12, 1)):
        found = figures(world.session, as_of)
        assert (found["total"], found["replied"], found["closed"], found["ratings"]["confirmed"]) == (1, 1, 1, 1)


def test_reply_without_class_is_told_not_guessed(world):
    answered(world, "001")
    Reply.objects.update(result_class=None, is_imported=True)
    found = figures(world.session)
    assert (found["replied"], found["unclassified"], found["classes"]["A"]["count"]) == (1, 1, 0)


def test_session_with_four_classes_and_two_decimals(world):
    Session.objects.update(decimals=2)
    world.session.refresh_from_db()
    ResultClass.objects.create(session=world.session, code="D", wording="留作参考", rank=3)
    answered(world, "001")
    answered(world, "002", code="D")
    answered(world, "003")
    found = figures(world.session)
    assert list(found["classes"]) == ["A", "B", "C", "D"]
    assert found["classes"]["A"] == {"count": 2, "base": 3, "percent": "66.67"}


def test_categories_come_in_their_order_and_what_has_none_last(world):
    early = Category.objects.create(name="教育", order=0)
    Category.objects.filter(pk=world.category.pk).update(order=5)
    factories.registered(world, "001", category=None)
    factories.registered(world, "002")
    factories.registered(world, "003", category=early)
    assert list(figures(world.session)["categories"]) == ["教育", "城乡建设", "未分类"]
    assert numbers(world, "categories", "未分类") == ["001"]


def test_other_sessions_do_not_count(world):
    answered(world, "001")
    other = cases.open_session("9-5", "九届五次会议", 2021, by=world.office, at=moment(2021, 1, 10))
    assert figures(other)["total"] == 0


def test_figures_among_the_proposals_a_user_may_see(world):
    answered(world, "001")
    factories.assigned(world, "002", roles=[(world.culture, CaseRole.LEAD)])
    seen = Proposal.objects.visible_to(world.culture_clerk)
    found = figures(world.session, among=seen)
    assert (found["total"], list(found["units"])) == (1, ["区文化旅游委"])


def test_states_told_from_dates_are_the_stored_ones(world):
    for number, state in enumerate(("received", "assigned", "handling", "replied", "closed"), start=1):
        factories.proposal_at(world, state, f"{number:03}")
    handled_again(world)
    answered(world, "085", rating="不满意")
    separate(world, "086")
    found = tally(world.session)
    assert {fact.row.number: fact.state for fact in found.facts} == dict(
        Proposal.objects.values_list("number", "state")
    )


def test_parts_of_a_split_hold_each_proposal_once(world):
    for number, code, rating in (
        ("001", "A", "满意"),
        ("002", "B", "理解"),
        ("003", "C", "不满意"),
        ("004", "A", None),
    ):
        answered(world, number, code, rating)
    factories.registered(world, "005")
    found = tally(world.session)
    for path, base in ((("classes",), ("replied",)), (("ratings", "final"), ("ratings", "confirmed"))):
        parts = [pk for name in found.names(*path) for pk in found.ids(*path, name)]
        assert sorted(parts) == sorted(found.ids(*base))
    assert found.count("closed") + found.count("open") == found.count("total")
    with pytest.raises(KeyError):
        found.ids("nothing")


@pytest.mark.parametrize("rows", [1, 12])
def test_queries_do_not_grow_with_the_rows(world, rows, django_assert_num_queries):
    for number in range(rows):
        answered(world, f"{number:03}")
    with django_assert_num_queries(6):
        figures(world.session)


def test_session_is_found_by_key_or_label_and_near_ones_are_named(world):
    assert session_named(" ９-4 ") == session_named("九届四次会议") == world.session
    with pytest.raises(UnknownSession, match="9-4（九届四次会议）"):
        session_named("9-7")
    with pytest.raises(UnknownSession, match="现有届次：9-4"):
        session_named("完全不同")
    Session.objects.all().delete()
    with pytest.raises(UnknownSession, match="还没有任何届次"):
        session_named("9-4")


def test_command_prints_json_as_of_a_day(world, capsys):
    answered(world, "001")
    call_command("figures", "--session", "9-4", "--as-of", "2020-04-30", "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["replied"], found["closed"]) == (1, 0)
    assert found == figures(world.session, day(4, 30))


def test_command_prints_text(world, capsys):
    handled_again(world)
    call_command("figures", session="9-4")
    printed = capsys.readouterr().out
    for line in ("计入总数1件", "已办结1件", "占1件的100.0%", "二次办理1件：084", "区住房城乡建委"):
        assert line in printed


@pytest.mark.parametrize(
    "options", [{"session": "9-9"}, {"session": "9-4", "as_of": "昨天"}, {"session": "9-4", "as_of": "2020-02-30"}]
)
def test_command_refuses_unusable_input(world, options):
    with pytest.raises(CommandError) as refused:
        call_command("figures", **options)
    assert refused.value.returncode == 2


def test_secret_proposal_closed_offline_is_counted_without_reply_class_or_rating(world):
    answered(world, "001")
    secret = factories.registered(world, "002", is_secret=True)
    cases.assign(secret, [(world.housing, "lead")], by=world.office, at=moment())
    assert figures(world.session)["offline"] == 0
    cases.record_offline(secret.cases.get(), by=world.clerk, at=moment(2020, 5, 8), closed_on=day(5, 8))
    found = figures(world.session)
    assert (found["total"], found["closed"], found["replied"], found["offline"]) == (2, 2, 1, 1)
    assert numbers(world, "not_replied") == []
    assert (found["classes"]["A"]["base"], found["unclassified"], found["ratings"]["not_returned"]) == (1, 0, 0)
    assert figures(world.session, day(5, 7))["offline"] == 0
    text = Proposal.objects.filter(pk=secret.pk).values().get()
    assert (text["title"], text["text"], text["remark"]) == ("涉密提案", "", "")
    assert [one.name for one in secret.proposers.all()] == ["—"]


def test_supplementary_reply_changes_no_figure(world):
    proposal = answered(world, "001", code="B")
    before = figures(world.session)
    case = proposal.cases.get()
    reply = reply_at(world, case, "issued", "A", at=moment(2020, 9, 1), body="补充答复。")
    assert reply.is_supplementary
    assert figures(world.session) == before


def test_proposal_that_ended_counts_until_its_day(world):
    proposal = factories.assigned(world, "001")
    rearranging.withdraw(proposal, by=world.office, at=moment(2020, 5, 8), note="提案委来函")
    assert figures(world.session, day(5, 7))["total"] == 1
    assert (figures(world.session, day(5, 8))["total"], figures(world.session)["withdrawn"]) == (0, 1)


def test_dissatisfied_with_the_attitude_is_not_satisfied_where_the_session_counts_it(world):
    world.session.asks_attitude = world.session.attitude_counts = True
    world.session.save()
    answered(world, "001")
    proposal = answered(world, "002", rating=None)
    rated(world, Reply.objects.get(case__proposal=proposal), "满意", attitude="不满意")
    found = figures(world.session)
    assert found["rehandled"] == ["002"], "it is handled again"
    assert (found["ratings"]["final"]["满意"]["count"], found["satisfaction"]["count"]) == (2, 1)
