# ruff: noqa: DTZ001 - a workbook's times have no zone
"""Workbooks: what people mean is understood, what is hostile is refused, what is written is what was given."""

import datetime
import io
import struct
import time
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import Protection
from openpyxl.worksheet.datavalidation import DataValidation

from apps.documents import workbooks
from apps.documents.workbooks import (
    BadCell,
    CellError,
    Column,
    Problem,
    Row,
    UnreadableWorkbook,
    as_date,
    as_flag,
    as_names,
    as_text,
    read_table,
    write_table,
)

COLUMNS = [Column("案号", required=True), Column("案由", required=True), Column("交办日期"), Column("主办单位")]
HEADERS = [column.name for column in COLUMNS]


def book(*rows, sheet="台账", change=lambda sheet: None):
    """A real workbook as bytes; `change` may merge, format, hide."""
    workbook = openpyxl.Workbook()
    workbook.active.title = sheet
    for row in rows:
        workbook.active.append(row)
    change(workbook.active)
    return saved(workbook)


def saved(workbook):
    output = io.BytesIO()
    workbook.save(output)
    return output.getvalue()


def with_parts(data, changes=None, dropped=(), **options):
    """The archive with parts replaced (bytes, or a function of the old bytes), added or dropped."""
    changes = dict(changes or {})
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            change = changes.pop(name, content)
            if name not in dropped:
                target.writestr(name, change(content) if callable(change) else change)
        for name, content in changes.items():
            target.writestr(name, content)
    return output.getvalue()


def with_sheet_xml(xml, strings=None):
    """A workbook whose sheet data is exactly `xml`, as other programs may write it."""

    def replace(old):
        head, tail = old.split(b"<sheetData", 1)[0], old.split(b"</sheetData>", 1)[-1]
        return head + b"<sheetData>" + xml.encode() + b"</sheetData>" + tail

    data = with_parts(book(["x"]), {"xl/worksheets/sheet1.xml": replace})
    if strings is None:
        return data
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    return with_parts(
        data,
        {
            "xl/sharedStrings.xml": f'<sst xmlns="{main}">{strings}</sst>'.encode(),
            "[Content_Types].xml": lambda old: old if b"sharedStrings" in old else old.replace(b"</Types>", override),
        },
    )


def cells(data, columns=COLUMNS, sheet="台账"):
    return [row.cells for row in read_table(data, sheet, columns).rows]


def refusal(data, columns=COLUMNS, sheet="台账"):
    with pytest.raises(UnreadableWorkbook) as refused:
        read_table(data, sheet, columns)
    return str(refused.value)


# reading


def test_rows_come_with_their_numbers_and_columns_in_any_order():
    data = book(
        [],
        ["序号", "主办单位", "案由", "案号", "交办日期"],
        [1, "区住建委", "关于停车的建议", "084", datetime.date(2020, 3, 10)],
        [],
        [2, None, "关于绿化的建议", 85, "2020.3.11"],
    )
    table = read_table(data, "台账", COLUMNS)
    assert table.sheet == "台账"
    assert table.rows == [
        Row(
            3,
            {
                "案号": "084",
                "案由": "关于停车的建议",
                "交办日期": datetime.datetime(2020, 3, 10),
                "主办单位": "区住建委",
            },
        ),
        Row(5, {"案号": 85, "案由": "关于绿化的建议", "交办日期": "2020.3.11", "主办单位": None}),
    ]
    assert table.unknown_columns == ["序号"]
    assert table.notes == []


def test_file_may_be_bytes_a_path_or_an_open_file(tmp_path):
    data = book(["案号", "案由"], ["084", "甲"])
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(data)
    with path.open("rb") as opened:
        tables = [read_table(file, "台账", COLUMNS) for file in (data, path, str(path), opened, io.BytesIO(data))]
    assert all(table == tables[0] for table in tables)


@pytest.mark.parametrize("name", ["案号*", " 案 号 ", "案号＊", "案\n号", "案号 *", "*案号", "　案号\u200b"])
def test_header_names_are_tolerant(name):
    assert cells(book([name, "案由"], ["084", "甲"])) == [{"案号": "084", "案由": "甲"}]


def test_header_names_in_full_width_letters_are_known():
    assert cells(book(["ＩＤ（号）"], ["x"]), [Column("ID(号)", required=True)]) == [{"ID(号)": "x"}]


