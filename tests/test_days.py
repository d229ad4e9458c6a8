"""Each post's day in a real browser, at a desk and on a telephone, every click and every field counted.

What may be asked of a person is the requirement's: accept with 1 click from home, sign with 2 taps from home, a receipt
from paper in 4 fields, a proposal found by two characters in 1 field.
"""

import re

import pytest
from playwright.sync_api import expect

from apps.proposals.models import Proposal
from apps.ratings.models import Receipt
from apps.replies.models import Reply
from tests import factories as make
from tests.browser import PHONE, follow, forgive, told

pytestmark = pytest.mark.journey
WIDTHS = {"desk": {"viewport": {"width": 1440, "height": 900}}, "phone": PHONE}


class Hand:
    """A person at a page: what they press and what they fill in, counted."""

    def __init__(self, page):
        self.page, self.clicks, self.fields = page, 0, 0

    def click(self, target):
        self.clicks += 1
        target.click()

    def follow(self, target):
        self.clicks += 1
        follow(target)

    def button(self, name):
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def fill(self, label, text):
        self.fields += 1
        self.page.get_by_label(label).fill(text)

    def check(self, name):
        self.fields += 1
        self.page.get_by_role("radio", name=name).check()

    def select(self, label, option):
        self.fields += 1
        self.page.get_by_label(label).select_option(option)

    def upload(self, label):
        self.fields += 1
        self.page.get_by_label(label).set_input_files({"name": "回执.png", "mimeType": "image/png", "buffer": make.PNG})

    @property
    def done(self):
        return {"clicks": self.clicks, "fields": self.fields}


@pytest.fixture
def world(transactional_db):
    return make.world()


@pytest.fixture(params=WIDTHS)
def at_home(request, new_page, sign_in):
    """at_home(user) → the Hand of that person on their home page, whose next thing to do is on the first screen."""

    def open_home(user):
        page = new_page(**WIDTHS[request.param])
        sign_in(page, user)
        page.goto("/")
        assert_next_thing_in_sight(page)
        return Hand(page)

    return open_home


def assert_next_thing_in_sight(page):
    box = next_thing(page).bounding_box()
    assert box["y"] + box["height"] <= page.viewport_size["height"], "the next thing is below the first screen"
    assert_no_sideways(page)


def assert_no_sideways(page):
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def next_thing(page):
    return page.locator(".pile .line-do .button").first


def in_pile(page, title, number="001"):
    """The button in the line of a proposal under a heading."""
    pile = page.locator("section.pile", has=page.get_by_role("heading", name=re.compile(title)))
    return pile.locator("tr", has_text=f"第{number}号").locator(".line-do .button")


def signing(world, number="001", **fields):
    proposal = make.handling(world, number, text="滨江路与春晖路口行人过街难，请增设天桥。", **fields)
    body = f"您提出的第{number}号提案收悉。\n天桥已列入年度计划。"
    return make.reply_at(world, make.case_of(proposal, world.housing), "leader_signoff", body=body)


# --- what each may cost ---


def test_a_unit_accepts_with_one_click_from_home(world, at_home):
    proposal = make.assigned(world)
    hand = at_home(world.clerk)
    hand.click(in_pile(hand.page, "待签收"))
    told(hand.page, "已签收")
    assert hand.done == {"clicks": 1, "fields": 0}
    assert Proposal.objects.get(pk=proposal.pk).state == "handling"
    expect(hand.page, "the next thing waits there").to_have_url(re.compile("://[^/]+/$"))
    expect(in_pile(hand.page, "待沟通")).to_be_visible()


