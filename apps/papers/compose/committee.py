"""函告: what the office has to tell the CPPCC's proposal committee of a proposal, from the records of what was done."""

from apps.documents.content import Letter, Paragraph, chinese_date
from apps.proposals.workflow import CaseRole
from apps.replies.models import Commitment

from .. import subjects
from ..kinds import OFFICE, Kind
from . import names
from .names import clause, day_in

GROUP = "函告"
KEY = "committee-letter"


def not_yet_told(proposal):
    """What was done, as events of the trail, and no letter in force has told; oldest first."""
    told = subjects.covered_by(KEY, subject_key=proposal.pk)
    return [event for event in subjects.events_of(proposal, tuple(TELLERS)) if event.seq not in told]


def committee_letter(proposal, occasion):
    """A letter with a paragraph for each thing that was done.

    Its number is the one that 退回提案委 has recorded, where it tells that and is given no other.
    """
    session, events = proposal.session, not_yet_told(proposal)
    office, about = names.government_office(session), f"{names.meeting(session)}第{proposal.number}号提案"
    is_back = any(event.action == "proposal.hand_back" for event in events)
    number, dated_on = occasion.number, occasion.dated_on
    if is_back and not number:
        number, dated_on = proposal.handed_back_letter, proposal.ended_on
    opening = f"现将{about}{names.quoted(proposal.title)}（提案者：{names.proposers(proposal)}）的有关情况函告如下。"
    closing = "请予接收，并按程序转有关方面办理。" if is_back else "特此函告。"
    return Letter(
        issuer=office,
        number=number,
        title=f"关于退回{about}的函" if is_back else f"关于{about}有关情况的函",
        addressee=names.proposal_committee(session),
        blocks=(Paragraph(opening), *paragraphs(proposal, events), Paragraph(closing)),
        signature=office,
        dated_on=dated_on,
        is_sealed=True,
        draft="" if number and dated_on else "样稿：尚未登记发文",
    )


def paragraphs(proposal, events):
    """One for each event, numbered where there are several."""
    promises = {one.pk: one.text for one in Commitment.objects.filter(reply__case__proposal=proposal)}
    for place, event in enumerate(events, start=1):
        event.promise = promises.get(event.data.get("id"), "")
        number = f"{place}." if len(events) > 1 else ""
        yield Paragraph(number + TELLERS[event.action](event, chinese_date(names.day_of(event))))


def why(event, word="原因"):
    """原因：…。 as far as somebody wrote it."""
    return f"{word}：{clause(event.note)}。" if clause(event.note) else ""


def handed_back(event, day):
    to = event.data.get("handed_to", "")
    should = f"经研究，该提案应由{to}办理，" if to else "经研究，"
    return f"{should}于{day}退回贵委。{why(event)}"


def adjusted(event, day):
    """With the names that the event keeps: what the units were called then."""
    gone, added = event.data.get("removed", ()), event.data.get("added", ())
    came = "、".join(f"{name}（{CaseRole(role).label}）" for name, role in added)
    changes = [f"{'、'.join(gone)}不再承办"] if gone else []
    if came:
        changes.append(f"改由{came}承办" if gone else f"增加{came}承办")
    return f"{day}，调整承办单位：{'，'.join(changes)}。{why(event)}"


def returned(event, day):
    return f"{day}，同意{event.data['unit']}退办，该单位不再承办此提案。{why(event, '说明')}"


def transferred(event, day):
    return f"{day}，{event.data['unit']}承办的事项移交{event.data['successor']}承接。{why(event)}"


def extended(event, day):
    since, until = day_in(event.data.get("from_on")), day_in(event.data.get("until_on"))
    term = f"，答复期限{f'由{since}' if since else ''}延至{until}" if until else ""
    return f"{day}，同意{event.data['unit']}延期答复{term}。{why(event, '说明')}"


def carried_over(event, day):
    due = day_in(event.data.get("reply_due_on"))
    until = f"，尚未答复的承办单位的答复期限定为{due}" if due else ""
    return f"{day}，该提案结转下年度继续办理{until}。{why(event)}"


def lapsed(event, day):
    promise = f"“{clause(event.promise)}”" if event.promise else ""
    consent, told = clause(event.data.get("leader_consent", "")), clause(event.data.get("proposer_told", ""))
    consent = f"领导同意的情况：{consent}。" if consent else ""
    told = f"告知提案者的情况：{told}。" if told else ""
    return f"{day}，{event.data['unit']}在答复中承诺的事项{promise}终止落实。{why(event)}{consent}{told}"


def merged(event, day):
    main = event.data["main"].rpartition("/")[2]
    return f"贵委关于并案的意见收悉。{day}，该提案已并入第{main}号提案一并办理、答复。{why(event, '说明')}"


def unmerged(event, day):
    return f"{day}，撤销该提案的并案，另行交办。{why(event)}"


def withdrawn(event, day):
    return f"贵委关于撤案的意见收悉。{day}，该提案已撤案，各承办单位停止办理。{why(event, '说明')}"


TELLERS = {
    "proposal.hand_back": handed_back,
    "proposal.adjust": adjusted,
    "case.grant_return": returned,
    "proposal.transfer": transferred,
    "case.grant_extension": extended,
    "proposal.carry_over": carried_over,
    "commitment.lapse": lapsed,
    "proposal.merge": merged,
    "proposal.unmerge": unmerged,
    "proposal.withdraw": withdrawn,
}

KINDS = (
    Kind(
        KEY,
        "函告",
        GROUP,
        seen=lambda occasion: subjects.proposals_with(tuple(TELLERS), occasion),
        compose=committee_letter,
        proposal="pk",
        fits=lambda proposal: bool(not_yet_told(proposal)),
        numbered_by=OFFICE,
        is_once=False,
        covers=lambda proposal, occasion: [event.seq for event in not_yet_told(proposal)],
    ),
)
