"""Every stored file, wherever files are kept: a folder or a bucket."""

import posixpath
from contextlib import suppress

from django.core.files import File
from django.core.files.storage import default_storage

from .archive import Unusable


def names(folder=""):
    """The names of all files that are stored, as a set of paths below the storage's root."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return set()
    found = {posixpath.join(folder, name) for name in files}
    return found.union(*(names(posixpath.join(folder, name)) for name in folders))


def put(folder):
    """Stores every file below `folder` (a Path) under its name there, all or none; they are gone from the folder.

    Raises Unusable where a name cannot be kept, OSError where a file cannot be stored.
    """
    stored = []
    try:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder).as_posix()
            with path.open("rb") as file:
                stored.append(default_storage.save(name, File(file)))
            if stored[-1] != name:
                raise Unusable(f"文件 {name} 不能以原来的名称存放。")
            path.unlink()
    except BaseException:
        for name in stored:
            with suppress(OSError):
                default_storage.delete(name)
        raise
