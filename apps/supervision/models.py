"""Yellow and red cards (黄牌、红牌) for units that let a deadline pass. The rules are in workflow.py."""

from django.db import models
from django.db.models import Q

from apps.accounts.models import User
from apps.proposals.models import Attachment, Case, Session

from . import workflow
from .workflow import LIVE_CARDS, CardState


class Card(models.Model):
    """A card of one case: proposed by rule or issued by the office, answered by the unit, lifted by the office."""

    WORKFLOW = workflow.CARD
    READ_WITH = ("case__proposal__session", "case__unit")

    class Colour(models.TextChoices):
        YELLOW = "yellow", "黄牌"
        RED = "red", "红牌"

    class Rule(models.TextChoices):
        """What was not done in time; the first three are those of proposals.queries.overdue_by_rule."""

        ACCEPT = "accept", "逾期未签收"
        OPINION = "opinion", "逾期未提会办意见"
        REPLY = "reply", "逾期未答复"
        OTHER = "other", "其他"

    session = models.ForeignKey(Session, models.PROTECT, related_name="+")  # whose series numbers it
    case = models.ForeignKey(Case, models.PROTECT, related_name="cards", verbose_name="承办件")
    round = models.PositiveSmallIntegerField("轮次")
    colour = models.CharField("黄牌或红牌", max_length=10, choices=Colour.choices)
    state = models.CharField("状态", max_length=20, choices=CardState.choices)
    rule = models.CharField("违反的规则", max_length=20, choices=Rule.choices)
    due_on = models.DateField("错过的期限", null=True, blank=True)
    reason = models.TextField("事由")
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", verbose_name="原黄牌"
    )
    proposed_on = models.DateField("拟发日期", null=True, blank=True)  # empty: the office issued it by itself
    number = models.CharField("编号", max_length=40, blank=True)
    serial = models.PositiveIntegerField(null=True)  # its place in the session's series of its colour
    leader_consent = models.CharField("领导同意的情况", max_length=500, blank=True)
    issued_on = models.DateField("发牌日期", null=True, blank=True)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    objection = models.TextField("申辩", blank=True)
    objected_at = models.DateTimeField(null=True)  # last
    answer = models.TextField("整改反馈", blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    ended_on = models.DateField("摘牌或撤销日期", null=True, blank=True)
    ruling = models.TextField("摘牌或撤销的说明", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "黄牌红牌"
        ordering = ("case_id", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CardState.values), name="card_state_is_known"),
            models.CheckConstraint(condition=Q(colour__in=("yellow", "red")), name="card_colour_is_known"),
            models.CheckConstraint(
                condition=Q(rule__in=("accept", "opinion", "reply", "other")), name="card_rule_is_known"
            ),
            models.UniqueConstraint(
                fields=("case", "rule", "round", "colour"),
                condition=Q(state__in=LIVE_CARDS) & ~Q(rule="other"),
                name="one_live_card_a_rule",
            ),
            models.UniqueConstraint(
                fields=("session", "colour", "serial"), condition=Q(serial__isnull=False), name="card_number_unique"
            ),
            models.CheckConstraint(
                condition=Q(issued_on=None, issued_by=None, serial=None, number="")
                | (Q(issued_on__isnull=False, issued_by__isnull=False, serial__isnull=False) & ~Q(number="")),
                name="card_issue_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(CardState.ISSUED, CardState.ANSWERED, CardState.LIFTED))
                | Q(issued_on__isnull=False),
                name="only_issued_cards_go_on",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="card_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(colour="yellow") | Q(issued_on=None) | ~Q(leader_consent=""),
                name="no_red_card_without_consent",
            ),
            models.CheckConstraint(condition=Q(follows=None) | Q(colour="red"), name="only_red_cards_follow"),
        ]

    def __str__(self):
        return self.number or self.get_colour_display()

    @property
    def workflow_proposal(self):
        return self.case.proposal

    @property
    def workflow_case(self):
        return self.case

    @property
    def is_over(self):
        """See Reply.is_over."""
        return self.case.is_over

    @property
    def paper_owner(self):
        """Of what the office entered for the unit (代录): the secretariat sees the case's papers, but no cards."""
        return Attachment.Owner.CARD, self.pk

    @property
    def is_red(self):
        return self.colour == self.Colour.RED

    @property
    def stamp(self):
        """See Proposal.stamp."""
        return f"{self.state}.{self.objected_at}"
