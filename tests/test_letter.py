"""The annual letter: what it says of any session, its texts under two editors, its pages and its PDF."""

import datetime
import io
import json
import re

import docx
import pdfplumber
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from apps.audit.models import Event
from apps.documents import press
from apps.documents.content import Heading
from apps.documents.paper import paper_html, paper_pdf
from apps.documents.titles import chinese_number
from apps.figures.queries import figures, tally
from apps.papers.compose.names import quoted
from apps.proposals import operations as cases
from apps.proposals.models import Category, Contact, Proposal, Rating, ResultClass
from apps.proposals.workflow import CaseRole, NotAllowed, OutOfTurn, Refused
from apps.ratings.models import Receipt
from apps.replies.models import Commitment, Reply
from apps.replies.promises import postpone
from apps.reports import wording
from apps.reports.letter import compose
from apps.reports.models import AnnualLetter
from apps.reports.operations import choose_cases, save_letter_texts
from apps.reports.proofreading import check
from tests import factories
from tests.factories import case_of, moment, rated, reply_at

pytestmark = pytest.mark.django_db
EDITOR = "/reports/letters/9-4/editor/"
NOVEMBER = datetime.date(2020, 11, 3)
TEXTS = {
    "number": "大渡口府函〔2020〕280号",
    "dated_on": NOVEMBER,
    "occasion": "区政协九届第二十二次常委会",
    "methods": "健全机制。主要领导过问。\n规范办理。先沟通，后办理。",
    "problems": "少数单位沟通不够。",
    "next_steps": "把承诺列入回头看。",
}


@pytest.fixture
def world():
    return factories.world()


def answered(world, number, code="A", rating="满意", summary="", **fields):
    """A proposal with one unit, replied to in a class; rated where a rating is named."""
    proposal = factories.handling(world, number, **fields)
    reply = reply_at(world, case_of(proposal, world.housing), "issued", code)
    Reply.objects.filter(pk=reply.pk).update(summary=summary)
    if rating:
        rated(world, reply, rating)
    return proposal


def again(world, number="084", second="理解", **fields):
    """不满意 at first, two talks, a second reply on 1 June; rated where a rating is named."""
    proposal = answered(world, number, rating="不满意", **fields)
    case = case_of(proposal, world.housing)
    talks = (
        (20, "discussion", "赵堃委员、区住房城乡建委、赵堃", "商议处理办法。"),
        (12, "special_meeting", "区政府分管领导", "逐项研究"),
    )
    for day, manner, people, summary in talks:
        cases.contact(
            case,
            by=world.clerk,
            at=moment(2020, 5, 25),
            stage="during",
            manner=manner,
            held_on=datetime.date(2020, 5, day),
            people=people,
            summary=summary,
        )
    reply = reply_at(world, case, "issued", at=moment(2020, 6, 1))
    if second:
        rated(world, reply, second, at=moment(2020, 6, 10))
    return proposal


def write(world, **texts):
    kept = AnnualLetter.objects.filter(session=world.session).first()
    version = kept.version if kept else 0
    return save_letter_texts(
        world.session, by=world.office, at=moment(2020, 11, 2), version=version, **(texts or TEXTS)
    )


def lines_of(world, as_of=None):
    letter, *_ = compose(world.session, as_of)
    return [block.text if isinstance(block, Heading) else block.lead + block.text for block in letter.blocks]


def text_of(world, as_of=None):
    return "\n".join(lines_of(world, as_of))


def headings(world):
    letter, *_ = compose(world.session)
    return [block.text for block in letter.blocks if isinstance(block, Heading) and block.level == 1]


def missing(world):
    return compose(world.session)[1]


# --- what it says ---


