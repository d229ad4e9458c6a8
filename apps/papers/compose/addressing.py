"""How papers address those who put a proposal, and tell who handles it and with what."""

from apps.proposals.models import Proposal
from apps.proposals.workflow import CaseRole

from .names import meeting, unit_name

YOU = {Proposal.Form.INDIVIDUAL: "您", Proposal.Form.JOINT: "你们", Proposal.Form.COLLECTIVE: "贵单位"}


def unit_names(units):
    return "、".join(unit_name(unit) for unit in units)


def in_full(proposal, session):
    """区政协九届四次会议第084号提案."""
    return f"{meeting(session)}{proposal}提案"


def addressee(proposer):
    """张祎委员, or a body by its name."""
    is_body = proposer.proposal.form == Proposal.Form.COLLECTIVE
    return proposer.name if is_body or proposer.name.endswith("委员") else f"{proposer.name}委员"


def people(proposal):
    """The proposers in the order of the list, and how many they are."""
    names = [proposer.name for proposer in proposal.proposers.all()]
    return "、".join(names) + (f"（共{len(names)}名）" if len(names) > 3 else "")


def assisting_units(case):
    """The units that assist a lead case (协办) now, in the order of their cases. Reads `proposal.cases`."""
    if case.role != CaseRole.LEAD:
        return []
    return [other.unit for other in case.proposal.cases.all() if not other.is_answering and not other.is_over]


def files_named(proposal, owner_type, owner_key):
    """Names of the files of an owner, without their endings. Reads `proposal.attachments`."""
    found = [one for one in proposal.attachments.all() if (one.owner_type, one.owner_key) == (owner_type, owner_key)]
    return tuple(one.name.rpartition(".")[0] or one.name for one in found)
