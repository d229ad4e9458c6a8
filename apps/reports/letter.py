"""Composes the annual letter (办理情况通报) of any session from its data and the texts kept with it.

Numbers come from figures alone, stories from the records, results from the summaries that units gave with their
replies. A text that nobody wrote is left out, never invented; what is missing is told beside the letter.
"""

from collections import defaultdict
from dataclasses import replace

from apps.documents.content import Heading, Letter, Paragraph
from apps.documents.titles import chinese_number
from apps.figures.facts import LAST_DAY, confirmed_receipts, is_closed, issued_replies, round_of
from apps.figures.queries import tally as tally_of
from apps.figures.rows import NO_CATEGORY
from apps.proposals.models import Contact, Proposal, Proposer

from . import queries, wording
from .wording import chinese_day, clause, quoted, sentence

DRAFT = "样稿：尚有未完成的内容"
EXAMPLES = 3  # of one theme or class, where nobody has chosen any
NAMED = 10  # proposals named in a warning
MISSING = (
    ("number", "发文字号还没有填写。"),
    ("dated_on", "成文日期还没有填写。"),
    ("occasion", "通报场合（在哪次会议上通报）还没有填写。"),
    ("methods", "“主要做法”还没有写，通报中略去。"),
    ("problems", "“存在的问题”还没有写，通报中略去。"),
    ("next_steps", "“下一步打算”还没有写，通报中略去。"),
)


def compose(session, as_of=None, tally=None):
    """(documents.content.Letter, what is unfinished as Chinese sentences) of a session as of a day (None: all records).

    A fixed number of queries, whatever the rows. `tally`: that of the session and day, where the caller has it.
    """
    tally = tally or tally_of(session, as_of)
    texts = queries.letter_of(session)
    examples = Examples(tally, queries.issued_replies(session), queries.chosen_ids(texts))
    sections = [
        ("总体情况", overview(session, tally)),
        ("办理成效", results(tally, texts, examples)),
        ("主要做法", points(texts.methods)),
        outlook(texts),
    ]
    blocks = [Paragraph(wording.opening(session, texts.occasion))]
    written = [(title, content) for title, content in sections if content]
    for place, (title, content) in enumerate(written, start=1):
        blocks += [Heading(1, f"{chinese_number(place)}、{title}"), *content]
    issuer = texts.issuer or session.government
    letter = Letter(
        issuer=issuer,
        number=texts.number,
        title=texts.title or usual_title(session),
        addressee=texts.addressee or session.committee,
        blocks=tuple(blocks),
        signature=issuer,
        dated_on=texts.dated_on,
        copies_to=tuple(name.strip() for name in texts.copies_to.replace("，", "、").split("、") if name.strip()),
    )
    missing = unfinished(tally, texts, examples)
    return replace(letter, draft=DRAFT if missing else ""), missing


def usual_title(session):
    return f"关于{wording.meeting_of(session)}提案办理情况的通报"


def overview(session, tally):
    """总体情况: totals, classes, receipts, and the story of each proposal that was handled again."""
    told = (wording.totals(tally, wording.meeting_of(session)), wording.classes(tally), wording.receipts(tally))
    return [Paragraph("".join(told)), *(Paragraph(text) for text in stories(session, tally))]


def stories(session, tally):
    """What became of each case that was handled again, drafted from its records."""
    day = tally.as_of or LAST_DAY
    again = [(fact, case) for fact in tally.behind("rehandled") for case in fact.answering if round_of(case, day) > 1]
    talks, names = defaultdict(list), defaultdict(list)
    individuals = Proposer.objects.filter(proposal__in={fact.row.pk for fact, _ in again})
    for row in individuals.exclude(proposal__form=Proposal.Form.COLLECTIVE):
        names[row.proposal_id].append(row.name)
    contacts = Contact.objects.filter(case__in=[case.pk for _, case in again], held_on__lte=day)
    for row in contacts.select_related("case").order_by("held_on", "pk"):
        talks[row.case_id, row.round].append(wording.contact(row, names[row.case.proposal_id], session.year))
    return [story(fact, case, talks, day, session.year) for fact, case in again]


