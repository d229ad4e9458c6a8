"""A finished letter as text: paragraphs in their order, rows of tables among them, out of .txt, .docx or .pdf.

A file is told by its content, never by its name, and taken for hostile: what it may make of itself is bounded before
it is opened. `read_letter` either gives a Document or raises UnreadableLetter with a Chinese sentence.
"""

import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException

from . import pdf_text
from .stacked import stacked_table
from .word_text import word_blocks

MAX_BYTES = 20 * 1024 * 1024
MAX_TEXT = 500_000
"""Characters: a letter of 100 pages has some 60,000."""
MAX_LINES = 50_000
"""Of a text: a letter of 100 pages has some 2,200. Each may begin a table, which is looked for."""
MAX_NUMBERS = 10_000
MAX_IN_SENTENCE = 1000
"""Numbers: what belongs together is looked for within a sentence, in time that grows with their square."""
MAX_BODY = 20 * 1024 * 1024
"""Bytes of word/document.xml unpacked: a letter of 100 pages has some 2 million."""
MAX_ENTRIES = 2000
PDF_SECONDS = 30
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_ENDS = "。！？；：…”）!?;:)"
_BEGINS = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}[、是]|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}\s*[.．、](?!\d)|[①-⑩]|"
    r"第[一二三四五六七八九十]+|附件|　　|    |[○◯●•·▪■□◆◇▲△★☆※►▶➢√—－-](?!\d))"
)
_NAMED_LINE = re.compile("[^，。；：、（）\\d]{2,12}：")  # 办理态度满意率：100%
_SPACED_OUT = re.compile(r"(?<=[合总小共])[ \u3000]+(?=计(?:[ \u3000]|$))")
"""合　　计: one word, drawn out to the width of its neighbours."""
_SHORTEST_WRAPPED = 18  # characters: a line that stops earlier was ended by hand
_SENTENCES = re.compile("[。！？!?]")
_NUMBERS = re.compile(r"\d+|[零〇一二两三四五六七八九十百千]+")
_DIGIT = re.compile(r"\d")
_SAVE_AGAIN = "请在 Word 或 WPS 中打开后另存为 .docx 再试。"
_TOO_LARGE = "文件{}解开后过大，不能校对。请只保留通报正文，或者粘贴文字。"


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
        self.length = self.numbers = 0

    def lines(self, parts):
        """One paragraph that was broken into lines; None is none."""
        if parts is not None:
            self.paragraph("".join(parts))

    def paragraph(self, text):
        self.length += len(text) + 1
        counts = [len(_NUMBERS.findall(sentence)) for sentence in _SENTENCES.split(text)]
        self.numbers += sum(counts)
        if self.numbers > MAX_NUMBERS:
            raise UnreadableLetter(f"数字过多，不像一份通报：超过{MAX_NUMBERS // 10_000}万个。请只取通报正文再校对。")
        if max(counts) > MAX_IN_SENTENCE:
            raise UnreadableLetter(
                f"有一句话里的数字超过{MAX_IN_SENTENCE}个，不像一份通报。请补上句号，或只取通报正文再校对。"
            )
        if self.length > MAX_TEXT:
            raise UnreadableLetter(f"文字过多，不像一份通报：超过{MAX_TEXT // 10_000}万字。请只取通报正文再校对。")
        self.document.paragraphs.append(text)

    def table(self, rows, lines=()):
        """`rows`: texts of the cells of each row. `lines`: how each row was written, where a text gave it."""
        numbers = []
        for place, cells in enumerate(rows):
            numbers.append(len(self.document.paragraphs))
            text = lines[place] if lines else "\t".join(cells)
            if (spans := _spans(text, cells)) is None:
                text = "\t".join(cells)
                spans = _spans(text, cells)
            self.document.rows[numbers[-1]] = spans
            self.paragraph(text)
        self.document.tables.append(numbers)


def _spans(text, cells):
    """[(start, end)] of the cells in the text of their row, None where it writes one otherwise."""
    found, start = [], 0
    for cell in cells:
        start = text.find(cell, start)
        if start < 0:
            return None
        found.append((start, start + len(cell)))
        start += len(cell)
    return found


def as_document(text_or_document):
    if isinstance(text_or_document, Document):
        return text_or_document
    return document_of_text(text_or_document)


# --- text


def document_of_text(text):
    """Lines as paragraphs; lines that a machine wrapped are joined; lines of cells are rows of a table."""
    builder = _Builder()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n").split("\n")
    if len(lines) > MAX_LINES:
        raise UnreadableLetter(f"行数过多，不像一份通报：超过{MAX_LINES // 10_000}万行。请只取通报正文再校对。")
    cells = [_cells(line) for line in lines]
    waiting, place = None, 0  # a line that may run on
    while place < len(lines):
        stop = _end_of_rows(lines, cells, place)
        if (found := stacked_table(lines, place)) is not None:
            builder.lines(waiting)
            waiting = None
            rows, stop = found
            builder.table(rows)
        elif _is_table(cells[place:stop]):
            builder.lines(waiting)
            waiting = None
            width = len(next(row for row in cells[place:stop] if row))
            builder.table([row or [""] * width for row in cells[place:stop]], lines[place:stop])
        else:
            stop = max(stop, place + 1)
            for line in lines[place:stop]:
                if waiting and _runs_on(waiting[-1], sum(map(len, waiting)), line):
                    waiting.append(line.strip())
                else:
                    builder.lines(waiting)
                    waiting = [line]
        place = stop
    builder.lines(waiting)
    return builder.document


