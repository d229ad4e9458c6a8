"""The allocation as a workbook: the draft to be talked over, and the list of what was assigned."""

from apps.documents.workbooks import write_table
from apps.proposals.workflow import ANSWERING, CaseRole

PLAN = ("案号", "案由", "提案者", "类别", "建议承办单位", "主办（分办）单位", "协办单位", "备注")
WIDTHS = {"案由": 40, "提案者": 20, "建议承办单位": 20, "主办（分办）单位": 22, "协办单位": 22, "备注": 24}
ABOUT = ("案号", "案由", "提案者", "联系电话", "类别")
ASSIGNED = (*ABOUT, "主办（分办）单位", "协办单位", "交办日期", "签收期限", "答复期限")


def plan_workbook(proposals):
    """The draft (bytes): every proposal that waits, with the units it has so far. As fetched by queries.with_lines."""
    return write_table("分办方案", PLAN, [_plan_row(proposal) for proposal in proposals], widths=WIDTHS)


def _plan_row(proposal):
    line = next(iter(proposal.open_lines), None)
    roles = line.roles if line else []
    return (
        *_about(proposal),
        proposal.wished_units,
        _named(roles, ANSWERING),
        _named(roles, (CaseRole.ASSIST,)),
        line.note if line else "",
    )


def _about(proposal):
    people = proposal.proposers.all()
    category = proposal.category.name if proposal.category else ""
    return proposal.number, proposal.title, "、".join(one.name for one in people), category


def _named(roles, wanted):
    return "、".join(unit.name for unit, role in roles if role in wanted)


def assigned_workbook(proposals):
    """The list of what was assigned (bytes), with how to reach the proposers. Proposals with cases and proposers."""
    rows = [_assigned_row(proposal) for proposal in proposals]
    return write_table("交办清单", ASSIGNED, rows, widths=WIDTHS)


def _assigned_row(proposal):
    number, title, people, category = _about(proposal)
    cases = list(proposal.live_cases)
    roles = [(case.unit, case.role) for case in cases]
    answering = [case for case in cases if case.is_answering]
    phones = "、".join(f"{one.name}：{one.phone}" for one in proposal.proposers.all() if one.phone)
    first = answering[0] if answering else None
    return (
        number,
        title,
        people,
        phones,
        category,
        _named(roles, ANSWERING),
        _named(roles, (CaseRole.ASSIST,)),
        first and first.assigned_on,
        first and first.accept_due_on,
        first and first.reply_due_on,
    )
