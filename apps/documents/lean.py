"""Spares WeasyPrint a copy of every font file that a paper uses, for each size of it: some 220 MB of a process.

WeasyPrint 70.0 reads a font whole before it takes the glyphs it needs. `install` lets it look at the file where
HarfBuzz has it in memory already: it replaces `weasyprint.pdf.fonts.get_hb_object_data` and wraps `Font.clean`, which
is one more reason why the version is pinned. tests/test_every_paper.py measures the memory and fails when they move.
"""

from weasyprint.pdf import fonts
from weasyprint.text.ffi import ffi, harfbuzz

_data_of = fonts.get_hb_object_data
_clean = fonts.Font.clean


def install() -> None:
    """Once per process, before the first rendering."""
    fonts.get_hb_object_data = view_of
    fonts.Font.clean = clean


def view_of(face, ot_color=None, glyph=None):
    """The file of a face, as a buffer that keeps it in memory; pictures of glyphs as WeasyPrint has them."""
    if ot_color:
        return _data_of(face, ot_color, glyph)
    blob = harfbuzz.hb_face_reference_blob(face)
    with ffi.new("unsigned int *") as length:
        data = harfbuzz.hb_blob_get_data(blob, length)
        size = int(length[0])
    # whoever has the buffer has `data`, and with it the blob
    return ffi.buffer(ffi.gc(data, lambda _: harfbuzz.hb_blob_destroy(blob)), size)


def clean(font, to_unicode, hinting):
    """What goes into the file has to be bytes: by now that is the small font of the glyphs in use."""
    _clean(font, to_unicode, hinting)
    font.file_content = bytes(font.file_content)
