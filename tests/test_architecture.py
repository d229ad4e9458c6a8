"""The house keeps its order: who may point at whom, who may write a state, and nothing that nobody uses."""

import ast
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command, get_commands
from django.db import models

ROOT = Path(__file__).parent.parent
CODE = sorted(path for path in (ROOT / "apps").rglob("*.py") if "migrations" not in path.parts)
TEMPLATES = ROOT / "templates"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def trees():
    """(path below the project, syntax tree) of every module of the apps, migrations left out."""
    for path in CODE:
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"), str(path))


# --- the order of the apps -------------------------------------------------------------------------------------------


def floors():
    """App label → floor, ground floor 0, from the layers that import-linter holds; Django's own are below all."""
    contract = next(one for one in PROJECT["tool"]["importlinter"]["contracts"] if one["name"].startswith("Apps"))
    layers = [layer.split("|") for layer in reversed(contract["layers"])]
    return {name.strip().removeprefix("apps."): floor for floor, layer in enumerate(layers) for name in layer}


def test_every_app_has_its_floor_and_they_are_installed_from_the_ground_up():
    own = [name.removeprefix("apps.") for name in settings.INSTALLED_APPS if name.startswith("apps.")]
    found = floors()
    assert set(own) == set(found)
    assert [found[name] for name in own] == sorted(found.values())
    assert {path.name for path in (ROOT / "apps").iterdir() if (path / "apps.py").exists()} == set(own)


def test_relations_point_to_the_same_floor_or_down():
    found = floors()
    upwards = []
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.app_label
        if label not in found:
            continue
        for field in model._meta.get_fields(include_hidden=True):
            if not field.is_relation or field.auto_created or field.related_model is None:
                continue
            other = field.related_model._meta.app_label
            if found.get(other, -1) > found[label]:
                upwards.append(f"{model._meta.label}.{field.name} → {other}")
            if found.get(other, -1) == found[label] and other != label:
                upwards.append(f"{model._meta.label}.{field.name} → {other}, which does not know {label}")
    assert upwards == []


def test_the_ground_floor_has_no_relations_to_other_apps():
    ground = {name for name, floor in floors().items() if floor == 0}
    for model in apps.get_models():
        if model._meta.app_label in ground:
            assert [field.name for field in model._meta.fields if isinstance(field, models.ForeignKey)] == [], model


# --- one writer of state ---------------------------------------------------------------------------------------------

# Where a state may be written, and why there. Everything else goes through one of these.
WRITERS_OF_STATE = {
    ("apps/proposals/operations.py", "advance"),  # the one writer: row, compare-and-swap, event
    ("apps/proposals/operations.py", "follow"),  # a case after its reply, in the event of that reply
    ("apps/proposals/operations.py", "_settle"),  # a proposal after its cases, in the event of that case
    ("apps/proposals/operations.py", "end_cases"),  # cases end, in the event of the proposal
    ("apps/replies/operations.py", "draft"),  # a reply begins in the state of its row
    ("apps/replies/operations.py", "meet"),  # likewise
    ("apps/replies/operations.py", "copy_as_draft"),  # likewise, in the event of 更正重发
    ("apps/ratings/operations.py", "park"),  # a receipt begins in the state of its row
    ("apps/supervision/operations.py", "propose"),  # a card begins in the state of its row
    ("apps/supervision/operations.py", "_issued"),  # likewise, in the event of 发牌 or 升级红牌
    ("apps/ratings/operations.py", "_await_receipts"),  # a parked one goes on, in the event of its reply
}
IMPORTERS = ("apps/desk/exchange/operations.py",)  # 补录 stores the state that a ledger's row implies


