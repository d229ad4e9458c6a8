"""Leaders who stand in for one another, posts that nobody holds, and a leader who changes in mid-year.

The expectations are docs/workflow.md's (party leader: "the leader … or the person that leader has delegated to, today")
and docs/decisions/0003.
"""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts import operations as accounts
from apps.accounts.models import Delegation, Post, User
from apps.accounts.queries import leaders_with_somebody, leaders_without_anybody, standing_of, vacant_units
from apps.audit.models import Event
from apps.desk.homes import waiting_for
from apps.proposals import rearranging
from apps.proposals.models import Proposal
from apps.proposals.workflow import NotAllowed
from apps.replies import operations as replies
from apps.replies.models import Reply
from apps.replies.queries import replies_visible_to, unattended_on, with_delegates
from apps.units.models import Leader, Portfolio
from tests import factories as make

pytestmark = pytest.mark.django_db
START, END = datetime.date(2020, 4, 20), datetime.date(2020, 4, 30)  # of make.delegation at AWAY
AWAY = make.moment(2020, 4, 20)
ONE_DAY = datetime.timedelta(days=1)


def fresh(user):
    """The user as another request would find them: standing is kept for the length of a request."""
    return User.objects.get(pk=user.pk)


def at_noon(day):
    return make.moment(day.year, day.month, day.day, 12)


@pytest.fixture
def away():
    """`leader` is away from START to END, `other_leader` stands in; a reply of the unit waits for the signature."""
    world = make.world()
    world.people["third"] = make.user("third", "林三", Post.Kind.LEADER, leader=third_leader())
    case = make.handling(world).cases.get()
    reply = make.reply_at(world, case, "leader_signoff")
    delegation = make.delegation(world, world.leader_row, world.other_leader_row, at=AWAY)
    return world, reply, delegation


def third_leader():
    return Leader.objects.create(name="林三", title="副区长", order=3)


@pytest.mark.parametrize(
    ("day", "stands"), [(START - ONE_DAY, False), (START, True), (END, True), (END + ONE_DAY, False)]
)
def test_a_delegate_sees_and_signs_from_the_first_day_to_the_last(away, day, stands):
    world, reply, _ = away
    user = fresh(world.other_leader)
    assert (world.leader_row.pk in standing_of(user, day).leads_as) is stands
    assert Proposal.objects.visible_to(user, day).exists() is stands
    assert replies_visible_to(user, day).exists() is stands
    to_sign = next(section for section in waiting_for(user, day) if section.title == "待审签")
    assert to_sign.count == int(stands)
    if stands:
        replies.sign(reply, reply.content_hash, by=user, at=at_noon(day))
        assert Reply.objects.get().state == "signed"
    else:
        with pytest.raises(NotAllowed):
            replies.sign(reply, reply.content_hash, by=user, at=at_noon(day))
        assert Reply.objects.get().state == "leader_signoff"


def test_the_signature_stays_the_principals_and_tells_who_gave_it(away, client):
    world, reply, _ = away
    replies.sign(reply, reply.content_hash, by=fresh(world.other_leader), at=AWAY)
    stored = with_delegates(Reply.objects).get()
    assert (stored.signer, stored.signed_by, stored.by_delegate) == (world.leader_row, world.other_leader, True)
    event = Event.objects.get(action="reply.sign")
    assert (event.actor_key, event.actor_name) == ("other_leader", "陈思齐（代周明远）")
    client.force_login(world.office)
    page = client.get(reply.case.proposal.get_absolute_url()).content.decode()
    assert page.count("陈思齐（代周明远）") == 2  # beside the reply and in the history
    assert "由陈思齐代签" in client.get(reverse("replies:detail", args=[reply.pk])).content.decode()


def test_a_decision_for_the_principal_says_so_and_one_for_the_own_units_does_not(away):
    world, reply, _ = away
    rearranging.coordinate(reply.case.proposal, by=fresh(world.other_leader), at=AWAY, note="由区住房城乡建委牵头")
    both = make.handling(world, "005", roles=[(world.housing, "separate"), (world.culture, "separate")])
    rearranging.coordinate(both, by=fresh(world.other_leader), at=AWAY, note="两家各答一份")
    named = Event.objects.filter(action="proposal.coordinate").values_list("actor_name", flat=True)
    assert list(named) == ["陈思齐（代周明远）", "陈思齐"]


def test_a_leader_who_is_back_early_signs_without_a_word_of_the_delegate(away):
    world, reply, _ = away
    replies.sign(reply, reply.content_hash, by=fresh(world.leader), at=AWAY)
    assert with_delegates(Reply.objects).get().by_delegate is False
    assert Event.objects.get(action="reply.sign").actor_name == "周明远"


