"""Papers of one unit's part of a proposal: its opinion, what it asks of the office, its talks with the proposer."""

import datetime
import io

import pdfplumber
import pytest
from django.urls import reverse

from apps.documents.content import Letter, Paragraph, texts_of
from apps.papers import operations
from apps.papers.catalogue import KINDS, copies
from apps.papers.kinds import Occasion
from apps.proposals import operations as cases
from apps.proposals.models import Dispatch, ExtensionRequest, Proposal, ReturnRequest
from apps.proposals.workflow import CaseRole, NotAllowed, Refused
from tests import factories as make

TODAY = datetime.date(2020, 7, 1)
OPINION, RETURN, EXTENSION, CONTACT = "opinion-letter", "return-request", "extension-approval", "contact-record"
POSTS = ("office", "clerk", "head", "culture_clerk", "parks_clerk", "leader", "other_leader", "secretary", "auditor")


@pytest.fixture
def world(db):
    return make.world()


def occasion(world, user=None, **fields):
    return Occasion(user or world.office, TODAY, world.session, **fields)


def paper(world, kind, thing, user=None, **fields):
    """The Paper that the user gets of the thing, None where it is not for them."""
    when = occasion(world, user, **fields)
    seen = KINDS[kind].seen(when).filter(pk=thing.pk).first()
    return copies(KINDS[kind], seen, when)[0][1] if seen else None


def said(paper):
    return "\n".join(text for _, _, text in texts_of(paper))


def cell(paper, label):
    """The cell beside a label of a form."""
    cells = [cell for block in paper.blocks for row in block.rows for cell in row]
    return cells[next(at for at, one in enumerate(cells) if one.text == label) + 1]


def field(paper, label):
    return cell(paper, label).text


def answers(world, client, kind, thing):
    """post → what the page of the paper answers."""
    found = {}
    for post in POSTS:
        client.force_login(world.people[post])
        address = reverse("papers:paper", args=[world.session.key, kind, thing.pk])
        found[post] = client.get(address).status_code
    return found


def allowed(*posts):
    return {post: 200 if post in posts else 404 for post in POSTS}


def advised(world, text="建议纳入文旅线路。", number="084", files=(), is_given=True):
    """The assisting case of 区文化旅游委 beside the lead of 区住房城乡建委, its opinion given or only prepared."""
    roles = [(world.housing, CaseRole.LEAD), (world.culture, CaseRole.ASSIST)]
    case = make.case_of(make.handling(world, number, roles=roles), world.culture)
    at = make.moment(2020, 4, 1)
    if is_given:
        cases.advise(case, by=world.culture_head, at=at, text=text, files=files)
    else:
        cases.prepare_opinion(case, by=world.culture_clerk, at=at, text=text)
    case.refresh_from_db()
    return case


# --- 会办意见函 -------------------------------------------------------------------------------------------------------


def test_the_opinion_goes_to_the_lead_unit(world):
    letter = paper(world, OPINION, advised(world))
    assert letter.title == "关于区政协九届四次会议第084号提案的会办意见函"
    assert letter.addressee == "大渡口区住房和城乡建设委员会"
    assert letter.issuer == letter.signature == "区文化旅游委"
    assert Paragraph("建议纳入文旅线路。") in letter.blocks
    assert "《关于增设过街天桥的建议》" in letter.blocks[0].text
    assert letter.copies_to == ("区政府办公室",) and letter.is_sealed
    assert (letter.number, letter.dated_on, letter.draft) == ("", None, "样稿：尚未登记发文")


def test_an_opinion_that_is_a_file_is_named_as_its_enclosure(world):
    letter = paper(world, OPINION, advised(world, text="", files=[make.scan("会办意见.png")]))
    assert letter.attachments == ("会办意见",)
    assert "会办意见见附件。" in said(letter)


def test_the_opinion_is_for_its_unit_the_lead_unit_and_those_above(world, client):
    case = advised(world)
    seen = answers(world, client, OPINION, case)
    assert seen == allowed("office", "clerk", "head", "culture_clerk", "leader", "other_leader", "secretary")


def test_an_opinion_not_given_yet_has_no_letter(world, client):
    assert answers(world, client, OPINION, advised(world, is_given=False)) == allowed()


