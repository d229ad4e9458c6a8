"""docs/workflow.md against the code: the exact set of what is allowed, every "no" included.

The expectations come from the document, read by the small reader here; the code's own tables are only what is judged.
"""

import copy
import datetime
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from apps.accounts.models import Post
from apps.audit.models import Event
from apps.proposals import operations as cases
from apps.proposals import rearranging
from apps.proposals.models import Case, Proposal, Session
from apps.proposals.operations import Paper
from apps.proposals.queries import check, is_secret, open_rows
from apps.proposals.workflow import PREDICATES, NotAllowed, OutOfTurn, Refused
from apps.ratings import operations as ratings
from apps.ratings.models import Receipt
from apps.replies import operations as replies
from apps.replies import promises
from apps.replies.models import Commitment, Reply
from apps.replies.queries import check_draft
from apps.reports import approvals
from apps.reports.models import AnnualLetter
from apps.supervision import operations as cards
from apps.supervision.models import Card
from tests import factories as make

DOCUMENT = Path(__file__).parent.parent / "docs" / "workflow.md"
NEW = ""  # no state yet
THINGS = {model.WORKFLOW.name: model for model in (Proposal, Case, Reply, Receipt, Commitment, Card, AnnualLetter)}


@dataclass(frozen=True)
class Row:
    action: str
    label: str
    sources: tuple
    parties: frozenset
    target: str | None  # None: the state stays
    note: bool
    built: bool


def read_document():
    """{thing: [Row]} from the tables of the document, under headings such as `## case 承办件`."""
    tables, thing = {}, None
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            thing = re.split(r"[ ·]", line[3:].strip())[0]
            continue
        if not line.startswith("|") or line.startswith("|---"):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 6 or cells[0] == "action":
            continue
        name, sources, who, target, needs, built = cells
        action, label = name.removesuffix("◇").split()  # ◇: the office may enter it for the unit
        assert built in ("yes", "no"), line
        tables.setdefault(thing, []).append(
            Row(
                action,
                label,
                tuple(NEW if source == "–" else source for source in re.split(r", *", sources)),
                frozenset(re.split(r", *", who)) | ({"office_for"} if "◇" in name else set()),
                None if target in ("=", "the row's") else target,
                needs.startswith("note"),
                built == "yes",
            )
        )
    return tables


TABLES = read_document()


def test_the_document_is_read_whole():
    assert {thing: len(rows) for thing, rows in TABLES.items()} == {
        "proposal": 13,
        "case": 16,
        "reply": 19,
        "receipt": 7,
        "commitment": 5,
        "card": 8,
        "letter": 9,
    }


def allowed_by_document(thing):
    return {
        (row.action, source, party, row.target, row.note)
        for row in TABLES[thing]
        if row.built
        for source in row.sources
        for party in row.parties
    }


def allowed_by_code(thing):
    return {
        (row.action, str(source), str(party), str(row.target) if row.target else None, row.note_required)
        for row in THINGS[thing].WORKFLOW.transitions
        for source in (row.sources or (NEW,))
        for party in row.parties
    }


@pytest.mark.parametrize("thing", THINGS)
def test_the_code_allows_exactly_what_the_document_says(thing):
    assert allowed_by_code(thing) == allowed_by_document(thing)


@pytest.mark.parametrize("thing", THINGS)
def test_names_on_the_screen_are_those_of_the_document(thing):
    assert {(row.action, row.label) for row in THINGS[thing].WORKFLOW.transitions} == {
        (row.action, row.label) for row in TABLES[thing] if row.built
    }


@pytest.mark.parametrize("thing", THINGS)
def test_every_state_of_the_code_is_in_the_document(thing):
    text = DOCUMENT.read_text(encoding="utf-8")
    section = text.split(f"\n## {thing} ")[1].split("\n## ")[0]
    for value, label in THINGS[thing].WORKFLOW.states.choices:
        assert re.search(rf"`{value}\b[^`]*`", section), value
        assert label in section, label


def test_every_predicate_named_in_a_table_is_there():
    named = {row.when for model in THINGS.values() for row in model.WORKFLOW.transitions if row.when}
    assert named == set(PREDICATES)


# --- with real people and real rows ---------------------------------------------------------------------------------

