"""Every count, rate and split of a session, each with the proposals behind it. One computation for one figure.

Figures are as of a day by the dates of the actions (assigned, issued, received, confirmed, closed on), never of their
entry. rows.py reads a session, facts.py says how each proposal stood on the day, this module counts.

What a class, a rating or "on time" means stands in facts.py, what is part of what in BASES and `members_of`.
"""

import datetime
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import prefetch_related_objects

from apps.proposals.models import Proposal, Session
from apps.proposals.workflow import ENDED_PROPOSALS, ProposalState
from apps.units.queries import similar_names

from .facts import LAST_DAY, Fact, fact_of, is_met, issued_replies
from .rows import load


class UnknownSession(LookupError):
    """No session has this key. The message is Chinese and names what may have been meant."""


def session_named(key):
    """The Session with this key (`9-4`) or label (九届四次会议), full-width digits and blanks forgiven.

    Raises UnknownSession.
    """
    wanted = unicodedata.normalize("NFKC", str(key)).strip()
    sessions = list(Session.objects.all())
    for session in sessions:
        if wanted in (session.key, session.label):
            return session
    if not sessions:
        raise UnknownSession(f"没有届次“{wanted}”：系统里还没有任何届次。")
    names = {session.key: session for session in sessions} | {session.label: session for session in sessions}
    near = list(dict.fromkeys(names[name] for name in similar_names(wanted, names)))
    heading = "相近的有" if near else "现有届次"
    told = "、".join(f"{session.key}（{session.label}）" for session in (near or sessions)[:8])
    raise UnknownSession(f"没有届次“{wanted}”。{heading}：{told}。")


