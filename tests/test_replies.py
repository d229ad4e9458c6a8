"""A reply from the draft to the leader's signature: docs/workflow.md, reply."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import Post
from apps.audit.models import Event
from apps.proposals import operations as cases
from apps.proposals.models import Contact
from apps.proposals.workflow import CaseRole, NotAllowed, OutOfTurn, Refused
from apps.ratings import operations as ratings
from apps.replies import operations as replies
from apps.replies.models import Commitment, Reply, ReplyVersion
from apps.replies.queries import lacking, replies_visible_to
from apps.units.models import Portfolio
from tests import factories as make

pytestmark = pytest.mark.django_db
APRIL = make.moment(2020, 4, 20)


@pytest.fixture
def world():
    return make.world()


@pytest.fixture
def case(world):
    return make.handling(world).cases.get()


def day(month, number, year=2020):
    return datetime.date(year, month, number)


def fresh(reply):
    return Reply.objects.get(pk=reply.pk)


# --- 拟稿、修改 ------------------------------------------------------------------------------------------------------


def test_a_reply_is_drafted_only_while_the_case_is_handled_and_none_is_open(world):
    assigned = make.assigned(world, "001").cases.get()
    with pytest.raises(Refused, match="办理中才能拟写答复"):
        replies.draft(assigned, by=world.clerk, at=APRIL)
    helped = make.handling(world, "002", roles=[(world.culture, CaseRole.LEAD), (world.housing, CaseRole.ASSIST)])
    with pytest.raises(Refused, match="协办单位不直接答复"):
        replies.draft(make.case_of(helped, world.housing), by=world.clerk, at=APRIL)
    case = make.handling(world, "003").cases.get()
    replies.draft(case, by=world.head, at=APRIL)
    with pytest.raises(Refused, match="已有一份"):
        replies.draft(case, by=world.clerk, at=APRIL)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reply.objects.create(case=case, round=1)
    assert Reply.objects.count() == 1


def test_every_change_of_a_draft_is_kept_as_a_version(world, case):
    reply = replies.draft(case, by=world.clerk, at=APRIL, body="一稿")
    replies.edit(reply, by=world.clerk, at=APRIL, body="二稿", publicity="open")
    replies.edit(reply, by=world.head, at=APRIL, body="三稿", result_class=make.result_class(world.session, "C"))
    assert list(reply.versions.values_list("number", "body", "class_code", "publicity", "saved_by__username")) == [
        (1, "一稿", "", "", "clerk"),
        (2, "二稿", "", "open", "clerk"),
        (3, "三稿", "C", "open", "head"),
    ]
    assert fresh(reply).body == "三稿"


def test_a_class_of_another_session_is_refused(world, case):
    other = cases.open_session("9-5", "九届五次会议", 2021, by=world.office, at=APRIL)
    reply = replies.draft(case, by=world.clerk, at=APRIL)
    with pytest.raises(Refused, match="不属于本届次"):
        replies.edit(reply, by=world.clerk, at=APRIL, body="正文", result_class=make.result_class(other, "A"))
    assert (fresh(reply).body, fresh(reply).result_class, fresh(reply).version) == ("", None, 0)


def test_an_edit_replaces_the_promises_and_none_is_for_the_past(world, case):
    reply = replies.draft(case, by=world.clerk, at=APRIL, commitments=[{"text": "年内完成", "due_on": day(12, 31)}])
    with pytest.raises(Refused, match="时限已过"):
        replies.edit(reply, by=world.clerk, at=APRIL, commitments=[{"text": "已过", "due_on": day(4, 19)}])
    assert [one.text for one in reply.commitments.all()] == ["年内完成"]
    replies.edit(
        reply,
        by=world.clerk,
        at=APRIL,
        commitments=[{"text": "先启动", "due_on": day(4, 20)}, {"text": "再完成", "due_on": day(6, 30, 2021)}],
    )
    assert [(one.text, one.due_on, one.first_due_on, one.state) for one in Commitment.objects.all()] == [
        ("先启动", day(4, 20), day(4, 20), "open"),
        ("再完成", day(6, 30, 2021), day(6, 30, 2021), "open"),
    ]
    replies.edit(reply, by=world.clerk, at=APRIL, body="只改正文")
    assert Commitment.objects.count() == 2, "an edit that says nothing of promises leaves them"


# --- 送审 ------------------------------------------------------------------------------------------------------------


def test_submitting_needs_body_class_and_publicity_and_tells_all_at_once(world, case):
    reply = replies.draft(case, by=world.clerk, at=APRIL, body="  ")
    with pytest.raises(Refused) as refused:
        replies.submit(reply, by=world.clerk, at=APRIL)
    told = "".join(refused.value.reasons)
    assert len(refused.value.reasons) == 4
    assert all(word in told for word in ("正文", "办理结果", "公开属性", "沟通"))
    assert fresh(reply).state == "draft"


def complete(world, case, code="A", **texts):
    reply = replies.draft(case, by=world.clerk, at=APRIL)
    given = {"body": "答复如下。", "result_class": make.result_class(world.session, code), "publicity": "open"}
    return replies.edit(reply, by=world.clerk, at=APRIL, **(given | texts))


@pytest.mark.parametrize("reason", ["not_wanted", "not_reached"])
def test_submitting_needs_a_talk_before_the_handling_or_why_there_was_none(world, case, reason):
    reply = complete(world, case)
    for stage in (None, "during", "after"):
        if stage:
            cases.contact(
                case,
                by=world.clerk,
                at=APRIL,
                stage=stage,
                manner="phone",
                held_on=day(4, 20),
                people="赵堃",
                summary=stage,
            )
        with pytest.raises(Refused, match="沟通"):
            replies.submit(reply, by=world.clerk, at=APRIL)
    replies.edit(reply, by=world.clerk, at=APRIL, no_contact=reason)
    replies.submit(reply, by=world.clerk, at=APRIL)
    assert fresh(reply).state == "unit_review"


def test_submitting_waits_for_every_assisting_opinion_or_needs_a_reason(world):
    proposal = make.handling(
        world,
        roles=[(world.housing, CaseRole.LEAD), (world.culture, CaseRole.ASSIST), (world.parks, CaseRole.ASSIST)],
    )
    case = make.case_of(proposal, world.housing)
    reply = complete(world, case, no_contact="not_wanted")
    with pytest.raises(Refused, match="区文化旅游委、区城市管理局还没有提出会办意见"):
        replies.submit(reply, by=world.clerk, at=APRIL)
    cases.advise(make.case_of(proposal, world.culture), by=world.culture_head, at=APRIL, text="同意")
    with pytest.raises(Refused, match="协办单位区城市管理局还没有"):
        replies.submit(reply, by=world.clerk, at=APRIL)
    replies.edit(reply, by=world.clerk, at=APRIL, no_opinion="已电话催办两次，未予回复")
    assert lacking(fresh(reply)) == []
    replies.edit(reply, by=world.clerk, at=APRIL, no_opinion="")
    cases.adjust(proposal, [], [make.case_of(proposal, world.parks)], by=world.office, at=APRIL, note="不再协办")
    replies.submit(reply, by=world.clerk, at=APRIL)
    assert fresh(reply).state == "unit_review", "who no longer assists is not waited for"


def test_a_separate_unit_waits_for_nobodys_opinion(world):
    roles = [(world.housing, CaseRole.SEPARATE), (world.culture, CaseRole.SEPARATE)]
    case = make.case_of(make.handling(world, roles=roles), world.housing)
    reply = complete(world, case, no_contact="not_wanted")
    replies.submit(reply, by=world.clerk, at=APRIL)
    assert fresh(reply).state == "unit_review"


def test_class_b_needs_a_promise_with_a_date_and_class_c_a_reason(world):
    first = make.handling(world, "001").cases.get()
    reply = complete(world, first, "B", no_contact="not_wanted")
    with pytest.raises(Refused, match="B类答复须至少写明一项有完成时限的承诺"):
        replies.submit(reply, by=world.clerk, at=APRIL)
    replies.edit(reply, by=world.clerk, at=APRIL, commitments=[{"text": "年内完成", "due_on": day(12, 31)}])
    replies.submit(reply, by=world.clerk, at=APRIL)
    second = make.handling(world, "002").cases.get()
    reply = complete(world, second, "C", no_contact="not_wanted")
    with pytest.raises(Refused, match="C类答复须说明未能解决的原因"):
        replies.submit(reply, by=world.clerk, at=APRIL)
    replies.edit(reply, by=world.clerk, at=APRIL, class_reason="上位规划所限")
    replies.submit(reply, by=world.clerk, at=APRIL)
    assert {one.state for one in Reply.objects.all()} == {"unit_review"}


def test_nothing_changes_the_text_between_submission_and_sending_but_polish_return_and_revoke(world):
    for number, state in enumerate(make.STEPS[1:], 1):
        case = make.handling(world, f"{number:03}").cases.get()
        reply = make.reply_at(world, case, state)
        versions = ReplyVersion.objects.filter(reply=reply).count()
        for person in (world.clerk, world.head):
            with pytest.raises(OutOfTurn):
                replies.edit(reply, by=person, at=APRIL, body="偷偷改")
        if state != "office_review":
            with pytest.raises(OutOfTurn):
                replies.polish(reply, "偷偷改", by=world.office, at=APRIL)
        assert fresh(reply).body == "经研究，现答复如下。"
        assert ReplyVersion.objects.filter(reply=reply).count() == versions


# --- 单位签发、核稿 --------------------------------------------------------------------------------------------------


def test_the_head_approves_what_another_submitted(world, case):
    Post.objects.create(user=world.head, kind=Post.Kind.UNIT_CLERK, unit=world.housing)
    reply = make.drafted(world, case)
    replies.submit(reply, by=world.head, at=APRIL)
    with pytest.raises(Refused, match="送审人不能签发"):
        replies.unit_approve(reply, by=world.head, at=APRIL)
    replies.recall(reply, by=world.clerk, at=APRIL)
    replies.submit(reply, by=world.clerk, at=APRIL)
    with pytest.raises(NotAllowed):
        replies.unit_approve(reply, by=world.culture_head, at=APRIL)
    replies.unit_approve(reply, by=world.head, at=APRIL)
    found = fresh(reply)
    assert (found.state, found.submitted_by, found.approved_by) == ("office_review", world.clerk, world.head)


def test_polish_mends_the_words_and_nothing_else(world, case):
    reply = make.reply_at(world, case, "office_review", code="B")
    before = Reply.objects.filter(pk=reply.pk).values().get()
    for body in (reply.body, f" {reply.body}\n", "  "):
        with pytest.raises(Refused):
            replies.polish(reply, body, by=world.office, at=APRIL)
    replies.polish(reply, "经研究，答复如下：", by=world.office, at=APRIL, note="改一处")
    after = Reply.objects.filter(pk=reply.pk).values().get()
    assert {name for name in after if after[name] != before[name]} == {"body", "version"}
    latest = reply.versions.order_by("-number").first()
    assert (latest.action, latest.body, latest.class_code) == ("polish", "经研究，答复如下：", "B")
    assert reply.versions.filter(body="经研究，现答复如下。").exists(), "the unit's own words stay"
    with pytest.raises(TypeError):
        replies.polish(reply, "另一版", by=world.office, at=APRIL, publicity="closed")


def test_another_signer_than_the_one_in_charge_needs_a_note(world, case):
    reply = make.reply_at(world, case, "office_review")
    with pytest.raises(Refused, match="写明原因"):
        replies.office_forward(reply, world.other_leader_row, by=world.office, at=APRIL)
    assert fresh(reply).case.named_signer is None
    replies.office_forward(reply, world.other_leader_row, by=world.office, at=APRIL, note="周副区长出差")
    with pytest.raises(NotAllowed):
        replies.sign(reply, reply.content_hash, by=world.leader, at=APRIL)
    replies.sign(reply, reply.content_hash, by=world.other_leader, at=APRIL)
    assert fresh(reply).signer == world.other_leader_row


def test_a_unit_that_nobody_is_in_charge_of_needs_a_named_signer(world, case):
    Portfolio.objects.filter(unit=world.housing).delete()
    reply = make.reply_at(world, case, "office_review")
    with pytest.raises(Refused, match="写明原因"):
        replies.office_forward(reply, world.leader_row, by=world.office, at=APRIL)
    replies.office_forward(reply, world.leader_row, by=world.office, at=APRIL, note="暂由周副区长审签")
    replies.sign(reply, reply.content_hash, by=world.leader, at=APRIL)


def test_an_open_sign_off_follows_the_portfolio(world, case):
    """docs/decisions/0003: who is in charge on the day signs; what is signed keeps its signer."""
    reply = make.reply_at(world, case, "leader_signoff")
    Portfolio.objects.filter(unit=world.housing).update(until_on=day(4, 30))
    Portfolio.objects.create(unit=world.housing, leader=world.other_leader_row, from_on=day(5, 1))
    may = make.moment(2020, 5, 6)
    with pytest.raises(NotAllowed):
        replies.sign(reply, reply.content_hash, by=world.leader, at=may)
    replies.sign(reply, reply.content_hash, by=world.other_leader, at=may)
    Portfolio.objects.filter(unit=world.housing, until_on=None).delete()
    assert (fresh(reply).signer, fresh(reply).signed_by) == (world.other_leader_row, world.other_leader)


# --- 审签、退回、撤回 ------------------------------------------------------------------------------------------------


def test_a_signature_is_bound_to_the_text_that_was_read(world, case):
    reply = make.reply_at(world, case, "leader_signoff")
    read = reply.content_hash
    replies.send_back(reply, by=world.leader, at=APRIL, note="再核数字")
    replies.edit(reply, by=world.clerk, at=APRIL, publicity="closed")
    replies.submit(reply, by=world.clerk, at=APRIL)
    replies.unit_approve(reply, by=world.head, at=APRIL)
    replies.office_forward(reply, world.leader_row, by=world.office, at=APRIL)
    with pytest.raises(OutOfTurn, match="请重新阅读"):
        replies.sign(reply, read, by=world.leader, at=APRIL)
    assert (fresh(reply).state, fresh(reply).signed_hash) == ("leader_signoff", "")
    replies.sign(reply, fresh(reply).content_hash, by=world.leader, at=APRIL)
    found = fresh(reply)
    assert (found.signed_hash, found.signed_by, found.signer) == (found.content_hash, world.leader, world.leader_row)
    with pytest.raises(OutOfTurn):
        replies.sign(reply, found.content_hash, by=world.leader, at=APRIL)


@pytest.mark.parametrize(
    "change", [{"body": "另一正文"}, {"publicity": "closed"}, {"result_class": "B"}], ids=["body", "publicity", "class"]
)
def test_the_hash_covers_text_class_and_publicity(world, case, change):
    reply = make.drafted(world, case)
    before = reply.content_hash
    if "result_class" in change:
        change = {"result_class": make.result_class(world.session, "B")}
    replies.edit(reply, by=world.clerk, at=APRIL, **change)
    assert fresh(reply).content_hash != before
    assert len(before) == 64


def test_what_was_changed_behind_the_signature_is_not_sent(world, case):
    """Even where somebody reaches past the operations: the hash tells."""
    reply = make.reply_at(world, case, "signed")
    Reply.objects.filter(pk=reply.pk).update(body="改过的")
    with pytest.raises(OutOfTurn, match="不一致"):
        ratings.issue(reply, by=world.clerk, at=APRIL, number="1号", issued_on=day(4, 20), means="post")
    assert fresh(reply).state == "signed"


@pytest.mark.parametrize(
    ("state", "person"), [("unit_review", "head"), ("office_review", "office"), ("leader_signoff", "leader")]
)
def test_each_reader_returns_it_with_a_reason_from_where_it_lies(world, case, state, person):
    reply = make.reply_at(world, case, state)
    with pytest.raises(Refused, match="须填写说明"):
        replies.send_back(reply, by=world.people[person], at=APRIL, note=" ")
    for other in {"head", "office", "leader"} - {person}:
        with pytest.raises((NotAllowed, OutOfTurn)):
            replies.send_back(reply, by=world.people[other], at=APRIL, note="退")
    replies.send_back(reply, by=world.people[person], at=APRIL, note="数字不准")
    assert fresh(reply).state == "draft"
    event = Event.objects.latest("seq")
    assert (event.action, event.note, event.data["from"]) == ("reply.return", "数字不准", state)


def test_a_signature_is_taken_back_only_before_the_reply_has_gone_out(world, case):
    reply = make.reply_at(world, case, "signed")
    with pytest.raises(NotAllowed):
        replies.revoke(reply, by=world.other_leader, at=APRIL, note="撤")
    replies.revoke(reply, by=world.leader, at=APRIL, note="发现有误")
    found = fresh(reply)
    assert (found.state, found.signed_by, found.signed_at, found.signed_hash, found.signer) == (
        "draft",
        None,
        None,
        "",
        None,
    )
    sent = make.reply_at(world, make.handling(world, "002").cases.get(), "issued")
    with pytest.raises(OutOfTurn):
        replies.revoke(sent, by=world.leader, at=APRIL, note="撤")


def test_the_database_itself_lets_nothing_leave_unsigned(world, case):
    reply = make.reply_at(world, case, "leader_signoff")
    for state in ("signed", "issued"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Reply.objects.filter(pk=reply.pk).update(state=state)


# --- who may read ----------------------------------------------------------------------------------------------------


def test_who_may_read_a_reply_before_and_after_it_is_sent(world):
    roles = [(world.housing, CaseRole.LEAD), (world.culture, CaseRole.ASSIST)]
    proposal = make.handling(world, "001", roles=roles)
    cases.advise(make.case_of(proposal, world.culture), by=world.culture_head, at=APRIL, text="同意")
    signed = make.reply_at(world, make.case_of(proposal, world.housing), "signed")
    readers = {name for name, user in world.people.items() if replies_visible_to(user).filter(pk=signed.pk).exists()}
    assert readers == {"office", "office2", "chief", "clerk", "head", "leader"}
    ratings.issue(signed, by=world.clerk, at=APRIL, number="1号", issued_on=day(4, 20), means="post")
    readers = {name for name, user in world.people.items() if replies_visible_to(user).filter(pk=signed.pk).exists()}
    assert readers == {
        "office", "office2", "chief", "clerk", "head", "leader", "secretary", "secretary2", "culture_clerk",
        "culture_head",
    }  # fmt: skip


def test_separate_units_do_not_read_each_others_replies(world):
    roles = [(world.housing, CaseRole.SEPARATE), (world.culture, CaseRole.SEPARATE)]
    reply = make.reply_at(world, make.case_of(make.handling(world, roles=roles), world.housing), "issued")
    assert not replies_visible_to(world.culture_clerk).filter(pk=reply.pk).exists()


def test_a_later_round_asks_for_a_talk_of_its_own(world, case):
    make.rated(world, make.reply_at(world, case, "issued"), "不满意")
    case.refresh_from_db()
    assert case.round == 2 and Contact.objects.filter(case=case, round=1).exists()
    june = make.moment(2020, 6, 1)
    reply = replies.draft(case, by=world.clerk, at=june)
    replies.edit(
        reply,
        by=world.clerk,
        at=june,
        body="再答",
        publicity="open",
        result_class=make.result_class(world.session, "A"),
    )
    with pytest.raises(Refused, match="沟通"):
        replies.submit(reply, by=world.clerk, at=june)
    cases.contact(
        case,
        by=world.clerk,
        at=june,
        stage="during",
        manner="special_meeting",
        held_on=day(6, 1),
        people="赵堃",
        summary="会",
    )
    replies.submit(reply, by=world.clerk, at=june)
    assert fresh(reply).round == 2


@pytest.mark.parametrize("person", ["auditor", "culture_clerk", "secretary", "leader"])
def test_nobody_but_the_unit_is_told_what_a_draft_lacks(world, person):
    reply = replies.draft(make.handling(world).cases.get(), by=world.clerk, at=APRIL)
    with pytest.raises(NotAllowed):
        replies.submit(reply, by=world.people[person], at=APRIL)


def test_the_office_is_no_party_to_a_reply_to_a_secret_proposal(world):
    """No scan of it may be stored, so there is nothing that the office could enter for its unit."""
    secret = make.registered(world, is_secret=True)
    cases.assign(secret, [(world.housing, CaseRole.LEAD)], by=world.office, at=make.moment())
    cases.accept(secret.cases.get(), by=world.clerk, at=make.moment(2020, 3, 11))
    with pytest.raises(NotAllowed):
        replies.draft(secret.cases.get(), by=world.office, at=APRIL)
    with pytest.raises(Refused, match="线下"):
        replies.draft(secret.cases.get(), by=world.clerk, at=APRIL)


def test_the_secretariat_still_sees_a_reply_that_was_corrected(world):
    reply = make.reply_at(world, make.handling(world).cases.get(), "issued")
    ratings.reissue(reply, by=world.office, at=make.moment(2020, 4, 22), note="数字有误")
    found = dict(replies_visible_to(world.secretary).values_list("pk", "state"))
    assert found == {reply.pk: "void"}, "not the new draft, which has not gone out"
