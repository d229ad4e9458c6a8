"""Sessions side by side: what is compared with what, and what is only shown. Figures themselves: test_one_source.py."""

import copy

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.figures.comparison import compare, improved
from apps.figures.queries import tally
from apps.proposals import operations as cases
from apps.proposals.models import Session
from apps.replies import promises
from apps.replies.models import Commitment, Reply
from tests import factories as make
from tests.factories import moment

pytestmark = pytest.mark.django_db
URL = "/reports/comparison/"


@pytest.fixture
def world():
    return make.world()


def another(world, number=1):
    """The same people with a session a year later."""
    other = copy.copy(world)
    at = moment(2020, 1, 20)
    other.session = cases.open_session(f"10-{number}", f"十届{number}次", 2020 + number, by=world.office, at=at)
    return other


def replied(world, number, code="A", at=None):
    proposal = make.handling(world, number)
    make.reply_at(world, make.case_of(proposal, world.housing), "issued", code, at=at or moment(2020, 4, 20))
    return proposal


def groups_of(*worlds, **options):
    return {group.title: group for group in compare([world.session for world in worlds], **options)}


def line(groups, title, start):
    (found,) = [one for one in groups[title].lines if one.label.startswith(start)]
    return found


def test_differences_are_in_counts_and_in_points_of_what_is_printed(world):
    for number in ("001", "002", "003"):
        replied(world, number, "A" if number != "003" else "B")
    other = another(world)
    replied(other, "001", "A")
    groups = groups_of(world, other)
    found = line(groups, "办理结果", "A类")
    assert [(cell.share.count, cell.share.base, cell.share.percent) for cell in found.cells] == [
        (2, 3, "66.7"),
        (1, 1, "100.0"),
    ]
    assert [(cell.counts, cell.points) for cell in found.cells] == [("", ""), ("−1", "+33.3")]
    total = line(groups, "总数与进度", "计入总数")
    assert [(cell.share.count, cell.counts) for cell in total.cells] == [(3, ""), (1, "−2")]


def test_points_of_sessions_with_other_decimals_are_told_with_the_fewer(world):
    for number in ("001", "002", "003"):
        replied(world, number, "A" if number != "003" else "B")
    other = another(world)
    for number in ("001", "002", "003", "004", "005", "006"):
        replied(other, number, "A" if number != "006" else "B")
    Session.objects.filter(pk=other.session.pk).update(decimals=2)
    other.session.refresh_from_db()
    before, after = line(groups_of(world, other), "办理结果", "A类").cells
    assert (before.share.percent, after.share.percent, after.points) == ("66.7", "83.33", "+16.6")  # 83.3 − 66.7


def test_the_same_letter_with_another_meaning_is_shown_and_not_compared(world):
    replied(world, "001", "C")
    other = another(world)
    other.session.classes.filter(code="C").update(wording="所提建议留作参考")
    replied(other, "001", "C")
    groups = groups_of(world, other)
    old, new = line(groups, "办理结果", "C类（所提问题因"), line(groups, "办理结果", "C类（所提建议留作参考")
    assert [cell.share and cell.share.count for cell in old.cells] == [1, None]
    assert [cell.share and cell.share.count for cell in new.cells] == [None, 1]
    assert not old.is_compared and not new.is_compared
    assert all(cell.counts == "" for cell in (*old.cells, *new.cells))
    assert line(groups, "办理结果", "A类").is_compared
    assert "含义不尽相同" in groups["办理结果"].notes[0]


def test_the_same_meaning_under_another_letter_is_compared(world):
    replied(world, "001", "A")
    other = another(world)
    other.session.classes.filter(code="A").update(code="一", wording=" 所提问题已经解决或基本解决。")
    found = line(groups_of(world, other), "办理结果", "A类、一类")
    assert found.is_compared


def test_a_promise_kept_is_counted_as_become_a(world):
    for number in ("001", "002", "003"):
        replied(world, number, "B")
    replied(world, "004", "A")
    promise = Commitment.objects.get(reply__case__proposal__number="002")
    promises.report(promise, by=world.clerk, at=moment(2021, 5, 1), text="已建成")
    best = make.result_class(world.session, "A")
    promises.verify(promise, by=world.office, at=moment(2021, 5, 2), current_class=best)
    told = improved(tally(world.session))
    assert (told.count, told.base, told.percent) == (1, 3, "33.3")
    # the class of that year's letter stays what it was
    assert tally(world.session).share("classes", "B").count == 3


