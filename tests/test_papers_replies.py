"""Papers of a reply: whom the letter addresses and what it says in each state, the receipt form, the sign-off sheet.

What stands on them is asked of the papers' contents; how contents are laid out is tests/test_documents.py's.
"""

import datetime
import io

import pdfplumber
import pytest
from django.urls import reverse
from django.utils.formats import date_format

from apps.documents.content import Heading, Paragraph, Sheet, texts_of
from apps.papers.catalogue import KINDS, copies
from apps.papers.compose.texts import blocks_of
from apps.papers.kinds import Occasion
from apps.proposals import operations as cases
from apps.proposals import rearranging
from apps.proposals.models import Case, Proposal
from apps.proposals.operations import Paper
from apps.proposals.workflow import CaseRole
from apps.ratings import links
from apps.ratings import operations as ratings
from apps.ratings.models import Receipt
from apps.replies import operations as replies
from apps.replies.models import Reply
from tests import factories as make
from tests.browser import press, told

TODAY = datetime.date(2020, 7, 1)
LETTER, FORM, SHEET = "reply-letter", "receipt-form", "sign-off-sheet"


@pytest.fixture
def world(db):
    return make.world()


def occasion(world, user=None, **fields):
    return Occasion(user or world.office, TODAY, world.session, **fields)


def papers(world, kind, reply, user=None, **fields):
    """[(Proposer or None, Paper)] that the user gets of the reply, [] where it is not for them."""
    when = occasion(world, user, **fields)
    seen = KINDS[kind].seen(when).filter(pk=reply.pk).first()
    return copies(KINDS[kind], seen, when) if seen else []


def paper(world, kind, reply, user=None, **fields):
    return papers(world, kind, reply, user, **fields)[0][1]


def said(paper):
    """All that a paper says, its texts one after another."""
    return "\n".join(text for _, _, text in texts_of(paper))


def field(paper, label):
    """What stands beside a label of a form."""
    cells = [cell for block in paper.blocks for row in getattr(block, "rows", ()) for cell in row]
    place = next(at for at, cell in enumerate(cells) if not isinstance(cell, str) and cell.text == label)
    return cells[place + 1].text


def reply_of(world, state="issued", number="084", body="天桥已列入计划。", code="A", at=None, **fields):
    proposal = make.handling(world, number, **fields)
    return make.reply_at(world, make.case_of(proposal, world.housing), state, code, body=body, at=at)


# --- 答复函 -----------------------------------------------------------------------------------------------------------


def test_the_letter_to_one_proposer(world):
    reply = reply_of(world)
    world.housing.contact_name, world.housing.contact_phone = "李经办", "023-68000000"
    world.housing.save()
    letter = paper(world, LETTER, reply)
    assert letter.title == "关于区政协九届四次会议第084号提案的答复函"
    assert letter.issuer == letter.signature == "大渡口区住房和城乡建设委员会"
    assert (letter.number, letter.dated_on) == (reply.number, datetime.date(2020, 4, 20))
    assert letter.addressee == "赵堃委员"
    opening, text, closing = letter.blocks
    assert opening.text == "您提出的《关于增设过街天桥的建议》（第084号）收悉，现答复如下："
    assert text == Paragraph("天桥已列入计划。")
    assert "感谢您" in closing.text and "征询意见表" in closing.text and "区政协提案委" in closing.text
    assert letter.marks == ("办理结果：A", "公开属性：主动公开")
    assert letter.remark == "联系人：李经办；联系电话：023-68000000"
    assert letter.copies_to == ("区政协提案委员会", "区政府办公室")
    assert letter.is_sealed and letter.draft == ""
    assert [(annex.label, annex.title) for annex in letter.annexes] == [("附件", "提案办理情况征询意见表")]


def test_a_unit_without_a_telephone_is_not_given_one(world):
    assert paper(world, LETTER, reply_of(world)).remark == ""


def test_assisting_units_get_a_copy_unless_they_were_taken_out(world):
    roles = [(world.housing, CaseRole.LEAD), (world.culture, CaseRole.ASSIST), (world.parks, CaseRole.ASSIST)]
    proposal = make.handling(world, "084", roles=roles)
    cases.advise(make.case_of(proposal, world.culture), by=world.culture_head, at=make.moment(2020, 4, 1), text="无。")
    gone = make.case_of(proposal, world.parks)
    cases.adjust(proposal, [], [gone], by=world.office, at=make.moment(2020, 4, 2), note="无须协办")
    reply = make.reply_at(world, make.case_of(proposal, world.housing), "issued")
    assert paper(world, LETTER, reply).copies_to == ("区政协提案委员会", "区政府办公室", "区文化旅游委")


