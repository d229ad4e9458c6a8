"""The proposal itself on paper: as it was registered, with its text."""

from apps.documents.content import Cell, Grid, Sheet, chinese_date

from .. import subjects
from ..kinds import Kind

GROUP = "提案"


def proposal_text(proposal, occasion):
    """提案登记表: what the committee filed, and by whom it was put."""
    session = proposal.session

    def label(text):
        return Cell(text, is_label=True)

    people = "\n".join("　".join(filter(None, (one.name, one.position))) for one in proposal.proposers.all())
    key = f"重点提案（督办领导：{proposal.supervising_leader or '—'}）" if proposal.is_key else "—"
    rows = (
        (label("案号"), Cell(str(proposal), align="center"), label("提案类型"), Cell(proposal.get_kind_display())),
        (label("案由"), Cell(proposal.title, 3)),
        (label("提案者"), Cell(people, 3)),
        (label("提案形式"), Cell(proposal.get_form_display()), label("界别"), Cell(str(proposal.sector or ""))),
        (label("类别"), Cell(str(proposal.category or "")), label("重点提案"), Cell(key)),
        (label("建议\n承办单位"), Cell(proposal.wished_units, 3)),
        (label("提\n案\n内\n容"), Cell(proposal.text, 3, lines=9)),
    )
    received = f"接收日期：{chinese_date(proposal.received_on)}" if proposal.received_on else ""
    return Sheet(
        title=f"{session.committee}{session.label}提案登记表",
        author=session.office,
        blocks=(Grid((1.4, 3, 1.4, 3), rows),),
        right=received,
    )


KINDS = (Kind("proposal-text", "提案登记表", GROUP, subjects.proposals, proposal_text, proposal="pk"),)
