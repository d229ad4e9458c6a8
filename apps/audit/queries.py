"""Reading the trail, and proving that nobody touched it.

What the chain can tell: any event changed, removed, inserted or moved, and a tail cut off. What it cannot tell:
somebody with full access to the database who rewrites every event from one on *and* the head. Against that helps the
head's hash on paper or in a backup, so `verify_audit` prints it.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Literal

from django.db import Error
from django.utils import timezone

from . import chain
from .models import GENESIS, Event, EventQuerySet, Head

PAGE = 1000
SUSPECTS = 300
"""So many changed events are kept to find out whether they were only moved; the work grows with the square."""


@dataclass(frozen=True)
class Finding:
    """Something wrong with the trail. `until` ends a run of missing or surplus events, else it equals `seq`."""

    kind: Literal["changed", "missing", "inserted", "moved", "broken", "cut", "head"]
    seq: int
    until: int
    message: str

    def __str__(self):
        return self.message

    def as_json(self) -> dict:
        return asdict(self)


@dataclass
class Report:
    """The outcome of a check: how many events were read, the stored head, what is wrong."""

    events: int = 0
    head_seq: int | None = None
    head_hash: str = ""
    findings: list[Finding] = field(default_factory=list)

    def as_json(self) -> dict:
        return {
            "ok": not self.findings,
            "events": self.events,
            "head": {"seq": self.head_seq, "hash": self.head_hash},
            "findings": [finding.as_json() for finding in self.findings],
        }


def of_target(target_type: str, target_key: str) -> EventQuerySet:
    """The history of one thing, oldest first."""
    return Event.objects.filter(target_type=target_type, target_key=target_key).order_by("seq")


def verify() -> list[Finding]:
    """Everything wrong with the trail; empty when it is whole."""
    return inspect().findings


def inspect() -> Report:
    """Read the whole trail page by page, in constant memory, while others go on recording.

    The head is read after the last event: an event that is there has its head there too, so a head that is ahead
    either means newer events, which are read then, or a cut tail.
    """
    report = Report()
    walk = _Walk(report)
    after = None
    while True:
        for seq, event in _events_after(after):
            walk.step(seq, event)
        head = Head.objects.filter(pk=Head.SINGLETON).first()
        if head is None or head.seq <= walk.last_seq or not Event.objects.filter(seq__gt=walk.last_seq).exists():
            break
        after = walk.last_seq
    walk.finish(head)
    report.findings.sort(key=lambda finding: finding.seq)
    return report


class _Walk:
    """The state of one pass over the events in the order of their numbers."""

    def __init__(self, report):
        self.report = report
        self.last_seq = 0
        self.expected = GENESIS  # what the next event must name as the hash before it; None: cannot be told
        self.suspects = []  # events whose hash does not fit, to be looked at together
        self.gaps = []

    def step(self, seq, event):
        self.report.events += 1
        if not isinstance(seq, int) or seq < 1:
            self.find("inserted", 0, 0, f"序号“{seq}”：不是系统写入的")
            return
        if seq > self.last_seq + 1:
            self.gaps.append((self.last_seq + 1, seq - 1))
            self.expected = None
        self.last_seq = seq
        computed = event and _hash_as(event, seq)
        if computed is None:
            self.find("changed", seq, seq, f"第{seq}条：被改动，内容已无法读取")
        elif computed != event.hash:
            self.suspects.append(event)
            if len(self.suspects) > SUSPECTS:
                self.blame(self.suspects.pop(), candidates=())
        elif self.expected not in (None, event.previous_hash):
            before = f"第{seq - 1}条" if seq > 1 else "起点"
            guess = "两条之一是插入、替换的，或重算过哈希"
            self.find("broken", seq, seq, f"第{seq}条：与{before}接不上，{guess}（{_label(event)}）")
        # whatever follows an event that does not fit is not to blame for it
        self.expected = event.hash if event and computed == event.hash else None

    def finish(self, head):
        missing = {seq for first, last in self.gaps for seq in range(first, min(last, first + SUSPECTS) + 1)}
        candidates = sorted(missing | {event.seq for event in self.suspects})[: 2 * SUSPECTS]
        for event in self.suspects:
            self.blame(event, candidates=candidates)
        for first, last in self.gaps:
            self.find("missing", first, last, f"{_run(first, last)}：缺失，被删除")
        if head is None:
            if self.last_seq:
                self.find("head", self.last_seq, self.last_seq, "链头：丢失，末尾是否被截断已无法判断")
            return
        self.report.head_seq, self.report.head_hash = head.seq, head.hash
        if head.seq > self.last_seq:
            first = self.last_seq + 1
            self.find("cut", first, head.seq, f"{_run(first, head.seq)}：缺失，末尾被截断（链头记到第{head.seq}条）")
            return
        if head.seq < self.last_seq:
            first = max(head.seq, 0) + 1
            surplus = f"{_run(first, self.last_seq)}：在链头（第{head.seq}条）之后，是绕过系统插入的，或链头被改小"
            self.find("inserted", first, self.last_seq, surplus)
        expected = Event.objects.filter(seq=head.seq).values_list("hash", flat=True).first() if head.seq else GENESIS
        if expected is not None and head.hash != expected:
            self.find("head", head.seq, head.seq, f"链头：哈希与第{head.seq}条不符，链头或末条被改动")

    def blame(self, event, *, candidates):
        """Say of an event whose hash does not fit whether it was moved or changed, and what of it."""
        seq = event.seq
        for candidate in {*candidates, seq - 1, seq + 1} - {seq}:
            if _hash_as(event, candidate) == event.hash:
                self.find("moved", seq, seq, f"第{seq}条：顺序被调换，原为第{candidate}条（{_label(event)}）")
                return
        self.find("changed", seq, seq, f"第{seq}条：内容或哈希被改动（{_label(event)}）")

    def find(self, kind, seq, until, message):
        self.report.findings.append(Finding(kind, seq, until, message))


def _events_after(seq) -> Iterator[tuple[int, Event | None]]:
    """(seq, event) in order, all of them for None. An event that cannot be read any more comes as None.

    Paged by key and not by a cursor, so that one spoilt row can be stepped over and no lock is held.
    """
    while True:
        rows = Event.objects.order_by("seq") if seq is None else Event.objects.filter(seq__gt=seq).order_by("seq")
        try:
            page = [(event.seq, event) for event in rows[:PAGE]]
        except (ValueError, TypeError, Error):
            page = [(key, _readable(key)) for key in rows.values_list("seq", flat=True)[:PAGE]]
        yield from page
        keys = [key for key, _ in page if isinstance(key, int)]  # SQLite keeps text in a number's column
        if not keys:
            return
        seq = keys[-1]


def _readable(seq):
    try:
        return Event.objects.get(seq=seq)
    except (ValueError, TypeError, Error):
        return None


def _hash_as(event, seq):
    """The hash the event would have at number `seq`; None when its columns are not what `record` stores."""
    content = {name: getattr(event, name) for name in chain.FIELDS} | {"seq": seq}
    try:
        return chain.event_hash(event.previous_hash, **content)
    except (ValueError, TypeError, AttributeError):
        return None


def _label(event):
    return f"{timezone.localdate(event.at)} {event.actor_name} {event.action} {event.target_name}"


def _run(first, last):
    return f"第{first}条" if first == last else f"第{first}至{last}条（共{last - first + 1}条）"
