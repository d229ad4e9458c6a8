"""The home of each post: counts agree with their lists, the late comes first, others' work is not one's own."""

import datetime

import pytest
from django.urls import reverse

from apps.desk.homes import home_of
from apps.desk.homes.piles import SHOWN
from apps.desk.homes.progress import progress_for
from apps.figures.queries import tally
from apps.proposals import operations as cases
from apps.proposals.models import Case, Proposal
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = datetime.date(2020, 3, 16)  # a Monday; what was assigned on the 10th was to be accepted by Friday the 13th


@pytest.fixture
def world():
    return make.world()


def section(user, title, on=DAY, among="mine"):
    return next(one for one in getattr(home_of(user, on), among) if one.title == title)


def test_a_pile_shows_its_first_lines_and_leads_to_all_of_them(client, world):
    for number in range(1, 8):
        make.assigned(world, f"{number:03}")
    found = section(world.clerk, "待签收")
    assert (len(found.items), found.count) == (SHOWN, 7)
    client.force_login(world.clerk)
    page = client.get("/").content.decode()
    assert "全部 7 件" in page
    url = reverse("desk:waiting", args=["to-accept"])
    assert f'href="{url}"' in page
    everything = client.get(url)
    assert everything.context["section"].count == 7
    assert [item.proposal.number for item in everything.context["section"].items] == [f"00{n}" for n in range(1, 8)]


def test_every_count_of_every_home_is_that_of_its_list(client, world):
    """Of all posts, over proposals in every state."""
    for number, state in enumerate(("received", "assigned", "handling", "replied", "closed"), 1):
        make.proposal_at(world, state, f"{number:03}")
    for number, state in enumerate(make.STEPS, 11):
        make.reply_at(world, make.handling(world, f"{number:03}").cases.get(), state)
    carded = make.assigned(world, "021")
    make.card_at(world, carded.cases.get(), "issued")
    make.handling(world, "022", roles=[(world.housing, "lead"), (world.culture, "assist")])
    unhappy = make.reply_at(world, make.handling(world, "023").cases.get(), "issued")
    make.rated(world, unhappy, "不满意")
    seen = 0
    for name in ("office", "clerk", "head", "culture_head", "leader", "secretary", "secretary2"):
        user = world.people[name]
        client.force_login(user)
        shown = client.get("/").context["home"]
        for one in (*shown.mine, *shown.watched, *shown.others):
            if one.count:
                listed = client.get(reverse("desk:waiting", args=[one.name]))
                assert listed.context["section"].count == one.count, (name, one.title)
                seen += 1
    assert seen > 20


def test_the_late_is_counted_named_with_days_and_stands_on_top(client, world):
    make.handling(world, "001")  # to be talked over by the end of the month
    make.assigned(world, "002")
    make.assigned(world, "003", at=make.moment(2020, 3, 13))
    on_top = home_of(world.clerk, DAY).mine[0]
    assert (on_top.title, on_top.count, on_top.late) == ("待签收", 2, 1)
    assert [(item.proposal.number, item.deadline.text) for item in on_top.items] == [
        ("002", "已超期1个工作日"),
        ("003", "剩2个工作日"),
    ]
    client.force_login(world.clerk)
    page = client.get("/").content.decode()
    assert "超期 2 件" in page, "by now both are late"


def test_who_has_asked_to_return_a_proposal_waits_for_the_office(world):
    case = make.assigned(world).cases.get()
    cases.request_return(case, world.culture, by=world.clerk, at=make.moment(2020, 3, 11), note="不属职责")
    assert section(world.clerk, "待签收").count == 0
    assert section(world.clerk, "待裁定的退办", among="others").count == 1
    assert section(world.office, "待裁定的退办申请").count == 1


def test_a_reply_under_way_waits_with_others_for_those_who_wrote_it(world):
    case = make.handling(world).cases.get()
    expected = {"unit_review": "待单位负责人签发", "office_review": "待政府办核稿", "leader_signoff": "待领导审签"}
    reply = make.drafted(world, case, at=make.moment(2020, 3, 12))
    steps = (
        lambda: make.replies.submit(reply, by=world.clerk, at=make.moment(2020, 3, 12)),
        lambda: make.replies.unit_approve(reply, by=world.head, at=make.moment(2020, 3, 12)),
        lambda: make.replies.office_forward(reply, world.leader_row, by=world.office, at=make.moment(2020, 3, 12)),
    )
    for step, title in zip(steps, expected.values(), strict=True):
        step()
        waits = {one.title for one in home_of(world.clerk, DAY).others if one.count}
        assert waits == {title}
        assert home_of(world.clerk, DAY).waiting == 0


