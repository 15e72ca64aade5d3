"""From HTTP to operations and back: addresses, signatures, permissions, errors, bodies."""

import base64
import logging
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
from local.oss.clock import Clock
from local.oss.control import Control
from local.oss.errors import OssError
from local.oss.events.notifications import Notifications
from local.oss.events.records import Origin
from local.oss.events.sender import CERTIFICATE_PATH
from local.oss.exchange import Call, Reply
from local.oss.faults.injector import Injector
from local.oss.faults.turn import Turn
from local.oss.names import check_key
from local.oss.routes import Route, find_route
from local.oss.sending import BrokenOffError, disconnect, send
from local.oss.signature import Signable
from local.oss.storage import Storage

logger = logging.getLogger(__name__)

_SECRETS = re.compile(r"\b(Signature|x-oss-signature|security-token|x-oss-security-token)=[^&]*")


@dataclass(frozen=True)
class App:
    """The server's one HTTP entry point.

    Attributes:
        storage: Where everything is kept.
        authenticator: Checks signatures.
        hosts: How Host headers are read.
        region: Region id.
        injector: Faults and limits.
        clock: Tells the time.
        notifications: Tells others what changed.
        control: Answers requests about the server itself, or None when there is no such endpoint.
        log: Receives one line per request, or nothing when None.
    """

    storage: Storage
    authenticator: Authenticator
    hosts: HostRules
    region: str
    injector: Injector
    clock: Clock
    notifications: Notifications
    control: Control | None = None
    log: Callable[[str], None] | None = None

    async def __call__(self, http: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        if self.control is not None and self.control.claims(http):
            return await self.control(http)
        if http.raw_path == CERTIFICATE_PATH:
            return web.Response(
                body=self.notifications.certificate, content_type="application/x-x509-ca-cert"
            )
        if not self.injector.active:
            return await self._respond(http, None)
        with Turn(self.injector) as turn:
            try:
                return await self._respond(http, turn)
            except BrokenOffError as end:
                disconnect(http, reset=end.reset)
                return web.StreamResponse()

    async def _respond(self, http: web.BaseRequest, turn: Turn | None) -> web.StreamResponse:
        started = time.monotonic_ns()
        request_id = secrets.token_hex(12).upper()
        try:
            reply = await self._answer(http, turn, request_id)
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
        reply.headers |= self.clock.date_headers()
        reply.headers["Server"] = "AliyunOSS"
        if self.log:
            self.log(_log_line(http, request_id, reply.status, turn))
        return await (turn.send(http, reply) if turn else send(http, reply))

    async def _answer(self, http: web.BaseRequest, turn: Turn | None, request_id: str) -> Reply:
        call, route = self._admit(http)
        if turn is not None:
            call = await turn.before(call, route.name)
        reply = await route.operation(call)
        charge(call, reply)
        if reply.changes and self.notifications.watches(call.bucket):
            self._publish(call, reply, request_id)
        if turn is not None:
            await turn.after(reply)
        return reply

    def _publish(self, call: Call, reply: Reply, request_id: str) -> None:
        origin = Origin(
            region=self.region,
            bucket=call.bucket,
            owner=call.storage.bucket(call.bucket).account,
            requester=call.caller.account,
            address=call.http.remote or "",
            request_id=request_id,
            occurred_ms=self.clock.now_ms(),
        )
        status = self.notifications.publish(reply.changes, origin)
        if status is not None:
            reply.headers["x-oss-event-status"] = status

    def _admit(self, http: web.BaseRequest) -> tuple[Call, Route]:
        raw_path, _, raw_query = http.raw_path.partition("?")
        headers = {name.lower(): value for name, value in http.headers.items()}
        query = parse_qsl(raw_query, keep_blank_values=True, errors="surrogateescape")
        address = locate(raw_path, headers.get("host", ""), self.hosts)
        signable = Signable(http.method, address.bucket, address.key, query, headers)
        try:
            credential = self.authenticator.authenticate(signable, self.clock.now())
        except OssError:
            # OSS looks the bucket up before it looks at the signature, unless the request may make it.
            may_make_it = http.method == "PUT" and not address.key and dict(query).keys() <= {"acl"}
            if address.bucket and not may_make_it:
                self.storage.bucket(address.bucket)
            raise
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
        return call, route


def _log_line(http: web.BaseRequest, request_id: str, status: int, turn: Turn | None) -> str:
    path = _SECRETS.sub(r"\1=...", http.raw_path)
    line = f"{datetime.now(UTC).isoformat()} {request_id} {http.method} {path} {status}"
    return f"{line} fault={turn.rule_name}" if turn and turn.rule_name else line


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
    if http.method == "HEAD" or error.status == 304:
        headers["x-oss-err"] = base64.b64encode(body).decode()
        return Reply(error.status, headers | {"Content-Length": "0"})
    return Reply(error.status, headers | {"Content-Type": "application/xml"}, body)
