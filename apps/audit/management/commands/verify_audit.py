import json
import sys

from django.core.management.base import BaseCommand

from apps.audit.queries import inspect


class Command(BaseCommand):
    help = "核查全部审计记录：是否有改动、缺失、插入、调换或截断。正常返回 0，有问题返回 1。"

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, **options):
        report = inspect()
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
        else:
            self.print_text(report)
        if report.findings:
            sys.exit(1)

    def print_text(self, report):
        for finding in report.findings:
            self.stdout.write(str(finding))
        if report.findings:
            self.stdout.write(f"审计记录共{report.events}条，发现问题{len(report.findings)}处。")
        else:
            self.stdout.write(f"审计记录共{report.events}条，完整无误。")
        if report.head_seq:
            self.stdout.write(f"链头：第{report.head_seq}条 {report.head_hash}（请抄存，日后可凭此核对）")
