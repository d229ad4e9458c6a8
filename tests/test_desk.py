"""What waits for whom, the list, and the page of one proposal: each person sees theirs, and exactly their actions."""

import datetime
import re

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from apps.audit.models import Event
from apps.desk.homes import waiting_for
from apps.desk.telling import label_of
from apps.proposals import operations as cases
from apps.proposals import rearranging
from apps.proposals.attachments import files_of
from apps.proposals.models import Case
from apps.proposals.settings.operations import change_session_settings
from apps.proposals.workflow import CaseRole
from apps.replies import operations as replies
from tests import factories as make

pytestmark = pytest.mark.django_db
LEAD, ASSIST, SEPARATE = CaseRole.LEAD, CaseRole.ASSIST, CaseRole.SEPARATE
TODAY = datetime.date(2020, 5, 20)


@pytest.fixture
def world():
    return make.world()


def waiting(user, on=TODAY):
    """section title → numbers of the proposals in it, in their order; empty sections left out."""
    return {
        section.title: [item.proposal.number for item in section.items]
        for section in waiting_for(user, on)
        if section.count
    }


def page_of(client, user, proposal):
    client.force_login(user)
    answer = client.get(proposal.get_absolute_url())
    assert answer.status_code == 200
    return answer


def labels(answer):
    return sorted(action.label for action in answer.context["all_actions"])


# --- homes -----------------------------------------------------------------------------------------------------------


def test_each_step_waits_for_the_right_person_and_for_nobody_else(world):
    people = ("office", "clerk", "head", "culture_clerk", "leader", "other_leader", "secretary", "secretary2")

    def everybody():
        return {name: found for name in people if (found := waiting(world.people[name], datetime.date(2020, 3, 11)))}

    proposal = make.registered(world)
    assert everybody() == {"office": {"待交办": ["001"]}}
    cases.assign(proposal, [(world.housing, LEAD)], by=world.office, at=make.moment())
    assert everybody() == {"clerk": {"待签收": ["001"]}, "head": {"待签收": ["001"]}}
    case = proposal.cases.get()
    cases.request_return(case, world.culture, by=world.clerk, at=make.moment(), note="不属职责")
    assert everybody()["office"] == {"待裁定的退办申请": ["001"]}
    cases.refuse_return(case, by=world.office, at=make.moment(2020, 3, 11), note="应由你单位办")
    work = {"待沟通": ["001"], "待拟写答复": ["001"]}
    assert everybody() == {"clerk": work, "head": work}
    expected = {
        "draft": {"clerk": {"草稿与退回": ["001"]}, "head": {"草稿与退回": ["001"]}},
        "unit_review": {"head": {"待签发": ["001"]}},
        "office_review": {"office": {"待核稿": ["001"]}},
        "leader_signoff": {"leader": {"待审签": ["001"]}},
        "signed": {"clerk": {"待寄送": ["001"]}, "head": {"待寄送": ["001"]}},
        "issued": {"secretary": {"待录入回执": ["001"]}, "secretary2": {"待录入回执": ["001"]}},
    }
    at = make.moment(2020, 3, 11)
    reply = make.drafted(world, case, at=at)
    seen = {"draft": everybody()}
    replies.submit(reply, by=world.clerk, at=at)
    seen["unit_review"] = everybody()
    replies.unit_approve(reply, by=world.head, at=at)
    seen["office_review"] = everybody()
    replies.office_forward(reply, world.leader_row, by=world.office, at=at)
    seen["leader_signoff"] = everybody()
    replies.sign(reply, reply.content_hash, by=world.leader, at=at)
    seen["signed"] = everybody()
    make.ratings.issue(reply, by=world.clerk, at=at, number="1号", issued_on=at.date(), means="post")
    seen["issued"] = everybody()
    assert seen == expected
    make.rated(world, reply, "不满意", at=at, confirm=False)
    assert everybody() == {"secretary2": {"待审核回执": ["001"]}}, "who entered it waits for the other"
    make.ratings.confirm(make.receipt_of(reply), by=world.secretary2, at=at)
    assert everybody() == {"clerk": work, "head": work}, "the second round begins anew"


def test_what_is_due_first_comes_first_and_undated_last(world):
    for number, month, day in (("001", 3, 12), ("002", 3, 9), ("003", 3, 11)):
        proposal = make.registered(world, number)
        cases.assign(proposal, [(world.housing, LEAD)], by=world.office, at=make.moment(2020, month, day))
    Case.objects.filter(proposal__number="003").update(accept_due_on=None)
    assert waiting(world.clerk)["待签收"] == ["002", "001", "003"]


