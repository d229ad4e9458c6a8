"""Notices by mail: at once or once a day, by a background task, tried again, and kept; the daily reminders."""

import datetime
import json
import re
import smtplib
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from apps.allocation import operations as allocation
from apps.allocation.queries import draft_of
from apps.audit.models import Event
from apps.notices import mailing
from apps.notices import operations as notices
from apps.notices.models import Mail, MailWish, Notice
from apps.notices.tasks import send_mail
from apps.proposals import operations as cases
from apps.proposals.models import Case
from apps.ratings.models import Receipt
from tests import factories as make
from tests.test_notices_to_people import late, page_of, this_year
from tests.test_tasks import db_worker, in_service  # noqa: F401 a fixture


@pytest.fixture
def world(db, settings):
    settings.SITE_URL = "https://tian.example"
    made = this_year()
    with_addresses(made)
    return made


def with_addresses(world):
    for name in ("clerk", "head", "office2", "secretary"):
        person = world.people[name]
        person.email = f"{name}@example.gov.cn"
        person.save()


def wish(person, how):
    MailWish.objects.update_or_create(user=person, defaults={"how": how})


def supervised(*arguments):
    out = StringIO()
    call_command("supervise", *arguments, stdout=out)
    return out.getvalue()


def addressed():
    return sorted(message.to[0].partition("@")[0] for message in mail.outbox)


# --- at once ---------------------------------------------------------------------------------------------------------


def test_who_wants_each_gets_it_once_the_deed_is_stored(world, django_capture_on_commit_callbacks):
    wish(world.clerk, "each")
    wish(world.head, "none")
    case = late(world, "012")
    mail.outbox.clear()
    with django_capture_on_commit_callbacks() as after:
        notices.urge(case, by=world.office, at=timezone.now(), note="张三电话13800000000")
        assert mail.outbox == []
    for callback in after:
        callback()
    (message,) = mail.outbox
    day = case.proposal.cases.get().accept_due_on
    assert message.to == ["clerk@example.gov.cn"]
    assert message.subject == f"第012号提案：催办：请尽快签收（期限{day.month}月{day.day}日）"
    assert "《关于增设过街天桥的建议》" in message.body
    assert f"https://tian.example/proposals/{case.proposal_id}/" in message.body
    assert "13800000000" not in message.body and "张三" not in message.body  # what somebody wrote stays inside
    kept = Mail.objects.get(person=world.clerk, notice__kind="case.urge")
    assert (kept.stage, kept.tries, kept.problem) == ("sent", 1, "")


def test_a_shared_draft_is_one_mail_to_each_and_leads_to_where_they_answer(world, django_capture_on_commit_callbacks):
    wish(world.clerk, "each")
    now = timezone.now()
    for number in ("001", "002"):
        proposal = make.registered(world, number, title=f"关于{number}的建议", at=now)
        allocation.place(proposal, [(world.housing, "lead")], by=world.office, at=now, seen=0, note="内部备注")
    with django_capture_on_commit_callbacks(execute=True):
        allocation.share(draft_of(world.session), timezone.localdate(now), by=world.office, at=now)
    (message,) = mail.outbox
    assert message.to == ["clerk@example.gov.cn"] and "2 条" in message.subject
    assert all(f"《关于{number}的建议》" in message.body for number in ("001", "002"))
    assert message.body.count("https://tian.example/allocation/opinions/") == 2
    assert "/proposals/" not in message.body and "内部备注" not in message.body


def test_a_deed_that_is_undone_sends_nothing(world, django_capture_on_commit_callbacks):
    wish(world.clerk, "each")
    case = late(world, "012")
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(cases.Refused):
        notices.urge(case, by=world.office, at=timezone.now())
        notices.urge(case, by=world.office, at=timezone.now())
    assert not Mail.objects.filter(subject__contains="催办", stage="sent").exclude(person=world.clerk).exists()


