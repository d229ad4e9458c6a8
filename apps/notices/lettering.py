"""People are told of the annual letter: who has to approve, sign or issue it, and units of what is asked of them."""

from django.utils import timezone

from apps.reports.models import AnnualLetter, MaterialRequest

from .deeds import DEEDS, About, as_day
from .models import Notice
from .queries import CONDITIONS, people_for_letter, people_of_units


def notices_of_letter(event):
    """The Notices, not yet stored, of an event of a letter, for those whom `deeds.DEEDS` names, but never for who did
    it. The note of who returned it is for those who write it."""
    letter = AnnualLetter.objects.select_related("session").get(session__key=event.target_key)
    on, told = timezone.localdate(event.at), {}
    for telling in DEEDS[event.action]:
        if telling.when and not CONDITIONS[telling.when](event, on):
            continue
        people = _asked(event, on) if telling.about == About.MATERIAL else people_for_letter(telling.to, on, letter)
        text = telling.text.format_map(_facts(event))
        for person in people:
            if person.username != event.actor_key:
                told.setdefault(person.pk, (person, text))
    return [
        Notice(person=person, letter=letter, kind=event.action, text=text, note=event.note,
               by_name=event.actor_name[:100], at=event.at)
        for person, text in told.values()
    ]  # fmt: skip


def _request(event):
    return MaterialRequest.objects.get(pk=event.data["request"])


def _asked(event, on):
    """Clerks and heads of the units that the event asks, or need not be asked any more."""
    names = event.data.get("asked") or [event.data["unit"]]
    units = _request(event).answers.filter(unit__name__in=names).values_list("unit_id", flat=True)
    return [person for people in people_of_units(set(units), on).values() for person in people]


def _facts(event):
    due = as_day(_request(event).due_on) if event.action == "letter.ask_material" else ""
    return {"unit": event.data.get("unit", ""), "due": due}
