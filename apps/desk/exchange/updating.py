"""Existing proposals updated from a workbook that came back: what would change, row by row, then applied as shown.

A workbook with the columns of the list or of the ledger, 案号 alone being needed. Only what the office may correct
(更正登记) or decide (确定重点提案) changes, through those operations; units, days, replies, ratings and states never:
where a cell says otherwise than the records, the row says so and names the way. An empty cell changes nothing; 无 or —
clears. Reads the database; `apply` writes.
"""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils import timezone

from apps.documents.workbooks import NOTHING, CellError
from apps.proposals import rearranging
from apps.proposals.models import Category, Proposal, Sector
from apps.proposals.queries import check
from apps.proposals.workflow import NotAllowed, OutOfTurn, Refused
from apps.units.queries import leaders_by_name, similar_names, units_by_name

from . import columns
from .columns import key_of
from .queries import ledger_rows
from .reading import Line, people_of, session_for, workbook_rows

FIELDS = {one.key: replace(one, required=one.key == "number") for one in (*columns.LIST, *columns.LEDGER)}
"""Every column of the two workbooks by its key."""
CORRECTED = ("title", "form", "kind", "sector", "category", "text", "wished_units", "remark")
OF_PEOPLE = ("proposers", "position", "phone", "address", "contact_person")
ELSEWHERE = {
    "mode": "请在提案页面用“调整承办单位”",
    "units": "请在提案页面用“调整承办单位”",
    "assists": "请在提案页面用“调整承办单位”",
    "due_on": "请用“同意延期”或“结转续办”",
    "merged_into": "请在提案页面用“并案”",
    "state": "状态由办理动作产生",
} | dict.fromkeys(("assigned_on", "accepted_on", "round"), "由办理动作产生")
ELSEWHERE |= dict.fromkeys(("issued_on", "reply_number", "publicity", "result_class"), "请在答复中办理")
ELSEWHERE |= dict.fromkeys(("first", "last", "received_on", "closed_on"), "由区政协提案委录入和审核")


@dataclass
class Change:
    """What a row changes in one column: the words of before and after."""

    column: str
    before: str
    after: str


@dataclass
class RowUpdate:
    """What the rows of one number would do. `refusals`: what is left as it is, and why, as Chinese sentences."""

    rows: list[int]
    number: str
    proposal: Proposal | None = None
    changes: list[Change] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    fields: dict = field(default_factory=dict)  # of rearranging.correct
    leader: tuple = ()  # (the Leader or None,) where 重点提案 is to change

    def refuse(self, key, why):
        self.refusals.append(f"{FIELDS[key].name}：{why}" if key else why)

    def change(self, key, before, after):
        self.changes.append(Change(FIELDS[key].name, before or "（空）", after or "（空）"))

    @property
    def mark(self):
        """What was shown of it, as a short hash: with the stamp of the proposal, so that it changes with either."""
        shown = [self.number, self.proposal.stamp, [[one.column, one.before, one.after] for one in self.changes]]
        return hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode()).hexdigest()[:16]


@dataclass
class Update:
    """What a workbook would change in a session."""

    session: object
    sheet: str
    rows: int
    notes: list[str]
    unknown_columns: list[str]
    updates: list[RowUpdate]

    @property
    def changing(self):
        return [one for one in self.updates if one.changes]

    @property
    def refused(self):
        return [one for one in self.updates if one.refusals]

    @property
    def unchanged(self):
        return sum(not one.changes and not one.refusals for one in self.updates)

    @property
    def marks(self):
        return " ".join(one.mark for one in self.changing)


def rows_of(content, session_key):
    """How many rows a workbook has that can be read at all. Raises reading.Unusable."""
    session_for(session_key, create=False)
    return len(workbook_rows(content, None, FIELDS.values()).rows)


