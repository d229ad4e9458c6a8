"""What changed between two versions of a reply, paragraph by paragraph and within a paragraph word by word. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, ADDED, REMOVED = "same", "added", "removed"
WORD = re.compile(r"[A-Za-z0-9.%〔〕]+|\s+|.", re.DOTALL)
"""A Chinese character is a piece of its own; numbers and Latin words are not torn apart."""
ALIKE = 0.4
"""Two paragraphs with less in common are told as one removed and one added, not mixed word by word."""


@dataclass(frozen=True)
class Piece:
    """A run of text and what became of it: SAME, ADDED or REMOVED."""

    kind: str
    text: str


@dataclass(frozen=True)
class Line:
    """A paragraph: its pieces in reading order."""

    pieces: tuple[Piece, ...]

    @property
    def is_changed(self):
        return any(piece.kind != SAME for piece in self.pieces)


def differences(before, after):
    """The Lines of two texts together, in reading order: what was removed stands before what was added for it."""
    old, new = before.splitlines(), after.splitlines()
    found = []
    for tag, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Line((Piece(SAME, line),)) for line in old[first:last]]
        else:
            found += _changed(old[first:last], new[start:end])
    return found


def _changed(old, new):
    """Lines of a place where paragraphs were replaced: those that are alike are compared word by word."""
    found, waiting = [], list(new)
    for line in old:
        near = max(range(len(waiting)), key=lambda place: _likeness(line, waiting[place]), default=None)
        if near is None or _likeness(line, waiting[near]) < ALIKE:
            found.append(Line((Piece(REMOVED, line),)))
            continue
        found += [Line((Piece(ADDED, earlier),)) for earlier in waiting[:near]]
        found.append(Line(tuple(_pieces(line, waiting[near]))))
        waiting = waiting[near + 1 :]
    return found + [Line((Piece(ADDED, line),)) for line in waiting]


def _likeness(one, other):
    return SequenceMatcher(None, one, other, autojunk=False).quick_ratio()


def _pieces(before, after):
    old, new = WORD.findall(before), WORD.findall(after)
    for tag, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece(SAME, "".join(old[first:last]))
        else:
            if last > first:
                yield Piece(REMOVED, "".join(old[first:last]))
            if end > start:
                yield Piece(ADDED, "".join(new[start:end]))
