import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from apps.documents.fonts import FontsUnavailable, MissingGlyph
from apps.documents.paper import paper_pdf
from apps.documents.word import paper_docx
from apps.figures.queries import UnknownSession, session_named
from apps.reports.letter import compose


class Command(BaseCommand):
    """With --json: {"session": "9-4", "title": "…", "pdf": "OUT.pdf", "docx": null, "unfinished": ["…"]}.

    stderr says what is unfinished, too.
    """

    help = "一届提案的办理情况通报。未完成的事项列在标准错误输出；--strict 时有未完成事项返回 1，届次不存在返回 2。"

    def add_arguments(self, parser):
        parser.add_argument("--session", required=True, help="届次代号，如 9-4")
        parser.add_argument("--pdf", required=True, type=Path, metavar="OUT.pdf", help="写入的 PDF 文件")
        parser.add_argument("--docx", type=Path, metavar="OUT.docx", help="另写一份可在 Word、WPS 中修改的文件")
        parser.add_argument("--strict", action="store_true", help="有未完成事项时返回 1（文件仍然写出）")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *, session, pdf, docx, strict, **options):
        try:
            found = session_named(session)
            letter, unfinished, *_ = compose(found)
            contents = {Path(pdf): paper_pdf(letter)}
            if docx:
                contents[Path(docx)] = paper_docx(letter)
        except UnknownSession as unknown:
            raise CommandError(str(unknown), returncode=2) from unknown
        except MissingGlyph as missing:
            raise CommandError(str(missing), returncode=1) from missing
        except FontsUnavailable as missing:
            raise CommandError(f"没有排印公文所需的字体：{missing}", returncode=1) from missing
        for path, content in contents.items():
            try:
                path.write_bytes(content)
            except OSError as failed:
                raise CommandError(f"不能写入 {path}：{failed.strerror}", returncode=2) from failed
        if options.get("json"):
            files = {"pdf": str(pdf), "docx": str(docx) if docx else None}
            told = {"session": found.key, "title": letter.title, **files, "unfinished": unfinished}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(f"已生成《{letter.title}》：{'、'.join(map(str, contents))}")
        for line in unfinished:
            self.stderr.write(line)
        if strict and unfinished:
            raise CommandError(f"有{len(unfinished)}项未完成。", returncode=1)
