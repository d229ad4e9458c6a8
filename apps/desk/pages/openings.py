"""The buttons of a case: what its own table opens, and what else begins from it."""

from dataclasses import replace

from django.urls import reverse

from apps.proposals.buttons import Button, button, buttons
from apps.proposals.queries import check_opinion_writer, parties_of, why_not
from apps.proposals.workflow import CaseState, NotAllowed, OutOfTurn, Party, Refused
from apps.ratings.workflow import RECEIPT
from apps.replies.workflow import REPLY
from apps.supervision.workflow import CARD

RECEIPT_CASE_ACTIONS = ("rehandle", "close_unanswered", "close_agreed", "park")


def case_url(case, action):
    """The page of an action on a case; what receipts decide is done a floor higher, where they are known."""
    if action in ("draft", "meet"):
        return reverse(f"replies:{action}", args=[case.pk])
    if action == "issue":
        return reverse("supervision:issue", args=[case.pk])
    if action == "urge":
        return reverse("notices:act_on_case", args=[case.pk, action])
    name = "ratings:act_on_case" if action in RECEIPT_CASE_ACTIONS else "proposals:act_on_case"
    return reverse(name, args=[case.pk, action])


def case_buttons(case, user, today, signers):
    """The Buttons of a case for `user`; `signers` as signers_of gives them."""
    own = buttons(case, user, today, lambda name: case_url(case, name), signers)
    return own + _beginnings(case, user, today, signers)


def _beginnings(case, user, today, signers):
    """Buttons of what begins from the case: a reply, a meeting, a receipt that came early, a card, an opinion."""
    parties = parties_of(user, today, case, signers)
    found = []
    for table, action, label in ((REPLY, "draft", "拟写答复"), (REPLY, "meet", ""), (RECEIPT, "park", "")):
        for row in table.rows(action) if not case.is_over else ():
            if not parties.isdisjoint(row.parties) and not why_not(row, case, user, today):
                made = button(row, case_url(case, action), parties)
                if case.state == CaseState.CLOSED:
                    found.append(replace(made, label="拟写补充答复", is_rare=True))
                else:
                    found.append(replace(made, label=label or made.label))
    row = CARD.find("issue", "", {Party.OFFICE})
    if not case.is_over and Party.OFFICE in parties and not why_not(row, case, user, today):
        found.append(replace(button(row, case_url(case, "issue"), parties), label="发黄牌、红牌", is_rare=True))
    if case.is_answering:
        return found
    try:
        check_opinion_writer(case, user=user, on=today)
    except (NotAllowed, OutOfTurn, Refused):
        return found
    return [*found, Button("拟写会办意见", case_url(case, "prepare_opinion"), action="prepare_opinion")]