def test_each_of_a_joint_proposal_gets_a_letter_and_those_asked_a_form(world):
    people = [{"name": name} for name in ("赵堃", "钱祎", "孙喆")]
    reply = reply_of(world, form="joint", proposers=people)
    letters = papers(world, LETTER, reply)
    assert [to.name for to, _ in letters] == ["赵堃", "钱祎", "孙喆"]
    assert [letter.addressee for _, letter in letters] == ["赵堃委员", "钱祎委员", "孙喆委员"]
    assert all(letter.blocks[0].text.startswith("你们提出的") for _, letter in letters)
    assert [bool(letter.annexes) for _, letter in letters] == [True, False, False], "the first is asked"
    assert ["征询意见表" in said(letter) for _, letter in letters] == [True, False, False]
    assert [to.name for to, _ in papers(world, FORM, reply)] == ["赵堃"]


def test_all_cosigners_get_the_form_where_the_session_asks_them(world):
    world.session.asks_cosigners = True
    world.session.save()
    reply = reply_of(world, form="joint", proposers=[{"name": "赵堃"}, {"name": "钱祎"}])
    assert all(letter.annexes for _, letter in papers(world, LETTER, reply))
    assert [field(form, "提案者") for _, form in papers(world, FORM, reply)] == ["赵堃", "钱祎"]


def test_a_body_is_addressed_by_its_name(world):
    reply = reply_of(world, form="collective", proposers=[{"name": "民盟大渡口区支部"}])
    letter = paper(world, LETTER, reply)
    assert letter.addressee == "民盟大渡口区支部"
    assert letter.blocks[0].text.startswith("贵单位提出的")


def test_those_of_a_merged_proposal_are_answered_on_their_own(world):
    main = make.assigned(world, "084")
    merged = make.registered(world, "085", "关于改造《老桥》的建议", proposers=[{"name": "钱祎"}])
    rearranging.merge(merged, main, by=world.office, at=make.moment(2020, 3, 10), note="提案委同意")
    case = main.cases.get()
    cases.accept(case, by=world.clerk, at=make.moment(2020, 3, 11))
    reply = make.reply_at(world, case, "issued")
    (first, one), (second, other) = papers(world, LETTER, reply)
    assert (first.name, second.name) == ("赵堃", "钱祎")
    assert one.title == "关于区政协九届四次会议第084号提案的答复函"
    assert other.title == "关于区政协九届四次会议第085号提案的答复函"
    assert other.blocks[0].text == (
        "您提出的《关于改造〈老桥〉的建议》（第085号）收悉，并与第084号提案《关于增设过街天桥的建议》合并办理，现答复如下："
    )
    assert "085" not in said(one)
    assert other.annexes and field(other.annexes[0], "案号").startswith("第085号")
    assert field(other.annexes[0], "案由") == "关于改造《老桥》的建议"


STATES = {
    "draft": "样稿：尚未送审",
    "unit_review": "样稿：单位审核中",
    "office_review": "样稿：政府办核稿中",
    "leader_signoff": "样稿：待领导审签",
    "signed": "样稿：已审签，尚未寄送",
    "issued": "",
}


@pytest.mark.parametrize("state", STATES)
def test_a_letter_says_how_far_it_is(world, state):
    letter = paper(world, LETTER, reply_of(world, state))
    assert letter.draft == STATES[state]
    assert bool(letter.number) == bool(letter.dated_on) == (state == "issued")


def test_a_corrected_letter_is_void_and_keeps_its_number(world):
    reply = reply_of(world)
    number = reply.number
    ratings.reissue(reply, by=world.office, at=make.moment(2020, 4, 25), note="有误")
    letter = paper(world, LETTER, reply)
    assert (letter.draft, letter.number) == ("已作废", number)
    assert paper(world, FORM, reply).draft == "已作废"


