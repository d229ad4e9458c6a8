"""Papers of one unit's part: its opinion for the lead unit, what it asks of the office, its talks with the proposer."""

from django.utils import timezone

from apps.documents.content import Letter, Paragraph, Sheet, chinese_date
from apps.proposals.models import Attachment, Contact
from apps.proposals.workflow import CaseRole

from .. import subjects
from ..kinds import UNIT_OR_OFFICE, Kind
from .addressing import files_named, in_full, people
from .grids import GROWS, SEALED_BY_HAND, SIGNED_BY_HAND, boxes, form, pair, wide
from .names import meeting, quoted, unit_name
from .texts import blocks_of

GROUP = "办理"


def opinion_letter(case, occasion):
    """会办意见函 to the lead unit: what the assisting unit gave as its opinion."""
    proposal, session, unit = case.proposal, case.proposal.session, unit_name(case.unit)
    attachments = files_named(proposal, Attachment.Owner.OPINION, case.opinion.pk)
    text = blocks_of(case.opinion.text) or (Paragraph("会办意见见附件。"),)
    begin = f"由你单位主办的{in_full(proposal, session)}{quoted(proposal.title)}，经研究，提出会办意见如下："
    return Letter(
        issuer=unit,
        number=occasion.number,
        title=f"关于{in_full(proposal, session)}的会办意见函",
        addressee=_lead_unit(proposal),
        blocks=(Paragraph(begin), *text, Paragraph("以上意见，请在答复提案者时统筹考虑。")),
        signature=unit,
        dated_on=occasion.dated_on,
        is_sealed=True,
        attachments=attachments,
        copies_to=(session.office,),
        draft=_why_not_sent(case, occasion),
    )


def _lead_unit(proposal):
    """The unit that leads now; of an ended proposal the one that did last."""
    leads = [case for case in proposal.cases.all() if case.role == CaseRole.LEAD]
    leads.sort(key=lambda case: (not case.is_over, case.pk))
    return unit_name(leads[-1].unit) if leads else ""


def _why_not_sent(case, occasion):
    if case.is_over:
        return "样稿：承办件已调整，不再发文"
    return "" if occasion.number and occasion.dated_on else "样稿：尚未登记发文"


def return_request(request, occasion):
    """退办申请表: why a unit gives a case back, and what the office rules."""
    case = request.case
    rows = (
        *_about(case),
        pair("交办日期", chinese_date(case.assigned_on), "退办期限", _day(case.return_due_on)),
        wide("退办理由", request.reason, lines=GROWS),
        wide("建议单位", unit_name(request.suggested_unit)),
        wide("申请单位\n意见", "", lines=2, foot=SEALED_BY_HAND),
        _ruling(request, ("同意退办", "不同意退办")),
    )
    notes = (
        "填表说明：1.退办须在退办期限内提出，写明理由和建议承办单位；2.裁定以前仍由申请单位承办，不得自行转办；"
        "3.不同意退办的，视为已签收，继续办理。",
    )
    return _form(case, "提案退办申请表", rows, request, notes)


def extension_request(request, occasion):
    """延期审批表: until when a unit wants to reply, and who agrees."""
    case = request.case
    rows = (
        *_about(case),
        pair("原定期限", chinese_date(request.was_due_on), "申请延至", chinese_date(request.wanted_on)),
        wide("延期理由", request.reason, lines=GROWS),
        wide("承办单位\n意见", "", lines=2, foot=SEALED_BY_HAND),
        _ruling(request, ("同意延期", "不同意延期")),
        wide("分管领导\n意见", "", lines=2, foot=SIGNED_BY_HAND),
    )
    longest = case.proposal.session.limit("extension")
    notes = (f"填表说明：每轮办理只延期一次，最长不超过{longest}；未经同意的，仍按原期限答复。",)
    return _form(case, "提案答复延期审批表", rows, request, notes)


def _about(case):
    yield pair("案号", str(case.proposal), "承办单位", unit_name(case.unit))
    yield wide("案由", case.proposal.title)
    yield wide("提案者", people(case.proposal))


def _day(day):
    return chinese_date(day) if day else ""


def _ruling(request, choices):
    """What the office decided, as recorded; until then boxes and room to sign."""
    if request.ruled_at is None:
        return wide("政府办\n意见", boxes(choices), lines=2, foot=SIGNED_BY_HAND)
    ticked = boxes(choices, choices[0] if request.is_granted else choices[1])
    ruled_on = chinese_date(timezone.localdate(request.ruled_at))
    return wide("政府办\n意见", f"{ticked}\n{request.ruling}", lines=2, foot=f"{request.ruled_by}　{ruled_on}")


def _form(case, name, rows, request, notes):
    return Sheet(
        title=f"{meeting(case.proposal.session)}{name}",
        author=unit_name(case.unit),
        blocks=(form(rows),),
        left=f"经办人：{request.requested_by}",
        right=f"申请日期：{chinese_date(timezone.localdate(request.requested_at))}",
        footnotes=notes,
    )


def contact_record(contact, occasion):
    """沟通记录: a talk with the proposer, who may sign it."""
    case = contact.case
    stages = [stage.label for stage in Contact.Stage]
    manners = [manner.label for manner in Contact.Manner]
    rows = (
        *_about(case),
        wide("沟通阶段", boxes(stages, contact.get_stage_display())),
        wide("沟通方式", boxes(manners, contact.get_manner_display())),
        pair("沟通日期", chinese_date(contact.held_on), "沟通地点", ""),
        wide("参加人员", contact.people),
        wide("沟通情况", contact.summary, lines=GROWS),
        wide("提案者\n意见", "", lines=2, foot=SIGNED_BY_HAND),
        pair("记录人", str(contact.recorded_by), "记录日期", chinese_date(timezone.localdate(contact.recorded_at))),
    )
    return Sheet(
        title=f"{meeting(case.proposal.session)}提案办理沟通记录",
        author=unit_name(case.unit),
        blocks=(form(rows),),
        left=f"第{contact.round}轮办理" if contact.round > 1 else "",
        footnotes=("说明：沟通地点和提案者意见由参加人员在纸上填写。",),
    )


KINDS = (
    Kind(
        "opinion-letter",
        "会办意见函",
        "会办",
        seen=subjects.given_opinions,
        compose=opinion_letter,
        proposal="proposal",
        numbered_by=UNIT_OR_OFFICE,
    ),
    Kind(
        "return-request",
        "退办申请表",
        GROUP,
        seen=subjects.return_requests,
        compose=return_request,
        proposal="case__proposal",
    ),
    Kind(
        "extension-approval",
        "延期审批表",
        GROUP,
        seen=subjects.extension_requests,
        compose=extension_request,
        proposal="case__proposal",
    ),
    Kind(
        "contact-record",
        "提案办理沟通记录",
        GROUP,
        seen=subjects.contacts,
        compose=contact_record,
        proposal="case__proposal",
    ),
)