def test_without_a_server_nothing_is_made_and_the_page_says_so(world, client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    wish(world.clerk, "each")
    notices.urge(late(world, "012"), by=world.office, at=timezone.now())
    supervised()
    assert not Mail.objects.exists()
    assert Notice.objects.filter(person=world.clerk).exists()
    client.force_login(world.clerk)
    assert "还没有配置邮件服务器" in page_of(client, "/notices/settings/")
    client.force_login(world.office)
    assert "还没有配置邮件服务器" in page_of(client, "/notices/mail/")


def test_without_an_address_of_the_site_a_mail_has_no_link(world, settings, django_capture_on_commit_callbacks):
    settings.SITE_URL = ""
    wish(world.clerk, "each")
    with django_capture_on_commit_callbacks(execute=True):
        late(world, "012")
    assert "http" not in mail.outbox[0].body and "请登录提案办理系统查看" in mail.outbox[0].body


def test_a_line_break_in_a_name_breaks_no_head(world, django_capture_on_commit_callbacks):
    wish(world.office2, "each")
    world.housing.name = "区建委\nBcc: all@example.com"
    world.housing.save()
    case = late(world, "012")
    with django_capture_on_commit_callbacks(execute=True):
        cases.request_return(case, world.culture, by=world.clerk, at=timezone.now(), note="职责不符")
    assert addressed() == ["office2"]
    assert "\n" not in mail.outbox[0].subject and mail.outbox[0].bcc == []


# --- once a day ------------------------------------------------------------------------------------------------------


def test_the_digest_is_for_who_never_chose_and_tells_each_thing_once(world, django_capture_on_commit_callbacks):
    wish(world.head, "none")
    for number in ("001", "002"):
        notices.urge(late(world, number), by=world.office, at=timezone.now())
    assert mail.outbox == []
    with django_capture_on_commit_callbacks(execute=True):
        supervised()
    message = next(one for one in mail.outbox if one.to == ["clerk@example.gov.cn"])
    assert [one.to for one in mail.outbox if "head@" in one.to[0]] == []
    assert "第001号提案《" in message.body and "第002号提案《" in message.body
    assert message.subject.startswith("提案办理通知 ")
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        supervised()
    assert mail.outbox == []


def test_what_was_read_or_is_no_longer_ones_own_is_in_no_digest(world, django_capture_on_commit_callbacks):
    notices.urge(late(world, "001"), by=world.office, at=timezone.now())
    notices.mark_read(world.clerk, at=timezone.now())
    world.head.posts.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        mailing.mail_digests(at=timezone.now(), enqueue=send_mail.enqueue)
    assert addressed() == []


# --- reminders -------------------------------------------------------------------------------------------------------


def test_a_deadline_that_is_near_or_over_is_told_once(world):
    over = late(world, "001")
    near = make.handling(world, "002", at=timezone.now()).cases.get()
    far = make.handling(world, "003", at=timezone.now()).cases.get()
    Case.objects.filter(pk=near.pk).update(reply_due_on=timezone.localdate())
    found = json.loads(supervised("--json"))
    assert found["reminded"] == 2
    assert set(Notice.objects.filter(case=over, kind="reminder.late").values_list("person__username", flat=True)) == {
        "clerk", "head",
    }  # fmt: skip
    (notice,) = Notice.objects.filter(case=near, kind="reminder.near")
    assert (notice.person, notice.text.startswith("答复期限")) == (world.clerk, True)
    assert not Notice.objects.filter(case=far, kind__startswith="reminder.").exists()
    assert json.loads(supervised("--json"))["reminded"] == 0
    Case.objects.filter(pk=near.pk).update(reply_due_on=timezone.localdate() - datetime.timedelta(days=1))
    assert json.loads(supervised("--json"))["reminded"] == 1  # the next stage


def test_a_late_receipt_is_told_to_the_secretariat_once(world):
    now = timezone.now()
    make.reply_at(world, make.handling(world, "001", at=now).cases.get(), "issued", at=now)
    Receipt.objects.update(due_on=timezone.localdate() - datetime.timedelta(days=1))
    supervised()
    supervised()
    found = Notice.objects.filter(kind="reminder.receipt").values_list("person__username", flat=True)
    assert sorted(found) == ["secretary", "secretary2"]


def test_of_a_past_day_nobody_is_reminded(world):
    late(world, "001")
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    assert json.loads(supervised("--json", "--date", str(yesterday)))["reminded"] == 0
    assert not Notice.objects.filter(kind__startswith="reminder.").exists()


# --- what becomes of a mail ------------------------------------------------------------------------------------------


class Broken:
    def __init__(self, *args, **kwargs):
        pass

    def send_messages(self, messages):
        raise smtplib.SMTPServerDisconnected("Connection\r\nunexpectedly closed")

    open = close = lambda self: None


def test_a_mail_that_fails_is_tried_three_times_then_kept_as_failed_and_sent_again_by_hand(
    world, client, settings, django_capture_on_commit_callbacks
):
    wish(world.clerk, "each")
    settings.EMAIL_BACKEND = "tests.test_notices_mailed.Broken"
    with django_capture_on_commit_callbacks(execute=True):
        late(world, "012")  # the deed itself is done
    kept = Mail.objects.get()
    assert (kept.stage, kept.tries) == ("waiting", 1)
    waits = []
    for _ in range(4):
        mailing.send(kept.pk, at=timezone.now(), again=lambda pk, wait: waits.append(wait))
    kept.refresh_from_db()
    assert (kept.stage, kept.tries, waits) == ("failed", 3, [datetime.timedelta(hours=1)])
    assert kept.problem == "SMTPServerDisconnected: Connection unexpectedly closed"
    client.force_login(world.office)
    page = page_of(client, "/notices/mail/?failed")
    assert "没有发出" in page and "unexpectedly closed" in page and "第012号提案" in page
    client.force_login(world.admin)
    assert "第012号提案" not in page_of(client, "/notices/mail/")  # no party to any proposal
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("notices:send_again", args=[kept.pk])).status_code == 302
    kept.refresh_from_db()
    assert (kept.stage, addressed()) == ("sent", ["clerk"])
    client.force_login(world.clerk)
    assert client.post(reverse("notices:send_again", args=[kept.pk])).status_code == 404


