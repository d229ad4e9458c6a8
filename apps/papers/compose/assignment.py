"""Papers of the assignment (交办): the notice to the units, what each unit is given, who signs for it."""

from dataclasses import dataclass

from apps.documents.content import Annex, Column, Heading, Notice, Paragraph, Sheet, Table, chinese_date
from apps.documents.titles import chinese_number
from apps.proposals.models import Case, Proposal
from apps.proposals.workflow import ANSWERING, CaseRole, CaseState

from .. import subjects
from ..kinds import OFFICE, Kind
from . import names, reassignment

GROUP = "交办"
NOTICE = "assignment-notice"


@dataclass(frozen=True)
class Step:
    """A time limit of the session as the notice tells it. `text`: of a term; `since`: how a term by rule is said."""

    key: str
    field: str
    roles: tuple[CaseRole, ...]
    title: str
    text: str
    since: str = "自交办之日起{}内"


ALL = tuple(CaseRole)
STEPS = (
    Step("accept", "accept_due_on", ALL, "签收", "各承办单位应在{}签收所承办的提案。"),
    Step(
        "return",
        "return_due_on",
        ALL,
        "退办",
        "认为不属本单位职责的，应在{}提出退办申请，写明理由和建议的承办单位；未经同意不得自行转交。",
    ),
    Step(
        "contact", "contact_due_on", ANSWERING, "首次沟通", "主办、分办单位应在{}与提案者首次沟通，了解其意图和要求。"
    ),
    Step(
        "opinion",
        "opinion_due_on",
        (CaseRole.ASSIST,),
        "会办",
        "协办单位应在{}向主办单位提出书面会办意见。",
        "主办单位答复期限前{}",
    ),
    Step("reply", "reply_due_on", ANSWERING, "答复", "主办、分办单位应在{}答复提案者。"),
)


def live_cases(session):
    """Cases of the session that are not ended, secret ones left out, with what lists tell of them; in order."""
    cases = Case.objects.filter(proposal__session=session, proposal__is_secret=False).exclude(state=CaseState.ENDED)
    return (
        cases.select_related("unit", "proposal__supervising_leader")
        .prefetch_related("proposal__proposers")
        .order_by("proposal__number_order", "proposal__number", "pk")
    )


def not_yet_told(session):
    """The live cases that neither an assignment notice nor a notice of reassignment in force has told their units.

    Imported ones (补录) were assigned before they came here.
    """
    told = subjects.covered_by(NOTICE, session=session) | reassignment.cases_told(session)
    return [case for case in live_cases(session).filter(proposal__is_imported=False) if case.pk not in told]


def assignment_notice(session, occasion):
    """交办通知 in document form to all units that have cases no notice has told them of yet."""
    cases = not_yet_told(session)
    office, meeting = names.government_office(session), names.meeting(session)
    earlier = session.dispatches.filter(kind=NOTICE, void_at=None).count()
    batch = f"第{chinese_number(earlier + 1)}批" if earlier else ""
    listed, divided = f"{meeting}{batch}提案交办清单", f"{meeting}{batch}提案承办单位分工表"
    return Notice(
        issuer=office,
        number=occasion.number,
        title=f"关于交办{meeting}{batch}提案的通知" if batch else f"关于做好{meeting}提案办理工作的通知",
        addressee="各承办单位",
        blocks=(*assigned(cases, meeting), *terms(session, cases), *asked(session, cases)),
        signature=office,
        dated_on=occasion.dated_on,
        is_sealed=True,
        attachments=(listed, divided),
        annexes=(Annex("附件1", listed, (list_of(cases),)), Annex("附件2", divided, (division(cases),))),
        copies_to=(names.proposal_committee(session),),
        printed_by=office,
        printed_on=occasion.dated_on,
        draft="" if occasion.number and occasion.dated_on else "样稿：尚未登记发文",
    )


def assigned(cases, meeting):
    """一、交办情况: how many to whom, and which are the key ones."""
    proposals = by_proposal(cases)
    modes = [sum(one.mode == mode for one in proposals) for mode in Proposal.Mode]
    told = "、".join(
        f"{mode.label}{count}件" for mode, count in zip(Proposal.Mode, modes, strict=True) if count
    )  # 独办、主办+协办、分办
    units = len({case.unit_id for case in cases})
    text = f"本次交办{meeting}提案{len(proposals)}件（{told}），由{units}个单位承办，分工见附件1、附件2。"
    yield Paragraph(f"为做好{meeting}提案的办理工作，现将有关事项通知如下。")
    yield Heading(1, "一、交办情况")
    yield Paragraph(text + key_ones(proposals))


