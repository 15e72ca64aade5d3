"""CopyObject and UploadPartCopy within the server."""

import asyncio

from local.oss import xml
from local.oss.conditions import Verdict, evaluate
from local.oss.errors import access_denied, invalid_argument, precondition_failed
from local.oss.exchange import Call, Change, Reply, written, xml_reply
from local.oss.metadata import attributes_from, storage_class_from, write_headers
from local.oss.multipart import part_number
from local.oss.names import check_bucket_name, check_key, decode_once
from local.oss.objects import check_restored
from local.oss.ranges import resolve_range
from local.oss.records import Attributes, Kind, ObjectRecord


def _source_name(call: Call) -> tuple[str, bytes]:
    """Bucket and key that ``x-oss-copy-source`` names."""
    text = call.headers["x-oss-copy-source"]
    bucket, _, rest = decode_once(text.partition("?")[0]).removeprefix(b"/").partition(b"/")
    return bucket.decode("utf-8", "replace"), rest


def _source(call: Call) -> ObjectRecord:
    """The object that ``x-oss-copy-source`` names, if its conditions hold."""
    bucket_name, rest = _source_name(call)
    check_bucket_name(bucket_name)
    check_key(rest)
    if not call.may("oss:GetObject"):
        raise access_denied("You have no right to access this object.", action="oss:GetObject")
    record = call.storage.object(bucket_name, rest)
    if record.kind is Kind.SYMLINK:
        record = call.storage.object(bucket_name, record.points_at)
    verdict = evaluate(
        call.headers, etag=record.etag, modified_ms=record.modified_ms, prefix="x-oss-copy-source-"
    )
    if verdict is Verdict.NOT_MODIFIED:
        raise precondition_failed("x-oss-copy-source-if-none-match")
    check_restored(record, call.storage.now_ms())
    return record


async def copy_object(call: Call) -> Reply:
    """CopyObject; metadata and tags come along unless the directives say REPLACE."""
    default_class = call.storage.bucket(call.bucket).storage_class
    source = _source(call)
    sent = attributes_from(call.headers, default_class)
    new_class = storage_class_from(call.headers.get("x-oss-storage-class", ""), default_class)
    replace_headers = _directive(call, "x-oss-metadata-directive")
    replace_tags = _directive(call, "x-oss-tagging-directive")
    attributes = Attributes(
        sent.headers if replace_headers else source.attributes.headers,
        sent.tags if replace_tags else source.attributes.tags,
        new_class,
    )
    kind = Kind.MULTIPART if source.kind is Kind.MULTIPART else Kind.NORMAL
    content = call.storage.contents.duplicate(source.content)
    record = ObjectRecord(call.key, kind, source.etag, content, attributes, call.storage.now_ms())
    replaced_size = call.storage.commit(call.bucket, record, forbid_overwrite=call.forbid_overwrite)
    onto_itself = source.key == call.key and replace_headers and _source_name(call)[0] == call.bucket
    event = "ObjectModified:UpdateObjectMeta" if onto_itself else "ObjectCreated:CopyObject"
    reply = _copied("CopyObjectResult", record.etag, record.modified_ms, write_headers(record))
    reply.changes.append(written(event, record, replaced_size=replaced_size))
    return reply


async def upload_part_copy(call: Call) -> Reply:
    """UploadPartCopy, of a whole object or of ``x-oss-copy-source-range``."""
    number = part_number(call.query)
    upload = call.storage.upload(call.query.get("uploadId", ""), call.bucket, call.key)
    source = _source(call)
    selected = resolve_range(call.headers.get("x-oss-copy-source-range"), source.size, standard=False)
    offset, size = (selected.offset, selected.size) if selected else (0, source.size)
    content = await asyncio.to_thread(call.storage.contents.slice, source.content, offset, size)
    part = call.storage.put_part(upload, number, content)
    reply = _copied("CopyPartResult", part.etag, part.modified_ms, {"ETag": f'"{part.etag}"'})
    reply.changes.append(Change("ObjectCreated:UploadPartCopy", call.key, size, etag=part.etag))
    return reply


def _directive(call: Call, name: str) -> bool:
    value = call.headers.get(name, "COPY").upper()
    if value not in {"COPY", "REPLACE"}:
        raise invalid_argument("The directive must be COPY or REPLACE.", name=name, value=value)
    return value == "REPLACE"


def _copied(root: str, etag: str, modified_ms: int, headers: dict[str, str]) -> Reply:
    modified = xml.leaf("LastModified", xml.timestamp(modified_ms))
    reply = xml_reply(xml.branch(root, xml.leaf("ETag", f'"{etag}"'), modified))
    headers.pop("Content-MD5", None)
    reply.headers.update(headers)
    return reply
