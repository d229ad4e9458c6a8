"""Registering, assigning, adjusting, accepting, returning, talking, advising: docs/workflow.md, proposal and case."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Event
from apps.proposals import operations as cases
from apps.proposals.attachments import files_of
from apps.proposals.models import Attachment, Case, Contact, Opinion, Proposal, ReturnRequest
from apps.proposals.operations import state_of
from apps.proposals.queries import number_as_printed, open_rows
from apps.proposals.workflow import CaseRole, NotAllowed, OutOfTurn, Refused
from apps.ratings import operations as ratings
from apps.replies import operations as replies
from apps.replies.models import Reply
from tests import factories as make

pytestmark = pytest.mark.django_db
LEAD, ASSIST, SEPARATE = CaseRole.LEAD, CaseRole.ASSIST, CaseRole.SEPARATE


@pytest.fixture
def world():
    return make.world()


def day(month, number, year=2020):
    return datetime.date(year, month, number)


def states(proposal):
    """unit name → state of its cases in order, and the proposal's own under ""."""
    found = {"": Proposal.objects.get(pk=proposal.pk).state}
    for case in Case.objects.filter(proposal=proposal).order_by("pk"):
        found.setdefault(case.unit.name, []).append(case.state)
    return found


def actions(thing, user, on=None):
    return {row.action for row in open_rows(type(thing).objects.get(pk=thing.pk), user, on or day(3, 12))}


# --- 接收登记 --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "printed"),
    [("84", "084"), (84, "084"), ("084", "084"), (" 7 ", "007"), ("８４", "084"), ("1084", "1084"), ("平1", "平1")],
)
def test_a_number_is_kept_as_the_committee_prints_it(given, printed):
    assert number_as_printed(given) == printed


def test_a_number_is_unique_in_its_session_however_it_is_written(world):
    make.registered(world, "084")
    for number in ("084", "84", "８４", 84):
        with pytest.raises(Refused, match="已有第084号提案"):
            make.registered(world, number)
    later = cases.open_session("9-5", "九届五次会议", 2021, by=world.office, at=make.moment(2021, 1, 5))
    cases.register(
        later, number="84", title="题", proposers=[{"name": "赵"}], by=world.office, at=make.moment(2021, 2, 1)
    )
    assert Proposal.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.create(session=world.session, number="084", title="题")


def test_proposers_are_named_once_and_in_their_order(world):
    with pytest.raises(Refused, match="提案者有重复"):
        make.registered(world, proposers=[{"name": "赵堃"}, {"name": "钱䶮"}, {"name": "赵堃"}])
    with pytest.raises(Refused, match="请填写提案者"):
        make.registered(world, proposers=[])
    assert not Proposal.objects.exists()
    proposal = make.registered(world, proposers=[{"name": "赵堃", "phone": "139"}, {"name": "钱䶮"}])
    assert [one.name for one in proposal.proposers.all()] == ["赵堃", "钱䶮"]
    assert (proposal.state, proposal.received_on, proposal.assigned_on) == ("received", day(3, 1), None)


@pytest.mark.parametrize("received_on", [day(3, 2), day(12, 31, 9999), day(12, 31, 2018), day(1, 1, 1)])
def test_a_proposal_is_not_received_in_the_future_or_before_the_sessions_time(world, received_on):
    with pytest.raises(Refused, match="接收日期"):
        make.registered(world, received_on=received_on)
    assert not Proposal.objects.exists()
    assert make.registered(world, received_on=day(12, 20, 2019)).received_on == day(12, 20, 2019)


def test_only_the_office_opens_a_session_and_each_only_once(world):
    with pytest.raises(NotAllowed):
        cases.open_session("9-5", "九届五次会议", 2021, by=world.secretary, at=make.moment())
    with pytest.raises(Refused, match="已存在"):
        cases.open_session("9-4", "九届四次会议", 2020, by=world.office, at=make.moment())
    assert [(one.code, one.needs_commitment, one.needs_reason) for one in world.session.classes.all()] == [
        ("A", False, False),
        ("B", True, False),
        ("C", False, True),
    ]
    assert [(one.name, one.is_dissatisfied) for one in world.session.ratings.all()] == [
        ("满意", False),
        ("基本满意", False),
        ("理解", False),
        ("不满意", True),
    ]


