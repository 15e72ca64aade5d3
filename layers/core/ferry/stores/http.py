"""HTTP/1.1 for object bodies: requests on the wire exactly as given, replies as raw bytes, bounded memory.

The SDKs spend most of their CPU between the signature and the socket, so bodies do not pass through them.
This module knows nothing about OSS, S3 or signatures.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol

from ferry.errors import TransientError
from ferry.stores.http_curl import Transfer
from ferry.stores.http_loop import CurlLoop

CHECKS_PER_STALL = 4


@dataclass(frozen=True, slots=True)
class Request:
    """One request, spelled as it goes on the wire.

    Attributes:
        method: ``GET``, ``HEAD``, ``PUT``, ``DELETE``, ``POST``.
        url: Complete and percent-encoded; its path is sent untouched, with ``.``, ``..`` and ``//``.
        headers: Sent as given, names in lower case, values in latin-1. Only ``Host`` is added, and
            ``Content-Length`` for a body in one piece. A streamed body needs a ``Content-Length`` here.
        body: All of it, or buffers whose lengths add up to ``Content-Length``.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | AsyncIterable[bytes] = b""


class Response(Protocol):
    """A reply whose headers are in and whose body is still to be read, once, by one task."""

    @property
    def status(self) -> int:
        """The status code, 200 to 999; interim replies are swallowed."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case, values in latin-1; a repeated header is joined with a comma and a space."""

    async def read(self) -> bytes:
        """Return the whole rest of the body, still in its ``Content-Encoding``.

        Raises:
            TransientError: The connection broke or stalled, or the body is shorter than announced.
        """

    def chunks(self) -> AsyncIterator[bytes]:
        """Yield the rest of the body, still in its ``Content-Encoding``, in buffers of 1 byte to 0.75 MiB.

        While the reader is busy the connection fills one such buffer and then stops reading.

        Raises:
            TransientError: The connection broke or stalled, or the body is shorter than announced.
        """


class HttpTransport:
    """Sends requests over a pool of kept connections; belongs to the event loop that first sends with it.

    Environment variables are not looked at, redirects are not followed and bodies are not decoded.

    Args:
        connect_timeout_seconds: For name lookup, TCP and TLS together.
        stall_timeout_seconds: How long a transfer may go without a byte in either direction, while neither
            the reader nor the request body is what it waits for; noticed up to half of it later.
        max_connections: Connections kept open. It does not bound requests in flight: a copy that streams
            holds two at a time, and a bound here could let copies wait for each other forever.
        ca_bundle: PEM file of trusted certificates instead of certifi's.
    """

    def __init__(
        self,
        *,
        connect_timeout_seconds: float = 10.0,
        stall_timeout_seconds: float = 30.0,
        max_connections: int = 256,
        ca_bundle: str | Path | None = None,
    ) -> None:
        self._connect_timeout_seconds = connect_timeout_seconds
        self._stall_timeout_seconds = stall_timeout_seconds
        self._ca_bundle = None if ca_bundle is None else str(ca_bundle)
        self._curls = CurlLoop(max_connections)
        self._transfers: set[Transfer] = set()
        self._watch: asyncio.TimerHandle | None = None

    def send(self, request: Request) -> AbstractAsyncContextManager[Response]:
        """Send a request; the context yields its reply as soon as the reply's headers are in.

        A streamed body is pulled by the entering task, and its last buffer is sent only after it has ended
        without raising. When the server answers 300 or above before the body
        is through, the rest is not pulled and that reply is yielded. Leaving the context with part of the
        reply unread closes the connection, and so does cancellation.

        A request that met a kept connection just closed by the server, so that nothing of a reply arrived,
        is sent again on another connection unless its body is streamed or its method is ``POST``.

        Raises:
            TransientError: No connection, no TLS, no reply, a stall, or a streamed body of another length
                than announced.
            PermanentError: The URL or a header cannot be sent.
            Exception: Whatever the streamed body raises, as it is; the server sees a broken request.
        """
        return _Exchange(self, request)

    async def aclose(self) -> None:
        """Break off what is under way, which raises ``TransientError`` there, and close all connections."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        for transfer in list(self._transfers):
            transfer.abort(TransientError("the HTTP transport was closed", reason="Closed"))
        self._curls.close()

    async def _start(self, request: Request) -> Transfer:
        transfer = Transfer(self._curls, request.method, request.url)
        body = request.body
        self._transfers.add(transfer)
        try:
            transfer.configure(self._connect_timeout_seconds, self._certificates_for(request.url))
            transfer.start(request.headers, body if isinstance(body, bytes) else None)
            self._watch_for_stalls()
            if not isinstance(body, bytes):
                await transfer.upload(body)
            await transfer.wait_for_head()
        except BaseException:
            self._end(transfer)
            raise
        return transfer

    def _end(self, transfer: Transfer) -> None:
        transfer.abort(None)
        self._transfers.discard(transfer)

    def _certificates_for(self, url: str) -> str | None:
        if not url.startswith("https:"):
            return None
        if self._ca_bundle is None:
            import certifi

            self._ca_bundle = certifi.where()
        return self._ca_bundle

    def _watch_for_stalls(self) -> None:
        if self._watch is None:
            loop = asyncio.get_running_loop()
            self._watch = loop.call_later(self._stall_timeout_seconds / CHECKS_PER_STALL, self._abort_stalled)

    def _abort_stalled(self) -> None:
        self._watch = None
        # Checks are counted instead of seconds: a loop that was held up, or a Lambda container that was
        # frozen, must find the bytes that arrived meanwhile before it gives up.
        for transfer in list(self._transfers):
            if transfer.count_idle_checks() >= CHECKS_PER_STALL:
                transfer.abort(transfer.error("no byte moved in time", reason="TimedOut"))
        if self._transfers:
            self._watch_for_stalls()


class _Exchange:
    """The context manager of one request; a class because a generator's costs more."""

    __slots__ = ("_request", "_transfer", "_transport")

    def __init__(self, transport: HttpTransport, request: Request) -> None:
        self._transport = transport
        self._request = request

    async def __aenter__(self) -> Response:
        self._transfer = await self._transport._start(self._request)
        return self._transfer

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                await self._transfer.settle()
        finally:
            self._transport._end(self._transfer)