def story(fact, case, talks, day, year):
    """First rating, the talks of the later rounds in order of date, the further replies, the final rating.

    `talks`: (case id, round) → what is told of its talks, in order of date. `year`: its dates are told without it.
    """
    text = f"第{fact.row.number}号提案{quoted(fact.row.title)}由{'、'.join(each.unit for each in fact.answering)}"
    text += f"分别承办，{case.unit}" if len(fact.answering) > 1 else "承办，"
    replies = {reply.round: reply for reply in issued_replies(case, day)}
    last = round_of(case, day)
    for number in range(1, last + 1):
        reply = replies.get(number)
        rating = worst_rating(reply, day)
        if number == 1:
            text += "首次答复后，" + (f"提案者的评价为{rating}，区政府组织" if rating else "") + "重新办理。"
            continue
        if talks[case.pk, number]:
            text += "；".join(talks[case.pk, number]) + "。"
        if not reply:
            text += "目前正在重新办理。"
            break
        dated = chinese_day(reply.issued_on, year) if reply.issued_on else ""
        text += f"{dated}作出第{chinese_number(number)}次答复，"
        if number < last:
            text += (f"提案者的评价为{rating}，" if rating else "") + "区政府再次组织办理。"
        elif rating:
            text += f"提案者的{'最终' if is_closed(case, day) else ''}评价为{rating}。"
        else:
            text += "提案者的评价尚待反馈、确认。"
    return text


def worst_rating(reply, day):
    """The worst confirmed rating of a reply by the day, "" without one."""
    found = confirmed_receipts(reply, day) if reply else []
    return max(found, key=lambda receipt: receipt.rank).rating if found else ""


class Examples:
    """Which replies can serve as examples for the letter, and which do: the chosen ones, else the first few."""

    def __init__(self, tally, replies, chosen):
        """`replies`: issued ones in order; only the latest of a counted proposal can serve. `chosen`: ids."""
        facts = {reply.pk: fact for fact in tally.behind("replied") for reply in fact.latest}
        self.chosen = chosen
        self.usable = [(facts[reply.pk], reply) for reply in replies if reply.pk in facts and tells(reply)]
        self.stale = chosen - {reply.pk for _, reply in self.usable}

    def of_class(self, code):
        """(Fact, Reply) of a class by number: the chosen ones, or the first that tells something of each proposal."""
        found = [(fact, reply) for fact, reply in self.usable if fact.class_code == code]
        if self.chosen:
            return [(fact, reply) for fact, reply in found if reply.pk in self.chosen]
        first = {fact.row.pk: (fact, reply) for fact, reply in reversed(found)}
        return list(reversed(first.values()))

    def picked(self, entries):
        """Of some entries those that are printed."""
        return entries if self.chosen else entries[:EXAMPLES]


def tells(reply):
    """Whether a reply says something that the letter can use."""
    return bool(reply.summary.strip() or reply.class_reason.strip() or reply.commitments.all())


def results(tally, texts, examples):
    """办理成效: each class that occurs with its share; the best one by themes, the others case by case."""
    blocks = []
    present = [step for step in tally.classes if tally.count("classes", step.name)]
    base = wording.base_of_classes(tally)
    for place, step in enumerate(present, start=1):
        share = tally.share("classes", step.name)
        head = f"（{chinese_number(place)}）{wording.class_named(step)}{share.count}件，占{base}的{share.percent}%"
        blocks.append(Heading(2, head))
        blocks += [Paragraph(line) for line in wording.paragraphs(texts.class_intros.get(step.name, ""))]
        entries = examples.of_class(step.name)
        if step is tally.classes[0]:
            blocks += themes(tally.behind("classes", step.name), entries, texts.theme_intros, examples)
        else:
            blocks += told(examples.picked(entries))
    return blocks


def theme_of(row):
    """The theme of a ProposalRow: that of its category, else the category's name."""
    if row.theme:
        return row.theme
    return "其他方面" if row.category == NO_CATEGORY else row.category


