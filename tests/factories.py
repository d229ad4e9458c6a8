"""The smallest true world for a test: people with posts, units, a session, and proposals walked by real operations."""

import datetime
import io
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from apps.accounts import operations as accounts
from apps.accounts.models import Post, User
from apps.proposals import operations as cases
from apps.proposals.models import Category, Proposal, Sector, Session
from apps.proposals.workflow import CaseRole
from apps.ratings import operations as ratings
from apps.ratings.models import Receipt
from apps.replies import operations as replies
from apps.reports import approvals
from apps.reports.models import AnnualLetter
from apps.supervision import operations as cards
from apps.units.models import Leader, Portfolio, Unit, UnitAlias

SHANGHAI = ZoneInfo("Asia/Shanghai")
PASSWORD = "correct-horse-battery"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63f80f0001010100b1"
    "38f6140000000049454e44ae426082"
)


def moment(year=2020, month=3, day=10, hour=10):
    """An aware time in Shanghai."""
    return datetime.datetime(year, month, day, hour, tzinfo=SHANGHAI)


def scan(name="回执.png"):
    return SimpleUploadedFile(name, PNG, content_type="image/png")


def pdf(name="方案.pdf", pages=1, **saving):
    """An upload of a PDF with blank pages of A4; `saving`: what pikepdf's save takes, such as encryption."""
    book, content = pikepdf.new(), io.BytesIO()
    for _ in range(pages):
        book.add_blank_page(page_size=(595, 842))
    book.save(content, **saving)
    return SimpleUploadedFile(name, content.getvalue(), content_type="application/pdf")


def user(username, name, kind=None, **fields):
    person = User.objects.create_user(username, password=PASSWORD, display_name=name)
    if kind:
        Post.objects.create(user=person, kind=kind, **fields)
    return person


@dataclass
class World:
    """Two units with clerk and head, two leaders, the office with its head, the secretariat with two people, auditor
    and admin."""

    session: Session = None
    housing: Unit = None
    culture: Unit = None
    parks: Unit = None
    people: dict = field(default_factory=dict)

    def __getattr__(self, name):
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None


def world():
    made = World()
    made.housing = Unit.objects.create(name="区住房城乡建委", full_name="大渡口区住房和城乡建设委员会", order=1)
    made.culture = Unit.objects.create(name="区文化旅游委", order=2)
    made.parks = Unit.objects.create(name="区城市管理局", order=3)
    UnitAlias.objects.create(unit=made.housing, name="区住建委")
    made.leader_row = Leader.objects.create(name="周明远", title="副区长", order=1)
    made.other_leader_row = Leader.objects.create(name="陈思齐", title="副区长", order=2)
    start = datetime.date(2019, 1, 1)
    Portfolio.objects.create(leader=made.leader_row, unit=made.housing, from_on=start)
    Portfolio.objects.create(leader=made.other_leader_row, unit=made.culture, from_on=start)
    Portfolio.objects.create(leader=made.other_leader_row, unit=made.parks, from_on=start)
    kinds = Post.Kind
    made.people = {
        "office": user("office", "吴办", kinds.OFFICE),
        "office2": user("office2", "何办", kinds.OFFICE),
        "chief": user("chief", "钟主任", kinds.OFFICE_HEAD),
        "clerk": user("clerk", "李经办", kinds.UNIT_CLERK, unit=made.housing),
        "head": user("head", "王主任", kinds.UNIT_HEAD, unit=made.housing),
        "culture_clerk": user("culture_clerk", "文经办", kinds.UNIT_CLERK, unit=made.culture),
        "culture_head": user("culture_head", "文主任", kinds.UNIT_HEAD, unit=made.culture),
        "parks_clerk": user("parks_clerk", "管经办", kinds.UNIT_CLERK, unit=made.parks),
        "parks_head": user("parks_head", "管局长", kinds.UNIT_HEAD, unit=made.parks),
        "leader": user("leader", "周明远", kinds.LEADER, leader=made.leader_row),
        "other_leader": user("other_leader", "陈思齐", kinds.LEADER, leader=made.other_leader_row),
        "secretary": user("secretary", "秘一", kinds.SECRETARIAT),
        "secretary2": user("secretary2", "秘二", kinds.SECRETARIAT),
        "auditor": user("auditor", "审计", kinds.AUDITOR),
        "admin": user("admin", "管理员", kinds.SYSTEM_ADMIN),
    }
    made.session = cases.open_session("9-4", "九届四次会议", 2020, by=made.office, at=moment(2020, 1, 10))
    made.category = Category.objects.create(name="城乡建设", theme="基础设施与城市管理")
    made.sector = Sector.objects.create(name="经济界")
    return made


