"""What people do with proposals and cases: one operation an action, atomic, its audit event inside.

Every operation takes `by` (a User, None for a command on the server) and `at` (an aware datetime, the clock as an
argument) and raises workflow.NotAllowed, OutOfTurn or Refused; then nothing is stored. `seen` is the stamp of what
the page showed.
"""

import re
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit.operations import record, record_many
from apps.calendars.deadlines import Calendar, deadline, deadline_before

from . import workflow
from .attachments import DOCUMENTS, files_of, store
from .models import (
    SECRET_PROPOSER,
    SECRET_TITLE,
    USUAL_CLASSES,
    USUAL_RATINGS,
    Attachment,
    Case,
    Contact,
    ExtensionRequest,
    Opinion,
    Proposal,
    Proposer,
    Rating,
    ResultClass,
    ReturnRequest,
    Session,
)
from .queries import (
    acting_name,
    check,
    check_attach,
    check_opinion_writer,
    is_secret,
    number_as_printed,
    number_order,
    open_extension_request,
    open_return_request,
    parties_of,
)
from .workflow import PROGRESS, CaseRole, CaseState, NotAllowed, OutOfTurn, Party, ProposalState, Refused

Owner = Attachment.Owner
SESSION_KEY = re.compile(r"\w+(-\w+)*")  # part of addresses


@dataclass(frozen=True)
class Paper:
    """What the office enters a unit's action from (代录): whose it is, and the scan of the signed sheet."""

    entered_for: str
    scan: Any  # an uploaded file, or several


def operation(function):
    """Makes `function(thing, …, by, at)` atomic, on a locked proposal and a thing read afresh.

    The wrapped function also takes `seen`: where it is given and no longer matches, OutOfTurn is raised.
    """

    @wraps(function)
    @transaction.atomic
    def run(thing, *args, by, at, seen=None, **kwargs):
        lock_for(thing)
        # in one query with what every step asks of it: its proposal, session and unit
        thing.refresh_from_db(from_queryset=type(thing).objects.select_related(*thing.READ_WITH))
        if seen is not None and seen != thing.stamp:
            now = thing.get_state_display()
            raise OutOfTurn(f"您打开页面以后，此{thing.WORKFLOW.label}已有变化（现在是“{now}”）。请按最新情况操作。")
        return function(thing, *args, by=by, at=at, **kwargs)

    return run


