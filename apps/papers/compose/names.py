"""How papers name bodies, meetings, proposals and people."""

import datetime

from django.utils import timezone

from apps.documents.content import chinese_date, clean


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
