"""A clerk of the office writes this year's letter in the browser, and it goes its way until it is printed."""

import datetime
import io
import re

import pdfplumber
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.proposals import operations as cases
from apps.proposals.models import Session
from apps.reports.models import Edition, LetterPart
from tests import factories as make
from tests.browser import follow, forgive, held_back, press, settle, told

EDITOR = "/reports/letters/{}/editor/"
PRESENCE = re.compile("/editor/presence/$")


@pytest.fixture
def running(transactional_db):
    """This year's session with two proposals: one answered as A and rated, one being handled."""
    world = make.world()
    today = timezone.localdate()
    world.session = cases.open_session("10-5", "十届五次会议", today.year, by=world.office, at=timezone.now())
    now = timezone.now() - datetime.timedelta(hours=1)
    answered = make.handling(world, "001", at=now)
    reply = make.reply_at(world, make.case_of(answered, world.housing), "issued", at=now)
    make.rated(world, reply, at=now)
    make.handling(world, "002", at=now)
    return world


def edit(page, words):
    """Opens the part that holds the words, returns its box."""
    row = page.locator(".part-row", has_text=words)
    follow(row.get_by_role("link", name=re.compile("^修改")))
    return page.get_by_role("textbox", name="文字")


def save(page, button="保存"):
    with page.expect_navigation(url=re.compile("saved=")):
        press(page, button)


def stored():
    return list(LetterPart.objects.filter(removed_at=None).values_list("text", flat=True))


def test_a_clerk_writes_this_years_letter(running, people, problems):
    address = EDITOR.format(running.session.key)
    page = people(running.office, address)
    press(page, "生成初稿")
    told(page, "已按记录生成初稿")

    # a figure put in at the caret is a chip with its value, in the text it is its name
    box = edit(page, "现将")
    box.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("今年共办理")
    page.get_by_label("插入数字").fill("提案总数")
    page.keyboard.press("Enter")
    page.keyboard.type("件，办结率50.0%，走访12件次。")
    expect(box.locator(".chip", has_text="提案总数").locator("b")).to_have_text("2")
    # a number typed by hand is marked while it is typed
    expect(box.locator("mark")).to_have_text(["50.0%", "12件"])
    # a chip is one character to the keyboard
    page.keyboard.type("又{办结件数}")
    expect(box.locator(".chip", has_text="办结件数")).to_have_count(1)
    page.keyboard.press("Backspace")
    expect(box.locator(".chip", has_text="办结件数")).to_have_count(0)
    page.keyboard.press("Control+z")
    page.keyboard.type("件办结。")
    save(page)
    assert stored()[0] == (
        "现将{届次会议}提案的办理情况通报如下。今年共办理{提案总数}件，办结率50.0%，走访12件次。又{办结件数}件办结。"
    )

    # bound to a figure, or declared as material
    row = page.locator("#part-1, .part-row").first
    told(row, "手工填写的数字：12件")
    row.get_by_text("登记为素材").last.click()
    row.get_by_label("出处").last.fill("走访台账")
    row.get_by_label("截至日期").last.fill(timezone.localdate().isoformat())
    row.get_by_role("button", name=re.compile("^登记.*12件")).click()
    told(page, "已登记出处")
    box = edit(page, "现将")
    box.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("全区2件。")
    save(page)
    with page.expect_response(PRESENCE):
        follow(page.get_by_role("button", name="改用“提案总数”"))
    told(page, "已改用引用")
    assert "全区{提案总数}件。" in stored()[0]

    # the paper beside it says the same as of now
    expect(page.locator(".preview-text")).to_contain_text("今年共办理2件")
    expect(page.locator("iframe.paper-preview")).to_be_visible()
    assert "letter.pdf?inline=1" in page.locator("iframe.paper-preview").get_attribute("src")

    # a colleague opens the same part; both are told, and nothing is overwritten
    with page.expect_response(PRESENCE):
        box = edit(page, "总体情况")
    colleague = people(running.office2, address)
    told(colleague, "吴办正在修改第2段")
    other = edit(colleague, "总体情况")
    other.fill("总的情况")
    save(colleague)
    box.fill("办理概况")
    press(page, "保存")
    told(page, "何办已于")
    forgive(page, problems, 409)
    assert [text.split()[-1] for text in page.locator("del").all_inner_texts()] == ["总的情况"]
    expect(page.get_by_role("textbox", name="文字")).to_have_text("办理概况")
    save(page, "以我的内容为准，再次保存")
    assert stored()[1] == "办理概况"


