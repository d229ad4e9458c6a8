"""What was typed is never lost: through a closed page, a session that is over, a conflict, an expired token. And it is
nobody else's: not another user's of the same browser, not the next person's at a shared computer."""

import json
import time
from urllib.parse import unquote

import pytest
from django.contrib.sessions.models import Session as SignedIn
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from apps.proposals.models import Contact
from apps.ratings import links
from apps.replies import operations as replies
from tests import factories as make
from tests.browser import PATIENCE, follow, forgive, held_back, press, told

REPLY_TEXT = "经研究，拟在钢花路增设过街天桥一座，年内开工。"
SUMMARY = "已与提案者赵堃委员通话，了解停车场选址的意见。"
RESTORED = "已恢复上次未提交的内容"


@pytest.fixture
def world(transactional_db):
    return make.world()


@pytest.fixture
def case(world):
    return make.handling(world).cases.get()


def contact_page(case):
    return reverse("proposals:act_on_case", args=[case.pk, "contact"])


def drafts(page):
    """What the browser keeps: {key: draft}."""
    found = page.evaluate("Object.fromEntries(Object.entries(localStorage))")
    return {key: json.loads(text) for key, text in found.items() if key.startswith("draft/")}


def typed(page, label, text):
    page.get_by_label(label).fill(text)
    wait_until(page, lambda kept: any(text in json.dumps(one, ensure_ascii=False) for one in kept.values()))


def wait_until(page, is_so):
    """Waits for the browser to keep what it should; its script runs a moment after the page is there."""
    latest = time.monotonic() + PATIENCE / 1000
    while not is_so(kept := drafts(page)):
        assert time.monotonic() < latest, kept


def nothing_is_kept(page):
    wait_until(page, lambda kept: not kept)


def fill_contact(page):
    page.get_by_label("办前").check()
    page.get_by_label("方式").select_option("电话")
    page.get_by_label("参加人员").fill("赵堃")


def test_a_closed_page_brings_the_text_back_and_says_so(world, case, people):
    page = people(world.clerk, contact_page(case))
    fill_contact(page)
    typed(page, "沟通情况", SUMMARY)
    context = page.context
    page.close()
    page = context.new_page()
    page.goto(contact_page(case))
    told(page, RESTORED)
    assert page.get_by_label("沟通情况").input_value() == SUMMARY
    assert page.get_by_label("方式").input_value() == "phone"
    # 不要: as the server sent it, now and later
    press(page, "不要")
    expect(page.get_by_label("沟通情况")).to_have_value("")
    page.reload()
    assert page.get_by_text(RESTORED).count() == 0
    assert page.get_by_label("沟通情况").input_value() == ""
    nothing_is_kept(page)


def test_what_was_stored_is_not_kept_any_longer(world, case, people):
    page = people(world.clerk, contact_page(case))
    fill_contact(page)
    typed(page, "沟通情况", SUMMARY)
    press(page, "沟通记录")
    told(page, "已保存沟通记录")
    nothing_is_kept(page)
    page.goto(contact_page(case))
    assert page.get_by_label("沟通情况").input_value() == ""
    assert page.get_by_text(RESTORED).count() == 0


def test_with_a_file_too_what_was_stored_is_not_kept(world, case, people):
    page = people(world.clerk, contact_page(case))
    fill_contact(page)
    typed(page, "沟通情况", SUMMARY)
    page.locator("input[type=file]").first.set_input_files(
        {"name": "照片.png", "mimeType": "image/png", "buffer": make.PNG}
    )
    press(page, "沟通记录")
    told(page, "已保存沟通记录")
    nothing_is_kept(page)
    assert Contact.objects.filter(case=case, summary=SUMMARY).count() == 1


def test_what_is_typed_while_a_file_goes_up_is_not_kept_after_its_answer(world, case, people):
    """The answer takes the page's place without a new page: what the old one was about to do must not come after it."""
    page = people(world.clerk)
    page.clock.install()
    page.goto(contact_page(case))
    fill_contact(page)
    typed(page, "沟通情况", SUMMARY)
    page.locator("input[type=file]").first.set_input_files(
        {"name": "照片.png", "mimeType": "image/png", "buffer": make.PNG}
    )
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 2"))
    with held_back(page, "**/contact/"):
        press(page, "沟通记录")
        page.get_by_role("status").filter(has_text="上传").wait_for()
        page.get_by_label("沟通情况").fill(f"{SUMMARY}还有")
    told(page, "已保存沟通记录")
    nothing_is_kept(page)
    page.clock.run_for(1000)
    assert drafts(page) == {}


def test_what_is_typed_before_the_script_runs_is_kept_and_not_written_over(world, case, people):
    page = people(world.clerk, contact_page(case))
    page.get_by_label("参加人员").fill("赵堃")
    typed(page, "沟通情况", "早先写的。")
    with held_back(page, "**/drafts*.js"):
        page.goto(contact_page(case), wait_until="commit")
        page.get_by_label("沟通情况").fill(SUMMARY)
    told(page, RESTORED)
    assert page.get_by_label("沟通情况").input_value() == SUMMARY
    assert page.get_by_label("参加人员").input_value() == "赵堃"
    wait_until(page, lambda kept: SUMMARY in json.dumps(kept, ensure_ascii=False))


