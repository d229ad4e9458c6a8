from django.conf import settings
from django.core.management.base import BaseCommand

from apps.desk import demo


class Command(BaseCommand):
    help = "Loads the demonstration district and its year 2020; a second run changes nothing."

    def handle(self, *args, **options):
        if demo.load():
            self.stdout.write("演示数据已装入：九届四次会议 197 件提案。")
        else:
            self.stdout.write("演示数据已在，未作改动。")
        if settings.DEBUG:
            self.stdout.write(f"演示账号（口令均为 {demo.PASSWORD}）：")
            for post, username in demo.accounts():
                self.stdout.write(f"  {username:<12}{post}")
