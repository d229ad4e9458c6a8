"""An office clerk's list: what a year brings beside the plain way, each case by the pages alone, as a person does it.

World and starting state come from the factories; what a case is about is clicked and typed, and read afterwards as the
people concerned read it. After every case the audit trail is whole.
"""

import datetime
import io
import re

import pdfplumber
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.models import Post
from apps.audit.queries import verify
from apps.proposals import operations as cases
from apps.proposals.models import Proposal
from apps.proposals.workflow import CaseRole
from tests import factories as make
from tests.browser import follow, forgive, go_by_menu, open_item, press, told

pytestmark = pytest.mark.journey
LEAD, ASSIST, SEPARATE = CaseRole.LEAD, CaseRole.ASSIST, CaseRole.SEPARATE
DAY = datetime.timedelta(days=1)


@pytest.fixture
def world(transactional_db):
    yield make.world()
    assert list(verify()) == []


@pytest.fixture
def visit(people):
    """visit(user, proposal) → the user's page on that proposal; the user's home without one."""

    def open_page(user, proposal=None):
        return people(user, proposal.get_absolute_url() if proposal else "/")

    return open_page


def ago(days):
    return timezone.now() - days * DAY


def text_of_pdf(page, link):
    """What the PDF behind a link says, without blanks and the ends of its lines."""
    content = page.request.get(page.get_by_role("link", name=link).get_attribute("href")).body()
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        return "".join("".join(sheet.extract_text().split()) for sheet in pdf.pages)


def choose(page, name, within="main"):
    """Presses a button among the actions of a page or a part of it, out of its folded menu where it lies in one."""
    action = page.locator(f"{within} .actions a").filter(has_text=re.compile(f"^{name}$")).first
    action.wait_for(state="attached")
    if not action.is_visible():
        action.locator("xpath=ancestor::details/summary").click()
    follow(action)


def offers(page, within="main"):
    """The names of the actions that a page or a part of it offers, folded ones too."""
    return [name.strip() for name in page.locator(f"{within} .actions a").all_text_contents()]


def upload(page, label, name="签字件.png"):
    page.get_by_label(label).set_input_files({"name": name, "mimeType": "image/png", "buffer": make.PNG})


def words(page, within="main"):
    """What a person can read there without opening anything."""
    return page.locator(within).first.inner_text()


def state(page, case=None):
    """The word of the proposal's state, or that of a case of it."""
    return words(page, f"#case-{case.pk} h3 .state" if case else "main .state")


def history(page):
    """The history of the proposal, newest first, each entry as its lines."""
    return [entry.split("\n") for entry in page.locator(".timeline li").all_inner_texts()]


def asked(page):
    """The headings of what waits for a person on their home page."""
    return [heading.split()[0] for heading in page.locator("section:has(table) h2").all_inner_texts()]


def reads(page, *texts, within="main"):
    seen = words(page, within)
    for text in texts:
        assert text in seen, f"{text}\nnot in\n{seen}"


def approve(visit, world, proposal):
    """From the clerk's draft to the leader's signature, each by the right person."""
    for person, section, action, said in (
        (world.clerk, "草稿与退回", "送审", "已送审"),
        (world.head, "待签发", "单位签发", "已单位签发"),
        (world.office, "待核稿", "核稿报审", "已报请领导审签"),
        (world.leader, "待审签", "审签", "已审签"),
    ):
        page = visit(person)
        assert section in asked(page)
        follow(page.get_by_role("link", name=f"第{proposal.number}号").first)
        choose(page, action, within=".reply")
        press(page, "签发" if action == "审签" else action)
        told(page, said)


def enter(visit, world, rating, proposer="赵堃", number="001"):
    """The receipt of a proposer entered by one secretary from her home page."""
    page = visit(world.secretary)
    row = page.locator("section:has(h2:text('待录入回执')) tr", has_text=f"第{number}号").filter(has_text=proposer)
    follow(row.get_by_role("link", name=re.compile(f"：第{number}号")))
    page.get_by_role("radio", name=rating, exact=True).check()
    upload(page, "回执扫描件", "回执.png")
    press(page, "录入")
    told(page, "已录入回执")
    return page


def confirm(visit, world, number="001"):
    """The receipt that waits, confirmed by the other secretary from her home page."""
    page = visit(world.secretary2)
    open_item(page, "待审核回执", number)
    press(page, "审核确认")
    told(page, "已审核确认回执")
    return page


def test_a_unit_dissolved_in_july_hands_over_its_cases_and_promises(world, visit):
    """A unit is dissolved; its successor takes over the running case and the promise of an answered one."""
    running = make.handling(world, "001")
    promised = make.handling(world, "002")
    make.rated(world, make.reply_at(world, make.case_of(promised, world.housing), "issued", "B"))

    page = visit(world.office)
    go_by_menu(page, "管理")
    page.get_by_role("link", name="承办单位", exact=True).last.click()
    page.get_by_role("link", name="区住房城乡建委", exact=True).first.click()
    page.locator("#id_dissolved_on").fill(str(timezone.localdate()))
    page.locator("#id_successor").select_option("区城市管理局")
    page.get_by_role("button", name="保存", exact=True).click()
    told(page, "区住房城乡建委还有2件未办结的承办件")
    page.get_by_role("link", name="区住房城乡建委", exact=True).first.click()
    page.get_by_role("link", name="移交承接给区城市管理局").click()
    page.get_by_label("移交依据").fill("渝府发〔2026〕9号机构改革方案")
    page.get_by_role("button", name="移交 2 件").click()
    told(page, "已移交区城市管理局2件：第001号、第002号")

    page = visit(world.parks_clerk)
    assert asked(page) == ["待沟通", "待拟写答复", "承诺事项"]
    assert "第002号" in words(page, "section:has(h2:text('承诺事项'))")
    assert asked(visit(world.clerk)) == []
    page = visit(world.office, running)
    case = make.case_of(running, world.parks)
    assert state(page, case) == "办理中"
    reads(page, "区城市管理局", within=f"#case-{case.pk}")
    assert history(page)[0][0].startswith("移交承接　吴办")
    assert {"渝府发〔2026〕9号机构改革方案", "移交给：区城市管理局"} <= set(history(page)[0])


