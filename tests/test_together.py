"""Two people at once on one thing, with threads and connections of their own; and each deed whole with its event.

Exactly one wins; the others are told (OutOfTurn, or Refused where a rule says why); nothing is overwritten.
"""

import datetime
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Post, User
from apps.audit.models import Event
from apps.audit.queries import verify
from apps.proposals import operations as cases
from apps.proposals import rearranging
from apps.proposals import views as views_of_proposals
from apps.proposals.models import Attachment, Case, Contact, Opinion, Proposal, ReturnRequest
from apps.proposals.workflow import CaseRole, OutOfTurn, Refused
from apps.ratings import operations as ratings
from apps.ratings import views as views_of_ratings
from apps.ratings.models import Receipt
from apps.replies import operations as replies
from apps.replies import promises
from apps.replies import views as views_of_replies
from apps.replies.models import Commitment, Reply, ReplyVersion
from apps.reports.editing.operations import draft
from apps.reports.material.operations import take_progress
from apps.reports.models import LetterPart
from apps.supervision import operations as cards
from apps.supervision import views as views_of_supervision
from apps.supervision.models import Card
from tests import factories as make

LEAD, ASSIST = CaseRole.LEAD, CaseRole.ASSIST
APRIL = make.moment(2020, 4, 20)
MAY = make.moment(2020, 5, 6)


