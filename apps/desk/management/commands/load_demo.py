import argparse
import datetime
import json

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.desk import demo, volume
from apps.proposals.models import Proposal

MOST = 200_000  # proposals of --proposals


def count_of(text):
    """A number of proposals as typed; argparse names what is none and exits with 2."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= MOST:
        raise argparse.ArgumentTypeError(f"“{text}”应为 1 至 {MOST} 的整数")
    return number


def given_day(text):
    """A day on which a session of the demonstration can be running."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”应为日期，如 2026-11-23") from None
    first, last = demo.DAYS
    if not first <= day <= last:
        raise argparse.ArgumentTypeError(f"“{text}”应在 {first} 至 {last} 之间")
    return day


class Command(BaseCommand):
    help = "装入演示数据：大渡口区、2020 年的提案办理，以及正在办理的一届。再次运行不作改动。"

    def add_arguments(self, parser):
        parser.add_argument("--proposals", type=count_of, metavar="N", help="另造 N 件提案的测试届次，供测量性能")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="测试届次的随机种子（缺省为 1）")
        parser.add_argument(
            "--today", type=given_day, metavar="DAY", help="正在办理的一届以哪天为“今天”，如 2026-11-23（缺省为今天）"
        )
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *, proposals, seed, today, **options):
        today = today or timezone.localdate()
        told = demo.load(today)
        if proposals:
            told[volume.KEY] = volume.load(proposals, seed)
        sessions = [
            {"session": key, "loaded": loaded, "proposals": Proposal.objects.filter(session__key=key).count()}
            for key, loaded in told.items()
        ]
        accounts = [
            {"username": username, "post": post} for post, username in (demo.accounts(today) if settings.DEBUG else ())
        ]
        if options["json"]:
            found = {"sessions": sessions, "accounts": accounts, "password": demo.PASSWORD if accounts else None}
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
            return
        for found in sessions:
            done = "已装入" if found["loaded"] else "已在，未作改动"
            self.stdout.write(f"演示数据{done}：届次 {found['session']}，{found['proposals']} 件提案。")
        if accounts:
            self.stdout.write(f"演示账号（密码均为 {demo.PASSWORD}）：")
            for found in accounts:
                self.stdout.write(f"  {found['username']:<12}{found['post']}")
