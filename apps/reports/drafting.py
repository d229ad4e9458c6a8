"""Drafts the letter from the records: parts with references in place of numbers, in the order that such letters have.

Stories come from the records, results from the summaries that units gave with their replies. A text that nobody wrote
is left out, never invented.
"""

from collections import defaultdict

from apps.documents.titles import chinese_number
from apps.figures.facts import LAST_DAY, confirmed_receipts, is_closed, issued_replies, round_of
from apps.papers.compose.names import clause, quoted
from apps.proposals.models import Contact, Proposal, Proposer

from . import wording
from .parts import Kind, Part
from .references import plain
from .themes import theme_of, themes_of
from .wording import chinese_day, sentence

EXAMPLES = 3  # of one theme or class, where nobody has chosen any


def draft(session, tally, texts, examples, own_themes=()):
    """The Parts of a session's letter. `texts`: its AnnualLetter; `own_themes`: its LetterThemes in order."""
    sections = [
        ("总体情况", overview(session, tally)),
        ("办理成效", results(tally, texts, examples, own_themes)),
        ("主要做法", points(texts.methods)),
        outlook(texts),
    ]
    found = [Part(Kind.TEXT, wording.opening(texts))]
    for title, parts in sections:
        if parts:
            found += [Part(Kind.SECTION, title), *parts]
    return found


def overview(session, tally):
    """总体情况: totals, classes, receipts, and the story of each proposal that was handled again."""
    told = wording.totals(tally) + wording.classes(tally) + wording.receipts(tally)
    return [Part(Kind.TEXT, told), *stories(session, tally)]


def stories(session, tally):
    """A part for each case that was handled again, drafted from its records: what became of it."""
    day = tally.as_of or LAST_DAY
    again = [(fact, case) for fact in tally.behind("rehandled") for case in fact.answering if round_of(case, day) > 1]
    talks, names = defaultdict(list), defaultdict(list)
    individuals = Proposer.objects.filter(proposal__in={fact.row.pk for fact, _ in again})
    for row in individuals.exclude(proposal__form=Proposal.Form.COLLECTIVE):
        names[row.proposal_id].append(row.name)
    contacts = Contact.objects.filter(case__in=[case.pk for _, case in again], held_on__lte=day)
    for row in contacts.select_related("case").order_by("held_on", "pk"):
        talks[row.case_id, row.round].append(wording.contact(row, names[row.case.proposal_id], session.year))
    return [
        Part(Kind.TEXT, plain(story(fact, case, talks, day, session.year)), f"第{fact.row.number}号提案的办理记录",
             tally.as_of)
        for fact, case in again
    ]  # fmt: skip


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


def results(tally, texts, examples, own_themes):
    """办理成效: each class that occurs with its share; the best one by themes, the others case by case."""
    found = []
    base = wording.base_of_classes(tally)
    for step in tally.classes:
        if not tally.count("classes", step.name):
            continue
        count, share = wording.class_figure(step)
        found.append(Part(Kind.SUBSECTION, f"{wording.class_named(step)}{count}件，占{base}的{share}%"))
        found += lines(texts.class_intros.get(step.name, ""))
        entries = examples.of_class(step.name)
        if step is tally.classes[0]:
            by_theme = themed(tally.behind("classes", step.name), entries, texts.theme_intros, examples, own_themes)
            found += themes(by_theme)
        else:
            found += told(examples.picked(entries))
    return found


def lines(text):
    """Each line of a text as a part."""
    return [Part(Kind.TEXT, line) for line in wording.paragraphs(text)]


def themed(facts, entries, intros, examples, own_themes):
    """[(theme, lines of its introduction, parts that follow)]: the letter's own in their order, then the categories'.

    A theme without introduction and example is left out.
    """
    found = []
    for theme in own_themes:
        if theme.parent_id is None:
            parts = told(examples.of_theme(entries, theme))
            for sub in own_themes:
                if sub.parent_id == theme.pk:
                    parts += aspect(sub, examples.of_theme(entries, sub))
            found.append((theme.name, wording.paragraphs(theme.intro), parts))
    for name in themes_of(facts):
        own = [entry for entry in entries if theme_of(entry[0].row) == name and not examples.theme_id(entry)]
        found.append((plain(name), wording.paragraphs(intros.get(name, "")), told(examples.picked(own))))
    return [(name, intro, parts) for name, intro, parts in found if intro or parts]


