"""Every figure is the same wherever it is told: command, pages, pictures, bulletin, frozen edition, letter, ledger,
comparison.

Random sessions are lived by real operations after a plan; what each figure has to be is worked out from the plan alone,
by the definitions (docs/workflow.md; interface of `figures`). The ledger is exported, read and counted anew.
"""

import copy
import datetime
import io
import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser

import pytest
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from apps.documents.content import Heading, Paragraph, Picture, Table
from apps.papers.catalogue import KINDS
from apps.papers.kinds import Occasion
from apps.proposals import operations as cases
from apps.proposals import rearranging
from apps.proposals.models import Category, ResultClass, Session
from apps.ratings.models import Receipt
from apps.reports.letter import compose
from apps.reports.models import Edition
from tests import factories as make
from tests.factories import moment

pytestmark = pytest.mark.django_db
SEEDS = range(8)
PROPOSALS = 11
SCALE = ("满意", "基本满意", "理解", "不满意")
ENDED = {"已并案": "merged", "已撤案": "withdrawn", "已退回提案委": "handed_back"}


# --- what happens ----------------------------------------------------------------------------------------------------


@dataclass
class Round:
    code: str
    in_time: bool
    rating: str = ""  # "": the receipt has not come back
    is_confirmed: bool = False


@dataclass
class Part:
    """What one answering unit does."""

    unit: str
    is_accepted: bool
    rounds: list[Round] = field(default_factory=list)

    @property
    def confirmed(self):
        return [one.rating for one in self.rounds if one.is_confirmed]

    @property
    def is_closed(self):
        return bool(self.rounds) and self.rounds[-1].is_confirmed and self.rounds[-1].rating != "不满意"


@dataclass
class Plan:
    number: str
    kind: str
    category: str
    is_key: bool
    parts: list[Part]
    assists: list[str] = field(default_factory=list)
    end: str = ""  # merged, withdrawn or handed_back


def planned(rng, number, codes):
    """What is to become of one proposal: every way of handling, and all stages."""
    units = rng.sample(["housing", "culture", "parks"], 3)
    way = rng.choice(("sole", "assisted", "separate", "separate"))
    answering = units[: rng.choice((2, 3))] if way == "separate" else units[:1]
    plan = Plan(number, rng.choice(("plenary", "plenary", "interim")), rng.choice(("城乡建设", "社会民生", "")),
                rng.random() < 0.25, [a_part(rng, unit, codes) for unit in answering])  # fmt: skip
    if way == "assisted":
        plan.assists = units[1:2]
        plan.parts[0].is_accepted = True
    if rng.random() < 0.2:
        plan.end = rng.choice(("merged", "withdrawn", "handed_back"))
        plan.parts, plan.assists = [Part(answering[0], False)], []
    return plan


def a_part(rng, unit, codes):
    part = Part(unit, rng.random() < 0.9)
    if part.is_accepted and rng.random() < 0.85:
        part.rounds.append(a_round(rng, codes))
        if part.confirmed == ["不满意"] and rng.random() < 0.75:
            part.rounds.append(a_round(rng, codes))
    return part


def a_round(rng, codes):
    rating = rng.choices(("", *SCALE), (2, 4, 1, 1, 3))[0]
    return Round(rng.choice(codes), rng.random() < 0.7, rating, bool(rating) and rng.random() < 0.8)


def live(world, plan, main):
    """The plan, done by the people of the district. `main`: into which proposal one that is merged goes."""
    category = Category.objects.get(name=plan.category) if plan.category else None
    roles = [(getattr(world, part.unit), "separate" if len(plan.parts) > 1 else "lead") for part in plan.parts]
    roles += [(getattr(world, unit), "assist") for unit in plan.assists]
    leader = {"supervising_leader": world.leader_row} if plan.is_key else {}
    proposal = make.assigned(world, plan.number, roles, kind=plan.kind, category=category, is_key=plan.is_key, **leader)
    if plan.end:
        end(world, plan, proposal, main)
    for part in plan.parts:
        if part.is_accepted:
            handle(world, proposal, part)