# --- 交办 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "mode"),
    [
        ([("housing", LEAD)], "sole"),
        ([("housing", LEAD), ("culture", ASSIST), ("parks", ASSIST)], "lead"),
        ([("housing", SEPARATE), ("culture", SEPARATE)], "separate"),
    ],
)
def test_a_proposal_is_assigned_in_three_shapes(world, shape, mode):
    proposal = make.assigned(world, roles=[(getattr(world, unit), role) for unit, role in shape])
    proposal.refresh_from_db()
    assert (proposal.state, proposal.mode, proposal.assigned_on) == ("assigned", mode, day(3, 10))
    assert {(case.unit.name, case.role, case.state) for case in proposal.cases.all()} == {
        (getattr(world, unit).name, role, "assigned") for unit, role in shape
    }


@pytest.mark.parametrize(
    "shape",
    [
        [],
        [("housing", ASSIST)],
        [("housing", LEAD), ("culture", LEAD)],
        [("housing", SEPARATE)],
        [("housing", LEAD), ("culture", SEPARATE), ("parks", SEPARATE)],
        [("housing", SEPARATE), ("culture", SEPARATE), ("parks", ASSIST)],
        [("housing", LEAD), ("housing", ASSIST)],
        [("housing", SEPARATE), ("housing", SEPARATE)],
    ],
)
def test_no_other_shape_is_assigned(world, shape):
    proposal = make.registered(world)
    events = Event.objects.count()
    with pytest.raises(Refused):
        cases.assign(proposal, [(getattr(world, u), role) for u, role in shape], by=world.office, at=make.moment())
    assert states(proposal) == {"": "received"}
    assert Event.objects.count() == events


def test_a_dissolved_unit_is_not_assigned_anything_any_more(world):
    world.culture.dissolved_on = day(3, 10)
    world.culture.save()
    proposal = make.registered(world)
    with pytest.raises(Refused, match="区文化旅游委已撤销"):
        cases.assign(proposal, [(world.housing, LEAD), (world.culture, ASSIST)], by=world.office, at=make.moment())
    assert states(proposal) == {"": "received"}
    cases.assign(
        proposal, [(world.housing, LEAD), (world.culture, ASSIST)], by=world.office, at=make.moment(2020, 3, 9)
    )
    assert states(proposal)[""] == "assigned", "the day before it was still there"


@pytest.mark.parametrize("post", ["one", "many"])
def test_a_unit_that_is_to_be_dissolved_is_given_proposals_until_that_day(client, world, post):
    """As its page in the admin site says: 当天起不能再交办给它."""
    world.culture.dissolved_on = timezone.localdate() + datetime.timedelta(days=1)
    world.culture.successor = world.parks
    world.culture.save()
    proposal = make.registered(world, at=timezone.now(), wished_units="区文化旅游委")
    client.force_login(world.office)
    if post == "one":
        url, given = reverse("proposals:act", args=[proposal.pk, "assign"]), {"mode": "sole", "seen": proposal.stamp}
        answer = client.post(url, given | {"lead": world.culture.pk})
    else:
        url, key, form = reverse("listing:batch", args=["assign"]), f"{proposal.pk}-{proposal.pk}", f"i{proposal.pk}"
        page = client.get(url, {"id": proposal.pk})
        assert (world.culture.pk, "区文化旅游委") in page.context["able"][0].form.fields["lead"].choices
        given = {"id": proposal.pk, "pick": key, f"seen-{key}": f"{proposal.stamp}~"}
        answer = client.post(url, given | {f"{form}-lead": world.culture.pk})
    assert answer.status_code == 302
    assert states(proposal) == {"": "assigned", "区文化旅游委": ["assigned"]}


