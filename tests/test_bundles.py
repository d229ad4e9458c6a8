"""Zips and bound PDFs: real files, hostile ones among them, read back by other programs than wrote them."""

import datetime
import io
import subprocess
import zipfile

import pdfplumber
import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, ImageDraw

from apps.documents.bundles import Part, Unbound, bound, zipped
from apps.documents.content import Letter, Paragraph
from apps.documents.paper import paper_pdf

A4 = (595.3, 841.9)
RED, GREEN, BLUE = (255, 0, 0), (0, 128, 0), (0, 0, 255)


# --- zips ------------------------------------------------------------------------------------------------------------


def zip_of(*files):
    out = io.BytesIO()
    zipped(iter(files), out)
    return out.getvalue()


def names_of(*names):
    with zipfile.ZipFile(io.BytesIO(zip_of(*((name, b"") for name in names)))) as archive:
        return archive.namelist()


def test_zip_unpacks_to_its_files_with_chinese_names(tmp_path):
    content = bytes(range(256)) * 500
    (tmp_path / "out.zip").write_bytes(zip_of(("第084号 答复函（区住房城乡建委）.pdf", content), ("目录.txt", b"\xe4")))
    unpacked = tmp_path / "unpacked"
    done = subprocess.run(
        ["python3", "-m", "zipfile", "-e", tmp_path / "out.zip", unpacked], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert {path.name: path.read_bytes() for path in unpacked.iterdir()} == {
        "第084号 答复函（区住房城乡建委）.pdf": content,
        "目录.txt": b"\xe4",
    }
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.testzip() is None
        assert all(entry.flag_bits & 0x800 for entry in archive.infolist())  # names are UTF-8, and say so
        assert sum(entry.compress_size for entry in archive.infolist()) < len(content) / 10


def test_zip_of_the_same_files_has_the_same_bytes(monkeypatch):
    first = zip_of(("甲.pdf", b"1"), ("乙.pdf", b"2"))
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert zip_of(("甲.pdf", b"1"), ("乙.pdf", b"2")) == first


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("关于3.5亿元资金的复函.pdf", "关于3.5亿元资金的复函.pdf"),
        ("临江府函〔2020〕28号", "临江府函〔2020〕28号"),
        ("../../etc/passwd", "／..／etc／passwd"),
        ("..\\..\\系统.pdf", "＼..＼系统.pdf"),
        ("C:\\a?.docx", "C：＼a？.docx"),
        (".隐藏.pdf", "隐藏.pdf"),
        ("..", "未命名"),
        (".pdf", "未命名.pdf"),
        ("", "未命名"),
        ("a\0b\x1b[31m\r\n\tc.pdf", "ab[31m c.pdf"),
        ("答复\u202efdp.exe", "答复fdp.exe"),  # told to be read from the right, it would end in exe.pdf
        ("答复\ud800.pdf", "答复.pdf"),
        ("答复 . .", "答复"),
        ("CON.pdf", "CON_.pdf"),
        ("nul", "nul_"),
        ("consent.pdf", "consent.pdf"),
        ("Cafe\u0301.pdf", "Café.pdf"),
    ],
)
def test_what_people_write_becomes_a_safe_name(text, name):
    assert names_of(text) == [name]


@pytest.mark.parametrize(
    "long", ["办" * 400 + ".pdf", "x" * 400 + ".docx", "𬭛" * 99 + ".pdf", "名" * 61 + "." * 40 + ".pdf"]
)
def test_a_long_name_is_cut_between_characters_and_can_be_stored_many_times(long, tmp_path):
    names = names_of(*[long] * 3)
    for name in names:
        (tmp_path / name).write_bytes(b"")
        assert name.endswith(long[long.rindex(".") :]) and name[0] == long[0]
    assert len(set(names)) == 3


def test_equal_names_are_numbered_whatever_their_case():
    assert names_of("复函.pdf", "复函.pdf", "复函（2）.pdf", "复函.pdf", "A.PDF", "a.pdf", "/", "/") == [
        "复函.pdf",
        "复函（2）.pdf",
        "复函（2）（2）.pdf",
        "复函（3）.pdf",
        "A.PDF",
        "a（2）.pdf",
        "／",
        "／（2）",
    ]


# --- one PDF ---------------------------------------------------------------------------------------------------------


def letter_pdf(number="1"):
    return paper_pdf(
        Letter(
            issuer="临江区人民政府",
            number=f"临江府函〔2020〕{number}号",
            title="关于第084号提案的复函",
            addressee="张三委员",
            blocks=(Paragraph("您提出的提案收悉，现答复如下。" * 60),),
            signature="临江区人民政府",
            dated_on=datetime.date(2020, 5, 6),
        )
    )


