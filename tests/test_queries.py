"""Every page asks a fixed number of times, whatever the rows: never more than 20, and once more for the bell."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.allocation import operations as allocation
from apps.desk.listing.columns import COLUMNS
from apps.desk.models import ListLayout, SavedFilter
from apps.proposals import operations as cases
from apps.proposals.models import Proposal
from apps.replies import promises
from apps.reports.editing import operations as letters
from apps.reports.material import operations as material
from apps.reports.operations import save_letter_texts
from apps.supervision import operations as cards
from tests import factories as make

MOST = 20 + 1


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
        write_letter(world)
        draft_lines(world, n)


def draft_lines(world, n):
    """Two lines of the draft of the allocation, shared, with an answer to each."""
    for index, roles in enumerate([[(world.housing, "lead"), (world.culture, "assist")], [(world.parks, "lead")]]):
        proposal = make.registered(world, f"{700 + n * 10 + index}", wished_units="区住建委")
        at = make.moment(2020, 3, 2)
        line = allocation.place(proposal, roles, by=world.office, at=at, seen=0)
        allocation.share(line.draft, at.date(), by=world.office, at=at)
        clerk, _, _ = make.people_of(world, roles[0][0])
        allocation.answer(line, roles[0][0], by=clerk, at=at, seen=1, agrees=not index, reason="不属职能" * index)


def write_letter(world):
    """Some more of each thing that the letter's editor shows: parts, notes, sources, requests, answers, reports."""
    at = make.moment(2020, 10, 8)
    office = {"by": world.office, "at": at}
    part = letters.add_part(world.session, kind="p", text="共{提案总数}件，受理诉求120件，满意率99%", **office)
    letters.declare_number(world.session, part, text="120件", source="台账", as_on=at.date(), **office)
    letters.finish_note(world.session, letters.write_note(world.session, part, text="请核对", **office), **office)
    letters.write_note(world.session, part, text="再核对", **office)
    gone = letters.add_part(world.session, kind="p", text="不要的", **office)
    letters.remove_part(world.session, gone, version=1, **office)
    for _ in range(2):
        asked = material.ask(
            world.session, units=[world.housing, world.culture], text="座数", due_on=at.date(), **office
        )
        answer = asked.answers.get(unit=world.housing)
    material.give(answer, by=world.clerk, at=at, text="两座", source="台账", as_on=at.date())
    material.take_answer(answer, after=part.pk, **office)
    number = f"{Proposal.objects.count() + 500}"
    reply = make.reply_at(world, make.handling(world, number).cases.get(), "issued", code="B")
    promises.report(reply.commitments.get(), by=world.clerk, at=at, text="已开工")


LISTS = [
    ("office", "/"),
    ("head", "/"),
    ("leader", "/"),
    ("secretary", "/"),
    ("office", "/waiting/late/"),
    ("clerk", "/waiting/to-accept/"),
    ("culture_clerk", "/"),
    ("secretary", "/proposers/"),
    ("secretary", "/proposers/?name=赵堃"),
    ("office", "/proposals/"),
    ("clerk", "/proposals/"),
    ("leader", "/proposals/?sort=due&q=天桥"),
    ("secretary", "/proposals/?result=A&rating=满意"),
    ("office", "/proposals/filters/"),
    ("office", "/proposals/batch/assign/?all=on"),
    ("office", "/proposals/batch/urge/?all=on"),
    ("office", "/proposals/batch/forward/?all=on"),
    ("secretary", "/proposals/batch/remind/?all=on"),
    ("auditor", "/audit/"),
    ("office", "/reports/letters/"),
    ("office", "/reports/letters/9-4/"),
    ("leader", "/reports/letters/9-4/"),
    ("office", "/reports/letters/9-4/cases/"),
    ("office", "/reports/letters/9-4/editor/"),
    ("office", "/reports/letters/9-4/editor/?after=0"),
    ("office", "/reports/letters/9-4/editor/figure/?name=提案总数"),
    ("office", "/reports/letters/9-4/material/"),
    ("office", "/reports/letters/9-4/themes/"),
    ("office", "/reports/letters/9-4/versions/"),
    ("office", "/reports/pictures/9-4/"),
    ("clerk", "/reports/pictures/9-4/"),
    ("leader", "/reports/pictures/9-4/"),
    ("office", "/reports/pictures/9-4/figure/?path=total"),
    ("clerk", "/reports/material/"),
    ("office", "/exchange/"),
    ("office", "/allocation/9-4/"),
    ("office", "/allocation/9-4/?show=left"),
    ("office", "/allocation/9-4/?show=objected"),
    ("office", "/allocation/9-4/assign/"),
    ("clerk", "/allocation/opinions/"),
    ("office", "/accounts/posts/"),
    ("office", "/settings/"),
    ("secretary", "/settings/sessions/9-4/"),
    ("office", "/settings/sessions/9-4/"),
    ("secretary", "/exchange/"),
    ("office", "/notices/urging/"),
    ("secretary", "/notices/urging/"),
    ("clerk", "/notices/?show=all"),
    ("office", "/notices/"),
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
@pytest.mark.parametrize(
    ("post", "query", "literal"),
    [
        ("office", "", 17),
        ("clerk", "?sort=due&q=天桥&unit=1&category=1&leader=1", 17),
        ("leader", "?overdue=on", 17),
        ("secretary", "?result=A&rating=满意", 19),  # and the classes and ratings of the session that is counted
    ],
)
def test_the_list_with_every_column_and_a_saved_filter_asks_a_fixed_number_of_times(client, post, query, literal):
    world = make.world()
    user = world.people[post]
    client.force_login(user)
    ListLayout.objects.create(user=user, columns=[column.key for column in COLUMNS])
    fill(world, [1])
    SavedFilter.objects.create(user=user, name="一", query="state=closed")
    few, _ = queries_of(client, f"/proposals/{query}")
    fill(world, [2, 3, 4])
    SavedFilter.objects.create(user=user, name="二", query="state=handling")
    many, sql = queries_of(client, f"/proposals/{query}")
    assert (few, many) == (literal, literal), "\n".join(sql)


@pytest.mark.django_db
def test_the_editor_asks_no_more_often_while_the_letter_is_still_drafted(client):
    world = make.world()
    client.force_login(world.office)
    bad = make.reply_at(world, make.handling(world).cases.get(), "issued")
    make.rated(world, bad, "不满意")
    save_letter_texts(world.session, by=world.office, at=make.moment(), methods="健全机制。")
    many, sql = queries_of(client, "/reports/letters/9-4/editor/")
    assert many <= MOST, "\n".join(sql)


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