def end(world, plan, proposal, main):
    told = {"by": world.office, "at": moment(2020, 3, 12), "note": "与提案委商定"}
    if plan.end == "merged":
        rearranging.merge(proposal, main, **told)
    elif plan.end == "withdrawn":
        rearranging.withdraw(proposal, **told)
    else:
        rearranging.hand_back(proposal, letter=f"退{plan.number}号", handed_to="区委组织部", **told)


def handle(world, proposal, part):
    unit = getattr(world, part.unit)
    case = make.case_of(proposal, unit)
    cases.accept(case, by=make.people_of(world, unit)[0], at=moment(2020, 3, 11))
    for helper in proposal.cases.filter(role="assist", state="assigned"):
        clerk, head, _ = make.people_of(world, helper.unit)
        cases.accept(helper, by=clerk, at=moment(2020, 3, 11))
        cases.advise(helper, by=head, at=moment(2020, 3, 13), text="同意")
    month = 4
    for one in part.rounds:
        case.refresh_from_db()
        month += 0 if one.in_time else 4  # three months to reply, one in a second round
        reply = make.reply_at(world, case, "issued", one.code, at=moment(2020, month, 20))
        asked = Receipt.objects.filter(reply=reply, proposer__proposal=proposal)
        if one.rating:
            rate(world, asked.get(), one, moment(2020, month, 25))


def rate(world, receipt, one, at):
    from apps.ratings import operations as ratings

    ratings.enter(receipt, make.rating(world.session, one.rating), by=world.secretary, at=at, received_on=at.date(),
                  scan=make.scan())  # fmt: skip
    if one.is_confirmed:
        ratings.confirm(receipt, by=world.secretary2, at=at)


def a_session(world, rng, classes):
    """[Plan] of a session that was lived, in which every proposal is numbered."""
    for order, code in enumerate(classes):
        if not world.session.classes.filter(code=code).exists():
            ResultClass.objects.create(session=world.session, code=code, wording="留作参考", rank=order)
    rule = rng.choice(Session.ClassRule.values)
    Session.objects.filter(pk=world.session.pk).update(class_rule=rule, decimals=rng.choice((1, 2)))
    world.session = Session.objects.get(pk=world.session.pk)
    main = make.registered(world, "001")
    plans = [Plan("001", "plenary", "城乡建设", False, [])]
    for place in range(2, PROPOSALS + 2):
        plan = planned(rng, f"{place:03}", classes)
        live(world, plan, main)
        plans.append(plan)
    return plans


# --- what each figure has to be, by the plan -------------------------------------------------------------------------


def worst_of(rule, ranked):
    """Of [(rank, value)] in the order of 交办 the one that counts by the session's rule."""
    if rule == "first":
        return ranked[0][1]
    return (max if rule == "worst" else min)(ranked)[1]


def share(count, base, decimals):
    printed = None
    if base:
        step = Decimal(1).scaleb(-decimals)
        printed = str((Decimal(100 * count) / base).quantize(step, ROUND_HALF_UP))
    return (count, base, printed)


def expected(plans, session, classes):
    """Path of each figure → its count, or (count, base, percent) of a share."""
    counted = [plan for plan in plans if not plan.end]
    found = Counter({("received",): len(plans), ("total",): len(counted)})
    shares = {**{("classes", code): 0 for code in classes}}
    for which in ("final", "first"):
        shares |= {("ratings", which, name): 0 for name in SCALE}
    for plan in plans:
        found[plan.end or "total",] += bool(plan.end)
    for plan in counted:
        parts, rule = plan.parts, session.class_rule
        is_replied = bool(parts) and all(part.rounds for part in parts)
        found["key",] += plan.is_key
        found["assigned",] += bool(parts)
        found["replied",] += is_replied
        is_closed = bool(parts) and all(part.is_closed for part in parts)
        found["closed",] += is_closed
        found["open",] += not is_closed
        found["rehandled",] += any(part.rounds and part.rounds[0].is_confirmed and part.rounds[0].rating == "不满意"
                                  for part in parts)  # fmt: skip
        if is_replied:
            ranked = [(classes.index(part.rounds[-1].code), part.rounds[-1].code) for part in parts]
            shares["classes", worst_of(rule, ranked)] += 1
            is_returned = all(any(one.rating for one in part.rounds) for part in parts)
            found["ratings", "returned" if is_returned else "not_returned"] += 1
            is_rated = all(part.confirmed for part in parts)
            found["ratings", "to_confirm"] += is_returned and not is_rated
            if is_rated:
                for which, at in (("final", -1), ("first", 0)):
                    ranked = [(SCALE.index(part.confirmed[at]), part.confirmed[at]) for part in parts]
                    shares["ratings", which, worst_of(rule, ranked)] += 1
                found["ratings", "confirmed"] += 1
        for unit, name, many in units_of(plan):
            found["units", unit, name] += many
        shares["categories", plan.category or "未分类"] = shares.get(("categories", plan.category or "未分类"), 0) + 1
    for path, count in shares.items():
        bases = {"classes": found["replied",], "categories": found["total",]}
        base = bases.get(path[0], found["ratings", "confirmed"])
        found[path] = share(count, base, session.decimals)
    satisfied = sum(found["ratings", "final", name][0] for name in ("满意", "基本满意"))
    found["satisfaction",] = share(satisfied, found["ratings", "confirmed"], session.decimals)
    return dict(found)