def saved(pdf, **options):
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def plain_pdf(text="page of a scan", **options):
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(300, 400))
        page.Resources = Dictionary(
            Font=Dictionary(F=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        )
        page.Contents = Stream(pdf, b"BT /F 12 Tf 20 200 Td (" + text.encode() + b") Tj ET")
        return saved(pdf, **options)


def picture(kind="PNG", size=(200, 100), colour=RED, mode="RGB", **options):
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind, **options)
    return out.getvalue()


def bound_of(*parts, title="第084号提案办理材料", author="区政府办公室"):
    out = io.BytesIO()
    bound(parts, out, title=title, author=author)
    return out.getvalue()


def outline_of(pdf):
    """[(title, page from 0, [the same of those below])]"""

    def told(items):
        return [(item.title, pdf.pages.index(item.destination[0]), told(item.children)) for item in items]

    with pdf.open_outline() as outline:
        return told(outline.root)


def pixel(content, x, y, page=0):
    """The colour at a place of a page, in pt from the upper left corner."""
    with pypdfium2.PdfDocument(content) as pdf:
        return pdf[page].render(scale=1).to_pil().convert("RGB").getpixel((x, y))


def text_of(content, page=0):
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        return pdf.pages[page].extract_text()


def test_parts_are_bound_in_order_under_nested_bookmarks():
    first = letter_pdf("1")
    with pikepdf.open(io.BytesIO(first)) as pdf:
        pages = len(pdf.pages)
    assert pages == 2
    whole = bound_of(
        Part("提案", plain_pdf("the proposal")),
        Part("答复", parts=(Part("复函", first), Part("附件", picture(), parts=(Part("附图\n一", picture("JPEG")),)))),
        Part("没有材料的一节"),
    )
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        assert len(pdf.pages) == 1 + pages + 2
        assert outline_of(pdf) == [
            ("提案", 0, []),
            ("答复", 1, [("复函", 1, []), ("附件", 3, [("附图 一", 4, [])])]),
        ]
    assert text_of(whole) == "the proposal"
    assert "关于第084号提案的复函" in text_of(whole, 1).replace("\n", "")


def test_bound_pdf_tells_title_author_and_language():
    whole = bound_of(Part("提案", plain_pdf()), title="关于停车的提案\n材料", author="区政府办公室")
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        assert (str(pdf.docinfo.Title), str(pdf.docinfo.Author)) == ("关于停车的提案 材料", "区政府办公室")
        assert str(pdf.Root.Lang) == "zh-CN"
        with pdf.open_metadata() as data:
            assert (data["dc:title"], data["dc:creator"]) == ("关于停车的提案 材料", ["区政府办公室"])
        assert pdf.check_pdf_syntax() == []


def test_the_same_parts_give_the_same_bytes(tmp_path):
    (tmp_path / "scan.jpg").write_bytes(picture("JPEG", (1240, 1754), BLUE))
    parts = (Part("复函", letter_pdf()), Part("扫描件", tmp_path / "scan.jpg"))
    bound(parts, tmp_path / "1.pdf", "材料", "区政府办公室")
    bound(parts, tmp_path / "2.pdf", "材料", "区政府办公室")
    assert (tmp_path / "1.pdf").read_bytes() == (tmp_path / "2.pdf").read_bytes()


def test_pages_keep_what_they_inherit():
    with pikepdf.open(io.BytesIO(plain_pdf("turned"))) as pdf:
        page, tree = pdf.pages[0].obj, pdf.Root.Pages
        for key in ("/MediaBox", "/Resources"):
            tree[key] = page[key]
            del page[key]
        tree.Rotate = 90
        given = saved(pdf)
    whole = bound_of(Part("扫描件", given))
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        assert [int(n) for n in pdf.pages[0].mediabox] == [0, 0, 300, 400]
        assert pdf.pages[0].obj.Rotate == 90
    with pypdfium2.PdfDocument(whole) as pdf:
        assert pdf[0].get_size() == (400, 300)
        assert "turned" in pdf[0].get_textpage().get_text_bounded()


# --- pictures --------------------------------------------------------------------------------------------------------


def near(size):
    return pytest.approx(size, abs=0.1)


def sheet(content, page=0):
    with pypdfium2.PdfDocument(content) as pdf:
        return pdf[page].get_size()


def test_a_scanned_sheet_fills_the_page():
    whole = bound_of(Part("扫描件", picture("JPEG", (1240, 1754), BLUE)))
    assert sheet(whole) == near(A4)
    assert [abs(a - b) < 9 for a, b in zip(pixel(whole, 3, 3), BLUE, strict=True)] == [True] * 3
    assert [abs(a - b) < 9 for a, b in zip(pixel(whole, 591, 837), BLUE, strict=True)] == [True] * 3


