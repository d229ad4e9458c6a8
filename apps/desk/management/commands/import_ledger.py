from apps.desk.exchange.command import ImportCommand
from apps.desk.exchange.plan import LEDGER


class Command(ImportCommand):
    help = "把一届提案的台账（已办结或办理中）补录进来，全部成功或全部不导入。有错误返回 1，文件不能用返回 2。"
    kind = LEDGER