def lock(*proposals):
    """Makes others wait who act on one of these; always in one order, so that two never wait for each other."""
    wanted = {proposal.pk for proposal in proposals}
    list(Proposal.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk"))


def lock_for(thing):
    """`lock` for the proposal of a thing; for what belongs to a session as a whole, the session."""
    if thing.workflow_proposal is None:
        Session.objects.select_for_update().get(pk=thing.session_id)
    else:
        lock(thing.workflow_proposal)


def target_of(thing):
    """What the event of an action on the thing is about, as `audit.operations.record` takes it."""
    proposal = thing.workflow_proposal
    if proposal is None:
        return {"target_type": "session", "target_key": thing.session.key, "target_name": thing.session.label}
    return {"target_type": "proposal", "target_key": str(proposal.pk), "target_name": proposal.name}


def event_of(thing, action, *, by, at, note="", entered_for="", **data):
    """What `audit.operations.record` takes for the event of an action on a proposal, a part of one, or a letter."""
    case = thing.workflow_case
    data |= {"thing": thing.WORKFLOW.name, "id": thing.pk, "state": thing.state}
    if case is not None:
        data |= {"case": case.pk, "unit": case.unit.name, "round": case.round}
    return dict(
        action=f"{thing.WORKFLOW.name}.{action}",
        at=at,
        note="" if is_secret(thing) else note.strip(),
        entered_for=entered_for,
        data=data,
        **target_of(thing),
        **_named(by, thing, action, at),
    )


def _named(by, thing, action, at):
    """Who an event on the thing names: as `actor`, or a proposer, who has no account and is known by a signed link."""
    if isinstance(by, Proposer):
        return {"actor_key": Party.PROPOSER.value, "actor_name": by.name}
    return actor(by) | {"actor_name": acting_name(thing, action, by, timezone.localdate(at))}


def actor(by):
    """Who an event names: a user, or the operator of a command (`by` None)."""
    return {"actor_key": by.username if by else "operator", "actor_name": str(by) if by else "运维"}


def audit(thing, action, *, by, at, note="", paper=None, **data):
    """Writes the event of an action on a proposal or on a part of one, in the transaction of the action.

    `paper`: the Paper that the office entered it from; its scan is stored with the case or the thing.
    """
    entered_for = paper.entered_for.strip() if paper else ""
    if paper is not None:
        proposal, case = thing.workflow_proposal, thing.workflow_case
        told = f"{thing.WORKFLOW.label_of(action)}，代{entered_for}"
        # a thing that is not seen by all who see its case keeps its papers itself
        owner_type, owner_key = getattr(thing, "paper_owner", (Owner.PAPER, case.pk))
        kept = store(paper.scan, owner_type, owner_key, proposal=proposal, by=by, at=at, note=told)
        data["paper"] = [attachment.pk for attachment in kept]
    return record(**event_of(thing, action, by=by, at=at, note=note, entered_for=entered_for, **data))


def advance(thing, action, *, by, at, note="", as_party=None, paper=None, data=None, then=None, **changes):
    """The one writer of state: checks the row, swaps the state in one UPDATE, writes the event, settles the proposal.

    `changes` are further columns of the thing, `data` further facts for the event. `then`: does what the action brings
    about beside it, and returns the facts of that, so that one event tells both. Returns the row taken.
    """
    row = check(thing, action, user=by, on=timezone.localdate(at), note=note, as_party=as_party, paper=paper)
    changes["state"] = row.target or thing.state
    if thing.WORKFLOW is workflow.PROPOSAL:
        changes["deeds"] = thing.deeds + 1
    if not type(thing).objects.filter(pk=thing.pk, state=thing.state).update(**changes):
        raise OutOfTurn(f"此{thing.WORKFLOW.label}刚才已被他人处理，请按最新状态操作。")
    before = thing.state
    for name, value in changes.items():
        setattr(thing, name, value)
    further = (data or {}) | (then() if then else {})
    if thing.WORKFLOW is workflow.CASE:
        further = further | _settle(thing.proposal, timezone.localdate(at))
    audit(thing, action, by=by, at=at, note=note, paper=paper, **{"from": before}, **further)
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


def mode_of(cases):
    """How a proposal is handled (办理方式) by its live cases; "" without an answering one."""
    live = [case for case in cases if case.state != CaseState.ENDED]
    answering = [case for case in live if case.is_answering]
    if len(answering) > 1:
        return Proposal.Mode.SEPARATE
    if not answering:
        return ""
    return Proposal.Mode.LEAD if len(live) > 1 else Proposal.Mode.SOLE


def _settle(proposal, on):
    """Brings the proposal's stored state in line with its cases; returns what else changed, for the event.

    When no answering case is left, the assisting ones end and the proposal waits to be assigned again.
    """
    cases = list(proposal.cases.all())
    state, further = state_of(cases), {}
    changes = {"mode": mode_of(cases)}
    if state == ProposalState.RECEIVED:
        left = [case for case in cases if case.state != CaseState.ENDED]
        end_cases(left, on)
        changes["assigned_on"] = None
        further["also_ended"] = [case.pk for case in left]
    if state != proposal.state or changes["mode"] != proposal.mode:
        Proposal.objects.filter(pk=proposal.pk).update(state=state, **changes)
        if state != proposal.state:
            further["proposal_state"] = proposal.state = state
        for name, value in changes.items():
            setattr(proposal, name, value)
    return further


def end_cases(cases, on):
    """These cases end (已调整); their replies and drafts are kept and can be read."""
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(state=CaseState.ENDED, ended_on=on)


def _check_reply_deadline(session, on, chosen, note):
    """A later day than the session's rule gives needs a note of the consent, and is within its longest."""
    if not chosen:
        return
    longest, usual = (deadline(on, session.limit(step)) for step in ("reply_longest", "reply"))
    if chosen > longest.due_on:
        raise Refused(
            f"答复期限（{chosen:%Y-%m-%d}）超过了本届次规定的最长{longest.limit}，最迟为{longest.due_on:%Y-%m-%d}。"
        )
    if chosen > usual.due_on and not note.strip():
        raise Refused(
            f"答复期限（{chosen:%Y-%m-%d}）晚于本届次规定的{usual.limit}（{usual.due_on:%Y-%m-%d}），须经同意；"
            "请在说明中写明谁同意、为什么。"
        )


@transaction.atomic
def register(session, *, number, title, proposers, by, at, files=(), **fields):
    """接收登记: a proposal as the committee handed it over. `proposers`: dicts of Proposer's fields, in order.

    Of a secret one (涉密, `is_secret`) nothing is kept but its number, kind and day.
    """
    entry = {"number": number, "title": title, "proposers": proposers} | fields
    proposal = register_many(session, [entry], by=by, at=at)[0]
    if not proposal.is_secret:
        store(files, Owner.PROPOSAL, proposal.pk, proposal=proposal, by=by, at=at, allowed=DOCUMENTS)
    return proposal


@transaction.atomic
def register_many(session, entries, *, by, at, **facts):
    """接收登记 of many at once, in a fixed number of queries for each thousand: all of them or none.

    `entries`: dicts of the arguments of `register`. `facts`: further facts for every event, such as the file that a
    list came in. A user needs the row 接收登记; a command on the server imports, and has the row 补录 for it.
    """
    parties = parties_of(by, timezone.localdate(at))
    workflow.PROPOSAL.find("register" if by else "import", "", parties)
    Session.objects.select_for_update().get(pk=session.pk)  # two at once do not take one number
    entries = [_known_of(entry) | {"number": number_as_printed(entry["number"])} for entry in entries]
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


def _known_of(entry):
    """What may be kept of a proposal: all, or next to nothing of a secret one."""
    if not entry.get("is_secret"):
        return dict(entry)
    kept = {name: entry[name] for name in ("is_secret", "number", "kind", "received_on") if name in entry}
    return kept | {"title": SECRET_TITLE, "proposers": [{"name": SECRET_PROPOSER}]}


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
    """交办 to units. `roles`: list of (Unit, CaseRole). `reply_due_on`: another deadline than the session's rule.

    A later one needs a note of the consent, and is never later than the session's longest (docs/workflow.md, 时限).
    """
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
        then=lambda: _begin_cases(proposal, roles, on, note, reply_due_on),
    )
    return proposal


