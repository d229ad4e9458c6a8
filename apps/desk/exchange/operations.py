"""Storing what a workbook says: all or nothing, one event a proposal, in queries whose number grows by the batch only.

The import creates rows in the state that each row implies; it never changes a state (docs/decisions/0002). What a
ledger cannot tell (talks, texts, signatures, who did what) is left empty and marked 补录.
"""

import hashlib
from collections import defaultdict
from functools import cache

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit.operations import record, record_many
from apps.calendars.deadlines import Calendar, deadline
from apps.proposals import workflow
from apps.proposals.models import Case, Category, Proposal, Proposer, Sector, Session
from apps.proposals.operations import actor, deadlines_of, event_of, open_session, register_many
from apps.proposals.queries import number_order, parties_of
from apps.proposals.workflow import CaseRole, CaseState, NotAllowed, OutOfTurn, Party
from apps.ratings.models import Receipt
from apps.ratings.workflow import ReceiptState
from apps.replies.models import Reply
from apps.replies.workflow import ReplyState
from apps.units.models import Leader, Unit
from apps.units.queries import leaders_by_name

from .plan import LEDGER, LIST, assisting_state
from .progress import Stage, is_again
from .reading import read_ledger, read_list

NOT_IN_A_LEDGER = ["沟通记录", "会办意见", "答复正文", "审签", "寄送方式", "回执扫描件"]
"""What every import leaves empty; each event says so."""
BATCH = 500


def parties_importing(kind, by, at, create=False):
    """The parties that `by` is for an import of `kind`; raises NotAllowed where that is none of theirs.

    A list is registered (接收登记: the office), a ledger imported (补录). What is missing is made
    by office and operator only.
    """
    parties = parties_of(by, timezone.localdate(at))
    workflow.PROPOSAL.find("register" if kind == LIST and by else "import", "", parties)
    if create and parties.isdisjoint({Party.OFFICE, Party.OPERATOR}):
        raise NotAllowed("新建届次、单位等只能由区政府办公室办理。")
    return parties


def read(kind, content, session_key, *, by, at, create=False):
    """The Plan of a workbook for this user; nothing is stored. Raises NotAllowed, reading.Unusable."""
    parties = parties_importing(kind, by, at, create)
    reader = {LIST: read_list, LEDGER: read_ledger}[kind]
    return reader(content, session_key, parties=parties, at=at, create=create)


def bring_in(kind, content, session_key, *, by, at, create=False, name="", seen=None):
    """Reads a workbook (bytes) and stores all of it, or nothing where the Plan has problems. Returns the Plan.

    `name`: of the file, for the events. `seen`: the fingerprint of the Plan that a preview showed; raises OutOfTurn
    where the system has changed since, so that it would be another one. Raises also what `read` does.
    """
    try:
        with transaction.atomic():
            return _bring_in(kind, content, session_key, by, at, create, name, seen)
    except IntegrityError as clash:
        raise OutOfTurn("刚才有人同时导入或登记了相同的内容。没有导入任何内容，请核对后再试。") from clash


def _bring_in(kind, content, session_key, by, at, create, name, seen):
    # one import at a time; where there is no session yet, its unique key and those of the names do it
    list(Session.objects.select_for_update().order_by("pk").values_list("pk"))
    plan = read(kind, content, session_key, by=by, at=at, create=create)
    if plan.problems:
        return plan
    if seen is not None and seen != plan.fingerprint:
        raise OutOfTurn("预览以后，系统中的届次、单位或提案已有变化。没有导入任何内容，请按最新的预览核对后再确认。")
    source = {"file": name, "sha256": hashlib.sha256(content).hexdigest(), "sheet": plan.sheet}
    session = _make_missing(plan, by, at)
    (_store_list if kind == LIST else _store_ledger)(plan, session, by, at, source)
    return plan


