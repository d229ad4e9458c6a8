"""Making a backup, and putting one back."""

import os
import shutil
import tarfile
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from apps.audit.models import Head
from apps.audit.queries import verify
from apps.calendars.models import CalendarDay, CalendarYear

from . import archive, files, rows
from .archive import Unusable

MADE_BY_MIGRATE = frozenset({ContentType, Permission, CalendarYear, CalendarDay, Head})


class NotEmpty(Exception):
    """Something is there already, and is not written over. Its text says what."""


def write_backup(target, at):
    """Writes the archive `target`, whole or not at all. `at`: when. Returns the manifest.

    Rows are read in one transaction, files after it: a file is never changed once it is stored, so each one that a row
    names is there. One that is missing is told in `manifest["missing"]`.

    Raises Unusable where a file changes under it, OSError where it cannot be written.
    """
    target = Path(target)
    part = target.with_name(target.name + ".part")
    with tempfile.TemporaryDirectory(dir=settings.VAR_DIR) as folder:
        manifest, members = _collect(Path(folder), at)
        try:
            with part.open("wb") as stream:
                archive.write(stream, manifest, members)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    return manifest


def _collect(folder, at):
    members = []
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        counts = {}
        for model in rows.tables():
            name = rows.name_of(model)
            path = folder / name
            with path.open("wb") as stream:
                counts[name] = rows.write_rows(model, stream)
            members.append((f"rows/{name}.jsonl", partial(path.open, "rb")))
        head = Head.objects.filter(pk=Head.SINGLETON).values("seq", "hash").first()
        named = _named_files()
        applied = _applied()
    stored = files.names()
    members += [(f"files/{name}", partial(default_storage.open, name)) for name in sorted(stored)]
    manifest = {
        "kind": archive.KIND,
        "version": archive.VERSION,
        "made_at": at.isoformat(),
        "migrations": applied,
        "head": head,
        "rows": counts,
        "missing": sorted(named - stored),
        "members": {},
    }
    for name, opened in members:
        with opened() as file:
            digest = archive.digest_of(file)
            manifest["members"][name] = {"size": file.tell(), "sha256": digest}
    return manifest, members


def _applied():
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def _named_files():
    """Every file that a row names, by its place in the storage."""
    found = set()
    for model in rows.tables():
        for field in model._meta.concrete_fields:
            if field.get_internal_type() in ("FileField", "ImageField"):
                found |= set(model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True))
    return found


def restore(source):
    """Puts the archive `source` into an empty place, all of it or nothing. Returns the manifest.

    Everything is checked before anything is written. Raises Unusable, NotEmpty, OSError.
    """
    with _opened(source) as tar:
        manifest = archive.manifest_of(tar)
        archive.check(tar, manifest)
    _refuse_data()
    call_command("migrate", verbosity=0)
    if manifest["migrations"] != _applied():
        raise Unusable("备份与本系统的版本不同。请安装备份时的版本，恢复后再升级。")
    beside = Path(settings.MEDIA_ROOT).parent  # there is room for all the files
    beside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=beside) as folder, _opened(source) as tar, transaction.atomic():
        archive.manifest_of(tar)
        _refuse_data()
        _fill(tar, manifest, Path(folder))
        files.put(Path(folder))
    ContentType.objects.clear_cache()
    return manifest


@contextmanager
def _opened(source):
    """The tar file, opened. Whatever reading it meets that is no tar becomes Unusable."""
    try:
        with tarfile.open(source, mode="r:") as tar:
            yield tar
    except tarfile.TarError as wrong:
        raise Unusable("不是备份文件，或者已损坏、不完整。") from wrong


def _refuse_data():
    """Refuses a place that holds anything besides what a first `migrate` makes; there may be no tables yet."""
    there = set(connection.introspection.table_names())
    for model in rows.tables():
        if model not in MADE_BY_MIGRATE and model._meta.db_table in there and model._base_manager.exists():
            raise NotEmpty(f"数据库里已有数据（{model._meta.verbose_name}）。恢复只能在空的数据库里进行，不会覆盖。")
    if files.names():
        raise NotEmpty("存放文件的地方（MEDIA_ROOT 或 MEDIA_URL_S3）里已有文件。恢复不会覆盖现有文件。")


def _fill(tar, manifest, folder):
    rows.empty_tables()
    models = {f"rows/{rows.name_of(model)}.jsonl": model for model in rows.tables()}
    try:
        while member := tar.next():
            stream = tar.extractfile(member)
            if member.name in models:
                count = rows.read_rows(models[member.name], stream)
                if count != manifest["rows"][rows.name_of(models[member.name])]:
                    raise Unusable(f"{member.name} 的行数与目录不符。")
                continue
            path = folder / member.name.removeprefix("files/")
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                shutil.copyfileobj(stream, file)
        connection.check_constraints()
    except (ValueError, IntegrityError) as wrong:
        raise Unusable(str(wrong)) from wrong
    rows.go_on_counting()
    if broken := verify():
        raise Unusable(f"备份里的审计记录不完整：{broken[0]}")
