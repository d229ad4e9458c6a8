"""What to look at before the letter is approved, beside what compose() says is unfinished. Chinese sentences."""

from apps.figures.queries import tally as tally_of

from . import queries
from .letter import before_approval, composed
from .parts import where
from .references import REFERENCE

BALANCED = ("办理结果", "最终评价")  # splits of which a paragraph tells all parts, or one alone


def warnings_of(letter, tally, references, parts):
    """Splits that do not add up, in the figures and in the text; notes and material that are still open."""
    return [*unbalanced(tally), *half_told(parts, references), *waiting(letter, parts)]


def before_approval_of(session):
    """(what is unfinished, what else to look at) of a session's letter as it stands, as Chinese sentences."""
    letter = queries.letter_of(session)
    tally = tally_of(session, letter.figures_on)
    parts, _ = queries.parts_to_edit(letter)
    told = composed(session, letter, parts, tally)
    return before_approval(told.unfinished), warnings_of(letter, tally, told.references, parts)


def unbalanced(tally):
    """Splits of the figures whose parts are fewer than what they are parts of."""
    found = []
    for what, path, base, named in (
        ("办理结果各类", ("classes",), ("replied",), "已答复"),
        ("最终评价各项", ("ratings", "final"), ("ratings", "returned"), "收回回执"),
        ("提案类别各项", ("categories",), ("total",), "提案总数"),
    ):
        total, whole = sum(tally.count(*path, name) for name in tally.names(*path)), tally.count(*base)
        if total != whole:
            found.append(f"{what}合计{total}件，{named}{whole}件，相差{abs(whole - total)}件。")
    return found


def half_told(parts, references):
    """Paragraphs that tell several parts of a split but not all that there are."""
    found = []
    for place, part in enumerate(parts):
        told = [references[name] for name in REFERENCE.findall(part.text) if name in references]
        for group in BALANCED:
            names = {one.name for one in told if one.group == group and one.split and not one.is_percent}
            every = [one for one in references.values() if one.group == group and one.split and not one.is_percent]
            left = [one for one in every if one.name not in names and one.value != "0"]
            if len(names) > 1 and left:
                missing = "、".join(f"{one.name}（{one.value}）" for one in left)
                found.append(f"{where(parts, place)}的{group}没有说全：缺{missing}。")
    return found


def waiting(letter, parts):
    """Notes and requests that nobody has finished with."""
    found = []
    if notes := [note for part in parts for note in part.notes.all() if not note.done_at]:
        found.append(f"有{len(notes)}条同事备注还没有处理。")
    if answers := list(queries.material_open(letter).select_related("unit")):
        units = "、".join(dict.fromkeys(answer.unit.name for answer in answers))
        found.append(f"有{len(answers)}项素材征集还没有反馈：{units}。")
    return found
