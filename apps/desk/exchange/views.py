"""Pages on which workbooks come in and go out."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.queries import standing_of


def standing_for_exchange(request):
    """The Standing of a user who may exchange workbooks at all, else 403."""
    standing = standing_of(request.user, timezone.localdate())
    if not (standing.is_office or standing.is_secretariat):
        raise PermissionDenied("导入导出供区政府办公室和区政协提案委使用。")
    return standing


@require_GET
def home(request):
    standing = standing_for_exchange(request)
    return render(request, "exchange/home.html", {"standing": standing})
