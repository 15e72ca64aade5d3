"""Operations on what hangs on an object: tags and symlinks."""

import hashlib
from dataclasses import replace
from urllib.parse import quote

from local.oss import xml
from local.oss.content import EMPTY
from local.oss.errors import OssError, invalid_argument
from local.oss.exchange import Call, Reply, committed, read_document, xml_reply
from local.oss.metadata import attributes_from, checked_tags, http_date, version_headers
from local.oss.names import check_key, decode_once
from local.oss.records import Kind, ObjectRecord


def _version_headers(call: Call, record: ObjectRecord) -> dict[str, str]:
    return version_headers(call.storage.bucket(call.bucket), record)


async def put_object_tagging(call: Call) -> Reply:
    """PutObjectTagging; the object's time and etag stay."""
    record = call.storage.object(call.bucket, call.key, call.version_id)
    root = xml.parse(await read_document(call))
    pairs = [(xml.text_of(tag, "Key"), tag.findtext("Value") or "") for tag in root.iterfind("TagSet/Tag")]
    tags = checked_tags(pairs)
    call.storage.amend(call.bucket, replace(record, attributes=replace(record.attributes, tags=tags)))
    return Reply(200, _version_headers(call, record))


async def get_object_tagging(call: Call) -> Reply:
    """GetObjectTagging."""
    record = call.storage.object(call.bucket, call.key, call.version_id)
    elements = [
        xml.branch("Tag", xml.leaf("Key", name), xml.leaf("Value", value))
        for name, value in record.attributes.tags.items()
    ]
    reply = xml_reply(xml.branch("Tagging", xml.branch("TagSet", *elements)))
    reply.headers.update(_version_headers(call, record))
    return reply


async def delete_object_tagging(call: Call) -> Reply:
    """DeleteObjectTagging."""
    record = call.storage.object(call.bucket, call.key, call.version_id)
    call.storage.amend(call.bucket, replace(record, attributes=replace(record.attributes, tags={})))
    return Reply(204, _version_headers(call, record))


async def put_symlink(call: Call) -> Reply:
    """PutSymlink; what it points at need not exist."""
    attributes = attributes_from(call.headers, call.storage.bucket(call.bucket))
    pointed = call.headers.get("x-oss-symlink-target", "")
    if not pointed:
        raise invalid_argument("The symlink target is missing.", name="x-oss-symlink-target")
    points_at = decode_once(pointed)
    check_key(points_at)
    etag = hashlib.md5(points_at, usedforsecurity=False).hexdigest().upper()
    record = ObjectRecord(
        call.key, Kind.SYMLINK, etag, EMPTY, attributes, call.storage.now_ms(), points_at=points_at
    )
    stored = call.storage.commit(call.bucket, record, forbid_overwrite=call.forbid_overwrite)
    headers = {"ETag": f'"{etag}"', **_version_headers(call, stored.record)}
    return Reply(200, headers, changes=[committed("ObjectCreated:PutSymlink", stored)])


async def get_symlink(call: Call) -> Reply:
    """GetSymlink: headers of the link itself."""
    record = call.storage.object(call.bucket, call.key, call.version_id)
    if record.kind is not Kind.SYMLINK:
        raise OssError(400, "NotSymlink", "The object is not symlink", ec="0026-00000010")
    headers = {
        "ETag": f'"{record.etag}"',
        "Last-Modified": http_date(record.modified_ms),
        "x-oss-symlink-target": quote(record.points_at, safe="/"),
        "Content-Length": "0",
        **_version_headers(call, record),
    }
    return Reply(200, headers | dict(record.attributes.headers))