def test_a_column_the_sheet_lacks_has_no_key_but_an_empty_cell_has():
    assert cells(book(["案号", "案由", "主办单位"], ["084", "甲", None])) == [
        {"案号": "084", "案由": "甲", "主办单位": None}
    ]


def test_everything_wrong_with_the_header_is_named_at_once():
    columns = [*COLUMNS, Column("提案者", required=True)]
    message = refusal(book(["案号", "主办单位", "案号＊"], ["084"]), columns)
    assert "第 1 行" in message
    assert "缺少必需的列：案由、提案者" in message
    assert "列重复：案号" in message


def test_title_above_the_header_is_refused_with_what_was_expected():
    message = refusal(book(["九届四次会议提案台账"], ["案号", "案由"], ["084", "甲"]))
    assert "第 1 行应为表头" in message
    assert "案号、案由" in message


def test_empty_sheet_is_refused():
    assert "是空的" in refusal(book())
    assert "是空的" in refusal(book([None, " ", "\u3000\n"]))


def test_header_without_rows_gives_none():
    assert cells(book(["案号", "案由"])) == []


@pytest.mark.parametrize("total", ["合计", "总计", "小 计", "合计：", "合计（件）", "合计:197件", "　合计"])
def test_totals_rows_are_left_out_with_a_note(total):
    table = read_table(
        book(["案号", "案由"], ["001", "甲"], [total, "1"], [None, total], ["002", "乙"]), "台账", COLUMNS
    )
    assert [row.number for row in table.rows] == [2, 5]
    assert table.notes == ["第 3 至 4 行是合计行，未读取"]


def test_text_that_only_begins_like_a_total_is_kept():
    assert len(cells(book(["案号", "案由"], ["合计算法", "甲"], ["001", "合计"]))) == 2


def test_rows_with_nothing_in_known_columns_are_left_out_with_a_note():
    table = read_table(book(["序号", "案号", "案由"], [1, "001", "甲"], [2], [3], [5, None, " "]), "台账", COLUMNS)
    assert [row.number for row in table.rows] == [2]
    assert table.notes == ["第 3 至 5 行在可识别的列中没有内容，未读取"]


def test_content_without_a_header_is_noted():
    table = read_table(book(["案号", "案由"], ["001", "甲", None, "旁注"]), "台账", COLUMNS)
    assert table.notes == ["D 列没有表头，未读取"]


def test_vertical_merges_fill_down_and_horizontal_ones_do_not_spread():
    def change(sheet):
        sheet.merge_cells("D2:D4")
        sheet.merge_cells("A5:B5")
        sheet.merge_cells("C6:D7")

    table = read_table(
        book(
            HEADERS,
            ["001", "甲", None, "区住建委"],
            ["002", "乙", None, None],
            ["003", "丙", None, None],
            ["004", None, None, "区教委"],
            ["005", "丁", "2020-03-10", None],
            ["006", "戊", None, None],
            change=change,
        ),
        "台账",
        COLUMNS,
    )
    assert [row.cells["主办单位"] for row in table.rows] == ["区住建委"] * 3 + ["区教委", None, None]
    assert table.rows[3].cells["案由"] is None
    assert [row.cells["交办日期"] for row in table.rows[4:]] == ["2020-03-10"] * 2
    assert any("合并" in note for note in table.notes)


def test_one_record_merged_over_two_lines_is_one_row():
    def change(sheet):
        for column in "ABCD":
            sheet.merge_cells(f"{column}2:{column}3")

    table = read_table(book(HEADERS, ["001", "甲", None, "乙"], [], ["002", "丙"], change=change), "台账", COLUMNS)
    assert [row.number for row in table.rows] == [2, 4]


def test_a_header_over_two_lines_does_not_come_down():
    data = book(["案号", "案由", "答复"], [None, None, "日期"], ["001", "甲"], change=lambda s: s.merge_cells("A1:A2"))
    table = read_table(data, "台账", [*COLUMNS, Column("答复")])
    assert table.rows[0].cells["案号"] is None


