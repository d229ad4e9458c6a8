"""The whole file of a proposal (提案办理案卷): cover, list of contents, then everything in the order of the handling.

One PDF with bookmarks. It holds what the user may see; a file that cannot be bound (Word, Excel, a broken scan) stands
in the list of contents with a remark.
"""

import datetime
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf
from django.utils import timezone

from apps.documents.bundles import Part, Unbound, bound
from apps.documents.content import Cell, Column, Grid, Paper, Sheet, Table, author_of, chinese_date
from apps.documents.press import printed_many
from apps.proposals.attachments import SCANS, SEEN
from apps.proposals.models import Attachment

from .catalogue import KINDS, copies

KEY, LABEL = "case-file", "提案办理案卷"
Owner = Attachment.Owner
# Sections in the order of the handling: kinds of papers, then the files that belong to it.
SECTIONS = (
    ("提案", ("proposal-text",), (Owner.PROPOSAL,)),
    ("交办、签收与调整", ("return-request", "reassignment-notice", "extension-approval"), (Owner.PAPER,)),
    ("沟通记录", ("contact-record",), (Owner.CONTACT,)),
    ("会办意见", ("opinion-letter",), (Owner.OPINION,)),
    ("审签与答复", ("sign-off-sheet", "reply-letter"), (Owner.SHEET, Owner.REPLY)),
    ("征询意见", (), (Owner.RECEIPT,)),
    ("承诺落实与督办", (), (Owner.PROGRESS, Owner.CARD)),
    ("函告", ("committee-letter",), ()),
)


@dataclass
class Entry:
    """One thing in the file. `pages`: how many it has once it is printed; `remark`: why it is not bound."""

    title: str
    body: str = ""  # 责任者
    number: str = ""
    dated_on: datetime.date | None = None
    paper: Paper | None = None
    attachment: Attachment | None = None
    content: bytes = b""
    pages: int = 0
    remark: str = ""
    round: int = 0


@dataclass
class Section:
    title: str
    entries: list[Entry] = field(default_factory=list)


def sections_of(proposal, occasion) -> list[Section]:
    """What the file of a proposal holds, as far as the occasion's user may see it; empty sections are left out."""
    files = [one for one in proposal.attachments.order_by("pk") if SEEN[one.owner_type](one, occasion.user)]
    found = []
    for title, kinds, owners in SECTIONS:
        entries = [entry for key in kinds for entry in _papers(key, proposal, occasion)]
        entries.sort(key=lambda entry: entry.round)  # round by round, each in the order of its kinds
        entries += [_file(one) for owner in owners for one in files if one.owner_type == owner]
        if entries:
            found.append(Section(title, entries))
    return found


def _papers(key, proposal, occasion):
    kind = KINDS.get(key)
    rows = kind.seen(occasion).filter(**{kind.proposal: proposal.pk}) if kind else []
    for subject in rows:
        if kind.is_of(subject):
            for to, paper in copies(kind, subject, occasion):
                yield _entry(kind, paper, to, getattr(subject, "round", 0))


def _entry(kind, paper, to, number_of_round):
    dated_on = getattr(paper, "dated_on", None)
    number = getattr(paper, "number", "")
    title = f"{kind.label}（{to}）" if to else kind.label
    draft = "样稿" if paper.draft else ""
    if number_of_round > 1:
        title = f"{title}（第{number_of_round}轮）"
    return Entry(title, author_of(paper), number, dated_on, paper=paper, remark=draft, round=number_of_round)


def _file(attachment):
    stored_on = timezone.localdate(attachment.stored_at)
    entry = Entry(attachment.name, str(attachment.stored_by), dated_on=stored_on, attachment=attachment)
    if attachment.media_type not in SCANS:
        entry.remark = "电子文件，另存"
    return entry