# worked out by hand on the calendar of 2020: 清明 4/4–6; 劳动节 5/1–5 with work on 4/26 and 5/9; 国庆 10/1–8
@pytest.mark.parametrize(
    ("assigned_on", "accept", "back", "contact", "reply", "opinion"),
    [
        ((3, 10), (3, 13), (3, 24), (3, 31), (6, 10), (5, 9)),  # 5/10 is a Sunday; Saturday 5/9 is worked
        ((3, 30), (4, 2), (4, 14), (4, 21), (6, 30), (5, 29)),  # over 清明; 5/30 is a Saturday
        ((4, 23), (4, 27), (5, 9), (5, 15), (7, 23), (6, 23)),  # Sunday 4/26 and Saturday 5/9 count
        ((7, 1), (7, 6), (7, 15), (7, 22), (10, 9), (9, 9)),  # 10/1 moves to the day after 国庆; 10/9 less a month
    ],
)
def test_deadlines_count_holidays_and_make_up_days(world, assigned_on, accept, back, contact, reply, opinion):
    proposal = make.registered(world)
    at = make.moment(2020, *assigned_on)
    cases.assign(proposal, [(world.housing, LEAD), (world.culture, ASSIST)], by=world.office, at=at)
    lead, helper = make.case_of(proposal, world.housing), make.case_of(proposal, world.culture)
    assert (lead.accept_due_on, lead.return_due_on, lead.contact_due_on, lead.reply_due_on, lead.opinion_due_on) == (
        day(*accept),
        day(*back),
        day(*contact),
        day(*reply),
        None,
    )
    assert (helper.accept_due_on, helper.contact_due_on, helper.reply_due_on, helper.opinion_due_on) == (
        day(*accept),
        None,
        None,
        day(*opinion),
    )
    assert lead.deadline_basis["reply"]["rule"] == {"amount": 3, "unit": "months"}
    assert "2020" in lead.deadline_basis["accept"]["calendar"]


def test_a_reply_deadline_of_its_own_is_kept_with_where_it_came_from(world):
    proposal = make.registered(world)
    roles = [(world.housing, LEAD), (world.culture, ASSIST)]
    with pytest.raises(Refused, match="晚于交办日期"):
        cases.assign(proposal, roles, by=world.office, at=make.moment(), reply_due_on=day(3, 10))
    assert states(proposal) == {"": "received"}
    cases.assign(proposal, roles, by=world.office, at=make.moment(), reply_due_on=day(4, 10))
    lead, helper = make.case_of(proposal, world.housing), make.case_of(proposal, world.culture)
    assert (lead.reply_due_on, helper.opinion_due_on) == (day(4, 10), day(3, 13)), "never before it is accepted"
    assert "2020-04-10" in lead.deadline_basis["reply"]["explanation"]


# --- 调整承办单位 ----------------------------------------------------------------------------------------------------


def test_adjusting_touches_only_the_named_units_and_keeps_drafts(world):
    proposal = make.handling(world, roles=[(world.housing, LEAD), (world.culture, ASSIST)])
    lead, helper = make.case_of(proposal, world.housing), make.case_of(proposal, world.culture)
    draft = make.drafted(world, lead)
    before = Case.objects.filter(pk=helper.pk).values().get()
    cases.adjust(proposal, [(world.parks, LEAD)], [lead], by=world.office, at=make.moment(2020, 5, 6), note="职责划转")
    assert Case.objects.filter(pk=helper.pk).values().get() == before
    assert states(proposal) == {
        "": "assigned",
        "区住房城乡建委": ["ended"],
        "区文化旅游委": ["handling"],
        "区城市管理局": ["assigned"],
    }
    added = make.case_of(proposal, world.parks)
    # 5/7, 5/8, Saturday 5/9; three months to 8/6
    assert (added.assigned_on, added.accept_due_on, added.reply_due_on) == (day(5, 6), day(5, 9), day(8, 6))
    kept = Reply.objects.get(pk=draft.pk)
    assert (kept.state, kept.body) == ("draft", draft.body)
    lead.refresh_from_db()
    assert lead.ended_on == day(5, 6)


