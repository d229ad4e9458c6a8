"""Handling units, the leaders of the district government, and who answers for which unit."""

from django.db import models
from django.db.models import F, Q


class Unit(models.Model):
    """A body that handles proposals: a bureau, a street office, a state-owned company."""

    name = models.CharField("简称", max_length=60, unique=True)
    full_name = models.CharField("全称", max_length=100, blank=True)
    kind = models.CharField("类别", max_length=20, blank=True)
    contact_name = models.CharField("联系人", max_length=40, blank=True)
    contact_phone = models.CharField("联系电话", max_length=40, blank=True)
    series = models.CharField("机关代字", max_length=30, blank=True, help_text="答复文号用，如 大渡口建委函")
    order = models.PositiveIntegerField("排序", default=0)
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name="承接单位"
    )  # takes over what a dissolved unit has not finished

    class Meta:
        verbose_name = verbose_name_plural = "承办单位"
        ordering = ("order", "name")
        constraints = [
            models.CheckConstraint(
                condition=Q(successor=None) | Q(dissolved_on__isnull=False),
                name="only_dissolved_units_have_a_successor",
            ),
            models.CheckConstraint(condition=~Q(successor=F("pk")), name="no_unit_succeeds_itself"),
        ]

    def __str__(self):
        return self.name


class UnitAlias(models.Model):
    """Another name under which ledgers and letters know a unit."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="aliases", verbose_name="承办单位")
    name = models.CharField("别名", max_length=100, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "单位别名"
        ordering = ("name",)

    def __str__(self):
        return self.name


class Leader(models.Model):
    """A leader of the district government, signing replies or supervising key proposals."""

    name = models.CharField("姓名", max_length=40)
    title = models.CharField("职务", max_length=60, blank=True)
    order = models.PositiveIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "区政府领导"
        ordering = ("order", "name")
        constraints = [models.UniqueConstraint(fields=("name", "title"), name="unique_leader")]

    def __str__(self):
        return self.name


class Portfolio(models.Model):
    """From when to when a leader is in charge (分管) of a unit; one leader a unit at a time."""

    leader = models.ForeignKey(Leader, models.PROTECT, related_name="portfolios", verbose_name="领导")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="portfolios", verbose_name="承办单位")
    from_on = models.DateField("自")
    until_on = models.DateField("至", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "领导分工"
        ordering = ("leader", "unit", "from_on")
        constraints = [
            models.UniqueConstraint(
                fields=("unit",),
                condition=Q(until_on=None),
                name="one_leader_in_charge",
                violation_error_message="该单位已有分管领导，同一天不能有两位；请先到该单位的页面填写前一位的截止日期。",
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="portfolio_ends_after_it_begins",
                violation_error_message="截止日期早于起始日期，请核对。",
            ),
        ]

    def __str__(self):
        return f"{self.leader}—{self.unit}"
