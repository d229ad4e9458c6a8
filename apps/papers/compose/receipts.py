"""征询意见表: the form on which proposers say what they think of a reply, filled in by their own hand alone."""

from apps.documents.content import Cell, Sheet, chinese_date
from apps.ratings.queries import proposers_asked
from apps.replies.workflow import ReplyState

from .. import subjects
from ..kinds import Kind
from .addressing import assisting_units, unit_names
from .grids import DAY_BY_HAND, GROWS, boxes, form, pair, wide
from .names import meeting, unit_name

TITLE = "提案办理情况征询意见表"
MANNERS = ("走访", "座谈", "电话", "网络", "书面", "其他", "未沟通")
SHEET, ANNEX = 23, 19  # lines of a page below the title of a sheet, and below that of an annex, above the 抄送


def asked(reply):
    """The proposers who get the form with this reply; nobody is asked after a supplementary one."""
    return [] if reply.is_supplementary else proposers_asked(reply.case)


def receipt_form(reply, occasion):
    """The form for one proposer. What was answered before never stands on it, nor the link that opens it."""
    session = reply.case.proposal.session
    to = occasion.to or asked(reply)[0]
    return Sheet(
        title=f"{meeting(session)}{TITLE}",
        author=unit_name(reply.case.unit),
        blocks=(receipt_grid(reply, to, reply.number, reply.issued_on),),
        draft={ReplyState.ISSUED: "", ReplyState.VOID: "已作废"}.get(reply.state, "样稿：答复尚未寄送"),
    )


def receipt_grid(reply, to, number, dated_on, page=SHEET):
    """`number`, `dated_on`: of the reply, which may be about to have them. `page`: how many lines there are for it."""
    case, own, session = reply.case, to.proposal, reply.case.proposal.session
    merged = f"（并入{case.proposal}办理）" if own != case.proposal else ""
    scale = boxes(rating.name for rating in session.ratings.all())
    rows = (
        pair("案号", f"{own}{merged}", "提案者", to.name),
        wide("案由", own.title),
        wide("承办单位", "\n".join(_units(case))),
        wide("答复文号", "，".join(filter(None, (number, dated_on and chinese_date(dated_on))))),
        wide("沟通方式", boxes(MANNERS)),
        *(wide(label, scale) for label in (("办理态度", "办理结果") if session.asks_attitude else ("总体评价",))),
        wide("意见和\n建议", "", lines=GROWS),
        wide("提案者\n签名", "", foot=f"联系电话：　　　　　　　{DAY_BY_HAND}"),
        (Cell(f"说明：本表由提案者本人填写，在所选项的□内打√，{_until(reply, to)}；任何单位和个人不得代填。", 4),),
    )
    return form(rows, page)


def _units(case):
    assisting = assisting_units(case)
    yield f"{unit_name(case.unit)}{'（主办）' if assisting else ''}"
    if assisting:
        yield f"{unit_names(assisting)}（协办）"


def _until(reply, to):
    session = reply.case.proposal.session
    due_on = next((one.due_on for one in reply.receipts.all() if one.proposer_id == to.pk), None)
    when = f"于{chinese_date(due_on)}前" if due_on else f"自答复之日起{session.limit('receipt')}内"
    return f"{when}寄回{session.committee}提案委"


KINDS = (
    Kind(
        "receipt-form",
        "征询意见表",
        "答复",
        seen=subjects.replies_that_ask,
        compose=receipt_form,
        proposal="case__proposal",
        addressees=asked,
    ),
)