def test_a_wrong_number_found_after_the_signature_is_mended_before_the_reply_goes_out(world, visit):
    """The signed reply says 350 spaces instead of 530: the leader takes the signature back, the unit mends it."""
    proposal = make.handling(world)
    case = make.case_of(proposal, world.housing)
    make.reply_at(world, case, "signed", body="停车场已建成，共有泊位350个。")

    page = visit(world.clerk)
    open_item(page, "待寄送")
    reads(page, "请审签领导“撤回审签”")  # the unit is told what to do about it
    page = visit(world.leader, proposal)
    choose(page, "撤回审签")
    page.get_by_label("说明").fill("泊位数有误，应为530个。")
    press(page, "撤回审签")
    told(page, "已撤回审签")
    reads(page, "拟稿", within=f"#case-{case.pk}")

    page = visit(world.clerk)
    assert "待寄送" not in asked(page)
    open_item(page, "草稿与退回")
    page.get_by_label("答复正文").fill("停车场已建成，共有泊位530个。")
    press(page, "保存草稿")
    told(page, "已保存答复草稿")
    approve(visit, world, proposal)

    page = visit(world.leader, proposal)
    assert state(page) == "办理中"
    reads(page, "已审签", within=".reply")
    follow(page.locator(".reply h3 a").first)
    reads(page, "共有泊位530个")
    assert "350" not in words(page, ".letter-text")
    assert asked(visit(world.clerk)) == ["待寄送"]


def test_a_wrong_number_found_after_the_reply_went_out_is_sent_again(world, visit):
    """The reply has gone out with a wrong number: the office voids it, a corrected one goes out in the same round."""
    proposal = make.handling(world)
    case = make.case_of(proposal, world.housing)
    make.reply_at(world, case, "issued", body="停车场已建成，共有泊位350个。")

    page = visit(world.office, proposal)
    choose(page, "更正重发")
    reads(page, "提案者须重新填写回执")
    page.get_by_label("说明").fill("泊位数有误。")
    press(page, "更正重发")
    told(page, "原答复已作废，新稿已备")
    assert (state(page), state(page, case)) == ("办理中", "办理中")
    assert page.locator(".reply h3 .state").all_inner_texts() == ["拟稿", "已作废"]
    assert asked(visit(world.secretary)) == []

    page = visit(world.clerk)
    open_item(page, "草稿与退回")
    page.get_by_label("答复正文").fill("停车场已建成，共有泊位530个。")
    press(page, "保存草稿")
    told(page, "已保存答复草稿")
    approve(visit, world, proposal)
    page = visit(world.clerk)
    open_item(page, "待寄送")
    page.get_by_label("答复文号").fill("大建函〔2020〕99号")
    press(page, "寄送答复")
    told(page, "已登记寄送答复")
    assert state(page) == "已答复"
    assert asked(visit(world.secretary)) == ["待录入回执"]
    labels = [entry[0].split("　")[0] for entry in history(visit(world.office, proposal))]
    assert labels[0] == "寄送答复" and "更正重发" in labels


def test_a_receipt_that_came_before_the_reply_was_recorded_waits_for_it(world, visit):
    """The proposer's form lies there before the unit recorded that it had sent the reply."""
    proposal = make.handling(world)
    case = make.case_of(proposal, world.housing)
    make.reply_at(world, case, "signed")

    page = visit(world.secretary, proposal)
    choose(page, "先到登记")
    page.get_by_role("radio", name="满意", exact=True).check()
    upload(page, "回执扫描件", "回执.png")
    press(page, "先到登记")
    told(page, "已登记先到的回执")
    reads(page, "先到登记", "答复登记后即可审核", within="#receipts")
    assert state(page) == "办理中"
    assert "赵堃的回执" not in words(visit(world.office, proposal))

    page = visit(world.clerk)
    open_item(page, "待寄送")
    page.get_by_label("答复文号").fill("大建函〔2020〕1号")
    press(page, "寄送答复")
    told(page, "已登记寄送答复")
    assert asked(visit(world.secretary)) == []
    reads(visit(world.secretary), "我录入、待他人审核")
    page = confirm(visit, world)
    assert state(page) == "已办结"
    parked = next(entry for entry in history(page) if entry[0].startswith("先到登记") and "日期特殊" in entry[0])
    assert "评价：满意" in parked


def test_the_proposer_has_died_and_no_receipt_will_come(world, visit):
    """Without any reminder the case is closed with a note; the rating stays 未反馈, never 满意."""
    proposal = make.proposal_at(world, "replied")
    page = visit(world.secretary, proposal)
    choose(page, "未反馈结案")
    reads(page, "只催收过0次，应催收2次", "如提案者去世、离任等，请在这里写明")
    page.get_by_label("说明").fill("提案者赵堃于五月因病去世。")
    press(page, "未反馈结案")
    told(page, "已未反馈结案")
    assert state(page) == "已办结"
    reads(page, "待反馈", within=".receipt")
    assert "评价" not in words(page, ".receipt")
    assert "提案者赵堃于五月因病去世。" in history(page)[0]
    assert asked(visit(world.secretary)) == []


def test_a_receipt_never_returned_comes_after_all_and_opens_the_case_again(world, visit, problems):
    """Two reminders, the term is over, the case is closed unanswered; then the form comes: 不满意."""
    proposal = make.proposal_at(world, "replied")
    case = make.case_of(proposal, world.housing)
    page = visit(world.secretary, proposal)
    choose(page, "未反馈结案")
    press(page, "未反馈结案")
    told(page, "没有保存")
    reads(page, "赵堃的回执只催收过0次，应催收2次。")
    forgive(page, problems, 422)
    page.goto(proposal.get_absolute_url())
    for times in (1, 2):
        choose(page, "催收回执")
        press(page, "催收回执")
        told(page, f"已催收{times}次")
    choose(page, "未反馈结案")
    reads(page, "也已催收两次，可以结案")
    press(page, "未反馈结案")
    told(page, "已未反馈结案")
    assert state(page) == "已办结"

    choose(page, "录入")
    page.get_by_role("radio", name="不满意", exact=True).check()
    page.get_by_label("提案者意见").fill("天桥至今没有开工。")
    upload(page, "回执扫描件", "回执.png")
    press(page, "录入")
    told(page, "已录入回执")
    page = confirm(visit, world)
    assert (state(page), state(page, case)) == ("办理中", "办理中")
    reads(page, "二次办理", within=f"#case-{case.pk} h3")
    assert [entry[0].split("　")[0] for entry in history(page)][:2] == ["二次办理", "审核确认"]
    page = visit(world.clerk)
    assert asked(page) == ["待沟通", "待拟写答复"]
    assert "剩" in words(page, "section:has(h2:text('待拟写答复'))")  # a new deadline