PEOPLE = {  # who is which party towards a thing of 区住房城乡建委, or a letter that its leader is to sign
    "office": {"office", "office_for"},
    "chief": {"office", "office_for", "office_head"},
    "clerk": {"unit"},
    "head": {"unit_head"},
    "culture_clerk": set(),
    "culture_head": set(),
    "leader": {"leader"},
    "other_leader": set(),
    "secretary": {"secretariat"},
    "auditor": set(),
    "admin": set(),
}
TODAY = make.moment(2020, 3, 16).date()


def things_in_every_state(world):
    """(thing, state, {actions whose further conditions are not met, so that nobody may do them now}).

    Where it is one person alone who may not, a pair of action and person stands for the action.
    """
    yield from proposals_in_every_state(world)
    yield from cases_in_every_state(world)
    yield from replies_in_every_state(world)
    yield from receipts_in_every_state(world)
    yield from commitments_in_every_state(world)
    yield from cards_in_every_state(world)
    yield from letters_in_every_state(world)


def proposals_in_every_state(world):
    for number, state in enumerate(("received", "assigned", "handling", "replied", "closed"), 1):
        yield make.proposal_at(world, state, f"{number:03}"), state, set()
    at = make.moment(2020, 3, 12)
    merged = make.registered(world, "006")
    rearranging.merge(merged, make.assigned(world, "007"), by=world.office, at=at, note="内容相同")
    yield merged, "merged", set()
    yield (
        Proposal.objects.get(number="007"),
        "assigned",
        {"merge", "hand_back", "withdraw"},
    )  # others are merged into it
    withdrawn = make.assigned(world, "008")
    rearranging.withdraw(withdrawn, by=world.office, at=at, note="提案委来函")
    yield withdrawn, "withdrawn", set()
    back = make.registered(world, "009")
    rearranging.hand_back(back, by=world.office, at=at, note="属党委", letter="府办函3号", handed_to="区委组织部")
    yield back, "handed_back", set()
    secret = make.registered(world, "010", is_secret=True)
    yield secret, "received", {"correct", "merge", "coordinate"}


def cases_in_every_state(world):
    requests = {"grant_return", "refuse_return", "grant_extension", "refuse_extension"}
    never = requests | {"advise", "record_offline", "rehandle", "close_agreed", "close_unanswered"}
    at = make.moment(2020, 3, 12)
    yield make.assigned(world, "011").cases.get(), "assigned", never
    asked = make.assigned(world, "012").cases.get()
    cases.request_return(asked, world.culture, by=world.clerk, at=at, note="职责不符")
    yield asked, "assigned", never - {"grant_return", "refuse_return"} | {"request_return"}
    yield make.handling(world, "013").cases.get(), "handling", never
    helping = make.handling(world, "014", roles=[(world.culture, "lead"), (world.housing, "assist")])
    yield make.case_of(helping, world.housing), "handling", never - {"advise"} | {"request_extension"}
    helped = make.handling(world, "015", roles=[(world.culture, "lead"), (world.housing, "assist")])
    advised = make.case_of(helped, world.housing)
    cases.advise(advised, by=world.head, at=make.moment(2020, 3, 13), text="同意")
    yield advised, "advised", set()
    yield make.proposal_at(world, "replied", "016").cases.get(), "replied", never - {"close_unanswered"}
    yield make.proposal_at(world, "closed", "017").cases.get(), "closed", never
    given_back = make.assigned(world, "018").cases.get()
    cases.request_return(given_back, world.culture, by=world.clerk, at=at, note="职责不符")
    cases.grant_return(given_back, by=world.office, at=make.moment(2020, 3, 13), note="同意")
    yield given_back, "ended", set()
    twice = make.handling(world, "019").cases.get()
    for when in (make.moment(2020, 4, 20), make.moment(2020, 6, 20)):
        make.rated(world, make.reply_at(world, twice, "issued", at=when), "不满意", at=when)
    yield twice, "replied", {"close_unanswered"}
    late = make.handling(world, "020").cases.get()
    cases.request_extension(late, datetime.date(2020, 7, 1), by=world.clerk, at=at, note="须现场勘查")
    yield late, "handling", never - {"grant_extension", "refuse_extension"} | {"request_extension"}
    secret = make.registered(world, "021", is_secret=True)
    cases.assign(secret, [(world.housing, "lead")], by=world.office, at=make.moment())
    offline = secret.cases.get()
    by_text = {"request_return", "request_extension", "contact", "urge"}  # no text of a secret proposal is stored
    yield offline, "assigned", never - {"record_offline"} | by_text