def test_a_dissatisfied_second_receipt_waits_for_the_offices_choice(world):
    case = make.handling(world).cases.get()
    for at in (make.moment(2020, 4, 20), make.moment(2020, 5, 11)):
        make.rated(world, make.reply_at(world, case, "issued", at=at, body=f"{at}"), "不满意", at=at)
    assert waiting(world.office)["不满意待处理"] == ["001"]
    make.ratings.rehandle(Case.objects.get(), by=world.office, at=make.moment(2020, 5, 12))
    assert "不满意待处理" not in waiting(world.office)


def test_an_unconfirmed_rating_does_not_show_on_the_offices_home(world):
    case = make.handling(world).cases.get()
    at = make.moment(2020, 4, 20)
    make.rated(world, make.reply_at(world, case, "issued", at=at), "不满意", at=at)
    second = make.moment(2020, 5, 11)
    make.rated(world, make.reply_at(world, case, "issued", at=second, body="再答"), "不满意", at=second, confirm=False)
    assert waiting(world.office) == {}


def test_late_units_are_named_to_the_office(world):
    make.assigned(world, "001")  # to be accepted by 3/13
    make.handling(world, "002")  # to be answered by 6/10
    helped = make.handling(world, "003", roles=[(world.housing, LEAD), (world.culture, ASSIST)])  # opinion by 5/9
    assert waiting(world.office, datetime.date(2020, 3, 13)) == {}
    assert waiting(world.office, datetime.date(2020, 3, 16))["承办单位已超期"] == ["001"]
    assert waiting(world.office, datetime.date(2020, 5, 11))["承办单位已超期"] == ["001", "003"]
    cases.advise(make.case_of(helped, world.culture), by=world.culture_head, at=make.moment(2020, 5, 11), text="同意")
    assert set(waiting(world.office, datetime.date(2020, 6, 11))["承办单位已超期"]) == {"001", "002", "003"}
    assert waiting(world.office, datetime.date(2020, 6, 10))["承办单位已超期"] == ["001"]


def items_of(user, title, on):
    return next(section.items for section in waiting_for(user, on) if section.title == title)


def test_what_is_late_is_told_with_the_deadline_that_was_missed(world):
    make.assigned(world, "001")
    make.handling(world, "002", roles=[(world.housing, LEAD), (world.culture, ASSIST)])
    told = {(item.what, item.due_on) for item in items_of(world.office, "承办单位已超期", datetime.date(2020, 6, 11))}
    assert told == {
        ("未按期签收", datetime.date(2020, 3, 13)),
        ("未按期提出会办意见", datetime.date(2020, 5, 9)),
        ("未按期答复", datetime.date(2020, 6, 10)),
    }


def test_a_receipt_that_has_come_is_not_late(world):
    reply = make.reply_at(world, make.handling(world).cases.get(), "issued")
    day = datetime.date(2020, 8, 3)
    (awaited,) = items_of(world.secretary, "待录入回执", day)
    assert awaited.deadline.tone == "late"
    make.rated(world, reply, confirm=False)
    (entered,) = items_of(world.secretary2, "待审核回执", day)
    assert entered.deadline is None


def test_what_has_ended_waits_for_nobody(world):
    """Drafts and requests of a case that was given to another unit are kept, and are nobody's work any more."""
    for number, state in enumerate(make.STEPS, 1):
        proposal = make.handling(world, f"{number:03}")
        case = make.case_of(proposal, world.housing)
        make.reply_at(world, case, state)
        case.refresh_from_db()
        cases.adjust(
            proposal, [(world.culture, LEAD)], [case], by=world.office, at=make.moment(2020, 5, 6), note="划转"
        )
    asked = make.assigned(world, "011", roles=[(world.culture, LEAD), (world.housing, ASSIST)])
    helper, lead = make.case_of(asked, world.housing), make.case_of(asked, world.culture)
    cases.request_return(helper, world.parks, by=world.clerk, at=make.moment(2020, 3, 11), note="不属职责")
    cases.request_return(lead, world.parks, by=world.culture_clerk, at=make.moment(2020, 3, 11), note="不属职责")
    cases.grant_return(lead, by=world.office, at=make.moment(2020, 3, 12), note="同意")
    early = datetime.date(2020, 5, 7)
    for person in ("clerk", "head", "leader", "secretary"):
        assert waiting(world.people[person], early) == {}, person
    assert waiting(world.office, early) == {"待交办": ["011"]}