def test_replies_and_receipts_of_an_ended_case_offer_nothing_to_anybody(world):
    """In whatever state they were: read, but nobody goes on with them."""
    for number, state in enumerate(make.STEPS, 1):
        proposal = make.handling(world, f"{number:03}")
        case = make.case_of(proposal, world.housing)
        reply = make.reply_at(world, case, state)
        receipt = make.receipt_of(reply) if state == "issued" else None
        case.refresh_from_db()
        cases.adjust(
            proposal, [(world.culture, LEAD)], [case], by=world.office, at=make.moment(2020, 5, 6), note="职责划转"
        )
        for person, user in world.people.items():
            assert actions(reply, user) == set(), (state, person)
            assert actions(case, user) == set(), (state, person)
            if receipt:
                assert actions(receipt, user) == set(), person
        by = {"by": world.clerk, "at": make.moment(2020, 5, 7)}
        with pytest.raises(OutOfTurn):
            {
                "draft": lambda r=reply, by=by: replies.edit(r, **by, body="新的"),
                "unit_review": lambda r=reply, by=by: replies.recall(r, **by),
                "office_review": lambda r=reply, by=by: replies.polish(r, "新的", **by | {"by": world.office}),
                "leader_signoff": lambda r=reply, by=by: replies.sign(r, r.content_hash, **by | {"by": world.leader}),
                "signed": lambda r=reply, by=by: ratings.issue(
                    r, **by, number="补1号", issued_on=day(5, 7), means="post"
                ),
                "issued": lambda r=receipt, by=by: ratings.enter(
                    r,
                    make.rating(world.session, "满意"),
                    **by | {"by": world.secretary},
                    received_on=day(5, 7),
                    scan=make.scan(),
                ),
            }[state]()
        assert Reply.objects.get(pk=reply.pk).state == state
    assert Attachment.objects.count() == 0


def test_adjusting_needs_a_shape_a_reason_and_units_that_are_there(world):
    proposal = make.handling(world, roles=[(world.housing, LEAD), (world.culture, ASSIST)])
    lead, helper = make.case_of(proposal, world.housing), make.case_of(proposal, world.culture)
    other = make.handling(world, "002").cases.get()

    def adjust(added, removed, note="职责划转"):
        cases.adjust(proposal, added, removed, by=world.office, at=make.moment(2020, 3, 20), note=note)

    before = states(proposal)
    for added, removed, wrong in (
        ([], [], Refused),
        ([], [lead], Refused),  # nobody would answer
        ([(world.parks, LEAD)], [], Refused),  # two leads
        ([(world.housing, ASSIST)], [], Refused),  # there already
        ([(world.parks, SEPARATE)], [helper], Refused),  # a lead and a separate one
        ([(world.parks, ASSIST)], [other], OutOfTurn),  # of another proposal
    ):
        with pytest.raises(wrong):
            adjust(added, removed)
    with pytest.raises(Refused, match="须填写说明"):
        adjust([(world.parks, ASSIST)], [], note=" ")
    assert states(proposal) == before
    adjust([(world.parks, ASSIST)], [helper])
    with pytest.raises(OutOfTurn):
        adjust([], [helper])  # gone already
    assert states(proposal) == before | {"区文化旅游委": ["ended"], "区城市管理局": ["assigned"]}


def test_a_lead_may_become_an_assisting_unit_under_another(world):
    proposal = make.handling(world)
    lead = make.case_of(proposal, world.housing)
    cases.adjust(
        proposal,
        [(world.parks, LEAD), (world.housing, ASSIST)],
        [lead],
        by=world.office,
        at=make.moment(2020, 3, 20),
        note="主办调整",
    )
    assert states(proposal) == {"": "assigned", "区住房城乡建委": ["ended", "assigned"], "区城市管理局": ["assigned"]}
    proposal.refresh_from_db()
    assert proposal.mode == "lead"