NAMES = {"housing": "区住房城乡建委", "culture": "区文化旅游委", "parks": "区城市管理局"}


def units_of(plan):
    for part in plan.parts:
        unit = NAMES[part.unit]
        yield unit, "lead", 1
        yield unit, "replied", int(bool(part.rounds))
        yield unit, "on_time", int(bool(part.rounds) and all(one.in_time for one in part.rounds))
    for unit in plan.assists:
        yield NAMES[unit], "assist", 1


# --- what each place tells -------------------------------------------------------------------------------------------


def of_command(session, as_of=None):
    """The figures as the command prints them, by path."""
    out = io.StringIO()
    asked = ["--as-of", as_of.isoformat()] if as_of else []
    call_command("figures", "--session", session.key, *asked, "--json", stdout=out)
    return of_json(json.loads(out.getvalue()))


def of_json(told):
    plain = ("received", "merged", "withdrawn", "handed_back", "total", "key", "assigned", "replied", "closed")
    found = {(name,): told[name] for name in plain}
    found["rehandled",] = len(told["rehandled"])
    found |= {
        ("ratings", name): told["ratings"][name] for name in ("returned", "not_returned", "to_confirm", "confirmed")
    }
    found |= {("classes", code): triple(one) for code, one in told["classes"].items()}
    found |= {("categories", name): triple(one) for name, one in told["categories"].items()}
    for which in ("final", "first"):
        found |= {("ratings", which, name): triple(one) for name, one in told["ratings"][which].items()}
    found["satisfaction",] = triple(told["satisfaction"])
    for unit, columns in told["units"].items():
        found |= {("units", unit, name): count for name, count in columns.items()}
    return found


def triple(one):
    return (one["count"], one["base"], one["percent"])