class StateWrites(ast.NodeVisitor):
    """Functions that set an attribute `state`, or pass `state=` to something that stores it."""

    STORING = frozenset({"create", "update", "bulk_create", "get_or_create", "update_or_create", "bulk_update"})

    def __init__(self, models):
        self.models, self.inside, self.unpacked, self.found = models, [], set(), []

    def visit_FunctionDef(self, node):
        calls = [one for one in ast.walk(node) if isinstance(one, ast.Call) and self.is_storing(one)]
        before = self.unpacked
        self.unpacked = {ast.unparse(word.value) for call in calls for word in call.keywords if word.arg is None}
        self.inside.append(node.name)
        self.generic_visit(node)
        self.inside.pop()
        self.unpacked = before

    def is_storing(self, call):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        return name in self.STORING or name in self.models

    def note(self, node):
        self.found.append((self.inside[0] if self.inside else "", node.lineno))

    def _targets(self, targets):
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Attribute) and part.attr == "state" and isinstance(part.ctx, ast.Store):
                    self.note(part)

    def visit_Assign(self, node):
        self._targets(node.targets)
        for target in node.targets:  # changes["state"] = …, later unpacked into an UPDATE
            if (
                isinstance(target, ast.Subscript)
                and ast.unparse(target.value) in self.unpacked
                and isinstance(target.slice, ast.Constant)
                and target.slice.value == "state"
            ):
                self.note(target)
        self.generic_visit(node)

    def visit_AugAssign(self, node):
        self._targets([node.target])
        self.generic_visit(node)

    def visit_AnnAssign(self, node):
        self._targets([node.target])
        self.generic_visit(node)

    def visit_Call(self, node):
        if self.is_storing(node) and any(word.arg == "state" for word in node.keywords):
            self.note(node)
        if (
            getattr(node.func, "id", "") == "setattr"
            and len(node.args) > 1
            and getattr(node.args[1], "value", None) == "state"
        ):
            self.note(node)
        for argument in [*node.args, *(word.value for word in node.keywords)] if self.is_storing(node) else []:
            if isinstance(argument, ast.Dict) and any(getattr(key, "value", "") == "state" for key in argument.keys):
                self.note(node)
        self.generic_visit(node)


def state_writes(tree, models):
    visitor = StateWrites(models)
    visitor.visit(tree)
    return visitor.found


def models_with_a_state():
    return {model.__name__ for model in apps.get_models() if any(f.name == "state" for f in model._meta.fields)}


def test_a_state_is_written_in_few_known_places():
    names = models_with_a_state()
    assert {"Proposal", "Case", "Reply", "Receipt", "Commitment"} <= names
    found = {
        (path, function)
        for path, tree in trees()
        if not path.startswith(IMPORTERS)
        for function, _ in state_writes(tree, names)
    }
    assert found == WRITERS_OF_STATE


@pytest.mark.parametrize(
    "code",
    [
        "def f(case):\n    case.state = 'closed'",
        "def f(case):\n    case.state, other = 'closed', 1",
        "def f(rows):\n    rows.update(state='closed')",
        "def f(rows):\n    changes = {}\n    changes['state'] = 'closed'\n    rows.update(**changes)",
        "def f():\n    Case.objects.create(state='closed')",
        "def f():\n    return Case(state='closed')",
        "def f(case):\n    setattr(case, 'state', 'closed')",
        "def f(rows):\n    rows.update_or_create(pk=1, defaults={'state': 'closed'})",
    ],
)
def test_the_search_for_writers_of_state_finds_each_way_of_writing_one(code):
    assert [function for function, _ in state_writes(ast.parse(code), {"Case"})] == ["f"]


def test_the_search_for_writers_of_state_leaves_readers_alone():
    code = "def f(rows, case):\n    if case.state == 'closed':\n        return rows.filter(state='closed')"
    assert state_writes(ast.parse(code), {"Case"}) == []


# --- habits ----------------------------------------------------------------------------------------------------------


def test_no_module_is_named_for_nothing():
    empty_names = {"utils", "util", "helpers", "common", "services", "misc"}
    parts = {(part, path) for path in CODE for part in path.relative_to(ROOT).with_suffix("").parts}
    assert [str(path) for part, path in parts if part in empty_names] == []


