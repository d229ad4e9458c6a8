"""The file around a DOCX: an empty package of our own, not python-docx's template, and a zip without a clock."""

import io
import zipfile

from docx import Document
from docx.document import Document as WordDocument

from .word_styles import W, font_table_xml, styles_xml

RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>'
)
PARTS = {
    "document.xml": "document.main",
    "styles.xml": "styles",
    "settings.xml": "settings",
    "fontTable.xml": "fontTable",
}
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip knows

# What may not begin or end a line in Chinese, as Word has it, and what stands behind a number: Word knows no other way
# to keep 2020年 whole (KEPT_TOGETHER in markup.py).
NEVER_FIRST = "!%),.:;&gt;?]}¢¨°·ˇˉ―‖’”…‰′″›℃∶、。〃〉》」』】〕〗〞！＂％＇），．：；？］｀｜｝～￠"
COUNTED = "年月日号届次件项条个万亿元"
NEVER_LAST = "$([{£¥·‘“〈《「『【〔〖〝（．［｛￡￥"
SETTINGS = (
    f"<w:settings {W}>"
    '<w:zoom w:percent="100"/><w:defaultTabStop w:val="632"/><w:characterSpacingControl w:val="doNotCompress"/>'
    f'<w:noLineBreaksAfter w:lang="zh-CN" w:val="{NEVER_LAST}"/>'
    f'<w:noLineBreaksBefore w:lang="zh-CN" w:val="{NEVER_FIRST}{COUNTED}"/>'
    '<w:compat><w:doNotExpandShiftReturn/><w:useFELayout/><w:compatSetting w:name="compatibilityMode"'
    ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    '<w:themeFontLang w:val="zh-CN" w:eastAsia="zh-CN"/></w:settings>'
)


def blank_document() -> WordDocument:
    """A document of one empty section, with the styles of official papers and nothing else."""
    package = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations(
            ("officeDocument", OFFICE, "word/document.xml"),
            ("metadata/core-properties", RELATIONS, "docProps/core.xml"),
        ),
        "docProps/core.xml": CORE,
        "word/document.xml": f"<w:document {W}><w:body><w:sectPr/></w:body></w:document>",
        "word/_rels/document.xml.rels": _relations(
            *((name.removesuffix(".xml"), OFFICE, name) for name in PARTS if name != "document.xml")
        ),
        "word/styles.xml": styles_xml(),
        "word/settings.xml": SETTINGS,
        "word/fontTable.xml": font_table_xml(),
    }
    return Document(io.BytesIO(_zipped({name: _DECLARED + text for name, text in package.items()})))


_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _content_types():
    parts = "".join(
        f'<Override PartName="/word/{name}" ContentType="{WORD_TYPE}.{kind}+xml"/>' for name, kind in PARTS.items()
    )
    return (
        f'<Types xmlns="{TYPES}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'{parts}<Override PartName="/docProps/core.xml" ContentType="{CORE_TYPE}"/></Types>'
    )


def _relations(*targets):
    rows = "".join(
        f'<Relationship Id="rId{place}" Type="{base}/{kind}" Target="{target}"/>'
        for place, (kind, base, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{RELATIONS}">{rows}</Relationships>'


def saved(document: WordDocument) -> bytes:
    """The file's bytes: the same for the same content, for python-docx's own zip tells the time."""
    stream = io.BytesIO()
    document.save(stream)
    with zipfile.ZipFile(stream) as written:
        return _zipped({name: written.read(name) for name in written.namelist()})


def _zipped(contents):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # else the platform's
            archive.writestr(entry, content)
    return stream.getvalue()
