"""From a workbook to a Plan: every cell understood or named, all errors at once. Reads the database, writes nothing."""

import re
from collections import Counter

from django.utils import timezone

from apps.documents.workbooks import CellError, Problem, UnreadableWorkbook, as_text, read_table
from apps.figures.queries import UnknownSession, session_named
from apps.proposals.models import (
    SECRET_PROPOSER,
    SECRET_TITLE,
    USUAL_CLASSES,
    USUAL_RATINGS,
    Category,
    Proposal,
    Proposer,
    Sector,
)
from apps.proposals.queries import session_label
from apps.proposals.workflow import Party, ProposalState
from apps.units.queries import leaders_by_name, similar_names, units_by_name

from . import columns
from .columns import AT_LEAST_ONE, key_of
from .plan import ASSISTING, LEDGER, LIST, Entry, ListEntry, Part, Plan
from .progress import OF_A_RATING, OF_A_REPLY, Stage, Wrong, end_of, is_again, stage_of

MOST_LOOKED_UP = 200
"""Unknown names of one kind for which similar ones are looked up: the work grows with both numbers."""
EMPTY = "必填的内容"
UNTOLD_OF_SECRET = ("sector", "category", "remark", "reply_number", "publicity", "result_class", "issued_on", "first",
                    "last", "received_on")  # fmt: skip


class Unusable(Exception):
    """The input as a whole cannot be used (exit code 2). Its text is a Chinese sentence."""


def label_of_session(key):
    """九届四次会议 from 9-4. Raises Unusable for a key that is not of this kind."""
    label = session_label(key)
    if not label:
        raise Unusable(f"届次代号“{key}”应写成“届-次”，如 9-4，才能新建。")
    return label


def session_for(key, create):
    """(Session or None, its key). None: it is to be made. Raises Unusable."""
    try:
        found = session_named(key)
    except UnknownSession as unknown:
        wanted = columns.key_of(str(key))
        if create:
            label_of_session(wanted)
            return None, wanted
        raise Unusable(f"{unknown}如需新建，请选择“新建”（命令加 --create）。") from unknown
    return found, found.key


def workbook_rows(content, sheet, fields):
    """The Table of a workbook. Raises Unusable."""
    try:
        table = read_table(content, sheet, [field.column for field in fields])
    except UnreadableWorkbook as unreadable:
        raise Unusable(f"{unreadable}。") from unreadable
    if not table.rows:
        raise Unusable(f"工作表“{table.sheet}”的表头下面没有可导入的行。")
    return table


class Line:
    """A row with its parsed cells; `problem` names a column by its key."""

    def __init__(self, table, row, fields):
        self.row, self.sheet, self.number, self.fields = row, table.sheet, row.number, fields
        self.problems, self.cells, self.bad = [], {}, set()
        self.known = {}  # of columns that name something, the name that the system has for it
        for field in fields.values():
            try:
                self.cells[field.key] = field.parse(row.cells.get(field.name))
            except CellError as error:
                self.cells[field.key] = field.parse(None)
                self.problem(field.key, error.expected, error.why)
                self.bad.add(field.key)

    @property
    def is_sound(self):
        """Whether the row's cells can be taken together."""
        return not self.bad

    def problem(self, key, expected, why="不符合要求"):
        name = self.fields[key].name
        self.problems.append(Problem(self.sheet, self.number, name, self.row.cells.get(name), expected, why))

    def __getitem__(self, key):
        return self.cells[key]


