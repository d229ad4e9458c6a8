"""The one obvious next thing for the person who looks at a proposal; where it is nobody's turn here, who is waited for.

It only chooses among the buttons that are open to this user anyway; the order is that of urgency for whoever has it.
"""

from dataclasses import dataclass

from apps.proposals.buttons import Button
from apps.proposals.queries import open_extension_request, open_return_request
from apps.proposals.workflow import CaseState, ProposalState
from apps.ratings.workflow import ReceiptState
from apps.replies.workflow import CommitmentState, ReplyState

ORDER = (
    "reply.sign",
    "case.grant_return", "case.grant_extension",
    "receipt.confirm",
    "reply.unit_approve", "reply.verify_paper", "reply.office_forward",
    "proposal.assign",
    "case.accept", "card.answer",
    "case.advise", "case.prepare_opinion",
    "case.contact",
    "reply.submit", "reply.edit", "case.draft",
    "reply.issue",
    "case.rehandle", "receipt.enter",
    "commitment.verify", "card.lift", "card.issue", "commitment.report",
)  # fmt: skip
DUE_OF = {
    "case.accept": "accept",
    "case.contact": "contact",
    "case.advise": "opinion",
    "case.prepare_opinion": "opinion",
    "case.draft": "reply",
    "reply.edit": "reply",
    "reply.submit": "reply",
}
OPPOSITE = {
    "case.grant_return": "refuse_return",
    "case.grant_extension": "refuse_extension",
    "reply.sign": "return",
    "reply.unit_approve": "return",
    "reply.verify_paper": "reject_paper",
    "receipt.confirm": "return",
    "commitment.verify": "send_back",
    "card.issue": "dismiss",
}
"""What is decided with yes or no shows both: nobody is led to one of them."""
FURTHER = 5  # things to do beside the first that the top of the page names


@dataclass(frozen=True)
class NextStep:
    """Something to do: its button, what it is about in words, its Due or None, the button of the opposite decision."""

    button: Button
    about: str
    due: object = None
    opposite: Button | None = None


def next_steps(proposal, panels, actions):
    """The NextSteps that are this user's, the most urgent one first; those from paper and rare ones are none.

    `actions`: the Buttons of the proposal as a whole.
    """
    found = []
    for button in actions:
        _note(found, "proposal", button, "", actions)
    for panel in panels:
        unit = str(panel.case.unit)
        for button in panel.actions:
            if button.action != "contact" or _owes_a_talk(panel):
                _note(found, "case", button, unit, panel.actions, panel)
        for shown in panel.replies:
            for button in shown.actions:
                if button.action != "submit" or _is_written(shown.reply):
                    _note(found, "reply", button, f"{unit}的{shown.reply}", shown.actions, panel)
            for kind, parts in (("receipt", shown.receipts), ("commitment", shown.commitments)):
                for part in parts:
                    about = str(part.thing) if kind == "receipt" else f"{unit}承诺：{part.thing}"
                    for button in part.actions:
                        _note(found, kind, button, about, part.actions, panel)
        for part in panel.cards:
            for button in part.actions:
                _note(found, "card", button, f"{unit}的{part.thing}", part.actions, panel)
    found.sort(key=lambda pair: pair[0])  # stable: the order of the page among equals
    return [step for _, step in found[: FURTHER + 1]]


def _note(found, kind, button, about, among, panel=None):
    """Notes the step behind `button`, one of the Buttons `among`, if it is one that ORDER knows."""
    key = f"{kind}.{button.action}"
    if key in ORDER and not (button.is_rare or button.is_on_paper):
        due = panel.due(DUE_OF[key]) if panel and key in DUE_OF else None
        opposite = next((one for one in among if one.action == OPPOSITE.get(key)), None)
        found.append((ORDER.index(key), NextStep(button, about, due, opposite)))


def _owes_a_talk(panel):
    """A talk is open at all times; it is the next thing for the unit that has had none in this round."""
    case = panel.case
    return panel.is_own and case.is_answering and case.state == CaseState.HANDLING and not panel.is_talked


def _is_written(reply):
    """Whether a draft is so far that it can be looked at for 送审; what else it lacks is told there."""
    return bool(reply.body and reply.result_class_id and reply.publicity)


def waited_for(proposal, panels):
    """Who has the next word, as [(sentence, Due or None)], as far as this user may know; empty where nobody has."""
    office = proposal.session.office
    if proposal.state == ProposalState.RECEIVED:
        return [(f"等待{office}交办", None)]
    found = []
    for panel in panels:
        if sentence := _waits(panel, office):
            found.append((sentence, panel.nearest))
    return found


def _waits(panel, office):
    case = panel.case
    unit = case.unit
    if case.state == CaseState.ASSIGNED:
        return f"等待{unit}签收"
    if case.state == CaseState.REPLIED:
        return _waits_for_receipts(panel)
    if case.state == CaseState.CLOSED:
        promises = [part.thing.state for shown in panel.replies for part in shown.commitments]
        return f"等待{unit}落实承诺事项" if {CommitmentState.OPEN, CommitmentState.REPORTED} & set(promises) else ""
    if case.state != CaseState.HANDLING:
        return ""
    if panel.is_seen and open_return_request(case):
        return f"等待{office}裁定{unit}的退办申请"
    if panel.is_seen and open_extension_request(case):
        return f"等待{office}裁定{unit}的延期申请"
    if not case.is_answering:
        return f"等待{unit}提出会办意见"
    state = panel.latest.reply.state if panel.latest else ""
    signer = f"{panel.signer}" if panel.signer else "分管领导"
    return {
        ReplyState.DRAFT: f"等待{unit}写好答复并送审",
        ReplyState.UNIT_REVIEW: f"等待{unit}负责人签发",
        ReplyState.OFFICE_REVIEW: f"等待{office}核稿",
        ReplyState.LEADER_SIGNOFF: f"等待{signer}审签",
        ReplyState.PAPER_SIGNED: f"等待{office}核对纸质审签",
        ReplyState.SIGNED: f"等待{unit}寄送答复",
    }.get(state, f"等待{unit}答复")


def _waits_for_receipts(panel):
    seen = panel.latest.receipts if panel.latest else []
    awaited = [str(part.thing.proposer) for part in seen if part.thing.state == ReceiptState.AWAITED]
    if awaited:
        return f"等待{'、'.join(awaited)}反馈评价"
    if any(part.thing.state == ReceiptState.SUBMITTED for part in seen):
        return "等待区政协提案委审核回执"
    return "等待提案者反馈、区政协提案委审核回执"