def test_of_forms_sent_at_once_in_two_windows_none_is_kept(world, case, people):
    other = make.handling(world, "002").cases.get()
    page = people(world.clerk, contact_page(case))
    second = page.context.new_page()
    second.goto(contact_page(other))
    for window in (page, second):
        fill_contact(window)
        typed(window, "沟通情况", SUMMARY)
    with held_back(page, "**/drafts*.js"), held_back(second, "**/drafts*.js"):  # neither page has read what it is told
        for window in (page, second):
            press(window, "沟通记录")
            window.get_by_text("已保存沟通记录").wait_for()
    assert Contact.objects.filter(case__in=(case, other), summary=SUMMARY).count() == 2
    nothing_is_kept(page)


def test_a_form_that_comes_back_with_mistakes_keeps_its_text_without_a_word_about_drafts(world, case, people, problems):
    page = people(world.clerk, contact_page(case))
    fill_contact(page)
    page.get_by_label("日期").fill("2199-01-01")
    typed(page, "沟通情况", SUMMARY)
    press(page, "沟通记录")
    told(page, "没有保存")
    assert page.get_by_label("沟通情况").input_value() == SUMMARY
    assert page.get_by_text(RESTORED).count() == 0
    page.goto("/")
    page.goto(contact_page(case))
    told(page, RESTORED)
    assert page.get_by_label("沟通情况").input_value() == SUMMARY
    forgive(page, problems, 422)


def test_a_session_that_is_over_loses_nothing_and_stores_once(world, case, people):
    page = people(world.clerk, contact_page(case))
    fill_contact(page)
    typed(page, "沟通情况", SUMMARY)
    SignedIn.objects.all().delete()
    follow(page.get_by_role("button", name="沟通记录", exact=True))
    expect(page.get_by_role("heading", name="登录提案办理系统")).to_be_visible()
    assert not Contact.objects.filter(case=case, summary=SUMMARY).exists()
    page.get_by_label("用户名").fill(world.clerk.username)
    page.get_by_label("密码").fill(make.PASSWORD)
    follow(page.get_by_role("button", name="登录", exact=True))
    told(page, RESTORED)
    assert page.get_by_label("沟通情况").input_value() == SUMMARY
    press(page, "沟通记录")
    told(page, "已保存沟通记录")
    assert Contact.objects.filter(case=case, summary=SUMMARY).count() == 1
    nothing_is_kept(page)


def test_whoever_was_overtaken_sees_what_is_true_now_and_may_still_take_their_own(world, case, people, problems):
    reply = make.reply_at(world, case, "draft")
    edit = reverse("replies:act", args=[reply.pk, "edit"])
    page = people(world.clerk, edit)
    typed(page, "答复正文", REPLY_TEXT)
    reply.refresh_from_db()
    same = {"result_class": reply.result_class, "publicity": reply.publicity}
    replies.edit(reply, by=world.head, at=make.moment(2020, 4, 20), body="负责人先改的。", **same)
    press(page, "保存草稿")
    told(page, "没有保存：内容已有变化")
    assert REPLY_TEXT in page.locator(".typed").first.inner_text()
    page.get_by_role("link", name="回到表单").click()
    told(page, "此后这里已有变化")
    assert page.get_by_label("答复正文").input_value() == "负责人先改的。"
    assert REPLY_TEXT in page.locator(".kept .typed").inner_text()
    press(page, "改用我填写的")
    expect(page.get_by_label("答复正文")).to_have_value(REPLY_TEXT)
    press(page, "保存草稿")
    told(page, "已保存答复草稿")
    reply.refresh_from_db()
    assert reply.body == REPLY_TEXT
    nothing_is_kept(page)
    forgive(page, problems, 409)