def test_what_the_delegate_does_for_their_own_units_is_their_own(away):
    world, _, _ = away
    case = make.handling(world, "002", roles=[(world.culture, "lead")]).cases.get()
    own = make.reply_at(world, case, "leader_signoff")
    replies.sign(own, own.content_hash, by=fresh(world.other_leader), at=AWAY)
    assert with_delegates(Reply.objects).get(pk=own.pk).by_delegate is False
    assert Event.objects.get(action="reply.sign").actor_name == "陈思齐"


def test_a_delegation_is_not_passed_on(away):
    world, reply, _ = away
    Delegation.objects.create(  # such a pair cannot be recorded; even where it stands it carries nothing on
        principal=world.other_leader_row, delegate=third_leader_row(), from_on=START, until_on=END, reason="出差",
        created_by=world.office, created_at=AWAY,
    )  # fmt: skip
    third = fresh(world.third)
    assert standing_of(third, START).leads_as == {third_leader_row().pk, world.other_leader_row.pk}
    with pytest.raises(NotAllowed):
        replies.sign(reply, reply.content_hash, by=third, at=AWAY)


def third_leader_row():
    return Leader.objects.get(name="林三")


def test_a_delegate_also_sees_what_the_principal_supervises_or_was_named_for(away):
    world, _, _ = away
    make.registered(world, "003", supervising_leader=world.leader_row, is_key=True)
    case = make.handling(world, "004", roles=[(world.culture, "lead")]).cases.get()
    case.named_signer = world.leader_row
    case.save()
    user = fresh(world.other_leader)
    assert {one.number for one in Proposal.objects.visible_to(user, START)} == {"001", "003", "004"}
    assert {one.number for one in Proposal.objects.visible_to(user, END + ONE_DAY)} == {"004"}  # the own unit's


def test_standing_costs_one_query_with_delegations_too(away):
    world, _, _ = away
    user = fresh(world.other_leader)
    with CaptureQueriesContext(connection) as seen:
        standing_of(user, START)
    assert len(seen) == 1
    assert standing_of(user, START).label == "副区长、代周明远"


def test_ended_early_it_stops_that_day_and_keeps_what_was_signed(away):
    world, reply, delegation = away
    replies.sign(reply, reply.content_hash, by=fresh(world.other_leader), at=AWAY)
    accounts.end_delegation(delegation, by=world.office, at=at_noon(START + ONE_DAY), note="提前返回")
    user = fresh(world.other_leader)
    assert world.leader_row.pk in standing_of(user, START).leads_as  # as it was then
    assert world.leader_row.pk not in standing_of(user, START + ONE_DAY).leads_as
    assert with_delegates(Reply.objects).get().by_delegate is True
    ended = Event.objects.get(action="delegation.end")
    assert (ended.note, ended.target_name) == ("提前返回", "周明远→陈思齐")
    with pytest.raises(ValidationError, match="已经结束"):
        accounts.end_delegation(delegation, by=world.office, at=at_noon(START + ONE_DAY), note="再来一次")
    assert Event.objects.filter(action="delegation.end").count() == 1


def delegate(world, principal, to, from_on, until_on, by="office", at=AWAY, reason="出差"):
    return accounts.delegate(
        principal, to, from_on=from_on, until_on=until_on, reason=reason, by=world.people[by], at=at
    )


@pytest.mark.parametrize(
    ("from_on", "until_on", "free"),
    [
        (START, END, False),
        (START, START, False),
        (END, END + 5 * ONE_DAY, False),
        (END + ONE_DAY, END + 5 * ONE_DAY, True),
    ],
)
def test_one_leader_has_one_delegation_at_a_time(away, from_on, until_on, free):
    world, _, _ = away
    third = third_leader_row()
    if free:
        delegate(world, world.leader_row, third, from_on, until_on)
    else:
        with pytest.raises(ValidationError, match="日期有重叠"):
            delegate(world, world.leader_row, third, from_on, until_on)
    assert Delegation.objects.count() == 1 + free
    assert Event.objects.filter(action="delegation.create").count() == 1 + free


def test_one_ended_early_leaves_its_days_to_another(away):
    world, _, delegation = away
    accounts.end_delegation(delegation, by=world.office, at=AWAY, note="改由他人")
    delegate(world, world.leader_row, third_leader_row(), START, END)
    assert standing_of(fresh(world.third), START).stands_in_for == {world.leader_row.pk}
    assert standing_of(fresh(world.other_leader), START).stands_in_for == frozenset()


@pytest.mark.parametrize(
    ("principal", "to", "said"),
    [
        ("陈思齐", "林三", "正受周明远委托"),
        ("林三", "周明远", "自己已委托陈思齐"),
        ("林三", "林三", "不能委托给本人"),
    ],
)
def test_chains_are_refused_when_they_are_recorded(away, principal, to, said):
    world, _, _ = away
    with pytest.raises(ValidationError, match=said):
        delegate(world, Leader.objects.get(name=principal), Leader.objects.get(name=to), START, END)
    assert Delegation.objects.count() == 1


