"""Papers printed by processes of their own: no web thread renders, and what goes wrong there ends no web process.

`printed` is for a request and serves one paper; `printed_many` is for tasks and commands. A render process
(press_worker.py) prints one paper at a time, belongs to the process that started it and ends with it.
docs/decisions/0011-the-press.md says why.
"""

import atexit
import logging
import os
import pickle
import subprocess
import sys
import threading
import weakref
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Pipe
from pathlib import Path
from queue import SimpleQueue
from signal import SIGALRM

from django.conf import settings

from .content import Paper
from .fonts import FontsUnavailable, MissingGlyph

PATIENCE = 40  # seconds that a request waits for its turn, and once more for its paper
BATCH_PATIENCE = 600  # seconds for a paper of a batch: whole registers are printed there
PAPERS_OF_A_PROCESS = 500  # then a new one takes its place
AHEAD = 4  # papers that a batch composes ahead, for each process

ROOT = Path(__file__).resolve().parents[2]
logger = logging.getLogger(__name__)


class PressError(RuntimeError):
    """The press could not print a paper; the text says what to do. What happened inside is in the log."""


def printed(paper: Paper) -> bytes:
    """The paper as `paper_pdf` makes it, from the render process of this web process; made to be called in a request.

    Raises MissingGlyph and FontsUnavailable as `paper_pdf` does, and PressError.
    """
    return _press.printed(paper, PATIENCE)


def printed_many(papers: Iterable[Paper], workers: int | None = None) -> Iterator[tuple[Paper, bytes | Exception]]:
    """Each paper, in order, with its PDF or with the MissingGlyph, FontsUnavailable or PressError that stands for it.

    `papers` is read in the calling thread and not far ahead, so a generator keeps the memory flat. `workers`: how many
    processes print, by default one for each core. They end with the iteration, an abandoned one too.
    """
    presses = [Press() for _ in range(workers or len(os.sched_getaffinity(0)))]
    idle = SimpleQueue()
    for press in presses:
        idle.put(press)

    def outcome(paper):
        press = idle.get()
        try:
            return press.printed(paper, BATCH_PATIENCE)
        except (MissingGlyph, FontsUnavailable, PressError) as error:
            return error
        finally:
            idle.put(press)

    threads = ThreadPoolExecutor(len(presses), thread_name_prefix="press")
    awaited = deque()
    try:
        for paper in papers:
            awaited.append((paper, threads.submit(outcome, paper)))
            if len(awaited) >= AHEAD * len(presses):
                first, coming = awaited.popleft()
                yield first, coming.result()
        while awaited:
            first, coming = awaited.popleft()
            yield first, coming.result()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        for press in presses:
            press.close()


class Press:
    """Prints in a process that is started when it is needed, and anew when it broke or has printed enough."""

    def __init__(self):
        self._lock = threading.Lock()
        self._process: RenderProcess | None = None
        self._is_closed = False
        _presses.add(self)

    def printed(self, paper, seconds: float) -> bytes:
        """As the function `printed`; waits `seconds` for its turn, and as long for the paper."""
        request = pickle.dumps(paper)
        lock = self._lock  # a fork puts another one in its place
        if not lock.acquire(timeout=seconds):
            raise PressError("正在排印的公文较多，还没有轮到这一份。请过一两分钟再试。")
        try:
            kind, result = self._answer(request, seconds)
        finally:
            lock.release()
        if kind == "refused":
            raise result
        if kind == "failed":
            logger.error("A paper could not be printed:\n%s", result)
            raise PressError("排印这份公文时出错，原因已记入系统日志。请联系运维人员。")
        return result

    def _answer(self, request, seconds):
        """(kind, result) from the process; a broken one is replaced once."""
        for _ in range(2):
            try:
                process = self._running()
                answer = process.answer(request, seconds)
            except (EOFError, OSError) as broken:
                status = self._end()
                if status == -SIGALRM:
                    raise PressError(
                        f"这份公文排了{seconds:.0f}秒还没有排完，已经停止。请减少内容或分成几份再试；仍不行，请联系运维人员。"
                    ) from broken
                logger.warning("A render process broke, its exit status was %s", status, exc_info=broken)
            except BaseException:
                self._end()  # an answer may be on its way that nobody waits for any more
                raise
            else:
                if process.papers >= PAPERS_OF_A_PROCESS:
                    self._end()
                return answer
        raise PressError("排印程序意外中止，没有印出这份公文。请再试一次；仍不行，请联系运维人员查看系统日志。")

    def _running(self):
        if self._process is None:
            self._process = RenderProcess()
        if self._is_closed:  # looked at after the process is known: whoever closes meanwhile sees it, or is seen
            self._end()
            raise PressError("排印已经取消。")
        return self._process

    def _end(self):
        process, self._process = self._process, None
        return process.end() if process else None

    def close(self):
        """Ends the process for good, in the middle of a paper too."""
        self._is_closed = True
        if process := self._process:
            process.kill()  # whoever waits for its answer hears that it broke
        with self._lock:
            self._end()

    def disown(self):
        """In a forked child: the process is the parent's, and its lock may be held by a thread that is not here."""
        self._lock = threading.Lock()
        process, self._process = self._process, None
        if process:
            process.disown()


class RenderProcess:
    """One running press_worker, and the line to it."""

    def __init__(self):
        self.papers = 0
        self._line, theirs = Pipe()
        command = [sys.executable, "-m", f"{__package__}.press_worker", str(theirs.fileno())]
        try:
            # no multiprocessing: that would run the main script of the calling process anew
            self._child = subprocess.Popen(
                [*command, str(Path(settings.FONTS_DIR).absolute())],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        except OSError:
            self._line.close()
            raise
        finally:
            theirs.close()

    def answer(self, request: bytes, seconds: float):
        """("pdf", bytes), ("refused", the error of the paper) or ("failed", traceback); EOFError or OSError: it broke.

        The process watches its time by itself and ends with SIGALRM.
        """
        self._line.send((request, seconds))
        self.papers += 1
        return self._line.recv()

    def kill(self):
        self._child.kill()

    def end(self) -> int:
        """Ends it, unless it has ended; gives the exit status, minus a signal's number."""
        self._line.close()
        try:
            return self._child.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self._child.kill()
            return self._child.wait()

    def disown(self):
        self._line.close()
        self._child.poll()  # learns that it is no child of this process, and leaves it alone


_presses: weakref.WeakSet[Press] = weakref.WeakSet()
_press = Press()


def _disown_all():
    for press in list(_presses):
        press.disown()


os.register_at_fork(after_in_child=_disown_all)
atexit.register(_press.close)