def _begin_cases(proposal, roles, on, note, reply_due_on=None):
    """A case at 待签收 for each (Unit, CaseRole); returns the facts for the event."""
    _check_reply_deadline(proposal.session, on, reply_due_on, note)
    # from the year before (an opinion is due a month before the reply) to the end: any day may be the reply's deadline
    calendar = Calendar.load(on.year - 1)
    if reply_due_on and reply_due_on <= on:
        raise Refused("答复期限应晚于交办日期。")
    begun = []
    for unit, role in roles:
        if unit.dissolved_on and unit.dissolved_on <= on:
            raise Refused(f"{unit}已撤销，请选择承接其职能的单位。")
        case = Case.objects.create(
            proposal=proposal,
            unit=unit,
            role=role,
            assigned_on=on,
            **deadlines_of(proposal.session, role, on, calendar, reply_due_on, f"交办时确定为{reply_due_on}"),
        )
        begun.append([case.pk, unit.name, role])
    return {"cases": begun}


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

    def arrange():
        end_cases(ending, on)
        settle_requests(ending, True, note, by, at)
        return _begin_cases(proposal, added, on, note, reply_due_on) | _settle(proposal, on)

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
        then=arrange,
    )
    return proposal


def settle_requests(cases, is_granted, ruling, by, at):
    """Rules on the open requests of cases that end by a decision of the office about the whole."""
    for requests in (ReturnRequest, ExtensionRequest):
        requests.objects.filter(case__in=[case.pk for case in cases], ruled_at=None).update(
            is_granted=is_granted, ruling=ruling.strip(), ruled_by=by, ruled_at=at
        )


@operation
def accept(case, *, by, at, paper=None):
    """签收."""
    advance(case, "accept", by=by, at=at, paper=paper, accepted_on=timezone.localdate(at))
    return case


