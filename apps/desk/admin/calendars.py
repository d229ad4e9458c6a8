"""The working calendar: a year's holidays and make-up days as the State Council's notice lists them."""

import datetime
import re

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError

from apps.calendars.models import CalendarDay, CalendarYear
from apps.calendars.operations import revise_year

from .access import OfficeOnly, changes_of

LINE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\s+(放假|上班)\s+(\S.*)")
LABELS = {True: "上班", False: "放假"}


def as_lines(days):
    return "\n".join(f"{day:%Y-%m-%d} {LABELS[is_working]} {name}" for day, is_working, name in days)


class YearForm(forms.ModelForm):
    """A year and its exceptions, one a line, so that a notice can be entered in one go."""

    days = forms.CharField(
        label="放假与调休",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 24, "cols": 40}),
        help_text="一行一天，只写与平常不同的日子：平日放假，周末上班。如 2026-04-06 放假 清明节",
    )

    class Meta:
        model = CalendarYear
        fields = ("year", "source")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            known = CalendarDay.objects.filter(day__year=self.instance.year).order_by("day")
            self.initial["days"] = as_lines(known.values_list("day", "is_working", "name"))

    def clean(self):
        data = super().clean()
        year = self.instance.year if self.instance.pk else data.get("year")
        if year and not 1990 <= year <= 2100:
            self.add_error("year", "年份应在 1990 至 2100 之间。")
        elif year and "days" in data:
            days, wrong = read_days(data["days"], year)
            for message in wrong:
                self.add_error("days", message)
            data["rows"] = days
        return data


def read_days(text, year):
    """([(day, is_working, name)], [what is wrong with which line]) of the lines of a year."""
    found, wrong = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = LINE.fullmatch(line.strip())
        try:
            day = datetime.date(*map(int, match.groups()[:3])) if match else None
        except ValueError:
            day = None
        if day is None:
            wrong.append(f"第{number}行“{line.strip()[:40]}”看不懂，应如 {year}-04-06 放假 清明节。")
            continue
        row = CalendarDay(day=day, is_working=match[4] == "上班", name=match[5].strip())
        try:
            row.clean()
            row.clean_fields(exclude=("id",))
        except ValidationError as refused:
            wrong.append(f"第{number}行“{line.strip()[:40]}”：{''.join(refused.messages)}")
            continue
        if day.year != year:
            wrong.append(f"第{number}行{day:%Y-%m-%d}不在{year}年。")
        elif day in found:
            wrong.append(f"第{number}行{day:%Y-%m-%d}前面已有一行。")
        found[day] = (row.is_working, row.name)
    return [(day, *rest) for day, rest in sorted(found.items())], wrong


@admin.register(CalendarYear)
class CalendarYearAdmin(OfficeOnly, admin.ModelAdmin):
    form = YearForm
    list_display = ("year", "version", "source")
    ordering = ("-year",)
    list_per_page = 60
    show_full_result_count = False

    def get_fields(self, request, obj=None):
        return ("year", "version", "source", "days") if obj else ("year", "source", "days")

    def get_readonly_fields(self, request, obj=None):
        return ("year", "version") if obj else ()

    def changes(self, form, formsets):
        """Of the days only those that came or went: the notice itself is long."""
        data = changes_of(form, formsets)
        data.get("changed", {}).pop(form.fields["days"].label, None)
        before = set(form.initial.get("days", "").splitlines())
        after = set(as_lines(form.cleaned_data["rows"]).splitlines())
        data |= {"added": sorted(after - before), "removed": sorted(before - after)}
        data = {name: value for name, value in data.items() if value}
        return data | {"version": form.instance.version} if data else {}

    def save_model(self, request, obj, form, change):
        """Through the calendar's own operation, which gives changed days a new version."""
        before = obj.version
        stored = revise_year(obj.year, form.cleaned_data["rows"], source=obj.source)
        obj.pk, obj.version = stored.pk, stored.version
        obj._state.adding = False
        if obj.version != before:
            messages.info(request, f"{obj.year}年日历现为{obj.version}版；已算定的期限不变，今后的期限按此计算。")
