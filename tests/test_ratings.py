"""Sending a reply out, its receipt, and what a confirmed receipt brings about: docs/workflow.md, receipt."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from apps.audit.models import Event
from apps.proposals import operations as cases
from apps.proposals.attachments import files_of
from apps.proposals.models import Case, Proposal
from apps.proposals.workflow import CaseRole, NotAllowed, OutOfTurn, Refused
from apps.ratings import operations as ratings
from apps.ratings.models import Receipt
from apps.ratings.queries import receipts_visible_to
from apps.replies import operations as replies
from apps.replies.models import Commitment, Reply
from tests import factories as make

pytestmark = pytest.mark.django_db
APRIL = make.moment(2020, 4, 20)
MAY = make.moment(2020, 5, 6)


@pytest.fixture
def world():
    return make.world()


@pytest.fixture
def case(world):
    return make.handling(world).cases.get()


def day(month, number, year=2020):
    return datetime.date(year, month, number)


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def send(world, reply, **changes):
    given = {"by": world.clerk, "at": APRIL, "number": "大建函〔2020〕1号", "issued_on": day(4, 20), "means": "post"}
    return ratings.issue(reply, **(given | changes))


# --- 寄送答复 --------------------------------------------------------------------------------------------------------


def test_sending_a_reply_makes_its_case_replied_and_asks_the_first_proposer(world):
    proposal = make.handling(world, proposers=[{"name": "赵堃"}, {"name": "钱䶮"}])
    reply = make.reply_at(world, proposal.cases.get(), "signed")
    send(world, reply, by=world.office)
    assert (fresh(proposal).state, proposal.cases.get().state) == ("replied", "replied")
    receipt = Receipt.objects.get()
    assert (receipt.proposer.name, receipt.state, receipt.rating) == ("赵堃", "awaited", None)
    # 15 working days after Monday 4/20: Sunday 4/26 and Saturday 5/9 are worked, 5/1–5 are not
    assert receipt.due_on == day(5, 12)
    found = fresh(reply)
    assert (found.number, found.issued_on, found.means, found.issued_by, found.due_on) == (
        "大建函〔2020〕1号", day(4, 20), "post", world.office, day(6, 10)
    )  # fmt: skip


def test_a_document_number_is_used_once_in_a_session(world, case):
    send(world, make.reply_at(world, case, "signed"))
    second = make.reply_at(world, make.handling(world, "002").cases.get(), "signed")
    with pytest.raises(Refused, match="已用于另一件答复"):
        send(world, second)
    assert (fresh(second).state, Receipt.objects.count()) == ("signed", 1)
    send(world, second, number="大建函〔2020〕2号")


@pytest.mark.parametrize("issued_on", [day(4, 21), day(1, 1, 9999), day(12, 31, 2018)])
def test_impossible_dates_of_a_reply_are_refused(world, case, issued_on):
    reply = make.reply_at(world, case, "signed")
    with pytest.raises(Refused, match="答复日期"):
        send(world, reply, issued_on=issued_on, note="就是这天")
    assert fresh(reply).state == "signed"


@pytest.mark.parametrize("issued_on", [day(4, 19), day(3, 9)], ids=["before sign-off", "before assignment"])
def test_unusual_dates_of_a_reply_are_taken_with_a_note_and_marked(world, case, issued_on):
    """Stored as they were, flagged, with a note (docs/workflow.md, 日期)."""
    reply = make.reply_at(world, case, "signed")
    with pytest.raises(Refused, match="写明原因"):
        send(world, reply, issued_on=issued_on)
    send(world, reply, issued_on=issued_on, note="急件，先行送达")
    event = Event.objects.latest("seq")
    assert fresh(reply).issued_on == issued_on
    assert event.note == "急件，先行送达" and event.data["unusual"]


def test_nothing_is_sent_before_sign_off_nor_twice(world):
    for number, state in enumerate(make.STEPS, 1):
        if state == "signed":
            continue
        reply = make.reply_at(world, make.handling(world, f"{number:03}").cases.get(), state)
        with pytest.raises(OutOfTurn):
            send(world, reply, number=f"另{number}号")
        assert fresh(reply).state == state
    assert Receipt.objects.count() == 1  # of the one that was there


def test_a_class_b_reply_leaves_with_its_promise(world, case):
    make.rated(world, make.reply_at(world, case, "issued", code="B"))
    promise = Commitment.objects.get()
    assert (promise.state, promise.due_on) == ("open", day(12, 31, 2027))
    assert fresh(case).state == "closed", "a promise is followed up beyond the end of the case"


# --- 录入、审核、退回 ------------------------------------------------------------------------------------------------


def enter(world, receipt, name="满意", **changes):
    given = {"by": world.secretary, "at": MAY, "received_on": day(5, 6), "scan": make.scan()}
    return ratings.enter(receipt, make.rating(world.session, name), **(given | changes))


def test_a_receipt_is_entered_with_its_scan_by_the_secretariat_alone(world, case):
    receipt = make.receipt_of(make.reply_at(world, case, "issued"))
    for person in ("office", "clerk", "head", "leader", "auditor", "admin"):
        with pytest.raises(NotAllowed):
            enter(world, receipt, by=world.people[person])
    with pytest.raises(Refused, match="扫描件"):
        enter(world, receipt, scan=None)
    assert fresh(receipt).state == "awaited"
    enter(world, receipt, comment=" 感谢 ")
    found = fresh(receipt)
    assert (found.state, found.rating.name, found.comment, found.entered_by) == (
        "submitted", "满意", "感谢", world.secretary
    )  # fmt: skip
    scan = files_of("receipt", found.pk).get()
    assert scan.media_type == "image/png" and scan.proposal == case.proposal
    with pytest.raises(OutOfTurn):
        enter(world, receipt, "不满意", by=world.secretary2)
    assert fresh(receipt).rating.name == "满意"


def test_a_receipts_dates_and_scale_are_checked(world, case):
    receipt = make.receipt_of(make.reply_at(world, case, "issued"))  # the reply is of 4/20
    other = cases.open_session("9-5", "九届五次会议", 2021, by=world.office, at=MAY)
    for received_on in (day(5, 7), day(12, 31, 2018)):
        with pytest.raises(Refused, match="回执日期"):
            enter(world, receipt, received_on=received_on, note="就是这天")
    with pytest.raises(Refused, match="不属于本届次"):
        ratings.enter(
            receipt, make.rating(other, "满意"), by=world.secretary, at=MAY, received_on=day(5, 6), scan=make.scan()
        )
    with pytest.raises(Refused, match="写明原因"):
        enter(world, receipt, received_on=day(4, 19))
    assert fresh(receipt).state == "awaited"
    enter(world, receipt, received_on=day(4, 19), note="当面先填的")
    assert Event.objects.latest("seq").data["unusual"] == "回执早于答复"


def test_a_receipt_is_confirmed_by_a_second_person_and_closes_the_case(world, case):
    receipt = make.receipt_of(make.reply_at(world, case, "issued"))
    enter(world, receipt)
    with pytest.raises(Refused, match="录入人不能审核"):
        ratings.confirm(receipt, by=world.secretary, at=MAY)
    for person in ("office", "clerk", "leader"):
        with pytest.raises(NotAllowed):
            ratings.confirm(receipt, by=world.people[person], at=MAY)
    ratings.confirm(receipt, by=world.secretary2, at=make.moment(2020, 5, 8))
    found = fresh(case)
    assert (found.state, found.closed_on, fresh(case.proposal).state) == ("closed", day(5, 8), "closed")
    with pytest.raises(OutOfTurn):
        ratings.confirm(receipt, by=world.secretary2, at=make.moment(2020, 5, 9))
    actions = list(Event.objects.order_by("-seq").values_list("action", "actor_key")[:2])
    assert actions == [("case.close", "secretary2"), ("receipt.confirm", "secretary2")]


def test_a_returned_receipt_is_awaited_again_and_what_it_said_stays_in_the_trail(world, case):
    receipt = make.receipt_of(make.reply_at(world, case, "issued"))
    enter(world, receipt, "不满意")
    with pytest.raises(Refused, match="须填写说明"):
        ratings.send_back(receipt, by=world.secretary2, at=MAY, note="")
    ratings.send_back(receipt, by=world.secretary2, at=MAY, note="扫描件不清")
    found = fresh(receipt)
    assert (found.state, found.rating, found.comment, found.entered_by, found.entered_at) == (
        "awaited", None, "", None, None
    )  # fmt: skip
    event = Event.objects.latest("seq")
    assert (event.data["rating"], event.note) == ("不满意", "扫描件不清")
    assert fresh(case).state == "replied"
    enter(world, receipt, by=world.secretary2)
    ratings.confirm(receipt, by=world.secretary, at=MAY)
    assert fresh(case).state == "closed"


def test_the_database_keeps_one_receipt_a_reply_and_proposer_and_no_rating_that_nobody_gave(world, case):
    receipt = make.receipt_of(make.reply_at(world, case, "issued"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.create(case=receipt.case, reply=receipt.reply, proposer=receipt.proposer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk).update(state="confirmed")


@pytest.mark.parametrize("name", ["满意", "基本满意", "理解"])
def test_every_rating_but_dissatisfied_closes_the_case(world, case, name):
    make.rated(world, make.reply_at(world, case, "issued"), name)
    assert fresh(case).state == "closed"


# --- 二次办理 --------------------------------------------------------------------------------------------------------


def test_a_first_dissatisfied_receipt_opens_a_second_round_of_this_case_alone(world):
    roles = [(world.housing, CaseRole.SEPARATE), (world.culture, CaseRole.SEPARATE)]
    proposal = make.handling(world, roles=roles)
    first, second = make.case_of(proposal, world.housing), make.case_of(proposal, world.culture)
    make.rated(world, make.reply_at(world, second, "issued"))
    untouched = Case.objects.filter(pk=second.pk).values().get()
    make.rated(world, make.reply_at(world, first, "issued"), "不满意")
    found = fresh(first)
    # a month from Wednesday 5/6 is Saturday 6/6, so Monday 6/8
    assert (found.state, found.round, found.reply_due_on) == ("handling", 2, day(6, 8))
    assert found.deadline_basis["reply"]["rule"] == {"amount": 1, "unit": "months"}
    assert Case.objects.filter(pk=second.pk).values().get() == untouched
    assert fresh(proposal).state == "handling"


def test_the_first_rating_is_kept_beside_the_last(world, case):
    make.rated(world, make.reply_at(world, case, "issued"), "不满意")
    june = make.moment(2020, 6, 1)
    make.rated(world, make.reply_at(world, case, "issued", at=june, body="再次答复。"), "理解", at=june)
    assert list(Receipt.objects.order_by("reply__round").values_list("reply__round", "rating__name", "state")) == [
        (1, "不满意", "confirmed"),
        (2, "理解", "confirmed"),
    ]
    assert (fresh(case).state, fresh(case).round, fresh(case.proposal).state) == ("closed", 2, "closed")
    assert Reply.objects.filter(case=case, state="issued").count() == 2


def dissatisfied_twice(world, case):
    make.rated(world, make.reply_at(world, case, "issued"), "不满意")
    june = make.moment(2020, 6, 1)
    make.rated(world, make.reply_at(world, case, "issued", at=june, body="再次答复。"), "不满意", at=june)
    return fresh(case)


def test_later_rounds_are_the_offices_choice(world, case):
    case = dissatisfied_twice(world, case)
    assert (case.state, case.round) == ("replied", 2), "nothing happens by itself"
    for person in ("clerk", "head", "leader", "secretary"):
        with pytest.raises(NotAllowed):
            ratings.rehandle(case, by=world.people[person], at=make.moment(2020, 6, 3))
    ratings.rehandle(case, by=world.office, at=make.moment(2020, 6, 3))
    # a month from 6/3 is Friday 7/3
    assert (fresh(case).state, fresh(case).round, fresh(case).reply_due_on) == ("handling", 3, day(7, 3))
    with pytest.raises(OutOfTurn):
        ratings.rehandle(case, by=world.office, at=make.moment(2020, 6, 3))


@pytest.mark.parametrize("name", [None, "满意", "不满意"])
def test_the_office_cannot_rehandle_without_a_confirmed_dissatisfied_rating(world, case, name):
    reply = make.reply_at(world, case, "issued")
    if name == "不满意":
        make.rated(world, reply, name, confirm=False)
    elif name:
        make.rated(world, reply, name)
    with pytest.raises(Refused, match="不是不满意"):
        ratings.rehandle(fresh(case), by=world.office, at=make.moment(2020, 5, 8))
    assert fresh(case).round == 1


def test_a_receipt_of_an_earlier_round_changes_no_state(world, case):
    """Two receipts of round one are there only where both co-signers were asked: the second comes late."""
    proposal = case.proposal
    proposal.proposers.create(order=1, name="钱䶮")
    reply = make.reply_at(world, case, "issued")
    late = Receipt.objects.create(case=reply.case, reply=reply, proposer=proposal.proposers.get(name="钱䶮"))
    first = Receipt.objects.exclude(pk=late.pk).get()
    enter(world, first, "不满意")
    ratings.confirm(first, by=world.secretary2, at=MAY)
    assert (fresh(case).state, fresh(case).round) == ("handling", 2)
    june = make.moment(2020, 6, 1)
    for rating in ("不满意", "满意"):
        case = fresh(case)
        before = (case.state, case.round, fresh(proposal).state)
        if rating == "不满意":
            enter(world, late, rating, at=june)
            ratings.confirm(late, by=world.secretary2, at=june)
        else:
            second = make.reply_at(world, case, "issued", at=june, body="再次答复。")
            extra = Receipt.objects.create(
                case=reply.case, reply=reply, proposer=proposal.proposers.create(order=2, name="孙喆")
            )
            before = (fresh(case).state, fresh(case).round, fresh(proposal).state)
            enter(world, extra, rating, at=june)
            ratings.confirm(extra, by=world.secretary2, at=june)
            assert make.receipt_of(second).state == "awaited"
        assert (fresh(case).state, fresh(case).round, fresh(proposal).state) == before


def test_a_case_closes_only_when_every_receipt_of_its_latest_reply_is_confirmed(world, case):
    proposal = case.proposal
    reply = make.reply_at(world, case, "issued")
    second = Receipt.objects.create(
        case=reply.case, reply=reply, proposer=proposal.proposers.create(order=1, name="钱䶮")
    )
    first = Receipt.objects.exclude(pk=second.pk).get()
    enter(world, first)
    ratings.confirm(first, by=world.secretary2, at=MAY)
    assert fresh(case).state == "replied"
    enter(world, second, "理解")
    ratings.confirm(second, by=world.secretary2, at=MAY)
    assert fresh(case).state == "closed"


def test_the_cases_of_separate_units_end_each_for_itself(world):
    roles = [(world.housing, CaseRole.SEPARATE), (world.culture, CaseRole.SEPARATE)]
    proposal = make.handling(world, roles=roles)
    first, second = make.case_of(proposal, world.housing), make.case_of(proposal, world.culture)
    make.rated(world, make.reply_at(world, first, "issued"))
    assert (fresh(first).state, fresh(second).state, fresh(proposal).state) == ("closed", "handling", "handling")
    make.rated(world, make.reply_at(world, second, "issued", code="C"))
    assert fresh(proposal).state == "closed"
    assert Reply.objects.filter(case__proposal=proposal, state="issued").count() == Receipt.objects.count() == 2


# --- hidden until confirmed ------------------------------------------------------------------------------------------


def test_a_rating_is_the_secretariats_alone_until_it_is_confirmed(world, case):
    receipt = make.receipt_of(make.reply_at(world, case, "issued"))

    def readers():
        return {name for name, user in world.people.items() if receipts_visible_to(user).filter(pk=receipt.pk).exists()}

    secretariat = {"secretary", "secretary2"}
    assert readers() == secretariat
    enter(world, receipt, "不满意")
    assert readers() == secretariat
    ratings.send_back(receipt, by=world.secretary2, at=MAY, note="补签名")
    assert readers() == secretariat
    enter(world, receipt, "不满意")
    ratings.confirm(receipt, by=world.secretary2, at=MAY)
    assert {"office", "clerk", "head", "leader"} | secretariat <= readers()
    assert readers().isdisjoint({"culture_clerk", "parks_head", "auditor", "admin"})
    assert Proposal.objects.get().state == "handling"


# --- several things in the way of each other --------------------------------------------------------------------------


def test_a_receipt_that_waits_for_its_reply_cannot_be_entered_once_more(world, case):
    early = make.parked(world, case)
    with pytest.raises(OutOfTurn, match="先到登记"):
        ratings.enter(early, make.rating(world.session, "满意"), by=world.secretary, at=MAY, received_on=day(5, 6),
                      scan=make.scan())  # fmt: skip
    assert fresh(early).state == "parked"


def test_a_second_round_that_another_proposer_asks_for_goes_on_when_one_receipt_is_amended(world):
    world.session.asks_cosigners = True
    world.session.save()
    proposal = make.handling(world, proposers=[{"name": "赵堃"}, {"name": "钱䶮"}])
    reply = make.reply_at(world, proposal.cases.get(), "issued")
    for receipt, name in zip(Receipt.objects.order_by("proposer__order"), ("满意", "不满意"), strict=True):
        ratings.enter(receipt, make.rating(world.session, name), by=world.secretary, at=MAY, received_on=day(5, 6),
                      scan=make.scan())  # fmt: skip
        ratings.confirm(receipt, by=world.secretary2, at=MAY)
    content, dissatisfied = Receipt.objects.filter(reply=reply).order_by("proposer__order")
    ratings.amend(content, make.rating(world.session, "基本满意"), by=world.secretary, at=MAY, note="看错一栏",
                  received_on=day(5, 6))  # fmt: skip
    found = proposal.cases.get()
    assert (found.state, found.round) == ("handling", 2), "the other proposer is still dissatisfied"
    ratings.confirm(fresh(content), by=world.secretary2, at=MAY)
    ratings.amend(dissatisfied, make.rating(world.session, "满意"), by=world.secretary, at=MAY, note="看错一栏",
                  received_on=day(5, 6))  # fmt: skip
    found = proposal.cases.get()
    assert (found.state, found.round) == ("replied", 1), "nobody is dissatisfied any more"
    ratings.confirm(fresh(dissatisfied), by=world.secretary2, at=MAY)
    assert proposal.cases.get().state == "closed"


def test_a_reply_is_not_corrected_while_an_addition_to_it_is_under_way(world, case):
    reply = make.reply_at(world, case, "issued")
    receipt = make.rated(world, reply)
    addition = replies.draft(fresh(case), by=world.clerk, at=MAY, body="补充说明")
    ratings.amend(receipt, make.rating(world.session, "基本满意"), by=world.secretary, at=MAY, note="看错一栏",
                  received_on=day(5, 6))  # fmt: skip
    assert (addition.is_supplementary, fresh(case).state) == (True, "replied")
    with pytest.raises(Refused, match="补充答复"):
        ratings.reissue(reply, by=world.office, at=MAY, note="数字有误")
    assert fresh(reply).state == "issued"


def test_the_event_of_a_reply_sent_out_tells_all_that_it_brings_about(world, case):
    reply = make.reply_at(world, case, "issued", "B")
    told = Event.objects.get(action="reply.issue").data
    assert (told["case_state"], told["proposal_state"]) == ("replied", "replied")
    assert told["commitments"] == [reply.commitments.get().pk]
    assert told["receipts"] == [[make.receipt_of(reply).pk, "赵堃", "awaited"]]
