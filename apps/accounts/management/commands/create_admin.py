import getpass
import json
import sys

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.accounts.operations import create_system_admin


class Command(BaseCommand):
    help = "新建一名系统管理员，由其在“账号管理”中设置其他用户和岗位。已新建返回 0，被拒绝返回 1，密码没有输入返回 2。"

    def add_arguments(self, parser):
        parser.add_argument("username", help="登录用户名")
        parser.add_argument("--name", default="", help="姓名，默认同用户名")
        parser.add_argument(
            "--password-stdin", action="store_true", help="从标准输入读密码（第一行），不提问，供脚本使用"
        )
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, **options):
        password = self.ask(options["password_stdin"])
        try:
            user = create_system_admin(options["username"], options["name"], password, at=timezone.now())
        except ValidationError as refused:
            self.tell(
                options, {"created": False, "reasons": refused.messages}, "没有新建：" + "".join(refused.messages)
            )
            sys.exit(1)
        said = f"已新建系统管理员“{user.username}”（{user}），请登录后在“账号管理”中设置其他用户和岗位。"
        self.tell(options, {"created": True, "username": user.username}, said)

    def ask(self, from_stdin):
        """The password; typed twice where somebody sits there."""
        if from_stdin:
            password = sys.stdin.readline().rstrip("\r\n")
        else:
            password = getpass.getpass("密码：")
            if password != getpass.getpass("再输入一次："):
                self.stderr.write("两次输入的密码不一样，没有新建。")
                sys.exit(2)
        if not password:
            self.stderr.write("没有输入密码，没有新建。")
            sys.exit(2)
        return password

    def tell(self, options, report, text):
        self.stdout.write(json.dumps(report, ensure_ascii=False) if options["json"] else text)
