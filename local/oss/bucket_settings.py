"""Switches of buckets: versioning, who pays, direct reads of archives, encryption.

Source: OSS developer reference, "PutBucketVersioning", "PutBucketRequestPayment",
"PutBucketArchiveDirectRead" and "PutBucketEncryption".
"""

from dataclasses import replace
from enum import StrEnum

from local.oss import xml
from local.oss.encryption import ALGORITHM, KEY_ALGORITHM, KEY_ID, checked_encryption
from local.oss.errors import OssError, malformed_xml
from local.oss.exchange import Call, Reply, read_document, xml_reply
from local.oss.records import Bucket, Payer, Versioning

_ENCRYPTION_ELEMENTS = {
    ALGORITHM: "SSEAlgorithm",
    KEY_ID: "KMSMasterKeyID",
    KEY_ALGORITHM: "KMSDataEncryption",
}


def _choice[ChoiceT: StrEnum](body: bytes, path: str, choices: type[ChoiceT]) -> ChoiceT:
    try:
        return choices(xml.text_of(xml.parse(body), path))
    except ValueError:
        raise malformed_xml() from None


async def put_bucket_versioning(call: Call) -> Reply:
    """PutBucketVersioning: Enabled or Suspended, never off again."""
    bucket = call.storage.bucket(call.bucket)
    status = _choice(await read_document(call), "Status", Versioning)
    if status is Versioning.OFF:
        raise malformed_xml()
    call.storage.index.put_bucket(replace(bucket, versioning=status))
    return Reply(200)


async def get_bucket_versioning(call: Call) -> Reply:
    """GetBucketVersioning; says nothing for a bucket that never had versions."""
    versioning = call.storage.bucket(call.bucket).versioning
    status = xml.leaf("Status", versioning) if versioning else ""
    return xml_reply(xml.branch("VersioningConfiguration", status))


async def put_bucket_request_payment(call: Call) -> Reply:
    """PutBucketRequestPayment."""
    bucket = call.storage.bucket(call.bucket)
    payer = _choice(await read_document(call), "Payer", Payer)
    call.storage.index.put_bucket(replace(bucket, payer=payer))
    return Reply(200)


async def get_bucket_request_payment(call: Call) -> Reply:
    """GetBucketRequestPayment."""
    payer = call.storage.bucket(call.bucket).payer
    return xml_reply(xml.branch("RequestPaymentConfiguration", xml.leaf("Payer", payer)))


async def put_bucket_archive_direct_read(call: Call) -> Reply:
    """PutBucketArchiveDirectRead."""
    bucket = call.storage.bucket(call.bucket)
    enabled = xml.text_of(xml.parse(await read_document(call)), "Enabled")
    if enabled not in {"true", "false"}:
        raise malformed_xml()
    call.storage.index.put_bucket(replace(bucket, archive_direct_read=enabled == "true"))
    return Reply(200)


async def get_bucket_archive_direct_read(call: Call) -> Reply:
    """GetBucketArchiveDirectRead."""
    enabled = call.storage.bucket(call.bucket).archive_direct_read
    text = "true" if enabled else "false"
    return xml_reply(xml.branch("ArchiveDirectReadConfiguration", xml.leaf("Enabled", text)))


async def put_bucket_encryption(call: Call) -> Reply:
    """PutBucketEncryption: for objects that name no encryption themselves."""
    bucket = call.storage.bucket(call.bucket)
    rule = xml.parse(await read_document(call)).find("ApplyServerSideEncryptionByDefault")
    if rule is None:
        raise malformed_xml()
    texts = {name: rule.findtext(element) or "" for name, element in _ENCRYPTION_ELEMENTS.items()}
    chosen = checked_encryption(texts[ALGORITHM], key_id=texts[KEY_ID], key_algorithm=texts[KEY_ALGORITHM])
    call.storage.index.put_bucket(replace(bucket, encryption=chosen))
    return Reply(200)


async def get_bucket_encryption(call: Call) -> Reply:
    """GetBucketEncryption."""
    bucket = call.storage.bucket(call.bucket)
    if not bucket.encryption:
        message = "The server side encryption configuration does not exist."
        raise OssError(404, "NoSuchServerSideEncryptionRule", message)
    rule = xml.branch("ApplyServerSideEncryptionByDefault", encryption_elements(bucket))
    return xml_reply(xml.branch("ServerSideEncryptionRule", rule))


async def delete_bucket_encryption(call: Call) -> Reply:
    """DeleteBucketEncryption."""
    bucket = call.storage.bucket(call.bucket)
    call.storage.index.put_bucket(replace(bucket, encryption={}))
    return Reply(204)


def encryption_elements(bucket: Bucket) -> str:
    """The elements that tell a bucket's encryption, with algorithm ``None`` when it has none."""
    chosen = bucket.encryption or {ALGORITHM: "None"}
    return "".join(xml.leaf(_ENCRYPTION_ELEMENTS[name], value) for name, value in chosen.items())
