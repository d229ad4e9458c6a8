"""What a kind of paper is: who sees it, how it is composed, who gives it a number."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.documents.content import Paper
from apps.proposals.models import Proposer, Session
from apps.proposals.workflow import Party

OFFICE = frozenset({Party.OFFICE})
UNIT_OR_OFFICE = frozenset({Party.UNIT, Party.UNIT_HEAD, Party.OFFICE})


@dataclass(frozen=True)
class Occasion:
    """For whom, on which day and under which number a paper is composed. Without a number it is a draft (样稿).

    `to`: to which of several proposers. `signer`: 签发人, of what the office sends.
    """

    user: User
    on: datetime.date
    session: Session
    number: str = ""
    dated_on: datetime.date | None = None
    signer: str = ""
    to: Proposer | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of paper, by the name that offices use.

    key: in addresses and with its numbers · group: under which heading it is offered
    seen: the rows of the occasion's session that its user may see such a paper of
    fits: whether there is one of this row, where not every row has one; of what is not once, whether there is anything
        that none has told yet
    proposal: the way from the row to its proposal in a query ("pk": it is the row), "" for a paper about the session
    is_of_unit: about a unit's part in the session: its rows are units
    compose: the paper, a draft unless the occasion or the records have what finishes it
    numbered_by: who gives it a number; nobody, where it bears none of its own
    is_numbered_elsewhere: whether it gets number and day with its row (寄送答复), where they may be tried before
    is_once: whether a row has one such paper, or another one each time more has come together
    covers: ids of what the paper lists, where it is not once
    addressees: to whom copies go, each with its own address
    """

    key: str
    label: str
    group: str
    seen: Callable[[Occasion], QuerySet]
    compose: Callable[[Any, Occasion], Paper]
    proposal: str = ""
    is_of_unit: bool = False
    fits: Callable[[Any], bool] | None = None
    numbered_by: frozenset[Party] = frozenset()
    is_numbered_elsewhere: bool = False
    is_once: bool = True
    covers: Callable[[Any, Occasion], Iterable[int]] = lambda subject, occasion: ()
    addressees: Callable[[Any], list[Proposer]] = field(default=lambda subject: [])

    @property
    def is_of_session(self) -> bool:
        """About the whole session: there is one, not one of each unit, proposal, case or reply."""
        return not self.proposal and not self.is_of_unit

    def is_of(self, subject) -> bool:
        return self.fits is None or self.fits(subject)

    def is_offered(self, subject) -> bool:
        """Whether its page is there: of what comes time and again the earlier ones stay to be read."""
        return not self.is_once or self.is_of(subject)

    def subjects(self, occasion: Occasion) -> QuerySet | list:
        """The rows that there is such a paper of, in order; sliceable either way."""
        seen = self.seen(occasion)
        return seen if self.fits is None else [subject for subject in seen if self.fits(subject)]

    def offered(self, occasion: Occasion) -> QuerySet | list:
        """The rows whose page is there (is_offered), in order; sliceable either way."""
        return self.subjects(occasion) if self.is_once else self.seen(occasion)