def aspect(theme, entries):
    """A theme within another one: 智能化方面。… and its cases; nothing where it has neither text nor case."""
    intro = wording.paragraphs(theme.intro)
    if not intro and not entries:
        return []
    first = f"{theme.name}方面。{intro[0] if intro else ''}"
    return [Part(Kind.TEXT, first), *(Part(Kind.TEXT, line) for line in intro[1:]), *told(entries)]


def themes(found):
    """Each theme with its heading, unless it is the only one."""
    parts = []
    for name, intro, own in found:
        if len(found) > 1 and intro:
            parts.append(Part(Kind.LED_POINT, f"{name}。{intro[0]}"))
            intro = intro[1:]
        elif len(found) > 1:
            parts.append(Part(Kind.POINT, name))
        parts += [Part(Kind.TEXT, line) for line in intro]
        parts += own
    return parts


class Examples:
    """Which replies can serve as examples for the letter, and which do: the chosen ones, else the first few."""

    def __init__(self, tally, replies, chosen):
        """`replies`: issued ones in order; only the latest of a counted proposal can serve.

        `chosen`: id of each chosen reply → id of the letter's own theme that it stands under, None for its category's.
        """
        facts = {reply.pk: fact for fact in tally.behind("replied") for reply in fact.latest}
        self.themes = dict(chosen)
        self.chosen = set(chosen)
        self.usable = [(facts[reply.pk], reply) for reply in replies if reply.pk in facts and tells(reply)]
        self.stale = self.chosen - {reply.pk for _, reply in self.usable}

    def of_class(self, code):
        """(Fact, Reply) of a class by number: the chosen ones, or the first that tells something of each proposal."""
        found = [(fact, reply) for fact, reply in self.usable if fact.class_code == code]
        if self.chosen:
            return [(fact, reply) for fact, reply in found if reply.pk in self.chosen]
        first = {fact.row.pk: (fact, reply) for fact, reply in reversed(found)}
        return list(reversed(first.values()))

    def theme_id(self, entry):
        """Of the letter's own theme under which an entry stands; None for that of its category."""
        return self.themes.get(entry[1].pk)

    def of_theme(self, entries, theme):
        return [entry for entry in entries if self.theme_id(entry) == theme.pk]

    def picked(self, entries):
        """Of some entries those that are printed."""
        return entries if self.chosen else entries[:EXAMPLES]


def tells(reply):
    """Whether a reply says something that the letter can use."""
    return bool(reply.summary.strip() or reply.class_reason.strip() or reply.commitments.all())


def told(entries, start=0):
    """The entries as examples: 例如, 又如, 还如 … `start`: how many stand before them."""
    return [
        Part(
            Kind.TEXT,
            plain(f"{wording.connective(place)}，{example(fact, reply)}"),
            source_of_example(fact, reply),
            reply.issued_on,
        )
        for place, (fact, reply) in enumerate(entries, start)
    ]


def source_of_example(fact, reply):
    """Where what an example tells comes from, as it is kept with its part."""
    return f"{reply.case.unit}对第{fact.row.number}号提案的答复"


def place_of_examples(parts):
    """The id of the part behind which a further example is put at first: the last one there, else the last part."""
    told_there = [part.pk for part in parts if part.text.startswith(wording.CONNECTIVES)]
    return told_there[-1] if told_there else parts[-1].pk if parts else None


def examples_up_to(parts, after):
    """How many examples in a row end with the part whose id is `after`: the next one goes on from them."""
    place = next((at for at, part in enumerate(parts) if part.pk == after), -1)
    found = 0
    while place >= found and parts[place - found].text.startswith(wording.CONNECTIVES):
        found += 1
    return found


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
    """A text of one point a line; 标题。正文 gets its heading in front."""
    found = [wording.typed_number_off(line) for line in wording.paragraphs(text)]
    return [Part(Kind.LED_SUBSECTION, line) for line in found if line]


def outlook(texts):
    """(title, parts) of the last section, for what of it is written."""
    written = [("存在的问题", texts.problems), ("下一步打算", texts.next_steps)]
    title = "和".join(name for name, text in written if text.strip())
    return title, [part for _, text in written for part in lines(text)]
