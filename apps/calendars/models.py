from django.core.exceptions import ValidationError
from django.db import models


class CalendarYear(models.Model):
    """A year whose holidays the State Council has published; any other year counts Monday to Friday."""

    year = models.PositiveSmallIntegerField("年份", unique=True)
    version = models.CharField("版本", max_length=20, help_text="例如 2020-1；放假安排有调整时改为 2020-2")
    source = models.CharField("来源", max_length=200, blank=True)

    class Meta:
        verbose_name = "工作日历年度"
        verbose_name_plural = "工作日历年度"
        ordering = ["year"]

    def __str__(self):
        return f"{self.year}年（{self.version}）"


class CalendarDay(models.Model):
    """An exception to Monday–Friday: a holiday on a weekday, or a make-up working day (调休) on a weekend."""

    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("上班", help_text="周末调休上班为“是”，平日放假为“否”")
    name = models.CharField("名称", max_length=60, help_text="例如 清明节")

    class Meta:
        verbose_name = "放假与调休"
        verbose_name_plural = "放假与调休"
        ordering = ["day"]

    def __str__(self):
        return (
            f"{self.day.year}年{self.day.month}月{self.day.day}日{self.name}{'调休上班' if self.is_working else '放假'}"
        )

    def clean(self):
        if self.day and self.is_working == (self.day.weekday() < 5):
            raise ValidationError("只登记与平常不同的日子：平日放假，或周末上班。")