def test_rounds_and_what_comes_after_the_end_have_names_of_their_own(world):
    reply = reply_of(world)
    case = reply.case
    make.rated(world, reply, "不满意")
    case.refresh_from_db()
    second = make.reply_at(world, case, "issued", at=make.moment(2020, 5, 20))
    assert paper(world, LETTER, second).title == "关于区政协九届四次会议第084号提案的再次答复函"
    make.rated(world, second, "不满意", at=make.moment(2020, 5, 25))
    case.refresh_from_db()
    ratings.rehandle(case, by=world.office, at=make.moment(2020, 5, 26))
    third = make.reply_at(world, case, "issued", at=make.moment(2020, 6, 1))
    assert paper(world, LETTER, third).title == "关于区政协九届四次会议第084号提案的第三次答复函"
    make.rated(world, third, at=make.moment(2020, 6, 5))
    case.refresh_from_db()
    further = replies.draft(case, by=world.clerk, at=make.moment(2020, 6, 10), body="另作补充。")
    letter = paper(world, LETTER, further)
    assert letter.title == "关于区政协九届四次会议第084号提案的补充答复函"
    assert not letter.annexes and not letter.attachments and "征询意见表" not in said(letter)
    assert papers(world, FORM, further) == [], "nobody is asked after a supplementary reply"


def test_a_meeting_leaves_a_record_for_all(world):
    reply = reply_of(world, form="joint", proposers=[{"name": "赵堃"}, {"name": "钱祎"}])
    make.rated(world, reply, "不满意")
    case = Case.objects.get(pk=reply.case_id)
    met = replies.meet(
        case, by=world.head, at=make.moment(2020, 5, 20), held_on=datetime.date(2020, 5, 19),
        people="赵堃、钱祎、王主任", body="当面说明了工期。",
        result_class=make.result_class(world.session, "A"), publicity="open",
    )  # fmt: skip
    (to, record), *others = papers(world, LETTER, met)
    assert (to, others) == (None, [])
    assert isinstance(record, Sheet) and record.title == "区政协九届四次会议提案当面答复记录"
    assert field(record, "会面日期") == "2020年5月19日"
    assert field(record, "参加人员") == "赵堃、钱祎、王主任"
    assert field(record, "会面情况") == "当面说明了工期。"
    assert field(record, "提案者") == "赵堃、钱祎"
    assert record.draft == "样稿：待领导审签"


def test_a_unit_that_has_thanked_does_not_thank_twice(world):
    closing = paper(world, LETTER, reply_of(world, body="已办。\n感谢您的支持。")).blocks[-1].text
    assert "感谢" not in closing and "征询意见表" in closing


def test_the_replys_files_are_named_before_the_form(world):
    reply = reply_of(world, "draft")
    replies.edit(reply, by=world.clerk, at=make.moment(2020, 4, 21), files=[make.scan("改造清单.png")])
    letter = paper(world, LETTER, reply)
    assert letter.attachments == ("改造清单", "提案办理情况征询意见表")
    assert [annex.label for annex in letter.annexes] == ["附件2"]


def test_promises_are_part_of_the_letter_only_where_its_text_makes_them(world):
    letter = paper(world, LETTER, reply_of(world, code="B"))
    assert "年内完成整治" not in said(letter)
    assert letter.marks[0] == "办理结果：B"


def test_headings_of_a_reply_are_set_as_such():
    text = "一、现状\n（一）管网。已查明三处。\n1.更换管道\n二、我委已完成改造。\n2.清淤，\n1.5公里已通车\n（1）细目"
    assert blocks_of(text) == (
        Heading(1, "一、现状"),
        Paragraph("已查明三处。", lead="（一）管网。", lead_level=2),
        Heading(3, "1.更换管道"),
        Paragraph("二、我委已完成改造。"),
        Paragraph("2.清淤，"),
        Paragraph("1.5公里已通车"),
        Paragraph("（1）细目"),
    )
    long = f"三、{'很' * 60}长"
    assert blocks_of(f"　　{long}") == (Paragraph(long),)


# --- 寄送以前的样子 ---------------------------------------------------------------------------------------------------


def test_a_signed_letter_is_tried_with_its_number_and_day_and_no_other_is(world):
    given = {"number": "大建函〔2020〕7号", "dated_on": datetime.date(2020, 4, 30)}
    signed = paper(world, LETTER, reply_of(world, "signed"), **given)
    assert (signed.number, signed.dated_on) == tuple(given.values())
    assert signed.draft == "样稿：已审签，尚未寄送"
    assert "大建函〔2020〕7号，2020年4月30日" in said(signed.annexes[0])
    waiting = paper(world, LETTER, reply_of(world, "leader_signoff", "085"), **given)
    assert (waiting.number, waiting.dated_on) == ("", None)
    reply = reply_of(world, "issued", "086")
    issued = paper(world, LETTER, reply, **given)
    assert (issued.number, issued.dated_on, issued.draft) == (reply.number, reply.issued_on, "")


