"""The named styles of a DOCX and the faces they call for: paper.css in the words of Word and WPS.

Lengths in pt. Where a line has a height of its own (`line`), Word and LibreOffice both put its baseline at EXACT of it,
whatever the face; without one, the line takes a place of the page's grid, in the middle of which the text stands.
"""

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from .fonts import FANG, HEI, KAI, MARK, SONG, STACKS
from .geometry import (
    BODY,
    CELL,
    CELL_TEXT,
    COPIES_LINE,
    FORM,
    IMPRINT_THICK,
    IMPRINT_THIN,
    MM,
    RED,
    SMALL,
    TITLE,
    TITLE_LINE,
    TYPE_WIDTH,
)

PITCH = 28.95  # of the grid: LINE in whole twips, so that 22 lines are not higher than the type area
WIDE, WIDE_PITCH = 225 * MM, 29.45  # of a landscape sheet: the type area's width, and 15 lines in its height
EXACT = 0.8  # of a line of fixed height is above the baseline, measured in Word and in LibreOffice alike
TITLE_DROP = EXACT * TITLE_LINE - (TITLE_LINE + 0.76 * TITLE) / 2  # that much lower than in the middle of its line
# In twips: 28 characters on a line, next to TRACKING; justifying fills what is left. A grid of characters
# (linesAndChars) would say the same to Word, but LibreOffice gives a character that is wider than a cell two of them.
CONDENSED = -5

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def twips(points: float) -> int:
    return round(points * 20)


def chinese_face(role: str) -> str:
    """The licensed face as Chinese Word names it: 仿宋_GB2312."""
    return next(family for family, _ in STACKS[role].licensed if not family.isascii())


@dataclass(frozen=True)
class Look:
    """A paragraph style. `first_characters`: indent of the first line, in characters; `first`: in pt, < 0 hangs;
    `outline`: level of a heading, from 1; `tab`: of a right-aligned tab stop; `is_black`: a line that is itself a rule:
    LibreOffice has no border between the paragraphs of a frame.
    """

    name: str
    face: str = FANG
    size: float = BODY
    line: float = 0
    before: float = 0
    after: float = 0
    left: float = 0
    right: float = 0
    first: float = 0
    first_characters: int = 0
    align: str = "left"
    tab: float = 0
    outline: int = 0
    keeps_next: bool = False
    begins_page: bool = False
    colour: str = ""
    is_black: bool = False


_COPIES = dict(size=SMALL, line=COPIES_LINE, right=SMALL)
_HEAD_LINE = TITLE_LINE - TITLE_DROP / EXACT  # a title at the head of a page stands as high as in the PDF
_CELL = dict(size=CELL_TEXT, line=18)
_FORM = dict(size=FORM, line=24)

