"""Deliveries of EventBridge: one complete CloudEvent per request, with a version 2 signature.

Source: EventBridge documentation, "OSS events" and "Signature algorithm".
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from local.oss.events.messages import Message, Push
from local.oss.events.signing import SigningKey
from local.oss.events.targets import EventBridgeTarget

_SIGNED = (
    "x-eventbridge-signature-timestamp",
    "x-eventbridge-hash-method",
    "x-eventbridge-signature-version",
    "x-eventbridge-signature-url",
    "x-eventbridge-signature-token",
)
_CONTENT_TYPE = "application/json;charset=utf-8"


def encode(
    message: Message, target: EventBridgeTarget, key: SigningKey, *, signature_url: str, now_ms: int
) -> Push:
    """Write and sign one delivery.

    Args:
        message: What to tell; it has one record.
        target: Where to.
        key: Signs it.
        signature_url: Where the receiver finds the key's certificate.
        now_ms: Milliseconds since 1970.
    """
    event = cloud_event(message, target.event_bus)
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "x-eventbridge-signature-timestamp": str(now_ms),
        "x-eventbridge-hash-method": "SHA256",
        "x-eventbridge-signature-version": "1.0",
        "x-eventbridge-signature-url": signature_url,
    }
    if target.token:
        headers["x-eventbridge-signature-token"] = target.token
    signature = key.sign_sha256(string_to_sign(target.url, headers, body))
    headers["x-eventbridge-signature-v2"] = signature
    return Push(target.url, {"Content-Type": _CONTENT_TYPE} | headers, body)


def string_to_sign(url: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """What a version 2 signature covers: the URL, the signature headers in their order, the body."""
    lines = [url, *(f"{name}: {headers[name]}" for name in _SIGNED if name in headers)]
    return "\n".join(lines).encode() + b"\n" + body


def cloud_event(message: Message, event_bus: str) -> dict[str, object]:
    """A record as EventBridge wraps it; like there, all events of one request share their id."""
    (record,) = message.records
    bucket, described = record["oss"]["bucket"], record["oss"]["object"]
    published = datetime.fromtimestamp(message.published_ms / 1000, UTC)
    return {
        "id": record["responseElements"]["requestId"],
        "source": "acs.oss",
        "specversion": "1.0",
        "type": f"oss:{record['eventName']}",
        "subject": f"{bucket['arn']}/{described['key']}",
        "time": record["eventTime"],
        "datacontenttype": _CONTENT_TYPE,
        "aliyunaccountid": bucket["ownerIdentity"],
        "aliyunoriginalaccountid": bucket["ownerIdentity"],
        "aliyunregionid": record["region"],
        "aliyuneventbusname": event_bus,
        "aliyunpublishtime": published.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": record,
    }
