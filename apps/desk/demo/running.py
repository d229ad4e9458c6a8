"""The running session of the demonstration: what an office has on its desk on a given day.

fixtures/running.json tells for each proposal its steps, each on a day that is counted in working days from the given
one (negative: before it). All of them lie before that day, so that nothing is in its future, whenever it is loaded.
The session belongs to the year in which it opened.
"""

import datetime
import random
from collections import defaultdict
from itertools import count

from django.utils import timezone

from apps.accounts import operations as accounts
from apps.allocation import operations as allocation
from apps.allocation.queries import draft_of, lines_asked_of
from apps.calendars.deadlines import add_working_days
from apps.proposals import operations as cases
from apps.proposals import rearranging
from apps.proposals.models import Proposal, Session
from apps.proposals.operations import Paper
from apps.proposals.queries import session_label, signers_of
from apps.proposals.workflow import CaseRole, CaseState
from apps.ratings import operations as ratings
from apps.ratings.models import Receipt
from apps.replies import operations as replies
from apps.replies import promises
from apps.replies.models import Commitment
from apps.replies.workflow import ReplyState
from apps.reports.material import operations as material
from apps.supervision import operations as cards
from apps.units.models import Portfolio

from .district import Terms, day_of, read
from .lives import in_order_of_time, live_through, moment, scan
from .year_2020 import SESSION as FINISHED

FIXTURE = "running.json"
DAYS = (datetime.date(2022, 1, 1), datetime.date(2099, 12, 31))  # between which the given day may lie
REMARK = "演示数据"
FIRST_TERM, FIRST_YEAR, SESSIONS_OF_A_TERM = 9, 2017, 5  # 九届一次会议 was in 2017, 十届一次会议 in 2022


def session_in_being():
    """The running Session, whatever its day was; None where it is not loaded."""
    return Session.objects.exclude(key=FINISHED).filter(proposals__remark=REMARK).first()


def session_of(today):
    """{"key", "label", "year", "opened_on"} of the session that is running on a day. Raises ValueError outside DAYS."""
    if not DAYS[0] <= today <= DAYS[1]:
        raise ValueError(f"日期应在{DAYS[0]}至{DAYS[1]}之间，不能是{today}。")
    opened_on = add_working_days(today, read(FIXTURE)["opened"])
    terms, place = divmod(opened_on.year - FIRST_YEAR, SESSIONS_OF_A_TERM)
    key = f"{FIRST_TERM + terms}-{place + 1}"
    return {"key": key, "label": session_label(key), "year": opened_on.year, "opened_on": opened_on}


def load(district, today):
    """The session as it stands on the morning of `today`, and what became of the promises of the year 2020."""
    fixture = read(FIXTURE)
    lives = [_session(district, today, fixture)]
    finished = {one.title: one for one in Proposal.objects.filter(session__key=FINISHED).select_related("session")}
    lives += [
        Aftermath(district, today, told["steps"], finished[told["title"]]).run()
        for told in fixture["promises"]
        if finished  # the session can be loaded without that year
    ]
    lives += [Standing(district, today, told).run() for told in fixture["delegations"]]
    lives.append(Material(district, today, fixture["material"]).run())
    lives.append(Allocation(district, today, fixture["allocation"]["steps"], "allocation").run())
    live_through(lives)
    for told in fixture["vacancies"]:
        until_on = add_working_days(today, told["day"], district.calendar)
        Portfolio.objects.filter(unit=district.units[told["unit"]], until_on=None).update(until_on=until_on)


def _session(district, today, fixture):
    """The life of the session: it opens, then its proposals have theirs."""
    fields = session_of(today)
    at = moment(fields.pop("opened_on"), 9)
    yield at
    terms = Terms(cases.open_session(**fields, **fixture["settings"], by=district.people["office"], at=at))
    places = defaultdict(count)
    yield from in_order_of_time([Life(district, terms, today, entry, places).run() for entry in fixture["proposals"]])


class Told:
    """Something with steps that are told in working days from the given day. Subclasses have a method a step."""

    def __init__(self, district, today, steps, seed):
        self.district, self.today, self.steps, self.chance = district, today, steps, random.Random(seed)

    def run(self):
        at = None
        for step in self.steps:
            at = self.moment_of(step, at)
            if at.date() >= self.today:
                return
            yield at
            getattr(self, step["do"])(step, at)

    def moment_of(self, step, before):
        """Some time in the morning, or half an hour or more after the step before on that day."""
        day = day_of(step["on"]) if "on" in step else self.day(step["day"])
        at = moment(day, 9, self.chance.randint(5, 55))
        if before is not None and at.date() <= before.date():
            at = before + datetime.timedelta(minutes=self.chance.randint(25, 50))
        return self.district.at_work(at)

    def day(self, offset):
        return add_working_days(self.today, offset, self.district.calendar)

    def by(self, step, usual):
        """Who takes the step: who is told, the office where it enters from paper, else the usual person."""
        name = step.get("by") or ("office" if "paper" in step else None)
        return self.district.people[name] if name else usual


