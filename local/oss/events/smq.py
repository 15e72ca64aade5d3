"""Pushes of Simple Message Queue (formerly MNS) to HTTP endpoints.

Source: SMQ documentation, "HttpEndpoint", "NotifyContentFormat" and "Debug HTTP endpoints". What OSS
publishes is the Base64 form of ``{"events": [...]}``.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from local.oss import xml
from local.oss.events.messages import Message, Push
from local.oss.events.signing import SigningKey
from local.oss.events.targets import ContentFormat, Md5Spelling, SmqTarget
from local.oss.metadata import http_date

DEFAULT_PATH = "/notifications"
NAMESPACE = "http://mns.aliyuncs.com/doc/v1/"
_CONTENT_TYPES = {
    ContentFormat.SIMPLIFIED: "text/plain;charset=utf-8",
    ContentFormat.JSON: "application/json;charset=utf-8",
    ContentFormat.XML: "text/xml;charset=utf-8",
}


def message_text(message: Message) -> str:
    """What OSS publishes: the records as JSON, in Base64."""
    events = json.dumps({"events": message.records}, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(events.encode()).decode()


def encode(message: Message, target: SmqTarget, key: SigningKey, *, cert_url: str, now_ms: int) -> Push:
    """Write and sign one push; every try has a request id, date and signature of its own.

    Args:
        message: What to tell.
        target: How to write it.
        key: Signs it.
        cert_url: Where the receiver finds the key's certificate.
        now_ms: Milliseconds since 1970.
    """
    text = message_text(message)
    topic = _topic(message)
    body = _body(message, text, topic, target)
    mns = {
        "x-mns-message-id": message.message_id,
        "x-mns-publish-time": str(message.published_ms),
        "x-mns-request-id": secrets.token_hex(12).upper(),
        "x-mns-signing-cert-url": base64.b64encode(cert_url.encode()).decode(),
        "x-mns-subscriber": topic["Subscriber"],
        "x-mns-subscription-name": topic["SubscriptionName"],
        "x-mns-topic-name": topic["TopicName"],
        "x-mns-topic-owner": topic["TopicOwner"],
        "x-mns-version": "2015-06-06",
    }
    if target.message_tag:
        mns["x-mns-message-tag"] = target.message_tag
    headers = {
        "Content-MD5": content_md5(body, target.content_md5),
        "Content-Type": _CONTENT_TYPES[target.notify_content_format],
        "Date": http_date(now_ms),
        **mns,
    }
    parts = urlsplit(target.url)
    uri = (parts.path.rstrip("/") and parts.path) or DEFAULT_PATH
    uri += f"?{parts.query}" if parts.query else ""
    signature = key.sign_sha1(string_to_sign("POST", uri, headers))
    agent = {"User-Agent": "Aliyun Notification Service Agent", "Accept": "*/*"}
    return Push(f"{parts.scheme}://{parts.netloc}{uri}", {"Authorization": signature} | headers | agent, body)


def string_to_sign(method: str, uri: str, headers: Mapping[str, str]) -> bytes:
    """What the signature covers: four standard headers, the ``x-mns-*`` ones in order, and the URI."""
    lower = {name.lower(): value for name, value in headers.items()}
    mns = [f"{name}:{value}" for name, value in sorted(lower.items()) if name.startswith("x-mns-")]
    standard = [lower.get(name, "") for name in ("content-md5", "content-type", "date")]
    return "\n".join([method, *standard, *mns, uri]).encode()


def content_md5(body: bytes, spelling: Md5Spelling) -> str:
    """The MD5 of a body as the service may write it."""
    digest = hashlib.md5(body, usedforsecurity=False).digest()
    match spelling:
        case Md5Spelling.UPPER_HEX:
            return digest.hex().upper()
        case Md5Spelling.BASE64_OF_HEX:
            return base64.b64encode(digest.hex().upper().encode()).decode()
        case Md5Spelling.BASE64_OF_DIGEST:
            return base64.b64encode(digest).decode()


def _topic(message: Message) -> dict[str, str]:
    """Names of the topic and subscription that OSS makes for a rule; the numbers in them never change."""
    record, rule = message.records[0], message.rule_id
    owner = record["oss"]["bucket"]["ownerIdentity"]
    number = int.from_bytes(hashlib.sha256(rule.encode()).digest()[:5])
    return {
        "TopicOwner": owner,
        "TopicName": f"mns-en-topics-oss-{rule}-{number}",
        "Subscriber": owner,
        "SubscriptionName": f"mns-en-subs-oss-{rule}-1-{number}",
    }


def _body(message: Message, text: str, topic: dict[str, str], target: SmqTarget) -> bytes:
    if target.notify_content_format is ContentFormat.SIMPLIFIED:
        return text.encode()
    fields = {
        **topic,
        "MessageId": message.message_id,
        "Message": text,
        "MessageMD5": hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper(),
        **({"MessageTag": target.message_tag} if target.message_tag else {}),
        "PublishTime": str(message.published_ms),
    }
    if target.notify_content_format is ContentFormat.JSON:
        return json.dumps(fields, separators=(",", ":")).encode()
    elements = "".join(xml.leaf(name, value) for name, value in fields.items())
    return xml.document(f'<Notification xmlns="{NAMESPACE}">{elements}</Notification>')