def test_of_two_tasks_for_one_mail_only_one_sends_it(world, django_capture_on_commit_callbacks):
    wish(world.clerk, "each")
    with django_capture_on_commit_callbacks(execute=True):
        late(world, "012")
    mailing.send(Mail.objects.get().pk, at=timezone.now(), again=None)
    assert len(mail.outbox) == 1


def test_what_a_lost_worker_left_is_sent_with_the_daily_run(world, django_capture_on_commit_callbacks):
    wish(world.clerk, "each")
    late(world, "012")  # nothing runs after the commit: as if the process had died
    assert Mail.objects.get().stage == "waiting"
    Mail.objects.update(made_at=timezone.now() - datetime.timedelta(hours=3))
    supervised()
    assert Mail.objects.get(notice__kind="proposal.assign").stage == "sent"


def test_a_person_chooses_how(world, client):
    client.force_login(world.clerk)
    page = page_of(client, "/notices/settings/")
    assert "clerk@example.gov.cn" in page
    assert re.search(r'value="daily"[^>]*checked', page)  # who never chose
    for how in ("each", "none", "daily"):
        assert client.post("/notices/settings/", {"how": how}).status_code == 302
        assert MailWish.objects.get(user=world.clerk).how == how
    assert client.post("/notices/settings/", {"how": "hourly"}).status_code == 422
    assert MailWish.objects.get(user=world.clerk).how == "daily"


def test_the_worker_sends_what_waits(in_service, monkeypatch, tmp_path):  # noqa: F811
    """In service the mail waits in the database; a process of its own sends it, here into a file."""
    monkeypatch.setenv("EMAIL_URL", f"filemail:///{tmp_path}")
    monkeypatch.setenv("EMAIL_FROM", "tian@example.gov.cn")
    world = this_year()
    with_addresses(world)
    wish(world.clerk, "each")
    late(world, "012")
    assert Mail.objects.get().stage == "waiting"
    db_worker()
    assert (Mail.objects.get().stage, Mail.objects.get().tries, Mail.objects.get().problem) == ("sent", 1, "")
    (sent,) = tmp_path.glob("*.log")
    text = sent.read_text()
    assert "From: tian@example.gov.cn" in text and "To: clerk@example.gov.cn" in text


def test_a_person_says_where_their_mail_goes_and_the_trail_tells_that_it_changed(world, client):
    client.force_login(world.head)
    assert "head@example.gov.cn" in page_of(client, "/notices/settings/")
    answer = client.post("/notices/settings/", {"how": "each", "email": "wang@example.gov.cn"}, follow=True)
    assert "通知设置已保存" in answer.content.decode()
    world.head.refresh_from_db()
    assert (world.head.email, world.head.mail_wish.how) == ("wang@example.gov.cn", "each")
    event = Event.objects.order_by("seq").last()
    assert (event.action, event.target_key, event.actor_key) == ("user.change", "head", "head")
    assert event.data["changed"] == ["email"] and "wang@" not in str(event.data)
    client.post("/notices/settings/", {"how": "daily", "email": "wang@example.gov.cn"})
    assert Event.objects.order_by("seq").last() == event, "the address stayed as it was"


def test_an_address_that_is_none_is_refused_and_none_at_all_is_warned_of(world, client):
    client.force_login(world.clerk)
    wrong = client.post("/notices/settings/", {"how": "each", "email": "clerk@"})
    assert wrong.status_code == 422 and "clerk@" in wrong.content.decode()
    world.clerk.refresh_from_db()
    assert world.clerk.email == "clerk@example.gov.cn"
    none = client.post("/notices/settings/", {"how": "each", "email": ""}, follow=True)
    assert "没有填写邮件地址" in none.content.decode()


def test_a_mail_of_the_annual_letter_names_it_and_leads_to_it(world, django_capture_on_commit_callbacks):
    world.chief.email = "chief@example.gov.cn"
    world.chief.save()
    wish(world.chief, "each")
    with django_capture_on_commit_callbacks(execute=True):
        letter = make.letter_at(world, "office_review", at=timezone.now())
    (message,) = mail.outbox
    assert message.subject == f"{letter}：年度通报已送审，请审核"
    assert f"https://tian.example{letter.get_absolute_url()}" in message.body and "演练" not in message.body