def _make_missing(plan, by, at):
    """Makes the session, units, leaders, categories and sectors that the plan names as missing; returns the session."""
    if plan.is_new_session:
        session = open_session(plan.session_key, plan.label, plan.year, by=by, at=at, usual=True)
    else:
        session = Session.objects.get(key=plan.session_key)
    missing = plan.missing
    if not missing:
        return session
    for model, names in ((Unit, missing.units), (Leader, missing.leaders), (Category, missing.categories)):
        last = model.objects.order_by("-order").values_list("order", flat=True).first() or 0
        model.objects.bulk_create(model(name=name, order=last + place) for place, name in enumerate(names, 1))
    Sector.objects.bulk_create(Sector(name=name) for name in missing.sectors)
    record(
        action="session.make_missing",
        target_type="session",
        target_key=session.key,
        target_name=session.label,
        at=at,
        note="导入时新建" + "、".join(f"{label}{len(names)}个" for label, names in missing.told()),
        data=dict(missing.told()),
        **actor(by),
    )
    return session


def _by_name(model):
    return {found.name: found for found in model.objects.all()}


def _store_list(plan, session, by, at, source):
    sectors, categories = _by_name(Sector), _by_name(Category)
    entries = [
        {
            "number": entry.number,
            "title": entry.title,
            "proposers": list(entry.proposers),
            "form": entry.form,
            "kind": entry.kind,
            "sector": sectors.get(entry.sector),
            "category": categories.get(entry.category),
            "is_key": entry.is_key,
            "text": entry.text,
            "wished_units": entry.wished_units,
        }
        for entry in plan.entries
    ]
    register_many(session, entries, by=by, at=at, **source)


def _store_ledger(plan, session, by, at, source):
    proposals = _store_proposals(plan.entries, session)
    firsts = _store_proposers(plan.entries, proposals)
    pairs = list(zip(plan.entries, proposals, strict=True))
    cases = _store_cases(pairs, session)
    answering = [(case, part) for case, part in cases if case.is_answering and not case.proposal.is_secret]
    replies = _store_replies(answering, session)
    receipts = _store_receipts(replies, firsts, session, by, at)
    of = {"case": defaultdict(list), "reply": defaultdict(list), "receipt": defaultdict(list)}
    for thing in (*(case for case, _ in cases), *(reply for reply, *_ in replies), *receipts):
        of[thing.WORKFLOW.name][thing.workflow_proposal.pk].append(thing)
    record_many(
        event_of(
            proposal,
            "import",
            by=by,
            at=at,
            note="；".join(entry.unusual),
            title=entry.title,
            cases=[[case.unit.name, case.role, case.state, case.round] for case in of["case"][proposal.pk]],
            parts={name: [[one.pk, one.state] for one in found[proposal.pk]] for name, found in of.items()},
            rows=list(entry.rows),
            unusual=list(entry.unusual),
            unknown=list(entry.unknown),
            not_recorded=NOT_IN_A_LEDGER,
            **source,
        )
        for entry, proposal in pairs
    )


def _store_proposals(entries, session):
    sectors, categories, leaders = _by_name(Sector), _by_name(Category), leaders_by_name()
    proposals = Proposal.objects.bulk_create(
        (
            Proposal(
                session=session,
                number=entry.number,
                number_order=number_order(entry.number),
                title=entry.title,
                is_secret=entry.is_secret,
                form=entry.form,
                kind=entry.kind,
                sector=sectors.get(entry.sector),
                category=categories.get(entry.category),
                is_key=entry.is_key,
                supervising_leader=leaders.get(entry.leader),
                wished_units=entry.planned_units,
                remark=entry.remark,
                mode=entry.mode,
                state=entry.state,
                assigned_on=entry.assigned_on,
                ended_on=entry.ended_on,
                is_imported=True,
            )
            for entry in entries
        ),
        batch_size=BATCH,
    )
    merged = [(proposal, entry.merged_into) for proposal, entry in zip(proposals, entries, strict=True)
              if entry.merged_into]  # fmt: skip
    if merged:
        mains = dict(Proposal.objects.filter(session=session).values_list("number", "pk"))
        for proposal, number in merged:
            proposal.merged_into_id = mains[number]
        Proposal.objects.bulk_update([proposal for proposal, _ in merged], ["merged_into"], batch_size=BATCH)
    return proposals


def _store_proposers(entries, proposals):
    """Stores them; returns proposal id → the first one, who is asked for the receipts."""
    people = Proposer.objects.bulk_create(
        (
            Proposer(proposal=proposal, order=order, name=name)
            for proposal, entry in zip(proposals, entries, strict=True)
            for order, name in enumerate(entry.proposers)
        ),
        batch_size=BATCH,
    )
    return {one.proposal_id: one for one in people if one.order == 0}


