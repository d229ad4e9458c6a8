"""What can be done with many proposals of the list at once: each by its own operation, each with an outcome of its own.

The acts stand in one table, ACTS. Whom an act is offered to, and what stands in its way, is told by the tables of
transitions that the single actions have; nothing of it is repeated here.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.notices import operations as notices
from apps.notices.queries import SOON, cases_to_urge, due_of, receipts_to_remind, step_of, with_last_urge
from apps.proposals import operations as proposals_operations
from apps.proposals.models import Proposal
from apps.proposals.queries import check, parties_of, signers_of
from apps.proposals.workflow import CASE, PROPOSAL, CaseState, NotAllowed, OutOfTurn, Refused, Table
from apps.ratings import operations as ratings
from apps.ratings.workflow import RECEIPT
from apps.replies import operations as replies
from apps.replies.models import Reply
from apps.replies.workflow import REPLY, ReplyState


@dataclass
class Item:
    """What one act does to one thing of a proposal. `why`: what stands in its way, "" for nothing.

    `told`: what will be done, in words. `extra`: what else the page showed that must not have changed meanwhile.
    """

    proposal: Proposal
    thing: Any = None
    why: str = ""
    told: str = ""
    extra: str = ""
    given: dict | None = None  # what the operation takes beside the thing, where nobody types it
    form: Any = None

    @property
    def key(self):
        return f"{self.proposal.pk}-{self.thing.pk}" if self.thing else ""

    @property
    def seen(self):
        return f"{self.thing.stamp}~{self.extra}"


@dataclass(frozen=True)
class Act:
    """`table`, `action`: the row of the workflow that it takes. `things(proposals, on)`: what it is done to.

    `tell(item, on)`: fills in what the page says of an item. `none`: why a proposal that has no such thing is left out.
    """

    key: str
    label: str
    table: Table
    action: str
    things: Callable
    tell: Callable
    none: str
    do: Callable
    most: int = 200
    is_typed: bool = False  # each item has a form of its own


def _proposals(chosen, on):
    return chosen


def _replies_to_check(chosen, on):
    """Replies in the office's hands, each knowing whom it would be sent up to."""
    found = Reply.objects.filter(case__proposal__in=chosen, state=ReplyState.OFFICE_REVIEW)
    found = found.exclude(case__state=CaseState.ENDED).select_related(*Reply.READ_WITH, "case__named_signer")
    found = list(found.order_by("pk"))
    signers = signers_of([reply.case for reply in found], on)
    for reply in found:
        reply.signer_by_default = signers.get(reply.case_id)
    return found


def _cases_to_urge(chosen, on):
    cases = with_last_urge(cases_to_urge(on)).filter(proposal__in=chosen)
    return cases.select_related("proposal__session", "unit", "opinion").order_by("pk")


def _receipts(chosen, on):
    return receipts_to_remind(on).filter(case__proposal__in=chosen).select_related("reply__case").order_by("pk")


def _tell_assign(item, on):
    item.told = f"建议承办单位：{item.proposal.wished_units or '未填'}"


def _tell_forward(item, on):
    reply, signer = item.thing, item.thing.signer_by_default
    item.told = f"{reply.case.unit}的{reply}"
    if not signer:
        item.why = item.why or "今天没有分管领导，请在提案页面单独报审。"
        return
    item.told += f"，报{signer}审签"
    item.extra, item.given = str(signer.pk), {"signer": signer}


def _tell_urge(item, on):
    case, due_on = item.thing, due_of(item.thing)
    late = "，已超期" if due_on and due_on < on else ""
    item.told = f"催{case.unit}{step_of(case).label}" + (f"，期限{due_on:%Y-%m-%d}{late}" if due_on else "")
    if case.urge_count:
        item.told += f"，已催办{case.urge_count}次"


def _tell_remind(item, on):
    receipt = item.thing
    phone = receipt.proposer.phone or "没有登记电话"
    item.told = f"{receipt.proposer}（{phone}），{receipt.case.unit}的答复，期限{receipt.due_on:%Y-%m-%d}"
    if receipt.reminders:
        item.told += f"，已催收{receipt.reminders}次"


ACTS = (
    Act("assign", "交办", PROPOSAL, "assign", _proposals, _tell_assign, "", proposals_operations.assign, 50, True),
    Act(
        "forward", "核稿报审", REPLY, "office_forward", _replies_to_check, _tell_forward,
        "没有待核稿的答复。", replies.office_forward,
    ),
    Act(
        "urge", "催办", CASE, "urge", _cases_to_urge, _tell_urge,
        f"没有已超期或{SOON}个工作日内到期的承办件。", notices.urge,
    ),
    Act(
        "remind", "催收回执", RECEIPT, "remind", _receipts, _tell_remind,
        "没有已过反馈期限、还没有收回的回执。", ratings.remind,
    ),
)  # fmt: skip


def acts_of(user, on):
    """The acts that the user's post may take at all, by the tables."""
    parties = parties_of(user, on)
    return [act for act in ACTS if any(not parties.isdisjoint(row.parties) for row in act.table.rows(act.action))]


def items_of(act, chosen, user, on):
    """An Item for each thing of the `chosen` proposals (a list), in their order; those that cannot be done say why."""
    of = defaultdict(list)
    for thing in act.things(chosen, on):
        of[thing.workflow_proposal.pk].append(thing)
    found = []
    for proposal in chosen:
        if not of[proposal.pk]:
            found.append(Item(proposal, why=f"{act.none}此提案现在是“{proposal.get_state_display()}”。"))
        for thing in of[proposal.pk]:
            item = Item(proposal, thing, _why_not(act, thing, user, on))
            act.tell(item, on)
            found.append(item)
    return found


def _why_not(act, thing, user, on):
    try:
        check(thing, act.action, user=user, on=on, note="-")
    except (NotAllowed, OutOfTurn, Refused) as reason:
        return str(reason)
    return ""


def do_one(act, item, *, by, at, seen, **given):
    """Does the act to one item: "" where it is done, else why not. `seen`: Item.seen of the page."""
    stamp, _, extra = seen.rpartition("~")
    if item.why:
        return item.why
    if extra != item.extra:
        return "您打开页面以后，分工已有变化，请重新核对。"
    try:
        act.do(item.thing, **(item.given or {}), **given, by=by, at=at, seen=stamp)
    except (NotAllowed, OutOfTurn, Refused) as reason:
        return str(reason)
    return ""