def percent(count, base, decimals):
    """`count` of `base` in per cent as printed: decimal half-up, "92.9"; None where the base is 0."""
    if not base:
        return None
    share = Decimal(count) * 100 / Decimal(base)
    return str(share.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Step:
    """A class of result or a rating of the session's scale, best first."""

    name: str  # code of a class (A), name of a rating (满意)
    wording: str
    is_dissatisfied: bool = False
    is_satisfied: bool = False
    is_promised: bool = False  # a class whose replies promise something


@dataclass(frozen=True)
class Share:
    """A part of a named base. `percent`: as printed, None where the base is 0."""

    count: int
    base: int
    percent: str | None

    def as_json(self):
        return {"count": self.count, "base": self.base, "percent": self.percent}


# what a part is a part of
BASES = {
    ("classes",): ("replied",),
    ("ratings", "final"): ("ratings", "confirmed"),
    ("ratings", "first"): ("ratings", "confirmed"),
    ("categories",): ("total",),
    ("kinds",): ("total",),
}
# what the satisfaction rate is of, and the rating it goes by: Session.satisfaction_base, Session.counted_rating
SATISFACTION_BASES = {
    Session.SatisfactionBase.CONFIRMED: ("ratings", "confirmed"),
    Session.SatisfactionBase.REPLIED: ("replied",),
}
COUNTED = {Session.CountedRating.LAST: "final_receipt", Session.CountedRating.FIRST: "first_receipt"}


@dataclass(frozen=True)
class Tally:
    """All figures of a session as of a day, each known by its path in the JSON: ("classes", "A")."""

    key: str
    label: str
    decimals: int
    as_of: datetime.date | None
    classes: tuple[Step, ...]
    ratings: tuple[Step, ...]
    facts: tuple[Fact, ...]  # by number, the ended ones too
    members: dict[tuple[str, ...], tuple[int, ...]]
    satisfaction_base: Session.SatisfactionBase
    counted_rating: Session.CountedRating

    def ids(self, *path):
        """Ids of the proposals behind a figure, by number; empty where it is 0. Raises KeyError for no such figure."""
        if path not in self.members and path[:-1] not in BASES and path[:1] != ("units",):
            raise KeyError(path)
        return self.members.get(path, ())

    def count(self, *path):
        return len(self.ids(*path))

    def share(self, *path):
        count, base = self.count(*path), self.count(*BASES[path[:-1]])
        return Share(count, base, percent(count, base, self.decimals))

    @property
    def satisfaction(self):
        """The satisfaction rate as a Share: ids("satisfied") of the session's base."""
        count, base = self.count("satisfied"), self.count(*SATISFACTION_BASES[self.satisfaction_base])
        return Share(count, base, percent(count, base, self.decimals))

    @property
    def satisfied(self):
        """The ratings that count as satisfied, best first: ["满意", "基本满意"]."""
        return [step.name for step in self.ratings if step.is_satisfied]

    @property
    def satisfaction_of(self):
        """(which rating is counted, which ratings satisfy, what the rate is of), in words."""
        return self.counted_rating.label, self.satisfied, self.satisfaction_base.label

    def names(self, *path):
        """Names of the parts under a path that occur, in order: names("categories")."""
        return [found[-1] for found in self.members if found[:-1] == path]

    def behind(self, *path):
        """The Facts behind a figure, by number."""
        ids = set(self.ids(*path))
        return [fact for fact in self.facts if fact.row.pk in ids]

    def as_json(self):
        """The figures as `manage.py figures --json` prints them."""
        shares = {path: {} for path in BASES}
        for path, found in self.members.items():
            if path[:-1] in BASES and (found or path[0] == "classes"):
                shares[path[:-1]][path[-1]] = self.share(*path).as_json()
        units = defaultdict(dict)
        for path, found in self.members.items():
            if path[0] == "units":
                units[path[1]][path[2]] = len(found)
        return {
            "session": self.key,
            "label": self.label,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "received": self.count("received"),
            "merged": self.count("merged"),
            "withdrawn": self.count("withdrawn"),
            "handed_back": self.count("handed_back"),
            "total": self.count("total"),
            "key": self.count("key"),
            "assigned": self.count("assigned"),
            "replied": self.count("replied"),
            "offline": self.count("offline"),
            "closed": self.count("closed"),
            "states": {state: self.count("states", state) for state in ProposalState.values},
            "classes": shares["classes",],
            "unclassified": self.count("unclassified"),
            "ratings": {
                "returned": self.count("ratings", "returned"),
                "not_returned": self.count("ratings", "not_returned"),
                "to_confirm": self.count("ratings", "to_confirm"),
                "confirmed": self.count("ratings", "confirmed"),
                "final": shares["ratings", "final"],
                "first": shares["ratings", "first"],
            },
            "satisfaction": {
                **self.satisfaction.as_json(),
                "base_name": self.satisfaction_base.label,
                "rating": self.counted_rating.label,
                "satisfied": self.satisfied,
            },
            "rehandled": [fact.row.number for fact in self.behind("rehandled")],
            "categories": shares["categories",],
            "kinds": shares["kinds",],
            "units": dict(units),
        }


def members_of(facts, classes, ratings, day, counted_rating):
    """Path of each figure → ids of the proposals behind it. A unit's figures count cases: one live case a proposal."""
    counted = [fact for fact in facts if fact.is_counted]
    found = {}

    def put(path, chosen):
        found[path] = tuple(fact.row.pk for fact in chosen)

    put(("received",), [fact for fact in facts if fact.is_received])
    for state in ENDED_PROPOSALS:
        put((str(state),), [fact for fact in facts if fact.is_received and fact.has_ended and fact.state == state])
    put(("total",), counted)
    put(("key",), [fact for fact in counted if fact.row.is_key])
    put(("assigned",), [fact for fact in counted if fact.answering])
    put(("replied",), [fact for fact in counted if fact.is_replied])
    put(("not_replied",), [fact for fact in counted if not fact.is_replied and not fact.is_offline])
    put(("offline",), [fact for fact in counted if fact.is_offline])
    put(("closed",), [fact for fact in counted if fact.state == ProposalState.CLOSED])
    put(("open",), [fact for fact in counted if fact.state != ProposalState.CLOSED])
    for state in ProposalState.values:
        put(("states", state), [fact for fact in facts if fact.is_received and fact.state == state])
    for step in classes:
        put(("classes", step.name), [fact for fact in counted if fact.class_code == step.name])
    put(("unclassified",), [fact for fact in counted if fact.is_replied and not fact.class_code])
    returned = [fact for fact in counted if fact.is_returned]
    put(("ratings", "returned"), returned)
    put(("ratings", "not_returned"), [fact for fact in counted if fact.is_replied and not fact.is_returned])
    put(("ratings", "to_confirm"), [fact for fact in returned if not fact.final])
    put(("ratings", "confirmed"), [fact for fact in counted if fact.final])
    for step in ratings:
        put(("ratings", "final", step.name), [fact for fact in counted if fact.final == step.name])
        put(("ratings", "first", step.name), [fact for fact in counted if fact.first == step.name])
    satisfied = {step.name for step in ratings if step.is_satisfied}
    receipts = [(fact, getattr(fact, COUNTED[counted_rating])) for fact in counted]
    # 不满意 with the attitude, where that counts too, is not satisfied, whatever the result was given
    content = {fact.row.pk for fact, one in receipts if one and one.rating in satisfied and not one.is_dissatisfied}
    put(("satisfied",), [fact for fact in counted if fact.row.pk in content])
    put(("rehandled",), [fact for fact in counted if fact.is_rehandled])
    for _, name in sorted({(fact.row.category_order, fact.row.category) for fact in counted}):
        put(("categories", name), [fact for fact in counted if fact.row.category == name])
    for kind in Proposal.Kind:
        put(("kinds", kind.label), [fact for fact in counted if fact.row.kind == kind.label])
    return found | _units(counted, day)


def _units(counted, day):
    kept = defaultdict(lambda: {"lead": [], "assist": [], "replied": [], "on_time": []})
    for fact in counted:
        for case in fact.live:
            of = kept[case.unit_order, case.unit]
            of["lead" if case.is_answering else "assist"].append(fact.row.pk)
            if case.is_answering and issued_replies(case, day):
                of["replied"].append(fact.row.pk)
                if is_met(case, day):
                    of["on_time"].append(fact.row.pk)
    return {
        ("units", unit, name): tuple(ids)
        for (_, unit), columns in sorted(kept.items())
        for name, ids in columns.items()
    }


def tally(session, as_of=None, among=None):
    """The Tally of a session as of a day (None: all that is recorded); six queries whatever the rows.

    `among`: a queryset of Proposal to keep to, such as those a user may see.
    """
    return tallies([session], as_of, among)[0]


def tallies(sessions, as_of=None, among=None):
    """The Tally of each session, in their order. Arguments as for `tally`.

    Four queries however many there are, and two for each session whose classes and ratings have not been read yet.
    """
    rows = load(sessions, among)
    return [_tally(session, rows[session.pk], as_of) for session in sessions]


def tallies_on(session, days, tally):
    """As `tally`, which has the session's rows, as of each of some days in their order; two queries at most."""
    prefetch_related_objects([session], "classes", "ratings")
    rows = [fact.row for fact in tally.facts]
    return [_tally(session, rows, day) for day in days]


def _tally(session, rows, as_of):
    day = as_of or LAST_DAY
    classes = tuple(Step(one.code, one.wording, is_promised=one.needs_commitment) for one in session.classes.all())
    ratings = tuple(Step(one.name, one.name, one.is_dissatisfied, one.is_satisfied) for one in session.ratings.all())
    counted_rating = Session.CountedRating(session.counted_rating)
    facts = tuple(fact_of(row, day, session.class_rule) for row in rows)
    return Tally(
        key=session.key,
        label=session.label,
        decimals=session.decimals,
        as_of=as_of,
        classes=classes,
        ratings=ratings,
        facts=facts,
        members=members_of(facts, classes, ratings, day, counted_rating),
        satisfaction_base=Session.SatisfactionBase(session.satisfaction_base),
        counted_rating=counted_rating,
    )


def figures(session, as_of=None, among=None):
    """Every figure of a session as of a day, in the form of `manage.py figures --json`."""
    return tally(session, as_of, among).as_json()


def behind(session, *path, as_of=None, among=None):
    """Ids of the proposals behind a figure, by number: behind(session, "classes", "A").

    Raises KeyError where there is no such figure.
    """
    return tally(session, as_of, among).ids(*path)
