"""The ledger as a workbook: one row for each answering unit, so told that reading it gives the same rows again."""

from django.db.models import Prefetch

from apps.documents.workbooks import as_names, write_table
from apps.proposals.models import SECRET_PROPOSER, Case, Proposal
from apps.proposals.workflow import ENDED_PROPOSALS, CaseRole, CaseState
from apps.ratings.models import Receipt
from apps.ratings.queries import latest_issued_reply, receipts_visible_to
from apps.ratings.workflow import ReceiptState
from apps.replies.models import Reply
from apps.replies.workflow import ReplyState

from . import columns
from .plan import ASSISTING
from .progress import STAGE_WORDS, Stage, Wrong, stage_of

STAGES = {
    CaseState.ASSIGNED: Stage.ASSIGNED,
    CaseState.HANDLING: Stage.HANDLING,
    CaseState.CLOSED: Stage.CLOSED,
}
STAGES_BY_RECEIPT = {
    ReceiptState.AWAITED: Stage.REPLIED,
    ReceiptState.SUBMITTED: Stage.RATED,
    ReceiptState.CONFIRMED: Stage.REVIEWED,
}


def template_workbook(fields, sheet):
    """An empty workbook with the header of an import."""
    return write_table(sheet, [field.name for field in fields], [], widths=widths_of(fields))


def widths_of(fields):
    return {field.name: field.width for field in fields if field.width}


def workbook_of(rows):
    """The .xlsx of a ledger. `rows`: as `ledger_rows` gives them."""
    cells = [[row.get(field.key) for field in columns.LEDGER] for row in rows]
    headers = [field.name for field in columns.LEDGER]
    return write_table(columns.LEDGER_SHEET, headers, cells, widths=widths_of(columns.LEDGER))


def ledger_rows(session, user=None):
    """Cells by the keys of columns.LEDGER, for every row by number, in a fixed number of queries.

    `user`: whose view it is; None is a command on the server, which sees all.
    """
    proposals = Proposal.objects.visible_to(user) if user else Proposal.objects.all()
    receipts = receipts_visible_to(user) if user else Receipt.objects.all()
    issued = Reply.objects.filter(state=ReplyState.ISSUED).select_related("result_class").order_by("round", "pk")
    found = (
        proposals.filter(session=session)
        .select_related("sector", "category", "supervising_leader", "merged_into")
        .prefetch_related(
            "proposers",
            Prefetch("cases", Case.objects.select_related("unit").order_by("pk")),
            Prefetch("cases__replies", issued),
            Prefetch("cases__replies__receipts", receipts.select_related("rating")),
        )
        .order_by("number_order", "number")
    )
    for proposal in found:
        about = cells_of_proposal(proposal)
        for cells in cells_of_cases(proposal):
            yield {key: shown(key, value) for key, value in (about | cells).items()}


FIELDS = {field.key: field for field in columns.LEDGER}
TEXTS = ("number", "title", "sector", "category", "leader", "reply_number", "remark", "merged_into")
NAMES = ("proposers", "units", "assists")


def shown(key, value):
    """A value as the reader of the workbook will understand it, so that a second export has the same cell."""
    if key in TEXTS:
        return FIELDS[key].parse(value)
    if key in NAMES and value == [SECRET_PROPOSER]:
        return SECRET_PROPOSER  # read as nothing, which is what is known
    if key in NAMES:
        return "、".join(as_names("、".join(value), max_length=None))
    return value


def cells_of_proposal(proposal):
    return {
        "number": proposal.number,
        "title": proposal.title,
        "proposers": [one.name for one in proposal.proposers.all()],
        "form": proposal.get_form_display(),
        "kind": proposal.get_kind_display(),
        "sector": proposal.sector.name if proposal.sector else "",
        "category": proposal.category.name if proposal.category else "",
        "is_key": "是" if proposal.is_key else "",
        "leader": proposal.supervising_leader.name if proposal.supervising_leader else "",
        "remark": proposal.remark,
        "merged_into": proposal.merged_into.number if proposal.merged_into else "",
    }