class Standing(Told):
    """A leader stands in for another from the day on which it is recorded."""

    def __init__(self, district, today, told):
        super().__init__(district, today, [told | {"do": "delegate"}], told["reason"])

    def delegate(self, told, at):
        leaders = self.district.leaders
        from_on = timezone.localdate(at)
        accounts.delegate(
            leaders[told["principal"]],
            leaders[told["delegate"]],
            from_on=from_on,
            until_on=self.day(told["until"]),
            reason=told["reason"],
            by=self.district.people["office"],
            at=at,
        )


class Material(Told):
    """What the office asks units for to write the session's letter, and what they answer."""

    def __init__(self, district, today, told):
        super().__init__(district, today, told["steps"], told["text"])
        self.told = told

    def ask(self, step, at):
        session = Session.objects.get(key=session_of(self.today)["key"])
        units = [self.district.units[name] for name in self.told["units"]]
        self.asked = material.ask(
            session, units=units, text=self.told["text"], due_on=self.day(self.told["due"]),
            by=self.district.people["office"], at=at,
        )  # fmt: skip

    def give(self, step, at):
        unit = self.district.units[step["unit"]]
        fact = {"text": step["text"], "source": step["source"], "as_on": self.day(step["as_on"])}
        material.give(self.asked.answers.get(unit=unit), by=self.district.clerks[unit.pk], at=at, **fact)


class Allocation(Told):
    """The draft of who handles what in the session, shared with the units, and what they answered."""

    def session(self):
        return Session.objects.get(key=session_of(self.today)["key"])

    def place(self, step, at):
        proposal = Proposal.objects.get(session=self.session(), number=step["number"])
        roles = [(self.district.units[name], role) for name, role in step["units"]]
        allocation.place(proposal, roles, by=self.district.people["office"], at=at, seen=0)

    def share(self, step, at):
        draft = draft_of(self.session())
        allocation.share(draft, self.day(step["until"]), by=self.district.people["office"], at=at)

    def answer(self, step, at):
        unit = self.district.units[step["unit"]]
        line = lines_asked_of({unit.pk}).get(proposal__number=step["number"])
        by = self.district.clerks[unit.pk]
        allocation.answer(line, unit, by=by, at=at, seen=line.version, agrees=True)


class Promises(Told):
    """What becomes of the promises of a proposal's replies."""

    proposal = None

    def case(self, step):
        """The case of the unit that the step names, else of the first that answers."""
        live = self.proposal.cases.select_related("proposal__session", "unit").exclude(state=CaseState.ENDED)
        if "unit" in step:
            return live.get(unit=self.district.units[step["unit"]])
        return live.exclude(role=CaseRole.ASSIST).order_by("pk").first()

    def clerk(self, step, case):
        return self.by(step, self.district.clerks[case.unit_id])

    def head(self, step, case):
        return self.by(step, self.district.heads[case.unit_id])

    def office(self, step):
        return self.by(step, self.district.people["office"])

    def paper(self, step):
        """The arguments of an operation that the office enters for a unit; none where the unit does it itself."""
        return {"paper": Paper(step["paper"], self.scan("签字件"))} if "paper" in step else {}

    def files(self, step):
        return [self.scan(name) for name in step.get("files", ())]

    def scan(self, name):
        return scan(f"{self.proposal.session.key}/{self.proposal.number}", f"第{self.proposal.number}号{name}")

    def promise(self, step):
        """The promise that the step names by its place among those of the proposal's replies, the first one being 0."""
        made = Commitment.objects.filter(reply__case__proposal=self.proposal, reply__state=ReplyState.ISSUED)
        return made.order_by("pk")[step.get("place", 0)]

    def report(self, step, at):
        one = self.promise(step)
        by = self.clerk(step, one.workflow_case)
        promises.report(one, by=by, at=at, text=step["text"], files=self.files(step), **self.paper(step))

    def verify(self, step, at):
        one = self.promise(step)
        classes = one.workflow_proposal.session.classes
        became = classes.get(code=step["class"]) if "class" in step else None
        promises.verify(one, by=self.office(step), at=at, current_class=became, note=step.get("note", ""))

    def send_back_report(self, step, at):
        promises.send_back(self.promise(step), by=self.office(step), at=at, note=step["note"])

    def postpone(self, step, at):
        due_on = self.day(step["until"])
        promises.postpone(self.promise(step), by=self.office(step), at=at, note=step["note"], due_on=due_on)

    def lapse(self, step, at):
        told = {name: step[name] for name in ("note", "leader_consent", "proposer_told")}
        promises.lapse(self.promise(step), by=self.office(step), at=at, **told)