def key_ones(proposals):
    """其中重点提案2件：第001号《…》（督办领导：副区长周明远）……"""
    key = [one for one in proposals if one.is_key]
    if not key:
        return ""
    named = []
    for one in key:
        leader = one.supervising_leader
        led = f"（督办领导：{leader.title}{leader.name}）" if leader else ""
        named.append(f"第{one.number}号{names.quoted(one.title)}{led}")
    return f"其中重点提案{len(key)}件：{'；'.join(named)}。"


def terms(session, cases):
    """二、办理时限: each limit of the session that the cases have, with the day where all of them have the same."""
    found = []
    for step in STEPS:
        having = [case for case in cases if case.role in step.roles]
        if having:
            found.append((step, step.text.format(term(session, having, step))))
    yield Heading(1, "二、办理时限")
    for place, (step, text) in enumerate(found, start=1):
        yield Paragraph(text, lead=f"（{chinese_number(place)}）{step.title}。")


def term(session, cases, step):
    """自交办之日起3个工作日内（2020年3月13日前): the rule where it set all these days, the day where it is one."""
    limit = session.limit(step.key)
    by_rule = all(case.deadline_basis.get(step.key, {}).get("rule") == limit.as_json() for case in cases)
    days = {getattr(case, step.field) for case in cases}
    day = f"{chinese_date(next(iter(days)))}前" if len(days) == 1 and None not in days else ""
    rule = step.since.format(limit) if by_rule else ""
    if rule and day:
        return f"{rule}（{day}）"
    return rule or day or ("附件1所列期限内" if step.key == "reply" else "规定期限内")


def asked(session, cases):
    """三、办理要求, in the order of the handling (docs/workflow.md)."""
    committee, office = names.proposal_committee(session), session.office
    assisted = any(case.role == CaseRole.ASSIST for case in cases)
    points = [
        ("落实责任", "主要负责人负总责，明确分管负责人和经办人，逐件制定办理措施；重点提案由主要负责人牵头办理。"),
        ("加强沟通", "办前、办中、办后与提案者充分沟通，如实记录时间、方式和意见。"),
        ("规范答复", "逐条回应所提建议，标明办理结果和公开属性；列入计划逐步解决的写明措施和完成时限，暂不能解决的说明"
                     f"原因。答复经单位负责人签发、{office}核稿、分管区领导审签后方可寄送。"),
        ("寄送反馈", f"答复函连同征询意见表寄送提案者，并抄送{committee}、{office}{'和协办单位' if assisted else ''}。"
                     "征询意见表由提案者本人填写，承办单位不得代填。"),
        ("再次办理", f"提案者不满意的，应重新研究、当面沟通，在{session.limit('rehandle')}内再次答复。"),
    ]  # fmt: skip
    if assisted:
        points.insert(2, ("协同会办", "主办单位牵头协商，汇总会办意见后统一答复；协办单位不单独答复提案者。"))
    yield Heading(1, "三、办理要求")
    for place, (title, text) in enumerate(points, start=1):
        yield Paragraph(text, lead=f"（{chinese_number(place)}）{title}。")


def by_proposal(cases):
    """Proposal → its cases, in the order of the cases."""
    found = {}
    for case in cases:
        found.setdefault(case.proposal, []).append(case)
    return found


def list_of(cases):
    """附件1, ordered by number."""
    columns = (
        Column("序号", 1.3),
        Column("案号", 1.3),
        Column("案由", 4.3, "left"),
        Column("提案者", 1.9),
        Column("主办（分办）单位", 2.5),
        Column("协办单位", 2.5),
        Column("办理方式", 1.8),
        Column("答复期限", 2.3),
    )
    rows = tuple(
        (str(place), one.number, f"★{one.title}" if one.is_key else one.title, names.proposers(one),
         units_of(own, ANSWERING), units_of(own, (CaseRole.ASSIST,)), one.get_mode_display().replace("+", "\n+"),
         due_of(own))
        for place, (one, own) in enumerate(by_proposal(cases).items(), start=1)
    )  # fmt: skip
    caption = "（★为重点提案）" if any(case.proposal.is_key for case in cases) else ""
    return Table(columns, rows, caption)


def units_of(cases, roles):
    return "、".join(case.unit.name for case in cases if case.role in roles)


def due_of(cases):
    """When the reply is due; of units that are only added to assist, when their opinion is."""
    days = {case.reply_due_on for case in cases if case.is_answering} or {case.opinion_due_on for case in cases}
    return "\n".join(names.short_day(day) for day in sorted(filter(None, days)))


def division(cases):
    """附件2: what each unit has, by its part in it."""
    columns = (Column("承办单位", 3), *(Column(role.label, 3, "left") for role in PARTS))
    rows = []
    for unit, own in by_unit(cases):
        numbers = [[case.proposal.number for case in own if case.role == role] for role in PARTS]
        rows.append((unit.name, *(f"{len(each)}件：{'、'.join(each)}" if each else "" for each in numbers)))
    return Table(columns, tuple(rows))


