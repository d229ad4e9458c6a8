"""Papers of the assignment, of changes of units, and to the committee: what they say, to whom, what the next says."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.documents.content import Letter, Notice, Sheet, Table, texts_of
from apps.papers import operations
from apps.papers.catalogue import KINDS
from apps.papers.kinds import Occasion
from apps.proposals import operations as cases
from apps.proposals import rearranging
from apps.proposals.models import Dispatch
from apps.proposals.workflow import CaseRole, OutOfTurn
from apps.replies import promises
from tests import factories as make

pytestmark = pytest.mark.django_db
LEAD, ASSIST, SEPARATE = CaseRole.LEAD, CaseRole.ASSIST, CaseRole.SEPARATE
EVERYBODY = ("office", "clerk", "head", "culture_clerk", "leader", "secretary", "auditor", "admin")
HOSTILE = '<b onclick="x()">{day}</b> {{ 7|add:1 }} %s 《乱》\u202e'


@pytest.fixture
def world():
    return make.world()


def occasion(world, user=None, **changes):
    return Occasion(user or world.office, timezone.localdate(), world.session, **changes)


def composed(world, key, subject, **changes):
    """The paper of a row as the office has it, read as its page reads it."""
    occasion_ = occasion(world, **changes)
    return KINDS[key].compose(KINDS[key].seen(occasion_).get(pk=subject.pk), occasion_)


def said(paper):
    return "\n".join(text for _, _, text in texts_of(paper))


def tables(paper):
    blocks = [*paper.blocks, *(block for annex in getattr(paper, "annexes", ()) for block in annex.blocks)]
    return [block for block in blocks if isinstance(block, Table)]


def send(world, key, subject, number, at=None, **changes):
    at = at or make.moment(2020, 6, 1)
    return operations.dispatch(
        KINDS[key], subject, by=world.office, at=at, session=world.session, number=number, dated_on=at.date(), **changes
    )


def page(key, subject, name="paper"):
    return reverse(f"papers:{name}", args=["9-4", key, subject.pk])


def who_opens(client, world, url):
    found = set()
    for post in EVERYBODY:
        client.force_login(world.people[post])
        answer = client.get(url)
        assert answer.status_code in (200, 404), (post, answer.status_code)
        if answer.status_code == 200:
            found.add(post)
    return found


def secret(world, number="900"):
    proposal = make.registered(world, number, is_secret=True)
    cases.assign(proposal, [(world.housing, LEAD)], by=world.office, at=make.moment())
    return proposal


# --- 交办通知 ---------------------------------------------------------------------------------------------------------


def test_the_notice_lists_what_is_assigned_in_order_of_number(world):
    make.registered(world, "004")  # not assigned yet
    secret(world)
    make.assigned(world, "012", title="关于整治后街的建议")
    make.assigned(world, "003", roles=[(world.parks, LEAD), (world.culture, ASSIST)])
    make.assigned(world, "005", roles=[(world.parks, SEPARATE), (world.housing, SEPARATE)])
    gone = make.assigned(world, "006")
    rearranging.withdraw(gone, by=world.office, at=make.moment(2020, 3, 12), note="来函撤案")
    notice = composed(world, "assignment-notice", world.session)
    assert isinstance(notice, Notice)
    assert notice.addressee == "各承办单位"
    assert notice.title == "关于做好区政协九届四次会议提案办理工作的通知"
    listed, by_unit = tables(notice)
    assert [row[:2] for row in listed.rows] == [("1", "003"), ("2", "005"), ("3", "012")]
    first = dict(zip([column.title for column in listed.columns], listed.rows[0], strict=True))
    assert (first["主办（分办）单位"], first["协办单位"]) == ("区城市管理局", "区文化旅游委")
    assert listed.rows[1][4] == "区城市管理局、区住房城乡建委"
    assert by_unit.rows == (
        ("区住房城乡建委", "1件：012", "1件：005", ""),
        ("区文化旅游委", "", "", "1件：003"),
        ("区城市管理局", "1件：003", "1件：005", ""),
    )
    assert "提案3件（独办1件、主办+协办1件、分办1件），由3个单位承办" in said(notice)


def test_the_notice_tells_the_days_where_they_agree_and_the_rule_where_they_do_not(world):
    make.assigned(world, "001", roles=[(world.housing, LEAD), (world.culture, ASSIST)])
    told = said(composed(world, "assignment-notice", world.session))
    # 3 and 10 and 15 working days, 3 months from Tuesday 10 March 2020; the opinion a month before that
    for words in (
        "自交办之日起3个工作日内（2020年3月13日前）",
        "自交办之日起10个工作日内（2020年3月24日前）",
        "自交办之日起15个工作日内（2020年3月31日前）",
        "主办单位答复期限前1个月（2020年5月9日前）",  # the 10th is a Sunday
        "自交办之日起3个月内（2020年6月10日前）",
    ):
        assert words in told
    make.registered(world, "002")
    cases.assign(world.session.proposals.get(number="002"), [(world.parks, LEAD)], by=world.office,
                 at=make.moment(2020, 3, 20), reply_due_on=datetime.date(2020, 6, 1))  # fmt: skip
    told = said(composed(world, "assignment-notice", world.session))
    assert "自交办之日起3个工作日内签收" in told and "3月13日前" not in told
    assert "应在附件1所列期限内答复" in told  # one of them by another rule than the session's


def test_key_proposals_are_named_with_who_supervises_them(world):
    key = make.assigned(world, "001", title="关于《慢行》的建议")
    rearranging.mark_key(key, world.leader_row, by=world.office, at=make.moment(2020, 3, 11), note="与提案委商定")
    told = said(composed(world, "assignment-notice", world.session))
    assert "重点提案1件：第001号《关于〈慢行〉的建议》（督办领导：副区长周明远）" in told


def test_the_notice_is_a_draft_until_it_has_its_number_and_day(world):
    make.assigned(world)
    assert composed(world, "assignment-notice", world.session).draft == "样稿：尚未登记发文"
    day = datetime.date(2020, 3, 10)
    notice = composed(world, "assignment-notice", world.session, number="大渡口府办发〔2020〕3号", dated_on=day)
    assert (notice.draft, notice.number) == ("", "大渡口府办发〔2020〕3号")
    assert notice.dated_on == notice.printed_on == day
    assert notice.signature == notice.printed_by == "重庆市大渡口区人民政府办公室"
    assert notice.copies_to == ("区政协提案委员会",)


def test_the_next_notice_lists_only_what_no_notice_in_force_has_told(client, world):
    make.assigned(world, "001")
    first = send(world, "assignment-notice", world.session, "大渡口府办发〔2020〕3号")
    assert first.covers == [world.session.proposals.get(number="001").cases.get().pk]
    client.force_login(world.office)
    answer = client.get(page("assignment-notice", world.session))
    assert answer.status_code == 200
    assert "没有新的内容要发" in answer.content.decode() and "大渡口府办发〔2020〕3号" in answer.content.decode()
    assert "paper.pdf" not in answer.content.decode() and "登记发文</a>" not in answer.content.decode()
    for name in ("paper_pdf", "paper_docx"):
        assert client.get(page("assignment-notice", world.session, name)).status_code == 404
    assert client.get(page("assignment-notice", world.session, "dispatch")).status_code == 302
    with pytest.raises(OutOfTurn):
        send(world, "assignment-notice", world.session, "大渡口府办发〔2020〕4号")
    make.assigned(world, "002")
    second = composed(world, "assignment-notice", world.session)
    assert second.title == "关于交办区政协九届四次会议第二批提案的通知"
    assert [row[1] for row in tables(second)[0].rows] == ["002"]
    operations.void(first, by=world.office, at=make.moment(2020, 6, 2), note="号编错", may=True)
    again = composed(world, "assignment-notice", world.session)
    assert again.title == "关于做好区政协九届四次会议提案办理工作的通知"
    assert [row[1] for row in tables(again)[0].rows] == ["001", "002"]


def test_a_session_without_assignments_has_no_papers_of_the_assignment(client, world):
    make.registered(world)
    secret(world)
    client.force_login(world.office)
    for key in ("assignment-notice", "assignment-signatures"):
        assert client.get(page(key, world.session)).status_code == 404
    assert "交办通知" not in client.get(reverse("papers:session", args=["9-4"])).content.decode()


# --- by unit, and to be signed ---------------------------------------------------------------------------------------


def test_a_units_list_tells_whom_to_reach_with_whom_and_by_when(world):
    proposers = [
        {"name": "赵堃", "phone": "13900000001", "address": "建桥路1号"},
        {"name": "区工商联", "contact_person": "钱助理"},
        {"name": "孙䶮"},
    ]
    make.assigned(world, "001", roles=[(world.housing, LEAD), (world.culture, ASSIST)], proposers=proposers)
    make.assigned(world, "002", roles=[(world.parks, LEAD)])
    sheet = composed(world, "unit-list", world.housing)
    assert isinstance(sheet, Sheet) and sheet.is_landscape
    assert sheet.left == "承办单位：大渡口区住房和城乡建设委员会"
    (table,) = tables(sheet)
    (row,) = table.rows
    assert row[1] == "001" and row[3] == "主办" and row[5] == "区文化旅游委（协办）"
    assert row[4].splitlines() == ["赵堃\u300013900000001\u3000建桥路1号", "区工商联（联系人：钱助理）", "孙䶮"]
    assert row[6].split() == ["2020年", "3月13日"] and row[9].split() == ["2020年", "6月10日"]
    (assisting,) = tables(composed(world, "unit-list", world.culture))[0].rows
    assert assisting[3] == "协办" and assisting[8].split() == ["2020年", "5月9日"] and assisting[9] == ""


def test_a_units_list_is_the_offices_and_that_units(client, world):
    make.assigned(world, "001")
    make.assigned(world, "002", roles=[(world.culture, LEAD)])
    assert who_opens(client, world, page("unit-list", world.housing)) == {"office", "clerk", "head"}
    assert who_opens(client, world, page("unit-list", world.culture)) == {"office", "culture_clerk"}
    assert who_opens(client, world, page("unit-list", world.parks)) == set()  # has nothing
    client.force_login(world.clerk)
    listed = client.get(reverse("papers:of_kind", args=["9-4", "unit-list"])).content.decode()
    assert "区住房城乡建委" in listed and "区文化旅游委" not in listed


def test_the_list_of_units_names_units(client, world):
    make.assigned(world, "001")
    make.assigned(world, "002")
    client.force_login(world.office)
    listed = client.get(reverse("papers:of_kind", args=["9-4", "unit-list"])).content.decode()
    assert listed.count(page("unit-list", world.housing) + '"') == 1
    assert "第号" not in listed and "承办单位" in listed


def test_the_sheet_to_sign_counts_each_units_part_and_has_room(world):
    make.assigned(world, "001", roles=[(world.housing, LEAD), (world.culture, ASSIST)])
    make.assigned(world, "002", roles=[(world.housing, SEPARATE), (world.parks, SEPARATE)])
    make.assigned(world, "003")
    secret(world)
    (table,) = tables(composed(world, "assignment-signatures", world.session))
    assert [column.title for column in table.columns] == [
        "序号", "承办单位", "主办件数", "分办件数", "协办件数", "签收人", "联系电话", "签收日期", "备注",
    ]  # fmt: skip
    assert [row[:5] for row in table.rows] == [
        ("1", "区住房城乡建委", "2", "1", "0"),
        ("2", "区文化旅游委", "0", "0", "1"),
        ("3", "区城市管理局", "0", "1", "0"),
        ("", "合计", "2", "2", "1"),
    ]
    assert table.lines > 1 and all(not any(row[5:]) for row in table.rows)


# --- 改办通知单 -------------------------------------------------------------------------------------------------------


def adjusted(world, number="001", to=None, at=None, note="属城市管理职责"):
    proposal = make.assigned(world, number)
    cases.adjust(
        proposal,
        [(to or world.parks, LEAD)],
        [make.case_of(proposal, world.housing)],
        by=world.office,
        at=at or make.moment(2020, 3, 16),
        note=note,
    )
    return proposal


def test_the_slip_names_old_and_new_units_the_reason_and_the_new_deadlines(world):
    told = said(composed(world, "reassignment-notice", adjusted(world)))
    assert "大渡口区住房和城乡建设委员会" in told and "区城市管理局（主办）" in told
    assert "2020年3月16日：属城市管理职责。" in told
    assert "签收2020年3月19日前，答复2020年6月16日前" in told


def test_the_next_slip_tells_only_what_none_in_force_has_told(world):
    proposal = adjusted(world)
    sent = send(world, "reassignment-notice", proposal, "大渡口府办改〔2020〕1号")
    assert sent.title.endswith("提案改办通知单") and sent.proposal == proposal
    with pytest.raises(OutOfTurn):
        send(world, "reassignment-notice", proposal, "大渡口府办改〔2020〕2号")
    cases.adjust(proposal, [(world.culture, ASSIST)], [], by=world.office, at=make.moment(2020, 4, 1), note="增加会办")
    told = said(composed(world, "reassignment-notice", proposal))
    assert "增加会办" in told and "属城市管理职责" not in told and "没有单位退出承办" in told
    assert "区城市管理局（主办）\n区文化旅游委（协办）" in told


def test_what_all_units_gave_back_is_told_once_it_is_assigned_again(client, world):
    proposal = make.assigned(world)
    case = proposal.cases.get()
    at = make.moment(2020, 3, 12)
    cases.request_return(case, world.parks, by=world.clerk, at=at, note="不属我委职责")
    cases.grant_return(case, by=world.office, at=make.moment(2020, 3, 13), note="情况属实")
    client.force_login(world.office)
    answer = client.get(page("reassignment-notice", proposal))
    assert answer.status_code == 200 and "没有新的内容要发" in answer.content.decode()  # nobody has it yet
    proposal.refresh_from_db()
    cases.assign(proposal, [(world.parks, LEAD)], by=world.office, at=make.moment(2020, 3, 16))
    told = said(composed(world, "reassignment-notice", proposal))
    assert "大渡口区住房和城乡建设委员会" in told and "区城市管理局（主办）" in told and "情况属实" in told
    send(world, "reassignment-notice", proposal, "大渡口府办改〔2020〕1号")
    make.assigned(world, "002")
    notice = composed(world, "assignment-notice", world.session)
    assert [row[1] for row in tables(notice)[0].rows] == ["002"]  # 001 has been told by the slip


def test_a_unit_that_was_succeeded_is_named_as_it_was_called(world):
    proposal = make.assigned(world)
    rearranging.transfer(proposal, proposal.cases.get(), world.parks, by=world.office, at=make.moment(2020, 4, 1),
                         note="机构改革")  # fmt: skip
    told = said(composed(world, "reassignment-notice", proposal))
    assert "区住房城乡建委" in told and "区城市管理局（主办）" in told


def test_slips_and_letters_are_the_offices_alone_and_only_of_what_happened(client, world):
    proposal, plain = adjusted(world), make.assigned(world, "002")
    for key in ("reassignment-notice", "committee-letter"):
        assert who_opens(client, world, page(key, proposal)) == {"office"}
        assert who_opens(client, world, page(key, plain)) == set()
    for key in ("assignment-notice", "assignment-signatures"):
        assert who_opens(client, world, page(key, world.session)) == {"office"}


# --- 函告 -------------------------------------------------------------------------------------------------------------


def test_a_proposal_that_is_handed_back_has_its_letter_under_the_recorded_number(world):
    proposal = make.registered(world, title="关于干部配备的建议")
    rearranging.hand_back(proposal, by=world.office, at=make.moment(2020, 3, 5), note="属党委组织部门职责",
                          letter="大渡口府函〔2020〕16号", handed_to="区委组织部")  # fmt: skip
    letter = composed(world, "committee-letter", proposal)
    assert isinstance(letter, Letter)
    assert (letter.number, letter.dated_on, letter.draft) == ("大渡口府函〔2020〕16号", datetime.date(2020, 3, 5), "")
    assert letter.addressee == "区政协提案委员会"
    assert letter.title == "关于退回区政协九届四次会议第001号提案的函"
    assert "应由区委组织部办理" in said(letter) and "原因：属党委组织部门职责。" in said(letter)
    given = composed(world, "committee-letter", proposal, number="某函〔2020〕1号", dated_on=datetime.date(2020, 3, 6))
    assert (given.number, given.dated_on) == ("某函〔2020〕1号", datetime.date(2020, 3, 6))


def happening(world, what):
    """(The proposal that it happened to, what the letter must say of it)."""
    when = make.moment(2020, 4, 1)
    if what == "adjust":
        return adjusted(world), (
            "2020年3月16日",
            "区住房城乡建委不再承办，改由区城市管理局（主办）承办",
            "属城市管理职责",
        )
    if what == "transfer":
        proposal = make.assigned(world)
        rearranging.transfer(proposal, proposal.cases.get(), world.parks, by=world.office, at=when, note="机构改革")
        return proposal, ("2020年4月1日", "区住房城乡建委承办的事项移交区城市管理局承接", "机构改革")
    if what == "return":
        proposal = make.assigned(world)
        cases.request_return(proposal.cases.get(), world.parks, by=world.clerk, at=make.moment(2020, 3, 12), note="退")
        cases.grant_return(proposal.cases.get(), by=world.office, at=make.moment(2020, 3, 13), note="情况属实")
        return proposal, ("2020年3月13日", "同意区住房城乡建委退办", "情况属实")
    if what == "extension":
        proposal = make.handling(world)
        case = proposal.cases.get()
        cases.request_extension(case, datetime.date(2020, 6, 30), by=world.clerk, at=when, note="需现场勘查")
        cases.grant_extension(case, by=world.office, at=when, note="同意")
        return proposal, ("由2020年6月10日延至2020年6月30日", "区住房城乡建委延期答复")
    if what == "carry_over":
        proposal = make.handling(world)
        rearranging.carry_over(
            proposal, by=world.office, at=when, note="用地跨年", reply_due_on=datetime.date(2021, 1, 29)
        )
        return proposal, ("结转下年度继续办理", "答复期限定为2021年1月29日", "用地跨年")
    if what == "lapse":
        proposal = make.handling(world)
        reply = make.reply_at(world, proposal.cases.get(), "issued", "B")
        promises.lapse(reply.commitments.get(), by=world.office, at=make.moment(2020, 6, 1), note="规划调整",
                       leader_consent="周明远批示同意", proposer_told="电话告知赵堃")  # fmt: skip
        return proposal, ("2020年6月1日", "“年内完成整治”终止落实", "规划调整", "周明远批示同意", "电话告知赵堃")
    if what == "merge":
        proposal, main = make.registered(world), make.registered(world, "002")
        rearranging.merge(proposal, main, by=world.office, at=when, note="提案委同意")
        return proposal, ("贵委关于并案的意见收悉", "2020年4月1日", "并入第002号提案")
    proposal = make.assigned(world)
    rearranging.withdraw(proposal, by=world.office, at=when, note="提案委来函")
    return proposal, ("贵委关于撤案的意见收悉", "2020年4月1日", "提案委来函")


@pytest.mark.parametrize(
    "what", ["adjust", "transfer", "return", "extension", "carry_over", "lapse", "merge", "withdraw"]
)
def test_the_letter_tells_what_was_done_with_its_day_and_reason(world, what):
    proposal, expected = happening(world, what)
    letter = composed(world, "committee-letter", proposal)
    assert [words for words in expected if words not in said(letter)] == []
    assert letter.title == "关于区政协九届四次会议第001号提案有关情况的函" and letter.draft == "样稿：尚未登记发文"


def test_each_letter_tells_what_none_in_force_has_told(client, world):
    proposal = adjusted(world)
    first = send(world, "committee-letter", proposal, "大渡口府函〔2020〕20号")
    assert first.addressee == "区政协提案委员会"
    with pytest.raises(OutOfTurn):
        send(world, "committee-letter", proposal, "大渡口府函〔2020〕21号")
    client.force_login(world.office)
    kept = client.get(page("committee-letter", proposal)).content.decode()
    assert "没有新的内容要发" in kept and reverse("papers:dispatched", args=[first.pk]) in kept
    rearranging.withdraw(proposal, by=world.office, at=make.moment(2020, 6, 3), note="提案委来函")
    told = said(composed(world, "committee-letter", proposal))
    assert "撤案" in told and "属城市管理职责" not in told
    operations.void(first, by=world.office, at=make.moment(2020, 6, 4), note="发错", may=True)
    told = said(composed(world, "committee-letter", proposal))
    assert told.index("1.2020年3月16日") < told.index("2.贵委关于撤案")
    assert Dispatch.objects.filter(kind="committee-letter").count() == 1


# --- all of them -----------------------------------------------------------------------------------------------------

OF_PROPOSALS = ("reassignment-notice", "committee-letter")
OF_SESSION = ("assignment-notice", "assignment-signatures")


def test_secret_proposals_have_no_paper(client, world):
    proposal = secret(world)
    cases.adjust(proposal, [(world.parks, LEAD)], [proposal.cases.get()], by=world.office, at=make.moment(2020, 3, 16),
                 note="")  # fmt: skip
    assert who_opens(client, world, page("unit-list", world.parks)) == set()
    for key in OF_PROPOSALS:
        assert who_opens(client, world, page(key, proposal)) == set()
    client.force_login(world.office)
    assert (
        reverse("papers:proposal", args=[proposal.pk]) not in client.get(proposal.get_absolute_url()).content.decode()
    )


def test_what_people_wrote_is_printed_as_they_wrote_it(client, world):
    proposal = make.assigned(world, title=HOSTILE, proposers=[{"name": f"委员{HOSTILE}"[:60], "address": HOSTILE}])
    cases.adjust(proposal, [(world.parks, LEAD)], [proposal.cases.get()], by=world.office, at=make.moment(2020, 3, 16),
                 note=HOSTILE)  # fmt: skip
    client.force_login(world.office)
    for key, subject in (
        ("assignment-notice", world.session),
        ("unit-list", world.parks),
        ("reassignment-notice", proposal),
        ("committee-letter", proposal),
    ):
        assert "onclick" in said(composed(world, key, subject)) and "{day}" in said(composed(world, key, subject))
        answer = client.get(page(key, subject, "paper_pdf"))
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf"), key


def queries_of(client, url):
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(url)
    assert answer.status_code == 200, url
    return len(seen)


def test_each_page_asks_as_often_for_one_row_as_for_many(client, world):
    client.force_login(world.office)

    def counts():
        urls = [page(key, world.session) for key in OF_SESSION]
        urls += [page("unit-list", world.housing), page("reassignment-notice", first), page("committee-letter", first)]
        urls += [reverse("papers:of_kind", args=["9-4", key]) for key in ("unit-list", *OF_PROPOSALS)]
        return {url: queries_of(client, url) for url in urls}

    roles = [(world.housing, LEAD), (world.culture, ASSIST)]
    first = adjusted(world, "001")
    make.assigned(world, "002", roles=roles)
    few = counts()
    cases.adjust(first, [(world.culture, ASSIST)], [], by=world.office, at=make.moment(2020, 4, 1), note="增加会办")
    for number in range(10, 16):
        adjusted(world, f"0{number}")
        make.assigned(world, f"1{number}", roles=roles)
    assert counts() == few


def test_the_page_of_a_proposal_leads_to_its_papers(client, world):
    proposal = make.handling(world)
    for post in ("office", "clerk", "leader", "secretary"):
        client.force_login(world.people[post])
        url = reverse("papers:proposal", args=[proposal.pk])
        assert f'href="{url}"' in client.get(proposal.get_absolute_url()).content.decode()
        assert client.get(url).status_code == 200
