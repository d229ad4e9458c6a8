"""A finished letter as text: paragraphs in their order, rows of tables among them, out of .txt, .docx or .pdf.

A file is told by its content, never by its name, and taken for hostile: what it may make of itself is bounded before
it is opened. `read_letter` either gives a Document or raises UnreadableLetter with a Chinese sentence.
"""

import io
import re
import zipfile
from dataclasses import dataclass, field

MAX_BYTES = 20 * 1024 * 1024
MAX_TEXT = 2_000_000
"""Characters: a letter of 100 pages has some 60,000."""
MAX_PAGES = 500
MAX_UNPACKED = 100 * 1024 * 1024
MAX_BODY = 40 * 1024 * 1024
"""Bytes of word/document.xml unpacked."""
MAX_ENTRIES = 2000
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_ENDS = "。！？；：…”）!?;:)"
_BEGINS = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}[、是]|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}\s*[.．、]|[①-⑩]|第[一二三四五六七八九十]+|附件|　　|    )"
)
_SHORTEST_WRAPPED = 18  # characters: a line that stops earlier was ended by hand
_TOTAL = re.compile(r"\d")


class UnreadableLetter(Exception):
    """The file or the text cannot be proofread. The message is Chinese and says what to do."""


@dataclass
class Document:
    """`rows`: paragraph number → [(start, end) of each cell in it]; `tables`: the paragraph numbers of each table."""

    paragraphs: list
    rows: dict = field(default_factory=dict)
    tables: list = field(default_factory=list)


class _Builder:
    def __init__(self):
        self.document = Document([])
        self.length = 0

    def paragraph(self, text):
        self.length += len(text) + 1
        if self.length > MAX_TEXT:
            raise UnreadableLetter("文字过多，不像一份通报：超过二百万字。请只取通报正文再校对。")
        self.document.paragraphs.append(text)

    def table(self, rows):
        """`rows`: texts of the cells of each row."""
        numbers = []
        for cells in rows:
            numbers.append(len(self.document.paragraphs))
            spans, start = [], 0
            for cell in cells:
                spans.append((start, start + len(cell)))
                start += len(cell) + 1
            self.document.rows[numbers[-1]] = spans
            self.paragraph("\t".join(cells))
        self.document.tables.append(numbers)


def as_document(text_or_document):
    if isinstance(text_or_document, Document):
        return text_or_document
    return document_of_text(text_or_document)


# --- text


def document_of_text(text):
    """Lines as paragraphs; lines that a machine wrapped are joined; lines of cells are rows of a table."""
    builder = _Builder()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n").split("\n")
    place = 0
    while place < len(lines):
        rows = _rows_from(lines, place)
        if len(rows) > 1:
            builder.table(rows)
            place += len(rows)
            continue
        line = lines[place]
        place += 1
        while place < len(lines) and _runs_on(line, lines[place]) and len(_rows_from(lines, place)) < 2:
            line += lines[place].strip()
            place += 1
        builder.paragraph(line)
    return builder.document


def _cells(line):
    """The cells of a line that is a row: separated by tabs, bars, or wide gaps."""
    line = line.strip(" \u3000")
    if "|" in line or "｜" in line:
        cells = re.split(r"[|｜]", line.strip("|｜"))
    elif "\t" in line:
        cells = line.split("\t")
    else:
        cells = re.split(r"\s{2,}|　+", line)
    cells = [cell.strip() for cell in cells]
    return cells if len(cells) > 1 and not any(re.search("[。；！？]|，.*，", cell) for cell in cells) else []


def _rows_from(lines, place):
    """The rows of a table that begins with this line; lines that only rule it are left out."""
    rows = []
    for line in lines[place:]:
        if rows and re.fullmatch(r"[\s|+\-:：=—─]+", line) and line.strip():
            rows.append([""] * len(rows[0]))
            continue
        cells = _cells(line)
        if not cells or (rows and len(cells) != len(rows[0])):
            break
        rows.append(cells)
    numeric = sum(1 for row in rows for cell in row[1:] if _TOTAL.search(cell))
    return rows if len(rows) > 1 and numeric >= len(rows) - 1 else []


def _runs_on(line, following):
    """Whether a machine broke the line here, not a person."""
    text = line.rstrip()
    if not following.strip() or len(text.strip()) < _SHORTEST_WRAPPED or text[-1] in _ENDS:
        return False
    return not _BEGINS.match(following)


# --- files


def read_letter(data, name=""):
    """The Document in a file's bytes. `name` is only told back in the message of UnreadableLetter."""
    named = f"“{name}”" if name else ""
    if not data.strip():
        raise UnreadableLetter(f"文件{named}是空的，请重新选择。")
    if len(data) > MAX_BYTES:
        raise UnreadableLetter(f"文件{named}超过 {MAX_BYTES // 1024 // 1024} MB，请另存为较小的文件，或者粘贴正文。")
    if data.startswith(OLE):
        if ENCRYPTED_PACKAGE in data:
            raise UnreadableLetter(f"文件{named}有密码，请去掉密码后再校对。")
        raise UnreadableLetter(f"文件{named}是旧版 Word 或 WPS 的 .doc 文件，请另存为 .docx 后再校对。")
    if data.startswith(b"PK"):
        document = _docx(data, named)
    elif b"%PDF-" in data[:1024]:
        document = _pdf(data, named)
    else:
        document = document_of_text(_decoded(data, named))
    if not any(text.strip() for text in document.paragraphs):
        raise UnreadableLetter(f"文件{named}里没有文字，请检查文件是否完整。")
    return document


