from django.apps import AppConfig
from django.forms import Field

# Django's own words for what is missing are a programmer's (这个字段是必填项); every form says what to do. Set before
# any form is read: a field takes its words when it is made, and the admin site reads forms before any `ready`.
Field.default_error_messages = Field.default_error_messages | {"required": "请填写或选择。"}


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = "账号与岗位"
