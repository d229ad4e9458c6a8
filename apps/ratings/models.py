"""Receipts: what proposers say of the replies they got. The rules are in workflow.py."""

from django.db import models
from django.db.models import Q

from apps.accounts.models import User
from apps.proposals.models import Attachment, Proposer, Rating
from apps.replies.models import Reply

from . import workflow
from .workflow import ReceiptState


class Receipt(models.Model):
    """The receipt (回执) that one proposer is asked for on one issued reply. Units and office never touch it."""

    WORKFLOW = workflow.RECEIPT
    READ_WITH = ("reply__case__proposal__session", "reply__case__unit", "rating")

    reply = models.ForeignKey(Reply, models.PROTECT, related_name="receipts", verbose_name="答复")
    proposer = models.ForeignKey(Proposer, models.PROTECT, related_name="receipts", verbose_name="提案者")
    state = models.CharField("状态", max_length=20, choices=ReceiptState.choices, default=ReceiptState.AWAITED)
    due_on = models.DateField("反馈期限", null=True, blank=True)
    due_basis = models.JSONField("期限依据", default=dict)
    rating = models.ForeignKey(Rating, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="评价")
    comment = models.TextField("意见", blank=True)
    received_on = models.DateField("回执日期", null=True, blank=True)
    scan = models.OneToOneField(Attachment, models.PROTECT, null=True, blank=True, related_name="receipt")
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_on = models.DateField("确认日期", null=True, blank=True)
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
        return self.reply.case.proposal

    @property
    def workflow_case(self):
        return self.reply.case

    @property
    def stamp(self):
        """See Proposal.stamp."""
        return f"{self.state}.{self.entered_at}"
