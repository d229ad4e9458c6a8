"""显示设置: theme and text size are kept with the person and decide which stylesheets their pages link."""

import re

import pytest
from django.test import Client

from tests import factories as make

PAGE = "/accounts/display/"


def sheets(page):
    """{stylesheet: media} of a page, `all` where none is named."""
    links = re.findall(r'<link rel="stylesheet" href="/static/css/([\w-]+)\.css"(?: media="([^"]+)")?', page)
    return {name: media or "all" for name, media in links}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("theme", "media", "scheme"),
    [
        ("system", "screen and (prefers-color-scheme: dark)", "light dark"),
        ("light", None, "light"),
        ("dark", "screen", "dark"),
    ],
)
@pytest.mark.parametrize(("size", "sheet"), [("normal", None), ("large", "text-large"), ("largest", "text-largest")])
def test_each_choice_links_its_stylesheets_on_every_machine(client, theme, media, scheme, size, sheet):
    world = make.world()
    client.force_login(world.clerk)
    answer = client.post(PAGE, {"theme": theme, "text_size": size}, follow=True)
    assert "显示设置已保存" in answer.content.decode()
    elsewhere = Client()
    elsewhere.force_login(world.clerk)
    page = elsewhere.get("/").content.decode()
    found = sheets(page)
    assert found.get("dark") == media
    assert {name for name in found if name.startswith("text-")} == ({sheet} if sheet else set())
    assert f'<meta name="color-scheme" content="{scheme}">' in page
    for field, value in (("theme", theme), ("text_size", size)):
        assert re.search(rf'name="{field}" value="{value}"[^>]*checked', elsewhere.get(PAGE).content.decode())


@pytest.mark.django_db
def test_the_choice_is_of_one_person_and_strangers_follow_the_system(client):
    world = make.world()
    client.force_login(world.clerk)
    client.post(PAGE, {"theme": "dark", "text_size": "largest"})
    other = Client()
    following = "screen and (prefers-color-scheme: dark)"
    assert sheets(other.get("/accounts/sign-in/").content.decode())["dark"] == following
    other.force_login(world.head)
    found = sheets(other.get("/").content.decode())
    assert found["dark"] == following and "text-largest" not in found


@pytest.mark.django_db
def test_an_unknown_choice_is_refused_and_nothing_is_kept(client):
    world = make.world()
    client.force_login(world.clerk)
    answer = client.post(PAGE, {"theme": "pink", "text_size": "large"})
    assert answer.status_code == 422 and "没有保存" in answer.content.decode()
    world.clerk.refresh_from_db()
    assert (world.clerk.theme, world.clerk.text_size) == ("system", "normal")
