"""改办通知单: the office tells the units of a proposal that others handle it from now on, and why."""

from itertools import pairwise

from apps.audit.models import Event
from apps.documents.content import Cell, Grid, Sheet, chinese_date
from apps.proposals.workflow import CaseState

from .. import subjects
from ..kinds import OFFICE, Kind
from . import names

GROUP = "办理"
KEY = "reassignment-notice"
ADJUST, RETURN, TRANSFER = "proposal.adjust", "case.grant_return", "proposal.transfer"
CHANGES = (ADJUST, RETURN, TRANSFER)
ASSIGN = "proposal.assign"
WAITING = "年\u3000\u3000月\u3000\u3000日"


def not_yet_told(proposal):
    """The changes of units, as events of the trail, that no notice in force has told yet; oldest first.

    To assign once more what all units gave back is one too; the first assignment is told by the assignment notice.
    """
    told = subjects.covered_by(KEY, subject_key=proposal.pk)
    events = [None, *subjects.events_of(proposal, (*CHANGES, ASSIGN))]
    changes = [
        event
        for before, event in pairwise(events)
        if event.action != ASSIGN or (before is not None and before.action == RETURN)
    ]
    return [event for event in changes if event.seq not in told]


def cases_told(session):
    """Ids of the cases that notices in force have given to their units."""
    events = Event.objects.filter(seq__in=subjects.covered_by(KEY, session=session))
    return {case[0] for event in events for case in event.data.get("cases", ())}


def live(proposal):
    """Its cases that are not ended, who answers before who assists."""
    cases = [case for case in proposal.cases.all() if case.state != CaseState.ENDED]
    return sorted(cases, key=lambda case: (not case.is_answering, case.pk))


def given_up(proposal, events):
    """Names of the units that these changes took it from, in their order."""
    units = {case.pk: names.unit_name(case.unit) for case in proposal.cases.all()}
    found = []
    for event in events:
        if event.action == TRANSFER:
            found.append(event.data["unit"])
        ended = {ADJUST: event.data.get("ended", ()), RETURN: [event.data.get("case")]}.get(event.action, ())
        found += [units[pk] for pk in ended if pk in units]
    return list(dict.fromkeys(found))


def reassignment_notice(proposal, occasion):
    """改办通知单, a sheet of one page with room for the seal and for those who take it over."""
    events, session = not_yet_told(proposal), proposal.session
    now = live(proposal)
    reasons = "\n".join(
        f"{chinese_date(names.day_of(event))}：{names.clause(event.note)}。" for event in events if event.note
    )
    day = chinese_date(occasion.dated_on) if occasion.dated_on else WAITING
    office = names.government_office(session)
    rows = (
        (_label("案号"), Cell(f"第{proposal.number}号"), _label("办理方式"), Cell(proposal.get_mode_display())),
        (_label("案由"), Cell(proposal.title, span=3)),
        (_label("提案者"), Cell("、".join(one.name for one in proposal.proposers.all()), span=3)),
        (_label("原承办\n单位"), Cell("\n".join(given_up(proposal, events)) or "（没有单位退出承办）", span=3)),
        (_label("现承办\n单位"), Cell("\n".join(_named(case) for case in now), span=3)),
        (_label("改办原因"), Cell(reasons, span=3, lines=2)),
        (_label("办理时限"), Cell("\n".join(filter(None, map(deadlines, now))), span=3)),
        (_label("有关要求"), Cell(REQUESTS, span=3)),
        (_label("交办单位"), Cell(f"{office}（盖章）", lines=4, foot=day), _label("签收"),
         Cell("签收人：", lines=4, foot=WAITING)),
    )  # fmt: skip
    return Sheet(
        title=f"{names.meeting(session)}提案改办通知单",
        author=office,
        blocks=(Grid((1.5, 2.8, 1.3, 2.6), rows),),
        left=session.office,
        right=occasion.number,
        draft="" if occasion.number and occasion.dated_on else "样稿：尚未登记发文",
    )


REQUESTS = "原承办单位即移交提案原件和办理材料，现承办单位按期签收、办理。"


def _label(text):
    return Cell(text, is_label=True)


def _named(case):
    return f"{names.unit_name(case.unit)}（{case.get_role_display()}）"


def deadlines(case):
    """区商务委：签收2020年3月13日，会办意见2020年5月8日; of a case that is done with, none."""
    if case.state not in (CaseState.ASSIGNED, CaseState.HANDLING):
        return ""
    days = [("签收", case.accept_due_on)] if case.state == CaseState.ASSIGNED else []
    days += [("会办意见", case.opinion_due_on), ("答复", case.reply_due_on)]
    told = "，".join(f"{step}{chinese_date(day)}前" for step, day in days if day)
    return f"{case.unit.name}：{told}" if told else ""


KINDS = (
    Kind(
        KEY,
        "改办通知单",
        GROUP,
        seen=lambda occasion: subjects.proposals_with(CHANGES, occasion),
        compose=reassignment_notice,
        proposal="pk",
        fits=lambda proposal: bool(live(proposal) and not_yet_told(proposal)),
        numbered_by=OFFICE,
        is_once=False,
        covers=lambda proposal, occasion: [event.seq for event in not_yet_told(proposal)],
    ),
)
