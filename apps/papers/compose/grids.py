"""Rows of the forms that people fill in: a label and its text, twice a row or across it."""

from apps.documents.content import Cell

SHARES = (2, 4, 2, 4)
DAY_BY_HAND = "　　　　年　　月　　日"
SIGNED_BY_HAND = f"签字：　　　　　　　　{DAY_BY_HAND}"
SEALED_BY_HAND = f"签字（盖章）：　　　　　　　　{DAY_BY_HAND}"


def pair(label, text, other_label, other_text):
    """A row of two labels, each with its text."""
    return (
        Cell(label, is_label=True),
        Cell(text, align="center"),
        Cell(other_label, is_label=True),
        Cell(other_text, align="center"),
    )


def wide(label, text, **how):
    """A row of one label and a text across the rest. `how`: further fields of its Cell."""
    return (Cell(label, is_label=True), Cell(text, 3, **how))


def boxes(names, ticked=""):
    """□甲 ■乙: what is to be ticked by hand, or what the records tick."""
    return " ".join(f"{'■' if name == ticked else '□'}{name}" for name in names)
