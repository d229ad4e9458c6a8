"""Pages of PDFs, and pictures, as JPEGs to be looked at in a page; made from files that nobody trusts.

Each is made by a process of its own with bounded memory and time (pdf_page_process.py), a few at once. What a browser
gets is pixels that we drew: no script, no link, no hidden text of the file reaches it.
"""

import os
import subprocess
import sys
import threading

from . import pdf_page_process as process

SECONDS = 20  # for one page
PATIENCE = 10  # seconds that a request waits for its turn
AT_ONCE = threading.BoundedSemaphore(2)  # in one web process
DOWNLOAD = "请下载原文件查看。"
REASONS = {
    process.BROKEN: f"这个文件已损坏，不能预览。{DOWNLOAD}",
    process.LOCKED: f"这个 PDF 设有密码，不能预览。{DOWNLOAD}",
    process.NO_SUCH_PAGE: "这个文件没有这一页。",
}


class NoPicture(Exception):
    """There is nothing to show; the text is a Chinese sentence that says why and what to do."""


def page_count(content: bytes) -> int:
    """How many pages a PDF has. Raises NoPicture for a broken or locked one."""
    return int(_made(content, "count"))


def page_picture(content: bytes, number: int) -> bytes:
    """The page with this number, from 1, as a JPEG of at most 1240 × 3500 pixels. Raises NoPicture."""
    return _made(content, "page", str(number))


def picture(content: bytes) -> bytes:
    """A PNG or JPEG picture drawn anew as a JPEG of at most 1240 × 3500 pixels. Raises NoPicture."""
    return _made(content, "picture")


def _made(content, *asked):
    if not AT_ONCE.acquire(timeout=PATIENCE):
        raise NoPicture("正在生成的预览较多，还没有轮到这一份。请过一会儿再打开。")
    try:
        done = subprocess.run(
            [sys.executable, process.__file__, *asked],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ},  # no secrets
        )
    except subprocess.TimeoutExpired as late:
        raise NoPicture(f"这一页过于复杂，{SECONDS}秒内没有显示出来。{DOWNLOAD}") from late
    finally:
        AT_ONCE.release()
    if done.returncode or not done.stdout:
        raise NoPicture(REASONS.get(done.returncode, f"这一页过于复杂，不能预览。{DOWNLOAD}"))
    return done.stdout
