"""Event records, the part that all three ways of delivery share.

Source: OSS user guide, "Use event notifications to monitor object changes in real time"; Function Compute,
"Formats of event for different triggers". Real records keep ``region`` and what follows beside ``oss``.
"""

from dataclasses import dataclass
from typing import Any

from local.oss import xml
from local.oss.exchange import Change

type Record = dict[str, Any]


@dataclass(frozen=True)
class Origin:
    """The request behind a change.

    Attributes:
        region: Region id of the server.
        bucket: Bucket name.
        owner: Account that owns the bucket.
        requester: Account that sent the request.
        address: IP address it came from.
        request_id: Id that the reply carries.
        occurred_ms: Milliseconds since 1970.
    """

    region: str
    bucket: str
    owner: str
    requester: str
    address: str
    request_id: str
    occurred_ms: int


def event_record(change: Change, origin: Origin, rule_id: str) -> Record:
    """The record of one change as one rule tells it; keys are plain text, not percent-encoded."""
    return {
        "eventName": change.event,
        "eventSource": "acs:oss",
        "eventTime": xml.timestamp(origin.occurred_ms),
        "eventVersion": "1.0",
        "oss": {
            "bucket": {
                "arn": f"acs:oss:{origin.region}:{origin.owner}:{origin.bucket}",
                "name": origin.bucket,
                "ownerIdentity": origin.owner,
                "virtualBucket": "",
            },
            "object": _object(change),
            "ossSchemaVersion": "1.0",
            "ruleId": rule_id,
        },
        "region": origin.region,
        "requestParameters": {"sourceIPAddress": origin.address},
        "responseElements": {"requestId": origin.request_id},
        "userIdentity": {"principalId": origin.requester},
    }


def _object(change: Change) -> dict[str, Any]:
    described: dict[str, Any] = {
        "key": change.key.decode(),
        "size": change.size,
        "deltaSize": change.delta_size,
    }
    if change.etag:
        described["eTag"] = change.etag
    if change.attributes is not None:
        headers = change.attributes.headers
        described["objectMeta"] = {
            "mimeType": headers.get("content-type", ""),
            "userMeta": {name: value for name, value in headers.items() if name.startswith("x-oss-meta-")},
        }
    positions = {"position": change.position, "readFrom": change.read_from, "readTo": change.read_to}
    return described | {name: position for name, position in positions.items() if position is not None}
