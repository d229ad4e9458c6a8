"""Workbooks between upload and confirmation: kept for their user, checked by hash, gone after a day."""

import datetime
import hashlib
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.db import transaction

from apps.desk.models import Upload
from apps.proposals.workflow import OutOfTurn

from .operations import bring_in
from .reading import Unusable
from .updating import apply, read_update

KEPT_FOR = datetime.timedelta(hours=24)


def keep(kind, session_key, content, name, *, by, at, create=False, rows=0):
    """Stores a workbook (bytes) of so many rows for the user's preview; what has expired, anybody's, goes."""
    purge(at)
    upload = Upload(
        user=by,
        kind=kind,
        session_key=session_key,
        may_create=create,
        name=PurePath(name or "").name[-200:] or "未命名.xlsx",
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=at,
        moved_at=at,
        total=rows,
    )
    upload.file.save("", ContentFile(content), save=False)
    upload.save()
    return upload


def purge(at):
    """Removes uploads older than KEPT_FOR with their files, but for those that the worker has in hand."""
    for upload in Upload.objects.filter(uploaded_at__lt=at - KEPT_FOR):
        if not upload.is_under_way or upload.is_lost(at):
            _remove(upload)


def _remove(upload):
    storage, name = upload.file.storage, upload.file.name
    upload.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def is_expired(upload, at):
    return upload.uploaded_at < at - KEPT_FOR


def content_of(upload, at):
    """The bytes as they were uploaded. Raises reading.Unusable where they are gone or changed."""
    if is_expired(upload, at):
        raise Unusable(f"文件“{upload.name}”上传已超过 24 小时，请重新上传。")
    try:
        with upload.file.open("rb") as stored:
            content = stored.read()
    except (OSError, ValueError) as failed:
        raise Unusable(f"文件“{upload.name}”已不在，请重新上传。") from failed
    if hashlib.sha256(content).hexdigest() != upload.sha256:
        raise Unusable(f"文件“{upload.name}”与上传时不一致，请重新上传。")
    return content


def waiting(upload, by):
    """The user's own upload, held until the transaction ends. Raises OutOfTurn where it is under way or done with,
    Upload.DoesNotExist where it was discarded."""
    upload = Upload.objects.select_for_update().get(pk=upload.pk, user=by)
    if upload.finished_at:
        done = "更新" if upload.kind == Upload.Kind.UPDATE else "导入"
        raise OutOfTurn(f"文件“{upload.name}”此前已经{done}，没有重复{done}。")
    if upload.is_under_way:
        raise OutOfTurn(f"文件“{upload.name}”已经确认，正在后台处理，没有重复导入。")
    return upload


def over(upload, at, outcome):
    """The columns of an upload that is done with; its file goes when that is stored."""
    storage, name = upload.file.storage, upload.file.name
    transaction.on_commit(lambda: storage.delete(name))
    return {"stage": Upload.Stage.FINISHED, "finished_at": at, "outcome": outcome, "file": ""}


def outcome_of(plan):
    return f"{plan.label}提案 {len(plan.entries)} 件"


def outcome_of_update(session, results):
    done = sum(not why for _, _, why in results)
    left = len(results) - done
    return f"{session.label}提案已更新 {done} 件" + (f"，{left} 件没有更新" if left else "")


@transaction.atomic
def confirm(upload, *, by, at, seen):
    """Imports what the preview showed (`seen`: its fingerprint), once. Returns the Plan.

    A Plan with problems means that nothing was stored. Raises OutOfTurn where it was imported already or would be
    something else now, NotAllowed, reading.Unusable, Upload.DoesNotExist where it was discarded.
    """
    upload = waiting(upload, by)
    plan = bring_in(
        upload.kind,
        content_of(upload, at),
        upload.session_key,
        by=by,
        at=at,
        create=upload.may_create,
        name=upload.name,
        seen=seen,
    )
    if not plan.problems:
        Upload.objects.filter(pk=upload.pk).update(**over(upload, at, outcome_of(plan)))
    return plan


@transaction.atomic
def confirm_update(upload, marks, *, by, at, note):
    """Applies what the preview of an update showed (`marks`), once; what became of each is kept with the upload.

    Raises OutOfTurn where it was applied already, reading.Unusable, Upload.DoesNotExist where it was discarded.
    """
    upload = waiting(upload, by)
    update = read_update(content_of(upload, at), upload.session_key, by=by, at=at)
    results = apply(update.changing, marks, by=by, at=at, note=note)
    columns = over(upload, at, outcome_of_update(update.session, results))
    Upload.objects.filter(pk=upload.pk).update(results=results, **columns)


def allow_creation(upload):
    """The preview is to make what is missing. Who may ask for that, `operations.read` decides."""
    Upload.objects.exclude(stage__in=(Upload.QUEUED, Upload.RUNNING)).filter(pk=upload.pk, finished_at=None).update(
        may_create=True, problem=""
    )


@transaction.atomic
def discard(upload, *, by):
    """Removes an upload that was not imported. Raises OutOfTurn where it was or is being, Upload.DoesNotExist."""
    upload = Upload.objects.select_for_update().get(pk=upload.pk, user=by)
    if upload.finished_at:
        raise OutOfTurn(f"文件“{upload.name}”已经导入，不能放弃。")
    if upload.is_under_way:
        raise OutOfTurn(f"文件“{upload.name}”正在后台处理；要放弃，请先取消。")
    _remove(upload)