def at_once(*calls):
    """Runs each call in a thread with a connection of its own, all let go at the same moment; what each came to:
    its result, or the exception it raised."""
    gate = threading.Barrier(len(calls))
    outcomes = [None] * len(calls)

    def run(place, call):
        try:
            gate.wait(60)
            outcomes[place] = call()
        except Exception as raised:
            outcomes[place] = raised
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(180)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def one_wins(*calls, losers=(OutOfTurn,)):
    """The place of the call that went through; all others were told in a way that is expected."""
    outcomes = at_once(*calls)
    won = [place for place, outcome in enumerate(outcomes) if not isinstance(outcome, Exception)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert len(won) == 1, outcomes
    assert all(isinstance(outcome, losers) for outcome in lost), lost
    return won[0]


@pytest.fixture
def world(transactional_db):
    yield make.world()
    assert verify() == []


def own(thing):
    """A copy of a thing, as another process would have read it."""
    return type(thing).objects.get(pk=thing.pk)


def count(action):
    return Event.objects.filter(action=action).count()


# --- through the operations ------------------------------------------------------------------------------------------


def test_a_case_accepted_by_many_is_accepted_once(world):
    case = make.assigned(world).cases.get()
    copies = [(own(case), user) for user in (world.clerk, world.head) * 3]
    one_wins(*(lambda c=c, u=u: cases.accept(c, by=u, at=make.moment(2020, 3, 11)) for c, u in copies))
    assert (own(case).state, own(case.proposal).state, count("case.accept")) == ("handling", "handling", 1)


def test_of_two_who_sign_and_one_who_returns_one_wins(world):
    reply = make.reply_at(world, make.handling(world).cases.get(), "leader_signoff")
    digest = reply.content_hash
    first, second, third = own(reply), own(reply), own(reply)
    won = one_wins(
        lambda: replies.sign(first, digest, by=world.leader, at=APRIL),
        lambda: replies.send_back(second, by=world.leader, at=APRIL, note="数字不准"),
        lambda: replies.sign(third, digest, by=world.leader, at=APRIL),
    )
    found = own(reply)
    assert found.state == ("draft" if won == 1 else "signed")
    assert (found.signed_hash != "") is (won != 1)
    assert count("reply.sign") + count("reply.return") == 1


def test_a_return_asked_for_while_the_office_takes_the_unit_out(world):
    """Whoever is second is told; never does a request stay open on a case that has ended."""
    proposal = make.assigned(world)
    case = proposal.cases.get()
    mine, theirs, seen = own(case), own(proposal), proposal.stamp
    outcomes = at_once(
        lambda: cases.request_return(mine, world.parks, by=world.clerk, at=make.moment(2020, 3, 11), note="不属职责"),
        lambda: cases.adjust(
            theirs,
            [(world.culture, LEAD)],
            [case],
            by=world.office,
            at=make.moment(2020, 3, 11),
            note="划转",
            seen=seen,
        ),
    )
    assert not isinstance(outcomes[1], Exception)
    assert outcomes[0] == mine or isinstance(outcomes[0], OutOfTurn)
    assert own(case).state == "ended"
    assert not ReturnRequest.objects.filter(ruled_at=None).exists()
    assert ReturnRequest.objects.count() == count("case.request_return")


def test_a_request_ruled_on_by_two_has_one_ruling(world):
    case = make.assigned(world).cases.get()
    cases.request_return(case, world.parks, by=world.clerk, at=make.moment(2020, 3, 11), note="不属职责")
    first, second = own(case), own(case)
    at = make.moment(2020, 3, 12)
    won = one_wins(
        lambda: cases.grant_return(first, by=world.office, at=at, note="同意"),
        lambda: cases.refuse_return(second, by=world.office2, at=at, note="不同意"),
        losers=(OutOfTurn, Refused),
    )
    request = ReturnRequest.objects.get()
    assert (request.is_granted, own(case).state) == ((True, "ended") if won == 0 else (False, "handling"))
    assert own(case.proposal).state == ("received" if won == 0 else "handling")


def test_a_proposal_assigned_by_two_has_the_units_of_one(world):
    proposal = make.registered(world)
    first, second = own(proposal), own(proposal)
    won = one_wins(
        lambda: cases.assign(first, [(world.housing, LEAD)], by=world.office, at=make.moment()),
        lambda: cases.assign(
            second, [(world.culture, LEAD), (world.parks, ASSIST)], by=world.office2, at=make.moment()
        ),
    )
    assert set(proposal.cases.values_list("unit__name", flat=True)) == (
        {"区住房城乡建委"} if won == 0 else {"区文化旅游委", "区城市管理局"}
    )


def test_one_number_registered_by_two_is_registered_once(world):
    def register(user, number):
        return cases.register(
            world.session, number=number, title="题", proposers=[{"name": "赵"}], by=user, at=make.moment()
        )

    one_wins(
        lambda: register(world.office, "84"),
        lambda: register(world.office2, "084"),
        lambda: register(world.office2, "８４"),
        losers=(Refused,),
    )
    assert [one.number for one in Proposal.objects.all()] == ["084"]


def test_a_reply_sent_by_two_is_sent_once_and_one_document_number_used_once(world):
    first = make.reply_at(world, make.handling(world, "001").cases.get(), "signed")
    second = make.reply_at(world, make.handling(world, "002").cases.get(), "signed")

    def send(reply, user, number):
        return ratings.issue(
            reply, by=user, at=APRIL, number=number, issued_on=datetime.date(2020, 4, 20), means="post"
        )

    copies = own(first), own(first), own(second)
    outcomes = at_once(
        lambda: send(copies[0], world.clerk, "1号"),
        lambda: send(copies[1], world.office, "1号"),
        lambda: send(copies[2], world.head, "1号"),
    )
    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 1, outcomes
    assert all(isinstance(outcome, (OutOfTurn, Refused, Reply)) for outcome in outcomes), outcomes
    assert Reply.objects.filter(number="1号").count() == Receipt.objects.count() == count("reply.issue") == 1


def test_a_receipt_entered_and_confirmed_by_two_counts_once(world):
    case = make.handling(world).cases.get()
    receipt = make.receipt_of(make.reply_at(world, case, "issued"))

    def enter(copy, user, name):
        return ratings.enter(
            copy, make.rating(world.session, name), by=user, at=MAY, received_on=MAY.date(), scan=make.scan()
        )

    copies = own(receipt), own(receipt)
    won = one_wins(
        lambda: enter(copies[0], world.secretary, "不满意"), lambda: enter(copies[1], world.secretary2, "满意")
    )
    assert own(receipt).rating.name == ("不满意", "满意")[won]
    assert Attachment.objects.count() == 1
    other = (world.secretary2, world.secretary)[won]
    again = own(receipt), own(receipt), own(receipt)
    one_wins(
        lambda: ratings.confirm(again[0], by=other, at=MAY),
        lambda: ratings.confirm(again[1], by=other, at=MAY),
        lambda: ratings.send_back(again[2], by=other, at=MAY, note="不清"),
    )
    assert count("receipt.confirm") + count("receipt.return") == 1
    assert own(case).round == (2 if count("case.rehandle") else 1)


def test_a_draft_edited_by_two_keeps_both_texts_and_tells_the_second(world):
    case = make.handling(world).cases.get()
    reply = replies.draft(case, by=world.clerk, at=APRIL, body="一稿")
    first, second, seen = own(reply), own(reply), reply.stamp
    won = one_wins(
        lambda: replies.edit(first, by=world.clerk, at=APRIL, body="经办人的二稿", seen=seen),
        lambda: replies.edit(second, by=world.head, at=APRIL, body="负责人的二稿", seen=seen),
    )
    assert own(reply).body == ("经办人的二稿", "负责人的二稿")[won]
    assert list(ReplyVersion.objects.values_list("number", flat=True)) == [1, 2]


def test_a_reply_begun_by_two_is_begun_once(world):
    case = make.handling(world).cases.get()
    first, second = own(case), own(case)
    one_wins(
        lambda: replies.draft(first, by=world.clerk, at=APRIL, body="甲"),
        lambda: replies.draft(second, by=world.head, at=APRIL, body="乙"),
        losers=(Refused, OutOfTurn),
    )
    assert Reply.objects.count() == ReplyVersion.objects.count() == 1


def test_a_talk_told_twice_by_a_double_click_is_kept_once(world):
    case = make.handling(world).cases.get()
    copies = own(case), own(case)
    told = {"stage": "before", "manner": "phone", "held_on": APRIL.date(), "people": "赵堃", "summary": "通话"}
    one_wins(*(lambda c=copy: cases.contact(c, by=world.clerk, at=APRIL, **told) for copy in copies), losers=(Refused,))
    assert Contact.objects.count() == count("case.contact") == 1


def test_separate_units_that_act_at_once_both_go_through_and_the_proposal_follows_both(world):
    roles = [(unit, CaseRole.SEPARATE) for unit in (world.housing, world.culture, world.parks)]
    proposal = make.assigned(world, roles=roles)
    calls = [(own(case), make.people_of(world, case.unit)[0]) for case in Case.objects.filter(proposal=proposal)]
    outcomes = at_once(*(lambda c=c, u=u: cases.accept(c, by=u, at=make.moment(2020, 3, 11)) for c, u in calls))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert own(proposal).state == "handling"
    assert count("case.accept") == 3


def test_many_people_on_many_proposals_leave_one_unbroken_trail(world):
    todo = [make.assigned(world, f"{number:03}").cases.get() for number in range(1, 9)]
    before = Event.objects.count()
    outcomes = at_once(*(lambda c=c: cases.accept(own(c), by=world.clerk, at=make.moment(2020, 3, 11)) for c in todo))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert list(Event.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, before + 9))


