"""One HTTP exchange on a curl handle: the callbacks and the back-pressure behind ``http.py``."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import Any

import pycurl

from ferry.errors import FerryError, TransientError
from ferry.stores import http_wire
from ferry.stores.http_loop import CurlLoop

KIB = 1024
RECEIVE_BUFFER_SIZE = 256 * KIB
HELD_SIZE = 384 * KIB
"""Bytes of a body from which no more is received until its reader takes them, all at once."""
READABLE_SIZE = 128 * KIB
"""Bytes that are worth a turn of the event loop, while more is to come."""
SEND_BUFFER_SIZE = 512 * KIB
SMALL_SEND_BUFFER_SIZE = 64 * KIB
MAX_IDLE_CONNECTION_SECONDS = 60


class Transfer:
    """A request under way and its reply; see ``http.Response`` for the reading side.

    The callbacks run inside curl, where neither exceptions nor calls back into curl are allowed: they only
    move buffers and wake the one task that owns the transfer.
    """

    def __init__(self, curls: CurlLoop, method: str, url: str) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self._curls = curls
        self._easy: Any = pycurl.Curl()
        self._method = method
        self._url = url
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None
        self._failure: FerryError | None = None
        self._is_done = False

        self._head_lines: list[bytes] = []
        self._unread_size: int | None = None
        self._pieces: list[bytes] = []
        self._pieces_size = 0
        self._is_read_whole = False
        self._is_receiving_paused = False

        self._outgoing = b""
        self._outgoing_sent = 0
        self._unsent_size = 0
        self._is_sending_paused = False

        self._progress: tuple[int, ...] = ()
        self._idle_checks = 0

    # Before the request

    def configure(self, connect_timeout_seconds: float, ca_bundle: str | None) -> None:
        """Set what is the same for every request; ``ca_bundle`` is a PEM file, None without TLS.

        Raises:
            PermanentError: The URL is not ASCII.
        """
        setopt = self._easy.setopt
        if "%" in self._url or not self._url.isascii():
            # PATH_AS_IS alone still writes %c3 as %C3, which breaks a signature made over the other.
            setopt(pycurl.REQUEST_TARGET, http_wire.request_target(self._url))
        setopt(pycurl.PATH_AS_IS, 1)
        setopt(pycurl.URL, self._url)
        setopt(pycurl.NOSIGNAL, 1)
        setopt(pycurl.PROXY, "")
        setopt(pycurl.USERAGENT, "")
        setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        setopt(pycurl.HTTP_CONTENT_DECODING, 0)
        setopt(pycurl.BUFFERSIZE, RECEIVE_BUFFER_SIZE)
        setopt(pycurl.MAXAGE_CONN, MAX_IDLE_CONNECTION_SECONDS)
        setopt(pycurl.CONNECTTIMEOUT_MS, max(1, round(connect_timeout_seconds * 1000)))
        setopt(pycurl.WRITEFUNCTION, self._on_received)
        if ca_bundle is not None:
            setopt(pycurl.CAINFO, ca_bundle)

    def start(self, headers: Mapping[str, str], body: bytes | None) -> None:
        """Begin to send; a body of None is one that ``upload`` brings.

        Raises:
            PermanentError: A header cannot be sent, or a body to upload has no length.
        """
        setopt = self._easy.setopt
        setopt(pycurl.HTTPHEADER, http_wire.header_lines(headers))
        # Only a streamed body has to know of a refusal at once; else the head is read with what follows.
        setopt(pycurl.HEADERFUNCTION, self._on_header_line if body is None else self._head_lines.append)
        if body is None:
            self._unsent_size = http_wire.announced_size(headers)
            setopt(pycurl.UPLOAD, 1)
            setopt(pycurl.UPLOAD_BUFFERSIZE, SEND_BUFFER_SIZE)
            setopt(pycurl.INFILESIZE_LARGE, self._unsent_size)
            setopt(pycurl.READFUNCTION, self._on_sendable)
        elif self._method == "HEAD":
            setopt(pycurl.NOBODY, 1)
        elif body or self._method not in {"GET", "DELETE"}:
            # Unlike UPLOAD this needs no callback, and curl can send it again on another connection.
            setopt(pycurl.POSTFIELDS, body)
            if len(body) > SMALL_SEND_BUFFER_SIZE:
                setopt(pycurl.UPLOAD_BUFFERSIZE, SEND_BUFFER_SIZE)
        setopt(pycurl.CUSTOMREQUEST, self._method)
        if self._method == "POST":
            # curl repeats a request that met a dead kept connection; a POST may have had its effect.
            setopt(pycurl.FRESH_CONNECT, 1)
        self._curls.add(self._easy, self._on_ended)

    # The request's body

    async def upload(self, body: AsyncIterable[bytes]) -> None:
        """Bring the body, one buffer ahead of the connection, until it is through or no longer wanted.

        The last buffer is held back until the body has ended, so that a body which raises at its very end
        has not been sent whole.

        Raises:
            TransientError: The body is shorter or longer than announced.
        """
        announced_size = self._unsent_size
        given_size = 0
        last_buffer = b""
        async for buffer in body:
            while self._outgoing and not self._is_upload_over():
                await self._wait()
            if self._is_upload_over():
                return
            given_size += len(buffer)
            if given_size > announced_size:
                raise self.error("the request body is longer than announced", reason="WrongLength")
            if given_size < announced_size:
                self._offer(buffer)
            else:
                last_buffer = last_buffer or buffer
        if self._is_upload_over():
            return
        if given_size < announced_size:
            raise self.error("the request body is shorter than announced", reason="Truncated")
        self._offer(last_buffer)

    def _offer(self, buffer: bytes) -> None:
        self._outgoing = buffer
        self._outgoing_sent = 0
        if self._is_sending_paused and buffer:
            self._is_sending_paused = False
            self._set_pauses()

    def _is_upload_over(self) -> bool:
        return self._is_done or self.status >= 300

    def _on_sendable(self, max_size: int) -> bytes | int:
        outgoing = self._outgoing
        if not outgoing:
            if not self._unsent_size:
                return b""
            self._is_sending_paused = True
            return int(pycurl.READFUNC_PAUSE)
        sent = self._outgoing_sent
        # A slice of the whole is the buffer itself.
        piece = outgoing[sent : sent + max_size]
        self._outgoing_sent = sent = sent + len(piece)
        self._unsent_size -= len(piece)
        if sent == len(outgoing):
            self._outgoing = b""
            self._wake()
        return piece

    # The reply

    async def wait_for_head(self) -> None:
        """Return when status and headers are in.

        Raises:
            TransientError: There is no reply.
        """
        while not self.status and not self._is_done:
            await self._wait()
        if not self.status:
            raise self._failure or self.error("the connection ended without a reply", reason="Truncated")

    async def read(self) -> bytes:
        """Return the whole rest of the body."""
        self._is_read_whole = True
        self._resume_receiving()
        while not self._is_done:
            await self._wait()
        if self._failure is not None:
            raise self._failure
        return self._take_pieces()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the rest of the body."""
        while True:
            if self._is_readable():
                buffer = self._take_pieces()
                self._resume_receiving()
                yield buffer
            elif self._is_done:
                break
            else:
                await self._wait()
        if self._failure is not None:
            raise self._failure

    def _is_readable(self) -> bool:
        if self._pieces_size >= READABLE_SIZE:
            return True
        return bool(self._pieces) and (self._is_done or self._unread_size == 0)

    async def settle(self) -> None:
        """Let a reply that was received whole come to its end, so that its connection is kept."""
        while self._unread_size == 0 and self._unsent_size == 0 and not self._is_done:
            await self._wait()

    def _take_pieces(self) -> bytes:
        pieces = self._pieces
        self._pieces = []
        self._pieces_size = 0
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _resume_receiving(self) -> None:
        if self._is_receiving_paused and not self._is_done:
            self._is_receiving_paused = False
            self._set_pauses()

    def _set_pauses(self) -> None:
        mask = pycurl.PAUSE_RECV if self._is_receiving_paused else pycurl.PAUSE_CONT
        if self._is_sending_paused:
            mask |= pycurl.PAUSE_SEND
        try:
            self._easy.pause(mask)  # may hand over what curl has buffered before it returns
        except pycurl.error as error:
            raise self._curl_error(error) from error

    def _on_header_line(self, line: bytes) -> None:
        if self.status:
            return  # a trailer after a chunked body
        if line.strip():
            self._head_lines.append(line)
            return
        status, headers = http_wire.reply_head(self._head_lines)
        if status < 200:
            self._head_lines.clear()
            return
        self._take_head(status, headers)
        # The end of a reply without a body follows at once and wakes too; once is enough.
        if self._unread_size != 0 or self._unsent_size:
            self._wake()

    def _take_head(self, status: int, headers: dict[str, str]) -> None:
        self.headers = headers
        self._unread_size = http_wire.reply_body_size(self._method, status, headers)
        self.status = status

    def _on_received(self, piece: bytes) -> int | None:
        if not self.status:
            self._take_head(*http_wire.reply_head(self._head_lines))
            self._wake()
        if self._pieces_size >= HELD_SIZE and not self._is_read_whole:
            self._is_receiving_paused = True
            return int(pycurl.WRITEFUNC_PAUSE)
        self._pieces.append(piece)
        self._pieces_size += len(piece)
        if self._unread_size is not None:
            self._unread_size -= len(piece)
        if not self._is_read_whole and self._is_readable():
            self._wake()
        return None

    # The end

    def abort(self, failure: FerryError | None) -> None:
        """End the transfer now, if it has not ended, by closing its connection."""
        if self._is_done:
            return
        self._failure = failure
        self._curls.remove(self._easy)
        self._finish()

    def count_idle_checks(self) -> int:
        """Return how many calls in a row have found that nothing moved although this side was ready."""
        if self._is_done:
            return 0
        easy = self._easy
        sizes = (pycurl.SIZE_UPLOAD_T, pycurl.SIZE_DOWNLOAD_T, pycurl.HEADER_SIZE)
        progress = tuple(easy.getinfo(size) for size in sizes)
        is_waiting_for_body = self._is_sending_paused and not self._is_upload_over()
        is_idle = progress == self._progress and not self._is_receiving_paused and not is_waiting_for_body
        self._idle_checks = self._idle_checks + 1 if is_idle else 0
        self._progress = progress
        return self._idle_checks

    def error(self, message: str, *, reason: str) -> TransientError:
        """Return an error that names this request."""
        return http_wire.transient_error(self._method, self._url, message, reason=reason)

    def _curl_error(self, error: BaseException) -> FerryError:
        code, message = error.args
        return http_wire.curl_error(self._method, self._url, code, message, has_head=bool(self.status))

    def _on_ended(self, error: pycurl.error | None) -> None:
        if not self.status and self._head_lines and not self._head_lines[-1].strip():
            self._take_head(*http_wire.reply_head(self._head_lines))
        if error is not None:
            self._failure = self._curl_error(error)
        self._finish()

    def _finish(self) -> None:
        self._is_done = True
        # The handle and its callbacks refer to each other; a copy's body must not wait for the collector.
        self._easy.close()
        self._wake()

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
