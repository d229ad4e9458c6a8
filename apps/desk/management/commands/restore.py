import datetime
import json

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.desk.backup.archive import Unusable
from apps.desk.backup.operations import NotEmpty, restore

from .backup import summary_of


class Command(BaseCommand):
    help = "把备份恢复到空的数据库和空的文件目录。成功返回 0，已有数据返回 1（不覆盖），备份不能用返回 2。"

    def add_arguments(self, parser):
        parser.add_argument("source", metavar="IN.tar", help="备份文件")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *, source, **options):
        try:
            manifest = restore(source)
        except NotEmpty as refused:
            raise CommandError(str(refused), returncode=1) from refused
        except Unusable as unusable:
            raise CommandError(str(unusable), returncode=2) from unusable
        except OSError as failed:
            raise CommandError(f"不能读取 {source}：{failed.strerror}", returncode=2) from failed
        told = summary_of(manifest)
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            made_at = timezone.localtime(datetime.datetime.fromisoformat(told["made_at"]))
            self.stdout.write(f"已恢复：记录{told['rows']}条，文件{told['files']}个，备份于 {made_at:%Y-%m-%d %H:%M}。")
            self.stdout.write("审计记录已核查，完整无误。")
