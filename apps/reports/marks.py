"""Numbers typed by hand beside 件, 份, 个提案 or %: found, bound to a figure, or declared as material. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from .references import REFERENCE

DIGITS = r"[0-9０-９]"
NUMBER = rf"{DIGITS}+(?:[,，]{DIGITS}{{3}})*(?:[.．]{DIGITS}+)?"
TYPED = re.compile(rf"(?<![第号0-9０-９.．])({NUMBER})\s*(?:余|多)?\s*(件|份|个提案|[%％])")
"""A number in Arabic digits with its measure; 第12件 is an order, no count. Words (十二件) are left to the reader."""
REFERRED, HEAD, UNKNOWN, TYPED_BY_HAND, DECLARED, WORDS = "figure", "head", "unknown", "typed", "declared", "words"


@dataclass(frozen=True)
class Typed:
    """A number typed by hand: its place in the text, as it stands there, its value and measure in plain digits."""

    start: int
    end: int  # of the number alone, without its measure
    text: str  # 12件
    value: str
    measure: str

    @property
    def printed(self):
        """The number as it was typed, without its measure: １２."""
        return self.text[: self.end - self.start]


@dataclass(frozen=True)
class Piece:
    """A run of a part's text. `kind`: WORDS, REFERRED (to a figure), HEAD (to words of the letter's head), UNKNOWN,
    TYPED_BY_HAND or DECLARED.

    `text`: what is shown; `name`: of the reference; `typed`: the number typed by hand.
    """

    kind: str
    text: str
    name: str = ""
    title: str = ""
    typed: Typed | None = None


def typed_numbers(text):
    """The numbers typed by hand in a text, outside of its references."""
    blank = REFERENCE.sub(lambda match: "\ufffc" * len(match[0]), text)
    return [_typed(match) for match in TYPED.finditer(blank)]


def _typed(match):
    value = unicodedata.normalize("NFKC", match[1]).replace(",", "")
    measure = unicodedata.normalize("NFKC", match[2])
    return Typed(match.start(1), match.end(1), match[0], value, measure)


def loose_numbers(text, sources=()):
    """Those that no source covers. `sources`: the words that were declared as material."""
    covered = {(one.value, one.measure) for source in sources for one in typed_numbers(source)}
    return [one for one in typed_numbers(text) if (one.value, one.measure) not in covered]


def fitting(typed, references):
    """The References whose present value is that number: shares for %, counts for the rest."""
    wanted = typed.measure == "%"
    return [one for one in references.values() if one.ids is not None and one.is_percent == wanted
            and one.value == typed.value]  # fmt: skip


def bound(text, start, number, name):
    """The text with the number at `start` replaced by a reference; None where that number does not stand there."""
    found = next((one for one in typed_numbers(text) if one.start == start), None)
    if not found or text[found.start : found.end] != number:
        return None
    return f"{text[: found.start]}{{{name}}}{text[found.end :]}"


def pieces(text, references, sources=()):
    """The text in Pieces, as it is shown to those who write it."""
    loose = {one.start for one in loose_numbers(text, sources)}
    spots = [(match.start(), match.end(), match[1]) for match in REFERENCE.finditer(text)]
    spots += [(one.start, one.start + len(one.text), one) for one in typed_numbers(text)]
    found, at = [], 0
    for start, end, what in sorted(spots, key=lambda spot: spot[0]):
        found += [Piece(WORDS, text[at:start])] if start > at else []
        found.append(_referred(what, references) if isinstance(what, str) else _marked(what, what.start in loose))
        at = end
    return found + ([Piece(WORDS, text[at:])] if at < len(text) else [])


def _referred(name, references):
    found = references.get(name)
    if not found or found.missing:
        return Piece(UNKNOWN, name, name, found.missing if found else f"没有“{name}”这个数字")
    if found.ids is None:
        return Piece(HEAD, found.value, name, found.group)
    return Piece(REFERRED, found.value, name, f"占{found.base}" if found.is_percent else found.group)


def _marked(typed, is_loose):
    return Piece(TYPED_BY_HAND if is_loose else DECLARED, typed.text, typed=typed)