class Names:
    """Names of one kind of thing: finds, notes what is missing, and tells what is similar."""

    def __init__(self, known, label, create, missing, notes):
        self.known, self.label, self.create, self.missing, self.notes = known, label, create, missing, notes
        self.new, self.similar = {}, {}

    def near(self, name):
        """Known names that may have been meant, nearest first."""
        if len(self.new) + len(self.similar) > MOST_LOOKED_UP:
            return []
        return list(dict.fromkeys(self.known[one] for one in similar_names(key_of(name), list(self.known))))

    def find(self, line, key, name):
        """The name under which the system has it; where it has none, the name itself to be made, or a problem."""
        if (found := self.known.get(key_of(name))) is not None:
            return found
        if self.create:
            if key_of(name) not in self.new:
                if near := self.near(name):
                    self.notes.append(f"要新建的{self.label}“{name}”与已有的“{near[0]}”相近，请核对是不是同一个")
                self.new[key_of(name)] = name
                self.missing.append(name)
            return self.new[key_of(name)]
        if name not in self.similar:
            self.similar[name] = self.near(name)
        near = self.similar[name]
        told = f"（相近的有：{'、'.join(near)}）" if near else ""
        is_alone = key_of(name) == key_of(str(line.row.cells[line.fields[key].name]))
        why = "不在系统中" if is_alone else f"中的“{name}”不在系统中"
        line.problem(key, f"系统中已有的{self.label}{told}", why)
        return name


class Reader:
    """What both workbooks have in common: the session, the names, the clock."""

    def __init__(self, kind, content, session_key, *, fields, sheet, parties, at, create):
        self.session, key = session_for(session_key, create)
        self.table = workbook_rows(content, sheet, fields)
        self.parties, self.today = parties, timezone.localdate(at)
        by_key = {field.key: field for field in fields}
        self.lines = [Line(self.table, row, by_key) for row in self.table.rows]
        self.plan = Plan(
            kind=kind,
            session_key=key,
            label=self.session.label if self.session else label_of_session(key),
            year=self.session.year if self.session else self._year(),
            is_new_session=self.session is None,
            sheet=self.table.sheet,
            rows=len(self.lines),
            notes=list(self.table.notes),
            unknown_columns=list(self.table.unknown_columns),
        )
        missing, notes = self.plan.missing, self.plan.notes
        self.sectors = Names(named(Sector), "界别", create, missing.sectors, notes)
        self.categories = Names(named(Category), "类别", create, missing.categories, notes)
        units = units_by_name()
        known_units = {key_of(name): unit.name for name, unit in units.items()}
        self.units = Names(known_units, "承办单位", create, missing.units, notes)
        self.dissolved = {unit.name: unit.dissolved_on for unit in units.values() if unit.dissolved_on}
        known_leaders = {
            key_of(title + name): name for name, leader in leaders_by_name().items() for title in ("", leader.title)
        }
        self.leaders = Names(known_leaders, "区政府领导", create, missing.leaders, notes)
        self.taken = {}  # number → state of what the session has
        self.classes = [found["code"] for found in USUAL_CLASSES]
        self.ratings = {
            one["name"]: one.get("is_dissatisfied", False) for one in USUAL_RATINGS
        }  # name → does it mean 不满意
        if self.session:
            self.taken = dict(Proposal.objects.filter(session=self.session).values_list("number", "state"))
            self.classes = [found.code for found in self.session.classes.all()]
            self.ratings = {found.name: found.is_dissatisfied for found in self.session.ratings.all()}

    def _year(self):
        """The year of a new session: the one in which most was assigned, else that of the clock."""
        days = [line.cells.get("assigned_on") for line in self.lines]
        days = [day for day in days if day and day <= self.today]
        counted = Counter(day.year for day in days)
        return min(counted, key=lambda year: (-counted[year], year)) if counted else self.today.year

    def check(self, line):
        """What is required, and the names of sector, category and leader."""
        for key in line.fields:
            may_be_empty = key == "proposers" and line["title"] == SECRET_TITLE
            if key in AT_LEAST_ONE and not line[key] and key not in line.bad and not may_be_empty:
                line.problem(key, EMPTY)
        for key, names in (("sector", self.sectors), ("category", self.categories), ("leader", self.leaders)):
            name = line.cells.get(key)
            line.known[key] = names.find(line, key, name) if name else ""

    def about(self, line):
        """The columns that list and ledger share, as the system knows them."""
        return {
            "number": line["number"],
            "title": line["title"],
            "kind": line["kind"] or Proposal.Kind.PLENARY.value,
            "sector": line.known["sector"],
            "category": line.known["category"],
            "is_key": line["is_key"],
        }

    def finish(self):
        self.plan.problems = sorted(
            (problem for line in self.lines for problem in line.problems), key=lambda problem: problem.row
        )
        names = (self.sectors, self.categories, self.units, self.leaders)
        self.plan.has_unknown_names = any(one.similar for one in names)
        return self.plan

    def check_number(self, line):
        if line["number"] in self.taken:
            line.problem("number", "本届次中没有用过的案号", f"在{self.plan.label}中已有")