def replies_in_every_state(world):
    for number, state in enumerate(make.STEPS, 31):
        case = make.handling(world, f"{number:03}").cases.get()
        yield make.reply_at(world, case, state), state, set()
    paper = make.reply_at(world, make.handling(world, "041").cases.get(), "leader_signoff")
    replies.sign_on_paper(paper, paper.code, make.scan(), by=world.office2, at=make.moment(2020, 4, 21))
    yield paper, "paper_signed", set()
    wrong = make.reply_at(world, make.handling(world, "042").cases.get(), "issued")
    ratings.reissue(wrong, by=world.office, at=make.moment(2020, 4, 22), note="数字有误")
    yield wrong, "void", set()
    rated = make.reply_at(world, make.handling(world, "043").cases.get(), "issued")
    make.rated(world, rated)
    yield rated, "issued", {"reissue"}
    dropped = make.handling(world, "044", roles=[(world.housing, "lead")])
    draft = make.reply_at(world, dropped.cases.get(), "unit_review")
    cases.adjust(dropped, [(world.culture, "lead")], [make.case_of(dropped, world.housing)], by=world.office,
                 at=make.moment(2020, 4, 21), note="职责调整")  # fmt: skip
    yield draft, "unit_review", {row.action for row in TABLES["reply"]}  # its case has ended


def receipts_in_every_state(world):
    awaited = make.reply_at(world, make.handling(world, "051").cases.get(), "issued")
    yield make.receipt_of(awaited), "awaited", set()
    entered = make.reply_at(world, make.handling(world, "052").cases.get(), "issued")
    ratings.enter(
        make.receipt_of(entered),
        make.rating(world.session, "满意"),
        by=world.secretary2,
        at=make.moment(2020, 5, 6),
        received_on=make.moment(2020, 5, 6).date(),
        scan=make.scan(),
    )
    yield make.receipt_of(entered), "submitted", set()
    confirmed = make.reply_at(world, make.handling(world, "053").cases.get(), "issued")
    yield make.rated(world, confirmed), "confirmed", set()  # by the other secretary
    early = make.handling(world, "054")
    yield make.parked(world, early.cases.get()), "parked", set()
    void = make.reply_at(world, make.handling(world, "055").cases.get(), "issued")
    ratings.reissue(void, by=world.office, at=make.moment(2020, 4, 22), note="数字有误")
    yield make.receipt_of(void), "awaited", {row.action for row in TABLES["receipt"]}


def commitments_in_every_state(world):
    at = make.moment(2020, 9, 1)
    for number, state in enumerate(("open", "reported", "fulfilled", "lapsed"), 61):
        reply = make.reply_at(world, make.handling(world, f"{number:03}").cases.get(), "issued", "B")
        promise = reply.commitments.get()
        if state in ("reported", "fulfilled"):
            promises.report(promise, by=world.clerk, at=at, text="已完成")
        if state == "fulfilled":
            promises.verify(promise, by=world.office, at=at)
        if state == "lapsed":
            promises.lapse(promise, by=world.office, at=at, note="规划调整", leader_consent="周明远9月1日同意",
                           proposer_told="9月1日电话告知")  # fmt: skip
        yield promise, state, set()
    draft = make.drafted(world, make.handling(world, "065").cases.get(), "B")
    yield draft.commitments.get(), "open", {row.action for row in TABLES["commitment"]}  # not promised to anybody yet


def cards_in_every_state(world):
    for number, state in enumerate(make.CARD_STATES, 71):
        yield make.card_at(world, make.assigned(world, f"{number:03}").cases.get(), state), state, set()
    dismissed = make.card_at(world, make.assigned(world, "076").cases.get(), "proposed")
    cards.dismiss(dismissed, by=world.office, at=make.moment(2020, 3, 16), note="已口头提醒")
    yield dismissed, "withdrawn", set()
    raised = make.card_at(world, make.assigned(world, "077").cases.get(), "issued")
    red = make.raised(world, raised)
    yield raised, "issued", {"raise"}
    yield red, "issued", {"raise"}
    entered = make.card_at(world, make.assigned(world, "078").cases.get(), "issued")
    cards.answer(
        entered, by=world.office, at=make.moment(2020, 3, 16), text="已整改", paper=Paper("王主任", make.scan())
    )
    yield entered, "answered", {("lift", "office")}  # by who entered it
    gone = make.assigned(world, "079")
    issued = make.card_at(world, gone.cases.get(), "issued")
    rearranging.withdraw(gone, by=world.office, at=make.moment(2020, 3, 16), note="提案委来函")
    yield issued, "issued", {row.action for row in TABLES["card"]}  # its case has ended


