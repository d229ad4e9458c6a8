"""Who is suggested to lead a proposal, and why."""

import datetime
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.allocation.similarity import Titles, bigrams
from apps.allocation.suggestions import MOST, earlier_sessions, suggestions_for
from apps.proposals import operations as cases
from apps.proposals.models import Case, Category, Proposal, Session
from apps.proposals.workflow import CaseRole
from apps.units.models import Unit
from apps.units.queries import units_by_name
from tests import factories as make

ON = datetime.date(2021, 3, 1)


@pytest.fixture
def world(db):
    """The year after: 2021's session waits, 2020's had three proposals of 城乡建设, two of them 区城市管理局's."""
    made = make.world()
    make.assigned(made, "001", title="关于增设过街天桥的建议")
    make.assigned(made, "002", title="关于规范共享单车停放的建议", roles=[(made.parks, CaseRole.LEAD)])
    make.assigned(made, "003", title="关于整治占道经营的建议", roles=[(made.parks, CaseRole.LEAD)])
    made.past = made.session
    made.session = cases.open_session("9-5", "九届五次会议", 2021, by=made.office, at=make.moment(2021, 1, 10))
    return made


def suggest(proposals, session):
    return suggestions_for(proposals, earlier_sessions(session, Session.objects.all()), units_by_name(), ON)


def suggested(world, **fields):
    fields.setdefault("category", None)
    proposal = make.registered(world, at=make.moment(2021, 2, 20), **fields)
    return suggest([proposal], world.session)[proposal.pk]


def test_pairs_of_characters_leave_out_the_formula_of_a_title():
    assert bigrams("关于增设过街天桥的建议") == bigrams("增设过街天桥") == {"增设", "设过", "过街", "街天", "天桥"}
    assert bigrams("关于进一步增设过街天桥的提案。") == bigrams("增设过街天桥")
    assert bigrams("关于的建议") == bigrams("桥") == set()


def test_the_most_alike_title_comes_first_and_what_shares_only_phrases_not_at_all():
    titles = Titles(["关于加强物业管理的建议", "关于加强中小学食品安全管理的建议", "关于中小学食堂食品安全的建议"])
    found = titles.nearest("关于保障中小学食堂食品安全的建议")
    assert [place for _, place in found] == [2, 1]
    assert titles.nearest("关于加强古树保护的建议") == []
    assert titles.nearest("关于中小学食堂食品安全的建议")[0] == (pytest.approx(1), 2)


def test_the_unit_that_the_proposers_wish_for_comes_first_with_their_wish_as_the_reason(world):
    first, second = suggested(world, title="关于夜间照明的建议", wished_units="区文化旅游委、区住建委")
    assert (first.unit, first.reason) == (world.culture, "提案人希望由区文化旅游委办理")
    assert (second.unit, second.reason) == (world.housing, "提案人希望区住房城乡建委参与办理")  # known by its alias


def test_experience_in_the_category_is_counted_and_the_similar_proposal_named(world):
    first, second = suggested(world, title="关于规范共享单车停放秩序的提案", category=world.category)
    assert first.unit == world.parks
    assert first.reason == "该类九届四次会议主办 2 件，其中《关于规范共享单车停放的建议》（九届四次会议第002号）相近"
    assert (second.unit, second.reason) == (world.housing, "该类九届四次会议主办 1 件")


def test_a_similar_proposal_of_another_category_is_a_reason_too(world):
    other = Category.objects.create(name="交通出行")
    (only,) = suggested(world, title="关于在学校门口增设过街天桥的建议", category=other)
    assert (only.unit, only.reason) == (world.housing, "曾主办相近的《关于增设过街天桥的建议》（九届四次会议第001号）")


def test_two_earlier_sessions_count_and_no_third(world):
    for year in (2018, 2019):
        world.session = cases.open_session(f"9-{year - 2016}", f"{year}年会议", year, by=world.office,
                                           at=make.moment(year, 1, 10))  # fmt: skip
        make.assigned(world, "010", title="关于旧厂房利用的建议", at=make.moment(year, 3, 1))
    world.session = type(world.session).objects.get(key="9-5")
    found = suggested(world, title="关于电梯维保的建议", category=world.category)
    assert {one.unit: one.reason for one in found} == {
        world.parks: "该类近两届主办 2 件",
        world.housing: "该类近两届主办 2 件",  # of 2020 and 2019
    }


def test_the_successor_of_a_dissolved_unit_is_suggested_and_no_dissolved_unit_ever(world):
    world.parks.dissolved_on, world.parks.successor = datetime.date(2020, 12, 1), world.culture
    world.parks.save()
    Unit.objects.filter(pk=world.housing.pk).update(dissolved_on=datetime.date(2020, 12, 1))
    found = suggested(world, title="关于规范共享单车停放的建议", category=world.category, wished_units="区住建委")
    assert [one.unit for one in found] == [world.culture]


def test_nothing_is_suggested_without_wish_and_precedent_or_for_a_secret_one(world):
    assert suggested(world, title="关于古树名木保护的建议") == []
    secret = make.registered(world, "099", at=make.moment(2021, 2, 20), is_secret=True)
    assert suggest([secret], world.session) == {}


def test_at_most_three_are_suggested_the_same_ones_each_time(world):
    names = [f"区{name}局" for name in "甲乙丙丁戊"]
    for place, name in enumerate(names):
        Unit.objects.create(name=name, order=10 + place)
    proposal = make.registered(world, at=make.moment(2021, 2, 20), wished_units="、".join(names))
    runs = [suggest([proposal], world.session)[proposal.pk] for _ in range(3)]
    assert runs[0] == runs[1] == runs[2]
    assert [one.unit.name for one in runs[0]] == names[:MOST]


def test_thousands_of_precedents_cost_no_more_queries_and_little_time(world):
    roads = ["中山路", "人民路", "建设路", "和平路", "文化路", "解放路", "春晖路", "柏树堡", "九宫庙", "茄子溪"]
    made = Proposal.objects.bulk_create(
        Proposal(session=world.past, number=f"{n:05}", number_order=n, category=world.category, state="handling",
                 mode="sole", title=f"关于改善{roads[n % 10]}{n}号路段排水设施的建议")
        for n in range(5000)
    )  # fmt: skip
    Case.objects.bulk_create(
        Case(proposal=one, unit=world.housing, role="lead", state="handling", assigned_on=ON) for one in made
    )
    new = [make.registered(world, f"{n}", title=f"关于完善{roads[n % 10]}路段排水的建议", at=make.moment(2021, 2, 1))
           for n in range(20)]  # fmt: skip
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as seen:
        found = suggest(new, world.session)
    assert len(seen) == 4
    assert time.perf_counter() - began < 3  # measured 0.15 s
    assert all(found[one.pk][0].unit == world.housing for one in new)
