"""Replies on their way to the client: whole or in chunks, compressed, paced, or broken off by a fault."""

import asyncio
import contextlib
import fcntl
import os
import socket
import struct
import sys
import termios
import zlib
from collections.abc import AsyncGenerator, AsyncIterator

from aiohttp import web

from local.oss.exchange import OpenContent, Reply

type Chunks = AsyncIterator[bytes]

_CHUNK_BYTES = 512 << 10
_INLINE_BYTES = 64 << 10
_GZIP = zlib.MAX_WBITS | 16
_BODILESS = frozenset({"GET", "HEAD"})
_FLUSH_SECONDS = 30.0
_FLUSH_POLL_SECONDS = 0.001
_LINGER_NOT = struct.pack("ii", 1, 0)


class BrokenOffError(Exception):
    """The connection ends here.

    Attributes:
        reset: By RST instead of FIN.
    """

    def __init__(self, *, reset: bool) -> None:
        super().__init__("a fault ended the connection")
        self.reset = reset


def body_size(reply: Reply) -> int:
    """Bytes in the body of a reply, before it is compressed."""
    return len(reply.body) + (reply.content.size if reply.content else 0)


def drop_content(reply: Reply) -> None:
    """Close the content of a reply that is not sent."""
    if reply.content:
        os.close(reply.content.fd)
        reply.content = None


async def chunks_of(reply: Reply) -> AsyncGenerator[bytes]:
    """The body of a reply in chunks, at its own pace."""
    if reply.body:
        yield reply.body
    content = reply.content
    if content is None:
        return
    chunk_bytes = min(_CHUNK_BYTES, reply.pace.slice_bytes) if reply.pace else _CHUNK_BYTES
    gzip = zlib.compressobj(wbits=_GZIP) if content.gzip else None
    offset, end = content.offset, content.offset + content.size
    while offset < end:
        chunk = _read(content, offset, min(chunk_bytes, end - offset))
        offset += len(chunk)
        if gzip:
            chunk = gzip.compress(chunk) + (gzip.flush() if offset == end else b"")
        if reply.pace:
            await reply.pace.spend(len(chunk))
        yield chunk
        if offset < end:
            # Other requests are served between two chunks.
            await asyncio.sleep(0)


def _read(content: OpenContent, offset: int, size: int) -> bytes:
    chunk = os.pread(content.fd, size, offset)
    if not chunk:
        raise OSError("content is shorter than recorded")
    return chunk


async def send(http: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    """Send a reply as it is, and close its content."""
    content = reply.content
    if content is None or content.size > _INLINE_BYTES or content.gzip or reply.pace:
        return await deliver(http, reply, chunks_of(reply))
    try:
        # One write to the connection for headers and body together.
        response = web.Response(
            status=reply.status,
            headers=reply.headers,
            body=_read(content, content.offset, content.size),
        )
    finally:
        drop_content(reply)
    _distrust_body(http, response)
    with contextlib.suppress(ConnectionError):
        await response.prepare(http)
        await response.write_eof()
    return response


async def deliver(http: web.BaseRequest, reply: Reply, chunks: Chunks) -> web.StreamResponse:
    """Send a reply with a body that may break off, and close its content.

    Args:
        http: The request.
        reply: Status and headers; the Content-Length is that of its own body unless a header says.
        chunks: The body that is really sent; `BrokenOffError` ends the connection.
    """
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    if reply.content and reply.content.gzip:
        response.enable_chunked_encoding()
    elif "Content-Length" not in reply.headers:
        response.content_length = body_size(reply)
    _distrust_body(http, response)
    try:
        # A client that went away is noticed again by aiohttp, which closes the connection without complaint.
        with contextlib.suppress(ConnectionError):
            await response.prepare(http)
            async for chunk in chunks:
                await response.write(chunk)
            await response.write_eof()
    except BrokenOffError as end:
        if end.reset:
            await _flush(http)
        disconnect(http, reset=end.reset)
    finally:
        drop_content(reply)
    return response


def _distrust_body(http: web.BaseRequest, response: web.StreamResponse) -> None:
    """Close behind a GET or HEAD that announces a body: what never comes is not to be taken from the next."""
    if http.body_exists and http.method in _BODILESS:
        response.force_close()


async def _flush(http: web.BaseRequest) -> None:
    """Wait until the client's side has everything that was written: a reset drops what it has not.

    A client that does not read for long is reset all the same.
    """
    transport = http.transport
    if transport is None:
        return
    with contextlib.suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(_FLUSH_SECONDS):
            transport.set_write_buffer_limits(high=0)
            await http.writer.drain()
            connection = transport.get_extra_info("socket")
            # The system wakes nobody when its send queue is empty, so it is asked.
            while not transport.is_closing() and _unacknowledged(connection):  # noqa: ASYNC110
                await asyncio.sleep(_FLUSH_POLL_SECONDS)


def _unacknowledged(connection: socket.socket) -> int:
    """Bytes the system has sent or will send that the other side has not acknowledged."""
    if sys.platform != "linux":
        return 0
    count = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4))
    return int.from_bytes(count, sys.byteorder)


def disconnect(http: web.BaseRequest, *, reset: bool) -> None:
    """End the connection of a request, by RST or by FIN."""
    transport = http.transport
    if transport is None:
        return
    if reset:
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        transport.abort()
    else:
        transport.close()
