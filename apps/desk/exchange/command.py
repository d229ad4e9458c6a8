"""What the two import commands have in common: options, exit codes, Chinese text, JSON."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.documents.workbooks import MAX_BYTES
from apps.proposals.workflow import OutOfTurn

from .operations import bring_in, read
from .reading import Unusable

SHOWN = 20


class ImportCommand(BaseCommand):
    """Subclasses set `kind`. Exit codes: 0 fine, 1 rows with errors (nothing stored), 2 unusable input.

    JSON of `--json` (errors in the form of documents.workbooks.Problem; exit 2 gives only `ok` and `error`):

        {"ok": true, "stored": true, "dry_run": false, "kind": "ledger", "session": "9-4", "label": "九届四次会议",
         "sheet": "台账", "rows": 198, "proposals": 197, "states": {"closed": 197},
         "units": {"区住房城乡建委": {"lead": 40, "assist": 12}},
         "created": {"session": true, "units": [], "leaders": [], "categories": [], "sectors": []},
         "unknown_columns": [], "notes": [], "unusual": [{"number": "084", "rows": [85], "message": "…"}],
         "errors": [{"sheet": "台账", "row": 3, "column": "签收日期", "value": "…", "expected": "…", "why": "…",
                     "message": "…"}]}
    """

    kind = ""

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE.xlsx")
        parser.add_argument("--session", required=True, help="届次代号，如 9-4")
        parser.add_argument("--create", action="store_true", help="新建缺少的届次、承办单位、领导、类别、界别")
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *, file, session, create, dry_run, **options):
        file = Path(file)
        told = dict(by=None, at=timezone.now(), create=create)
        try:
            with file.open("rb") as opened:
                content = opened.read(MAX_BYTES + 1)
            if dry_run:
                plan = read(self.kind, content, session, **told)
            else:
                plan = bring_in(self.kind, content, session, name=file.name, **told)
        except OSError as failed:
            self.refuse(f"不能读取 {file}：{failed.strerror}。", 2, options["json"], failed)
        except Unusable as unusable:
            self.refuse(str(unusable), 2, options["json"], unusable)
        except OutOfTurn as late:
            self.refuse(str(late), 1, options["json"], late)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(plan, dry_run), ensure_ascii=False, indent=2))
        else:
            for line in text_of(plan, dry_run):
                self.stdout.write(line)
        if plan.problems:
            raise CommandError(f"有 {len(plan.problems)} 处错误，没有导入任何内容。", returncode=1)

    def refuse(self, message, returncode, as_json, cause):
        if as_json:
            self.stdout.write(json.dumps({"ok": False, "error": message}, ensure_ascii=False, indent=2))
        raise CommandError(message, returncode=returncode) from cause


def as_json(plan, dry_run):
    missing = plan.missing
    return {
        "ok": not plan.problems,
        "stored": not plan.problems and not dry_run,
        "dry_run": dry_run,
        "kind": plan.kind,
        "session": plan.session_key,
        "label": plan.label,
        "sheet": plan.sheet,
        "rows": plan.rows,
        "proposals": len(plan.entries),
        "states": {str(state): count for state, count in plan.states().items()},
        "units": plan.units(),
        "created": {
            "session": plan.is_new_session,
            "units": missing.units,
            "leaders": missing.leaders,
            "categories": missing.categories,
            "sectors": missing.sectors,
        },
        "unknown_columns": plan.unknown_columns,
        "notes": plan.notes,
        "unusual": [
            {"number": number, "rows": list(rows), "message": message} for number, rows, message in plan.unusual
        ],
        "errors": [problem.as_json() for problem in plan.problems],
    }


def text_of(plan, dry_run):
    """A Plan as lines of Chinese text."""
    yield f"{plan.label}（{plan.session_key}），工作表“{plan.sheet}”{plan.rows} 行。"
    yield from plan.notes
    if plan.unknown_columns:
        yield f"未读取的列：{'、'.join(plan.unknown_columns)}"
    if plan.problems:
        yield from map(str, plan.problems)
        if plan.has_unknown_names:
            yield "有些名称不在系统中。如果写法无误、确实是新的，请加 --create 一并新建。"
        return
    for number, _, message in plan.unusual[:SHOWN]:
        yield f"第{number}号：{message}（照原样保存并注明）"
    if len(plan.unusual) > SHOWN:
        yield f"……另有 {len(plan.unusual) - SHOWN} 处少见的情况，已在各提案的记录中注明。"
    will = "将" if dry_run else "已"
    if plan.is_new_session:
        yield f"{will}新建届次：{plan.label}（{plan.year} 年）"
    for label, names in plan.missing.told():
        yield f"{will}新建{label} {len(names)} 个：{'、'.join(names)}"
    states = "，".join(f"{state.label} {count} 件" for state, count in plan.states().items())
    yield f"{will}导入提案 {len(plan.entries)} 件：{states}。"
    if dry_run:
        yield "这是试运行，没有写入任何内容。"