@operation
def request_return(case, suggested_unit, *, by, at, note, paper=None):
    """申请退办: with the reason and the unit that should have it instead."""
    if suggested_unit.pk == case.unit_id:
        raise Refused("建议承办单位不能是本单位。")
    advance(case, "request_return", by=by, at=at, note=note, paper=paper, data={"suggested_unit": suggested_unit.name})
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
    ended = case.proposal.cases.filter(state=CaseState.ENDED)  # assisting ones may have ended with it
    settle_requests(ended, False, "承办已终止，申请随之终止。", by, at)
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
def request_extension(case, wanted_on, *, by, at, note, paper=None):
    """申请延期: a later reply deadline, at most the session's longest extension after the present one."""
    if case.reply_due_on:
        longest = deadline(case.reply_due_on, case.proposal.session.limit("extension")).due_on
        if wanted_on <= case.reply_due_on:
            raise Refused(f"申请延至的日期应晚于现在的答复期限（{case.reply_due_on:%Y-%m-%d}）。")
        if wanted_on > longest:
            raise Refused(
                f"最长可延至{longest:%Y-%m-%d}（本届次规定延期不超过{case.proposal.session.limit('extension')}）。"
            )
    if wanted_on < timezone.localdate(at):
        raise Refused("申请延至的日期已过，请核对。")
    advance(case, "request_extension", by=by, at=at, note=note, paper=paper, data={"wanted_on": str(wanted_on)})
    ExtensionRequest.objects.create(
        case=case,
        round=case.round,
        reason=note.strip(),
        was_due_on=case.reply_due_on or wanted_on,
        wanted_on=wanted_on,
        requested_by=by,
        requested_at=at,
    )
    return case


@operation
def grant_extension(case, *, by, at, note):
    """同意延期: the reply is due on the day that the unit asked for."""
    request = open_extension_request(case)
    wanted_on = request.wanted_on if request else case.reply_due_on
    told = f"经同意由{case.reply_due_on:%Y-%m-%d}延至{wanted_on:%Y-%m-%d}" if wanted_on and case.reply_due_on else ""
    advance(
        case,
        "grant_extension",
        by=by,
        at=at,
        note=note,
        data={"from_on": str(case.reply_due_on), "until_on": str(wanted_on)},
        reply_due_on=wanted_on,
        deadline_basis=case.deadline_basis | {"reply": {"explanation": told}},
    )
    _rule(request, True, by, at, note)
    return case


@operation
def refuse_extension(case, *, by, at, note):
    """不同意延期: the deadline stays."""
    request = open_extension_request(case)
    advance(case, "refuse_extension", by=by, at=at, note=note)
    _rule(request, False, by, at, note)
    return case


@operation
def record_offline(case, *, by, at, closed_on):
    """线下办结: a secret proposal was handled and answered on paper; only the day is kept."""
    check_day(closed_on, case.proposal.session, at, "办结日期")
    if closed_on < case.assigned_on:
        raise Refused(f"办结日期早于交办日期（{case.assigned_on:%Y-%m-%d}），请核对。")
    accepted_on = case.accepted_on or closed_on
    advance(case, "record_offline", by=by, at=at, closed_on=closed_on, accepted_on=accepted_on)
    return case


@operation
def contact(case, *, by, at, stage, manner, held_on, people, summary, files=()):
    """沟通记录: a talk with the proposer. `held_on`: the day of the talk, not of the record."""
    check_day(held_on, case.proposal.session, at, "沟通日期")
    told = dict(case=case, held_on=held_on, manner=manner, summary=summary.strip())
    if Contact.objects.filter(**told).exists():
        raise Refused("同一天已有内容相同的沟通记录，没有重复保存。")
    advance(case, "contact", by=by, at=at, data={"manner": manner, "stage": stage, "held_on": str(held_on)})
    made = Contact.objects.create(
        **told,
        round=case.round,
        stage=stage,
        people=people.strip(),
        recorded_by=by,
        recorded_at=at,
    )
    store(files, Owner.CONTACT, made.pk, proposal=case.proposal, by=by, at=at, allowed=DOCUMENTS)
    return made


