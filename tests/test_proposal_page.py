"""The page of one proposal: how far it is, the one next thing for who looks, its parts and the way to them."""

import datetime
import re

import pytest
from django.urls import reverse

from apps.proposals import operations as cases
from apps.proposals import rearranging
from apps.proposals.models import Proposal
from apps.proposals.workflow import CaseRole
from apps.ratings import operations as ratings
from apps.replies import operations as replies
from apps.supervision import operations as cards
from tests import factories as make
from tests.test_queries import MOST, queries_of

pytestmark = pytest.mark.django_db
LEAD, ASSIST, SEPARATE = CaseRole.LEAD, CaseRole.ASSIST, CaseRole.SEPARATE
STEPS = ["接收", "交办", "签收", "沟通", "拟写答复", "审签", "寄送", "回执", "办结"]


@pytest.fixture
def world():
    return make.world()


def shown(client, user, proposal):
    client.force_login(user)
    answer = client.get(proposal.get_absolute_url())
    assert answer.status_code == 200
    return answer


def line(client, user, proposal):
    """The labels of the steps that are done, the one under way, those passed without a record."""
    steps = shown(client, user, proposal).context["progress"].steps
    by_state = {
        state: [step.label for step in steps if step.state == state] for state in ("done", "current", "skipped")
    }
    return by_state["done"], by_state["current"], by_state["skipped"]


def next_of(client, user, proposal):
    step = shown(client, user, proposal).context["next"]
    return step.button.label if step else None


def talk(world, case, day=12):
    cases.contact(
        case, by=world.clerk, at=make.moment(2020, 3, day), stage="before", manner="visit",
        held_on=datetime.date(2020, 3, day), people="赵堃", summary="问明要点",
    )  # fmt: skip


# --- how far it is ---------------------------------------------------------------------------------------------------


def test_the_line_names_every_step_from_filing_to_the_end_and_where_it_stands(client, world):
    received = make.registered(world, "001")
    assert line(client, world.office, received) == (["接收"], ["交办"], [])
    assigned = make.assigned(world, "002")
    assert line(client, world.office, assigned) == (STEPS[:2], ["签收"], [])
    handling = make.handling(world, "003")
    assert line(client, world.office, handling) == (STEPS[:3], ["沟通"], [])
    talk(world, handling.cases.get())
    assert line(client, world.office, handling) == (STEPS[:4], ["拟写答复"], [])
    closed = make.proposal_at(world, "closed", "004")
    done, now, skipped = line(client, world.office, closed)
    assert (sorted(done + skipped), now) == (sorted(STEPS), [])
    assert [step.label for step in shown(client, world.office, closed).context["progress"].steps] == STEPS


@pytest.mark.parametrize(
    ("state", "now"),
    [
        ("draft", "拟写答复"),
        ("unit_review", "审签"),
        ("leader_signoff", "审签"),
        ("signed", "寄送"),
        ("issued", "回执"),
    ],
)
def test_the_line_follows_the_reply(client, world, state, now):
    proposal = make.handling(world)
    make.reply_at(world, proposal.cases.get(), state)
    assert line(client, world.clerk, proposal)[1] == [now]


def test_the_line_tells_nothing_of_a_reply_that_has_not_gone_out_to_those_who_may_not_read_it(client, world):
    proposal = make.handling(world)
    make.reply_at(world, proposal.cases.get(), "signed")
    assert line(client, world.secretary, proposal)[1] == ["拟写答复"]
    answer = shown(client, world.secretary, proposal)
    steps = {step.label: step for step in answer.context["progress"].steps}
    assert (steps["审签"].day, steps["拟写答复"].day, steps["拟写答复"].note) == (None, None, "")
    assert "寄送答复" not in answer.content.decode()


def test_each_step_done_has_its_day(client, world):
    proposal = make.handling(world)
    case = proposal.cases.get()
    talk(world, case, 13)
    reply = make.reply_at(world, case, "issued")
    steps = {step.label: step.day for step in shown(client, world.office, proposal).context["progress"].steps}
    case.refresh_from_db()
    assert steps["交办"] == case.assigned_on and steps["签收"] == case.accepted_on
    assert steps["沟通"] == datetime.date(2020, 3, 13)
    assert steps["寄送"] == reply.issued_on
    assert steps["回执"] is steps["办结"] is None