def test_letter_of_a_finished_session(world):
    answered(world, "001", summary="天桥已开工", is_key=True)
    answered(world, "002", code="B", rating="理解")
    answered(world, "003", code="C")
    write(world)
    letter, unfinished, *_ = compose(world.session)
    assert (letter.issuer, letter.number) == ("重庆市大渡口区人民政府", "大渡口府函〔2020〕280号")
    assert letter.title == "关于区政协九届四次会议提案办理情况的通报"
    assert (letter.addressee, letter.signature, letter.dated_on) == ("区政协", letter.issuer, NOVEMBER)
    told = text_of(world)
    for sentence in (
        "现将区政协九届四次会议提案的办理情况向区政协九届第二十二次常委会通报如下。",
        "交由区政府系统办理的提案共3件，含重点提案1件。截至目前，3件均已办结。",
        "3件提案按办理结果分，所提问题已经解决或基本解决的A类提案1件，占办理总数的33.3%；",
        "3件提案的回执已全部收回。",
        "提案者最终评价为满意的2件，占收回回执的66.7%；最终评价为理解的1件，占33.3%；没有最终评价为不满意的提案。",
        "例如，第001号提案《关于增设过街天桥的建议》由区住房城乡建委承办。天桥已开工。",
        "承办单位承诺：年内完成整治（2027年12月31日前）。",
        "未能解决的原因：政策所限。",
        "（一）健全机制。主要领导过问。",
    ):
        assert sentence in told, sentence
    assert headings(world) == ["一、总体情况", "二、办理成效", "三、主要做法", "四、存在的问题和下一步打算"]
    assert unfinished == []


def test_a_promise_that_is_postponed_later_changes_no_years_letter(world):
    answered(world, "001", code="B", summary="天桥已开工")
    promise = Commitment.objects.get()
    before = text_of(world)
    assert "承办单位承诺：年内完成整治（2027年12月31日前）。" in before
    postpone(promise, by=world.office, at=moment(2021, 3, 1), note="地质复杂", due_on=datetime.date(2028, 6, 30))
    assert text_of(world) == before


def test_letter_of_an_empty_session(world):
    assert lines_of(world) == [
        "现将区政协九届四次会议提案的办理情况通报如下。",
        "一、总体情况",
        "区政协九届四次会议没有交由区政府系统办理的提案。",
    ]
    assert "本届次还没有提案。" in missing(world)
    assert paper_pdf(compose(world.session)[0]).startswith(b"%PDF")


def test_numbering_stays_continuous_without_the_texts_that_nobody_wrote(world):
    answered(world, "001")
    assert headings(world) == ["一、总体情况", "二、办理成效"]
    write(world, next_steps="继续努力。")
    assert headings(world) == ["一、总体情况", "二、办理成效", "三、下一步打算"]
    # without any reply there are no results to tell
    other = cases.open_session("9-5", "九届五次会议", 2021, by=world.office, at=moment(2021, 1, 4))
    save_letter_texts(other, by=world.office, at=moment(2021, 11, 3), version=0, problems="还不够好。")
    assert [block.text for block in compose(other)[0].blocks if isinstance(block, Heading)] == [
        "一、总体情况",
        "二、存在的问题",
    ]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["received"], "该件提案尚未答复。"),
        (["received", "handling"], "2件提案均未答复。"),
        (["replied"], "该件提案已答复，尚未办结。"),
        (["replied", "replied"], "2件提案已全部答复，均未办结。"),
        (["replied", "closed"], "2件提案已全部答复，已办结1件，尚未办结1件。"),
        (["replied", "assigned"], "已答复1件，尚未答复1件；均未办结。"),
        (["closed", "handling", "assigned"], "已答复1件，尚未答复2件；已办结1件，尚未办结2件。"),
        (["closed"], "该件提案已办结。"),
        (["closed", "closed"], "2件均已办结。"),
    ],
)
def test_progress_is_said_right_for_none_some_and_all(world, states, expected):
    for number, state in enumerate(states):
        factories.proposal_at(world, state, f"{number:03}")
    told = text_of(world)
    assert f"截至目前，{expected}" in told
    assert not check(told).findings


