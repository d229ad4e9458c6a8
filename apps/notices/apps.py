from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "apps.notices"
    verbose_name = "通知与催办"

    def ready(self):
        from apps.audit.operations import followed_by

        from .operations import tell

        followed_by(tell)
