"""Builders for event notifications, and a receiver's own check of their signatures."""

import base64
import hashlib
import json
from collections.abc import Mapping

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from local.oss.events.dispatch import Clock
from local.oss.events.messages import Message
from local.oss.events.notifications import NotificationOptions
from local.oss.events.records import Origin, event_record
from local.oss.events.rules import Rule
from local.oss.exchange import Change
from local.oss.records import Attributes

MOMENT_MS = 1_765_646_247_987
ORIGIN = Origin(
    region="cn-hangzhou",
    bucket="photos",
    owner="1234567890123456",
    requester="6543210987654321",
    address="192.0.2.7",
    request_id="693D9FA7667085383239654E",
    occurred_ms=MOMENT_MS,
)

AT_ONCE = NotificationOptions(clock=Clock(scale=0))
"""Tries again without a pause."""


def smq(url: str = "http://127.0.0.1:9/", **fields: object) -> dict[str, object]:
    return {"type": "smq", "url": url, **fields}


def rule(target: Mapping[str, object] | None = None, **fields: object) -> Rule:
    document = {"id": "rule", "bucket": "photos", "events": ["ObjectCreated:*"], "target": target or smq()}
    return Rule.model_validate(document | fields)


def put(key: str = "a/b.mp4", size: int = 5) -> Change:
    attributes = Attributes({"content-type": "video/mp4", "x-oss-meta-m": "ä", "cache-control": "no-cache"})
    return Change(
        "ObjectCreated:PutObject", key.encode(), size, size, "4EE26171F77B43046F41951766916291", attributes
    )


def message(*changes: Change, rule_id: str = "rule") -> Message:
    records = tuple(event_record(change, ORIGIN, rule_id) for change in changes or (put(),))
    return Message("250EB49D5F8D737A391C93C6ED165396", rule_id, MOMENT_MS, records)


def verify_smq(certificate: bytes, uri: str, headers: Mapping[str, str], body: bytes) -> None:
    """Check a push as its receiver does; raises when it was not signed or was changed."""
    lower = {name.lower(): value for name, value in headers.items()}
    digest = hashlib.md5(body, usedforsecurity=False)
    spellings = {
        digest.hexdigest().upper(),
        base64.b64encode(digest.hexdigest().upper().encode()).decode(),
        base64.b64encode(digest.digest()).decode(),
    }
    assert lower["content-md5"] in spellings
    signed = f"POST\n{lower['content-md5']}\n{lower['content-type']}\n{lower['date']}\n"
    for name in sorted(name for name in lower if name.startswith("x-mns-")):
        signed += f"{name}:{lower[name]}\n"
    signature = base64.b64decode(lower["authorization"], validate=True)
    _public_key(certificate).verify(signature, (signed + uri).encode(), padding.PKCS1v15(), hashes.SHA1())


def verify_eventbridge(certificate: bytes, url: str, headers: Mapping[str, str], body: bytes) -> None:
    """Check a version 2 signature as its receiver does."""
    lower = {name.lower(): value for name, value in headers.items()}
    signed = url + "\n"
    for name in (
        "signature-timestamp",
        "hash-method",
        "signature-version",
        "signature-url",
        "signature-token",
    ):
        if f"x-eventbridge-{name}" in lower:
            signed += f"x-eventbridge-{name}: {lower[f'x-eventbridge-{name}']}\n"
    signature = base64.b64decode(lower["x-eventbridge-signature-v2"], validate=True)
    _public_key(certificate).verify(signature, signed.encode() + body, padding.PKCS1v15(), hashes.SHA256())


def _public_key(certificate: bytes):
    return x509.load_pem_x509_certificate(certificate).public_key()


def bucket_rule(bucket, target, **fields):
    document = {"id": "rule", "bucket": bucket.bucket_name, "events": ["ObjectCreated:*"], "target": target}
    return Rule.model_validate(document | fields)


def headers_of(received):
    pairs = (line.split(":", 1) for line in received.header_lines)
    return {name: value.strip() for name, value in pairs}


def events_of(received):
    return json.loads(base64.b64decode(bytes(received.body), validate=True))["events"]


def keys_of(receiver):
    return [event["oss"]["object"]["key"] for received in receiver.received for event in events_of(received)]


def status_of(result):
    header = result.headers.get("x-oss-event-status")
    return json.loads(base64.b64decode(header)) if header else None
