"""Reading and writing .xlsx. Knows no proposal: columns come in by name, values go out plain.

Reading treats the file as hostile and the person as well-meaning. `read_table` either refuses the whole file in one
Chinese sentence (`UnreadableWorkbook`) or gives every row with its number; `as_text`, `as_date`, `as_names` and
`as_flag` then turn a cell into a value or raise `CellError`, from which the caller makes a `Problem` that names sheet,
row, column, value and what was expected. What is plainly meant is understood, the rest is an error, never a guess.
"""

import datetime
import io
import math
import re
import unicodedata
import warnings
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 300 * 1024 * 1024
MAX_ENTRIES = 2000
MAX_ELEMENTS = 4_000_000
"""XML elements in all parts together: 20,000 rows of 26 filled cells have some 3 million."""
MAX_FINE_ELEMENTS = 300_000
"""The same for each part of which openpyxl makes objects of its own: styles, the list of sheets."""
COARSE_PARTS = ("xl/worksheets/", "xl/sharedStrings", "xl/pivotCache/", "xl/drawings/", "xl/charts/", "xl/comments")
MAX_ROWS = 20_000
MAX_MERGED = 1_000_000
"""Rows touched by merged ranges, all ranges together."""
MAX_TEXT = 32_767
"""Excel's own limit of one cell, in UTF-16 units."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
TOTALS = re.compile(r"(合计|总计|小计)([:：(（\d].*)?")
NOTHING = {"-", "—", "——", "–", "/", "无"}
"""What people put into a cell to say that there is nothing; never in free text."""
SAVE_AS = "请在 Excel 或 WPS 中另存为 .xlsx 后再上传"


class UnreadableWorkbook(Exception):
    """The file as a whole cannot be used. Its text is a Chinese sentence for the person who uploaded it."""


class CellError(Exception):
    """A cell cannot be understood. `expected` continues “应为…”, `why` stands before it."""

    def __init__(self, expected: str, why: str = "不符合要求"):
        super().__init__(expected)
        self.expected = expected
        self.why = why


@dataclass(frozen=True)
class Column:
    """A column to look for. Without a required one the whole sheet is refused."""

    name: str
    required: bool = False


@dataclass(frozen=True)
class BadCell:
    """In place of a value: an error value, or a formula nobody computed. Every parser raises CellError for it."""

    text: str
    expected: str
    why: str

    def __str__(self):
        return self.text


@dataclass(frozen=True)
class Row:
    """One row. `cells` has a key for each known column that the sheet has; an empty cell is None."""

    number: int
    cells: dict[str, object]


@dataclass(frozen=True)
class Table:
    sheet: str
    rows: list[Row]
    unknown_columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Chinese sentences about what was left out or taken otherwise than it stands."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell; `str()` is the sentence to show."""

    sheet: str
    row: int
    column: str
    value: object
    expected: str
    why: str = "不符合要求"

    @classmethod
    def of(cls, sheet: str, row: Row, column: str, error: CellError) -> "Problem":
        return cls(sheet, row.number, column, row.cells.get(column), error.expected, error.why)

    def __str__(self):
        shown = _shown(self.value)
        what = f"“{shown}”{self.why}" if shown else "未填写"
        return f"工作表“{self.sheet}”第 {self.row} 行“{self.column}”：{what}，应为{self.expected}"

    def as_json(self) -> dict:
        return asdict(self) | {"value": _shown(self.value), "message": str(self)}


# reading


