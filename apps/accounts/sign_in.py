"""Where a sign-in comes from, for the lockout after repeated failures."""

from django.conf import settings


def client_address(request):
    """The client's address: the one our own proxy saw, where there is one, else the peer's."""
    if settings.BEHIND_PROXY:
        seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip()
        if seen:
            return seen
    return request.META.get("REMOTE_ADDR", "")
