"""What every official paper has in common, whatever its kind: the file, its structure, its faces."""

import io
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pdfplumber
import pikepdf
import pytest
from django.core import checks
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from apps.documents import fonts
from apps.documents.content import Letter, Paragraph
from apps.documents.paper import paper_html, paper_pdf
from tests.measuring import KINDS as TEXTUAL
from tests.measuring import PARAGRAPH, PICTURED, SENTENCES, form, letter, notice, pages_of, pdf_of, register, table

ROOT = Path(__file__).resolve().parent.parent
KINDS = TEXTUAL | {"pictured": PICTURED}


@pytest.fixture(params=KINDS, name="kind")
def every_kind(request):
    return request.param


# --- the file -------------------------------------------------------------------------------------------------------


def test_file_is_archivable_and_described(kind):
    content = KINDS[kind]
    with pikepdf.open(io.BytesIO(pdf_of(content))) as pdf:
        assert pdf.open_metadata().pdfa_status == "3U"
        assert str(pdf.Root.Lang) == "zh-CN"
        assert str(pdf.docinfo.Title) == content.title
        assert str(pdf.docinfo.Author) == (content.author if kind in ("form", "register") else content.issuer)
        assert "/CreationDate" not in pdf.docinfo and "/Info" in pdf.trailer
        (intent,) = pdf.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1" and intent.DestOutputProfile.N == 3
        assert not pdf.is_encrypted and "/Encrypt" not in pdf.trailer
        assert pdf.check_pdf_syntax() == []


def test_fonts_are_embedded_subsets_that_map_to_characters(kind):
    with pikepdf.open(io.BytesIO(pdf_of(KINDS[kind]))) as pdf:
        used = {str(font.BaseFont): font for page in pdf.pages for font in page.Resources.Font.values()}
        assert len(used) >= 3
        for name, font in used.items():
            assert re.match(r"/[A-Z]{6}\+", name)
            assert "/ToUnicode" in font
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert {"/FontFile2", "/FontFile3"} & set(descriptor.keys()), name


def drawn(page):
    """The marked content around everything that a page draws: the innermost tag, None where there is none."""
    around = []
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            around.append(str(operands[0]))
        elif name == "EMC":
            around.pop()
        elif name in ("Tj", "TJ", "f", "S", "f*", "B", "Do", "sh"):
            yield around[-1] if around else None


def test_everything_drawn_is_tagged_or_an_artifact(kind):
    with pikepdf.open(io.BytesIO(pdf_of(KINDS[kind]))) as pdf:
        assert pdf.Root.MarkInfo.Marked and "/StructTreeRoot" in pdf.Root
        for page in pdf.pages:
            found = list(drawn(page))
            assert found and None not in found


def tree_of(content):
    """The structure as (depth, type, text): what a screen reader follows."""
    with pdfplumber.open(io.BytesIO(pdf_of(content))) as pdf:
        texts = {}
        for page in pdf.pages:
            for char in page.chars:
                texts.setdefault((page.page_number, char.get("mcid")), []).append(char["text"])
        return [found for element in pdf.structure_tree for found in _elements(element, texts, 0, None)]


def _elements(element, texts, depth, page):
    page = element.get("page_number", page)
    yield depth, element["type"], "".join("".join(texts.get((page, mcid), [])) for mcid in element.get("mcids", ()))
    for child in element.get("children", ()):
        yield from _elements(child, texts, depth + 1, page)


TYPES = {"Document", "Art", "Sect", "Div", "P", "H1", "H2", "H3", "H4", "Span", "NonStruct"}
TABLE_TYPES = {"Table", "Caption", "THead", "TBody", "TR", "TH", "TD"}