@pytest.mark.parametrize("person", ["office", "head", "leader", "secretary", "auditor", "admin"])
def test_an_empty_system_opens_for_every_post(client, person):
    user = make.world().people[person]
    client.force_login(user)
    assert client.get("/", follow=True).status_code == 200


def test_somebody_without_a_post_finds_a_home_with_nothing_in_it(client):
    client.force_login(make.user("new", "新人"))
    page = client.get("/")
    assert page.status_code == 200
    assert "没有等您办的事" in page.content.decode()


# --- the page of a proposal ------------------------------------------------------------------------------------------


def test_a_page_offers_exactly_the_actions_that_are_open(client, world):
    """Real today is far beyond every period of 2020: no return can be asked for any more."""
    roles = [(world.housing, LEAD), (world.culture, ASSIST)]
    proposal = make.assigned(world, roles=roles)
    people = ("office", "clerk", "head", "culture_clerk", "culture_head", "leader", "secretary")

    def offered(found=proposal):
        return {name: labels(page_of(client, world.people[name], found)) for name in people}

    talk, card, urge, whole = (
        ["沟通记录"],
        ["发黄牌、红牌"],
        ["催办"],
        ["协调", "确定重点提案", "移交承接", "结转续办", "撤案", "更正登记", "上传附件"],
    )
    assert offered() == {
        # for the units only from signed paper (代录)
        "office": sorted(
            [*talk * 2, *card * 2, *urge * 2, *whole, "调整承办单位", "并案", "退回提案委", "签收", "签收"]
        ),
        "clerk": ["沟通记录", "签收"],
        "head": ["沟通记录", "签收"],
        "culture_clerk": ["沟通记录", "签收"],
        "culture_head": ["沟通记录", "签收"],
        "leader": ["协调"],
        "secretary": sorted([*talk * 2, "先到登记"]),
    }
    other = make.handling(world, "002", roles=roles)
    assert offered(other) == {
        "office": sorted([*talk * 2, *card * 2, *urge * 2, *whole, "调整承办单位", "拟写答复", "申请延期", "会办意见"]),
        "clerk": sorted(["拟写答复", "申请延期", *talk]),
        "head": sorted(["拟写答复", "申请延期", *talk]),
        "culture_clerk": sorted(["拟写会办意见", *talk]),
        "culture_head": sorted(["拟写会办意见", "会办意见", *talk]),
        "leader": ["协调"],
        "secretary": sorted([*talk * 2, "先到登记"]),
    }
    signing = make.handling(world, "003")
    make.reply_at(world, signing.cases.get(), "leader_signoff")
    assert labels(page_of(client, world.leader, signing)) == sorted(["审签", "退回修改", "转请审签", "协调"])
    assert labels(page_of(client, world.clerk, signing)) == sorted([*talk, "申请延期"])


def test_every_action_offered_opens(client, world):
    things = [make.proposal_at(world, state, f"{n:03}") for n, state in enumerate(("received", "assigned", "handling"))]
    for number, state in enumerate(make.STEPS, 11):
        proposal = make.handling(world, f"{number:03}", roles=[(world.housing, LEAD), (world.culture, ASSIST)])
        cases.advise(
            make.case_of(proposal, world.culture), by=world.culture_head, at=make.moment(2020, 4, 1), text="同意"
        )
        make.reply_at(world, make.case_of(proposal, world.housing), state)
        things.append(proposal)
    opened = set()
    for person in ("office", "clerk", "head", "culture_head", "leader", "secretary"):
        for proposal in things:
            if person in ("clerk", "head", "culture_head", "leader") and proposal.state == "received":
                continue
            client.force_login(world.people[person])
            answer = client.get(proposal.get_absolute_url())
            for action in answer.context["all_actions"] if answer.status_code == 200 else []:
                assert client.get(action.url).status_code == 200, (person, action)
                opened.add(action.label)
    assert {
        "交办", "调整承办单位", "签收", "拟写答复", "修改", "送审", "撤回", "单位签发", "核改", "核稿报审",
        "审签", "退回修改", "撤回审签", "寄送答复", "录入", "沟通记录",
    } <= opened  # fmt: skip


