import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from apps.figures.queries import UnknownSession, figures, session_named
from apps.reports.proofreading import check
from apps.reports.proofreading.page import RULES
from apps.reports.proofreading.reading import MAX_BYTES, UnreadableLetter, read_letter


class Command(BaseCommand):
    """With --json: {"ok": false, "claims": 12, "findings": [{"rule", "where", "printed", "expected", "suggestion"}],
    "notes": [the same]}."""

    help = "校对一份写好的通报的数字。没有差错返回 0，有差错返回 1，文件不能用或届次不存在返回 2。"

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="通报文件：.docx、.pdf 或 .txt")
        parser.add_argument("--session", help="与该届次的数据对照，如 9-4")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *, file, session=None, **options):
        path = Path(file)
        try:
            document = read_letter(_content(path), path.name)
            known = figures(session_named(session)) if session else None
        except (UnreadableLetter, UnknownSession) as unusable:
            raise CommandError(str(unusable), returncode=2) from unusable
        except OSError as failed:
            raise CommandError(f"不能读取 {path}：{failed.strerror}", returncode=2) from failed
        result = check(document, known)
        if options["json"]:
            self.stdout.write(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
        else:
            for line in _told(result):
                self.stdout.write(line)
        if not result.ok:
            raise CommandError(f"有{len(result.findings)}处差错。", returncode=1)


def _content(path):
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _told(result):
    """The findings and notes of a Result as lines of Chinese text."""
    yield f"核对了{len(result.claims)}个数字，差错{len(result.findings)}处，提示{len(result.notes)}处。"
    for heading, found in (("差错", result.findings), ("提示", result.notes)):
        for number, one in enumerate(found, start=1):
            yield f"{heading}{number}　{RULES[one.rule]}：“{one.where}”"
            yield f"　　{one.suggestion}"
