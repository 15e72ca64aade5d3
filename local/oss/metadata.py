"""Headers and tags of objects: what writers send, what readers get."""

import base64
import re
from collections.abc import Mapping
from email.utils import formatdate
from urllib.parse import parse_qsl

from local.oss.content import EMPTY
from local.oss.encryption import encryption_from, encryption_headers
from local.oss.errors import OssError, invalid_argument
from local.oss.records import (
    NULL_VERSION,
    Acl,
    Attributes,
    Bucket,
    Kind,
    ObjectRecord,
    StorageClass,
    StoredContent,
    Versioning,
)

MAX_USER_METADATA_BYTES = 8192
MAX_TAGS = 10
CLIENT_SIDE_PREFIX = "x-oss-meta-client-side-encryption-"
_TAG_KEY = re.compile(r"[\w +\-=.:/]{1,128}")
_TAG_VALUE = re.compile(r"[\w +\-=.:/]{0,256}")
_KEPT_HEADERS = (
    "content-type",
    "content-encoding",
    "content-language",
    "content-disposition",
    "cache-control",
    "expires",
)
_SPELLING = {name: name.title() for name in _KEPT_HEADERS}
_OVERRIDES = {f"response-{name}": spelling for name, spelling in _SPELLING.items()}
_CLASSES = {storage_class.lower(): storage_class for storage_class in StorageClass}


def attributes_from(headers: Mapping[str, str], bucket: Bucket) -> Attributes:
    """What a writing request says about its object.

    Args:
        headers: Header values by lower-case name.
        bucket: Says the storage class and the encryption when the request names none.

    Raises:
        OssError: Metadata over 8 KB or not UTF-8, wrong tags, or an unknown storage class, encryption or ACL.
    """
    kept = {name: headers[name] for name in _KEPT_HEADERS if name in headers}
    user = {name: value for name, value in headers.items() if name.startswith("x-oss-meta-")}
    try:
        sizes = {name: len(name) + len(value.encode()) for name, value in (kept | user).items()}
    except UnicodeEncodeError:
        raise invalid_argument("Header values must be UTF-8.") from None
    if sum(sizes[name] for name in user) > MAX_USER_METADATA_BYTES:
        message = "The size of user metadata is too large."
        raise OssError(400, "MetadataTooLarge", message, details={"MaxSize": str(MAX_USER_METADATA_BYTES)})
    return Attributes(
        headers={
            "content-type": "application/octet-stream",
            **kept,
            **user,
            **encryption_from(headers, bucket),
        },
        tags=tags_from_header(headers.get("x-oss-tagging", "")),
        storage_class=storage_class_from(headers.get("x-oss-storage-class", ""), bucket.storage_class),
        acl=acl_from(headers["x-oss-object-acl"]) if "x-oss-object-acl" in headers else Acl.DEFAULT,
    )


def acl_from(name: str, *, header: str = "x-oss-object-acl") -> Acl:
    """Read an ACL.

    Args:
        name: Its name.
        header: The header that names it, for the error.

    Raises:
        OssError: ``InvalidArgument`` for an unknown one.
    """
    try:
        return Acl(name)
    except ValueError:
        raise invalid_argument("no such access control exists", name=header, value=name) from None


def storage_class_from(name: str, default_class: StorageClass) -> StorageClass:
    """Read a storage class, whatever its case.

    Raises:
        OssError: ``InvalidArgument`` for an unknown one.
    """
    if not name:
        return default_class
    storage_class = _CLASSES.get(name.lower())
    if storage_class is None:
        message = "The storage class is not supported."
        raise invalid_argument(message, name="x-oss-storage-class", value=name)
    return storage_class


def tags_from_header(header: str) -> dict[str, str]:
    """Read ``x-oss-tagging``, a query string.

    Raises:
        OssError: ``InvalidTag``.
    """
    return checked_tags(parse_qsl(header, keep_blank_values=True))


