"""The progress line of a proposal, 接收 … 办结, with its days and rounds, and the same for each of its units.

The states are those of docs/workflow.md. A state names what is waited for: 待签收 means that 交办 is done. What
this user may not read (a reply that has not gone out) shows neither a day nor how far it is.
"""

import datetime
from dataclasses import dataclass, field

from django.utils import timezone

from apps.proposals.workflow import ENDED_PROPOSALS, CaseState
from apps.ratings.workflow import ReceiptState
from apps.replies.workflow import ReplyState

STEPS = ("接收", "交办", "签收", "沟通", "拟写答复", "审签", "寄送", "回执", "办结")
ASSIGN, ACCEPT, TALK, WRITE, SIGN, SEND, RECEIPT, CLOSE = range(1, 9)


@dataclass
class Step:
    """A step of the line. `state`: done, current, todo, skipped (passed, nothing recorded) or ended."""

    label: str
    state: str
    day: datetime.date | None = None
    note: str = ""


@dataclass
class Progress:
    """The line of a proposal; `by_unit`: [(panel, steps)] where several units answer; `rounds`: earlier ones told."""

    steps: list[Step]
    by_unit: list = field(default_factory=list)
    rounds: list[str] = field(default_factory=list)
    title: str = ""

    @property
    def current(self):
        """(number, Step) of the step that is under way, None when all is over."""
        return next(((at, step) for at, step in enumerate(self.steps, 1) if step.state == "current"), None)


def progress_of(proposal, panels):
    """The Progress of a proposal as this user may know it; of several units the least advanced one counts."""
    answering = [panel for panel in panels if panel.case.is_answering and panel.case.state != CaseState.ENDED]
    if proposal.state in ENDED_PROPOSALS:
        return Progress(_ended(proposal))
    if not answering:
        return Progress(_line(ASSIGN, [proposal.received_on, *[None] * CLOSE]))
    known = [(panel, _reached(panel), _days(proposal, panel)) for panel in answering]
    reached = min(at for _, at, _ in known)
    days = [_last([days[step] for _, _, days in known]) for step in range(len(STEPS))]
    steps = _line(reached, days, known[0][0] if len(known) == 1 else None)
    latest = max(panel.case.round for panel in answering)
    return Progress(
        steps,
        by_unit=[(panel, _line(at, days, panel)) for panel, at, days in known] if len(known) > 1 else [],
        rounds=[told for panel in answering for told in _earlier_rounds(panel, len(known) > 1)],
        title="" if latest == 1 else "二次办理" if latest == 2 else f"第{latest}轮办理",
    )


def _ended(proposal):
    """Of an ended proposal only how far it had got before its cases ended is told."""
    steps = [Step(STEPS[0], "done", proposal.received_on)]
    if proposal.assigned_on:
        steps.append(Step(STEPS[ASSIGN], "done", proposal.assigned_on))
    return [*steps, Step(proposal.get_state_display(), "ended", proposal.ended_on)]


def _reached(panel):
    """The step of STEPS that is under way in a case; one past the last when it is closed."""
    case = panel.case
    if case.state in (CaseState.ASSIGNED, CaseState.REPLIED, CaseState.CLOSED):
        return {CaseState.ASSIGNED: ACCEPT, CaseState.REPLIED: RECEIPT, CaseState.CLOSED: CLOSE + 1}[case.state]
    if panel.latest is None:
        return WRITE if panel.is_talked or not panel.is_seen else TALK
    state = panel.latest.reply.state
    return WRITE if state == ReplyState.DRAFT else SEND if state == ReplyState.SIGNED else SIGN


def _days(proposal, panel):
    case = panel.case
    talks = [contact.held_on for contact in panel.contacts if contact.round == case.round]
    days = [proposal.received_on, case.assigned_on, case.accepted_on, min(talks, default=None)]
    if panel.latest:
        reply = panel.latest.reply
        receipts = [part.thing for part in panel.latest.receipts]
        returned = [one.received_on for one in receipts if one.state == ReceiptState.CONFIRMED]
        whole = len(returned) == len(receipts) and not panel.latest.hidden_receipts
        days += [_day(reply.submitted_at), _day(reply.signed_at), reply.issued_on, _last(returned) if whole else None]
    return [*days, *[None] * (CLOSE - len(days)), case.closed_on]


def _day(at):
    return timezone.localdate(at) if at else None


def _last(days):
    return max(days) if days and all(days) else None


def _line(reached, days, panel=None):
    """Steps up to the one that is under way. `panel`: of the only case, whose details may be told."""
    steps = []
    for at, (label, day) in enumerate(zip(STEPS, days, strict=True)):
        if at < reached:
            steps.append(Step(label, "done", day))
        else:
            steps.append(Step(label, "current" if at == reached else "todo"))
    if panel and panel.is_seen and reached > TALK and not days[TALK]:
        steps[TALK] = Step(STEPS[TALK], "skipped", note="无记录")
    if panel and reached in (WRITE, SIGN) and panel.latest:
        steps[reached].note = panel.latest.reply.get_state_display()
    return steps


def _earlier_rounds(panel, is_one_of_several):
    """What came of the rounds before the present one, in a sentence each."""
    found = []
    for shown in panel.replies:
        reply = shown.reply
        if reply.round >= panel.case.round or reply.state != ReplyState.ISSUED or reply.is_supplementary:
            continue
        rated = [f"{part.thing.rating}" for part in shown.receipts if part.thing.state == ReceiptState.CONFIRMED]
        told = [f"{reply.issued_on:%Y-%m-%d}寄送答复" if reply.issued_on else "已答复"]
        if rated:
            told.append(f"评价{'、'.join(rated)}")
        unit = f"{panel.case.unit}" if is_one_of_several else ""
        found.append(f"{unit}第{reply.round}轮：{'，'.join(told)}")
    return found