def test_a_second_round_begins_anew_and_the_first_one_is_told(client, world):
    proposal = make.handling(world)
    reply = make.reply_at(world, proposal.cases.get(), "issued")
    make.rated(world, reply, "不满意")
    answer = shown(client, world.office, proposal)
    progress = answer.context["progress"]
    assert progress.title == "二次办理"
    assert progress.rounds == [f"第1轮：{reply.issued_on:%Y-%m-%d}寄送答复，评价不满意"]
    assert progress.current[1].label == "沟通"
    page = answer.content.decode()
    assert "二次办理" in page and progress.rounds[0] in page


def test_of_several_units_the_least_advanced_counts_and_each_is_told(client, world):
    proposal = make.handling(world, roles=[(world.housing, SEPARATE), (world.parks, SEPARATE)])
    make.reply_at(world, make.case_of(proposal, world.housing), "issued")
    progress = shown(client, world.office, proposal).context["progress"]
    assert progress.current[1].label == "沟通"
    assert {str(panel.case.unit): [step.label for step in steps if step.state == "current"] for panel, steps in
            progress.by_unit} == {str(world.housing): ["回执"], str(world.parks): ["沟通"]}  # fmt: skip


def test_an_ended_proposal_says_how_far_it_had_got_and_how_it_ended(client, world):
    proposal = make.assigned(world)
    rearranging.withdraw(proposal, by=world.office, at=make.moment(2020, 3, 20), note="提案委来函")
    steps = shown(client, world.office, proposal).context["progress"].steps
    assert [(step.label, step.state) for step in steps] == [("接收", "done"), ("交办", "done"), ("已撤案", "ended")]
    assert steps[-1].day == datetime.date(2020, 3, 20)


# --- the next thing --------------------------------------------------------------------------------------------------


def test_each_person_has_their_own_next_thing(client, world):
    proposal = make.assigned(world, roles=[(world.housing, LEAD), (world.culture, ASSIST)])
    received = make.registered(world, "009")
    assert next_of(client, world.office, received) == "交办"
    assert next_of(client, world.secretary, received) is None
    case = make.case_of(proposal, world.housing)
    assert next_of(client, world.clerk, proposal) == "签收"
    assert next_of(client, world.office, proposal) is None  # accepting from paper is no duty of the office
    for unit in (world.housing, world.culture):
        cases.accept(make.case_of(proposal, unit), by=make.people_of(world, unit)[0], at=make.moment(2020, 3, 11))
    case.refresh_from_db()
    assert next_of(client, world.clerk, proposal) == "沟通记录"
    assert next_of(client, world.culture_clerk, proposal) == "拟写会办意见"
    assert next_of(client, world.culture_head, proposal) == "会办意见"
    talk(world, case)
    assert next_of(client, world.clerk, proposal) == "拟写答复"


def test_the_next_thing_follows_the_reply_from_desk_to_desk(client, world):
    desks = {
        "draft": ("clerk", "送审"),
        "unit_review": ("head", "单位签发"),
        "office_review": ("office", "核稿报审"),
        "leader_signoff": ("leader", "审签"),
        "signed": ("clerk", "寄送答复"),
        "issued": ("secretary", "录入"),
    }
    for number, (state, (person, label)) in enumerate(desks.items(), 1):
        proposal = make.handling(world, f"{number:03}")
        make.reply_at(world, proposal.cases.get(), state)
        assert next_of(client, world.people[person], proposal) == label, state
        others = {"clerk", "head", "office", "leader", "secretary"} - {person}
        mine = {other for other in others if next_of(client, world.people[other], proposal) == label}
        assert mine <= ({"head", "office"} if state == "signed" else {"head"} if state == "draft" else set()), state


