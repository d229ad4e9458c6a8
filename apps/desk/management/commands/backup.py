import json

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.desk.backup.archive import Unusable
from apps.desk.backup.operations import write_backup


class Command(BaseCommand):
    help = "备份数据库和全部文件，附校验码。完整返回 0，有登记在案而找不到的文件返回 1，写不成返回 2。"

    def add_arguments(self, parser):
        parser.add_argument("out", metavar="OUT.tar", help="备份文件；已有同名的，新的写成以后才替换")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *, out, **options):
        try:
            manifest = write_backup(out, timezone.now())
        except Unusable as refused:
            raise CommandError(str(refused), returncode=2) from refused
        except OSError as failed:
            raise CommandError(f"不能写入 {out}：{failed.strerror}", returncode=2) from failed
        told = summary_of(manifest) | {"missing": manifest["missing"]}
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(f"已备份：记录{told['rows']}条，文件{told['files']}个。")
            for name in manifest["missing"]:
                self.stdout.write(f"登记在案、但找不到的文件：{name}")
        if manifest["missing"]:
            raise CommandError(f"有{len(manifest['missing'])}个文件找不到，其余已备份。", returncode=1)


def summary_of(manifest):
    """What a backup holds, for people: `{"rows", "files", "made_at", "head"}`."""
    return {
        "rows": sum(manifest["rows"].values()),
        "files": sum(name.startswith("files/") for name in manifest["members"]),
        "made_at": manifest["made_at"],
        "head": manifest["head"],
    }
