"""Multipart uploads: initiate, upload parts, complete, abort."""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from local.oss import xml
from local.oss.encryption import encryption_headers, refuse_encryption
from local.oss.errors import OssError, invalid_argument, malformed_xml
from local.oss.exchange import Call, Change, Reply, committed, read_document, receive_content, xml_reply
from local.oss.metadata import acl_from, attributes_from, check_content_md5, write_headers
from local.oss.objects import check_put_size
from local.oss.parameters import encoder_for
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
    upload = Upload(
        secrets.token_hex(16).upper(),
        call.bucket,
        call.key,
        attributes,
        call.storage.now_ms(),
        sequential="sequential" in call.query,
    )
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
    refuse_encryption(call.headers)
    _check_sequence(call, upload, number)
    content = await receive_content(call)
    try:
        check_content_md5(call.headers, content)
    except OssError:
        call.storage.contents.remove(content)
        raise
    part = call.storage.put_part(upload, number, content)
    headers = {
        "Content-MD5": base64.b64encode(content.md5).decode(),
        "ETag": f'"{part.etag}"',
        "x-oss-hash-crc64ecma": str(content.crc64),
        **encryption_headers(upload.attributes),
    }
    change = Change("ObjectCreated:UploadPart", call.key, content.size, etag=part.etag)
    return Reply(200, headers, changes=[change])


def _check_sequence(call: Call, upload: Upload, number: int) -> None:
    """Parts of a sequential upload come one after the other, from 1."""
    if not upload.sequential:
        return
    expected = 1 + max((part.number for part in call.storage.uploads.parts(upload.upload_id)), default=0)
    if number != expected:
        message = f"The sequential upload expects part {expected}."
        raise OssError(409, "PartNotSequential", message, details={"PartNumber": str(number)})


async def complete(call: Call) -> Reply:
    """CompleteMultipartUpload with a list of parts, or with ``x-oss-complete-all: yes``."""
    refuse_encryption(call.headers)
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
        if upload.sequential:
            content = await asyncio.to_thread(call.storage.contents.with_md5, content)
    finally:
        call.storage.stop_completing(upload)
    digest = hashlib.md5(b"".join(part.content.md5 for part in chosen), usedforsecurity=False)
    etag = f"{digest.hexdigest().upper()}-{len(chosen)}"
    attributes = upload.attributes
    if "x-oss-object-acl" in call.headers:
        attributes = replace(attributes, acl=acl_from(call.headers["x-oss-object-acl"]))
    record = ObjectRecord(call.key, Kind.MULTIPART, etag, content, attributes, call.storage.now_ms())
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