def _cells(line):
    """The cells of a line that is a row: separated by tabs, bars, or wide gaps; [] for any other line."""
    line = _SPACED_OUT.sub("", line.strip(" \u3000"))
    if "|" in line or "｜" in line:
        cells = re.split(r"[|｜]", line[1:-1] if line[0] in "|｜" and line[-1] in "|｜" else line)
    elif "\t" in line:
        cells = line.split("\t")
    else:
        cells = re.split(r"[ \u3000]{2,}|\u3000", line)
    cells = [cell.strip() for cell in cells]
    return cells if len(cells) > 1 and not any(re.search("[。；！？]|，.*，", cell) for cell in cells) else []


def _end_of_rows(lines, cells, place):
    """The line behind a run of rows of equal length that begins here; lines that only rule a table belong to it."""
    stop, width = place, len(cells[place])
    while stop < len(lines) and width and (len(cells[stop]) == width or (stop > place and _is_rule(lines[stop]))):
        if _is_rule(lines[stop]):
            cells[stop] = None
        stop += 1
    return stop


def _is_rule(line):
    return bool(line.strip()) and not line.strip("|+-:：=—─┼├┤ \t")


def _is_table(rows):
    rows = [row for row in rows if row]
    numeric = sum(1 for row in rows for cell in row[1:] if _DIGIT.search(cell))
    return len(rows) > 1 and numeric >= len(rows) - 1


def _runs_on(last, length, following):
    """Whether a machine broke the line here, not a person. `length`: of the paragraph so far."""
    text = last.rstrip()
    if not following.strip() or not text or length < _SHORTEST_WRAPPED or text[-1] in _ENDS:
        return False
    return not _BEGINS.match(following) and not _NAMED_LINE.match(following)


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
    body = _check_archive(data, named)
    builder = _Builder()
    try:
        for block in word_blocks(body):
            if isinstance(block, str):
                builder.paragraph(block)
            else:
                builder.table(block)
    except (ParseError, DefusedXmlException, RecursionError, ValueError, LookupError) as broken:  # no such encoding
        raise UnreadableLetter(f"文件{named}已损坏，打不开。{_SAVE_AGAIN}") from broken
    return builder.document


def _check_archive(data, named):
    """The bytes of the document's own part, once the archive is found to be a Word document within bounds."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = {entry.filename: entry for entry in archive.infolist()}
            body = entries.get("word/document.xml")
            if body is None:
                raise UnreadableLetter(f"文件{named}不是 Word 文档，请使用 .docx、.pdf 或 .txt 文件。")
            if body.flag_bits & 1:
                raise UnreadableLetter(f"文件{named}有密码，请去掉密码后再校对。")
            if len(entries) > MAX_ENTRIES or body.file_size > MAX_BODY:
                raise UnreadableLetter(_TOO_LARGE.format(named))
            with archive.open(body) as part:
                content = part.read(MAX_BODY + 1)
    except UnreadableLetter:
        raise
    except Exception as bad:  # zipfile, zlib and lzma raise whatever the broken part makes them
        raise UnreadableLetter(f"文件{named}已损坏，打不开。{_SAVE_AGAIN}") from bad
    if len(content) > MAX_BODY:
        raise UnreadableLetter(_TOO_LARGE.format(named))
    return content


def _pdf(data, named):
    """Read by a process of its own, within bounds of time and memory: a hostile PDF takes no server down with it."""
    try:
        done = subprocess.run(
            [sys.executable, pdf_text.__file__], input=data, capture_output=True, timeout=PDF_SECONDS, check=False
        )
        found = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as failed:
        raise UnreadableLetter(
            f"文件{named}读不出来：已损坏，或者过于复杂。请重新导出为 PDF，或者粘贴正文。"
        ) from failed
    match found.get("error"):
        case "password":
            raise UnreadableLetter(f"文件{named}有密码，请去掉密码后再校对。")
        case "pages":
            raise UnreadableLetter(
                f"文件{named}有 {found['pages']} 页，超过 {pdf_text.MAX_PAGES} 页，不像一份通报。请只取通报正文再校对。"
            )
        case "broken":
            raise UnreadableLetter(f"文件{named}已损坏，打不开。请重新导出为 PDF 再试。")
    pages = found["pages"]
    if not any(page.strip() for page in pages):
        raise UnreadableLetter(
            f"文件{named}里没有文字，可能是扫描件。请使用 Word 文件、由电脑导出的 PDF，或者粘贴文字。"
        )
    return document_of_text(_joined(pages))


_PAGE_NUMBER = re.compile(r"[\s—–\-－]*\d{1,4}[\s—–\-－]*")


def _joined(pages):
    """Pages as one text: page numbers go, a sentence runs on over the edge of a page."""
    lines = []
    for page in pages:
        text = page.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "").replace("\xad", "")
        own = text.split("\n")
        while own and not own[-1].strip():
            own.pop()
        lines += [line for line in own if not _PAGE_NUMBER.fullmatch(line) or not line.strip()]
    return "\n".join(lines)
