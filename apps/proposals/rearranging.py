"""What the office decides about a proposal as a whole: corrections, merging, withdrawing, other units.

See operations.py for how operations are made.
"""

from django.db import transaction
from django.utils import timezone

from .models import Case, Coordination, Proposal, Proposer
from .operations import advance, end_cases, lock, operation, settle_requests
from .queries import check
from .workflow import ANSWERING, CaseState, OutOfTurn, ProposalState, Refused

CORRECTED = ("title", "text", "form", "kind", "sector", "category", "wished_units", "remark")
PROPOSER_FIELDS = ("name", "position", "phone", "address", "contact_person")
OPEN_TO_MERGING = (ProposalState.RECEIVED, ProposalState.ASSIGNED, ProposalState.HANDLING)


@operation
def correct(proposal, *, by, at, note, proposers=None, **fields):
    """更正登记: `fields` any of CORRECTED; `proposers` the whole list in order, dicts with `pk` for those there are.

    The event keeps what stood before. A proposer who has been asked for a receipt cannot be taken out.
    """
    changed = {}
    for name, value in fields.items():
        if name not in CORRECTED:
            raise ValueError(name)
        before = getattr(proposal, name)
        if before != value:
            changed[name] = [str(before or ""), str(value or "")]
    told = _changed_proposers(proposal, proposers) if proposers is not None else []
    if not changed and not told:
        raise Refused("没有改动。")
    if "title" in changed and not fields["title"].strip():
        raise Refused("请填写案由。")
    data = {"changed": changed} | ({"proposers": told} if told else {})
    advance(proposal, "correct", by=by, at=at, note=note, data=data, **{name: fields[name] for name in changed})
    if told:
        _write_proposers(proposal, proposers)
    return proposal


def _changed_proposers(proposal, proposers):
    """[before, after] as lists of plain dicts, empty where they are the same; refuses what cannot be."""
    names = [one["name"].strip() for one in proposers]
    if not names or not all(names):
        raise Refused("请填写提案者。")
    if len(set(names)) < len(names):
        raise Refused("提案者有重复，请核对。")
    kept = {proposer.pk: proposer for proposer in proposal.proposers.all()}
    wanted = {one["pk"] for one in proposers if one.get("pk")}
    if not wanted <= kept.keys():
        raise OutOfTurn("提案者已有变化，请按最新情况操作。")
    for pk, proposer in kept.items():
        if pk not in wanted and proposer.receipts.exists():
            raise Refused(f"{proposer}已被征询过意见，不能从提案者中移出。")
    before = [_plain(vars(proposer)) for proposer in kept.values()]
    after = [_plain(one) for one in proposers]
    return [before, after] if before != after else []


def _plain(proposer):
    return {name: (proposer.get(name) or "").strip() for name in PROPOSER_FIELDS}


def _write_proposers(proposal, proposers):
    wanted = {one["pk"] for one in proposers if one.get("pk")}
    proposal.proposers.exclude(pk__in=wanted).delete()
    # out of the way first: two may change places, and order and name are unique
    for place, proposer in enumerate(proposal.proposers.all()):
        Proposer.objects.filter(pk=proposer.pk).update(order=10_000 + place, name=f"#{proposer.pk}")
    for order, one in enumerate(proposers):
        values = _plain(one) | {"order": order}
        if one.get("pk"):
            Proposer.objects.filter(pk=one["pk"]).update(**values)
        else:
            Proposer.objects.create(proposal=proposal, **values)


@operation
def mark_key(proposal, supervising_leader, *, by, at, note):
    """确定重点提案 with the Leader who supervises it; None: it is no longer one."""
    if supervising_leader == proposal.supervising_leader and proposal.is_key == bool(supervising_leader):
        raise Refused("没有改动。")
    advance(
        proposal,
        "mark_key",
        by=by,
        at=at,
        note=note,
        is_key=bool(supervising_leader),
        supervising_leader=supervising_leader,
        data={"is_key": bool(supervising_leader), "leader": supervising_leader.name if supervising_leader else ""},
    )
    return proposal


@operation
def coordinate(proposal, *, by, at, note):
    """协调: a decision that binds the units; with it a reply may go on without an opinion that was not given."""
    advance(proposal, "coordinate", by=by, at=at, note=note)
    return Coordination.objects.create(proposal=proposal, decision=note.strip(), made_by=by, made_at=at)


