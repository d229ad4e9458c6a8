"""Files that people hand in: checked by content, stored under a name of ours, described by their hash."""

import hashlib
import zipfile
from pathlib import PurePath

import filetype
import pikepdf
from django.conf import settings
from django.core.files.base import ContentFile
from PIL import Image

from .models import Attachment, Case, Contact, Opinion
from .queries import sees_contacts_of, sees_opinion_of
from .workflow import Refused

SCANS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
DOCUMENTS = SCANS | {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
MOST_FILES = 20
LARGEST_PICTURE = 80_000_000  # pixels; a sheet of A3 at 600 dpi has 70 million
_ENDINGS = {"PNG": b"IEND", "JPEG": b"\xff\xd9"}
_ENDING_WITHIN = 64 * 1024  # bytes: some scanners add a few of their own after the picture
_ACTIVE_KEYS = ("/JS", "/JavaScript", "/EF", "/RichMediaContent", "/XFA")
_ACTIVE_ACTIONS = tuple(map(pikepdf.Name, ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm")))


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
    elif found.startswith("image/"):
        _check_picture(file, name)
    return found


def _office_type(file):
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, OSError, ValueError):
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
            if any(_is_active(thing) for thing in pdf.objects):
                raise Refused(f"文件“{name}”含有脚本、动作或内嵌文件，不能接收；请另存为普通 PDF 或重新扫描。")
    except pikepdf.PasswordError:
        raise Refused(f"文件“{name}”有密码，请去掉密码后再上传。") from None
    except pikepdf.PdfError:
        raise Refused(f"文件“{name}”已损坏，无法打开，请重新扫描。") from None
    finally:
        file.seek(0)


def _is_active(thing):
    """Whether an object of a PDF, or one written out inside it, runs or carries something.

    Objects that it only refers to are in `pdf.objects` themselves.
    """
    waiting = [thing]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Array):
            inner = list(thing)
        elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            if any(key in thing for key in _ACTIVE_KEYS):
                return True
            action = thing.get("/S")
            # compared as names, for one that is not UTF-8 has no text
            if isinstance(action, pikepdf.Name) and any(action == active for active in _ACTIVE_ACTIONS):
                return True
            inner = [thing[key] for key in thing.keys()]  # noqa: SIM118, a pikepdf object is no mapping
        else:
            continue
        waiting += [one for one in inner if isinstance(one, pikepdf.Object) and not one.is_indirect]
    return False


def _check_picture(file, name):
    try:
        with Image.open(file, formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > LARGEST_PICTURE:
                raise Refused(f"图片“{name}”的像素过多，请降低分辨率后再上传。")
            picture.load()
            ending = _ENDINGS[picture.format]
        file.seek(0)
        # WeasyPrint tells Pillow, for the whole process, to put up with pictures that are cut off
        if ending not in file.read()[-_ENDING_WITHIN:]:
            raise OSError("cut off")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(f"图片“{name}”已损坏，无法打开，请重新扫描。") from None
    finally:
        file.seek(0)


def several(files):
    """One uploaded file, several or none, as a list."""
    return [files] if hasattr(files, "read") else list(files or ())


def store(files, owner_type, owner_key, *, proposal, by, at, allowed=SCANS, note=""):
    """Stores uploaded files (one or several) as belonging to an owner; returns the Attachments.

    Refuses as `media_type_of` does, and more than MOST_FILES at once.
    """
    files = several(files)
    if len(files) > MOST_FILES:
        raise Refused(f"一次最多上传 {MOST_FILES} 个文件，请分几次上传。")
    return [_stored(file, owner_type, owner_key, proposal, by, at, allowed, note) for file in files]


def _stored(file, owner_type, owner_key, proposal, by, at, allowed, note):
    media_type = media_type_of(file, allowed)
    content = file.read()
    attachment = Attachment(
        proposal=proposal,
        owner_type=owner_type,
        owner_key=owner_key,
        name=PurePath(file.name).name[-200:],
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        note=note[:120],
        stored_by=by,
        stored_at=at,
    )
    attachment.file.save(f"{attachment.sha256[:32]}{allowed[media_type]}", ContentFile(content), save=False)
    attachment.save()
    return attachment


def files_of(owner_type, owner_key):
    """The Attachments of an owner, in the order in which they came."""
    return Attachment.objects.filter(owner_type=owner_type, owner_key=owner_key)


SEEN = {}


def seen(owner_type):
    """Registers `(attachment, user) -> bool`: whether who may see the proposal may see the files of this owner."""

    def register(function):
        SEEN[owner_type] = function
        return function

    return register


@seen(Attachment.Owner.PROPOSAL)
def _with_its_proposal(attachment, user):
    return True


@seen(Attachment.Owner.CONTACT)
def _with_the_talks_of_its_case(attachment, user):
    contact = Contact.objects.filter(pk=attachment.owner_key).select_related("case").first()
    return contact is not None and sees_contacts_of(contact.case, user)


@seen(Attachment.Owner.OPINION)
def _with_its_opinion(attachment, user):
    opinion = Opinion.objects.filter(pk=attachment.owner_key).select_related("case__proposal").first()
    return opinion is not None and sees_opinion_of(opinion.case, user)


@seen(Attachment.Owner.PAPER)
def _with_its_case(attachment, user):
    case = Case.objects.filter(pk=attachment.owner_key).first()
    return case is not None and sees_contacts_of(case, user)