def test_one_of_two_separate_units_is_late_while_the_other_is_done(world, visit):
    """分办: one unit is closed, the other overdue; the proposal stays in handling and is found among the late ones."""
    proposal = make.handling(world, roles=[(world.housing, SEPARATE), (world.culture, SEPARATE)])
    done, late = make.case_of(proposal, world.housing), make.case_of(proposal, world.culture)
    make.reply_at(world, done, "issued")
    make.handling(world, "002", at=ago(5))  # in time
    enter(visit, world, "满意")
    page = confirm(visit, world)
    assert [state(page), state(page, done), state(page, late)] == ["办理中", "已办结", "办理中"]

    page = visit(world.office)
    section = words(page, "section:has(h2:text('承办单位已超期'))")
    assert "第001号" in section and "区文化旅游委" in section and "未按期答复" in section
    assert "区住房城乡建委" not in section and "第002号" not in section
    follow(page.get_by_role("link", name="提案", exact=True))
    page.get_by_text("筛选与排序").click()
    page.get_by_label("只看超期").check()
    follow(page.get_by_role("button", name="应用", exact=True))
    expect(page).to_have_url(re.compile("overdue=on"))
    expect(page.locator("tbody tr")).to_have_count(1)
    reads(page, "001", "办理中", "已超期", "区住房城乡建委", "区文化旅游委", within="tbody")


def test_a_unit_returns_its_part_and_another_unit_comes_in(world, visit):
    """One of two separate units shows that it is another's business: granted, and the other one is added."""
    proposal = make.assigned(world, at=ago(2), roles=[(world.housing, SEPARATE), (world.culture, SEPARATE)])
    case = make.case_of(proposal, world.housing)
    page = visit(world.clerk, proposal)
    reads(page, "退办期限", within=f"#case-{case.pk}")
    choose(page, "申请退办")
    page.get_by_label("建议改由哪个单位承办").select_option("区城市管理局")
    page.get_by_label("退办理由").fill("天桥的管护由区城市管理局负责。")
    press(page, "申请退办")
    told(page, "已提交退办申请")
    reads(page, "等待区政府办公室裁定", within=f"#case-{case.pk}")

    page = visit(world.office)
    assert "待裁定的退办申请" in asked(page)
    open_item(page, "待裁定的退办申请")
    choose(page, "同意退办")
    reads(page, "天桥的管护由区城市管理局负责。", "建议改由")
    page.get_by_label("说明").fill("情况属实。")
    press(page, "同意退办")
    told(page, "已同意退办")
    assert state(page, case) == "已调整"
    choose(page, "调整承办单位")
    page.get_by_role("group", name="增加的分办单位").get_by_label("区城市管理局").check()
    page.get_by_label("调整原因").fill("区住房城乡建委退办。")
    press(page, "调整")
    told(page, "已调整承办单位")
    new = make.case_of(proposal, world.parks)
    assert (state(page), state(page, new)) == ("待签收", "待签收")
    assert "增加：区城市管理局（分办）" in history(page)[0]
    assert asked(visit(world.parks_clerk)) == ["待签收"]
    page = visit(world.clerk)
    assert asked(page) == []
    page.goto(proposal.get_absolute_url())
    assert offers(page) == []


def test_a_proposal_that_its_only_unit_returns_is_assigned_anew(world, visit):
    """The only unit returns the proposal: it waits to be assigned again, and the page says who returned it and why."""
    proposal = make.assigned(world, at=ago(2))
    page = visit(world.clerk, proposal)
    choose(page, "申请退办")
    page.get_by_label("建议改由哪个单位承办").select_option("区城市管理局")
    page.get_by_label("退办理由").fill("不属于本委职责。")
    press(page, "申请退办")
    told(page, "已提交退办申请")
    page = visit(world.office, proposal)
    choose(page, "同意退办")
    page.get_by_label("说明").fill("同意。")
    press(page, "同意退办")
    told(page, "已同意退办")
    assert state(page) == "待交办"

    page = visit(world.office)
    open_item(page, "待交办")
    reads(page, "区住房城乡建委退回，建议改由区城市管理局：不属于本委职责。")
    page.get_by_label("独办").check()
    page.get_by_label("主办单位").select_option("区城市管理局")
    press(page, "交办")
    told(page, "已交办")
    assert state(page) == "待签收"
    assert asked(visit(world.parks_clerk)) == ["待签收"]


def test_a_return_that_is_refused_counts_as_accepted(world, visit):
    """The office finds that the proposal is the unit's own business: it goes on there without another acceptance."""
    proposal = make.assigned(world, at=ago(2))
    case = make.case_of(proposal, world.housing)
    page = visit(world.head, proposal)
    choose(page, "申请退办")
    page.get_by_label("建议改由哪个单位承办").select_option("区文化旅游委")
    page.get_by_label("退办理由").fill("人手不足。")
    press(page, "申请退办")
    told(page, "已提交退办申请")
    page = visit(world.office)
    open_item(page, "待裁定的退办申请")
    choose(page, "不同意退办")
    reads(page, "不同意则视为已签收")
    page.get_by_label("说明").fill("属你委职责，请按期答复。")
    press(page, "不同意退办")
    told(page, "已不同意退办")
    assert (state(page), state(page, case)) == ("办理中", "办理中")
    page = visit(world.clerk)
    assert asked(page) == ["待沟通", "待拟写答复"]
    page.goto(proposal.get_absolute_url())
    reads(page, "不同意", "属你委职责，请按期答复。", "签收", within=f"#case-{case.pk}")