def test_nothing_is_left_for_later():
    marks = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
    places = [*CODE, *(ROOT / "tests").glob("*.py"), *TEMPLATES.rglob("*.html"), *(ROOT / "static").rglob("*.??*")]
    places += [path for path in (ROOT / "bin").iterdir() if path.is_file()]
    found = [str(path) for path in places if path.is_file() and marks.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_no_test_is_skipped_and_none_may_fail():
    """What only one database can store may be tested on that one alone (skipif by its name)."""
    marks = re.compile(r"pytest\.(?:mark\.)?(?:skip\b|xfail|importorskip)|unittest\.skip")
    this = Path(__file__)
    found = [path.name for path in (ROOT / "tests").glob("*.py") if path != this and marks.search(path.read_text())]
    assert found == []


def test_the_product_does_not_import_its_tests():
    def imported(tree):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from (name.name for name in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield node.module

    guilty = [path for path, tree in trees() if any(re.match(r"(tests|pytest)\b", name) for name in imported(tree))]
    assert guilty == []


def test_every_public_operation_says_what_it_does():
    silent = []
    for path, tree in trees():
        if path.endswith("/operations.py"):
            silent += [
                f"{path}: {node.name}"
                for node in tree.body
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
            ]
    assert silent == []


@pytest.mark.django_db
def test_no_migration_is_missing(capsys):
    call_command("makemigrations", check=True, dry_run=True, no_color=True)
    assert capsys.readouterr().out.splitlines()[0] in ("No changes detected", "没有检测到更改")


# --- templates and static files --------------------------------------------------------------------------------------

ASKED_BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
OVERRIDES = ("django/", "admin/")  # Django asks for these by its own names
REFERENCE = re.compile(r"""{%\s*(?:extends|include)\s+"([^"]+)"|["']((?:[\w-]+/)*[\w-]+\.html)["']""")


def template_names():
    return {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")}


def referred_to():
    places = [*CODE, *TEMPLATES.rglob("*.html"), ROOT / "proposals_site" / "settings.py"]
    return {first or second for path in places for first, second in REFERENCE.findall(path.read_text(encoding="utf-8"))}


def test_every_template_is_used_and_every_one_used_is_there():
    there, used = template_names(), referred_to()
    assert {name for name in there - used - ASKED_BY_DJANGO if not name.startswith(OVERRIDES)} == set()
    assert {name for name in used - there if not name.startswith(OVERRIDES)} == set()


def static_files():
    folder = ROOT / "static"
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_every_static_file_is_used_and_every_one_used_is_there():
    pages = [path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")]
    used = {name for page in pages for name in re.findall(r"""{%\s*static\s+["']([^"']+)["']""", page)}
    sheets = {name: (ROOT / "static" / name).read_text(encoding="utf-8") for name in static_files() if ".css" in name}
    within = {
        (Path(name).parent / found).as_posix()
        for name, text in sheets.items()
        for found in re.findall(r"""url\(["']?([^"')]+)["']?\)""", text)
        if not found.startswith("data:")
    }
    assert static_files() - used - within == set()
    assert [name for name in used if not finders.find(name)] == []


EVENT = re.compile(r"on(?:click|change|submit|input|load|error|key|mouse|focus|blur|toggle|pointer)\w*")


class Inline(HTMLParser):
    """What a strict Content-Security-Policy would not run or show."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "style" or (tag == "script" and "src" not in attributes):
            self.found.append(f"<{tag}>")
        self.found += [f"{tag} {name}" for name in attributes if name == "style" or EVENT.fullmatch(name)]
        for name in ("href", "src", "action"):
            if re.match(r"\s*(?:javascript:|https?:|//)", attributes.get(name) or ""):
                self.found.append(f"{tag} {name}={attributes[name]}")


def test_templates_have_no_inline_styles_or_scripts_and_nothing_from_outside():
    found = {}
    for path in TEMPLATES.rglob("*.html"):
        parser = Inline()
        parser.feed(path.read_text(encoding="utf-8"))
        if parser.found:
            found[path.relative_to(TEMPLATES).as_posix()] = parser.found
    assert found == {}
    assert "unsafe-inline" not in str(settings.CONTENT_SECURITY_POLICY)


def test_user_text_is_never_marked_safe():
    unsafe = re.compile(r"\|\s*safe\b|\|\s*safeseq\b|{%\s*autoescape\s+off|mark_safe\(|format_html\(f[\"']")
    found = [
        path.relative_to(ROOT).as_posix()
        for path in [*TEMPLATES.rglob("*.html"), *CODE]
        if unsafe.search(path.read_text(encoding="utf-8"))
    ]
    # the paper's own HTML and the charts', whose every text is escaped where it is put in (tests/test_paper_texts.py,
    # tests/test_charts.py); and the manual, the product's own text with HTML switched off (tests/test_manual.py)
    assert set(found) <= {"apps/documents/markup.py", "apps/documents/drawing.py", "apps/desk/manual.py"}


# --- commands --------------------------------------------------------------------------------------------------------


def test_the_readme_lists_exactly_the_commands_that_there_are():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.split("| `manage.py …` | does |")[1].split("\n\n")[0]
    listed = {found.split()[0] for found in re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)}
    there = {name for name, app in get_commands().items() if app.startswith("apps.")}
    assert listed == there