def themes_of(facts):
    """The themes of some Facts, in the order of their categories."""
    return list(dict.fromkeys(theme_of(fact.row) for fact in sorted(facts, key=lambda fact: fact.row.category_order)))


def themes(facts, entries, intros, examples):
    """Each theme that has an introduction or an example: numbered, unless it is the only one."""
    blocks, found = [], []
    for theme in themes_of(facts):
        own = examples.picked([(fact, reply) for fact, reply in entries if theme_of(fact.row) == theme])
        lines = wording.paragraphs(intros.get(theme, ""))
        if own or lines:
            found.append((theme, lines, own))
    for place, (theme, lines, own) in enumerate(found, start=1):
        if len(found) > 1 and lines:
            blocks.append(Paragraph(lines[0], lead=f"{place}.{theme}。", lead_level=3))
            lines = lines[1:]
        elif len(found) > 1:
            blocks.append(Heading(3, f"{place}.{theme}"))
        blocks += [Paragraph(line) for line in lines]
        blocks += told(own)
    return blocks


def told(entries):
    return [
        Paragraph(f"{wording.connective(place)}，{example(fact, reply)}") for place, (fact, reply) in enumerate(entries)
    ]


def example(fact, reply):
    """One case: who handled what, what came of it, what is promised by when, what stood in the way.

    A promise is told with the day that the reply gave: a later postponement changes no year's letter.
    """
    text = f"第{fact.row.number}号提案{quoted(fact.row.title)}由{reply.case.unit}承办。{sentence(reply.summary)}"
    if promises := [f"{clause(one.text)}（{chinese_day(one.first_due_on)}前）" for one in reply.commitments.all()]:
        text += f"承办单位承诺：{'；'.join(promises)}。"
    reason = clause(reply.class_reason)
    if reason and reason not in reply.summary:
        text += f"未能解决的原因：{sentence(reason)}"
    return text


def points(text):
    """A text of one point a line, numbered; 标题。正文 gets its heading in front."""
    lines = [wording.point(line) for line in wording.paragraphs(text)]
    if len(lines) < 2:
        return [Paragraph(rest, lead=lead) for lead, rest in lines]
    return [
        Paragraph(rest, lead=f"（{chinese_number(place)}）{lead}") for place, (lead, rest) in enumerate(lines, start=1)
    ]


def outlook(texts):
    """(title, blocks) of the last section, for what of it is written."""
    parts = [("存在的问题", texts.problems), ("下一步打算", texts.next_steps)]
    title = "和".join(name for name, text in parts if text.strip())
    return title, [Paragraph(line) for _, text in parts for line in wording.paragraphs(text)]


def unfinished(tally, texts, examples):
    """What is still open or missing, as Chinese sentences; empty when the letter can go out."""
    found = []
    for path, what in (
        (("not_replied",), "尚未答复"),
        (("ratings", "not_returned"), "的回执尚未收回"),
        (("ratings", "to_confirm"), "的回执尚待提案委审核确认"),
        (("unclassified",), "已答复而没有登记办理结果类别"),
        (("open",), "尚未办结"),
    ):
        if facts := tally.behind(*path):
            found.append(f"{len(facts)}件提案{what}：{numbers_of(facts)}。")
    if not tally.count("total"):
        found.append("本届次还没有提案。")
    found += [missing for name, missing in MISSING if not getattr(texts, name)]
    for step in tally.classes:
        if tally.count("classes", step.name) and not examples.of_class(step.name):
            why = "没有选用事例" if examples.chosen else "的答复都没有填写成效摘要"
            found.append(f"{step.name}类提案{why}，通报中没有这一类的事例。")
    if examples.stale:
        found.append(f"选用的事例中有{len(examples.stale)}件已不是最新的答复，或没有可用的内容，通报中略去。")
    return found


def numbers_of(facts):
    """第001号、第002号 …, the first few."""
    named = "、".join(f"第{fact.row.number}号" for fact in facts[:NAMED])
    return named + ("等" if len(facts) > NAMED else "")
