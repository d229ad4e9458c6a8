"""Units are told what they are asked about the draft of an allocation (征求意见), before they have any case."""

from django.utils import timezone

from apps.allocation.queries import parts_to_answer

from .deeds import DEEDS, OF_DRAFT, as_day
from .models import Notice
from .queries import people_of_units


def notices_of_draft(event):
    """The Notices, not yet stored, of an event at a session: to the people of each unit that has not answered to its
    part of a shared draft.

    Told again is only what is new, such as another day or another part. A note stays with the office: units do not see
    it (docs/workflow.md, 谁能看到什么). A fixed number of queries.
    """
    parts = parts_to_answer().filter(line__draft__session__key=event.target_key)
    if "proposal" in event.data:
        parts = parts.filter(line__proposal__number=event.data["proposal"].partition("/")[2])
    parts = parts.select_related("line__proposal__session", "line__draft", "unit")
    parts = list(parts.order_by("line__proposal__number_order", "pk"))
    if not parts:
        return []
    people = people_of_units({part.unit_id for part in parts}, timezone.localdate(event.at))
    before = Notice.objects.filter(kind__in=OF_DRAFT, proposal__session__key=event.target_key)
    before = set(before.values_list("person_id", "proposal_id", "text"))
    return [
        Notice(person=person, proposal=part.line.proposal, kind=event.action, text=text,
               by_name=event.actor_name[:100], at=event.at)
        for part in parts
        for text in (_words_for(event, part),)
        for person in people.get(part.unit_id, ())
        if person.username != event.actor_key and (person.pk, part.line.proposal_id, text) not in before
    ]  # fmt: skip


def _words_for(event, part):
    (telling,) = DEEDS[event.action]
    return telling.text.format(
        unit=part.unit.name, role=part.get_role_display(), answer_by=as_day(part.line.draft.answer_by_on)
    )