def test_an_assisting_unit_refuses_its_opinion_and_the_office_decides(world, visit):
    """The lead cannot submit while an opinion is missing; a decision of the office binds both, the lead goes on."""
    proposal = make.handling(world, roles=[(world.housing, LEAD), (world.culture, ASSIST)])
    make.drafted(world, make.case_of(proposal, world.housing))
    page = visit(world.clerk, proposal)
    choose(page, "送审")
    reads(page, "还不能送审", "协办单位区文化旅游委还没有提出会办意见；请催办、请政府办协调")

    page = visit(world.office, proposal)
    choose(page, "协调")
    page.get_by_label("说明").fill("区文化旅游委不再提意见，由区住房城乡建委单独答复。")
    press(page, "协调")
    told(page, "已协调")

    page = visit(world.clerk, proposal)
    reads(page, "协调意见", "由区住房城乡建委单独答复。")
    choose(page, "送审")
    assert "还不能送审" not in words(page)
    press(page, "送审")
    told(page, "已送审")
    assert asked(visit(world.head)) == ["待签发"]
    page = visit(world.culture_clerk, proposal)
    reads(page, "区文化旅游委不再提意见")


def test_an_extension_moves_the_deadline_once(world, visit):
    """A unit asks for three weeks more and gets them; there is no second time."""
    proposal = make.handling(world, at=ago(10))
    case = make.case_of(proposal, world.housing)
    was, wanted = case.reply_due_on, case.reply_due_on + 21 * DAY
    page = visit(world.clerk, proposal)
    choose(page, "申请延期")
    reads(page, f"现在的答复期限是{was}", "延期不超过1个月")
    page.get_by_label("申请延至").fill(str(wanted))
    page.get_by_label("延期理由").fill("地质勘察尚未完成。")
    press(page, "申请延期")
    told(page, "已提交延期申请")

    page = visit(world.office)
    assert f"申请延至{wanted}" in words(page, "section:has(h2:text('待裁定的延期申请'))")
    open_item(page, "待裁定的延期申请")
    choose(page, "同意延期")
    reads(page, "地质勘察尚未完成。", f"由{was}延至{wanted}")
    page.get_by_label("说明").fill("同意，请抓紧办理。")
    press(page, "同意延期")
    told(page, "已同意延期")

    page = visit(world.clerk)
    assert str(wanted) in words(page, "section:has(h2:text('待拟写答复'))")
    page.goto(proposal.get_absolute_url())
    reads(page, "本轮已延期一次，不能再延。", f"{wanted}", within=f"#case-{case.pk}")
    assert "申请延期" not in offers(page)
    assert f"{was} → {wanted}" in history(page)[0]
    page.goto(f"/proposals/cases/{case.pk}/request_extension/")  # from an old page
    told(page, "本轮办理已延期一次，不能再延。")


def test_two_proposals_with_the_same_content_are_answered_together(world, visit):
    """One is merged into the other: its proposer gets the reply and a receipt, and then there is no way back."""
    main = make.handling(world, "001")
    twin = make.registered(world, "002", proposers=[{"name": "钱䶮"}])
    make.reply_at(world, make.case_of(main, world.housing), "signed")
    page = visit(world.office, twin)
    choose(page, "并案")
    page.get_by_label("并入的主提案案号").fill("1")
    page.get_by_label("并案理由").fill("内容相同，提案委4月2日电话同意。")
    press(page, "并案")
    told(page, "已并案")
    assert state(page) == "已并案"
    assert "撤销并案" in offers(page)
    follow(page.get_by_role("link", name="已并入第001号"))
    reads(page, "并入此提案", "第002号")

    page = visit(world.clerk)
    open_item(page, "待寄送")
    page.get_by_label("答复文号").fill("大建函〔2020〕1号")
    press(page, "寄送答复")
    told(page, "已登记寄送答复")
    page = visit(world.secretary)
    section = words(page, "section:has(h2:text('待录入回执'))")
    assert "赵堃" in section and "钱䶮" in section
    page = visit(world.office, twin)
    assert "撤销并案" not in offers(page)
    page.goto(f"/proposals/{twin.pk}/unmerge/")
    told(page, "主提案已答复并征询了此提案提案者的意见，不能再撤销并案。")
    enter(visit, world, "满意", "钱䶮")
    page = confirm(visit, world)
    assert state(page) == "已答复"  # the other one is still asked


def test_a_proposal_of_another_body_is_handed_back(world, visit):
    """The proposal is about cadres and belongs to the Party committee: handed back with a letter."""
    proposal = make.assigned(world, title="关于加强年轻干部培养的建议")
    page = visit(world.office, proposal)
    choose(page, "退回提案委")
    page.get_by_label("退回函号").fill("大渡口府办函〔2020〕15号")
    page.get_by_label("应由谁办理").fill("区委组织部")
    page.get_by_label("退回理由").fill("属党委部门职责。")
    press(page, "退回提案委")
    told(page, "已退回提案委")
    assert (state(page), state(page, proposal.cases.get())) == ("已退回提案委", "已调整")
    reads(page, "大渡口府办函〔2020〕15号", "应由区委组织部办理")
    assert asked(visit(world.clerk)) == []
    page = visit(world.secretary, proposal)
    reads(page, "已退回提案委", "应由区委组织部办理")
    assert "属党委部门职责。" in history(page)[0]


def test_a_proposal_is_withdrawn_by_its_proposer(world, visit):
    """The proposer takes the proposal back while a reply is being written: everything ends, the draft is kept."""
    proposal = make.handling(world)
    case = make.case_of(proposal, world.housing)
    make.drafted(world, case)
    page = visit(world.office, proposal)
    choose(page, "撤案")
    page.get_by_label("说明").fill("区政协提案委来函（提函〔2020〕3号）：提案者申请撤回。")
    press(page, "撤案")
    told(page, "已撤案")
    assert (state(page), state(page, case)) == ("已撤案", "已调整")
    page = visit(world.clerk)
    assert asked(page) == []
    page.goto(proposal.get_absolute_url())
    assert offers(page) == []
    follow(page.locator(".reply h3 a"))
    reads(page, "经研究，现答复如下。")


