"""ListParts and ListMultipartUploads as HTTP operations."""

from local.oss import xml
from local.oss.exchange import Call, Reply, xml_reply
from local.oss.metadata import CLIENT_SIDE_PREFIX, client_side_keys
from local.oss.parameters import bounded_number, encoder_for, natural_number, short_text
from local.oss.records import Upload

_CLIENT_SIDE_ELEMENTS = {
    f"{CLIENT_SIDE_PREFIX}key": "ClientEncryptionKey",
    f"{CLIENT_SIDE_PREFIX}start": "ClientEncryptionStart",
    f"{CLIENT_SIDE_PREFIX}cek-alg": "ClientEncryptionCekAlg",
    f"{CLIENT_SIDE_PREFIX}wrap-alg": "ClientEncryptionWrapAlg",
    f"{CLIENT_SIDE_PREFIX}data-size": "ClientEncryptionDataSize",
    f"{CLIENT_SIDE_PREFIX}part-size": "ClientEncryptionPartSize",
}


async def list_parts(call: Call) -> Reply:
    """ListParts."""
    upload = call.storage.upload(call.query.get("uploadId", ""), call.bucket, call.key)
    limit = bounded_number(call.query, "max-parts", default=1000, largest=1000)
    marker = natural_number(call.query, "part-number-marker")
    found = [part for part in call.storage.uploads.parts(upload.upload_id) if part.number > marker]
    shown = found[:limit]
    encoder = encoder_for(call.query)
    keys = client_side_keys(upload.attributes)
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
    elements += [
        xml.leaf(name, keys[header]) for header, name in _CLIENT_SIDE_ELEMENTS.items() if header in keys
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
        encoder.leaf("NextKeyMarker", last[0]),
        xml.leaf("NextUploadIdMarker", last[1]),
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
