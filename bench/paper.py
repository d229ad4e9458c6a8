"""Measures how quickly official papers are printed, and prints what it found beside what is promised.

    .venv/bin/python bench/paper.py [--documents 500]

Needs no database. Times are those of this machine at this moment; compare the ratios of one run, not two runs. Typst,
which sets the same text in the same faces, is the measure beside it; it is a compiled program and will be quicker.
Exit 1 where something promised is not kept.
"""

import argparse
import datetime
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIMES = 7  # the median counts
EIGHT, TEN, SIXTY_PAGES = 12, 15, 100  # paragraphs of the letter that make so many pages
WARM, COLD, REPLY, SIXTY = 1.0, 4.0, 0.3, 8.0  # seconds for 8 pages in a warm worker and in a new process, 2, 60
TEN_PAGES = 1_000_000  # bytes
MEMORY, GROWTH = 400, 1.05  # MB at any time, and how much the last hundred documents may have beside the second
SENTENCES = (
    "各承办单位把提案办理同年度重点工作一并部署、一并检查，先后召开协调会议36次，实地调研128人次，走访委员97名，"
    "办前沟通率达到100%，“面对面”答复的占92.5%。对需要多个部门共同研究的问题，由主办单位牵头，会办单位在10个工作日内"
    "提出意见，累计落实资金2.35亿元，新建便民设施15处，惠及群众3万余人，写入《临江区提案办理工作规程（试行）》。"
)
TYPST = """
#set document(title: "%(title)s")
#set page(paper: "a4", margin: (top: 37mm, bottom: 35mm, left: 28mm, right: 26mm), numbering: "— 1 —")
#set text(font: (%(fang)s), size: 16pt, lang: "zh", region: "cn", top-edge: 0.88em, bottom-edge: -0.12em)
#set par(justify: true, first-line-indent: (amount: 2em, all: true), leading: 12.99pt, spacing: 12.99pt)
#align(center, text(font: (%(mark)s), size: 30pt, fill: red)[%(issuer)s])
#line(length: 100%%, stroke: 1.25pt + red)
#align(right)[%(number)s]
#align(center, text(font: (%(mark)s), size: 22pt)[%(title)s])

%(body)s
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--documents", type=int, default=500, help="how many are printed in one process, for its memory"
    )
    parser.add_argument("--print", dest="target", help=argparse.SUPPRESS)  # what a new process is asked for
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    prepare()
    if options.target:
        Path(options.target).write_bytes(printed(letter(EIGHT)))
    elif options.memory:
        print_memory(options.documents)
    else:
        sys.exit(measure(options.documents))


def prepare():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proposals_site.settings")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()


def letter(paragraphs):
    """The annual letter in small: see EIGHT."""
    from apps.documents.content import Heading, Letter, Paragraph

    return Letter(
        issuer="某某市临江区人民政府",
        number="临江府函〔2020〕28号",
        title="关于区政协九届四次会议提案办理情况的通报",
        addressee="区政协",
        blocks=(Heading(1, "一、总体情况"), *[Paragraph(SENTENCES * 2, lead="（一）领导重视。")] * paragraphs),
        signature="某某市临江区人民政府",
        dated_on=datetime.date(2020, 11, 3),
        copies_to=("区政协提案委员会", "区委办公室"),
    )


def reply():
    """The answer to one proposal, of two pages."""
    return replace(
        letter(2),
        title="关于区政协九届四次会议第084号提案的答复函",
        addressee="张祎委员",
        marks=("A", "主动公开"),
        is_sealed=True,
        attachments=("征询意见表",),
        remark="联系人：李某；联系电话：68000000",
    )


def printed(content):
    from apps.documents.paper import paper_pdf

    return paper_pdf(content)


def pages(data):
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        return len(pdf.pages)


def measure(documents):
    report = Report()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "letter.pdf"
        cold = timed(lambda: command("--print", target))
        report.expect(pages(target.read_bytes()) == 8, "the letter has 8 pages")
        report.seconds("8 pages, a new process, wall", cold, COLD)
        warm = of_many(letter(EIGHT))
        report.seconds("8 pages, a warm process", warm, WARM)
        report.seconds("2 pages, a warm process", of_many(reply()), REPLY)
        report.expect(pages(printed(reply())) == 2, "the reply has 2 pages")
        report.seconds("60 pages, a warm process", timed(lambda: printed(letter(SIXTY_PAGES))), SIXTY)
        report.size("10 pages", len(printed(letter(TEN))), TEN_PAGES, pages(printed(letter(TEN))) == 10)
        beside_typst(report, Path(folder), warm)
    report.memory(command("--memory", "--documents", documents))
    return report.code


def of_many(content):
    """Seconds for one of several different papers: the number changes, so that nothing can be remembered."""
    printed(content)
    return statistics.median(
        timed(lambda number=number: printed(replace(content, number=f"临江府函〔2020〕{number}号")))
        for number in range(1, TIMES + 1)
    )


def beside_typst(report, folder, warm):
    import typst

    from apps.documents import fonts

    faces = {role: ", ".join(f'"{family}"' for family in fonts.families(role)) for role in fonts.STACKS}
    content = letter(EIGHT)
    text = {"issuer": content.issuer, "number": content.number, "title": content.title}
    folders = sorted({str(Path(face.path).parent) for role in fonts.STACKS for face in fonts.faces(role)})
    compiler = typst.Compiler(root=str(folder), font_paths=folders)
    seconds = []
    for number in range(TIMES + 1):
        # other words in every paragraph each time, or Typst would remember their layout
        body = "\n\n".join(f"{block.lead}{number}{block.text}" for block in content.blocks[1:])
        source = folder / f"{number}.typ"
        source.write_text(TYPST % (text | faces | {"body": body}), encoding="utf-8")
        target = folder / f"{number}.pdf"
        seconds.append(
            timed(lambda source=source, target=target: compiler.compile(input=str(source), output=str(target)))
        )
        report.expect(pages(target.read_bytes()) == 8, "the letter has 8 pages in Typst")
    beside = statistics.median(seconds[1:])
    report.say(f"{'8 pages by Typst, warm':<50}{beside:8.2f} s   ours takes {warm / beside:.1f} times as long", True)


def print_memory(documents):
    """Resident megabytes after every hundred different papers, one a line."""
    content = reply()
    for number in range(1, documents + 1):
        rare = chr(0x4E00 + number * 7)  # other glyphs each time
        printed(replace(content, number=f"临江府函〔2020〕{number}号", addressee=f"张{rare}委员"))
        if number % 100 == 0:
            resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
            print(number, round(resident / 1e6))


class Report:
    """Prints a line for each measurement and remembers whether something promised is not kept."""

    code = 0

    def seconds(self, what, seconds, limit):
        self.say(f"{what:<50}{seconds:8.2f} s   limit {limit} s", seconds < limit)

    def size(self, what, size, limit, is_right):
        self.say(f"{what:<50}{size / 1e6:8.2f} MB  limit {limit / 1e6:.0f} MB", is_right and size < limit)

    def memory(self, lines):
        found = [int(line.split()[1]) for line in lines.splitlines()]
        self.say(
            f"memory after each 100 papers: {', '.join(map(str, found))} MB   limit {MEMORY} MB", max(found) < MEMORY
        )
        if len(found) > 2:
            ratio = found[-1] / found[1]
            self.say(f"{'the last beside the second':<50}{ratio:8.2f}     limit {GROWTH}", ratio < GROWTH)

    def expect(self, is_kept, what):
        if not is_kept:
            self.say(what, False)

    def say(self, line, kept):
        print(line if kept else f"{line}   NOT KEPT", flush=True)
        self.code = self.code or int(not kept)


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def command(*words):
    """What a new process of this program prints."""
    done = subprocess.run([sys.executable, __file__, *map(str, words)], check=True, capture_output=True, text=True)
    return done.stdout


if __name__ == "__main__":
    main()