def _end(proposal, action, what, *, by, at, note, data=None, **changes):
    """The proposal ends, and every case of it with it."""
    on = timezone.localdate(at)
    live = [case for case in proposal.cases.all() if case.state != CaseState.ENDED]
    data = (data or {}) | {"ended": [case.pk for case in live]}
    advance(proposal, action, by=by, at=at, note=note, data=data, ended_on=on, **changes)
    end_cases(live, on)
    settle_requests(live, False, f"提案{what}，申请终止。", by, at)
    return proposal


@operation
def hand_back(proposal, *, by, at, note, letter, handed_to):
    """退回提案委: it belongs to another body (`handed_to`); `letter` is the number of the letter that says so."""
    changes = dict(handed_back_letter=letter.strip(), handed_to=handed_to.strip())
    return _end(proposal, "hand_back", "已退回", by=by, at=at, note=note, data=dict(changes), **changes)


@operation
def withdraw(proposal, *, by, at, note):
    """撤案, by a letter of the committee that the note names."""
    return _end(proposal, "withdraw", "已撤案", by=by, at=at, note=note)


@transaction.atomic
def merge(proposal, main, *, by, at, note, seen=None):
    """并案 into `main` of the same session: its proposers get the reply to `main` and a receipt of their own."""
    lock(proposal, main)
    return _merge(proposal, main, by=by, at=at, note=note, seen=seen)


@operation
def _merge(proposal, main, *, by, at, note):
    # first of all: who may not merge is told nothing of the other proposal
    check(proposal, "merge", user=by, on=timezone.localdate(at), note=note)
    main = Proposal.objects.get(pk=main.pk)
    if main.pk == proposal.pk:
        raise Refused("不能并入自己，请选择另一件提案。")
    if main.session_id != proposal.session_id:
        raise Refused("只能并入同一届次的提案。")
    if main.is_secret != proposal.is_secret:
        raise Refused("涉密提案不能与其他提案并案。")
    if main.state not in OPEN_TO_MERGING:
        raise Refused(f"{main}现在是“{main.get_state_display()}”，不能再并入提案。")
    data = {"main": main.name}
    return _end(proposal, "merge", "已并案", by=by, at=at, note=note, data=data, merged_into=main)


@operation
def unmerge(proposal, *, by, at, note):
    """撤销并案: it waits to be assigned again."""
    data = {"main": proposal.merged_into.name if proposal.merged_into else ""}
    advance(proposal, "unmerge", by=by, at=at, note=note, data=data, merged_into=None, ended_on=None, mode="",
            assigned_on=None)  # fmt: skip
    return proposal


@operation
def transfer(proposal, case, successor, *, by, at, note):
    """移交承接: `successor` takes over a unit's case with everything in it, promises too (机构改革)."""
    on = timezone.localdate(at)
    case = proposal.cases.select_related("unit").filter(pk=case.pk).exclude(state=CaseState.ENDED).first()
    if not case:
        raise OutOfTurn("该单位已不承办此提案，请按最新情况操作。")
    if successor.dissolved_on and successor.dissolved_on <= on:
        raise Refused(f"{successor}已撤销，请选择现有的单位。")
    if proposal.cases.exclude(state=CaseState.ENDED).filter(unit=successor).exists():
        raise Refused(f"{successor}已在承办此提案，不能再承接；如需合并，请用“调整承办单位”移出其中一个。")
    data = {"case": case.pk, "unit": case.unit.name, "successor": successor.name}

    def hand_over():
        Case.objects.filter(pk=case.pk).update(unit=successor, named_signer=None)
        return {}

    advance(proposal, "transfer", by=by, at=at, note=note, data=data, then=hand_over)
    return proposal


@operation
def carry_over(proposal, *, by, at, note, reply_due_on=None):
    """结转续办 at the year's end; `reply_due_on`: the new deadline of the units that have not replied."""
    on = timezone.localdate(at)
    if reply_due_on and reply_due_on <= on:
        raise Refused("新的答复期限应晚于今天。")
    data = {"reply_due_on": str(reply_due_on)} if reply_due_on else {}
    advance(proposal, "carry_over", by=by, at=at, note=note, data=data, carried_over_on=on)
    if reply_due_on:
        told = {"explanation": f"{on:%Y-%m-%d}结转续办，期限定为{reply_due_on:%Y-%m-%d}"}
        for case in proposal.cases.filter(state__in=(CaseState.ASSIGNED, CaseState.HANDLING), role__in=ANSWERING):
            Case.objects.filter(pk=case.pk).update(
                reply_due_on=reply_due_on, deadline_basis=case.deadline_basis | {"reply": told}
            )
    return proposal
