"""Reading notifications in every form that OSS, its message services and senders give them.

Whatever arrives is read as a whole or refused with ``UndecodableError``; nothing else leaves this module.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError

from ferry.errors import PermanentError
from ferry.events.models import Action, BareMessage, Notification, ObjectEvent, action_of
from ferry.jobs import EventJob

MAX_KEY_BYTES: Final = 3 * 1023
"""Of the longest key of OSS, if a sender encodes every byte of it."""
_XML_NAMESPACE: Final = "{http://mns.aliyuncs.com/doc/v1/}"
_DEEPEST: Final = 2
"""Envelopes around a notification, each of which may be spelled in Base64."""


class UndecodableError(PermanentError):
    """The payload is no notification; nothing of it is used."""


def read_notification(body: bytes) -> Notification:
    """Read one payload.

    Args:
        body: ``{"events": [...]}``, a CloudEvent or an array of them; as it is or in Base64; bare, or in
            SMQ's JSON or XML envelope.

    Returns:
        Every record of it.

    Raises:
        UndecodableError: It is none of these, or a record lacks its bucket or key.

    Source:
        SMQ documentation, "NotifyContentFormat"; Function Compute, "Formats of event for different triggers";
        EventBridge, "OSS events".
    """
    return _read(body, _DEEPEST)


def read_queue_message(body: str) -> EventJob | BareMessage | Notification:
    """Read a message of the event queue: a job of our own, the classic sender's, or a notification.

    Raises:
        UndecodableError: It is none of these.
    """
    content = _to_bytes(body)
    if content.lstrip().startswith(b"{"):
        document = _json(content)
        if document.get("kind") == "event":
            try:
                return EventJob.model_validate(document)
            except ValidationError as error:
                raise UndecodableError("The job lacks a field or has one too many.") from error
        if "key" in document and "events" not in document and "Message" not in document:
            return BareMessage(_key(document["key"]))
        return _read_json(document, _DEEPEST)
    return read_notification(content)


def _read(body: bytes, envelopes: int) -> Notification:
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    if text.startswith((b"{", b"[")):
        return _read_json(_json(text), envelopes)
    if text.startswith(b"<"):
        return _unwrapped(_xml_fields(text), envelopes)
    try:
        decoded = base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error as error:
        raise UndecodableError("The body is neither JSON, nor XML, nor Base64.") from error
    if not decoded.lstrip().startswith((b"{", b"[")):
        raise UndecodableError("The Base64 holds no JSON.")
    return _read_json(_json(decoded), envelopes)


def _read_json(document: Any, envelopes: int) -> Notification:
    if isinstance(document, list):
        read = [_cloud_event(event) for event in document]
        events = tuple(event for one in read for event in one.events)
        return Notification(events, sum(one.unknown for one in read))
    if not isinstance(document, dict):
        raise UndecodableError("The JSON is no object.")
    if "events" in document:
        records = document["events"]
        if not isinstance(records, list):
            raise UndecodableError("'events' is no array.")
        return _notification([_record(record) for record in records])
    if "specversion" in document:
        return _cloud_event(document)
    if "Message" in document:
        return _unwrapped(document, envelopes)
    raise UndecodableError("The JSON is no notification.")


def _cloud_event(event: Any) -> Notification:
    if not isinstance(event, dict) or not isinstance(kind := event.get("type"), str):
        raise UndecodableError("The CloudEvent has no type.")
    if action_of(kind) is Action.UNKNOWN:
        # Such as oss:BucketCreated: the same source tells about much that is no object.
        return Notification(unknown=1)
    return _notification([_record(event.get("data"))])


def _unwrapped(envelope: Mapping[str, Any], envelopes: int) -> Notification:
    """Read the message inside an envelope of SMQ."""
    message = envelope.get("Message")
    if not isinstance(message, str) or envelopes == 0:
        raise UndecodableError("The envelope holds no message.")
    content = _to_bytes(message)
    digest = envelope.get("MessageMD5")
    if isinstance(digest, str) and digest:
        computed = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if digest.lower() != computed:
            raise UndecodableError("MessageMD5 is not that of the message.")
    return _read(content, envelopes - 1)


def _xml_fields(text: bytes) -> dict[str, str]:
    """Read the fields of an XML envelope; one with a DTD or entities is refused, whatever they say."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
        raise UndecodableError("The XML cannot be read, or has a DTD.") from error
    return {field.tag.removeprefix(_XML_NAMESPACE): field.text or "" for field in root}


def _notification(events: list[ObjectEvent | None]) -> Notification:
    known = tuple(event for event in events if event is not None)
    return Notification(known, len(events) - len(known))


def _record(record: Any) -> ObjectEvent | None:
    """Read a record; None when it is about something else than an object."""
    name = record.get("eventName") if isinstance(record, dict) else None
    if not isinstance(name, str):
        raise UndecodableError("A record has no event name.")
    if action_of(name) is Action.UNKNOWN:
        return None
    oss = _part(record, "oss")
    bucket = _part(oss, "bucket").get("name")
    if not isinstance(bucket, str) or not bucket:
        raise UndecodableError("A record has no bucket.")
    key = _key(_part(oss, "object").get("key"))
    return ObjectEvent(name.removeprefix("oss:"), bucket, key, _time(record.get("eventTime")))


def _part(whole: Any, name: str) -> dict[str, Any]:
    part = whole.get(name) if isinstance(whole, dict) else None
    if not isinstance(part, dict):
        raise UndecodableError(f"A record has no {name!r}.")
    return part


def _key(key: Any) -> str:
    """Check a key: not empty, real Unicode, no longer than OSS has them. It is never decoded."""
    if not isinstance(key, str) or not 1 <= len(_to_bytes(key)) <= MAX_KEY_BYTES:
        raise UndecodableError("A key is missing or cannot be one of OSS.")
    return key


def _time(text: Any) -> datetime | None:
    """Read an event time; what cannot be read is left out, since nothing depends on it but measurements."""
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _json(text: bytes) -> Any:
    try:
        return json.loads(text.decode())
    except (ValueError, RecursionError) as error:
        raise UndecodableError("The JSON cannot be read.") from error


def _to_bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise UndecodableError("The text is not valid Unicode.") from error