def test_a_leader_is_away_and_another_signs_in_his_place(world, visit):
    """The leader is away for a week: the office records the delegation, the other leader signs 代."""
    proposal = make.handling(world)
    make.reply_at(world, make.case_of(proposal, world.housing), "leader_signoff")
    page = visit(world.office)
    go_by_menu(page, "岗位与委托")
    page.get_by_role("link", name="登记委托", exact=True).click()
    page.get_by_label("委托的领导").select_option("副区长 周明远")
    page.get_by_label("受托的领导").select_option("副区长 陈思齐")
    page.get_by_label("至", exact=False).last.fill(str(timezone.localdate() + 7 * DAY))
    page.get_by_label("事由").fill("赴外地学习")
    press(page, "登记委托")
    told(page, "陈思齐代周明远")

    page = visit(world.other_leader)
    open_item(page, "待审签")
    press(page, "签发")
    told(page, "已审签")
    page = visit(world.other_leader, proposal)
    reads(page, "陈思齐（代周明远）", within=".reply")
    assert history(page)[0][0].startswith("审签　陈思齐（代周明远）")
    assert asked(visit(world.clerk)) == ["待寄送"]


def test_a_leader_is_replaced_in_mid_year(world, visit):
    """The portfolio changes hands: the reply that waits finds the new leader, the signed one keeps the old name."""
    signed, waiting = make.handling(world, "001"), make.handling(world, "002")
    make.reply_at(world, make.case_of(signed, world.housing), "signed")
    make.reply_at(world, make.case_of(waiting, world.housing), "leader_signoff")
    today = timezone.localdate()
    page = visit(world.office)
    go_by_menu(page, "管理")
    page.get_by_role("link", name="承办单位", exact=True).last.click()
    page.get_by_role("link", name="区住房城乡建委", exact=True).first.click()
    page.locator("#id_portfolios-0-until_on").fill(str(today - DAY))
    page.locator("#id_portfolios-1-leader").select_option("陈思齐")
    page.locator("#id_portfolios-1-from_on").fill(str(today))
    page.get_by_role("button", name="保存", exact=True).click()
    told(page, "成功修改")

    assert asked(visit(world.leader)) == []
    page = visit(world.other_leader)
    open_item(page, "待审签", "002")
    press(page, "签发")
    told(page, "已审签")
    page = visit(world.other_leader, waiting)
    reads(page, "审签", "陈思齐", within=".reply")
    page.goto(signed.get_absolute_url())
    reads(page, "周明远　2020-04-20", within=".reply")


def test_a_leader_signs_on_paper(world, visit, problems):
    """The printed sheet comes back signed: its code is compared, its scan stored, a second person checks it."""
    proposal = make.handling(world)
    reply = make.reply_at(world, make.case_of(proposal, world.housing), "leader_signoff")
    page = visit(world.office, proposal)
    follow(page.locator(".reply h3 a"))
    follow(page.get_by_role("link", name="审签单", exact=True))
    sheet = text_of_pdf(page, "下载 PDF")
    assert all(told in sheet for told in ("副区长周明远", "经研究，现答复如下。", "主动公开"))
    code = re.search(r"校验码：(\w{4}-\w{4}-\w{4})", sheet)[1]
    page.go_back()
    choose(page, "纸质审签登记")
    page.get_by_label("签字件上的校验码").fill("0000-1111-2222")  # of another version
    upload(page, "签字件扫描件")
    press(page, "纸质审签登记")
    told(page, "签字件上的校验码与现在的答复内容不符")
    forgive(page, problems, 422)
    page.get_by_label("签字件上的校验码").fill(code)
    upload(page, "签字件扫描件")
    press(page, "纸质审签登记")
    told(page, "已登记纸质审签")
    reads(page, "纸签待核", "登记纸签的人不能核对自己的登记，请由另一人核对。", within=".reply")
    assert "核对纸签" not in offers(page)

    page = visit(world.office2)
    open_item(page, "待核对的纸签")
    choose(page, "核对纸签")
    reads(page, code, "签字件.png")
    press(page, "核对纸签")
    told(page, "已核对纸签")
    reads(page, "已审签", "周明远", within=".reply")
    assert [entry[0] for entry in history(page)][:2] == [
        "核对纸签　何办　承办单位：区住房城乡建委",
        "纸质审签登记　吴办　承办单位：区住房城乡建委",
    ]
    assert asked(visit(world.clerk)) == ["待寄送"]
    reply.refresh_from_db()
    assert reply.signed_hash == reply.content_hash


def test_a_unit_without_computers_hands_in_paper(world, visit):
    """The office enters acceptance, draft, submission and approval from signed sheets; each is marked for whom."""
    proposal = make.assigned(world)

    def enter_for(user, action, who, button=None, said="已"):
        page = visit(user, proposal)
        choose(page, action)
        reads(page, "您正在代承办单位录入")
        page.get_by_label("代谁办理").fill(who)
        upload(page, "签字件扫描件")
        if action == "拟写答复":
            page.get_by_label("答复正文").fill("天桥已列入计划。")
            page.get_by_role("radio", name=re.compile("A类")).check()
            page.get_by_label("主动公开").check()
            page.get_by_label("本人表示不需").check()
        press(page, button or action)
        told(page, said)
        return page

    enter_for(world.office, "签收", "区住房城乡建委李经办", said="已签收")
    enter_for(world.office, "拟写答复", "区住房城乡建委李经办", "保存草稿", "已保存答复草稿")
    page = enter_for(world.office, "送审", "区住房城乡建委李经办", said="已送审")
    reads(page, "送审人不能签发自己送审的答复，请由另一人签发。", within=".reply")
    enter_for(world.office2, "单位签发", "区住房城乡建委王主任", said="已单位签发")

    assert "核稿报审" not in offers(visit(world.office2, proposal)), "never a check of one's own entry"
    page = visit(world.office)
    open_item(page, "待核稿")
    choose(page, "核稿报审")
    press(page, "核稿报审")
    told(page, "已报请领导审签")
    entered = [entry[0] for entry in history(page) if "录入" in entry[0]]
    assert entered == [
        "单位签发　何办　承办单位：区住房城乡建委　代区住房城乡建委王主任录入",
        "送审　吴办　承办单位：区住房城乡建委　代区住房城乡建委李经办录入",
        "拟稿　吴办　承办单位：区住房城乡建委　代区住房城乡建委李经办录入",
        "签收　吴办　承办单位：区住房城乡建委　代区住房城乡建委李经办录入",
    ]
    papers = page.locator("section.card .files").first.inner_text()
    assert papers.count("签字件.png") == 4 and "单位签发，代区住房城乡建委王主任" in papers
    assert asked(visit(world.leader)) == ["待审签"]