def test_of_a_leader_and_who_stands_in_one_signs(world):
    """Principal and delegate both have the reply before them; whose signature it is, the event says."""
    make.delegation(world, world.leader_row, world.other_leader_row, at=APRIL)
    reply = make.reply_at(world, make.handling(world).cases.get(), "leader_signoff")
    digest, mine, theirs = reply.content_hash, own(reply), own(reply)
    won = one_wins(
        lambda: replies.sign(mine, digest, by=world.leader, at=APRIL),
        lambda: replies.sign(theirs, digest, by=world.other_leader, at=APRIL),
    )
    found = own(reply)
    assert (found.signed_by, found.signer) == ((world.leader, world.other_leader)[won], world.leader_row)
    assert Event.objects.get(action="reply.sign").actor_name == ("周明远", "陈思齐（代周明远）")[won]


def test_a_reply_sent_out_while_its_leader_takes_the_signature_back(world):
    reply = make.reply_at(world, make.handling(world).cases.get(), "signed")
    first, second = own(reply), own(reply)
    told = {"number": "大建函〔2020〕1号", "issued_on": APRIL.date(), "means": "post"}
    won = one_wins(
        lambda: ratings.issue(first, by=world.clerk, at=APRIL, **told),
        lambda: replies.revoke(second, by=world.leader, at=APRIL, note="数字有误"),
    )
    assert (own(reply).state, own(reply.case).state) == (("issued", "replied"), ("draft", "handling"))[won]
    assert Receipt.objects.count() == (1 - won)


def test_a_receipt_confirmed_by_two_others_is_confirmed_once(world):
    third = make.user("secretary3", "秘三", Post.Kind.SECRETARIAT)
    case = make.handling(world).cases.get()
    receipt = make.rated(world, make.reply_at(world, case, "issued"), "不满意", confirm=False)
    first, second = own(receipt), own(receipt)
    won = one_wins(
        lambda: ratings.confirm(first, by=world.secretary2, at=MAY),
        lambda: ratings.confirm(second, by=third, at=MAY),
    )
    assert own(receipt).confirmed_by == (world.secretary2, third)[won]
    assert (own(case).round, count("receipt.confirm"), count("case.rehandle")) == (2, 1, 1)


def test_a_receipt_amended_while_the_unit_begins_the_second_reply(world):
    """Whoever comes first decides: the round is taken back and there is no draft, or it goes on with its draft."""
    case = make.handling(world).cases.get()
    receipt = make.rated(world, make.reply_at(world, case, "issued"), "不满意")
    mine, theirs = own(case), own(receipt)
    drafted, amended = at_once(
        lambda: replies.draft(mine, by=world.clerk, at=MAY, body="二次答复"),
        lambda: ratings.amend(theirs, make.rating(world.session, "满意"), by=world.secretary, at=MAY,
                              received_on=MAY.date(), note="看错一栏"),
    )  # fmt: skip
    assert not isinstance(amended, Exception), amended
    assert own(receipt).state == "submitted"
    if isinstance(drafted, Exception):
        assert isinstance(drafted, (OutOfTurn, Refused)), drafted
        assert (own(case).state, own(case).round, Reply.objects.count(), count("case.undo")) == ("replied", 1, 1, 1)
    else:
        assert (own(case).state, own(case).round, Reply.objects.count(), count("case.undo")) == ("handling", 2, 2, 0)


def test_a_receipt_amended_while_the_office_has_the_case_handled_again(world):
    """In a later round the choice is the office's: it rests on a rating that stands, never on one that is in doubt."""
    case = make.handling(world).cases.get()
    for when in (APRIL, make.moment(2020, 6, 20)):
        receipt = make.rated(world, make.reply_at(world, case, "issued", at=when), "不满意", at=when)
    june = make.moment(2020, 6, 22)
    mine, theirs = own(case), own(receipt)
    again, amended = at_once(
        lambda: ratings.rehandle(mine, by=world.office, at=june),
        lambda: ratings.amend(theirs, make.rating(world.session, "满意"), by=world.secretary, at=june,
                              received_on=june.date(), note="看错一栏"),
    )  # fmt: skip
    assert not isinstance(amended, Exception), amended
    assert (own(receipt).state, own(case).state, own(case).round) == ("submitted", "replied", 2)
    if isinstance(again, Exception):
        assert isinstance(again, (OutOfTurn, Refused)), again
        assert count("case.undo") == 0
    else:
        assert count("case.undo") == 1


def test_fifty_acceptances_at_once_all_go_through(world):
    units = (world.housing, world.culture, world.parks)
    todo = [make.assigned(world, f"{number:03}", roles=[(units[number % 3], LEAD)]).cases.get() for number in range(50)]
    before = Event.objects.count()

    def accept(case):
        try:
            clerk, _, _ = make.people_of(world, case.unit)
            return cases.accept(own(case), by=User.objects.get(pk=clerk.pk), at=make.moment(2020, 3, 11))
        except Exception as raised:
            return raised
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(accept, todo))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert Case.objects.filter(state="handling").count() == Proposal.objects.filter(state="handling").count() == 50
    assert list(Event.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, before + 51))


def merged(proposal, main, user):
    mine, other = own(proposal), own(main)
    return lambda: rearranging.merge(mine, other, by=user, at=make.moment(2020, 3, 12), note="内容相同，提案委同意")


def test_cards_issued_at_once_get_a_number_each(world):
    proposed = [make.card_at(world, make.assigned(world, f"{n:03}").cases.get(), "proposed") for n in range(1, 7)]
    at = make.moment(2020, 3, 17)
    outcomes = at_once(*(lambda card=card: cards.issue(card, by=world.office, at=at) for card in proposed))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    numbers = set(Card.objects.values_list("number", flat=True))
    assert numbers == {f"黄牌〔2020〕{n}号" for n in range(1, 7)}


def test_the_daily_run_twice_at_once_proposes_a_card_once(world):
    case = make.assigned(world).cases.get()
    at = make.moment(2020, 3, 16)
    runs = at_once(*[lambda: cards.propose(Case.objects.get(pk=case.pk), "accept", by=None, at=at)] * 2)
    assert [type(run).__name__ for run in sorted(runs, key=lambda run: run is None)] == ["Card", "NoneType"]
    assert Card.objects.count() == 1


