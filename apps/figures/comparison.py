"""Up to five sessions side by side: the same figures as everywhere, and how each differs from the session before.

Compared is only what means the same: a class by its wording, never by its letter (domain: C means opposite things in
different places), the satisfaction rate where it is counted alike. What is not compared is shown, and said to be so.
"""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from .facts import LAST_DAY, is_met, issued_replies, timed_replies
from .queries import Share, Tally, percent, tallies

MOST = 5
REPLIED = "全部承办单位都已答复的提案"
CONFIRMED = "回执已确认的提案"
COUNTS = (
    (("received",), "收到提案"),
    (("total",), "计入总数"),
    (("key",), "重点提案"),
    (("assigned",), "已交办"),
    (("replied",), "已答复"),
    (("closed",), "已办结"),
    (("open",), "未办结"),
    (("rehandled",), "二次办理"),
)


@dataclass(frozen=True)
class Cell:
    """What one session has for a Line. `share`: a Share, with base 0 and no percentage for a plain count; None where it
    has no such thing. `counts`, `points`: how much more than the session before, signed, "" where that is not compared.
    """

    session: str  # its label
    share: Share | None
    counts: str = ""
    points: str = ""


@dataclass(frozen=True)
class Line:
    """A figure of each session. `base`: what its percentages are of, in words, "" for plain counts."""

    label: str
    cells: tuple[Cell, ...]
    base: str = ""
    is_compared: bool = True


@dataclass(frozen=True)
class Group:
    title: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()  # what is not compared, and why


def compare(sessions, with_units=False):
    """Groups of Lines of some sessions, oldest first: queries as for `tallies`."""
    found = tallies(sessions)
    groups = [
        Group("总数与进度", tuple(_counted(found, path, label) for path, label in COUNTS)),
        _classes(found, sessions),
        _ratings(found, "first", "首次评价"),
        _ratings(found, "final", "最终评价"),
        _satisfaction(found),
        _on_time(found),
    ]
    return groups + (_units(found) if with_units else [])


def _counted(found, path, label):
    return _line(found, label, [Share(tally.count(*path), 0, None) for tally in found])


def _line(found, label, shares, base="", is_compared=True):
    decimals = min(tally.decimals for tally in found)
    cells, before = [], None
    for tally, share in zip(found, shares, strict=True):
        counts, points = _difference(before, share, decimals) if is_compared else ("", "")
        cells.append(Cell(tally.label, share, counts, points))
        before = share
    return Line(label, tuple(cells), base, is_compared)


def _difference(before, share, decimals):
    """(in counts, in percentage points) between two sessions, as printed; points are of percentages as printed."""
    if before is None or share is None:
        return "", ""
    points = ""
    if before.base and share.base:
        now, then = (Decimal(percent(one.count, one.base, decimals)) for one in (share, before))
        points = _signed(now - then)
    return _signed(share.count - before.count), points


def _signed(number):
    return f"+{number}" if number > 0 else str(number).replace("-", "−") if number else "0"


def wording_of(step):
    """The wording of a class so that the same one is known again: blanks, width and last stop do not matter."""
    return "".join(unicodedata.normalize("NFKC", step.wording).split()).rstrip("。;；,，、")


def _classes(found, sessions):
    """Each wording is a line; compared where all sessions have it, with the share that became the best one since."""
    of = [{wording_of(step): step for step in tally.classes} for tally in found]
    wordings = dict.fromkeys(wording for steps in reversed(of) for wording in steps)
    everywhere = [wording for wording in wordings if all(wording in steps for steps in of)]
    lines = [_class_line(found, of, wording, wording in everywhere) for wording in wordings]
    notes = []
    if len(everywhere) < len(wordings):
        notes.append("各届次类别的含义不尽相同：含义不是各届次都有的，只列出，不比较。")
    if len({session.class_rule for session in sessions}) > 1:
        rules = "；".join(f"{session}{session.get_class_rule_display()}" for session in sessions)
        notes.append(f"分办提案的结果各届次计法不同：{rules}。")
    lines.append(_improved(found, is_compared=len(everywhere) == len(wordings)))
    return Group("办理结果", tuple(lines), tuple(notes))


