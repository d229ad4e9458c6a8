"""Fixtures for tests in a real browser against pytest-django's live server.

`page` is a desktop, `phone` a telephone, `new_page` makes more of them (somebody else at the same time), each with
cookies of its own; `sign_in(page, user)` spares the form. Addresses are paths: `page.goto("/accounts/sign-in/")`.

A click does not wait for the page that it leads to: `follow`, `open_item`, `go_by_menu` and `told` do, and after them
the page is there whole. Whoever uses `click` or `press` goes on with something that waits by itself (`told`, `expect`,
a click or a text put into what only the next page has), never with what is read at once or with the database.
What has to happen before an answer comes is done within `held_back`.

A test fails if one of its pages logs an error, raises one or asks another host for anything. `problems` lists them
as text; a test that provokes a refusal on purpose takes it out of that list again with `forgive`.
Failures leave screenshots in `var/screenshots`.

`SLOW_BROWSER=4 bin/test tests/test_days.py` makes every page four times slower and every answer late: what fails then,
and not without it, reads something before it is there.
"""

import os
import re
import subprocess
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, expect, sync_playwright

# Playwright's sync API keeps an event loop running in this thread, in which Django otherwise refuses queries
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
]
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
PATIENCE = 60_000  # milliseconds, for everything that is waited for: a busy machine of two cores is slow
expect.set_options(timeout=PATIENCE)
SLOWER = float(os.environ.get("SLOW_BROWSER") or 1)  # times
LATE = 300  # milliseconds that every answer to a slow browser comes later
LAST_MOMENT = 120  # seconds before midnight in which no test begins: its "today" would end while it runs

contexts_key = pytest.StashKey()
problems_key = pytest.StashKey()


@pytest.fixture(scope="session")
def browser():
    found = subprocess.run([settings.BASE_DIR / "bin" / "find-browser"], capture_output=True, text=True)
    if found.returncode:
        pytest.fail("no Chromium that starts: run bin/setup --tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.stdout.strip(), args=FLAGS, timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture
def problems(request):
    return request.node.stash.setdefault(problems_key, [])


class Answering:
    """Waits at its end until the live server has answered everything: a closed browser does not end what it asked
    for, and the database must not be emptied under it."""

    def __init__(self):
        self.count, self.changed = 0, threading.Condition()
        self.begun, self.done = self._change_by(1), self._change_by(-1)

    def _change_by(self, step):
        def change(**_):
            if threading.current_thread() is threading.main_thread():
                return  # the test's own client
            with self.changed:
                self.count += step
                self.changed.notify_all()

        return change

    def __enter__(self):
        request_started.connect(self.begun)
        request_finished.connect(self.done)
        return self

    def __exit__(self, *_):
        with self.changed:
            self.changed.wait_for(lambda: self.count <= 0, PATIENCE / 1000)
        request_started.disconnect(self.begun)
        request_finished.disconnect(self.done)


def slow_down(page):
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    unlimited = {"downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", {"offline": False, "latency": LATE} | unlimited)


@pytest.fixture
def new_page(request, browser, live_server, transactional_db, problems):
    """`new_page(**options of Playwright's new_context)`. Closed before the database is emptied."""
    contexts = request.node.stash.setdefault(contexts_key, [])
    own_host = urlsplit(live_server.url).netloc

    def note_message(message):
        if message.type == "error":
            problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def note_request(sent):
        target = urlsplit(sent.url)
        if target.scheme in {"http", "https", "ws", "wss"} and target.netloc != own_host:
            problems.append(f"request to another host: {sent.url}")

    def open_page(**options):
        context = browser.new_context(
            base_url=live_server.url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            **(DESKTOP | options),
        )
        context.set_default_timeout(PATIENCE)
        context.on("console", note_message)
        context.on("weberror", lambda raised: problems.append(f"page error: {raised.error}"))
        context.on("request", note_request)
        if SLOWER > 1:
            context.on("page", slow_down)
        contexts.append(context)
        return context.new_page()

    with Answering():
        yield open_page
        for context in contexts:
            context.close()


@pytest.fixture
def page(new_page):
    return new_page()


@pytest.fixture
def phone(new_page):
    return new_page(**PHONE)


@pytest.fixture
def sign_in(live_server):
    """`sign_in(page, user)`: the session's cookie of that user in the page's browser."""

    def set_cookie(page, user):
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])

    return set_cookie