class Tables(HTMLParser):
    """Of a page: the rows of its tables under caption or heading, [(title, [cells])], and its tiles {label: number}."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.tiles = [], {}
        self.title, self.text, self.cells, self.number = "", None, None, ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        kind = dict(attributes).get("class") or ""
        if tag == "tr":
            self.cells = []
        if tag in ("td", "th", "caption", "h2", "h3") or kind in ("figure-number", "figure-label"):
            self.text, self.kind = "", kind

    def handle_data(self, data):
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag):
        if self.text is None:
            return
        text = " ".join(self.text.split())
        if tag in ("caption", "h2", "h3"):
            self.title, self.text = text, None
        elif tag in ("td", "th"):
            self.cells.append(text)
            self.text = None
            self.rows.append((self.title, self.cells)) if len(self.cells) == 1 else None
        elif tag == "span" and self.kind == "figure-number":
            self.number, self.text = int(text), None
        elif tag == "span" and self.kind == "figure-label":
            self.tiles[text], self.text = self.number, None


TILES = {
    "收到提案": ("received",),
    "计入总数": ("total",),
    "重点提案": ("key",),
    "已交办": ("assigned",),
    "已答复": ("replied",),
    "已办结": ("closed",),
    "未办结": ("open",),
    "已收回": ("ratings", "returned"),
    "未收回": ("ratings", "not_returned"),
    "待审核确认": ("ratings", "to_confirm"),
    "二次办理": ("rehandled",),
}
SPLITS = {
    "办理结果": ("classes",),
    "最终评价": ("ratings", "final"),
    "首次评价": ("ratings", "first"),
    "提案类别": ("categories",),
}


def of_page(client, url):
    """The figures as a page shows them: tiles, and shares with the base that their table names."""
    page = Tables(client.get(url).content.decode())
    found = {path: page.tiles[label] for label, path in TILES.items() if label in page.tiles}
    for title, cells in page.rows:
        heading, _, base = title.partition(" ")
        base = int(re.search(r"\d+", base)[0]) if re.search(r"\d+", base) else 0
        if heading in SPLITS and cells[0] != "项目":
            percent = cells[2].rstrip("%") if cells[2] != "—" else None
            part = cells[0].removesuffix("类") if heading == "办理结果" else cells[0]
            found[(*SPLITS[heading], part)] = (int(cells[1]), base, percent)
        if heading == "满意率" and cells[0] != "项目":
            found["satisfaction",] = (int(cells[1]), base, cells[2].rstrip("%"))
        if heading == "承办单位" and cells[0] != "单位":
            columns = ("lead", "assist", "replied", "on_time")
            found |= {("units", cells[0], name): int(n) for name, n in zip(columns, cells[1:], strict=True)}
    return found


DRAWN = {"办理结果": ("classes",), "最终评价": ("ratings", "final"), "提案类别": ("categories",)}
TOLD = re.compile(r"(\d+)件，(?:占(\d+)件的)?([\d.]+)%")


def drawn_path(title, label):
    """The path of a bar, by its label: A类：已解决, 满意, a category; a unit's share in time."""
    if title == "各单位按期答复":
        return ("units", label, "on_time")
    return (*DRAWN[title], label.split("类：")[0] if title == "办理结果" else label)


def of_pictures(client, session):
    """({path: share}, [(day, assigned, replied, closed)]) of the tables of the page of pictures.

    What is written at its bars and lines, and said of them, has to be the same.
    """
    page = client.get(reverse("reports:pictures", args=[session.key])).content.decode()
    found, progress, told = {}, [], {"各单位按期答复": []} | {title: [] for title in DRAWN}
    for title, cells in Tables(page).rows:
        heading = title.split(" ")[0]
        if heading == "办理进度" and cells[0] != "截至":
            progress.append((datetime.date.fromisoformat(cells[0]), *map(int, cells[1:])))
        elif heading in told and cells[0] not in ("项目", "单位"):
            percent, count, base = re.fullmatch(r"([\d.]+)% ?(\d+) ÷ (\d+)", cells[2]).groups()
            assert count == cells[1]
            path = drawn_path(heading, cells[0])
            found[path] = (int(count), int(base), percent)
            told[heading].append((count, base if path[0] == "units" else "", percent))
    drawings = re.findall(r"<svg class=\"chart chart-.*?</svg>", page, re.S)
    assert len(drawings) == 2 * (1 + len(told))  # for a desktop and for a telephone
    for drawing in drawings:
        title, described = re.search(r"<title[^>]*>(.*?)</title><desc[^>]*>(.*?)</desc>", drawing).groups()
        written = re.findall(r'class="chart-(?:label|told)"[^>]*>(.*?)<', drawing)
        if title == "办理进度":
            last = zip(("已交办", "已答复", "已办结"), progress[-1][1:], strict=True) if progress else ()
            assert written == [f"{name} {count}件" for name, count in last]
        else:
            assert TOLD.findall(described) == TOLD.findall("；".join(written)) == told[title], title
    return found, progress


