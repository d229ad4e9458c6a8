"""What is done with cards: proposed by rule, issued, answered, lifted. See apps/proposals/operations.py."""

from django.db.models import Max
from django.utils import timezone

from apps.proposals.models import Case, Session
from apps.proposals.operations import advance, audit, operation
from apps.proposals.workflow import Refused

from .models import Card
from .queries import check_issue, check_new, due_on_day
from .workflow import LIVE_CARDS

Colour, Rule = Card.Colour, Card.Rule


def supervise(at, *, by=None):
    """The daily run: proposes the cards that are due on the day of `at`, each in a transaction of its own.

    Returns them; a second run on that day finds nothing.
    """
    proposed = [propose(due.case, due.rule, by=by, at=at) for due in due_on_day(timezone.localdate(at))]
    return [card for card in proposed if card]


@operation
def propose(case, rule, *, by, at):
    """拟发 of the card that is due for what the case is late with; None where none is due (any more)."""
    on = timezone.localdate(at)
    row = check_new("propose", case, user=by, on=on)
    due = next((due for due in due_on_day(on, Case.objects.filter(pk=case.pk)) if due.rule == rule), None)
    if due is None:
        return None
    card = Card.objects.create(
        session=case.proposal.session, case=case, round=case.round, colour=due.colour, state=row.target, rule=rule,
        due_on=due.due_on, reason=due.reason, follows=due.follows, proposed_on=on,
    )  # fmt: skip
    audit(card, "propose", by=by, at=at, **_facts(card))
    return card


@operation
def issue_new(case, *, by, at, colour, rule, reason, leader_consent=""):
    """发牌 by the office itself, where no rule proposed the card: `rule` and `reason` say what for."""
    row = check_issue(case, user=by, on=timezone.localdate(at))
    if not reason.strip():
        raise Refused("请写明发牌的事由。")
    alike = case.cards.filter(rule=rule, round=case.round, colour=colour, state__in=LIVE_CARDS)
    if rule == Rule.OTHER:
        alike = alike.filter(reason=reason.strip())  # a double click, not another matter
    if there := alike.first():
        raise Refused(f"此承办件已有{there.get_state_display()}的{there}（{there.get_rule_display()}），不再另发。")
    card = _issued(case, row.target, colour, rule, reason.strip(), leader_consent, by, at)
    audit(card, "issue", by=by, at=at, **_facts(card))
    return card


@operation
def issue(card, *, by, at, leader_consent="", note=""):
    """发牌 of a proposed one, which gets its number now. `leader_consent`: who agreed to a red one, and when."""
    changes = _issue_fields(card.session, card.colour, leader_consent, by, at)
    facts = {"number": changes["number"], "colour": card.get_colour_display(), "leader_consent": leader_consent.strip()}
    advance(card, "issue", by=by, at=at, note=note, data=facts, **changes)
    return card


@operation
def dismiss(card, *, by, at, note):
    """不发: the office decides against a proposed card; it is not proposed again for that deadline."""
    return _end(card, "dismiss", by, at, note)


@operation
def object_to(card, *, by, at, note, paper=None):
    """申辩 by the head of the unit: the card stands until the office withdraws it. Earlier objections are kept."""
    told = "\n".join(filter(None, (card.objection, note.strip())))
    advance(card, "object", by=by, at=at, note=note, paper=paper, objection=told, objected_at=at)
    return card


@operation
def answer(card, *, by, at, text, paper=None):
    """整改反馈 by the unit: what it has done since."""
    if not text.strip():
        raise Refused("请写明整改情况。")
    advance(card, "answer", by=by, at=at, paper=paper, answer=text.strip(), answered_by=by, answered_at=at)
    return card


@operation
def raise_to_red(card, *, by, at, note, leader_consent):
    """升级红牌: a red card is issued that follows this yellow one, in the event of the raising. Returns the red one."""
    made = []

    def red():
        one = _issued(card.case, card.state, Colour.RED, card.rule, note.strip(), leader_consent, by, at,
                      follows=card, due_on=card.due_on)  # fmt: skip
        made.append(one)
        return {"parts": {"card": [[one.pk, one.state]]}, "number": one.number, "leader_consent": one.leader_consent}

    advance(card, "raise", by=by, at=at, note=note, then=red)
    return made[0]


@operation
def lift(card, *, by, at, note):
    """摘牌: what the unit has done is enough."""
    return _end(card, "lift", by, at, note)


@operation
def withdraw(card, *, by, at, note):
    """撤销: it was issued in error; its number is not used again."""
    return _end(card, "withdraw", by, at, note)


def _end(card, action, by, at, note):
    advance(card, action, by=by, at=at, note=note, ended_on=timezone.localdate(at), ruling=note.strip())
    return card


def _issued(case, state, colour, rule, reason, leader_consent, by, at, **fields):
    session = case.proposal.session
    return Card.objects.create(
        session=session, case=case, round=case.round, colour=colour, state=state, rule=rule, reason=reason,
        **_issue_fields(session, colour, leader_consent, by, at), **fields,
    )  # fmt: skip


def _issue_fields(session, colour, leader_consent, by, at):
    """Number, day and consent of a card that is issued now. The session is locked, so that no number is given twice."""
    if colour == Colour.RED and not leader_consent.strip():
        raise Refused("发红牌须经领导同意，请写明哪位领导、何时、以何种方式同意。")
    Session.objects.select_for_update().get(pk=session.pk)
    last = Card.objects.filter(session=session, colour=colour).aggregate(last=Max("serial"))["last"] or 0
    return {
        "serial": last + 1,
        "number": f"{Colour(colour).label}〔{session.year}〕{last + 1}号",
        "leader_consent": leader_consent.strip(),
        "issued_on": timezone.localdate(at),
        "issued_by": by,
    }


def _facts(card):
    """What the event of a new card tells."""
    found = {"colour": card.get_colour_display(), "rule": card.get_rule_display(), "reason": card.reason}
    found |= {"number": card.number, "leader_consent": card.leader_consent}
    if card.due_on:
        found["due_on"] = str(card.due_on)
    if card.follows_id:
        found["follows"] = card.follows.number
    return {name: value for name, value in found.items() if value}
