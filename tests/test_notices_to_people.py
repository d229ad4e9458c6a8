"""Notices and 催办 in the pages: the bell, marking as read, urging many, words to paste."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from apps.notices import operations as notices
from apps.notices.models import Mail, MailWish, Notice, Urge
from apps.proposals import operations as cases
from apps.proposals.models import Case
from apps.ratings.models import Receipt
from apps.ratings.operations import close_unanswered
from tests import factories as make
from tests.browser import follow, press, told
from tests.test_queries import MOST, queries_of


@pytest.fixture
def world(db):
    return this_year()


def this_year():
    made = make.world()
    now = timezone.now()
    made.session = cases.open_session("9-9", "九届九次会议", timezone.localdate(now).year, by=made.office, at=now)
    made.housing.contact_name, made.housing.contact_phone = "李经办", "68830001"
    made.housing.save()
    return made


def late(world, number, days=2, unit=None):
    """A case that should have been accepted `days` ago."""
    proposal = make.assigned(world, number, roles=[(unit or world.housing, "lead")], at=timezone.now())
    case = proposal.cases.get()
    day = timezone.localdate() - datetime.timedelta(days=days)
    Case.objects.filter(pk=case.pk).update(accept_due_on=day)
    return case


def page_of(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_bell_counts_what_is_unread_and_no_page_marks_it_by_itself(client, world):
    make.assigned(world, "001", at=timezone.now())
    make.assigned(world, "002", at=timezone.now())
    client.force_login(world.clerk)
    for url in ("/", "/notices/", "/notices/?show=all"):
        assert '<span class="bell-count">2</span>' in page_of(client, url)
    assert Notice.objects.filter(person=world.clerk, read_at=None).count() == 2
    client.force_login(world.auditor)
    assert "bell" not in page_of(client, "/audit/")


def test_opening_a_notice_marks_all_of_its_proposal_and_leads_there(client, world):
    case = late(world, "001")
    other = late(world, "002")
    notices.urge(case, by=world.office, at=timezone.now())
    client.force_login(world.clerk)
    notice = Notice.objects.get(person=world.clerk, kind="case.urge")
    answer = client.post(reverse("notices:open", args=[notice.pk]))
    assert (answer.status_code, answer.url) == (302, f"/proposals/{case.proposal_id}/#case-{case.pk}")
    left = Notice.objects.filter(person=world.clerk, read_at=None)
    assert [one.proposal_id for one in left] == [other.proposal_id]


def test_one_or_all_are_marked_as_read_and_never_those_of_others(client, world):
    late(world, "001")
    late(world, "002")
    late(world, "003", unit=world.culture)
    client.force_login(world.clerk)
    mine = Notice.objects.filter(person=world.clerk, read_at=None)
    theirs = Notice.objects.get(person=world.culture_clerk)
    client.post("/notices/read/", {"pk": theirs.pk})
    assert client.post(reverse("notices:open", args=[theirs.pk])).status_code == 404
    assert (mine.count(), Notice.objects.get(pk=theirs.pk).read_at) == (2, None)
    client.post("/notices/read/", {"pk": mine.first().pk})
    assert mine.count() == 1
    assert "没有未读通知" not in page_of(client, "/notices/")
    client.post("/notices/read/")
    assert (mine.count(), Notice.objects.get(pk=theirs.pk).read_at) == (0, None)
    assert "没有未读通知" in page_of(client, "/notices/")
    assert "第001号" in page_of(client, "/notices/?show=all")
    assert client.post("/notices/read/", {"pk": "１"}).status_code == 404
    assert client.get("/notices/read/").status_code == 405


def test_user_text_in_a_notice_is_shown_as_text(client, world):
    notices.urge(late(world, "001"), by=world.office, at=timezone.now(), note="<b>快</b>")
    client.force_login(world.clerk)
    assert "&lt;b&gt;快&lt;/b&gt;" in page_of(client, "/notices/")


def test_the_page_lists_what_is_late_or_due_within_five_working_days_by_unit(client, world):
    late(world, "001")
    late(world, "002", unit=world.culture)
    soon = make.handling(world, "003", at=timezone.now()).cases.get()
    Case.objects.filter(pk=soon.pk).update(reply_due_on=timezone.localdate() + datetime.timedelta(days=1))
    make.handling(world, "004", at=timezone.now())  # due in three months
    secret = make.registered(world, "005", at=timezone.now(), is_secret=True)
    cases.assign(secret, [(world.housing, "lead")], by=world.office, at=timezone.now())
    Case.objects.filter(proposal=secret).update(accept_due_on=timezone.localdate() - datetime.timedelta(days=9))
    client.force_login(world.office)
    page = page_of(client, "/notices/urging/")
    assert page.index("区住房城乡建委 <span") < page.index("第001号") < page.index("区文化旅游委 <span")
    assert page.index("区文化旅游委 <span") < page.index("第002号")
    assert "第003号" in page and "第004号" not in page and "第005号" not in page
    assert "第003号" not in page_of(client, "/notices/urging/?late")
    words = page.partition("<textarea")[2].partition("</textarea>")[0]
    assert "【区住房城乡建委】李经办 68830001" in words
    assert "第001号《关于增设过街天桥的建议》请尽快签收" in words
    assert "（电话未登记）" in words  # of the other unit


def test_an_opinion_is_not_urged_once_the_lead_unit_has_replied(client, world):
    now = timezone.now()
    proposal = make.handling(world, "001", roles=[(world.housing, "lead"), (world.culture, "assist")], at=now)
    assist = make.case_of(proposal, world.culture)
    Case.objects.filter(pk=assist.pk).update(opinion_due_on=timezone.localdate() - datetime.timedelta(days=1))
    client.force_login(world.office)
    assert "待会办意见" in page_of(client, "/notices/urging/")
    Case.objects.filter(pk=make.case_of(proposal, world.housing).pk).update(state="replied")
    type(proposal).objects.filter(pk=proposal.pk).update(state="replied")
    assert "第001号" not in page_of(client, "/notices/urging/")


def test_many_are_urged_at_once_and_each_outcome_is_told(client, world):
    chosen = [late(world, number) for number in ("001", "002", "003")]
    notices.urge(chosen[2], by=world.office2, at=timezone.now())
    client.force_login(world.office)
    given = {"case": [case.pk for case in chosen], "note": "请尽快", "then": "/notices/urging/?late"}
    answer = client.post("/notices/urge/", given)
    assert (answer.status_code, answer.url) == (302, "/notices/urging/?late")
    page = page_of(client, answer.url)
    assert "已催办 2 件：第001号（区住房城乡建委）、第002号（区住房城乡建委）。" in page
    assert "没有催办第003号（区住房城乡建委）：今天已催办过" in page
    assert Urge.objects.count() == 3
    assert Notice.objects.filter(person=world.clerk, kind="case.urge", note="请尽快").count() == 2


def test_one_click_urges_one_and_leads_back_to_where_it_was_pressed(client, world):
    case = late(world, "001")
    client.force_login(world.office)
    answer = client.post("/notices/urge/", {"only": case.pk, "then": "/"})
    assert (answer.status_code, answer.url) == (302, "/")
    assert Urge.objects.get().case == case


@pytest.mark.parametrize("then", ["https://elsewhere.example/", "//elsewhere.example/", "/accounts/sign-in/", "", "x",
                                  "/\\elsewhere.example", "javascript:alert(1)", "/proposals/１/"])  # fmt: skip
def test_the_way_back_is_a_known_page_of_this_site(client, world, then):
    client.force_login(world.office)
    answer = client.post("/notices/urge/", {"only": late(world, "001").pk, "then": then})
    assert answer.url == "/notices/urging/"


@pytest.mark.parametrize("given", [{}, {"case": "x"}, {"only": "-"}, {"only": "99999999999999999999"}, {"case": "0"},
                                   {"note": "长" * 501, "only": "1"}])  # fmt: skip
def test_a_choice_that_is_none_is_told_and_urges_nobody(client, world, given):
    late(world, "001")
    client.force_login(world.office)
    answer = client.post("/notices/urge/", given, follow=True)
    assert answer.status_code == 200
    assert "没有催办" in answer.content.decode() or "500" in answer.content.decode()
    assert not Urge.objects.exists()


def test_nobody_but_office_and_secretariat_reaches_the_page(client, world):
    case = late(world, "001")
    for person in (world.clerk, world.leader, world.auditor, world.admin):
        client.force_login(person)
        assert client.post("/notices/urge/", {"only": case.pk}).status_code == 403
    client.force_login(world.secretary)
    client.post("/notices/urge/", {"only": case.pk})
    assert not Urge.objects.exists()


def test_the_secretariat_reminds_of_many_receipts(client, world):
    now = timezone.now()
    for number in ("001", "002"):
        make.reply_at(world, make.handling(world, number, at=now).cases.get(), "issued", at=now)
    client.force_login(world.secretary)
    assert "没有要催收的" in page_of(client, "/notices/urging/")
    Receipt.objects.update(due_on=timezone.localdate() - datetime.timedelta(days=1))
    page = page_of(client, "/notices/urging/")
    assert "13900000001" in page and "第001号" in page
    one, two = Receipt.objects.order_by("pk")
    chosen = [f"{receipt.pk}|{receipt.stamp}" for receipt in (one, two)]
    client.post("/notices/urge/", {"receipt": chosen})
    answer = client.post("/notices/urge/", {"receipt": chosen}, follow=True)  # from a page that is old by now
    assert "没有催收第001号（赵堃）" in answer.content.decode()
    assert list(Receipt.objects.values_list("reminders", flat=True)) == [1, 1]
    assert "已催收 1 次" in page_of(client, "/notices/urging/")
    close_unanswered(one.case, by=world.secretary, at=now, note="提案者去世")  # nobody waits for it any more
    page = page_of(client, "/notices/urging/")
    assert "第001号" not in page and "第002号" in page


def test_the_office_urges_three_and_the_clerk_finds_it_under_the_bell(people, new_page, transactional_db):
    world = this_year()
    for number in ("001", "002", "003"):
        late(world, number)
    Notice.objects.all().delete()
    office = people(world.office, "/notices/urging/")
    office.get_by_label("附言").fill("请今天签收")
    press(office, "催办所选")
    told(office, "已催办 3 件")
    expect(office.get_by_text("今天已催办", exact=True)).to_have_count(3)
    expect(office.get_by_role("button", name="复制", exact=True)).to_be_visible()
    clerk = people(world.clerk)
    follow(clerk.get_by_role("link", name="通知 3"))
    told(clerk, "请今天签收")
    clerk.get_by_role("button", name="第002号").first.click()
    clerk.wait_for_url("**/proposals/*/**")
    told(clerk, "关于增设过街天桥的建议")
    clerk.get_by_role("link", name="通知 2").wait_for()


# --- beside what it is about -----------------------------------------------------------------------------------------


def test_the_home_of_the_office_urges_with_one_click_and_says_that_it_was_done(client, world):
    case = late(world, "001")
    client.force_login(world.office)
    assert f'<input type="hidden" name="only" value="{case.pk}">' in page_of(client, "/")
    answer = client.post("/notices/urge/", {"only": case.pk}, headers={"referer": "http://testserver/waiting/late/"})
    assert answer.url == "/waiting/late/"
    page = page_of(client, "/")
    assert "已催办 1 件：第001号（区住房城乡建委）" in page
    assert "今天已催办" in page and 'name="only"' not in page


@pytest.mark.parametrize(
    "referer", ["https://elsewhere.example/waiting/late/", "http://testserver/accounts/posts/", "x"]
)
def test_the_page_before_is_gone_back_to_only_where_it_is_a_known_one_of_this_site(client, world, referer):
    client.force_login(world.office)
    answer = client.post("/notices/urge/", {"only": late(world, "001").pk}, headers={"referer": referer})
    assert answer.url == "/notices/urging/"


def test_a_secret_case_that_is_late_has_no_button(client, world):
    secret = make.registered(world, "005", at=timezone.now(), is_secret=True)
    cases.assign(secret, [(world.housing, "lead")], by=world.office, at=timezone.now())
    Case.objects.filter(proposal=secret).update(accept_due_on=timezone.localdate() - datetime.timedelta(days=9))
    client.force_login(world.office)
    for url in ("/", secret.get_absolute_url()):
        page = page_of(client, url)
        assert "第005号" in page and 'name="only"' not in page


def test_the_page_of_a_late_proposal_urges_too_and_tells_how_often(client, world):
    case = late(world, "001")
    on_time = make.assigned(world, "002", at=timezone.now())
    client.force_login(world.office)
    assert 'name="only"' in page_of(client, case.proposal.get_absolute_url())
    assert 'name="only"' not in page_of(client, on_time.get_absolute_url())  # under 更多, with a word to it
    notices.urge(case, by=world.office, at=timezone.now())
    page = page_of(client, case.proposal.get_absolute_url())
    assert "1 次，最近" in page and 'name="only"' not in page
    client.force_login(world.clerk)
    assert "1 次，最近" in page_of(client, case.proposal.get_absolute_url())


def test_what_is_unread_is_marked_in_homes_lists_and_on_the_page_until_it_is_read(client, world):
    case = late(world, "001")
    late(world, "002", unit=world.culture)
    client.force_login(world.clerk)
    here = case.proposal.get_absolute_url()
    for url in ("/", "/proposals/", here):
        assert "● 未读" in page_of(client, url), url
    client.force_login(world.head)  # was not told: the clerk accepts
    assert "● 未读" not in page_of(client, "/")
    client.force_login(world.clerk)
    answer = client.post("/notices/read/", {"proposal": case.proposal_id})
    assert answer.url == here
    for url in ("/", "/proposals/", here):
        assert "● 未读" not in page_of(client, url), url


# --- fast ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("person", "url"), [("clerk", "/notices/"), ("clerk", "/notices/?show=all"), ("clerk", "/"),
                                             ("office", "/notices/urging/"), ("office", "/notices/mail/")])  # fmt: skip
def test_a_page_asks_as_often_for_one_notice_as_for_thirty(client, world, person, url):
    MailWish.objects.create(user=world.clerk, how="each")
    world.clerk.email = "clerk@example.gov.cn"
    world.clerk.save()
    client.force_login(world.people[person])
    late(world, "001")
    few, _ = queries_of(client, url)
    for number in range(2, 31):
        late(world, f"{number:03}")
    many, sql = queries_of(client, url)
    assert (Notice.objects.count(), Mail.objects.count()) == (30, 30)
    assert (many, many <= MOST) == (few, True), "\n".join(sql)