def cells_of_cases(proposal):
    """The cells of each row: of the live answering cases, or of those with which an ended proposal ended."""
    cases = list(proposal.cases.all())
    has_ended = proposal.state in ENDED_PROPOSALS
    if has_ended:
        last = max((case.ended_on for case in cases if case.ended_on), default=None)
        cases = [case for case in cases if case.ended_on and case.ended_on == last]
    else:
        cases = [case for case in cases if case.state != CaseState.ENDED]
    answering = [case for case in cases if case.is_answering]
    assists = [case.unit.name for case in cases if not case.is_answering]
    if not answering:
        yield from cells_of_planned(proposal, has_ended)
        return
    mode = Proposal.Mode.LEAD if assists else Proposal.Mode.SOLE
    if len(answering) > 1:
        mode = Proposal.Mode.SEPARATE
    for case in answering:
        cells = cells_of_case(case) | {
            "mode": mode.label,
            "units": [case.unit.name],
            "assists": assists if case.role == CaseRole.LEAD else [],
        }
        yield ended(cells, proposal, case) if has_ended else told(cells, case)


def cells_of_planned(proposal, has_ended):
    """Rows of what has no cases: the units that an imported ledger had named for it, if any."""
    names = as_names(proposal.wished_units, max_length=None) if proposal.is_imported else []
    assists = [name.removesuffix(ASSISTING) for name in names if name.endswith(ASSISTING)]
    units = [name for name in names if not name.endswith(ASSISTING)]
    mode = Proposal.Mode.SEPARATE.label if len(units) > 1 else proposal.get_mode_display()
    cells = {"mode": mode, "assists": assists, "assigned_on": proposal.assigned_on}
    if has_ended:
        cells["state"] = proposal.get_state_display()
    for unit in units or [None]:
        yield cells | {"units": [unit] if unit else []}


def cells_of_case(case):
    reply = latest_issued_reply(case)
    receipts = [one for one in reply.receipts.all() if one.rating] if reply else []
    is_earlier = bool(reply) and reply.round < case.round
    return {
        "assigned_on": case.assigned_on,
        "due_on": case.reply_due_on,
        "accepted_on": case.accepted_on,
        "issued_on": reply.issued_on if reply else None,
        "reply_number": reply.number if reply else "",
        "publicity": reply.get_publicity_display() if reply else "",
        "result_class": reply.result_class.code if reply and reply.result_class else "",
        "first": first_rating(case),
        # while a second round is under way the rating of the first is told as that
        "last": worst(receipts) if not (is_earlier and reply.round == 1) else "",
        "received_on": max((one.received_on for one in receipts if one.received_on), default=None),
        "closed_on": case.closed_on,
    }


def worst(receipts):
    return max(receipts, key=lambda receipt: receipt.rating.rank).rating.name if receipts else ""


def first_rating(case):
    """The rating of the first round that has one."""
    for reply in sorted(case.replies.all(), key=lambda reply: reply.round):
        if receipts := [one for one in reply.receipts.all() if one.rating]:
            return worst(receipts)
    return ""


def stage_of_case(case):
    if case.state in STAGES:
        return STAGES[case.state]
    reply = latest_issued_reply(case)
    stages = [STAGES_BY_RECEIPT[receipt.state] for receipt in reply.receipts.all()] if reply else []
    return min(stages, default=Stage.REPLIED)


def told(cells, case):
    """The cells with 轮次 and 状态 where the other columns do not tell them."""
    wanted = stage_of_case(case), case.round
    word = STAGE_WORDS[wanted[0]]
    for more in ({}, {"round": case.round}, {"state": word}, {"round": case.round, "state": word}):
        as_read = more | ({"state": columns.STATE_WORDS[word]} if "state" in more else {})
        try:
            if stage_of(cells | as_read) == wanted:
                return cells | more
        except Wrong:
            continue
    return cells | {"round": case.round, "state": word}


def ended(cells, proposal, case):
    more = {"closed_on": case.ended_on, "state": proposal.get_state_display()}
    return cells | more | ({"round": case.round} if case.round > 1 else {})
