"""All there is to show of one proposal: how far it is, what is next, its parts with what is open, and its history."""

from django.urls import reverse

from apps.accounts.queries import standing_of
from apps.calendars.deadlines import Calendar
from apps.proposals.buttons import Button, buttons
from apps.proposals.models import Attachment
from apps.proposals.queries import signers_of
from apps.proposals.workflow import CaseRole, CaseState

from .fetching import acquaint, fetch_proposal, files_by_owner
from .history import history
from .next_step import next_steps, waited_for
from .panels import case_panel
from .progress import progress_of
from .reading import folded

__all__ = ["fetch_proposal", "proposal_page"]


def proposal_page(proposal, user, today):
    """What the page of a proposal shows to this user, as the context of its template. See fetch_proposal."""
    standing = standing_of(user, today)
    cases = list(proposal.cases.all())
    order = {CaseRole.LEAD: 0, CaseRole.SEPARATE: 0, CaseRole.ASSIST: 1}
    cases.sort(key=lambda case: (case.state == CaseState.ENDED, order[case.role], case.pk))
    signers = signers_of(cases, today)
    calendar = Calendar.load()
    files = files_by_owner(proposal)
    for case in cases:
        acquaint(case, proposal, files)
    panels = [case_panel(case, user, today, signers, calendar) for case in cases]
    actions = buttons(proposal, user, today, lambda name: reverse("proposals:act", args=[proposal.pk, name]), signers)
    if standing.is_office and not proposal.is_secret:
        actions.append(Button("上传附件", reverse("proposals:act", args=[proposal.pk, "attach"]), is_rare=True))
    steps = next_steps(proposal, panels, actions)
    return {
        "proposal": proposal,
        "text": folded(proposal.text),
        "files": files[Attachment.Owner.PROPOSAL, proposal.pk],
        "panels": panels,
        "actions": actions,
        "further": [action for action in actions if not steps or action != steps[0].button],
        "all_actions": actions + [action for panel in panels for action in panel.all_actions()],
        "next": steps[0] if steps else None,
        "also": steps[1:],
        "waits": waited_for(proposal, panels) if not steps else [],
        "history": lambda: history(proposal, user, today, panels),  # the admin site does without
        "progress": progress_of(proposal, panels),
        "talks": _talks(panels),
        "replies": [(panel, shown) for panel in panels for shown in reversed(panel.replies)],
        "has_receipts": any(panel.parked or any(_asks(shown) for shown in panel.replies) for panel in panels),
        "may_delegate": standing.is_office,
    }


def _talks(panels):
    """[(panel, contact)], the latest first."""
    found = [(panel, contact) for panel in panels for contact in panel.contacts]
    return sorted(found, key=lambda pair: (pair[1].held_on, pair[1].pk), reverse=True)


def _asks(shown):
    return bool(shown.receipts or shown.hidden_receipts)
