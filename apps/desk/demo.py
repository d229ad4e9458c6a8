"""The demonstration district: units, people and the year 2020, lived through the real operations.

Each proposal of fixtures/session-9-4.json is a life: a generator that names the moment of its next step, so that the
steps of all proposals happen in the order of time and the history is what it says it is.
"""

import datetime
import heapq
import itertools
import json
import random
from collections import defaultdict
from io import BytesIO
from itertools import count
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import F
from PIL import Image, ImageDraw

from apps.accounts.models import Post, User
from apps.calendars.deadlines import Calendar, add_working_days
from apps.proposals import operations as cases
from apps.proposals.models import Category, Sector, Session
from apps.proposals.workflow import CaseRole
from apps.ratings import operations as ratings
from apps.ratings.models import Receipt
from apps.replies import operations as replies
from apps.replies.models import Reply
from apps.reports import operations as reports
from apps.units.models import Leader, Portfolio, Unit, UnitAlias
from apps.units.queries import units_by_name

FIXTURES = settings.BASE_DIR / "fixtures"
SHANGHAI = ZoneInfo("Asia/Shanghai")
SESSION = "9-4"
PASSWORD = "yanshi-2020"  # only ever set while DEBUG is on
HOURS = (9, 10, 11, 14, 15, 16, 17)  # at which something is done


def read(name):
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


def day_of(text):
    return datetime.date.fromisoformat(text)


class District:
    """The people and bodies of the demonstration, looked up by the names that the fixtures use."""

    def __init__(self):
        self.units = units_by_name()
        self.leaders = {leader.name: leader for leader in Leader.objects.all()}
        self.people = {user.username: user for user in User.objects.all()}
        self.clerks, self.heads, self.signers = {}, {}, {}
        for post in Post.objects.select_related("user"):
            if post.kind == Post.Kind.UNIT_CLERK:
                self.clerks.setdefault(post.unit_id, post.user)
            elif post.kind == Post.Kind.UNIT_HEAD:
                self.heads.setdefault(post.unit_id, post.user)
            elif post.kind == Post.Kind.LEADER:
                self.signers[post.leader_id] = post.user
        self.charge = {held.unit_id: held.leader for held in Portfolio.objects.select_related("leader")}
        self.categories = {category.name: category for category in Category.objects.all()}
        self.sectors = {sector.name: sector for sector in Sector.objects.all()}
        self.calendar = Calendar.load()
        self.numbers = {}

    def at_work(self, at):
        """`at`, or the first moment after it at which offices work: 8:30–12:00 and 14:00–18:00 of a working day."""
        day, clock = at.date(), at.time()
        if clock >= datetime.time(18) or not self.calendar.is_working_day(day):
            return moment(add_working_days(day, 1, self.calendar), 9, at.minute)
        if clock < datetime.time(8, 30):
            return moment(day, 9, at.minute)
        if datetime.time(12) <= clock < datetime.time(14):
            return moment(day, 14, at.minute)
        return at

    def reply_number(self, unit, year):
        """The next number of a unit's series."""
        self.numbers[unit.pk] = self.numbers.get(unit.pk, 0) + 1
        return f"{unit.series}〔{year}〕{self.numbers[unit.pk]}号"


class Terms:
    """A session with its classes and ratings by name."""

    def __init__(self, session):
        self.session = session
        self.classes = {one.code: one for one in session.classes.all()}
        self.ratings = {one.name: one for one in session.ratings.all()}


@transaction.atomic
def load():
    """Loads everything; returns False, and does nothing, where the session is there already."""
    if Session.objects.filter(key=SESSION).exists():
        return False
    fixture = read(f"session-{SESSION}.json")
    _load_district()
    district = District()
    session = _open(fixture["session"], district)
    terms = Terms(session)
    places = defaultdict(count)  # day of reception → how many came before: a list is entered from top to bottom
    lives = [
        Life(district, terms, entry, next(places[entry["received_on"]]), random.Random(entry["number"]))
        for entry in fixture["proposals"]
    ]
    live_through(life.run() for life in lives)
    _write_letter(session, district)
    return True