def test_a_wide_picture_lies_on_a_lying_sheet():
    assert sheet(bound_of(Part("照片", picture("JPEG", (4000, 3000))))) == near(A4[::-1])


def test_a_small_picture_is_not_blown_up():
    whole = bound_of(Part("图", picture("PNG", (96, 96))))  # an inch at 96 dpi: 72 pt in the middle of the sheet
    middle = (int(A4[0] / 2), int(A4[1] / 2))
    assert pixel(whole, *middle) == RED
    assert pixel(whole, middle[0] - 34, middle[1] + 34) == RED
    assert pixel(whole, middle[0] - 39, middle[1]) == pixel(whole, middle[0], middle[1] - 39) == (255, 255, 255)


def test_a_photograph_stands_as_the_camera_was_held_and_keeps_no_place():
    photo = Image.new("RGB", (2400, 1800), "white")
    # the sensor's upper edge is the right one of what is seen
    ImageDraw.Draw(photo).rectangle((0, 0, 2399, 299), fill=BLUE)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90° clockwise
    exif.get_ifd(0x8825)[1] = "N"  # a place
    out = io.BytesIO()
    photo.save(out, "JPEG", exif=exif)
    whole = bound_of(Part("照片", out.getvalue()))
    assert sheet(whole) == near(A4)
    right, left = pixel(whole, 580, 420), pixel(whole, 15, 420)
    assert right[2] > 200 > 60 > right[0] and min(left) > 240
    assert b"Exif" not in whole


@pytest.mark.parametrize(
    ("mode", "colour", "seen"),
    [
        ("RGBA", (255, 0, 0, 0), (255, 255, 255)),
        ("RGBA", (255, 0, 0, 255), RED),
        ("LA", (0, 255), (0, 0, 0)),
        ("L", 90, (90, 90, 90)),
        ("1", 0, (0, 0, 0)),
        ("P", 0, (0, 0, 0)),
        ("I;16", 65535, (255, 255, 255)),
    ],
)
def test_pictures_of_every_kind_show_as_they_are(mode, colour, seen):
    whole = bound_of(Part("图", picture("PNG", (400, 400), colour, mode)))
    assert pixel(whole, 297, 420) == seen


def test_a_photograph_in_printers_colours_shows_as_it_is():
    cyan = pixel(bound_of(Part("图", picture("JPEG", (400, 400), (255, 0, 0, 0), "CMYK"))), 297, 420)
    assert cyan[0] < 40 and cyan[1] > 150 and cyan[2] > 200


# --- hostile and broken files ----------------------------------------------------------------------------------------


def hostile_pdf():
    """A form with a seal, and with everything that runs, leads away or carries something."""
    with pikepdf.open(io.BytesIO(plain_pdf("a form with a seal"))) as pdf:
        page = pdf.pages[0].obj

        def script():
            return pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=String("app.alert('secret script')")))

        carried = pdf.make_indirect(
            Dictionary(
                Type=Name.Filespec,
                F=String("secret.exe"),
                EF=Dictionary(F=Stream(pdf, b"secret file", Type=Name.EmbeddedFile)),
            )
        )
        seal = Stream(pdf, b"1 0 0 rg 0 0 60 60 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 60, 60]))
        seal.AF = Array([carried])
        hidden = Stream(
            pdf, b"0 0 1 rg 0 0 60 60 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 60, 60])
        )
        page.Annots = Array(
            pdf.make_indirect(Dictionary(Type=Name.Annot, Rect=Array(rect), **more))
            for rect, more in [
                (
                    [100, 100, 160, 160],
                    dict(Subtype=Name.Widget, FT=Name.Sig, F=4, AP=Dictionary(N=seal), AA=Dictionary(E=script())),
                ),
                (
                    [200, 100, 260, 160],
                    dict(Subtype=Name.Stamp, F=2, AP=Dictionary(N=hidden)),
                ),  # hidden: it is not shown
                (
                    [0, 0, 300, 400],
                    dict(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("http://secret.example/"))),
                ),
                ([0, 0, 300, 400], dict(Subtype=Name.Link, A=Dictionary(S=Name.Launch, F=String("secret.exe")))),
                ([0, 0, 20, 20], dict(Subtype=Name.FileAttachment, FS=carried)),
                (
                    [0, 0, 20, 20],
                    dict(Subtype=Name.RichMedia, RichMediaContent=Dictionary(Assets=Dictionary(X=carried))),
                ),
            ]
        )
        page.AA = Dictionary(O=script(), C=Dictionary(S=Name.SubmitForm, F=String("http://secret.example/")))
        page.AF = Array([carried])
        page.Resources.Properties = Dictionary(Odd=Dictionary(Next=script(), File=carried))
        page.Resources.XObject = Dictionary(
            Outside=Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Image, F=String("/etc/secret"))
        )
        pdf.Root.OpenAction = script()
        pdf.Root.AA = Dictionary(WC=script())
        pdf.Root.AcroForm = Dictionary(Fields=Array([page.Annots[0]]), XFA=Stream(pdf, b"<secret/>"), SigFlags=3)
        pdf.Root.Names = Dictionary(
            JavaScript=Dictionary(Names=Array([String("a"), script()])),
            EmbeddedFiles=Dictionary(Names=Array([String("a"), carried])),
        )
        pdf.docinfo.Title = "secret title"
        return saved(pdf)


