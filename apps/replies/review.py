"""What a leader reads before signing: what was changed in a reply, by whom, and how it came here."""

from apps.audit.models import Event
from apps.proposals.buttons import buttons

from .differences import differences
from .workflow import REPLY, ReplyState

COMPARED = 6  # versions told one against the other; older ones stand on the reply's own page


def change_between(versions):
    """From the first to the last of some versions in order: lines of text, class, publicity, and by whom."""
    first, last = versions[0], versions[-1]
    return {
        "first": first,
        "last": last,
        "lines": differences(first.body, last.body),
        "by": list(dict.fromkeys(str(version.saved_by) for version in versions[1:])),
        "class": (first.class_code, last.class_code) if first.class_code != last.class_code else None,
        "publicity": (first.get_publicity_display(), last.get_publicity_display())
        if first.publicity != last.publicity
        else None,
    }


def versions_of(reply):
    return list(reply.versions.select_related("saved_by").order_by("number"))


def change_since_the_unit(versions):
    """What the office changed since the unit's own last version, None where nothing: for the leader before signing."""
    own = max((place for place, version in enumerate(versions) if version.action != "polish"), default=None)
    if own is None or own == len(versions) - 1:
        return None
    return change_between(versions[own:])


def changes_of(versions):
    """What each of the last versions changed in the one before, newest first; those that changed nothing left out."""
    pairs = zip(versions[-COMPARED:], versions[-COMPARED + 1 :], strict=False)
    changes = [change_between(pair) for pair in pairs]
    changed = [
        one for one in changes if one["class"] or one["publicity"] or any(line.is_changed for line in one["lines"])
    ]
    return changed[::-1]


def history_of(reply):
    """What was done to the reply, newest first, as components/_timeline.html shows it."""
    events = Event.objects.filter(target_type="proposal", target_key=str(reply.case.proposal_id))
    events = events.filter(action__startswith=f"{REPLY.name}.").order_by("-seq")
    return [
        {
            "at": event.at,
            "who": event.actor_name,
            "label": REPLY.label_of(event.action.partition(".")[2]),
            "note": event.note,
            "detail": f"代{event.entered_for}录入" if event.entered_for else "",
        }
        for event in events
        if event.data.get("id") == reply.pk
    ]


def earlier_replies(reply):
    """What the proposer was told before, in the rounds that were not enough."""
    issued = reply.case.replies.filter(state=ReplyState.ISSUED, is_supplementary=False, round__lt=reply.round)
    return issued.select_related("result_class").prefetch_related("commitments")


def reading_before_signature(reply, user, today, url):
    """What templates/replies/review.html needs beside the form. `url(action)`: the address of an action's page."""
    versions = versions_of(reply)
    open_now = [one for one in buttons(reply, user, today, url) if one.action != "sign"]
    return {
        "change": change_since_the_unit(versions),
        "changes": changes_of(versions),
        "history": history_of(reply),
        "earlier": list(earlier_replies(reply)),
        "may_return": any(one.action == "return" for one in open_now),
        "other_actions": [one for one in open_now if one.action != "return"],
        "return_url": url("return"),
    }