def test_text_that_was_not_saved_is_found_again(running, people):
    address = EDITOR.format(running.session.key)
    page = people(running.office, address)
    press(page, "生成初稿")
    box = edit(page, "总体情况")
    box.fill("写了很久的标题")
    page.goto(address)
    box = edit(page, "总体情况")
    told(page, "上次有没有保存的文字")
    press(page, "改用没有保存的文字")
    expect(box).to_have_text("写了很久的标题")
    save(page)
    edit(page, "写了很久的标题")
    expect(page.get_by_text("上次有没有保存的文字")).to_have_count(0)
    assert Session.objects.get(pk=running.session.pk).letter.version == 2


def put_figure_at_once(page, begin, end=""):
    """`begin` in the box, then a figure chosen, then `end`: all before the browser tells where the caret is."""
    page.evaluate(
        f"""() => {{
            const box = document.querySelector("[contenteditable]");
            const wanted = document.querySelector("[data-insert] input");
            box.focus();
            {begin}
            wanted.focus();
            wanted.value = "提案总数";
            document.querySelector("[data-insert] button").click();
            {end}
        }}"""
    )


def test_a_figure_goes_where_the_typing_stopped(running, people):
    page = people(running.office, EDITOR.format(running.session.key))
    press(page, "生成初稿")
    edit(page, "总体情况").fill("今年")
    put_figure_at_once(
        page, 'document.execCommand("insertText", false, "共办理");', 'document.execCommand("insertText", false, "件");'
    )
    save(page)
    assert stored()[1] == "今年共办理{提案总数}件"


def test_a_figure_goes_where_the_caret_was_put_last(running, people):
    page = people(running.office, EDITOR.format(running.session.key))
    press(page, "生成初稿")
    edit(page, "总体情况").fill("今年共办理件")
    put_figure_at_once(page, "getSelection().collapse(box.firstChild, 5);")
    save(page)
    assert stored()[1] == "今年共办理{提案总数}件"


def test_what_is_typed_before_the_editor_is_there_stands_in_it_and_is_found_again(running, people):
    address = EDITOR.format(running.session.key)
    page = people(running.office, address)
    press(page, "生成初稿")
    row = page.locator(".part-row", has_text="总体情况")
    row.wait_for()
    settle(page)
    with held_back(page, "**/letter*.js"):
        row.get_by_role("link", name=re.compile("^修改")).click(no_wait_after=True)
        page.locator("[data-editor] textarea").fill("今年共办理")
    expect(page.locator(".chip-box")).to_have_text("今年共办理")
    page.goto(address)
    edit(page, "总体情况")
    press(page, "改用没有保存的文字")
    save(page)
    assert stored()[1] == "今年共办理"


def test_who_else_is_there_is_asked_again_only_after_the_answer(running, people):
    page = people(running.office)
    page.add_init_script("const sent = fetch; window.asked = 0; window.fetch = (...one) => (asked += 1, sent(...one));")
    page.clock.install()
    with held_back(page, "**/presence/"):
        page.goto(EDITOR.format(running.session.key))
        page.clock.run_for(100_000)
        assert page.evaluate("asked") == 1


def drop(page, *files):
    """Drops files of (name, text) in the middle of the page's body, as a hand would."""
    page.evaluate(
        """files => {
            const dropped = new DataTransfer();
            for (const [name, text] of files) dropped.items.add(new File([text], name));
            for (const type of ["dragover", "drop"]) {
                const options = { dataTransfer: dropped, bubbles: true, cancelable: true };
                const event = new DragEvent(type, options);
                document.querySelector("h1").dispatchEvent(event);
                if (!event.defaultPrevented) throw new Error(`${type} is left to the browser`);
            }
        }""",
        files,
    )


