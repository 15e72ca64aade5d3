"""Deleting objects, versions and delete markers, one or many at a time.

Source: OSS developer reference, "DeleteObject" and "DeleteMultipleObjects".
"""

from dataclasses import dataclass

from local.oss import xml
from local.oss.errors import OssError, malformed_xml
from local.oss.exchange import Call, Change, Reply, read_document, xml_reply
from local.oss.names import check_key
from local.oss.parameters import Encoder, encoder_for
from local.oss.records import Kind
from local.oss.storage import Deleted
from local.oss.version_ids import checked_version_id

MAX_DELETES = 1000


@dataclass(frozen=True)
class _Target:
    key: bytes
    version_id: str


async def delete_object(call: Call) -> Reply:
    """DeleteObject; deleting nothing is a success."""
    version_id = call.version_id
    deleted = call.storage.delete(call.bucket, call.key, version_id)
    headers = {"x-oss-version-id": version_id} if version_id else {}
    if deleted.marker is not None:
        headers = {"x-oss-version-id": deleted.marker.version_id, "x-oss-delete-marker": "true"}
    elif deleted.removed is not None and deleted.removed.kind is Kind.DELETE_MARKER:
        headers["x-oss-delete-marker"] = "true"
    return Reply(204, headers, changes=_changes("ObjectRemoved:DeleteObject", deleted))


def _changes(event: str, deleted: Deleted) -> list[Change]:
    """What notifications say: nothing of delete markers that come or go."""
    removed = deleted.removed
    if removed is None or removed.kind is Kind.DELETE_MARKER:
        return []
    return [Change(event, removed.key, delta_size=-removed.size)]


async def delete_objects(call: Call) -> Reply:
    """DeleteMultipleObjects, verbose unless Quiet is true."""
    call.storage.bucket(call.bucket)
    if "content-md5" not in call.headers:
        message = "Missing Some Required Arguments."
        raise OssError(400, "MissingArgument", message, details={"ArgumentName": "Content-MD5"})
    root = xml.parse(await read_document(call))
    targets = [
        _Target(xml.text_of(element, "Key").encode(), _version_id(element.findtext("VersionId")))
        for element in root.iterfind("Object")
    ]
    if not 1 <= len(targets) <= MAX_DELETES:
        raise malformed_xml()
    for target in targets:
        check_key(target.key)
    outcomes = [call.storage.delete(call.bucket, target.key, target.version_id) for target in targets]
    changes = [change for outcome in outcomes for change in _changes("ObjectRemoved:DeleteObjects", outcome)]
    if root.findtext("Quiet") == "true":
        return Reply(200, changes=changes)
    encoder = encoder_for(call.query)
    elements = [_deleted(target, outcome, encoder) for target, outcome in zip(targets, outcomes, strict=True)]
    reply = xml_reply(xml.branch("DeleteResult", encoder.declaration(), *elements))
    reply.changes.extend(changes)
    return reply


def _version_id(text: str | None) -> str:
    return checked_version_id(text) if text else ""


def _deleted(target: _Target, outcome: Deleted, encoder: Encoder) -> str:
    elements = [encoder.leaf("Key", target.key)]
    if target.version_id:
        elements.append(xml.leaf("VersionId", target.version_id))
    marker = outcome.marker
    if outcome.removed is not None and outcome.removed.kind is Kind.DELETE_MARKER:
        marker = outcome.removed
    if marker is not None:
        elements.append(xml.leaf("DeleteMarker", "true"))
        elements.append(xml.leaf("DeleteMarkerVersionId", marker.version_id))
    return xml.branch("Deleted", *elements)