def live_through(lives):
    """Runs generators that yield the moment of their next step, always the earliest one next."""
    for _ in in_order_of_time(lives):
        pass


def in_order_of_time(lives):
    """Several lives as one: yields the moments of all their steps, the earliest first."""
    order = count()
    queue = [(moment, next(order), life) for life in lives for moment in itertools.islice(life, 1)]
    heapq.heapify(queue)
    while queue:
        at, _, life = heapq.heappop(queue)
        yield at
        for next_at in itertools.islice(life, 1):
            heapq.heappush(queue, (next_at, next(order), life))


def _load_district():
    leaders = {}
    for order, row in enumerate(read("leaders.json")):
        leaders[row["key"]] = Leader.objects.create(name=row["name"], title=row["title"], order=order)
    since = datetime.date(2019, 1, 1)
    for order, row in enumerate(read("units.json")):
        unit = Unit.objects.create(
            name=row["name"],
            full_name=row["full_name"],
            kind=row["kind"],
            contact_name=row["contact"]["name"],
            contact_phone=row["contact"]["phone"],
            series=f"大渡口{row['name'].removeprefix('区')}函",
            order=order,
        )
        UnitAlias.objects.bulk_create(UnitAlias(unit=unit, name=alias) for alias in row["aliases"])
        Portfolio.objects.create(leader=leaders[row["leader"]], unit=unit, from_on=since)
    lists = read("categories.json")
    Category.objects.bulk_create(
        Category(name=row["name"], theme=row["theme"], order=order) for order, row in enumerate(lists["categories"])
    )
    Sector.objects.bulk_create(Sector(name=name) for name in lists["sectors"])
    _load_accounts()


def _load_accounts():
    """Two people in each office, clerk and head in each unit, a login for each leader; passwords only with DEBUG."""
    password = make_password(PASSWORD if settings.DEBUG else None)
    made = []

    def account(username, name, kind, **fields):
        made.append((User(username=username, display_name=name, password=password), kind, fields))

    kinds = Post.Kind
    account("office", "吴晓岚", kinds.OFFICE)
    account("office2", "何志强", kinds.OFFICE)
    account("committee", "秦月华", kinds.SECRETARIAT)
    account("committee2", "邓书平", kinds.SECRETARIAT)
    account("auditor", "孟审计", kinds.AUDITOR)
    account("admin", "系统管理员", kinds.SYSTEM_ADMIN)
    for number, leader in enumerate(Leader.objects.all(), 1):
        account(f"leader{number}", leader.name, kinds.LEADER, leader=leader)
    for number, unit in enumerate(Unit.objects.all(), 1):
        account(f"unit{number:02}", unit.contact_name or f"{unit.name}经办人", kinds.UNIT_CLERK, unit=unit)
        account(f"head{number:02}", f"{unit.name}负责人", kinds.UNIT_HEAD, unit=unit)
    User.objects.bulk_create(user for user, _, _ in made)
    Post.objects.bulk_create(Post(user=user, kind=kind, **fields) for user, kind, fields in made)


def accounts():
    """[(post, username)] of the demonstration that a newcomer tries first; the password is PASSWORD for all."""
    housing = Unit.objects.filter(name="区住房城乡建委").first()
    wanted = ["office", "office2"]
    if housing:
        wanted += Post.objects.filter(unit=housing).order_by("kind").values_list("user__username", flat=True)
        wanted += Post.objects.filter(leader__portfolios__unit=housing).values_list("user__username", flat=True)
    wanted += ["committee", "committee2", "auditor", "admin"]
    posts = {post.user.username: post for post in Post.objects.select_related("user", "unit", "leader")}
    return [(str(posts[name]), name) for name in wanted if name in posts]


def _open(fields, district):
    opened_on = day_of(fields["opened_on"])
    return cases.open_session(
        fields["key"],
        fields["label"],
        fields["year"],
        by=district.people["office"],
        at=moment(opened_on, 9),
    )


