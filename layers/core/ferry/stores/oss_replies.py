"""What OSS says about an object in the headers of a HEAD or GET."""

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from ferry.objects import CONTENT_HEADERS, SourceObject

_MONTHS: Final = {
    month: number
    for number, month in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_DATE: Final = re.compile(
    rf"[A-Z][a-z]{{2}}, (\d\d) ({'|'.join(_MONTHS)}) (\d{{4}}) (\d\d):(\d\d):(\d\d) GMT", re.ASCII
)
_METADATA: Final = "x-oss-meta-"
_HEX_MD5: Final = re.compile(r"[0-9A-Fa-f]{32}")


def source_object(key: str, headers: Mapping[str, str], size: int) -> SourceObject:
    """Read the reply headers of a HEAD or GET.

    Args:
        key: The object's key.
        headers: Lower-case names, values as latin-1 text.
        size: Bytes of the whole object.

    Source:
        OSS API reference, "GetObject": of a symlink's headers only length, ETag, Content-MD5 and storage
        class are its target's.
    """
    crc64 = headers.get("x-oss-hash-crc64ecma")
    return SourceObject(
        key=key,
        size=size,
        etag=headers["etag"].strip('"'),
        last_modified=http_date(headers["last-modified"]),
        crc64=None if crc64 is None or headers.get("x-oss-object-type") == "Symlink" else int(crc64),
        content_headers={name: _utf8(headers[name]) for name in CONTENT_HEADERS if name in headers},
        metadata={
            name.removeprefix(_METADATA): _utf8(value)
            for name, value in headers.items()
            if name.startswith(_METADATA)
        },
        tag_count=int(headers.get("x-oss-tagging-count", "0")),
        version_id=headers.get("x-oss-version-id"),
        md5=_md5(headers),
        storage_class=headers.get("x-oss-storage-class", ""),
    )


def http_date(value: str) -> datetime:
    """Read a date such as ``Sat, 31 Jan 2026 12:00:00 GMT``; any other spelling by the library's means.

    Source:
        RFC 9110, section 5.6.7, "Date/Time Formats".
    """
    match = _DATE.fullmatch(value)
    if match is None:
        return parsedate_to_datetime(value)
    day, month, year, hour, minute, second = match.groups()
    return datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)


def _md5(headers: Mapping[str, str]) -> str | None:
    """Return the MD5 of an object's content as lower-case hex, None where nothing surely says it.

    Source:
        OSS API reference, "PutObject": the ETag of what it stores is the MD5, as a Normal object's is, unless
        KMS encrypts it; "Common response headers": Content-MD5.
    """
    try:
        given = base64.b64decode(headers.get("content-md5", ""), validate=True)
    except ValueError:
        given = b""
    if len(given) == 16:
        return given.hex()
    etag = headers["etag"].strip('"')
    is_plain = headers.get("x-oss-object-type") == "Normal"
    if is_plain and headers.get("x-oss-server-side-encryption") != "KMS" and _HEX_MD5.fullmatch(etag):
        return etag.lower()
    return None


def _utf8(value: str) -> str:
    """OSS sends header values as UTF-8 bytes, which HTTP clients show as latin-1."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
