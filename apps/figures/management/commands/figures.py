import json
import unicodedata

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date

from apps.figures.queries import UnknownSession, session_named, tally
from apps.proposals.workflow import ProposalState


def day(text):
    """A date as typed on the command line; raises CommandError (exit 2) for what is none."""
    try:
        found = parse_date(unicodedata.normalize("NFKC", text).strip())
    except ValueError:
        found = None
    if not found:
        raise CommandError(f"“{text}”不是日期，请写成 2020-11-03。", returncode=2)
    return found


class Command(BaseCommand):
    help = "一届提案的全部统计数字；--as-of 按办理动作的日期统计到某一天。届次不存在返回 2。"

    def add_arguments(self, parser):
        parser.add_argument("--session", required=True, help="届次代号，如 9-4")
        parser.add_argument("--as-of", help="统计截止日期，如 2020-11-03；不写则为系统中的全部记录")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *, session, as_of=None, **options):
        as_of = day(as_of) if as_of else None
        try:
            found = tally(session_named(session), as_of)
        except UnknownSession as unknown:
            raise CommandError(str(unknown), returncode=2) from unknown
        if options["json"]:
            self.stdout.write(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
        else:
            for line in text_of(found):
                self.stdout.write(line)


ENDED = (ProposalState.MERGED, ProposalState.WITHDRAWN, ProposalState.HANDED_BACK)


def text_of(found):
    """The figures of a Tally as lines of Chinese text."""
    as_of = f"{found.as_of:%Y-%m-%d}" if found.as_of else "全部记录"
    yield f"{found.label}（{found.key}）提案办理统计，截至：{as_of}"
    ended = "、".join(f"{state.label}{found.count(state)}件" for state in ENDED if found.count(state))
    yield f"收到提案{found.count('received')}件" + (f"，其中{ended}" if ended else "")
    yield f"计入总数{found.count('total')}件，其中重点提案{found.count('key')}件"
    yield "，".join(f"{label}{found.count(name)}件" for name, label in STAGES)
    yield from split(found, "办理结果（占答复完毕的提案）", ("classes",), "{}类")
    if missing := found.count("unclassified"):
        yield f"  已答复而没有办理结果类别的{missing}件"
    yield "，".join(f"{label}{found.count('ratings', name)}件" for name, label in RECEIPTS)
    yield from split(found, "最终评价（占回执已确认的提案）", ("ratings", "final"))
    yield from split(found, "首次评价（占回执已确认的提案）", ("ratings", "first"))
    if (rate := found.satisfaction).base:
        yield (
            f"满意率{rate.percent}%：{found.counted_rating.label}为{'、'.join(found.satisfied)}的{rate.count}件，"
            f"占{found.satisfaction_base.label}{rate.base}件"
        )
    numbers = "、".join(fact.row.number for fact in found.behind("rehandled"))
    yield f"二次办理{found.count('rehandled')}件" + (f"：{numbers}" if numbers else "")
    yield from split(found, "提案类别（占计入总数的提案）", ("categories",))
    if units := found.as_json()["units"]:
        yield "承办单位（按承办件计）"
        yield from table(
            [("单位", "主办", "协办", "已答复", "按期"), *((name, *of.values()) for name, of in units.items())]
        )


STAGES = (("assigned", "已交办"), ("replied", "已答复"), ("closed", "已办结"), ("open", "未办结"))
RECEIPTS = (("returned", "回执收回"), ("not_returned", "未收回"), ("to_confirm", "待审核确认"))


def split(found, heading, path, label="{}"):
    """Lines of a split, none when it is empty; what is 0 is named for classes only."""
    shares = {name: found.share(*path, name) for name in found.names(*path)}
    rows = [
        (label.format(name), share.count, f"占{share.base}件的{share.percent}%" if share.base else "")
        for name, share in shares.items()
        if share.count or path == ("classes",)
    ]
    if rows:
        yield heading
        yield from table(rows)


def table(rows):
    """Rows as indented lines with columns in line; a Chinese character is two columns wide."""
    widths = [max(width(str(cell)) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (str(cell) + " " * (wide - width(str(cell))) for cell, wide in zip(row, widths, strict=True))
        yield ("  " + "  ".join(cells)).rstrip()


def width(text):
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