def url(view, world, kind, reply):
    return reverse(f"papers:{view}", args=[world.session.key, kind, reply.pk])


def pdf_text(answer):
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    with pdfplumber.open(io.BytesIO(answer.content)) as pdf:
        return ["".join((sheet.extract_text() or "").split()) for sheet in pdf.pages]


def test_the_number_typed_for_issuing_stands_on_the_printed_letter(world, client):
    reply = reply_of(world, "signed")
    client.force_login(world.clerk)
    page = client.get(reverse("ratings:act_on_reply", args=[reply.pk, "issue"])).content.decode()
    assert 'formtarget="preview"' in page and url("paper_pdf", world, LETTER, reply) in page
    typed = {"number": "大建函〔2020〕7号", "issued_on": "2020-04-30", "means": "post", "note": "", "seen": "x"}
    text = "".join(pdf_text(client.get(url("paper_pdf", world, LETTER, reply), typed)))
    assert "大建函〔2020〕7号" in text and "2020年4月30日" in text and "已审签，尚未寄送" in text
    reply.refresh_from_db()
    assert (reply.number, reply.issued_on) == ("", None)


@pytest.mark.parametrize(
    ("state", "action", "user"),
    [("unit_review", "unit_approve", "head"), ("office_review", "office_forward", "office"),
     ("leader_signoff", "sign", "leader")],
)  # fmt: skip
def test_who_decides_on_a_letter_may_look_at_it_as_it_will_go_out(world, client, state, action, user):
    reply = reply_of(world, state)
    client.force_login(world.people[user])
    page = client.get(reverse("replies:act", args=[reply.pk, action])).content.decode()
    fold = page.split('<details class="fold">')[1].split("</details>")[0]
    assert f'src="{url("paper_pdf", world, LETTER, reply)}"' in fold and 'loading="lazy"' in fold


def test_the_page_of_a_reply_leads_to_its_papers(world, client):
    client.force_login(world.office)
    expected = {"draft": {LETTER, FORM}, "leader_signoff": {LETTER, FORM, SHEET}, "issued": {LETTER, FORM, SHEET}}
    for number, (state, kinds) in enumerate(expected.items()):
        reply = reply_of(world, state, f"10{number}")
        page = client.get(reverse("replies:detail", args=[reply.pk])).content.decode()
        assert {kind for kind in (LETTER, FORM, SHEET) if f'"{url("paper", world, kind, reply)}"' in page} == kinds
    client.force_login(world.secretary)
    page = client.get(reverse("replies:detail", args=[reply.pk])).content.decode()
    assert url("paper", world, LETTER, reply) in page and url("paper", world, SHEET, reply) not in page


# --- 征询意见表 -------------------------------------------------------------------------------------------------------


def test_the_form_says_by_whom_and_until_when_it_is_filled_in(world):
    reply = reply_of(world)
    form = paper(world, FORM, reply)
    due_on = Receipt.objects.get(reply=reply).due_on
    assert form.draft == ""
    assert form.title == "区政协九届四次会议提案办理情况征询意见表"
    assert field(form, "案号") == "第084号" and field(form, "提案者") == "赵堃"
    assert field(form, "答复文号") == f"{reply.number}，2020年4月20日"
    assert field(form, "总体评价") == "□满意 □基本满意 □理解 □不满意"
    assert field(form, "意见和\n建议") == ""
    assert f"于{date_format(due_on, 'Y年n月j日')}前寄回区政协提案委" in said(form)
    assert "本表由提案者本人填写" in said(form)


def test_attitude_and_result_are_asked_apart_where_the_session_does(world):
    world.session.asks_attitude = True
    world.session.save()
    form = paper(world, FORM, reply_of(world))
    assert field(form, "办理态度") == field(form, "办理结果") == "□满意 □基本满意 □理解 □不满意"


def test_before_it_is_issued_the_form_names_the_term(world):
    form = paper(world, FORM, reply_of(world, "signed"))
    assert form.draft == "样稿：答复尚未寄送"
    assert "自答复之日起15个工作日内" in said(form)


