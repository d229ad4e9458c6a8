"""The press: what its processes print, how they fail, and that they end with the process they belong to."""

import datetime
import functools
import hashlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from apps.documents import press
from apps.documents.content import Column, Heading, Letter, Paragraph, Sheet, Table
from apps.documents.fonts import FontsUnavailable, MissingGlyph
from apps.documents.paper import paper_pdf

ROOT = Path(__file__).resolve().parent.parent
LETTER = Letter(
    issuer="临江区人民政府",
    number="临江府函〔2020〕1号",
    title="关于第084号提案的复函",
    addressee="张三委员",
    blocks=(Heading(1, "一、办理情况"), Paragraph("您提出的提案收悉，现答复如下。")),
    signature="临江区人民政府",
    dated_on=datetime.date(2020, 5, 6),
)
LONG = replace(LETTER, blocks=(Paragraph("您提出的提案收悉，现答复如下。" * 30),) * 400)  # many seconds of work
SEAL = "\U0010fffd"  # no face has it


def letter(number):
    return replace(LETTER, number=f"临江府函〔2020〕{number}号")


def children(parent):
    """{id: (state, command)} of the processes that `parent` started, with parent 0 of all."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text(errors="replace")
            state, owner = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue  # it has just ended
        if parent in (0, int(owner)):
            found[int(folder.name)] = (state, command)
    return found


def render_processes(parent=None):
    """The ids of the render processes of `parent`, by default of this process, with 0 of anybody."""
    found = children(os.getpid() if parent is None else parent)
    return {one for one, (state, command) in found.items() if "documents.press_worker" in command and state != "Z"}


def zombies():
    return [one for one, (state, _) in children(os.getpid()).items() if state == "Z"]


def soon(condition, seconds=10):
    until = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < until:
        time.sleep(0.02)
    return met


@pytest.fixture
def fresh(monkeypatch):
    """A press without a process, in place of that of this process."""
    one = press.Press()
    monkeypatch.setattr(press, "_press", one)
    others = render_processes()
    yield lambda: render_processes() - others
    one.close()
    assert render_processes() <= others and zombies() == []


# --- what it prints --------------------------------------------------------------------------------------------------


REGISTER = Sheet("登记表", "区政府办公室", (Table((Column("编号", 1), Column("案由", 3)), (("001", "停车"),) * 40),))


@pytest.mark.parametrize("paper", [LETTER, REGISTER])
def test_it_prints_what_the_paper_is_in_another_process(paper, fresh):
    assert press.printed(paper) == paper_pdf(paper)
    assert len(fresh()) == 1


def test_threads_of_a_web_process_share_one_process_and_get_each_its_own(fresh):
    papers = [letter(number) for number in range(12)]
    with ThreadPoolExecutor(6) as threads:
        printed = list(threads.map(press.printed, papers))
    assert printed == [paper_pdf(paper) for paper in papers]
    assert len(fresh()) == 1


def test_a_character_without_a_glyph_is_named_across_processes(fresh):
    with pytest.raises(MissingGlyph, match="U\\+10FFFD") as refused:
        press.printed(replace(LETTER, title=f"关于{SEAL}的复函\ue123"))
    assert refused.value.characters == (SEAL, "\ue123")
    assert press.printed(LETTER) == paper_pdf(LETTER)
    assert len(fresh()) == 1


def test_it_says_that_there_are_no_fonts(fresh, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))  # where fontconfig's programs are not
    with pytest.raises(FontsUnavailable, match="fc-list"):
        press.printed(LETTER)


def test_the_fonts_folder_of_the_settings_serves(fresh, settings, tmp_path):
    settings.FONTS_DIR = tmp_path / "faces"
    press.printed(LETTER)
    command = Path(f"/proc/{fresh().pop()}/cmdline").read_bytes()
    assert str(tmp_path / "faces").encode() in command.split(b"\0")


def test_the_first_paper_is_there_in_three_seconds(fresh):
    start = time.perf_counter()
    press.printed(LETTER)
    assert time.perf_counter() - start < 3


def test_a_process_loads_no_app_and_no_settings_of_the_site():
    code = """
import sys
from apps.documents import press_worker
try:
    press_worker.main("0", "fonts")  # no line to read from: it ends
finally:
    print(*sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=ROOT
    )
    loaded = set(done.stdout.split())
    assert "apps.documents.paper" in loaded, done.stderr
    assert {name for name in loaded if name.startswith("apps.")} - {
        f"apps.documents.{name}"
        for name in (
            "press_worker", "charts", "content", "drawing", "fonts", "geometry", "justify", "markup", "paper",
            "renderer", "titles",
        )
    } == {"apps.documents"}  # fmt: skip
    assert not loaded & {"proposals_site.settings", "django.db.models"}


# --- how it fails ----------------------------------------------------------------------------------------------------


