import datetime
import json
import unicodedata

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from apps.notices import mailing, reminding
from apps.notices.tasks import send_mail
from apps.supervision.operations import supervise


class Command(BaseCommand):
    help = (
        "每日督办：按届次的黄牌、红牌时限拟发应发的牌，由政府办决定发或不发；提醒快到期、已超期的承办件；发每日汇总的通知邮件。"
        "同一天再运行不会重复。日期不对返回 2。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--date", help="按哪一天拟发黄牌、红牌，如 2020-06-30，不提醒、不发邮件；不写则为今天")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *, date=None, **options):
        at = moment(date) if date else timezone.now()
        on = timezone.localdate(at)
        proposed = supervise(at)
        # of a day that is over nobody is reminded any more
        reminded, mailed = tell_of_today(at) if on == timezone.localdate() else (0, 0)
        if options["json"]:
            found = {"date": str(on), "proposed": [as_json(card) for card in proposed]}
            found |= {"reminded": reminded, "mailed": mailed}
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
            return
        if proposed:
            self.stdout.write(f"{on}：拟发{count(proposed)}，请政府办决定发或不发。")
        else:
            self.stdout.write(f"{on}：没有新的黄牌、红牌须拟发。")
        for card in proposed:
            case, proposal = card.case, card.case.proposal
            told = (card.get_colour_display(), f"{proposal.session.key} {proposal}", str(case.unit), card.reason)
            self.stdout.write("  " + "  ".join(told))
        if reminded:
            self.stdout.write(f"到期提醒 {reminded} 件。")
        if mailed:
            self.stdout.write(f"通知邮件 {mailed} 封，由后台发出。")


def tell_of_today(at):
    """(how many deadlines people were reminded of, how many mails wait for the background now)."""
    reminded = reminding.remind(at, enqueue=send_mail.enqueue)
    left = list(mailing.left_waiting(at).values_list("pk", flat=True))
    for pk in left:
        send_mail.enqueue(pk)
    return reminded, len(mailing.mail_digests(at=at, enqueue=send_mail.enqueue)) + len(left)


def moment(text):
    """The morning of a day as typed, now if it is today; raises CommandError (exit 2) for no day or a coming one."""
    try:
        day = parse_date(unicodedata.normalize("NFKC", text).strip())
    except ValueError:
        day = None
    if not day:
        raise CommandError(f"“{text}”不是日期，请写成 2020-06-30。", returncode=2)
    if day > timezone.localdate():
        raise CommandError(f"{day}在今天以后，还不能按这一天督办。", returncode=2)
    if day == timezone.localdate():
        return timezone.now()
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(8)))


def count(cards):
    """黄牌2张、红牌1张."""
    labels = [card.get_colour_display() for card in cards]
    return "、".join(f"{label}{labels.count(label)}张" for label in ("黄牌", "红牌") if label in labels)


def as_json(card):
    case = card.case
    return {
        "session": case.proposal.session.key,
        "number": case.proposal.number,
        "unit": case.unit.name,
        "colour": card.colour,
        "rule": card.rule,
        "round": card.round,
        "due_on": str(card.due_on),
        "reason": card.reason,
    }
