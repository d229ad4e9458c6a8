"""帮助: the manual is there for everybody, and says what the product says."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse
from PIL import Image

from apps.desk import manual
from tests import factories as make

ROOT = Path(settings.BASE_DIR)
IMAGE = re.compile(r"!\[([^\]]*)\]\(images/([^)]+)\)")
OWN_PAGE = {
    "office": "office",
    "clerk": "unit",
    "head": "unit",
    "leader": "leader",
    "secretary": "secretariat",
    "auditor": "auditor",
    "admin": "admin",
}


def source(name):
    return (manual.FOLDER / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize(("post", "name"), OWN_PAGE.items())
def test_help_begins_with_the_page_of_ones_post(client, post, name):
    world = make.world()
    client.force_login(world.people[post])
    answer = client.get(reverse("desk:help"), follow=True)
    assert answer.redirect_chain == [(reverse("desk:help_page", args=[name]), 302)]
    heading = source(name).splitlines()[0].removeprefix("# ")
    assert f"<h1>{heading}</h1>" in answer.content.decode()


@pytest.mark.django_db
def test_every_page_of_the_folder_is_in_the_contents_and_opens(client):
    client.force_login(make.world().office)
    assert set(manual.PAGES) == {path.stem for path in manual.FOLDER.glob("*.md")}
    for name in manual.PAGES:
        text = client.get(reverse("desk:help_page", args=[name])).content.decode()
        for other in manual.PAGES:
            assert reverse("desk:help_page", args=[other]) in text
    assert client.get("/help/nothing/").status_code == 404
    assert client.get("/help/../settings/").status_code == 404


@pytest.mark.parametrize("name", manual.PAGES)
def test_pictures_are_there_described_and_small_enough_for_an_intranet(name):
    shown = IMAGE.findall(source(name))
    assert len(shown) >= 1
    for description, file in shown:
        assert len(description) >= 3, file
        found = finders.find(f"manual/{file}")
        assert found, file
        with Image.open(found) as picture:
            assert picture.format == "PNG"
            assert picture.width >= 390
        assert Path(found).stat().st_size < 200_000, file


def test_every_picture_is_used():
    used = {file for name in manual.PAGES for _, file in IMAGE.findall(source(name))}
    assert used == {path.name for path in (manual.FOLDER / "images").iterdir()}


def test_every_quoted_word_stands_in_the_product():
    """What the manual tells people to look for is on a page, so a label that changes takes the manual with it."""
    files = [
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "apps").rglob("*.py"),
        *(ROOT / "static" / "js").glob("*.js"),
    ]
    product = "\n".join(path.read_text(encoding="utf-8") for path in files)
    missing = {
        (name, word) for name in manual.PAGES for word in re.findall("“([^”]+)”", source(name)) if word not in product
    }
    assert missing == set()


def test_links_lead_to_pages_of_the_manual():
    for name in manual.PAGES:
        for target in re.findall(r"(?<!!)\[[^\]]+\]\(([^)]+)\)", source(name)):
            assert target.removesuffix(".md") in manual.PAGES, (name, target)
        assert ".md" not in re.sub(r"docs/\w+\.md", "", str(manual.page(name).html)), name


def test_markup_in_a_page_stays_text(tmp_path, monkeypatch):
    (tmp_path / "start.md").write_text("# 一\n\n<b>粗</b> [不去](javascript:alert(1))\n", encoding="utf-8")
    monkeypatch.setattr(manual, "FOLDER", tmp_path)
    manual.page.cache_clear()
    try:
        html = manual.page("start").html
    finally:
        manual.page.cache_clear()
    assert "<b>" not in html and "&lt;b&gt;" in html
    assert "href" not in html
