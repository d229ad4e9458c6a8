"""backup and restore: everything comes back as it was, on another database too; nothing is written over or half."""

import datetime
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from functools import partial

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.signals import setting_changed

from apps.audit.queries import inspect
from apps.desk.backup import operations, rows
from apps.proposals.models import Attachment, Proposal
from apps.replies.models import Reply
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = make.moment(2020, 11, 3)


@pytest.fixture
def office():
    """A world in which something of most kinds has happened, files included."""
    world = make.world()
    make.proposal_at(world, "closed", "001")
    make.proposal_at(world, "received", "002")
    proposal = make.handling(world, "003")
    reply = make.reply_at(world, make.case_of(proposal, world.housing), "issued", "B")
    make.rated(world, reply, confirm=False)
    return world


def contents():
    """Every row of every table that is kept, as lines of text, and every file."""
    found = {}
    for model in rows.tables():
        stream = io.BytesIO()
        rows.write_rows(model, stream)
        found[rows.name_of(model)] = stream.getvalue().decode()
    files = {
        path.relative_to(settings.MEDIA_ROOT).as_posix(): path.read_bytes()
        for path in settings.MEDIA_ROOT.rglob("*")
        if path.is_file()
    }
    return found, files


def emptied(tmp_path):
    call_command("flush", interactive=False, verbosity=0)
    settings.MEDIA_ROOT = tmp_path / "other media"
    setting_changed.send(sender=None, setting="MEDIA_ROOT", value=settings.MEDIA_ROOT, enter=True)  # for the storage


def backup(tmp_path, name="备份.tar"):
    target = tmp_path / name
    operations.write_backup(target, MINUTE)
    return target


def rewritten(source, change):
    """A copy of the archive, its members passed through `change(name, content)`; None leaves one out."""
    target = source.with_name("changed.tar")
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old.getmembers():
            content = change(member.name, old.extractfile(member).read())
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    return target


def test_everything_comes_back_as_it_was(office, tmp_path):
    before, files = contents()
    assert len(files) >= 1 and before["proposals.proposal"].count("\n") == 3
    target = backup(tmp_path)
    emptied(tmp_path)
    assert not Proposal.objects.exists()
    operations.restore(target)
    assert contents() == (before, files)
    assert inspect().findings == [] and inspect().events > 10


def test_work_goes_on_after_a_restore(office, tmp_path):
    target = backup(tmp_path)
    emptied(tmp_path)
    operations.restore(target)
    proposal = make.registered(office, "004")
    assert proposal.pk not in (1, 2, 3) and Proposal.objects.count() == 4
    with Attachment.objects.first().file.open() as file:
        assert file.read().startswith(b"\x89PNG")
    assert inspect().findings == []


def test_a_backup_goes_into_a_new_sqlite_file_whatever_it_was_made_on(office, tmp_path):
    """By the commands, in a place where nothing is yet; a backup made there has the same rows and files."""
    first = backup(tmp_path)
    place = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}",
        "MEDIA_ROOT": str(tmp_path / "new media"),
        "PYTHONWARNINGS": "default",
    }

    def run(*command):
        return subprocess.run(
            [sys.executable, settings.BASE_DIR / "manage.py", *command], env=place, capture_output=True, text=True
        )

    done = run("restore", str(first))
    assert done.returncode == 0, done.stderr
    assert "完整无误" in done.stdout
    second = tmp_path / "second.tar"
    assert run("backup", str(second)).returncode == 0
    assert members(first) == members(second)
    again = run("restore", str(first))
    assert again.returncode == 1 and "已有数据" in again.stderr
    assert run("verify_audit").returncode == 0


def members(path):
    with tarfile.open(path) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar.getmembers() if m.name != "manifest.json"}


