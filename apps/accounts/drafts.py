"""What the server tells the drafts in a browser (static/js/drafts.js), and where a person finds their form again.

The browser alone keeps what was typed; it does not know whether a request was stored. docs/decisions/0020 says why the
answer is a cookie.
"""

from urllib.parse import quote, urlsplit
from zlib import crc32

from django.conf import settings
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

COOKIE = "drafts-{:08x}"  # one for each thing told: of two forms sent at once, in two windows, both are heard of
SECONDS = 60  # from an answer to the page that it leads to


def tell_drafts(get_response):
    """Middleware: after a POST a short-lived cookie says `stored:<path>`, or `gone:<user>` when somebody signed out.

    What was stored leads on to another page: nothing is said where the form comes back, where it came too late or was
    refused, where one must sign in first, or of what a script asks for.
    """

    def answered(request):
        if request.method != "POST":
            return get_response(request)
        before = request.user.pk
        response = get_response(request)
        told = ""
        if before and not request.user.is_authenticated:
            told = f"gone:{before}"
        elif 300 <= response.status_code < 400 and not _asks_to_sign_in(response):
            told = f"stored:{request.path}"
        if told:
            secure = settings.SESSION_COOKIE_SECURE
            name = COOKIE.format(crc32(told.encode()))
            response.set_cookie(name, quote(told, safe=""), max_age=SECONDS, samesite="Lax", secure=secure)
        return response

    return answered


def _asks_to_sign_in(response):
    return urlsplit(response.get("Location", "")).path == resolve_url(settings.LOGIN_URL)


def page_of_form(request):
    """The address of the page that a POST came from, as a path of this site; that of the request where it is not told.

    Some forms are sent to addresses that only take them: whoever was signed out meanwhile could not come back there.
    """
    page = request.headers.get("referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return request.get_full_path()
    parts = urlsplit(page)
    # two slashes at the beginning would name another host
    return "/" + parts.path.lstrip("/") + (f"?{parts.query}" if parts.query else "")