def test_a_secret_proposal_closed_offline_is_told_where_it_is_counted_as_answered(world):
    answered(world, "001")
    factories.assigned(world, "002")
    secret = factories.registered(world, "003", is_secret=True)
    cases.assign(secret, [(world.housing, "lead")], by=world.office, at=moment())
    cases.record_offline(
        case_of(secret, world.housing), by=world.clerk, at=moment(2020, 5, 8), closed_on=datetime.date(2020, 5, 8)
    )
    told = text_of(world)
    assert "已答复2件（含线下办结的涉密提案1件），尚未答复1件；已办结2件，尚未办结1件。" in told
    assert "按办理结果分，已答复的1件提案为" in told


def test_base_of_classes_is_named_while_some_are_unanswered(world):
    answered(world, "001", rating=None)
    answered(world, "002", code="B", rating=None)
    factories.assigned(world, "003")
    told = text_of(world)
    assert "已答复的2件提案按办理结果分，" in told
    assert "占已答复提案的50.0%" in told
    assert "占办理总数" not in told
    assert "没有C类提案" in told
    assert "提案者的回执尚未收回。" in told


def test_one_class_and_one_rating_for_all(world):
    answered(world, "001")
    answered(world, "002")
    told = text_of(world)
    assert "按办理结果分，2件提案均为所提问题已经解决或基本解决的A类提案。" in told
    assert "2件提案的回执已全部收回。提案者的最终评价均为满意。" in told


def test_receipts_missing_and_waiting_to_be_confirmed(world):
    answered(world, "001")
    answered(world, "002", rating=None)
    waiting = answered(world, "003", rating=None)
    rated(world, Reply.objects.get(case__proposal=waiting), "不满意", confirm=False)
    told = text_of(world)
    assert "提案回执收回2件，尚未收回1件，其中1件正在审核确认。已确认回执的1件提案中，提案者的最终评价为满意。" in told
    assert "不满意" not in told  # it is not confirmed yet
    assert "1件提案的回执尚未收回：第002号。" in missing(world)
    assert "1件提案的回执尚待提案委审核确认：第003号。" in missing(world)
    assert "2件提案尚未办结：第002号、第003号。" in missing(world)


def test_story_of_a_proposal_handled_again(world):
    again(world)
    story = next(line for line in lines_of(world) if line.startswith("第084号"))
    assert story == (
        "第084号提案《关于增设过街天桥的建议》由区住房城乡建委承办，首次答复后，提案者的评价为不满意，区政府组织重新办理。"
        "5月12日召开专题会议，区政府分管领导参加，逐项研究；"
        "5月20日召开座谈会，提案者、区住房城乡建委参加，商议处理办法；"
        "6月1日电话沟通（提案者），就提案内容交换意见（第2轮）。"
        "6月1日作出第二次答复，提案者的最终评价为理解。"
    )


def test_story_that_has_not_ended(world):
    again(world, "084", second=None)
    answered(world, "085", rating="不满意")
    again(world, "086", second="不满意")
    told = {line[1:4]: line for line in lines_of(world) if line.startswith("第0")}
    assert told["084"].endswith("6月1日作出第二次答复，提案者的评价尚待反馈、确认。")
    assert told["085"].endswith("区政府组织重新办理。目前正在重新办理。")
    assert told["086"].endswith("6月1日作出第二次答复，提案者的评价为不满意。")


def test_story_as_of_a_day_in_the_middle(world):
    again(world)
    story = next(line for line in lines_of(world, datetime.date(2020, 5, 15)) if line.startswith("第084号"))
    assert story.endswith("5月12日召开专题会议，区政府分管领导参加，逐项研究。目前正在重新办理。")
    assert "截至2020年5月15日，" in text_of(world, datetime.date(2020, 5, 15))


