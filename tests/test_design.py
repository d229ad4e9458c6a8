"""The design as rules that can be measured: colours are tokens, words can be read in either theme, old browsers get no
CSS that they do not know, the head stays small, and the text grows where somebody asks for it."""

import io
import re
import unicodedata
from collections import Counter

import pdfplumber
import pytest
from django.conf import settings
from playwright.sync_api import expect

from apps.desk.listing.columns import COLUMNS
from apps.desk.models import ListLayout
from apps.papers.models import Batch
from apps.proposals import operations as cases
from apps.proposals.workflow import CaseState, ProposalState
from apps.ratings.workflow import ReceiptState
from apps.replies.workflow import CommitmentState, ReplyState
from apps.reports.workflow import LetterState
from apps.supervision.workflow import CardState
from tests import factories as make
from tests.browser import PHONE, follow, resize
from tests.test_access import POSTS

SHEETS = sorted((settings.BASE_DIR / "static" / "css").glob("*.css"))
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|color)\(")
NAMED = re.compile(r":[^;]*(?<![\w-])(?:white|black|red|green|blue|gray|grey|yellow|orange|silver|navy|maroon)\b(?!-)")

NEWER = re.compile(
    r"@layer|@container|@scope|@property|@starting-style|:has\(|color-mix\(|light-dark\(|\d[sdl]v[hw]\b|text-wrap|subgrid"
)

# text on background, each of which stands somewhere on a page
READ_ON = {
    "text": ("bg", "surface", "surface-soft", "accent-soft", "warning-soft", "danger-soft", "success-soft"),
    "muted": ("bg", "surface", "surface-soft", "accent-soft", "warning-soft", "danger-soft", "success-soft"),
    "accent": ("bg", "surface", "surface-soft", "accent-soft"),
    "accent-strong": ("bg", "surface", "surface-soft", "accent-soft"),
    "on-accent": ("accent", "accent-strong"),
    "danger": ("bg", "surface", "surface-soft", "danger-soft"),
    "warning": ("bg", "surface", "surface-soft", "warning-soft"),
    "success": ("bg", "surface", "surface-soft", "success-soft"),
    "paper-ink": ("paper",),
    "paper-red": ("paper",),
    "paper-right": ("paper",),
    "paper-wrong": ("paper", "paper-wrong-soft"),
    "paper-muted": ("paper",),
}
SEEN_ON = {"line-strong": ("surface", "bg"), "focus": ("surface", "bg"), "accent": ("surface", "bg")}  # 3 : 1


def rules_of(sheet):
    """The text of a stylesheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)


def tokens(theme):
    """{token: value} as a page of the theme has them."""
    folder = settings.BASE_DIR / "static" / "css"
    sheets = ["tokens.css", "dark.css"] if theme == "dark" else ["tokens.css"]
    found = [re.findall(r"--([\w-]+):\s*([^;]+);", rules_of(folder / name)) for name in sheets]
    return {name: value for pairs in found for name, value in pairs}


def luminance(colour):
    """Of `#rrggbb`, by WCAG 2."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_reckoned_as_wcag_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_and_marks_stand_out_from_what_is_behind_them(theme):
    known = tokens(theme)
    for pairs, least in ((READ_ON, 4.5), (SEEN_ON, 3)):
        faint = {
            (front, back): round(contrast(known[front], known[back]), 2)
            for front, backs in pairs.items()
            for back in backs
            if contrast(known[front], known[back]) < least
        }
        assert faint == {}


def test_every_colour_of_the_tokens_is_measured():
    colours = {name for name, value in tokens("light").items() if value.startswith("#")}
    measured = {*READ_ON, *SEEN_ON, *(back for backs in READ_ON.values() for back in backs)}
    assert colours - measured == {"line", "paper-line"}, "lines that carry no meaning of their own"


def test_the_dark_theme_changes_every_colour_of_the_page_and_adds_none():
    light, dark = tokens("light"), dict(re.findall(r"--([\w-]+):\s*([^;]+);", rules_of(SHEETS[0].parent / "dark.css")))
    own = {name for name, value in light.items() if COLOUR.search(value) and not name.startswith("paper")}
    assert set(dark) - set(light) == set()
    assert own - set(dark) - {"shadow"} == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_colours_come_from_the_tokens(sheet):
    if sheet.name in ("tokens.css", "dark.css"):
        return
    rules = rules_of(sheet)
    assert COLOUR.findall(rules) == []
    assert NAMED.findall(rules) == []
    used = set(re.findall(r"var\(--([\w-]+)", rules))
    own = set(re.findall(r"--([\w-]+)\s*:", rules))
    assert used - own - set(tokens("light")) == set(), "tokens that are nowhere"


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_size_is_below_14_pixels_and_none_is_in_pixels(sheet):
    """In rem of 16 px; sizes in em are measured on the pages (tests/test_accessibility.py)."""
    sizes = re.findall(r"(?:font-size|--size-\w+)\s*:\s*([\d.]+)(px|pt|rem)", rules_of(sheet))
    sizes += re.findall(r"font\s*:\s*(?:\d+ )?([\d.]+)(px|pt|rem)", rules_of(sheet))
    assert [size for size in sizes if size[1] == "px" or (size[1] == "rem" and float(size[0]) < 0.875)] == []
    assert sheet.name == "print.css" or all(unit == "rem" for _, unit in sizes)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_browser_of_2021_knows_the_css(sheet):
    """Chromium 90: no cascade layers, :has(), nesting, container queries, nor what came with them."""
    rules = rules_of(sheet)
    assert NEWER.findall(rules) == []
    assert nested_in(rules) == []


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ("a { color: x; }", []),
        ("@media print { a { color: x; } b { color: y; } }", []),
        ("a { color: x; b { color: y; } }", ["b"]),
        ("@media print { a { &:hover { color: y; } } }", ["&:hover"]),
    ],
)
def test_a_rule_inside_a_rule_is_found(rules, found):
    assert nested_in(rules) == found