LOOKS = {
    "Body": Look("公文正文", first_characters=2, align="both"),
    "Heading1": Look("一级标题", HEI, first_characters=2, align="both", outline=1, keeps_next=True),
    "Heading2": Look("二级标题", KAI, first_characters=2, align="both", outline=2, keeps_next=True),
    "Heading3": Look("三级标题", FANG, first_characters=2, align="both", outline=3, keeps_next=True),
    "Mark": Look("发文机关标志", MARK, line=48, align="center", colour=RED),
    "Corner": Look("首页标注", HEI, line=20, align="right"),
    "Labels": Look("份号密级", tab=TYPE_WIDTH),
    "Number": Look("发文字号", align="right"),
    "NumberCentred": Look("文件字号", align="center"),
    "NumberSigner": Look("字号与签发人", left=CELL, tab=TYPE_WIDTH - CELL),
    "PaperTitle": Look("公文标题", MARK, TITLE, TITLE_LINE, after=PITCH + TITLE_DROP, align="center", keeps_next=True),
    "Addressee": Look("主送机关"),
    "Attachment": Look("附件说明", before=PITCH, left=5 * CELL, first=-3 * CELL, keeps_next=True),
    "AttachmentFirst": Look("附件说明首项", before=PITCH, left=6 * CELL, first=-4 * CELL, keeps_next=True),
    "AttachmentNext": Look("附件说明续项", left=6 * CELL, first=-CELL, keeps_next=True),
    "Signed": Look("发文机关署名", before=PITCH, keeps_next=True),
    "Sealed": Look("盖章署名", before=2 * PITCH, keeps_next=True),
    "Dated": Look("成文日期", keeps_next=True),
    "Remark": Look("附注", first_characters=2, keeps_next=True),
    "AnnexLabel": Look("附件编号", HEI, keeps_next=True, begins_page=True),
    "AnnexTitle": Look(
        "附件标题",
        MARK,
        TITLE,
        TITLE_LINE,
        before=PITCH - TITLE_DROP,
        after=PITCH + TITLE_DROP,
        align="center",
        keeps_next=True,
    ),
    "Copies": Look("抄送机关", left=56, first=-42, align="both", **_COPIES),
    "Printed": Look("印发机关", left=SMALL, tab=TYPE_WIDTH - SMALL, **_COPIES),
    "ThickRule": Look("版记粗线", size=1, line=IMPRINT_THICK, is_black=True),
    "ThinRule": Look("版记细线", size=1, line=IMPRINT_THIN, is_black=True),
    "Nothing": Look("占位行", size=1, line=1),
    "PageOdd": Look("单页页码", SONG, SMALL, SMALL, right=SMALL, align="right"),
    "PageEven": Look("双页页码", SONG, SMALL, SMALL, left=SMALL),
    "Draft": Look("样稿标记", HEI, SMALL, 20, left=2.5, right=TYPE_WIDTH - 283, colour=RED),
    "SheetTitle": Look(
        "表单标题", MARK, TITLE, _HEAD_LINE, after=8 + TITLE_LINE - _HEAD_LINE, align="center", keeps_next=True
    ),
    "Notes": Look("表上说明", tab=TYPE_WIDTH, keeps_next=True, **_FORM),
    "NotesWide": Look("横表说明", tab=WIDE, keeps_next=True, **_FORM),
    "Footnote": Look("表下说明", before=4, align="both", **_CELL),
    "Caption": Look("表格题目", HEI, CELL_TEXT, 24, align="center", keeps_next=True),
    "Picture": Look("图片", after=8),
    "ColumnTitle": Look("表头", HEI, align="center", **_CELL),
    "CellLeft": Look("表格文字左", **_CELL),
    "CellCentre": Look("表格文字中", align="center", **_CELL),
    "CellRight": Look("表格文字右", align="right", **_CELL),
    "FormLabel": Look("表单标签", HEI, align="center", **_FORM),
    "FormText": Look("表单文字", align="both", **_FORM),
    "FormCentre": Look("表单文字中", align="center", **_FORM),
    "FormFoot": Look("表单签字", align="right", **_FORM),
}
RUNS = {HEI: "黑体字", KAI: "楷体字"}  # character styles, for a lead or a name in another face than its paragraph
FRAMED = "样稿框"
TABLES = {"PaperTable": ("公文表格", 0.5, 3, 4), "PaperForm": ("公文表单", 0.75, 4, 6)}  # rules, padding
CELL_PADDING, FORM_PADDING = TABLES["PaperTable"][2], TABLES["PaperForm"][2]


def styles_xml() -> str:
    paragraphs = "".join(_paragraph_style(key, look) for key, look in LOOKS.items())
    runs = "".join(_run_style(key, name, _faces(key)) for key, name in RUNS.items())
    framed = _run_style("Framed", FRAMED, f'<w:bdr w:val="single" w:sz="8" w:space="4" w:color="{RED.upper()}"/>')
    tables = "".join(_table_style(key, *values) for key, values in TABLES.items())
    return f"<w:styles {W}>{_built_in()}{paragraphs}{runs}{framed}{tables}</w:styles>"


def _faces(role):
    name = chinese_face(role)
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}" w:hint="eastAsia"/>'


