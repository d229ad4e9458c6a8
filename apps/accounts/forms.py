"""Forms of delegations and of the own display. Field names are the operations' parameter names."""

import datetime

from django import forms
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.core.validators import MaxValueValidator, MinValueValidator

from apps.units.models import Leader

from .models import User

FIRST_DAY, LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)
UNLIKELY = f"日期应在{FIRST_DAY.year}年至{LAST_DAY.year}年之间，请核对年份。"


class SignInForm(AuthenticationForm):
    """登录. A name longer than any that there is goes no further: those that fail are counted by it, in a column."""

    username = UsernameField(
        max_length=User._meta.get_field("username").max_length,
        widget=forms.TextInput({"autofocus": True}),
        error_messages={"max_length": "没有这么长的用户名，请核对。"},
    )


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


class DayField(forms.DateField):
    """A day that somebody types: a slip in the year is told here, before limits are counted from it."""

    widget = DayInput
    default_validators = (MinValueValidator(FIRST_DAY, UNLIKELY), MaxValueValidator(LAST_DAY, UNLIKELY))


class LeaderField(forms.ModelChoiceField):
    def __init__(self, **kwargs):
        super().__init__(Leader.objects.all(), empty_label="请选择", **kwargs)

    def label_from_instance(self, leader):
        return f"{leader.title} {leader}".strip()


class DelegationForm(forms.Form):
    principal = LeaderField(label="委托的领导", help_text="外出、生病或岗位空缺、不能审签的领导")
    delegate = LeaderField(label="受托的领导", help_text="期间代为审签、督办，看到委托领导所能看到的提案")
    from_on = DayField(label="自", help_text="当天起生效")
    until_on = DayField(label="至", help_text="当天仍有效，次日起自动失效")
    reason = forms.CharField(label="事由", max_length=200, help_text="如 赴外地学习；岗位空缺，区政府办公会议指定")


class EndForm(forms.Form):
    note = forms.CharField(label="提前终止的原因", max_length=200)


class DisplayForm(forms.Form):
    theme = forms.ChoiceField(
        label="颜色",
        choices=User.Theme.choices,
        widget=forms.RadioSelect,
        help_text="“跟随系统”按电脑或手机的设置显示浅色或深色",
    )
    text_size = forms.ChoiceField(
        label="文字大小",
        choices=User.TextSize.choices,
        widget=forms.RadioSelect,
        help_text="所有页面的文字、按钮一起放大",
    )