def test_the_lead_unit_of_before_sees_the_opinion_no_more(world):
    case = advised(world)
    lead = make.case_of(case.proposal, world.housing)
    cases.adjust(case.proposal, [(world.parks, CaseRole.LEAD)], [lead], by=world.office, at=make.moment(2020, 4, 2),
                 note="职能调整")  # fmt: skip
    assert paper(world, OPINION, case, world.clerk) is None
    assert paper(world, OPINION, case, world.parks_clerk).addressee == "区城市管理局"


def numbered(world, case, user, number="大文旅函〔2020〕3号"):
    return operations.dispatch(KINDS[OPINION], case, by=user, at=make.moment(2020, 4, 3), session=world.session,
                               number=number, dated_on=datetime.date(2020, 4, 2))  # fmt: skip


def test_the_assisting_unit_gives_its_letter_the_number(world):
    case = advised(world)
    with pytest.raises(NotAllowed):
        numbered(world, case, world.clerk)
    numbered(world, case, world.culture_clerk)
    letter = paper(world, OPINION, case)
    assert (letter.number, letter.dated_on) == ("大文旅函〔2020〕3号", datetime.date(2020, 4, 2))
    assert letter.draft == "" and isinstance(letter, Letter)


def test_a_unit_that_was_taken_out_sends_nothing_more_and_what_it_sent_stays(world):
    sent, late = advised(world), advised(world, number="085")
    numbered(world, sent, world.office)
    for case in (sent, late):
        cases.adjust(case.proposal, [], [case], by=world.office, at=make.moment(2020, 4, 5), note="无须协办")
    assert paper(world, OPINION, sent).draft == ""
    assert paper(world, OPINION, late).draft == "样稿：承办件已调整，不再发文"
    with pytest.raises(Refused, match="承办件已调整"):
        numbered(world, late, world.culture_clerk, "大文旅函〔2020〕4号")
    assert Dispatch.objects.count() == 1


# --- 退办申请表、延期审批表 -------------------------------------------------------------------------------------------


def asked_to_return(world, reason="不属本单位职能。", **fields):
    case = make.assigned(world, "084", **fields).cases.get()
    cases.request_return(case, world.parks, by=world.clerk, at=make.moment(2020, 3, 12), note=reason)
    return ReturnRequest.objects.get(case=case)


def test_the_form_of_a_return(world):
    form = paper(world, RETURN, asked_to_return(world))
    assert form.title == "区政协九届四次会议提案退办申请表" and form.draft == ""
    assert field(form, "案号") == "第084号" and field(form, "案由") == "关于增设过街天桥的建议"
    assert field(form, "承办单位") == "大渡口区住房和城乡建设委员会" and field(form, "提案者") == "赵堃"
    assert field(form, "交办日期") == "2020年3月10日"
    assert field(form, "退办期限") == "2020年3月24日", "ten working days from the day after"
    assert field(form, "退办理由") == "不属本单位职能。" and field(form, "建议单位") == "区城市管理局"
    assert form.right == "申请日期：2020年3月12日" and form.left == "经办人：李经办"
    assert cell(form, "申请单位\n意见").foot.startswith("签字（盖章）")
    assert field(form, "政府办\n意见") == "□同意退办 □不同意退办"


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (cases.grant_return, "■同意退办 □不同意退办\n职能确有调整"),
        (cases.refuse_return, "□同意退办 ■不同意退办\n职能确有调整"),
    ],
)
def test_the_offices_ruling_on_a_return_is_ticked(world, rule, told):
    request = asked_to_return(world)
    rule(request.case, by=world.office, at=make.moment(2020, 3, 13), note="职能确有调整")
    ruling = cell(paper(world, RETURN, request), "政府办\n意见")
    assert (ruling.text, ruling.foot) == (told, "吴办　2020年3月13日")


def test_a_return_is_for_its_unit_and_those_above(world, client):
    seen = answers(world, client, RETURN, asked_to_return(world))
    assert seen == allowed("office", "clerk", "head", "leader", "secretary"), "not for the unit that is suggested"


def asked_for_longer(world):
    case = make.handling(world, "084").cases.get()
    cases.request_extension(
        case, datetime.date(2020, 7, 3), by=world.clerk, at=make.moment(2020, 6, 1), note="须招标。"
    )
    return ExtensionRequest.objects.get(case=case)


