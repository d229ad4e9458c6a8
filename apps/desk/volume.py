"""Many proposals in a session of their own, for measuring: a ledger is written and brought in like any other."""

import random

from django.db import transaction
from django.utils import timezone

from apps.calendars.deadlines import Calendar, add_working_days
from apps.proposals.models import Proposal, Session
from apps.proposals.operations import open_session

from . import demo
from .exchange.operations import bring_in
from .exchange.plan import LEDGER
from .exchange.queries import workbook_of

KEY, LABEL, YEAR = "volume", "测试届次（性能测试）", 2020
SHEET = 5000  # proposals of one workbook
STAGES = ("received", "assigned", "handling", "replied", "rated", "closed")
SHARES = (2, 3, 10, 8, 2, 75)  # of a hundred, in the order of STAGES


@transaction.atomic
def load(proposals, seed):
    """Makes so many proposals, the same for the same seed; returns False, and does nothing, where there are any."""
    if Session.objects.filter(key=KEY).exists():
        return False
    at = timezone.now()
    open_session(KEY, LABEL, YEAR, by=None, at=at, usual=True)
    rows = list(ledger_rows(proposals, random.Random(seed)))
    for first in range(0, len(rows), SHEET):
        content = workbook_of(rows[first : first + SHEET])
        plan = bring_in(LEDGER, content, KEY, by=None, at=at, name=f"volume-{first + 1}.xlsx")
        if plan.problems:
            raise ValueError("\n".join(map(str, plan.problems[:10])))
    return True


def ledger_rows(proposals, chance):
    """Rows of a ledger by the keys of exchange.columns.LEDGER, drawn from what the year 2020 knows.

    `chance`: a seeded random.Random.
    """
    entries = [entry for entry in demo.read(f"session-{demo.SESSION}.json")["proposals"] if entry["mode"] != "separate"]
    calendar = Calendar.load()
    for place in range(1, proposals + 1):
        entry = chance.choice(entries)
        yield about(entry, place) | handled(entry, place, chance, calendar)


def about(entry, place):
    return {
        "number": f"{place:03}",
        "title": f"{entry['title']}（{place}）",
        "proposers": "、".join(person["name"] for person in entry["proposers"]),
        "form": Proposal.Form(entry["form"]).label,
        "kind": Proposal.Kind(entry["kind"]).label,
        "sector": entry["sector"],
        "category": entry["category"],
        "is_key": "是" if place % 20 == 0 else "",
        "remark": "测试数据",
    }


def handled(entry, place, chance, calendar):
    """The cells that tell how far a proposal got; what is not reached is left out."""
    (stage,) = chance.choices(STAGES, SHARES)
    reached = STAGES.index(stage)

    def later(day, least, most):
        return add_working_days(day, chance.randint(least, most), calendar)

    if not reached:
        return {}
    assists = "、".join(told["unit"] for told in entry["assists"])
    day = later(demo.day_of("2020-03-09"), 1, 80)
    cells = {
        "mode": Proposal.Mode(entry["mode"]).label,
        "units": entry["parts"][0]["unit"],
        "assists": assists,
        "assigned_on": day,
    }
    if reached >= STAGES.index("handling"):
        cells["accepted_on"] = day = later(day, 0, 3)
    if reached >= STAGES.index("replied"):
        cells["issued_on"] = day = later(day, 20, 70)
        cells["reply_number"] = f"大渡口测试函〔2020〕{place}号"
        cells["publicity"] = chance.choice(("主动公开", "主动公开", "主动公开", "依申请公开"))
        cells["result_class"] = chance.choices("ABC", (92, 5, 3))[0]
    if reached >= STAGES.index("rated"):
        cells["received_on"] = day = later(day, 3, 12)
        cells["last"] = chance.choices(("满意", "基本满意", "理解"), (95, 3, 2))[0]
        cells["first"] = "不满意" if cells["last"] == "理解" else cells["last"]
    if reached >= STAGES.index("closed"):
        cells["closed_on"] = later(day, 0, 3)
    return cells