def test_a_unit_sees_its_own_part_and_only_that_there_are_others(client, world):
    proposal = make.handling(world, roles=[(world.housing, SEPARATE), (world.culture, SEPARATE)])
    case = make.case_of(proposal, world.housing)
    cases.contact(
        case, by=world.clerk, at=make.moment(2020, 3, 12), stage="before", manner="visit",
        held_on=datetime.date(2020, 3, 12), people="赵堃", summary="内部谈话要点",
    )  # fmt: skip
    reply = make.reply_at(world, case, "office_review", body="尚未寄出的答复")
    replies.send_back(reply, by=world.office, at=make.moment(2020, 4, 21), note="内部退回理由")
    for person, sees in (("clerk", True), ("office", True), ("culture_head", False)):
        page = page_of(client, world.people[person], proposal).content.decode()
        assert "区住房城乡建委" in page
        for words in ("内部谈话要点", "内部退回理由"):
            assert (words in page) is sees, (person, words)
    secretary = page_of(client, world.secretary, proposal).content.decode()
    assert "内部退回理由" not in secretary and "退回修改" not in secretary
    for person in ("culture_head", "secretary"):
        client.force_login(world.people[person])
        assert client.get(reverse("replies:detail", args=[reply.pk])).status_code == 404


def test_an_opinion_reaches_the_lead_unit_once_it_is_given(client, world):
    proposal = make.handling(world, roles=[(world.housing, LEAD), (world.culture, ASSIST), (world.parks, ASSIST)])
    helper = make.case_of(proposal, world.culture)
    cases.prepare_opinion(helper, "会办意见草稿内容", by=world.culture_clerk, at=make.moment(2020, 4, 1))

    def sees(person):
        return "会办意见草稿内容" in page_of(client, world.people[person], proposal).content.decode()

    assert [sees(person) for person in ("culture_head", "clerk", "parks_head")] == [True, False, False]
    cases.advise(
        helper, by=world.culture_head, at=make.moment(2020, 4, 2), text="会办意见草稿内容", files=make.scan("附图.png")
    )
    assert [sees(person) for person in ("culture_head", "clerk", "parks_head")] == [True, True, False]
    helper.refresh_from_db()
    url = reverse("proposals:file", args=[files_of("opinion", helper.opinion.pk).get().pk])
    found = {}
    for person in ("culture_clerk", "head", "parks_head", "office", "secretary", "auditor"):
        client.force_login(world.people[person])
        answer = client.get(url)
        if answer.streaming:
            list(answer.streaming_content)
        found[person] = answer.status_code
    assert found == {
        "culture_clerk": 200, "head": 200, "parks_head": 404, "office": 200, "secretary": 200, "auditor": 404
    }  # fmt: skip


def test_a_hidden_rating_is_nowhere_on_the_page_nor_behind_it(client, world):
    proposal = make.handling(world)
    reply = make.reply_at(world, proposal.cases.get(), "issued")
    make.rated(world, reply, "不满意", confirm=False)
    receipt = make.receipt_of(reply)
    receipt.comment = "特别的意见"
    receipt.save()
    for person in ("office", "clerk", "head", "leader"):
        page = page_of(client, world.people[person], proposal).content.decode()
        assert "不满意" not in page and "特别的意见" not in page and "录入" not in page, person
        assert client.get(reverse("proposals:file", args=[files_of("receipt", receipt.pk).get().pk])).status_code == 404
        listed = client.get("/proposals/?rating=不满意")
        assert listed.context["page"].paginator.count == 0
    assert "不满意" in page_of(client, world.secretary, proposal).content.decode()


def test_who_lost_the_case_may_still_read_it(client, world):
    proposal = make.handling(world)
    case = make.case_of(proposal, world.housing)
    reply = make.drafted(world, case)
    case.refresh_from_db()
    cases.adjust(proposal, [(world.culture, LEAD)], [case], by=world.office, at=make.moment(2020, 5, 6), note="划转")
    answer = page_of(client, world.clerk, proposal)
    assert labels(answer) == []
    assert "已调整" in answer.content.decode()
    assert client.get(reverse("replies:detail", args=[reply.pk])).status_code == 200
    assert client.get(reverse("replies:act", args=[reply.pk, "edit"])).status_code == 302, "told, and led back"
    posted = client.post(
        reverse("replies:act", args=[reply.pk, "edit"]),
        {"seen": reply.stamp, "body": "还想再改", "commitments-TOTAL_FORMS": 0, "commitments-INITIAL_FORMS": 0},
    )
    assert posted.status_code == 409
    assert "还想再改" in posted.content.decode()


