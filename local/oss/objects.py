"""Operations on whole objects: put, get, head, meta."""

from collections.abc import Mapping
from dataclasses import dataclass

from local.oss.conditions import Verdict, evaluate
from local.oss.errors import OssError
from local.oss.exchange import Call, Change, OpenContent, Reply, committed, receive_content
from local.oss.metadata import (
    attributes_from,
    check_content_md5,
    http_date,
    linked_headers,
    md5_etag,
    overridden_headers,
    read_headers,
    version_headers,
    write_headers,
)
from local.oss.pacing import requested_pace
from local.oss.ranges import resolve_range
from local.oss.records import Bucket, Kind, ObjectRecord
from local.oss.restoring import check_restored, restore_headers

MAX_PUT_BYTES = 5 << 30


@dataclass(frozen=True)
class _Readable:
    """What a GET reads: the object, or what the symlink points at with headers of both."""

    bucket: Bucket
    record: ObjectRecord
    headers: dict[str, str]
    modified_ms: int


async def put_object(call: Call) -> Reply:
    """PutObject."""
    attributes = attributes_from(call.headers, call.storage.bucket(call.bucket))
    call.storage.check_overwrite(call.bucket, call.key, forbidden=call.forbid_overwrite)
    check_put_size(call.headers)
    content = await receive_content(call)
    try:
        check_content_md5(call.headers, content)
    except OssError:
        call.storage.contents.remove(content)
        raise
    record = ObjectRecord(
        call.key, Kind.NORMAL, md5_etag(content), content, attributes, call.storage.now_ms()
    )
    stored = call.storage.commit(call.bucket, record, forbid_overwrite=call.forbid_overwrite)
    headers = write_headers(call.storage.bucket(call.bucket), stored.record)
    return Reply(200, headers, changes=[committed("ObjectCreated:PutObject", stored)])


def check_put_size(headers: Mapping[str, str]) -> None:
    """Refuse a body over 5 GiB before it is sent.

    Raises:
        OssError: ``EntityTooLarge``.
    """
    if int(headers.get("content-length") or 0) > MAX_PUT_BYTES:
        message = "Your proposed upload exceeds the maximum allowed size."
        raise OssError(400, "EntityTooLarge", message, details={"MaxSizeAllowed": str(MAX_PUT_BYTES)})


async def get_object(call: Call) -> Reply:
    """GetObject."""
    readable = _readable(call)
    record = readable.record
    headers = readable.headers | overridden_headers(call.query)
    if evaluate(call.headers, etag=record.etag, modified_ms=readable.modified_ms) is Verdict.NOT_MODIFIED:
        return Reply(304, headers)
    check_restored(readable.bucket, record, call.storage.now_ms())
    pace = requested_pace(call.headers, call.query)
    standard = call.headers.get("x-oss-range-behavior", "") == "standard"
    selected = resolve_range(call.headers.get("range"), record.size, standard=standard)
    offset, size = (selected.offset, selected.size) if selected else (0, record.size)
    headers["Content-Length"] = str(size)
    if selected:
        headers["Content-Range"] = selected.content_range(record.size)
    content = OpenContent(call.storage.contents.open(record.content), offset, size) if size else None
    download = Change(
        "ObjectDownloaded:GetObject",
        call.key,
        record.size,
        etag=record.etag,
        attributes=record.attributes,
        read_from=offset,
        read_to=offset + size,
    )
    return Reply(206 if selected else 200, headers, content=content, changes=[download], pace=pace)


async def head_object(call: Call) -> Reply:
    """HeadObject; objects in archive classes can always be looked at."""
    readable = _readable(call)
    record = readable.record
    if evaluate(call.headers, etag=record.etag, modified_ms=readable.modified_ms) is Verdict.NOT_MODIFIED:
        return Reply(304, readable.headers)
    return Reply(200, readable.headers | {"Content-Length": str(record.size)})


async def get_object_meta(call: Call) -> Reply:
    """GetObjectMeta: length, etag and time, without following symlinks."""
    record = call.storage.object(call.bucket, call.key, call.version_id)
    headers = {
        "ETag": f'"{record.etag}"',
        "Last-Modified": http_date(record.modified_ms),
        "Content-Length": str(record.size if call.method == "HEAD" else 0),
        "x-oss-hash-crc64ecma": str(record.content.crc64),
        **version_headers(call.storage.bucket(call.bucket), record),
    }
    return Reply(200, headers)


def _readable(call: Call) -> _Readable:
    bucket = call.storage.bucket(call.bucket)
    record = call.storage.object(call.bucket, call.key, call.version_id)
    pointed = record
    if record.kind is Kind.SYMLINK:
        pointed = _pointed_at(call, record.points_at)
        headers = linked_headers(record, pointed)
    else:
        headers = read_headers(record)
    headers |= version_headers(bucket, record)
    headers |= restore_headers(pointed, call.storage.now_ms())
    if record.attributes.tags and call.may_read_tags(bucket):
        headers["x-oss-tagging-count"] = str(len(record.attributes.tags))
    return _Readable(bucket, pointed, headers, max(record.modified_ms, pointed.modified_ms))


def _pointed_at(call: Call, key: bytes) -> ObjectRecord:
    pointed = call.storage.current(call.bucket, key)
    if pointed is None:
        message = "The symlink target object does not exist"
        raise OssError(404, "SymlinkTargetNotExist", message, ec="0026-00000011")
    if pointed.kind is Kind.SYMLINK:
        message = "The symlink target object must not be a symlink."
        raise OssError(400, "InvalidTargetType", message, ec="0026-00000012")
    return pointed
