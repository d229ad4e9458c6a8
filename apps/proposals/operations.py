"""What people do with proposals and cases: one operation an action, atomic, its audit event inside.

Every operation takes `by` (a User, None for a command on the server) and `at` (an aware datetime, the clock as an
argument) and raises workflow.NotAllowed, OutOfTurn or Refused; then nothing is stored. `seen` is the stamp of what
the page showed.
"""

from functools import wraps

from django.db import transaction
from django.utils import timezone

from apps.audit.operations import record, record_many
from apps.calendars.deadlines import Calendar, deadline, deadline_before

from . import workflow
from .attachments import DOCUMENTS, store
from .models import (
    USUAL_CLASSES,
    USUAL_DISSATISFIED,
    USUAL_RATINGS,
    Case,
    Contact,
    Opinion,
    Proposal,
    Proposer,
    Rating,
    ResultClass,
    ReturnRequest,
    Session,
)
from .queries import check, check_opinion_writer, number_as_printed, number_order, open_return_request, parties_of
from .workflow import PROGRESS, CaseRole, CaseState, NotAllowed, OutOfTurn, Party, ProposalState, Refused


def operation(function):
    """Makes `function(thing, …, by, at)` atomic, on a locked proposal and a thing read afresh.

    The wrapped function also takes `seen`: where it is given and no longer matches, OutOfTurn is raised.
    """

    @wraps(function)
    @transaction.atomic
    def run(thing, *args, by, at, seen=None, **kwargs):
        Proposal.objects.select_for_update().get(pk=thing.workflow_proposal.pk)
        thing.refresh_from_db()
        if seen is not None and seen != thing.stamp:
            now = thing.get_state_display()
            raise OutOfTurn(f"您打开页面以后，此{thing.WORKFLOW.label}已有变化（现在是“{now}”）。请按最新情况操作。")
        return function(thing, *args, by=by, at=at, **kwargs)

    return run


def event_of(thing, action, *, by, at, note="", **data):
    """What `audit.operations.record` takes for the event of an action on a proposal or on a part of one."""
    proposal, case = thing.workflow_proposal, thing.workflow_case
    data |= {"thing": thing.WORKFLOW.name, "id": thing.pk, "state": thing.state}
    if case is not None:
        data |= {"case": case.pk, "unit": case.unit.name, "round": case.round}
    return dict(
        action=f"{thing.WORKFLOW.name}.{action}",
        target_type="proposal",
        target_key=str(proposal.pk),
        target_name=proposal.name,
        at=at,
        note=note.strip(),
        data=data,
        **actor(by),
    )


def actor(by):
    """Who an event names: a user, or the operator of a command (`by` None)."""
    return {"actor_key": by.username if by else "operator", "actor_name": str(by) if by else "运维"}


def audit(thing, action, *, by, at, note="", **data):
    """Writes the event of an action on a proposal or on a part of one, in the transaction of the action."""
    return record(**event_of(thing, action, by=by, at=at, note=note, **data))


def advance(thing, action, *, by, at, note="", as_party=None, data=None, **changes):
    """The one writer of state: checks the row, swaps the state in one UPDATE, writes the event, settles the proposal.

    `changes` are further columns of the thing, `data` further facts for the event. Returns the row taken.
    """
    row = check(thing, action, user=by, on=timezone.localdate(at), note=note, as_party=as_party)
    changes["state"] = row.target or thing.state
    if not type(thing).objects.filter(pk=thing.pk, state=thing.state).update(**changes):
        raise OutOfTurn(f"此{thing.WORKFLOW.label}刚才已被他人处理，请按最新状态操作。")
    before = thing.state
    for name, value in changes.items():
        setattr(thing, name, value)
    further = data or {}
    if thing.WORKFLOW is workflow.CASE:
        further = further | _settle(thing.proposal, timezone.localdate(at))
    audit(thing, action, by=by, at=at, note=note, **{"from": before}, **further)
    return row


def follow(case, target, *, at, **changes):
    """What another thing's action does to the case: a reply issued makes it replied. Returns facts for that event."""
    if not Case.objects.filter(pk=case.pk, state=case.state).update(state=target, **changes):
        raise OutOfTurn("此承办件刚才已被他人处理，请按最新状态操作。")
    case.state = target
    for name, value in changes.items():
        setattr(case, name, value)
    return {"case_state": target} | _settle(case.proposal, timezone.localdate(at))