def moment(day, hour, minute=0):
    return datetime.datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def scan(text):
    """A small picture that stands for a scanned form; it says in plain letters that it is one."""
    page = Image.new("1", (420, 300), 1)
    draw = ImageDraw.Draw(page)
    draw.rectangle((10, 10, 410, 290), outline=0)
    draw.text((30, 40), f"DEMONSTRATION SCAN\n\n{text}", fill=0)
    content = BytesIO()
    page.save(content, "PNG")
    return SimpleUploadedFile(f"{text.replace('/', '-')}.png", content.getvalue(), content_type="image/png")


class Life:
    """One proposal of the fixture, from its registration to its last receipt."""

    def __init__(self, district, terms, entry, place, chance):
        """`place`: how many proposals were received before it on its day. `chance`: a seeded random.Random."""
        self.district, self.terms, self.entry, self.place, self.chance = district, terms, entry, place, chance
        self.office = district.people["office"]
        self.secretaries = [district.people["committee"], district.people["committee2"]]

    def run(self):
        entry = self.entry
        at = self.in_turn(entry["received_on"], 9)
        yield at
        proposal = self.register(at)
        at = self.in_turn(entry["assigned_on"], 10)
        yield at
        due_on = day_of(entry["reply_due_on"]) if "reply_due_on" in entry else None
        note = "情况复杂，经与提案委商定延长办理时间。" if due_on else ""
        cases.assign(proposal, self.roles(), by=self.office, at=at, reply_due_on=due_on, note=note)
        parts = [self.handle(case, at) for case in proposal.cases.select_related("unit")]
        yield from in_order_of_time(parts)

    def register(self, at):
        entry = self.entry
        return cases.register(
            self.terms.session,
            number=entry["number"],
            title=entry["title"],
            proposers=entry["proposers"],
            by=self.office,
            at=at,
            text=entry["text"],
            form=entry["form"],
            kind=entry["kind"],
            sector=self.district.sectors[entry["sector"]],
            category=self.district.categories[entry["category"]],
            is_key=entry["is_key"],
            supervising_leader=self.district.leaders[entry["supervising_leader"]] if entry["is_key"] else None,
            wished_units="、".join(entry["suggested_units"]),
            remark="演示数据" if entry["demo"] else "演示数据，办理情况取自公开通报",
            received_on=day_of(entry["received_on"]),
        )

    def roles(self):
        units, entry = self.district.units, self.entry
        if entry["mode"] == "separate":
            return [(units[part["unit"]], CaseRole.SEPARATE) for part in entry["parts"]]
        roles = [(units[entry["parts"][0]["unit"]], CaseRole.LEAD)]
        return roles + [(units[told["unit"]], CaseRole.ASSIST) for told in entry["assists"]]

    def handle(self, case, assigned_at):
        clerk = self.district.clerks[case.unit_id]
        at = self.later(assigned_at, 0, 2)
        yield at
        cases.accept(case, by=clerk, at=at)
        if case.role == CaseRole.ASSIST:
            yield from self.advise(case, at)
            return
        for told in self.told_of(case, self.entry["parts"])["rounds"]:
            at = yield from self.answer(case, told, at)

    def told_of(self, case, entries):
        """What the fixture tells of a case's unit, among `entries`."""
        return next(told for told in entries if self.district.units[told["unit"]].pk == case.unit_id)

    def advise(self, case, at):
        at = self.working(at.date(), self.chance.randint(5, 15))
        yield at
        opinion = self.told_of(case, self.entry["assists"])["opinion"]
        cases.advise(case, by=self.district.heads[case.unit_id], at=at, text=opinion)

    def answer(self, case, told, at):
        """One round of an answering case: talks, the reply's way to the proposer, the receipt. Returns its moment."""
        unit, started_on = case.unit_id, at.date()
        clerk, head = self.district.clerks[unit], self.district.heads[unit]
        signer = self.district.charge[unit]
        afterwards = [talk for talk in told["contacts"] if talk["stage"] == "after"]
        for talk in told["contacts"]:
            if talk not in afterwards:
                at = yield from self.talk(case, talk, started_on, at)
        at = self.on_or_after(at, told.get("drafted_on"), started_on, told["days"])
        yield at
        reply = replies.draft(
            case,
            by=clerk,
            at=at,
            body=told["reply"],
            result_class=self.terms.classes[told["class"]],
            publicity=told["publicity"],
            class_reason=told.get("class_reason", ""),
            summary=told.get("summary", ""),
            commitments=[{"text": one["text"], "due_on": day_of(one["due_on"])} for one in told.get("commitments", ())],
        )
        at = self.later(at, 0, 1)
        yield at
        replies.submit(reply, by=clerk, at=at)
        at = self.later(at, 0, 2)
        yield at
        replies.unit_approve(reply, by=head, at=at)
        at = self.later(at, 1, 2)
        yield at
        replies.office_forward(reply, signer, by=self.office, at=at)
        at = self.later(at, 0, 3)
        yield at
        replies.sign(reply, reply.content_hash, by=self.district.signers[signer.pk], at=at)
        at = self.later(at, 0, 1)
        yield at
        number = self.district.reply_number(reply.case.unit, at.year)
        ratings.issue(reply, by=clerk, at=at, number=number, issued_on=at.date(), means=told["means"])
        issued_on = at.date()
        for talk in afterwards:
            at = yield from self.talk(case, talk, issued_on, at)
        return (yield from self.receive(reply, told, at))

    def talk(self, case, told, started_on, at):
        """A talk with the proposer, recorded on its day by the unit's clerk. Returns its moment."""
        at = self.on_or_after(at, told.get("on"), started_on, told["after"])
        yield at
        cases.contact(
            case,
            by=self.district.clerks[case.unit_id],
            at=at,
            stage=told["stage"],
            manner=told["manner"],
            held_on=at.date(),
            people=told["people"],
            summary=told["summary"],
        )
        return at

    def receive(self, reply, told, at):
        receipt = Receipt.objects.get(reply=reply)
        at = self.later(at, 3, 10)
        yield at
        one, other = self.chance.sample(self.secretaries, 2)
        ratings.enter(
            receipt,
            self.terms.ratings[told["rating"]],
            by=one,
            at=at,
            received_on=at.date(),
            scan=scan(f"{self.terms.session.key}/{self.entry['number']}"),
            comment=told.get("comment", ""),
        )
        at = self.later(at, 0, 2)
        yield at
        ratings.confirm(receipt, by=other, at=at)
        return at

    def in_turn(self, day, hour):
        """The moment in a day's work at which the turn is this proposal's: one a minute from `hour` on."""
        return moment(day_of(day), hour) + datetime.timedelta(minutes=self.place)

    def working(self, start, days):
        """A moment some working days after `start`."""
        day = add_working_days(start, days, self.district.calendar)
        return moment(day, self.chance.choice(HOURS), self.chance.randint(0, 59))

    def later(self, at, least, most):
        """A moment some working days after `at`; the same day some minutes on, while offices are open."""
        days = self.chance.randint(least, most)
        if days:
            return self.working(at.date(), days)
        return self.district.at_work(at + datetime.timedelta(minutes=self.chance.randint(20, 90)))

    def on_or_after(self, at, day, start, days):
        """The moment on `day` where the fixture names one, else some working days after `start`; never before `at`."""
        found = moment(day_of(day), self.chance.choice(HOURS)) if day else self.working(start, days)
        return self.district.at_work(max(found, at + datetime.timedelta(minutes=30)))


def _write_letter(session, district):
    """The texts that the office keeps with the session for its annual letter, and the examples it chose."""
    texts = read("letter-2020.json")
    examples = texts.pop("examples")
    texts["dated_on"] = dated_on = day_of(texts["dated_on"])
    office = district.people["office"]
    reports.save_letter_texts(session, by=office, at=moment(dated_on, 9), **texts)
    told = Reply.objects.filter(case__proposal__session=session, case__proposal__number__in=examples)
    chosen = told.filter(round=F("case__round")).values_list("pk", flat=True)
    reports.choose_cases(session, chosen, by=office, at=moment(dated_on, 9, 30))
