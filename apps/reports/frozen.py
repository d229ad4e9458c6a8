"""The figures of an edition of the letter as they were frozen: what figures.Tally tells, told from what was kept.

Pure but for the rows given: nothing here asks how the proposals stand today, apart from `changes_since`, which is given
today's Tally.
"""

from dataclasses import dataclass
from functools import cached_property

from apps.figures.queries import Share
from apps.proposals.workflow import ProposalState

from .references import referred

COLUMNS = (
    ("number", "案号"),
    ("title", "案由"),
    ("units", "承办单位"),
    ("class", "办理结果"),
    ("first", "首次评价"),
    ("final", "最终评价"),
    ("state", "状态"),
    ("category", "类别"),
)


def members_of(tally):
    """[[path of a figure, ids of the proposals behind it]] of a Tally, in its order, as plain data."""
    return [[list(path), list(ids)] for path, ids in tally.members.items()]


def rows_of(tally):
    """How each proposal of a Tally stood, as plain data, by number."""
    return [row_of(fact) for fact in tally.facts if fact.is_received]


def row_of(fact):
    return {
        "id": fact.row.pk,
        "number": fact.row.number,
        "title": fact.row.title,
        "units": "、".join(case.unit if case.is_answering else f"{case.unit}（协办）" for case in fact.live),
        "class": fact.class_code,
        "first": fact.first,
        "final": fact.final,
        "state": ProposalState(fact.state).label,
        "category": fact.row.category,
    }


def references_of(composition):
    """What the parts of a Composition refer to, as plain data: name, printed value, base of a share, proposals."""
    found = referred([part.text for part in composition.parts], composition.references)
    return [
        {"name": one.name, "value": one.value, "unit": "%" if one.is_percent else "件", "base": one.base,
         "ids": list(one.ids)}
        for one in found
    ]  # fmt: skip


class Frozen:
    """The figures of an Edition, known by the same paths as those of a figures.Tally."""

    def __init__(self, edition):
        self.as_of = edition.as_of
        self.json = edition.figures
        self.members = {tuple(path): ids for path, ids in edition.members}
        self.references = edition.references
        self.rows = {row["id"]: row for row in edition.rows}

    def count(self, *path):
        return len(self.members.get(path, ()))

    def share(self, *path):
        """The Share as it was told then, with the percentage that was printed."""
        found = self.json
        for name in path:
            found = found.get(name)
            if found is None:
                return Share(0, 0, None)
        return Share(**found)

    def names(self, *path):
        return [found[-1] for found in self.members if found[:-1] == path]

    @property
    def satisfaction(self):
        told = self.json["satisfaction"]
        return Share(told["count"], told["base"], told["percent"])

    @property
    def satisfaction_of(self):
        """(which rating is counted, which ratings satisfy, what the rate is of), in words."""
        told = self.json["satisfaction"]
        return told["rating"], told["satisfied"], told["base_name"]

    def behind(self, path):
        """The rows of the proposals behind a figure, by number."""
        return self.rows_with(self.members[path])

    def rows_with(self, ids):
        """The rows of some proposals, by number."""
        wanted = set(ids)
        return [row for row in self.rows.values() if row["id"] in wanted]

    @cached_property
    def paths(self):
        """Every path, in order: the place of one in it is its address."""
        return list(self.members)


@dataclass(frozen=True)
class Moved:
    """A figure that is another one now. `came`, `went`: numbers of the proposals that it counts now, and no longer."""

    label: str
    then: int
    now: int
    came: tuple[str, ...]
    went: tuple[str, ...]


@dataclass(frozen=True)
class Differing:
    """A proposal that stands otherwise now: [(what, then, now)]; then or now None where it was not or is not there."""

    number: str
    title: str
    differences: tuple[tuple[str, str, str], ...]
    is_new: bool = False
    is_gone: bool = False


def changes_since(frozen, tally, label_of):
    """([Moved], [Differing]): what an edition told and what the records, as of the same day, tell now.

    `tally`: today's. `label_of(path)`: what a figure is called.
    """
    now = {row["id"]: row for row in rows_of(tally)}
    numbers = {pk: row["number"] for pk, row in (now | frozen.rows).items()}
    moved = []
    for path in dict.fromkeys([*frozen.members, *tally.members]):
        before, after = frozen.members.get(path, ()), tally.members.get(path, ())
        if set(before) != set(after):
            came = tuple(numbers[pk] for pk in after if pk not in set(before))
            went = tuple(numbers[pk] for pk in before if pk not in set(after))
            moved.append(Moved(label_of(path), len(before), len(after), came, went))
    return moved, _differing(frozen.rows, now)


def _differing(before, now):
    found = []
    for pk in dict.fromkeys([*before, *now]):
        old, new = before.get(pk), now.get(pk)
        either = new or old
        told = tuple(
            (label, old[name] or "—", new[name] or "—")
            for name, label in COLUMNS
            if old and new and old[name] != new[name]
        )
        if told or not (old and new):
            found.append(Differing(either["number"], either["title"], told, is_new=not old, is_gone=not new))
    return found
