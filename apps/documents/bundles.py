"""Many files as one: a zip of files, and one PDF of several papers, scans and pictures.

The same content gives the same bytes. Names and files may come from anybody.
"""

import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image, ImageOps

from .content import clean

# --- a zip -----------------------------------------------------------------------------------------------------------

LONGEST_NAME = 180  # bytes: file systems take 255, and what unpacks may put a folder's name before it
NAMELESS = "未命名"
FULL_WIDTH = str.maketrans('/\\:*?"<>|', "／＼：＊？＂＜＞｜")  # what no file name may hold, here or on Windows
ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}\Z")
DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\Z", re.IGNORECASE)  # no files on Windows
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # zip knows none before
READABLE = 0o644


def zipped(files: Iterable[tuple[str, bytes]], out: Path | BinaryIO) -> None:
    """Writes the files, (name, content) each, into a zip without folders; a generator keeps the memory flat.

    Names are texts of people: `file_name` makes them safe, and equal ones get a number.
    """
    taken = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(_untaken(file_name(name), taken), FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, READABLE << 16  # Unix, whatever wrote it
            archive.writestr(entry, content)


def file_name(text: str) -> str:
    """A name that every file system takes, as much like the text as can be; what looks like an ending is kept."""
    text = "".join(c for c in clean(unicodedata.normalize("NFC", text)) if unicodedata.category(c) != "Cs")
    stem, ending = _split(text.translate(FULL_WIDTH).rstrip(". "))
    stem = _cut(stem.strip(". "), LONGEST_NAME - len(ending)) or NAMELESS
    return f"{stem}_{ending}" if DEVICES.match(stem.partition(".")[0]) else stem + ending


def _split(name):
    """(stem, ending with its dot or "")."""
    ending = found[0] if (found := ENDING.search(name)) else ""
    return name.removesuffix(ending), ending


def _cut(text, size):
    """The beginning of `text` in at most `size` bytes, no character cut in two."""
    return text.encode()[:size].decode(errors="ignore").rstrip(". ")


def _untaken(name, taken):
    """`name`, or the first of 名（2）, 名（3） … that is not taken; upper and lower case are one to many."""
    (stem, ending), number = _split(name), 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}（{number}）{ending}"
    taken.add(name.casefold())
    return name


# --- a PDF -----------------------------------------------------------------------------------------------------------

A4 = (595.276, 841.89)  # pt
LEAST_DPI = 96  # smaller pictures do not fill the page
LARGEST_PICTURE = 80_000_000  # pixels; a sheet of A3 at 600 dpi has 70 million
PICTURES = {b"\x89PNG\r\n\x1a\n": b"IEND", b"\xff\xd8\xff": b"\xff\xd9"}  # beginning → what is near the end
NEAR_THE_END = 64 * 1024  # bytes: some scanners add a few of their own after the picture
JPEG_QUALITY = 92

OF_A_PAGE = {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group"}
CARRYING = ("/JS", "/JavaScript", "/RichMediaContent", "/XFA")
CARRYING_STREAM = ("/AF", "/F", "/FFilter", "/FDecodeParms", "/Ref", "/OPI", "/PieceInfo", "/Metadata")  # /F: a file
EMBEDDED = "/EF"
ACTIONS = tuple(
    Name(f"/{name}")
    for name in ("JavaScript", "Launch", "ImportData", "SubmitForm", "GoToR", "GoToE", "URI", "Rendition", "Movie")
)


@dataclass(frozen=True)
class Part:
    """Something to bind, under a bookmark: a PDF, PNG or JPEG (bytes or a file's path), then `parts` below it."""

    title: str
    content: bytes | Path | None = None
    parts: tuple["Part", ...] = ()


class Unbound(ValueError):
    """Some parts cannot be bound, and nothing was written. `problems`: (Part, why in Chinese) of each."""

    def __init__(self, problems):
        self.problems = tuple(problems)
        super().__init__("".join(f"“{clean(part.title)}”{why}" for part, why in self.problems))

    def __reduce__(self):
        return type(self), (self.problems,)


class _Unusable(ValueError):
    """Why one part cannot be bound."""


def bound(parts: Iterable[Part], out: Path | BinaryIO, title: str, author: str) -> None:
    """Writes one PDF with a bookmark for each part; `title`, `author` and Chinese as its language are in its data.

    What a page shows comes along, stamps and filled-in fields too; scripts, actions, links, embedded files, forms and
    signatures' data do not. Raises Unbound with every part that is broken, has a password or is no PDF or picture.
    """
    with ExitStack() as opened, pikepdf.new() as book:
        problems, marks = [], []
        for part in parts:
            marks.append(_bind(book, part, opened, problems))
        if problems:
            raise Unbound(problems)
        if not len(book.pages):
            raise ValueError("nothing to bind")
        with book.open_outline() as outline:
            outline.root.extend(mark for mark in marks if mark)
        _describe(book, title, author)
        book.save(
            out,
            deterministic_id=True,
            force_version="1.7",
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )


def _bind(book, part, opened, problems):
    """Appends the pages of a part and of those below it; its bookmark, None if it has no pages."""
    first = len(book.pages)
    if part.content is not None:
        try:
            _append(book, part.content, opened)
        except _Unusable as why:
            problems.append((part, str(why)))
    marks = [_bind(book, inner, opened, problems) for inner in part.parts]
    if len(book.pages) == first:
        return None
    bookmark = pikepdf.OutlineItem(clean(part.title), first)
    bookmark.children.extend(mark for mark in marks if mark)
    return bookmark


def _append(book, content, opened):
    try:
        stream = opened.enter_context(io.BytesIO(content) if isinstance(content, bytes) else content.open("rb"))
    except OSError as lost:
        raise _Unusable("的文件在服务器上找不到或无法读取，请联系运维人员。") from lost
    beginning = stream.read(1024)
    stream.seek(0)
    for magic, end in PICTURES.items():
        if beginning.startswith(magic):
            return _append_picture(book, stream, end)
    if b"%PDF-" not in beginning:
        raise _Unusable("不是 PDF、PNG 或 JPEG 文件，不能装订。")
    _append_pdf(book, stream, opened)


def _append_pdf(book, stream, opened):
    known = len(book.objects)
    try:
        source = opened.enter_context(pikepdf.open(stream))  # has to stay open until the book is saved
        if source.pages:
            source.flatten_annotations("print")  # a seal or a field is what it looks like
        for page in source.pages:
            book.pages.append(page)
            _keep_only_what_shows(book.pages[-1].obj)
        _strip(book.objects[known:])
        count = len(source.pages)
    except pikepdf.PasswordError:
        raise _Unusable("有密码，请去掉密码后重新上传。") from None
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError) as broken:
        raise _Unusable("已损坏，无法打开，请重新上传。") from broken
    if not count:
        raise _Unusable("没有页面，请重新上传。")