def read_table(
    file: bytes | str | Path | BinaryIO, sheet_name: str | None = None, columns: Iterable[Column] = ()
) -> Table:
    """The rows of one sheet below its header, the first row that is not empty.

    Without `sheet_name`, or when there is none of that name but only one visible sheet, that one is read. Columns come
    in any order; blanks, full-width letters and a star in their names do not matter. Merged cells are filled downwards,
    blank rows and totals rows are left out. Raises UnreadableWorkbook.
    """
    data = _content(file)
    _check_archive(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of features it does not know; they carry no values
            package = _opened(data)
            sheet, notes = _chosen_sheet(package.sheets, sheet_name)
            rows, merges = _read_cells(package, sheet)
    except UnreadableWorkbook:
        raise
    except Exception as error:  # whatever a parser may raise on hostile input
        if _is_hostile(error):
            raise UnreadableWorkbook("文件含有不允许的 XML 实体定义，为安全起见未读取") from error
        raise UnreadableWorkbook(f"文件已损坏或不是 Excel 工作簿，{SAVE_AS}") from error
    return _table(sheet.title, rows, merges, list(columns), notes)


def _content(file):
    """All bytes, never more than the limit plus one."""
    if isinstance(file, str | Path):
        with open(file, "rb") as opened:
            return _content(opened)
    data = file if isinstance(file, bytes) else file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UnreadableWorkbook(f"文件超过 {MAX_BYTES // 1024 // 1024} MB")
    return data


def _check_archive(data):
    """Refuse by content what is no .xlsx, and what would grow without measure when it is opened."""
    if not data:
        raise UnreadableWorkbook("文件是空的")
    if data.startswith(OLE):
        if ENCRYPTED_PACKAGE in data:
            raise UnreadableWorkbook("工作簿设有打开密码，请取消密码后再上传")
        raise UnreadableWorkbook(f"这是旧版 .xls 或其他 Office 文件，{SAVE_AS}")
    if not data.startswith(b"PK"):
        raise UnreadableWorkbook(f"这不是 .xlsx 工作簿，{SAVE_AS}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise UnreadableWorkbook("工作簿内的文件过多，为安全起见未读取")
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED:  # zipfile never unpacks more than announced
                raise UnreadableWorkbook(f"工作簿解压后超过 {MAX_UNPACKED // 1024 // 1024} MB，为安全起见未读取")
            if any(entry.flag_bits & 1 for entry in entries):
                raise UnreadableWorkbook("文件已加密，请取消密码后再上传")
            names = {entry.filename for entry in entries}
            if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
                raise UnreadableWorkbook(f"这不是 .xlsx 工作簿，{SAVE_AS}")
            _check_xml(archive, entries)
    except UnreadableWorkbook:
        raise
    except Exception as error:  # zipfile, zlib, lzma and expat each have their own
        raise UnreadableWorkbook("文件已损坏，无法打开") from error


def _check_xml(archive, entries):
    """No DTD (OPC, ECMA-376 part 2, forbids it), and not more elements than memory bears, before any tree is built."""
    count = limit = 0

    def element_begins(name, attributes):
        nonlocal count
        count += 1
        if count > limit:
            raise UnreadableWorkbook("工作簿内容过多，请删除多余的行、列和空白格的格式后再上传")

    def doctype_begins(*args):
        raise UnreadableWorkbook("文件含有不允许的 XML 实体定义，为安全起见未读取")

    for entry in entries:
        is_coarse = entry.filename.startswith(COARSE_PARTS)
        limit = MAX_ELEMENTS if is_coarse else min(MAX_ELEMENTS, count + MAX_FINE_ELEMENTS)
        parser = expat.ParserCreate()
        parser.StartElementHandler = element_begins
        parser.StartDoctypeDeclHandler = doctype_begins
        try:
            with archive.open(entry) as part:
                parser.ParseFile(part)
        except expat.ExpatError:
            if entry.filename.lower().endswith((".xml", ".rels")):
                raise
            # a picture; any name is looked at, because a part may have any


def _is_hostile(error):
    while error is not None:
        if isinstance(error, DefusedXmlException):
            return True
        error = error.__cause__ or error.__context__
    return False


@dataclass(frozen=True)
class _Sheet:
    title: str
    is_visible: bool
    part: str


@dataclass(frozen=True)
class _Package:
    """What of the workbook is needed to read a sheet."""

    archive: zipfile.ZipFile
    workbook: Workbook
    sheets: list[_Sheet]
    strings: list[str]


def _opened(data):
    """Only the parts that are needed: openpyxl's `load_workbook` reads many more, and sheets without a size twice."""
    reader = ExcelReader(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)
    sheets = [
        _Sheet(sheet.name, sheet.state == "visible", rel.target)
        for sheet, rel in reader.parser.find_sheets()
        if "chartsheet" not in rel.Type and rel.target in reader.valid_files
    ]
    return _Package(reader.archive, reader.wb, sheets, _shared_strings(reader))


def _shared_strings(reader):
    strings = []
    if (content_type := reader.package.find(SHARED_STRINGS)) is not None:
        with reader.archive.open(content_type.PartName[1:]) as source:
            for _, element in iterparse(source, forbid_dtd=True):
                if element.tag == STRING:
                    strings.append(_string(element))
                    element.clear()
    return strings


def _chosen_sheet(sheets, sheet_name):
    """(sheet, notes). WPS adds hidden sheets of its own, so only visible ones are offered instead."""
    visible = [sheet for sheet in sheets if sheet.is_visible] or sheets
    if not sheets:
        raise UnreadableWorkbook("工作簿里没有工作表")
    if sheet_name is None:
        if len(visible) > 1:
            return visible[0], [f"工作簿有 {len(visible)} 个工作表，只读取了第一个“{visible[0].title}”"]
        return visible[0], []
    for sheet in sheets:
        if _name_key(sheet.title) == _name_key(sheet_name):
            return sheet, []
    if len(visible) == 1:
        return visible[0], [f"没有名为“{sheet_name}”的工作表，读取了唯一的工作表“{visible[0].title}”"]
    titles = "、".join(f"“{sheet.title}”" for sheet in visible[:10])
    raise UnreadableWorkbook(f"没有名为“{sheet_name}”的工作表，现有{titles}")


def _tag(name):
    return f"{{{SHEET_MAIN_NS}}}{name}"


ROW, CELL, VALUE, FORMULA, MERGE = map(_tag, ("row", "c", "v", "f", "mergeCell"))
STRING, INLINE, RUN, TEXT = map(_tag, ("si", "is", "r", "t"))
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _read_cells(package, sheet):
    """({row number: {column number: value}}, merged ranges), empty cells left out.

    openpyxl's own readers either ignore merged ranges and pad every row, or keep an object for each cell, and neither
    tells a formula without a result from an empty cell. So the sheet's XML is read here, with openpyxl's epoch and date
    formats (private names; pyproject.toml pins openpyxl).
    """
    rows, merges = {}, []
    number = 0
    with package.archive.open(sheet.part) as source:
        for _, element in iterparse(source, forbid_dtd=True):
            if element.tag == ROW:
                number = int(element.get("r") or number + 1)
                column = 0
                values = rows.get(number, {})
                for cell in element.iterfind(CELL):
                    reference = cell.get("r")
                    column = coordinate_to_tuple(reference)[1] if reference else column + 1
                    value = _cell_value(cell, package)
                    if not _is_blank(value):
                        values[column] = value
                element.clear()
                if values:
                    rows[number] = values
                    if len(rows) > MAX_ROWS + 1:
                        raise UnreadableWorkbook(f"工作表“{sheet.title}”超过 {MAX_ROWS} 行，请分成几个文件")
            elif element.tag == MERGE:
                merges.append(range_boundaries(element.get("ref")))
    return rows, merges


def _cell_value(cell, package):
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find(INLINE)
        return None if inline is None else _string(inline)
    raw = cell.findtext(VALUE)
    formula = cell.find(FORMULA)
    if formula is not None and not raw and not (kind == "str" and raw is not None):
        text = "=" + formula.text if formula.text else "公式"
        return BadCell(text, "计算结果，请在 Excel 或 WPS 中打开并保存后再上传", "是没有计算结果的公式")
    if not raw:
        return None
    match kind:
        case "s":
            return package.strings[int(raw)]
        case "str":
            return _unescaped(raw)
        case "b":
            return raw == "1"
        case "e":
            return BadCell(raw, "正常的内容", "是错误值")
        case "d":
            return from_ISO8601(raw)
    style, workbook = int(cell.get("s", 0)), package.workbook
    value = float(raw) if re.search(r"[.eE]", raw) else int(raw)
    if style not in workbook._date_formats:
        return value
    try:
        return from_excel(value, workbook.epoch, timedelta=style in workbook._timedelta_formats)
    except (OverflowError, ValueError):
        return BadCell(raw, "有效日期", "不是有效日期")


def _string(element):
    """The text of a string with all its runs; the phonetic guide (rPh) is not part of it."""
    parts = []
    for child in element:
        if child.tag == TEXT:
            parts.append(child.text or "")
        elif child.tag == RUN:
            parts.append(child.findtext(TEXT) or "")
    return _unescaped("".join(parts))


def _unescaped(text):
    """Excel writes what XML cannot hold as _x000D_ (ECMA-376 part 1, 22.9.2.19)."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _table(title, rows, merges, columns, notes):
    if not rows:
        raise UnreadableWorkbook(f"工作表“{title}”是空的，没有表头")
    header = min(rows)
    inherited = _apply_merges(title, rows, merges, header)
    places, unknown = _places(title, header, rows[header], columns)
    found, empty, totals, headless = [], [], [], set()
    for number in sorted(rows):
        cells = rows[number]
        if number == header or not cells:
            continue
        first = cells[min(cells)]
        if isinstance(first, str) and TOTALS.fullmatch(_name_key(first)):
            totals.append(number)
            continue
        headless.update(column for column in cells if column not in rows[header])
        if not any(column in cells for column in places.values()):
            empty.append(number)
            continue
        cells = inherited.get(number, {}) | cells
        found.append(Row(number, {name: cells.get(column) for name, column in places.items()}))
    notes = list(notes)
    if totals:
        notes.append(f"{_numbers(totals)}是合计行，未读取")
    if empty:
        notes.append(f"{_numbers(empty)}在可识别的列中没有内容，未读取")
    if headless:
        letters = "、".join(get_column_letter(column) for column in sorted(headless)[:10])
        notes.append(f"{letters} 列没有表头，未读取")
    if any(row.number in inherited for row in found):
        notes.append("纵向合并的单元格，各行都按合并区域首格的内容读取")
    return Table(title, found, unknown, notes)


def _places(title, header, cells, columns):
    """({column name: column number}, unknown headers), everything that is wrong with the header named at once."""
    wanted = {_name_key(column.name): column for column in columns}
    places, unknown, twice = {}, [], []
    for number in sorted(cells):
        column = wanted.get(_name_key(_shown(cells[number])))
        if column is None:
            unknown.append(_single_line(str(cells[number])))
        elif column.name in places:
            twice.append(column.name)
        else:
            places[column.name] = number
    faults = []
    if columns and not places:
        names = "、".join(column.name for column in columns if column.required) or columns[0].name
        raise UnreadableWorkbook(f"工作表“{title}”第 {header} 行应为表头，但没有一列可以识别；应有：{names}")
    if missing := [column.name for column in columns if column.required and column.name not in places]:
        faults.append(f"缺少必需的列：{'、'.join(missing)}")
    if twice:
        faults.append(f"列重复：{'、'.join(dict.fromkeys(twice))}")
    if faults:
        raise UnreadableWorkbook(f"工作表“{title}”的表头（第 {header} 行）{'；'.join(faults)}")
    return places, unknown


def _apply_merges(title, rows, merges, header):
    """{row: {column: value}} of what merged cells pass down; what lies hidden under a merged range is removed.

    Only columns are filled, not rows, and nothing comes down from the header or a title above it. Rows that hold
    nothing of their own have no number in `rows` and so stay blank: one record over two lines is one record.
    """
    inherited, touched = {}, 0
    numbers = sorted(rows)
    for left, top, right, bottom in merges:
        if None in (left, top, right, bottom):
            continue
        value = rows.get(top, {}).get(left)
        inside = numbers[bisect_left(numbers, top) : bisect_right(numbers, bottom)]
        touched += len(inside)
        if touched > MAX_MERGED:
            raise UnreadableWorkbook(f"工作表“{title}”的合并单元格过多，请取消合并后再上传")
        for number in inside:
            cells = rows[number]
            for column in [one for one in cells if left <= one <= right and (number, one) != (top, left)]:
                del cells[column]
            if number > top > header and value is not None:
                inherited.setdefault(number, {})[left] = value
    return inherited


def _numbers(numbers):
    """第 3、7 至 9 行"""
    runs = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = "、".join(str(first) if first == last else f"{first} 至 {last}" for first, last in runs[:10])
    return f"第 {shown} {'等' if len(runs) > 10 else ''}行"


# understanding a cell

WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
"""Full-width digits and letters to the usual ones, and only these: Chinese punctuation is full-width by right."""
INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb\ufffe\uffff]")  # noqa: E501  # fmt: skip
"""Control and format characters, direction overrides, lone surrogates, what is no character at all."""
CHINESE = "[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
BREAK_IN_CHINESE = re.compile(rf"(?<={CHINESE})\s*[\r\n\v\f\x85\u2028\u2029]\s*(?={CHINESE})")
BLANK_IN_CHINESE = re.compile(rf"(?<={CHINESE})\s+(?={CHINESE})")
DATE = re.compile(
    r"(\d{4})\s*(?:[-‐-―−/.]\s*(\d{1,2})\s*[-‐-―−/.]\s*(\d{1,2})|年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号])"
    r"(?:[T\s]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
FIRST_YEAR, LAST_YEAR = 1900, 2199
SERIALS = range(32_874, 73_051)
"""Excel's numbers of the days 1990–2099. Anything else in a date column is no date that lost its format."""
DATE_EXPECTED = "日期，如 2020-03-10、2020/3/10 或 2020年3月10日"
YES = {"是", "√", "✓", "✔", "☑", "重点", "重点提案", "Y", "YES", "TRUE", "1"}
NO = {"否", "×", "✗", "✘", "☐", "非重点", "一般", "N", "NO", "FALSE", "0", ""}


def as_text(value: object, *, max_length: int | None = None, multiline: bool = False) -> str:
    """The text of a cell, "" when it is empty.

    Full-width letters and digits become half-width, numbers lose an idle ".0" (84.0 → "84"), control and invisible
    characters go. On one line blanks and line breaks collapse into one blank, into none where a line broke between
    two Chinese characters; with `multiline` lines are kept and only trimmed.
    Raises CellError for text longer than `max_length` characters, for error values and formulas without a result.
    """
    text = _plain_text(value).translate(WIDE)
    text = "\n".join(map(_single_line, text.splitlines())).strip("\n") if multiline else _single_line(text)
    if max_length is not None and len(text) > max_length:
        raise CellError(f"不超过 {max_length} 个字", f"有 {len(text)} 个字，太长")
    return text


def as_date(value: object) -> datetime.date | None:
    """The day in a cell, None when it is empty or says so (—, /, 无). Raises CellError.

    Understood: Excel dates and their bare numbers, 2020-03-10, 2020/3/10, 2020.3.10, 2020年3月10日, 20200310, with
    full-width digits and a time of day, which is dropped.
    """
    match value:
        case datetime.datetime():
            found = value.date()
        case datetime.date():
            found = value
        case bool() | float() if isinstance(value, bool) or not math.isfinite(value):
            found = None
        case int() | float() if math.floor(value) in SERIALS:
            found = from_excel(math.floor(value)).date()
        case _:
            text = unicodedata.normalize("NFKC", as_text(value))
            if not text or text in NOTHING:
                return None
            found = _written_date(text)
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise CellError(DATE_EXPECTED, "不是有效日期")
    return found


def _written_date(text):
    """The date a text names, None when it names none."""
    match = DATE.fullmatch(text) or COMPACT_DATE.fullmatch(text)
    if match is None:
        return None
    try:
        return datetime.date(*(int(part) for part in match.groups() if part))
    except ValueError:
        return None


def as_names(value: object, *, max_length: int | None = 100) -> list[str]:
    """The units or people in a cell, each once, in their order; [] when it is empty or says so (—, /, 无).

    They are separated by 、 or by a comma, a semicolon or a line break, but not inside brackets. Blanks inside a
    Chinese name (张　三) go. Raises CellError for a name longer than `max_length`.
    """
    text = as_text(value, multiline=True)
    if text in NOTHING:
        return []
    names = (BLANK_IN_CHINESE.sub("", _single_line(part)) for part in re.split(r"[、，,；;\n](?![^（(]*[）)])", text))
    names = list(dict.fromkeys(name for name in names if name))
    if max_length is not None and any(len(name) > max_length for name in names):
        raise CellError(f"用顿号分开的名称，每个不超过 {max_length} 个字", "含有过长的名称")
    return names


def as_flag(value: object) -> bool:
    """Yes or no: 是 √ 重点 against 否 × and an empty cell. Raises CellError for anything else."""
    text = unicodedata.normalize("NFKC", as_text(value)).upper()
    if text in YES:
        return True
    if text in NO or text in NOTHING:
        return False
    raise CellError("“是”“否”“√”或空白")


def _plain_text(value):
    match value:
        case None:
            return ""
        case str():
            return value
        case BadCell():
            raise CellError(value.expected, value.why)
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float():
            if not math.isfinite(value):
                raise CellError("文字或数字", "不是有效的数")
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime.datetime():
            return f"{value:%Y-%m-%d}" if value.time() == datetime.time() else f"{value:%Y-%m-%d %H:%M}"
    return str(value)


def _single_line(text):
    """One line without a blank at its ends; Python counts the ideographic and the no-break blank as blanks."""
    return " ".join(BREAK_IN_CHINESE.sub("", INVISIBLE.sub("", text)).split())


def _is_blank(value):
    return value is None or (isinstance(value, str) and not _single_line(value))


def _name_key(text):
    """What is left of a header or a sheet's name when nothing counts but its letters."""
    return "".join(unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).split()).strip("*").casefold()


def _shown(value):
    """A cell's value for a person: one line, not too long."""
    try:
        text = value.text if isinstance(value, BadCell) else _plain_text(value)
    except CellError:
        text = str(value)
    text = _single_line(text)
    return text if len(text) <= 50 else text[:50] + "…"


# writing

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
"""A spreadsheet may take such text for a formula once somebody edits the cell."""
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
SHEET_NAME_UNFIT = re.compile(r"[\[\]:*?/\\]")
EPOCH = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook's times have no zone
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
FONT = "宋体"


def write_table(
    sheet_name: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    widths: Mapping[str, float] | None = None,
) -> bytes:
    """An .xlsx with one sheet: a styled, frozen header with a filter, then the rows, each as long as the header.

    Dates become Excel dates (yyyy-mm-dd), numbers stay numbers, 是/否 stands for a bool. Text is always a text cell,
    never a formula, and reads back the same; only what XML cannot hold is dropped. The same input gives the same
    bytes. `widths` by header, in characters; other columns are as wide as their content, within reason.
    Raises ValueError for a row of another length, an aware datetime, text beyond Excel's limit of one cell.
    """
    headers, rows = list(headers), [[_kind(value) for value in row] for row in rows]
    titles = [_writable(name) for name in headers]
    if bad := next((number for number, row in enumerate(rows, 1) if len(row) != len(headers)), None):
        raise ValueError(f"row {bad} has {len(rows[bad - 1])} cells, the header has {len(headers)}")
    workbook = Workbook(write_only=True)
    workbook.properties.creator = ""
    workbook.properties.created = EPOCH
    sheet = workbook.create_sheet(SHEET_NAME_UNFIT.sub(" ", sheet_name)[:31])
    _set_up(sheet, headers, rows, widths or {})
    sheet.append([_header_cell(sheet, title) for title in titles])
    cells = [{} for _ in headers]  # a cell of each kind a column; written at once, so the next row may use it again
    for row in rows:
        sheet.append([_filled(sheet, kinds, *cell) for kinds, cell in zip(cells, row, strict=True)])
    output = io.BytesIO()
    workbook.save(output)
    return _without_times(output.getvalue())


def _set_up(sheet, headers, rows, widths):
    sheet.freeze_panes = "A2"
    if headers:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(headers))}{len(rows) + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    for number, name in enumerate(headers, 1):
        width = widths.get(name)
        if width is None:
            samples = [_width(row[number - 1][1]) + 2 for row in rows[:200]]
            width = min(max(8, _width(name) + 4, *samples), 50)
        sheet.column_dimensions[get_column_letter(number)].width = width


def _header_cell(sheet, title):
    cell = WriteOnlyCell(sheet)
    cell.value, cell.data_type = title, "s"
    cell.font = Font(name=FONT, bold=True)
    cell.fill = PatternFill("solid", fgColor="DDE6F0")
    cell.border = Border(bottom=Side("thin"))
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    return cell


def _filled(sheet, kinds, kind, value):
    """The column's cell of this kind, holding the value; None for an empty one."""
    if value is None:
        return None
    cell = kinds.get(kind)
    if cell is None:
        cell = kinds[kind] = WriteOnlyCell(sheet)
        cell.font = Font(name=FONT)
        cell.alignment = Alignment(vertical="top", wrap_text=kind in ("text", "guarded"))
        cell.number_format = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm", "number": "General"}.get(kind, "@")
        if kind == "guarded":
            cell.quotePrefix = True
    cell.value = value
    if kind in ("text", "guarded"):
        cell.data_type = "s"  # openpyxl would make a formula of "=…" and an error of "#N/A"
    return cell


def _kind(value):
    """(kind of cell, value to store). Raises ValueError for what cannot be stored."""
    match value:
        case None | "":
            return "", None
        case bool():
            return "text", "是" if value else "否"
        case int() if abs(value) < 10**15:  # Excel keeps 15 digits
            return "number", value
        case float() | Decimal() if math.isfinite(value):
            return "number", value
        case datetime.datetime():
            if value.tzinfo is not None:
                raise ValueError(f"a workbook's times have no zone: {value!r}")
            return ("datetime", value) if value.year >= 1900 else ("text", value.isoformat(" "))
        case datetime.date():
            return ("date", value) if value.year >= 1900 else ("text", value.isoformat())
    text = UNWRITABLE.sub("", str(value))
    return "guarded" if text.startswith(FORMULA_STARTS) else "text", _writable(text) or None


def _writable(text):
    """The text as XML can hold it, escaped as Excel does it. Raises ValueError when one cell cannot hold it."""
    text = UNWRITABLE.sub("", text)
    if len(text) > MAX_TEXT // 2 and len(text.encode("utf-16-le")) // 2 > MAX_TEXT:
        raise ValueError(f"text of {len(text)} characters does not fit into a cell")
    if "_x" in text:
        text = ESCAPED.sub(r"_x005F\g<0>", text)
    return text.replace("\r", "_x000D_")


def _width(value):
    """Width on the screen in half-width characters, of the longest line."""
    if isinstance(value, datetime.date):
        return 10
    lines = ("" if value is None else str(value)).splitlines() or [""]
    return max(sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in line[:60]) for line in lines)


def _without_times(data):
    """The same archive with fixed times in it: openpyxl stamps the moment of saving in three places."""
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(output, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = MODIFIED.sub(rb"\g<1>" + f"{EPOCH:%Y-%m-%dT%H:%M:%SZ}".encode(), content)
            target.writestr(zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return output.getvalue()