def named(model):
    return {key_of(name): name for name in model.objects.values_list("name", flat=True)}


def form_of(line, contact_person=""):
    """提案形式 as told; where it is not, from the number of proposers."""
    if line["form"]:
        return line["form"]
    if contact_person:
        return Proposal.Form.COLLECTIVE.value
    return (Proposal.Form.JOINT if len(line["proposers"]) > 1 else Proposal.Form.INDIVIDUAL).value


# the committee's list


def read_list(content, session_key, *, parties, at, create=False):
    """The Plan of a list of proposals from the committee. Raises Unusable."""
    reader = Reader(LIST, content, session_key, fields=columns.LIST, sheet=None, parties=parties, at=at, create=create)
    seen = {}
    for line in reader.lines:
        reader.check(line)
        if line["number"]:
            reader.check_number(line)
            before = seen.setdefault(line["number"], line.number)
            if before != line.number:
                line.problem("number", "不重复的案号", f"与第 {before} 行重复")
        reader.plan.entries.append(
            ListEntry(
                **reader.about(line),
                form=form_of(line, line["contact_person"]),
                proposers=tuple(people_of(line)),
                text=line["text"],
                wished_units=line["wished_units"],
                rows=(line.number,),
            )
        )
    return reader.finish()


def people_of(line):
    """Proposer's fields of each proposer. As many values as people: one each; else the first has them all."""
    people = [{"name": name} for name in line["proposers"]]
    if not people:
        return []
    for key in ("position", "phone", "address"):
        text = line[key]
        parts = [part.strip() for part in re.split(r"[、；;\n]", text)]
        values = parts if len(people) > 1 and len(parts) == len(people) else [as_text(text)]
        longest = columns.length_of(Proposer, key)
        if any(len(value) > longest for value in values):
            line.problem(key, f"每位提案者不超过 {longest} 个字", "太长")
        for person, value in zip(people, values, strict=False):
            person[key] = value
    people[0]["contact_person"] = line["contact_person"]
    return people


# the ledger


def read_ledger(content, session_key, *, parties, at, create=False):
    """The Plan of a ledger. Raises Unusable."""
    reader = Reader(
        LEDGER,
        content,
        session_key,
        fields=columns.LEDGER,
        sheet=columns.LEDGER_SHEET,
        parties=parties,
        at=at,
        create=create,
    )
    groups = {}
    for line in reader.lines:
        check_line(reader, line)
        groups.setdefault(line["number"] or ("", line.number), []).append(line)
    for lines in groups.values():
        check_group(reader, lines)
        if all(line.is_sound for line in lines):
            reader.plan.entries.append(entry_of(reader, lines))
    check_mains(reader, groups)
    note_reply_numbers(reader.plan)
    return reader.finish()


def check_line(reader, line):
    """What one row says for itself."""
    reader.check(line)
    if line["title"] == SECRET_TITLE:
        for key in UNTOLD_OF_SECRET:
            if line[key]:
                line.problem(key, "空白（涉密提案线下办理，只登记案号、单位和日期）")
    if line["result_class"] and line["result_class"] not in reader.classes:
        line.problem("result_class", f"本届次的办理结果类别（{'、'.join(reader.classes)}）")
    for key in ("first", "last"):
        if line[key] and line[key] not in reader.ratings:
            line.problem(key, f"本届次的评价（{'、'.join(reader.ratings)}）")
    check_days(reader, line)
    check_right_to_rate(reader, line)
    line.stage, line.round, line.end = Stage.RECEIVED, 1, None
    try:
        line.end = end_of(line.cells)
        cells = line.cells | ({"state": ""} if line.end else {})
        line.stage, line.round = stage_of(cells) if not line.end else stage_of_ended(cells)
    except Wrong as wrong:
        if line.is_sound:
            line.problem(wrong.key, wrong.expected, wrong.why)
            line.bad.add(wrong.key)


