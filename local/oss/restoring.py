"""Archived objects: whether they can be read, and RestoreObject. Everything goes by the storage's clock.

Source: OSS developer reference, "RestoreObject", "HeadObject" and "PutBucketArchiveDirectRead".
"""

from dataclasses import replace

from local.oss import xml
from local.oss.errors import OssError, invalid_argument, malformed_xml
from local.oss.exchange import Call, Reply, read_document, written
from local.oss.metadata import http_date, version_headers
from local.oss.parameters import bounded_number
from local.oss.records import Bucket, ObjectRecord, ObjectRow, StorageClass

_DAY_MS = 24 * 3600 * 1000
_TIERS = {
    StorageClass.COLD_ARCHIVE: frozenset({"Expedited", "Standard", "Bulk"}),
    StorageClass.DEEP_COLD_ARCHIVE: frozenset({"Expedited", "Standard"}),
}


def check_restored(bucket: Bucket, record: ObjectRecord, now_ms: int) -> None:
    """Refuse to read an archived object that is not restored.

    Args:
        bucket: May let Archive objects be read as they are.
        record: The object.
        now_ms: Milliseconds since 1970.

    Raises:
        OssError: ``InvalidObjectState``.
    """
    storage_class = record.attributes.storage_class
    if not storage_class.needs_restore or record.restored_from_ms <= now_ms <= record.restored_until_ms:
        return
    if storage_class is StorageClass.ARCHIVE and bucket.archive_direct_read:
        return
    raise OssError(
        403,
        "InvalidObjectState",
        "The operation is not valid for the object's state",
        ec="0026-00000031",
        details={"ObjectName": record.key.decode("utf-8", "replace")},
    )


def restore_state(record: ObjectRecord | ObjectRow, now_ms: int) -> str:
    """How far a restore is, as ``x-oss-restore`` and listings say it; empty when there is none."""
    if not record.restored_until_ms or record.restored_until_ms < now_ms:
        return ""
    if now_ms < record.restored_from_ms:
        return 'ongoing-request="true"'
    return f'ongoing-request="false", expiry-date="{http_date(record.restored_until_ms)}"'


def restore_headers(record: ObjectRecord, now_ms: int) -> dict[str, str]:
    """The response header of GET and HEAD that tells how far a restore is."""
    state = restore_state(record, now_ms)
    return {"x-oss-restore": state} if state else {}


async def restore_object(call: Call) -> Reply:
    """RestoreObject; takes the server's restore delay, and then lasts for the days asked for."""
    record = call.storage.object(call.bucket, call.key, call.version_id)
    storage_class = record.attributes.storage_class
    if not storage_class.needs_restore:
        message = "The restore operation is not valid for the object's storage class."
        raise OssError(400, "OperationNotSupported", message)
    days, tier = _asked(await read_document(call), storage_class)
    headers = version_headers(call.storage.bucket(call.bucket), record)
    if tier:
        headers["x-oss-object-restore-priority"] = tier
    now = call.storage.now_ms()
    if now < record.restored_from_ms:
        raise OssError(409, "RestoreAlreadyInProgress", "The restore operation is in progress.")
    if record.restored_until_ms >= now:
        longer = replace(record, restored_until_ms=now + days * _DAY_MS)
        call.storage.amend(call.bucket, longer)
        return Reply(200, headers)
    ready = now + call.storage.restore_delay_ms
    begun = replace(record, restored_from_ms=ready, restored_until_ms=ready + days * _DAY_MS)
    call.storage.amend(call.bucket, begun)
    reply = Reply(202, headers)
    # OSS tells the end of a restore for these classes only. A delayed end passes unseen: nothing runs then.
    if ready == now and storage_class in _TIERS:
        reply.changes.append(written("ObjectRestore:FinishRestore", begun, delta_size=0))
    return reply


def _asked(body: bytes, storage_class: StorageClass) -> tuple[int, str]:
    """Days, and the tier for classes that have tiers."""
    root = xml.parse(body) if body.strip() else None
    tiers = _TIERS.get(storage_class, frozenset())
    if root is None:
        return 1, "Standard" if tiers else ""
    days = bounded_number({"Days": root.findtext("Days", "")}, "Days", default=1, largest=365)
    if not tiers:
        if root.find("JobParameters") is not None:
            raise malformed_xml()
        return days, ""
    tier = root.findtext("JobParameters/Tier", "Standard")
    if tier not in tiers:
        raise invalid_argument("The restore tier is invalid.", name="Tier", value=tier)
    return days, tier
