"""HTTP/1.1 as far as the clients of the benchmarks speak it, one request after the other per connection."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, cast
from urllib.parse import unquote_to_bytes

from benchmarks.object_server.content import piece
from benchmarks.object_server.limits import ByteRate

_SEND_SIZE = 256 * 1024
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(slots=True)
class Request:
    """The head of a request.

    Attributes:
        method: Upper-case.
        path: As sent, without the query.
        query: Decoded; empty values included.
        head: Header lines in lower case, with the request line.
        lines: The same as sent.
        taken: Whether the server's limit lets it through.
    """

    method: bytes
    path: bytes
    query: dict[str, str]
    head: bytes
    lines: bytes
    taken: bool = True

    def header(self, name: bytes) -> bytes:
        """Return a header's value in lower case, empty when there is none."""
        start = self.head.find(b"\r\n" + name + b":")
        if start < 0:
            return b""
        start += len(name) + 3
        return self.head[start : self.head.find(b"\r\n", start)].strip()


@dataclass(slots=True)
class Reply:
    """What is sent back.

    Attributes:
        head: With the empty line at its end, and with a body given in full.
        content_offset: Where the part of the generated content begins that follows the head.
        content_size: Its bytes.
    """

    head: bytes
    content_offset: int = 0
    content_size: int = 0


class Receiver(Protocol):
    """Takes a request's body and answers."""

    def add(self, content: bytes) -> None:
        """Take the next bytes."""

    def answer(self) -> Reply:
        """Return the reply once the body is through."""


@dataclass(slots=True)
class Site:
    """What all connections of a server share.

    Attributes:
        receive: Begins to work on a request whose head is in.
        delay_seconds: Waited before every reply.
        rate: Paces what is sent.
    """

    receive: Callable[[Request], Receiver]
    delay_seconds: float
    rate: ByteRate
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)


class Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._head = b""
        self._receiver: Receiver | None = None
        self._body_left = 0
        self._offset = self._unsent = 0
        self._is_paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=1 << 20)

    def data_received(self, data: bytes) -> None:  # noqa: D102
        while data:
            if self._receiver is None:
                data = self._read_head(data)
            elif len(data) <= self._body_left:
                self._body_left -= len(data)
                self._receiver.add(data)
                data = b""
            else:
                body, data = data[: self._body_left], data[self._body_left :]
                self._body_left = 0
                self._receiver.add(body)
            if self._receiver is not None and not self._body_left:
                receiver, self._receiver = self._receiver, None
                self._reply(receiver)

    def _read_head(self, data: bytes) -> bytes:
        self._head += data
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            return b""
        head, rest = self._head[: end + 2], self._head[end + 4 :]
        self._head = b""
        request = _parsed(head)
        length = request.header(b"content-length")
        self._body_left = int(length) if length else 0
        self._receiver = self._site.receive(request)
        if self._body_left and not rest and request.header(b"expect"):
            self._transport.write(_CONTINUE)
        return rest

    def _reply(self, receiver: Receiver) -> None:
        reply = receiver.answer()
        if self._site.delay_seconds:
            self._site.loop.call_later(self._site.delay_seconds, self._send, reply)
        else:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        if self._transport.is_closing():
            return
        head = reply.head
        self._offset, self._unsent = reply.content_offset, reply.content_size
        wait = self._site.rate.wait_for(self._unsent) if self._unsent else 0.0
        if wait:
            self._transport.write(head)
            self._site.loop.call_later(wait, self._send_content)
        elif 0 < self._unsent <= _SEND_SIZE:
            head += piece(self._offset, self._unsent)
            self._unsent = 0
            self._transport.write(head)
        else:
            self._transport.write(head)
            self._send_content()

    def _send_content(self) -> None:
        while self._unsent and not self._is_paused:
            size = min(_SEND_SIZE, self._unsent)
            self._transport.write(piece(self._offset, size))
            self._offset += size
            self._unsent -= size

    def pause_writing(self) -> None:  # noqa: D102
        self._is_paused = True

    def resume_writing(self) -> None:  # noqa: D102
        self._is_paused = False
        self._send_content()


def _parsed(head: bytes) -> Request:
    line = head[: head.find(b"\r\n")]
    method, target, _ = line.split(b" ", 2)
    path, _, query = target.partition(b"?")
    return Request(method, path, _fields(query) if query else {}, head.lower(), head)


def _fields(query: bytes) -> dict[str, str]:
    pairs = (pair.partition(b"=") for pair in query.split(b"&"))
    return {name.decode(): unquote_to_bytes(value.replace(b"+", b" ")).decode() for name, _, value in pairs}


def reply(
    status: int, body: bytes = b"", headers: str = "", *, content_type: str = "application/xml"
) -> Reply:
    """Return a reply with a body in full; ``headers`` are lines that end with CRLF."""
    kind = f"Content-Type: {content_type}\r\n" if body else ""
    head = f"HTTP/1.1 {status} -\r\n{headers}{kind}Content-Length: {len(body)}\r\n\r\n"
    return Reply(head.encode() + body)
