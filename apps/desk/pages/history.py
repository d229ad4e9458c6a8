"""What happened to a proposal, as far as this user may know of it."""

from apps.accounts.queries import standing_of
from apps.audit.models import Event

from ..telling import facts_of, label_of

MOST = 300  # events of one proposal on its page
GONE_OUT = ("reply.issue", "reply.reissue")  # of a reply what its readers outside of unit, office and leader hear too


def history(proposal, user, today, panels):
    """Events of the proposal that this user may know of, newest first.

    What is in a reply is not told to those who may not read it, nor a receipt before it may be seen. Who reads a reply
    once it has gone out, but not its drafts, is told what was done to it, not why it was sent back.
    """
    standing = standing_of(user, today)
    events = Event.objects.filter(target_type="proposal", target_key=str(proposal.pk)).order_by("-seq")[:MOST]
    replies = {panel.reply.pk for case in panels for panel in case.replies}
    drafts = {panel.reply.pk for case in panels for panel in case.replies if panel.reply.shows_drafts}
    receipts = {part.thing.pk for case in panels for reply in case.replies for part in reply.receipts}
    receipts |= {receipt.pk for case in panels for receipt in case.parked}
    commitments = {part.thing.pk for case in panels for reply in case.replies for part in reply.commitments}
    cards = {part.thing.pk for case in panels for part in case.cards}
    found = []
    for event in events:
        thing = event.action.partition(".")[0]
        key = event.data.get("id")
        if thing == "reply" and key not in replies:
            continue
        if thing == "receipt" and key not in receipts:
            continue
        if thing == "commitment" and key not in commitments:
            continue
        if thing == "card" and key not in cards:
            continue
        sees_why = "case" not in event.data or _sees_case(event.data["case"], panels, standing)
        if thing == "reply" and event.action not in GONE_OUT:
            sees_why = sees_why and key in drafts
        told = (
            (unit := event.data.get("unit")) and f"承办单位：{unit}",
            event.data.get("unusual") and "（日期特殊）",
            event.entered_for and f"代{event.entered_for}录入",
        )
        detail = "　".join(filter(None, told))
        found.append({
            "at": event.at, "who": event.actor_name, "label": label_of(event.action), "detail": detail,
            "note": event.note if sees_why else "", "facts": facts_of(event) if sees_why else [],
        })  # fmt: skip
    return found


def _sees_case(pk, panels, standing):
    if standing.is_office or standing.is_secretariat or standing.leads_as:
        return True
    return any(panel.case.pk == pk and panel.case.unit_id in standing.units for panel in panels)
