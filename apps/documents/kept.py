"""A paper as JSON and back: what went out is kept as it was, and prints again years later from what was kept."""

import dataclasses
import datetime

from . import content

PAPERS = {kind.__name__: kind for kind in (content.Letter, content.Notice, content.Sheet)}
PARTS = {
    kind.__name__: kind
    for kind in (content.Heading, content.Paragraph, content.Table, content.Column, content.Grid, content.Cell,
                 content.Annex, content.Picture, content.Bar, content.Line)
}  # fmt: skip


class NotKept(ValueError):
    """The data is not that of a paper."""


def as_data(value: content.Paper | content.Block) -> dict:
    """Plain JSON data of a paper: each part as its fields, and its name under "is"."""
    return {"is": type(value).__name__} | {
        field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
    }


def _plain(value):
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime.date):
        return {"is": "date", "day": value.isoformat()}
    return as_data(value) if dataclasses.is_dataclass(value) else value


def from_data(data: dict) -> content.Paper:
    """The paper of `as_data`. Fields that came later have their defaults. Raises NotKept."""
    try:
        paper = _made(data)
    except (KeyError, TypeError, ValueError) as wrong:
        raise NotKept(str(wrong)) from wrong
    if type(paper).__name__ not in PAPERS:
        raise NotKept(type(paper).__name__)
    return paper


def _made(value):
    if isinstance(value, list):
        return tuple(_made(each) for each in value)
    if not isinstance(value, dict):
        return value
    if value["is"] == "date":
        return datetime.date.fromisoformat(value["day"])
    fields = {name: _made(each) for name, each in value.items() if name != "is"}
    return (PAPERS | PARTS)[value["is"]](**fields)
