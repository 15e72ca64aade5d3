"""CopyObject and UploadPartCopy within the server."""

import asyncio
from dataclasses import dataclass
from urllib.parse import parse_qsl

from local.oss import xml
from local.oss.access_control import authorize_object
from local.oss.conditions import Verdict, evaluate
from local.oss.encryption import encryption_from, encryption_headers, without_encryption
from local.oss.errors import invalid_argument, not_modified
from local.oss.exchange import Call, Change, Reply, committed, xml_reply
from local.oss.metadata import attributes_from, client_side_keys, write_headers
from local.oss.multipart import part_number
from local.oss.names import check_bucket_name, check_key, decode_once
from local.oss.ranges import resolve_range
from local.oss.records import Attributes, Bucket, Kind, ObjectRecord
from local.oss.restoring import check_restored
from local.oss.version_ids import requested_version


@dataclass(frozen=True)
class _Source:
    bucket: Bucket
    record: ObjectRecord

    @property
    def headers(self) -> dict[str, str]:
        """The response header that names the version that was copied, in buckets that have versions."""
        return {"x-oss-copy-source-version-id": self.record.version_id} if self.bucket.versioning else {}


def _source(call: Call) -> _Source:
    """The object that ``x-oss-copy-source`` names, if it may be read and its conditions hold."""
    path, _, query = call.headers["x-oss-copy-source"].partition("?")
    bucket, _, key = decode_once(path).removeprefix(b"/").partition(b"/")
    bucket_name = bucket.decode("utf-8", "replace")
    version_id = requested_version(dict(parse_qsl(query, keep_blank_values=True)))
    check_bucket_name(bucket_name)
    check_key(key)
    authorize_object(call, "oss:GetObject", bucket_name, key, version_id)
    record = call.storage.object(bucket_name, key, version_id)
    if record.kind is Kind.SYMLINK:
        record = call.storage.object(bucket_name, record.points_at)
    verdict = evaluate(
        call.headers, etag=record.etag, modified_ms=record.modified_ms, prefix="x-oss-copy-source-"
    )
    if verdict is Verdict.NOT_MODIFIED:
        raise not_modified()
    found = call.storage.bucket(bucket_name)
    check_restored(found, record, call.storage.now_ms())
    return _Source(found, record)


async def copy_object(call: Call) -> Reply:
    """CopyObject; metadata and tags come along unless the directives say REPLACE."""
    bucket = call.storage.bucket(call.bucket)
    source = _source(call)
    copied = source.record
    replaces_headers = _directive(call, "x-oss-metadata-directive")
    attributes = _attributes(call, bucket, copied.attributes, replaces_headers=replaces_headers)
    kind = Kind.MULTIPART if copied.kind is Kind.MULTIPART else Kind.NORMAL
    call.storage.check_overwrite(call.bucket, call.key, forbidden=call.forbid_overwrite)
    content = call.storage.contents.duplicate(copied.content)
    record = ObjectRecord(call.key, kind, copied.etag, content, attributes, call.storage.now_ms())
    stored = call.storage.commit(call.bucket, record, forbid_overwrite=call.forbid_overwrite)
    headers = write_headers(bucket, stored.record) | source.headers
    reply = _copied("CopyObjectResult", record.etag, record.modified_ms, headers)
    onto_itself = (source.bucket.name, copied.key) == (call.bucket, call.key)
    is_update = onto_itself and replaces_headers
    event = "ObjectModified:UpdateObjectMeta" if is_update else "ObjectCreated:CopyObject"
    reply.changes.append(committed(event, stored))
    return reply


def _attributes(call: Call, bucket: Bucket, copied: Attributes, *, replaces_headers: bool) -> Attributes:
    """What is said about the copy: encryption, class and ACL are never the source's."""
    sent = attributes_from(call.headers, bucket)
    if replaces_headers:
        headers = {**sent.headers, **_kept_when_replacing(call, copied)}
    else:
        headers = without_encryption(copied.headers) | dict(encryption_from(call.headers, bucket))
    tags = sent.tags if _directive(call, "x-oss-tagging-directive") else copied.tags
    return Attributes(headers, tags, sent.storage_class, sent.acl)


def _kept_when_replacing(call: Call, copied: Attributes) -> dict[str, str]:
    """What stays although the copy's headers replace the source's, unless the request names it itself.

    Source:
        Tests of alibabacloud-oss-python-sdk-v2.
    """
    kept = {"content-type": copied.headers["content-type"], **client_side_keys(copied)}
    return {name: value for name, value in kept.items() if name not in call.headers}


async def upload_part_copy(call: Call) -> Reply:
    """UploadPartCopy, of a whole object or of ``x-oss-copy-source-range``."""
    number = part_number(call.query)
    upload = call.storage.upload(call.query.get("uploadId", ""), call.bucket, call.key)
    source = _source(call)
    copied = source.record
    selected = resolve_range(call.headers.get("x-oss-copy-source-range"), copied.size, standard=False)
    offset, size = (selected.offset, selected.size) if selected else (0, copied.size)
    content = await asyncio.to_thread(call.storage.contents.slice, copied.content, offset, size)
    part = call.storage.put_part(upload, number, content)
    headers = {"ETag": f'"{part.etag}"', **source.headers, **encryption_headers(upload.attributes)}
    reply = _copied("CopyPartResult", part.etag, part.modified_ms, headers)
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
