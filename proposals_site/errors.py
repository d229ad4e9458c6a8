"""What the page of an error, which DEBUG shows to everybody, leaves out."""

import re

from django.views.debug import SafeExceptionReporterFilter


class AddressesHidden(SafeExceptionReporterFilter):
    """Besides what Django hides, settings that are an address with a password in it (DATABASE_URL, MEDIA_URL_S3 …)."""

    hidden_settings = re.compile(f"{SafeExceptionReporterFilter.hidden_settings.pattern}|_URL", re.IGNORECASE)
