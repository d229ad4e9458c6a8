from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "apps.calendars"
    verbose_name = "工作日历"