def state_of(cases):
    """The state that a proposal has by its cases: that of the least advanced live answering one."""
    live = [case.state for case in cases if case.is_answering and case.state != CaseState.ENDED]
    return min(live, key=PROGRESS.index) if live else ProposalState.RECEIVED


def _settle(proposal, on):
    """Brings the proposal's stored state in line with its cases; returns what else changed, for the event.

    When no answering case is left, the assisting ones end and the proposal waits to be assigned again.
    """
    cases = list(proposal.cases.all())
    state, further = state_of(cases), {}
    changes = {"state": state}
    if state == ProposalState.RECEIVED:
        left = [case for case in cases if case.state != CaseState.ENDED]
        Case.objects.filter(pk__in=[case.pk for case in left]).update(state=CaseState.ENDED, ended_on=on)
        changes |= {"assigned_on": None, "mode": ""}
        further["also_ended"] = [case.pk for case in left]
    if state != proposal.state:
        Proposal.objects.filter(pk=proposal.pk).update(**changes)
        further["proposal_state"] = state
        for name, value in changes.items():
            setattr(proposal, name, value)
    return further


def register(session, *, number, title, proposers, by, at, **fields):
    """接收登记: a proposal as the committee handed it over. `proposers`: dicts of Proposer's fields, in order."""
    entry = {"number": number, "title": title, "proposers": proposers} | fields
    return register_many(session, [entry], by=by, at=at)[0]


@transaction.atomic
def register_many(session, entries, *, by, at, **facts):
    """接收登记 of many at once, in a fixed number of queries for each thousand: all of them or none.

    `entries`: dicts of the arguments of `register`. `facts`: further facts for every event, such as the file that a
    list came in. A user needs the row 接收登记; a command on the server imports, and has the row 补录 for it.
    """
    parties = parties_of(by, timezone.localdate(at))
    workflow.PROPOSAL.find("register" if by else "import", "", parties)
    Session.objects.select_for_update().get(pk=session.pk)  # two at once do not take one number
    entries = [entry | {"number": number_as_printed(entry["number"])} for entry in entries]
    taken = numbers_taken(session)
    for entry in entries:
        check_registration(session, entry, taken)
        if entry.get("received_on"):
            check_day(entry["received_on"], session, at, "接收日期")
        taken.add(entry["number"])
    people = [entry.pop("proposers") for entry in entries]
    proposals = Proposal.objects.bulk_create(
        Proposal(
            session=session,
            number_order=number_order(entry["number"]),
            **{"received_on": timezone.localdate(at)} | entry,
        )
        for entry in entries
    )
    Proposer.objects.bulk_create(
        Proposer(proposal=proposal, order=order, **proposer)
        for proposal, proposers in zip(proposals, people, strict=True)
        for order, proposer in enumerate(proposers)
    )
    record_many(event_of(one, "register", by=by, at=at, title=one.title, **facts) for one in proposals)
    return proposals


def numbers_taken(session):
    """The numbers that a session has already; one query."""
    return set(Proposal.objects.filter(session=session).values_list("number", flat=True))


def check_registration(session, entry, taken):
    """Refuses what cannot be registered: a number `taken` in the session, proposers missing or named twice."""
    if entry["number"] in taken:
        raise Refused(f"{session}已有第{entry['number']}号提案，请核对案号。")
    names = [proposer["name"] for proposer in entry["proposers"]]
    if not names:
        raise Refused("请填写提案者。")
    if len(set(names)) < len(names):
        raise Refused("提案者有重复，请核对。")


def check_shape(roles):
    """Refuses a set of (unit, role) that is none of 独办, 主办+协办 and 分办; returns its Proposal.Mode."""
    units = [unit for unit, _ in roles]
    if len({unit.pk for unit in units}) < len(units):
        raise Refused("同一单位只能选择一次。")
    kinds = [role for _, role in roles]
    leads, separates = kinds.count(CaseRole.LEAD), kinds.count(CaseRole.SEPARATE)
    if separates:
        if leads or CaseRole.ASSIST in kinds or separates < 2:
            raise Refused("分办须有两个以上单位，且不再设主办、协办。")
        return Proposal.Mode.SEPARATE
    if leads != 1:
        raise Refused("须有且只有一个主办单位。")
    return Proposal.Mode.LEAD if len(kinds) > 1 else Proposal.Mode.SOLE


