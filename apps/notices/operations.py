"""Urging units, telling people of what was done, and marking what they have read."""

import datetime

from django.db import transaction
from django.utils import timezone

from apps.accounts import operations as accounts
from apps.proposals.models import Case, Proposal
from apps.proposals.operations import advance, operation
from apps.proposals.workflow import CaseState, NotAllowed, OutOfTurn, Refused
from apps.ratings import operations as ratings
from apps.supervision.models import Card

from . import mailing
from .asking import notices_of_draft
from .deeds import DEEDS, About, as_day
from .lettering import notices_of_letter
from .models import MailWish, Notice, Urge
from .queries import CONDITIONS, due_of, notices_of, people_for, step_of
from .tasks import send_mail

NEWS = datetime.timedelta(days=14)  # what was done longer ago and is recorded only now (补录) is no news to anybody


# --- 催办 ------------------------------------------------------------------------------------------------------------


@operation
def urge(case, *, by, at, note=""):
    """催办: the unit of a case is told to do what the case waits for. Once a day."""
    step, due_on = step_of(case), due_of(case)
    facts = {"step": step.label, "due_on": str(due_on or "")}
    on = timezone.localdate(at)
    advance(case, "urge", by=by, at=at, note=note, data=facts)
    return Urge.objects.create(case=case, round=case.round, step=step, due_on=due_on, note=note.strip(),
                               urged_on=on, urged_by=by, urged_at=at)  # fmt: skip


def urge_many(cases, *, by, at, note=""):
    """催办 of many, each for itself: [(case, "" or why not)] in their order."""
    return [(case, _outcome(urge, case, by=by, at=at, note=note)) for case in cases]


def remind_many(receipts, *, by, at, seen):
    """催收回执 of many, each for itself; `seen`: receipt id → the stamp of what the page showed."""
    return [
        (receipt, _outcome(ratings.remind, receipt, by=by, at=at, seen=seen.get(receipt.pk))) for receipt in receipts
    ]


def _outcome(function, thing, **given):
    try:
        function(thing, **given)
    except (NotAllowed, OutOfTurn, Refused) as reason:
        return str(reason)
    return ""


# --- by mail ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def set_wish(user, *, how, email, at):
    """通知设置: a MailWish.How, and the address that the person's own notices go to."""
    MailWish.objects.update_or_create(user=user, defaults={"how": how})
    accounts.set_mail_address(user, email, at=at)


# --- telling ---------------------------------------------------------------------------------------------------------


def tell(events):
    """Notices of what was just recorded, for those whom `deeds.DEEDS` names, but never for who did it."""
    for event in events:
        if event.recorded_at - event.at > NEWS or event.action not in DEEDS:
            continue
        if event.target_type == "proposal":
            notices = _notices_of_proposal(event)
        elif event.action.startswith("letter."):
            notices = notices_of_letter(event)
        else:
            notices = notices_of_draft(event)
        made = Notice.objects.bulk_create(notices)
        mailing.mail_at_once(made, at=timezone.now(), enqueue=send_mail.enqueue)


def _notices_of_proposal(event):
    proposal = Proposal.objects.select_related("session").get(pk=event.target_key)
    on, told = timezone.localdate(event.at), {}
    for telling in DEEDS[event.action]:
        if telling.when and not CONDITIONS[telling.when](event, on):
            continue
        for case in _cases_of(telling, event, proposal):
            text = telling.text.format_map(facts_of(event, case))
            for person in people_for(telling.to, on, proposal, case, event.data.get("signer_id")):
                if person.username != event.actor_key:
                    told.setdefault(person.pk, (person, case, text))
    return [
        Notice(person=person, proposal=proposal, case=case, kind=event.action, text=text, note=event.note,
               by_name=event.actor_name[:100], at=event.at)
        for person, case, text in told.values()
    ]  # fmt: skip


def _cases_of(telling, event, proposal):
    """The cases that a Telling is made for; [None] where it is about the proposal as a whole."""
    if telling.about == About.NONE:
        return [None]
    cases = Case.objects.filter(proposal=proposal).select_related("unit", "named_signer").order_by("pk")
    if telling.about == About.LIVE:
        return list(cases.exclude(state=CaseState.ENDED))
    if telling.about == About.CASE:
        return list(cases.filter(pk=event.data["case"]))
    named = event.data.get(telling.about.value, [])
    return list(cases.filter(pk__in=[one[0] if isinstance(one, list) else one for one in named]))


def facts_of(event, case):
    """What the words of a Telling may name."""
    facts = dict.fromkeys(("unit", "accept_due", "reply_due", "step", "due", "colour"), "")
    facts |= {name: value for name, value in event.data.items() if isinstance(value, str)}
    facts["main"] = f"第{facts.get('main', '').rpartition('/')[2]}号"  # the event has it with its session
    if event.action.startswith("card."):
        facts["colour"] = Card.objects.get(pk=event.data["id"]).get_colour_display()
    if case is not None:
        facts |= {
            "unit": case.unit.name,
            "accept_due": as_day(case.accept_due_on),
            "reply_due": as_day(case.reply_due_on),
        }
        facts["due"] = as_day(due_of(case))
    return facts


# --- reading ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def mark_read(user, *, at, **which):
    """The user has read these of their notices (`which`: a filter); how many of them were unread."""
    return notices_of(user).filter(read_at=None, **which).update(read_at=at)