def read_update(content, session_key, *, by, at):
    """The Update of a workbook for the office. Raises NotAllowed, reading.Unusable."""
    session, _ = session_for(session_key, create=False)
    table = workbook_rows(content, None, FIELDS.values())
    groups = defaultdict(list)
    updates, on = [], timezone.localdate(at)
    for line in (Line(table, row, FIELDS) for row in table.rows):
        if "number" in line.bad or not line["number"]:
            updates.append(RowUpdate([line.number], "", refusals=["案号：没有填写，或不是案号"]))
        else:
            groups[line["number"]].append(line)
    proposals = (
        Proposal.objects.visible_to(by, on)
        .filter(session=session)
        .select_related("session", "sector", "category", "supervising_leader")
        .prefetch_related("proposers", "cases")
    )
    found = {one.number: one for one in proposals}
    known = Known(session, by)
    for number, lines in groups.items():
        update = RowUpdate([line.number for line in lines], number, found.get(number))
        updates.append(update)
        if update.proposal is None:
            update.refuse("", f"本届次没有第{number}号提案")
        elif update.proposal.is_secret:
            update.refuse("", "涉密提案不由工作簿更新")
        else:
            _compare(update, lines, known, by, on)
    updates.sort(key=lambda one: one.rows[0])
    return Update(session, table.sheet, len(table.rows), table.notes, table.unknown_columns, updates)


class Known:
    """The names and rows that a workbook is compared with, read once."""

    def __init__(self, session, by):
        self.categories = {key_of(one.name): one for one in Category.objects.all()}
        self.sectors = {key_of(one.name): one for one in Sector.objects.all()}
        self.leaders = {key_of(name): one for name, one in leaders_by_name().items()}
        self.units = {key_of(name): unit.name for name, unit in units_by_name().items()}
        self.rows = defaultdict(list)
        for row in ledger_rows(session, by):
            self.rows[row["number"]].append(row)

    def unit_names(self, names):
        return {self.units.get(key_of(name), name) for name in names}


def _compare(update, lines, known, by, on):
    told = {key: _told(update, lines, key) for key in FIELDS if key != "number"}
    for key in CORRECTED:
        if told[key] is not None:
            _correct(update, key, told[key], known)
    if any(told[key] is not None for key in OF_PEOPLE):
        _people(update, lines[0], told)
    _key(update, told, known)
    for key, why in ELSEWHERE.items():
        _elsewhere(update, lines, key, why, known)
    wanted = ["correct"] * bool(update.fields) + ["mark_key"] * bool(update.leader)
    try:
        for action in wanted:
            check(update.proposal, action, user=by, on=on, note="-")
    except (OutOfTurn, Refused) as why:
        update.changes, update.fields, update.leader = [], {}, ()
        update.refuse("", str(why))


def _told(update, lines, key):
    """What the rows of a number say in a column; None where they say nothing, or not one and the same."""
    name, values = FIELDS[key].name, []
    for line in lines:
        if line.row.cells.get(name) in (None, ""):
            continue
        if key in line.bad:
            problem = next(one for one in line.problems if one.column == name)
            update.refuse("", f"第 {line.number} 行{problem}")
            return None
        if line[key] not in values:
            values.append(line[key])
    if len(values) > 1 and key not in ELSEWHERE:
        update.refuse(key, f"第 {'、'.join(str(one.number) for one in lines)} 行不一致，没有更新")
        return None
    return values[0] if values else None


def _correct(update, key, value, known):
    proposal = update.proposal
    before = getattr(proposal, key)
    if key in ("sector", "category"):
        names = known.categories if key == "category" else known.sectors
        after = names.get(key_of(value)) if value else None
        if value and after is None:
            near = similar_names(key_of(value), list(names))
            more = f"，是不是“{names[near[0]]}”" if near else ""
            update.refuse(key, f"没有“{value}”{more}")
            return
    else:
        after = "" if value in NOTHING else value
    if key in ("title", "form", "kind") and not after:
        return  # these are never empty
    if before == after or (isinstance(after, str) and key_of(str(before or "")) == key_of(after)):
        return
    shown = getattr(proposal, f"get_{key}_display", None)
    labels = dict(proposal._meta.get_field(key).choices or ())
    update.fields[key] = after
    update.change(key, str(shown() if shown else before or ""), str(labels.get(after, after or "")))


