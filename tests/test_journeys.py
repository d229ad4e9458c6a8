"""One proposal by clicks alone from 待交办 to 已办结, through six people, with one 不满意 in between."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.audit.queries import verify
from apps.proposals import operations as cases
from apps.proposals.models import Proposal
from tests import factories as make
from tests.browser import open_item, press, told

pytestmark = pytest.mark.journey


def upload(page, tmp_path):
    path = tmp_path / "回执.png"
    path.write_bytes(make.PNG)
    page.get_by_label("回执扫描件").set_input_files(path)


def answer(people, world, tmp_path, round_number, rating):
    """From the draft to the confirmed receipt, each by the right person."""
    page = people(world.clerk)
    open_item(page, "待沟通")
    page.get_by_label("参加人员").fill("提案者赵堃")
    page.get_by_label("沟通情况").fill(f"第{round_number}轮当面听取意见")
    press(page, "沟通记录")
    told(page, "已保存沟通记录")

    page = people(world.clerk)
    open_item(page, "待拟写答复")
    page.get_by_label("答复正文").fill(
        f"赵堃委员：\n您提出的提案收悉，第{round_number}次答复如下。\n天桥已列入年度计划。"
    )
    page.get_by_role("radio", name=re.compile("A类")).check()
    page.get_by_label("主动公开").check()
    page.get_by_label("办理成效摘要").fill("新建人行天桥一座。")
    press(page, "保存草稿")
    told(page, "已保存答复草稿")
    page.get_by_role("link", name="送审", exact=True).first.click()
    press(page, "送审")
    told(page, "已送审")

    page = people(world.head)
    open_item(page, "待签发")
    page.get_by_role("link", name="单位签发", exact=True).click()
    press(page, "单位签发")
    told(page, "已单位签发")

    page = people(world.office)
    open_item(page, "待核稿")
    page.get_by_role("link", name="核稿报审", exact=True).click()
    press(page, "核稿报审")
    told(page, "已报请领导审签")

    page = people(world.leader)
    open_item(page, "待审签")
    press(page, "签发")
    told(page, "已审签")

    page = people(world.clerk)
    open_item(page, "待寄送")
    page.get_by_label("答复文号").fill(f"大渡口建委函〔2026〕{round_number}号")
    press(page, "寄送答复")
    told(page, "已登记寄送答复")

    page = people(world.secretary)
    open_item(page, "待录入回执")
    page.get_by_role("radio", name=rating, exact=True).check()
    upload(page, tmp_path)
    press(page, "录入")
    told(page, "已录入回执")

    page = people(world.secretary2)
    open_item(page, "待审核回执")
    press(page, "审核确认")
    told(page, "已审核确认回执")


def test_a_proposal_goes_by_clicks_through_six_people_with_one_dissatisfied_receipt(transactional_db, people, tmp_path):
    world = make.world()
    today = timezone.localdate()
    world.session = cases.open_session("10-5", "十届五次会议", today.year, by=world.office, at=timezone.now())

    page = people(world.office)
    page.get_by_role("link", name="登记", exact=True).click()
    page.get_by_label("届次").select_option("十届五次会议")
    page.get_by_label("案号").fill("1")
    page.get_by_label("案由").fill("关于增设过街天桥的建议")
    page.get_by_label("提案者").fill("赵堃、钱䶮")
    page.get_by_label("提案形式").select_option("联名")
    press(page, "登记")
    told(page, "已登记第001号提案")

    page = people(world.office)
    open_item(page, "待交办")
    page.get_by_label("独办").check()
    page.get_by_label("主办单位").select_option("区住房城乡建委")
    press(page, "交办")
    told(page, "已交办")

    page = people(world.clerk)
    open_item(page, "待签收")
    told(page, "已签收")

    answer(people, world, tmp_path, 1, "不满意")
    proposal = Proposal.objects.get(number="001", session=world.session)
    assert proposal.state == "handling"
    expect(people(world.clerk).get_by_text("待拟写答复").first).to_be_visible()
    answer(people, world, tmp_path, 2, "满意")

    proposal.refresh_from_db()
    assert proposal.state == "closed"
    case = proposal.cases.get()
    assert (case.state, case.round) == ("closed", 2)
    page = people(world.office)
    page.goto(proposal.get_absolute_url())
    told(page, "已办结")
    assert page.get_by_text("评价：不满意").count() or "不满意" in page.content()
    assert list(verify()) == []
