"""What is done with the draft of an allocation: units put on its lines, asked, and all of it assigned in one go.

Who may assign a proposal may draft it (docs/workflow.md, assign). Every change leaves an event at the session: what was
only planned is nobody's business on the page of the proposal.
"""

from django.db import transaction
from django.utils import timezone

from apps.accounts.queries import standing_of
from apps.audit.operations import record
from apps.proposals import operations as proposals
from apps.proposals.models import Proposal
from apps.proposals.queries import check
from apps.proposals.workflow import CaseRole, NotAllowed, OutOfTurn, Refused

from .models import AllocationDraft, Answer, Assignment, Line, Outcome, Part
from .queries import line_of, lines_asked_of, open_lines, with_lines

MOST = 500  # lines assigned in one go


def said_of(line):
    """主办：区住房城乡建委，协办：区财政局 — what a line says, in words."""
    return "，".join(f"{role.label}：{unit}" for unit, role in line.roles) or "未拟单位"


def led_by(roles, unit):
    """The (Unit, CaseRole) of a line once `unit` leads it: who assists goes on assisting."""
    assisting = [(other, role) for other, role in roles if role == CaseRole.ASSIST and other != unit]
    return [(unit, CaseRole.LEAD), *assisting]


def _record(session, action, *, by, at, note="", **data):
    record(
        action=f"allocation.{action}",
        target_type="session",
        target_key=session.key,
        target_name=session.label,
        at=at,
        note=note,
        data=data,
        **proposals.actor(by),
    )


def _check_drafter(by, at):
    if not standing_of(by, timezone.localdate(at)).is_office:
        raise NotAllowed("分办方案由区政府办公室拟订。")


def _locked(proposal):
    """The proposal and its open line (None without one), read anew while others wait."""
    proposals.lock(proposal)
    proposal = with_lines(Proposal.objects.filter(pk=proposal.pk)).get()
    return proposal, line_of(proposal)


@transaction.atomic
def place(proposal, roles, *, by, at, seen, note=None):
    """Puts units, [(Unit, CaseRole)], on the line of a proposal; none of them takes back what was drafted.

    `seen`: the version of the line that the person saw, 0 where there was none. Raises OutOfTurn where somebody else
    changed it since, or it was assigned; Refused for a set of units that cannot be; NotAllowed. Returns the Line.
    """
    on = timezone.localdate(at)
    check(proposal, "assign", user=by, on=on)  # first of all: who may not is told nothing of the draft
    proposal, line = _locked(proposal)
    check(proposal, "assign", user=by, on=on)
    if seen != (line.version if line else 0):
        raise OutOfTurn(_overtaken(proposal, line))
    if roles:
        proposals.check_shape(roles)
    for unit, _ in roles:
        if unit.dissolved_on and unit.dissolved_on <= on:
            raise Refused(f"{unit}已撤销，请选择承接其职能的单位。")
    if note is None:
        note = line.note if line else ""
    if proposal.is_secret:
        note = ""  # no text of a secret proposal is stored
    if line is None:
        draft, _ = AllocationDraft.objects.get_or_create(session=proposal.session)
        line = Line.objects.create(draft=draft, proposal=proposal, note=note, changed_by=by, changed_at=at)
    else:
        changes = {"note": note, "version": line.version + 1, "changed_by": by, "changed_at": at}
        Line.objects.filter(pk=line.pk).update(**changes)
        line.parts.all().delete()
    Part.objects.bulk_create(Part(line=line, unit=unit, role=role) for unit, role in roles)
    told = {"units": [[unit.name, role] for unit, role in roles]} if roles else {}
    _record(proposal.session, "place" if roles else "clear", by=by, at=at, note=note, proposal=proposal.name, **told)
    return line


def _overtaken(proposal, line):
    if line is None:
        return f"{proposal}提案的分办刚才已变化，请按最新情况操作。"
    return f"{proposal}提案刚才已由{line.changed_by}改为“{said_of(line)}”，没有覆盖。请核对后再定。"


def place_many(chosen, *, by, at):
    """采纳: each of [(Proposal, roles, seen)] as `place` does. Returns (number done, [why the others were not])."""
    done, refused = 0, []
    for proposal, roles, seen in chosen:
        try:
            place(proposal, roles, by=by, at=at, seen=seen)
        except (OutOfTurn, Refused) as why:
            refused.append(str(why))
        else:
            done += 1
    return done, refused


