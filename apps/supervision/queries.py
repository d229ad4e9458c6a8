"""Which cards a user may see, and which ones are due by rule."""

from dataclasses import dataclass

from django.db.models import Prefetch, Q
from django.utils import timezone

from apps.accounts.queries import standing_of
from apps.calendars.deadlines import Calendar, deadline
from apps.proposals.attachments import seen
from apps.proposals.models import Attachment, Case
from apps.proposals.queries import overdue_by_rule, parties_of, why_not
from apps.proposals.workflow import AnotherPerson, OutOfTurn, Refused, predicate
from apps.units.queries import unit_ids_of

from .models import Card
from .workflow import CARD, LIVE_CARDS, CardState

Colour = Card.Colour
DUE = {"accept": "accept_due_on", "opinion": "opinion_due_on", "reply": "reply_due_on"}
MISSED = {"accept": "签收", "opinion": "提出会办意见", "reply": "答复"}


def cards_visible_to(user, on=None):
    """Cards that `user` may see (docs/workflow.md, 谁能看到什么), as a queryset.

    The office: all. A leader: those of the portfolio. A unit: its own, once they were issued.
    """
    on = on or timezone.localdate()
    standing = standing_of(user, on)
    if standing.is_office:
        return Card.objects.all()
    visible = Q(pk__in=())
    if standing.units:
        visible |= Q(case__unit_id__in=standing.units, issued_on__isnull=False)
    if standing.leads_as:
        visible |= Q(case__unit_id__in=unit_ids_of(standing.leads_as, on))
    return Card.objects.filter(visible)


@dataclass(frozen=True)
class Due:
    """A card that is to be proposed for a case: which rule broke, the day that was missed, and why in words."""

    case: Case
    rule: str
    colour: str
    due_on: object
    reason: str
    follows: Card | None = None


def due_on_day(day, cases=None):
    """The cards that are due on `day` by the limits of each case's session, as Due, in the order of the proposals.

    Source: docs/workflow.md, 时限 and 黄牌·红牌. What was proposed or issued once for a missed deadline is not due
    again, whatever became of it; while a card is proposed, the office decides on it before the next one is due.
    `cases`: only of these. Nothing is told of secret proposals.
    """
    cases = Case.objects.all() if cases is None else cases
    cases = cases.filter(proposal__is_secret=False).select_related("proposal__session", "unit")
    cases = cases.prefetch_related(Prefetch("cards", Card.objects.order_by("pk")))
    calendar, found = Calendar.load(), []
    for rule, is_late in overdue_by_rule(day).items():
        found += filter(None, (_due(case, rule, day, calendar) for case in cases.filter(is_late)))
    found.sort(key=lambda due: (due.case.proposal.session_id, due.case.proposal.number_order, due.case.pk, due.rule))
    return found


def _due(case, rule, day, calendar):
    session, due_on = case.proposal.session, getattr(case, DUE[rule])
    colour, limit = Colour.RED, session.limit("red")
    if deadline(due_on, limit, calendar).due_on > day:
        colour, limit = Colour.YELLOW, session.limit("yellow")
    card_on = deadline(due_on, limit, calendar)
    if card_on.due_on > day:
        return None
    of_rule = [card for card in case.cards.all() if (card.rule, card.round) == (rule, case.round)]
    if any(card.state == CardState.PROPOSED for card in of_rule):
        return None
    if any(card.colour == colour and (card.due_on == due_on or card.state in LIVE_CARDS) for card in of_rule):
        return None
    if colour == Colour.YELLOW and any(card.due_on == due_on for card in of_rule):
        return None  # a red one was there already
    yellow = [card for card in of_rule if card.colour == Colour.YELLOW and card.state != CardState.WITHDRAWN]
    reason = f"应于{due_on:%Y-%m-%d}前{MISSED[rule]}，至{day:%Y-%m-%d}仍未{MISSED[rule]}（{card_on.explanation}）。"
    follows = yellow[-1] if colour == Colour.RED and yellow else None
    return Due(case, rule, colour, due_on, reason, follows)


def check_new(action, case, *, user, on):
    """The row 拟发 or 发牌 that begins a card, taken on its case. Raises NotAllowed, OutOfTurn or Refused."""
    row = CARD.find(action, "", parties_of(user, on, case))
    if case.is_over:
        raise OutOfTurn("此承办件已调整，不能再发牌。")
    if reason := why_not(row, case, user, on):
        raise Refused(reason)
    return row


def check_issue(case, *, user, on):
    """Whether `user` may issue a card to the case that no rule proposed; see check_new."""
    return check_new("issue", case, user=user, on=on)


@predicate
def is_yellow_without_a_red(card, user, on):
    """For 升级红牌. Reads `case.cards`, so that pages can fetch all of a case at once."""
    if card.is_red:
        return "红牌不再升级。"
    live = (*LIVE_CARDS, CardState.ANSWERED)
    for other in card.case.cards.all():
        if other.is_red and other.state in live and (other.rule, other.round) == (card.rule, card.round):
            return "此事已有红牌（拟发、已发或已反馈），不再升级。"
    return ""


@predicate
def is_not_who_answered(card, user, on):
    """For 摘牌: the office never checks its own entry for a unit."""
    if user and card.answered_by_id == user.pk:
        return AnotherPerson("这份整改反馈由您代录，请由另一人摘牌。")
    return ""


@seen(Attachment.Owner.CARD)
def _with_its_card(attachment, user):
    return cards_visible_to(user).filter(pk=attachment.owner_key).exists()
