"""Signing in and out, lockout, passwords, and posts that count from a day to a day."""

import datetime

import pytest
from axes.models import AccessAttempt
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Post, User
from apps.accounts.operations import create_system_admin, set_mail_address
from apps.accounts.queries import standing_of
from apps.audit.models import Event
from tests import factories as make

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/sign-in/"


def sign_in(client, username, password=make.PASSWORD, **extra):
    return client.post(SIGN_IN + extra.pop("query", ""), {"username": username, "password": password}, **extra)


def signed_in(client):
    return "_auth_user_id" in client.session


def test_signing_in_leads_home_and_out_again(client):
    make.user("wu", "吴办", Post.Kind.OFFICE)
    answer = sign_in(client, "wu")
    assert (answer.status_code, answer.url) == (302, "/")
    assert "吴办" in client.get("/").content.decode()
    assert client.get("/accounts/sign-out/").status_code == 405
    assert signed_in(client), "only a POST signs out: a link or a picture on another page must not"
    assert client.post("/accounts/sign-out/").status_code == 302
    assert not signed_in(client)


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(client):
    make.user("wu", "吴办", Post.Kind.OFFICE)
    pages = [sign_in(client, name, "wrong-password") for name in ("wu", "nobody")]
    assert [page.status_code for page in pages] == [200, 200]
    told = [list(page.context["form"].non_field_errors()) for page in pages]
    assert told[0] and told[0] == told[1]
    assert 'value="wu"' in pages[0].content.decode(), "the name need not be typed again"
    assert "wrong-password" not in pages[0].content.decode()
    assert not signed_in(client)


def test_a_name_longer_than_any_is_refused_and_not_counted(client):
    """The table of failed sign-ins has no room for it: PostgreSQL says so with an error."""
    answer = sign_in(client, "x" * 300, "wrong-password")
    assert answer.status_code == 200 and "没有这么长的用户名" in answer.content.decode()
    assert not AccessAttempt.objects.exists()
    assert "autofocus" in client.get(SIGN_IN).content.decode()


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "https:evil.example", "javascript:alert(1)", "\\\\evil.example"],
)
def test_signing_in_never_leads_to_another_site(client, target):
    make.user("wu", "吴办", Post.Kind.OFFICE)
    answer = client.post(SIGN_IN, {"username": "wu", "password": make.PASSWORD, "next": target})
    assert (answer.status_code, answer.url) == (302, "/")


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client):
    make.user("wu", "吴办", Post.Kind.OFFICE)
    asked = client.get("/proposals/?state=received")
    assert asked.status_code == 302
    page = client.get(asked.url)
    answer = client.post(SIGN_IN, {"username": "wu", "password": make.PASSWORD, "next": page.context["next"]})
    assert answer.url == "/proposals/?state=received"


def test_repeated_failures_lock_the_account_from_that_address_only(client, settings):
    settings.AXES_ENABLED = True
    make.user("wu", "吴办", Post.Kind.OFFICE)
    make.user("he", "何办", Post.Kind.OFFICE)
    for _ in range(settings.AXES_FAILURE_LIMIT):
        last = sign_in(client, "wu", "wrong-password", REMOTE_ADDR="10.0.0.1")
    assert last.status_code == 429
    locked = sign_in(client, "wu", REMOTE_ADDR="10.0.0.1")
    assert locked.status_code == 429
    assert "请 15 分钟后再试" in locked.content.decode()
    assert not signed_in(client)
    assert sign_in(client, "he", REMOTE_ADDR="10.0.0.1").status_code == 302, "another person at the same address"
    client.post("/accounts/sign-out/")
    assert sign_in(client, "wu", REMOTE_ADDR="10.0.0.2").status_code == 302, "the same person elsewhere"


def test_a_forged_forwarding_header_does_not_escape_the_lockout(client, settings):
    settings.AXES_ENABLED = True
    make.user("wu", "吴办", Post.Kind.OFFICE)
    for number in range(settings.AXES_FAILURE_LIMIT):
        last = sign_in(client, "wu", "wrong", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"10.9.9.{number}")
    assert last.status_code == 429


def test_somebody_switched_off_is_out_at_once_and_cannot_come_back(client):
    user = make.user("wu", "吴办", Post.Kind.OFFICE)
    sign_in(client, "wu")
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/").status_code == 302
    assert sign_in(client, "wu").status_code == 200
    assert client.get("/").status_code == 302
    user.refresh_from_db()
    assert not standing_of(user, timezone.localdate()).is_office


def test_a_post_counts_from_its_first_to_its_last_day():
    user = make.user("wu", "吴办")
    Post.objects.create(
        user=user, kind=Post.Kind.OFFICE, from_on=datetime.date(2020, 3, 1), until_on=datetime.date(2020, 6, 30)
    )
    days = {"2020-02-29": False, "2020-03-01": True, "2020-06-30": True, "2020-07-01": False}
    assert {day: standing_of(user, datetime.date.fromisoformat(day)).is_office for day in days} == days


