"""The home of each post: counts agree with their lists, the late comes first, others' work is not one's own."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.allocation import operations as allocation
from apps.allocation.queries import draft_of, questions_to
from apps.desk.homes import home_of
from apps.desk.homes.piles import SHOWN
from apps.desk.homes.progress import progress_for
from apps.figures.queries import tally
from apps.proposals import operations as cases
from apps.proposals.models import Case, Proposal
from apps.ratings import operations as ratings
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = datetime.date(2020, 3, 16)  # a Monday; what was assigned on the 10th was to be accepted by Friday the 13th


@pytest.fixture
def world():
    return make.world()


def section(user, title, on=DAY, among="mine"):
    return next(one for one in getattr(home_of(user, on), among) if one.title == title)


def test_who_sees_no_proposal_of_a_session_is_not_told_that_it_has_none(client, world):
    make.assigned(world, "001")
    client.force_login(world.other_leader)
    page = client.get("/").content.decode()
    assert "还没有您能查看的提案。" in page and "还没有提案。" not in page


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


def unhappy_lines(world):
    found = section(world.secretary, "不满意、尚未办结", among="watched")
    assert found.count == len(found.items)
    return [(item.proposal.number, item.since) for item in found.items]


def test_a_case_that_was_rated_badly_twice_is_one_line_with_the_last_rating(client, world):
    for number in ("001", "002"):
        case = make.handling(world, number).cases.get()
        make.rated(world, make.reply_at(world, case, "issued"), "不满意")
        if number == "001":
            second = make.reply_at(world, case, "issued", at=make.moment(2020, 6, 1), body="再答")
            make.rated(world, second, "不满意", at=make.moment(2020, 6, 10))
    assert [number for number, _ in unhappy_lines(world)] == ["001", "002"]
    client.force_login(world.secretary)
    listed = client.get(reverse("desk:waiting", args=["unhappy"])).context
    assert [item.proposal.number for item in listed["section"].items] == ["001", "002"]
    assert listed["page"].paginator.count == 2
    assert {row.reply.round for row in listed["page"].object_list if row.case.proposal.number == "001"} == {2}


def test_of_several_proposers_only_who_is_still_not_satisfied_is_named(world):
    """Neither was; the second time the one entered last is content, and the other has not said anything yet."""
    world.session.asks_cosigners = True
    world.session.save()
    case = make.handling(world, proposers=[{"name": "赵堃"}, {"name": "钱䶮"}]).cases.get()

    def rate(reply, name, rating, at):
        receipt = reply.receipts.get(proposer__name=name)
        told = {"received_on": at.date(), "scan": make.scan()}
        ratings.enter(receipt, make.rating(world.session, rating), by=world.secretary, at=at, **told)
        ratings.confirm(receipt, by=world.secretary2, at=at)

    first = make.reply_at(world, case, "issued")
    for name in ("赵堃", "钱䶮"):
        rate(first, name, "不满意", make.moment(2020, 5, 6))
    assert len(unhappy_lines(world)) == 1
    second = make.reply_at(world, case, "issued", at=make.moment(2020, 6, 1), body="再答")
    rate(second, "钱䶮", "满意", make.moment(2020, 6, 10))
    assert unhappy_lines(world) == [("001", f"{case.unit}·赵堃")]


def test_what_waits_to_be_assigned_leads_to_where_all_of_it_is_assigned_at_once(client, world):
    make.registered(world)
    client.force_login(world.office)
    link = '<a class="pile-way" href="/allocation/">到“分办”一次交办</a>'
    assert link in client.get("/").content.decode()
    assert '<a href="/allocation/">到“分办”一次交办</a>' in client.get("/waiting/unassigned/").content.decode()
    assert client.get("/allocation/").status_code == 200
    make.assigned(world, "002")
    assert client.get("/").content.decode().count("pile-way") == 1


def asked(world, number, *roles, on=DAY):
    """A proposal in the draft, which is shared with the units."""
    proposal = make.registered(world, number)
    at = make.moment(2020, 3, 2)
    allocation.place(proposal, list(roles), by=world.office, at=at, seen=0)
    allocation.share(draft_of(world.session), on, by=world.office, at=at)
    return proposal.allocation_lines.get()


def test_a_unit_finds_what_it_is_asked_about_the_draft_until_it_has_answered(client, world):
    lead = [(world.housing, "lead"), (world.culture, "assist")]
    first, second = asked(world, "002", *lead), asked(world, "001", (world.housing, "lead"), on=DAY)
    others = asked(world, "003", (world.parks, "lead"))
    found = section(world.clerk, "待答复的分办意见")
    assert [(item.proposal.number, item.what, item.due_on) for item in found.items] == [
        ("001", "拟由本单位主办，请反馈意见", DAY),
        ("002", "拟由本单位主办，请反馈意见", DAY),
    ]
    assert section(world.head, "待答复的分办意见").count == found.count == 2
    (culture,) = section(world.culture_clerk, "待答复的分办意见").items
    assert (culture.proposal.number, culture.what) == ("002", "拟由本单位协办，请反馈意见")
    client.force_login(world.clerk)
    page = client.get("/").content.decode()
    assert first.proposal.get_absolute_url() not in page, "not theirs to see yet"
    assert others.proposal.get_absolute_url() not in page and "第003号" not in page
    for item in found.items:
        assert item.url == item.name_url and item.url.startswith("/allocation/opinions/#part-")
        assert f'id="{item.url.partition("#")[2]}"' in client.get(item.url).content.decode()
    at = make.moment(2020, 3, 3)
    allocation.answer(second, world.housing, by=world.clerk, at=at, seen=1, agrees=True)
    assert [item.proposal.number for item in section(world.clerk, "待答复的分办意见").items] == ["002"]
    # asked for another part than the one it answered to, a unit is asked anew
    for seen, roles in ((1, [(world.parks, "lead"), (world.housing, "assist")]), (2, [(world.housing, "lead")])):
        allocation.place(second.proposal, roles, by=world.office, at=at, seen=seen)
        left = [one.line.proposal.number for one in questions_to({world.housing.pk}) if one.answer is None]
        numbers = [item.proposal.number for item in section(world.clerk, "待答复的分办意见").items]
        assert numbers == left == (["001", "002"] if seen == 1 else ["002"])
    allocation.end_sharing(draft_of(world.session), by=world.office, at=at)
    assert section(world.clerk, "待答复的分办意见").count == 0


@pytest.mark.parametrize(
    ("post", "has_letters"),
    [("office", True), ("leader", True), ("secretary", True), ("clerk", False), ("culture_head", False)],
)
def test_the_pictures_are_one_click_from_each_home(client, world, post, has_letters):
    client.force_login(world.people[post])
    page = client.get("/").content.decode()
    box = page.partition("<h2>查阅</h2>")[2].partition("</section>")[0]
    assert f'<a href="{reverse("reports:pictures_newest")}">图表</a>' in box
    assert (f'<a href="{reverse("reports:letters")}">' in box) is has_letters
    if has_letters:
        assert client.get(reverse("reports:letters")).status_code == 200


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


def test_what_is_due_soon_stands_before_what_has_time_and_the_heading_names_the_nearest_day(client, world):
    """The late first, then the nearest: nothing is late here, one thing has to be done within two days."""
    with_time = make.reply_at(world, make.handling(world, "001").cases.get(), "unit_review")
    make.assigned(world, "002", at=make.moment(2020, 3, 13))
    shown = home_of(world.head, DAY)
    assert next(one.title for one in shown.mine if one.count) == "待签收"
    assert any(item.proposal == with_time.case.proposal for one in shown.mine for item in one.items)
    assert (shown.late, shown.nearest.text) == (0, "剩2个工作日")
    assert home_of(world.head, datetime.date(2020, 3, 23)).nearest.due_on > datetime.date(2020, 3, 23)


def test_the_heading_says_how_near_the_nearest_deadline_is(client, world):
    make.assigned(world, "001", at=timezone.now())
    client.force_login(world.clerk)
    page = client.get("/").content.decode()
    assert "今天有 1 件事等您办，最近一件剩3个工作日" in page


def test_a_leader_sees_of_each_key_proposal_who_leads_it_and_until_when(world):
    later, sooner, done = (make.handling(world, number, at=make.moment(2020, 3, day)) for number, day in
                           (("001", 12), ("002", 10), ("003", 10)))  # fmt: skip
    make.reply_at(world, done.cases.get(), "issued")
    for one in (later, sooner, done):
        Proposal.objects.filter(pk=one.pk).update(is_key=True, supervising_leader=world.leader_row)
    found = section(world.leader, "督办的重点提案", among="watched")
    assert [item.proposal.number for item in found.items] == ["002", "001", "003"]
    assert found.items[0].due_on == sooner.cases.get().reply_due_on
    assert found.items[0].since == world.housing.name
    assert found.items[2].due_on is None, "it was answered: no unit is waited for"
    assert section(world.leader, "督办的重点提案", on=datetime.date(2020, 8, 3), among="watched").late == 2
