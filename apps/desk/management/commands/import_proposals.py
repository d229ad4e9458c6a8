from apps.desk.exchange.command import ImportCommand
from apps.desk.exchange.plan import LIST


class Command(ImportCommand):
    help = "把提案委交来的提案清单导入为待交办提案，全部成功或全部不导入。有错误返回 1，文件不能用返回 2。"
    kind = LIST
