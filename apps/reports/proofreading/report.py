"""What a proofreading gives: claims with their status, findings, notes, and the JSON of `check_letter`."""

from dataclasses import dataclass, field

from .arithmetic import are_exchanged_in_one, is_slip
from .doubts import Doubts
from .written import COUNT, PERCENT

RIGHT, WRONG, UNCHECKED = "right", "wrong", "unchecked"
LONGEST = 120  # characters of the letter quoted with a finding


@dataclass(frozen=True)
class Finding:
    """One fault, or one note. `marks`: the Mentions that it is about."""

    rule: str
    where: str
    printed: str
    expected: str
    suggestion: str
    marks: tuple = ()

    def as_json(self):
        return {name: getattr(self, name) for name in ("rule", "where", "printed", "expected", "suggestion")}


@dataclass(frozen=True)
class Claim:
    """One number of the letter that says something of proposals. `start`, `end`: in the text of its paragraph."""

    paragraph: int
    start: int
    end: int
    kind: str
    value: str
    status: str
    findings: tuple[int, ...] = ()  # places among the findings, from 0


@dataclass(frozen=True)
class Result:
    paragraphs: list
    claims: list = field(default_factory=list)
    findings: list = field(default_factory=list)
    notes: list = field(default_factory=list)

    @property
    def ok(self):
        return not self.findings

    def as_json(self):
        return {
            "ok": self.ok,
            "claims": len(self.claims),
            "findings": [finding.as_json() for finding in self.findings],
            "notes": [note.as_json() for note in self.notes],
        }


class Marks:
    """What became of each number while the checks went over the letter."""

    def __init__(self, paragraphs, mentions=()):
        self.paragraphs = paragraphs
        self.doubts = Doubts(mentions)
        self.findings, self.notes = [], []
        self.right = set()
        self.wrong = {}
        self._places = {}

    def fine(self, *mentions):
        self.right.update(id(mention) for mention in mentions if mention is not None)

    def fault(self, rule, mentions, printed, expected, suggestion, base=None, tail="", where=""):
        """A finding about some Mentions and their `base`; the same one printed again is only marked again.

        `tail`: words behind the last of them that are quoted too. `where`: what is quoted where no number stands.
        """
        quoted = [mention for mention in mentions if mention is not None]
        marked = [base, *quoted] if base is not None else quoted
        same = (rule, str(printed), str(expected), tuple(sorted(one.printed for one in marked)))
        if same not in self._places:
            self._places[same] = len(self.findings)
            where = where or self._with_tail(self.words_of(quoted), quoted, tail)
            self.findings.append(Finding(rule, where, str(printed), str(expected), suggestion, tuple(marked)))
        for mention in marked:
            if self._places[same] not in (places := self.wrong.setdefault(id(mention), [])):
                places.append(self._places[same])

    def suspect(self, rule, mentions, printed, expected, suggestion, base=None):
        """A finding where the words of the letter leave a doubt of what belongs to what.

        Only if it can be a slip, and is right in no other reading.
        """
        is_sum = rule == "sum"
        if not is_slip(str(printed), str(expected), is_share=not is_sum):
            alone = len({one.sentence for one in mentions}) == 1 < len(mentions)
            if not (is_sum and alone and are_exchanged_in_one(mentions, printed, expected)):
                return
        share = next((one for one in mentions if one.kind == PERCENT), None)
        own = next((one for one in mentions if one.kind == COUNT), None)
        if share is not None and (self.doubts.share(share, own) or self.doubts.share(share)):
            return
        if base is not None and (self.doubts.other_whole(mentions) or self.doubts.row(mentions, base.value)):
            return
        self.fault(rule, mentions, printed, expected, suggestion, base)

    def note(self, rule, mentions, printed, expected, suggestion):
        self.notes.append(
            Finding(rule, self.words_of(mentions), str(printed), str(expected), suggestion, tuple(mentions))
        )

    def _with_tail(self, quoted, mentions, tail):
        last = max(mentions, key=lambda one: (one.paragraph, one.end))
        return quoted + tail if self.paragraphs[last.paragraph].startswith(tail, last.end) else quoted

    def words_of(self, mentions):
        """The letter's own words around some numbers of one paragraph (that of the last)."""
        if not mentions:
            return ""
        number = mentions[-1].paragraph
        own = [mention for mention in mentions if mention.paragraph == number]
        text = self.paragraphs[number]
        start, end = min(one.opens for one in own), max(one.end for one in own)
        if end - start > LONGEST:
            return text[start : start + LONGEST // 2].strip() + "…" + text[end - LONGEST // 2 : end].strip()
        return " ".join(text[start:end].split())

    def claims(self, mentions):
        found = []
        for mention in mentions:
            places = tuple(self.wrong.get(id(mention), ()))
            status = WRONG if places else RIGHT if id(mention) in self.right else UNCHECKED
            found.append(
                Claim(mention.paragraph, mention.start, mention.end, mention.kind, mention.printed, status, places)
            )
        return found
