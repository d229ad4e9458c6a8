"""The office's home: what it has to assign, decide, check and chase."""

from dataclasses import replace

from django.db.models import Case as Choice
from django.db.models import Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from apps.notices.queries import with_last_urge
from apps.proposals.models import ExtensionRequest, Proposal, ReturnRequest
from apps.proposals.queries import WAITS_UNTIL, overdue_on
from apps.proposals.workflow import CaseState, ProposalState
from apps.ratings.models import Receipt
from apps.ratings.queries import DISSATISFIED, awaited_receipts
from apps.ratings.workflow import ReceiptState
from apps.replies.models import Commitment
from apps.replies.queries import unattended_on
from apps.replies.workflow import CommitmentState, ReplyState
from apps.supervision.workflow import CardState
from apps.units.models import Portfolio
from apps.units.queries import in_charge_on

from ..queries import vacancy
from .lines import (
    OF_COMMITMENT,
    OF_REPLY,
    card_line,
    live_cases,
    look_at_case,
    reply_line,
    reply_page,
    running_cards,
    running_replies,
)
from .piles import OTHERS, Pile, Press, Rows, Waiting, Way

ORDER = (
    "unassigned", "returns", "extensions", "paper", "review", "unattended", "dissatisfied", "promises",
    "cards-proposed", "cards-answered", "late", "receipts-late", "accepting", "signing", "receipts",
)  # fmt: skip


def rows_of(today):
    return [_received(), _returns(), _extensions(), _replies(today), _cases(today), _commitments(), _cards(),
            _receipts(today)]  # fmt: skip


def _received():
    def line(proposal):
        since = f"{proposal.received_on:%Y-%m-%d}接收" if proposal.received_on else ""
        url = reverse("proposals:act", args=[proposal.pk, "assign"])
        return Waiting(proposal, "确定承办单位并交办", url, "交办", None, since)

    received = Proposal.objects.filter(state=ProposalState.RECEIVED).select_related("session")
    way = Way("到“分办”一次交办", reverse("allocation:newest"))
    pile = Pile("unassigned", "待交办", Q(), line, way=way)
    return Rows(received, (pile,), None, ("received_on", "number_order", "pk"))


def _asked(model):
    """Requests of units that nobody has ruled on."""
    return model.objects.filter(ruled_at=None).select_related(*OF_REPLY)


def _returns():
    def line(request):
        proposal, unit = request.case.proposal, request.case.unit
        return Waiting(proposal, f"{unit}申请退办", proposal.get_absolute_url(), "裁定")

    return Rows(_asked(ReturnRequest), (Pile("returns", "待裁定的退办申请", Q(), line),), None, ("requested_at", "pk"))


def _extensions():
    def line(request):
        proposal, what = request.case.proposal, f"{request.case.unit}申请延至{request.wanted_on:%Y-%m-%d}"
        return Waiting(proposal, what, proposal.get_absolute_url(), "裁定", request.was_due_on)

    pile = Pile("extensions", "待裁定的延期申请", Q(), line)
    return Rows(_asked(ExtensionRequest), (pile,), "was_due_on", ("requested_at", "pk"))


def _replies(today):
    """审签无人: replies that wait for a signature which nobody can give today."""
    in_charge = Portfolio.objects.filter(in_charge_on(today), unit=OuterRef("case__unit"))
    signer = Coalesce("case__named_signer__name", Subquery(in_charge.values("leader__name")[:1]))

    def unattended(reply):
        return reply_line(vacancy(reply.case, reply.signer_name), "处理", _proposal_page)(reply)

    signing = Q(state=ReplyState.LEADER_SIGNOFF)
    return Rows(
        running_replies().annotate(signer_name=signer),
        (
            Pile(
                "paper",
                "待核对的纸签",
                Q(state=ReplyState.PAPER_SIGNED),
                reply_line("请另一人核对领导签字件", "核对", reply_page),
            ),
            Pile(
                "review",
                "待核稿",
                Q(state=ReplyState.OFFICE_REVIEW),
                reply_line("核改或报领导审签", "核稿", reply_page),
            ),
            Pile("unattended", "审签无人", unattended_on(today), unattended),
            Pile("signing", "待领导审签", signing, reply_line("领导审签中", "查看", reply_page), OTHERS),
        ),
        "case__reply_due_on",
    )