def test_two_proposals_merged_into_each_other_are_merged_one_way(world):
    first, second = make.assigned(world, "001"), make.registered(world, "002")
    won = one_wins(merged(first, second, world.office), merged(second, first, world.office2),
                   losers=(OutOfTurn, Refused))  # fmt: skip
    gone, kept = ((first, second), (second, first))[won]
    assert (own(gone).state, own(gone).merged_into_id) == ("merged", kept.pk)
    assert own(kept).state == {"001": "assigned", "002": "received"}[kept.number]
    assert not gone.cases.exclude(state="ended").exists()


def test_proposals_merged_in_a_ring_leave_one_that_is_handled(world):
    ring = [make.registered(world, f"{number:03}") for number in (1, 2, 3)]
    outcomes = at_once(*(merged(one, ring[(place + 1) % 3], world.office) for place, one in enumerate(ring)))
    told = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert told and all(isinstance(outcome, (OutOfTurn, Refused)) for outcome in told), outcomes
    for one in Proposal.objects.filter(state="merged"):
        assert one.merged_into.state == "received"
    assert count("proposal.merge") == 3 - len(told) == Proposal.objects.filter(state="merged").count()


def test_a_proposal_merged_into_one_that_is_being_withdrawn(world):
    part, main = make.registered(world, "001"), make.assigned(world, "002")
    theirs = own(main)
    won = one_wins(
        merged(part, main, world.office),
        lambda: rearranging.withdraw(theirs, by=world.office2, at=make.moment(2020, 3, 12), note="提案委来函"),
        losers=(OutOfTurn, Refused),
    )
    assert (own(part).state, own(main).state) == (("merged", "assigned"), ("received", "withdrawn"))[won]


def test_a_unit_taken_out_while_its_leader_signs(world):
    proposal = make.handling(world)
    case = proposal.cases.get()
    reply = make.reply_at(world, case, "leader_signoff")
    digest, mine, theirs = reply.content_hash, own(reply), own(proposal)
    signed, adjusted = at_once(
        lambda: replies.sign(mine, digest, by=world.leader, at=APRIL),
        lambda: cases.adjust(theirs, [(world.culture, LEAD)], [case], by=world.office, at=APRIL, note="职责划转"),
    )
    assert not isinstance(adjusted, Exception), adjusted
    assert own(case).state == "ended"
    assert isinstance(signed, OutOfTurn) or own(reply).state == "signed"
    with pytest.raises(OutOfTurn):
        ratings.issue(own(reply), by=world.clerk, at=APRIL, number="1号", issued_on=APRIL.date(), means="post")


def test_an_opinion_written_by_two_at_once_is_not_written_over(world):
    proposal = make.handling(world, roles=[(world.housing, LEAD), (world.culture, ASSIST)])
    case = make.case_of(proposal, world.culture)
    first, second, seen = own(case), own(case), case.stamp
    won = one_wins(
        lambda: cases.prepare_opinion(first, "经办人所拟", by=world.culture_clerk, at=APRIL, seen=seen),
        lambda: cases.prepare_opinion(second, "负责人所拟", by=world.culture_head, at=APRIL, seen=seen),
    )
    assert Opinion.objects.get().text == ("经办人所拟", "负责人所拟")[won]


def test_two_who_correct_one_registration_from_one_page_do_not_write_over_each_other(world):
    proposal = make.registered(world)
    first, second, seen = own(proposal), own(proposal), proposal.stamp
    at = make.moment(2020, 3, 12)
    won = one_wins(
        lambda: rearranging.correct(first, by=world.office, at=at, note="笔误", seen=seen, title="甲所改"),
        lambda: rearranging.correct(second, by=world.office2, at=at, note="笔误", seen=seen, title="乙所改"),
    )
    assert own(proposal).title == ("甲所改", "乙所改")[won]


def test_progress_on_a_promise_taken_into_the_letter_by_two_is_taken_once(world):
    proposal = make.handling(world)
    make.reply_at(world, make.case_of(proposal, world.housing), "issued", "B")
    progress = promises.report(Commitment.objects.get(), by=world.clerk, at=MAY, text="已开工")
    draft(world.session, by=world.office, at=MAY)
    taken = ((own(progress), user) for user in (world.office, world.office2))
    one_wins(*(lambda one=one, user=user: take_progress(one, by=user, at=MAY, after=None) for one, user in taken))
    assert LetterPart.objects.filter(sources__progress=progress).count() == 1


# --- through the pages -----------------------------------------------------------------------------------------------


def browser_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_two_signing_pages_one_signature_and_the_other_is_told(world):
    reply = make.reply_at(world, make.handling(world).cases.get(), "leader_signoff")
    url = reverse("replies:act", args=[reply.pk, "sign"])
    clients = [browser_of(world.leader), browser_of(world.leader)]
    seen = [client.get(url).context["seen"] for client in clients]
    form = [{"seen": stamp, "content_hash": reply.content_hash} for stamp in seen]
    answers = at_once(*(lambda c=c, f=f: c.post(url, f) for c, f in zip(clients, form, strict=True)))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert count("reply.sign") == 1


