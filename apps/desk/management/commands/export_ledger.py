import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from apps.desk.exchange.queries import ledger_rows, workbook_of
from apps.figures.queries import UnknownSession, session_named


class Command(BaseCommand):
    """JSON of `--json`: {"ok": true, "session": "9-4", "label": "九届四次会议", "file": "OUT.xlsx", "rows": 198}."""

    help = "导出一届提案的台账。导入空库后再导出，各单元格相同。届次不存在或文件不能写入返回 2。"

    def add_arguments(self, parser):
        parser.add_argument("--session", required=True, help="届次代号，如 9-4")
        parser.add_argument("file", type=Path, metavar="OUT.xlsx")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *, session, file, **options):
        file = Path(file)
        try:
            found = session_named(session)
            rows = list(ledger_rows(found))
            file.write_bytes(workbook_of(rows))
        except UnknownSession as unknown:
            self.refuse(str(unknown), options["json"], unknown)
        except OSError as failed:
            self.refuse(f"不能写入 {file}：{failed.strerror}。", options["json"], failed)
        if options["json"]:
            told = {"ok": True, "session": found.key, "label": found.label, "file": str(file), "rows": len(rows)}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(f"已导出{found.label}台账 {len(rows)} 行：{file}")

    def refuse(self, message, as_json, cause):
        if as_json:
            self.stdout.write(json.dumps({"ok": False, "error": message}, ensure_ascii=False, indent=2))
        raise CommandError(message, returncode=2) from cause