def test_who_has_nothing_to_do_learns_who_is_waited_for(client, world):
    proposal = make.assigned(world)
    assert "等待区住房城乡建委签收" in shown(client, world.secretary, proposal).content.decode()
    signing = make.handling(world, "002")
    make.reply_at(world, signing.cases.get(), "leader_signoff")
    assert "等待周明远审签" in shown(client, world.clerk, signing).content.decode()
    secretary = shown(client, world.secretary, signing).content.decode()
    assert "审签领导" not in secretary and "等待区住房城乡建委答复" in secretary


def test_a_decision_shows_both_its_answers(client, world):
    """Who decides is not led to a yes: the other answer stands beside it."""
    proposal = make.handling(world)
    case = make.case_of(proposal, world.housing)
    later = case.reply_due_on + datetime.timedelta(days=20)
    cases.request_extension(case, later, by=world.clerk, at=make.moment(2020, 4, 1), note="设施采购流标")
    step = shown(client, world.office, proposal).context["next"]
    assert (step.button.label, step.opposite.label) == ("同意延期", "不同意延期")
    waiting = make.handling(world, "002")
    make.reply_at(world, waiting.cases.get(), "leader_signoff")
    step = shown(client, world.leader, waiting).context["next"]
    assert (step.button.label, step.opposite.label) == ("审签", "退回修改")


def test_the_next_thing_is_one_of_the_buttons_that_are_open(client, world):
    """No button of its own: the page chooses among what available() gives."""
    for number, state in enumerate(("received", "assigned", "handling", "replied", "closed")):
        proposal = make.proposal_at(world, state, f"{number:03}")
        for person in ("office", "clerk", "head", "leader", "secretary"):
            client.force_login(world.people[person])
            answer = client.get(proposal.get_absolute_url())
            if answer.status_code == 200 and answer.context["next"]:
                assert answer.context["next"].button in answer.context["all_actions"]


# --- its parts -------------------------------------------------------------------------------------------------------


def test_every_link_of_the_page_s_own_menu_leads_to_a_part_that_is_there(client, world):
    proposal = make.handling(world, text="建议增设过街天桥。")
    talk(world, proposal.cases.get())
    make.rated(world, make.reply_at(world, proposal.cases.get(), "issued"), "满意")
    for person in ("office", "clerk", "leader", "secretary"):
        page = shown(client, world.people[person], proposal).content.decode()
        menu = re.search(r'<nav class="page-nav".*?</nav>', page, re.DOTALL)[0]
        targets = re.findall(r'href="#([\w-]+)"', menu)
        assert targets == ["text", "units", "talks", "replies", "receipts", "papers", "history"]
        assert [f'id="{target}"' in page for target in targets] == [True] * 7


def test_a_running_deadline_explains_its_arithmetic(client, world):
    proposal = make.assigned(world)
    page = shown(client, world.clerk, proposal).content.decode()
    explanation = proposal.cases.get().deadline_basis["accept"]["explanation"]
    assert explanation and explanation in page and "怎么算的" in page


def test_a_long_text_is_folded_after_its_first_paragraphs_and_nothing_of_it_is_missing(client, world):
    paragraphs = [f"第{number}段，" + "建议" * 150 for number in range(6)]
    proposal = make.registered(world, "001", text="\n".join(paragraphs))
    first, rest = shown(client, world.office, proposal).context["text"]
    assert first + rest == paragraphs and 0 < len(first) < 6
    short = make.registered(world, "002", text="一段\n两段")
    assert shown(client, world.office, short).context["text"] == (["一段", "两段"], [])


def test_versions_are_for_those_who_see_drafts(client, world):
    proposal = make.handling(world)
    reply = make.reply_at(world, proposal.cases.get(), "office_review")
    replies.polish(reply, by=world.office, at=make.moment(2020, 4, 22), body="核改后的答复。")
    reply.refresh_from_db()
    compare = reverse("replies:compare", args=[reply.pk, reply.version - 1, reply.version])
    for person, sees in (("clerk", True), ("office", True), ("leader", True), ("secretary", False)):
        page = shown(client, world.people[person], proposal).content.decode()
        assert ("版本与修改" in page) is sees, person
        assert (compare in page) is sees, person


