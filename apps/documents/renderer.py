"""HTML to PDF, in one thread of its own.

Pango's font map may not be shared between threads, and a new one for every document grows the process without end.
So each process has a single rendering thread with one FontConfiguration, made on first use and anew after a fork;
what measures glyphs belongs there too, FreeType's faces being no better.
"""

import atexit
import functools
import os
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

from . import fonts

COLOURS = "paper-srgb"
STYLESHEET = Path(__file__).with_name("paper.css")

_starting = threading.Lock()
_worker: ThreadPoolExecutor | None = None


def in_turn(function: Callable[..., bytes], *arguments) -> bytes:
    """`function(*arguments)` in the rendering thread; waits for its turn and raises what the function raises.

    Never to be called from within the rendering thread: it would wait for itself.
    """
    return _queue().submit(function, *arguments).result()


def _queue():
    global _worker
    with _starting:
        if _worker is None:
            _worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="paper")
        return _worker


def _forget_worker():
    """A forked child has the parent's executor without its thread, and perhaps a lock that nobody will release."""
    global _starting, _worker
    _starting = threading.Lock()
    _worker = None
    _tools.cache_clear()


os.register_at_fork(after_in_child=_forget_worker)


@functools.cache
def _tools():
    """Font configuration, fetcher and stylesheet, shared by all renderings of a process, in their thread only."""
    # importing WeasyPrint loads Pango: not before the first document
    from weasyprint import CSS
    from weasyprint.text.ffi import ffi, fontconfig, pangoft2
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    from . import justify, lean

    justify.install()
    lean.install()
    # let go of Pango's objects while its libraries are still loaded: later the interpreter would crash on its way out
    atexit.register(_tools.cache_clear)
    font_config = FontConfiguration()
    for path in fonts.office_files():
        # as FontConfiguration.add_font_face does, but under the names that the file has itself
        fontconfig.FcConfigAppFontAddFile(font_config._config, os.fsencode(path))
    pangoft2.pango_fc_font_map_config_changed(ffi.cast("PangoFcFontMap *", font_config.font_map))
    # WeasyPrint's own fetcher reads files of the server; letters need nothing from outside
    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    base = CSS(string=STYLESHEET.read_text(encoding="utf-8") + _faces(), font_config=font_config, url_fetcher=fetcher)
    return font_config, fetcher, base


def _faces():
    """A class for each face of the standard, `.paper-face-fang` and so on, which all text stands in."""
    return "".join(
        f".paper-face-{role} {{ font-family: {family_list(role)}; font-weight: {fonts.weight(role)} }}\n"
        for role in fonts.STACKS
    )


def family_list(role: str) -> str:
    """The role's installed families as a CSS value."""
    return ", ".join(f'"{css_escaped(family)}"' for family in fonts.families(role))


def css_escaped(name: str) -> str:
    """The inside of a CSS string."""
    return re.sub(r'[\x00-\x1f"\\<]', lambda found: f"\\{ord(found[0]):x} ", name)


def render(markup: str, css: str, identifier: bytes) -> bytes:
    """The PDF of `markup`, laid out by paper.css and `css`: tagged, PDF/A-3u, with subsets of its fonts.

    `identifier` (16 bytes) stands in for time and chance, so the same arguments give the same bytes. For functions
    that run `in_turn` only.
    """
    from weasyprint import CSS, HTML
    from weasyprint.css import ColorProfile

    font_config, fetcher, base = _tools()
    # PDF/A wants an output intent. WeasyPrint would leave this file open; a profile used twice has other bytes.
    with (resources.files("weasyprint.pdf") / "sRGB2014.icc").open("rb") as file:
        srgb = ColorProfile(file, "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))
    return HTML(string=markup, url_fetcher=fetcher).write_pdf(
        stylesheets=[base, CSS(string=css, font_config=font_config, url_fetcher=fetcher)],
        font_config=font_config,
        color_profiles={COLOURS: srgb},
        output_intent=COLOURS,
        pdf_identifier=identifier,
        pdf_variant="pdf/a-3u",
        pdf_tags=True,
    )