def test_a_closed_case_stays_when_the_other_is_adjusted(world):
    proposal = make.handling(world, roles=[(world.housing, SEPARATE), (world.culture, SEPARATE)])
    closed = make.case_of(proposal, world.housing)
    make.rated(world, make.reply_at(world, closed, "issued"))
    closed.refresh_from_db()
    running = make.case_of(proposal, world.culture)
    at = make.moment(2020, 5, 8)
    with pytest.raises(Refused, match="已办结的单位不能移出"):
        cases.adjust(proposal, [(world.parks, SEPARATE)], [closed], by=world.office, at=at, note="划转")
    cases.adjust(proposal, [(world.parks, SEPARATE)], [running], by=world.office, at=at, note="划转")
    assert states(proposal) == {
        "": "assigned",
        "区住房城乡建委": ["closed"],
        "区文化旅游委": ["ended"],
        "区城市管理局": ["assigned"],
    }


# --- 签收、退办 ------------------------------------------------------------------------------------------------------


def test_a_case_is_accepted_once_by_its_own_unit(world):
    proposal = make.assigned(world, roles=[(world.housing, LEAD), (world.culture, ASSIST)])
    lead = make.case_of(proposal, world.housing)
    with pytest.raises(NotAllowed):
        cases.accept(lead, by=world.culture_clerk, at=make.moment())
    cases.accept(lead, by=world.head, at=make.moment(2020, 3, 11))
    assert lead.accepted_on == day(3, 11)
    with pytest.raises(OutOfTurn, match="办理中"):
        cases.accept(lead, by=world.clerk, at=make.moment(2020, 3, 12))
    assert states(proposal) == {"": "handling", "区住房城乡建委": ["handling"], "区文化旅游委": ["assigned"]}


def test_a_return_is_asked_for_within_its_period_with_another_unit_and_once_at_a_time(world):
    case = make.assigned(world).cases.get()  # returns until 3/24

    def ask(on, unit=world.culture, note="不属本单位职责"):
        cases.request_return(case, unit, by=world.clerk, at=make.moment(2020, *on), note=note)

    for on, unit, note in (
        ((3, 25), world.culture, "理由"),
        ((3, 24), world.housing, "理由"),
        ((3, 24), world.culture, "  "),
    ):
        with pytest.raises(Refused):
            ask(on, unit, note)
    assert not ReturnRequest.objects.exists()
    ask((3, 24))
    with pytest.raises(Refused, match="等待裁定"):
        ask((3, 24))
    assert ReturnRequest.objects.get().suggested_unit == world.culture
    assert Case.objects.get(pk=case.pk).state == "assigned"


def test_a_refused_return_counts_as_accepted_and_may_be_asked_for_again_in_time(world):
    proposal = make.assigned(world)
    case = proposal.cases.get()
    with pytest.raises(Refused, match="没有待裁定"):
        cases.refuse_return(case, by=world.office, at=make.moment(2020, 3, 12), note="应由你单位办")
    cases.request_return(case, world.culture, by=world.clerk, at=make.moment(2020, 3, 12), note="不属职责")
    cases.refuse_return(case, by=world.office, at=make.moment(2020, 3, 13), note="应由你单位办")
    assert states(proposal) == {"": "handling", "区住房城乡建委": ["handling"]}
    assert case.accepted_on == day(3, 13)
    with pytest.raises(Refused):
        cases.grant_return(case, by=world.office, at=make.moment(2020, 3, 13), note="反悔")
    cases.request_return(case, world.culture, by=world.head, at=make.moment(2020, 3, 20), note="有新的文件")
    assert [request.is_granted for request in case.return_requests.order_by("pk")] == [False, None]


