"""The draft of who handles what in a session (分办方案), what units say to it, and how it was assigned in one go.

A draft is no state of a proposal: until it is assigned, a proposal waits to be assigned, whatever the draft says.
"""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.accounts.models import User
from apps.proposals.models import Proposal, Session
from apps.proposals.workflow import CaseRole
from apps.units.models import Unit


class AllocationDraft(models.Model):
    """The draft of a session's allocation. While it is shared, units see their own lines and may answer (征求意见)."""

    session = models.OneToOneField(Session, models.PROTECT, related_name="allocation", verbose_name="届次")
    shared_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    shared_at = models.DateTimeField(null=True)
    answer_by_on = models.DateField("请于何日前反馈", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "分办方案"
        constraints = [
            models.CheckConstraint(
                condition=Q(shared_at=None, shared_by=None, answer_by_on=None)
                | Q(shared_at__isnull=False, shared_by__isnull=False, answer_by_on__isnull=False),
                name="allocation_sharing_is_whole",
            )
        ]

    def __str__(self):
        return f"{self.session}分办方案"

    def get_absolute_url(self):
        return reverse("allocation:draft", args=[self.session.key])

    @property
    def is_shared(self):
        return self.shared_at is not None


class Line(models.Model):
    """What the draft says of one proposal. Without parts it says nothing (any more); assigned, it is kept as it was."""

    draft = models.ForeignKey(AllocationDraft, models.CASCADE, related_name="lines")
    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="allocation_lines", verbose_name="提案")
    note = models.TextField("备注", blank=True)
    version = models.PositiveIntegerField(default=1)  # counts the changes: nobody overwrites what they did not see
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    assigned_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "分办方案的提案"
        constraints = [
            models.UniqueConstraint(
                fields=("proposal",), condition=Q(assigned_at=None), name="one_open_line_a_proposal"
            )
        ]

    def __str__(self):
        return f"{self.proposal}"

    @property
    def roles(self):
        """[(Unit, CaseRole)], the lead first."""
        return [(part.unit, CaseRole(part.role)) for part in self.parts.all()]


class Part(models.Model):
    """A unit on a line."""

    line = models.ForeignKey(Line, models.CASCADE, related_name="parts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="承办单位")
    role = models.CharField("分工", max_length=20, choices=CaseRole.choices)

    class Meta:
        verbose_name = verbose_name_plural = "拟办单位"
        ordering = ("line_id", "pk")
        constraints = [
            models.UniqueConstraint(fields=("line", "unit"), name="unit_once_on_a_line"),
            models.CheckConstraint(condition=Q(role__in=CaseRole.values), name="part_role_is_known"),
        ]

    def __str__(self):
        return f"{self.get_role_display()}·{self.unit}"


class Answer(models.Model):
    """What a unit said to its part of a line. Never changed: who thinks again answers again, the last counts."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="answers")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="承办单位")
    role = models.CharField("分工", max_length=20, choices=CaseRole.choices)  # what it was asked for
    agrees = models.BooleanField("同意")
    reason = models.TextField("理由", blank=True)
    suggested_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="建议承办单位"
    )
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "分办意见"
        ordering = ("line_id", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=CaseRole.values), name="answer_role_is_known"),
            models.CheckConstraint(condition=Q(agrees=True) | ~Q(reason=""), name="objections_have_a_reason"),
        ]


class Assignment(models.Model):
    """Lines of a draft assigned in one go (一次交办), each for itself: its outcomes tell what became of each."""

    draft = models.ForeignKey(AllocationDraft, models.PROTECT, related_name="assignments")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "一次交办"
        ordering = ("-made_at", "-pk")

    def get_absolute_url(self):
        return reverse("allocation:assigned", args=[self.draft.session.key, self.pk])


class Outcome(models.Model):
    """What became of a line that was to be assigned: done, or why not."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="outcomes")
    line = models.ForeignKey(Line, models.PROTECT, related_name="outcomes")
    why_not = models.TextField("没有交办的原因", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "交办结果"
        ordering = ("assignment_id", "pk")
        constraints = [models.UniqueConstraint(fields=("assignment", "line"), name="one_outcome_a_line")]
