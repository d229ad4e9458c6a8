"""The rows of sessions as they are stored, read in four queries into small frozen pieces that know no database."""

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Case as Choice
from django.db.models import When
from django.db.models.functions import Coalesce

from apps.proposals.models import Case, Proposal
from apps.proposals.workflow import ANSWERING
from apps.ratings.models import Receipt
from apps.ratings.queries import DISSATISFIED
from apps.replies.models import Reply
from apps.replies.workflow import ReplyState

NO_CATEGORY = "未分类"
LAST_PLACE = 2_000_000_000  # in order: what has no category comes last


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    state: str
    rating: str  # "" until the receipt came back
    rank: int  # of the rating, 0 the best
    is_dissatisfied: bool
    received_on: datetime.date | None
    confirmed_on: datetime.date | None


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """An issued reply; supplementary ones (补充答复), which ask for no receipt, count for nothing."""

    pk: int
    round: int
    issued_on: datetime.date | None
    due_on: datetime.date | None
    class_code: str  # "" where an imported ledger gave none
    class_rank: int
    current_code: str  # what its class has become since by promises kept, else the class itself
    current_rank: int
    receipts: tuple[ReceiptRow, ...]


@dataclass(frozen=True, slots=True)
class CaseRow:
    pk: int
    unit: str
    unit_order: int
    is_answering: bool
    state: str
    round: int
    assigned_on: datetime.date
    accepted_on: datetime.date | None
    closed_on: datetime.date | None
    ended_on: datetime.date | None
    replies: tuple[ReplyRow, ...]  # issued ones, by round


@dataclass(frozen=True, slots=True)
class ProposalRow:
    pk: int
    number: str
    title: str
    state: str
    is_key: bool
    kind: str  # 大会 or 平时
    category: str
    category_order: int
    theme: str
    received_on: datetime.date | None
    assigned_on: datetime.date | None
    ended_on: datetime.date | None
    is_secret: bool
    cases: tuple[CaseRow, ...]


def load(sessions, among=None):
    """Session id → its ProposalRows by number. `among`: a queryset of Proposal to keep to."""
    proposals = Proposal.objects.filter(session__in=sessions)
    if among is not None:
        proposals = proposals.filter(pk__in=among.order_by().values("pk"))
    cases = _cases(proposals)
    columns = proposals.order_by("number_order", "number").values_list(
        "session_id",
        "pk",
        "number",
        "title",
        "state",
        "is_key",
        "kind",
        "category__name",
        "category__order",
        "category__theme",
        "received_on",
        "assigned_on",
        "ended_on",
        "is_secret",
    )
    found = defaultdict(list)
    for (
        session_id,
        pk,
        number,
        title,
        state,
        is_key,
        kind,
        category,
        order,
        theme,
        received_on,
        assigned_on,
        ended_on,
        is_secret,
    ) in columns:
        row = ProposalRow(
            pk=pk,
            number=number,
            title=title,
            state=state,
            is_key=is_key,
            kind=Proposal.Kind(kind).label,
            category=category or NO_CATEGORY,
            category_order=LAST_PLACE if order is None else order,
            theme=theme or "",
            received_on=received_on,
            assigned_on=assigned_on,
            ended_on=ended_on,
            is_secret=is_secret,
            cases=tuple(cases[pk]),
        )
        found[session_id].append(row)
    return found


def _cases(proposals):
    """Proposal id → its CaseRows in the units' order."""
    cases = Case.objects.filter(proposal__in=proposals.order_by().values("pk"))
    replies, found = _replies(cases), defaultdict(list)
    for proposal_id, pk, unit, order, role, *columns in cases.order_by("unit__order", "pk").values_list(
        "proposal_id",
        "pk",
        "unit__name",
        "unit__order",
        "role",
        "state",
        "round",
        "assigned_on",
        "accepted_on",
        "closed_on",
        "ended_on",
    ):
        found[proposal_id].append(CaseRow(pk, unit, order, role in ANSWERING, *columns, tuple(replies[pk])))
    return found


def _replies(cases):
    """Case id → its issued ReplyRows by round."""
    issued = Reply.objects.filter(
        state=ReplyState.ISSUED, is_supplementary=False, case__in=cases.order_by().values("pk")
    )
    receipts, found = _receipts(issued), defaultdict(list)
    now = Coalesce("current_class__code", "result_class__code"), Coalesce("current_class__rank", "result_class__rank")
    for case_id, pk, *days, code, rank, code_now, rank_now in issued.order_by("round", "pk").values_list(
        "case_id", "pk", "round", "issued_on", "due_on", "result_class__code", "result_class__rank", *now
    ):
        classes = code or "", rank or 0, code_now or "", rank_now or 0
        found[case_id].append(ReplyRow(pk, *days, *classes, tuple(receipts[pk])))
    return found


def _receipts(replies):
    """Reply id → its ReceiptRows; what is 不满意 is said as Receipt.is_dissatisfied says it."""
    found = defaultdict(list)
    receipts = Receipt.objects.filter(reply__in=replies.order_by().values("pk"))
    receipts = receipts.annotate(dissatisfied=Choice(When(DISSATISFIED, then=True), default=False))
    for reply_id, state, rating, rank, is_dissatisfied, received_on, confirmed_on in receipts.order_by(
        "pk"
    ).values_list("reply_id", "state", "rating__name", "rating__rank", "dissatisfied", "received_on", "confirmed_on"):
        found[reply_id].append(ReceiptRow(state, rating or "", rank or 0, is_dissatisfied, received_on, confirmed_on))
    return found