def test_of_two_units_apart_both_have_to_have_become_a(world):
    proposal = make.handling(world, "001", roles=[(world.housing, "separate"), (world.parks, "separate")])
    for unit in (world.housing, world.parks):
        make.reply_at(world, make.case_of(proposal, unit), "issued", "B")
    best = make.result_class(world.session, "A")
    first, second = Reply.objects.order_by("pk")
    Reply.objects.filter(pk=first.pk).update(current_class=best)
    assert improved(tally(world.session)).count == 0
    Reply.objects.filter(pk=second.pk).update(current_class=best)
    assert improved(tally(world.session)).count == 1


def test_on_time_counts_only_what_has_both_dates_and_says_what_is_left_out(world):
    replied(world, "001")
    replied(world, "002", at=moment(2020, 7, 20))  # due on 10 June
    replied(world, "003")
    Reply.objects.filter(case__proposal__number="003").update(due_on=None)
    other = another(world)
    groups = groups_of(world, other)
    cell, none = line(groups, "按期答复", "按期答复").cells
    assert (cell.share.count, cell.share.base, cell.share.percent) == (1, 2, "50.0")
    assert (none.share.base, none.share.percent, none.points) == (0, None, "")
    assert "九届四次会议1件" in groups["按期答复"].notes[0]


def test_rates_that_are_counted_otherwise_are_shown_and_not_compared(world):
    other = another(world)
    for one in (world, other):
        make.rated(one, make.reply_at(one, make.handling(one).cases.get(), "issued"))
    Session.objects.filter(pk=other.session.pk).update(satisfaction_base="replied")
    other.session.refresh_from_db()
    group = groups_of(world, other)["满意率"]
    assert [cell.share.percent for cell in group.lines[0].cells] == ["100.0", "100.0"]
    assert [cell.points for cell in group.lines[0].cells] == ["", ""]
    assert "计法不同" in group.notes[0]
    Session.objects.filter(pk=other.session.pk).update(satisfaction_base="confirmed")
    other.session.refresh_from_db()
    assert groups_of(world, other)["满意率"].lines[0].cells[1].points == "0"


def test_units_are_listed_when_asked_for(world):
    replied(world, "001")
    other = another(world)
    assert "各单位按期答复" not in groups_of(world, other)
    groups = groups_of(world, other, with_units=True)
    assert [cell.share.count for cell in line(groups, "各单位主办、分办件", "区住房城乡建委").cells] == [1, 0]
    assert line(groups, "各单位按期答复", "区住房城乡建委").cells[0].share.percent == "100.0"


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("", 200, "与前一届相比"),
        ("?session=9-4&session=10-1", 200, "与前一届相比"),
        ("?session=9-4", 422, "请选两个至5个届次，现在选了1个"),
        ("?" + "&".join(f"session=10-{number}" for number in range(1, 7)), 422, "现在选了6个"),
        ("?session=99-9&session=9-4", 422, "99-9"),
        ("?units=on", 422, "必填"),
    ],
)
def test_the_page_says_what_can_be_compared(world, client, query, status, told):
    for number in range(1, 7):
        another(world, number)
    client.force_login(world.leader)
    answer = client.get(URL + query)
    assert (answer.status_code, told in answer.content.decode()) == (status, True)


def test_every_percentage_says_in_words_what_it_is_of(world, client):
    make.rated(world, make.reply_at(world, make.handling(world).cases.get(), "issued"))
    another(world)
    client.force_login(world.office)
    page = client.get(URL).content.decode()
    shown = page.count("%</summary>")
    assert shown == page.count('<details class="base-of">') == page.count(" ÷ ") > 5
    assert "1 ÷ 1，占全部承办单位都已答复的提案" in page
    assert "1 ÷ 1，占回执已确认的提案" in page


def test_one_session_alone_has_nothing_beside_it(world, client):
    client.force_login(world.office)
    assert "还没有两个届次" in client.get(URL).content.decode()
    assert "届次对比" not in client.get(reverse("reports:letters")).content.decode()


def test_five_sessions_ask_as_often_as_two(world, client):
    others = [another(world, number) for number in range(1, 5)]
    for other in (others[0], world):
        replied(other, "001")
    client.force_login(world.office)
    asked = []
    for chosen in ([others[0], world], [*others, world]):
        query = "&".join(f"session={one.session.key}" for one in chosen)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"{URL}?{query}&units=on").status_code == 200
        asked.append(len(seen))
    assert asked[0] == asked[1] <= 20


def test_a_day_that_is_not_known_is_not_late(world):
    proposal = replied(world, "001")
    Reply.objects.filter(case__proposal=proposal).update(issued_on=None)
    found = line(groups_of(world, another(world)), "按期答复", "按期答复").cells[0]
    assert (found.share.count, found.share.base) == (0, 0)
