"""What a careful reader would smooth out; none of it makes a letter wrong."""

import re

from .report import Finding
from .written import PERCENT

_WIDE = re.compile(r"[Ａ-Ｚ](?=[类级])")
_NARROW = re.compile(r"[A-Z](?=[类级])")
_CALLED = re.compile(r"(?:这些|上述|各项|各件|全部|所有|\d\s*件)建议(?!提案)")


def add_notes(document, mentions, marks):
    text = "\n".join(document.paragraphs)
    _precision(mentions, marks)
    _widths(text, mentions, marks)
    if "提案" in text and not re.search("代表|人大", text) and (found := _CALLED.search(text)):
        _note(marks, "form", found.group(), "建议", "提案", "本文通报的是提案，“建议”宜统一为“提案”。")
    for mention in mentions:
        if "misprint" in mention.flags:
            marks.note("form", [mention], f"{mention.printed}%%", f"{mention.printed}%", "百分号重复。")


def _note(marks, rule, where, printed, expected, suggestion):
    marks.notes.append(Finding(rule, where, printed, expected, suggestion))


def _precision(mentions, marks):
    """One precision in one letter; 100 and 0 need no decimals."""
    shares = [
        one
        for one in mentions
        if one.kind == PERCENT and not one.about and one.value not in (0, 100) and "change" not in one.flags
    ]
    found = sorted({one.decimals for one in shares})
    if len(found) < 2:
        return
    usual = max(found, key=lambda places: sum(one.decimals == places for one in shares))
    other = [one for one in shares if one.decimals != usual]
    told = "、".join(f"{one.printed}%" for one in other[:5])
    marks.note(
        "precision",
        other[:1],
        other[0].printed,
        f"{usual}位小数",
        f"全文比例的小数位数不一致：多数为{usual}位，{told}不同。",
    )


def _widths(text, mentions, marks):
    wide, narrow = _WIDE.search(text), _NARROW.search(text)
    if wide and narrow:
        _note(
            marks,
            "form",
            f"{wide.group()}类、{narrow.group()}类",
            wide.group(),
            narrow.group(),
            "类别字母全角、半角混用，宜统一。",
        )
    printed = [(mention, marks.paragraphs[mention.paragraph][mention.start : mention.end]) for mention in mentions]
    wide_numbers = [one for one, shown in printed if re.search("[０-９]", shown)]
    if wide_numbers and any(re.search("[0-9]", shown) for _, shown in printed):
        marks.note(
            "form",
            wide_numbers[:1],
            wide_numbers[0].printed,
            wide_numbers[0].printed,
            "数字全角、半角混用，宜统一为半角。",
        )
