"""Accounts and posts in the admin site: the system administrator's alone, every change in the trail.

The government office's part is in test_admin_reference.py.
"""

import pytest
from django.contrib import admin
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern

from apps.accounts.models import Post, User
from apps.audit.models import Event
from apps.audit.queries import verify
from tests import factories as make

pytestmark = pytest.mark.django_db
OTHERS = ("clerk", "head", "leader", "secretary", "auditor")


def admin_patterns(resolver=None, inside=False):
    for pattern in (resolver or get_resolver()).url_patterns:
        here = inside or getattr(pattern, "namespace", None) == "admin"
        if isinstance(pattern, URLPattern):
            if here and pattern.name:
                yield pattern
        else:
            yield from admin_patterns(pattern, here)


def admin_urls(user):
    """Every named address of the admin site, for a model's pages those of `user`."""
    arguments = {
        "object_id": str(user.pk),
        "id": str(user.pk),
        "pk": user.pk,
        "app_label": "accounts",
        "content_type_id": "1",
        "url": "nowhere",
    }
    for pattern in admin_patterns():
        names = pattern.pattern.converters or pattern.pattern.regex.groupindex
        yield reverse(f"admin:{pattern.name}", kwargs={name: arguments[name] for name in names})


def accounts_form(user, **changes):
    """What the page of a user posts when `changes` are typed into it."""
    posts = list(user.posts.order_by("pk"))
    data = {
        "username": user.username,
        "display_name": user.display_name,
        "email": "",
        "is_active": "on",
        "posts-TOTAL_FORMS": len(posts) + 1,
        "posts-INITIAL_FORMS": len(posts),
        "posts-MIN_NUM_FORMS": 0,
        "posts-MAX_NUM_FORMS": 1000,
    }
    for number, post in enumerate(posts):
        data |= {
            f"posts-{number}-id": post.pk,
            f"posts-{number}-user": user.pk,
            f"posts-{number}-kind": post.kind,
            f"posts-{number}-unit": post.unit_id or "",
            f"posts-{number}-leader": post.leader_id or "",
        }
    data[f"posts-{len(posts)}-user"] = user.pk
    return {name: value for name, value in (data | changes).items() if value is not None}


def test_nobody_but_administrator_and_office_reaches_any_page_of_the_admin_site(client):
    world = make.world()
    urls = list(admin_urls(world.clerk))
    assert len(urls) > 10
    for person in OTHERS:
        client.force_login(world.people[person])
        for url in urls:
            if url in ("/admin/jsi18n/", "/admin/logout/"):
                continue  # words for scripts; signing out, which anybody may
            answer = client.get(url, follow=True)
            assert answer.status_code == 404, (person, url)
            assert "账号管理" not in answer.content.decode()


def test_strangers_are_sent_to_sign_in(client):
    world = make.world()
    for url in admin_urls(world.clerk):
        answer = client.get(url)
        assert answer.status_code == 302 and answer.url.startswith(("/accounts/sign-in/", "/admin/login/")), url


def test_the_system_administrator_reaches_users_and_posts_and_nothing_of_proposals(client):
    world = make.world()
    proposal = make.handling(world)
    client.force_login(world.admin)
    page = client.get("/admin/")
    assert page.status_code == 200
    shown = {model["object_name"] for app in page.context["app_list"] for model in app["models"]}
    assert shown == {"User"}
    assert client.get("/admin/accounts/user/").status_code == 200
    assert client.get(f"/admin/accounts/user/{world.clerk.pk}/change/").status_code == 200
    assert client.get("/admin/accounts/user/999999/change/", follow=True).status_code in (200, 404)
    assert client.get(proposal.get_absolute_url()).status_code == 404


def test_no_registered_model_carries_a_state_that_could_be_edited():
    for model, site in admin.site._registry.items():
        editable = {"state", "rating", "signed_hash", "round"} & {field.name for field in model._meta.fields}
        assert not editable or set(site.readonly_fields) >= editable, model
    assert Event not in admin.site._registry


