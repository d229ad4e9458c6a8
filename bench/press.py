"""Prints a batch of reply letters and says what it took beside what is promised: bench/press.py [--letters 200]

    .venv/bin/python bench/press.py

No database. Times are those of this machine at this moment, with nothing else to do. Exit 1 where something promised is
not kept.
"""

import argparse
import datetime
import io
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PAGES = 2
CORES = 2
BATCH = 40.0  # seconds for 200 letters
FIRST = 3.0  # seconds until a new process has printed its first paper
NEXT = 1.0
LARGEST = 400.0  # MB of a process
FLAT = 1.15  # times: the largest of the second half beside that of the first
WORK = (
    "您在区政协九届四次会议上提出的关于老旧小区加装电梯和增设停车位的提案收悉，经会同区规划自然资源局、区城市管理局研究办理，"
    "现将有关情况答复如下。今年以来，我委先后{n}次到现场调研，走访居民{m}户，收集意见建议{m}条，形成了分年度的改造计划；"
    "截至目前，已完成改造项目{n}个，惠及群众{m}余人，投入资金{n}.5亿元。下一步，将加强统筹协调，加快推进项目前期工作，"
    "力争在2021年12月31日前全面完工。"
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--letters", type=int, default=200)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proposals_site.settings")
    sys.exit(measure(options.letters))


def measure(letters):
    from apps.documents.press import printed

    report = Report()
    report.line("first paper of a process", timed(lambda: printed(letter(0))), FIRST, "s")
    next_ones = statistics.median(timed(lambda number=number: printed(letter(number))) for number in range(1, 8))
    report.line("next paper", next_ones, NEXT, "s")
    took, sizes = batch(letters)
    report.line(f"{letters} letters of {PAGES} pages on {CORES} cores", took, BATCH * letters / 200, "s")
    report.line("largest process", max(sizes), LARGEST, "MB")
    half = len(sizes) // 2
    report.line("its second half beside its first", max(sizes[half:]) / max(sizes[:half]), FLAT, "×")
    return report.code


class Report:
    """Prints a line for each measurement and remembers whether something promised is not kept."""

    code = 0

    def line(self, what, found, limit, unit):
        kept = found <= limit
        print(f"{what:<40}{found:8.2f} {unit:<3} limit {limit:.4g} {unit}{'' if kept else '   NOT KEPT'}", flush=True)
        self.code = self.code or int(not kept)


def batch(letters):
    """Seconds for the whole batch, and after each letter the MB of the largest render process."""
    import pikepdf

    from apps.documents.press import printed_many

    own = set(render_processes())
    sizes, pages = [], set()
    start = time.perf_counter()
    for _, pdf in printed_many((letter(number) for number in range(letters)), workers=CORES):
        if isinstance(pdf, Exception):
            raise pdf
        sizes.append(max(megabytes(process) for process in render_processes() if process not in own))
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            pages.add(len(opened.pages))
    took = time.perf_counter() - start
    if pages != {PAGES}:
        raise SystemExit(f"letters of {sorted(pages)} pages, not of {PAGES}")
    return took, sizes


def letter(number):
    from apps.documents.content import Heading, Letter, Paragraph

    texts = [Paragraph(WORK.format(n=number + place, m=(number + place) * 17)) for place in range(3)]
    return Letter(
        issuer="某某市临江区住房和城乡建设委员会",
        number=f"临江住建函〔2020〕{number + 1}号",
        title=f"关于区政协九届四次会议第{number + 1:03}号提案的复函",
        addressee="冉志衡委员",
        blocks=(Heading(1, "一、办理情况"), *texts[:2], Heading(1, "二、下一步工作"), *texts[2:]),
        signature="某某市临江区住房和城乡建设委员会",
        dated_on=datetime.date(2020, 6, 1),
        copies_to=("区政协提案委员会", "区政府办公室"),
        marks=("A", "主动公开"),
    )


def render_processes():
    """The ids of the render processes of this process."""
    listed = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return [int(process) for children in listed for process in children.read_text().split()]


def megabytes(process):
    """What a process holds of the memory, 0 if it has ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    held = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(held[0]) / 1024 if held else 0


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
