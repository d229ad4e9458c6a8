"""Lives: generators that name the moment of their next step, so that all steps happen in the order of time."""

import datetime
import heapq
import itertools
from io import BytesIO
from itertools import count
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

SHANGHAI = ZoneInfo("Asia/Shanghai")


def live_through(lives):
    """Runs generators that yield the moment of their next step, always the earliest one next."""
    for _ in in_order_of_time(lives):
        pass


def in_order_of_time(lives):
    """Several lives as one: yields the moments of all their steps, the earliest first."""
    order = count()
    queue = [(moment, next(order), life) for life in lives for moment in itertools.islice(life, 1)]
    heapq.heapify(queue)
    while queue:
        at, _, life = heapq.heappop(queue)
        yield at
        for next_at in itertools.islice(life, 1):
            heapq.heappush(queue, (next_at, next(order), life))


def moment(day, hour, minute=0):
    return datetime.datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def scan(text, name=""):
    """A small picture that stands for a scanned form; it says in plain letters that it is one.

    `text`: what it bears, in Latin letters; `name`: of the file, where it is not the text.
    """
    page = Image.new("1", (420, 300), 1)
    draw = ImageDraw.Draw(page)
    draw.rectangle((10, 10, 410, 290), outline=0)
    draw.text((30, 40), f"DEMONSTRATION SCAN\n\n{text}", fill=0)
    content = BytesIO()
    page.save(content, "PNG")
    return SimpleUploadedFile(f"{name or text.replace('/', '-')}.png", content.getvalue(), content_type="image/png")