def test_a_leader_reads_and_signs_with_two_taps_from_home(world, at_home):
    reply = signing(world)
    signing(world, "002")
    hand = at_home(world.leader)
    hand.follow(in_pile(hand.page, "待审签"))
    page = hand.page
    for text in ("行人过街难", "天桥已列入年度计划", "A类", "主动公开"):
        expect(page.locator("main").get_by_text(text).first).to_be_visible()
    assert_no_sideways(page)
    sign = page.get_by_role("button", name="签发", exact=True)
    expect(sign).to_be_in_viewport(ratio=1)
    page.get_by_role("heading", name="经过").scroll_into_view_if_needed()
    expect(sign).to_be_in_viewport(ratio=1)
    hand.click(sign)
    told(page, "已审签")
    assert hand.done == {"clicks": 2, "fields": 0}
    signed = Reply.objects.get(pk=reply.pk)
    assert (signed.state, signed.signed_hash) == ("signed", reply.content_hash)
    expect(in_pile(page, "待审签", "002")).to_be_visible()


def test_a_leader_returns_with_a_reason_typed_on_the_same_page(world, at_home):
    reply = signing(world)
    hand = at_home(world.leader)
    hand.follow(in_pile(hand.page, "待审签"))
    page, reading = hand.page, hand.page.url
    hand.click(page.get_by_text("退回", exact=True))
    page.get_by_role("button", name="确认退回").click()  # without a reason: the browser asks for it
    expect(page.get_by_label("退回理由")).to_be_focused()
    assert page.url == reading
    assert Reply.objects.get(pk=reply.pk).state == "leader_signoff"
    hand.fill("退回理由", "开工时间要写明。")
    hand.button("确认退回")
    told(page, "已退回修改")
    assert hand.done == {"clicks": 3, "fields": 1}
    assert Reply.objects.get(pk=reply.pk).state == "draft"


def test_a_text_that_changed_meanwhile_is_not_signed(world, at_home, problems):
    """What is signed is what was read: between reading and tapping the reply went back and came again."""
    reply = signing(world)
    hand = at_home(world.leader)
    hand.follow(in_pile(hand.page, "待审签"))
    at = make.moment(2020, 4, 21)
    make.replies.send_back(reply, by=world.leader, at=at, note="写明开工时间")
    make.replies.edit(reply, by=world.clerk, at=at, body="天桥明年开工。")
    make.replies.submit(reply, by=world.clerk, at=at)
    make.replies.unit_approve(reply, by=world.head, at=at)
    make.replies.office_forward(reply, world.leader_row, by=world.office, at=at)
    hand.button("签发")
    told(hand.page, "已有变化")
    found = Reply.objects.get(pk=reply.pk)
    assert (found.state, found.signed_hash) == ("leader_signoff", "")
    forgive(hand.page, problems, 409)


def test_what_was_changed_and_how_it_came_lie_folded_in_the_page(world, at_home):
    proposal = make.handling(world)
    reply = make.reply_at(world, proposal.cases.get(), "office_review", body="天桥今年开工。")
    at = make.moment(2020, 4, 21)
    make.replies.polish(reply, "天桥今年10月开工。", by=world.office2, at=at)
    make.replies.office_forward(reply, world.leader_row, by=world.office, at=at)
    hand = at_home(world.leader)
    hand.follow(in_pile(hand.page, "待审签"))
    page = hand.page
    expect(page.locator("#changes ins").first).to_contain_text("10月")
    past = page.locator("#history .timeline")
    expect(past).to_be_hidden()
    page.locator("#history summary").click()
    for who, what in (("何办", "核改"), ("王主任", "单位签发"), ("李经办", "送审")):
        expect(past.locator("li", has_text=what).filter(has_text=who)).to_be_visible()


def test_the_secretariat_enters_a_receipt_from_paper_in_four_fields(world, at_home):
    reply = make.reply_at(world, make.handling(world).cases.get(), "issued")
    hand = at_home(world.secretary)
    hand.click(in_pile(hand.page, "待录入回执"))
    hand.check("基本满意")
    hand.fill("回执日期", "2020-05-06")
    hand.upload("回执扫描件")
    hand.fill("提案者意见", "希望尽快开工。")
    hand.button("录入")
    told(hand.page, "已录入回执")
    assert hand.done == {"clicks": 2, "fields": 4}
    receipt = Receipt.objects.get(reply=reply)
    assert (receipt.state, str(receipt.rating), receipt.comment) == ("submitted", "基本满意", "希望尽快开工。")