def test_the_form_of_an_extension(world):
    request = asked_for_longer(world)
    form = paper(world, EXTENSION, request)
    assert field(form, "原定期限") == "2020年6月10日" and field(form, "申请延至") == "2020年7月3日"
    assert field(form, "延期理由") == "须招标。"
    assert field(form, "政府办\n意见") == "□同意延期 □不同意延期"
    assert cell(form, "分管领导\n意见").foot.startswith("签字")
    assert "最长不超过1个月" in form.footnotes[0]
    cases.grant_extension(request.case, by=world.office, at=make.moment(2020, 6, 2), note="同意")
    form = paper(world, EXTENSION, request)
    assert field(form, "政府办\n意见") == "■同意延期 □不同意延期\n同意"
    assert field(form, "原定期限") == "2020年6月10日"


def test_an_extension_is_for_its_unit_and_those_above(world, client):
    seen = answers(world, client, EXTENSION, asked_for_longer(world))
    assert seen == allowed("office", "clerk", "head", "leader", "secretary")


# --- 沟通记录 ---------------------------------------------------------------------------------------------------------


def talked(world, summary="就选址交换意见。", people="赵堃、李经办", number="084"):
    case = make.handling(world, number).cases.get()
    cases.contact(case, by=world.clerk, at=make.moment(2020, 4, 20), stage="before", manner="site",
                  held_on=datetime.date(2020, 4, 18), people=people, summary=summary)  # fmt: skip
    return case.contacts.get()


def test_the_record_of_a_talk(world):
    record = paper(world, CONTACT, talked(world))
    assert field(record, "沟通阶段") == "■办前 □办中 □办后"
    assert "■现场调研" in field(record, "沟通方式") and field(record, "沟通方式").count("■") == 1
    assert field(record, "沟通日期") == "2020年4月18日" and field(record, "沟通地点") == ""
    assert field(record, "参加人员") == "赵堃、李经办" and field(record, "沟通情况") == "就选址交换意见。"
    assert field(record, "记录人") == "李经办" and field(record, "记录日期") == "2020年4月20日"
    assert cell(record, "提案者\n意见").foot.startswith("签字")


def test_talks_are_for_their_unit_and_those_above(world, client):
    seen = answers(world, client, CONTACT, talked(world))
    assert seen == allowed("office", "clerk", "head", "leader", "secretary")


# --- 各种表 -----------------------------------------------------------------------------------------------------------


def pages_of(world, client, kind, thing):
    client.force_login(world.office)
    answer = client.get(reverse("papers:paper_pdf", args=[world.session.key, kind, thing.pk]))
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    with pdfplumber.open(io.BytesIO(answer.content)) as pdf:
        return ["".join((page.extract_text() or "").split()) for page in pdf.pages]


def test_forms_are_one_page_and_longer_where_their_text_is(world, client):
    people = [{"name": f"联名者{name}"} for name in "甲乙丙丁戊己庚辛壬癸子丑"]
    request = asked_to_return(world, form="joint", proposers=people, title="关于推进" + "老旧小区" * 12 + "的建议")
    pages = pages_of(world, client, RETURN, request)
    assert len(pages) == 1 and "联名者丑（共12名）" in pages[0] and "填表说明" in pages[0]
    ReturnRequest.objects.filter(pk=request.pk).update(reason="\n".join("理由很长。" * 20 for _ in range(12)))
    pages = pages_of(world, client, RETURN, request)
    assert len(pages) > 1 and "".join(pages).count("理由很长。") == 240


def test_hostile_texts_are_printed_as_they_are(world, client):
    text = "".join(pages_of(world, client, CONTACT, talked(world, "<script>x</script>{{ x }}", "<b>赵</b>")))
    assert "<script>x</script>{{x}}" in text and "<b>赵</b>" in text


def test_secret_proposals_have_no_paper(world):
    request, talk = asked_to_return(world), talked(world, "就选址交换意见。", number="085")
    Proposal.objects.update(title="涉密提案", text="", is_secret=True)
    assert paper(world, RETURN, request) is paper(world, CONTACT, talk) is None


@pytest.mark.parametrize(("kind", "expected"), [(OPINION, 6), (CONTACT, 2)])
def test_composing_many_asks_no_more_than_composing_one(world, django_assert_num_queries, kind, expected):
    """The rows with what stands beside them, and one question for each many: people, cases, units, files."""
    for number in ("001", "002"):
        make.drafted(world, make.case_of(advised(world, number=number).proposal, world.housing))
    for count in (1, 2):
        when = occasion(world)
        KINDS[kind].seen(when).first()  # who the user is stays known
        with django_assert_num_queries(expected):
            assert [KINDS[kind].compose(thing, when) for thing in KINDS[kind].seen(when)[:count]]
