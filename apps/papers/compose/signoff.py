"""审签单: what a leader signs on paper, bearing the code of the text (docs/decisions/0009)."""

from django.utils import timezone

from apps.audit.queries import of_target
from apps.documents.content import Cell, Column, Grid, Sheet, Table, chinese_date, lines_of
from apps.proposals.models import Attachment
from apps.replies.queries import signer_of
from apps.replies.workflow import ReplyState

from .. import subjects
from ..kinds import Kind
from .addressing import assisting_units, files_named, people, unit_names
from .grids import SHARES, SIGNED_BY_HAND, pair, wide
from .names import meeting, unit_name

WARNING = "说明：答复正文、办理结果、公开属性一有改动，校验码即不同，须重新打印、重新签字。"


def sign_off_sheet(reply, occasion):
    """The sheet with the whole text; every page bears the code. Once signed, the record of it."""
    session = reply.case.proposal.session
    code = f"校验码：{reply.code}"
    return Sheet(
        title=f"{meeting(session)}提案答复审签单",
        author=session.office,
        blocks=(
            Grid(SHARES, (*_about(reply), *_answered(reply), *_signed_by(reply, occasion.on))),
            Table((Column(f"答复正文（{code}）", 1, "left"),), tuple((line,) for line in lines_of(reply.body))),
        ),
        left=f"{chinese_date(occasion.on)}打印",
        right=code,
        is_numbered=True,
        draft="已作废" if reply.state == ReplyState.VOID else "",
    )


def _about(reply):
    case, proposal = reply.case, reply.case.proposal
    yield pair("案号", str(proposal), "答复轮次", "首次答复" if str(reply) == "答复" else str(reply))
    yield wide("案由", proposal.title)
    yield wide("提案者", people(proposal))
    yield wide("承办单位", unit_name(case.unit))
    if assisting := assisting_units(case):
        yield wide("协办单位", unit_names(assisting))


def _answered(reply):
    result = reply.result_class
    yield wide("办理结果", f"{result}（{result.wording}）" if result else "")
    due_on = reply.due_on or reply.case.reply_due_on
    yield pair("公开属性", reply.get_publicity_display(), "答复期限", chinese_date(due_on) if due_on else "")
    if reply.class_reason:
        yield wide("未能解决\n的原因", reply.class_reason)
    if promises := [f"{one.text}（{chinese_date(one.due_on)}前）" for one in reply.commitments.all()]:
        yield wide("承诺事项", "\n".join(promises))
    if files := files_named(reply.case.proposal, Attachment.Owner.REPLY, reply.pk):
        yield wide("答复附件", "\n".join(files))


def _signed_by(reply, on):
    """Who took the reply through which step, on which day; room for the leader where the signature is awaited."""
    entered_for = _entered_for(reply)
    submitted = _done(reply.submitted_by, reply.submitted_at, entered_for.get(("reply.submit", reply.submitted_at)))
    approved = _done(reply.approved_by, reply.approved_at, entered_for.get(("reply.unit_approve", reply.approved_at)))
    yield pair("单位送审", submitted, "单位签发", approved)
    yield wide("政府办\n核稿", _done(reply.forwarded_by, reply.forwarded_at))
    if reply.signed_at:
        yield wide("领导审签", _signature(reply))
    else:
        leader = signer_of(reply, on)
        yield wide("领导审签\n意见", f"请{leader.title}{leader}审签。" if leader else "", lines=3, foot=SIGNED_BY_HAND)
        yield (Cell(WARNING, 4),)


def _done(by, at, entered_for=""):
    if not at:
        return ""
    name = f"{entered_for}（{by}代录）" if entered_for else str(by)
    return f"{name}\n{chinese_date(timezone.localdate(at))}"


def _entered_for(reply):
    """(action, time) → for whom the office entered it from signed paper (代录), which the trail alone keeps."""
    events = of_target("proposal", str(reply.case.proposal_id)).exclude(entered_for="")
    events = events.filter(action__in=("reply.submit", "reply.unit_approve"))
    return {(event.action, event.at): event.entered_for for event in events if event.data["id"] == reply.pk}


def _signature(reply):
    name = f"{reply.signed_by}（代{reply.signer}）" if reply.by_delegate else str(reply.signer or reply.signed_by)
    if reply.paper_at:
        name = str(reply.signer)
        how = f"纸质签字，{reply.paper_by}登记，{reply.signed_by}核对"
    else:
        how = "在系统中审签"
    return f"{name}，{chinese_date(timezone.localdate(reply.signed_at))}（{how}）"


KINDS = (
    Kind(
        "sign-off-sheet",
        "审签单",
        "答复",
        seen=subjects.replies_to_sign,
        compose=sign_off_sheet,
        proposal="case__proposal",
    ),
)