def stage_of_ended(cells):
    """How far a case had got when its proposal ended; 办结日期 is the day of the end there, and proves no stage."""
    return stage_of(cells | {"closed_on": None, "state": ""})


DAYS = ("assigned_on", "accepted_on", "issued_on", "received_on", "closed_on")
ORDER = (  # (later, earlier): what cannot be; the same day can
    ("accepted_on", "assigned_on"),
    ("issued_on", "assigned_on"),
    ("closed_on", "assigned_on"),
    ("closed_on", "issued_on"),
)
ODD = (  # stored as it was, and marked
    ("issued_on", "accepted_on", "答复日期早于签收日期"),
    ("received_on", "issued_on", "回执日期早于答复日期"),
    ("closed_on", "received_on", "办结日期早于回执日期"),
)


def check_days(reader, line):
    """Impossible days are refused (docs/workflow.md, 日期)."""
    for key in DAYS:
        if (day := line[key]) and day > reader.today:
            line.problem(key, f"不晚于今天（{reader.today}）的日期", "在今天之后")
        elif day and day.year < reader.plan.year - 1:
            line.problem(key, f"{reader.plan.year - 1} 年以后的日期", "早于本届次年度")
    for later, earlier in ORDER:
        if line[later] and line[earlier] and line[later] < line[earlier]:
            name = line.fields[earlier].name
            line.problem(later, f"不早于{name}（{line[earlier]}）的日期", f"早于{name}")
    if line["due_on"] and line["assigned_on"] and line["due_on"] <= line["assigned_on"]:
        line.problem("due_on", f"晚于交办日期（{line['assigned_on']}）的日期", "不晚于交办日期")


def check_right_to_rate(reader, line):
    """The office never enters a rating, nor what only a rating brings about (docs/workflow.md, 回执)."""
    if {Party.OPERATOR, Party.SECRETARIAT} & reader.parties:
        return
    is_end = isinstance(line["state"], ProposalState) or line["merged_into"]
    for key, field in line.fields.items():
        if field.is_rating and line[key] and not (key == "closed_on" and is_end):
            line.problem(key, "空白：评价和办结由区政协提案委录入", "不能由区政府办公室填写")
    if line["state"] in (Stage.RATED, Stage.REVIEWED, Stage.CLOSED) and line["state"] != "":
        line.problem("state", "评价以前的状态：评价和办结由区政协提案委录入", "不能由区政府办公室填写")


def check_group(reader, lines):
    """The rows of one number: one row, or 分办 with a row for each unit, agreeing on all that is the proposal's."""
    first, rest = lines[0], lines[1:]
    if not first["number"]:
        first.bad.add("number")
    reader.check_number(first)
    mode = next((line["mode"] for line in lines if line["mode"]), "")
    if rest and mode != Proposal.Mode.SEPARATE:
        for line in lines:
            check_units(reader, line, line["mode"], bool(line["assigned_on"]))
        expected = "不重复的案号；只有办理方式为“分办”的才能各单位各占一行"
        for line in rest:
            line.problem("number", expected, f"与第 {first.number} 行重复")
            line.bad.add("number")
        return
    for line in rest:
        check_agreement(first, line)
    ends = {line.end for line in lines}
    if len(ends) > 1:
        for line in rest:
            if line.end != first.end:
                line.problem("state", f"与第 {first.number} 行一致的状态", "与同一案号的其他行不一致")
    is_handled = any(line["assigned_on"] for line in lines)
    for line in lines:
        check_units(reader, line, mode, is_handled)
    if is_handled and not first.end:
        for line in lines:
            if not line["assigned_on"] and line.is_sound:
                line.problem("assigned_on", "交办日期（同一案号的其他行已交办）")
    if mode == Proposal.Mode.SEPARATE and is_handled and not rest:
        first.problem("mode", "“独办”，或同一案号的另一行（分办须有两个以上单位）", "只有一行")
    seen = {}
    for line in lines:
        for unit in line.units:
            if seen.setdefault(key_of(unit), line.number) != line.number:
                line.problem("units", "不同的单位（分办的各单位各占一行）", f"与第 {seen[key_of(unit)]} 行重复")


