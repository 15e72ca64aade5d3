"""Operations on whole objects: put, get, head, delete, append, restore."""

import asyncio
import hashlib
from dataclasses import dataclass, replace

from local.oss.conditions import Verdict, evaluate
from local.oss.errors import OssError
from local.oss.exchange import Call, Change, OpenContent, Reply, read_document, receive_content, written
from local.oss.metadata import (
    attributes_from,
    check_content_md5,
    http_date,
    linked_headers,
    md5_etag,
    overridden_headers,
    read_headers,
    write_headers,
)
from local.oss.pacing import requested_pace
from local.oss.parameters import bounded_number, natural_number
from local.oss.ranges import resolve_range
from local.oss.records import Kind, ObjectRecord, StorageClass
from local.oss.xml import parse

MAX_PUT_BYTES = 5 << 30
_DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class _Readable:
    record: ObjectRecord
    headers: dict[str, str]
    modified_ms: int


async def put_object(call: Call) -> Reply:
    """PutObject."""
    attributes = attributes_from(call.headers, call.storage.bucket(call.bucket).storage_class)
    call.storage.check_overwrite(call.bucket, call.key, forbidden=call.forbid_overwrite)
    check_put_size(call)
    content = await receive_content(call)
    try:
        check_content_md5(call.headers, content)
    except OssError:
        call.storage.contents.remove(content)
        raise
    record = ObjectRecord(
        call.key, Kind.NORMAL, md5_etag(content), content, attributes, call.storage.now_ms()
    )
    replaced_size = call.storage.commit(call.bucket, record, forbid_overwrite=call.forbid_overwrite)
    change = written("ObjectCreated:PutObject", record, replaced_size=replaced_size)
    return Reply(200, write_headers(record), changes=[change])


def check_put_size(call: Call) -> None:
    """Refuse a body over 5 GiB before it is sent.

    Raises:
        OssError: ``EntityTooLarge``.
    """
    if int(call.headers.get("content-length") or 0) > MAX_PUT_BYTES:
        message = "Your proposed upload exceeds the maximum allowed size."
        raise OssError(400, "EntityTooLarge", message, details={"MaxSizeAllowed": str(MAX_PUT_BYTES)})


async def get_object(call: Call) -> Reply:
    """GetObject."""
    readable = _readable(call)
    record = readable.record
    headers = readable.headers | overridden_headers(call.query)
    if evaluate(call.headers, etag=record.etag, modified_ms=readable.modified_ms) is Verdict.NOT_MODIFIED:
        return Reply(304, headers)
    check_restored(record, call.storage.now_ms())
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
    record = call.storage.object(call.bucket, call.key)
    headers = {
        "ETag": f'"{record.etag}"',
        "Last-Modified": http_date(record.modified_ms),
        "Content-Length": str(record.size if call.method == "HEAD" else 0),
        "x-oss-hash-crc64ecma": str(record.content.crc64),
    }
    return Reply(200, headers)


async def delete_object(call: Call) -> Reply:
    """DeleteObject; deleting nothing is a success."""
    call.storage.bucket(call.bucket)
    removed = call.storage.delete(call.bucket, call.key)
    changes = [Change("ObjectRemoved:DeleteObject", call.key, delta_size=-removed.size)] if removed else []
    return Reply(204, changes=changes)


def check_restored(record: ObjectRecord, now_ms: int) -> None:
    """Refuse to read an archived object that is not restored.

    Raises:
        OssError: ``InvalidObjectState``.
    """
    if record.attributes.storage_class.needs_restore and record.restored_until_ms < now_ms:
        raise OssError(
            403,
            "InvalidObjectState",
            "The operation is not valid for the object's state",
            ec="0026-00000031",
            details={"ObjectName": record.key.decode("utf-8", "replace")},
        )


def _readable(call: Call) -> _Readable:
    may_read_tags = call.may("oss:GetObjectTagging")
    record = call.storage.object(call.bucket, call.key)
    if record.kind is not Kind.SYMLINK:
        return _Readable(record, read_headers(record, may_read_tags=may_read_tags), record.modified_ms)
    pointed = call.storage.index.object(call.bucket, record.points_at)
    if pointed is None:
        message = "The symlink target object does not exist"
        raise OssError(404, "SymlinkTargetNotExist", message, ec="0026-00000011")
    if pointed.kind is Kind.SYMLINK:
        message = "The symlink target object must not be a symlink."
        raise OssError(400, "InvalidTargetType", message, ec="0026-00000012")
    headers = linked_headers(record, pointed, may_read_tags=may_read_tags)
    return _Readable(pointed, headers, max(record.modified_ms, pointed.modified_ms))


async def append_object(call: Call) -> Reply:
    """AppendObject; appends to one key happen one after the other."""
    attributes = attributes_from(call.headers, call.storage.bucket(call.bucket).storage_class)
    position = natural_number(call.query, "position")
    contents = call.storage.contents
    tail = await receive_content(call)
    try:
        check_content_md5(call.headers, tail)
        async with call.storage.append_lock(call.bucket, call.key):
            old = call.storage.index.object(call.bucket, call.key)
            _check_position(old, position)
            if old is None or not old.size:
                content = contents.duplicate(tail)
            else:
                content = await asyncio.to_thread(contents.extend, old.content, tail)
                _check_unchanged(call, old)
            etag = hashlib.md5((old.etag.encode() if old else b"") + tail.md5, usedforsecurity=False)
            record = ObjectRecord(
                call.key,
                Kind.APPENDABLE,
                etag.hexdigest().upper(),
                replace(content, md5=b""),
                old.attributes if old else attributes,
                call.storage.now_ms(),
            )
            call.storage.commit(call.bucket, record)
    finally:
        contents.remove(tail)
    headers = write_headers(record) | {"x-oss-next-append-position": str(record.size)}
    change = written("ObjectCreated:AppendObject", record, replaced_size=position, position=position)
    return Reply(200, headers, changes=[change])


def _check_unchanged(call: Call, old: ObjectRecord) -> None:
    current = call.storage.index.object(call.bucket, call.key)
    if current is None or current.content != old.content:
        raise _position_error(current.size if current else 0)


def _check_position(old: ObjectRecord | None, position: int) -> None:
    if old is not None and old.kind is not Kind.APPENDABLE:
        raise OssError(409, "ObjectNotAppendable", "The object is not appendable", ec="0026-00000208")
    size = old.size if old else 0
    if position != size:
        raise _position_error(size)


def _position_error(size: int) -> OssError:
    message = "Position is not equal to file length"
    headers = {"x-oss-next-append-position": str(size)}
    return OssError(409, "PositionNotEqualToLength", message, ec="0026-00000209", headers=headers)


async def restore_object(call: Call) -> Reply:
    """RestoreObject; the copy is readable at once, for the days asked for."""
    record = call.storage.object(call.bucket, call.key)
    if not record.attributes.storage_class.needs_restore:
        message = "The restore operation is not valid for the object's storage class."
        raise OssError(400, "OperationNotSupported", message)
    body = await read_document(call)
    asked = {"Days": parse(body).findtext("Days", "")} if body.strip() else {}
    days = bounded_number(asked, "Days", default=1, largest=365)
    now = call.storage.now_ms()
    readable = record.restored_until_ms >= now
    call.storage.commit(call.bucket, replace(record, restored_until_ms=now + days * _DAY_MS))
    if readable:
        return Reply(200)
    finished = written("ObjectRestore:FinishRestore", record, replaced_size=record.size)
    return Reply(202, changes=[] if record.attributes.storage_class is StorageClass.ARCHIVE else [finished])
