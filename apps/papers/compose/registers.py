"""Registers and rolls of a session: sheets of rows, printed as they stand today."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from apps.accounts.models import Post
from apps.accounts.queries import held_on
from apps.documents.content import Column, Sheet, Table, chinese_date
from apps.proposals.models import Case, Proposal
from apps.proposals.workflow import CaseState
from apps.ratings.models import Receipt
from apps.ratings.queries import latest_issued_reply
from apps.ratings.workflow import ReceiptState
from apps.replies.models import Commitment, Reply
from apps.replies.workflow import ReplyState
from apps.units.models import Unit
from apps.units.queries import leaders_in_charge

from .. import subjects
from ..kinds import Kind
from . import names
from .names import short_day

GROUP = "登记簿、名册"


def register(session, occasion, title, columns, rows, *, author="", footnotes=(), lines=1):
    """A wide Sheet with a first column of running numbers."""
    author = author or session.office
    numbered = tuple((str(place), *row) for place, row in enumerate(rows, start=1))
    return Sheet(
        title=f"{names.meeting(session)}{title}",
        author=author,
        blocks=(Table((Column("序号", 1.3), *columns), numbered, lines=lines),),
        left=author,
        right=chinese_date(occasion.on),
        footnotes=footnotes,
        is_landscape=True,
        is_numbered=True,
    )


@dataclass(frozen=True)
class Sent:
    """A paper that went out under a number. `issuer`: whose seal it bears · `copies`: "" where nobody wrote it down."""

    dated_on: datetime.date | None
    number: str
    title: str
    issuer: str
    addressee: str = ""
    signer: str = ""
    copies: str = ""
    is_void: bool = False

    @property
    def order(self):
        return self.dated_on or datetime.date.max, len(self.number), self.number


def sent_in(session):
    """All that went out in the session, by date: replies, numbered papers, letters of 退回提案委. Three queries.

    The annual letter, which is kept on a floor above, is among the numbered papers once it has gone out.
    """
    numbered = [_of_dispatch(one) for one in session.dispatches.defer("covers").select_related("unit")]
    registered = {one.number for one in numbered if not one.is_void}
    back = Proposal.objects.filter(session=session, is_secret=False).exclude(handed_back_letter="")
    back = back.select_related("session")
    letters = [_of_hand_back(one) for one in back if one.handed_back_letter not in registered]
    return sorted([*replies_in(session), *numbered, *letters], key=lambda one: one.order)


def replies_in(session):
    replies = Reply.objects.filter(case__proposal__session=session, state__in=(ReplyState.ISSUED, ReplyState.VOID))
    read = ("case__unit", "case__proposal__session", "signer")
    replies = replies.exclude(number="").select_related(*read).prefetch_related("case__proposal__proposers")
    return [_of_reply(one) for one in replies]


def _of_reply(reply):
    proposal = reply.case.proposal
    kind = "补充答复函" if reply.is_supplementary else "答复函"
    return Sent(
        dated_on=reply.issued_on,
        number=reply.number,
        title=f"关于{names.meeting(proposal.session)}第{proposal.number}号提案的{kind}",
        issuer=names.unit_name(reply.case.unit),
        addressee=names.proposers(proposal),
        signer=str(reply.signer or ""),
        is_void=reply.state == ReplyState.VOID,
    )


def _of_dispatch(sent):
    return Sent(
        dated_on=sent.dated_on,
        number=sent.number,
        title=sent.title,
        issuer=sent.content.get("signature") or sent.content.get("author", ""),
        addressee=sent.addressee,
        signer=sent.signer,
        copies=str(sent.copies),
        is_void=sent.is_void,
    )


def _of_hand_back(proposal):
    return Sent(
        dated_on=proposal.ended_on,
        number=proposal.handed_back_letter,
        title=f"关于退回{names.meeting(proposal.session)}第{proposal.number}号提案的函",
        issuer=names.government_office(proposal.session),
        addressee=names.proposal_committee(proposal.session),
    )


def dispatch_register(session, occasion):
    columns = (
        Column("成文日期", 2.4),
        Column("发文字号", 3.4),
        Column("标题", 6.5, "left"),
        Column("发文机关", 3.6),
        Column("主送", 3),
        Column("签发人", 2),
        Column("份数", 1.3),
        Column("备注", 1.4),
    )
    rows = [
        (short_day(one.dated_on), one.number, one.title, one.issuer, one.addressee, one.signer, one.copies, _void(one))
        for one in sent_in(session)
    ]
    return register(session, occasion, "提案办理发文登记簿", columns, rows)


def seal_register(session, occasion):
    """用印登记簿: what the office has recorded is printed, who handled it and who watched is signed by hand."""
    columns = (
        Column("用印日期", 2.4),
        Column("发文字号", 3.4),
        Column("文件标题", 6.2, "left"),
        Column("印章名称", 3.6),
        Column("份数", 1.3),
        Column("批准人", 2),
        Column("经办人", 1.8),
        Column("监印人", 1.8),
        Column("备注", 1.4),
    )
    rows = [
        (short_day(one.dated_on), one.number, one.title, one.issuer, one.copies, one.signer, "", "", _void(one))
        for one in sent_in(session)
    ]
    return register(session, occasion, "提案办理用印登记簿", columns, rows, lines=2)


def _void(sent):
    return "作废" if sent.is_void else ""


def commitments_in(session):
    """What replies that went out have promised, of cases that still are their units'; in order."""
    made = Commitment.objects.filter(reply__case__proposal__session=session, reply__case__proposal__is_secret=False)
    read = ("reply__case__unit", "reply__case__proposal", "reply__result_class", "reply__current_class")
    return (
        made.filter(reply__state=ReplyState.ISSUED)
        .exclude(reply__case__state=CaseState.ENDED)
        .select_related(*read)
        .prefetch_related("reports")
        .order_by("reply__case__proposal__number_order", "reply__case__proposal__number", "due_on", "pk")
    )


