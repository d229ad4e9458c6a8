"""Papers of a reply: the letter to each proposer, …"""

from apps.documents.content import Letter, Paragraph, lines_of
from apps.replies.workflow import ReplyState

from .. import subjects
from ..kinds import Kind

GROUP = "答复"


def reply_letter(reply, occasion):
    """答复函 to a proposer: a draft until it was signed off and has its number."""
    case, proposal, session = reply.case, reply.case.proposal, reply.case.proposal.session
    to = occasion.to or proposal.proposers.all()[0]
    unit = case.unit.full_name or case.unit.name
    return Letter(
        issuer=unit,
        number=reply.number,
        title=f"关于{session.committee}{session.label}第{proposal.number}号提案的答复函",
        addressee=to.name,
        blocks=tuple(Paragraph(line) for line in lines_of(reply.body)),
        signature=unit,
        dated_on=reply.issued_on,
        is_sealed=True,
        draft="" if reply.state == ReplyState.ISSUED else "样稿：尚未审签寄送",
    )


KINDS = (
    Kind(
        "reply-letter",
        "答复函",
        GROUP,
        seen=subjects.replies,
        compose=reply_letter,
        proposal="case__proposal",
        addressees=lambda reply: list(reply.case.proposal.proposers.all()),
    ),
)
