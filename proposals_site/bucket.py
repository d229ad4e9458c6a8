"""Files in a bucket of an S3 server, behaving as files on a disk do; needs django-storages[s3] (see media.py)."""

import errno
from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

IN_MEMORY = 8 * 1024 * 1024  # bytes of one file that is read; what is larger waits in a temporary file
SECONDS_TO_CONNECT, SECONDS_TO_ANSWER, TRIES = 5, 30, 3


@contextmanager
def _as_a_disk_would():
    """What fails is an OSError, for which every reader of files is prepared."""
    try:
        yield
    except FileNotFoundError as lost:
        raise FileNotFoundError(errno.ENOENT, "文件存储（S3）里没有这个文件") from lost
    except (Boto3Error, BotoCoreError, ClientError) as failed:
        raise OSError(errno.EIO, f"文件存储（S3）没有应答，或者拒绝了请求（{failed}）") from failed


class Bucket(S3Storage):
    """Private: no file has a public address, and none is ever written over by another of the same name."""

    def __init__(self, *, addressing_style, **options):
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": addressing_style},
            # checksums of the newest kind are unknown to many servers that are not Amazon's
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            connect_timeout=SECONDS_TO_CONNECT,
            read_timeout=SECONDS_TO_ANSWER,
            retries={"total_max_attempts": TRIES},
        )
        super().__init__(
            client_config=config,
            default_acl=None,
            file_overwrite=False,
            querystring_auth=False,
            max_memory_size=IN_MEMORY,
            **options,
        )

    def _open(self, name, mode="rb"):
        with _as_a_disk_would():
            file = super()._open(name, mode)
            return file.open(mode)  # fetched at once: what fails does so here, not halfway through a download

    def _save(self, name, content):
        with _as_a_disk_would():
            return super()._save(name, content)

    def delete(self, name):
        with _as_a_disk_would():
            super().delete(name)

    def exists(self, name):
        with _as_a_disk_would():
            return super().exists(name)

    def listdir(self, name):
        with _as_a_disk_would():
            return super().listdir(name)

    def size(self, name):
        with _as_a_disk_would():
            return super().size(name)

    def url(self, name, *args, **kwargs):
        """None: who may see a file is decided by the pages."""
        raise NotImplementedError("files have no address of their own")
