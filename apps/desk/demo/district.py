"""The demonstration district: its units, leaders and people, and the logins that a newcomer tries first."""

import datetime
import json

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import Count

from apps.accounts.models import Post, User
from apps.calendars.deadlines import Calendar, add_working_days
from apps.desk.homes import waiting_for
from apps.proposals.models import Case, Category, Sector
from apps.proposals.workflow import CaseState
from apps.units.models import Leader, Portfolio, Unit, UnitAlias
from apps.units.queries import units_by_name

from .lives import moment

FIXTURES = settings.BASE_DIR / "fixtures"
PASSWORD = "yanshi-2020"  # only ever set while DEBUG is on


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
        """The next number of a unit's series in a year."""
        self.numbers[unit.pk, year] = self.numbers.get((unit.pk, year), 0) + 1
        return f"{unit.series}〔{year}〕{self.numbers[unit.pk, year]}号"


class Terms:
    """A session with its classes and ratings by name."""

    def __init__(self, session):
        self.session = session
        self.classes = {one.code: one for one in session.classes.all()}
        self.ratings = {one.name: one for one in session.ratings.all()}


def load():
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
    """Two people in each office, its head, clerk and head in each unit, a login for each leader.

    Passwords only with DEBUG.
    """
    password = make_password(PASSWORD if settings.DEBUG else None)
    made = []

    def account(username, name, kind, **fields):
        made.append((User(username=username, display_name=name, password=password), kind, fields))

    kinds = Post.Kind
    account("office", "吴晓岚", kinds.OFFICE)
    account("office2", "何志强", kinds.OFFICE)
    account("office_head", "郭怀远", kinds.OFFICE_HEAD)
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


def accounts(today):
    """[(post, username)] that find work on a day and that a newcomer tries first; the password is PASSWORD for all.

    Of the units the one that has the most to do, of the leaders the first, to whom the letter of the year goes, and
    those for whom something waits.
    """
    running = Case.objects.filter(state__in=(CaseState.ASSIGNED, CaseState.HANDLING))
    busiest = running.values("unit").annotate(cases=Count("pk")).order_by("-cases", "unit__order").first()
    of_unit = Post.objects.filter(unit=busiest["unit"] if busiest else None).exclude(unit=None).order_by("kind")
    leaders = Post.objects.filter(kind=Post.Kind.LEADER).select_related("user").order_by("leader")
    wanted = ["office", "office2", "office_head", *of_unit.values_list("user__username", flat=True)]
    for place, post in enumerate(leaders):
        if not place or any(one.count for one in waiting_for(post.user, today)):
            wanted.append(post.user.username)
    wanted += ["committee", "committee2", "auditor", "admin"]
    posts = {post.user.username: post for post in Post.objects.select_related("user", "unit", "leader")}
    return [(str(posts[name]), name) for name in wanted if name in posts]
