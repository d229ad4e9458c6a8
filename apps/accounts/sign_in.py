"""Where a sign-in comes from, for the lockout after repeated failures; what a password must be."""

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.contrib.auth.views import redirect_to_login

from .drafts import page_of_form


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


class SignInRequired(LoginRequiredMiddleware):
    """Django's rule; who was signed out while writing comes back to the page of the form, where the text is kept."""

    def handle_no_permission(self, request, view_func):
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        field = self.get_redirect_field_name(view_func)
        return redirect_to_login(page_of_form(request), self.get_login_url(view_func), field)
