"""Notifications as senders write them, signed by a key of our own."""

import base64
import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ferry.events.signature import Delivery

from local.oss.events import eventbridge, smq
from local.oss.events.messages import Push
from local.oss.events.signing import SigningKey
from local.oss.events.targets import EventBridgeTarget, SmqTarget
from tests.support.deployments import EVENTS_URL
from tests.support.events import message, put

SMQ_CERTIFICATE = "https://mnstest.oss-cn-hangzhou.aliyuncs.com/x509_public_certificate.pem"
EVENTBRIDGE_CERTIFICATE = (
    "https://cn-hangzhou-eventbridge.oss-accelerate.aliyuncs.com/x509_public_certificate_2021012501.pem"
)


@cache
def signing_key() -> SigningKey:
    """A key that stands for Alibaba Cloud's."""
    return SigningKey(Path(tempfile.mkdtemp()))


def smq_push(
    now: datetime, url: str, *, cert_url: str = SMQ_CERTIFICATE, body: bytes = b"", **target: Any
) -> Push:
    """A signed push of SMQ; ``body`` is told instead of a notification about ``2026/a.jpg``."""
    told = replace(message(put("2026/a.jpg")), published_ms=int(now.timestamp() * 1000))
    wanted = SmqTarget.model_validate({"type": "smq", "url": url, **target})
    if not body:
        return smq.encode(told, wanted, signing_key(), cert_url=cert_url, now_ms=told.published_ms)
    original = smq.message_text
    try:
        smq.message_text = lambda _: body.decode()
        return smq.encode(told, wanted, signing_key(), cert_url=cert_url, now_ms=told.published_ms)
    finally:
        smq.message_text = original


def eventbridge_push(now: datetime, url: str, *, token: str, cert_url: str = EVENTBRIDGE_CERTIFICATE) -> Push:
    """A signed delivery of EventBridge."""
    told = message(put("2026/a.jpg"))
    target = EventBridgeTarget(type="eventbridge", url=url, token=token)
    now_ms = int(now.timestamp() * 1000)
    return eventbridge.encode(told, target, signing_key(), signature_url=cert_url, now_ms=now_ms)


def delivery_of(push: Push) -> Delivery:
    """A push as its receiver sees it."""
    parts = urlsplit(push.url)
    headers = {name.lower(): value for name, value in push.headers.items()}
    uri = parts.path + (f"?{parts.query}" if parts.query else "")
    return Delivery("POST", uri, (push.url,), headers, push.body)


def api_event(push: Push, **changed: Any) -> dict[str, Any]:
    """A push as API Gateway hands it to a function."""
    parts = urlsplit(push.url)
    headers = {name.lower(): value for name, value in push.headers.items()}
    is_text = headers.get("content-type", "").startswith(("text/", "application/json"))
    _, _, task_id, *secret = parts.path.split("/")
    return {
        "version": "2.0",
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "headers": headers,
        "requestContext": {"domainName": urlsplit(EVENTS_URL).netloc},
        "pathParameters": {"task_id": task_id, **({"secret": secret[0]} if secret else {})},
        "body": push.body.decode() if is_text else base64.b64encode(push.body).decode(),
        "isBase64Encoded": not is_text,
        **changed,
    }


def changed(push: Push, *, body: bytes | None = None, url: str = "", **headers: str | None) -> Push:
    """A push somebody altered on its way; a header set to None is taken off, ``_`` stands for ``-``."""
    kept: Mapping[str, str] = {
        **push.headers,
        **{name.replace("_", "-"): value for name, value in headers.items() if value is not None},
    }
    gone = {name.replace("_", "-").lower() for name, value in headers.items() if value is None}
    names: dict[str, str] = {}
    for name, value in kept.items():
        names = {other: there for other, there in names.items() if other.lower() != name.lower()}
        if name.lower() not in gone:
            names[name] = value
    return Push(url or push.url, names, push.body if body is None else body)


def events_body(*keys: str, bucket: str = "photos", name: str = "ObjectCreated:PutObject") -> bytes:
    """``{"events": [...]}`` with one record per key."""
    records = [
        {
            "eventName": name,
            "eventTime": "2026-01-31T12:00:00.000Z",
            "oss": {"bucket": {"name": bucket}, "object": {"key": key, "size": 1}},
        }
        for key in keys
    ]
    return json.dumps({"events": records}, ensure_ascii=False).encode()