def test_values_hidden_under_a_merge_do_not_count():
    data = with_sheet_xml(
        '<row r="1"><c r="A1" t="str"><v>案号</v></c><c r="B1" t="str"><v>案由</v></c></row>'
        '<row r="2"><c r="A2" t="str"><v>001</v></c><c r="B2" t="str"><v>甲</v></c></row>'
        '<row r="3"><c r="A3" t="str"><v>stale</v></c><c r="B3" t="str"><v>乙</v></c></row>'
        '</sheetData><mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells><sheetData>'
    )
    data = with_parts(data, {"xl/worksheets/sheet1.xml": lambda old: old.replace(b"<sheetData></sheetData>", b"")})
    assert [row["案号"] for row in cells(data)] == ["001", "001"]


def test_hidden_and_filtered_rows_are_read():
    def change(sheet):
        sheet.row_dimensions[2].hidden = True
        sheet.auto_filter.ref = "A1:B3"
        sheet.column_dimensions["B"].hidden = True

    assert [row["案号"] for row in cells(book(["案号", "案由"], ["001", "甲"], ["002", "乙"], change=change))] == [
        "001",
        "002",
    ]


def test_what_openpyxl_warns_of_does_no_harm():
    def change(sheet):
        sheet.add_data_validation(DataValidation(type="list", formula1='"A,B"', sqref="A2:A9"))
        sheet["A2"].comment = Comment("批注", "某人")
        sheet["A2"].protection = Protection(locked=True)
        sheet["A2"].hyperlink = "https://example.invalid/"
        sheet["B2"].number_format = "yyyy-mm-dd"
        sheet["B2"] = 1e12

    found = cells(book(["案号", "案由"], ["001", "甲"], change=change))
    assert isinstance(found[0]["案由"], BadCell)


def test_missing_sheet_falls_back_to_the_only_visible_one():
    workbook = openpyxl.load_workbook(io.BytesIO(book(["案号", "案由"], ["001", "甲"], sheet="Sheet1")))
    workbook.create_sheet("WpsReserved_CellImgList").sheet_state = "hidden"
    table = read_table(saved(workbook), "台账", COLUMNS)
    assert (table.sheet, len(table.rows)) == ("Sheet1", 1)
    assert table.notes == ["没有名为“台账”的工作表，读取了唯一的工作表“Sheet1”"]


def test_missing_sheet_among_several_is_refused_with_their_names():
    workbook = openpyxl.load_workbook(io.BytesIO(book(["案号"], sheet="甲")))
    workbook.create_sheet("乙")
    assert refusal(saved(workbook)) == "没有名为“台账”的工作表，现有“甲”、“乙”"
    assert read_table(saved(workbook), " 甲 ", [Column("案号")]).sheet == "甲"
    assert "只读取了第一个“甲”" in read_table(saved(workbook), None, [Column("案号")]).notes[0]


def test_chart_sheets_are_passed_over():
    workbook = openpyxl.load_workbook(io.BytesIO(book(["案号", "案由"], ["001", "甲"])))
    workbook.create_chartsheet("图", 0)
    assert len(read_table(saved(workbook), None, COLUMNS).rows) == 1