def test_structure_reads_in_order(kind):
    """The tree tells the text as it is read, and neither the draft's words nor page numbers come between."""
    content = KINDS[kind]
    tree = tree_of(content)
    assert {name for _, name, _ in tree} <= TYPES | TABLE_TYPES | ({"Figure"} if kind == "pictured" else set())
    text = "".join("".join(text for _, _, text in tree).split())
    parts = {
        "letter": "A主动公开 关于区政协 区政协： 一、总体情况 附件：1. 2020年11月3日 附件1 序号 抄送：",
        "notice": "特急 〔2020〕12号 各街道办事处 一、总体要求 附件：1. 2020年11月3日 附件1 序号 抄送： 印发",
        "pictured": "〔2020〕12号 图表 办理进度 每月末累计件数 序号 办理结果 183件 各单位按期答复 （续） 抄送： 印发",
        "form": "提案答复审签单 编号： 校验码： 案号 第084号 形式 领导意见 签字： 说明：",
        "register": "发文登记簿 区政府办公室 2020年度 序号 案由 001 关于第1项 002 注：",
    }[kind].split()
    places, at = [], 0
    for part in parts:
        at = text.index(part, at)
        places.append(at)
    assert "样稿" not in text and not re.search("— ?[0-9]+ ?—", text)
    assert text.count("抄送：") == (kind in ("letter", "notice", "pictured"))
    heads = [name for _, name, _ in tree if name[0] == "H"]
    assert heads[0] == "H1" and heads.count("H1") == 1


def test_tables_are_tagged_with_their_headers():
    tree = tree_of(register(3, draft=""))
    names = [name for _, name, _ in tree]
    assert (names.count("TR"), names.count("TH"), names.count("TD")) == (4, 5, 15)
    with pikepdf.open(io.BytesIO(pdf_of(register(3)))) as pdf:
        elements = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary)]
        heads = [str(each.ID) for each in elements if each.get("/S") == "/TH"]
        cells = [each for each in elements if each.get("/S") == "/TD"]
        assert len(set(heads)) == 5
        assert sorted(str(head) for cell in cells for head in cell.A.Headers) == sorted(heads * 3)


def test_pictures_are_figures_that_say_what_they_show():
    with pikepdf.open(io.BytesIO(pdf_of(KINDS["pictured"]))) as pdf:
        elements = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary)]
        told = [str(each.Alt) for each in elements if each.get("/S") == "/Figure"]
    assert len(told) == 5  # the one that is too high for a page is three
    assert "办理结果：占全部承办单位都已答复的197件提案。A类：所提问题已经解决或基本解决：183件" in "".join(told)
    assert "已交办：194件；已答复：140件；已办结：137件" in "".join(told)


def test_ten_pages_stay_under_one_megabyte():
    content = letter(blocks=(PARAGRAPH,) * 25, draft="")
    assert len(pages_of(content)) >= 10
    assert len(pdf_of(content)) < 1_000_000
    assert len(pdf_of(register(100))) < 1_000_000


# --- the same content, the same bytes -------------------------------------------------------------------------------


def test_same_content_gives_the_same_bytes_in_any_thread():
    contents = [letter(blocks=(PARAGRAPH,)), *KINDS.values()]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(paper_pdf, contents * 2)) == [pdf_of(content) for content in contents] * 2
    assert paper_pdf(replace(contents[0], number="临江府函〔2020〕29号")) != pdf_of(contents[0])


FRESH = """
import hashlib, os, pathlib, re, sys, time
from django.conf import settings
settings.configure(FONTS_DIR=sys.argv[1], USE_TZ=True)
from apps.documents.paper import paper_pdf
from tests.measuring import KINDS, PICTURED, letter, PARAGRAPH
kind, target = sys.argv[2:]
content = letter(blocks=(PARAGRAPH,) * 17) if kind == "long" else (KINDS | {"pictured": PICTURED})[kind]
before = time.process_time()
pdf = paper_pdf(content)
took = time.process_time() - before
assert paper_pdf(content) == pdf
if not os.fork():
    os._exit(0 if paper_pdf(content) == pdf else 3)
assert os.wait()[1] == 0
peak = re.search(r"VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1]
sys.stdout.write(f"{hashlib.sha256(pdf).hexdigest()} {took} {peak}")
pathlib.Path(target).write_bytes(pdf)
"""


