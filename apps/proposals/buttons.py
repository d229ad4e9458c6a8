"""The actions open to a user as buttons: label and address of each row of the table that is open now."""

from dataclasses import dataclass

from .queries import open_rows

DANGER = {"request_return", "return", "revoke", "refuse_return"}


@dataclass(frozen=True)
class Button:
    label: str
    url: str
    is_danger: bool = False


def buttons(thing, user, today, url, signer=None):
    """Buttons for what `user` may do with the thing now; `url(action)` is the address of an action's page."""
    return [Button(row.label, url(row.action), row.action in DANGER) for row in open_rows(thing, user, today, signer)]
