"""The government office's part of the admin site: reference data and the proposals."""

from . import calendars, proposals, reference

__all__ = ["calendars", "proposals", "reference"]
