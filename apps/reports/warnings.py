"""What to look at before the letter is approved: what is unfinished and what else is worth a look, in Chinese."""

from dataclasses import dataclass

from . import queries
from .letter import Composition, before_approval, composed
from .marks import loose_numbers
from .parts import Kind, where
from .references import REFERENCE

SECTIONS = (  # of such a letter beside its figures, by words that their headings have
    ("主要做法", ("做法", "措施")),
    ("存在的问题", ("问题", "不足")),
    ("下一步打算", ("下一步", "打算", "安排")),
)
BALANCED = ("办理结果", "最终评价")  # splits of which a paragraph tells all parts, or one alone


@dataclass(frozen=True)
class Stand:
    """How a letter stands before 送审, on whichever page it is told.

    `told`: its Composition; `parts`, `removed`: as `queries.parts_to_edit` gives them; `unfinished` wants a written
    reason if it goes up all the same, `warnings` do not.
    """

    told: Composition
    parts: list
    removed: list
    unfinished: list
    warnings: list

    @property
    def count(self):
        return len(self.unfinished) + len(self.warnings)


def stand_of(letter, tally):
    """The Stand of a letter by a Tally of its session."""
    parts, removed = queries.parts_to_edit(letter)
    told = composed(letter.session, letter, parts, tally)
    warnings = warnings_of(letter, tally, told.references, parts)
    return Stand(told, parts, removed, before_approval(told.unfinished), warnings)


def warnings_of(letter, tally, references, parts):
    """Splits that do not add up, in the figures and in the text; what such a letter has and this one lacks; notes and
    material that are still open."""
    return [*unbalanced(tally), *half_told(parts, references), *left_out(letter, parts), *waiting(letter, parts)]


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


def left_out(letter, parts):
    """Sections that nobody has written, headings with nothing under them, an occasion that is not told: of a letter
    that is written part by part. Before that, what is missing is told by letter.py, and numbers typed by hand here."""
    if not parts:
        return typed_in_texts(letter)
    headings = [part.text for part in parts if part.kind == Kind.SECTION]
    found = [
        f"通报里没有“{name}”一节，请在编写页插入标题和文字。"
        for name, words in SECTIONS
        if not any(word in heading for heading in headings for word in words)
    ]
    for place, part in enumerate(parts):
        after = parts[place + 1] if place + 1 < len(parts) else None
        if part.is_heading and (not after or (after.is_heading and after.level <= part.level)):
            found.append(f"标题“{part.text[:20]}”下面没有文字。")
    if letter.occasion and not any("{通报场合}" in part.text or letter.occasion in part.text for part in parts):
        found.append("通报场合已经填写，正文里没有写到，请在开头一段插入 {通报场合}。")
    return found


def typed_in_texts(letter):
    """Numbers typed by hand in the texts of which the letter is drafted."""
    texts = [(letter._meta.get_field(name).verbose_name, getattr(letter, name))
             for name in ("methods", "problems", "next_steps")]  # fmt: skip
    texts += [(f"{code}类的导语", text) for code, text in letter.class_intros.items()]
    texts += [(f"{theme}的导语", text) for theme, text in letter.theme_intros.items()]
    found = []
    for name, text in texts:
        if loose := "、".join(dict.fromkeys(one.text for one in loose_numbers(text))):
            found.append(f"“{name}”有手工填写的数字：{loose}，请改用引用，或生成初稿后登记出处。")
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
