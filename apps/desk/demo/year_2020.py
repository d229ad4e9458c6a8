"""The year 2020 of the demonstration, as the public letter tells it, lived through the real operations.

Each proposal of fixtures/session-9-4.json is a life.
"""

import datetime
import random
from collections import defaultdict
from itertools import count

from django.db.models import F

from apps.calendars.deadlines import add_working_days
from apps.proposals import operations as cases
from apps.proposals.workflow import CaseRole
from apps.ratings import operations as ratings
from apps.ratings.models import Receipt
from apps.replies import operations as replies
from apps.replies.models import Reply
from apps.reports import operations as reports

from .district import Terms, day_of, read
from .lives import in_order_of_time, live_through, moment, scan

SESSION = "9-4"
HOURS = (9, 10, 11, 14, 15, 16, 17)  # at which something is done


def load(district):
    """The session with its 197 proposals, lived through to the letter."""
    fixture = read(f"session-{SESSION}.json")
    session = _open(fixture["session"], district)
    terms = Terms(session)
    places = defaultdict(count)  # day of reception → how many came before: a list is entered from top to bottom
    lives = [
        Life(district, terms, entry, next(places[entry["received_on"]]), random.Random(entry["number"]))
        for entry in fixture["proposals"]
    ]
    live_through(life.run() for life in lives)
    _write_letter(session, district)


def _open(fields, district):
    opened_on = day_of(fields["opened_on"])
    return cases.open_session(
        fields["key"],
        fields["label"],
        fields["year"],
        by=district.people["office"],
        at=moment(opened_on, 9),
    )


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
