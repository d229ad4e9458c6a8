"""Notices by mail: at once or once a day, sent by a background task after the deed is stored, tried again, and kept.

A mail says number, title and what to do; no reason that somebody wrote, no text of a proposal or reply leaves by it.
"""

import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse

from apps.accounts.models import User

from .models import Mail, MailWish, Notice
from .queries import notices_of

TRIES = 3
WAIT = (datetime.timedelta(minutes=10), datetime.timedelta(hours=1))  # before the second try and the third
DIGEST_OF = datetime.timedelta(days=7)  # what is unread for longer is not mailed any more
LINES = 50  # of one digest
Stage = Mail.Stage


def is_set_up():
    """Whether there is a server to send by (EMAIL_URL). Without one nothing is made, and nothing fails."""
    return not settings.EMAIL_BACKEND.endswith(".dummy.EmailBackend")


def wishing(how):
    """Filter for users who get mail in this way: who never chose gets the daily digest."""
    chosen = Q(mail_wish__how=how)
    if how == MailWish.How.DAILY:
        chosen |= Q(mail_wish=None)
    return chosen & Q(is_active=True) & ~Q(email="")


def mail_at_once(notices, *, at, enqueue):
    """A mail of these notices of one deed to each who wants them at once; sent after the transaction is stored."""
    if not notices or not is_set_up():
        return
    wanted = User.objects.filter(wishing(MailWish.How.EACH), pk__in=[one.person_id for one in notices])
    for person in wanted.order_by("pk"):
        mine = [notice for notice in notices if notice.person_id == person.pk]
        _queue(person, mine, MailWish.How.EACH, at, enqueue)


def mail_digests(*, at, enqueue):
    """每日汇总: one mail to each who wants it, of what they have not read and got no mail of. The Mails."""
    if not is_set_up():
        return []
    recent = Notice.objects.filter(read_at=None, mail=None, at__gt=at - DIGEST_OF)
    made = []
    for person in User.objects.filter(wishing(MailWish.How.DAILY), pk__in=recent.values("person_id")).order_by("pk"):
        with transaction.atomic():
            User.objects.select_for_update().get(pk=person.pk)  # of two runs at once one finds nothing left
            mine = (
                notices_of(person)
                .filter(pk__in=recent.values("pk"))
                .select_related("proposal__session", "letter__session")
            )
            if found := list(mine.order_by("at", "pk")):
                made.append(_queue(person, found, MailWish.How.DAILY, at, enqueue))
    return made


def _queue(person, notices, how, at, enqueue):
    mail = Mail.objects.create(
        person=person, address=person.email, how=how, subject=subject_of(notices), body=body_of(person, notices),
        made_at=at,
    )  # fmt: skip
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mail=mail)
    transaction.on_commit(lambda: enqueue(mail.pk))
    return mail


# --- the words -------------------------------------------------------------------------------------------------------


def subject_of(notices):
    """第012号提案：新交办，请于3月13日前签收; of several how many there are, and the first."""
    first = f"{_about(notices[0])}：{notices[0].text}"
    text = first if len(notices) == 1 else f"提案办理通知 {len(notices)} 条，{first}"
    return " ".join(text.split())[:150]  # a line of a mail's head


def _about(notice):
    return str(notice.letter) if notice.letter else f"{notice.proposal}提案"


def body_of(person, notices):
    lines = [f"{person}：", ""]
    for notice in notices[:LINES]:
        lines += [_about(notice) + ("" if notice.letter else f"《{notice.proposal.title}》"), f"  {notice.text}。"]
        if settings.SITE_URL:
            lines.append(f"  {settings.SITE_URL}{notice.get_absolute_url()}")
        lines.append("")
    if len(notices) > LINES:
        lines += [f"另有 {len(notices) - LINES} 条，请登录系统查看。", ""]
    lines.append(f"全部通知：{settings.SITE_URL}{reverse('notices:notices')}" if settings.SITE_URL
                 else "请登录提案办理系统查看。")  # fmt: skip
    lines.append("本邮件由系统自动发出，请勿回复。不需要邮件的，请在“通知设置”中修改。")
    return "\n".join(lines) + "\n"


# --- sending ---------------------------------------------------------------------------------------------------------


def send(pk, *, at, again):
    """Sends a mail that waits. `again(pk, wait)`: tries it later, where the background can; the daily run does too.

    Of two tasks for one mail only one sends it: the number of tries is swapped first.
    """
    mail = Mail.objects.filter(pk=pk, stage=Stage.WAITING).first()
    if mail is None:
        return
    claimed = Mail.objects.filter(pk=pk, stage=Stage.WAITING, tries=mail.tries)
    if not claimed.update(tries=F("tries") + 1, tried_at=at):
        return
    tries = mail.tries + 1
    try:
        EmailMessage(mail.subject, mail.body, None, [mail.address]).send()
    except Exception as error:  # whatever a server or a network does, it is told on the page of mails
        is_over = tries >= TRIES
        problem = " ".join(f"{type(error).__name__}: {error}".split())[:500]
        Mail.objects.filter(pk=pk).update(stage=Stage.FAILED if is_over else Stage.WAITING, problem=problem)
        if not is_over:
            again(pk, WAIT[tries - 1])
    else:
        Mail.objects.filter(pk=pk).update(stage=Stage.SENT, sent_at=at, problem="")


def left_waiting(at):
    """Mails that a worker should have sent long ago: their task was lost with it."""
    return Mail.objects.filter(stage=Stage.WAITING, made_at__lt=at - 2 * WAIT[-1])


def send_again(mail, *, enqueue):
    """再发: a mail that failed gets its tries anew."""
    if Mail.objects.filter(pk=mail.pk, stage=Stage.FAILED).update(stage=Stage.WAITING, tries=0, problem=""):
        transaction.on_commit(lambda: enqueue(mail.pk))
