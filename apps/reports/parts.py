"""The parts of a letter: their numbers, their order, what they print. Pure; a part is anything with kind and text."""

import datetime
from collections import Counter
from dataclasses import dataclass

from apps.documents.content import Heading, Paragraph
from apps.documents.titles import chinese_number

from .models import LetterPart
from .references import resolved
from .wording import point, typed_number_off

Kind = LetterPart.Kind
ALWAYS_NUMBERED = (Kind.SECTION, Kind.SUBSECTION)
LONGEST_LEAD = {2: 24, 3: 60}  # characters of a first sentence that is set as a heading


@dataclass(frozen=True)
class Part:
    """A part that is not stored: of the draft that is made from the records.

    `source`, `as_on`: where its facts come from and of which day they are, where they are no figures.
    """

    kind: str
    text: str
    source: str = ""
    as_on: datetime.date | None = None

    @property
    def level(self):
        return int(self.kind[1]) if self.kind[1:] else None

    @property
    def is_heading(self):
        return self.kind.startswith("h")


def numbers(parts):
    """The printed number of each part, "" for plain text, and for a point that is the only one of its level there."""
    above, groups, found = {}, [], []
    for place, part in enumerate(parts):
        level = part.level
        groups.append((level, *(above.get(upper) for upper in range(1, level))) if level else None)
        if level:
            above = {one: at for one, at in above.items() if one < level} | {level: place}
    sizes, seen = Counter(groups), Counter()
    for part, group in zip(parts, groups, strict=True):
        seen[group] += 1
        counted = group and (sizes[group] > 1 or part.kind in ALWAYS_NUMBERED)
        found.append(number_of(group[0], seen[group]) if counted else "")
    return found


def number_of(level, place):
    return {1: f"{chinese_number(place)}、", 2: f"（{chinese_number(place)}）", 3: f"{place}."}[level]


def printed(parts, references):
    """(blocks of the paper, [(place of the part, what is wrong with it)])."""
    blocks, problems = [], []
    for place, (part, number) in enumerate(zip(parts, numbers(parts), strict=True)):
        text, wrong = resolved(part.text, references)
        problems += [(place, one) for one in wrong]
        blocks.append(_block(part, number, text))
    return blocks, problems


def _block(part, number, text):
    if part.is_heading:
        return Heading(part.level, f"{number}{typed_number_off(text)}")
    if not part.level:
        return Paragraph(text)
    lead, rest = point(text, LONGEST_LEAD[part.level])
    return Paragraph(rest, lead=f"{number}{lead}", lead_level=part.level)


def where(parts, place):
    """Where a part stands, in words: “总体情况”第2段."""
    start = max((at for at in range(place + 1) if parts[at].kind == Kind.SECTION), default=None)
    if start is None:
        return f"第{place + 1}段"
    return f"“{parts[start].text[:20]}”" + (f"第{place - start}段" if place > start else "的标题")


def places_of(parts):
    """[(id of a part, its number and beginning)]: where something can be put behind."""
    return [(part.pk, f"{number}{part.text[:24]}") for part, number in zip(parts, numbers(parts), strict=True)]


def block_end(parts, place):
    """Where what belongs to a part ends: for a heading all up to the next one of its level or above."""
    part = parts[place]
    if not part.is_heading:
        return place + 1
    after = range(place + 1, len(parts))
    return next((at for at in after if parts[at].is_heading and parts[at].level <= part.level), len(parts))


def moved(parts, place, *, up):
    """The parts in their new order: a heading takes with it what stands under it, and passes its neighbour whole."""
    end = block_end(parts, place)
    own = parts[place:end]
    if up:
        if place == 0:
            return list(parts)
        above = range(place - 1, -1, -1)
        to = next((at for at in above if parts[place].is_heading and block_end(parts, at) == place
                   and parts[at].is_heading and parts[at].level == parts[place].level), place - 1)  # fmt: skip
        return [*parts[:to], *own, *parts[to:place], *parts[end:]]
    if end == len(parts):
        return list(parts)
    after = block_end(parts, end) if parts[place].is_heading and parts[end].level == parts[place].level else end + 1
    return [*parts[:place], *parts[end:after], *own, *parts[after:]]