def dissatisfied_twice(world):
    """The case of a proposal answered twice, both times 不满意: the office has to choose."""
    proposal = make.handling(world)
    case = make.case_of(proposal, world.housing)
    make.rated(world, make.reply_at(world, case, "issued"), "不满意")
    case.refresh_from_db()
    make.rated(world, make.reply_at(world, case, "issued", at=make.moment(2020, 6, 1)), "不满意",
               at=make.moment(2020, 6, 10))  # fmt: skip
    return case


def test_dissatisfied_twice_and_the_office_chooses_a_third_round(world, visit):
    """After a second 不满意 nothing happens by itself; the office lets the unit handle it once more."""
    case = dissatisfied_twice(world)
    page = visit(world.office)
    assert asked(page) == ["不满意待处理"]
    open_item(page, "不满意待处理")
    assert state(page) == "已答复"
    choose(page, "二次办理")
    page.get_by_label("说明").fill("区长批示：再办一次。")
    press(page, "二次办理")
    told(page, "已二次办理")
    assert (state(page), state(page, case)) == ("办理中", "办理中")
    reads(page, "第3轮办理", within=f"#case-{case.pk} h3")
    assert page.locator(".receipt").all_inner_texts()[0].count("不满意") == 1  # the first rating stays
    page = visit(world.clerk)
    assert asked(page) == ["待沟通", "待拟写答复"]
    assert "剩" in words(page, "section:has(h2:text('待拟写答复'))")


def test_dissatisfied_twice_and_leader_and_committee_agree_to_close(world, visit):
    """After a second 不满意 everybody has done what can be done: closed by agreement, the rating stays."""
    case = dissatisfied_twice(world)
    page = visit(world.office, case.proposal)
    choose(page, "商定结案")
    page.get_by_label("领导同意的情况").fill("周明远副区长6月15日批示同意")
    page.get_by_label("提案委同意的情况").fill("提案委6月16日来函同意")
    page.get_by_label("商定结案的理由").fill("受上位规划限制，已当面说明。")
    press(page, "商定结案")
    told(page, "已商定结案")
    assert (state(page), state(page, case)) == ("已办结", "已办结")
    assert [text.count("不满意") for text in page.locator(".receipt").all_inner_texts()] == [1, 1]
    assert {"领导同意：周明远副区长6月15日批示同意", "提案委同意：提案委6月16日来函同意"} <= set(history(page)[0])
    assert asked(visit(world.office)) == []


def test_the_second_answer_is_given_face_to_face(world, visit):
    """Instead of a second letter the unit's head meets the proposer; the record is signed by the leader."""
    proposal = make.handling(world)
    case = make.case_of(proposal, world.housing)
    make.rated(world, make.reply_at(world, case, "issued"), "不满意")
    page = visit(world.head, proposal)
    choose(page, "当面答复")
    page.get_by_label("参加人员").fill("赵堃、王主任、李经办")
    page.get_by_label("会面情况").fill("到现场说明了选址的困难，提案者表示理解。")
    page.get_by_role("radio", name=re.compile("A类")).check()
    page.get_by_label("主动公开").check()
    press(page, "报请审签")
    told(page, "已登记当面答复")
    reads(page, "第2轮当面答复", "领导审签", within=f"#case-{case.pk}")

    page = visit(world.leader)
    open_item(page, "待审签")
    reads(page, "提案者表示理解。")
    press(page, "签发")
    told(page, "已审签")
    page = visit(world.clerk)
    open_item(page, "待寄送")
    reads(page, "当面答复可不编文号")
    press(page, "寄送答复")
    told(page, "已登记寄送答复")
    assert state(page) == "已答复"
    enter(visit, world, "理解")
    page = confirm(visit, world)
    assert state(page) == "已办结"
    receipts = page.locator(".receipt").all_inner_texts()
    assert "不满意" in receipts[0] and "理解" in receipts[1]


def test_a_wrongly_entered_receipt_is_amended_after_the_end(world, visit):
    """满意 was entered where 基本满意 was ticked: put back, amended by one, confirmed by the other, closed again."""
    proposal = make.proposal_at(world, "closed")
    page = visit(world.secretary, proposal)
    choose(page, "更正回执")
    page.get_by_role("radio", name="基本满意", exact=True).check()
    page.get_by_label("更正原因").fill("录入时看错一格。")
    press(page, "更正回执")
    told(page, "已更正回执")
    assert state(page) == "已答复"
    reads(page, "待审核", "基本满意", "请由另一人审核", within=".receipt")
    assert "审核确认" not in offers(page)
    assert "基本满意" not in words(visit(world.office, proposal))

    page = confirm(visit, world)
    assert state(page) == "已办结"
    reads(page, "基本满意", "已确认", within=".receipt")
    amended = next(entry for entry in history(page) if entry[0].startswith("更正回执"))
    assert "录入时看错一格。" in amended and "评价：基本满意" in amended
    assert any(line.startswith("更正前：评价满意") for line in amended)


def promised(world):
    proposal = make.handling(world)
    make.rated(world, make.reply_at(world, make.case_of(proposal, world.housing), "issued", "B"))
    return proposal