def checked_tags(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Check tags: at most 10, no key twice, keys of 1 to 128 and values of up to 256 characters.

    Legal are letters and digits of any language, spaces and ``+ - = . _ : /``.

    Raises:
        OssError: ``InvalidTag``.

    Source:
        OSS developer reference, "PutObjectTagging"; OSS error codes 0010-00000212 and 0010-00000217.
    """
    tags = dict(pairs)
    if len(pairs) > MAX_TAGS:
        raise OssError(400, "InvalidTag", "Object tags cannot be greater than 10")
    if len(tags) != len(pairs):
        raise OssError(400, "InvalidTag", "Cannot provide multiple Tags with the same key")
    for name, value in pairs:
        if not _TAG_KEY.fullmatch(name):
            raise OssError(400, "InvalidTag", "The TagKey you have provided is invalid", ec="0010-00000212")
        if not _TAG_VALUE.fullmatch(value):
            raise OssError(400, "InvalidTag", "The TagValue you have provided is invalid", ec="0010-00000217")
    return tags


def check_content_md5(headers: Mapping[str, str], content: StoredContent) -> None:
    """Compare a body with the Content-MD5 it came with, if any.

    Raises:
        OssError: ``InvalidDigest``.
    """
    expected = headers.get("content-md5")
    if expected is not None and expected != base64.b64encode(content.md5).decode():
        message = "The Content-MD5 you specified did not match what we received."
        raise OssError(400, "InvalidDigest", message, ec="0017-00000504", details={"Content-MD5": expected})


def http_date(modified_ms: int) -> str:
    """An RFC 1123 date with whole seconds."""
    return formatdate(modified_ms // 1000, usegmt=True)


def version_headers(bucket: Bucket, record: ObjectRecord) -> dict[str, str]:
    """The response header that names a version, in buckets that have versions."""
    shown = bucket.versioning is not Versioning.OFF or record.version_id != NULL_VERSION
    return {"x-oss-version-id": record.version_id} if shown else {}


def write_headers(bucket: Bucket, record: ObjectRecord) -> dict[str, str]:
    """Response headers of a request that wrote an object."""
    headers = {
        "ETag": f'"{record.etag}"',
        "x-oss-hash-crc64ecma": str(record.content.crc64),
        **version_headers(bucket, record),
        **encryption_headers(record.attributes),
    }
    if record.content.md5:
        headers["Content-MD5"] = base64.b64encode(record.content.md5).decode()
    return headers


def read_headers(record: ObjectRecord) -> dict[str, str]:
    """Response headers of GET and HEAD without Content-Length, version, tags and restore."""
    attributes, content = record.attributes, record.content
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{record.etag}"',
        "Last-Modified": http_date(record.modified_ms),
        "x-oss-object-type": record.kind,
        "x-oss-hash-crc64ecma": str(content.crc64),
        "x-oss-storage-class": attributes.storage_class,
        **{_SPELLING.get(name, name): value for name, value in attributes.headers.items()},
    }
    if content.md5 and record.kind is not Kind.SYMLINK:
        headers["Content-MD5"] = base64.b64encode(content.md5).decode()
    if record.kind is Kind.APPENDABLE:
        headers["x-oss-next-append-position"] = str(content.size)
    return headers


def client_side_keys(attributes: Attributes) -> dict[str, str]:
    """The metadata that clients need to decrypt what they encrypted themselves."""
    return {name: value for name, value in attributes.headers.items() if name.startswith(CLIENT_SIDE_PREFIX)}


def linked_headers(link: ObjectRecord, pointed: ObjectRecord) -> dict[str, str]:
    """Response headers of GET and HEAD through a symlink.

    Length, etag, Content-MD5 and storage class are those of the object it points at, Last-Modified is
    the later one, everything else is the link's; neither CRC describes both, so none is sent.

    Source:
        OSS developer reference, "PutSymlink" and "GetObject".
    """
    headers = read_headers(link)
    for name in ("ETag", "Content-MD5", "x-oss-storage-class", "x-oss-hash-crc64ecma"):
        headers.pop(name, None)
    headers["ETag"] = f'"{pointed.etag}"'
    headers["x-oss-storage-class"] = pointed.attributes.storage_class
    headers["Last-Modified"] = http_date(max(link.modified_ms, pointed.modified_ms))
    if pointed.content.md5:
        headers["Content-MD5"] = base64.b64encode(pointed.content.md5).decode()
    return headers


def overridden_headers(query: Mapping[str, str]) -> dict[str, str]:
    """Response headers a GET asks for with ``response-*`` parameters."""
    return {_OVERRIDES[name]: value for name, value in query.items() if name in _OVERRIDES}


def md5_etag(content: StoredContent) -> str:
    """The etag of an object that was put in one piece."""
    return (content.md5 or EMPTY.md5).hex().upper()
