"""A file as an answer to a browser."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(content, media_type, name, *, as_attachment=True):
    """`content` (bytes) under its name, in any script; without `as_attachment` the browser shows what it can."""
    disposition = content_disposition_header(as_attachment, name)
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": disposition})