def test_story_of_separate_handling_names_the_unit(world):
    roles = [(world.housing, CaseRole.SEPARATE), (world.culture, CaseRole.SEPARATE)]
    proposal = factories.handling(world, roles=roles)
    rated(world, reply_at(world, case_of(proposal, world.housing), "issued"), "满意")
    rated(world, reply_at(world, case_of(proposal, world.culture), "issued", "C"), "不满意")
    told = text_of(world)
    assert "由区住房城乡建委、区文化旅游委分别承办，区文化旅游委首次答复后，提案者的评价为不满意，" in told
    assert "按办理结果分，该件" not in told
    assert "1件提案为所提问题因客观条件限制或其他原因暂无法解决的C类提案。" in told


def test_imported_story_invents_nothing(world):
    again(world)
    Contact.objects.all().delete()
    Receipt.objects.update(is_imported=True, received_on=None)
    Reply.objects.update(is_imported=True, issued_on=None)
    story = next(line for line in lines_of(world) if line.startswith("第084号"))
    assert story.endswith("区政府组织重新办理。作出第二次答复，提案者的最终评价为理解。")


def test_examples_by_theme_in_the_order_of_numbers(world):
    second = Category.objects.create(name="教育", theme="社会事业", order=9)
    plain = Category.objects.create(name="三农", order=10)
    for number in range(1, 6):
        answered(world, f"{number:03}", summary=f"成效{number}" if number > 1 else "")
    answered(world, "006", summary="改善办园条件。", category=second)
    answered(world, "007", summary="修通道路", category=plain)
    write(world, theme_intros={"社会事业": "群众关心。\n委员关注。"}, class_intros={"A": "优先办理。"})
    told = lines_of(world)
    start = told.index("优先办理。")
    assert [line.split("《")[0] for line in told[start:]] == [
        "优先办理。",
        "1.基础设施与城市管理",
        "例如，第002号提案",
        "又如，第003号提案",
        "还如，第004号提案",
        "2.社会事业。群众关心。",
        "委员关注。",
        "例如，第006号提案",
        "3.三农",
        "例如，第007号提案",
    ]


def test_chosen_examples_replace_the_first_ones(world):
    for number in range(1, 6):
        answered(world, f"{number:03}", summary=f"成效{number}")
    answered(world, "006", code="C")
    wanted = Reply.objects.filter(case__proposal__number__in=["004", "005"]).values_list("pk", flat=True)
    choose_cases(world.session, wanted, by=world.office, at=moment(2020, 11, 1), version=0)
    told = text_of(world)
    assert re.findall(r"(..)，第(\d+)号提案", told) == [("例如", "004"), ("又如", "005")]
    assert any("C类提案没有选用事例" in line for line in missing(world))


def test_chosen_reply_that_was_superseded_is_told(world):
    proposal = answered(world, "084", rating="不满意", summary="旧成效")
    old = Reply.objects.get(case__proposal=proposal)
    choose_cases(world.session, [old.pk], by=world.office, at=moment(2020, 5, 7), version=0)
    reply_at(world, case_of(proposal, world.housing), "issued", at=moment(2020, 6, 1))
    assert "旧成效" not in text_of(world)
    assert any("已不是最新的答复" in line for line in missing(world))


def test_four_classes_two_decimals_and_an_own_scale(world):
    world.session.decimals = 2
    world.session.save()
    ResultClass.objects.create(session=world.session, code="D", wording="留作参考的", rank=3)
    Rating.objects.filter(session=world.session, name="理解").delete()
    for number, code in enumerate("ABCD", start=1):
        answered(world, f"{number:03}", code=code, rating="基本满意", summary="已研究")
    answered(world, "005")
    told = text_of(world)
    assert "留作参考的D类提案1件，占办理总数的20.00%" in told
    assert "（四）留作参考的D类提案1件，占办理总数的20.00%" in told
    assert "提案者最终评价为满意的1件，占收回回执的20.00%；最终评价为基本满意的4件，占80.00%" in told