@transaction.atomic
def share(draft, answer_by_on, *, by, at):
    """征求意见: from now on units see their own lines and may answer until it ends; they are asked to by a day.

    Again with another day, that is the day. Raises NotAllowed; Refused without lines, or for a day that is over.
    """
    _check_drafter(by, at)
    if answer_by_on < timezone.localdate(at):
        raise Refused("反馈日期已过，请选择今天或以后的日期。")
    if not open_lines(draft.session).exists():
        raise Refused("方案中还没有拟定单位的提案，请先拟定。")
    AllocationDraft.objects.filter(pk=draft.pk).update(shared_by=by, shared_at=at, answer_by_on=answer_by_on)
    _record(draft.session, "share", by=by, at=at, answer_by_on=str(answer_by_on))


@transaction.atomic
def end_sharing(draft, *, by, at):
    """结束征求意见: units see the draft no more; what they answered is kept. Raises NotAllowed, OutOfTurn."""
    _check_drafter(by, at)
    shared = AllocationDraft.objects.filter(pk=draft.pk, shared_at__isnull=False)
    if not shared.update(shared_by=None, shared_at=None, answer_by_on=None):
        raise OutOfTurn("征求意见此前已经结束。")
    _record(draft.session, "end_sharing", by=by, at=at)


@transaction.atomic
def answer(line, unit, *, by, at, seen, agrees, reason="", suggested_unit=None):
    """反馈分办意见: what a unit says to its part of a line; once more, the last answer counts. Returns the Answer.

    `seen`: the version of the line that the person saw. Raises NotAllowed for people of another unit; OutOfTurn where
    the line was changed, assigned, or is no longer shared; Refused for an objection without a reason.
    """
    units = standing_of(by, timezone.localdate(at)).units
    if unit.pk not in units:
        raise NotAllowed("分办意见由该单位自己反馈。")
    proposals.lock(line.proposal)
    now = lines_asked_of({unit.pk}).filter(pk=line.pk).first()
    if now is None:
        raise OutOfTurn("征求意见已经结束，或方案已不由本单位承办此件，不能再反馈。")
    if now.version != seen:
        raise OutOfTurn(f"方案刚才已调整为“{said_of(now)}”，请核对后再反馈。")
    if not agrees and not reason.strip():
        raise Refused("不同意的，请写明理由。")
    if suggested_unit == unit:
        raise Refused("建议承办单位不能是本单位。")
    role = next(part.role for part in now.parts.all() if part.unit_id == unit.pk)
    said = Answer.objects.create(
        line=now,
        unit=unit,
        role=role,
        agrees=agrees,
        reason="" if agrees else reason.strip(),
        suggested_unit=None if agrees else suggested_unit,
        answered_by=by,
        answered_at=at,
    )
    told = {"proposal": now.proposal.name, "opinion": f"{unit}{'同意' if agrees else '不同意'}"}
    if said.suggested_unit:
        told["suggested_unit"] = said.suggested_unit.name
    _record(now.draft.session, "answer", by=by, at=at, note=said.reason, **told)
    return said


def assign_all(draft, chosen, *, by, at, note=""):
    """一次交办: assigns lines of the draft, each for itself, by the operation that assigns one. Returns the Assignment.

    `chosen`: {line id: version seen}; a line that was changed since, assigned already, or refused, is left as it is and
    its Outcome says why. Raises NotAllowed; Refused where nothing was chosen, or more than MOST.
    """
    _check_drafter(by, at)
    if not chosen:
        raise Refused("没有可以交办的提案。")
    if len(chosen) > MOST:
        raise Refused(f"一次最多交办 {MOST} 件，请分几次交办。")
    assignment = Assignment.objects.create(draft=draft, made_by=by, made_at=at)
    lines = Line.objects.filter(draft=draft, pk__in=chosen).select_related("proposal__session")
    for line in lines.order_by("proposal__number_order", "proposal__number", "pk"):
        try:
            _assign_line(assignment, line, chosen[line.pk], by, at, note)
        except (OutOfTurn, Refused, NotAllowed) as why:
            Outcome.objects.create(assignment=assignment, line=line, why_not=str(why))
    with transaction.atomic():
        done = assignment.outcomes.filter(why_not="").count()
        _record(draft.session, "assign", by=by, at=at, note=note, assigned=done, chosen=len(chosen))
    return assignment


@transaction.atomic
def _assign_line(assignment, line, seen, by, at, note):
    proposal, now = _locked(line.proposal)
    if now is None or now.pk != line.pk:
        raise OutOfTurn("此前已经交办。")
    if now.version != seen:
        raise OutOfTurn(f"核对以后已由{now.changed_by}改为“{said_of(now)}”，没有交办，请重新核对。")
    proposals.assign(proposal, now.roles, by=by, at=at, note=note)
    Line.objects.filter(pk=now.pk).update(assigned_at=at)
    Outcome.objects.create(assignment=assignment, line=now)