def test_why_a_draft_was_sent_back_is_for_those_who_see_drafts(client, world):
    """docs/workflow.md, 谁能看到什么: the committee sees a reply once it has gone out, and nothing of before."""
    proposal = make.handling(world)
    reply = make.reply_at(world, proposal.cases.get(), "unit_review")
    replies.send_back(reply, by=world.head, at=make.moment(2020, 4, 20, hour=11), note="数字与台账不符")
    again = make.moment(2020, 4, 21)
    replies.submit(reply, by=world.clerk, at=again)
    replies.unit_approve(reply, by=world.head, at=again)
    replies.office_forward(reply, world.leader_row, by=world.office, at=again)
    replies.sign(reply, reply.content_hash, by=world.leader, at=again)
    told = {"number": "大建函〔2020〕7号", "issued_on": again.date(), "means": "post"}
    ratings.issue(reply, by=world.clerk, at=again, **told)
    for person, sees in (("clerk", True), ("office", True), ("leader", True), ("secretary", False)):
        page = shown(client, world.people[person], proposal).content.decode()
        assert ("数字与台账不符" in page) is sees, person
        assert "文号：大建函〔2020〕7号" in page and "退回修改" in page, person


def test_the_history_tells_whose_part_it_was_without_making_it_the_persons_office(client, world):
    """审签 by a deputy district head: the unit beside the name is that of the case, not where the leader works."""
    make.reply_at(world, make.handling(world).cases.get(), "signed")
    client.force_login(world.office)
    page = client.get(Proposal.objects.get().get_absolute_url()).content.decode()
    signed = page.partition("<strong>审签</strong>")[2].partition("</li>")[0]
    assert "周明远" in signed
    assert "承办单位：区住房城乡建委" in signed


# --- how often it asks ---


@pytest.mark.parametrize("post", ["office", "clerk", "leader", "secretary"])
def test_the_page_of_a_proposal_asks_as_often_for_a_bare_one_as_for_a_long_one(client, world, post):
    client.force_login(world.people[post])
    bare = make.handling(world, "001", roles=[(world.housing, "lead"), (world.culture, "assist")])
    few, _ = queries_of(client, bare.get_absolute_url())
    long = make.assigned(world, "002", roles=[(world.housing, "separate"), (world.parks, "separate")])
    for unit in (world.housing, world.parks):
        case = make.case_of(long, unit)
        red = make.raised(world, make.card_at(world, case, "issued"))
        cards.object_to(red, by=make.people_of(world, unit)[1], at=make.moment(2020, 3, 16), note="系统故障")
        cases.accept(case, by=make.people_of(world, unit)[0], at=make.moment(2020, 3, 16))
    for unit in (world.housing, world.parks):
        make.rated(world, make.reply_at(world, make.case_of(long, unit), "issued"), "不满意")
        second = make.moment(2020, 6, 20)
        reply = make.reply_at(world, make.case_of(long, unit), "issued", at=second, code="B")
        make.rated(world, reply, "满意", at=make.moment(2020, 6, 28))
    assert Proposal.objects.get(pk=long.pk).state == "closed"
    many, sql = queries_of(client, long.get_absolute_url())
    assert many <= MOST, "\n".join(sql)
    # what there is none of is not asked further (talks, promises, receipts): a bare page may ask less, never more
    assert few <= many
    third = make.handling(world, "003", roles=[(world.housing, "separate"), (world.parks, "separate")])
    make.rated(world, make.reply_at(world, make.case_of(third, world.housing), "issued", code="B"), "不满意")
    again, sql = queries_of(client, third.get_absolute_url())
    assert again == many, "\n".join(sql)


def test_the_page_of_a_proposal_asks_as_often_for_one_assisting_unit_as_for_two(client, world):
    client.force_login(world.leader)
    counts = []
    for number, helpers in (("001", [world.culture]), ("002", [world.culture, world.parks])):
        roles = [(world.housing, "lead"), *((unit, "assist") for unit in helpers)]
        counts.append(queries_of(client, make.handling(world, number, roles=roles).get_absolute_url())[0])
    assert counts[0] == counts[1] <= MOST