def of_bulletin(world, session):
    """What the bulletin tells, after everything has happened: its text, its tables and its pictures."""
    occasion = Occasion(world.office, datetime.date(2021, 2, 1), session)
    paper = KINDS["progress-bulletin"].compose(session, occasion)
    text = "".join(block.text for block in paper.blocks if isinstance(block, Paragraph))
    total, assigned = map(int, re.search(r"提案共(\d+)件，已交办(\d+)件", text).groups())
    found = {("total",): total, ("assigned",): assigned}
    found["replied",] = int(re.search(r"都已答复的(\d+)件", text)[1])
    found["closed",] = int(re.search(r"办结的(\d+)件", text)[1])
    by_unit, pictured = paper.annexes
    for unit, *counts in by_unit.blocks[0].rows[:-1]:
        names = ("lead", "replied", "on_time", "assist")
        found |= {("units", unit, name): int(count) for name, count in zip(names, counts, strict=False)}
    shares, progress = {}, []
    for picture, table in zip(pictured.blocks[::2], pictured.blocks[1::2], strict=True):
        assert isinstance(picture, Picture) and isinstance(table, Table)
        if picture.lines:
            progress = [tuple(map(int, row[1:])) for row in table.rows]
            assert list(zip(*(line.values for line in picture.lines), strict=True)) == progress
            continue
        for bar, (label, count, base, percent) in zip(picture.bars, table.rows, strict=True):
            assert bar.label == label and bar.value == int(count)
            told = TOLD.fullmatch(bar.told)
            assert (told[1], told[3]) == (count, percent.rstrip("%")) and told[2] in (None, base)
            shares[drawn_path(picture.title, label)] = (int(count), int(base), percent.rstrip("%"))
    return found, shares, progress


def in_time(truth, decimals):
    """The truth, with the share of each unit's replies in time in the place of their number."""
    found = dict(truth)
    for path, count in truth.items():
        if path[-1] == "on_time":
            found[path] = share(count, truth[(*path[:-1], "replied")], decimals)
    return found


def of_letter(session):
    """What the words of the letter tell; a figure told twice must be the same."""
    letter, *_ = compose(session)
    text = "\n".join(block.text if isinstance(block, Heading) else block.lead + block.text for block in letter.blocks)
    found = {}

    def put(path, value):
        assert found.setdefault(path, value) == value, (path, text)

    patterns = {
        ("total",): r"办理的提案共(\d+)件",
        ("key",): r"含重点提案(\d+)件",
        ("replied",): r"已答复(\d+)件",
        ("closed",): r"已办结(\d+)件",
        ("ratings", "not_returned"): r"尚未收回(\d+)件",
        ("ratings", "returned"): r"回执收回(\d+)件",
        ("merged",): r"并案(\d+)件",
        ("withdrawn",): r"撤案(\d+)件",
        ("handed_back",): r"退回提案委(\d+)件",
    }
    for path, pattern in patterns.items():
        for told in re.findall(pattern, text):
            put(path, int(told))
    for code, count, percent in re.findall(r"([A-D])类提案(\d+)件，占[^，；。]*?的([\d.]+)%", text):
        put(("classes", code), (int(count), percent))
    for name, count, percent in re.findall(r"最终评价为(\w+?)的(\d+)件，占(?:\w*的)?([\d.]+)%", text):
        put(("ratings", "final", name), (int(count), percent))
    return found


def of_ledger(session, tmp_path, classes):
    """The figures counted anew from the exported workbook, by what its columns mean (README, the ledger workbook)."""
    path = tmp_path / f"{session.key}.xlsx"
    call_command("export_ledger", "--session", session.key, str(path), stdout=io.StringIO())
    header, *lines = load_workbook(path)["台账"].iter_rows(values_only=True)
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    of = {}
    for row in rows:
        of.setdefault(row["案号"], []).append(row)
    found = Counter({("received",): len(of)})
    for parts in of.values():
        if ENDED.get(parts[0]["状态"]):
            found[ENDED[parts[0]["状态"]],] += 1
            continue
        count_the_ledger(found, parts, session, classes)
    return dict(found)


