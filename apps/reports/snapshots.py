"""What a version of the letter keeps, and how two of them are shown beside each other.

A snapshot is JSON: {"texts": {field: text}, "cases": {reply: theme}, "themes": [[name, within, intro]],
"parts": [{"kind", "text", "sources": [{"text", "source", "as_on", "answer", "progress"}]}]}.
"""

import datetime

from .models import AnnualLetter, LetterPart, LetterSource, LetterVersion
from .queries import chosen_of, parts_of, themes_of_letter

TEXTS = (
    "number",
    "dated_on",
    "issuer",
    "addressee",
    "title",
    "copies_to",
    "occasion",
    "speaker",
    "figures_on",
    "has_pictures",
    "class_intros",
    "theme_intros",
    "methods",
    "problems",
    "next_steps",
)
INTROS = ("class_intros", "theme_intros")
DAYS = ("dated_on", "figures_on")
CHOICES = ("has_pictures",)  # yes or no, kept as 是 or nothing


def snapshot(letter):
    """The letter as it stands."""
    return {
        "texts": {name: _plain(getattr(letter, name)) for name in TEXTS},
        "cases": {str(reply): theme for reply, theme in sorted(chosen_of(letter).items())},
        "themes": [[one.name, one.parent.name if one.parent else "", one.intro] for one in themes_of_letter(letter)],
        "parts": [
            {"kind": part.kind, "text": part.text, "sources": [_source(one) for one in part.sources.all()]}
            for part in parts_of(letter)
        ],
    }


def _source(source):
    return {
        "text": source.text,
        "source": source.source,
        "as_on": _plain(source.as_on),
        "answer": source.answer_id,
        "progress": source.progress_id,
    }


def source_of(part, kept, by, at):
    """A LetterSource of a part, not stored yet, from what a snapshot keeps of it."""
    day = datetime.date.fromisoformat(kept["as_on"]) if kept["as_on"] else None
    found = {"answer_id": kept["answer"], "progress_id": kept["progress"]}
    return LetterSource(
        part=part, text=kept["text"], source=kept["source"], as_on=day, declared_by=by, declared_at=at, **found
    )


def _plain(value):
    if isinstance(value, bool):
        return "是" if value else ""
    return value if isinstance(value, str | dict) else value.isoformat() if value else ""


def of_version(letter, number):
    """The snapshot of a version; of version 0 that of a letter that nobody has written. None where none was kept."""
    if number == 0:
        return snapshot(AnnualLetter(session=letter.session))
    kept = LetterVersion.objects.filter(letter=letter, number=number).values_list("content", flat=True).first()
    if kept:
        kept["texts"] = dict.fromkeys(CHOICES, "") | kept["texts"]  # of a version from before there was the choice
    return kept


def lines(content):
    """A snapshot as one text, a line for each thing: what two versions are compared by."""
    found = []
    for name in TEXTS:
        label, value = AnnualLetter._meta.get_field(name).verbose_name, content["texts"].get(name) or ""
        if name in INTROS:
            found += [f"{label}（{key}）：{text}" for key, text in (value or {}).items()]
        elif value:
            found.append(f"{label}：{value}")
    found += [f"主题：{f'{within}：' if within else ''}{name}　{intro}" for name, within, intro in content["themes"]]
    found.append(f"选用事例：{len(content['cases'])}件")
    kinds = dict(LetterPart.Kind.choices)
    for part in content["parts"]:
        head = "" if part["kind"] == LetterPart.Kind.TEXT else f"【{kinds[part['kind']]}】"
        found += [head + part["text"], *(f"　出处：{one['source']}，截至{one['as_on']}" for one in part["sources"])]
    return "\n".join(found)