def _keep_only_what_shows(page):
    for key in set(page.keys()) - OF_A_PAGE:
        del page[key]


def _strip(things):
    """Takes out what runs or carries something, wherever it hides; what is then pointed at by nothing is not saved."""
    for thing in things:
        waiting = [thing]
        while waiting:
            thing = waiting.pop()
            if isinstance(thing, Array):
                waiting += [one for one in thing if isinstance(one, pikepdf.Object) and not one.is_indirect]
            elif isinstance(thing, Dictionary | Stream):
                _strip_one(thing)
                inner = [one for _, one in thing.items()]
                waiting += [one for one in inner if isinstance(one, pikepdf.Object) and not one.is_indirect]


def _strip_one(thing):
    unwanted = set(thing.keys()) - {"/Length"}
    if EMBEDDED not in unwanted and thing.get("/S") not in ACTIONS:
        unwanted &= {*CARRYING, *CARRYING_STREAM} if isinstance(thing, Stream) else set(CARRYING)
    for key in unwanted:
        del thing[key]


def _append_picture(book, stream, end):
    """A page of A4 with the picture, upright as the camera held it. It is written anew: no EXIF data come along."""
    try:
        with Image.open(stream, formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > LARGEST_PICTURE:
                raise Image.DecompressionBombError
            is_photo = picture.format == "JPEG"
            picture = _flat(ImageOps.exif_transpose(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _Unusable("像素过多，请降低分辨率后重新上传。") from None
    except (OSError, SyntaxError, ValueError) as broken:
        raise _Unusable("已损坏，无法打开，请重新上传。") from broken
    stream.seek(0)
    # once the renderer is loaded, Pillow puts up with pictures that are cut off
    if end not in stream.read()[-NEAR_THE_END:]:
        raise _Unusable("不完整，请重新上传。")
    _append_page(book, picture, _picture_stream(book, picture, is_photo))


def _flat(picture):
    """In grey or in colour; what is see-through lies on white."""
    if picture.has_transparency_data:
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB")
    return picture.convert("L" if picture.mode in ("1", "L") else "RGB")


def _picture_stream(book, picture, is_photo):
    if is_photo:
        packed = io.BytesIO()
        picture.save(packed, "JPEG", quality=JPEG_QUALITY, subsampling=0)
        data, packing = packed.getvalue(), Name.DCTDecode
    else:
        data, packing = zlib.compress(picture.tobytes()), Name.FlateDecode
    image = Stream(book, data)
    image.Type, image.Subtype, image.Filter = Name.XObject, Name.Image, packing
    image.Width, image.Height, image.BitsPerComponent = *picture.size, 8
    image.ColorSpace = Name.DeviceGray if picture.mode == "L" else Name.DeviceRGB
    return image


def _append_page(book, picture, image):
    """The picture in the middle of a sheet that stands or lies as it does, as large as its pixels allow."""
    sheet = A4 if picture.height >= picture.width else A4[::-1]
    scale = min(sheet[0] / picture.width, sheet[1] / picture.height, 72 / LEAST_DPI)
    width, height = picture.width * scale, picture.height * scale
    left, bottom = (sheet[0] - width) / 2, (sheet[1] - height) / 2
    page = book.add_blank_page(page_size=sheet)
    page.Resources = Dictionary(XObject=Dictionary(Picture=image))
    page.Contents = Stream(
        book, f"q {width:.3f} 0 0 {height:.3f} {left:.3f} {bottom:.3f} cm /Picture Do Q".encode("ascii")
    )


def _describe(book, title, author):
    book.Root.Lang = pikepdf.String("zh-CN")
    book.Root.PageMode = Name.UseOutlines
    book.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    with book.open_metadata(set_pikepdf_as_editor=False, update_docinfo=True) as data:
        data["dc:title"] = clean(title)
        data["dc:creator"] = [clean(author)]
        data["dc:language"] = ["zh-CN"]