def test_a_letter_dropped_anywhere_on_the_page_is_proofread(running, people, problems):
    page = people(running.office, "/reports/proofreading/")
    page.get_by_label("或者粘贴正文").fill("贴了一半的文字")
    drop(page, ["甲.txt", "x"], ["乙.txt", "y"])
    told(page, "一次校对一份")
    drop(page, ["通报.txt", "承办提案197件，其中A类183件，B类9件，C类6件。"])
    told(page, "已选“通报.txt”")
    expect(page.get_by_label("或者粘贴正文")).to_have_value("贴了一半的文字")
    expect(page.get_by_role("button", name="校对", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    told(page, "183+9+6=198")


def test_a_chinese_input_method_is_not_disturbed_and_what_is_copied_is_the_text(running, people):
    page = people(running.office, EDITOR.format(running.session.key))
    press(page, "生成初稿")
    box = edit(page, "交由区政府系统办理")
    box.click()
    page.keyboard.press("Control+End")
    client = page.context.new_cdp_session(page)
    client.send("Input.imeSetComposition", {"text": "gong12jian", "selectionStart": 10, "selectionEnd": 10})
    expect(box.locator("mark")).to_have_count(0)
    client.send("Input.insertText", {"text": "共12件"})
    expect(box.locator("mark")).to_have_text(["12件"])
    page.keyboard.press("Control+a")
    copied = page.evaluate(
        """() => { let told = "";
          const event = new ClipboardEvent("copy", { clipboardData: new DataTransfer(), bubbles: true });
          document.querySelector(".chip-box").dispatchEvent(event);
          return event.clipboardData.getData("text/plain"); }"""
    )
    assert "交由区政府系统办理的提案共{提案总数}件" in copied
    assert copied.endswith("共12件")


def test_this_years_letter_from_the_first_draft_to_the_print(running, people, phone, sign_in):
    letter = f"/reports/letters/{running.session.key}/"
    number, year = f"大渡口府函〔{running.session.year}〕280号", running.session.year
    words = "今年共办理2件，其中已答复1件。"

    # the office writes it
    page = people(running.office, "/")
    follow(page.get_by_role("link", name="年度通报", exact=True).first)
    follow(page.get_by_role("link", name=re.compile("十届五次会议")).first)
    follow(page.get_by_role("link", name="编写通报", exact=True))
    press(page, "生成初稿")
    told(page, "已按记录生成初稿")
    box = edit(page, "现将")
    box.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("今年共办理{提案总数}件，其中已答复{答复件数}件。")
    save(page)
    follow(page.get_by_role("link", name="返回通报", exact=True))
    told(page, words)

    # sends it up, with a reason, as one proposal is still being handled
    follow(page.get_by_role("link", name="送审", exact=True))
    told(page, "尚未办结")
    page.get_by_label("说明").fill("余下一件年底前办结")
    press(page, "送审")
    told(page, "已送审")
    page.goto(EDITOR.format(running.session.key))
    told(page, "要修改，请先“撤回”")
    assert page.locator(".part-row").get_by_role("link", name=re.compile("^修改")).count() == 0
    assert page.get_by_role("button", name=re.compile("生成初稿|上移|删除|恢复")).count() == 0

    # the head of the office approves what they read
    head = people(running.chief)
    follow(head.get_by_role("link", name=re.compile("^审核")))
    told(head, words)
    follow(head.get_by_role("link", name="审核", exact=True).first)
    press(head, "审核")
    told(head, "已审核")

    # the leader looks at what a number is made of, and signs, on a telephone
    sign_in(phone, running.leader)
    phone.goto("/")
    follow(phone.get_by_role("link", name=re.compile("^签发")))
    told(phone, words)
    phone.get_by_text("正文中的数字出自哪些提案").click()
    follow(phone.locator("tr", has_text="答复件数").first.get_by_role("link", name="1件"))
    told(phone, "答复件数：1件")
    assert phone.locator('td[data-label="案号"]').all_inner_texts() == ["001"]
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    follow(phone.get_by_role("link", name="返回通报", exact=True))
    follow(phone.get_by_role("link", name="签发", exact=True).first)
    press(phone, "签发")
    told(phone, "已签发")

    # the office numbers it, and opens what is kept
    page.goto("/")
    follow(page.get_by_role("link", name=re.compile("^登记发文")))
    follow(page.get_by_role("link", name="登记发文", exact=True).first)
    page.get_by_label("发文字号").fill(f"大渡口府函[{year}]280号")
    press(page, "登记发文")
    told(page, "已登记发文")
    page.goto(letter)
    follow(page.get_by_role("link", name="第1稿", exact=True))
    page.get_by_text("按打印的样子查看").click()  # its words stand open, the printed page is unfolded
    expect(page.locator("iframe.paper-preview")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 PDF", exact=True).click()
    content = download.value.path().read_bytes()
    with Edition.objects.get().pdf.open("rb") as kept:
        assert kept.read() == content
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        printed = "".join(one.extract_text() for one in pdf.pages).replace("\n", "")
    assert number in printed and words in printed and "样稿" not in printed

    # and the committee reads it, which it could not before
    reader = people(running.secretary, letter)
    follow(reader.get_by_role("link", name="第1稿", exact=True))
    told(reader, words)
