"""The tests' own tools: a browser that reports what goes wrong, the database of the live server, the sort of tests."""

import pytest
from django.contrib.contenttypes.models import ContentType

from apps.calendars.models import CalendarDay


def test_browser_shows_the_sign_in_page(page):
    assert page.goto("/accounts/sign-in/").ok
    assert page.locator("form input[type=password]").is_visible()
    assert page.evaluate("[navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone]") == [
        "zh-CN",
        "Asia/Shanghai",
    ]


def test_phone_is_narrow(phone):
    phone.goto("/accounts/sign-in/")
    assert phone.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [390, 390]


def test_browser_notes_errors_and_other_hosts(page, problems):
    with page.expect_console_message():
        page.evaluate("console.error('said so')")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('thrown') })")
    with page.expect_request("http://example.org/"):
        page.evaluate("fetch('http://example.org/').catch(() => null)")
    noted = "\n".join(problems)
    problems.clear()
    assert "console: said so" in noted
    assert "page error: thrown" in noted
    assert "request to another host: http://example.org/" in noted


@pytest.mark.parametrize("turn", ["first", "second"])
@pytest.mark.django_db(transaction=True)
def test_migrated_rows_outlast_a_transactional_test(turn):
    assert ContentType.objects.exists(), turn


@pytest.mark.parametrize("turn", ["first", "second"])
def test_migrated_rows_outlast_a_test_in_a_browser(turn, page):
    assert ContentType.objects.exists() and CalendarDay.objects.exists(), turn
