"""How a proposal stood on a day, from the dates of what was done to it. Pure functions over rows.

`day` is a date, LAST_DAY for all that is recorded. Where a date is not known, as in past sessions imported from a
ledger, what the stored state says counts on any day.
"""

import datetime
from dataclasses import dataclass

from apps.proposals.models import Session
from apps.proposals.workflow import ENDED_PROPOSALS, PROGRESS, CaseState, ProposalState
from apps.ratings.workflow import ReceiptState

from .rows import CaseRow, ProposalRow, ReceiptRow, ReplyRow

LAST_DAY = datetime.date.max


def by(date, day):
    """Whether something that happened did so by the day; what has no date counts as having happened before."""
    return date is None or date <= day


def issued_replies(case, day):
    """Replies issued by the day, by round."""
    return [reply for reply in case.replies if by(reply.issued_on, day)]


def returned_receipts(reply, day):
    """Receipts that came back by the day, confirmed or waiting to be."""
    found = []
    for receipt in reply.receipts:
        days = [date for date in (receipt.received_on, receipt.confirmed_on) if date]
        if receipt.state != ReceiptState.AWAITED and by(min(days, default=reply.issued_on), day):
            found.append(receipt)
    return found


def confirmed_receipts(reply, day):
    """Receipts that the committee had confirmed by the day."""
    return [
        receipt
        for receipt in reply.receipts
        if receipt.state == ReceiptState.CONFIRMED
        and by(receipt.confirmed_on or receipt.received_on or reply.issued_on, day)
    ]


def ratings_of(case, day):
    """The worst confirmed rating of each rated round, first round first; a list of ReceiptRow, empty when unrated."""
    rounds = [confirmed_receipts(reply, day) for reply in issued_replies(case, day)]
    return [max(receipts, key=lambda receipt: receipt.rank) for receipts in rounds if receipts]


def round_of(case, day):
    """The round that a case was in on the day: a later one begins when a first 不满意 with the one before is confirmed.

    What other proposers are found to say later begins no round (docs/workflow.md, rehandle).
    """
    found = 1
    for later in range(2, case.round + 1):
        before = [reply for reply in case.replies if reply.round == later - 1]
        found_bad = [
            receipt.confirmed_on or receipt.received_on
            for reply in before
            for receipt in reply.receipts
            if receipt.is_dissatisfied and receipt.state == ReceiptState.CONFIRMED
        ]
        own = [reply.issued_on for reply in case.replies if reply.round == later]
        if by(min(filter(None, found_bad or own), default=None), day):
            found = later
    return found


def is_live(case, day):
    return case.assigned_on <= day and (case.ended_on is None or case.ended_on > day)


def is_closed(case, day):
    if case.closed_on:
        return case.closed_on <= day
    return case.state == CaseState.CLOSED


def case_state(case, day):
    """The CaseState of an answering case on the day, from its dates."""
    if is_closed(case, day):
        return CaseState.CLOSED
    issued = issued_replies(case, day)
    if issued and issued[-1].round >= round_of(case, day):
        return CaseState.REPLIED
    accepted = issued or (case.accepted_on and case.accepted_on <= day)
    return CaseState.HANDLING if accepted else CaseState.ASSIGNED


def timed_replies(case, day):
    """Issued replies of which both is known, when they went out and when they were due."""
    return [reply for reply in issued_replies(case, day) if reply.issued_on and reply.due_on]


def is_met(case, day):
    """Whether every reply of the case with both dates known went out in time; without one nobody knows: False."""
    known = timed_replies(case, day)
    return bool(known) and all(reply.issued_on <= reply.due_on for reply in known)