def test_a_post_that_ended_yesterday_opens_nothing_today(client):
    world = make.world()
    proposal = make.handling(world)
    today = timezone.localdate()
    client.force_login(world.clerk)
    assert client.get(proposal.get_absolute_url()).status_code == 200
    Post.objects.filter(user=world.clerk).update(until_on=today - datetime.timedelta(days=1))
    assert client.get(proposal.get_absolute_url()).status_code == 404
    assert client.get("/").status_code == 200
    assert client.get("/proposals/").status_code == 404


def test_one_person_in_two_posts_has_both():
    world = make.world()
    Post.objects.create(user=world.clerk, kind=Post.Kind.UNIT_HEAD, unit=world.culture)
    standing = standing_of(world.clerk, timezone.localdate())
    assert standing.clerk_of == {world.housing.pk}
    assert standing.head_of == {world.culture.pk}
    assert standing.units == {world.housing.pk, world.culture.pk}
    assert standing.label == "区住房城乡建委 经办人、区文化旅游委 负责人"


def test_a_leader_is_called_by_the_title_beside_the_own_name():
    """The head of every page names the person already; whoever acts under a leader's post has that leader's name."""
    world = make.world()
    assert standing_of(world.leader, timezone.localdate()).label == "副区长"
    Post.objects.create(user=world.office2, kind=Post.Kind.LEADER, leader=world.leader_row)
    assert standing_of(world.office2, timezone.localdate()).label == "区政府办公室、副区长 周明远"


def test_a_superusers_flag_gives_no_post():
    """What a person may do comes from posts alone."""
    user = User.objects.create_superuser("root", password=make.PASSWORD)
    standing = standing_of(user, timezone.localdate())
    assert not (standing.handles_proposals or standing.is_system_admin or standing.is_auditor)


@pytest.mark.parametrize(
    ("kind", "unit", "leader"),
    [
        ("unit_clerk", False, False),
        ("office", True, False),
        ("leader", False, False),
        ("secretariat", False, True),
        ("mayor", False, False),
    ],
)
def test_a_post_names_what_its_kind_needs_and_nothing_else(kind, unit, leader):
    world = make.world()
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.create(
            user=world.office,
            kind=kind,
            unit=world.housing if unit else None,
            leader=world.leader_row if leader else None,
        )


def test_changing_ones_password_needs_the_old_one_and_a_good_new_one(client):
    user = make.user("wu", "吴办", Post.Kind.OFFICE)
    client.force_login(user)
    url = reverse("accounts:password")

    def change(old, new, again=None):
        answer = client.post(url, {"old_password": old, "new_password1": new, "new_password2": again or new})
        user.refresh_from_db()
        return answer

    for old, new, again in (
        ("wrong", "another-good-phrase", None),
        (make.PASSWORD, "short", None),
        (make.PASSWORD, "1234567890123", None),
        (make.PASSWORD, "another-good-phrase", "another-bad-phrase"),
    ):
        assert change(old, new, again).status_code == 200
        assert user.check_password(make.PASSWORD)
    assert change(make.PASSWORD, "another-good-phrase").status_code == 302
    assert user.check_password("another-good-phrase")
    assert client.get("/").status_code == 200, "the change does not sign the person out"


def test_a_new_password_of_ones_own_is_in_the_trail_and_only_this_browser_stays_signed_in(client):
    make.user("wu", "吴办", Post.Kind.OFFICE)
    elsewhere = Client()
    for browser in (client, elsewhere):
        sign_in(browser, "wu")
    given = {"old_password": make.PASSWORD, "new_password1": "a-Long-enough-1", "new_password2": "a-Long-enough-1"}
    assert client.post(reverse("accounts:password"), given).url == reverse("desk:home")
    event = Event.objects.get(action="user.change")
    assert (event.actor_key, event.target_key, event.data) == ("wu", "wu", {"changed": ["password"]})
    assert (client.get("/").status_code, elsewhere.get("/").status_code) == (200, 302)


def test_passwords_and_pages_are_not_kept_by_a_shared_browser(client):
    """The sign-in form tells the browser what its fields are, and a session ends with the working day."""
    page = client.get(SIGN_IN).content.decode()
    assert 'autocomplete="current-password"' in page
    make.user("wu", "吴办", Post.Kind.OFFICE)
    sign_in(client, "wu")
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert int(cookie["max-age"]) <= 12 * 3600


def test_the_auditor_reads_what_was_changed_of_an_account(client):
    """Which fields and which posts, so that a change of rights can be followed; never what an address is."""
    world = make.world()
    set_mail_address(world.clerk, "li@example.gov.cn", at=timezone.now())
    create_system_admin("root", "管二", "a-Long-enough-1", at=timezone.now())
    client.force_login(world.auditor)
    page = client.get("/audit/").content.decode()
    assert "改动：电子邮件地址" in page and "li@example" not in page
    assert "岗位：系统管理员" in page
