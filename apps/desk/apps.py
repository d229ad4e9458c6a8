from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "apps.desk"
    verbose_name = "工作台"

    def ready(self):
        """Django's own words for what is missing are a programmer's (这个字段是必填项); every form says what to do."""
        from django.forms import Field

        Field.default_error_messages = Field.default_error_messages | {"required": "请填写或选择。"}
