"""The signed link by which a proposer fills in a receipt without an account: docs/decisions/0010-the-proposers-link.md.

Pure signing; whether the receipt is still open to it is asked of the receipt (`is_open_by`).
"""

import datetime

from django.conf import settings
from django.core.signing import BadSignature, Signer

from .workflow import ReceiptState

_SIGNER = {"salt": "apps.ratings.links", "sep": "."}


def _named(receipt):
    """What the link stands for: a reissued reply has other receipts, a returned receipt another count."""
    return f"{receipt.pk}-{receipt.reply_id}-{receipt.returns}"


def token_for(receipt, on):
    """The token of a receipt's link as handed out on the day `on`; good for settings.RECEIPT_LINK_DAYS days."""
    last = on + datetime.timedelta(days=settings.RECEIPT_LINK_DAYS)
    return Signer(**_SIGNER).sign(f"{_named(receipt)}-{last:%Y%m%d}")


def _signed_text(token):
    try:
        return Signer(**_SIGNER).unsign(token)
    except BadSignature:
        return ""


def receipt_key(token):
    """The primary key of the Receipt that the token was signed for, None where we never signed it."""
    text = _signed_text(token)
    return int(text.partition("-")[0]) if text else None


def is_good(token, receipt, on):
    """Whether the token was signed for this receipt as it is now, and not too long before the day `on`."""
    named, _, last = _signed_text(token).rpartition("-")
    return bool(named) and named == _named(receipt) and f"{on:%Y%m%d}" <= last


def may_be_handed_out(receipt):
    """Whether there is anything left for the proposer to fill in."""
    return receipt.state == ReceiptState.AWAITED and not receipt.is_over and not receipt.workflow_proposal.is_secret


def is_open_by(token, receipt, on):
    """Whether the holder of the token may fill in the receipt now."""
    return may_be_handed_out(receipt) and is_good(token, receipt, on)