def test_the_manifest_has_the_checksum_of_every_member_and_the_head_of_the_trail(office, tmp_path):
    with tarfile.open(backup(tmp_path)) as tar:
        names = tar.getnames()
        assert names[0] == "manifest.json"
        manifest = json.load(tar.extractfile(names[0]))
        assert set(manifest["members"]) == set(names[1:])
        for name, said in manifest["members"].items():
            content = tar.extractfile(name).read()
            assert said == {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    report = inspect()
    assert manifest["head"] == {"seq": report.head_seq, "hash": report.head_hash}
    assert manifest["rows"]["proposals.proposal"] == 3


def test_nobodys_sign_in_is_in_a_backup(office, client, tmp_path):
    client.force_login(office.office)
    names = {name.split("/")[1].split(".")[0] for name in members(backup(tmp_path))}
    assert "proposals" in names and not names & {"sessions", "axes", "django_tasks_database"}


def test_a_place_with_data_is_left_alone(office, tmp_path):
    target = backup(tmp_path)
    before = contents()
    with pytest.raises(operations.NotEmpty, match="已有数据"):
        operations.restore(target)
    assert contents() == before


def test_a_place_with_files_is_left_alone(office, tmp_path):
    target = backup(tmp_path)
    call_command("flush", interactive=False, verbosity=0)
    with pytest.raises(operations.NotEmpty, match="已有文件"):
        operations.restore(target)
    assert not Proposal.objects.exists()


MANIFEST = "manifest.json"
DAMAGE = {
    "a changed row": ("rows/proposals.proposal.jsonl", lambda content: content.replace(b"003", b"004")),
    "a changed file": ("files/", lambda content: content + b"x"),
    "a missing table": ("rows/replies.reply.jsonl", lambda content: None),
    "no manifest": (MANIFEST, lambda content: None),
    "a manifest of another kind": (MANIFEST, lambda content: b'{"kind": "other"}'),
    "a broken manifest": (MANIFEST, lambda content: content[:-5]),
    "a manifest without lists": (MANIFEST, lambda content: b'{"kind": "proposals-backup", "version": 1}'),
    "another version": (MANIFEST, lambda content: content.replace(b'"version": 1', b'"version": 9')),
    "other migrations": (MANIFEST, lambda content: content.replace(b"desk.0001_initial", b"desk.0001_other")),
}


def refuses(target):
    """The archive is refused with a sentence, and nothing of it is in the database or among the files."""
    with pytest.raises(operations.Unusable) as refused:
        operations.restore(target)
    assert not Proposal.objects.exists() and not Reply.objects.exists()
    assert not settings.MEDIA_ROOT.exists() or not list(settings.MEDIA_ROOT.rglob("*"))
    return str(refused.value)


def test_a_damaged_backup_is_refused_and_nothing_is_written(office, tmp_path):
    source = backup(tmp_path)
    emptied(tmp_path)
    for member, change in DAMAGE.values():
        target = rewritten(source, partial(damaged, member, change))
        assert target.read_bytes() != source.read_bytes()
        assert refuses(target).endswith("。")
    for length in (0, 100, 5000):
        target.write_bytes(source.read_bytes()[:length])
        refuses(target)


def damaged(member, change, name, content):
    return change(content) if name.startswith(member) else content


def forged(source, change):
    """The archive with some members changed and the manifest made to fit, as a forger would."""
    with tarfile.open(source) as old:
        found = {member.name: old.extractfile(member).read() for member in old.getmembers()}
    manifest = json.loads(found.pop("manifest.json"))
    found = dict(change(name, content) for name, content in found.items())
    manifest["members"] = {
        name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in found.items()
    }
    target = source.with_name("forged.tar")
    with tarfile.open(target, "w") as new:
        for name, content in {"manifest.json": json.dumps(manifest).encode(), **found}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            new.addfile(info, io.BytesIO(content))
    return target


PROPOSALS = "rows/proposals.proposal.jsonl"
FORGERIES = {
    "an event that was rewritten": ("rows/audit.event.jsonl", b'"actor_name": "', b'"actor_name": "x'),
    "a row without a column": (PROPOSALS, b'"number"', b'"numbers"'),
    "a row that is no JSON": (PROPOSALS, b"{", b"{{"),
    "a day that is none": (PROPOSALS, b'"received_on": "2', b'"received_on": "x'),
    "a case of no proposal": ("rows/proposals.case.jsonl", b'"proposal_id": ', b'"proposal_id": 9999'),
}


def test_a_forged_backup_is_refused_and_nothing_is_written(office, tmp_path):
    source = backup(tmp_path)
    emptied(tmp_path)
    for member, old, new in FORGERIES.values():
        assert old in members(source)[member]
        refuses(forged(source, partial(replaced, member, old, new)))
    for path in ("files/../../outside", "/files/outside", "files/a/../b", "elsewhere/x", "files"):
        assert "不该有" in refuses(forged(source, partial(moved, path)))


def replaced(member, old, new, name, content):
    return name, content.replace(old, new, 1) if name == member else content


def moved(path, name, content):
    return (path if name.startswith("files/") else name), content


def test_a_file_that_a_row_names_and_nobody_finds_is_told(office, tmp_path, capsys):
    stored = Attachment.objects.first().file
    (settings.MEDIA_ROOT / stored.name).unlink()
    target = tmp_path / "out.tar"
    with pytest.raises(CommandError) as told:
        call_command("backup", str(target))
    assert told.value.returncode == 1
    assert stored.name in capsys.readouterr().out
    assert target.exists()


def test_commands_answer_with_their_exit_codes(office, tmp_path, capsys):
    target = tmp_path / "out.tar"
    call_command("backup", str(target), "--json")
    told = json.loads(capsys.readouterr().out)
    assert (
        told["files"] == len([name for name in members(target) if name.startswith("files/")]) and told["missing"] == []
    )
    with pytest.raises(CommandError) as refused:
        call_command("backup", str(tmp_path / "no folder" / "out.tar"))
    assert refused.value.returncode == 2
    for source, code in ((target, 1), (tmp_path / "none.tar", 2), (settings.BASE_DIR / "README.md", 2)):
        with pytest.raises(CommandError) as refused:
            call_command("restore", str(source))
        assert refused.value.returncode == code


def test_a_restore_tells_when_the_backup_was_made_in_the_offices_own_time(office, tmp_path, capsys):
    """As the page's clock shows it, wherever the moment comes from: the command gives it in UTC."""
    target = tmp_path / "out.tar"
    operations.write_backup(target, make.moment(2020, 11, 3, hour=1).astimezone(datetime.UTC))
    emptied(tmp_path)
    call_command("restore", str(target))
    assert "备份于 2020-11-03 01:00" in capsys.readouterr().out


def test_a_backup_that_fails_leaves_the_old_one(office, tmp_path, monkeypatch):
    target = backup(tmp_path)
    old = target.read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(operations.archive, "write", fail)
    with pytest.raises(OSError, match="No space"):
        operations.write_backup(target, MINUTE)
    assert target.read_bytes() == old
    assert not list(tmp_path.glob("*.part"))