def test_ended_proposals_are_named_apart(world):
    main = answered(world, "001")
    other = factories.registered(world, "002")
    Proposal.objects.filter(pk=other.pk).update(state="merged", merged_into=main)
    assert "交由区政府系统办理的提案共1件（另有并案1件，不计入总数）。" in text_of(world)


def test_reply_without_class_is_told_and_missed(world):
    answered(world, "001")
    answered(world, "002")
    Reply.objects.filter(case__proposal__number="002").update(result_class=None, is_imported=True)
    assert "另有1件尚未登记办理结果类别。" in text_of(world)
    assert "1件提案已答复而没有登记办理结果类别：第002号。" in missing(world)


def test_every_number_of_the_letter_is_one_of_the_figures(world):
    for number in range(1, 12):
        answered(world, f"{number:03}", code="AB"[number % 2], rating=[None, "满意", "理解"][number % 3])
    factories.assigned(world, "012")
    found = tally(world.session)
    known = {len(ids) for ids in found.members.values()}
    told = "".join(line for line in lines_of(world) if not line.startswith(("例如", "又如", "还如")))
    assert {int(count) for count in re.findall(r"(\d+)件", told)} <= known
    percents = {share["percent"] for part in ("classes",) for share in figures(world.session)[part].values()}
    percents |= {share["percent"] for share in figures(world.session)["ratings"]["final"].values()}
    assert set(re.findall(r"([\d.]+)%", told)) <= percents


def test_chinese_numbers_and_points():
    assert [chinese_number(n) for n in (1, 9, 10, 11, 20, 35)] == ["一", "九", "十", "十一", "二十", "三十五"]
    assert wording.point("（一）健全机制。主要领导过问。") == ("健全机制。", "主要领导过问。")
    assert wording.point("一是抓落实。") == ("", "一是抓落实。")
    assert wording.point("2020年办理总体顺利。下一步继续。")[0] == "2020年办理总体顺利。"
    assert quoted("关于《条例》的建议") == "《关于〈条例〉的建议》"


def test_queries_do_not_grow_with_the_rows(world, django_assert_max_num_queries):
    for number in range(12):
        again(world, f"{number:03}", summary="已完成")
    with django_assert_max_num_queries(13):
        compose(world.session)


# --- the texts and who writes them ---


def test_texts_are_kept_with_an_event(world):
    letter = write(world, number="大渡口府函[2020]280号", methods=" 一条\r\n二条 ", theme_intros={"社会事业": " "})
    letter.refresh_from_db()
    assert (letter.number, letter.methods, letter.theme_intros) == ("大渡口府函〔2020〕280号", "一条\n二条", {})
    assert (letter.version, letter.saved_by) == (1, world.office)
    event = Event.objects.latest("seq")
    assert (event.action, event.target_key, event.data["changed"]) == ("letter.texts", "9-4", ["methods", "number"])


@pytest.mark.parametrize("name", ["clerk", "head", "leader", "secretary", "auditor", "admin"])
def test_only_the_office_writes(world, name):
    with pytest.raises(NotAllowed):
        save_letter_texts(world.session, by=world.people[name], at=moment(), version=0, methods="x")
    with pytest.raises(NotAllowed):
        choose_cases(world.session, [], by=world.people[name], at=moment(), version=0)
    assert not AnnualLetter.objects.exists()


def test_second_editor_is_told_and_nothing_is_overwritten(world):
    write(world, methods="第一人写的")
    with pytest.raises(OutOfTurn, match="吴办已于2020-11-02"):
        save_letter_texts(world.session, by=world.office2, at=moment(2020, 11, 3), version=0, methods="第二人写的")
    assert AnnualLetter.objects.get().methods == "第一人写的"
    # the same content sent twice is no conflict and no second version
    save_letter_texts(world.session, by=world.office, at=moment(2020, 11, 3), version=0, methods="第一人写的")
    assert AnnualLetter.objects.get().version == 1