def nested_in(rules):
    """Selectors of rules that stand inside another rule; at-rules may hold rules."""
    found, open_ones = [], []
    for before, mark in re.findall(r"([^{};]*)([{};])", rules):
        if mark == "{":
            if open_ones and not open_ones[-1].startswith("@"):
                found.append(before.strip())
            open_ones.append(before.strip())
        elif mark == "}":
            open_ones.pop()
    return found


def test_body_text_is_16_pixels_with_room_between_the_lines():
    known = tokens("light")
    assert known["size-base"] == "1rem" and 1.6 <= float(known["leading"]) <= 1.75


@pytest.mark.django_db
def test_every_page_names_what_it_may_load(client):
    """The Content-Security-Policy of pages, refusals, what is missing and the admin site."""
    world = make.world()
    answers = [client.get("/accounts/sign-in/"), client.get("/receipt/1-1-0-20991231/")]
    client.force_login(world.office)
    answers += [
        client.get(url) for url in ("/", "/proposals/", "/nowhere/", "/audit/", "/admin/", "/admin/units/unit/")
    ]
    client.force_login(world.clerk)
    answers.append(client.get("/accounts/posts/"))
    assert {answer.status_code for answer in answers} == {200, 403, 404}
    for answer in answers:
        policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
        for directive in ("default", "script", "style", "img", "font", "connect", "frame"):
            assert policy[f"{directive}-src"] == "'self'", directive
        assert policy["object-src"] == policy["base-uri"] == "'none'"
        assert policy["frame-ancestors"] == policy["form-action"] == "'self'"
        assert "unsafe" not in str(policy) and answer["X-Frame-Options"] == "SAMEORIGIN"


def test_each_state_has_a_shape_or_a_colour_of_its_own_beside_its_word():
    """The sheet names every state that is shown: one that is forgotten looks as if nothing had begun."""
    kinds = (ProposalState, CaseState, ReplyState, CommitmentState, ReceiptState, CardState, LetterState, Batch.Stage)
    sheet = rules_of(settings.BASE_DIR / "static" / "css" / "components.css")
    named = set(re.findall(r"\.state-(\w+)", sheet))
    assert {state.value for kind in kinds for state in kind} <= named