def _proposal_page(reply):
    return reply.case.proposal.get_absolute_url()


def _urging(case, today):
    """催办 at once, unless it was done today; of a secret proposal nothing is urged in here."""
    if case.last_urged_on == today:
        return {"since": f"{case.unit.name}，今天已催办"}
    if case.proposal.is_secret:
        return {}
    return {"presses": (Press("催办", reverse("notices:urge"), (("only", str(case.pk)),)),)}


def _cases(today):
    bad = Receipt.objects.filter(
        DISSATISFIED,
        case=OuterRef("pk"),
        reply__round=OuterRef("round"),
        reply__is_supplementary=False,
        state=ReceiptState.CONFIRMED,
    )

    def choose(case):
        what = "答复后仍不满意，请决定再次办理或商定结案"
        return Waiting(case.proposal, what, case.proposal.get_absolute_url(), "处理", None, case.unit.name)

    def late(case):
        what = (
            "未按期签收"
            if case.state == CaseState.ASSIGNED
            else "未按期答复"
            if case.is_answering
            else "未按期提出会办意见"
        )
        return replace(look_at_case(what, "waits_until")(case), **_urging(case, today))

    return Rows(
        with_last_urge(live_cases()),
        (
            Pile("dissatisfied", "不满意待处理", Q(Exists(bad), state=CaseState.REPLIED, round__gt=1), choose),
            Pile("late", "承办单位已超期", overdue_on(today), late),
            Pile(
                "accepting",
                "待单位签收",
                Q(state=CaseState.ASSIGNED),
                look_at_case("等待签收", "waits_until"),
                OTHERS,
            ),
        ),
        WAITS_UNTIL,
    )


def _commitments():
    def line(row):
        what = f"{row.reply.case.unit}已报告进展：{row.text}"
        url = reverse("replies:act_on_commitment", args=[row.pk, "verify"])
        return Waiting(row.reply.case.proposal, what, url, "核实", row.due_on)

    reported = Commitment.objects.filter(state=CommitmentState.REPORTED).select_related(*OF_COMMITMENT)
    return Rows(reported, (Pile("promises", "待核实的承诺", Q(), line),), "due_on")


def _cards():
    def proposed(card):
        url = f"{card.case.proposal.get_absolute_url()}#case-{card.case_id}"
        what = f"拟发{card.get_colour_display()}：{card.get_rule_display()}"
        return Waiting(card.case.proposal, what, url, "决定", card.due_on, card.case.unit.name)

    return Rows(
        running_cards(),
        (
            Pile("cards-proposed", "拟发的黄牌红牌", Q(state=CardState.PROPOSED), proposed),
            Pile(
                "cards-answered",
                "已反馈待摘牌",
                Q(state=CardState.ANSWERED),
                card_line("已反馈整改情况", "摘牌", "lift"),
            ),
        ),
        Choice(When(state=CardState.PROPOSED, then=F("due_on")), default=None),
        (F("answered_at").asc(nulls_first=True), "pk"),
    )


def _receipts(today):
    """Who was asked and has not answered: no rating is told by that."""

    def line(receipt):
        proposal, since = receipt.case.proposal, f"{receipt.case.unit}·{receipt.proposer}"
        what = f"提案者未反馈，已催收{receipt.reminders}次" if receipt.reminders else "提案者未反馈"
        return Waiting(proposal, what, proposal.get_absolute_url(), "查看", receipt.due_on, since)

    return Rows(
        awaited_receipts().select_related(*OF_REPLY, "proposer"),
        (
            Pile("receipts-late", "回执超期未收", Q(due_on__lt=today), line),
            Pile("receipts", "待提案者回执", Q(), line, OTHERS),
        ),
        "due_on",
    )
