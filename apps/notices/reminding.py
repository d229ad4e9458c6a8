"""The daily run: who is told that a deadline is near or over. Each once for a case, round, deadline and stage."""

from django.db import transaction
from django.utils import timezone

from apps.calendars.deadlines import Calendar, add_working_days

from . import mailing
from .deeds import To, as_day
from .models import Notice, Reminder
from .queries import cases_to_urge, people_for, receipts_to_remind, step_of

NEAR = 2  # working days before a deadline


def remind(at, *, enqueue):
    """Notices of the deadlines that are near or over on the day of `at`, and how many; a second run finds none.

    `enqueue` as for `mailing.mail_at_once`.
    """
    on = timezone.localdate(at)
    until = add_working_days(on, NEAR, Calendar.load(on.year, on.year + 1))
    cases = cases_to_urge(on).filter(waits_until__lte=until).select_related("proposal__session", "unit")
    count = sum(_remind_of_case(case, on, at, enqueue) for case in cases.order_by("waits_until", "pk"))
    return count + sum(_remind_of_receipt(receipt, on, at, enqueue) for receipt in receipts_to_remind(on))


def _remind_of_case(case, on, at, enqueue):
    step, due_on = step_of(case), case.waits_until
    day = as_day(due_on)
    if due_on < on:
        stage, to, text = "late", To.UNIT, f"{step.label}已超期（期限{day}），请尽快办理"
    else:
        stage, to, text = "near", To.CLERKS, f"{step.label}期限{day}临近，请抓紧办理"
    key = f"case.{case.pk}.{case.round}.{step}.{due_on}.{stage}"
    return _once(key, f"reminder.{stage}", to, case, text, on, at, enqueue)


def _remind_of_receipt(receipt, on, at, enqueue):
    text = f"{receipt.proposer}的回执已过反馈期限（{as_day(receipt.due_on)}），请催收"
    key = f"receipt.{receipt.pk}.{receipt.due_on}"
    return _once(key, "reminder.receipt", To.SECRETARIAT, receipt.case, text, on, at, enqueue)


@transaction.atomic
def _once(key, kind, to, case, text, on, at, enqueue):
    _, is_new = Reminder.objects.get_or_create(key=key, defaults={"made_at": at})
    if not is_new:
        return 0
    made = Notice.objects.bulk_create(
        Notice(person=person, proposal=case.proposal, case=case, kind=kind, text=text[:300], at=at)
        for person in people_for(to, on, case.proposal, case)
    )
    mailing.mail_at_once(made, at=at, enqueue=enqueue)
    return 1