def test_the_head_is_one_or_two_rows_for_each_post_and_its_menus_fit(transactional_db, new_page, sign_in):
    world = make.world()
    for post in POSTS:
        page = new_page(viewport={"width": 1440, "height": 900})
        sign_in(page, world.people[post])
        page.goto("/accounts/display/")
        tops = page.evaluate(
            """() => {
              const seen = [...document.querySelectorAll(".site-head a, .site-head summary")].filter(
                (one) => one.checkVisibility());
              return [...new Set(seen.map((one) => Math.round(one.getBoundingClientRect().top / 12)))];
            }"""
        )
        assert len(tops) <= 2, post
        for width, height in ((1440, 900), (390, 844)):
            resize(page, width, height)
            assert page.locator(".site-head").bounding_box()["height"] <= 120, (post, width)
            for menu in page.locator(".site-head details:visible").all():
                menu.locator("summary").click()
                expect(menu.locator("ul")).to_be_visible()
                box = menu.locator("ul").bounding_box()
                assert box["x"] >= 0 and box["x"] + box["width"] <= width, (post, width)
                page.keyboard.press("Escape")
                expect(menu.locator("ul")).to_be_hidden()
        page.context.close()


def test_on_a_telephone_each_entry_of_the_menu_stands_whole_in_its_row_or_under_more(
    transactional_db, new_page, sign_in
):
    world = make.world()
    for post in POSTS:
        page = new_page(viewport={"width": 1440, "height": 900})
        sign_in(page, world.people[post])
        page.goto("/accounts/display/")
        entries = page.locator(".site-nav li a:visible").all_inner_texts()
        if (more := page.locator(".site-nav summary:visible")).count():
            more.click()
            expect(page.locator(".site-nav .more li a:visible").first).to_be_visible()
            entries = page.locator(".site-nav li a:visible").all_inner_texts()
            page.keyboard.press("Escape")
        for width in (390, 320):
            resize(page, width, 844)
            found = []
            for entry in page.locator(".site-nav li a:visible").all():
                box, row = entry.bounding_box(), page.locator(".site-entries").bounding_box()
                assert box["x"] >= row["x"] and box["x"] + box["width"] <= row["x"] + row["width"] + 1, (post, width)
                found.append(entry.inner_text())
            if more.count():
                more.click()
                expect(page.locator(".site-nav .more li a:visible").first).to_be_visible()
                found += page.locator(".site-nav .more li a:visible").all_inner_texts()
                page.keyboard.press("Escape")
            assert found == entries, (post, width)
        page.context.close()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("/", "首页"),
        ("/waiting/unassigned/", "首页"),
        ("/proposals/", "提案"),
        ("/proposals/register/", "登记"),
        ("/reports/letters/9-4/", "年度通报"),
        ("/reports/proofreading/", "年度通报"),
        ("/reports/comparison/", "年度通报"),
        ("/reports/pictures/9-4/", "图表"),
    ],
)
def test_one_entry_of_the_menu_is_the_current_one(client, url, label):
    world = make.world()
    client.force_login(world.office)
    page = client.get(url).content.decode()
    menu = page[page.index('class="site-entries"') : page.index("</ul>", page.index('class="site-entries"'))]
    assert re.findall(r'aria-current="page">([^<]+)', menu) == [label]


def test_a_menu_closes_with_a_click_elsewhere_and_opens_without_scripts(transactional_db, new_page, sign_in):
    world = make.world()
    page = new_page()
    sign_in(page, world.office)
    page.goto("/")
    entry = page.get_by_role("link", name="显示设置")
    page.locator(".site-person summary").click()
    expect(entry).to_be_visible()
    page.mouse.click(600, 700)
    expect(entry).to_be_hidden()
    plain = new_page(java_script_enabled=False)
    sign_in(plain, world.office)
    plain.goto("/")
    plain.locator(".site-person summary").click()
    plain.get_by_role("link", name="显示设置").click()
    expect(plain.get_by_role("heading", name="显示设置")).to_be_visible()