@pytest.mark.parametrize(
    ("from_on", "until_on", "reason", "said"),
    [
        (START - ONE_DAY, END, "出差", "不能早于今天"),
        (END, START, "出差", "截止日期不能早于"),
        (START, END, "  ", "写明委托事由"),
    ],
)
def test_impossible_days_and_blank_reasons_are_refused(from_on, until_on, reason, said):
    world = make.world()
    with pytest.raises(ValidationError, match=said):
        delegate(world, world.leader_row, world.other_leader_row, from_on, until_on, reason=reason)
    assert not Delegation.objects.exists()
    assert not Event.objects.filter(action__startswith="delegation").exists()


@pytest.mark.parametrize("post", ["clerk", "head", "leader", "other_leader", "secretary", "auditor", "admin"])
def test_only_the_office_records_and_ends_them(away, post):
    world, _, delegation = away
    with pytest.raises(PermissionDenied):
        delegate(world, world.other_leader_row, third_leader_row(), END + ONE_DAY, END + ONE_DAY, by=post)
    with pytest.raises(PermissionDenied):
        accounts.end_delegation(delegation, by=world.people[post], at=AWAY, note="不要了")
    assert (Delegation.objects.count(), Delegation.objects.get().ended_on) == (1, None)


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_office_records_and_ends_a_delegation_by_the_pages(client):
    world = make.world()
    client.force_login(world.office)
    today = timezone.localdate()
    given = {
        "principal": world.leader_row.pk,
        "delegate": world.other_leader_row.pk,
        "from_on": str(today),
        "until_on": str(today + ONE_DAY),
        "reason": "<b>出差</b>",
    }
    assert client.post(reverse("accounts:delegate"), given).url == reverse("accounts:posts")
    page = client.get(reverse("accounts:posts")).content.decode()
    assert "正在生效" in page
    assert "&lt;b&gt;出差&lt;/b&gt;" in page
    again = client.post(reverse("accounts:delegate"), given)
    assert (again.status_code, Delegation.objects.count()) == (422, 1)
    assert "日期有重叠" in again.content.decode()
    assert "&lt;b&gt;出差&lt;/b&gt;" in again.content.decode()  # what was typed is still there
    made = Delegation.objects.get()
    blank = client.post(reverse("accounts:end_delegation", args=[made.pk]), {"note": " "})
    assert blank.status_code == 422
    client.post(reverse("accounts:end_delegation", args=[made.pk]), {"note": "返回"})
    made.refresh_from_db()
    assert (made.ended_on, made.ended_by) == (today, world.office)
    assert "提前终止" in client.get(reverse("accounts:posts")).content.decode()


@pytest.mark.parametrize("value", ["x", "99999999999999999999", "-1", "1 OR 1=1"])
def test_a_forged_leader_in_the_address_or_the_form_is_harmless(client, value):
    world = make.world()
    client.force_login(world.office)
    assert client.get(reverse("accounts:delegate"), {"principal": value}).status_code == 200
    answer = client.post(reverse("accounts:delegate"), {"principal": value, "from_on": "2020-02-31"})
    assert (answer.status_code, Delegation.objects.count()) == (422, 0)


# --- nobody there ----------------------------------------------------------------------------------------------------


def unattended(day):
    return list(Reply.objects.filter(unattended_on(day)))


def leave(user, day):
    """The user's posts end on the day."""
    user.posts.update(until_on=day)


def test_a_reply_whose_signer_nobody_can_act_for_is_shown_to_the_office(client):
    world = make.world()
    reply = make.reply_at(world, make.handling(world).cases.get(), "leader_signoff")
    today = timezone.localdate()
    assert unattended(today) == []
    leave(world.leader, today - ONE_DAY)
    assert unattended(today - ONE_DAY) == []
    assert unattended(today) == [reply]
    assert list(leaders_without_anybody(today)) == [world.leader_row]
    client.force_login(world.office)
    home = client.get("/").content.decode()
    assert "审签无人" in home
    assert "审签领导周明远今天无人" in home
    page = client.get(reply.case.proposal.get_absolute_url()).content.decode()
    assert "审签无人：" in page
    assert reverse("accounts:posts") in page
    make.delegation(world, world.leader_row, world.other_leader_row)
    assert unattended(today) == []
    assert "审签无人" not in client.get("/").content.decode()
    assert "审签无人：" not in client.get(reply.case.proposal.get_absolute_url()).content.decode()


def test_a_delegation_to_a_post_that_nobody_holds_leaves_the_reply_unattended():
    world = make.world()
    reply = make.reply_at(world, make.handling(world).cases.get(), "leader_signoff")
    today = timezone.localdate()
    leave(world.leader, today - ONE_DAY)
    leave(world.other_leader, today - ONE_DAY)
    make.delegation(world, world.leader_row, world.other_leader_row)
    assert unattended(today) == [reply]
    assert not leaders_with_somebody(today).exists()