def test_who_comes_second_finds_what_was_typed_on_the_page(world):
    proposal = make.handling(world, roles=[(world.housing, LEAD), (world.culture, ASSIST)])
    reply = replies.draft(make.case_of(proposal, world.housing), by=world.clerk, at=APRIL, body="一稿")
    url = reverse("replies:act", args=[reply.pk, "edit"])
    chosen = make.result_class(world.session, "B")
    clients = [browser_of(world.clerk), browser_of(world.head)]
    forms = [
        {
            "seen": client.get(url).context["seen"],
            "body": f"正文{place}",
            "result_class": chosen.pk,
            "publicity": "on_request",
            "no_contact": "not_wanted",
            "no_opinion": f"催办{place}",
            "summary": f"摘要{place}",
            "commitments-TOTAL_FORMS": 1,
            "commitments-INITIAL_FORMS": 0,
            "commitments-0-text": f"承诺{place}",
            "commitments-0-due_on": "2030-01-02",
        }
        for place, client in enumerate(clients)
    ]
    answers = at_once(*(lambda c=c, f=f: c.post(url, f) for c, f in zip(clients, forms, strict=True)))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    late = next(place for place, answer in enumerate(answers) if answer.status_code == 409)
    page = answers[late].content.decode()
    for typed in (
        f"正文{late}",
        f"催办{late}",
        f"摘要{late}",
        f"承诺{late}",
        "2030-01-02",
        "B类",
        "依申请公开",
        "本人表示不需",
    ):
        assert typed in page, typed
    assert own(reply).body == f"正文{1 - late}"
    assert [one.text for one in reply.commitments.all()] == [f"承诺{1 - late}"]