def _store_cases(pairs, session):
    """[(Case, the Part it comes from)] in the order of the rows."""
    units, calendar = _by_name(Unit), Calendar.load()

    @cache
    def deadlines(role, on, due_on):
        return deadlines_of(session, role, on, calendar, due_on, f"按台账为{due_on}")

    def case_of(entry, proposal, unit, role, part):
        case = Case(
            proposal=proposal,
            unit=units[unit],
            role=role,
            state=assisting_state(part),
            assigned_on=part.assigned_on,
            **deadlines(role, part.assigned_on, part.due_on),
        )
        case.deadline_basis = dict(case.deadline_basis)
        if role != CaseRole.ASSIST:
            case.state, case.round, case.accepted_on = part.state, part.round, part.accepted_on
            case.closed_on = part.closed_on if part.stage == Stage.CLOSED else None
            if part.round > 1 and not part.due_on:
                case.reply_due_on = None  # it began on a day that no ledger tells
                case.deadline_basis["reply"] = {"explanation": f"台账没有写明第{part.round}轮的答复期限"}
        if entry.end:
            case.state, case.ended_on = CaseState.ENDED, part.closed_on
        return case

    made = [
        (case_of(entry, proposal, unit, role, part), part)
        for entry, proposal in pairs
        for unit, role, part in entry.roles
    ]
    Case.objects.bulk_create([case for case, _ in made], batch_size=BATCH)
    return made


def _store_replies(answering, session):
    """[(Reply, ReceiptState or None, rating, Part)] of every round that a row tells of."""
    classes = {found.code: found for found in session.classes.all()}
    made = [told for case, part in answering for told in _rounds_of(case, part, classes)]
    Reply.objects.bulk_create([reply for reply, *_ in made], batch_size=BATCH)
    return made


def _rounds_of(case, part, classes):
    """Replies as the row tells them: of an earlier round only the first rating is known, of the latest its columns."""

    def reply(round_, **columns):
        return Reply(case=case, round=round_, state=ReplyState.ISSUED, is_imported=True, **columns)

    again = is_again(part.stage, part.round)
    latest = part.round - 1 if again else part.round
    if part.round > 1 and latest > 1:
        yield reply(1), ReceiptState.CONFIRMED, part.first, None
    if part.stage < Stage.REPLIED and not again:
        return
    told = reply(
        latest,
        issued_on=part.issued_on,
        number=part.reply_number,
        publicity=part.publicity,
        result_class=classes.get(part.result_class),
        due_on=None if again else case.reply_due_on,
    )
    rating = part.last or (part.first if latest == 1 else "")
    if again:
        is_told = rating or part.issued_on or part.reply_number or part.publicity or part.result_class
        if is_told:
            yield told, ReceiptState.CONFIRMED if rating else None, rating, part
    elif not rating:
        yield told, ReceiptState.AWAITED, "", part
    else:
        yield told, ReceiptState.SUBMITTED if part.stage == Stage.RATED else ReceiptState.CONFIRMED, rating, part


def _store_receipts(replies, firsts, session, by, at):
    ratings = {found.name: found for found in session.ratings.all()}
    limit, calendar = session.limit("receipt"), Calendar.load()

    @cache
    def due_after(day):
        return deadline(day, limit, calendar)

    def receipt_of(reply, state, rating, part):
        due = due_after(reply.issued_on) if reply.issued_on else None
        receipt = Receipt(
            case=reply.case,
            reply=reply,
            proposer=firsts[reply.case.proposal_id],
            state=state,
            rating=ratings.get(rating),
            received_on=part.received_on if part else None,
            due_on=due.due_on if due else None,
            due_basis=due.basis() if due else {},
            is_imported=True,
        )
        if state == ReceiptState.SUBMITTED and by:
            receipt.entered_by, receipt.entered_at = by, at  # who brings it in does not confirm it
        if part and part.stage == Stage.CLOSED and rating and not ratings[rating].is_dissatisfied:
            receipt.confirmed_on = part.closed_on  # 办结 is what the confirmation brings about
        return receipt

    return Receipt.objects.bulk_create([receipt_of(*told) for told in replies if told[1]], batch_size=BATCH)