def check_agreement(first, line):
    for key, field in line.fields.items():
        if field.part or key == "number" or line.row.cells.get(field.name) is None:
            continue
        if first.row.cells.get(field.name) is not None and line[key] != first[key]:
            shown = Problem(first.sheet, first.number, field.name, first.row.cells[field.name], "").as_json()["value"]
            line.problem(key, f"与第 {first.number} 行相同（“{shown}”）", "与同一案号的其他行不一致")


def check_units(reader, line, mode, is_handled):
    """Units by any of their names; sets `line.units` and `line.assists` to the names that the system has."""
    line.units = [reader.units.find(line, "units", name) for name in line["units"]]
    line.assists = [reader.units.find(line, "assists", name) for name in line["assists"]]
    if is_handled and not line.units:
        line.problem("units", "主办单位（已交办的必须填写）")
    if len(line.units) > 1:
        line.problem("units", "一个单位；分办的各单位各占一行，协办单位写在“协办单位”列", "有几个单位")
    twice = [unit for unit, count in Counter(line.units + line.assists).items() if count > 1]
    if twice and len(line.units) < 2:
        line.problem("assists", "每个单位只写一次，且不同于主办单位", f"中的“{twice[0]}”重复")
    if mode in (Proposal.Mode.SOLE, Proposal.Mode.SEPARATE) and line.assists:
        label = Proposal.Mode(mode).label
        line.problem("assists", f"空白（办理方式为“{label}”）；有协办单位的应为“{Proposal.Mode.LEAD.label}”")
    if mode == Proposal.Mode.LEAD and is_handled and not line.assists:
        line.problem("assists", f"协办单位（办理方式为“{Proposal.Mode.LEAD.label}”）；没有协办单位的应为“独办”")
    for key, units in (("units", line.units), ("assists", line.assists)):
        for unit in units:
            gone = reader.dissolved.get(unit)
            if gone and line["assigned_on"] and gone <= line["assigned_on"]:
                line.problem(key, "承接其职能的单位", f"中的“{unit}”已于 {gone} 撤销")


def check_mains(reader, groups):
    """并入案号 must name another proposal, of this file or of the session, that is not merged itself."""
    merged = {number for number, lines in groups.items() if lines[0].end == ProposalState.MERGED}
    merged |= {number for number, state in reader.taken.items() if state == ProposalState.MERGED}
    for number, lines in groups.items():
        for line in lines:
            main = line["merged_into"]
            if not main:
                continue
            if main == number:
                line.problem("merged_into", "另一件提案的案号", "是本提案自己")
            elif main in merged:
                line.problem("merged_into", "主提案的案号", "本身已并案")
            elif main not in groups and main not in reader.taken:
                line.problem("merged_into", f"本工作簿或{reader.plan.label}中的案号", "找不到")


def entry_of(reader, lines):
    """The Entry of the rows of one number. What is wrong with them is named already, or here with names."""
    first = lines[0]
    mode = _first_told(lines, "mode")
    end = first.end
    days = [line["assigned_on"] for line in lines if line["assigned_on"]]
    has_cases = len(days) == len(lines) and (not end or all(line["closed_on"] for line in lines))
    if end and days and not has_cases:
        check_unkept(lines)
    if has_cases and not mode:
        mode = (Proposal.Mode.LEAD if first.assists else Proposal.Mode.SOLE).value
    unusual, unknown = [], []
    for line in lines:
        where = f"（{'、'.join(line.units)}）" if len(lines) > 1 else ""
        unusual += [text + where for text in oddities(line, reader.ratings)]
        unknown += [text + where for text in gaps(line)]
    planned = "" if has_cases or first["title"] == SECRET_TITLE else planned_units(lines)
    if len(planned) > columns.length_of(Proposal, "wished_units"):
        first.problem("units", f"合计不超过 {columns.length_of(Proposal, 'wished_units')} 个字的单位", "太长")
    remarks = dict.fromkeys(line["remark"] for line in lines if line["remark"])
    remark = "；".join(remarks)
    if len(remark) > columns.length_of(Proposal, "remark"):
        first.problem("remark", f"各行合计不超过 {columns.length_of(Proposal, 'remark')} 个字", "太长")
    known = {key: next(filter(None, (line.known[key] for line in lines)), "") for key in first.known}
    about = reader.about(first) | known | {"is_key": any(line["is_key"] for line in lines)}
    return Entry(
        **about,
        proposers=tuple(first["proposers"]) or (SECRET_PROPOSER,),
        form=form_of(first),
        remark=remark,
        mode=mode,
        end=str(end.value) if end else "",
        merged_into=_first_told(lines, "merged_into"),
        planned_units=planned,
        assigned_on=min(days, default=None),
        parts=tuple(map(part_of, lines)) if has_cases else (),
        rows=tuple(line.number for line in lines),
        unusual=tuple(unusual),
        unknown=tuple(unknown),
    )


