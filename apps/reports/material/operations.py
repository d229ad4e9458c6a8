"""Material of the letter, each taken over with its source and day: what units are asked for because no reply holds it
(素材征集), what they report on their promises, and the replies that become examples (例如、又如)."""

from django.db import transaction
from django.utils import timezone

from apps.accounts.queries import standing_of
from apps.audit.operations import record
from apps.figures.queries import tally as tally_of
from apps.proposals.workflow import NotAllowed, OutOfTurn, Refused

from ..drafting import examples_up_to, source_of_example, told
from ..editing.operations import add_part
from ..letter import examples_of
from ..models import LetterPart, LetterSource, MaterialAnswer, MaterialRequest
from ..operations import letter_to_write, locked_letter, record_letter
from ..queries import parts_of, sources_told
from ..references import plain


@transaction.atomic
def ask(session, *, by, at, units, text, due_on):
    """Asks units for a fact by a day."""
    letter = letter_to_write(session, by, at)
    text = text.strip()
    if not text or not units:
        raise Refused("请写明需要什么素材，并选择承办单位。")
    if due_on < timezone.localdate(at):
        raise Refused("反馈期限已过，请填写今后的日期。")
    request = MaterialRequest.objects.create(letter=letter, text=text, due_on=due_on, asked_by=by, asked_at=at)
    MaterialAnswer.objects.bulk_create(MaterialAnswer(request=request, unit=unit) for unit in units)
    named = [unit.name for unit in units]
    record_letter(session, "ask_material", by, at, {"request": request.pk, "text": text, "asked": named})
    return request


@transaction.atomic
def withdraw(answer, *, by, at):
    """撤回: the unit need not answer any more."""
    session = answer.request.letter.session
    locked_letter(session, by, at)
    answer = _fresh(answer)
    if answer.answered_at:
        raise OutOfTurn(f"{answer.unit}已经反馈。")
    if answer.withdrawn_at:
        return answer
    answer.withdrawn_by, answer.withdrawn_at = by, at
    answer.save()
    record_letter(session, "withdraw_material", by, at, {"request": answer.request_id, "unit": answer.unit.name})
    return answer


@transaction.atomic
def give(answer, *, by, at, text, source, as_on):
    """A unit answers, or answers better until the office has taken it over: the fact, its source, its day."""
    if answer.unit_id not in standing_of(by, timezone.localdate(at)).units:
        raise NotAllowed(f"只有{answer.unit}可以反馈这项素材。")
    answer = _fresh(answer)
    if answer.withdrawn_at:
        raise OutOfTurn("区政府办公室已撤回这项素材征集，不必再反馈。")
    if answer.uses.filter(part__removed_at=None).exists():
        raise OutOfTurn("区政府办公室已采用这项素材。要更正请与区政府办公室联系。")
    text, source = text.strip(), " ".join(source.split())
    if not text or not source:
        raise Refused("请填写素材和出处。")
    if as_on > timezone.localdate(at):
        raise Refused("截至日期还没有到。")
    before = answer.text
    answer.text, answer.source, answer.as_on = text, source, as_on
    answer.answered_by, answer.answered_at = by, at
    answer.save()
    session = answer.request.letter.session
    given = {"request": answer.request_id, "unit": answer.unit.name, "text": text, "source": source}
    record(
        action="letter.give_material",
        target_type="session",
        target_key=session.key,
        target_name=session.label,
        actor_key=by.username,
        actor_name=str(by),
        at=at,
        data=given | {"as_on": str(as_on)} | ({"text_before": before} if before else {}),
    )
    return answer


@transaction.atomic
def take_answer(answer, *, by, at, after):
    """采用: the unit's words become a part of the letter behind another one, with their source and day."""
    session = answer.request.letter.session
    _letter_in_parts(session, by, at)
    answer = _fresh(answer)
    if not answer.answered_at:
        raise OutOfTurn(f"{answer.unit}还没有反馈。")
    source = {"source": f"{answer.unit}：{answer.source}"[:200], "as_on": answer.as_on, "answer": answer}
    return _taken(session, answer.text, source, LetterSource.objects.filter(answer=answer), by, at, after)


@transaction.atomic
def take_progress(progress, *, by, at, after):
    """采用: what a unit reported on a promise since the reply becomes a part of the letter."""
    case = progress.commitment.reply.case
    session = case.proposal.session
    _letter_in_parts(session, by, at)
    told = f"{case.unit}承诺进展报告（第{case.proposal.number}号提案）"
    source = {"source": told, "as_on": timezone.localdate(progress.reported_at), "progress": progress}
    return _taken(session, progress.text, source, LetterSource.objects.filter(progress=progress), by, at, after)


@transaction.atomic
def take_cases(session, reply_ids, *, by, at, after):
    """写进通报: replies become examples behind a part (例如、又如 …); those already told are passed over."""
    letter = _letter_in_parts(session, by, at)
    examples = examples_of(session, tally_of(session, letter.figures_on), letter)
    wanted = [(fact, reply) for fact, reply in examples.usable if reply.pk in reply_ids]
    if len(wanted) < len(set(reply_ids)):
        raise OutOfTurn("所选事例中有的已不是最新的答复，或不计入总数，请重新选择。")
    there = sources_told(letter)
    new = [(fact, reply) for fact, reply in wanted if source_of_example(fact, reply) not in there]
    if not new:
        raise Refused("请勾选要写进通报的事例。" if not wanted else "所选的事例都已写进通报。")
    added = []
    for part in told(new, examples_up_to(parts_of(letter), after)):
        source = {"source": part.source, "as_on": part.as_on}
        added.append(add_part(session, by=by, at=at, kind=part.kind, text=part.text, after=after, source=source))
        after = added[-1].pk
    return added


def _letter_in_parts(session, by, at):
    """The letter, held before anything that is taken over is looked at: two people who take the same wait here.

    One that is still drafted from the records has no place for what is taken over: it would be all of it.
    """
    letter = letter_to_write(session, by, at)
    if not parts_of(letter):
        raise Refused("通报还没有分段编写，请先在“编写通报”里生成初稿，再采用。")
    return letter


def _taken(session, text, source, uses, by, at, after):
    if uses.filter(part__removed_at=None).exists():
        raise OutOfTurn("这项素材已经采用。")
    kind = LetterPart.Kind.TEXT
    return add_part(session, by=by, at=at, kind=kind, text=plain(text), after=after, source=source)


def _fresh(answer):
    found = MaterialAnswer.objects.select_for_update(of=("self",))
    return found.select_related("unit", "request__letter__session").get(pk=answer.pk)