def _decoded(data, named):
    marks = (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
        (b"\x84\x31\x95\x33", "gb18030"),
    )
    wanted = next((encoding for mark, encoding in marks if data.startswith(mark)), None)
    for encoding in [wanted] if wanted else ["utf-8", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_text(text):
            return text.lstrip("\ufeff")
    raise UnreadableLetter(f"文件{named}不是可以校对的文件，请使用 .docx、.pdf 或者 UTF-8、GB18030 编码的 .txt 文件。")


def _is_text(text):
    """Text has hardly any control characters; bytes of something else are full of them."""
    odd = sum(
        1
        for character in text
        if (character < " " and character not in "\n\r\t\x0c") or "\ue000" <= character <= "\uf8ff"
    )
    return odd * 100 <= len(text)


def _docx(data, named):
    from docx import Document as opened
    from docx.table import Table

    _check_archive(data, named)
    builder = _Builder()
    try:
        for block in opened(io.BytesIO(data)).iter_inner_content():
            if isinstance(block, Table):
                builder.table(_rows_of(block))
            else:
                for line in block.text.split("\n"):
                    builder.paragraph(line)
    except UnreadableLetter:
        raise
    except Exception as broken:  # python-docx and lxml raise whatever the broken part makes them
        raise UnreadableLetter(f"文件{named}已损坏，打不开。请在 Word 或 WPS 中打开后另存为 .docx 再试。") from broken
    return builder.document


def _rows_of(table):
    """Texts of the cells of each row; a cell that spans several columns or rows counts where it begins."""
    seen, rows = set(), []
    for row in table.rows:
        cells = []
        for cell in row.cells:
            element = cell._tc
            cells.append("" if element in seen else " ".join(cell.text.split()))
            seen.add(element)
        rows.append(cells)
    return rows


def _check_archive(data, named):
    broken = UnreadableLetter(f"文件{named}已损坏，打不开。请在 Word 或 WPS 中打开后另存为 .docx 再试。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if "word/document.xml" not in names:
                raise UnreadableLetter(f"文件{named}不是 Word 文档，请使用 .docx、.pdf 或 .txt 文件。")
            if any(entry.flag_bits & 1 for entry in entries):
                raise UnreadableLetter(f"文件{named}有密码，请去掉密码后再校对。")
            unpacked = sum(entry.file_size for entry in entries)
            if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or len(names) < len(entries):
                raise UnreadableLetter(f"文件{named}解开后过大，不能校对。请只保留通报正文，或者粘贴文字。")
            for entry in entries:
                _check_part(archive, entry, named)
    except UnreadableLetter:
        raise
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        OSError,
        ValueError,
        RuntimeError,
        EOFError,
    ) as bad:
        raise broken from bad
    except Exception as bad:  # zlib's and lzma's own errors
        raise broken from bad


def _check_part(archive, entry, named):
    """A part of XML has no document type (no entity bomb), and is not larger than it says."""
    if not entry.filename.endswith((".xml", ".rels")):
        return
    if entry.file_size > MAX_BODY:
        raise UnreadableLetter(f"文件{named}解开后过大，不能校对。请只保留通报正文，或者粘贴文字。")
    with archive.open(entry) as part:
        head = part.read(4096)
        rest = part.read(MAX_BODY)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head or "<!DOCTYPE".encode("utf-16-le") in head:
        raise UnreadableLetter(f"文件{named}含有不该有的文档类型声明，不能校对。请在 Word 或 WPS 中另存为 .docx 再试。")
    if b"<!ENTITY" in rest:
        raise UnreadableLetter(f"文件{named}含有不该有的实体声明，不能校对。请在 Word 或 WPS 中另存为 .docx 再试。")


def _pdf(data, named):
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as failed:
        if "password" in str(failed).lower():
            raise UnreadableLetter(f"文件{named}有密码，请去掉密码后再校对。") from failed
        raise UnreadableLetter(f"文件{named}已损坏，打不开。请重新导出为 PDF 再试。") from failed
    try:
        if len(pdf) > MAX_PAGES:
            raise UnreadableLetter(
                f"文件{named}有 {len(pdf)} 页，超过 {MAX_PAGES} 页，不像一份通报。请只取通报正文再校对。"
            )
        pages = []
        for number in range(len(pdf)):
            pages.append(_page_text(pdf, number))
            if sum(map(len, pages)) > MAX_TEXT:
                raise UnreadableLetter(f"文件{named}文字过多，不像一份通报。请只取通报正文再校对。")
    except pypdfium2.PdfiumError as failed:
        raise UnreadableLetter(f"文件{named}已损坏，读不出文字。请重新导出为 PDF 再试。") from failed
    finally:
        pdf.close()
    if not any(page.strip() for page in pages):
        raise UnreadableLetter(
            f"文件{named}里没有文字，可能是扫描件。请使用 Word 文件、由电脑导出的 PDF，或者粘贴文字。"
        )
    return document_of_text(_joined(pages))


def _page_text(pdf, number):
    page = pdf[number]
    text_page = page.get_textpage()
    try:
        return text_page.get_text_bounded()
    finally:
        text_page.close()
        page.close()


_PAGE_NUMBER = re.compile(r"[\s—–\-－]*\d{1,4}[\s—–\-－]*")


def _joined(pages):
    """Pages as one text: page numbers go, a sentence runs on over the edge of a page."""
    lines = []
    for page in pages:
        own = [line for line in page.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
        own = [line.replace("\ufffe", "").replace("\xad", "") for line in own]
        while own and not own[-1].strip():
            own.pop()
        lines += [line for line in own if not _PAGE_NUMBER.fullmatch(line) or not line.strip()]
    return "\n".join(lines)
