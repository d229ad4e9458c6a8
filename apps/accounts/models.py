"""Users, the posts that say what they may do, and the leaders who stand in for one another."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from apps.units.models import Leader, Unit


class User(AbstractUser):
    """A person who signs in. What they may do comes from their posts alone, never from groups or flags."""

    class Theme(models.TextChoices):
        SYSTEM = "system", "跟随系统"
        LIGHT = "light", "浅色"
        DARK = "dark", "深色"

    class TextSize(models.TextChoices):
        NORMAL = "normal", "标准"
        LARGE = "large", "大"
        LARGEST = "largest", "特大"

    first_name = None
    last_name = None
    display_name = models.CharField("姓名", max_length=40)
    theme = models.CharField("颜色", max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    text_size = models.CharField("文字大小", max_length=10, choices=TextSize.choices, default=TextSize.NORMAL)

    class Meta:
        verbose_name = verbose_name_plural = "用户"

    def __str__(self):
        return self.display_name or self.username

    def get_full_name(self):
        return str(self)

    def get_short_name(self):
        return str(self)


class Post(models.Model):
    """A post (岗位) held by a user from a day to a day."""

    class Kind(models.TextChoices):
        OFFICE = "office", "区政府办公室"
        OFFICE_HEAD = "office_head", "区政府办公室负责人"
        UNIT_CLERK = "unit_clerk", "承办单位经办人"
        UNIT_HEAD = "unit_head", "承办单位负责人"
        LEADER = "leader", "区政府领导"
        SECRETARIAT = "secretariat", "区政协提案委"
        AUDITOR = "auditor", "安全审计员"
        SYSTEM_ADMIN = "system_admin", "系统管理员"

    user = models.ForeignKey(User, models.CASCADE, related_name="posts", verbose_name="用户")
    kind = models.CharField("岗位", max_length=20, choices=Kind.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name="承办单位")
    leader = models.ForeignKey(Leader, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name="领导")
    from_on = models.DateField("任职自", null=True, blank=True)
    until_on = models.DateField("任职至", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "岗位"
        ordering = ("user", "kind")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=("unit_clerk", "unit_head"), unit__isnull=False)
                | (~Q(kind__in=("unit_clerk", "unit_head")) & Q(unit__isnull=True)),
                name="post_has_unit_iff_of_unit",
            ),
            models.CheckConstraint(
                condition=Q(kind="leader", leader__isnull=False) | (~Q(kind="leader") & Q(leader__isnull=True)),
                name="post_has_leader_iff_leader",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=(
                        "office",
                        "office_head",
                        "unit_clerk",
                        "unit_head",
                        "leader",
                        "secretariat",
                        "auditor",
                        "system_admin",
                    )
                ),
                name="post_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(from_on=None) | Q(until_on__gte=F("from_on")),
                name="post_ends_after_it_begins",
            ),
        ]

    def __str__(self):
        if self.unit:
            return f"{self.unit} {'负责人' if self.kind == self.Kind.UNIT_HEAD else '经办人'}"
        if self.leader:
            return f"{self.leader.title or '领导'} {self.leader}"
        return self.get_kind_display()


class Delegation(models.Model):
    """From a day to a day one leader signs and follows up in place of another (委托), who is away or ill.

    From leader to leader, not to a person: whoever holds the delegate's post acts. Never deleted; one that is ended
    early keeps the days it was meant for, and `ended_on`, the first day on which it no longer stands.
    """

    principal = models.ForeignKey(Leader, models.PROTECT, related_name="delegations", verbose_name="委托的领导")
    delegate = models.ForeignKey(Leader, models.PROTECT, related_name="delegated", verbose_name="受托的领导")
    from_on = models.DateField("自")
    until_on = models.DateField("至")
    reason = models.CharField("事由", max_length=200)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_on = models.DateField("提前终止日期", null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "委托"
        ordering = ("-from_on", "-pk")
        constraints = [
            models.CheckConstraint(condition=~Q(principal=F("delegate")), name="nobody_delegates_to_themselves"),
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="delegation_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_by=None, ended_at=None)
                | Q(ended_on__isnull=False, ended_by__isnull=False, ended_at__isnull=False),
                name="delegation_end_is_whole",
            ),
        ]

    def __str__(self):
        return f"{self.principal}→{self.delegate}"