@operation
def assign(proposal, roles, *, by, at, reply_due_on=None, note=""):
    """交办 to units. `roles`: list of (Unit, CaseRole). `reply_due_on`: another deadline than the session's rule."""
    mode = check_shape(roles)
    on = timezone.localdate(at)
    advance(
        proposal,
        "assign",
        by=by,
        at=at,
        note=note,
        mode=mode,
        assigned_on=on,
        data={"units": [[unit.name, role] for unit, role in roles]},
    )
    _begin_cases(proposal, roles, on, reply_due_on)
    return proposal


def _begin_cases(proposal, roles, on, reply_due_on=None):
    # the opinion is due before the reply, and the reply on whatever day the office names
    calendar = Calendar.load(on.year - 1, max(on, reply_due_on or on).year + 1)
    if reply_due_on and reply_due_on <= on:
        raise Refused("答复期限应晚于交办日期。")
    for unit, role in roles:
        if unit.dissolved_on and unit.dissolved_on <= on:
            raise Refused(f"{unit}已撤销，请选择承接其职能的单位。")
        Case.objects.create(
            proposal=proposal,
            unit=unit,
            role=role,
            assigned_on=on,
            **deadlines_of(proposal.session, role, on, calendar, reply_due_on, f"交办时确定为{reply_due_on}"),
        )


def deadlines_of(session, role, on, calendar, reply_due_on=None, why=""):
    """The deadlines of a case assigned on a day, as Case's columns: by the session's rules over `calendar`.

    `reply_due_on`: another day for the reply than the rule's, and `why`, for the basis that is kept with it.
    """
    due = {step: deadline(on, session.limit(step), calendar) for step in ("accept", "return", "contact", "reply")}
    basis = {step: found.basis() for step, found in due.items()}
    if reply_due_on:
        basis["reply"] = {"explanation": why}
    reply_due_on = reply_due_on or due["reply"].due_on
    columns = {"accept_due_on": due["accept"].due_on, "return_due_on": due["return"].due_on}
    if role in workflow.ANSWERING:
        columns |= {"contact_due_on": due["contact"].due_on, "reply_due_on": reply_due_on}
    else:
        before = deadline_before(reply_due_on, session.limit("opinion"), calendar)
        basis["opinion"] = before.basis()
        columns |= {"opinion_due_on": max(before.due_on, due["accept"].due_on)}
    return columns | {"deadline_basis": basis}


@operation
def adjust(proposal, added, removed, *, by, at, note, reply_due_on=None):
    """调整承办单位: `added` list of (Unit, CaseRole) begin at 待签收, `removed` cases end as 已调整, drafts kept."""
    on = timezone.localdate(at)
    live = [case for case in proposal.cases.all() if case.state != CaseState.ENDED]
    gone = {case.pk for case in removed}
    if not added and not gone:
        raise Refused("没有选择要增加或移出的单位。")
    if not gone <= {case.pk for case in live}:
        raise OutOfTurn("要移出的单位已不在办理，请按最新情况操作。")
    if any(case.state == CaseState.CLOSED for case in live if case.pk in gone):
        raise Refused("已办结的单位不能移出。")
    mode = check_shape([(case.unit, case.role) for case in live if case.pk not in gone] + list(added))
    ending = [case for case in live if case.pk in gone]
    advance(
        proposal,
        "adjust",
        by=by,
        at=at,
        note=note,
        mode=mode,
        data={
            "added": [[unit.name, role] for unit, role in added],
            "removed": [case.unit.name for case in ending],
            "ended": [case.pk for case in ending],
        },
    )
    Case.objects.filter(pk__in=gone).update(state=CaseState.ENDED, ended_on=on)
    ReturnRequest.objects.filter(case__in=gone, ruled_at=None).update(
        is_granted=True, ruling=note.strip(), ruled_by=by, ruled_at=at
    )
    _begin_cases(proposal, added, on, reply_due_on)
    _settle(proposal, on)
    return proposal


@operation
def accept(case, *, by, at):
    """签收."""
    advance(case, "accept", by=by, at=at, accepted_on=timezone.localdate(at))
    return case


@operation
def request_return(case, suggested_unit, *, by, at, note):
    """申请退办: with the reason and the unit that should have it instead."""
    if suggested_unit.pk == case.unit_id:
        raise Refused("建议承办单位不能是本单位。")
    advance(case, "request_return", by=by, at=at, note=note, data={"suggested_unit": suggested_unit.name})
    ReturnRequest.objects.create(
        case=case, reason=note.strip(), suggested_unit=suggested_unit, requested_by=by, requested_at=at
    )
    return case


