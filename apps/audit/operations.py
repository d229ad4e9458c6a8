"""The only writer of the audit trail.

Call `record` in the transaction of what was done, last: it holds the one head row until the transaction ends, so that
two events never follow the same one. Either both, deed and event, are stored, or neither is.
"""

import datetime
from collections.abc import Iterable, Mapping

from django.db import connections, router
from django.utils import timezone

from . import chain
from .models import GENESIS, Event, Head

SHORT_TEXTS = ("actor_key", "action", "target_type", "target_key")
LONG_TEXTS = ("actor_name", "entered_for", "target_name", "note")
_followers = []


def followed_by(function):
    """From now on `function(events)` is called with what was recorded, in its transaction: all of it, or nothing.

    For an app's `ready`: how floors above hear of what was done without this one knowing them.
    """
    if function not in _followers:
        _followers.append(function)


class OutsideTransaction(RuntimeError):
    """The event would survive a deed that is rolled back, or the other way round."""


class BrokenTrail(RuntimeError):
    """The head is missing or moved under the lock: somebody writes past this module. Nothing is recorded."""


def record(
    *,
    action: str,
    target_type: str,
    target_key: str,
    target_name: str,
    actor_key: str,
    actor_name: str,
    at: datetime.datetime,
    note: str = "",
    entered_for: str = "",
    data: Mapping | None = None,
) -> Event:
    """Append one event. `at` is when the thing was done (aware); when it was recorded comes from the clock.

    Raises OutsideTransaction outside an atomic block, ValueError or TypeError for content that cannot be stored
    (naive time, empty or overlong key, data that is not JSON), BrokenTrail.
    """
    content = {
        "action": action,
        "target_type": target_type,
        "target_key": target_key,
        "target_name": target_name,
        "actor_key": actor_key,
        "actor_name": actor_name,
        "at": at,
        "note": note,
        "entered_for": entered_for,
        "data": data,
    }
    return record_many([content])[0]


def record_many(contents: Iterable[Mapping]) -> list[Event]:
    """Append many events in their order: mappings with the arguments of `record`. A fixed number of queries."""
    alias = router.db_for_write(Event)
    if not connections[alias].in_atomic_block:
        raise OutsideTransaction("audit events are recorded inside an atomic block")
    normalised = [_normalised(**content) for content in contents]
    if not normalised:
        return []
    head = _locked_head(alias)
    seq, previous_hash = head.seq, head.hash
    recorded_at = timezone.now()
    events = []
    for content in normalised:
        seq += 1
        event = Event(seq=seq, recorded_at=recorded_at, previous_hash=previous_hash, **content)
        event.hash = previous_hash = chain.event_hash(
            previous_hash, **{name: getattr(event, name) for name in chain.FIELDS}
        )
        events.append(event)
    Event.objects.using(alias).bulk_create(events, batch_size=500)
    moved = Head.objects.using(alias).filter(pk=Head.SINGLETON, seq=head.seq, hash=head.hash)
    if moved.update(seq=seq, hash=previous_hash) != 1:
        raise BrokenTrail("the head of the audit trail moved under the lock")
    for follower in _followers:
        follower(events)
    return events


def hold():
    """Until the transaction ends no other deed is stored: what is read from now on belongs together.

    For reading much that must agree, and shortly: everybody who writes waits.
    """
    alias = router.db_for_write(Event)
    if not connections[alias].in_atomic_block:
        raise OutsideTransaction("the trail is held inside an atomic block")
    _locked_head(alias)


def _locked_head(alias):
    heads = Head.objects.using(alias)
    try:
        return heads.select_for_update().get(pk=Head.SINGLETON)
    except Head.DoesNotExist:
        if Event.objects.using(alias).exists():
            raise BrokenTrail("the head of the audit trail is missing; run verify_audit") from None
    heads.get_or_create(pk=Head.SINGLETON, defaults={"seq": 0, "hash": GENESIS})  # an emptied database
    return heads.select_for_update().get(pk=Head.SINGLETON)


def _normalised(
    *, action, target_type, target_key, target_name, actor_key, actor_name, at, note="", entered_for="", data=None
):
    given = locals()
    if not isinstance(at, datetime.datetime) or at.tzinfo is None:
        raise ValueError(f"`at` needs an aware datetime, not {at!r}")
    if data is not None and not isinstance(data, Mapping):
        raise TypeError(f"`data` needs a mapping, not {type(data).__name__}")
    content = {name: chain.text(given[name]) for name in SHORT_TEXTS + LONG_TEXTS}
    for name in SHORT_TEXTS:
        if not 0 < len(content[name]) <= Event._meta.get_field(name).max_length:
            raise ValueError(f"`{name}` is empty or too long: {content[name]!r}")
    return content | {"at": at.astimezone(datetime.UTC), "data": chain.plain(data or {})}
