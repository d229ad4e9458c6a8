"""Where uploaded files lie: in a folder (MEDIA_ROOT), or in a bucket of an S3 server (MEDIA_URL_S3)."""

import re
from importlib.util import find_spec
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SCHEMES = {"s3": "https", "s3+http": "http"}
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
PREFIX = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*|")
HOST = re.compile(r"((?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d+)?)?")
ENCODED = "密钥中的 / : @ # ? % 要写成 %2F %3A %40 %23 %3F %25"
STYLES = ("path", "virtual")
SHAPE = "s3://KEY:SECRET@host[:port]/bucket[/prefix][?region=…&style=path|virtual]"
EXTRA = ("storages", "boto3")


def storage_of(media_root, url):
    """The default storage, as in STORAGES, from the values of MEDIA_ROOT and MEDIA_URL_S3; "" is one not set.

    Raises ImproperlyConfigured where both are set, where the URL is none (see `bucket_of`) or where what reads buckets
    is not installed.
    """
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    if media_root:
        raise ImproperlyConfigured(
            "MEDIA_ROOT 与 MEDIA_URL_S3 只能设置一个，请删去另一个。(Set one of the two, not both.)"
        )
    options = bucket_of(url)
    if not all(find_spec(name) for name in EXTRA):
        raise ImproperlyConfigured(
            "设置了 MEDIA_URL_S3，但没有安装 django-storages。"
            "请运行 .venv/bin/python -m pip install 'django-storages[s3]'，或者删去 MEDIA_URL_S3。"
            "(MEDIA_URL_S3 needs django-storages[s3].)"
        )
    return {"BACKEND": "proposals_site.bucket.Bucket", "OPTIONS": options}


def bucket_of(url):
    """Options of `bucket.Bucket` from `s3://KEY:SECRET@host[:port]/bucket[/prefix]`.

    `s3+http://` is a server of the intranet without TLS. Without a host it is the provider's own (AWS); without keys,
    those of the usual AWS environment. Key and secret may be percent-encoded, and must be where they contain
    `/ : @ # ? %`. `?region=` is what requests are signed for, `?style=` whether the bucket is told in the path (as it
    is by default where there is a host) or in the host's name.

    Raises ImproperlyConfigured; its text never contains anything of the URL, which has the secret in it.
    """
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2].lower()
        is_address = parts.port != 0 and HOST.fullmatch(host)
    except ValueError:
        is_address = False
    if not is_address or "#" in url:
        raise _wrong(f"主机或端口不对。{ENCODED}") from None
    if parts.scheme not in SCHEMES:
        raise _wrong("要以 s3:// 或 s3+http:// 开头")
    if parts.scheme == "s3+http" and not host:
        raise _wrong("s3+http:// 后面要有主机名")
    bucket, _, prefix = parts.path.strip("/").partition("/")
    if not BUCKET.fullmatch(bucket):
        raise _wrong("主机名后面要有存储桶（bucket）的名称，3 至 63 个小写字母、数字、点或连字符")
    if not PREFIX.fullmatch(prefix):
        raise _wrong("存储桶后面的前缀只能有字母、数字、点、下划线和连字符")
    return {
        "bucket_name": bucket,
        "location": prefix,
        "endpoint_url": f"{SCHEMES[parts.scheme]}://{host}" if host else None,
        **_asked(parts.query, host),
        **_keys(parts),
    }


def _wrong(why):
    return ImproperlyConfigured(f"MEDIA_URL_S3 写得不对：{why}。格式为 {SHAPE} 。(MEDIA_URL_S3 is malformed.)")


def _asked(query, host):
    asked = parse_qs(query, keep_blank_values=True)
    if set(asked) - {"region", "style"} or any(len(values) > 1 or not values[0] for values in asked.values()):
        raise _wrong("? 后面只能有 region 和 style，各一个；密钥中的 ? 要写成 %3F")
    style = asked.get("style", ["path" if host else "auto"])[0]
    if "style" in asked and style not in STYLES:
        raise _wrong("style 只能是 path 或 virtual")
    # a server of one's own has no regions, and takes the first one's name
    return {"region_name": asked.get("region", ["us-east-1" if host else None])[0], "addressing_style": style}


def _keys(parts):
    """Key and secret, and nothing of the environment mixed in; nothing where the URL has neither."""
    if parts.username is None:
        return {}
    key, secret = unquote(parts.username), unquote(parts.password or "")
    if not key or not secret:
        raise _wrong("KEY 和 SECRET 要么都写，要么都不写")
    return {"access_key": key, "secret_key": secret, "security_token": None, "session_profile": None}
