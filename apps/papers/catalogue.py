"""Every kind of paper that the product makes, and the paper of one row."""

from dataclasses import replace
from functools import reduce

from apps.accounts.queries import standing_of
from apps.documents.kept import from_data
from apps.proposals.models import Dispatch
from apps.proposals.workflow import Party

from .compose import (
    assignment,
    bulletin,
    cases,
    committee,
    proposals,
    reassignment,
    receipts,
    registers,
    replies,
    signoff,
)
from .kinds import Kind

MODULES = (proposals, assignment, reassignment, cases, replies, receipts, signoff, committee, bulletin, registers)
KINDS: dict[str, Kind] = {kind.key: kind for module in MODULES for kind in module.KINDS}


def dispatches_of(kind, subject):
    """The numbers that papers of this kind about the row went out under, the latest first; void ones too."""
    found = Dispatch.objects.filter(kind=kind.key, subject_key=subject.pk).select_related("registered_by", "void_by")
    return found.order_by("-pk")


def paper_of(kind, subject, occasion):
    """The paper of a row: as it went out where it did once for all, else composed from what is recorded now."""
    sent = None
    if kind.is_once and kind.numbered_by and not occasion.number:
        sent = dispatches_of(kind, subject).filter(void_at=None).first()
    return from_data(sent.content) if sent else kind.compose(subject, occasion)


def proposal_of(kind, subject):
    """The proposal that a row belongs to, None for a paper about the whole session or a unit's part in it."""
    if not kind.proposal:
        return None
    return subject if kind.proposal == "pk" else reduce(getattr, kind.proposal.split("__"), subject)


def may_number(kind, subject, occasion):
    """Whether the occasion's user gives papers of this kind about the row their numbers."""
    standing = standing_of(occasion.user, occasion.on)
    if Party.OFFICE in kind.numbered_by and standing.is_office:
        return True
    case = getattr(subject, "workflow_case", None)
    return Party.UNIT in kind.numbered_by and case is not None and case.unit_id in standing.units


def copies(kind, subject, occasion):
    """[(Proposer or None, Paper)]: a paper for each addressee, or the one there is."""
    addressees = kind.addressees(subject) or [None]
    return [(to, paper_of(kind, subject, replace(occasion, to=to))) for to in addressees]


def series_of(kind, subject, occasion):
    """The series (机关代字) that the paper's number belongs to: the unit's where a unit sends it, else the office's."""
    case = getattr(subject, "workflow_case", None)
    if Party.UNIT in kind.numbered_by and case is not None:
        return case.unit.series
    return occasion.session.office_series