def _built_in():
    """What every document has; Chinese Word shows Normal as 正文, header and footer as 页眉 and 页脚.

    Punctuation keeps its full width and hangs nowhere, and no room is put between Chinese and Latin: as in the PDF.
    """
    size = f'<w:sz w:val="{BODY * 2}"/><w:szCs w:val="{BODY * 2}"/>'
    return (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{_faces(FANG)}{size}</w:rPr></w:rPrDefault></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        '<w:pPr><w:widowControl w:val="0"/><w:kinsoku/><w:overflowPunct w:val="0"/><w:autoSpaceDE w:val="0"/>'
        '<w:autoSpaceDN w:val="0"/><w:adjustRightInd w:val="0"/></w:pPr>'
        f'<w:rPr>{_faces(FANG)}<w:spacing w:val="{CONDENSED}"/>{size}'
        '<w:lang w:val="zh-CN" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:style>'
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        "<w:semiHidden/></w:style>"
        '<w:style w:type="paragraph" w:styleId="Header"><w:name w:val="header"/><w:basedOn w:val="Normal"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Footer"><w:name w:val="footer"/><w:basedOn w:val="Normal"/></w:style>'
    )


def _paragraph_style(key, look):
    """The parts in the order of the schema (CT_PPr, CT_RPr)."""
    on_grid = not look.line
    paragraph = [
        "<w:keepNext/>" if look.keeps_next else "",
        "<w:pageBreakBefore/>" if look.begins_page else "",
        '<w:shd w:val="clear" w:color="auto" w:fill="000000"/>' if look.is_black else "",
        f'<w:tabs><w:tab w:val="right" w:pos="{twips(look.tab)}"/></w:tabs>' if look.tab else "",
        "" if on_grid else '<w:snapToGrid w:val="0"/>',
        _spacing(look),
        _indents(look),
        f'<w:jc w:val="{look.align}"/>',
        f'<w:outlineLvl w:val="{look.outline - 1}"/>' if look.outline else "",
    ]
    run = [
        _faces(look.face) if look.face != FANG else "",
        f'<w:color w:val="{look.colour.upper()}"/>' if look.colour else "",
        "" if on_grid else '<w:spacing w:val="0"/>',
        f'<w:sz w:val="{round(look.size * 2)}"/><w:szCs w:val="{round(look.size * 2)}"/>' if look.size != BODY else "",
    ]
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{key}"><w:name w:val={quoteattr(look.name)}/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{"".join(paragraph)}</w:pPr><w:rPr>{"".join(run)}</w:rPr>'
        "</w:style>"
    )


def _eighths(points):
    return round(points * 8)


def _spacing(look):
    line = f' w:line="{twips(look.line)}" w:lineRule="exact"' if look.line else ""
    return f'<w:spacing w:before="{twips(look.before)}" w:after="{twips(look.after)}"{line}/>'


def _indents(look):
    first = ""
    if look.first_characters:
        first = f' w:firstLineChars="{look.first_characters * 100}" w:firstLine="{twips(look.first_characters * CELL)}"'
    elif look.first < 0:
        first = f' w:hanging="{twips(-look.first)}"'
    return f'<w:ind w:left="{twips(look.left)}" w:right="{twips(look.right)}"{first}/>'


def _run_style(key, name, properties):
    return (
        f'<w:style w:type="character" w:customStyle="1" w:styleId="Run{key.title()}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="DefaultParagraphFont"/><w:qFormat/><w:rPr>{properties}</w:rPr></w:style>'
    )


def _table_style(key, name, rule, above, beside):
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    rules = "".join(f'<w:{side} w:val="single" w:sz="{_eighths(rule)}" w:space="0"/>' for side in sides)
    room = {"top": above, "left": beside, "bottom": above, "right": beside}
    padding = "".join(f'<w:{side} w:w="{twips(width)}" w:type="dxa"/>' for side, width in room.items())
    return (
        f'<w:style w:type="table" w:customStyle="1" w:styleId="{key}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>{rules}</w:tblBorders>'
        f"<w:tblCellMar>{padding}</w:tblCellMar></w:tblPr></w:style>"
    )


def font_table_xml() -> str:
    """The faces, each with the names under which a desk has it or the like of it (altName: a list with commas)."""
    fonts = []
    for role, stack in STACKS.items():
        name = chinese_face(role)
        others = [family for family, _ in (*stack.licensed, *stack.desktop) if family != name]
        fonts.append(
            f'<w:font w:name="{name}"><w:altName w:val="{",".join(others)}"/><w:charset w:val="86"/>'
            '<w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        )
    return f"<w:fonts {W}>{''.join(fonts)}</w:fonts>"
