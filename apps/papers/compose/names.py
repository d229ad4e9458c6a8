"""How papers name bodies, meetings, proposals and people."""

import datetime

from django.utils import timezone

from apps.documents.content import chinese_date, clean
from apps.proposals.models import Proposal
from apps.proposals.workflow import CaseRole


def meeting(session):
    """区政协九届四次会议, also where the label names the committee itself."""
    return session.label if session.committee in session.label else f"{session.committee}{session.label}"


def government_office(session):
    """The office as it signs: its own name where that is a full one, else as the office of its government."""
    return session.office if session.office.startswith(session.government) else f"{session.government}办公室"


def proposal_committee(session):
    return f"{session.committee}提案委员会"


def unit_name(unit):
    return unit.full_name or unit.name


def quoted(title):
    """《title》; book marks inside become 〈〉."""
    return "《" + clean(title).translate({ord("《"): "〈", ord("》"): "〉"}) + "》"


def clause(text):
    """What somebody wrote, as one run without its last stop, to be put into a sentence."""
    return "".join(line.strip() for line in text.splitlines()).rstrip("。；;，,、 ")


def proposers(proposal):
    """赵堃, or 赵堃等12人."""
    names = [one.name for one in proposal.proposers.all()]
    return f"{names[0]}等{len(names)}人" if len(names) > 1 else "".join(names)


def how_to_reach(proposer):
    """A proposer with what is recorded of telephone and address: 赵堃　13900000001　建桥路1号."""
    name = f"{proposer.name}（联系人：{proposer.contact_person}）" if proposer.contact_person else proposer.name
    return "\u3000".join(filter(None, (name, proposer.phone, proposer.address)))


def short_day(day):
    """A day in a narrow column: the year over the rest, "" for an unknown one."""
    return f"{day.year}年\n{day.month}月{day.day}日" if day else ""


def day_of(event):
    """The day on which something of the trail was done."""
    return timezone.localdate(event.at)


def day_in(text):
    """2026年12月14日 from a day as the trail keeps it; "" where it keeps none."""
    try:
        return chinese_date(datetime.date.fromisoformat(text or ""))
    except ValueError:
        return ""


YOU = {Proposal.Form.INDIVIDUAL: "您", Proposal.Form.JOINT: "你们", Proposal.Form.COLLECTIVE: "贵单位"}


def unit_names(units):
    return "、".join(unit_name(unit) for unit in units)


def session_name(session):
    """区政协九届四次会议."""
    return f"{session.committee}{session.label}"


def in_full(proposal, session):
    """区政协九届四次会议第084号提案."""
    return f"{session_name(session)}{proposal}提案"


def cited(title):
    """《…》 round a title; those inside it are 〈…〉 (GB/T 15834)."""
    return f"《{title.replace('《', '〈').replace('》', '〉')}》"


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