def test_what_people_write_is_text_and_never_markup(client, world):
    nasty = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7|add:7 }}"
    proposal = make.registered(
        world, title=nasty[:200], text=nasty, proposers=[{"name": nasty[:60], "position": nasty[:100]}], remark=nasty
    )
    cases.assign(proposal, [(world.housing, LEAD)], by=world.office, at=make.moment(), note=nasty)
    case = proposal.cases.get()
    cases.accept(case, by=world.clerk, at=make.moment(2020, 3, 11))
    cases.contact(
        case, by=world.clerk, at=make.moment(2020, 3, 12), stage="before", manner="visit",
        held_on=datetime.date(2020, 3, 12), people=nasty, summary=nasty,
    )  # fmt: skip
    reply = make.reply_at(world, case, "draft", body=nasty)
    for url in (
        proposal.get_absolute_url(), "/", "/proposals/", reverse("replies:detail", args=[reply.pk]),
        reverse("replies:act", args=[reply.pk, "edit"]), reverse("replies:version", args=[reply.pk, 1]),
    ):  # fmt: skip
        client.force_login(world.clerk)
        page = client.get(url).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page, url
        assert "{{ 7|add" in page or "&lt;script" in page or url == "/", url


@pytest.mark.parametrize("due_on", ["1985-06-01", "2031-02-03", "2062-06-10", "9999-12-31"])
def test_a_deadline_in_any_year_opens_every_page(client, world, due_on):
    """A slip of the pen, or a ledger of long ago: shown as it is."""
    proposal = make.registered(world)
    due_on = datetime.date.fromisoformat(due_on)
    roles = [(world.housing, LEAD), (world.culture, ASSIST)]
    cases.assign(proposal, roles, by=world.office, at=make.moment())
    Case.objects.update(reply_due_on=due_on, accept_due_on=due_on)
    for person in ("office", "clerk"):
        for url in ("/", "/proposals/?sort=due", proposal.get_absolute_url()):
            client.force_login(world.people[person])
            assert client.get(url).status_code == 200, (person, url)
    assert due_on.isoformat() in client.get(proposal.get_absolute_url()).content.decode()


# --- the list --------------------------------------------------------------------------------------------------------


def numbers(client, user, query=""):
    client.force_login(user)
    answer = client.get("/proposals/" + query)
    assert answer.status_code == 200
    return [row.proposal.number for row in answer.context["rows"]]


def test_the_list_shows_what_one_may_see_narrowed_by_each_filter(client, world):
    make.registered(world, "001", title="关于停车场的建议", kind="interim")
    make.assigned(world, "002", title="关于饮水点的建议", is_key=True)
    make.handling(world, "010", roles=[(world.culture, LEAD), (world.housing, ASSIST)])
    make.handling(world, "0111", roles=[(world.culture, SEPARATE), (world.parks, SEPARATE)])
    make.proposal_at(world, "closed", "012")
    office = world.office
    assert numbers(client, office) == ["001", "002", "010", "012", "0111"], "by number, not by letter"
    assert numbers(client, world.clerk) == ["002", "010", "012"]
    assert numbers(client, world.parks_head) == ["0111"]
    assert numbers(client, world.leader) == ["002", "010", "012"]
    for query, expected in (
        ("?state=assigned", ["002"]),
        ("?q=饮水点", ["002"]),
        ("?q=赵堃 饮水", ["002"]),
        ("?q=没有的词", []),
        ("?q=0111", ["0111"]),
        ("?key=on", ["002"]),
        ("?kind=interim", ["001"]),
        ("?mode=separate", ["0111"]),
        (f"?unit={world.parks.pk}", ["0111"]),
        (f"?leader={world.leader_row.pk}", ["002", "010", "012"]),
        ("?result=A", ["012"]),
        ("?rating=满意", ["012"]),
        ("?rating=不满意", []),
        ("?overdue=on", ["002", "010", "0111"]),
        ("?session=9-4&state=closed", ["012"]),
    ):
        assert numbers(client, office, query) == expected, query
    assert numbers(client, world.clerk, "?state=received") == []


def test_the_list_is_paged_and_the_filters_stay(client, world):
    for number in range(1, 33):
        make.registered(world, f"{number}")
    assert numbers(client, world.office, "?state=received") == [f"{n:03}" for n in range(1, 31)]
    page = client.get("/proposals/?state=received").content.decode()
    following = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert numbers(client, world.office, following) == ["031", "032"]
    assert "state=received" in following
    assert numbers(client, world.office, "?page=999") == ["031", "032"]


