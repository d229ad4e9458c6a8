"""Takes the manual's pictures, and the README's, from the demonstration data: bin/manual-pictures.

A database, files and a server of its own, gone afterwards. Each picture is one entry of PICTURES: who signs in, which
page, how wide, and what is clicked before it is taken. Pictures are kept small: 256 colours, no taller than a screen.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
IMAGES = ROOT / "docs" / "manual" / "images"
PASSWORD = "yanshi-2020"
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 780}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=zh-CN"]


@dataclass(frozen=True)
class Picture:
    """`clicks`: labels of links or buttons to be pressed, in order, after `path` has opened."""

    name: str
    user: str
    path: str = "/"
    clicks: tuple[str, ...] = ()
    size: dict = None
    height: int = 0  # of the picture where the screen's is not wanted


PICTURES = (
    Picture("start-sign-in", "", "/accounts/sign-in/", height=520),
    Picture("start-display", "office", "/accounts/display/", height=620),
    Picture("office-home", "office"),
    Picture("office-list", "office", "/proposals/"),
    Picture("office-allocation", "office", "/allocation/"),
    Picture("office-urging", "office", "/notices/urging/"),
    Picture("office-pictures", "office", "/reports/pictures/9-4/"),
    Picture("office-letter", "office", "/reports/letters/9-4/"),
    Picture("unit-home", "unit12"),
    Picture("unit-reply", "unit12", clicks=("拟写答复",)),
    Picture("leader-home", "leader2", size=PHONE),
    Picture("leader-sign", "leader2", clicks=("审签",), size=PHONE),
    Picture("secretariat-home", "committee"),
    Picture("secretariat-receipt", "committee", clicks=("录入",)),
    Picture("auditor-trail", "auditor", "/audit/"),
    Picture("admin-accounts", "admin", "/admin/accounts/user/"),
)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            DATABASE_URL=f"sqlite:///{folder}/db.sqlite3", MEDIA_ROOT=f"{folder}/media", DEBUG="true", PYTHONUTF8="1"
        )
        manage("migrate", "--verbosity", "0")
        manage("load_demo", "--json")
        with served() as address, sync_playwright() as playwright:
            found = subprocess.run([ROOT / "bin" / "find-browser"], capture_output=True, text=True, check=True)
            browser = playwright.chromium.launch(
                executable_path=found.stdout.strip(), args=FLAGS, env=os.environ | {"LANGUAGE": "zh_CN"}
            )
            for picture in PICTURES:
                take(browser, address, picture)
                print(picture.name, flush=True)
            take_link(browser, address)
            browser.close()
    (ROOT / "docs" / "images" / "home.png").write_bytes((IMAGES / "office-home.png").read_bytes())


def manage(*command):
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


class served:
    """The product on a free port, for the time of a `with`."""

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.server = subprocess.Popen(
            [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        address = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{address}/accounts/sign-in/", timeout=5)
                return address
            except OSError:
                time.sleep(0.3)
        raise SystemExit("the server did not start")

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()


def opened(browser, address, user, size):
    page = browser.new_page(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", color_scheme="light")
    page.goto(f"{address}/accounts/sign-in/")
    if user:
        page.get_by_label("用户名").fill(user)
        page.locator("input[type=password]").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def take(browser, address, picture):
    size = picture.size or DESKTOP
    page = opened(browser, address, picture.user, size)
    page.goto(address + picture.path)
    for label in picture.clicks:
        press(page, label)
    keep(page, picture.name, size, picture.height)
    page.close()


def press(page, label):
    """The first link in the page's content with that name."""
    page.locator("main").get_by_role("link", name=label).first.click()
    page.wait_for_load_state()


def keep(page, name, size, height):
    page.wait_for_load_state("networkidle")
    target = IMAGES / f"{name}.png"
    page.screenshot(path=target, clip={"x": 0, "y": 0, "width": size["width"], "height": height or size["height"]})
    with Image.open(target) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)


def take_link(browser, address):
    """What a proposer sees who opens the link of a receipt, as the committee copies it."""
    page = opened(browser, address, "committee", DESKTOP)
    page.locator("main table a").first.click()
    link = page.locator(".link-copy input").first.get_attribute("value")
    page.close()
    page = opened(browser, address, "", PHONE)
    page.goto(link)
    keep(page, "proposer-link", PHONE, 0)
    page.close()


if __name__ == "__main__":
    main()