def test_a_page_left_open_while_another_acts_changes_nothing(world):
    """Adjusting from an old page: another has adjusted since; the form is told, the units typed are shown."""
    proposal = make.handling(world)
    url = reverse("proposals:act", args=[proposal.pk, "adjust"])
    client = browser_of(world.office)
    seen = client.get(url).context["seen"]
    cases.adjust(proposal, [(world.culture, ASSIST)], [], by=world.office2, at=make.moment(2020, 4, 1), note="协办")
    answer = client.post(url, {"seen": seen, "assists": [world.parks.pk], "note": "我也加一个协办单位"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "我也加一个协办单位" in page and "区城市管理局" in page and "没有保存" in page
    assert proposal.cases.count() == 2
    fresh = client.get(url).context["seen"]
    assert client.post(url, {"seen": fresh, "assists": [world.parks.pk], "note": "再加"}).status_code == 302
    assert proposal.cases.count() == 3


# --- the deed and its event ------------------------------------------------------------------------------------------


class Interrupted(Exception):
    pass


def a_life(world):
    """(action, call) of every action of the spine, each to be taken when its turn comes."""
    kept = {}

    def case(unit):
        return Case.objects.get(proposal=kept["proposal"], unit=unit)

    def reply():
        return Reply.objects.latest("pk")

    def receipt():
        return Receipt.objects.latest("pk")

    def register():
        kept["proposal"] = make.registered(world)

    c, h, o, a = world.clerk, world.head, world.office, APRIL
    yield "proposal.register", register
    yield (
        "proposal.assign",
        lambda: cases.assign(
            kept["proposal"], [(world.housing, LEAD), (world.culture, ASSIST)], by=o, at=make.moment()
        ),
    )
    march = make.moment(2020, 3, 11)
    yield (
        "case.request_return",
        lambda: cases.request_return(
            case(world.culture), world.parks, by=world.culture_clerk, at=march, note="不属职责"
        ),
    )
    yield "case.refuse_return", lambda: cases.refuse_return(case(world.culture), by=o, at=march, note="请办理")
    yield "case.accept", lambda: cases.accept(case(world.housing), by=c, at=march)
    yield (
        "proposal.adjust",
        lambda: cases.adjust(kept["proposal"], [(world.parks, ASSIST)], [], by=o, at=march, note="增加协办"),
    )
    yield (
        "case.request_return",
        lambda: cases.request_return(case(world.parks), world.culture, by=world.parks_head, at=march, note="不属职责"),
    )
    yield "case.grant_return", lambda: cases.grant_return(case(world.parks), by=o, at=march, note="同意")
    yield "case.contact", lambda: cases.contact(
        case(world.housing), by=c, at=march, stage="before", manner="visit", held_on=march.date(), people="赵堃",
        summary="走访", files=make.scan(),
    )  # fmt: skip
    yield (
        "case.prepare_opinion",
        lambda: cases.prepare_opinion(case(world.culture), "可行", by=world.culture_clerk, at=a),
    )
    yield "case.advise", lambda: cases.advise(case(world.culture), by=world.culture_head, at=a)
    for round_number in (1, 2, 3):
        june = make.moment(2020, 6, 1) if round_number > 1 else a
        yield (
            "reply.draft",
            lambda at=june: replies.draft(
                case(world.housing), by=c, at=at, body="一稿", commitments=[{"text": "完成", "due_on": at.date()}]
            ),
        )
        yield "reply.edit", lambda at=june: replies.edit(
            reply(), by=c, at=at, body="二稿", publicity="open", result_class=make.result_class(world.session, "B"),
            no_contact="not_wanted", commitments=[{"text": "年内完成", "due_on": datetime.date(2027, 12, 31)}],
        )  # fmt: skip
        yield "reply.submit", lambda at=june: replies.submit(reply(), by=c, at=at)
        if round_number == 1:
            yield "reply.recall", lambda: replies.recall(reply(), by=c, at=a)
            yield "reply.submit", lambda: replies.submit(reply(), by=c, at=a)
        yield "reply.unit_approve", lambda at=june: replies.unit_approve(reply(), by=h, at=at)
        yield "reply.polish", lambda at=june: replies.polish(reply(), "三稿", by=o, at=at)
        yield (
            "reply.office_forward",
            lambda at=june: replies.office_forward(reply(), world.other_leader_row, by=o, at=at, note="分管领导出差"),
        )
        if round_number == 2:
            yield "reply.return", lambda at=june: replies.send_back(reply(), by=world.other_leader, at=at, note="再核")
            yield "reply.submit", lambda at=june: replies.submit(reply(), by=c, at=at)
            yield "reply.unit_approve", lambda at=june: replies.unit_approve(reply(), by=h, at=at)
            yield "reply.office_forward", lambda at=june: replies.office_forward(reply(), world.leader_row, by=o, at=at)
        signer = world.leader if round_number == 2 else world.other_leader
        yield "reply.sign", lambda at=june, by=signer: replies.sign(reply(), reply().content_hash, by=by, at=at)
        if round_number == 3:
            yield "reply.revoke", lambda at=june, by=signer: replies.revoke(reply(), by=by, at=at, note="有误")
            yield "reply.submit", lambda at=june: replies.submit(reply(), by=c, at=at)
            yield "reply.unit_approve", lambda at=june: replies.unit_approve(reply(), by=h, at=at)
            yield "reply.office_forward", lambda at=june: replies.office_forward(reply(), world.leader_row, by=o, at=at)
            yield "reply.sign", lambda at=june: replies.sign(reply(), reply().content_hash, by=world.leader, at=at)
        yield (
            "reply.issue",
            lambda at=june, n=round_number: ratings.issue(
                reply(), by=c, at=at, number=f"{n}号", issued_on=at.date(), means="post"
            ),
        )
        late = make.moment(2020, 6, 2) if round_number > 1 else MAY
        name = "满意" if round_number == 3 else "不满意"

        def enter(at=late, name=name):
            ratings.enter(
                receipt(), make.rating(world.session, name), by=world.secretary, at=at, received_on=at.date(),
                scan=make.scan(),
            )  # fmt: skip

        yield "receipt.enter", enter
        if round_number == 1:
            yield (
                "receipt.return",
                lambda at=late: ratings.send_back(receipt(), by=world.secretary2, at=at, note="不清"),
            )
            yield "receipt.enter", enter
        yield "receipt.confirm", lambda at=late: ratings.confirm(receipt(), by=world.secretary2, at=at)
        if round_number == 2:
            yield "case.rehandle", lambda at=late: ratings.rehandle(case(world.housing), by=o, at=at)


SPINE = {
    "proposal.register", "proposal.assign", "proposal.adjust", "case.accept", "case.request_return",
    "case.grant_return", "case.refuse_return", "case.contact", "case.prepare_opinion", "case.advise", "case.close",
    "case.rehandle", "reply.draft", "reply.edit", "reply.submit", "reply.recall", "reply.unit_approve",
    "reply.polish", "reply.office_forward", "reply.sign", "reply.return", "reply.revoke", "reply.issue",
    "receipt.enter", "receipt.confirm", "receipt.return",
}  # fmt: skip


def everything_stored():
    """Every row of proposals, replies, receipts and the trail."""
    models = [
        model
        for label in ("proposals", "replies", "ratings", "supervision", "audit")
        for model in apps.get_app_config(label).get_models()
    ]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


@contextmanager
def a_trail_that_fails(monkeypatch):
    def fail(*arguments):
        raise Interrupted

    with monkeypatch.context() as patched:
        patched.setattr("apps.audit.operations._locked_head", fail)
        yield


@pytest.mark.django_db
def test_every_deed_is_stored_with_its_event_or_neither_is(monkeypatch):
    world = make.world()
    for action, call in a_life(world):
        before = everything_stored()
        with a_trail_that_fails(monkeypatch), pytest.raises(Interrupted):
            call()
        assert everything_stored() == before, f"{action} was stored without its event"
        with pytest.raises(Interrupted), transaction.atomic():
            call()
            raise Interrupted
        assert everything_stored() == before, f"{action} outlasted what it was part of"
        seq = Event.objects.count()
        call()
        new = list(Event.objects.filter(seq__gt=seq).order_by("seq").values_list("action", flat=True))
        assert new and new[0] == action
        assert len(new) == 1 or action == "receipt.confirm", new
    assert set(Event.objects.values_list("action", flat=True)) == SPINE | {"session.open"}
    assert Proposal.objects.get().state == "closed"
    assert verify() == []


# --- every form sent twice --------------------------------------------------------------------------------------------


class Forms:
    """A thing for each form of an action, at the point where it is open, and what a person would fill in."""

    def __init__(self, world):
        self.world = world
        self.now = timezone.localtime()
        self.today = timezone.localdate(self.now)
        self.number = 0

    def soon(self, days=20):
        return str(self.today + datetime.timedelta(days=days))

    def registered(self):
        self.number += 1
        return make.registered(self.world, f"{self.number:03}")

    def assigned(self, *roles):
        """Now, so that the periods in which a unit may ask are running."""
        proposal = self.registered()
        cases.assign(proposal, list(roles) or [(self.world.housing, LEAD)], by=self.world.office, at=self.now)
        return proposal

    def handling(self, *roles):
        proposal = self.assigned(*roles)
        for case in proposal.cases.all():
            cases.accept(case, by=make.people_of(self.world, case.unit)[0], at=self.now)
        return proposal

    def case(self, *roles):
        return make.case_of(self.handling(*roles), self.world.housing)

    def reply(self, state, code="A"):
        return make.reply_at(self.world, self.case(), state, code, at=self.now)

    def again(self):
        """A case in its second round."""
        case = self.case()
        make.rated(self.world, make.reply_at(self.world, case, "issued", at=self.now), "不满意", at=self.now)
        return own(case)

    def dissatisfied_twice(self):
        case = self.again()
        make.rated(self.world, make.reply_at(self.world, case, "issued", at=self.now), "不满意", at=self.now)
        return own(case)

    def promise(self, is_reported=False):
        promise = self.reply("issued", "B").commitments.get()
        if is_reported:
            promises.report(promise, by=self.world.clerk, at=self.now, text="已完成")
        return promise

    def card(self, state="proposed"):
        """A red card proposed for a case that has waited since 2020, or a yellow one of the office's own."""
        self.number += 1
        case = make.assigned(self.world, f"{self.number:03}").cases.get()
        if state == "proposed":
            return cards.propose(case, "accept", by=None, at=self.now)
        card = cards.issue_new(case, by=self.world.office, at=self.now, colour="yellow", rule="other", reason="拖延")
        if state == "answered":
            cards.answer(card, by=self.world.clerk, at=self.now, text="已整改")
        return card

    def paper(self):
        reply = self.reply("leader_signoff")
        replies.sign_on_paper(reply, reply.code, make.scan(), by=self.world.office2, at=self.now)
        return reply

    def asked(self, extension=False):
        case = self.case()
        if extension:
            wanted = case.reply_due_on + datetime.timedelta(days=10)
            cases.request_extension(case, wanted, by=self.world.clerk, at=self.now, note="须勘查")
        else:
            cases.request_return(case, self.world.parks, by=self.world.clerk, at=self.now, note="不属职责")
        return case

    def merged(self):
        proposal = self.registered()
        rearranging.merge(proposal, self.assigned(), by=self.world.office, at=self.now, note="内容相同")
        return proposal

    def secret(self):
        self.number += 1
        proposal = make.registered(self.world, f"{self.number:03}", is_secret=True)
        cases.assign(proposal, [(self.world.housing, LEAD)], by=self.world.office, at=self.now)
        return proposal.cases.get()

    def all(self):
        """(address, thing, user, event, fields) of every form of every action."""
        w, note = self.world, {"note": "理由"}
        helped = ((w.housing, LEAD), (w.culture, ASSIST))
        day, rating = str(self.today), make.rating(w.session, "满意").pk
        form = {"rating": rating, "received_on": day, "scan": make.scan, **note}
        text = {"body": "答复", "result_class": make.result_class(w.session, "A").pk, "publicity": "open",
                "commitments-TOTAL_FORMS": 0, "commitments-INITIAL_FORMS": 0}  # fmt: skip
        told = {"stage": "before", "manner": "phone", "held_on": day, "people": "赵堃", "summary": "通话"}
        sent = {"number": f"大建函{self.number}号", "issued_on": day, "means": "post"}
        consent = {"leader_consent": "周明远同意", "committee_consent": "提案委同意", **note}

        def proposal(action, thing, **fields):
            return "proposals:act", thing, w.office, f"proposal.{action}", fields

        def case(action, thing, user=w.clerk, address="proposals:act_on_case", **fields):
            return address, thing, user, f"case.{action}", fields

        def reply(action, thing, user, address="replies:act", **fields):
            return address, thing, user, f"reply.{action}", fields

        def receipt(action, thing, user=w.secretary2, **fields):
            return "ratings:act", thing, user, f"receipt.{action}", fields

        def promise(action, thing, user=w.office, **fields):
            return "replies:act_on_commitment", thing, user, f"commitment.{action}", fields

        def card(action, thing, user=w.office, address="supervision:act", **fields):
            return address, thing, user, f"card.{action}", fields

        yield proposal("assign", self.registered(), mode="sole", lead=w.housing.pk)
        yield proposal("adjust", self.handling(), assists=[w.parks.pk], **note)
        first = self.registered()
        proposer = first.proposers.get()
        yield proposal("correct", first, title="更正后", form="individual", kind="plenary", **note,
                       **{"proposers-TOTAL_FORMS": 1, "proposers-INITIAL_FORMS": 1, "proposers-0-pk": proposer.pk,
                          "proposers-0-name": proposer.name})  # fmt: skip
        yield proposal("mark_key", self.registered(), supervising_leader=w.leader_row.pk, **note)
        yield proposal("coordinate", self.handling(), **note)
        yield proposal("merge", self.registered(), main=self.assigned().number, **note)
        yield proposal("unmerge", self.merged(), **note)
        yield proposal("hand_back", self.registered(), letter="3号", handed_to="区委组织部", **note)
        yield proposal("withdraw", self.assigned(), **note)
        moved = self.handling()
        yield proposal("transfer", moved, case=moved.cases.get().pk, successor=w.parks.pk, **note)
        yield proposal("carry_over", self.handling(), reply_due_on=self.soon(), **note)
        yield proposal("attach", self.registered(), files=make.scan)
        yield case("accept", self.assigned().cases.get())
        yield case("request_return", self.case(), suggested_unit=w.parks.pk, **note)
        yield case("grant_return", self.asked(), w.office, **note)
        yield case("refuse_return", self.asked(), w.office, **note)
        late = self.case()
        wanted = late.reply_due_on + datetime.timedelta(days=10)
        yield case("request_extension", late, wanted_on=str(wanted), **note)
        yield case("grant_extension", self.asked(True), w.office, **note)
        yield case("refuse_extension", self.asked(True), w.office, **note)
        yield case("record_offline", self.secret(), w.office, closed_on=day)
        yield case("contact", self.case(), **told)
        helping = [make.case_of(self.handling(*helped), w.culture) for _ in range(2)]
        yield case("prepare_opinion", helping[0], w.culture_clerk, text="可行")
        yield case("advise", helping[1], w.culture_head, text="可行")
        yield case("rehandle", self.dissatisfied_twice(), w.office, "ratings:act_on_case")
        yield case("close_agreed", self.dissatisfied_twice(), w.office, "ratings:act_on_case", **consent)
        yield case("close_unanswered", self.reply("issued").case, w.secretary, "ratings:act_on_case", **note)
        early = self.case()
        yield (
            "ratings:act_on_case",
            early,
            w.secretary,
            "receipt.park",
            form | {"proposer": early.proposal.proposers.get().pk},
        )
        yield reply("draft", self.case(), w.clerk, "replies:draft", **text)
        yield reply("meet", self.again(), w.head, "replies:meet", held_on=day, people="赵堃", **text)
        yield reply("edit", self.reply("draft"), w.clerk, **text)
        yield reply("submit", self.reply("draft"), w.clerk)
        yield reply("recall", self.reply("unit_review"), w.clerk)
        yield reply("unit_approve", self.reply("unit_review"), w.head)
        yield reply("polish", self.reply("office_review"), w.office, body="核改后")
        yield reply("office_forward", self.reply("office_review"), w.office, signer=w.leader_row.pk)
        yield reply("redirect", self.reply("leader_signoff"), w.office, signer=w.other_leader_row.pk, **note)
        yield reply("return", self.reply("leader_signoff"), w.leader, **note)
        signing = self.reply("leader_signoff")
        yield reply("sign", signing, w.leader, content_hash=signing.content_hash)
        printed = self.reply("leader_signoff")
        yield reply("sign_on_paper", printed, w.office, code=printed.code, scan=make.scan)
        yield reply("verify_paper", self.paper(), w.office)
        yield reply("reject_paper", self.paper(), w.office, **note)
        yield reply("revoke", self.reply("signed"), w.leader, **note)
        yield reply("issue", self.reply("signed"), w.clerk, "ratings:act_on_reply", **sent)
        yield reply("reissue", self.reply("issued"), w.office, "ratings:act_on_reply", **note)
        yield receipt("enter", make.receipt_of(self.reply("issued")), **form)
        yield receipt("remind", make.receipt_of(self.reply("issued")))
        yield receipt("confirm", make.rated(w, self.reply("issued"), at=self.now, confirm=False))
        yield receipt("return", make.rated(w, self.reply("issued"), at=self.now, confirm=False), **note)
        told = make.rated(w, self.reply("issued"), at=self.now)
        yield receipt("amend", told, w.secretary, rating=rating, received_on=day, **note)
        yield promise("report", self.promise(), w.clerk, text="已完成")
        yield promise("verify", self.promise(True))
        yield promise("send_back", self.promise(True), **note)
        yield promise("postpone", self.promise(), due_on=self.soon(400), **note)
        yield promise("lapse", self.promise(), leader_consent="周明远同意", proposer_told="电话告知", **note)
        yield card("issue", self.card(), leader_consent="周明远同意")
        own_card = {"colour": "yellow", "rule": "other", "reason": "敷衍了事"}
        yield card("issue", self.case(), address="supervision:issue", **own_card)
        yield card("dismiss", self.card(), **note)
        yield card("object", self.card("issued"), w.head, **note)
        yield card("answer", self.card("issued"), w.clerk, text="已整改")
        yield card("raise", self.card("issued"), leader_consent="周明远同意", **note)
        yield card("lift", self.card("answered"), **note)
        yield card("withdraw", self.card("issued"), **note)


def test_every_form_sent_twice_at_once_is_done_once_and_the_second_is_told(world):
    """A double click, and a page open twice: one goes through, the other gets a page that says so, never an error."""
    forms, wrong, seen_actions = Forms(world), [], set()
    for address, thing, user, action, fields in forms.all():
        what = action.partition(".")[2]
        args = [thing.pk] if address in ("replies:draft", "replies:meet", "supervision:issue") else [thing.pk, what]
        url = reverse(address, args=args)
        clients = [browser_of(user), browser_of(user)]
        pages = [client.get(url) for client in clients]
        if any(page.status_code != 200 for page in pages):
            wrong.append((action, "the page", [page.status_code for page in pages]))
            continue
        sent = [
            {name: value() if callable(value) else value for name, value in fields.items()}
            | {"seen": page.context["seen"]}
            for page in pages
        ]
        before, rows = count(action), everything_stored()
        answers = at_once(*(lambda c=c, u=url, f=f: c.post(u, f) for c, f in zip(clients, sent, strict=True)))
        codes = sorted(getattr(answer, "status_code", repr(answer)) for answer in answers)
        if codes not in ([302, 409], [302, 422]) or count(action) != before + 1 or everything_stored() == rows:
            wrong.append((action, codes, count(action) - before))
        seen_actions.add(action)
    assert not wrong
    forms_there = {
        f"{kind}.{action}"
        for kind, acts in (
            ("proposal", views_of_proposals.PROPOSAL_ACTS),
            ("case", views_of_proposals.CASE_ACTS),
            ("case", {action: act for action, act in views_of_ratings.CASE_ACTS.items() if action != "park"}),
            ("reply", views_of_replies.REPLY_ACTS | views_of_replies.NEW_ACTS | views_of_ratings.REPLY_ACTS),
            ("receipt", views_of_ratings.RECEIPT_ACTS | {"park": None}),
            ("commitment", views_of_replies.COMMITMENT_ACTS),
            ("card", views_of_supervision.CARD_ACTS | views_of_supervision.NEW_ACTS),
        )
        for action in acts
    }
    assert seen_actions == forms_there


def test_one_proposal_registered_and_one_delegation_recorded_by_double_clicks(world):
    today = timezone.localdate()
    register = {"session": world.session.pk, "number": "84", "title": "题", "proposers": "赵堃", "form": "individual",
                "kind": "plenary", "received_on": str(today)}  # fmt: skip
    away = {"principal": world.leader_row.pk, "delegate": world.other_leader_row.pk, "from_on": str(today),
            "until_on": str(today), "reason": "外出"}  # fmt: skip
    for url, fields, action in (
        (reverse("proposals:register"), register, "proposal.register"),
        (reverse("accounts:delegate"), away, "delegation.create"),
    ):
        clients = [browser_of(world.office), browser_of(world.office2)]
        answers = at_once(*(lambda c=c, u=url, f=fields: c.post(u, f) for c in clients))
        assert sorted(answer.status_code for answer in answers) == [302, 422], action
        assert count(action) == 1