def test_the_auditor_reads_and_checks_the_trail_and_nobody_changes_it(client, world):
    proposal = make.handling(world)
    client.force_login(world.auditor)
    page = client.get("/audit/?action=case.accept").content.decode()
    assert "case.accept" in page and "李经办" in page and "case.contact" not in page
    assert "日志完整" in client.get("/audit/?verify=1").content.decode()
    with pytest.raises(TypeError):
        Event.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_event SET actor_name = 'x' WHERE action = 'case.accept'")
    assert "日志不完整" in client.get("/audit/?verify=1").content.decode()
    assert client.get(proposal.get_absolute_url()).status_code == 404


def test_the_auditor_reads_in_chinese_what_the_office_changed_of_settings_units_and_calendar(client, world):
    change_session_settings(
        world.session, by=world.office, at=make.moment(), limits={"reply": (2, "months")}, decimals=2
    )
    client.force_login(world.office)
    unit = f"/admin/units/unit/{world.culture.pk}/change/"
    given = {"name": "区文旅委", "order": "2", "aliases-0-name": "区文化委", "portfolios-0-id": ""}
    page = client.get(unit)
    for formset in page.context["inline_admin_formsets"]:
        prefix, rows = formset.formset.prefix, formset.formset.initial_forms
        given |= {f"{prefix}-TOTAL_FORMS": len(rows) + 1, f"{prefix}-INITIAL_FORMS": len(rows)}
        for row in rows:
            given |= {bound.html_name: bound.value() or "" for bound in row}
    given |= {"portfolios-0-until_on": "2020-06-30"}
    assert client.post(unit, given).status_code == 302
    days = {"year": "2031", "source": "国办发明电", "days": "2031-01-01 放假 元旦"}
    assert client.post("/admin/calendars/calendaryear/add/", days).status_code == 302
    client.force_login(world.auditor)
    page = client.get("/audit/").content.decode()
    for told in (
        "修改届次设置",
        "答复期限：3个月 → 2个月",
        "百分比小数位：1 位（92.9%） → 2 位（92.89%）",
        "修改承办单位",
        "简称：区文化旅游委 → 区文旅委",
        "增加单位别名：区文化委",
        "至（空） → 2020-06-30",
        "新建工作日历年度",
        "增加：2031-01-01 放假 元旦",
    ):
        assert told in page, told


def test_every_action_that_is_recorded_by_name_has_a_chinese_one():
    """What the tables of transitions have is named there; the rest stands as `action="…"` where it is recorded."""
    sources = [path.read_text() for path in (settings.BASE_DIR / "apps").rglob("*.py")]
    named = {name for source in sources for name in re.findall(r'action="([a-z_]+\.[a-z_]+)"', source)}
    assert {"session.settings", "user.create", "paper.print_batch"} <= named
    assert {name for name in named if label_of(name) == name} == set()


def test_what_begins_from_a_case_is_offered_on_its_page(client, world):
    """A reply, a meeting in its place in a later round, a receipt that came early, and what is added after the end."""
    handled, again = make.handling(world, "101"), make.handling(world, "102")
    make.rated(world, make.reply_at(world, again.cases.get(), "issued"), "不满意")
    closed = make.proposal_at(world, "closed", "103")
    begun = {"拟写答复", "拟写补充答复", "当面答复", "先到登记"}

    def offered(user, proposal):
        return begun & set(labels(page_of(client, user, proposal)))

    assert offered(world.clerk, handled) == {"拟写答复"}
    assert offered(world.head, again) == {"拟写答复", "当面答复"}
    assert offered(world.office, again) == {"拟写答复", "当面答复"}  # from signed paper
    assert offered(world.secretary, handled) == {"先到登记"}
    assert offered(world.clerk, closed) == {"拟写补充答复"}
    assert offered(world.secretary, closed) == offered(world.leader, handled) == set()


def test_an_opinion_is_late_only_until_the_lead_unit_has_replied(client, world):
    """The lead went on without it (协调); the office is not told of it for the rest of the year."""
    proposal = make.handling(world, roles=[(world.housing, LEAD), (world.culture, ASSIST)])
    rearranging.coordinate(proposal, by=world.office, at=make.moment(2020, 4, 1), note="由区住房城乡建委单独答复。")
    day = datetime.date(2020, 5, 20)  # an opinion is due a month before the reply, which is due on 10 June
    assert waiting(world.office, day)["承办单位已超期"] == ["001"]
    make.reply_at(world, make.case_of(proposal, world.housing), "issued")
    assert "承办单位已超期" not in waiting(world.office, day)
    client.force_login(world.office)
    assert "没有符合条件的提案" in client.get("/proposals/?overdue=on").content.decode()
