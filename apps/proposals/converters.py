"""What may stand in an address where a session is named."""

from django.urls import register_converter


class SessionKey:
    """A session's key such as `9-4`, whatever the office calls it; never NUL, which PostgreSQL cannot look up."""

    regex = r"[^/\x00]+"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return str(value)


register_converter(SessionKey, "session")
