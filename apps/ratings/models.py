"""Receipts: what proposers say of the replies they got. The rules are in workflow.py."""

from django.db import models
from django.db.models import Q

from apps.accounts.models import User
from apps.proposals.models import Case, Proposer, Rating
from apps.replies.models import Reply

from . import workflow
from .workflow import ReceiptState


class Receipt(models.Model):
    """The receipt (回执) that one proposer is asked for on one issued reply. Units and office never touch it."""

    WORKFLOW = workflow.RECEIPT
    READ_WITH = ("case__proposal__session", "case__unit", "reply", "rating")

    case = models.ForeignKey(Case, models.PROTECT, related_name="receipts", verbose_name="承办件")
    reply = models.ForeignKey(
        Reply, models.PROTECT, null=True, blank=True, related_name="receipts", verbose_name="答复"
    )  # none only while parked: the form came before its reply was recorded
    proposer = models.ForeignKey(Proposer, models.PROTECT, related_name="receipts", verbose_name="提案者")
    state = models.CharField("状态", max_length=20, choices=ReceiptState.choices, default=ReceiptState.AWAITED)
    due_on = models.DateField("反馈期限", null=True, blank=True)
    due_basis = models.JSONField("期限依据", default=dict)
    rating = models.ForeignKey(Rating, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="评价")
    attitude = models.ForeignKey(
        Rating, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理态度"
    )  # where the session asks for two ratings; `rating` is then that of the result
    comment = models.TextField("意见", blank=True)
    received_on = models.DateField("回执日期", null=True, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_on = models.DateField("确认日期", null=True, blank=True)
    reminders = models.PositiveSmallIntegerField("催收次数", default=0)
    reminded_on = models.DateField("最近催收", null=True, blank=True)
    returns = models.PositiveSmallIntegerField("退回补正次数", default=0)  # a link from before is dead: links.py
    is_imported = models.BooleanField("补录", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "回执"
        ordering = ("reply_id", "proposer_id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReceiptState.values), name="receipt_state_is_known"),
            models.UniqueConstraint(fields=("reply", "proposer"), name="one_receipt_a_reply_and_proposer"),
            models.CheckConstraint(
                condition=Q(state=ReceiptState.AWAITED, rating=None)
                | (~Q(state=ReceiptState.AWAITED) & Q(rating__isnull=False)),
                name="returned_receipts_have_a_rating",
            ),
            models.CheckConstraint(
                condition=Q(state=ReceiptState.PARKED, reply=None)
                | (~Q(state=ReceiptState.PARKED) & Q(reply__isnull=False)),
                name="only_parked_receipts_have_no_reply",
            ),
            models.UniqueConstraint(
                fields=("case", "proposer"), condition=Q(reply=None), name="one_parked_receipt_a_case_and_proposer"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{step}_at": None, f"{step}_by": None})
                    | Q(**{f"{step}_at__isnull": False, f"{step}_by__isnull": False}),
                    name=f"receipt_{step}_is_whole",
                )
                for step in ("entered", "confirmed")
            ),
        ]

    def __str__(self):
        return f"{self.proposer}的回执"

    @property
    def workflow_proposal(self):
        return self.case.proposal

    @property
    def workflow_case(self):
        return self.case

    @property
    def is_dissatisfied(self):
        """Whether it says 不满意 by the session's rule, with the attitude where that counts too."""
        rated = [self.rating]
        if self.case.proposal.session.attitude_counts:
            rated.append(self.attitude)
        return any(rating is not None and rating.is_dissatisfied for rating in rated)

    @property
    def is_by_proposer(self):
        """Filled in by the proposer's own hand through the link: nobody entered it."""
        return self.rating_id is not None and self.entered_by_id is None and not self.is_imported

    @property
    def is_over(self):
        """Of a void reply, or of a case that was given to another unit: its proposer is asked anew."""
        return self.case.is_over or (self.reply is not None and self.reply.is_over)

    @property
    def stamp(self):
        """See Proposal.stamp."""
        return f"{self.state}.{self.entered_at}.{self.reminders}.{self.returns}"
