"""From HTTP to operations and back: addresses, signatures, permissions, errors, bodies."""

import asyncio
import base64
import contextlib
import logging
import os
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from aiohttp import web

from local.oss import xml
from local.oss.access_control import authorize, charge
from local.oss.addressing import HostRules, locate
from local.oss.authentication import Authenticator
from local.oss.errors import OssError
from local.oss.exchange import Call, OpenContent, Reply
from local.oss.names import check_key
from local.oss.pacing import Pace
from local.oss.routes import find_route
from local.oss.signature import Signable
from local.oss.storage import Storage

logger = logging.getLogger(__name__)

_CHUNK_BYTES = 512 << 10
_SECRETS = re.compile(r"\b(Signature|x-oss-signature|security-token|x-oss-security-token)=[^&]*")


@dataclass(frozen=True)
class App:
    """The server's one HTTP entry point.

    Attributes:
        storage: Where everything is kept.
        authenticator: Checks signatures.
        hosts: How Host headers are read.
        region: Region id.
        log: Receives one line per request, or nothing when None.
    """

    storage: Storage
    authenticator: Authenticator
    hosts: HostRules
    region: str
    log: Callable[[str], None] | None = None

    async def __call__(self, http: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        started = time.monotonic_ns()
        request_id = secrets.token_hex(12).upper()
        try:
            reply = await self._answer(http)
        except OssError as error:
            reply = _error_reply(error, http, request_id)
        except (ConnectionError, web.RequestPayloadError):
            incomplete = OssError(
                400, "IncompleteBody", "The request body ended before its announced length."
            )
            reply = _error_reply(incomplete, http, request_id)
        except OSError:
            logger.exception("request %s failed", request_id)
            internal = OssError(500, "InternalError", "We encountered an internal error. Please try again.")
            reply = _error_reply(internal, http, request_id)
        elapsed_ms = (time.monotonic_ns() - started) // 1_000_000
        reply.headers |= {"x-oss-request-id": request_id, "x-oss-server-time": str(elapsed_ms)}
        if self.log:
            path = _SECRETS.sub(r"\1=...", http.raw_path)
            self.log(f"{datetime.now(UTC).isoformat()} {request_id} {http.method} {path} {reply.status}")
        return await _send(http, reply)

    async def _answer(self, http: web.BaseRequest) -> Reply:
        raw_path, _, raw_query = http.raw_path.partition("?")
        headers = {name.lower(): value for name, value in http.headers.items()}
        query = parse_qsl(raw_query, keep_blank_values=True, errors="surrogateescape")
        address = locate(raw_path, headers.get("host", ""), self.hosts)
        signable = Signable(http.method, address.bucket, address.key, query, headers)
        credential = self.authenticator.authenticate(signable, datetime.now(UTC))
        if address.key:
            check_key(address.key)
        parameters = dict(query)
        route = find_route(
            http.method, bucket=address.bucket, key=address.key, query=parameters, headers=headers
        )
        call = Call(
            http,
            http.method,
            address.bucket,
            address.key,
            parameters,
            headers,
            self.storage,
            self.region,
            credential,
        )
        authorize(call, route.action)
        reply = await route.operation(call)
        charge(call, reply)
        return reply


def _error_reply(error: OssError, http: web.BaseRequest, request_id: str) -> Reply:
    elements = [
        xml.leaf("Code", error.code),
        xml.leaf("Message", error.message),
        xml.leaf("RequestId", request_id),
        xml.leaf("HostId", http.headers.get("Host", "")),
        *(xml.leaf(name, value) for name, value in error.details.items()),
    ]
    headers = dict(error.headers)
    if error.ec:
        headers["x-oss-ec"] = error.ec
        elements.append(xml.leaf("EC", error.ec))
        elements.append(xml.leaf("RecommendDoc", f"https://api.alibabacloud.com/troubleshoot?q={error.ec}"))
    body = xml.document(xml.branch("Error", *elements))
    if http.method == "HEAD":
        headers["x-oss-err"] = base64.b64encode(body).decode()
        return Reply(error.status, headers | {"Content-Length": "0"})
    return Reply(error.status, headers | {"Content-Type": "application/xml"}, body)


async def _send(http: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    reply.headers["Server"] = "AliyunOSS"
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    if "Content-Length" not in reply.headers:
        response.content_length = len(reply.body)
    try:
        # A client that went away is noticed again by aiohttp, which closes the connection without complaint.
        with contextlib.suppress(ConnectionError):
            await response.prepare(http)
            if reply.body:
                await response.write(reply.body)
            if reply.content:
                await _send_content(response, reply.content, reply.pace)
            await response.write_eof()
    finally:
        if reply.content:
            os.close(reply.content.fd)
    return response


async def _send_content(response: web.StreamResponse, content: OpenContent, pace: Pace | None) -> None:
    offset, end = content.offset, content.offset + content.size
    chunk_bytes = min(_CHUNK_BYTES, pace.slice_bytes) if pace else _CHUNK_BYTES
    while offset < end:
        chunk = os.pread(content.fd, min(chunk_bytes, end - offset), offset)
        if not chunk:
            raise OSError("content is shorter than recorded")
        if pace:
            await pace.spend(len(chunk))
        await response.write(chunk)
        offset += len(chunk)
        if offset < end:
            await asyncio.sleep(0)