def _first_told(lines, key):
    return next((line[key] for line in lines if line[key]), "")


def check_unkept(lines):
    """An ended proposal whose day is not known has no cases, so nothing more than its assignment can be kept."""
    for line in lines:
        if not line["closed_on"] and any(line[key] for key in ("due_on", "accepted_on", *OF_A_REPLY, *OF_A_RATING)):
            line.problem("closed_on", f"“{line.end.label}”的日期（其他列已填写办理情况）")


def planned_units(lines):
    """Units of a row that is not handled, as text: “甲、乙（协办）”."""
    names = []
    for line in lines:
        names += [*line.units, *(f"{name}{ASSISTING}" for name in line.assists)]
    return "、".join(dict.fromkeys(names))


def part_of(line):
    kept = ("assigned_on", "due_on", "accepted_on", "issued_on", "reply_number", "publicity", "result_class",
            "first", "last", "received_on", "closed_on")  # fmt: skip
    return Part(
        unit=line.units[0] if line.units else "",
        assists=tuple(line.assists),
        stage=line.stage,
        round=line.round,
        **{key: line[key] for key in kept},
    )


def oddities(line, ratings):
    """What a row says that is odd and can be. `ratings`: name → whether it means 不满意."""
    for later, earlier, text in ODD:
        if line[later] and line[earlier] and line[later] < line[earlier]:
            yield f"{text}：{line[later]}，{line[earlier]}"
    if line.end:
        if line["closed_on"] and not line["assigned_on"]:
            yield f"没有交办，终止日期 {line['closed_on']} 只记在补录记录中"
        return
    if line.round > 1 and not ratings.get(line["first"], True):
        yield f"首次评价为“{line['first']}”而有第 {line.round} 轮办理"
    if line.stage == Stage.CLOSED:
        rating = line["last"] or (line["first"] if line.round == 1 else "")
        if not rating:
            yield "没有收到回执而已办结"
        elif ratings.get(rating):
            yield f"评价为“{rating}”而已办结"


def gaps(line):
    """Columns that a row of its stage usually has and this one does not."""
    if line.end or line.stage < Stage.HANDLING:
        return
    wanted = [("accepted_on", Stage.HANDLING)]
    if not is_again(line.stage, line.round):
        wanted += [(key, Stage.REPLIED) for key in OF_A_REPLY]
        wanted += [("received_on", Stage.RATED), ("closed_on", Stage.CLOSED)]
    for key, stage in wanted:
        is_unrated = key == "received_on" and not (line["last"] or line["first"])
        if line.stage >= stage and not line[key] and not is_unrated:
            yield line.fields[key].name


def note_reply_numbers(plan):
    """A document number on two replies is odd: told, not refused, since past ledgers have it."""
    seen = Counter(part.reply_number for entry in plan.entries for part in entry.parts if part.reply_number)
    twice = [number for number, count in seen.items() if count > 1]
    if twice:
        more = f"等 {len(twice)} 个" if len(twice) > 5 else ""
        plan.notes.append(f"答复文号重复：{'、'.join(twice[:5])}{more}，照原样读取")