def test_an_expired_token_leads_back_to_the_form_with_its_text(world, case, people, problems):
    page = people(world.clerk, contact_page(case))
    fill_contact(page)
    typed(page, "沟通情况", SUMMARY)
    page.evaluate("document.querySelector('form[data-keep] [name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
    press(page, "沟通记录")
    told(page, "没有保存：页面已过期")
    follow(page.get_by_role("link", name="回到表单"))
    told(page, RESTORED)
    assert page.get_by_label("沟通情况").input_value() == SUMMARY
    forgive(page, problems, 403)


def test_another_user_of_the_same_browser_sees_nothing(world, case, people, sign_in):
    page = people(world.clerk, contact_page(case))
    typed(page, "沟通情况", SUMMARY)
    sign_in(page, world.head)
    page.goto(contact_page(case))
    assert page.get_by_label("沟通情况").input_value() == ""
    assert page.get_by_text(RESTORED).count() == 0
    # the first one, who never signed out, finds it again
    sign_in(page, world.clerk)
    page.goto(contact_page(case))
    told(page, RESTORED)


def test_signing_out_wipes_one_s_own_drafts_and_no_others(world, case, people, sign_in):
    page = people(world.head, contact_page(case))
    typed(page, "沟通情况", "负责人写的，还没有提交。")
    sign_in(page, world.clerk)
    page.goto(contact_page(case))
    typed(page, "沟通情况", SUMMARY)
    page.locator(".site-person summary").click()
    follow(page.get_by_role("button", name="退出", exact=True))
    expect(page.get_by_role("heading", name="登录提案办理系统")).to_be_visible()
    wait_until(page, lambda kept: [key.split("/")[1] for key in kept] == [str(world.head.pk)])
    assert SUMMARY not in json.dumps(drafts(page), ensure_ascii=False)


def test_neither_tokens_nor_hidden_fields_nor_files_are_kept(world, case, people):
    page = people(world.clerk, contact_page(case))
    page.locator("input[type=file]").first.set_input_files(
        {"name": "照片.png", "mimeType": "image/png", "buffer": make.PNG}
    )
    typed(page, "沟通情况", SUMMARY)
    (draft,) = drafts(page).values()
    names = {name for name, _, _ in draft["values"]}
    assert "summary" in names and names.isdisjoint({"csrfmiddlewaretoken", "seen", "files", "file"})
    assert "照片" not in json.dumps(draft, ensure_ascii=False)


def test_a_proposer_finds_what_they_wrote_and_the_secret_of_the_link_is_not_kept(world, case, new_page):
    receipt = make.receipt_of(make.reply_at(world, case, "issued"))
    token = links.token_for(receipt, timezone.localdate())
    page = new_page()
    page.goto(reverse("link:answer", args=[token]))
    page.locator("textarea").first.fill("希望早日开工，谢谢。")
    wait_until(page, lambda kept: "早日开工" in json.dumps(kept, ensure_ascii=False))
    assert token not in json.dumps(page.evaluate("Object.entries(localStorage)"))
    page.goto(reverse("link:answer", args=[token]))
    told(page, RESTORED)
    page.get_by_role("radio", name="满意", exact=True).check()
    press(page, "提交")
    page.wait_for_url("**" + reverse("link:thanks"))
    nothing_is_kept(page)


# --- what the server says ------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("referer", "following"),
    [
        ("http://testserver/reports/letters/9-4/editor/?edit=3", "/reports/letters/9-4/editor/?edit=3"),
        ("http://elsewhere.example/editor/", None),
        ("http://testserver//elsewhere.example/", "/elsewhere.example/"),
        ("", None),
    ],
)
def test_who_was_signed_out_while_writing_comes_back_to_the_page_of_the_form(client, referer, following):
    url = reverse("proposals:register")
    answer = client.post(url, {}, headers={"referer": referer})
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/sign-in/?next=")
    client.logout()
    page = client.get(answer.url)
    assert page.context["next"] == (following or url)


@pytest.mark.django_db
def test_the_browser_is_told_of_what_was_stored_and_of_nothing_else(client):
    world = make.world()
    case = make.handling(world).cases.get()
    url = contact_page(case)
    today = f"{timezone.localdate():%Y-%m-%d}"
    good = {"stage": "before", "manner": "phone", "held_on": today, "people": "赵堃", "summary": SUMMARY,
            "seen": case.stamp}  # fmt: skip

    def told_by(answer):
        said = [unquote(one.value) for name, one in answer.cookies.items() if name.startswith("drafts-")]
        return said[0] if said else None

    assert told_by(client.post(url, good)) is None  # asks to sign in
    client.force_login(world.clerk)
    assert told_by(client.get(url)) is None
    assert told_by(client.post(url, good | {"summary": ""})) is None
    assert told_by(client.post(url, good)) == f"stored:{url}"
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.clerk)
    assert told_by(strict.post(url, good)) is None
    assert told_by(client.post(reverse("accounts:sign_out"))) == f"gone:{world.clerk.pk}"


@pytest.mark.django_db
def test_each_form_that_was_stored_is_told_by_itself_and_what_a_script_asks_for_is_not(client):
    world = make.world()
    client.force_login(world.clerk)
    names = set()
    for number in ("001", "002"):
        case = make.handling(world, number).cases.get()
        good = {"stage": "before", "manner": "phone", "held_on": f"{timezone.localdate():%Y-%m-%d}", "people": "赵堃",
                "summary": SUMMARY, "seen": case.stamp}  # fmt: skip
        answer = client.post(contact_page(case), good)
        names |= {name for name in answer.cookies if name.startswith("drafts-")}
    assert len(names) == 2
    client.force_login(world.office)
    answer = client.post(reverse("reports:letter_presence", args=[world.session.key]), {"part": ""})
    assert answer.status_code == 200 and not [name for name in answer.cookies if name.startswith("drafts-")]
