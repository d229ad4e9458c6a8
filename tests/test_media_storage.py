"""Where files lie: MEDIA_URL_S3 is understood or refused, and nothing needs files to be on a disk."""

import io
import os
import subprocess
import sys
import zipfile

import pikepdf
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, default_storage
from django.core.management import call_command
from django.urls import reverse
from django.views.debug import get_exception_reporter_filter

from apps.desk.backup import files, operations
from apps.papers.models import Batch
from apps.proposals import operations as cases
from apps.proposals.models import Attachment
from proposals_site import media
from tests import factories as make

MINUTE = make.moment(2020, 11, 3)
SECRET = "geheim7Q"
URL = f"s3://KEY:{SECRET}@files.example.gov.cn/proposals"


# --- the URL ---------------------------------------------------------------------------------------------------------


def asked(url):
    """(endpoint, bucket, prefix, key, secret) of a URL; "-" is a key that is left to the environment."""
    found = media.bucket_of(url)
    keys = found.get("access_key", "-"), found.get("secret_key", "-")
    return found["endpoint_url"], found["bucket_name"], found["location"], *keys


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("s3://K:S@s3.example.cn/papers", ("https://s3.example.cn", "papers", "", "K", "S")),
        ("s3://K:S@s3.example.cn:9000/papers/", ("https://s3.example.cn:9000", "papers", "", "K", "S")),
        ("s3://K:S@s3.example.cn/papers/a/b-1", ("https://s3.example.cn", "papers", "a/b-1", "K", "S")),
        ("s3+http://K:S@10.0.0.8:9000/papers", ("http://10.0.0.8:9000", "papers", "", "K", "S")),
        ("s3+http://K:S@[fd00::8]:9000/papers", ("http://[fd00::8]:9000", "papers", "", "K", "S")),
        ("s3://K:a%2Fb%3Ac%40d%23%25%2B+@h/papers", ("https://h", "papers", "", "K", "a/b:c@d#%++")),
        ("s3://K:S@/papers/a", (None, "papers", "a", "K", "S")),
        ("s3:///papers", (None, "papers", "", "-", "-")),
        ("s3://h/papers", ("https://h", "papers", "", "-", "-")),
    ],
)
def test_a_url_says_where_the_bucket_is_and_who_opens_it(url, expected):
    assert asked(url) == expected


def test_a_bucket_is_in_the_path_of_a_server_of_ones_own_unless_the_url_says_otherwise():
    def way(url):
        found = media.bucket_of(url)
        return found["addressing_style"], found["region_name"]

    assert way("s3://K:S@h/papers") == ("path", "us-east-1")
    assert way("s3://K:S@oss-cn-beijing.aliyuncs.com/papers?style=virtual&region=cn-beijing") == (
        "virtual",
        "cn-beijing",
    )
    assert way("s3://K:S@/papers?region=cn-north-1") == ("auto", "cn-north-1")
    assert way("s3:///papers") == ("auto", None), "left to the environment"


@pytest.mark.parametrize(
    "url",
    [
        f"https://KEY:{SECRET}@h/papers",
        f"KEY:{SECRET}@h/papers",
        f"s3://KEY:{SECRET}@h",
        f"s3://KEY:{SECRET}@h/",
        f"s3://KEY:{SECRET}@h/Papers",
        f"s3://KEY:{SECRET}@h/p",
        f"s3://KEY:{SECRET}@h/papers/../other",
        f"s3://KEY:{SECRET}@h/papers/a//b",
        f"s3://KEY:{SECRET}@h:port/papers",
        f"s3://KEY:{SECRET}@h:0/papers",
        f"s3://KEY:{SECRET}@:9000/papers",
        f"s3://KEY:{SECRET}@h h/papers",
        f"s3://KEY:{SECRET}@[h/papers",
        f"s3://{SECRET}@h/papers",
        f"s3://:{SECRET}@h/papers",
        f"s3://KEY:ab/{SECRET}@h/papers",
        f"s3://KEY:12/{SECRET}@h/papers",
        f"s3://KEY:12/papers/{SECRET}@h/papers",
        f"s3://KEY:ab#{SECRET}@h/papers",
        f"s3://KEY:ab?{SECRET}@h/papers",
        f"s3://KEY:{SECRET}@h/papers?acl=public-read",
        f"s3://KEY:{SECRET}@h/papers?region=",
        f"s3://KEY:{SECRET}@h/papers?style=other",
        f"s3+http://KEY:{SECRET}@/papers",
    ],
)
def test_a_malformed_url_is_refused_with_its_form_and_without_the_secret(url):
    with pytest.raises(ImproperlyConfigured) as refused:
        media.bucket_of(url)
    said = str(refused.value)
    assert "MEDIA_URL_S3" in said and "s3://KEY:SECRET@host" in said
    assert SECRET not in said


def test_without_a_url_files_lie_in_a_folder():
    folder = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    assert media.storage_of("", "") == media.storage_of("/srv/files", "") == folder


def test_a_folder_and_a_bucket_at_once_are_refused():
    with pytest.raises(ImproperlyConfigured, match="只能设置一个") as refused:
        media.storage_of("/srv/files", URL)
    assert SECRET not in str(refused.value)


def test_a_bucket_without_what_reads_it_is_refused_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(media, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match=r"pip install 'django-storages\[s3\]'"):
        media.storage_of("", URL)
    monkeypatch.setattr(media, "find_spec", lambda name: object())
    found = media.storage_of("", URL)
    assert found["BACKEND"] == "proposals_site.bucket.Bucket" and found["OPTIONS"] == media.bucket_of(URL)