def count_the_ledger(found, parts, session, classes):
    found["total",] += 1
    found["categories", parts[0]["类别"] or "未分类"] += 1
    parts = [part for part in parts if part["交办日期"]]
    found["key",] += any(part["重点提案"] == "是" for part in parts)
    found["assigned",] += bool(parts)
    is_replied = bool(parts) and all(part["答复日期"] for part in parts)
    found["replied",] += is_replied
    found["closed",] += bool(parts) and all(part["办结日期"] for part in parts)
    found["rehandled",] += any(round_of(part) > 1 for part in parts)
    for part in parts:
        found["units", part["主办单位"], "lead"] += 1
        found["units", part["主办单位"], "replied"] += bool(part["答复日期"])
        for unit in (part["协办单位"] or "").split("、"):
            found["units", unit, "assist"] += bool(unit)
    if not is_replied:
        return
    ranked = [(classes.index(part["办理结果"]), part["办理结果"]) for part in parts]
    found["classes", worst_of(session.class_rule, ranked)] += 1
    is_returned = all(part["首次评价"] or part["最终评价"] for part in parts)
    found["ratings", "returned" if is_returned else "not_returned"] += 1
    last = [last_confirmed(part) for part in parts]
    if all(last):
        found["ratings", "confirmed"] += 1
        first = [part["首次评价"] for part in parts]
        for which, names in (("final", last), ("first", first)):
            ranked = [(SCALE.index(name), name) for name in names]
            found["ratings", which, worst_of(session.class_rule, ranked)] += 1


def round_of(part):
    if part["轮次"]:
        return int(part["轮次"])
    return 2 if part["首次评价"] and part["最终评价"] and part["首次评价"] != part["最终评价"] else 1


def last_confirmed(part):
    """The last rating that was confirmed: in a second round the first one is, or there would be no second round."""
    is_reviewed = part["办结日期"] or part["状态"] in ("回执已审核", "已办结")
    if part["最终评价"] and is_reviewed:
        return part["最终评价"]
    return part["首次评价"] if round_of(part) > 1 else ""


# --- all of them agree -----------------------------------------------------------------------------------------------


def agree(place, told, truth, with_base=True):
    """Every figure that the place tells is what it has to be; 0 is told as nothing."""
    for path, value in told.items():
        wanted = truth.get(path, 0)
        if isinstance(wanted, tuple) and not with_base:
            wanted = wanted[0] if isinstance(value, int) else (wanted[0], wanted[2])
        assert value == wanted, (place, path)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_is_the_same_wherever_it_is_told(seed, client, tmp_path):
    rng = random.Random(seed)
    world = make.world()
    Category.objects.create(name="社会民生", theme="民生改善", order=2)
    classes = rng.choice((["A", "B", "C"], ["A", "B", "C", "D"]))
    plans = a_session(world, rng, classes)
    truth = expected(plans, world.session, classes)
    session = world.session

    command = of_command(session)
    agree("command", command, truth)
    assert {path for path, value in truth.items() if value and path != ("open",)} - set(command) <= {
        path for path, value in truth.items() if isinstance(value, tuple) and not value[0]
    }

    client.force_login(world.office)
    page = of_page(client, reverse("reports:letter", args=[session.key]))
    agree("page", page, truth)
    assert set(TILES.values()) <= set(page)

    pictures, progress = of_pictures(client, session)
    agree("pictures", pictures, in_time(truth, session.decimals))
    present = {path for path, value in truth.items() if value and path[:-1] in DRAWN.values() and value[0]}
    assert present | {path for path in truth if path[-1] == "on_time" and truth[(*path[:-1], "replied")]} <= set(
        pictures
    )
    for day, *counts in progress:
        then = of_command(session, as_of=day)
        assert counts == [then[name,] for name in ("assigned", "replied", "closed")], day
    assert not progress or progress[-1][1:] == tuple(
        truth.get((name,), 0) for name in ("assigned", "replied", "closed")
    )

    told, shares, printed = of_bulletin(world, session)
    agree("bulletin", told, truth)
    assert shares == pictures
    assert printed == [tuple(counts) for _, *counts in progress]

    letter = of_letter(session)
    agree("letter", letter, truth, with_base=False)
    assert ("total",) in letter
    for split in (("classes",), ("ratings", "final")):  # a single one is told in words: 均为A类
        present = {path for path, value in truth.items() if path[:-1] == split and value[0]}
        assert len(present) < 2 or present <= set(letter), split

    ledger = of_ledger(session, tmp_path, classes)
    agree("ledger", ledger, truth, with_base=False)
    told_by_a_ledger = {path for path, value in truth.items() if path[-1] not in ("on_time", "to_confirm", "open",
                                                                                  "satisfaction")}  # fmt: skip
    for path in told_by_a_ledger - set(ledger):
        assert (truth[path][0] if isinstance(truth[path], tuple) else truth[path]) == 0, ("ledger", path)

    make.letter_at(world, "office_review", at=moment(2021, 3, 1))
    edition = Edition.objects.get()
    agree("frozen", of_json(edition.figures), truth)
    agree("edition", of_page(client, edition.get_absolute_url()), truth)


