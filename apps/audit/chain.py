"""What an event's hash is made of. Pure, so that an outsider can compute it again from an export.

hash = sha256(previous_hash + canonical), both as UTF-8, where canonical is the JSON of all fields but the two hashes:
keys sorted, no blanks, no ASCII escapes, times in UTC with six digits of microseconds. Everything is normalised
before it is stored, because a database may give back other values than it was given: jsonb turns 1e5 into 100000 and
-0.0 into 0.0 and refuses NUL, and both databases refuse lone surrogates.
"""

import datetime
import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from decimal import Decimal

from django.utils.functional import Promise

FIELDS = (
    "seq",
    "at",
    "recorded_at",
    "actor_key",
    "actor_name",
    "entered_for",
    "action",
    "target_type",
    "target_key",
    "target_name",
    "note",
    "data",
)
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def event_hash(previous_hash: str, **content) -> str:
    """Hex sha256. `content` holds exactly FIELDS, already normalised; `seq` may be tried out with another value."""
    return hashlib.sha256((previous_hash + canonical(content)).encode()).hexdigest()


def canonical(content: Mapping) -> str:
    plain = {name: _utc(content[name]) if name in ("at", "recorded_at") else content[name] for name in FIELDS}
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def text(value) -> str:
    """A string as every database stores it: NUL and lone surrogates become U+FFFD, so that they leave a trace."""
    return UNSTORABLE.sub("\ufffd", str(value))


def plain(value):
    """JSON's own types. Floats and decimals become text, since a database may write a number differently.

    Raises TypeError for what has no obvious form, ValueError for a number that is none and for keys that clash.
    """
    match value:
        case None | bool():
            return value
        case int():
            return int(value)
        case str() | Promise() | uuid.UUID():
            return text(value)
        case float() | Decimal():
            if not Decimal(value).is_finite():
                raise ValueError(f"not a number: {value!r}")
            return str(value)
        case datetime.datetime():
            return _utc(value)
        case datetime.date():
            return value.isoformat()
        case Mapping():
            keys = [text(_key(key)) for key in value]
            if len(set(keys)) != len(keys):
                raise ValueError(f"keys clash: {keys!r}")
            return dict(zip(keys, map(plain, value.values()), strict=True))
        case list() | tuple():
            return [plain(item) for item in value]
    raise TypeError(f"cannot be recorded: {value!r}")


def _key(key):
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise TypeError(f"not a key: {key!r}")
    return key


def _utc(moment):
    """Fixed width, UTC. Raises ValueError for a naive time, which could be any of 24."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {moment!r}")
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")