def delegation(world, principal, to, at=None, days=10, **fields):
    """`principal` delegates to `to` from the day of `at` (default now) for some days, recorded then by the office."""
    at = at or timezone.now()
    from_on = fields.pop("from_on", timezone.localdate(at))
    until_on = from_on + datetime.timedelta(days=days)
    return accounts.delegate(
        principal, to, from_on=from_on, until_on=until_on, reason="赴外地学习", by=world.office, at=at, **fields
    )


def result_class(session, code):
    return session.classes.get(code=code)


def rating(session, name):
    return session.ratings.get(name=name)


def registered(world, number="001", title="关于增设过街天桥的建议", at=None, **fields):
    fields.setdefault("category", world.category)
    fields.setdefault("sector", world.sector)
    return cases.register(
        world.session,
        number=number,
        title=title,
        proposers=fields.pop("proposers", [{"name": "赵堃", "phone": "13900000001"}]),
        by=world.office,
        at=at or moment(2020, 3, 1),
        **fields,
    )


def assigned(world, number="001", roles=None, at=None, **fields):
    proposal = registered(world, number, at=at, **fields)
    cases.assign(proposal, roles or [(world.housing, CaseRole.LEAD)], by=world.office, at=at or moment())
    return proposal


def case_of(proposal, unit):
    return proposal.cases.exclude(state="ended").get(unit=unit)


def people_of(world, unit):
    """(clerk, head, leader) of a unit in `world`."""
    if unit == world.housing:
        return world.clerk, world.head, world.leader
    name = "culture" if unit == world.culture else "parks"
    return world.people[f"{name}_clerk"], world.people[f"{name}_head"], world.other_leader


def handling(world, number="001", at=None, **fields):
    """Accepted by all its units; `at`: when it was registered, assigned and accepted, else in March 2020."""
    proposal = assigned(world, number, at=at, **fields)
    for case in proposal.cases.all():
        clerk, _, _ = people_of(world, case.unit)
        cases.accept(case, by=clerk, at=at or moment(2020, 3, 11))
    return proposal


def drafted(world, case, code="A", at=None, body="经研究，现答复如下。"):
    clerk, _, _ = people_of(world, case.unit)
    at = at or moment(2020, 4, 20)
    case.refresh_from_db()
    cases.contact(
        case,
        by=clerk,
        at=at,
        stage="before" if case.round == 1 else "during",
        manner="phone",
        held_on=timezone.localdate(at),
        people="赵堃",
        summary=f"就提案内容交换意见（第{case.round}轮）",
    )
    reply = replies.draft(case, by=clerk, at=at)
    promises = [{"text": "年内完成整治", "due_on": datetime.date(2027, 12, 31)}] if code == "B" else []
    return replies.edit(
        reply,
        by=clerk,
        at=at,
        body=body,
        result_class=result_class(world.session, code),
        publicity="open",
        class_reason="政策所限" if code == "C" else "",
        commitments=promises,
    )


STEPS = ("draft", "unit_review", "office_review", "leader_signoff", "signed", "issued")


def reply_at(world, case, state, code="A", at=None, body="经研究，现答复如下。"):
    """A reply of the case, walked up to `state` by the right people."""
    at = at or moment(2020, 4, 20)
    clerk, head, leader = people_of(world, case.unit)
    reply = drafted(world, case, code, at, body)
    steps = (
        lambda: replies.submit(reply, by=clerk, at=at),
        lambda: replies.unit_approve(reply, by=head, at=at),
        lambda: replies.office_forward(
            reply, {world.leader: world.leader_row}.get(leader, world.other_leader_row), by=world.office, at=at
        ),
        lambda: replies.sign(reply, reply.content_hash, by=leader, at=at),
        lambda: ratings.issue(
            reply,
            by=clerk,
            at=at,
            number=f"大建函〔2020〕{reply.pk}号",
            issued_on=timezone.localdate(at),
            means="in_person",
        ),
    )
    for step in steps[: STEPS.index(state)]:
        step()
    return reply


