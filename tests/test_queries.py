"""Every page asks a fixed number of times, whatever the rows: never more than 20, and once more for the bell."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext, override_settings

from apps.allocation import operations as allocation
from apps.desk.listing.columns import COLUMNS
from apps.desk.models import ListLayout, SavedFilter
from apps.proposals.models import Proposal
from apps.replies import promises
from apps.reports.editing import operations as letters
from apps.reports.material import operations as material
from tests import factories as make
from tests.conftest import GuardedClient

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


WIDEST = [  # the list with every column and a saved filter, and how often that asks
    ("office", "", 17),
    ("clerk", "?sort=due&q=天桥&unit=1&category=1&leader=1", 17),
    ("leader", "?overdue=on", 17),
    ("secretary", "?result=A&rating=满意", 19),  # and the classes and ratings of the session that is counted
]


def asked_by(world, post, url):
    client = GuardedClient()
    client.force_login(world.people[post])
    return queries_of(client, url)


def asked_with_every_column(world, post, query, filters):
    """The list as it is for a person who chose every column and keeps some filters; nothing of that stays."""
    user = world.people[post]
    with transaction.atomic():
        ListLayout.objects.create(user=user, columns=[column.key for column in COLUMNS])
        for name in filters:
            SavedFilter.objects.create(user=user, name=name, query="state=closed")
        asked = asked_by(world, post, f"/proposals/{query}")
        transaction.set_rollback(True)
    return asked


@pytest.fixture(scope="module")
def grown(django_db_setup, django_db_blocker, tmp_path_factory):
    """(world, {row of LISTS or WIDEST: queries}) of one row of each thing; then there are many in the world.

    Made once for this file, inside a transaction that is rolled back after its last test.
    """
    settings = {"MEDIA_ROOT": tmp_path_factory.mktemp("media"), "AXES_ENABLED": False}
    with django_db_blocker.unblock(), override_settings(**settings), transaction.atomic():
        world = make.world()
        fill(world, [1])
        few = {row: asked_by(world, *row)[0] for row in LISTS}
        few |= {row: asked_with_every_column(world, *row[:2], ["一"])[0] for row in WIDEST}
        fill(world, [2, 3, 4])
        make.tell_the_planner()
        yield world, few
        transaction.set_rollback(True)


@pytest.mark.parametrize(("post", "url"), LISTS)
def test_a_list_asks_as_often_for_one_row_as_for_many(grown, db, post, url):
    world, few = grown
    many, sql = asked_by(world, post, url)
    assert (many, many <= MOST) == (few[post, url], True), "\n".join(sql)


@pytest.mark.parametrize(("post", "query", "literal"), WIDEST)
def test_the_list_with_every_column_and_a_saved_filter_asks_a_fixed_number_of_times(grown, db, post, query, literal):
    world, few = grown
    many, sql = asked_with_every_column(world, post, query, ["一", "二"])
    assert (few[post, query, literal], many) == (literal, literal), "\n".join(sql)
