"""What every test gets, and the two databases: SQLite in a file, or PostgreSQL where DATABASE_URL names one.

Which tests run on both (bin/test): all that touch the database, but of those in a browser only people at work
(`journey`). How a page looks and behaves is the same on both; its queries run on both in the tests without a browser.
"""

import os
import re

import pytest
from django.apps import apps
from django.conf import settings as site
from django.db import connection, connections, transaction
from django.test import Client, TransactionTestCase

pytest_plugins = ["tests.browser"]

TRANSACTIONAL_FIXTURES = {"transactional_db", "live_server"}
DATABASE_FIXTURES = {"db", *TRANSACTIONAL_FIXTURES}


def pytest_addoption(parser):
    parser.addoption(
        "--database-tests-only",
        action="store_true",
        help="leave out the tests that do not touch the database, and of those in a browser all that are no `journey`",
    )


def pytest_configure(config):
    # quick, for what is made once for a file too: each of a world's people has a password
    site.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    config.addinivalue_line(
        "markers", "journey: people at work in a browser, deed by deed; on both databases, unlike all else there"
    )


def pytest_collection_modifyitems(config, items):
    for item in items:
        keep_migrated_rows(item)
    if config.getoption("--database-tests-only"):
        others = [item for item in items if not uses_database(item) or is_of_a_page(item)]
        left = set(others)
        items[:] = [item for item in items if item not in left]
        config.hook.pytest_deselected(items=others)


def uses_database(item):
    is_case = item.cls is not None and issubclass(item.cls, TransactionTestCase)
    return bool(is_case or item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(item.fixturenames))


def is_of_a_page(item):
    """Whether it is about what a page shows and does in a browser, which no database changes."""
    return "browser" in item.fixturenames and not item.get_closest_marker("journey")


def keep_migrated_rows(item):
    """A transactional test empties every table after it: rows that came with the migrations have to come back."""
    marker = item.get_closest_marker("django_db")
    options = dict(marker.kwargs) if marker else {}
    if options.get("transaction") or TRANSACTIONAL_FIXTURES & set(item.fixturenames):
        options |= {"transaction": True, "serialized_rollback": True}
        item.add_marker(pytest.mark.django_db(**options), append=False)


def pytest_terminal_summary(terminalreporter):
    """What failed in bin/test before this run, said where it is read."""
    for name in filter(None, os.environ.get("FAILED_BEFORE", "").split(";")):
        terminalreporter.write_line(f"此前失败 FAILED BEFORE: {name}", red=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, tmp_path_factory):
    """SQLite in a file, as in service: one in memory would be a single connection, shared with the live server."""
    database = connections["default"]
    if database.vendor == "sqlite":
        database.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The rows of `keep_migrated_rows`, kept with the class: where a browser runs, the thread gets a new connection."""
    with django_db_blocker.unblock():
        rows = {model: list(model._base_manager.all()) for model in apps.get_models() if not model._meta.proxy}

    def refill(creation, serialized):
        """Before a transactional test; with one INSERT a table, where Django's own asks twice for each row."""
        with transaction.atomic():  # at whose end foreign keys are checked, so that the order is free
            for model, kept in rows.items():
                model._base_manager.bulk_create(kept, ignore_conflicts=True)  # the first such test finds them in place

    database = type(connections["default"])
    database._test_serialized_contents = ""  # Django asks whether there is anything; what it is, `refill` knows
    database.creation_class.deserialize_db_from_string = refill


class WroteOnGet(AssertionError):
    """A GET request changed something: reading a page must never do what a person has to press a button for."""


WRITE = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+["`]?(\w+)', re.IGNORECASE)
KEPT_BY_THE_FRAME = ("django_session", "axes_")  # who is signed in, a message for the next page, failed sign-ins


def refuse_writes(execute, sql, params, many, context):
    found = WRITE.match(sql)
    if found and not found[1].startswith(KEPT_BY_THE_FRAME):
        raise WroteOnGet(sql)
    return execute(sql, params, many, context)


class GuardedClient(Client):
    """Django's test client, for which a GET that writes is an error."""

    def request(self, **request):
        if request.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            return super().request(**request)
        with connection.execute_wrapper(refuse_writes):
            return super().request(**request)


@pytest.fixture
def client():
    return GuardedClient()


@pytest.fixture(autouse=True)
def safe_settings(settings, tmp_path):
    """Files in a folder of the test's own, tasks done at once, and no lockout unless the test is
    about it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.AXES_ENABLED = False
    settings.WHITENOISE_AUTOREFRESH = True  # else every test's client reads the list of all static files