def _class_line(found, of, wording, is_compared):
    steps = [each.get(wording) for each in of]
    codes = dict.fromkeys(step.name for step in steps if step)
    shares = [tally.share("classes", step.name) if step else None for tally, step in zip(found, steps, strict=True)]
    newest = next(step for step in reversed(steps) if step)
    label = f"{'、'.join(f'{code}类' for code in codes)}（{newest.wording}）"
    return _line(found, label, shares, REPLIED, is_compared)


def _improved(found, is_compared):
    """Of those whose class promised something (B) the ones that have become the best class (A) since."""
    label, base = "承诺落实后转为最好一类的（B→A）", "答复作出承诺的一类提案"
    return _line(found, label, [improved(one) for one in found], base, is_compared)


def improved(tally: Tally):
    """The Share of a session's promised proposals (B) whose class is the best one (A) now."""
    promised = {step.name for step in tally.classes if step.is_promised}
    best = tally.classes[0].name if tally.classes else ""
    facts = [fact for code in sorted(promised - {best}) for fact in tally.behind("classes", code)]
    count = sum(fact.current_code == best for fact in facts)
    return Share(count, len(facts), percent(count, len(facts), tally.decimals))


def _ratings(found, which, title):
    """A line for each rating of any session, by name; none where a session's scale has no such one."""
    names = dict.fromkeys(step.name for tally in reversed(found) for step in tally.ratings)
    lines = []
    for name in names:
        path = ("ratings", which, name)
        shares = [tally.share(*path) if any(step.name == name for step in tally.ratings) else None for tally in found]
        lines.append(_line(found, name, shares, CONFIRMED))
    partial = [line.label for line in lines if any(cell.share is None for cell in line.cells)]
    notes = (f"不是各届次都有的评价：{'、'.join(partial)}。",) if partial else ()
    return Group(title, tuple(lines), notes)


def _satisfaction(found):
    told = [tally.satisfaction_of for tally in found]
    alike = all(one == told[0] for one in told)
    names = dict.fromkeys(f"{tally.label}以{rating}为{'、'.join(satisfied)}的计，占{base}"
                          for tally, (rating, satisfied, base) in zip(found, told, strict=True))  # fmt: skip
    notes = () if alike else ("各届次满意率的计法不同，不作比较：" + "；".join(names) + "。",)
    base = told[0][2] if alike else "各届次所定的基数"
    return Group("满意率", (_line(found, "满意率", [one.satisfaction for one in found], base, alike),), notes)


def timed(tally: Tally, unit=None):
    """(in time, with both dates known, replied at all): answering 承办件 of a session, or of one unit in it."""
    day = tally.as_of or LAST_DAY
    cases = [case for fact in tally.behind("total") for case in fact.answering if unit in (None, case.unit)]
    known = [case for case in cases if timed_replies(case, day)]
    return sum(is_met(case, day) for case in known), len(known), sum(bool(issued_replies(case, day)) for case in cases)


def _timed_share(tally, unit=None):
    met, known, _ = timed(tally, unit)
    return Share(met, known, percent(met, known, tally.decimals))


TIMED = "答复日期和期限都有记录的已答复承办件"


def _on_time(found):
    unknown = [(tally.label, replied - known) for tally in found for _, known, replied in [timed(tally)]]
    told = "、".join(f"{label}{count}件" for label, count in unknown if count)
    notes = (f"没有答复日期或期限记录、不计入的承办件：{told}。",) if told else ()
    return Group("按期答复", (_line(found, "按期答复的承办件", [_timed_share(one) for one in found], TIMED),), notes)


def _units(found):
    units = list(dict.fromkeys(path[1] for tally in reversed(found) for path in tally.members if path[0] == "units"))
    led = [_counted(found, ("units", unit, "lead"), unit) for unit in units]
    shares = [_line(found, unit, [_timed_share(tally, unit) for tally in found], TIMED) for unit in units]
    return [Group("各单位主办、分办件", tuple(led)), Group("各单位按期答复", tuple(shares))]
