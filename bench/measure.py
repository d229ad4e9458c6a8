"""Measures the product on demonstration data and prints what it found beside what is promised.

    .venv/bin/python bench/measure.py [--rows 5000]
    bin/with-postgres sh -c 'BENCH_DATABASE_URL=$TEST_DATABASE_URL .venv/bin/python bench/measure.py'

Everything happens in a database of its own that is gone afterwards (SQLite in a temporary folder, or the empty one that
BENCH_DATABASE_URL names). Times are those of this machine at this moment; compare the ratios of one run, not two runs.
Exit 1 where something promised is not kept.
"""

import argparse
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIMES = 7  # each page is asked this often; the median counts
PAGES = (  # (post's user, address); P: a proposal that was handled twice, S: the session
    ("office", "/"),
    ("unit", "/"),
    ("leader", "/"),
    ("committee", "/"),
    ("office", "/proposals/?session={S}"),
    ("office", "/proposals/?session={S}&page=4&sort=due"),
    ("committee", "/proposals/?session={S}&result=B"),
    ("office", "/proposals/?sort=due&q=建议"),
    ("office", "/proposals/{P}/"),
    ("unit", "/proposals/{P}/"),
    ("leader", "/proposals/{P}/"),
    ("office", "/reports/letters/{S}/"),
    ("office", "/exchange/"),
    ("auditor", "/audit/"),
)
MOST_QUERIES = 20 + 1  # the bell in the head of every page is one
LIST_AND_PAGE = 0.100  # seconds of server time
LETTER = 3.0
IMPORT = 60.0
DEMO = 60.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5000, help="rows of the ledger that is imported")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = os.environ.get("BENCH_DATABASE_URL") or f"sqlite:///{folder}/bench.sqlite3"
        os.environ["MEDIA_ROOT"] = f"{folder}/media"
        os.environ["DEBUG"] = "false"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proposals_site.settings")
        sys.path.insert(0, str(ROOT))
        sys.exit(measure(Path(folder), options.rows))


def measure(folder, rows):
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    report = Report()
    took = timed(lambda: call_command("load_demo", stdout=io.StringIO()))
    report.line("load_demo", took, DEMO)
    few = pages()
    book = folder / "ledger.xlsx"
    ledger(rows, book)
    took = timed(lambda: call_command("import_ledger", book, session="1-1", create=True, stdout=io.StringIO()))
    report.line(f"import_ledger, {rows} rows", took, IMPORT)
    many = pages()
    report.heading("page", "queries", f"queries, {rows} more", "ms", "times the quickest")
    quickest = min(one.seconds for one in many.values())
    for page, found in many.items():
        report.page(page, few[page], found, quickest)
    took = timed(lambda: command("annual_letter", "--session", "9-4", "--pdf", folder / "letter.pdf"))
    report.line("annual_letter, cold", took, LETTER)
    return report.code


class Report:
    """Prints a line for each measurement and remembers whether something promised is not kept."""

    code = 0

    def line(self, what, seconds, limit):
        self.say(f"{what:<50}{seconds:8.2f} s   limit {limit:.0f} s", seconds < limit)

    def heading(self, *names):
        print("\n" + "{:<50}{:>8}{:>20}{:>8}{:>20}".format(*names))

    def page(self, page, few, many, quickest):
        kept = 0 < few.queries == many.queries <= MOST_QUERIES
        if "/proposals/" in page:
            kept = kept and many.seconds < LIST_AND_PAGE
        line = (
            f"{page:<50}{few.queries:>8}{many.queries:>20}{many.seconds * 1000:>8.1f}{many.seconds / quickest:>20.1f}"
        )
        self.say(line, kept)

    def say(self, line, kept):
        print(line if kept else f"{line}   NOT KEPT", flush=True)
        self.code = self.code or int(not kept)


class Asked:
    def __init__(self, queries, seconds):
        self.queries, self.seconds = queries, seconds


def pages():
    """Page → how many queries it asked and how long it took, each with the user that the demonstration has for it."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from apps.accounts.models import User
    from apps.proposals.models import Proposal

    proposal = Proposal.objects.get(session__key="9-4", number="084")
    case = proposal.cases.get(role="lead")
    users = {
        "unit": case.unit.posts.filter(kind="unit_clerk").first().user,
        "leader": case.unit.portfolios.first().leader.posts.first().user,
    }
    found = {}
    for post, address in PAGES:
        url = address.format(P=proposal.pk, S="9-4")
        client = Client(headers={"host": "localhost"})
        client.force_login(users.get(post) or User.objects.get(username=post))
        answer = client.get(url)  # the first one fills what a process keeps
        if answer.status_code != 200:
            raise SystemExit(f"{post} {url}: {answer.status_code}")
        with CaptureQueriesContext(connection) as asked:
            client.get(url)
        queries = len(asked)  # before the next request clears them
        seconds = statistics.median(timed(lambda client=client, url=url: client.get(url)) for _ in range(TIMES))
        found[f"{post} {url}"] = Asked(queries, seconds)
    return found


def ledger(rows, path):
    """A ledger of finished proposals in the columns of docs, written as an office would keep it."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("台账")
    sheet.append(
        [
            "案号",
            "案由",
            "提案者",
            "类别",
            "主办单位",
            "交办日期",
            "签收日期",
            "答复日期",
            "办理结果",
            "最终评价",
            "办结日期",
        ]
    )
    for number in range(1, rows + 1):
        sheet.append(
            [
                f"{number:04}", f"关于第{number}项民生实事的建议", f"委员{number % 300}", "民生", f"单位{number % 40}",
                "2019-03-04", "2019-03-05", "2019-05-20", "ABC"[number % 50 % 3], "满意", "2019-06-10",
            ]
        )  # fmt: skip
    book.save(path)


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def command(*words):
    subprocess.run([sys.executable, ROOT / "manage.py", *map(str, words)], check=True, capture_output=True)


if __name__ == "__main__":
    main()