def test_a_person_who_is_switched_off_holds_no_post():
    world = make.world()
    reply = make.reply_at(world, make.handling(world).cases.get(), "leader_signoff")
    User.objects.filter(username="leader").update(is_active=False)
    assert unattended(timezone.localdate()) == [reply]


def test_a_unit_that_no_leader_is_in_charge_of_waits_visibly(client):
    world = make.world()
    reply = make.reply_at(world, make.handling(world).cases.get(), "leader_signoff")
    today = timezone.localdate()
    Portfolio.objects.filter(unit=world.housing).update(until_on=today - ONE_DAY)
    assert unattended(today) == [reply]
    assert vacant_units(today) == [(world.housing, ["分管领导"])]
    client.force_login(world.office)
    assert "区住房城乡建委今天没有分管领导" in client.get("/").content.decode()
    assert "区住房城乡建委今天没有分管领导" in client.get(reply.case.proposal.get_absolute_url()).content.decode()


def test_a_named_signer_who_is_there_signs_whoever_is_in_charge():
    world = make.world()
    reply = make.reply_at(world, make.handling(world).cases.get(), "office_review")
    replies.office_forward(reply, world.other_leader_row, by=world.office, at=AWAY, note="周明远外出")
    today = timezone.localdate()
    leave(world.leader, today - ONE_DAY)
    assert unattended(today) == []
    leave(world.other_leader, today - ONE_DAY)
    assert unattended(today) == [reply]


def test_units_without_clerk_or_head_are_listed_for_the_office(client):
    world = make.world()
    today = timezone.localdate()
    assert vacant_units(today) == []
    leave(world.clerk, today - ONE_DAY)
    leave(world.culture_clerk, today - ONE_DAY)
    leave(world.culture_head, today - ONE_DAY)
    assert vacant_units(today - ONE_DAY) == []
    assert vacant_units(today) == [(world.housing, ["经办人"]), (world.culture, ["经办人", "负责人"])]
    world.culture.dissolved_on, world.culture.successor = today, world.parks
    world.culture.save()
    assert vacant_units(today) == [(world.housing, ["经办人"])]
    client.force_login(world.office)
    page = client.get(reverse("accounts:posts")).content.decode()
    assert "单位无人" in page
    assert "区住房城乡建委" in page
    assert "区文化旅游委" not in page


# --- a leader changes in mid-year ------------------------------------------------------------------------------------


def test_open_signoffs_find_the_new_leader_and_signed_replies_keep_theirs():
    world = make.world()
    signed = make.reply_at(world, make.handling(world, "001").cases.get(), "signed", at=make.moment(2020, 4, 20))
    waiting = make.reply_at(world, make.handling(world, "002").cases.get(), "leader_signoff")
    last, first = datetime.date(2020, 6, 30), datetime.date(2020, 7, 1)
    Portfolio.objects.filter(unit=world.housing).update(until_on=last)
    Portfolio.objects.create(leader=world.other_leader_row, unit=world.housing, from_on=first)

    def asked(user, day):
        section = next(section for section in waiting_for(fresh(user), day) if section.title == "待审签")
        return [item.proposal.number for item in section.items]

    assert (asked(world.leader, last), asked(world.other_leader, last)) == (["002"], [])
    assert (asked(world.leader, first), asked(world.other_leader, first)) == ([], ["002"])
    with pytest.raises(NotAllowed):
        replies.sign(waiting, waiting.content_hash, by=fresh(world.leader), at=at_noon(first))
    replies.sign(waiting, waiting.content_hash, by=fresh(world.other_leader), at=at_noon(first))
    signed.refresh_from_db()
    waiting.refresh_from_db()
    assert (signed.signer, waiting.signer) == (world.leader_row, world.other_leader_row)
    assert with_delegates(Reply.objects).filter(by_delegate=True).count() == 0
    # the one who has gone still sees what they signed, and no more
    assert set(replies_visible_to(fresh(world.leader), first)) == {signed}


def test_the_office_needs_the_reason_for_the_old_leader_after_the_change():
    world = make.world()
    reply = make.reply_at(world, make.handling(world).cases.get(), "office_review")
    Portfolio.objects.filter(unit=world.housing).update(until_on=datetime.date(2020, 6, 30))
    Portfolio.objects.create(leader=world.other_leader_row, unit=world.housing, from_on=datetime.date(2020, 7, 1))
    replies.office_forward(reply, world.other_leader_row, by=world.office, at=make.moment(2020, 7, 2))
    reply.refresh_from_db()
    assert (reply.state, reply.case.named_signer) == ("leader_signoff", None)