def test_a_granted_return_ends_the_case_and_the_last_one_its_assisting_units(world):
    proposal = make.assigned(world, roles=[(world.housing, LEAD), (world.culture, ASSIST)])
    case = make.case_of(proposal, world.housing)
    helper = make.case_of(proposal, world.culture)
    cases.request_return(helper, world.parks, by=world.culture_clerk, at=make.moment(2020, 3, 11), note="不属职责")
    cases.request_return(case, world.parks, by=world.clerk, at=make.moment(2020, 3, 12), note="不属职责")
    cases.grant_return(case, by=world.office, at=make.moment(2020, 3, 13), note="同意")
    assert states(proposal) == {"": "received", "区住房城乡建委": ["ended"], "区文化旅游委": ["ended"]}
    proposal.refresh_from_db()
    assert (proposal.assigned_on, proposal.mode) == (None, "")
    with pytest.raises(OutOfTurn):
        cases.grant_return(helper, by=world.office, at=make.moment(2020, 3, 13), note="同意")
    cases.assign(proposal, [(world.parks, LEAD)], by=world.office, at=make.moment(2020, 3, 16))
    assert states(proposal)[""] == "assigned"


def test_nothing_that_was_asked_stays_open_when_a_granted_return_ends_the_cases(world):
    proposal = make.handling(world, roles=[(world.housing, LEAD), (world.culture, ASSIST)])
    lead, helper = make.case_of(proposal, world.housing), make.case_of(proposal, world.culture)
    longer = lead.reply_due_on + datetime.timedelta(days=7)
    cases.request_extension(lead, longer, by=world.clerk, at=make.moment(2020, 3, 12), note="需现场勘查")
    for case, clerk in ((lead, world.clerk), (helper, world.culture_clerk)):
        cases.request_return(case, world.parks, by=clerk, at=make.moment(2020, 3, 12), note="不属职责")
    cases.grant_return(lead, by=world.office, at=make.moment(2020, 3, 13), note="职能已划转")
    asked = [*lead.extension_requests.all(), *lead.return_requests.all(), *helper.return_requests.all()]
    assert [(one.is_granted, one.ruling) for one in asked] == [
        (False, "承办已终止，申请随之终止。"), (True, "职能已划转"), (False, "承办已终止，申请随之终止。"),
    ]  # fmt: skip


def test_a_separate_unit_that_returns_leaves_the_other_going_on(world):
    proposal = make.handling(world, roles=[(world.housing, SEPARATE), (world.culture, SEPARATE)])
    case = make.case_of(proposal, world.housing)
    cases.request_return(case, world.parks, by=world.clerk, at=make.moment(2020, 3, 12), note="不属职责")
    cases.grant_return(case, by=world.office, at=make.moment(2020, 3, 13), note="同意")
    assert states(proposal) == {"": "handling", "区住房城乡建委": ["ended"], "区文化旅游委": ["handling"]}


def test_removing_a_unit_answers_its_open_request(world):
    proposal = make.assigned(world)
    case = proposal.cases.get()
    cases.request_return(case, world.culture, by=world.clerk, at=make.moment(2020, 3, 12), note="不属职责")
    cases.adjust(
        proposal, [(world.culture, LEAD)], [case], by=world.office, at=make.moment(2020, 3, 13), note="按申请调整"
    )
    request = ReturnRequest.objects.get()
    assert (request.is_granted, request.ruling, request.ruled_by) == (True, "按申请调整", world.office)


# --- 沟通记录、会办意见 ----------------------------------------------------------------------------------------------


def talk(world, case, **changes):
    told = {"stage": "before", "manner": "phone", "held_on": day(3, 12), "people": "赵堃", "summary": "通话"}
    return cases.contact(case, by=world.clerk, at=make.moment(2020, 3, 12), **told | changes)


def test_a_talk_is_kept_once_and_not_from_the_future(world):
    case = make.handling(world).cases.get()
    for held_on in (day(3, 13), day(12, 31, 2018), day(1, 1, 9999)):
        with pytest.raises(Refused, match="沟通日期"):
            talk(world, case, held_on=held_on)
    assert not Contact.objects.exists()
    talk(world, case)
    with pytest.raises(Refused, match="没有重复保存"):
        talk(world, case, summary=" 通话 ")
    talk(world, case, summary="又一次通话")
    talk(world, case, manner="visit")
    assert Contact.objects.count() == 3
    assert Contact.objects.filter(recorded_by=world.clerk, round=1).count() == 3