def test_a_paper_that_takes_too_long_is_given_up_and_the_next_is_printed(fresh):
    press.printed(LETTER)
    start = time.perf_counter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(press, "PATIENCE", 0.5)
        with pytest.raises(press.PressError, match="还没有排完，已经停止。请减少内容或分成几份再试"):
            press.printed(LONG)
    assert time.perf_counter() - start < 3
    assert fresh() == set() and zombies() == []
    assert press.printed(LETTER) == paper_pdf(LETTER)


def test_who_waits_too_long_for_a_turn_is_told(fresh):
    one = press.Press()
    one.printed(LETTER, 60)
    with ThreadPoolExecutor(1) as threads:
        busy = threads.submit(one.printed, LONG, 60)
        time.sleep(0.1)
        with pytest.raises(press.PressError, match="还没有轮到这一份。请过一两分钟再试"):
            one.printed(LETTER, 0.2)
        one.close()
        with pytest.raises(press.PressError, match="取消"):
            busy.result()


def test_a_process_that_ended_meanwhile_is_replaced(fresh):
    press.printed(LETTER)
    (first,) = fresh()
    os.kill(first, signal.SIGKILL)
    assert press.printed(LETTER) == paper_pdf(LETTER)
    assert len(fresh()) == 1 and fresh() != {first}


def test_a_process_that_dies_over_a_paper_is_replaced_once(fresh):
    paper = replace(LETTER, blocks=LONG.blocks[:40])
    press.printed(LETTER)
    (first,) = fresh()
    with ThreadPoolExecutor(1) as threads:
        coming = threads.submit(press.printed, paper)
        time.sleep(0.1)
        os.kill(first, signal.SIGKILL)
        assert coming.result() == paper_pdf(paper)
    assert len(fresh()) == 1 and fresh() != {first}


def test_a_process_that_dies_over_a_paper_twice_is_told(fresh):
    press.printed(LETTER)

    def kill_all(deaths=0):
        while deaths < 2:
            for found in fresh():
                os.kill(found, signal.SIGKILL)
                deaths += 1
                soon(lambda found=found: found not in fresh())
            time.sleep(0.05)

    killer = threading.Thread(target=kill_all)
    killer.start()
    with pytest.raises(press.PressError, match=r"意外中止.*请再试一次；仍不行，请联系运维人员"):
        press.printed(LONG)
    killer.join()


def test_a_slip_in_the_rendering_is_in_the_log_and_costs_no_process(fresh, caplog):
    with pytest.raises(press.PressError, match="出错，原因已记入系统日志。请联系运维人员"):
        press.printed("this is no paper")
    assert "Traceback" in caplog.text and "press_worker.py" in caplog.text
    assert press.printed(LETTER) == paper_pdf(LETTER)


def test_a_process_is_replaced_before_it_grows_old(fresh, monkeypatch):
    monkeypatch.setattr(press, "PAPERS_OF_A_PROCESS", 3)
    seen = []
    for number in range(7):
        press.printed(letter(number))
        seen += fresh() - set(seen)
        assert zombies() == []
    assert len(seen) == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_for_the_service_leave_its_papers_alone(fresh, number):
    paper = replace(LETTER, blocks=LONG.blocks[:40])
    press.printed(LETTER)
    (process,) = fresh()
    with ThreadPoolExecutor(1) as threads:
        coming = threads.submit(press.printed, paper)
        time.sleep(0.1)
        os.kill(process, number)
        assert coming.result() == paper_pdf(paper)
    assert fresh() == {process}


# --- whose it is -----------------------------------------------------------------------------------------------------

SCRIPT = """
import hashlib, os, pickle, sys, time, traceback
sys.path.insert(0, {root!r})
from django.conf import settings
settings.configure(FONTS_DIR={fonts!r})
from apps.documents.press import printed, printed_many
paper = pickle.loads(bytes.fromhex({paper!r}))
def told(): print(hashlib.sha256(printed(paper)).hexdigest(), flush=True)
"""


def script(rest):
    return SCRIPT.format(root=str(ROOT), fonts=str(ROOT / "var" / "fonts"), paper=pickle.dumps(LETTER).hex()) + rest


@functools.cache
def digest():
    return hashlib.sha256(paper_pdf(LETTER)).hexdigest()


@contextmanager
def no_process_is_left():
    before = render_processes(0)
    yield
    assert soon(lambda: render_processes(0) <= before), "a render process outlived its owner"


