"""Operations on what hangs on an object: tags, symlinks, and deletes of many objects at once."""

import hashlib
from dataclasses import replace
from urllib.parse import quote

from local.oss import xml
from local.oss.content import EMPTY
from local.oss.errors import OssError, invalid_argument, malformed_xml
from local.oss.exchange import Call, Change, Reply, read_document, written, xml_reply
from local.oss.metadata import attributes_from, check_content_md5, checked_tags, http_date
from local.oss.names import check_key, decode_once
from local.oss.parameters import encoder_for
from local.oss.records import Kind, ObjectRecord

MAX_DELETES = 1000


async def put_object_tagging(call: Call) -> Reply:
    """PutObjectTagging; the object's time and etag stay."""
    record = call.storage.object(call.bucket, call.key)
    root = xml.parse(await read_document(call))
    pairs = [(xml.text_of(tag, "Key"), tag.findtext("Value") or "") for tag in root.iterfind("TagSet/Tag")]
    tags = checked_tags(pairs)
    call.storage.commit(call.bucket, replace(record, attributes=replace(record.attributes, tags=tags)))
    return Reply(200)


async def get_object_tagging(call: Call) -> Reply:
    """GetObjectTagging."""
    tags = call.storage.object(call.bucket, call.key).attributes.tags
    elements = [
        xml.branch("Tag", xml.leaf("Key", name), xml.leaf("Value", value)) for name, value in tags.items()
    ]
    return xml_reply(xml.branch("Tagging", xml.branch("TagSet", *elements)))


async def delete_object_tagging(call: Call) -> Reply:
    """DeleteObjectTagging."""
    record = call.storage.object(call.bucket, call.key)
    call.storage.commit(call.bucket, replace(record, attributes=replace(record.attributes, tags={})))
    return Reply(204)


async def put_symlink(call: Call) -> Reply:
    """PutSymlink; what it points at need not exist."""
    attributes = attributes_from(call.headers, call.storage.bucket(call.bucket).storage_class)
    pointed = call.headers.get("x-oss-symlink-target", "")
    if not pointed:
        raise invalid_argument("The symlink target is missing.", name="x-oss-symlink-target")
    points_at = decode_once(pointed)
    check_key(points_at)
    etag = hashlib.md5(points_at, usedforsecurity=False).hexdigest().upper()
    record = ObjectRecord(
        call.key, Kind.SYMLINK, etag, EMPTY, attributes, call.storage.now_ms(), points_at=points_at
    )
    replaced_size = call.storage.commit(call.bucket, record, forbid_overwrite=call.forbid_overwrite)
    change = written("ObjectCreated:PutSymlink", record, replaced_size=replaced_size)
    return Reply(200, {"ETag": f'"{etag}"'}, changes=[change])


async def get_symlink(call: Call) -> Reply:
    """GetSymlink: headers of the link itself."""
    record = call.storage.object(call.bucket, call.key)
    if record.kind is not Kind.SYMLINK:
        raise OssError(400, "NotSymlink", "The object is not symlink", ec="0026-00000010")
    headers = {
        "ETag": f'"{record.etag}"',
        "Last-Modified": http_date(record.modified_ms),
        "x-oss-symlink-target": quote(record.points_at, safe="/"),
        "Content-Length": "0",
    }
    return Reply(200, headers | dict(record.attributes.headers))


async def delete_objects(call: Call) -> Reply:
    """DeleteMultipleObjects, verbose unless Quiet is true."""
    call.storage.bucket(call.bucket)
    body = await read_document(call)
    if "content-md5" not in call.headers:
        raise OssError(
            400,
            "MissingArgument",
            "Missing Some Required Arguments.",
            details={"ArgumentName": "Content-MD5"},
        )
    digest = hashlib.md5(body, usedforsecurity=False).digest()
    check_content_md5(call.headers, replace(EMPTY, md5=digest))
    root = xml.parse(body)
    texts = [xml.text_of(element, "Key") for element in root.iterfind("Object")]
    if not 1 <= len(texts) <= MAX_DELETES:
        raise malformed_xml()
    keys = [text.encode() for text in texts]
    for key in keys:
        check_key(key)
    removed = [(key, call.storage.delete(call.bucket, key)) for key in keys]
    changes = [
        Change("ObjectRemoved:DeleteObjects", key, delta_size=-record.size)
        for key, record in removed
        if record
    ]
    if root.findtext("Quiet") == "true":
        return Reply(200, changes=changes)
    encoder = encoder_for(call.query)
    deleted = [xml.branch("Deleted", encoder.leaf("Key", key)) for key in keys]
    reply = xml_reply(xml.branch("DeleteResult", encoder.declaration(), *deleted))
    reply.changes.extend(changes)
    return reply
