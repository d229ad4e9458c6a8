"""What stands at a place of its own on the page of a DOCX: boxes, rules, the imprint's frame, the page's number.

Lengths and places in pt, places from the upper left corner of the page. Boxes and rules are drawings that float
over the text, anchored to a paragraph of page one; the imprint is a frame, since only that is kept at a page's foot.
"""

from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph as WordParagraph

from .geometry import RED, TYPE_WIDTH
from .word_styles import W, twips

DRAWING = (
    f'{W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
SHAPE = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"


def add_rule(anchor: WordParagraph, number: int, middle: float, left: float, width: float, thickness: float) -> None:
    """A red stroke from `left`; `number` tells the drawings of a document apart, from 1."""
    stroke = f'<a:ln w="{Pt(thickness)}" cap="flat"><a:solidFill><a:srgbClr val="{RED.upper()}"/></a:solidFill></a:ln>'
    shape = ("<wps:cNvCnPr/>", "line", stroke)
    _add_drawing(anchor, number, "红线", (left, middle, width, 0), shape, "<wps:bodyPr/>")


def add_box(anchor: WordParagraph, number: int, name: str, left: float, top: float, width: float, height: float):
    """A box without border or padding; returns the one empty paragraph in it."""
    inside = (
        "<wps:txbx><w:txbxContent><w:p/></w:txbxContent></wps:txbx>"
        '<wps:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="t"/>'
    )
    shape = ('<wps:cNvSpPr txBox="1"/>', "rect", "<a:noFill/>")
    drawing = _add_drawing(anchor, number, name, (left, top, width, height), shape, inside)
    return WordParagraph(next(drawing.iter(qn("w:p"))), anchor)


def _add_drawing(anchor, number, name, places, shape, content):
    left, top, width, height = (Pt(value) for value in places)
    kind, form, paint = shape
    drawing = parse_xml(
        f'<mc:AlternateContent {DRAWING}><mc:Choice Requires="wps"><w:drawing>'
        f'<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="{number}" behindDoc="0"'
        ' locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>'
        f'<wp:positionH relativeFrom="page"><wp:posOffset>{left}</wp:posOffset></wp:positionH>'
        f'<wp:positionV relativeFrom="page"><wp:posOffset>{top}</wp:posOffset></wp:positionV>'
        f'<wp:extent cx="{width}" cy="{height}"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapNone/>'
        f'<wp:docPr id="{number}" name="{name} {number}"/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="{SHAPE}"><wps:wsp>{kind}<wps:spPr>'
        f'<a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        f'<a:prstGeom prst="{form}"><a:avLst/></a:prstGeom>{paint}</wps:spPr>{content}</wps:wsp>'
        "</a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice></mc:AlternateContent>"
    )
    anchor.add_run()._r.append(drawing)
    return drawing


def hang_on_foot(paragraph: WordParagraph) -> None:
    """Puts it into a frame on the lower edge of the type area, on the page of the paragraph that follows the frame."""
    frame = parse_xml(
        f'<w:framePr {W} w:w="{twips(TYPE_WIDTH)}" w:wrap="notBeside" w:vAnchor="margin" w:hAnchor="margin"'
        ' w:xAlign="left" w:yAlign="bottom"/>'
    )
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(frame, "w:widowControl", "w:tabs", "w:spacing", "w:ind", "w:jc")


def add_page_number(paragraph: WordParagraph) -> None:
    """— 2 — (7.5)."""
    paragraph.add_run("— ")
    paragraph._p.append(parse_xml(f'<w:fldSimple {W} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'))
    paragraph.add_run(" —")