PARTS = (CaseRole.LEAD, CaseRole.SEPARATE, CaseRole.ASSIST)


def by_unit(cases):
    """[(Unit, its cases)] in the order of units."""
    found = {}
    for case in cases:
        found.setdefault(case.unit, []).append(case)
    return sorted(found.items(), key=lambda one: (one[0].order, one[0].name))


def unit_list(unit, occasion):
    """提案交办清单 of one unit: what it has in the session, whom it answers, with whom, by when."""
    cases = list(live_cases(occasion.session).filter(unit=unit))
    partners = partners_of(cases, unit)
    columns = (
        Column("序号", 1.3),
        Column("案号", 1.3),
        Column("案由", 4.6, "left"),
        Column("分工", 1.3),
        Column("提案者及联系方式", 4.8, "left"),
        Column("其他承办单位", 3.2, "left"),
        Column("签收期限", 2.3),
        Column("首次沟通期限", 2.3),
        Column("会办意见期限", 2.3),
        Column("答复期限", 2.3),
    )
    rows = tuple(
        (str(place), case.proposal.number, f"★{case.proposal.title}" if case.proposal.is_key else case.proposal.title,
         case.get_role_display(), "\n".join(names.how_to_reach(one) for one in case.proposal.proposers.all()),
         "\n".join(partners.get(case.proposal_id, ())),
         *(names.short_day(day) for day in (case.accept_due_on, case.contact_due_on, case.opinion_due_on,
                                            case.reply_due_on)))
        for place, case in enumerate(cases, start=1)
    )  # fmt: skip
    return Sheet(
        title=f"{names.meeting(occasion.session)}提案交办清单",
        author=occasion.session.office,
        blocks=(Table(columns, rows),),
        left=f"承办单位：{names.unit_name(unit)}",
        right=chinese_date(occasion.on),
        footnotes=("★为重点提案。",) if any(case.proposal.is_key for case in cases) else (),
        is_landscape=True,
        is_numbered=True,
    )


def partners_of(cases, unit):
    """proposal id → the other units that handle it: 区财政局（协办）. One query."""
    others = Case.objects.filter(proposal__in={case.proposal_id for case in cases}).exclude(state=CaseState.ENDED)
    found = {}
    for case in others.exclude(unit=unit).select_related("unit").order_by("pk"):
        found.setdefault(case.proposal_id, []).append(f"{case.unit.name}（{case.get_role_display()}）")
    return found


def signatures(session, occasion):
    """交办会签收表: each unit that handles proposals of the session signs for what it takes along."""
    columns = (
        Column("序号", 1),
        Column("承办单位", 4),
        *(Column(f"{role.label}件数", 1.4) for role in PARTS),
        Column("签收人", 2.4),
        Column("联系电话", 2.8),
        Column("签收日期", 2.4),
        Column("备注", 2),
    )
    rows, totals = [], [0] * len(PARTS)
    for place, (unit, own) in enumerate(by_unit(live_cases(session)), start=1):
        counts = [sum(case.role == role for case in own) for role in PARTS]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        rows.append((str(place), unit.name, *map(str, counts), "", "", "", ""))
    rows.append(("", "合计", *map(str, totals), "", "", "", ""))
    return Sheet(
        title=f"{names.meeting(session)}提案交办会签收表",
        author=session.office,
        blocks=(Table(columns, tuple(rows), lines=2),),
        left=session.office,
        right="年\u3000\u3000月\u3000\u3000日",
        is_landscape=True,
        is_numbered=True,
    )


def sessions_with_cases(occasion):
    """The session, once something of it has been assigned; for the government office alone."""
    live = Case.objects.filter(proposal__is_secret=False).exclude(state=CaseState.ENDED)
    return subjects.session_for_office(occasion).filter(pk__in=live.values("proposal__session_id"))


KINDS = (
    Kind(
        NOTICE,
        "交办通知",
        GROUP,
        seen=sessions_with_cases,
        compose=assignment_notice,
        fits=lambda session: bool(not_yet_told(session)),
        numbered_by=OFFICE,
        is_once=False,
        covers=lambda session, occasion: [case.pk for case in not_yet_told(session)],
    ),
    Kind(
        "unit-list",
        "提案交办清单（按单位）",
        GROUP,
        seen=subjects.units,
        compose=unit_list,
        is_of_unit=True,
    ),
    Kind(
        "assignment-signatures",
        "交办会签收表",
        GROUP,
        seen=sessions_with_cases,
        compose=signatures,
    ),
)
