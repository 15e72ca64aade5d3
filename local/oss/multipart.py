"""Multipart uploads: initiate, upload parts, list, complete, abort."""

import asyncio
import hashlib
import secrets
from collections.abc import Mapping, Sequence

from local.oss import xml
from local.oss.encryption import encryption_headers
from local.oss.errors import OssError, invalid_argument, malformed_xml
from local.oss.exchange import Call, Change, Reply, committed, read_document, receive_content, xml_reply
from local.oss.metadata import attributes_from, check_content_md5, write_headers
from local.oss.objects import check_put_size
from local.oss.parameters import bounded_number, encoder_for, natural_number, short_text
from local.oss.records import Kind, ObjectRecord, Part, Upload

MAX_PARTS = 10_000
MIN_PART_BYTES = 100 * 1024


def part_number(query: Mapping[str, str]) -> int:
    """The part number a request names, 1 to 10,000.

    Raises:
        OssError: ``InvalidArgument``.
    """
    text = query.get("partNumber", "")
    if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= MAX_PARTS:
        message = f"Part number must be an integer between 1 and {MAX_PARTS}, inclusive"
        raise invalid_argument(message, name="partNumber", value=text)
    return int(text)


async def initiate(call: Call) -> Reply:
    """InitiateMultipartUpload."""
    attributes = attributes_from(call.headers, call.storage.bucket(call.bucket))
    call.storage.check_overwrite(call.bucket, call.key, forbidden=call.forbid_overwrite)
    upload = Upload(secrets.token_hex(16).upper(), call.bucket, call.key, attributes, call.storage.now_ms())
    call.storage.uploads.put(upload)
    encoder = encoder_for(call.query)
    elements = [
        encoder.declaration(),
        xml.leaf("Bucket", call.bucket),
        encoder.leaf("Key", call.key),
        xml.leaf("UploadId", upload.upload_id),
    ]
    reply = xml_reply(xml.branch("InitiateMultipartUploadResult", *elements))
    reply.headers.update(encryption_headers(attributes))
    reply.changes.append(Change("ObjectCreated:InitiateMultipartUpload", call.key, attributes=attributes))
    return reply


async def upload_part(call: Call) -> Reply:
    """UploadPart."""
    number = part_number(call.query)
    upload = call.storage.upload(call.query.get("uploadId", ""), call.bucket, call.key)
    check_put_size(call.headers)
    content = await receive_content(call)
    try:
        check_content_md5(call.headers, content)
    except OssError:
        call.storage.contents.remove(content)
        raise
    part = call.storage.put_part(upload, number, content)
    headers = {
        "ETag": f'"{part.etag}"',
        "x-oss-hash-crc64ecma": str(content.crc64),
        **encryption_headers(upload.attributes),
    }
    change = Change("ObjectCreated:UploadPart", call.key, content.size, etag=part.etag)
    return Reply(200, headers, changes=[change])


async def complete(call: Call) -> Reply:
    """CompleteMultipartUpload with a list of parts, or with ``x-oss-complete-all: yes``."""
    upload = call.storage.upload(call.query.get("uploadId", ""), call.bucket, call.key)
    body = await read_document(call)
    known = {part.number: part for part in call.storage.uploads.parts(upload.upload_id)}
    if call.headers.get("x-oss-complete-all", "").lower() == "yes":
        chosen = list(known.values())
    else:
        chosen = _chosen_parts(body, known)
    _check_sizes(chosen)
    call.storage.check_overwrite(call.bucket, call.key, forbidden=call.forbid_overwrite)
    call.storage.begin_completing(upload)
    try:
        content = await asyncio.to_thread(call.storage.contents.join, [part.content for part in chosen])
    finally:
        call.storage.stop_completing(upload)
    digest = hashlib.md5(b"".join(part.content.md5 for part in chosen), usedforsecurity=False)
    etag = f"{digest.hexdigest().upper()}-{len(chosen)}"
    record = ObjectRecord(call.key, Kind.MULTIPART, etag, content, upload.attributes, call.storage.now_ms())
    stored = call.storage.commit(call.bucket, record, forbid_overwrite=call.forbid_overwrite)
    call.storage.drop_upload(upload)
    encoder = encoder_for(call.query)
    elements = [
        encoder.declaration(),
        encoder.leaf("Location", f"http://{call.headers.get('host', '')}/".encode() + call.key),
        xml.leaf("Bucket", call.bucket),
        encoder.leaf("Key", call.key),
        xml.leaf("ETag", f'"{etag}"'),
    ]
    reply = xml_reply(xml.branch("CompleteMultipartUploadResult", *elements))
    reply.headers.update(write_headers(call.storage.bucket(call.bucket), stored.record))
    reply.changes.append(committed("ObjectCreated:CompleteMultipartUpload", stored))
    return reply


def _chosen_parts(body: bytes, known: Mapping[int, Part]) -> list[Part]:
    chosen: list[Part] = []
    for element in xml.parse(body).iterfind("Part"):
        text, etag = xml.text_of(element, "PartNumber"), xml.text_of(element, "ETag").strip().strip('"')
        part = known.get(int(text)) if text.strip().isdecimal() and len(text) < 9 else None
        if part is None or part.etag != etag.upper():
            message = (
                "One or more of the specified parts could not be found "
                "or the specified entity tag might not have matched the part's entity tag."
            )
            raise OssError(400, "InvalidPart", message, details={"PartNumber": text, "ETag": etag})
        if chosen and part.number <= chosen[-1].number:
            message = "The list of parts was not in ascending order."
            raise OssError(400, "InvalidPartOrder", message, details={"PartNumber": text})
        chosen.append(part)
    if not chosen:
        raise malformed_xml()
    return chosen


