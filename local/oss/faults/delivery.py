"""Sends replies whose bodies may go wrong, and ends connections the hard way."""

import asyncio
import contextlib
import fcntl
import os
import socket
import struct
import sys
import termios
from collections.abc import AsyncGenerator

from aiohttp import web

from local.oss.exchange import Reply
from local.oss.faults.bodies import Chunks, paced

_CHUNK_BYTES = 256 << 10
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
    """Bytes in the body of a reply."""
    return len(reply.body) + (reply.content.size if reply.content else 0)


def drop_content(reply: Reply) -> None:
    """Close the content of a reply that is not sent."""
    if reply.content:
        os.close(reply.content.fd)
        reply.content = None


def chunks_of(reply: Reply) -> Chunks:
    """The body of a reply in chunks, at its own pace."""
    chunks = _read(reply)
    return paced(chunks, reply.pace) if reply.pace and reply.content else chunks


async def _read(reply: Reply) -> AsyncGenerator[bytes]:
    if reply.body:
        yield reply.body
    content = reply.content
    offset, end = (content.offset, content.offset + content.size) if content else (0, 0)
    while content and offset < end:
        chunk = os.pread(content.fd, min(_CHUNK_BYTES, end - offset), offset)
        if not chunk:
            raise OSError("content is shorter than recorded")
        offset += len(chunk)
        yield chunk


async def deliver(http: web.BaseRequest, reply: Reply, chunks: Chunks) -> web.StreamResponse:
    """Send a reply with a body that may break off, and close its content.

    Args:
        http: The request.
        reply: Status and headers; the Content-Length is that of its own body unless a header says.
        chunks: The body that is really sent; `BrokenOffError` ends the connection.
    """
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    if "Content-Length" not in reply.headers:
        response.content_length = body_size(reply)
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