def test_formula_gives_its_result_or_an_error():
    data = with_sheet_xml(
        '<row r="1"><c r="A1" t="str"><v>案号</v></c><c r="B1" t="str"><v>案由</v></c></row>'
        '<row r="2"><c r="A2"><f>41+43</f><v>84</v></c><c r="B2" t="str"><f>"甲"</f><v>甲</v></c></row>'
        '<row r="3"><c r="A3"><f>1+1</f></c><c r="B3" t="str"><f>""</f><v></v></c></row>'
        '<row r="4"><c r="A4"><f>1+1</f><v/></c><c r="B4" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    second, third, fourth = cells(data)
    assert second == {"案号": 84, "案由": "甲"}
    assert third["案由"] is None
    for cell in (third["案号"], fourth["案号"], fourth["案由"]):
        for parse in (as_text, as_date, as_names, as_flag):
            with pytest.raises(CellError):
                parse(cell)
    assert str(third["案号"]) == "=1+1"
    problem = Problem.of("台账", Row(3, third), "案号", _error(as_text, third["案号"]))
    assert str(problem) == (
        "工作表“台账”第 3 行“案号”：“=1+1”是没有计算结果的公式，应为计算结果，请在 Excel 或 WPS 中打开并保存后再上传"
    )


def test_formula_saved_by_openpyxl_has_no_result():
    assert isinstance(cells(book(["案号", "案由"], ["=1+1", "甲"]))[0]["案号"], BadCell)


def test_shared_and_rich_strings_are_read_without_their_reading_aid():
    data = with_sheet_xml(
        '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
        '<row r="3"><c r="A3" t="s"><v>2</v></c><c r="B3" t="s"><v>3</v></c></row>',
        strings="<si><t>案号</t></si><si><t>案由</t></si><si><r><t>0</t></r><r><rPr><b/></rPr><t>84</t></r>"
        '<rPh sb="0" eb="1"><t>ling</t></rPh></si><si><t xml:space="preserve">甲_x000D_\n_x005F_x000D_ </t></si>',
    )
    table = read_table(data, "台账", COLUMNS)
    assert table.rows == [Row(3, {"案号": "084", "案由": "甲\r\n_x000D_ "})]


def test_dates_of_both_systems_are_read():
    for epoch in (openpyxl.utils.datetime.WINDOWS_EPOCH, openpyxl.utils.datetime.MAC_EPOCH):
        workbook = openpyxl.Workbook()
        workbook.epoch = epoch
        workbook.active.append(["案号", "案由", "交办日期"])
        workbook.active.append(["001", "甲", datetime.date(2020, 3, 10)])
        found = read_table(saved(workbook), None, COLUMNS).rows[0].cells["交办日期"]
        assert as_date(found) == datetime.date(2020, 3, 10)


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_ROWS", 30)
    rows = [[f"{number:03}", "甲"] for number in range(30)]
    assert len(cells(book(["案号", "案由"], *rows))) == 30
    assert "超过 30 行" in refusal(book(["案号", "案由"], *rows, ["031", "乙"]))


def test_cell_far_away_costs_nothing():
    def change(sheet):
        sheet["XFD1048576"] = " "
        sheet["XFC900000"] = "远"

    begun = time.perf_counter()
    table = read_table(book(["案号", "案由"], ["001", "甲"], change=change), "台账", COLUMNS)
    assert time.perf_counter() - begun < 5
    assert len(table.rows) == 1


# hostile and broken files


@pytest.mark.parametrize(
    "data, words",
    [
        (b"", "空的"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "Workbook".encode("utf-16-le"), ".xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "密码"),
        ("案号,案由\n084,甲".encode(), "不是 .xlsx"),
        (b"<html><table></table></html>", "不是 .xlsx"),
        (b"%PDF-1.7", "不是 .xlsx"),
        (b"PK\x03\x04" + b"\0" * 100, "损坏"),
        (b"PK\x05\x06" + b"\0" * 18, "不是 .xlsx"),
    ],
)
def test_what_is_no_workbook_is_refused_by_content(data, words):
    assert words in refusal(data)


def test_other_zip_archives_are_refused():
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    assert "不是 .xlsx" in refusal(output.getvalue())


def test_truncated_and_damaged_workbooks_are_refused():
    data = book(["案号", "案由"], *([str(number), "甲"] for number in range(300)))
    for broken in (data[: len(data) // 2], data[:-30], data[:-200] + b"\0" * 200):
        assert "损坏" in refusal(broken)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        place = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 200
    assert "损坏" in refusal(
        data[:place] + bytes(byte ^ 0xFF for byte in data[place : place + 40]) + data[place + 40 :]
    )


@pytest.mark.parametrize(
    "part", ["[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"]
)
def test_missing_or_malformed_parts_are_refused(part):
    data = book(["案号", "案由"], ["001", "甲"])
    assert refusal(with_parts(data, dropped=[part]))
    assert "损坏" in refusal(with_parts(data, {part: lambda old: old[: len(old) // 2]}))
    assert refusal(with_parts(data, {part: b"<a/>"}))


@pytest.mark.parametrize(
    "xml",
    [
        '<row r="x"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="1A"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>one</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
        '<row r="1"><c r="A1" t="d"><v>never</v></c></row>',
        '<row r="1"><c r="A1" s="x"><v>1</v></c></row>',
    ],
)
def test_nonsense_inside_a_sheet_is_refused(xml):
    assert "损坏" in refusal(with_sheet_xml(xml))


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY c SYSTEM "file:///secret">]>'


@pytest.mark.parametrize("prolog", [BOMB, EXTERNAL, b'<?xml version="1.0"?><!DOCTYPE x>'])
@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"]
)
def test_entities_are_refused_wherever_they_stand(part, prolog):
    def change(old):
        return prolog + (old.split(b"?>", 1)[1] if old.startswith(b"<?xml") else old)

    assert "实体" in refusal(with_parts(book(["案号", "案由"], ["&c;", "甲"]), {part: change}))


def test_entities_in_utf16_are_refused():
    text = BOMB.decode().replace('version="1.0"', 'version="1.0" encoding="UTF-16"') + "<worksheet/>"
    data = with_parts(book(["案号"]), {"xl/worksheets/sheet1.xml": text.encode("utf-16")})
    assert "实体" in refusal(data)


def test_entities_in_a_part_without_the_usual_name_are_refused():
    data = book(["案号", "案由"], ["001", "甲"])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    data = with_parts(
        data,
        {
            "xl/_rels/workbook.xml.rels": lambda old: old.replace(b"sheet1.xml", b"sheet1.bin"),
            "xl/worksheets/sheet1.bin": BOMB + sheet,
        },
    )
    assert "实体" in refusal(data)


def test_masses_of_elements_in_a_part_without_the_usual_name_are_refused():
    data = with_parts(book(["案号"]), {"xl/workbook.bin": b"<a>" + b"<b/>" * 400_000 + b"</a>"})
    assert "内容过多" in refusal(data)


def test_pictures_and_other_parts_do_no_harm():
    parts = {"xl/media/image1.png": b"\x89PNG\r\n\x1a\n<!DOCTYPE", "xl/drawings/old.vml": b"<xml><br></xml>", "x/": b""}
    assert len(cells(with_parts(book(["案号", "案由"], ["001", "甲"]), parts))) == 1


def test_zip_bomb_is_refused_before_it_is_unpacked():
    data = with_parts(book(["案号"]), {"xl/media/zeros.bin": b"\0" * (workbooks.MAX_UNPACKED + 1)})
    assert len(data) < 1024 * 1024
    begun = time.perf_counter()
    assert "解压后超过 300 MB" in refusal(data)
    assert time.perf_counter() - begun < 5


def test_zip_that_lies_about_its_size_is_refused():
    data = bytearray(with_parts(book(["案号"]), {"xl/worksheets/sheet1.xml": b" " * 10_000_000 + b"<a/>"}))
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = -1
        while (place := data.find(signature, place + 1)) >= 0:
            if struct.unpack_from("<I", data, place + offset)[0] == 10_000_004:
                struct.pack_into("<I", data, place + offset, 100)
    assert "损坏" in refusal(bytes(data))


def test_too_many_entries_are_refused():
    data = with_parts(book(["案号"]), {f"xl/media/{number}.png": b"" for number in range(workbooks.MAX_ENTRIES + 1)})
    assert "文件过多" in refusal(data)


def test_large_file_is_refused_unread():
    class Endless:
        def read(self, size):
            return b"PK" + b"\0" * (size - 2)

    assert "超过 20 MB" in refusal(Endless())
    assert "超过 20 MB" in refusal(b"PK" + b"\0" * workbooks.MAX_BYTES)


def test_encrypted_zip_is_refused():
    data = bytearray(book(["案号"]))
    place = data.find(b"PK\x01\x02")
    data[place + 8] |= 1
    assert "加密" in refusal(bytes(data))


@pytest.mark.parametrize("xml", ["<row/>", '<row r="1">' + "<c/>" * 50 + "</row>"])
def test_masses_of_empty_elements_are_refused(monkeypatch, xml):
    monkeypatch.setattr(workbooks, "MAX_ELEMENTS", 5000)
    assert "内容过多" in refusal(with_sheet_xml(xml * 6000))


def test_masses_of_styles_are_refused():
    change = {"xl/styles.xml": lambda old: old.replace(b"</styleSheet>", b"<x/>" * 400_000 + b"</styleSheet>")}
    assert "内容过多" in refusal(with_parts(book(["案号", "案由"]), change))


def test_masses_of_merges_are_refused(monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_MERGED", 100)

    def change(sheet):
        for column in "CDEFG":
            sheet.merge_cells(f"{column}1:{column}40")

    assert "合并单元格过多" in refusal(book(["案号", "案由"], *([str(n), "甲"] for n in range(40)), change=change))


def test_merge_over_the_whole_sheet_is_no_trouble():
    data = book(["案号", "案由"], ["001", "甲"], change=lambda sheet: sheet.merge_cells("A2:A3"))
    data = with_parts(data, {"xl/worksheets/sheet1.xml": lambda old: old.replace(b"A2:A3", b"A2:XFD1048576")})
    assert cells(data) == [{"案号": "001", "案由": None}]


def test_a_sheet_whose_link_leads_out_of_the_archive_is_not_followed():
    data = with_parts(
        book(["案号"]),
        {"xl/_rels/workbook.xml.rels": lambda old: old.replace(b"/xl/worksheets/sheet1.xml", b"/../../secret")},
    )
    assert "没有工作表" in refusal(data)


# understanding a cell


@pytest.mark.parametrize(
    "value, text",
    [
        (None, ""),
        ("  甲 乙\u3000 丙 ", "甲 乙 丙"),
        ("Ａ类１２３（一），：", "A类123（一），："),
        (84, "84"),
        (84.0, "84"),
        (13983800001.0, "13983800001"),
        (0.1, "0.1"),
        (True, "TRUE"),
        ("关于改善\r\n小区停车的建议", "关于改善小区停车的建议"),
        ("one\ntwo", "one two"),
        ("第1\n2条", "第1 2条"),
        ("甲\x00\x07\u200b\ufeff\u202e乙\ud800", "甲乙"),
        ("\u00a0张\u00a0三", "张 三"),
        ("𠮷野家\ue000", "𠮷野家\ue000"),
        ("㎡ ①", "㎡ ①"),
        (datetime.datetime(2020, 3, 10), "2020-03-10"),
        (datetime.datetime(2020, 3, 10, 14, 5), "2020-03-10 14:05"),
        (datetime.date(2020, 3, 10), "2020-03-10"),
    ],
)
def test_as_text(value, text):
    assert as_text(value) == text


def test_as_text_keeps_lines_when_asked():
    assert as_text(" 一、甲 \r\n\r\n二、 乙\n", multiline=True) == "一、甲\n\n二、 乙"


def test_as_text_has_a_limit():
    assert as_text("甲" * 10, max_length=10) == "甲" * 10
    error = _error(as_text, "甲" * 11, max_length=10)
    assert (error.expected, error.why) == ("不超过 10 个字", "有 11 个字，太长")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_as_text_refuses_what_is_no_number(value):
    with pytest.raises(CellError):
        as_text(value)


@pytest.mark.parametrize(
    "value",
    [
        datetime.datetime(2020, 3, 10),
        datetime.datetime(2020, 3, 10, 23, 59),
        datetime.date(2020, 3, 10),
        "2020-03-10",
        "2020-3-10",
        "2020/3/10",
        "2020.3.10",
        "2020. 3. 10",
        "2020年3月10日",
        "2020 年 03 月 10 日",
        "２０２０年３月１０日",
        "２０２０－０３－１０",
        "２０２０／３／１０",
        "2020–03–10",
        " 2020-03-10\n",
        "2020-03-10 00:00:00",
        "2020-03-10T09:30",
        "20200310",
        20200310,
        43900,
        43900.5,
    ],
)
def test_as_date_understands(value):
    assert as_date(value) == datetime.date(2020, 3, 10)


@pytest.mark.parametrize("value", [None, "", " ", "—", "-", "/", "无", "——"])
def test_as_date_knows_when_there_is_none(value):
    assert as_date(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "2020-02-30",
        "2020年13月1日",
        "2021-02-29",
        "2020-00-10",
        "20-03-10",
        "3月10日",
        "2020年3月",
        "2020-03",
        "10/3/2020",
        "2020-03-10至2020-04-10",
        "待定",
        "0020-03-10",
        "9999-03-10",
        "43900",
        2020,
        84,
        -1,
        20200230,
        True,
        float("nan"),
        datetime.time(9, 30),
        datetime.date(1899, 12, 30),
        datetime.timedelta(days=1),
    ],
)
def test_as_date_refuses(value):
    error = _error(as_date, value)
    assert "2020-03-10" in error.expected


@pytest.mark.parametrize(
    "value, names",
    [
        (None, []),
        ("—", []),
        ("无", []),
        ("区住建委", ["区住建委"]),
        ("区住建委、区城管局，区教委,区卫健委；区民政局;区 司法局", None),
        ("甲、乙、甲、", ["甲", "乙"]),
        ("张　三、李 四", ["张三", "李四"]),
        ("张三\n李四\n", ["张三", "李四"]),
        ("John  Smith、阿依古丽·买买提", ["John Smith", "阿依古丽·买买提"]),
        ("民革区委（张三、李四）、民盟区委(王五,赵六)", ["民革区委（张三、李四）", "民盟区委(王五,赵六)"]),
    ],
)
def test_as_names(value, names):
    if names is None:
        names = ["区住建委", "区城管局", "区教委", "区卫健委", "区民政局", "区司法局"]
    assert as_names(value) == names


def test_as_names_has_a_limit():
    assert "不超过 5 个字" in _error(as_names, "甲、" + "乙" * 6, max_length=5).expected


@pytest.mark.parametrize("value", ["是", "√", "✓", "重点", "重点提案", " 是 ", "Ｙ", "yes", True, 1, 1.0])
def test_as_flag_yes(value):
    assert as_flag(value) is True


@pytest.mark.parametrize("value", ["否", "×", None, "", " ", "非重点", "n", False, 0, "—", "无"])
def test_as_flag_no(value):
    assert as_flag(value) is False


@pytest.mark.parametrize("value", ["也许", 2, datetime.date(2020, 3, 10), "是否"])
def test_as_flag_refuses(value):
    assert "是" in _error(as_flag, value).expected


def _error(parse, value, **options):
    with pytest.raises(CellError) as caught:
        parse(value, **options)
    return caught.value


def test_problem_is_a_sentence():
    error = _error(as_date, "2020-02-30")
    problem = Problem.of("台账", Row(12, {"交办日期": "2020-02-30"}), "交办日期", error)
    assert str(problem) == (
        "工作表“台账”第 12 行“交办日期”：“2020-02-30”不是有效日期，应为日期，如 2020-03-10、2020/3/10 或 2020年3月10日"
    )
    assert problem.as_json() == {
        "sheet": "台账",
        "row": 12,
        "column": "交办日期",
        "value": "2020-02-30",
        "expected": error.expected,
        "why": "不是有效日期",
        "message": str(problem),
    }


@pytest.mark.parametrize("value", [None, "", "  "])
def test_problem_of_an_empty_cell(value):
    assert str(Problem("台账", 3, "案号", value, "案号")) == "工作表“台账”第 3 行“案号”：未填写，应为案号"


def test_problem_shortens_long_values():
    assert len(str(Problem("台账", 3, "案由", "甲\n" * 500, "短些"))) < 120
    assert "nan" in str(Problem("台账", 3, "案由", float("nan"), "数"))


# writing


def test_written_workbook_is_what_people_expect():
    data = write_table(
        "台账",
        ["案号", "交办日期", "件数", "比例", "重点", "时刻"],
        [["084", datetime.date(2020, 3, 10), 3, Decimal("99.5"), True, datetime.datetime(2020, 3, 10, 9, 30)]],
        widths={"案号": 9},
    )
    sheet = openpyxl.load_workbook(io.BytesIO(data))["台账"]
    assert [cell.value for cell in sheet[2]] == [
        "084",
        datetime.datetime(2020, 3, 10),
        3,
        99.5,
        "是",
        datetime.datetime(2020, 3, 10, 9, 30),
    ]
    assert (sheet["B2"].is_date, sheet["B2"].number_format) == (True, "yyyy-mm-dd")
    assert (sheet["A2"].data_type, sheet["A2"].number_format) == ("s", "@")
    assert sheet["A1"].font.bold
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:F2")
    assert sheet.column_dimensions["A"].width == 9


HOSTILE = [
    "=1+1",
    '=cmd|" /C calc"!A0',
    "+8613983800001",
    "-5",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠a",
    "=",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_can_never_be_a_formula_and_reads_back_the_same(text):
    data = write_table("台账", ["甲", "乙"], [["x", text]])
    cell = openpyxl.load_workbook(io.BytesIO(data)).active["B2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert read_table(data, "台账", [Column("甲"), Column("乙")]).rows[0].cells["乙"] == text
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f" not in archive.read("xl/worksheets/sheet1.xml")


def test_hostile_headers_are_text_too():
    data = write_table("台账", ["=1+1", "乙"], [["a", "b"]])
    assert openpyxl.load_workbook(io.BytesIO(data)).active["A1"].data_type == "s"
    assert read_table(data, "台账", [Column("=1+1")]).rows[0].cells == {"=1+1": "a"}


@pytest.mark.parametrize(
    "text", ["#N/A", "TRUE", "1e5", "2020-03-10", "00084", "a\r\nb", "_x000D_", "_x005F_", " 甲 ", "<&>\"'", "😀"]
)
def test_other_text_reads_back_the_same(text):
    data = write_table("台账", ["甲", "乙"], [["x", text]])
    assert read_table(data, "台账", [Column("乙")]).rows[0].cells["乙"] == text


def test_what_xml_cannot_hold_is_dropped():
    data = write_table("台账", ["甲"], [["a\x00b\x0bc\ud800d\uffffe"], ["\x00"]])
    assert [row.cells["甲"] for row in read_table(data, "台账", [Column("甲")]).rows] == ["abcde"]


writable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=40).filter(
    lambda text: not any(ord(one) < 32 and one not in "\t\n\r" for one in text)
)


@settings(deadline=None)
@given(st.lists(writable, min_size=1, max_size=5))
def test_any_text_reads_back_the_same(texts):
    data = write_table("台账", ["首", *(f"列{number}" for number in range(len(texts)))], [["x", *texts]])
    columns = [Column(f"列{number}") for number in range(len(texts))]
    found = read_table(data, "台账", columns).rows
    if any(map(as_text, texts)):
        values = [found[0].cells[column.name] for column in columns]
        assert [value or "" for value in values] == [text if as_text(text) else "" for text in texts]


def test_empty_values_are_empty_cells():
    data = write_table("台账", ["甲", "乙", "丙"], [[None, "", "x"]])
    assert read_table(data, "台账", [Column("甲"), Column("乙"), Column("丙")]).rows[0].cells == {
        "甲": None,
        "乙": None,
        "丙": "x",
    }


def test_same_input_gives_the_same_bytes():
    def write():
        return write_table("台账", ["甲", "乙"], [["x", datetime.date(2020, 3, 10)], ["=y", 1]])

    first = write()
    time.sleep(2.1)  # the clock of a zip archive has steps of two seconds
    assert write() == first


def test_written_table_can_be_empty():
    assert read_table(write_table("台账", ["案号", "案由"], []), "台账", COLUMNS).rows == []


def test_days_before_excel_are_text_and_long_numbers_are_too():
    data = write_table("台账", ["甲", "乙"], [[datetime.date(1899, 12, 31), 510212199001011234]])
    assert read_table(data, "台账", [Column("甲"), Column("乙")]).rows[0].cells == {
        "甲": "1899-12-31",
        "乙": "510212199001011234",
    }


@pytest.mark.parametrize(
    "row", [["a"], ["a", "b", "c"], ["a", datetime.datetime(2020, 3, 10, tzinfo=datetime.UTC)], ["a", "甲" * 32_768]]
)
def test_rows_that_do_not_fit_are_refused(row):
    with pytest.raises(ValueError):
        write_table("台账", ["甲", "乙"], [row])


def test_sheet_names_are_made_to_fit():
    data = write_table("台账/2020:[九届四次会议]" + "长" * 40, ["甲"], [["x"]])
    title = openpyxl.load_workbook(io.BytesIO(data)).active.title
    assert title.startswith("台账 2020  九届四次会议")
    assert len(title) <= 31


def test_five_thousand_rows_take_seconds():
    headers = [f"列{number}" for number in range(26)]
    rows = [
        [f"第{number}行{column}列的文字" for column in range(24)] + [datetime.date(2020, 3, 10), number]
        for number in range(5000)
    ]
    begun = time.perf_counter()
    data = write_table("台账", headers, rows)
    table = read_table(data, "台账", [Column(name) for name in headers])
    assert time.perf_counter() - begun < 30
    assert len(table.rows) == 5000
    assert table.rows[-1].cells["列25"] == 4999
    assert as_date(table.rows[-1].cells["列24"]) == datetime.date(2020, 3, 10)