def commitments_register(session, occasion):
    """B类提案落实情况登记表: every promise, under the letter that the session gives to the class that has one."""
    columns = (
        Column("案号", 1.3),
        Column("案由", 3.6, "left"),
        Column("承办单位", 2.2),
        Column("办理结果", 1.6),
        Column("承诺事项", 4, "left"),
        Column("最初时限", 2.7),
        Column("现时限", 2.7),
        Column("状态", 1.8),
        Column("最近进展", 4, "left"),
        Column("落实或终止日期", 2.7),
    )
    codes = "、".join(one.code for one in session.classes.all() if one.needs_commitment)
    rows = [
        (one.workflow_proposal.number, one.workflow_proposal.title, one.workflow_case.unit.name, _classes(one.reply),
         one.text, short_day(one.first_due_on), short_day(one.due_on), one.get_state_display(), _latest(one),
         short_day(one.ended_on))
        for one in commitments_in(session)
    ]  # fmt: skip
    return register(session, occasion, f"{f'{codes}类' if codes else ''}提案落实情况登记表", columns, rows)


def _classes(reply):
    """B类, and what it has become since: B类→A类."""
    return "→".join(str(one) for one in (reply.result_class, reply.current_class) if one)


def _latest(commitment):
    reports = list(commitment.reports.all())
    if not reports:
        return ""
    return f"{chinese_date(timezone.localdate(reports[-1].reported_at))}：{reports[-1].text}"


def awaited_in(session):
    """Receipts of the latest replies that have not come back, in order."""
    awaited = Receipt.objects.filter(
        case__proposal__session=session, case__proposal__is_secret=False, state=ReceiptState.AWAITED
    )
    read = ("case__unit", "case__proposal", "reply", "proposer__proposal")
    awaited = awaited.exclude(case__state=CaseState.ENDED).select_related(*read).prefetch_related("case__replies")
    awaited = awaited.order_by("case__proposal__number_order", "case__proposal__number", "case_id", "proposer__order")
    return [receipt for receipt in awaited if latest_issued_reply(receipt.case) == receipt.reply]


