"""A district in which everybody does everything, lawful, unlawful and nonsense, and what holds all the while.

tests/test_workflow.py lets Hypothesis choose the steps, bench/random_life.py chance. What a step may do is judged by
docs/workflow.md (read by tests/test_rules.py) and by who the people are here, never by the tables of the code.
"""

import datetime
import inspect
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from apps.accounts import operations as accounts
from apps.accounts.models import Post
from apps.audit.models import Event
from apps.audit.queries import verify
from apps.calendars.deadlines import deadline
from apps.desk.exchange.operations import bring_in
from apps.documents.workbooks import write_table
from apps.figures.queries import figures
from apps.notices import operations as notices
from apps.proposals import operations as cases
from apps.proposals import rearranging
from apps.proposals.models import Case, Proposal, Session
from apps.proposals.operations import Paper, state_of
from apps.proposals.queries import check, open_rows
from apps.proposals.settings.operations import change_session_settings
from apps.proposals.workflow import NotAllowed, OutOfTurn, Refused
from apps.ratings import links
from apps.ratings import operations as ratings
from apps.ratings.models import Receipt
from apps.ratings.queries import check_park
from apps.replies import operations as replies
from apps.replies import promises
from apps.replies.models import Commitment, Reply
from apps.replies.queries import check_draft, check_meeting
from apps.units.models import Leader
from tests import factories as make
from tests.replay import Replay
from tests.test_rules import NEW, TABLES

TOLD = (NotAllowed, OutOfTurn, Refused)
THINGS = {"proposal": Proposal, "case": Case, "reply": Reply, "receipt": Receipt, "commitment": Commitment}
BEGUN_ON_A_CASE = {("reply", "draft"): check_draft, ("reply", "meet"): check_meeting, ("receipt", "park"): check_park}
ENDED = ("merged", "withdrawn", "handed_back")
ANSWERING = ("lead", "separate")
OPEN_REPLIES = ("draft", "unit_review", "office_review", "leader_signoff", "paper_signed", "signed")
PROGRESS = ("assigned", "handling", "replied", "closed")
LIVE = 6  # so many proposals are under way at once; more come when some are over
OFTEN = {  # how much rather a deed is done than another that is open as well; 3 where nothing is said
    **dict.fromkeys(("assign", "accept", "draft", "meet", "submit", "unit_approve", "office_forward", "sign"), 40),
    **dict.fromkeys(("issue", "enter", "confirm", "advise", "report", "verify", "verify_paper", "rehandle"), 40),
    **dict.fromkeys(("withdraw", "hand_back", "grant_return", "reissue", "park", "recall", "polish"), 1),
    "sign_on_paper": 20,
    "edit": 15,
    "merge": 10,
    "amend": 10,
}
HOW_OFTEN = ("proposal", *["case"] * 3, *["reply"] * 6, *["receipt"] * 4, "commitment")
LEDGER = ["案号", "案由", "提案者", "主办单位", "协办单位", "交办日期", "签收日期", "答复日期", "答复文号", "办理结果",
          "公开属性", "首次评价", "最终评价", "回执日期", "办结日期"]  # fmt: skip


class Broken(AssertionError):
    """Something that must always hold does not."""


@dataclass(frozen=True)
class Staff:
    """Who somebody is, as the test knows it: posts as (kind, unit id or None, leader id or None)."""

    user: Any  # a User, or a Proposer, who has no account and acts by the link of a receipt
    posts: tuple = ()

    @property
    def key(self):
        """How the trail names them."""
        return getattr(self.user, "username", "proposer")

    def holds(self, kind, of=None):
        kinds = ("office", "office_head") if kind == "office" else (kind,)  # its head is one of the office
        return any(post[0] in kinds and (of is None or of in post[1:]) for post in self.posts)


@dataclass
class Deed:
    """An operation with its arguments. `valid`: whether they are right by the requirement, None where that is not
    told here."""

    operation: Any
    args: tuple
    kwargs: dict = field(default_factory=dict)
    valid: bool | None = True

    def takes(self, name):
        return name in inspect.signature(self.operation).parameters


def parties_in(action, kind):
    """Every party that has the action in any state, by the document."""
    return frozenset().union(*(row.parties for row in TABLES[kind] if row.action == action))