def test_larger_text_enlarges_words_fields_and_buttons_and_still_fits_a_telephone(transactional_db, new_page, sign_in):
    world = make.world()
    make.proposal_at(world, "closed")
    page = new_page(**PHONE)
    sign_in(page, world.office)
    sizes = {}
    for choice in ("标准", "大", "特大"):
        page.goto("/accounts/display/")
        page.get_by_label(choice, exact=True).check()
        follow(page.get_by_role("button", name="保存"))
        expect(page.get_by_text("显示设置已保存")).to_be_visible()
        page.goto("/proposals/register/")
        sizes[choice] = [
            page.evaluate("(name) => parseFloat(getComputedStyle(document.querySelector(name)).fontSize)", name)
            for name in ("body", "h1", "label", "input[name=title]", "button.button")
        ]
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, choice
    page.goto("/reports/pictures/9-4/")  # its tables keep their columns on a telephone
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for usual, large, largest in zip(*sizes.values(), strict=True):
        assert large >= usual * 1.1 and largest >= usual * 1.3


def test_a_chosen_theme_holds_against_the_systems(transactional_db, new_page, sign_in):
    world = make.world()

    def is_dark(page):
        red, green, blue = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
        return red + green + blue < 200

    for choice, on_light, on_dark in (("跟随系统", False, True), ("浅色", False, False), ("深色", True, True)):
        page = new_page(color_scheme="light")
        sign_in(page, world.office)
        page.goto("/accounts/display/")
        page.get_by_label(choice).check()
        follow(page.get_by_role("button", name="保存"))
        expect(page.get_by_text("显示设置已保存")).to_be_visible()
        page.goto("/accounts/display/")
        assert is_dark(page) is on_light, choice
        page.emulate_media(color_scheme="dark")
        assert is_dark(page) is on_dark, choice
        page.emulate_media(color_scheme="dark", media="print")
        assert not is_dark(page), f"{choice}, printed"


def test_what_one_does_with_a_page_is_not_printed(transactional_db, page, sign_in):
    world = make.world()
    proposal = make.handling(world)
    sign_in(page, world.clerk)
    for url in ("/", "/proposals/", proposal.get_absolute_url()):
        page.goto(url)
        page.emulate_media(media="print")
        seen = page.evaluate(
            """() => [...document.querySelectorAll("header, footer, .button, .filters, .more, .pagination")]
                .filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 60))"""
        )
        assert seen == [], url
        assert page.locator("h1").is_visible()
        page.emulate_media(media="screen")


def test_every_chosen_column_of_the_list_is_on_the_printed_page(transactional_db, page, sign_in):
    world = make.world()
    for number in range(1, 4):
        make.handling(world, f"{number:03}", roles=[(world.housing, "lead"), (world.culture, "assist")])
    ListLayout.objects.create(user=world.office, columns=[column.key for column in COLUMNS])
    sign_in(page, world.office)
    page.goto("/proposals/")
    with pdfplumber.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as paper:
        (sheet,) = paper.pages
        assert sheet.width > sheet.height
        first = next(word for word in sheet.extract_words() if word["text"].startswith("001"))
        heads = [letter["text"] for letter in sheet.chars if letter["bottom"] < first["top"]]
        assert max(letter["x1"] for letter in sheet.chars) <= sheet.width
        # letter by letter: a head of two lines is read across by the line
        printed = unicodedata.normalize("NFKC", "".join(heads))  # 方 may come back as the radical ⽅
        assert Counter("".join(column.label for column in COLUMNS)) - Counter(printed) == Counter()


def test_nothing_stays_folded_on_paper(transactional_db, page, sign_in):
    """A printed proposal has its whole history and the arithmetic of its deadlines."""
    world = make.world()
    proposal = make.reply_at(world, make.handling(world).cases.get(), "issued").case.proposal
    talk = {"stage": "after", "manner": "phone", "people": "赵堃", "summary": "回访"}
    for day in (6, 7, 8):
        at = make.moment(2020, 5, day)
        cases.contact(proposal.cases.get(), by=world.clerk, at=at, held_on=at.date(), **talk)
    sign_in(page, world.office)
    page.goto(proposal.get_absolute_url())
    first = page.locator("#history").get_by_text("接收登记")
    assert not first.is_visible()
    with pdfplumber.open(io.BytesIO(page.pdf())) as paper:
        text = "".join(sheet.extract_text() for sheet in paper.pages)
    assert "接收登记" in text
    expect(first, "on the screen it is folded again").to_be_hidden()