@dataclass(frozen=True, slots=True)
class Fact:
    """How one proposal stood on the day."""

    row: ProposalRow
    is_received: bool  # by the day
    has_ended: bool  # merged, withdrawn or handed back by the day: no longer counted
    live: tuple[CaseRow, ...]
    answering: tuple[CaseRow, ...]  # the live ones that answer the proposer
    state: str  # a ProposalState
    latest: tuple[ReplyRow, ...]  # the latest reply of each answering case, once all have replied; else empty
    class_code: str  # of `latest` by the session's rule; "" while not all have replied, or where none is recorded
    current_code: str  # likewise by what the classes have become since, whatever the day
    is_returned: bool  # every answering case has a receipt that came back
    first_receipt: ReceiptRow | None  # by the same rule, of the cases' first confirmed ones, once all have one
    final_receipt: ReceiptRow | None  # likewise of the latest
    is_rehandled: bool

    @property
    def is_counted(self):
        return self.is_received and not self.has_ended

    @property
    def is_replied(self):
        return bool(self.latest)

    @property
    def first(self):
        """The first rating, "" while there is none."""
        return self.first_receipt.rating if self.first_receipt else ""

    @property
    def final(self):
        """The latest rating, "" while there is none."""
        return self.final_receipt.rating if self.final_receipt else ""

    @property
    def is_offline(self):
        """A secret one, closed without a reply or a receipt that the system may know of."""
        return self.row.is_secret and self.state == ProposalState.CLOSED and not self.latest


def fact_of(row, day, rule=Session.ClassRule.WORST):
    """How a proposal stood on the day. `rule`: which of several answering cases gives its class and ratings."""
    live = tuple(case for case in row.cases if is_live(case, day))
    has_ended = row.state in ENDED_PROPOSALS and _had_ended(row, day)
    answering = tuple(case for case in live if case.is_answering)
    counting = decisive(answering, rule)
    states = [case_state(case, day) for case in answering]
    state = row.state if has_ended else min(states, key=PROGRESS.index, default=ProposalState.RECEIVED)
    issued = [issued_replies(case, day) for case in answering]
    latest = tuple(replies[-1] for replies in issued) if answering and all(issued) else ()
    returned = [any(returned_receipts(reply, day) for reply in replies) for replies in issued]
    ratings = [ratings_of(case, day) for case in answering]
    is_rated = bool(answering) and all(ratings)
    return Fact(
        row=row,
        is_received=bool(live) or by(row.received_on or row.assigned_on, day),
        has_ended=has_ended,
        live=live,
        answering=answering,
        state=str(state),
        latest=latest,
        class_code=_class_of([latest[place] for place in counting] if latest else [], rule, "class"),
        current_code=_class_of([latest[place] for place in counting] if latest else [], rule, "current"),
        is_returned=bool(answering) and all(returned),
        first_receipt=_receipt_of([ratings[place][0] for place in counting], rule) if is_rated else None,
        final_receipt=_receipt_of([ratings[place][-1] for place in counting], rule) if is_rated else None,
        is_rehandled=any(round_of(case, day) > 1 for case in answering),
    )


def _had_ended(row, day):
    """An ended proposal imported from a ledger has no day of its own: that of its cases tells, if there are any."""
    if row.ended_on:
        return row.ended_on <= day
    return all(case.ended_on and case.ended_on <= day for case in row.cases)


def decisive(cases, rule):
    """Places of the cases that give a proposal its class and ratings: all of them, or the one named first."""
    places = range(len(cases))
    if rule == Session.ClassRule.FIRST:
        return sorted(places, key=lambda place: cases[place].pk)[:1]
    return list(places)


def _chosen(found, rule, rank):
    """The worst of what is found, or the best, by the rule."""
    return (min if rule == Session.ClassRule.BEST else max)(found, key=rank)


def _receipt_of(receipts, rule):
    return _chosen(receipts, rule, lambda receipt: receipt.rank)


def _class_of(replies, rule, which):
    """Which: "class" as it was given, "current" as it is now.

    "" where a reply's class is not known: neither the worst nor the best can be told then.
    """
    known = [(getattr(reply, f"{which}_rank"), getattr(reply, f"{which}_code")) for reply in replies]
    if not known or not all(code for _, code in known):
        return ""
    return _chosen(known, rule, lambda one: one[0])[1]
