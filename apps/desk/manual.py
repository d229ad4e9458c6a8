"""The manual under 帮助: the Markdown of docs/manual, a page for each post, in the order of PAGES."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

FOLDER = Path(settings.BASE_DIR) / "docs" / "manual"
PAGES = ("start", "office", "unit", "leader", "secretariat", "proposer", "auditor", "admin")


@dataclass(frozen=True)
class Page:
    """One page of the manual: its title, and its body as HTML."""

    name: str
    title: str
    html: str


def page_of(standing):
    """The name of the page written for a post; the general one for somebody without a post."""
    if standing.is_office:
        return "office"
    if standing.is_secretariat:
        return "secretariat"
    if standing.leads_as:
        return "leader"
    if standing.units:
        return "unit"
    if standing.is_auditor:
        return "auditor"
    return "admin" if standing.is_system_admin else "start"


def contents():
    """`[(name, title)]` of every page."""
    return [(page.name, page.title) for page in map(page, PAGES)]


@cache
def page(name):
    """The Page `name`, one of PAGES; read once, the files are part of the product.

    Raises KeyError for a name that is not there.
    """
    if name not in PAGES:
        raise KeyError(name)
    source = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    heading, _, body = source.partition("\n")
    # what is marked safe is the product's own text, and HTML in it is off
    return Page(name, heading.removeprefix("# ").strip(), mark_safe(_reader().render(body)))


def _reader():
    """Reads Markdown without HTML; pictures come from static files, other pages from their address here."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")

    def image(tokens, at, options, env):
        token = tokens[at]
        source = token.attrGet("src")
        token.attrSet("src", static(source.replace("images/", "manual/", 1)))
        token.attrSet("loading", "lazy")
        return reader.renderer.image(tokens, at, options, env)

    def link(tokens, at, options, env):
        name = tokens[at].attrGet("href").removesuffix(".md")
        if name in PAGES:
            tokens[at].attrSet("href", reverse("desk:help_page", args=[name]))
        return reader.renderer.renderToken(tokens, at, options, env)

    reader.add_render_rule("image", lambda self, *given: image(*given))
    reader.add_render_rule("link_open", lambda self, *given: link(*given))
    return reader
