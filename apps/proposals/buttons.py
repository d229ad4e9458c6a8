"""The actions open to a user as buttons: label and address of each row of the table that is open now."""

from dataclasses import dataclass

from .queries import is_for_another, open_rows, parties_towards

DANGER = {"request_return", "return", "revoke", "refuse_return", "withdraw", "hand_back", "merge", "reissue", "lapse",
          "close_unanswered", "close_agreed", "reject_paper", "amend", "raise", "reopen"}  # fmt: skip
RARE = {"correct", "mark_key", "merge", "unmerge", "hand_back", "withdraw", "transfer", "carry_over", "coordinate",
        "adjust", "request_return", "request_extension", "redirect", "sign_on_paper", "reissue", "close_unanswered",
        "close_agreed", "amend", "park", "record_offline", "postpone", "lapse", "remind", "urge", "revoke",
        "raise", "object", "reopen"}  # fmt: skip


@dataclass(frozen=True)
class Button:
    """`is_rare`: shown under 更多; `is_on_paper`: only by entering what a unit did on paper (代录).

    `action`: that of its row in the table, "" where there is none.
    """

    label: str
    url: str
    is_danger: bool = False
    is_rare: bool = False
    is_on_paper: bool = False
    action: str = ""


def button(row, url, parties):
    on_paper = is_for_another(row, parties)
    return Button(row.label, url, row.action in DANGER, row.action in RARE, on_paper, row.action)


def buttons(thing, user, today, url, signers=None):
    """Buttons for what `user` may do with the thing now; `url(action)` is the address of an action's page."""
    parties = parties_towards(thing, user, today, signers)
    return [button(row, url(row.action), parties) for row in open_rows(thing, user, today, signers)]