def test_impossible_texts_are_refused(world):
    with pytest.raises(Refused, match="早于本届次年度"):
        write(world, dated_on=datetime.date(2019, 11, 3))
    with pytest.raises(Refused, match="不能超过60个字"):
        write(world, number="号" * 61)
    with pytest.raises(ValueError, match="version"):
        write(world, **{"version_": 3})


def test_examples_must_be_issued_replies_of_the_session(world):
    proposal = factories.handling(world)
    reply = reply_at(world, case_of(proposal, world.housing), "signed")
    for wanted in ([reply.pk], [10**9]):
        with pytest.raises(Refused):
            choose_cases(world.session, wanted, by=world.office, at=moment(), version=0)


# --- pages ---


PAGES = ("letters/", "letters/9-4/", "letters/9-4/letter.pdf", "letters/9-4/texts/", "letters/9-4/cases/")
READERS = {"office": (200,) * 5, "leader": (200, 200, 200, 403, 403), "secretary": (200, 200, 404, 403, 403)}


@pytest.mark.parametrize("name", ["office", "leader", "secretary", "clerk", "head", "auditor", "admin", "parks_head"])
def test_pages_are_for_office_leaders_and_committee(world, client, name):
    client.force_login(world.people[name])
    base = reverse("reports:letters").removesuffix("letters/")
    found = tuple(client.get(base + page).status_code for page in PAGES)
    assert found == READERS.get(name, (404,) * 5)


def test_page_shows_figures_with_their_base_and_what_is_unfinished(world, client):
    answered(world, "001")
    factories.assigned(world, "002")
    client.force_login(world.office)
    page = client.get(reverse("reports:letter", args=["9-4"])).content.decode()
    for text in ("占全部承办单位都已答复的1件提案", "100.0%", "1件提案尚未答复：第002号", "paper-letter", "编写通报"):
        assert text in page
    client.force_login(world.leader)
    assert "编写通报" not in client.get(reverse("reports:letter", args=["9-4"])).content.decode()
    client.force_login(world.secretary)  # to whom the letter goes, once it is signed
    page = client.get(reverse("reports:letter", args=["9-4"])).content.decode()
    assert ("占全部承办单位都已答复的1件提案" in page, "paper-letter" in page) == (True, False)


def test_page_as_of_a_day(world, client):
    answered(world, "001")
    client.force_login(world.office)
    url = reverse("reports:letter", args=["9-4"])
    page = client.get(url, {"as_of": "2020-04-01"}).content.decode()
    assert "截至2020年4月1日，该件提案尚未答复" in re.sub("<[^>]*>", "", page)
    assert "letter.pdf?as_of=2020-04-01" in page
    assert client.get(url, {"as_of": "昨天"}).status_code == 200
    assert client.get(reverse("reports:letter_pdf", args=["9-4"]), {"as_of": "昨天"}).status_code == 422
    assert client.get(reverse("reports:letter", args=["9-9"])).status_code == 404


def test_pdf_reads_as_the_letter(world, client):
    again(world)
    write(world)
    client.force_login(world.office)
    response = client.get(reverse("reports:letter_pdf", args=["9-4"]))
    assert response["Content-Type"] == "application/pdf"
    assert "filename*=utf-8''%E5%85%B3%E4%BA%8E" in response["Content-Disposition"]
    with pdfplumber.open(io.BytesIO(response.content)) as pdf:
        text = re.sub(r"\s", "", "".join(page.extract_text() for page in pdf.pages))
    for part in ("大渡口府函〔2020〕280号", "区政协：", "一、总体情况", "提案者的最终评价为理解", "2020年11月3日"):
        assert part in text


def posted(client, form_url, **typed):
    """Posts the form of a page as a browser would, with some fields typed over."""
    page = client.get(form_url)
    data = {bound.html_name: bound.value() or "" for bound in page.context["form"]} | {"seen": page.context["seen"]}
    return lambda: client.post(form_url, data | typed)