def test_a_promise_is_reported_sent_back_and_verified(world, visit):
    """A class B promise is kept: the class becomes A, while the year's letter goes on saying B."""
    proposal = promised(world)
    for text in ("正在施工。", "已完工验收。"):
        page = visit(world.clerk)
        assert asked(page) == ["承诺事项"]
        open_item(page, "承诺事项")
        page.get_by_label("进展情况").fill(text)
        upload(page, "佐证材料", "验收单.png")
        press(page, "报告进展")
        told(page, "已报告承诺进展")
        reads(page, text, "验收单.png", "待核实", within=".promise")
        page = visit(world.office)
        open_item(page, "待核实的承诺")
        reads(page, text)
        if text == "正在施工。":
            page.goto(proposal.get_absolute_url())
            choose(page, "退回", within=".promise")
            page.get_by_label("说明").fill("尚未完工，请完工后再报。")
            press(page, "退回")
            told(page, "已退回")
            reads(page, "落实中", within=".promise")
    page.get_by_label("现行办理结果").select_option("A类")
    press(page, "核实")
    told(page, "已核实")
    reads(page, "A类（当年通报中为B类）", within=".reply")
    reads(page, "已落实", "正在施工。", "已完工验收。", within=".promise")
    assert state(page) == "已办结"
    follow(page.get_by_role("link", name="年度通报", exact=True))
    follow(page.get_by_role("link", name=re.compile("九届四次会议")).first)
    rows = page.locator("caption:text('办理结果') ~ tbody tr").all_inner_texts()
    counts = {name[:2]: count for name, count, *_ in (row.split("\t") for row in rows)}
    assert counts == {"A类": "0", "B类": "1", "C类": "0"}


def test_a_promise_that_cannot_be_kept_ends_with_an_explanation(world, visit):
    """The plan was given up: the leader agrees, the proposer is told, the promise ends and is not called kept."""
    proposal = promised(world)
    page = visit(world.office, proposal)
    choose(page, "终止并作说明")
    page.get_by_label("领导同意的情况").fill("周明远副区长9月1日批示同意")
    page.get_by_label("告知提案者的情况").fill("9月3日电话告知赵堃委员")
    page.get_by_label("不再落实的原因").fill("该地块规划已调整。")
    press(page, "终止并作说明")
    told(page, "已终止并作说明")
    reads(page, "终止并作说明", within=".promise")
    assert {"该地块规划已调整。", "领导同意：周明远副区长9月1日批示同意", "告知提案者：9月3日电话告知赵堃委员"} <= set(
        history(page)[0]
    )
    assert asked(visit(world.clerk)) == []


def test_a_promise_gets_a_later_date(world, visit):
    """The works take longer: the office sets a new date, the first one is kept beside it."""
    proposal = promised(world)
    later = timezone.localdate() + 800 * DAY
    page = visit(world.office, proposal)
    choose(page, "调整时限")
    page.get_by_label("新的完成时限").fill(str(later))
    page.get_by_label("调整原因").fill("汛期停工。")
    press(page, "调整时限")
    told(page, "已调整时限")
    reads(page, f"{later}前（最初为2027-12-31）", "落实中", within=".promise")
    assert str(later) in words(visit(world.clerk), "section:has(h2:text('承诺事项'))")


def test_a_unit_has_something_to_add_after_the_end(world, visit):
    """A year later the unit writes a supplementary reply: signed like any, asks for no receipt, nothing reopens."""
    proposal = make.proposal_at(world, "closed")
    page = visit(world.clerk, proposal)
    choose(page, "拟写补充答复")
    page.get_by_label("答复正文").fill("天桥已于今年六月建成通行。")
    page.get_by_role("radio", name=re.compile("A类")).check()
    page.get_by_label("主动公开").check()
    press(page, "保存草稿")
    told(page, "已保存答复草稿")
    approve(visit, world, proposal)
    page = visit(world.clerk)
    open_item(page, "待寄送")
    page.get_by_label("答复文号").fill("大建函〔2021〕8号")
    press(page, "寄送答复")
    told(page, "已登记寄送答复")
    assert state(page) == "已办结"
    reads(page, "补充答复", "大建函〔2021〕8号")
    assert asked(visit(world.secretary)) == []


def test_a_secret_proposal_is_only_counted(world, visit):
    """涉密: number and state alone; nothing that was typed beside them is kept, it is handled offline."""
    page = visit(world.office)
    page.get_by_role("link", name="登记", exact=True).click()
    page.get_by_label("案号").fill("7")
    page.get_by_label("案由").fill("不应留下的案由")
    page.get_by_label("提案者").fill("不应留下的姓名")
    page.get_by_label("涉密提案").check()
    press(page, "登记")
    told(page, "已登记第007号提案")
    reads(page, "涉密提案", "涉密，线下办理", "待交办")
    choose(page, "交办")
    page.get_by_label("独办").check()
    page.get_by_label("主办单位").select_option("区住房城乡建委")
    press(page, "交办")
    told(page, "已交办")

    page = visit(world.clerk)
    open_item(page, "待签收", "007")
    told(page, "已签收")
    page = visit(world.clerk, Proposal.objects.get(number="007"))
    assert offers(page) == ["线下办结"]
    choose(page, "线下办结")
    press(page, "线下办结")
    told(page, "已线下办结")
    assert state(page) == "已办结"
    page = visit(world.office)
    follow(page.get_by_role("link", name="提案", exact=True))
    reads(page, "007", "涉密提案", "已办结")
    assert "不应留下" not in page.content()
    assert not Proposal.objects.get(number="007").attachments.exists()


def test_a_misspelt_proposer_and_a_wrong_telephone_are_corrected(world, visit):
    """赵坤 is really called 赵堃 and his number was taken down wrongly; what stood before stays in the history."""
    proposal = make.handling(world, proposers=[{"name": "赵坤", "phone": "13900000000"}, {"name": "钱䶮"}])
    page = visit(world.office, proposal)
    choose(page, "更正登记")
    first = page.locator(".line").first
    first.get_by_label("提案者").fill("赵堃")
    first.get_by_label("联系电话").fill("13900000001")
    page.get_by_label("更正原因").fill("与提案原件核对。")
    press(page, "更正登记")
    told(page, "已更正登记")
    reads(page, "赵堃\n13900000001", "钱䶮")
    entry = history(page)[0]
    assert "提案者：赵坤（13900000000）、钱䶮 → 赵堃（13900000001）、钱䶮" in entry and "与提案原件核对。" in entry
    page = visit(world.clerk)
    follow(page.get_by_role("link", name="提案", exact=True))
    page.get_by_label("搜索").fill("赵堃")
    follow(page.get_by_role("button", name="查找", exact=True))
    expect(page).to_have_url(re.compile("q="))
    expect(page.locator("tbody tr")).to_have_count(1)