def receipt_of(reply):
    return Receipt.objects.get(reply=reply)


def rated(world, reply, name="满意", at=None, confirm=True, attitude=None):
    """The reply's receipt entered by one secretary and, if asked, confirmed by the other.

    `attitude`: the name of a second rating, as good as the first where the session asks for one.
    """
    at = at or moment(2020, 5, 6)
    receipt = receipt_of(reply)
    if attitude or receipt.case.proposal.session.asks_attitude:
        attitude = rating(world.session, attitude or name)
    ratings.enter(receipt, rating(world.session, name), by=world.secretary, at=at,
                  received_on=timezone.localdate(at), scan=scan(), attitude=attitude)  # fmt: skip
    if confirm:
        ratings.confirm(receipt, by=world.secretary2, at=at)
    return receipt


def parked(world, case, name="满意", at=None):
    """A receipt of the case's first proposer that came before the reply was recorded."""
    at = at or moment(2020, 4, 20)
    return ratings.park(case, case.proposal.proposers.first(), rating(world.session, name), by=world.secretary, at=at,
                        received_on=timezone.localdate(at), scan=scan())  # fmt: skip


def proposal_at(world, state, number="001", **fields):
    """A proposal with one lead unit, walked by real operations until it is in `state`."""
    if state == "received":
        return registered(world, number, **fields)
    if state == "assigned":
        return assigned(world, number, **fields)
    proposal = handling(world, number, **fields)
    if state != "handling":
        reply = reply_at(world, case_of(proposal, world.housing), "issued")
        if state == "closed":
            rated(world, reply)
    return Proposal.objects.get(pk=proposal.pk)


def tell_the_planner():
    """PostgreSQL plans by statistics, and of rows that a test has not committed there are none: nested loops for hours.

    For fixtures that load many rows into a transaction which is rolled back in the end.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


CARD_STATES = ("proposed", "issued", "answered", "lifted", "withdrawn")


def card_at(world, case, state, at=None):
    """The yellow card of a case that was assigned on the 10th and not accepted, walked on up to `state`.

    Acceptance is due on Friday 13 March 2020, the card on Monday.
    """
    at = at or moment(2020, 3, 16)
    case.refresh_from_db()
    clerk, _, _ = people_of(world, case.unit)
    card = cards.propose(case, "accept", by=None, at=at)
    if state != "proposed":
        cards.issue(card, by=world.office, at=at)
    if state in ("answered", "lifted"):
        cards.answer(card, by=clerk, at=at, text="已安排专人每日查收")
    if state == "lifted":
        cards.lift(card, by=world.office, at=at, note="已整改到位")
    if state == "withdrawn":
        cards.withdraw(card, by=world.office, at=at, note="误发")
    return card


def raised(world, card, at=None):
    """The red card that follows a yellow one."""
    told = {"note": "仍不整改", "leader_consent": "周明远3月16日当面同意"}
    return cards.raise_to_red(card, by=world.office, at=at or moment(2020, 3, 16), **told)


LETTER_STEPS = ("draft", "office_review", "leader_review", "approved", "issued")


def letter_at(world, state, at=None, number="大渡口府函〔2020〕280号", note="演练"):
    """The session's annual letter, submitted by the office and walked up to `state` by the right people."""
    at = at or moment(2020, 11, 3)
    letter, _ = AnnualLetter.objects.get_or_create(session=world.session)
    steps = (
        lambda: approvals.submit(letter, world.leader_row, by=world.office, at=at, note=note),
        lambda: approvals.approve(letter, by=world.chief, at=at),
        lambda: approvals.sign(letter, by=world.leader, at=at),
        lambda: approvals.issue(letter, number, timezone.localdate(at), by=world.office, at=at),
    )
    for step in steps[: LETTER_STEPS.index(state)]:
        step()
    return AnnualLetter.objects.get(pk=letter.pk)
