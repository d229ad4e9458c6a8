"""Composes the annual letter (办理情况通报) of any session: its parts as the office wrote them, or drafted from data.

Numbers come from figures alone, whether drafted or referred to by those who write; what is missing is told beside the
letter.
"""

from dataclasses import replace
from typing import NamedTuple

from django.utils import timezone

from apps.documents.content import Annex, Letter
from apps.figures.pictures import blocks_of
from apps.figures.queries import tally as tally_of
from apps.papers.compose.names import meeting

from . import queries
from .drafting import Examples, draft
from .marks import loose_numbers
from .parts import printed, where
from .references import references_of

DRAFT = "样稿：尚有未完成的内容"
NAMED = 10  # proposals named in a warning
HEAD = (
    ("number", "发文字号还没有填写。"),
    ("dated_on", "成文日期还没有填写。"),
    ("occasion", "通报场合（在哪次会议上通报）还没有填写。"),
)
TEXTS = (
    ("methods", "“主要做法”还没有写，通报中略去。"),
    ("problems", "“存在的问题”还没有写，通报中略去。"),
    ("next_steps", "“下一步打算”还没有写，通报中略去。"),
)
GIVEN_ON_ISSUING = {told for name, told in HEAD if name in ("number", "dated_on")}
OPEN = (
    (("not_replied",), "尚未答复"),
    (("ratings", "not_returned"), "的回执尚未收回"),
    (("ratings", "to_confirm"), "的回执尚待提案委审核确认"),
    (("unclassified",), "已答复而没有登记办理结果类别"),
    (("open",), "尚未办结"),
)


class Composition(NamedTuple):
    """A letter as it stands: the paper and what is unfinished, as Chinese sentences.

    `parts`: what it was made of, as written or drafted; `references`: all that they can refer to, by name.
    """

    letter: Letter
    unfinished: list
    parts: list
    references: dict


def compose(session, as_of=None, tally=None):
    """The Composition of a session's letter as of a day.

    The day is that of the letter's figures where none is named, else all records. A fixed number of queries, whatever
    the rows. `tally`: that of the session and the same day, where the caller has it.
    """
    texts = queries.letter_of(session)
    tally = tally or tally_of(session, as_of or texts.figures_on)
    return composed(session, texts, queries.parts_of(texts), tally)


def composed(session, texts, parts, tally):
    """As `compose`, from what is kept: the AnnualLetter, its LetterParts in order (none: they are drafted), a Tally."""
    examples = None
    if not parts:
        examples = examples_of(session, tally, texts)
        parts = draft(session, tally, texts, examples, queries.themes_of_letter(texts))
    references = references_for(session, texts, tally)
    blocks, problems = printed(parts, references)
    missing = open_proposals(tally) + lacking(texts, HEAD)
    missing += written(parts) if examples is None else undrafted(tally, texts, examples)
    missing += [f"{where(parts, place)}：{problem}。" for place, problem in problems]
    letter = with_pictures(letter_with(session, texts, blocks), session, texts, tally)
    return Composition(replace(letter, draft=DRAFT if missing else ""), missing, parts, references)


def before_approval(unfinished):
    """Of what is unfinished that which matters before 送审: number and date come with 登记发文."""
    return [line for line in unfinished if line not in GIVEN_ON_ISSUING]


def letter_with(session, texts, blocks):
    """The Letter with its head; `texts`: its AnnualLetter."""
    issuer = texts.issuer or session.government
    return Letter(
        issuer=issuer,
        number=texts.number,
        title=texts.title or usual_title(session),
        addressee=texts.addressee or session.committee,
        blocks=tuple(blocks),
        signature=issuer,
        dated_on=texts.dated_on,
        copies_to=tuple(name.strip() for name in texts.copies_to.replace("，", "、").split("、") if name.strip()),
    )


def with_pictures(letter, session, texts, tally):
    """The letter with its figures drawn in an annex, where the office chose so. They end today at the latest."""
    if not texts.has_pictures:
        return letter
    name = f"{meeting(session)}提案办理情况图表"
    drawn = blocks_of(session, tally, tally.as_of or timezone.localdate())
    return replace(letter, attachments=(name,), annexes=(Annex("附件", name, drawn),)) if drawn else letter


def usual_title(session):
    return f"关于{meeting(session)}提案办理情况的通报"


def examples_of(session, tally, texts):
    return Examples(tally, queries.issued_replies(session), queries.chosen_of(texts))


def references_for(session, texts, tally):
    """{name: Reference} of everything that the letter's texts can refer to."""
    words = (
        ("届次会议", meeting(session)),
        ("通报场合", texts.occasion),
        ("报告人", texts.speaker),
    )
    return references_of(tally, words)


def open_proposals(tally):
    """What of the handling is still open, as Chinese sentences."""
    found = []
    for path, what in OPEN:
        if facts := tally.behind(*path):
            found.append(f"{len(facts)}件提案{what}：{numbers_of(facts)}。")
    return found if tally.count("total") else [*found, "本届次还没有提案。"]


def lacking(texts, fields):
    return [missing for name, missing in fields if not getattr(texts, name)]


def written(parts):
    """What is wrong in the parts that the office wrote: numbers that nobody answers for."""
    found = []
    for place, part in enumerate(parts):
        if loose := loose_numbers(part.text, [source.text for source in part.sources.all()]):
            named = "、".join(dict.fromkeys(one.text for one in loose))
            found.append(f"{where(parts, place)}有手工填写的数字：{named}，请改用引用或登记出处。")
    return found


def undrafted(tally, texts, examples):
    """What the draft leaves out because nobody wrote or chose it."""
    found = lacking(texts, TEXTS)
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