def _check_sizes(parts: Sequence[Part]) -> None:
    if not parts:
        raise malformed_xml()
    small = next((part for part in parts[:-1] if part.content.size < MIN_PART_BYTES), None)
    if small is not None:
        details = {
            "MinSizeAllowed": str(MIN_PART_BYTES),
            "ProposedSize": str(small.content.size),
            "PartNumber": str(small.number),
            "ETag": small.etag,
        }
        message = "Your proposed upload smaller than the minimum allowed size."
        raise OssError(400, "EntityTooSmall", message, details=details)


async def abort(call: Call) -> Reply:
    """AbortMultipartUpload."""
    upload = call.storage.upload(call.query.get("uploadId", ""), call.bucket, call.key)
    call.storage.drop_upload(upload)
    return Reply(204, changes=[Change("ObjectRemoved:AbortMultipartUpload", call.key)])


async def list_parts(call: Call) -> Reply:
    """ListParts."""
    upload = call.storage.upload(call.query.get("uploadId", ""), call.bucket, call.key)
    limit = bounded_number(call.query, "max-parts", default=1000, largest=1000)
    marker = natural_number(call.query, "part-number-marker")
    found = [part for part in call.storage.uploads.parts(upload.upload_id) if part.number > marker]
    shown = found[:limit]
    encoder = encoder_for(call.query)
    elements = [
        encoder.declaration(),
        xml.leaf("Bucket", call.bucket),
        encoder.leaf("Key", call.key),
        xml.leaf("UploadId", upload.upload_id),
        xml.leaf("StorageClass", upload.attributes.storage_class),
        xml.leaf("PartNumberMarker", marker),
        xml.leaf("NextPartNumberMarker", shown[-1].number if shown else 0),
        xml.leaf("MaxParts", limit),
        xml.leaf("IsTruncated", "true" if len(found) > limit else "false"),
    ]
    elements += [
        xml.branch(
            "Part",
            xml.leaf("PartNumber", part.number),
            xml.leaf("LastModified", xml.timestamp(part.modified_ms)),
            xml.leaf("ETag", f'"{part.etag}"'),
            xml.leaf("HashCrc64ecma", part.content.crc64),
            xml.leaf("Size", part.content.size),
        )
        for part in shown
    ]
    return xml_reply(xml.branch("ListPartsResult", *elements))


async def list_uploads(call: Call) -> Reply:
    """ListMultipartUploads, with prefix, delimiter and markers."""
    call.storage.bucket(call.bucket)
    limit = bounded_number(call.query, "max-uploads", default=1000, largest=1000)
    prefix, delimiter = short_text(call.query, "prefix"), short_text(call.query, "delimiter")
    key_marker = short_text(call.query, "key-marker")
    id_marker = call.query.get("upload-id-marker", "") if key_marker else ""
    shown: list[Upload] = []
    groups: list[bytes] = []
    last: tuple[bytes, str] = (b"", "")
    truncated = False
    for upload in call.storage.uploads.in_bucket(call.bucket):
        if not upload.key.startswith(prefix) or not _is_behind(upload, key_marker, id_marker):
            continue
        end = upload.key.find(delimiter, len(prefix)) if delimiter else -1
        group = upload.key[: end + len(delimiter)] if end >= 0 else b""
        if group and (group == key_marker or group in groups):
            continue
        if len(shown) + len(groups) == limit:
            truncated = True
            break
        last = (group, "") if group else (upload.key, upload.upload_id)
        if group:
            groups.append(group)
        else:
            shown.append(upload)
    encoder = encoder_for(call.query)
    elements = [
        encoder.declaration(),
        xml.leaf("Bucket", call.bucket),
        encoder.leaf("KeyMarker", key_marker),
        xml.leaf("UploadIdMarker", id_marker),
        encoder.leaf("NextKeyMarker", last[0] if truncated else b""),
        xml.leaf("NextUploadIdMarker", last[1] if truncated else ""),
        encoder.leaf("Delimiter", delimiter),
        encoder.leaf("Prefix", prefix),
        xml.leaf("MaxUploads", limit),
        xml.leaf("IsTruncated", "true" if truncated else "false"),
    ]
    elements += [
        xml.branch(
            "Upload",
            encoder.leaf("Key", upload.key),
            xml.leaf("UploadId", upload.upload_id),
            xml.leaf("StorageClass", upload.attributes.storage_class),
            xml.leaf("Initiated", xml.timestamp(upload.initiated_ms)),
        )
        for upload in shown
    ]
    elements += [xml.branch("CommonPrefixes", encoder.leaf("Prefix", group)) for group in groups]
    return xml_reply(xml.branch("ListMultipartUploadsResult", *elements))


def _is_behind(upload: Upload, key_marker: bytes, id_marker: str) -> bool:
    if not id_marker:
        return upload.key > key_marker
    return (upload.key, upload.upload_id) > (key_marker, id_marker)