def test_texts_are_written_from_the_page(world, client):
    answered(world, "001")
    client.force_login(world.office)
    url = reverse("reports:letter_texts", args=["9-4"])
    best = world.session.classes.first()
    typed = {"methods": "健全机制", "dated_on": "2020-11-03", "theme_0": "城市更好", f"class_{best.pk}": "优先"}
    saved = posted(client, url, **typed)()
    assert (saved.status_code, saved.url) == (302, EDITOR), "back to where one came from"
    letter = AnnualLetter.objects.get()
    assert (letter.methods, letter.dated_on) == ("健全机制", NOVEMBER)
    assert (letter.theme_intros, letter.class_intros) == ({"基础设施与城市管理": "城市更好"}, {"A": "优先"})


def test_second_editor_keeps_what_was_typed_and_may_save_after_comparing(world, client):
    client.force_login(world.office2)
    url = reverse("reports:letter_texts", args=["9-4"])
    send = posted(client, url, methods="第二人写的")
    write(world, methods="第一人写的")
    late = send()
    page = late.content.decode()
    assert late.status_code == 409
    assert "第一人写的" in page
    assert "第二人写的" in page
    assert "吴办" in page
    assert AnnualLetter.objects.get().methods == "第一人写的"
    data = {bound.html_name: bound.value() or "" for bound in late.context["form"]} | {"seen": late.context["seen"]}
    assert client.post(url, data).status_code == 302
    assert AnnualLetter.objects.get().methods == "第二人写的"


@pytest.mark.parametrize(
    "typed",
    [
        {"dated_on": "2019-01-01"},
        {"dated_on": "三月"},
        {"number": "号" * 100},
        {"methods": "x" * 30_000},
        {"seen": "²"},
    ],
)
def test_unusable_texts_lose_nothing(world, client, typed):
    client.force_login(world.office)
    response = posted(client, reverse("reports:letter_texts", args=["9-4"]), problems="写了很久的话", **typed)()
    assert response.status_code in (409, 422)
    assert "写了很久的话" in response.content.decode()
    assert not AnnualLetter.objects.exclude(version=0).exists()


def test_examples_are_chosen_on_the_page(world, client):
    answered(world, "001", summary="成效一")
    answered(world, "002", summary="成效二")
    client.force_login(world.office)
    url = reverse("reports:letter_cases", args=["9-4"])
    seen = client.get(url).context["seen"]
    second = Reply.objects.get(case__proposal__number="002")
    saved = client.post(url, {"replies": [second.pk], "seen": seen})
    assert (saved.status_code, saved.url) == (302, EDITOR), "back to where one came from"
    assert [row.reply for row in AnnualLetter.objects.get().chosen.all()] == [second]
    late = client.post(url, {"replies": [], "seen": seen})
    assert late.status_code == 409
    assert client.post(url, {"replies": ["x", "-1", "9" * 40], "seen": "1"}).status_code == 302
    assert not AnnualLetter.objects.get().chosen.exists()


# --- hostile and unusual content ---


HOSTILE = "<script>alert(1)</script>{{ 7*7 }}&amp;'\"\u202e\u200b]]><style>*{display:none}</style>"


def test_hostile_texts_stay_text(world, client):
    answered(world, "001", summary=HOSTILE, title=f"关于{HOSTILE[:60]}的建议")
    write(world, methods=HOSTILE, occasion="=1+1" + HOSTILE[:40], theme_intros={"基础设施与城市管理": HOSTILE})
    html = paper_html(compose(world.session)[0])
    assert "<script" not in html
    assert "<style" not in html
    client.force_login(world.office)
    for page in PAGES[1:]:
        response = client.get(reverse("reports:letters").removesuffix("letters/") + page)
        assert response.status_code == 200
        assert b"<script>alert" not in response.content


def test_long_text_makes_more_pages(world):
    write(world, methods="办" * 15_000)
    with pdfplumber.open(io.BytesIO(paper_pdf(compose(world.session)[0]))) as pdf:
        assert len(pdf.pages) > 20


