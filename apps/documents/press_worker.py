"""A render process: python -m apps.documents.press_worker LINE FONTS_DIR, started by press.py and by nobody else.

LINE is the number of an open socket to the process that it prints for. It ends when that one closes the line or is
gone, and by the alarm when a paper takes too long; the signals that end a whole service are left to that process.
"""

import pickle
import signal
import sys
import traceback
from multiprocessing.connection import Connection
from pathlib import Path

from django.conf import settings

START = 30  # seconds that a process may take until it can print


def main(line, fonts_dir):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, START)
    settings.configure(FONTS_DIR=Path(fonts_dir))  # all that paper knows of the settings; no database, no secrets
    from .paper import paper_pdf

    with Connection(int(line)) as asking:
        while True:
            signal.setitimer(signal.ITIMER_REAL, 0)
            try:
                request, seconds = asking.recv()
                signal.setitimer(signal.ITIMER_REAL, seconds)
                asking.send(outcome(paper_pdf, request))
            except (EOFError, OSError):
                return


def outcome(paper_pdf, request):
    from .fonts import FontsUnavailable, MissingGlyph

    try:
        return "pdf", paper_pdf(pickle.loads(request))
    except (MissingGlyph, FontsUnavailable) as error:
        return "refused", error
    except Exception:
        return "failed", traceback.format_exc()


if __name__ == "__main__":
    main(*sys.argv[1:])