@pytest.mark.parametrize("place", ["/", "/proposals/"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_proposal_is_found_by_two_characters_of_its_title_in_one_field(world, new_page, sign_in, width, place):
    make.handling(world, "001", title="关于增设过街天桥的建议")
    make.handling(world, "002", title="关于整治占道经营的建议")
    page = new_page(**WIDTHS[width])
    sign_in(page, world.office)
    page.goto(place)
    hand = Hand(page)
    search = page.locator("main input[name=q]")
    hand.fields += 1
    search.fill("天桥")
    search.press("Enter")
    page.wait_for_url(re.compile("q="))
    assert hand.done == {"clicks": 0, "fields": 1}
    expect(page.locator("main").get_by_role("link", name=re.compile("过街天桥"))).to_be_visible()
    expect(page.locator("main").get_by_text("占道经营")).to_have_count(0)


# --- a day of each post ---


def test_the_offices_day(world, at_home):
    """Assigning what came, checking a reply, and chasing what is late."""
    make.registered(world, "001")
    make.reply_at(world, make.handling(world, "002").cases.get(), "office_review")
    make.assigned(world, "003")
    hand = at_home(world.office)
    page = hand.page
    expect(page.get_by_role("heading", name=re.compile("承办单位已超期"))).to_be_visible()
    hand.click(in_pile(page, "待交办"))
    hand.check("独办")
    hand.select("主办单位", "区住房城乡建委")
    hand.button("交办")
    told(page, "已交办")
    assert hand.done == {"clicks": 2, "fields": 2}
    page.goto("/")
    hand.follow(in_pile(page, "待核稿", "002"))
    follow(page.get_by_role("link", name="核稿报审", exact=True).first)
    assert_no_sideways(page)
    hand.button("核稿报审")
    told(page, "已报请领导审签")
    page.goto("/")
    waits = page.locator(".desk-side").get_by_role("link", name=re.compile("待领导审签"))
    expect(waits).to_contain_text("1")
    follow(waits)
    expect(page.get_by_role("link", name=re.compile("第002号")).first).to_be_visible()


def test_a_clerks_day(world, at_home):
    """Accepting, talking with the proposer, writing the reply and sending it on."""
    make.assigned(world)
    hand = at_home(world.clerk)
    page = hand.page
    hand.click(in_pile(page, "待签收"))
    told(page, "已签收")
    hand.click(in_pile(page, "待沟通"))
    hand.fill("参加人员", "提案者赵堃")
    hand.fill("沟通情况", "当面听取意见")
    hand.button("沟通记录")
    told(page, "已保存沟通记录")
    page.goto("/")
    hand.follow(in_pile(page, "待拟写答复"))
    hand.fill("答复正文", "天桥已列入年度计划。")
    hand.check(re.compile("A类"))
    page.get_by_label("主动公开").check()
    assert_no_sideways(page)
    hand.button("保存草稿")
    told(page, "已保存答复草稿")
    page.goto("/")
    expect(in_pile(page, "草稿与退回")).to_be_visible()
    assert_no_sideways(page)


def test_a_heads_day(world, at_home):
    make.reply_at(world, make.handling(world).cases.get(), "unit_review")
    hand = at_home(world.head)
    hand.click(in_pile(hand.page, "待签发"))
    hand.page.get_by_role("link", name="单位签发", exact=True).click()
    hand.button("单位签发")
    told(hand.page, "已单位签发")
    hand.page.goto("/")
    expect(hand.page.locator(".desk-side").get_by_text("待政府办核稿")).to_be_visible()


def test_a_leaders_day(world, at_home):
    """Key proposals under the leader's eye and the year's report are on the home page too."""
    signing(world)
    key = make.handling(world, "002")
    Proposal.objects.filter(pk=key.pk).update(is_key=True, supervising_leader=world.leader_row)
    hand = at_home(world.leader)
    expect(in_pile(hand.page, "督办的重点提案", "002")).to_be_visible()
    report = hand.page.locator(".desk-side").get_by_role("link", name="年度通报")
    hand.follow(report)
    expect(hand.page.get_by_role("heading", level=1)).to_contain_text("通报")
    hand.page.goto("/")
    hand.click(in_pile(hand.page, "督办的重点提案", "002"))
    expect(hand.page.get_by_role("heading", level=1)).to_contain_text("第002号")


def test_the_secretariats_day(world, at_home):
    """A receipt checked, who was not satisfied, and the proposals of one proposer."""
    reply = make.reply_at(world, make.handling(world).cases.get(), "issued")
    make.rated(world, reply, "不满意", confirm=False)
    hand = at_home(world.secretary2)
    page = hand.page
    hand.click(in_pile(page, "待审核回执"))
    hand.button("审核确认")
    told(page, "已审核确认回执")
    assert hand.done == {"clicks": 2, "fields": 0}
    page.goto("/")
    expect(in_pile(page, "不满意、尚未办结")).to_be_visible()
    page.locator(".desk-side").get_by_role("link", name="按提案者查提案").click()
    page.get_by_label("姓名或单位").fill("赵")
    page.get_by_label("姓名或单位").press("Enter")
    page.wait_for_url("**?*=*")
    follow(page.get_by_role("link", name="赵堃", exact=True))
    expect(page.get_by_role("link", name=re.compile("第001号"))).to_be_visible()
    assert_no_sideways(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_auditors_day(world, new_page, sign_in, width):
    """The trail with its filters is the first page after signing in."""
    make.handling(world)
    page = new_page(**WIDTHS[width])
    sign_in(page, world.auditor)
    page.goto("/")
    page.get_by_label("操作", exact=True).fill("签收")
    page.get_by_label("操作", exact=True).press("Enter")
    page.wait_for_url(re.compile("action="))
    expect(page.locator("main").get_by_text("李经办").first).to_be_visible()
    expect(page.locator("main table").get_by_text("吴办")).to_have_count(0)
    assert_no_sideways(page)


def test_the_administrators_day(world, page, sign_in):
    sign_in(page, world.admin)
    page.goto("/")
    page.get_by_role("link", name="用户", exact=True).first.click()
    expect(page.get_by_role("link", name="clerk", exact=True)).to_be_visible()


# --- by keyboard alone ---


def tab_to(page, name, most=60):
    """Presses Tab until what has the focus bears the name; it is seen, and a ring shows it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => {
              const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
              const inside = box.bottom > 0 && box.top < innerHeight;
              const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
              return {name: one.textContent.trim(), seen: inside && ring};
            }"""
        )
        if focused["name"] == name:
            assert focused["seen"], name
            return
    pytest.fail(f"Tab never reached {name}")


def test_a_leader_signs_by_keyboard_alone(world, new_page, sign_in):
    reply = signing(world)
    page = new_page(**WIDTHS["desk"])
    sign_in(page, world.leader)
    page.goto("/")
    tab_to(page, "审签：第001号")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/sign/"))
    tab_to(page, "签发")
    page.keyboard.press("Enter")
    told(page, "已审签")
    assert Reply.objects.get(pk=reply.pk).state == "signed"


def test_a_leader_returns_by_keyboard_alone(world, new_page, sign_in):
    reply = signing(world)
    page = new_page(**WIDTHS["desk"])
    sign_in(page, world.leader)
    page.goto("/")
    tab_to(page, "审签：第001号")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/sign/"))
    tab_to(page, "退回")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("请写明开工时间。")
    tab_to(page, "确认退回")
    page.keyboard.press("Enter")
    told(page, "已退回修改")
    assert Reply.objects.get(pk=reply.pk).state == "draft"
