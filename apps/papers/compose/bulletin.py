"""办理进度通报 (bulletin): how far each unit is on a day, what is late, which cards went out. Numbers from figures."""

from itertools import groupby

from apps.documents.content import Annex, Column, Heading, Notice, Paragraph, Table, chinese_date
from apps.documents.titles import chinese_number
from apps.figures.pictures import blocks_of
from apps.figures.queries import percent
from apps.figures.queries import tally as tally_of
from apps.proposals.queries import overdue_by_rule
from apps.supervision.models import Card
from apps.supervision.workflow import LIVE_CARDS

from ..kinds import OFFICE, Kind
from . import names
from .assignment import live_cases, sessions_with_cases

KEY = "progress-bulletin"
LATE = {"accept": "尚未签收", "opinion": "尚未提出会办意见", "reply": "尚未答复"}
LISTED = 20  # proposals named of one unit


def bulletin(session, occasion):
    """In document form to all units, as of the occasion's day; another one each time the office wants to tell it."""
    office, meeting = names.government_office(session), names.meeting(session)
    tally = tally_of(session, occasion.on)
    late = overdue(session, occasion.on)
    listed, drawn = f"{meeting}提案办理进度表", f"{meeting}提案办理情况图表"
    earlier = session.dispatches.filter(kind=KEY, void_at=None).count()
    sections = [
        ("总体进度", [progress(tally, meeting, occasion.on)]),
        ("逾期情况", told_late(late)),
        ("黄牌、红牌", told_cards(session)),
        ("下一步要求", [Paragraph(ASKED)]),
    ]
    written = [(title, blocks) for title, blocks in sections if blocks]
    blocks = [Paragraph(f"现将{meeting}提案办理进度通报如下。")]
    for place, (title, paragraphs) in enumerate(written, start=1):
        blocks += [Heading(1, f"{chinese_number(place)}、{title}"), *paragraphs]
    return Notice(
        issuer=office,
        number=occasion.number,
        title=f"关于{meeting}提案办理进度的通报" + (f"（第{chinese_number(earlier + 1)}期）" if earlier else ""),
        addressee="各承办单位",
        blocks=tuple(blocks),
        signature=office,
        dated_on=occasion.dated_on,
        is_sealed=True,
        attachments=(listed, drawn),
        annexes=(
            Annex("附件1", listed, (by_unit(tally, late),)),
            Annex("附件2", drawn, blocks_of(session, tally, occasion.on)),
        ),
        copies_to=(names.proposal_committee(session),),
        printed_by=office,
        printed_on=occasion.dated_on,
        draft="" if occasion.number and occasion.dated_on else "样稿：尚未登记发文",
    )


ASKED = (
    "尚未签收、尚未提出会办意见和超过答复期限的单位，应立即办理，并向区政府办公室书面说明原因。"
    "各主办、分办单位应在答复前与提案者充分沟通，答复报经分管领导审签后寄送；B类提案的承诺事项应按期落实。"
)


def progress(tally, meeting, day):
    """Totals, each percentage with its base."""
    assigned, replied, closed = (tally.count(name) for name in ("assigned", "replied", "closed"))
    text = f"截至{chinese_date(day)}，{meeting}提案共{tally.count('total')}件，已交办{assigned}件"
    for label, count in (("全部承办单位都已答复", replied), ("办结", closed)):
        share = percent(count, assigned, tally.decimals)
        text += f"；{label}的{count}件" + (f"，占已交办提案的{share}%" if share is not None else "")
    return Paragraph(text + "。各承办单位进度见附件1，图表见附件2。")


def overdue(session, day):
    """[(what is missed, unit, [case])]: cases past their deadline, by what is late and by unit. Secret ones apart."""
    found = []
    for rule, late_by_it in overdue_by_rule(day).items():
        late = sorted(live_cases(session).filter(late_by_it), key=lambda case: (case.unit.order, case.unit.name))
        found += [(LATE[rule], unit, list(own)) for unit, own in groupby(late, key=lambda case: case.unit)]
    return found


def told_late(late):
    """A paragraph for each thing that is late, the units with their proposals."""
    if not late:
        return [Paragraph("没有超过期限尚未签收、尚未提出会办意见或者尚未答复的提案。")]
    blocks = []
    for place, (label, own) in enumerate(groupby(late, key=lambda row: row[0]), start=1):
        rows = list(own)
        count = sum(len(cases) for *_, cases in rows)
        units = "；".join(f"{unit.name}{len(cases)}件（{numbers(cases)}）" for _, unit, cases in rows)
        lead = f"（{chinese_number(place)}）超过期限{label}的{count}件。"
        blocks.append(Paragraph(units + "。", lead=lead))
    return blocks


def numbers(cases):
    named = "、".join(str(case.proposal) for case in cases[:LISTED])
    return named + ("等" if len(cases) > LISTED else "")


def told_cards(session):
    """The cards that are out and not lifted, with the number of each."""
    cards = Card.objects.filter(session=session, state__in=LIVE_CARDS, issued_on__isnull=False)
    cards = list(cards.select_related("case__unit", "case__proposal").order_by("colour", "serial"))
    lines = [f"{card.number}：{card.case.unit}（{card.case.proposal}，{card.get_rule_display()}）" for card in cards]
    return [Paragraph(f"已发出尚未摘牌的共{len(lines)}张：{'；'.join(lines)}。")] if lines else []


def by_unit(tally, late):
    """The table of the units: cases answered for and assisted in, replied and on time; what is late of each."""
    columns = (
        Column("承办单位", 4),
        Column("主办、分办", 2),
        Column("已答复", 1.6),
        Column("按期答复", 1.8),
        Column("协办", 1.4),
        Column("逾期", 1.4),
    )
    overdue_of = {}
    for _, unit, cases in late:
        overdue_of[unit.name] = overdue_of.get(unit.name, 0) + len(cases)
    units = dict.fromkeys(path[1] for path in tally.members if path[0] == "units")
    rows = [
        (
            unit,
            *(str(tally.count("units", unit, name)) for name in ("lead", "replied", "on_time", "assist")),
            str(overdue_of.get(unit, 0)),
        )
        for unit in units
    ]
    totals = ("合计", *(str(sum(int(row[place]) for row in rows)) for place in range(1, len(columns))))
    return Table(columns, (*rows, totals))


KINDS = (
    Kind(
        KEY,
        "办理进度通报",
        "通报",
        seen=sessions_with_cases,
        compose=bulletin,
        numbered_by=OFFICE,
        is_once=False,
    ),
)
