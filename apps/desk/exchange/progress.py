"""How far a row of the ledger got. Pure: the same rules read a row and tell whether an export must say more.

The filled columns tell: no 交办日期 = 待交办, no 签收日期 = 待签收, no 答复日期 = 办理中, no rating = 已答复待回执,
a rating without 办结日期 = 回执待审核. The furthest filled column counts; a day in between that nobody wrote down stays
unknown. What columns cannot tell stands in 状态 and 轮次.
"""

from collections.abc import Mapping
from enum import IntEnum

from apps.documents.workbooks import CellError
from apps.proposals.workflow import CaseState, ProposalState


class Stage(IntEnum):
    """How far an answering case got, in order."""

    RECEIVED = 0
    ASSIGNED = 1
    HANDLING = 2
    REPLIED = 3  # the receipt is awaited
    RATED = 4  # the receipt came back and waits to be confirmed
    REVIEWED = 5  # it is confirmed, and the case is neither closed nor handled again
    CLOSED = 6

    @property
    def label(self):
        return STAGE_LABELS[self]

    @property
    def case_state(self):
        return CASE_STATES[self]


STAGE_LABELS = {
    Stage.RECEIVED: ProposalState.RECEIVED.label,
    Stage.ASSIGNED: CaseState.ASSIGNED.label,
    Stage.HANDLING: CaseState.HANDLING.label,
    Stage.REPLIED: "待回执",
    Stage.RATED: "回执待审核",
    Stage.REVIEWED: "回执已审核",
    Stage.CLOSED: CaseState.CLOSED.label,
}
CASE_STATES = {
    Stage.ASSIGNED: CaseState.ASSIGNED,
    Stage.HANDLING: CaseState.HANDLING,
    Stage.REPLIED: CaseState.REPLIED,
    Stage.RATED: CaseState.REPLIED,
    Stage.REVIEWED: CaseState.REPLIED,
    Stage.CLOSED: CaseState.CLOSED,
}

STAGE_WORDS = STAGE_LABELS | {Stage.REPLIED: "已答复"}
"""What an export writes into 状态 where the columns do not tell the stage."""

ANSWERED = "answered"
AGAIN = "again"
STATE_WORDS = {
    "待交办": Stage.RECEIVED,
    "待签收": Stage.ASSIGNED,
    "办理中": Stage.HANDLING,
    "在办": Stage.HANDLING,
    "二次办理": AGAIN,
    "重新办理": AGAIN,
    "已答复": ANSWERED,  # with a receipt or without: the other columns tell
    "已办复": ANSWERED,
    "待回执": Stage.REPLIED,
    "已答复待回执": Stage.REPLIED,
    "回执待审核": Stage.RATED,
    "回执已审核": Stage.REVIEWED,
    "已办结": Stage.CLOSED,
    "办结": Stage.CLOSED,
    "已并案": ProposalState.MERGED,
    "并案": ProposalState.MERGED,
    "已撤案": ProposalState.WITHDRAWN,
    "撤案": ProposalState.WITHDRAWN,
    "已退回提案委": ProposalState.HANDED_BACK,
    "退回提案委": ProposalState.HANDED_BACK,
    "已退回": ProposalState.HANDED_BACK,
}
"""What may stand in 状态 → a Stage, the end of a proposal, or one of the two words above."""

OF_A_REPLY = ("issued_on", "reply_number", "publicity", "result_class")
OF_A_RATING = ("first", "last", "received_on", "closed_on")


class Wrong(CellError):
    """A row that contradicts itself, told at one of its columns (a key of `columns.LEDGER`)."""

    def __init__(self, key, expected, why="与其他列不符"):
        super().__init__(expected, why)
        self.key = key


def round_of(cells: Mapping) -> int:
    """The round that a row is in: 轮次, else two where the first rating differs from the last, else one.

    Raises Wrong where they contradict each other.
    """
    first, last, told = cells.get("first"), cells.get("last"), cells.get("round")
    differs = bool(first and last and first != last)
    implied = 2 if differs or cells.get("state") == AGAIN else 1
    if told and told < implied:
        raise Wrong("round", f"{implied} 以上的轮次（首次评价与最终评价不同，或正在二次办理）")
    found = told or implied
    if found > 1 and not first:
        raise Wrong("first", "首次评价（有第二轮办理的，须写明首次评价）")
    return found