def test_a_change_of_posts_leaves_an_event_that_tells_them(client):
    world = make.world()
    client.force_login(world.admin)
    before = Event.objects.count()
    answer = client.post(
        f"/admin/accounts/user/{world.clerk.pk}/change/",
        accounts_form(world.clerk, **{"posts-1-kind": "unit_head", "posts-1-unit": world.culture.pk}),
    )
    assert answer.status_code == 302, answer.context and answer.context["errors"]
    event = Event.objects.get(seq=before + 1)
    assert (event.action, event.actor_key, event.target_key) == ("user.change", "admin", "clerk")
    assert set(event.data["posts"]) == {"区住房城乡建委 经办人", "区文化旅游委 负责人"}
    assert verify() == []


def test_switching_somebody_off_leaves_an_event_and_nobody_can_be_deleted(client):
    world = make.world()
    client.force_login(world.admin)
    form = accounts_form(world.clerk, is_active=None)
    assert client.post(f"/admin/accounts/user/{world.clerk.pk}/change/", form).status_code == 302
    assert Event.objects.latest("seq").data["active"] is False
    url = f"/admin/accounts/user/{world.clerk.pk}/delete/"
    assert client.get(url).status_code == 403
    assert client.post(url, {"post": "yes"}).status_code == 403
    client.post(
        "/admin/accounts/user/", {"action": "delete_selected", "_selected_action": [world.clerk.pk], "post": "yes"}
    )
    assert User.objects.filter(pk=world.clerk.pk, is_active=False).exists()


def test_setting_somebodys_password_leaves_an_event_without_it(client):
    world = make.world()
    client.force_login(world.admin)
    events = Event.objects.count()
    url = f"/admin/accounts/user/{world.clerk.pk}/password/"
    passwords = {"password1": "a-new-long-phrase", "password2": "another-long-phrase", "usable_password": "true"}
    assert client.post(url, passwords).status_code == 200
    # Django's own guard against a page without scripts: told and sent back, nothing changed
    client.post(url, passwords | {"password2": "a-new-long-phrase", "usable_password": "false"})
    assert Event.objects.count() == events
    assert client.post(url, passwords | {"password2": "a-new-long-phrase"}).status_code == 302
    world.clerk.refresh_from_db()
    assert world.clerk.check_password("a-new-long-phrase")
    event = Event.objects.latest("seq")
    assert (Event.objects.count(), event.action, event.target_key) == (events + 1, "user.change", "clerk")
    assert event.data["changed"] == ["password"]
    assert "phrase" not in str(event.data)


def test_a_new_user_comes_with_an_event(client):
    world = make.world()
    client.force_login(world.admin)
    data = {
        "username": "xin",
        "display_name": "新人",
        "password1": "a-new-long-phrase",
        "password2": "a-new-long-phrase",
        "usable_password": "true",
        "posts-TOTAL_FORMS": 1,
        "posts-INITIAL_FORMS": 0,
        "posts-0-kind": "office",
    }
    answer = client.post("/admin/accounts/user/add/", data)
    assert answer.status_code == 302, answer.context and answer.context["errors"]
    event = Event.objects.latest("seq")
    assert (event.action, event.target_key, event.target_name) == ("user.create", "xin", "新人")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"posts-1-kind": "unit_clerk"}, "须选择单位"),
        ({"posts-1-kind": "leader"}, "须选择领导"),
        ({"posts-1-kind": "office", "posts-1-unit": "UNIT"}, "不属于承办单位"),
        ({"posts-1-kind": "office", "posts-1-from_on": "2020-07-01", "posts-1-until_on": "2020-06-30"}, ""),
        ({"posts-1-kind": "office", "posts-1-from_on": "2020-02-30"}, ""),
        ({"username": "head"}, ""),
        ({"username": "no blanks\x00"}, ""),
    ],
)
def test_a_post_that_cannot_be_is_told_and_nothing_is_stored(client, typed, told):
    world = make.world()
    client.force_login(world.admin)
    typed = {name: world.culture.pk if value == "UNIT" else value for name, value in typed.items()}
    events, posts = Event.objects.count(), Post.objects.count()
    answer = client.post(f"/admin/accounts/user/{world.clerk.pk}/change/", accounts_form(world.clerk, **typed))
    assert answer.status_code == 200
    assert answer.context["errors"]
    assert told in answer.content.decode()
    assert (Event.objects.count(), Post.objects.count()) == (events, posts)