FORBIDDEN = (
    *(b"secret", b"app.alert", b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/SubmitForm", b"/EmbeddedFile", b"/EF"),
    *(b"/AA", b"/AF", b"/OpenAction", b"/AcroForm", b"/XFA", b"/Annots", b"/RichMedia"),
)


def legible(content):
    """The PDF with nothing packed away."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return saved(
            pdf,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
            compress_streams=False,
        )


def test_nothing_of_a_hostile_pdf_comes_along_but_what_its_page_shows():
    given = hostile_pdf()
    assert [mark for mark in FORBIDDEN if mark not in legible(given)] == []
    whole = bound_of(Part("表", given))
    assert [mark for mark in FORBIDDEN if mark in legible(whole)] == []
    assert text_of(whole) == "a form with a seal"
    assert pixel(whole, 130, 400 - 130) == RED  # the seal
    assert pixel(whole, 230, 400 - 130) == (255, 255, 255)


def test_our_own_papers_are_bound_without_their_tags_and_look_the_same():
    given = letter_pdf()
    whole = bound_of(Part("复函", given))
    for page in range(2):
        with pypdfium2.PdfDocument(given) as before, pypdfium2.PdfDocument(whole) as after:
            assert before[page].render().to_pil().tobytes() == after[page].render().to_pil().tobytes()
    assert b"/StructParents" not in legible(whole)


def locked_pdf(user):
    return plain_pdf(encryption=pikepdf.Encryption(owner="owner", user=user))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (locked_pdf("geheim"), "密码"),
        (b"%PDF-1.7\n" + b"no objects " * 50, "损坏"),
        (b"", "不是 PDF"),
        (b"<html>", "不是 PDF"),
        (b"PK\x03\x04 docx", "不是 PDF"),
        (b"GIF89a", "不是 PDF"),
        (saved(pikepdf.new()), "没有页面"),
        (picture("PNG", (300, 300))[:-20], "损坏|不完整"),
        (picture("JPEG", (300, 300))[:-200], "损坏|不完整"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "损坏"),
        (picture("PNG", (12_000, 12_000), 0, "1"), "像素"),
    ],
)
def test_what_cannot_be_bound_is_named_and_nothing_is_written(content, told, tmp_path):
    with pytest.raises(Unbound, match=told) as refused:
        bound([Part("提案", plain_pdf()), Part("回执扫描件", content)], tmp_path / "out.pdf", "材料", "办公室")
    assert [part.title for part, _ in refused.value.problems] == ["回执扫描件"]
    assert "“回执扫描件”" in str(refused.value) and "提案" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_every_part_that_cannot_be_bound_is_named_at_once():
    with pytest.raises(Unbound) as refused:
        bound_of(
            Part("甲", b"?", parts=(Part("乙", locked_pdf("geheim")),)), Part("丙", plain_pdf()), Part("丁", b"%PDF-")
        )
    assert [part.title for part, _ in refused.value.problems] == ["甲", "乙", "丁"]


def test_a_pdf_that_everybody_may_open_is_bound_though_it_is_encrypted():
    whole = bound_of(Part("通知", locked_pdf("")))
    assert text_of(whole) == "page of a scan"
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        assert not pdf.is_encrypted


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Unbound, match="“扫描件”的文件在服务器上找不到"):
        bound_of(Part("提案", plain_pdf()), Part("扫描件", tmp_path / "lost.pdf"))


def test_a_pdf_with_names_in_gbk_is_bound():
    given = plain_pdf("old software").replace(b"/Helvetica", b"/" + "黑体黑体x".encode("gbk"))
    given = given.replace(b"/Type /Font", b"/S /" + "黑".encode("gbk") + b" /Ty")
    assert "黑".encode("gbk") in given
    assert text_of(bound_of(Part("扫描件", given))) == "old software"