@operation
def grant_return(case, *, by, at, note):
    """同意退办: the case ends; without another answering case the proposal waits to be assigned again."""
    request = open_return_request(case)
    advance(case, "grant_return", by=by, at=at, note=note, ended_on=timezone.localdate(at))
    _rule(request, True, by, at, note)
    return case


@operation
def refuse_return(case, *, by, at, note):
    """不同意退办: counts as accepted."""
    request = open_return_request(case)
    accepted_on = case.accepted_on or timezone.localdate(at)
    advance(case, "refuse_return", by=by, at=at, note=note, accepted_on=accepted_on)
    _rule(request, False, by, at, note)
    return case


def _rule(request, granted, by, at, note):
    request.is_granted, request.ruling, request.ruled_by, request.ruled_at = granted, note.strip(), by, at
    request.save()


@operation
def contact(case, *, by, at, stage, manner, held_on, people, summary, file=None):
    """沟通记录: a talk with the proposer. `held_on`: the day of the talk, not of the record."""
    check_day(held_on, case.proposal.session, at, "沟通日期")
    told = dict(case=case, held_on=held_on, manner=manner, summary=summary.strip())
    if Contact.objects.filter(**told).exists():
        raise Refused("同一天已有内容相同的沟通记录，没有重复保存。")
    advance(case, "contact", by=by, at=at, data={"manner": manner, "stage": stage, "held_on": str(held_on)})
    attachment = _stored(case.proposal, file, by, at)
    return Contact.objects.create(
        **told,
        round=case.round,
        stage=stage,
        people=people.strip(),
        attachment=attachment,
        recorded_by=by,
        recorded_at=at,
    )


def _stored(proposal, file, by, at):
    return store(proposal, file, by=by, at=at, allowed=DOCUMENTS) if file else None


@operation
def prepare_opinion(case, text, *, by, at, file=None):
    """The clerk (or the head) of an assisting unit writes its opinion down; `advise` by the head sends it."""
    check_opinion_writer(case, user=by, on=timezone.localdate(at))
    attachment = _stored(case.proposal, file, by, at)
    opinion = Opinion.objects.filter(case=case).first() or Opinion(case=case)
    opinion.text, opinion.prepared_by, opinion.prepared_at = text.strip(), by, at
    opinion.attachment = attachment or opinion.attachment
    if not opinion.text and not opinion.attachment:
        raise Refused("请填写会办意见或上传文件。")
    opinion.save()
    audit(case, "prepare_opinion", by=by, at=at)
    return opinion


@operation
def advise(case, *, by, at, text="", file=None):
    """会办意见: the head of the assisting unit gives its opinion to the lead unit."""
    opinion = Opinion.objects.filter(case=case).first() or Opinion(case=case, prepared_by=by, prepared_at=at)
    if text.strip():
        opinion.text = text.strip()
    if not opinion.text and not opinion.attachment and not file:
        raise Refused("请填写会办意见或上传文件。")
    advance(case, "advise", by=by, at=at)
    opinion.attachment = _stored(case.proposal, file, by, at) or opinion.attachment
    opinion.given_by, opinion.given_at = by, at
    opinion.save()
    return opinion


def check_day(day, session, at, label):
    """Refuses days that cannot be: in the future, or before the session's year (docs/workflow.md, 日期)."""
    if day > timezone.localdate(at):
        raise Refused(f"{label}（{day:%Y-%m-%d}）在今天之后，请核对。")
    if day.year < session.year - 1:
        raise Refused(f"{label}（{day:%Y-%m-%d}）早于本届次年度，请核对。")


@transaction.atomic
def open_session(key, label, year, *, by, at, **fields):
    """Opens a session with the usual classes and ratings (domain: 办理结果, 评价), which it then carries as its own."""
    if by is not None and Party.OFFICE not in parties_of(by, timezone.localdate(at)):
        raise NotAllowed("只有区政府办公室可以新建届次。")
    if Session.objects.filter(key=key).exists():
        raise Refused(f"届次“{key}”已存在。")
    session = Session.objects.create(key=key, label=label, year=year, **fields)
    ResultClass.objects.bulk_create(
        ResultClass(session=session, rank=rank, **fields) for rank, fields in enumerate(USUAL_CLASSES)
    )
    Rating.objects.bulk_create(
        Rating(session=session, rank=rank, name=name, is_dissatisfied=name == USUAL_DISSATISFIED)
        for rank, name in enumerate(USUAL_RATINGS)
    )
    record(
        action="session.open",
        target_type="session",
        target_key=key,
        target_name=label,
        at=at,
        **actor(by),
    )
    return session
