"""One request as operations see it, and what they answer."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from local.oss import xml
from local.oss.content import EMPTY, ContentWriter
from local.oss.credentials import ANONYMOUS, Credential
from local.oss.errors import OssError, malformed_xml
from local.oss.metadata import check_content_md5
from local.oss.pacing import Pace, requested_pace
from local.oss.records import Attributes, Bucket, ObjectRecord, Payer, StoredContent
from local.oss.storage import Committed, Storage
from local.oss.version_ids import requested_version

MAX_DOCUMENT_BYTES = 4 << 20
_INLINE_BYTES = 256 << 10
_WRITE_BYTES = 1 << 20


@dataclass(frozen=True)
class Call:
    """An authenticated request.

    Attributes:
        http: The request itself, for its body.
        method: HTTP method in upper case.
        bucket: Bucket name, empty for the service.
        key: Decoded key, empty for the bucket.
        query: Decoded query parameters.
        headers: Header values by lower-case name.
        storage: Where everything is kept.
        region: Region id of the server.
        caller: Who asks.
        alter_body: Stands between the request body and who reads it, for faults and limits.
    """

    http: web.BaseRequest
    method: str
    bucket: str
    key: bytes
    query: Mapping[str, str]
    headers: Mapping[str, str]
    storage: Storage
    region: str
    caller: Credential
    alter_body: Callable[[AsyncIterator[bytes]], AsyncIterator[bytes]] | None = None

    @property
    def version_id(self) -> str:
        """The version the request names; empty when it names none.

        Raises:
            OssError: ``InvalidArgument`` for something that cannot be a version id.
        """
        return requested_version(self.query)

    def is_charged(self, bucket: Bucket) -> bool:
        """Whether the caller, and not the bucket's owner, pays for the request."""
        if bucket.payer is Payer.OWNER or self.caller is ANONYMOUS or self.caller.account == bucket.account:
            return False
        name = "x-oss-request-payer"
        return (self.headers.get(name) or self.query.get(name, "")).lower() == "requester"

    def may_read_tags(self, bucket: Bucket) -> bool:
        """Whether replies tell the caller how many tags an object has."""
        return self.caller.account == bucket.account and self.caller.permits("oss:GetObjectTagging")

    @property
    def body(self) -> AsyncIterator[bytes]:
        """The request body in chunks as they come; read it once."""
        chunks: AsyncIterator[bytes] = self.http.content.iter_any()
        return self.alter_body(chunks) if self.alter_body else chunks

    @property
    def forbid_overwrite(self) -> bool:
        """Whether the caller refuses to replace an object."""
        return self.headers.get("x-oss-forbid-overwrite", "").lower() == "true"


@dataclass(frozen=True)
class OpenContent:
    """Bytes to send from an open content, compressed if ``gzip`` says so; the sender closes it."""

    fd: int
    offset: int
    size: int
    gzip: bool = False


@dataclass(frozen=True)
class Change:
    """What a request did to one object, as notifications tell it.

    Attributes:
        event: OSS event name such as ``ObjectCreated:PutObject``.
        key: Object key.
        size: Bytes in the object after the change, 0 when it is gone.
        delta_size: Bytes more than before; may be negative.
        etag: The object's etag without quotes; empty when it is gone.
        attributes: What the writer said, or None when the object is gone.
        position: Where an append began, or None for everything else.
        read_from: First byte a download asked for, or None for everything else.
        read_to: Byte behind the last one, or None.
    """

    event: str
    key: bytes
    size: int = 0
    delta_size: int = 0
    etag: str = ""
    attributes: Attributes | None = None
    position: int | None = None
    read_from: int | None = None
    read_to: int | None = None


def written(event: str, record: ObjectRecord, *, delta_size: int, position: int | None = None) -> Change:
    """What a request did that wrote an object.

    Args:
        event: OSS event name.
        record: The object as it is now.
        delta_size: Bytes more than before; may be negative.
        position: Where an append began, or None.
    """
    return Change(event, record.key, record.size, delta_size, record.etag, record.attributes, position)


def committed(event: str, commit: Committed) -> Change:
    """What a request did that put a new object or version.

    Args:
        event: OSS event name.
        commit: What was stored.
    """
    return written(event, commit.record, delta_size=commit.record.size - commit.replaced_size)


@dataclass
class Reply:
    """An answer; HEAD replies name a Content-Length in ``headers`` and have no body.

    ``changes`` names what the request did to objects, in order. ``pace`` holds back the content.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    content: OpenContent | None = None
    changes: list[Change] = field(default_factory=list)
    pace: Pace | None = None


type Operation = Callable[[Call], Coroutine[Any, Any, Reply]]


def xml_reply(root: str, **headers: str) -> Reply:
    """A document with status 200."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(200, {"Content-Type": "application/xml", **named}, xml.document(root))


def invite_body(call: Call) -> None:
    """Tell a client that waits for it to send its body."""
    transport = call.http.transport
    if call.headers.get("expect", "").lower() == "100-continue" and transport is not None:
        transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")


async def read_document(call: Call) -> bytes:
    """The whole request body, which must be small.

    Raises:
        OssError: ``MalformedXML`` when it is larger than any request document, or ``InvalidDigest`` when it
            is not what its Content-MD5 says.
    """
    invite_body(call)
    body = bytearray()
    async for chunk in call.body:
        body += chunk
        if len(body) > MAX_DOCUMENT_BYTES:
            raise malformed_xml()
    if "content-md5" in call.headers:
        digest = hashlib.md5(body, usedforsecurity=False).digest()
        check_content_md5(call.headers, replace(EMPTY, md5=digest))
    return bytes(body)


async def receive_content(call: Call) -> StoredContent:
    """Stream the request body into a new content; at most about 2 MiB are in memory.

    Raises:
        OssError: ``MissingContentLength`` for a body without length that is not chunked, or
            ``InvalidArgument`` for a wrong traffic limit.
    """
    if "content-length" not in call.headers and "transfer-encoding" not in call.headers:
        raise OssError(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
    pace = requested_pace(call.headers, call.query)
    invite_body(call)
    writer = call.storage.contents.writer()
    try:
        await _stream(call, writer, pace)
    except BaseException:
        writer.discard()
        raise
    return writer.finish()


async def _stream(call: Call, writer: ContentWriter, pace: Pace | None) -> None:
    pending: list[bytes] = []
    size = 0
    async for chunk in call.body:
        pending.append(chunk)
        size += len(chunk)
        if pace:
            await pace.spend(len(chunk))
        if size >= _WRITE_BYTES:
            await asyncio.to_thread(writer.write, b"".join(pending))
            pending, size = [], 0
    if size > _INLINE_BYTES:
        await asyncio.to_thread(writer.write, b"".join(pending))
    elif pending:
        writer.write(b"".join(pending))