@pytest.mark.parametrize("way", ["stdin", "unguarded file", "-m"])
def test_it_prints_however_the_process_was_started(way, tmp_path):
    text = script("told()\nprint(len(list(printed_many([paper] * 3, workers=1))))")
    (tmp_path / "own.py").write_text(text, encoding="utf-8")
    command = {"stdin": ["-"], "unguarded file": [tmp_path / "own.py"], "-m": ["-m", "own"]}[way]
    with no_process_is_left():
        done = subprocess.run(
            [sys.executable, *command],
            input=text if way == "stdin" else None,
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
    assert (done.stdout.split(), done.stderr) == ([digest(), "3"], "")


def test_a_fork_has_a_process_of_its_own_and_leaves_its_parents_alone():
    text = script("""
def mine(): return set(open(f"/proc/self/task/{os.getpid()}/children").read().split())
told()
before = mine()
if not os.fork():
    try:
        assert not mine()
        told()
        assert len(mine()) == 1
    except BaseException:
        traceback.print_exc()
    os._exit(0)
assert os.wait()[1] == 0
told()
assert mine() == before, (mine(), before)
""")
    with no_process_is_left():
        done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert (done.stdout.split(), done.stderr) == ([digest()] * 3, "")


def test_it_ends_though_its_owner_was_killed_while_it_prints():
    text = script("from dataclasses import replace\ntold()\nprinted(replace(paper, blocks=paper.blocks * 400))")
    with no_process_is_left():
        owner = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True)
        with owner.stdout:
            assert owner.stdout.readline()
        assert len(render_processes(owner.pid)) == 1
        owner.kill()
        owner.wait()


WSGI = """
told()  # in the master, which is forked

def application(environ, start_response):
    start_response("200 OK", [])
    answer = f"{hashlib.sha256(printed(paper)).hexdigest()} {os.getpid()}"
    return [answer.encode()]
"""


def test_every_web_process_has_its_own_and_takes_it_along(tmp_path):
    (tmp_path / "web.py").write_text(script(WSGI), encoding="utf-8")
    command = [sys.executable, "-m", "gunicorn", "web", "--preload", "--workers", "2", "--threads", "4"]
    port = free_port()
    with no_process_is_left():
        web = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "warning"],
            cwd=tmp_path, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            with web.stdout:
                assert web.stdout.readline().strip() == digest()
            assert soon(lambda: listens(port))
            with ThreadPoolExecutor(8) as threads:
                answers = list(threads.map(lambda _: ask(port), range(24)))
            assert {answer.split()[0] for answer in answers} == {digest()}
            for worker in {int(answer.split()[1]) for answer in answers}:
                assert len(render_processes(worker)) == 1
            assert len(render_processes(web.pid)) == 1
        finally:
            web.terminate()
            assert web.wait(20) == 0


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def listens(port):
    try:
        return ask(port)
    except OSError:
        return ""


def ask(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
        return answer.read().decode()


# --- batches ---------------------------------------------------------------------------------------------------------


def test_a_batch_comes_in_order_with_the_errors_in_their_places():
    papers = [LONG if number == 1 else letter(number) for number in range(12)]
    papers[1] = replace(LETTER, blocks=LONG.blocks[:40])  # the others overtake it
    papers[4] = replace(LETTER, title=SEAL)
    papers[7] = "no paper"
    found = list(press.printed_many(iter(papers), workers=2))
    assert [paper for paper, _ in found] == papers
    assert isinstance(found[4][1], MissingGlyph) and found[4][1].characters == (SEAL,)
    assert isinstance(found[7][1], press.PressError)
    for place, (paper, outcome) in enumerate(found):
        if place not in (4, 7):
            assert outcome == paper_pdf(paper), place


def test_a_batch_of_nothing_is_nothing():
    assert list(press.printed_many([])) == []


def test_a_batch_reads_its_papers_here_and_not_far_ahead():
    read, threads_seen = [], set()

    def papers():
        for number in range(30):
            read.append(number)
            threads_seen.add(threading.get_ident())
            yield letter(number)

    most = 0
    for place, _ in enumerate(press.printed_many(papers(), workers=2)):
        most = max(most, len(read) - place)
    assert len(read) == 30 and threads_seen == {threading.get_ident()}
    assert 2 < most <= 10


def test_a_batch_uses_as_many_processes_as_told_and_ends_them():
    before = render_processes()
    batch = press.printed_many((letter(number) for number in range(40)), workers=3)
    next(batch)
    assert len(render_processes() - before) == 3
    batch.close()  # given up
    assert render_processes() == before and zombies() == []


def test_an_error_among_the_papers_ends_the_batch_and_its_processes():
    def papers():
        yield from [LETTER] * 10
        raise ZeroDivisionError

    before = render_processes()
    with pytest.raises(ZeroDivisionError):
        list(press.printed_many(papers()))
    assert render_processes() == before and zombies() == []


def test_a_batch_given_up_over_a_long_paper_ends_at_once():
    before = render_processes()
    batch = press.printed_many([LETTER, LONG, LONG, LONG, LONG, LONG, LONG, LONG], workers=1)
    next(batch)
    start = time.perf_counter()
    batch.close()
    assert time.perf_counter() - start < 3
    assert render_processes() == before