class Aftermath(Promises):
    """The promises of a proposal of the finished year."""

    def __init__(self, district, today, steps, proposal):
        super().__init__(district, today, steps, proposal.title)
        self.proposal = proposal


class Life(Promises):
    """One proposal of the running session: a method for each action that it goes through."""

    def __init__(self, district, terms, today, entry, places):
        """`places`: day → a count of those received on it: a list is entered from top to bottom."""
        super().__init__(district, today, entry["steps"], entry["number"])
        self.terms, self.entry, self.places = terms, entry, places

    def moment_of(self, step, before):
        if step["do"] == "register":
            return moment(self.day(step["day"]), 9, next(self.places[step["day"]]))
        return super().moment_of(step, before)

    # --- the proposal ---

    def register(self, step, at):
        entry, district = self.entry, self.district
        if entry.get("is_secret"):
            told = {"is_secret": True, "title": "", "proposers": []}
        else:
            told = {
                "title": entry["title"],
                "text": entry["text"],
                "proposers": entry["proposers"],
                "form": entry["form"],
                "sector": district.sectors[entry["sector"]],
                "category": district.categories[entry["category"]],
                "wished_units": "、".join(entry.get("wished", ())),
                "is_key": "supervising_leader" in entry,
                "supervising_leader": district.leaders.get(entry.get("supervising_leader")),
                "remark": REMARK,
            }
        self.proposal = cases.register(
            self.terms.session, number=entry["number"], kind=entry["kind"], by=self.office(step), at=at, **told
        )

    def assign(self, step, at):
        due_on = timezone.localdate(at) + datetime.timedelta(step["term"]) if "term" in step else None
        told = {"reply_due_on": due_on, "note": step.get("note", "")}
        cases.assign(self.proposal, self.roles(step["units"]), by=self.office(step), at=at, **told)

    def roles(self, told):
        return [(self.district.units[name], role) for name, role in told]

    def adjust(self, step, at):
        removed = [self.case({"unit": name}) for name in step.get("removed", ())]
        added = self.roles(step["added"])
        cases.adjust(self.proposal, added, removed, by=self.office(step), at=at, note=step["note"])

    def transfer(self, step, at):
        successor = self.district.units[step["successor"]]
        rearranging.transfer(self.proposal, self.case(step), successor, by=self.office(step), at=at, note=step["note"])

    def mark_key(self, step, at):
        leader = self.district.leaders[step["leader"]]
        rearranging.mark_key(self.proposal, leader, by=self.office(step), at=at, note=step["note"])

    def correct(self, step, at):
        rearranging.correct(self.proposal, by=self.office(step), at=at, note=step["note"], title=step["title"])

    def coordinate(self, step, at):
        rearranging.coordinate(self.proposal, by=self.office(step), at=at, note=step["note"])

    def hand_back(self, step, at):
        told = {name: step[name] for name in ("note", "handed_to")}
        letter = f"{self.terms.session.office_series}〔{at.year}〕{step['letter']}号"
        rearranging.hand_back(self.proposal, by=self.office(step), at=at, letter=letter, **told)

    def merge(self, step, at):
        main = Proposal.objects.get(session=self.terms.session, number=step["main"])
        rearranging.merge(self.proposal, main, by=self.office(step), at=at, note=step["note"])

    def unmerge(self, step, at):
        rearranging.unmerge(self.proposal, by=self.office(step), at=at, note=step["note"])

    def withdraw(self, step, at):
        rearranging.withdraw(self.proposal, by=self.office(step), at=at, note=step["note"])

    def carry_over(self, step, at):
        due_on = self.day(step["until"])
        rearranging.carry_over(self.proposal, by=self.office(step), at=at, note=step["note"], reply_due_on=due_on)

    def attach(self, step, at):
        cases.attach(self.proposal, by=self.office(step), at=at, files=self.files(step))

    # --- its cases ---

    def accept(self, step, at):
        case = self.case(step)
        cases.accept(case, by=self.clerk(step, case), at=at, **self.paper(step))

    def request_return(self, step, at):
        case, better = self.case(step), self.district.units[step["better"]]
        by = self.clerk(step, case)
        cases.request_return(case, better, by=by, at=at, note=step["note"], **self.paper(step))

    def grant_return(self, step, at):
        cases.grant_return(self.case(step), by=self.office(step), at=at, note=step["note"])

    def refuse_return(self, step, at):
        cases.refuse_return(self.case(step), by=self.office(step), at=at, note=step["note"])

    def request_extension(self, step, at):
        case = self.case(step)
        wanted_on = case.reply_due_on + datetime.timedelta(step["longer"])
        by = self.clerk(step, case)
        cases.request_extension(case, wanted_on, by=by, at=at, note=step["note"], **self.paper(step))

    def grant_extension(self, step, at):
        cases.grant_extension(self.case(step), by=self.office(step), at=at, note=step["note"])

    def refuse_extension(self, step, at):
        cases.refuse_extension(self.case(step), by=self.office(step), at=at, note=step["note"])

    def contact(self, step, at):
        case = self.case(step)
        told = {name: step[name] for name in ("stage", "manner", "people", "summary")}
        by, held_on = self.clerk(step, case), timezone.localdate(at)
        cases.contact(case, by=by, at=at, held_on=held_on, files=self.files(step), **told)

    def prepare_opinion(self, step, at):
        case = self.case(step)
        cases.prepare_opinion(case, step["text"], by=self.clerk(step, case), at=at)

    def advise(self, step, at):
        case = self.case(step)
        cases.advise(case, by=self.head(step, case), at=at, text=step.get("text", ""), **self.paper(step))

    def record_offline(self, step, at):
        case = self.case(step)
        cases.record_offline(case, by=self.clerk(step, case), at=at, closed_on=timezone.localdate(at))

    def rehandle(self, step, at):
        ratings.rehandle(self.case(step), by=self.office(step), at=at, note=step["note"])

    def close_unanswered(self, step, at):
        by = self.by(step, self.district.people["committee"])
        ratings.close_unanswered(self.case(step), by=by, at=at, note=step.get("note", ""))

    def close_agreed(self, step, at):
        told = {name: step[name] for name in ("note", "leader_consent", "committee_consent")}
        ratings.close_agreed(self.case(step), by=self.office(step), at=at, **told)

    # --- its cards ---

    def card(self, step):
        """The newest card of the case."""
        return self.case(step).cards.order_by("-pk").first()

    def propose_card(self, step, at):
        """What the daily run did on that day."""
        cards.propose(self.case(step), step["rule"], by=None, at=at)

    def give_card(self, step, at):
        told = {name: step[name] for name in ("colour", "rule", "reason")}
        cards.issue_new(self.case(step), by=self.office(step), at=at, **told)

    def issue_card(self, step, at):
        cards.issue(self.card(step), by=self.office(step), at=at)

    def object_to_card(self, step, at):
        card = self.card(step)
        cards.object_to(card, by=self.head(step, card.case), at=at, note=step["note"], **self.paper(step))

    def answer_card(self, step, at):
        card = self.card(step)
        cards.answer(card, by=self.clerk(step, card.case), at=at, text=step["text"], **self.paper(step))

    def lift_card(self, step, at):
        cards.lift(self.card(step), by=self.office(step), at=at, note=step["note"])

    def withdraw_card(self, step, at):
        cards.withdraw(self.card(step), by=self.office(step), at=at, note=step["note"])

    # --- the replies ---

    def reply(self, step):
        """The newest reply of the case."""
        return self.case(step).replies.order_by("-pk").first()

    def texts(self, step):
        """What a draft holds, as the arguments of the operations."""
        plain = ("body", "publicity", "class_reason", "no_contact", "no_opinion", "summary")
        found = {name: step[name] for name in plain if name in step}
        if "class" in step:
            found["result_class"] = self.terms.classes[step["class"]]
        if "promises" in step:
            found["commitments"] = [{"text": one["text"], "due_on": self.day(one["until"])} for one in step["promises"]]
        return found

    def draft(self, step, at):
        case = self.case(step)
        by = self.clerk(step, case)
        replies.draft(case, by=by, at=at, files=self.files(step), **self.texts(step), **self.paper(step))

    def edit(self, step, at):
        reply = self.reply(step)
        by = self.clerk(step, reply.case)
        replies.edit(reply, by=by, at=at, **self.texts(step), **self.paper(step))

    def meet(self, step, at):
        case = self.case(step)
        told = self.texts(step) | {"people": step["people"], "held_on": timezone.localdate(at)}
        replies.meet(case, by=self.head(step, case), at=at, **told)

    def submit(self, step, at):
        reply = self.reply(step)
        replies.submit(reply, by=self.clerk(step, reply.case), at=at, **self.paper(step))

    def recall(self, step, at):
        reply = self.reply(step)
        replies.recall(reply, by=self.clerk(step, reply.case), at=at)

    def approve(self, step, at):
        reply = self.reply(step)
        replies.unit_approve(reply, by=self.head(step, reply.case), at=at, **self.paper(step))

    def send_back(self, step, at):
        """退回修改 by whom the step names; the head of the unit where it names nobody."""
        reply = self.reply(step)
        replies.send_back(reply, by=self.head(step, reply.case), at=at, note=step["note"])

    def polish(self, step, at):
        reply = self.reply(step)
        body = reply.body.replace(step["before"], step["after"])
        replies.polish(reply, body, by=self.office(step), at=at, note=step["note"])

    def forward(self, step, at):
        reply = self.reply(step)
        replies.office_forward(reply, self.signer(reply, at), by=self.office(step), at=at)

    def signer(self, reply, at):
        return signers_of([reply.case], timezone.localdate(at))[reply.case_id]

    def redirect(self, step, at):
        leader = self.district.leaders[step["leader"]]
        replies.redirect(self.reply(step), leader, by=self.office(step), at=at, note=step["note"])

    def sign(self, step, at):
        reply = self.reply(step)
        by = self.by(step, self.district.signers[self.signer(reply, at).pk])
        replies.sign(reply, reply.content_hash, by=by, at=at)

    def revoke(self, step, at):
        reply = self.reply(step)
        by = self.by(step, self.district.signers[self.signer(reply, at).pk])
        replies.revoke(reply, by=by, at=at, note=step["note"])

    def sign_on_paper(self, step, at):
        reply = self.reply(step)
        replies.sign_on_paper(reply, reply.code, self.scan("审签单"), by=self.office(step), at=at)

    def verify_paper(self, step, at):
        replies.verify_paper(self.reply(step), by=self.by(step, self.district.people["office2"]), at=at)

    def reject_paper(self, step, at):
        by = self.by(step, self.district.people["office2"])
        replies.reject_paper(self.reply(step), by=by, at=at, note=step["note"])

    def issue(self, step, at):
        reply = self.reply(step)
        number = "" if reply.is_meeting else self.district.reply_number(reply.case.unit, at.year)
        by = self.clerk(step, reply.case)
        means = step.get("means", "in_person")
        ratings.issue(reply, by=by, at=at, number=number, issued_on=timezone.localdate(at), means=means)

    def reissue(self, step, at):
        ratings.reissue(self.reply(step), by=self.office(step), at=at, note=step["note"])

    # --- the receipts ---

    def receipt(self, step):
        """The latest receipt of the proposer that the step names, else of the first one."""
        name = step.get("proposer", self.entry["proposers"][0]["name"])
        return Receipt.objects.filter(case=self.case(step), proposer__name=name).order_by("-pk").first()

    def secretary(self, step):
        return self.by(step, self.district.people["committee"])

    def rated(self, step, at):
        """What a form says, as the arguments of the operations."""
        return {
            "attitude": self.terms.ratings[step.get("attitude", "满意")],
            "received_on": timezone.localdate(at),
            "comment": step.get("comment", ""),
        }

    def enter(self, step, at):
        given, rating = self.rated(step, at), self.terms.ratings[step["rating"]]
        ratings.enter(self.receipt(step), rating, by=self.secretary(step), at=at, scan=self.scan("回执"), **given)

    def park(self, step, at):
        case, given, rating = self.case(step), self.rated(step, at), self.terms.ratings[step["rating"]]
        proposer = self.proposal.proposers.first()
        ratings.park(case, proposer, rating, by=self.secretary(step), at=at, scan=self.scan("回执"), **given)

    def remind(self, step, at):
        ratings.remind(self.receipt(step), by=self.secretary(step), at=at, note=step.get("note", ""))

    def send_receipt_back(self, step, at):
        ratings.send_back(self.receipt(step), by=self.secretary(step), at=at, note=step["note"])

    def confirm(self, step, at):
        ratings.confirm(self.receipt(step), by=self.by(step, self.district.people["committee2"]), at=at)

    def amend(self, step, at):
        given, rating = self.rated(step, at), self.terms.ratings[step["rating"]]
        ratings.amend(self.receipt(step), rating, by=self.secretary(step), at=at, note=step["note"], **given)
