"""Texts of people on official papers: whatever they hold is printed as plain text, or named as what cannot be."""

import io
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser

import pikepdf
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apps.documents import fonts
from apps.documents.content import Heading, Paragraph
from apps.documents.paper import paper_html, paper_pdf
from tests.measuring import (
    CHARACTER,
    HOSTILE,
    KINDS,
    LEFT,
    RARE,
    RIGHT,
    letter,
    near,
    pages_of,
    pdf_of,
    row_with,
)

NO_TEXTS = {"align", "language", "author"}  # words of the program, and what only the file itself says
TAGS = {
    *("article", "header", "footer", "section", "div", "p", "span", "br", "h1", "h2", "h3", "h4"),
    *("table", "caption", "colgroup", "col", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"class", "lang", "colspan", "scope", "aria-hidden"}


def one_by_one(value, text) -> Iterator[tuple[str, object]]:
    """Every copy of a paper in which one of its texts is `text`, with the way to that text."""
    if isinstance(value, str):
        yield "", text
    elif isinstance(value, tuple):
        for place, each in enumerate(value):
            for way, changed in one_by_one(each, text):
                yield f"[{place}]{way}", (*value[:place], changed, *value[place + 1 :])
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in NO_TEXTS:
                for way, changed in one_by_one(getattr(value, field.name), text):
                    yield f".{field.name}{way}", replace(value, **{field.name: changed})


def everywhere(value, text_of):
    """A copy of a paper in which every text is what `text_of` gives."""
    if isinstance(value, str):
        return text_of()
    if isinstance(value, tuple):
        return tuple(everywhere(each, text_of) for each in value)
    if is_dataclass(value):
        names = [field.name for field in fields(value) if field.name not in NO_TEXTS]
        return replace(value, **{name: everywhere(getattr(value, name), text_of) for name in names})
    return value


class Markup(HTMLParser):
    """What a browser would find: tags, attributes, and the text between them."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text, self.open = set(), set(), [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        for name, value in attrs:
            assert name != "class" or re.fullmatch(r"paper[a-z0-9-]*( paper[a-z0-9-]*)*", value)
        if tag not in ("br", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def assert_plain(html):
    found = Markup(html)
    assert found.tags <= TAGS and found.attributes <= ATTRIBUTES and found.open == []
    return "".join("".join(found.text).replace("\u200b", "").split())


def assert_harmless(data):
    """A PDF in which nothing runs, opens, links or hides."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert not pdf.attachments
        assert not {"/Names", "/AA", "/OpenAction", "/AcroForm", "/AF", "/URI"} & set(pdf.Root.keys())
        for page in pdf.pages:
            assert "/Annots" not in page and "/AA" not in page
            assert not page.get_images()


# --- hostile texts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_in_every_field_is_printed_as_plain_text(kind):
    content = replace(everywhere(KINDS[kind], lambda: "".join(HOSTILE)), language='zh"><script>')
    printed = "".join(row.text for rows in pages_of(content) for row in rows)
    for text in HOSTILE:
        assert printed.count("".join(text.split())) >= 3, text
    assert_harmless(pdf_of(content))


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_in_any_field_leaves_no_trace_but_itself(kind):
    for way, content in one_by_one(KINDS[kind], HOSTILE[0] + HOSTILE[4] + HOSTILE[5]):
        text = assert_plain(paper_html(content))
        assert "".join((HOSTILE[0] + HOSTILE[4]).split()) in text, way


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_cannot_move_what_is_around_it(kind):
    """A draft whose words would be CSS leaves the rest of the page where it was."""
    style = '"; } * { display: none } @page { margin: 0 } \\27'
    plain, hostile = (replace(KINDS[kind], draft=words) for words in ("样稿", style))
    for rows, others in zip(pages_of(plain), pages_of(hostile), strict=True):
        assert [(row.text, row.x0) for row in rows[1:]] == [(row.text, row.x0) for row in others if row.bottom > 18]


@pytest.mark.parametrize("kind", KINDS)
def test_long_text_in_every_field_is_printed_whole_within_the_type_area(kind):
    fields = []
    content = everywhere(KINDS[kind], lambda: fields.append(1) or "办理A1" * 40)
    left, right = (35, 260) if kind == "register" else (LEFT, RIGHT)
    rows = [row for rows in pages_of(content) for row in rows]
    assert all(row.x0 >= left - 0.5 and row.x1 <= right + 0.5 for row in rows)
    assert all(row.top >= 0 and row.bottom <= row.page_height for row in rows)
    assert sum(row.text.count("办") for row in rows) >= 40 * len(fields)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_any_text_stays_text_on_the_screen(kind, data):
    texts = []

    def text_of():
        texts.append(data.draw(st.text(max_size=12) | st.sampled_from(HOSTILE)))
        return texts[-1]

    content = replace(everywhere(KINDS[kind], text_of), language=data.draw(st.text(max_size=5)))
    assert_plain(paper_html(content))


SIGNS = "<>&\"'\\;{}()[]/*@:#!-— \n\t\u3000\u200b\u202e甲乙1aＡ，。“”（〔·"
BITS = [*SIGNS, *HOSTILE, "</style>", "<!--", "]]>", "\\a", "办理" * 30, "a" * 90]
SLOW = [HealthCheck.too_slow]  # a paper takes some tenths of a second: nothing is shrunk either
words = st.lists(st.sampled_from(BITS), max_size=6).map("".join)


@settings(max_examples=25, deadline=None, phases=[Phase.generate], suppress_health_check=SLOW)
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_any_text_stays_text_on_paper(kind, data):
    content = everywhere(KINDS[kind], lambda: data.draw(words))
    printed = paper_pdf(content)
    assert_harmless(printed)
    assert paper_pdf(content) == printed


def test_invisible_characters_are_not_printed():
    content = letter(blocks=(Paragraph("甲\u202e乙\u200b丙\x00丁\ufeff戊\u3000己\n\n  庚辛"),))
    assert row_with(content, "甲").text == "甲乙丙丁戊己"
    assert row_with(content, "庚").x0 == near(LEFT + 2 * CHARACTER)


def test_screen_shows_every_text_once():
    text = re.sub("<[^>]*>", "", paper_html(letter())).replace("\u200b", "")
    for part in ("临江府函〔2020〕28号", "区政协：", "一、总体情况", "2020年11月3日", "抄送：区政协提案委员会，"):
        assert text.count(part) == 1, part


def test_screen_shows_every_element_of_every_kind():
    for content in KINDS.values():
        for way, changed in one_by_one(content, "独一无二"):
            assert "独一无二" in assert_plain(paper_html(changed)), way


# --- characters that no face has ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_missing_glyph_of_any_field_is_an_error_that_names_the_character(kind):
    ways = []
    for way, content in one_by_one(KINDS[kind], "甲😀乙"):
        with pytest.raises(fonts.MissingGlyph, match=r"U\+1F600") as error:
            paper_pdf(content)
        assert error.value.characters == ("😀",), way
        ways.append(way)
    assert ".draft" in ways and ".title" in ways and len(ways) > 10


def test_missing_glyphs_are_listed_once_in_order():
    assert fonts.missing_glyphs(f"{RARE} 甲乙，Az09\n") == []
    assert fonts.missing_glyphs("甲\u0378😀乙😀\ud800") == ["\u0378", "😀", "\ud800"]
    with pytest.raises(fonts.MissingGlyph, match="D800"):
        paper_pdf(letter(blocks=(Paragraph("甲\ud800"),)))


def test_headings_have_three_levels():
    for wrong in (0, 4):
        with pytest.raises(ValueError, match="level"):
            Heading(wrong, "一")