@pytest.fixture
def people(new_page, sign_in):
    """Opens, for each person, a browser of their own: people(user) → page on their home, or where `path` says."""
    opened = {}

    def page_of(user, path="/"):
        if user.username not in opened:
            opened[user.username] = new_page()
            sign_in(opened[user.username], user)
        page = opened[user.username]
        page.goto(path)
        return page

    return page_of


def follow(target):
    """Clicks a link, or the button of a form, and waits until the page that it leads to is there, its scripts run.

    The page that it stands on is waited for too: else an earlier click's page could be taken for this one's.
    """
    target.wait_for()
    settle(target.page)
    with target.page.expect_navigation():
        target.click()
    settle(target.page)


def settle(page):
    """Waits until the page is whole: also one that a script wrote, after an upload, in the place of the one before."""
    page.wait_for_load_state()
    page.wait_for_function("() => document.readyState === 'complete'")


def resize(page, width, height):
    """Another size of the window, in pixels, once the page has it."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("([width, height]) => innerWidth === width && innerHeight === height", arg=[width, height])


def open_item(page, section, number="001"):
    """Presses the button of a proposal in a section of the home page: it leads there, or does it at once."""
    card = page.locator("section", has=page.get_by_role("heading", name=re.compile(section)))
    follow(card.locator("tr", has_text=f"第{number}号").locator(".line-do .button"))


def go_by_menu(page, name):
    """Follows an entry of the main menu that is folded under 更多."""
    menu = page.get_by_role("navigation", name="主菜单")
    menu.get_by_text("更多").click()
    follow(menu.get_by_role("link", name=name, exact=True))


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def told(where, text):
    """Waits until a page, or a part of it, says something, and until the rest of that page is there too."""
    where.get_by_text(text).first.wait_for()
    settle(where.page if isinstance(where, Locator) else where)


@contextmanager
def held_back(page, address):
    """Requests for the address (a glob) are answered only after the block; gives the list of those that came."""
    waiting, is_over = [], False

    def keep(route):
        if is_over:
            route.continue_()
        else:
            waiting.append(route)

    page.route(address, keep)
    yield waiting
    is_over = True
    for route in waiting:
        route.continue_()


def forgive(page, problems, status):
    """Takes a refusal that the test is about out of the problems, once the browser has told of it. It is all that it
    may have told of."""
    latest = time.monotonic() + PATIENCE / 1000
    while not problems and time.monotonic() < latest:
        page.wait_for_timeout(20)
    assert problems and all(f"status of {status}" in one for one in problems), problems
    problems.clear()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    now = timezone.localtime()
    left = 24 * 3600 - (now.hour * 3600 + now.minute * 60 + now.second)
    if "new_page" in item.fixturenames and left <= LAST_MOMENT:
        time.sleep(left)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        problems = "\n".join(item.stash.get(problems_key, []))
        if problems and report.passed:
            report.outcome = "failed"
            report.longrepr = f"the browser met problems:\n{problems}"
        elif problems and report.failed:
            report.sections.append(("problems of the browser", problems))
        if report.failed:
            report.sections.extend(("screenshot", line) for line in take_screenshots(item))
    return report


def take_screenshots(item):
    """Of every page that the test has open; returns a line for each."""
    name = re.sub(r"[^\w.-]+", "-", item.nodeid).removeprefix("tests-")
    pages = [page for context in item.stash.get(contexts_key, []) for page in context.pages]
    for number, page in enumerate(pages):
        path = settings.VAR_DIR / "screenshots" / f"{name}-{number}.png"
        try:
            page.screenshot(path=path, full_page=True)
        except PlaywrightError as error:  # the failure of the test matters more than its picture
            yield f"{page.url}: none, {error}"
        else:
            yield f"{page.url}: {path.relative_to(settings.BASE_DIR)}"