def test_a_returned_draft_says_so(world):
    reply = make.reply_at(world, make.handling(world).cases.get(), "unit_review")
    fresh = make.drafted(world, make.handling(world, "002").cases.get())
    make.replies.send_back(reply, by=world.head, at=make.moment(2020, 4, 21), note="请补充")
    told = {item.proposal.number: item.what for item in section(world.clerk, "草稿与退回").items}
    assert "已退回" in told["001"] and "已退回" not in told["002"]
    assert fresh.state == "draft"


def test_the_secretariat_keeps_an_eye_on_who_was_not_satisfied_until_it_is_closed(world):
    case = make.handling(world).cases.get()
    make.rated(world, make.reply_at(world, case, "issued"), "不满意")
    assert section(world.secretary, "不满意、尚未办结", among="watched").count == 1
    second = make.reply_at(world, case, "issued", at=make.moment(2020, 6, 1), body="再答")
    assert section(world.secretary, "不满意、尚未办结", among="watched").count == 1
    make.rated(world, second, "满意", at=make.moment(2020, 6, 10))
    assert Case.objects.get().state == "closed"
    assert section(world.secretary, "不满意、尚未办结", among="watched").count == 0


def test_a_receipt_that_does_not_come_is_told_to_the_office_once_it_is_late(world):
    make.reply_at(world, make.handling(world).cases.get(), "issued")
    early, late = datetime.date(2020, 4, 21), datetime.date(2020, 8, 3)
    assert section(world.office, "回执超期未收", early).count == 0
    assert section(world.office, "待提案者回执", early, "others").count == 1
    assert section(world.office, "回执超期未收", late).count == 1


def test_progress_is_what_the_figures_say_of_what_a_post_sees(client, world):
    for number, state in enumerate(("received", "assigned", "handling", "replied", "closed", "closed"), 1):
        make.proposal_at(world, state, f"{number:03}")
    make.handling(world, "010", roles=[(world.culture, "lead")])
    whole = progress_for(world.office, DAY)
    figures = tally(world.session)
    assert (whole.total, [part.count for part in whole.parts]) == (7, [3, 2])
    assert [part.percent for part in whole.parts] == ["42.9", "28.6"]
    assert {label: count for label, count, _ in whole.states} == {
        "待交办": 1, "待签收": 1, "办理中": 2, "已答复": 1, "已办结": 2,
    }  # fmt: skip
    assert figures.count("closed") == 2
    own = progress_for(world.culture_clerk, DAY)
    assert (own.total, [part.count for part in own.parts]) == (1, [0, 0])
    client.force_login(world.office)
    for _, count, url in whole.states:
        assert client.get(url).context["page"].paginator.count == count, url


def test_accepting_from_the_line_comes_back_home(client, world):
    case = make.assigned(world).cases.get()
    client.force_login(world.clerk)
    (press,) = section(world.clerk, "待签收").items[0].presses
    answer = client.post(press.url, dict(press.fields), follow=True)
    assert answer.redirect_chain[-1][0] == "/"
    assert "已签收" in answer.content.decode()
    case.refresh_from_db()
    assert case.state == "handling"


def test_an_address_is_never_taken_from_what_comes_with_a_form(client, world):
    case = make.assigned(world).cases.get()
    client.force_login(world.clerk)
    url = reverse("proposals:act_on_case", args=[case.pk, "accept"])
    answer = client.post(url, {"seen": case.stamp, "then": "//example.org/"})
    assert answer.url == case.proposal.get_absolute_url()


def test_proposers_are_counted_and_lead_to_their_proposals(client, world):
    two = [{"name": "赵堃"}, {"name": "钱䶮"}]
    make.registered(world, "001", proposers=two)
    make.proposal_at(world, "closed", "002", proposers=two[:1])
    make.registered(world, "003", proposers=[{"name": "民盟区委"}])
    client.force_login(world.secretary)
    rows = client.get("/proposers/").context["page"].object_list
    assert [(row["name"], row["total"], row["open"], row["closed"]) for row in rows] == [
        ("赵堃", 2, 1, 1),
        *sorted([("钱䶮", 1, 1, 0), ("民盟区委", 1, 1, 0)]),
    ]
    assert [row["name"] for row in client.get("/proposers/?q=民盟").context["page"].object_list] == ["民盟区委"]
    assert list(client.get("/proposers/?session=10-1").context["page"].object_list) == []
    page = client.get("/proposers/?name=赵堃")
    assert [proposal.number for proposal in page.context["page"].object_list] == ["001", "002"]
    assert Proposal.objects.filter(proposers__name="赵堃").count() == 2