class Life:
    """One district from January 2020 on. Each step takes a `random.Random`, so that a seed repeats it."""

    def __init__(self, rng):
        self.rng = rng
        self.story = []
        self.steps = 0
        self.is_broken = False
        self.done = Counter()  # case.accept → how often it went through
        self.told = Counter()  # … how often somebody was told that it does not
        self.now = make.moment(2020, 1, 15)
        self.world = make.world()
        self.session = self.world.session
        self.units = [self.world.housing, self.world.culture, self.world.parks]
        third = Leader.objects.create(name="郑和平", title="副区长", order=3)  # in charge of nobody
        self.leaders = [self.world.leader_row, self.world.other_leader_row, third]
        self.in_charge = {
            self.world.housing.pk: self.leaders[0].pk,
            self.world.culture.pk: self.leaders[1].pk,
            self.world.parks.pk: self.leaders[1].pk,
        }
        make.user("third_leader", "郑和平", Post.Kind.LEADER, leader=third)
        both = make.user("both", "兼主任", Post.Kind.UNIT_CLERK, unit=self.world.parks)
        Post.objects.create(user=both, kind=Post.Kind.UNIT_HEAD, unit=self.world.parks)
        posts = defaultdict(list)
        for post in Post.objects.select_related("user"):
            posts[post.user].append((str(post.kind), post.unit_id, post.leader_id))
        self.staff = [Staff(user, tuple(held)) for user, held in sorted(posts.items(), key=lambda one: one[0].pk)]
        self.delegations = []  # Delegations, as recorded
        self._settle_the_session()
        self.classes = {one.code: one for one in self.session.classes.all()}
        self.scale = list(self.session.ratings.all())
        self.numbers = 0
        self.replay = Replay()
        self.seq = 0
        self.confirmed = {}  # receipt id → what was confirmed
        self.states, self.cases = {}, {}
        self.homes = {}  # of each thing ever seen, its proposal
        for _ in range(4):
            self.a_proposal_comes(rng)

    def _settle_the_session(self):
        rng = self.rng
        attitude = rng.random() < 0.4
        self.session = change_session_settings(
            self.session,
            by=self.world.office,
            at=self.now,
            asks_cosigners=rng.random() < 0.5,
            asks_attitude=attitude,
            attitude_counts=attitude and rng.random() < 0.5,
            class_rule=rng.choice(Session.ClassRule.values),
            satisfaction_base=rng.choice(Session.SatisfactionBase.values),
            counted_rating=rng.choice(Session.CountedRating.values),
        )

    @property
    def today(self):
        return self.now.astimezone(make.SHANGHAI).date()

    # --- steps --------------------------------------------------------------------------------------------------------

    def step(self, rng):
        """Any step; how likely each is stands here."""
        draw = rng.random()
        if draw < 0.64:
            self.somebody_does_what_is_open(rng)
        elif draw < 0.82:
            self.anybody_tries_anything(rng)
        elif draw < 0.92:
            self.days_go_by(rng)
        elif draw < 0.96:
            self.a_proposal_comes(rng)
        elif draw < 0.98:
            self.a_leader_goes_away(rng)
        else:
            self.a_ledger_comes(rng)

    def days_go_by(self, rng):
        self.steps += 1
        self.now += datetime.timedelta(days=rng.choice((1, 1, 2, 3, 5, 8, 13, 30)))
        self._tell(f"{self.today} begins")

    def somebody_does_what_is_open(self, rng, kind=None):
        """A thing, a row that the document opens in its state, and somebody who has it, if there is any."""
        self.rng = rng
        self.steps += 1
        for attempt in range(25):
            chosen = kind if kind and attempt < 8 else rng.choice(HOW_OFTEN)
            found = self._rows_to_do(chosen)
            if not found:
                continue
            thing_kind, pk, rows = found
            row = rng.choice([row for row in rows for _ in range(OFTEN.get(row.action, 3))])
            thing = self._fetch(thing_kind, pk)
            anybody = [*self.staff, Staff(thing.proposer)] if isinstance(thing, Receipt) else self.staff
            people = [one for one in anybody if self.parties(one, thing) & row.parties]
            person = rng.choice(people) if people else None
            # mostly what further conditions do not stand against, so that things get on
            if person and (self._is_open(chosen, row.action, thing, person) or rng.random() < 0.1):
                self.attempt(chosen, row.action, thing, person)
                return
        self.days_go_by(rng)
        self.steps -= 1

    def _rows_to_do(self, kind):
        """(kind of the thing, its id, rows open in its state); rows that begin a reply or a receipt lie with a case."""
        if kind in ("reply", "receipt") and self.rng.random() < (0.35 if kind == "reply" else 0.03):
            handling = [pk for pk, state in self._alive("case") if state in ("handling", "closed")]
            starts = [row for row in TABLES[kind] if (kind, row.action) in BEGUN_ON_A_CASE]
            return ("case", self.rng.choice(handling), starts) if handling else None
        things = self._alive(kind)
        if not things:
            return None
        pk, state = self.rng.choice(things)
        rows = [row for row in TABLES[kind] if row.built and state in row.sources]
        return (kind, pk, rows) if rows else None

    def _fetch(self, kind, pk):
        """As somebody's page would have it."""
        return THINGS[kind].objects.select_related(*THINGS[kind].READ_WITH).get(pk=pk)

    def _alive(self, kind):
        """(id, state) of things to choose from: mostly those that something can still happen to."""
        over = {"proposal": ("closed", *ENDED), "case": ("closed", "ended", "advised"), "reply": ("issued", "void"),
                "receipt": ("confirmed",), "commitment": ("fulfilled", "lapsed")}[kind]  # fmt: skip
        every = [(pk, state) for (name, pk), state in self.states.items() if name == kind]
        alive = [one for one in every if one[1] not in over]
        return alive if alive and self.rng.random() < 0.8 else every

    def anybody_tries_anything(self, rng, kind=None):
        """Any person, any thing, any action."""
        self.rng = rng
        self.steps += 1
        kind = kind or rng.choice(tuple(THINGS))
        row = rng.choice([row for row in TABLES[kind] if row.built and row.action not in ("register", "import")])
        thing_kind = "case" if (kind, row.action) in BEGUN_ON_A_CASE else kind
        things = [pk for name, pk in self.states if name == thing_kind]
        if not things:
            return
        thing = self._fetch(thing_kind, rng.choice(things))
        self.attempt(kind, row.action, thing, rng.choice(self.staff))

    def a_proposal_comes(self, rng):
        """接收登记, by whoever thinks they may."""
        self.rng = rng
        self.steps += 1
        live = [pk for pk, state in self._alive("proposal") if state not in ("closed", *ENDED)]
        if len(live) >= LIVE and rng.random() < 0.8:
            return
        office = [one for one in self.staff if one.holds("office")]
        person = rng.choice(office if rng.random() < 0.8 else self.staff)
        taken = bool(self.states) and rng.random() < 0.1
        number = rng.choice([one.number for one in self.proposals.values()]) if taken else self._next_number()
        names = [f"委员{number}{place}" for place in "甲乙丙"[: rng.choice((1, 1, 1, 2, 3))]]
        deed = Deed(
            cases.register,
            (self.session,),
            {
                "number": number,
                "title": f"关于第{number}件事的建议",
                "proposers": [{"name": name} for name in names],
                "kind": rng.choice(("plenary", "interim")),
                "category": rng.choice((None, self.world.category)),
                "is_secret": rng.random() < 0.07,
            },
            valid=not taken,
        )
        self._attempt("proposal", "register", None, person, deed, is_open=person.holds("office"))

    def _next_number(self):
        """One that no proposal has: every attempt uses up a number of its own."""
        self.numbers += 1
        return f"{self.numbers:03}"

    def a_leader_goes_away(self, rng):
        """登记委托 or 提前终止, by whoever thinks they may."""
        self.rng = rng
        self.steps += 1
        person = rng.choice([one for one in self.staff if one.holds("office") or rng.random() < 0.2])
        before = self._everything()
        running = [one for one in self.delegations if one.ended_on is None and one.until_on >= self.today]
        principal, to = rng.choice(self.leaders), rng.choice(self.leaders)
        try:
            if running and rng.random() < 0.3:
                ended = rng.choice(running)
                accounts.end_delegation(ended, by=person.user, at=self.now, note="提前返回")
                told = f"ends {ended}"
            else:
                from_on = self.today + datetime.timedelta(days=rng.choice((0, 0, 2)))
                until_on = from_on + datetime.timedelta(days=rng.choice((0, 7, 30)))
                made = accounts.delegate(principal, to, from_on=from_on, until_on=until_on, reason="赴外地学习",
                                         by=person.user, at=self.now)  # fmt: skip
                self.delegations.append(made)
                told = f"delegates {made}"
            self._expect(person.holds("office"), f"{person.user} registered a delegation")
        except (PermissionDenied, ValidationError) as refused:
            told = f"delegates {principal} to {to}: {refused}"
            self._unchanged(before)
        self._tell(f"{person.user} {told}")
        self._look()

    def a_ledger_comes(self, rng):
        """补录 of a small ledger: by the operator, the office (no ratings), the secretariat, or somebody else."""
        self.rng = rng
        self.steps += 1
        everybody = [None, *(one for one in self.staff)]
        person = rng.choice([None, *(one for one in self.staff if one.holds("office") or one.holds("secretariat"))]
                            if rng.random() < 0.85 else everybody)  # fmt: skip
        has_ratings = person is None or person.holds("secretariat")
        may = has_ratings or person.holds("office")
        rows = [self._ledger_row(has_ratings or rng.random() < 0.1) for _ in range(rng.choice((1, 2, 3)))]
        is_right = may and (has_ratings or not any(row.get("首次评价") for row in rows))
        if rng.random() < 0.2:
            rows[-1]["主办单位"], is_right = "区无名单位", False
        content = write_table("台账", LEDGER, [[row.get(name) for name in LEDGER] for row in rows])
        before, told = self._everything(), ""
        try:
            plan = bring_in("ledger", content, self.session.key, by=person and person.user, at=self.now, name="台账")
            told = f"{len(plan.problems)} problems"
            self._expect(bool(plan.problems) is not is_right, f"{plan.problems} in {rows}")
        except NotAllowed as refused:
            told = str(refused)
            self._expect(not may, f"{person and person.user} was told: {refused}")
        if not is_right:
            self._unchanged(before)
        self._tell(f"{person.user if person else '运维'} imports {len(rows)} rows: {told}")
        self._look()

    def _ledger_row(self, with_ratings):
        rng = self.rng
        number = self._next_number()
        row = {"案号": number, "案由": f"关于第{number}件事的建议", "提案者": f"委员{number}甲"}
        units = rng.sample(self.units, 2)
        row["主办单位"] = units[0].name
        if rng.random() < 0.3:
            row["协办单位"] = units[1].name
        far = rng.randrange(6 if with_ratings else 4)
        days = sorted(self.today - datetime.timedelta(days=rng.randrange(90)) for _ in range(5))
        if far >= 1:
            row["交办日期"] = days[0]
        if far >= 2:
            row["签收日期"] = days[1]
        if far >= 3:
            row |= {"答复日期": days[2], "答复文号": f"台账{number}号", "办理结果": rng.choice("ABC")}
            row["公开属性"] = "主动公开"
        if far >= 4:
            last = rng.choice(("满意", "基本满意", "理解"))
            first = "不满意" if rng.random() < 0.3 else last
            row |= {"首次评价": first, "最终评价": last, "回执日期": days[3]}
        if far >= 5:
            row["办结日期"] = days[4]
        return row

    # --- one deed -----------------------------------------------------------------------------------------------------

    def parties(self, person, thing):
        """What `person` is towards the thing today, by docs/workflow.md and by who the people of this district are."""
        found = set()
        proposal, case = thing.workflow_proposal, thing.workflow_case
        if person.holds("office"):
            found.add("office")
        if person.holds("secretariat"):
            found.add("secretariat")
        if case is not None:
            if person.holds("office") and not proposal.is_secret:
                found.add("office_for")
            if person.holds("unit_clerk", case.unit_id):
                found.add("unit")
            if person.holds("unit_head", case.unit_id):
                found.add("unit_head")
        if isinstance(thing, Receipt) and person.user == thing.proposer:
            found.add("proposer")
        signing = self._leads_as(person)
        mine = [one for one in self.cases.values() if one.proposal_id == proposal.pk] if case is None else []
        concerned = [case] if case is not None else [
            one for one in mine if one.role in ANSWERING and one.state != "ended"
        ]  # fmt: skip
        if any((one.named_signer_id or self.in_charge.get(one.unit_id)) in signing for one in concerned):
            found.add("leader")
        return frozenset(found)

    def _leads_as(self, person):
        own = {leader for kind, _, leader in person.posts if kind == "leader"}
        return own | {
            one.principal_id
            for one in self.delegations
            if one.delegate_id in own
            and one.from_on <= self.today <= one.until_on
            and (one.ended_on is None or one.ended_on > self.today)
        }

    def _is_open(self, kind, action, thing, person):
        """Whether the product offers the action to this person now."""
        person.user.__dict__.pop("_standing", None)  # kept for one request
        if person.key == "proposer":
            return links.may_be_handed_out(thing)
        begins = BEGUN_ON_A_CASE.get((kind, action))
        if not begins:
            return action in {row.action for row in open_rows(thing, person.user, self.today)}
        try:
            begins(thing, user=person.user, on=self.today)
        except TOLD:
            return False
        return True

    def attempt(self, kind, action, thing, person):
        """`person` does `action` on the thing with drawn arguments; what begins a reply or receipt, on the case."""
        is_open = self._is_open(kind, action, thing, person)
        state = NEW if (kind, action) in BEGUN_ON_A_CASE else thing.state
        parties = self.parties(person, thing)
        rows = [row for row in TABLES[kind] if row.action == action and row.parties & parties]
        if is_open:
            self._expect(
                any(state in row.sources for row in rows),
                f"{kind} {action} is open to {person.user} ({set(parties)}) in {state!r}",
            )
        if not hasattr(self, f"_{kind}_{action}"):  # what only receipts bring about
            self._expect(not is_open, f"{kind} {action} is open to {person.user}")
            try:
                check(thing, action, user=person.user, on=self.today, note="理由")
            except NotAllowed:
                self.told[f"{kind}.{action}"] += 1
                return
            raise self._broken(f"{person.user} may {kind} {action}")
        deed = getattr(self, f"_{kind}_{action}")(thing)
        self._attempt(kind, action, thing, person, deed, is_open=is_open)

    def _with_note_and_paper(self, kind, action, thing, person, deed):
        parties = self.parties(person, thing)
        rows = [row for row in TABLES[kind] if row.action == action]
        if deed.takes("note") and "note" not in deed.kwargs:
            is_blank = self.rng.random() < 0.06
            deed.kwargs["note"] = "  " if is_blank else f"理由{self.steps}"
            if is_blank and rows[0].note and not thing.workflow_proposal.is_secret:
                deed.valid = False
        own = frozenset().union(*(row.parties for row in rows)) & parties
        if own == {"office_for"}:
            if self.rng.random() < 0.9 and deed.takes("paper"):
                deed.kwargs["paper"] = Paper("某某", make.scan("代录.png"))
            else:
                deed.valid = False
        if deed.takes("seen") and self.rng.random() < 0.08:
            deed.kwargs["seen"] = "an old page"
            deed.valid = False

    def _attempt(self, kind, action, thing, person, deed, *, is_open):
        person.user.__dict__.pop("_standing", None)
        if thing is not None:
            self._with_note_and_paper(kind, action, thing, person, deed)
        where = f"{thing.WORKFLOW.name} {thing.pk} ({thing.state})" if thing is not None else "the session"
        told = f"{self.now:%F %H:%M} {person.key}: {kind} {action} on {where}"
        told += f" {deed.args[1:]} { {name: str(value)[:30] for name, value in deed.kwargs.items()} }"
        state = NEW if thing is None or (kind, action) in BEGUN_ON_A_CASE else thing.state
        row = next((one for one in TABLES[kind] if one.action == action and state in one.sources), None)
        has_party = thing is None or bool(self.parties(person, thing) & parties_in(action, kind))
        before, states = self._everything(), dict(self.states)
        try:
            result = deed.operation(*deed.args, by=person.user, at=self.now, **deed.kwargs)
        except TOLD as refused:
            self._tell(f"{told} → {type(refused).__name__} {refused}")
            self.told[f"{kind}.{action}"] += 1
            self._expect(not (is_open and deed.valid), "it was open and its arguments are right, but it was refused")
            if not has_party and deed.valid:
                self._expect(isinstance(refused, NotAllowed), "who is no party is told something else than that")
            if has_party and thing is not None:
                self._expect(not isinstance(refused, NotAllowed), "a party is told that it is none")
            self._unchanged(before)
            return
        except Exception as error:
            self._tell(f"{told} → {error!r}")
            raise self._broken(f"nobody expected {error!r}") from error
        self._tell(f"{told} → done")
        self._expect(is_open, "it was not open to this person, but it was done")
        self._expect(deed.valid is not False, "its arguments are wrong, but it was done")
        changed = thing if thing is not None and (kind, action) not in BEGUN_ON_A_CASE else result
        expected = row.target or state
        self.now += datetime.timedelta(minutes=self.rng.randrange(50))
        events = self._look()
        own = [event for event in events if event.action == f"{kind}.{action}"]
        self._expect(bool(own), f"no event tells of it, only {[event.action for event in events]}")
        first = own[0]
        self._expect(first.actor_key == person.key, f"the event names {first.actor_key}")
        self._expect(first.data["state"] == expected or kind == "proposal", f"{first.data['state']}, not {expected}")
        if kind != "proposal":
            now = self.states[kind, first.data["id"]]
            self._expect(now == expected, f"it is {now}, not {expected}")
        if kind == "proposal" and action not in ("adjust", "transfer", "carry_over", "register"):
            self._expect(self.states["proposal", thing.pk] == expected, f"it is not {expected}")
        home = changed.workflow_proposal.pk
        self._expect(
            {event.target_key for event in events} == {str(home)}, "events of another proposal than the one acted on"
        )
        touched = {key for key in {*states, *self.states} if states.get(key) != self.states.get(key)}
        elsewhere = {key for key in touched if self.homes[key] != home}
        self._expect(not elsewhere, f"other proposals were touched: {elsewhere}")
        self._first_ratings_are_kept(changed.pk if (kind, action) == ("receipt", "amend") else None)

    # --- what must hold -----------------------------------------------------------------------------------------------

    def _tell(self, text):
        self.story.append(f"{self.steps}. {text}")

    def _broken(self, what):
        self.is_broken = True
        last = "\n".join(self.story[-12:])
        return Broken(f"{what}\nThe last steps:\n{last}")

    def _expect(self, condition, what):
        if not condition:
            raise self._broken(what)

    def _everything(self):
        """How many rows there are of each model, in one query; now and then (1 of 15) all of their contents."""
        models = [model for label in ("accounts", "proposals", "replies", "ratings", "audit")
                  for model in apps.get_app_config(label).get_models()]  # fmt: skip
        tables = [model._meta.db_table for model in models]
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(f"SELECT '{name}', COUNT(*) FROM {name}" for name in tables))
            counts = dict(cursor.fetchall())
        contents = None
        if self.rng.random() < 1 / 15:
            contents = {model: list(model.objects.order_by("pk").values()) for model in models}
        return counts, contents

    def _unchanged(self, before):
        counts, contents = before
        rng, self.rng = self.rng, random.Random(0)
        now, _ = self._everything()
        self.rng = rng
        self._expect(now == counts, f"something was left behind: {set(now.items()) ^ set(counts.items())}")
        if contents is not None:
            for model, rows in contents.items():
                self._expect(list(model.objects.order_by("pk").values()) == rows, f"{model.__name__} has changed")
        self._expect(self._stored_states() == self.states, "a state has changed although it was refused")

    def _stored_states(self):
        return {
            (kind, pk): state
            for kind, model in THINGS.items()
            for pk, state in model.objects.values_list("pk", "state")
        }

    def _look(self):
        """Reads what is stored now, takes the new events, and compares the two. Returns the new events."""
        self._read()
        events = list(Event.objects.filter(seq__gt=self.seq, target_type="proposal").order_by("seq"))
        self.seq = max((event.seq for event in events), default=self.seq)
        for event in events:
            self.done[event.action] += 1
            self.replay.take(event.action, event.data | {"proposal": int(event.target_key)})
        self.check_the_replay()
        self.check_each_thing()
        return events

    def _read(self):
        self.proposals = {one.pk: one for one in Proposal.objects.all()}
        self.cases = {one.pk: one for one in Case.objects.defer("deadline_basis")}
        self.replies = {one.pk: one for one in Reply.objects.all()}
        receipts = Receipt.objects.select_related("rating", "attitude").defer("due_basis")
        self.receipts = {one.pk: one for one in receipts}
        self.commitments = {one.pk: one for one in Commitment.objects.all()}
        by_kind = {"proposal": self.proposals, "case": self.cases, "reply": self.replies, "receipt": self.receipts,
                   "commitment": self.commitments}  # fmt: skip
        self.states = {(kind, pk): one.state for kind, found in by_kind.items() for pk, one in found.items()}
        self.homes |= {("proposal", pk): pk for pk in self.proposals}  # promises of a draft come and go
        self.homes |= {("case", pk): case.proposal_id for pk, case in self.cases.items()}
        for kind in ("reply", "receipt"):
            self.homes |= {(kind, pk): self.cases[one.case_id].proposal_id for pk, one in by_kind[kind].items()}
        self.homes |= {("commitment", pk): self.homes["reply", one.reply_id] for pk, one in self.commitments.items()}

    def check_the_replay(self):
        """The trail alone gives the states, rounds and ratings that are stored."""
        replay = self.replay
        for kind, found in (("proposal", self.proposals), ("case", self.cases), ("reply", self.replies),
                            ("receipt", self.receipts)):  # fmt: skip
            self._same(replay.of(kind), {pk: str(one.state) for pk, one in found.items()}, f"{kind} by the trail")
        self._same(replay.rounds, {pk: case.round for pk, case in self.cases.items()}, "rounds by the trail")
        gone_out = {pk for pk, reply in self.replies.items() if reply.issued_at}
        told = {pk: str(one.state) for pk, one in self.commitments.items() if one.reply_id in gone_out}
        self._same(replay.of("commitment"), told, "commitments by the trail")
        waiting = [one for one in self.commitments.values() if one.reply_id not in gone_out]
        self._expect(all(one.state == "open" for one in waiting), "a promise of a draft is followed up")
        given = {
            pk: (one.rating.name if one.rating else "", one.attitude.name if one.attitude else "")
            for pk, one in self.receipts.items()
            if pk in replay.ratings
        }
        self._same(replay.ratings, given, "ratings by the trail")
        self._expect(not replay.unsigned, f"sent out unsigned: {replay.unsigned}")

    def _same(self, told, stored, what):
        pairs = {key: (told.get(key), stored.get(key)) for key in {*told, *stored}}
        differing = {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
        self._expect(not differing, f"{what} (told, stored): {differing}")

    def check_each_thing(self):
        """States of the tables only; the stored state of a proposal is that of its cases; one open reply a case;
        nothing goes to a proposer before it is signed; a case rests nowhere that its receipts move it on from."""
        for (kind, pk), state in self.states.items():
            self._expect(state in DOCUMENTED[kind], f"{kind} {pk} is {state}")
        of_proposal, of_case, of_reply = defaultdict(list), defaultdict(list), defaultdict(list)
        for case in self.cases.values():
            of_proposal[case.proposal_id].append(case)
        for reply in self.replies.values():
            of_case[reply.case_id].append(reply)
        for receipt in self.receipts.values():
            of_reply[receipt.reply_id].append(receipt)
        for pk, proposal in self.proposals.items():
            live = [case for case in of_proposal[pk] if case.state != "ended"]
            if proposal.state in ENDED:
                self._expect(not live, f"{proposal} has ended, but not its cases")
                continue
            states = [case.state for case in live if case.role in ANSWERING]
            expected = min(states, key=PROGRESS.index, default="received")
            self._expect(proposal.state == expected == state_of(of_proposal[pk]), f"{proposal} is not {expected}")
            self._expect(states or not live, f"{proposal} has only assisting cases")
        for pk, case in self.cases.items():
            open_replies = [reply for reply in of_case[pk] if reply.state in OPEN_REPLIES]
            self._expect(len(open_replies) <= 1, f"case {pk} has {len(open_replies)} open replies")
            self._expect(case.role in ANSWERING or not of_case[pk], f"assisting case {pk} replies")
            self._rests_rightly(case, of_case[pk], of_reply)
        for receipt in self.receipts.values():
            reply = self.replies.get(receipt.reply_id)
            self._expect(
                receipt.state == "parked" if reply is None else reply.state in ("issued", "void"),
                f"receipt {receipt.pk} is {receipt.state} while its reply is {reply and reply.state}",
            )
        for reply in self.replies.values():
            if reply.state in ("signed", "issued") and not reply.is_imported:
                self._expect(bool(reply.signed_at and reply.signed_by_id and reply.signed_hash), f"{reply.pk} unsigned")

    def _rests_rightly(self, case, told, of_reply):
        issued = [reply for reply in told if reply.state == "issued" and not reply.is_supplementary]
        latest = max(issued, key=lambda reply: reply.round, default=None)
        if latest is None or case.state == "ended":
            self._expect(case.state in ("assigned", "handling", "advised", "ended", "closed"), f"case {case.pk}")
            is_offline = self.proposals[case.proposal_id].is_secret
            self._expect(case.state != "closed" or is_offline, f"case {case.pk} closed without a reply")
            return
        if case.state != "replied" or any(receipt.is_imported for receipt in of_reply[latest.pk]):
            return
        self._expect(latest.round == case.round, f"case {case.pk} rests in round {case.round} without a reply in it")
        confirmed = [receipt for receipt in of_reply[latest.pk] if receipt.state == "confirmed"]
        bad = [receipt for receipt in confirmed if self._is_dissatisfied(receipt)]
        if case.round == 1:
            self._expect(not bad, f"case {case.pk} rests although {bad} is 不满意 in the first round")
        is_content = len(confirmed) == len(of_reply[latest.pk]) and not bad
        self._expect(not (confirmed and is_content), f"case {case.pk} rests although every receipt is content")

    def _is_dissatisfied(self, receipt):
        given = [receipt.rating, receipt.attitude if self.session.attitude_counts else None]
        return any(one is not None and one.name == "不满意" for one in given)

    def _first_ratings_are_kept(self, amended):
        """What was confirmed stays what it was, but for `amend`; no receipt is ever taken away."""
        for pk, kept in self.confirmed.items():
            receipt = self.receipts.get(pk)
            self._expect(receipt is not None, f"receipt {pk} was taken away")
            now = (receipt.state, receipt.rating_id, receipt.attitude_id)
            self._expect(pk == amended or now == ("confirmed", *kept), f"receipt {pk} changed from {kept} to {now}")
        self.confirmed = {
            pk: (one.rating_id, one.attitude_id) for pk, one in self.receipts.items() if one.state == "confirmed"
        }

    def check_thoroughly(self):
        """What costs more: the chain, the figures, the signatures against the texts."""
        found = verify()
        self._expect(not found, f"the trail: {found}")
        self._read()
        signed = Reply.objects.filter(state__in=("signed", "issued"), is_imported=False)
        for reply in signed.select_related("result_class"):
            self._expect(reply.signed_hash == reply.content_hash, f"reply {reply.pk} is not what was signed")
        self.check_the_figures()

    def check_the_figures(self):
        told = figures(self.session)
        as_of = figures(self.session, as_of=self.today)
        self._same(told | {"as_of": None}, as_of | {"as_of": None}, "figures (of all records, as of today)")
        counted = {pk: one for pk, one in self.proposals.items() if one.state not in ENDED}
        states = Counter(str(one.state) for one in self.proposals.values())
        self._same({name: count for name, count in told["states"].items() if count}, dict(states), "states counted")
        ended = sum(told[name] for name in ENDED)
        balances = {
            "received": (told["received"], told["total"] + ended),
            "all": (told["received"], len(self.proposals)),
            "total": (told["total"], len(counted)),
            "states": (told["total"], sum(count for name, count in told["states"].items() if name not in ENDED)),
            "kinds": (told["total"], sum(one["count"] for one in told["kinds"].values())),
            "categories": (told["total"], sum(one["count"] for one in told["categories"].values())),
            "key": (told["key"], sum(one.is_key for one in counted.values())),
            "closed": (told["closed"], states["closed"]),
            "offline": (told["offline"], sum(one.is_secret and one.state == "closed" for one in counted.values())),
        }
        returned = told["ratings"]
        split = sum(one["count"] for one in told["classes"].values()) + told["unclassified"]
        balances |= {
            "replied": (told["replied"], returned["returned"] + returned["not_returned"]),
            "returned": (returned["returned"], returned["confirmed"] + returned["to_confirm"]),
            "classes": (told["replied"], split),
            "final": (returned["confirmed"], sum(one["count"] for one in returned["final"].values())),
            "first": (returned["confirmed"], sum(one["count"] for one in returned["first"].values())),
        }
        live = [case for case in self.cases.values() if case.state != "ended" and case.proposal_id in counted]
        answering = defaultdict(list)
        for case in live:
            if case.role in ANSWERING:
                answering[case.proposal_id].append(case)
        letters = {
            reply.case_id for reply in self.replies.values() if reply.state == "issued" and not reply.is_supplementary
        }
        balances["assigned"] = (told["assigned"], len(answering))
        answered = [all(case.pk in letters for case in found) for found in answering.values()]
        balances["answered"] = (told["replied"], sum(answered))
        again = sorted(
            self.proposals[pk].number for pk, found in answering.items() if any(case.round > 1 for case in found)
        )
        balances["rehandled"] = (sorted(told["rehandled"]), again)
        by_unit = {unit.name: {"lead": 0, "assist": 0, "replied": 0} for unit in self.units}
        names = {unit.pk: unit.name for unit in self.units}
        for case in live:
            of = by_unit[names[case.unit_id]]
            of["lead" if case.role in ANSWERING else "assist"] += 1
            of["replied"] += case.role in ANSWERING and case.pk in letters
        by_unit = {name: of for name, of in by_unit.items() if any(of.values())}
        shown = {name: {column: of[column] for column in ("lead", "assist", "replied")}
                 for name, of in told["units"].items()}  # fmt: skip
        self._same(shown, by_unit, "units' figures")
        wrong = {name: pair for name, pair in balances.items() if pair[0] != pair[1]}
        self._expect(not wrong, f"figures that do not balance: {wrong}")

    # --- deeds: arguments of every action, right ones and (one of eight) wrong ones ----------------------------------

    def _spoilt(self):
        return self.rng.random() < 0.12

    def _later(self, *days):
        return self.today + datetime.timedelta(days=self.rng.choice(days))

    def _proposal_correct(self, proposal):
        if self._spoilt():
            return Deed(rearranging.correct, (proposal,), {"title": proposal.title}, valid=False)
        if self.rng.random() < 0.4:
            phone = f"139{self.steps:08}"
            people = [{"pk": one.pk, "name": one.name, "phone": phone} for one in proposal.proposers.all()]
            if self.rng.random() < 0.5:
                people.append({"name": f"新委员{self.steps}"})
            self.rng.shuffle(people)
            is_known = None
            if self.rng.random() < 0.2:
                people.pop()
            else:
                is_known = True
            return Deed(rearranging.correct, (proposal,), {"proposers": people}, valid=is_known)
        return Deed(rearranging.correct, (proposal,), {"title": f"关于第{self.steps}步的建议"})

    def _proposal_mark_key(self, proposal):
        leader = self.rng.choice((None, *self.leaders))
        same = (leader.pk if leader else None) == proposal.supervising_leader_id and proposal.is_key == bool(leader)
        return Deed(rearranging.mark_key, (proposal, leader), valid=not same)

    def _proposal_assign(self, proposal):
        units = self.rng.sample(self.units, 3)
        wrong = [[(units[0], "separate")], [(units[0], "lead"), (units[1], "lead")], [(units[0], "assist")], [],
                 [(units[0], "lead"), (units[0], "assist")]]  # fmt: skip
        right = [
            [(units[0], "lead")],
            [(units[0], "lead")],
            [(units[0], "lead"), (units[1], "assist")],
            [(units[0], "lead"), (units[1], "assist"), (units[2], "assist")],
            [(units[0], "separate"), (units[1], "separate")],
            [(unit, "separate") for unit in units],
        ]
        if self._spoilt():
            return Deed(cases.assign, (proposal, self.rng.choice(wrong)), valid=False)
        deed = Deed(cases.assign, (proposal, self.rng.choice(right)))
        if self.rng.random() < 0.3:
            due, valid = self.rng.choice(((60, True), (120, None), (400, False), (-1, False), (0, False)))
            deed.kwargs["reply_due_on"], deed.valid = self.today + datetime.timedelta(days=due), valid
        return deed

    def _proposal_adjust(self, proposal):
        live = [case for case in proposal.cases.select_related("unit") if case.state != "ended"]
        gone = [case for case in live if self.rng.random() < 0.35]
        free = [unit for unit in self.units if unit.pk not in {case.unit_id for case in live if case not in gone}]
        lead = [case for case in live if case.role == "lead"]
        role = "assist" if lead else "separate"
        added = [(unit, role) for unit in free if self.rng.random() < 0.4]
        if lead and lead[0] in gone and added:
            added[0] = (added[0][0], "lead")
        roles = [case.role for case in live if case not in gone] + [role for _, role in added]
        is_led = roles.count("lead") == 1 and "separate" not in roles
        is_shape = is_led or (set(roles) == {"separate"} and len(roles) > 1)
        valid = is_shape and bool(added or gone) and not any(case.state == "closed" for case in gone)
        return Deed(cases.adjust, (proposal, added, gone), valid=valid)

    def _proposal_coordinate(self, proposal):
        return Deed(rearranging.coordinate, (proposal,))

    def _proposal_merge(self, proposal):
        others = [one for one in self.proposals.values() if one.pk != proposal.pk]
        if self.rng.random() < 0.7:
            others = [one for one in others if one.state in ("received", "assigned", "handling")] or others
        main = proposal if self._spoilt() or not others else self.rng.choice(others)
        right = main != proposal and main.state in ("received", "assigned", "handling")
        right = right and not main.is_secret and not proposal.is_secret
        return Deed(rearranging.merge, (proposal, main), valid=right if right or main == proposal else None)

    def _proposal_unmerge(self, proposal):
        return Deed(rearranging.unmerge, (proposal,))

    def _proposal_hand_back(self, proposal):
        return Deed(rearranging.hand_back, (proposal,), {"letter": f"函{self.steps}号", "handed_to": "区委组织部"})

    def _proposal_withdraw(self, proposal):
        return Deed(rearranging.withdraw, (proposal,))

    def _proposal_transfer(self, proposal):
        live = [case for case in proposal.cases.select_related("unit") if case.state != "ended"]
        ended = [case for case in proposal.cases.all() if case.state == "ended"]
        if not live and not ended:
            case, valid = Case(pk=0, unit=self.units[0], role="lead"), None
        elif ended and (not live or self._spoilt()):
            case, valid = self.rng.choice(ended), False if live else None
        else:
            case, valid = self.rng.choice(live), True
        successor = self.rng.choice(self.units)
        if successor.pk in {one.unit_id for one in live}:
            valid = valid and False
        return Deed(rearranging.transfer, (proposal, case, successor), valid=valid)

    def _proposal_carry_over(self, proposal):
        due = self.rng.choice((None, 30, 90, 0, -5))
        day = None if due is None else self.today + datetime.timedelta(days=due)
        return Deed(rearranging.carry_over, (proposal,), {"reply_due_on": day}, valid=due is None or due > 0)

    def _case_accept(self, case):
        return Deed(cases.accept, (case,))

    def _case_request_return(self, case):
        unit = self.rng.choice(self.units)
        return Deed(cases.request_return, (case, unit), valid=unit.pk != case.unit_id)

    def _case_grant_return(self, case):
        return Deed(cases.grant_return, (case,))

    def _case_refuse_return(self, case):
        return Deed(cases.refuse_return, (case,))

    def _case_request_extension(self, case):
        due = case.reply_due_on or self.today
        longest = deadline(due, self.session.limit("extension")).due_on
        wanted = due + datetime.timedelta(days=self.rng.choice((1, 10, 25, 28, 60, 0, -3)))
        is_right = due < wanted <= longest and wanted >= self.today
        return Deed(cases.request_extension, (case, wanted), valid=is_right if case.reply_due_on else None)

    def _case_grant_extension(self, case):
        return Deed(cases.grant_extension, (case,))

    def _case_refuse_extension(self, case):
        return Deed(cases.refuse_extension, (case,))

    def _case_contact(self, case):
        spoilt = self._spoilt()
        held_on = self._later(1, 40) if spoilt else self._later(0, -1, -20)
        told = {"stage": self.rng.choice(("before", "during", "after")), "manner": self.rng.choice(("phone", "visit")),
                "held_on": held_on, "people": "委员", "summary": f"第{self.steps}步的通话"}  # fmt: skip
        return Deed(cases.contact, (case,), told, valid=not spoilt)

    def _case_urge(self, case):
        return Deed(notices.urge, (case,))

    def _case_advise(self, case):
        if self._spoilt():
            return Deed(cases.advise, (case,), {"text": " "}, valid=False)
        return Deed(cases.advise, (case,), {"text": f"意见{self.steps}"})

    def _case_record_offline(self, case):
        closed_on = self._later(0, -1, -10, 3)
        right = case.assigned_on <= closed_on <= self.today
        return Deed(cases.record_offline, (case,), {"closed_on": closed_on}, valid=right)

    def _case_rehandle(self, case):
        return Deed(ratings.rehandle, (case,))

    def _case_close_unanswered(self, case):
        note = self.rng.choice(("", "提案者离任"))
        return Deed(ratings.close_unanswered, (case,), {"note": note}, valid=True if note else None)

    def _case_close_agreed(self, case):
        consent = "" if self._spoilt() else "当面同意"
        told = {"leader_consent": "周明远同意", "committee_consent": consent}
        return Deed(ratings.close_agreed, (case,), told, valid=bool(consent))

    def _texts(self):
        """(texts, promises) of a whole reply."""
        code = self.rng.choice("AAABBC")
        texts = {
            "body": f"经研究，第{self.steps}步答复如下。",
            "result_class": self.classes[code],
            "publicity": self.rng.choice(Reply.Publicity.values),
            "class_reason": "政策所限" if code == "C" else "",
            "no_contact": self.rng.choice(("", "not_wanted", "not_wanted", "not_reached")),
            "no_opinion": self.rng.choice(("", "催办未果")),
        }
        return texts, [{"text": f"承诺{self.steps}", "due_on": self._later(10, 200, 900)}] if code == "B" else []

    def _write(self, operation, thing):
        texts, promised = self._texts()
        if self.rng.random() < 0.08:
            texts.pop(self.rng.choice(tuple(texts)))
        if self.rng.random() < 0.05:
            promised = []
        elif self._spoilt():
            late = [{"text": "已过期", "due_on": self._later(-1, -30)}]
            return Deed(operation, (thing,), texts | {"commitments": late}, valid=False)
        return Deed(operation, (thing,), texts | {"commitments": promised})

    def _reply_draft(self, case):
        return self._write(replies.draft, case)

    def _reply_edit(self, reply):
        return self._write(replies.edit, reply)

    def _reply_meet(self, case):
        texts, promised = self._texts()
        told = texts | {"commitments": promised, "held_on": self._later(0, -1), "people": "委员、主任"}
        spoilt = self._spoilt()
        if spoilt:
            told |= self.rng.choice(({"body": " "}, {"people": ""}, {"publicity": ""}, {"result_class": None},
                                     {"held_on": self._later(2)}))  # fmt: skip
        return Deed(replies.meet, (case,), told, valid=not spoilt)

    def _reply_submit(self, reply):
        code = reply.result_class.code if reply.result_class else ""
        promised = reply.commitments.exists()
        is_written = bool(reply.body.strip() and code and reply.publicity)
        if not is_written or (code == "B" and not promised) or (code == "C" and not reply.class_reason):
            valid = False
        elif reply.is_supplementary:
            valid = True
        else:
            valid = self._has_been_heard(reply)
        return Deed(replies.submit, (reply,), valid=valid)

    def _has_been_heard(self, reply):
        """Whether the proposer and the assisting units were, or it says why not; None: a later round's talks."""
        case = reply.case
        helping = [one for one in case.proposal.cases.all() if one.role == "assist"]
        waiting = any(one.state in ("assigned", "handling") for one in helping) and case.role == "lead"
        if waiting and not reply.no_opinion and not case.proposal.coordinations.exists():
            return False
        if reply.no_contact:
            return True
        if reply.round > 1:
            return None
        return case.contacts.filter(stage="before").exists()

    def _reply_unit_approve(self, reply):
        return Deed(replies.unit_approve, (reply,))

    def _reply_recall(self, reply):
        return Deed(replies.recall, (reply,))

    def _reply_polish(self, reply):
        body = self.rng.choice((reply.body, " ")) if self._spoilt() else f"{reply.body}（{self.steps}核改）"
        return Deed(replies.polish, (reply, body), valid=body not in (reply.body, " "))

    def _reply_office_forward(self, reply):
        signer = self.rng.choice(self.leaders)
        usual = self.in_charge[reply.case.unit_id]
        if signer.pk != usual and self._spoilt():
            return Deed(replies.office_forward, (reply, signer), {"note": " "}, valid=False)
        return Deed(replies.office_forward, (reply, signer), {"note": "分管领导出差" if signer.pk != usual else ""})

    def _reply_redirect(self, reply):
        signer = self.rng.choice(self.leaders)
        now = reply.case.named_signer_id or self.in_charge[reply.case.unit_id]
        return Deed(replies.redirect, (reply, signer), valid=signer.pk != now)

    def _reply_sign(self, reply):
        spoilt = self._spoilt()
        return Deed(replies.sign, (reply, "0" * 64 if spoilt else reply.content_hash), valid=not spoilt)

    def _reply_sign_on_paper(self, reply):
        wrong = self.rng.choice((("0000-0000-0000", make.scan()), (reply.code, None)))
        spoilt = self._spoilt()
        return Deed(replies.sign_on_paper, (reply, *(wrong if spoilt else (reply.code, make.scan()))), valid=not spoilt)

    def _reply_verify_paper(self, reply):
        return Deed(replies.verify_paper, (reply,))

    def _reply_reject_paper(self, reply):
        return Deed(replies.reject_paper, (reply,))

    def _reply_return(self, reply):
        return Deed(replies.send_back, (reply,))

    def _reply_revoke(self, reply):
        return Deed(replies.revoke, (reply,))

    def _reply_issue(self, reply):
        told = {"number": f"区府函{reply.pk}-{self.steps}号", "issued_on": self.today, "means": "post", "note": ""}
        used = [one.number for one in self.replies.values() if one.number and one.state == "issued"]
        if not self._spoilt():
            if self.rng.random() < 0.15:
                told |= {"issued_on": self._later(-1, -8), "note": "先寄后签"}
            return Deed(ratings.issue, (reply,), told)
        wrong = [{"issued_on": self._later(1, 9)}]
        if used:
            wrong.append({"number": self.rng.choice(used)})
        if not reply.is_meeting:
            wrong.append({"number": "  "})
        if reply.signed_at:
            wrong.append({"issued_on": reply.signed_at.astimezone(make.SHANGHAI).date() - datetime.timedelta(days=3)})
        return Deed(ratings.issue, (reply,), told | self.rng.choice(wrong), valid=False)

    def _reply_reissue(self, reply):
        return Deed(ratings.reissue, (reply,))

    def _rated(self):
        """(rating, attitude) of a form."""
        bad = self.rng.random() < 0.35
        pick = [one for one in self.scale if (one.name == "不满意") == bad]
        return self.rng.choice(pick), self.rng.choice(self.scale) if self.session.asks_attitude else None

    def _form(self, operation, thing, *args, issued_on=None, **more):
        rating, attitude = self._rated()
        told = {"received_on": self.today, "attitude": attitude, "comment": f"意见{self.steps}"} | more
        if not self._spoilt():
            if "note" in inspect.signature(operation).parameters:
                told["note"] = "情况说明"
            if issued_on and self.rng.random() < 0.2:
                told["received_on"] = issued_on - datetime.timedelta(days=2)
            return Deed(operation, (thing, *args, rating), told)
        wrong = [{"received_on": self._later(1, 30)}]
        if "scan" in more:
            wrong.append({"scan": None})
        if self.session.asks_attitude:
            wrong.append({"attitude": None})
        return Deed(operation, (thing, *args, rating), told | self.rng.choice(wrong), valid=False)

    def _receipt_submit(self, receipt):
        rating, attitude = self._rated()
        told = {"attitude": attitude, "comment": f"意见{self.steps}", "token": links.token_for(receipt, self.today)}
        if attitude and self._spoilt():
            return Deed(ratings.submit, (receipt, rating), told | {"attitude": None}, valid=False)
        return Deed(ratings.submit, (receipt, rating), told)

    def _receipt_enter(self, receipt):
        issued_on = receipt.reply.issued_on if receipt.reply else None
        return self._form(ratings.enter, receipt, issued_on=issued_on, scan=make.scan())

    def _receipt_park(self, case):
        asked = list(case.proposal.proposers.all())[: None if self.session.asks_cosigners else 1]
        proposer = self.rng.choice(asked)
        deed = self._form(ratings.park, case, proposer, scan=make.scan())
        if any(one.proposer_id == proposer.pk and one.state == "parked" and one.case_id == case.pk
               for one in self.receipts.values()):  # fmt: skip
            deed.valid = False
        return deed

    def _receipt_remind(self, receipt):
        return Deed(ratings.remind, (receipt,))

    def _receipt_confirm(self, receipt):
        return Deed(ratings.confirm, (receipt,))

    def _receipt_return(self, receipt):
        return Deed(ratings.send_back, (receipt,))

    def _receipt_amend(self, receipt):
        deed = self._form(ratings.amend, receipt)
        deed.kwargs.pop("note", None)
        return deed

    def _commitment_report(self, commitment):
        text = " " if self._spoilt() else f"进展{self.steps}"
        return Deed(promises.report, (commitment,), {"text": text}, valid=bool(text.strip()))

    def _commitment_verify(self, commitment):
        return Deed(promises.verify, (commitment,), {"current_class": self.rng.choice((None, self.classes["A"]))})

    def _commitment_send_back(self, commitment):
        return Deed(promises.send_back, (commitment,))

    def _commitment_postpone(self, commitment):
        due_on = self.rng.choice((commitment.due_on, self._later(-3), self._later(5, 100)))
        return Deed(promises.postpone, (commitment,), {"due_on": due_on},
                    valid=due_on >= self.today and due_on != commitment.due_on)  # fmt: skip

    def _commitment_lapse(self, commitment):
        told = {"leader_consent": "周明远同意", "proposer_told": "" if self._spoilt() else "电话告知"}
        return Deed(promises.lapse, (commitment,), told, valid=bool(told["proposer_told"]))


DOCUMENTED = {  # the states that the document names
    kind: {state for row in rows for state in (*row.sources, row.target) if state} for kind, rows in TABLES.items()
}