def test_a_proposal_is_made_key_in_may(world, visit):
    """Government and committee agree on a key proposal in mid-year; the supervising leader finds it at once."""
    proposal = make.handling(world)
    page = visit(world.office, proposal)
    choose(page, "确定重点提案")
    page.get_by_label("督办领导").select_option("陈思齐")
    page.get_by_label("与提案委商定的情况").fill("5月8日与提案委商定。")
    press(page, "确定重点提案")
    told(page, "已确定重点提案")
    reads(page, "重点提案", "督办领导", "副区长 陈思齐")
    assert {"督办领导：陈思齐", "5月8日与提案委商定。"} <= set(history(page)[0])
    page = visit(world.other_leader)
    assert asked(page) == ["督办的重点提案"]
    open_item(page, "督办的重点提案")
    assert state(page) == "办理中"


def test_two_clerks_write_in_one_draft_at_once(world, visit, problems):
    """Both have the draft open; the second to save is told, overwrites nothing and gets back what was typed."""
    other = make.user("clerk2", "孙经办", Post.Kind.UNIT_CLERK, unit=world.housing)
    proposal = make.handling(world)
    make.drafted(world, make.case_of(proposal, world.housing))
    first, second = visit(world.clerk), visit(other)
    for page in (first, second):
        open_item(page, "草稿与退回")
    first.get_by_label("答复正文").fill("第一人的改动。")
    press(first, "保存草稿")
    told(first, "已保存答复草稿")
    second.get_by_label("答复正文").fill("第二人改了很久的内容。")
    press(second, "保存草稿")
    told(second, "没有保存：内容已有变化")
    forgive(second, problems, 409)
    reads(second, "您刚才填写的内容", "第二人改了很久的内容。", "请按最新情况操作")
    follow(second.get_by_role("link", name="查看最新情况"))
    follow(second.locator(".reply h3 a"))
    reads(second, "第一人的改动。")
    assert "第二人" not in words(second)


def session_of_its_own(world, **settings):
    label = "九届五次会议"
    world.session = cases.open_session("9-5", label, 2020, by=world.office, at=make.moment(2020, 1, 11), **settings)


def test_every_cosigner_of_a_joint_proposal_is_asked(world, visit):
    """The session asks all co-signers: a receipt each, and the proposal is done when the last one is confirmed."""
    session_of_its_own(world, asks_cosigners=True)
    people = [{"name": "赵堃"}, {"name": "钱䶮"}]
    proposal = make.handling(world, proposers=people, form=Proposal.Form.JOINT)
    make.reply_at(world, make.case_of(proposal, world.housing), "signed")
    page = visit(world.clerk)
    open_item(page, "待寄送")
    page.get_by_label("答复文号").fill("大建函〔2020〕1号")
    press(page, "寄送答复")
    told(page, "已登记寄送答复")
    for person, after in (("钱䶮", "已答复"), ("赵堃", "已办结")):
        enter(visit, world, "满意", person)
        page = confirm(visit, world)
        assert state(page) == after
    receipts = page.locator(".receipt").all_inner_texts()
    assert len(receipts) == 2 and all("满意" in text and "已确认" in text for text in receipts)


def test_attitude_and_result_are_rated_apart(world, visit):
    """The session asks for two ratings: pleased with the attitude, not with the result, which decides."""
    session_of_its_own(world, asks_attitude=True)
    proposal = make.handling(world)
    make.reply_at(world, make.case_of(proposal, world.housing), "issued")
    page = visit(world.secretary)
    open_item(page, "待录入回执")
    page.get_by_role("group", name="对办理结果的评价").get_by_label("不满意", exact=True).check()
    page.get_by_role("group", name="对办理态度的评价").get_by_label("满意", exact=True).check()
    upload(page, "回执扫描件", "回执.png")
    press(page, "录入")
    told(page, "已录入回执")
    page = visit(world.secretary2)
    open_item(page, "待审核回执")
    reads(page, "对办理结果", "对办理态度")
    press(page, "审核确认")
    told(page, "已审核确认回执")
    reads(page, "办理态度：满意　办理结果：不满意", within=".receipt")
    assert state(page) == "办理中"
    assert "待拟写答复" in asked(visit(world.clerk))


def test_the_auditor_finds_who_gave_a_proposal_a_wrong_title(world, visit):
    """A title was changed into that of another proposal; the auditor reads who did it, when, and what stood there."""
    proposal = make.handling(world)
    page = visit(world.office2, proposal)
    choose(page, "更正登记")
    page.get_by_label("案由").fill("关于增设幼儿园的建议")
    page.get_by_label("更正原因").fill("按清单更正。")
    press(page, "更正登记")
    told(page, "已更正登记")

    page = visit(world.auditor)
    page.get_by_label("对象").fill("001")
    page.get_by_label("操作", exact=True).fill("更正登记")
    follow(page.get_by_role("button", name="查找", exact=True))
    expect(page).to_have_url(re.compile("target=001"))
    expect(page.locator("tbody tr")).to_have_count(1)
    reads(page, "何办", "更正登记", "9-4/001", "按清单更正。", within="tbody")
    reads(page, "案由：关于增设过街天桥的建议 → 关于增设幼儿园的建议", within="tbody")
    press(page, "核对完整性")
    told(page, "日志完整")
    page.get_by_label("操作", exact=True).fill("接收登记")
    follow(page.get_by_role("button", name="查找", exact=True))
    reads(page, "吴办", "案由：关于增设过街天桥的建议", within="tbody")


def test_what_is_not_done_by_the_years_end_is_carried_over(world, visit):
    """A long work is carried over into the next year with a new deadline that the unit finds on its home page."""
    proposal = make.handling(world)
    due = timezone.localdate() + 90 * DAY
    page = visit(world.office, proposal)
    choose(page, "结转续办")
    page.get_by_label("新的答复期限").fill(str(due))
    page.get_by_label("结转理由").fill("须等上级批复。")
    press(page, "结转续办")
    told(page, "已结转续办")
    reads(page, "结转续办")
    assert state(page) == "办理中"
    assert {f"答复期限：{due}", "须等上级批复。"} <= set(history(page)[0])
    assert str(due) in words(visit(world.clerk), "section:has(h2:text('待拟写答复'))")
