"""A look at an attachment in the page: page by page, as pictures that we draw; see documents/pdf_pages.py."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_GET

from apps.documents.pdf_pages import NoPicture, page_count, page_picture, picture

from .views import visible_attachment

LARGEST_NUMBER = 100_000  # of a page; more is no page of any file


def _content(attachment):
    try:
        with attachment.file.open("rb") as stored:
            return stored.read()
    except OSError as missing:
        raise NoPicture("没有找到这个文件，不能预览。请联系运维人员。") from missing


def _page_asked(request):
    given = request.GET.get("page", "")
    return min(int(given), LARGEST_NUMBER) if given.isascii() and given.isdecimal() and int(given) else 1


@require_GET
def preview(request, pk):
    """One page of a PDF with the way to the others, to stand in a frame; a sentence where there is none to show."""
    attachment = visible_attachment(request, pk)
    if not attachment.is_pdf:
        raise Http404
    context = {"file": attachment}
    try:
        pages = page_count(_content(attachment))
        number = min(_page_asked(request), pages)
        context |= {"number": number, "pages": pages, "before": number - 1, "after": number + 1}
    except NoPicture as none:
        context["reason"] = str(none)
    return render(request, "proposals/preview.html", context)


@require_GET
def preview_picture(request, pk, number):
    """A page of a PDF, or a picture (its page 1), as a JPEG. It is drawn once for a browser and then asked for again.

    The browser has to ask each time whether it may still show it: who has no right to it any more gets 404.
    """
    attachment = visible_attachment(request, pk)
    if not (attachment.is_pdf or (attachment.is_picture and number == 1)):
        raise Http404
    etag = quote_etag(f"{attachment.sha256[:32]}-{number}")
    if unchanged := get_conditional_response(request, etag=etag):
        return _kept_private(unchanged)
    try:
        content = _content(attachment)
        made = page_picture(content, number) if attachment.is_pdf else picture(content)
    except NoPicture as none:
        return HttpResponse(str(none), content_type="text/plain; charset=utf-8", status=422)
    response = HttpResponse(made, content_type="image/jpeg", headers={"ETag": etag})
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return _kept_private(response)


def _kept_private(response):
    response["Cache-Control"] = "private, no-cache"
    return response
