"""Every page asks the database a fixed number of times, whatever the rows, and never more than 20."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.proposals import operations as cases
from apps.proposals.models import Proposal
from apps.supervision import operations as cards
from tests import factories as make

MOST = 20


def queries_of(client, url):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(url)
    assert answer.status_code == 200, url
    return len(seen), [query["sql"][:160] for query in seen.captured_queries]


def fill(world, numbers):
    """For each number a proposal in each of five states, with two units in some."""
    for n in numbers:
        for index, state in enumerate(("received", "assigned", "handling", "replied", "closed")):
            make.proposal_at(world, state, number=f"{n * 10 + index:03}")
        make.handling(world, f"{n * 10 + 5:03}", roles=[(world.housing, "lead"), (world.culture, "assist")])
        both = make.handling(world, f"{n * 10 + 6:03}", roles=[(world.housing, "separate"), (world.parks, "separate")])
        make.reply_at(world, make.case_of(both, world.housing), "leader_signoff")
        carded = make.assigned(
            world, f"{n * 10 + 8:03}", roles=[(world.housing, "separate"), (world.parks, "separate")]
        )
        for unit, state in ((world.housing, "issued"), (world.parks, "answered")):
            make.card_at(world, make.case_of(carded, unit), state)
        make.card_at(world, make.assigned(world, f"{n * 10 + 9:03}").cases.get(), "proposed")
        late = make.handling(world, f"{n * 10 + 7:03}")
        make.rated(world, make.reply_at(world, make.case_of(late, world.housing), "issued"), "不满意", confirm=False)


LISTS = [
    ("office", "/"),
    ("head", "/"),
    ("leader", "/"),
    ("secretary", "/"),
    ("office", "/proposals/"),
    ("clerk", "/proposals/"),
    ("leader", "/proposals/?sort=due&q=天桥"),
    ("secretary", "/proposals/?result=A&rating=满意"),
    ("auditor", "/audit/"),
    ("office", "/reports/letters/"),
    ("office", "/reports/letters/9-4/"),
    ("leader", "/reports/letters/9-4/"),
    ("office", "/reports/letters/9-4/cases/"),
    ("office", "/exchange/"),
    ("office", "/accounts/posts/"),
    ("office", "/settings/"),
    ("secretary", "/settings/sessions/9-4/"),
    ("office", "/settings/sessions/9-4/"),
    ("secretary", "/exchange/"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("post", "url"), LISTS)
def test_a_list_asks_as_often_for_one_row_as_for_many(client, post, url):
    world = make.world()
    client.force_login(world.people[post])
    fill(world, [1])
    few, _ = queries_of(client, url)
    fill(world, [2, 3, 4])
    many, sql = queries_of(client, url)
    assert (many, many <= MOST) == (few, True), "\n".join(sql)


@pytest.mark.django_db
@pytest.mark.parametrize("post", ["office", "clerk", "leader", "secretary"])
def test_the_page_of_a_proposal_asks_as_often_for_a_bare_one_as_for_a_long_one(client, post):
    world = make.world()
    client.force_login(world.people[post])
    bare = make.handling(world, "001", roles=[(world.housing, "lead"), (world.culture, "assist")])
    few, _ = queries_of(client, bare.get_absolute_url())
    long = make.assigned(world, "002", roles=[(world.housing, "separate"), (world.parks, "separate")])
    for unit in (world.housing, world.parks):
        case = make.case_of(long, unit)
        red = make.raised(world, make.card_at(world, case, "issued"))
        cards.object_to(red, by=make.people_of(world, unit)[1], at=make.moment(2020, 3, 16), note="系统故障")
        cases.accept(case, by=make.people_of(world, unit)[0], at=make.moment(2020, 3, 16))
    for unit in (world.housing, world.parks):
        make.rated(world, make.reply_at(world, make.case_of(long, unit), "issued"), "不满意")
        second = make.moment(2020, 6, 20)
        reply = make.reply_at(world, make.case_of(long, unit), "issued", at=second, code="B")
        make.rated(world, reply, "满意", at=make.moment(2020, 6, 28))
    assert Proposal.objects.get(pk=long.pk).state == "closed"
    many, sql = queries_of(client, long.get_absolute_url())
    assert many <= MOST, "\n".join(sql)
    # what there is none of is not asked further (talks, promises, receipts): a bare page may ask less, never more
    assert few <= many
    third = make.handling(world, "003", roles=[(world.housing, "separate"), (world.parks, "separate")])
    make.rated(world, make.reply_at(world, make.case_of(third, world.housing), "issued", code="B"), "不满意")
    again, sql = queries_of(client, third.get_absolute_url())
    assert again == many, "\n".join(sql)


@pytest.mark.django_db
def test_the_page_of_a_proposal_asks_as_often_for_one_assisting_unit_as_for_two(client):
    world = make.world()
    client.force_login(world.leader)
    counts = []
    for number, helpers in (("001", [world.culture]), ("002", [world.culture, world.parks])):
        roles = [(world.housing, "lead"), *((unit, "assist") for unit in helpers)]
        counts.append(queries_of(client, make.handling(world, number, roles=roles).get_absolute_url())[0])
    assert counts[0] == counts[1] <= MOST