def rendered_afresh(fonts_dir, target, kind="notice"):
    """Digest, seconds and most MB of a paper, printed by a new process, which prints it again, as its fork does."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FRESH, fonts_dir, kind, target]
    done = subprocess.run(
        list(map(os.fspath, command)), capture_output=True, text=True, timeout=120, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    digest, seconds, peak = done.stdout.split()
    return digest, float(seconds), int(peak) / 1000


def test_new_processes_and_forks_give_the_same_bytes(tmp_path, kind):
    first, *_ = rendered_afresh(tmp_path, tmp_path / "1.pdf", kind)
    second, *_ = rendered_afresh(tmp_path, tmp_path / "2.pdf", kind)
    assert first == second


def test_first_letter_of_a_process_is_ready_in_three_seconds(tmp_path):
    _, seconds, _ = rendered_afresh(tmp_path, tmp_path / "1.pdf", "long")
    with pikepdf.open(tmp_path / "1.pdf") as pdf:
        assert len(pdf.pages) == 8
    assert seconds < 3


def test_process_that_prints_holds_no_copies_of_its_fonts(tmp_path):
    """A notice has seven faces in ten sizes, some 200 MB of files; what Python, Django and the tests take is 120."""
    *_, peak = rendered_afresh(tmp_path, tmp_path / "1.pdf")
    assert peak < 260


# --- faces ----------------------------------------------------------------------------------------------------------

LICENSED = {  # as official-document software of the trade names them
    fonts.FANG: "FangSong_GB2312",
    fonts.KAI: "KaiTi_GB2312",
    fonts.HEI: "SimHei",
    fonts.SONG: "SimSun",
    fonts.MARK: "FZXiaoBiaoSong-B05S",
}


def office_face(role, name, path):
    """A file with the characters of a notice, under the name of a licensed face."""
    face = fonts.faces(role)[0]
    with TTFont(face.path, fontNumber=face.index) as font:
        subsetter = Subsetter(Options(name_IDs=["*"], notdef_outline=True))
        subsetter.populate(text=f"{SENTENCES}— 0123456789某市临江区人民政府文件总体要求王{notice().title}附录清单")
        subsetter.subset(font)
        for record in font["name"].names:
            if record.nameID in (1, 3, 4, 6, 16):
                record.string = name
        if "CFF " in font:
            font["CFF "].cff.fontNames = [name]
        font["OS/2"].usWeightClass = 400
        font.save(path)


def test_faces_in_the_fonts_folder_serve(tmp_path):
    for role, name in LICENSED.items():
        office_face(role, name, tmp_path / f"{role}.otf")
    rendered_afresh(tmp_path, tmp_path / "1.pdf")
    with pikepdf.open(tmp_path / "1.pdf") as pdf:
        names = {str(font.BaseFont) for page in pdf.pages for font in page.Resources.Font.values()}
    served = {re.sub("[-_ ]", "", name.partition("+")[2]) for name in names}
    assert {re.sub("[-_ ]", "", name) for name in LICENSED.values()} <= served


def test_body_is_a_fangsong_and_the_free_stack_covers_the_rest():
    """The free face has the look of FangSong; what it lacks comes from another, never a box."""
    assert fonts.face_of("办", fonts.FANG).families[0] in (*LICENSED.values(), "FangSong", "仿宋", "FandolFang")
    for role in fonts.STACKS:
        assert fonts.missing_glyphs("䶮㛃𬭛祎堃喆昇玥翀燊", role) == []


def test_start_up_check_names_each_substitution_only_when_deploying(monkeypatch):
    found = checks.run_checks(tags=["documents"], include_deployment_checks=True)
    assert [message.msg.split("：")[0] for message in found] == [item.label for item in fonts.substitutions()]
    for message, item in zip(found, fonts.substitutions(), strict=True):
        assert isinstance(message, checks.Warning)
        assert item.wanted in message.msg and item.serving in message.msg
    monkeypatch.setattr(fonts, "substitutions", None)  # would fail if it were asked
    assert "documents" not in checks.registry.registry.tags_available()


def test_substitutions_end_where_the_licensed_faces_are(tmp_path, settings, monkeypatch):
    missing = {item.label for item in fonts.substitutions()}
    for role, name in LICENSED.items():
        office_face(role, name, tmp_path / f"{role}.otf")
    settings.FONTS_DIR = tmp_path
    monkeypatch.setattr(fonts, "installed", fonts.installed.__wrapped__)
    assert fonts.substitutions() == []
    assert missing <= {"仿宋", "楷体", "黑体", "宋体", "小标宋"}


# --- little, and much -----------------------------------------------------------------------------------------------


def test_papers_of_next_to_nothing_print():
    for empty in (
        Letter("", "", "", "", (), "", None),
        replace(notice(), **dict.fromkeys(("issuer", "number", "title", "addressee", "signature", "printed_by"), "")),
        form(title="", blocks=(), left="", right="", footnotes=()),
        register(0, title=""),
        form(blocks=(table(0), Paragraph(""))),
    ):
        assert pdf_of(empty).startswith(b"%PDF")
        assert paper_html(empty)