def letters_in_every_state(world):
    """One letter for each session: of another session for every state."""
    for number, state in enumerate(make.LETTER_STEPS):
        yield make.letter_at(in_session(world, number), state, number=f"大渡口府函〔2020〕{number + 1}号"), state, set()
    elsewhere = in_session(world, 8)
    own = AnnualLetter.objects.create(session=elsewhere.session)
    make.user("deputy", "副主任", Post.Kind.OFFICE_HEAD)
    approvals.submit(own, world.leader_row, by=world.chief, at=make.moment(2020, 3, 16), note="演练")
    yield own, "office_review", {("approve", "chief")}  # who submitted it


def in_session(world, number):
    """The same people with a session of its own, without proposals."""
    other = copy.copy(world)
    other.session = Session.objects.create(key=f"11-{number + 1}", label=f"第{number + 1}次演练", year=2020)
    return other


@pytest.mark.django_db
def test_each_person_can_do_exactly_what_the_document_allows():
    world = make.world()
    seen = set()
    for thing, state, unmet in things_in_every_state(world):
        thing = type(thing).objects.get(pk=thing.pk)
        name = thing.WORKFLOW.name
        assert thing.state == state
        seen.add((name, state))
        allowed = {(row[0], row[2]) for row in allowed_by_document(name) if row[1] == state}
        every_action = {row.action for row in TABLES[name] if row.built and NEW not in row.sources}
        events = Event.objects.count()
        for person, parties in PEOPLE.items():
            user = world.people[person]
            if is_secret(thing):  # no scan of it is stored, so the office enters for nobody
                parties = parties - {"office_for"}
            expected = {action for action, party in allowed if party in parties} - unmet
            expected -= {pair[0] for pair in unmet if pair[1:] == (person,)}
            assert {row.action for row in open_rows(thing, user, TODAY)} == expected, (name, state, person)
            for action in every_action - expected:
                with pytest.raises((NotAllowed, OutOfTurn, Refused)):
                    check(thing, action, user=user, on=TODAY, note="理由")
        assert Event.objects.count() == events
        thing.refresh_from_db()
        assert thing.state == state
    states = {(name, state) for name, model in THINGS.items() for state in model.WORKFLOW.states.values}
    assert states == seen


@pytest.mark.django_db
@pytest.mark.parametrize("person", PEOPLE)
def test_who_may_begin_a_reply(person):
    world = make.world()
    case = make.handling(world).cases.get()
    may = bool(PEOPLE[person] & {"unit", "unit_head"})
    if may:
        assert check_draft(case, user=world.people[person], on=TODAY).target == "draft"
    else:
        with pytest.raises(Refused if "office" in PEOPLE[person] else NotAllowed, match=r"代录|岗位"):
            replies.draft(case, by=world.people[person], at=make.moment())
    assert not Reply.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("person", [person for person in PEOPLE if "office" not in PEOPLE[person]])
def test_only_the_office_registers(person):
    world = make.world()
    with pytest.raises(NotAllowed):
        cases.register(
            world.session, number="1", title="题", proposers=[{"name": "赵"}], by=world.people[person], at=make.moment()
        )
    assert not Proposal.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("thing", THINGS)
def test_actions_that_need_a_note_refuse_a_blank_one(thing):
    world = make.world()
    refused = 0
    for found, state, unmet in things_in_every_state(world):
        if found.WORKFLOW.name != thing:
            continue
        found = type(found).objects.get(pk=found.pk)
        for row in TABLES[thing]:
            if not (row.built and row.note and state in row.sources) or row.action in unmet:
                continue
            if is_secret(found):  # no text of it is stored, so none can be asked for
                continue
            person = next(name for name, parties in PEOPLE.items() if parties & row.parties)
            with pytest.raises(Refused, match="须填写说明"):
                check(found, row.action, user=world.people[person], on=TODAY, note="  ")
            refused += 1
    assert (
        refused >= {"proposal": 20, "case": 8, "reply": 6, "receipt": 2, "commitment": 3, "card": 7, "letter": 4}[thing]
    )
