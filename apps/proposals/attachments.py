"""Files that people hand in: checked by content, stored under a name of ours, described by their hash."""

import hashlib
import zipfile
from pathlib import PurePath

import filetype
import pikepdf
from django.conf import settings
from django.core.files.base import ContentFile

from .models import Attachment
from .workflow import Refused

SCANS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
DOCUMENTS = SCANS | {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
_ACTIVE_KEYS = ("/JS", "/JavaScript", "/EF", "/RichMediaContent", "/XFA")
_ACTIVE_ACTIONS = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm")


def media_type_of(file, allowed=SCANS):
    """The media type of an uploaded file by its content, never by its name.

    Raises Refused with a Chinese sentence for empty, too large, unknown, damaged or active files.
    """
    name = PurePath(file.name or "").name
    if file.size == 0:
        raise Refused(f"文件“{name}”是空的，请重新选择。")
    if file.size > settings.UPLOAD_LIMIT:
        raise Refused(f"文件“{name}”超过 {settings.UPLOAD_LIMIT // 1024 // 1024} MB，请压缩后再上传。")
    file.seek(0)
    guess = filetype.guess(file.read(8192))
    file.seek(0)
    found = guess.mime if guess else ""
    if found == "application/zip" or found.startswith("application/vnd.openxmlformats"):
        found = _office_type(file)
    if found not in allowed:
        kinds = "、".join(sorted(suffix.lstrip(".").upper() for suffix in allowed.values()))
        raise Refused(f"文件“{name}”的内容不是可接受的类型，请上传 {kinds} 文件。")
    if found == "application/pdf":
        _check_pdf(file, name)
    return found


def _office_type(file):
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        return ""
    finally:
        file.seek(0)
    if any(name.endswith("vbaProject.bin") for name in names):
        return ""
    if "word/document.xml" in names:
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    if "xl/workbook.xml" in names:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return ""


def _check_pdf(file, name):
    try:
        with pikepdf.open(file) as pdf:
            if not len(pdf.pages):
                raise Refused(f"文件“{name}”没有页面，请重新扫描。")
            for thing in pdf.objects:
                if isinstance(thing, pikepdf.Dictionary) and (
                    any(key in thing for key in _ACTIVE_KEYS) or thing.get("/S") in _ACTIVE_ACTIONS
                ):
                    raise Refused(f"文件“{name}”含有脚本、动作或内嵌文件，不能接收；请另存为普通 PDF 或重新扫描。")
    except pikepdf.PasswordError:
        raise Refused(f"文件“{name}”有密码，请去掉密码后再上传。") from None
    except pikepdf.PdfError:
        raise Refused(f"文件“{name}”已损坏，无法打开，请重新扫描。") from None
    finally:
        file.seek(0)


def store(proposal, file, *, by, at, allowed=SCANS):
    """Stores an uploaded file for a proposal and returns the Attachment; refuses as `media_type_of` does."""
    media_type = media_type_of(file, allowed)
    content = file.read()
    attachment = Attachment(
        proposal=proposal,
        name=PurePath(file.name).name[-200:],
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        stored_by=by,
        stored_at=at,
    )
    attachment.file.save(f"{attachment.sha256[:32]}{allowed[media_type]}", ContentFile(content), save=False)
    attachment.save()
    return attachment