def test_an_opinion_is_prepared_by_the_clerk_and_given_once_by_the_head(world):
    proposal = make.handling(world, roles=[(world.culture, LEAD), (world.housing, ASSIST)])
    lead, helper = make.case_of(proposal, world.culture), make.case_of(proposal, world.housing)
    at = make.moment(2020, 4, 1)
    with pytest.raises(OutOfTurn):
        cases.prepare_opinion(lead, "意见", by=world.culture_clerk, at=at)
    with pytest.raises(Refused, match="主办、分办单位不提会办意见"):
        cases.advise(lead, by=world.culture_head, at=at, text="意见")
    with pytest.raises(NotAllowed):
        cases.prepare_opinion(helper, "意见", by=world.culture_clerk, at=at)
    with pytest.raises(Refused, match="请填写会办意见"):
        cases.prepare_opinion(helper, "  ", by=world.clerk, at=at)
    with pytest.raises(Refused, match="请填写会办意见"):
        cases.advise(helper, by=world.head, at=at)
    assert not Opinion.objects.exists()
    cases.prepare_opinion(helper, "可行，建议结合绿化实施", by=world.clerk, at=at)
    with pytest.raises(NotAllowed):
        cases.advise(helper, by=world.clerk, at=at)
    cases.advise(helper, by=world.head, at=make.moment(2020, 4, 2))
    opinion = Opinion.objects.get()
    assert (opinion.text, opinion.prepared_by, opinion.given_by) == ("可行，建议结合绿化实施", world.clerk, world.head)
    assert states(proposal) == {"": "handling", "区文化旅游委": ["handling"], "区住房城乡建委": ["advised"]}
    with pytest.raises(OutOfTurn):
        cases.prepare_opinion(helper, "改了", by=world.clerk, at=at)
    with pytest.raises(OutOfTurn):
        cases.advise(helper, by=world.head, at=at, text="改了")
    assert Opinion.objects.get().text == "可行，建议结合绿化实施"


def test_an_opinion_may_be_a_file_alone(world):
    proposal = make.handling(world, roles=[(world.culture, LEAD), (world.housing, ASSIST)])
    helper = make.case_of(proposal, world.housing)
    cases.advise(helper, by=world.head, at=make.moment(2020, 4, 2), files=make.scan("意见.png"))
    opinion = Opinion.objects.get()
    stored = files_of("opinion", opinion.pk).get()
    assert (stored.name, stored.media_type) == ("意见.png", "image/png")


# --- the stored state ------------------------------------------------------------------------------------------------


def test_a_proposals_state_is_that_of_its_least_advanced_answering_case(world):
    """Assisting and ended cases do not count (docs/workflow.md, proposal)."""
    proposal = make.handling(
        world, roles=[(world.housing, SEPARATE), (world.culture, SEPARATE), (world.parks, SEPARATE)]
    )
    seen = [states(proposal)[""]]
    for unit in (world.housing, world.culture, world.parks):
        reply = make.reply_at(world, make.case_of(proposal, unit), "issued")
        seen.append(states(proposal)[""])
        make.rated(world, reply)
        seen.append(states(proposal)[""])
    assert seen == ["handling", "handling", "handling", "handling", "handling", "replied", "closed"]
    helped = make.assigned(world, "002", roles=[(world.housing, LEAD), (world.culture, ASSIST)])
    cases.accept(make.case_of(helped, world.housing), by=world.clerk, at=make.moment(2020, 3, 11))
    assert states(helped)[""] == "handling", "the assisting unit has not accepted, which holds nothing up"
    for one in Proposal.objects.all():
        assert state_of(one.cases.all()) == one.state


def test_who_may_not_merge_is_told_nothing_of_the_other_proposal(client, world):
    """A unit sees its own proposals; the state of another one, or that it is secret, is not for it to find out."""
    own, other = make.assigned(world, "001"), make.proposal_at(world, "replied", "002")
    client.force_login(world.clerk)
    told = {"main": other.number, "note": "内容相同", "seen": own.stamp}
    answer = client.post(reverse("proposals:act", args=[own.pk, "merge"]), told)
    assert answer.status_code == 403
    assert "已答复" not in answer.content.decode()