def write(proposal, occasion, out, tell=lambda done: None) -> list[list[str]]:
    """Writes the file to `out`; [[name, why]] of what could not be bound. `tell(done)` hears of each entry."""
    sections = sections_of(proposal, occasion)
    entries = [entry for section in sections for entry in section.entries]
    for done, _ in enumerate(_prepared(entries), start=1):
        tell(done)
    _leave_out_what_cannot_be_bound(entries)
    front = [cover(proposal, sections, occasion), contents(proposal, sections, occasion)]
    (_, face), (_, index) = printed_many(iter(front), workers=1)
    for page in (face, index):
        if isinstance(page, Exception):
            raise page
    parts = [Part("封面", face), Part("卷内目录", index)]
    parts += [Part(section.title, None, _parts(section)) for section in sections if _parts(section)]
    bound(iter(parts), out, title=f"{proposal.session}{proposal}{LABEL}", author=proposal.session.office)
    return [[entry.title, entry.remark] for entry in entries if not entry.content]


def _parts(section):
    return tuple(Part(entry.title, entry.content) for entry in section.entries if entry.content)


def _prepared(entries) -> Iterator[Entry]:
    """Prints the papers and reads the files; each entry once its content is there."""
    papers = [entry for entry in entries if entry.paper]
    for entry, (_, made) in zip(papers, printed_many(entry.paper for entry in papers), strict=True):
        if isinstance(made, bytes):
            entry.content = made
        else:
            entry.remark = str(made)
        yield entry
    for entry in entries:
        if entry.attachment:
            if not entry.remark:
                with entry.attachment.file.open("rb") as file:
                    entry.content = file.read()
            yield entry


def _leave_out_what_cannot_be_bound(entries):
    """Binds each thing alone: what is broken is left out with the reason, the others know how many pages they have."""
    for entry in entries:
        if not entry.content:
            continue
        alone = io.BytesIO()
        try:
            bound([Part(entry.title, entry.content)], alone, title=entry.title, author="")
            with pikepdf.open(alone) as pdf:
                entry.pages = len(pdf.pages)
        except Unbound as broken:
            entry.content, entry.remark = b"", broken.problems[0][1]


def cover(proposal, sections, occasion):
    units = [case.unit.full_name or case.unit.name for case in proposal.cases.select_related("unit")]
    pages = sum(entry.pages for section in sections for entry in section.entries)
    rows = (
        ("案号", f"{proposal.session.committee}{proposal.session.label}{proposal}"),
        ("案由", proposal.title),
        ("提案者", "、".join(str(one) for one in proposal.proposers.all())),
        ("承办单位", "、".join(dict.fromkeys(units))),
        ("交办日期", chinese_date(proposal.assigned_on) if proposal.assigned_on else ""),
        ("办理状态", proposal.get_state_display()),
        ("卷内页数", f"{pages}页"),
        ("保管期限", ""),
    )
    grid = Grid((2, 7), tuple((Cell(label, is_label=True), Cell(text, lines=2)) for label, text in rows))
    return Sheet(
        title=LABEL,
        author=proposal.session.office,
        blocks=(grid,),
        left=proposal.session.office,
        right=f"{chinese_date(occasion.on)}编制",
    )


COLUMNS = (
    Column("顺序号", 1.8),
    Column("文号", 3),
    Column("责任者", 2.8),
    Column("题名", 4.4, "left"),
    Column("日期", 2.3),
    Column("页号", 1.3),
    Column("备注", 1.6),
)


def contents(proposal, sections, occasion):
    """卷内目录: pages are counted from the first thing after it."""
    rows, page, place = [], 1, 0
    for section in sections:
        for entry in section.entries:
            place += 1
            dated = f"{entry.dated_on:%Y%m%d}" if entry.dated_on else ""
            at = str(page) if entry.content else ""
            rows.append((str(place), entry.number, entry.body, entry.title, dated, at, entry.remark))
            page += entry.pages
    return Sheet(
        title="卷内目录",
        author=proposal.session.office,
        blocks=(Table(COLUMNS, tuple(rows)),),
        left=f"{proposal.session.committee}{proposal.session.label}{proposal}",
        is_numbered=False,
    )