@operation
def prepare_opinion(case, text, *, by, at, files=()):
    """The clerk (or the head) of an assisting unit writes its opinion down; `advise` by the head sends it."""
    check_opinion_writer(case, user=by, on=timezone.localdate(at))
    opinion = Opinion.objects.filter(case=case).first() or Opinion(case=case)
    opinion.text, opinion.prepared_by, opinion.prepared_at = text.strip(), by, at
    _keep_opinion(opinion, files, by, at)
    audit(case, "prepare_opinion", by=by, at=at)
    return opinion


def _keep_opinion(opinion, files, by, at):
    """Stores an opinion with its files; refuses one that says nothing."""
    opinion.save()
    store(files, Owner.OPINION, opinion.pk, proposal=opinion.case.proposal, by=by, at=at, allowed=DOCUMENTS)
    if not opinion.text and not files_of(Owner.OPINION, opinion.pk).exists():
        raise Refused("请填写会办意见或上传文件。")


@operation
def advise(case, *, by, at, text="", files=(), paper=None):
    """会办意见: the head of the assisting unit gives its opinion to the lead unit."""
    opinion = Opinion.objects.filter(case=case).first() or Opinion(case=case, prepared_by=by, prepared_at=at)
    if text.strip():
        opinion.text = text.strip()
    advance(case, "advise", by=by, at=at, paper=paper)
    opinion.given_by, opinion.given_at = by, at
    _keep_opinion(opinion, files, by, at)
    return opinion


@operation
def attach(proposal, *, by, at, files):
    """Files of the proposal itself (原件、附图): seen by whoever sees the proposal."""
    check_attach(proposal, user=by, on=timezone.localdate(at))
    stored = store(files, Owner.PROPOSAL, proposal.pk, proposal=proposal, by=by, at=at, allowed=DOCUMENTS)
    if not stored:
        raise Refused("请选择要上传的文件。")
    Proposal.objects.filter(pk=proposal.pk).update(deeds=proposal.deeds + 1)
    audit(proposal, "attach", by=by, at=at, files=[attachment.name for attachment in stored])
    return stored


def check_day(day, session, at, label):
    """Refuses days that cannot be: in the future, or before the session's year (docs/workflow.md, 日期)."""
    if day > timezone.localdate(at):
        raise Refused(f"{label}（{day:%Y-%m-%d}）在今天之后，请核对。")
    if day.year < session.year - 1:
        raise Refused(f"{label}（{day:%Y-%m-%d}）早于本届次年度，请核对。")


CARRIED = tuple(  # columns that a new session takes from the newest one
    field.name
    for field in Session._meta.concrete_fields
    if field.name not in ("id", "key", "label", "year", "version", "saved_by", "saved_at")
)


@transaction.atomic
def open_session(key, label, year, *, by, at, usual=False, **fields):
    """新建届次 with the settings of the newest session, or with the usual ones where there is none yet.

    `usual`: the usual settings in any case (classes A to C, one decimal), as for a ledger of another year or place.
    `fields`: columns of Session that are to differ.
    """
    if by is not None and Party.OFFICE not in parties_of(by, timezone.localdate(at)):
        raise NotAllowed("只有区政府办公室可以新建届次。")
    if not SESSION_KEY.fullmatch(key):
        raise Refused(f"届次代号“{key}”只能用字母、数字和短横线，如 9-4。")
    # a session can be locked only once it is there: of two who open one key at once, the database lets one through
    if Session.objects.filter(key=key).exists():
        raise Refused(f"届次“{key}”已存在。")
    newest = None if usual else Session.objects.first()
    carried = {name: getattr(newest, name) for name in CARRIED} if newest else {}
    try:
        with transaction.atomic():
            session = Session.objects.create(key=key, label=label, year=year, **carried | fields)
    except IntegrityError:
        raise Refused(f"届次“{key}”刚才已由他人新建。") from None
    for model, steps, usual_steps in (
        (ResultClass, "classes", USUAL_CLASSES),
        (Rating, "ratings", USUAL_RATINGS),
    ):
        given = (
            getattr(newest, steps).values() if newest else ({**step, "rank": n} for n, step in enumerate(usual_steps))
        )
        model.objects.bulk_create(model(**step | {"id": None, "session_id": session.pk}) for step in given)
    record(
        action="session.open",
        target_type="session",
        target_key=key,
        target_name=label,
        at=at,
        data={"settings_of": newest.key if newest else ""},
        **actor(by),
    )
    return session
