"""AppendObject.

Source: OSS developer reference, "AppendObject"; user guide, "Versioning": only a current appendable object
can be appended to, and it gets no new version.
"""

import asyncio
import hashlib
from dataclasses import replace

from local.oss.errors import OssError
from local.oss.exchange import Call, Reply, receive_content, written
from local.oss.metadata import attributes_from, check_content_md5, write_headers
from local.oss.parameters import natural_number
from local.oss.records import Attributes, Kind, ObjectRecord, StoredContent


async def append_object(call: Call) -> Reply:
    """AppendObject; appends to one key happen one after the other."""
    attributes = attributes_from(call.headers, call.storage.bucket(call.bucket))
    position = natural_number(call.query, "position")
    tail = await receive_content(call)
    try:
        check_content_md5(call.headers, tail)
        async with call.storage.append_lock(call.bucket, call.key):
            record = await _append(call, tail, position, attributes)
    finally:
        call.storage.contents.remove(tail)
    headers = write_headers(call.storage.bucket(call.bucket), record)
    headers["x-oss-next-append-position"] = str(record.size)
    change = written("ObjectCreated:AppendObject", record, delta_size=tail.size, position=position)
    return Reply(200, headers, changes=[change])


async def _append(call: Call, tail: StoredContent, position: int, attributes: Attributes) -> ObjectRecord:
    contents = call.storage.contents
    old = call.storage.index.current(call.bucket, call.key)
    _check_position(old, position)
    if old is None:
        content = replace(contents.duplicate(tail), md5=b"")
        etag = _next_etag("", tail)
        record = ObjectRecord(call.key, Kind.APPENDABLE, etag, content, attributes, call.storage.now_ms())
        return call.storage.commit(call.bucket, record).record
    if not old.size:
        content = replace(contents.duplicate(tail), md5=b"")
    else:
        content = await asyncio.to_thread(contents.extend, old.content, tail)
        _check_unchanged(call, old)
    longer = replace(old, etag=_next_etag(old.etag, tail), content=content, modified_ms=call.storage.now_ms())
    call.storage.amend(call.bucket, longer)
    if not old.size:
        contents.remove(old.content)
    return longer


def _next_etag(before: str, tail: StoredContent) -> str:
    return hashlib.md5(before.encode() + tail.md5, usedforsecurity=False).hexdigest().upper()


def _check_unchanged(call: Call, old: ObjectRecord) -> None:
    current = call.storage.index.current(call.bucket, call.key)
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