@pytest.mark.parametrize("user", ["office", "clerk", "leader", "secretary"])
def test_no_paper_tells_a_rating_or_hands_out_the_link(world, user):
    reply = reply_of(world)
    receipt = make.rated(world, reply, "不满意", confirm=False)
    Receipt.objects.filter(pk=receipt.pk).update(comment="答非所问")
    token = links.token_for(receipt, TODAY)
    for kind in (LETTER, FORM, SHEET):
        for _, one in papers(world, kind, reply, world.people[user]):
            assert "答非所问" not in said(one) and "■" not in said(one)
            assert token.rpartition("-")[0] not in said(one)


# --- 审签单 -----------------------------------------------------------------------------------------------------------


def test_the_sheet_bears_the_code_of_the_text_and_who_did_what(world):
    reply = reply_of(world, "leader_signoff", code="B", body="一、已查明。\n二、将整治。")
    sheet = paper(world, SHEET, reply)
    assert sheet.right == f"校验码：{reply.code}" and sheet.draft == ""
    assert field(sheet, "案由") == "关于增设过街天桥的建议"
    assert field(sheet, "承办单位") == "大渡口区住房和城乡建设委员会"
    assert field(sheet, "答复轮次") == "首次答复"
    assert field(sheet, "办理结果") == "B类（所提问题正在解决或列入计划逐步解决）"
    assert field(sheet, "公开属性") == "主动公开"
    assert field(sheet, "承诺事项") == "年内完成整治（2027年12月31日前）"
    assert field(sheet, "单位送审") == "李经办\n2020年4月20日"
    assert field(sheet, "单位签发") == "王主任\n2020年4月20日"
    assert field(sheet, "政府办\n核稿") == "吴办\n2020年4月20日"
    assert field(sheet, "领导审签\n意见") == "请副区长周明远审签。"
    assert [row for (row,) in sheet.blocks[-1].rows] == ["一、已查明。", "二、将整治。"]


def test_what_was_entered_for_a_unit_is_told_as_its_own(world):
    reply = reply_of(world, "unit_review")
    signed = Paper("区住房城乡建委王主任", make.scan("签字件.png"))
    replies.unit_approve(reply, by=world.office, at=make.moment(2020, 4, 21), paper=signed)
    replies.office_forward(reply, world.leader_row, by=world.office2, at=make.moment(2020, 4, 22))
    sheet = paper(world, SHEET, reply)
    assert field(sheet, "单位签发") == "区住房城乡建委王主任（吴办代录）\n2020年4月21日"


def test_a_long_text_has_the_code_on_every_page(world, client):
    reply = reply_of(world, "leader_signoff", body="\n".join(f"第{n}段，{'内容' * 40}。" for n in range(40)))
    client.force_login(world.leader)
    pages = pdf_text(client.get(url("paper_pdf", world, SHEET, reply)))
    assert len(pages) > 1 and all(reply.code in page for page in pages)


def test_the_sheet_becomes_the_record_of_the_signature(world):
    reply = reply_of(world, "issued")
    assert field(paper(world, SHEET, reply), "领导审签") == "周明远，2020年4月20日（在系统中审签）"
    other = reply_of(world, "leader_signoff", "085")
    make.delegation(world, world.leader_row, world.other_leader_row, at=make.moment(2020, 4, 20))
    replies.sign(other, other.content_hash, by=world.other_leader, at=make.moment(2020, 4, 21))
    assert field(paper(world, SHEET, other), "领导审签") == "陈思齐（代周明远），2020年4月21日（在系统中审签）"
    third = reply_of(world, "leader_signoff", "086")
    replies.sign_on_paper(third, third.code, make.scan(), by=world.office, at=make.moment(2020, 4, 21))
    assert "签字：" in said(paper(world, SHEET, third)), "may be printed again until it is checked"
    replies.verify_paper(third, by=world.office2, at=make.moment(2020, 4, 22))
    assert field(paper(world, SHEET, third), "领导审签") == "周明远，2020年4月22日（纸质签字，吴办登记，何办核对）"


POSTS = ("office", "clerk", "head", "culture_clerk", "leader", "other_leader", "secretary", "auditor", "admin")
THOSE_OF_THE_UNIT = (200, 200, 200, 404, 200, 404, 404, 404, 404)
WITH_THE_COMMITTEE = (200, 200, 200, 404, 200, 404, 200, 404, 404)
ANSWERS = {
    (LETTER, "draft"): THOSE_OF_THE_UNIT,
    (LETTER, "issued"): WITH_THE_COMMITTEE,
    (FORM, "leader_signoff"): THOSE_OF_THE_UNIT,
    (FORM, "issued"): WITH_THE_COMMITTEE,
    (SHEET, "office_review"): (404,) * 9,
    (SHEET, "leader_signoff"): THOSE_OF_THE_UNIT,
    (SHEET, "issued"): THOSE_OF_THE_UNIT,
}