# --- the comparison --------------------------------------------------------------------------------------------------

CELL = re.compile(
    r"(\d+)件 ?(?:([\d.]+)% ?(\d+) ÷ (\d+)，占([^+−\d]*))?(?:—没有[^+−\d]+)?"
    r"(?:([+−]?\d+)件)?(?:，([+−]?[\d.]+)个百分点)?"
)


def of_comparison(client, sessions):
    """{group title: {line label: [(count, percent, base, counts, points) or None, for each session]}}."""
    query = "&".join(f"session={session.key}" for session in sessions)
    answer = client.get(f"{reverse('reports:comparison')}?{query}&units=on")
    assert answer.status_code == 200
    found = {}
    for title, cells in Tables(answer.content.decode()).rows:
        if cells[0] == "项目":
            assert cells[1:] == [session.label for session in sorted(sessions, key=lambda one: one.year)]
            continue
        told = [CELL.fullmatch(cell) for cell in cells[1:]]
        assert all(one or cell == "没有这一项" for one, cell in zip(told, cells[1:], strict=True)), cells
        found.setdefault(title, {})[cells[0]] = [
            one and (int(one[1]), one[2], one[4] and int(one[4]), one[6], one[7]) for one in told
        ]
    return found


def signed(number):
    return f"+{number}" if number > 0 else str(number).replace("-", "−") if number else "0"


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_sessions_side_by_side_tell_their_own_figures_and_the_differences_of_these(seed, client):
    rng = random.Random(1000 + seed)
    world = make.world()
    Category.objects.create(name="社会民生", theme="民生改善", order=2)
    truths, codes = [], rng.choice((["A", "B", "C"], ["A", "B", "C", "D"]))
    other = copy.copy(world)
    truths.append(expected(a_session(world, rng, codes), world.session, codes))
    at = moment(2020, 1, 20)
    other.session = cases.open_session("10-1", "十届一次会议", 2021, by=world.office, at=at)
    truths.append(expected(a_session(other, rng, codes), other.session, codes))
    client.force_login(world.secretary)
    told = of_comparison(client, [other.session, world.session])
    decimals = min(world.session.decimals, other.session.decimals)
    compared = 0
    for group, label, path in lines_to_find(codes, told):
        cells = told[group][label]
        before, after = (truth.get(path, 0) for truth in truths)
        for cell, value in zip(cells, (before, after), strict=True):
            if isinstance(value, tuple):
                assert cell[:3] == (value[0], value[2], value[1] or None), (group, label)
            else:
                assert cell[:2] == (value, None), (group, label)
        count = [value[0] if isinstance(value, tuple) else value for value in (before, after)]
        assert cells[0][3] is None and cells[1][3] == signed(count[1] - count[0]), (group, label)
        if isinstance(before, tuple) and before[1] and after[1]:
            percents = [Decimal(share(value[0], value[1], decimals)[2]) for value in (before, after)]
            assert cells[1][4] == signed(percents[1] - percents[0]), (group, label)
            compared += 1
    assert compared >= 4


def lines_to_find(codes, told):
    """(group, label, path) of every line that a figure of a session stands in."""
    for label, path in TILES.items():
        if label in told["总数与进度"]:
            yield "总数与进度", label, path
    for code in codes:
        (label,) = [one for one in told["办理结果"] if one.startswith(f"{code}类（")]
        yield "办理结果", label, ("classes", code)
    for which, group in (("final", "最终评价"), ("first", "首次评价")):
        for name in SCALE:
            yield group, name, ("ratings", which, name)
    yield "满意率", "满意率", ("satisfaction",)
    for name in told["各单位主办、分办件"]:
        yield "各单位主办、分办件", name, ("units", name, "lead")