def not_returned(session, occasion):
    """征询意见表未反馈名单, for the committee, who alone is told before a receipt is confirmed (docs/workflow.md)."""
    columns = (
        Column("案号", 1.3),
        Column("案由", 4.6, "left"),
        Column("承办单位", 2.6),
        Column("提案者", 2),
        Column("联系电话", 3.2),
        Column("答复日期", 2.4),
        Column("反馈期限", 2.4),
        Column("催收次数", 1.5),
        Column("最近催收", 2.4),
        Column("备注", 2.2),
    )
    rows = [
        (one.case.proposal.number, one.case.proposal.title, one.case.unit.name, one.proposer.name, one.proposer.phone,
         short_day(one.reply.issued_on), short_day(one.due_on), str(one.reminders), short_day(one.reminded_on),
         _remark(one, occasion.on))
        for one in awaited_in(session)
    ]  # fmt: skip
    author = names.proposal_committee(session)
    return register(session, occasion, "提案办理征询意见表未反馈名单", columns, rows, author=author)


def _remark(receipt, on):
    """What matters for reminding: whose proposal was merged, whether there is a further round, an end, a term over."""
    case, asked = receipt.case, receipt.proposer.proposal
    told = [f"第{asked.number}号并入"] if asked.pk != case.proposal_id else []
    if case.state == CaseState.CLOSED:
        told.append("已按未反馈结案")
    elif case.round > receipt.reply.round:
        told.append("正在再次办理")
    elif receipt.due_on and receipt.due_on < on:
        told.append("已逾期")
    return "\n".join(told)


def contact_roll(session, occasion):
    """承办联络员名册: who is to be reached in each unit that handles proposals of the session."""
    live = Case.objects.filter(proposal__session=session).exclude(state=CaseState.ENDED)
    units = list(Unit.objects.filter(pk__in=live.values("unit_id")))
    leaders = leaders_in_charge([unit.pk for unit in units], occasion.on)
    people = people_of(units, occasion.on)
    columns = (
        Column("承办单位", 5, "left"),
        Column("单位类别", 2),
        Column("分管区领导", 2.2),
        Column("负责人", 2.2),
        Column("经办人", 2.6),
        Column("联络员", 2),
        Column("联系电话", 3),
        Column("备注", 1.8),
    )
    rows = [
        (names.unit_name(unit), unit.kind, str(leaders.get(unit.pk, "")),
         "、".join(people.get((unit.pk, Post.Kind.UNIT_HEAD), ())),
         "、".join(people.get((unit.pk, Post.Kind.UNIT_CLERK), ())),
         unit.contact_name, unit.contact_phone, "")
        for unit in units
    ]  # fmt: skip
    note = "负责人、经办人为本系统中在任的岗位人员。"
    return register(session, occasion, "提案承办联络员名册", columns, rows, footnotes=(note,))


def people_of(units, on):
    """(unit id, kind of post) → names of those who hold it on the day. One query."""
    posts = Post.objects.filter(held_on(on), unit__in=units, user__is_active=True).select_related("user")
    found = {}
    for post in posts.order_by("pk"):
        found.setdefault((post.unit_id, post.kind), []).append(str(post.user))
    return found


KINDS = (
    Kind("dispatch-register", "发文登记簿", GROUP, seen=subjects.session_for_office, compose=dispatch_register),
    Kind("seal-register", "用印登记簿", GROUP, seen=subjects.session_for_office, compose=seal_register),
    Kind(
        "commitments-register",
        "B类提案落实情况登记表",
        GROUP,
        seen=subjects.session_for_office,
        compose=commitments_register,
    ),
    Kind("not-returned", "征询意见表未反馈名单", GROUP, seen=subjects.session_for_committee, compose=not_returned),
    Kind("contact-roll", "承办联络员名册", GROUP, seen=subjects.session_for_office, compose=contact_roll),
)
