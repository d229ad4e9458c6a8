"""Who stands how to a proposal, and what is open to them."""

import re

from django.db.models import Q
from django.utils import timezone

from apps.accounts.queries import standing_of
from apps.documents.titles import chinese_number
from apps.units.queries import leaders_in_charge

from .workflow import ANSWERING, PREDICATES, CaseRole, CaseState, NotAllowed, OutOfTurn, Party, Refused, predicate


def signers_of(cases, on):
    """case id → the Leader who signs its replies on the day: the one named, else the one in charge. One query.

    Cases of a unit that nobody is in charge of are missing.
    """
    in_charge = leaders_in_charge({case.unit_id for case in cases if not case.named_signer_id}, on)
    found = {case.pk: case.named_signer if case.named_signer_id else in_charge.get(case.unit_id) for case in cases}
    return {pk: leader for pk, leader in found.items() if leader}


def parties_of(user, on, case=None, signer=None):
    """The parties that `user` is on the day towards a proposal, or towards one case of it.

    The one place where relations are computed (docs/workflow.md, party). `user` None is a command on the server.
    `signer`: the case's signing leader where the caller has already looked it up with `signers_of`.
    """
    if user is None:
        return frozenset({Party.OPERATOR})
    standing = standing_of(user, on)
    found = set()
    if standing.is_office:
        found.add(Party.OFFICE)
    if standing.is_secretariat:
        found.add(Party.SECRETARIAT)
    if case is not None:
        if case.unit_id in standing.clerk_of:
            found.add(Party.UNIT)
        if case.unit_id in standing.head_of:
            found.add(Party.UNIT_HEAD)
        if standing.leads_as:
            signer = signer or signers_of([case], on).get(case.pk)
            if signer and signer.pk in standing.leads_as:
                found.add(Party.LEADER)
    return frozenset(found)


def why_not(row, thing, user, on):
    """ "" when the row's predicate is met, else the reason in Chinese."""
    return PREDICATES[row.when](thing, user, on) if row.when else ""


def open_rows(thing, user, on=None, signer=None):
    """The transitions open to `user` on this proposal, case, reply or receipt: the list of buttons."""
    on = on or timezone.localdate()
    parties = parties_of(user, on, thing.workflow_case, signer)
    rows = thing.WORKFLOW.open_to(thing.state, parties)
    return [row for row in rows if not why_not(row, thing, user, on)]


def check(thing, action, *, user, on, note="", as_party=None):
    """The transition that `user` may take now.

    Raises NotAllowed (wrong party), OutOfTurn (wrong state) or Refused (note missing, predicate not met).
    """
    parties = frozenset({as_party}) if as_party else parties_of(user, on, thing.workflow_case)
    row = thing.WORKFLOW.find(action, thing.state, parties)
    if row.note_required and not note.strip():
        raise Refused(f"“{row.label}”须填写说明。")
    if reason := why_not(row, thing, user, on):
        raise Refused(reason)
    return row


def check_opinion_writer(case, *, user, on):
    """Whether `user` may write down the opinion of an assisting case (docs/workflow.md: the clerk prepares it)."""
    if parties_of(user, on, case).isdisjoint({Party.UNIT, Party.UNIT_HEAD}):
        raise NotAllowed("只有协办单位自己可以拟写会办意见。")
    if case.is_answering or case.state != CaseState.HANDLING:
        raise OutOfTurn("此承办件现在不能拟写会办意见。")


def open_return_request(case):
    return next((request for request in case.return_requests.all() if request.ruled_at is None), None)


@predicate
def has_open_return_request(case, user, on):
    return "" if open_return_request(case) else "没有待裁定的退办申请。"


@predicate
def is_within_return_period_without_request(case, user, on):
    if open_return_request(case):
        return "已有一份退办申请在等待裁定。"
    if any(request.is_granted is False for request in case.return_requests.all()):
        return "退办申请已被驳回，请继续办理。"
    if case.round > 1:
        return "二次办理的承办件不能退办。"
    if case.return_due_on and on > case.return_due_on:
        return f"已过退办期限（{case.return_due_on:%Y-%m-%d}）。"
    return ""


@predicate
def is_assisting(case, user, on):
    return "" if not case.is_answering else "主办、分办单位不提会办意见。"


def sees_contacts_of(case, user, on=None):
    """Talks and texts of a case are for its own unit and for those above it."""
    standing = standing_of(user, on or timezone.localdate())
    return standing.is_office or standing.is_secretariat or bool(standing.leads_as) or case.unit_id in standing.units


def sees_opinion_of(case, user, on=None):
    """An opinion is for the unit that gives it, the lead unit once given, and those above."""
    on = on or timezone.localdate()
    if sees_contacts_of(case, user, on):
        return True
    units = standing_of(user, on).units
    given = bool(getattr(case, "opinion", None) and case.opinion.given_at)
    if not given:
        return False
    return any(
        other.role == CaseRole.LEAD and other.state != CaseState.ENDED and other.unit_id in units
        for other in case.proposal.cases.all()
    )


def overdue_on(day):
    """Filter for cases that are late on the day with what they wait for: acceptance, opinion or reply."""
    running = (CaseState.ASSIGNED, CaseState.HANDLING)
    return (
        Q(state=CaseState.ASSIGNED, accept_due_on__lt=day)
        | Q(state__in=running, role__in=ANSWERING, reply_due_on__lt=day)
        | Q(state__in=running, role=CaseRole.ASSIST, opinion_due_on__lt=day)
    )


def number_as_printed(value):
    """A proposal's number as the committee prints it: `84` → `084`. Others are kept as they are."""
    text = str(value).strip()
    return text.zfill(3) if text.isdigit() else text


SESSION_NUMBERS = re.compile(r"(\d{1,2})-(\d{1,2})")


def session_label(key):
    """九届四次会议 for the session 9-4; "" for a key of another form."""
    found = SESSION_NUMBERS.fullmatch(key)
    if not found or not all(map(int, found.groups())):
        return ""
    return f"{chinese_number(int(found[1]))}届{chinese_number(int(found[2]))}次会议"


def number_order(number):
    """Sorting key of a number: its digits as a whole number, 0 where there are none."""
    digits = "".join(char for char in number if char in "0123456789")
    return min(int(digits or 0), 2_000_000_000)
