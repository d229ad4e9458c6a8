"""The archive itself: a tar file whose first member names all others with size and SHA-256."""

import hashlib
import io
import json
import tarfile
from pathlib import PurePosixPath

MANIFEST = "manifest.json"
KIND = "proposals-backup"
VERSION = 1
LARGEST_MANIFEST = 64 * 1024 * 1024  # bytes


class Unusable(Exception):
    """The archive is no backup, or not a whole one. Its text says why."""


def digest_of(file):
    """SHA-256 of what is left of the binary `file`, as hexadecimal digits."""
    return hashlib.file_digest(file, "sha256").hexdigest()


def write(stream, manifest, members):
    """Writes the tar to the binary `stream`; `members`: `[(name, open)]`, in the order of `manifest["members"]`,
    where `open()` gives the member as a binary file.

    Raises Unusable when a file is not any more what the manifest says.
    """
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        for name, opened in members:
            with opened() as file:
                info = _info(name, manifest["members"][name]["size"])
                try:
                    tar.addfile(info, counted := Hashed(file))
                except OSError as shorter:
                    raise Unusable(f"文件 {name} 在备份时有变动，请重做备份。") from shorter
            if counted.digest() != manifest["members"][name]["sha256"]:
                raise Unusable(f"文件 {name} 在备份时有变动，请重做备份。")


def _info(name, size):
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o640
    return info


def _add(tar, name, content):
    tar.addfile(_info(name, len(content)), io.BytesIO(content))


class Hashed:
    """A file that remembers the SHA-256 of what was read from it."""

    def __init__(self, file):
        self.file, self.hash = file, hashlib.sha256()

    def read(self, size=-1):
        part = self.file.read(size)
        self.hash.update(part)
        return part

    def digest(self):
        return self.hash.hexdigest()


def manifest_of(tar):
    """The manifest of an opened tar. Raises Unusable, tarfile.TarError."""
    first = tar.next()
    if first is None or first.name != MANIFEST or not first.isfile() or first.size > LARGEST_MANIFEST:
        raise Unusable("不是本系统的备份文件。")
    try:
        manifest = json.loads(tar.extractfile(first).read())
    except ValueError as wrong:
        raise Unusable("备份的目录已损坏。") from wrong
    if not isinstance(manifest, dict) or manifest.get("kind") != KIND:
        raise Unusable("不是本系统的备份文件。")
    if manifest.get("version") != VERSION:
        raise Unusable(f"备份的格式是第{manifest.get('version')}版，本系统只认第{VERSION}版。")
    if not _is_complete(manifest):
        raise Unusable("备份的目录已损坏。")
    for name in manifest["members"]:
        if not _is_own(name):
            raise Unusable(f"备份里有不该有的文件：{name}")
    return manifest


def _is_complete(manifest):
    shapes = {"members": dict, "rows": dict, "migrations": list, "missing": list, "made_at": str}
    return all(isinstance(manifest.get(name), shape) for name, shape in shapes.items()) and all(
        isinstance(said, dict) and set(said) == {"size", "sha256"} for said in manifest["members"].values()
    )


def _is_own(name):
    """`rows/…` or `files/…`, and nothing that leads out of there."""
    path = PurePosixPath(name)
    return (
        len(path.parts) > 1
        and path.parts[0] in ("rows", "files")
        and ".." not in path.parts
        and "\\" not in name
        and "\0" not in name
        and path.as_posix() == name
    )


def check(tar, manifest):
    """Reads every member once: all there, none besides, each with its size and checksum.

    Raises Unusable, tarfile.TarError.
    """
    left = dict(manifest["members"])
    while member := tar.next():
        said = left.pop(member.name, None)
        if said is None or not member.isfile():
            raise Unusable(f"备份里有目录上没有的文件：{member.name}")
        if member.size != said["size"] or digest_of(tar.extractfile(member)) != said["sha256"]:
            raise Unusable(f"备份里的 {member.name} 与校验码不符，备份已损坏。")
    if left:
        raise Unusable(f"备份不完整，缺少{len(left)}个文件，如 {min(left)}。")