def test_character_that_no_face_has_is_named(world, client, tmp_path):
    write(world, methods="罕见字\U0010fffd")
    client.force_login(world.office)
    response = client.get(reverse("reports:letter_pdf", args=["9-4"]))
    assert response.status_code == 422
    assert "U+10FFFD" in response.content.decode()
    with pytest.raises(CommandError, match="U\\+10FFFD") as refused:
        call_command("annual_letter", session="9-4", pdf=tmp_path / "out.pdf")
    assert refused.value.returncode == 1


def test_letter_that_takes_too_long_to_print_is_given_up_and_its_page_says_what_to_do(world, client, monkeypatch):
    write(world, methods="办" * 15_000)
    client.force_login(world.office)
    monkeypatch.setattr(press, "PATIENCE", 0.05)
    response = client.get(reverse("reports:letter_pdf", args=["9-4"]))
    assert response.status_code == 503
    assert "没有生成 PDF" in response.content.decode()
    assert "已经停止。请减少内容或分成几份再试" in response.content.decode()


# --- the command ---


def test_command_writes_the_letter_and_names_what_is_unfinished(world, tmp_path, capsys):
    answered(world, "001", summary="已完成")
    factories.assigned(world, "002")
    out = tmp_path / "letter.pdf"
    call_command("annual_letter", session="9-4", pdf=out)
    printed = capsys.readouterr()
    assert out.read_bytes().startswith(b"%PDF")
    assert "1件提案尚未办结：第002号。" in printed.err
    assert "发文字号还没有填写。" in printed.err
    with pytest.raises(CommandError) as refused:
        call_command("annual_letter", session="9-4", pdf=out, strict=True)
    assert refused.value.returncode == 1


def test_command_tells_json_what_it_wrote_and_what_is_unfinished(world, tmp_path, capsys):
    answered(world, "001", summary="已完成")
    factories.assigned(world, "002")
    out = tmp_path / "letter.pdf"
    call_command("annual_letter", session="9-4", pdf=out, json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["session"], told["pdf"]) == ("9-4", str(out))
    assert "1件提案尚未办结：第002号。" in told["unfinished"]


def test_command_writes_the_letter_for_word_too(world, tmp_path, capsys):
    answered(world, "001", summary="天桥已开工")
    write(world)
    pdf, word = tmp_path / "letter.pdf", tmp_path / "letter.docx"
    call_command("annual_letter", session="9-4", pdf=pdf, docx=word)
    assert capsys.readouterr().out.strip().endswith(f"：{pdf}、{word}")
    texts = [paragraph.text for paragraph in docx.Document(word).paragraphs]
    for text in ("大渡口府函〔2020〕280号", "区政协：", "一、总体情况", "2020年11月3日"):
        assert text in texts
    assert [text for text in texts if "现将区政协九届四次会议提案的办理情况向" in text]
    call_command("annual_letter", session="9-4", pdf=pdf, docx=word, json=True)
    assert json.loads(capsys.readouterr().out)["docx"] == str(word)
    with pytest.raises(CommandError, match=r"x\.docx") as refused:
        call_command("annual_letter", session="9-4", pdf=pdf, docx=tmp_path / "no" / "x.docx")
    assert refused.value.returncode == 2


def test_strict_command_is_content_with_a_finished_session(world, tmp_path):
    answered(world, "001", summary="已完成")
    write(world)
    out = tmp_path / "letter.pdf"
    call_command("annual_letter", session="9-4", pdf=out, strict=True)
    assert out.read_bytes().startswith(b"%PDF")
    assert missing(world) == []


def test_command_refuses_unusable_input(world, tmp_path):
    for options in (
        {"session": "9-9", "pdf": tmp_path / "x.pdf"},
        {"session": "9-4", "pdf": tmp_path / "no" / "x.pdf"},
    ):
        with pytest.raises(CommandError) as refused:
            call_command("annual_letter", **options)
        assert refused.value.returncode == 2
