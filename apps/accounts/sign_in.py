"""Where a sign-in comes from, for the lockout after repeated failures; what a password must be."""

from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator


class LongEnough(MinimumLengthValidator):
    """Django's rule, whose refusal is not translated in this version."""

    def get_error_message(self):
        return f"密码太短，至少要有{self.min_length}个字符。"


def client_address(request):
    """The client's address: the one our own proxy saw, where there is one, else the peer's."""
    if settings.BEHIND_PROXY:
        seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip()
        if seen:
            return seen
    return request.META.get("REMOTE_ADDR", "")