def _people(update, line, told):
    """Names and how to reach them: as many values as people, one each, as in the committee's list."""
    there = list(update.proposal.proposers.all())
    names = told["proposers"] or [one.name for one in there]
    line.cells["proposers"] = names
    found = len(line.problems)
    people = people_of(line)
    if len(line.problems) > found:
        update.refuse("", str(line.problems[-1]))
        return
    by_name = {one.name: one for one in there}
    gone = [one for one in there if one.name not in names]
    new = [name for name in names if name not in by_name]
    if len(gone) == len(new) == 1:  # written otherwise, not another person
        by_name[new[0]] = gone[0]
    lines = []
    for person in people:
        old = by_name.get(person["name"])
        kept = {name: getattr(old, name) for name in rearranging.PROPOSER_FIELDS} if old else {}
        given = {key: value for key, value in person.items() if key == "name" or told[key] is not None}
        lines.append(kept | given | ({"pk": old.pk} if old else {}))
    changed = False
    for key in OF_PEOPLE:
        column = "name" if key == "proposers" else key
        before = [getattr(one, column) for one in there]
        after = [one.get(column, "") for one in lines]
        if before != after and told[key] is not None:
            changed = True
            update.change(key, "、".join(filter(None, before)), "、".join(filter(None, after)))
    if changed:
        update.fields["proposers"] = lines


def _key(update, told, known):
    """重点提案 with 督办领导: named together, or neither any more."""
    if told["is_key"] is None and told["leader"] is None:
        return
    proposal = update.proposal
    name = told["leader"]
    if name is None:
        leader = proposal.supervising_leader
    else:
        leader = known.leaders.get(key_of(name)) if name else None
        if name and leader is None:
            update.refuse("leader", f"没有“{name}”")
            return
    is_key = proposal.is_key if told["is_key"] is None else told["is_key"]
    if name and told["is_key"] is None:
        is_key = True
    leader = leader if is_key else None
    if (is_key, leader) == (proposal.is_key, proposal.supervising_leader):
        return
    if is_key and leader is None:
        update.refuse("is_key", "重点提案须同时写明督办领导")
        return
    update.leader = (leader,)
    before, after = (f"是，督办{one}" if one else "否" for one in (proposal.supervising_leader, leader))
    update.change("is_key", before, after)


def _elsewhere(update, lines, key, why, known):
    """What a workbook does not change: told where a cell says otherwise than the records."""
    name, one = FIELDS[key].name, FIELDS[key]
    told = [line for line in lines if line.row.cells.get(name) not in (None, "") and key not in line.bad]
    current = [_parsed(one, row.get(key), known) for row in known.rows[update.number]] if told else []
    for line in told:
        value = known.unit_names(line[key]) if key in ("units", "assists") else line[key]
        if value not in ("", None, set(), []) and value not in current:
            update.refuse(key, f"写的是“{line.row.cells[name]}”，与记录不同；不由工作簿更新，{why}")
            return


def _parsed(one, value, known):
    try:
        parsed = one.parse(value)
    except CellError:
        return value
    return known.unit_names(parsed) if one.key in ("units", "assists") else parsed


def apply(rows, marks, *, by, at, note):
    """Applies what a preview showed, each number for itself. Returns [[number, title, why not; "" for done]].

    `rows`: changing ones of an Update. `marks`: those of the preview's rows; one that is something else by now is left
    as it is.
    """
    outcomes = []
    for row in rows:
        why = ""
        if row.mark not in marks:
            why = "预览以后此件已有变化，没有更新；请重新上传核对。"
        else:
            try:
                _apply(row, by, at, note)
            except (OutOfTurn, Refused, NotAllowed) as refused:
                why = str(refused)
        outcomes.append([row.number, row.proposal.title, why])
    return outcomes


@transaction.atomic
def _apply(row, by, at, note):
    proposal, seen = row.proposal, row.proposal.stamp
    if row.fields:
        proposal = rearranging.correct(proposal, by=by, at=at, note=note, seen=seen, **row.fields)
        seen = None  # its own deed came between
    if row.leader:
        rearranging.mark_key(proposal, row.leader[0], by=by, at=at, note=note, seen=seen)
