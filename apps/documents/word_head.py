"""The head of page one of a DOCX: the issuer's mark, what stands beside and under it, the red rules (7.2, 10.1)."""

from docx.oxml import parse_xml
from docx.shared import Pt

from . import fonts, geometry
from .content import Letter, Notice, clean, mark_of
from .fonts import HEI, KAI, MARK
from .geometry import BODY, EM_ASCENT, LINE, MM, TYPE_LEFT, TYPE_TOP, TYPE_WIDTH
from .paper import baseline, head_of
from .word_places import add_box, add_rule
from .word_styles import EXACT, LOOKS, PITCH, TITLE_DROP, W, twips
from .word_text import add, add_run, plain, spaced, styled


def write_head(document, paper: Letter | Notice) -> float:
    """Everything above the title, at the places that paper.py measures; returns the room to leave over the title."""
    head = head_of(paper)
    _float_head(add(document, "Nothing"), paper, head)
    rows = _letter_rows if isinstance(paper, Letter) else _notice_rows
    below = rows(document, paper, head.number_baseline - baseline(LINE, BODY), TYPE_TOP + LOOKS["Nothing"].line)
    return max(0, head.title_top - below - TITLE_DROP)


def _letter_rows(document, letter, top, below):
    """Under the rule the labels at the left, the number at the right of the first; returns where the last row ends."""
    rows = [add_run(add(document, "Labels"), plain(label), HEI) for label in letter.labels]
    if rows:
        add_run(rows[0], "\t" + plain(letter.number))
    elif clean(letter.number):
        rows = [add(document, "Number", letter.number)]
    if not rows:
        return below
    rows[0].paragraph_format.space_before = Pt(max(0, top - below))
    return top + len(rows) * PITCH


def _notice_rows(document, notice, top, below):
    """Labels from the first line of the type area, number and signer under the mark; returns where they end."""
    for label in notice.labels:
        add_run(add(document, "Labels"), plain(label), HEI)
        below += PITCH
    if not notice.number and not notice.signer:
        return below
    row = add(document, "NumberSigner" if notice.signer else "NumberCentred", notice.number)
    if notice.signer:
        add_run(add_run(row, "\t签发人："), plain(notice.signer), KAI)
    row.paragraph_format.space_before = Pt(max(0, top - below))
    return top + PITCH


def _float_head(anchor, paper, head):
    """The mark, what stands at the upper right, and the rules: drawings over the text of page one."""
    _add_mark(anchor, paper, head)
    if isinstance(paper, Notice):
        middle = head.rule_top + geometry.NOTICE_RULE / 2
        add_rule(anchor, 2, middle, TYPE_LEFT, TYPE_WIDTH, geometry.NOTICE_RULE)
        return
    _add_double_rule(anchor, 2, head.rule_top, geometry.THICK, geometry.THIN)
    _add_double_rule(anchor, 4, geometry.FOOT_RULE - geometry.RULE / 2, geometry.THIN, geometry.THICK)
    if paper.marks:
        line = LOOKS["Corner"].line
        top = geometry.CORNER_TOP + BODY * EM_ASCENT - EXACT * line
        box = add_box(anchor, 6, "首页标注", TYPE_LEFT, top, TYPE_WIDTH, line)
        add_run(styled(box, "Corner"), spaced("\u3000".join(paper.marks)))


def _add_mark(anchor, paper, head):
    """In the size and the tracking that the PDF has, the size in the half points that Word knows.

    The box is wider than the type area: a face a little wider than the measured one must not break the line.
    """
    mark = plain(mark_of(paper))
    line, room = LOOKS["Mark"].line, 20 * MM
    top = head.mark_baseline - EXACT * line
    box = add_box(anchor, 1, "发文机关标志", TYPE_LEFT - room, top, TYPE_WIDTH + 2 * room, line)
    styled(box, "Mark")
    if not mark:
        return
    size = int(head.mark_size * 2) / 2
    lost = fonts.ink_of(mark, MARK, head.mark_size - size).advance / len(mark)
    tracking = int((head.mark_tracking + lost) * 20) / 20
    for part, room_behind in ((mark[:-1], tracking), (mark[-1:], 0)):  # what is behind the last would move the middle
        run = box.add_run(part)
        run.font.size = Pt(size)
        spacing = parse_xml(f'<w:spacing {W} w:val="{twips(room_behind)}"/>')
        run._r.get_or_add_rPr().insert_element_before(spacing, "w:sz", "w:szCs")


def _add_double_rule(anchor, number, top, upper, lower):
    left, width = geometry.RULE_LEFT, geometry.RULE_WIDTH
    add_rule(anchor, number, top + upper / 2, left, width, upper)
    add_rule(anchor, number + 1, top + geometry.RULE - lower / 2, left, width, lower)
