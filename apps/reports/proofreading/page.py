"""A proofread letter for the screen: its paragraphs and tables cut into pieces, each claim marked."""

from dataclasses import dataclass

from .report import RIGHT, UNCHECKED, WRONG, Claim
from .written import PERCENT, POINTS

RULES = {
    "sum": "合计不符",
    "percent": "比例不符",
    "rounding": "舍入不当",
    "impossible": "比例不可能",
    "repeat": "前后不一",
    "data": "与系统不符",
    "remainder": "有余数",
    "precision": "小数位数",
    "form": "书写形式",
}
OF_SHARES = frozenset({"percent", "rounding", "impossible"})  # what is wrong is the share, if a count is the same, too
WORDS = {RIGHT: "相符", WRONG: "不符", UNCHECKED: "未核"}
SIGNS = {RIGHT: "✓", WRONG: "✗", UNCHECKED: "○"}


@dataclass(frozen=True)
class Piece:
    """Text of the letter. With a `claim`: what is said of it; `numbers`: its findings', from 1; `anchor`: its id."""

    text: str
    claim: Claim | None = None
    anchor: str = ""

    @property
    def word(self):
        return WORDS[self.claim.status]

    @property
    def sign(self):
        return SIGNS[self.claim.status]

    @property
    def numbers(self):
        return [place + 1 for place in self.claim.findings]


def blocks_of(document, result):
    """[("text", pieces) or ("table", rows of cells of pieces)] in the letter's order; empty paragraphs are left out."""
    claims = {}
    for place, claim in enumerate(result.claims, start=1):
        claims.setdefault(claim.paragraph, []).append((place, claim))
    begins = {numbers[0]: numbers for numbers in document.tables if numbers}
    blocks = []
    for number, text in enumerate(document.paragraphs):
        if number in begins:
            rows = [
                [_pieces(document.paragraphs[row], span, claims.get(row, ())) for span in document.rows[row]]
                for row in begins[number]
            ]
            blocks.append(("table", rows))
        elif number not in document.rows and text.strip():
            blocks.append(("text", _pieces(text, (0, len(text)), claims.get(number, ()))))
    return blocks


def _pieces(text, span, claims):
    start, stop = span
    pieces = []
    for place, claim in claims:
        if claim.start < start or claim.end > stop:
            continue
        if claim.start > start:
            pieces.append(Piece(text[start : claim.start]))
        pieces.append(Piece(text[claim.start : claim.end], claim, f"claim-{place}"))
        start = claim.end
    if start < stop:
        pieces.append(Piece(text[start:stop]))
    return pieces


@dataclass(frozen=True)
class Told:
    """A finding or a note for the list: its rule's name, and the anchor of the first claim that it is about."""

    number: int
    name: str
    finding: object
    anchor: str

    @property
    def what(self):
        """What `printed` is: a number of the letter, or what numbers of it add up to, which it does not say itself."""
        finding = self.finding
        is_said = any(mark.printed == finding.printed for mark in finding.marks)
        return "合计" if finding.rule == "sum" and not is_said else "文中"

    @property
    def printed(self):
        return self.finding.printed + self._measure

    @property
    def expected(self):
        return self.finding.expected + self._measure

    @property
    def _measure(self):
        """What the letter has behind such a number: % or 个百分点; nothing where the finding's words have their own."""
        finding = self.finding
        if not (finding.printed[-1:].isdigit() and finding.expected[-1:].isdigit()):
            return ""
        said = [mark for mark in finding.marks if mark.printed == finding.printed] or finding.marks
        kinds = {mark.kind for mark in said}
        if POINTS in kinds:
            return "个百分点"
        return "%" if kinds == {PERCENT} or (PERCENT in kinds and finding.rule in OF_SHARES) else ""


def findings_told(result):
    anchors = {}
    for place, claim in enumerate(result.claims, start=1):
        for finding in claim.findings:
            anchors.setdefault(finding, f"claim-{place}")
    return [
        Told(number, RULES[finding.rule], finding, anchors.get(number - 1, ""))
        for number, finding in enumerate(result.findings, start=1)
    ]


def notes_told(result):
    return [Told(number, RULES[note.rule], note, "") for number, note in enumerate(result.notes, start=1)]


def counts_of(result):
    """How many claims are right, wrong and not checked."""
    return {status: sum(claim.status == status for claim in result.claims) for status in (RIGHT, WRONG, UNCHECKED)}