def told_by_columns(cells: Mapping, round_: int) -> Stage:
    """The stage by the filled columns alone. `first` is a rating of a first round; of a later one `last` is."""
    if cells.get("closed_on"):
        return Stage.CLOSED
    if cells.get("last") or (round_ == 1 and cells.get("first")):
        return Stage.RATED
    if cells.get("issued_on"):
        return Stage.REPLIED
    if cells.get("accepted_on") or round_ > 1:
        return Stage.HANDLING
    return Stage.ASSIGNED if cells.get("assigned_on") else Stage.RECEIVED


def stage_of(cells: Mapping) -> tuple[Stage, int]:
    """(stage, round) of a row that is no ended proposal's, from its columns, 状态 and 轮次. Raises Wrong.

    状态 may say more than the columns (a day that nobody wrote down), and it says that a second round is under way,
    in which the reply's columns are those of the round before.
    """
    round_ = round_of(cells)
    told, stated = told_by_columns(cells, round_), cells.get("state", "")
    if not cells.get("assigned_on"):
        _check_unassigned(cells, told, stated)
        return Stage.RECEIVED, 1
    if stated == "":
        found = told
    elif stated == AGAIN or (stated == Stage.HANDLING and round_ > 1):
        found = Stage.HANDLING
    elif stated == ANSWERED:
        found = max(told, Stage.REPLIED)
    else:
        found = stated
    _check_fit(cells, found, told, round_)
    return found, round_


def is_again(stage, round_):
    """Whether a later round is under way: the reply in the row's columns is that of the round before."""
    return stage == Stage.HANDLING and round_ > 1


def _check_unassigned(cells, told, stated):
    later = ("due_on", "accepted_on", *OF_A_REPLY, *OF_A_RATING)
    if told != Stage.RECEIVED or any(cells.get(key) for key in later) or stated not in ("", Stage.RECEIVED):
        raise Wrong("assigned_on", "交办日期（后面的列或状态已有内容）")


def _check_fit(cells, found, told, round_):
    again = is_again(found, round_)
    if cells.get("closed_on") and found != Stage.CLOSED:
        raise Wrong("state", f"“{Stage.CLOSED.label}”（已填写办结日期）")
    if found < told and not again:
        raise Wrong("state", f"“{told.label}”（按已填写的列）")
    if found in (Stage.RATED, Stage.REVIEWED) and told < Stage.RATED:
        raise Wrong("last", "评价（按状态已收到回执）")
    rating = cells.get("last") or (cells.get("first") if round_ == 1 or again else "")
    if cells.get("received_on") and not rating:
        raise Wrong("last", "评价（已填写回执日期）")
    if again and round_ == 2 and cells.get("last", "") not in ("", cells["first"]):
        raise Wrong("last", f"空白或“{cells['first']}”（第二轮还在办理）")
    if found < Stage.REPLIED and not again and any(cells.get(key) for key in OF_A_REPLY):
        raise Wrong("issued_on", "答复日期（答复的其他列已填写）")
    if found >= Stage.REPLIED and not cells.get("issued_on") and cells.get("state", "") == "":
        raise Wrong("issued_on", "答复日期（后面的列已填写；确实不知道的，请在“状态”列写明“已答复”或“已办结”）")


def end_of(cells: Mapping) -> ProposalState | None:
    """How a proposal ended without being answered: 状态, or 并入案号 alone; None for any other. Raises Wrong."""
    stated = cells.get("state", "")
    if isinstance(stated, ProposalState):
        if cells.get("merged_into") and stated != ProposalState.MERGED:
            raise Wrong("merged_into", "空白（只有并案的提案才填写）")
        return stated
    if cells.get("merged_into"):
        if stated != "":
            raise Wrong("state", f"“{ProposalState.MERGED.label}”（已填写并入案号）")
        return ProposalState.MERGED
    return None
