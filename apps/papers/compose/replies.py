"""答复函: the letter to each proposer on what they put; the record of a meeting where one takes its place."""

import datetime

from apps.audit.queries import of_target
from apps.documents.content import Annex, Letter, Paragraph, Sheet, chinese_date
from apps.documents.titles import chinese_number
from apps.proposals.models import Attachment
from apps.ratings.queries import proposers_answered
from apps.replies.workflow import ReplyState

from .. import subjects
from ..kinds import Kind
from . import receipts
from .addressing import YOU, addressee, assisting_units, files_named, in_full, people
from .grids import GROWS, SIGNED_BY_HAND, form, pair, wide
from .names import meeting, proposal_committee, quoted, unit_name
from .texts import blocks_of

NOT_SENT = {
    ReplyState.DRAFT: "样稿：尚未送审",
    ReplyState.UNIT_REVIEW: "样稿：单位审核中",
    ReplyState.OFFICE_REVIEW: "样稿：政府办核稿中",
    ReplyState.LEADER_SIGNOFF: "样稿：待领导审签",
    ReplyState.PAPER_SIGNED: "样稿：纸质审签待核对",
    ReplyState.SIGNED: "样稿：已审签，尚未寄送",
    ReplyState.VOID: "已作废",
}


def addressees(reply):
    """To whom the letter goes; the record of a meeting is one for all of them."""
    return [] if reply.is_meeting else proposers_answered(reply.case)


def reply_letter(reply, occasion):
    """The letter to one proposer, a draft until it was sent out.

    Once signed it may be tried with the number and the day that it is about to have.
    """
    is_tried = reply.state == ReplyState.SIGNED
    number, dated_on = (occasion.number, occasion.dated_on) if is_tried else (reply.number, reply.issued_on)
    if reply.is_meeting:
        return meeting_record(reply, number, dated_on)
    to, case, unit = occasion.to or addressees(reply)[0], reply.case, unit_name(reply.case.unit)
    asks = to in receipts.asked(reply)
    attachments = files_named(case.proposal, Attachment.Owner.REPLY, reply.pk) + ((receipts.TITLE,) if asks else ())
    label = f"附件{len(attachments)}" if len(attachments) > 1 else "附件"
    to_return = receipts.receipt_grid(reply, to, number, dated_on, receipts.ANNEX)
    return Letter(
        issuer=unit,
        number=number,
        title=f"关于{in_full(to.proposal, case.proposal.session)}的{_called(reply)}",
        addressee=addressee(to),
        blocks=(_opening(reply, to), *blocks_of(reply.body), *_closing(reply, to, asks)),
        signature=unit,
        dated_on=dated_on,
        is_sealed=True,
        marks=tuple(_marks(reply)),
        attachments=attachments,
        annexes=(Annex(label, receipts.TITLE, (to_return,)),) if asks else (),
        remark=_contact(case.unit),
        copies_to=_copies_to(case),
        draft=NOT_SENT.get(reply.state, ""),
    )


def _called(reply):
    if reply.is_supplementary:
        return "补充答复函"
    return {1: "答复函", 2: "再次答复函"}.get(reply.round, f"第{chinese_number(reply.round)}次答复函")


def _marks(reply):
    """What stands at the upper right of page one."""
    if reply.result_class:
        yield f"办理结果：{reply.result_class.code}"
    if reply.publicity:
        yield f"公开属性：{reply.get_publicity_display()}"


def _opening(reply, to):
    main, own = reply.case.proposal, to.proposal
    merged = f"，并与{main}提案{quoted(main.title)}合并办理" if own != main else ""
    return Paragraph(f"{YOU[own.form]}提出的{quoted(own.title)}（{own}）收悉{merged}，现答复如下：")


def _closing(reply, to, asks):
    """Thanks, unless the unit's own last words are thanks, and the request for the receipt."""
    you, session = YOU[to.proposal.form], reply.case.proposal.session
    has_thanked = "谢" in reply.body.rstrip().rpartition("\n")[2]
    thanks = "" if has_thanked else f"感谢{you}对我区工作的关心和支持。"
    request = f"请{you}将对办理工作的意见填入所附的征询意见表，按期寄回{session.committee}提案委。" if asks else ""
    return [Paragraph(thanks + request)] if thanks or request else []


def _contact(unit):
    known = (("联系人", unit.contact_name), ("联系电话", unit.contact_phone))
    return "；".join(f"{label}：{value}" for label, value in known if value)


def _copies_to(case):
    session = case.proposal.session
    return (proposal_committee(session), session.office, *map(unit_name, assisting_units(case)))


def meeting_record(reply, number, dated_on):
    """当面答复记录, which takes the place of a second letter for all proposers together."""
    case, proposal = reply.case, reply.case.proposal
    held_on, people_there = _meeting_of(reply)
    rows = (
        pair("案号", str(proposal), "承办单位", unit_name(case.unit)),
        wide("案由", proposal.title),
        wide("提案者", people(proposal)),
        pair("会面日期", held_on, "会面地点", ""),
        wide("参加人员", people_there),
        wide("会面情况", reply.body, lines=GROWS),
        pair("办理结果", str(reply.result_class or ""), "公开属性", reply.get_publicity_display()),
        wide("提案者\n签名", "", lines=2, foot=SIGNED_BY_HAND),
        wide("承办单位\n负责人", "", lines=2, foot=SIGNED_BY_HAND),
    )
    return Sheet(
        title=f"{meeting(proposal.session)}提案当面答复记录",
        author=unit_name(case.unit),
        blocks=(form(rows),),
        left=f"编号：{number}" if number else "",
        right=chinese_date(dated_on) if dated_on else "",
        draft=NOT_SENT.get(reply.state, ""),
    )


def _meeting_of(reply):
    """(day, people) of a meeting: the trail alone keeps them (replies.operations.meet)."""
    events = of_target("proposal", str(reply.case.proposal_id)).filter(action="reply.meet")
    data = next((event.data for event in events if event.data["id"] == reply.pk), None)
    return (chinese_date(datetime.date.fromisoformat(data["held_on"])), data["people"]) if data else ("", "")


KINDS = (
    Kind(
        "reply-letter",
        "答复函",
        "答复",
        seen=subjects.replies,
        compose=reply_letter,
        proposal="case__proposal",
        is_numbered_elsewhere=True,
        addressees=addressees,
    ),
)
