"""The deadlines of a case, each with its arithmetic."""

from dataclasses import dataclass

from apps.proposals.workflow import CaseState

from ..queries import Remaining, remaining


@dataclass(frozen=True)
class Due:
    """A deadline of a case: which step, what it is called, how far off it is, how it was counted."""

    step: str
    label: str
    left: Remaining  # the day alone once it was met
    explanation: str

    @property
    def is_running(self):
        return bool(self.left.text)


DEADLINES = (
    ("accept", "签收", "accept_due_on", (CaseState.ASSIGNED,)),
    ("return", "退办", "return_due_on", (CaseState.ASSIGNED, CaseState.HANDLING)),
    ("contact", "首次沟通", "contact_due_on", (CaseState.ASSIGNED, CaseState.HANDLING)),
    ("opinion", "会办意见", "opinion_due_on", (CaseState.ASSIGNED, CaseState.HANDLING)),
    ("reply", "答复", "reply_due_on", (CaseState.ASSIGNED, CaseState.HANDLING)),
)


def deadlines_of(case, today, calendar):
    """The Dues of a case, in the order of its handling."""
    found = []
    talked = any(contact.round == case.round for contact in case.contacts.all())
    for step, label, name, running in DEADLINES:
        due_on = getattr(case, name)
        if not due_on or (step == "contact" and case.round > 1):
            continue
        if step == "return" and (case.state not in running or case.round > 1 or due_on < today):
            continue  # a right that is over, not something that is late
        still = case.state in running and not (step == "contact" and talked)
        left = remaining(due_on, today, calendar) if still else Remaining(due_on, "", "")
        found.append(Due(step, label, left, case.deadline_basis.get(step, {}).get("explanation", "")))
    return found