@pytest.mark.parametrize(("kind", "state"), ANSWERS)
def test_a_paper_is_for_those_who_may_read_its_reply(world, client, kind, state):
    reply = reply_of(world, state)
    found = []
    for post in POSTS:
        client.force_login(world.people[post])
        found.append(client.get(url("paper", world, kind, reply)).status_code)
    assert tuple(found) == ANSWERS[kind, state]


def test_an_assisting_unit_sees_the_letter_once_it_is_out_and_never_the_sheet(world):
    roles = [(world.housing, CaseRole.LEAD), (world.culture, CaseRole.ASSIST)]
    proposal = make.handling(world, "084", roles=roles)
    cases.advise(make.case_of(proposal, world.culture), by=world.culture_head, at=make.moment(2020, 4, 1), text="无。")
    reply = make.reply_at(world, make.case_of(proposal, world.housing), "signed")
    assert papers(world, LETTER, reply, world.culture_clerk) == []
    ratings.issue(reply, by=world.clerk, at=make.moment(2020, 4, 21), number="大建函〔2020〕1号",
                  issued_on=datetime.date(2020, 4, 21), means="post")  # fmt: skip
    assert papers(world, LETTER, reply, world.culture_clerk)
    assert papers(world, SHEET, reply, world.culture_clerk) == []


def test_secret_proposals_and_replies_without_a_text_have_no_paper(world):
    reply = reply_of(world)
    Reply.objects.filter(pk=reply.pk).update(body="")
    assert papers(world, LETTER, reply) == papers(world, FORM, reply) == papers(world, SHEET, reply) == []
    other = reply_of(world, number="085")
    Proposal.objects.filter(pk=other.case.proposal_id).update(title="涉密提案", text="", is_secret=True)
    assert papers(world, LETTER, other) == papers(world, FORM, other) == papers(world, SHEET, other) == []


def test_hostile_texts_are_printed_as_they_are(world, client):
    hostile = "<script>alert(1)</script>{{ 7|add:7 }}&amp;\n一、<img src=file:///etc/passwd>"
    reply = reply_of(world, "leader_signoff", body=hostile, title="关于<b>加粗</b>的建议")
    client.force_login(world.office)
    for kind in (LETTER, SHEET):
        text = "".join(pdf_text(client.get(url("paper_pdf", world, kind, reply))))
        assert "<script>alert(1)</script>{{7|add:7}}&amp;" in text
        assert "<imgsrc=file:///etc/passwd>" in text and "<b>加粗</b>" in text


def test_composing_many_asks_no_more_than_composing_one(world, django_assert_num_queries):
    """The letters and forms of a session: a fixed number of queries, whatever the rows."""
    for number in ("001", "002"):
        reply_of(world, number=number, form="joint", proposers=[{"name": "赵堃"}, {"name": "钱祎"}])
    for kind in (LETTER, FORM):
        for count in (1, 2):
            when = occasion(world)
            KINDS[kind].seen(when).first()  # who the user is stays known
            # the replies, their promises, receipts; the proposals' people, merged ones, cases, units, files; the scale
            with django_assert_num_queries(9):
                for reply in KINDS[kind].seen(when)[:count]:
                    assert copies(KINDS[kind], reply, when)


def test_looking_at_the_letter_does_not_keep_it_from_being_issued(people, transactional_db):
    """按所填预览 shows what was typed in the frame; the form is still there to be sent, once."""
    world = make.world()
    reply = make.reply_at(world, make.handling(world).cases.get(), "signed")
    page = people(world.clerk, reverse("ratings:act_on_reply", args=[reply.pk, "issue"]))
    page.get_by_label("答复文号").fill("大建函〔2020〕7号")
    with page.expect_request(lambda asked: "paper.pdf" in asked.url and asked.method == "POST") as looked:
        press(page, "按所填预览")
    assert "number=" in looked.value.post_data and "number=" not in looked.value.url
    press(page, "寄送答复")
    told(page, "已登记寄送答复")
    reply.refresh_from_db()
    assert reply.number == "大建函〔2020〕7号"
