"""Every page of the site in a small world, for the tests that walk them all.

The list comes from tests/test_access.py: each row that answers some post with a page is walked as such a post, so a new
row is walked without a word here. The admin's lists and forms and the pages without a row stand below.
"""

import copy
from dataclasses import dataclass

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.proposals import operations as cases
from apps.ratings import links
from tests import factories as make
from tests.test_access import POSTS, ROWS, target, url_of

# Rows that answer with a file, not with a page.
NO_PAGES = {
    "proposals:file": "an attachment",
    "proposals:preview_picture": "a picture of a page",
    "listing:export": "a workbook",
    "papers:paper_pdf": "a PDF",
    "papers:paper_docx": "a Word file",
    "papers:dispatched_pdf": "a PDF",
    "papers:dispatched_docx": "a Word file",
    "papers:batch_file": "a PDF or an archive",
    "reports:letter_pdf": "a PDF",
    "reports:letter_docx": "a Word file",
    "reports:edition_pdf": "a PDF",
    "reports:edition_docx": "a Word file",
    "allocation:plan": "a workbook",
    "allocation:assigned_list": "a workbook",
    "allocation:originals": "an archive of the files",
    "exchange:template": "a workbook",
    "exchange:errors": "a workbook",
    "exchange:update_results": "a workbook",
    "exchange:export": "a workbook",
}
# What differs most from post to post is walked as each of those who may see it.
FOR_EACH_POST = {"desk:home", "desk:proposal", "accounts:display"}


@dataclass(frozen=True)
class Page:
    """A page as somebody sees it. `who`: a key of World.people, or "" for a stranger; `status`: of the answer."""

    who: str
    url: str
    status: int = 200


def areas():
    """What the pages are walked by: the first part of each row's name, the admin site, and the pages without a row."""
    rows = {row.split(":")[0] for row in ROWS if row.split()[0] not in NO_PAGES}
    return [*sorted(rows), "admin", "others"]


def pages_of(area, world):
    """[Page] of an area, after everything they need has been put into `world`."""
    if area == "admin":
        return admin_pages(world)
    if area == "others":
        return other_pages(world)
    found, things = [], {}
    for row, (expected, stage) in ROWS.items():
        name = row.split()[0]
        who = [post for post, status in zip(POSTS, expected, strict=True) if status == 200]
        if not name.startswith(f"{area}:") or name in NO_PAGES or not who:
            continue
        if stage not in things:
            things[stage] = target(in_a_session_of_its_own(world, len(things)), stage)
        url = url_of(row, things[stage])
        found += [Page(post, url) for post in (who if name in FOR_EACH_POST else who[:1])]
    return found


def in_a_session_of_its_own(world, number):
    """The same people with another session, whose proposals begin at 001 again."""
    if not number:
        return world
    other = copy.copy(world)
    other.session = cases.open_session(
        f"9-4-{number}", f"九届四次会议（{number}）", 2020, by=world.office, at=make.moment(2020, 1, 20)
    )
    return other


def admin_pages(world):
    """Front page, lists, and for each model a new one and one that is there, for the post whose model it is."""
    make.assigned(world)
    make.registered(world, "002")
    found = [Page("office", "/admin/"), Page("admin", "/admin/")]
    for model in admin.site._registry:
        who = "admin" if model is User else "office"
        path = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(Page(who, reverse(f"{path}_changelist")))
        if admin.site._registry[model].has_add_permission(_request(world.people[who])):
            found.append(Page(who, reverse(f"{path}_add")))
        if row := model._default_manager.first():
            found.append(Page(who, reverse(f"{path}_change", args=[row.pk])))
    return found


def _request(user):
    return type("Request", (), {"user": user})


def other_pages(world):
    """Sign-in, the proposer's pages, and what is refused or not there."""
    reply = make.reply_at(world, make.handling(world).cases.get(), "issued")
    token = links.token_for(make.receipt_of(reply), timezone.localdate())
    return [
        Page("", reverse("accounts:sign_in")),
        Page("", reverse("link:answer", args=[token])),
        Page("", reverse("link:answer", args=["1-1-0-20991231"]), 404),
        Page("", reverse("link:thanks")),
        Page("clerk", reverse("accounts:posts"), 403),
        Page("clerk", "/nowhere/", 404),
    ]