def test_the_settings_read_it_and_a_start_that_is_refused_does_not_show_the_secret():
    def start(**given):
        done = subprocess.run(
            [sys.executable, settings.BASE_DIR / "manage.py", "check"],
            env=os.environ | {"MEDIA_ROOT": "", "DEBUG": "false", "PYTHONWARNINGS": "default"} | given,
            capture_output=True,
            text=True,
        )
        said = done.stdout + done.stderr
        assert SECRET not in said
        return done.returncode, said

    assert start(MEDIA_URL_S3="")[0] == 0
    code, said = start(MEDIA_URL_S3=f"s3://KEY:ab/{SECRET}@h/papers")
    assert code and "MEDIA_URL_S3 写得不对" in said
    code, said = start(MEDIA_URL_S3=URL, MEDIA_ROOT="/srv/files")
    assert code and "只能设置一个" in said


def test_the_page_of_an_error_does_not_show_the_secret(rf):
    """The environment is among what that page says of a request (manage.py runserver)."""
    found = get_exception_reporter_filter(None).get_safe_request_meta(rf.get("/", MEDIA_URL_S3=URL, LANG="C.UTF-8"))
    assert found["LANG"] == "C.UTF-8" and SECRET not in str(found)


# --- nothing needs a disk --------------------------------------------------------------------------------------------


@pytest.fixture
def no_disk(settings):
    """Files are kept in a new and empty place that is no folder; called, in another."""

    def anew():
        memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
        settings.STORAGES = settings.STORAGES | {"default": memory}

    anew()
    assert isinstance(default_storage, InMemoryStorage)
    yield anew
    assert not settings.MEDIA_ROOT.exists(), "nothing was put on the disk"


@pytest.fixture
def world(db, no_disk):
    return make.world()


def rated(world):
    """A proposal with a scanned receipt."""
    proposal = make.handling(world, "003")
    make.rated(world, make.reply_at(world, make.case_of(proposal, world.housing), "issued", "B"), confirm=False)
    return proposal


def body(response):
    assert response.status_code == 200
    return response.getvalue()


@pytest.mark.django_db(transaction=True)
def test_files_are_stored_shown_and_bound_without_a_disk(client, world):
    proposal = rated(world)
    client.force_login(world.office)
    cases.attach(proposal, by=world.office, at=MINUTE, files=[make.scan()])
    attachment = Attachment.objects.latest("pk")
    assert body(client.get(reverse("proposals:file", args=[attachment.pk]))) == make.PNG
    assert body(client.get(reverse("proposals:preview_picture", args=[attachment.pk, 1]))).startswith(b"\xff\xd8")
    client.post(reverse("papers:ask_for_file", args=[proposal.pk]))
    batch = Batch.objects.get()
    assert batch.stage == "finished", batch.problem
    assert "下载" in client.get(reverse("papers:batch", args=[batch.pk])).content.decode()
    with pikepdf.open(io.BytesIO(body(client.get(reverse("papers:batch_file", args=[batch.pk]))))) as pdf:
        assert len(pdf.pages) > 3
    client.post("/papers/sessions/9-4/reply-letter/print/", {"form": "zip_pdf"})
    letters = body(client.get(reverse("papers:batch_file", args=[Batch.objects.latest("pk").pk])))
    assert len(zipfile.ZipFile(io.BytesIO(letters)).namelist()) == 1


@pytest.mark.django_db(transaction=True)
def test_two_equal_files_are_two(world):
    proposal = make.handling(world, "003")
    for _ in range(2):
        cases.attach(proposal, by=world.office, at=MINUTE, files=[make.scan()])
    first, second = Attachment.objects.filter(proposal=proposal)
    assert first.file.name != second.file.name


@pytest.mark.django_db(transaction=True)
def test_a_backup_takes_the_files_along_and_a_restore_brings_them_back(world, no_disk, tmp_path):
    rated(world)
    kept = {name: default_storage.open(name).read() for name in files.names()}
    assert kept and all("/" in name for name in kept)
    manifest = operations.write_backup(tmp_path / "out.tar", MINUTE)
    assert {name for name in manifest["members"] if name.startswith("files/")} == {f"files/{name}" for name in kept}
    assert manifest["missing"] == []
    call_command("flush", interactive=False, verbosity=0)
    with pytest.raises(operations.NotEmpty, match="已有文件"):
        operations.restore(tmp_path / "out.tar")
    no_disk()
    assert files.names() == set()
    operations.restore(tmp_path / "out.tar")
    assert {name: default_storage.open(name).read() for name in files.names()} == kept


def test_files_that_cannot_all_be_stored_are_not_stored_at_all(no_disk, tmp_path, monkeypatch):
    for name in ("a/1.txt", "b/2.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(name)
    save = InMemoryStorage._save

    def fails(self, name, content):
        if name == "b/2.txt":
            raise OSError("the server is gone")
        return save(self, name, content)

    monkeypatch.setattr(InMemoryStorage, "_save", fails)
    with pytest.raises(OSError, match="gone"):
        files.put(tmp_path)
    assert files.names() == set()


def test_a_name_that_is_taken_is_not_stored_under_another(no_disk, tmp_path):
    default_storage.save("a.txt", ContentFile(b"there"))
    (tmp_path / "a.txt").write_text("new")
    with pytest.raises(operations.Unusable, match=r"a\.txt"):
        files.put(tmp_path)
    assert files.names() == {"a.txt"} and default_storage.open("a.txt").read() == b"there"
