"""A server between Ferry and an S3 that makes requests go wrong, in a thread of its own.

Requests and replies pass as they are, ``Host`` and aws-chunked bodies included, so that signatures hold;
bodies stream. One rule at most happens to a request, by the same rules as on the local OSS server.
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from local.oss.errors import OssError
from local.oss.exchange import Reply
from local.oss.faults.bodies import Chunks
from local.oss.faults.decisions import Entry
from local.oss.faults.effects import Effect
from local.oss.faults.injector import Injector
from local.oss.faults.rules import RuleReport
from local.oss.sending import BrokenOffError, deliver, disconnect
from tests.support.s3_faults.operations import subject_of
from tests.support.s3_faults.rules import S3Rule, error_reply

_HELD_BYTES = 1 << 20
_BUFFER_BYTES = 256 << 10
_MAX_LINE_BYTES = 32 << 10
_WITHOUT_BODY = frozenset({204, 304})
# They belong to one connection, not to the request.
_OF_CONNECTIONS = frozenset({"connection", "keep-alive", "expect", "transfer-encoding", "date", "server"})


class Injected:
    """Rules in force, and their counts, which stay when the rules are gone."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = entries

    @property
    def reports(self) -> tuple[RuleReport, ...]:
        return tuple(entry.report() for entry in self._entries)

    @property
    def matched(self) -> int:
        return sum(report.matched for report in self.reports)

    @property
    def applied(self) -> int:
        """How many faults really happened."""
        return sum(report.applied for report in self.reports)


class S3FaultProxy:
    """Context manager around a proxy on a free loopback port.

    Attributes:
        endpoint: ``http://127.0.0.1:<port>``, set once entered.
        upstream: Endpoint of the S3 behind it; may be set after entering, before the first request.
    """

    def __init__(self, upstream: str = "") -> None:
        self.endpoint = ""
        self.upstream = upstream
        self._injector: Injector
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self._session: aiohttp.ClientSession

    def __enter__(self) -> Self:
        started: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(started,), name="s3-faults")
        self._thread.start()
        started.result()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @contextlib.contextmanager
    def injected(self, *rules: S3Rule) -> Iterator[Injected]:
        """Rules for the length of a block; on leaving they are removed and what they hold goes on."""
        entries = self._on_loop(lambda: self._add(rules))
        try:
            yield Injected(entries)
        finally:
            self._on_loop(lambda: self._remove(entries))

    def _add(self, rules: tuple[S3Rule, ...]) -> list[Entry]:
        book = self._injector.book
        known = {report.rule.name for report in book.reports()}
        book.add(rules)
        added = [report.rule.name for report in book.reports() if report.rule.name not in known]
        return [entry for name in added if (entry := book.entry(name)) is not None]

    def _remove(self, entries: list[Entry]) -> None:
        for entry in entries:
            self._injector.book.remove(entry.rule.name)
        self._injector.release()

    def _on_loop[T](self, work: Any) -> Any:
        async def run() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result()

    def _run(self, started: Future[None]) -> None:
        try:
            asyncio.run(self._serve(started))
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    async def _serve(self, started: Future[None]) -> None:
        self._loop, self._stop, self._injector = asyncio.get_running_loop(), asyncio.Event(), Injector()
        # What a client asked for is answered as it is, redirects and gzip included.
        self._session = aiohttp.ClientSession(
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None),
            connector=aiohttp.TCPConnector(limit=0),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            max_line_size=_MAX_LINE_BYTES,
            max_field_size=_MAX_LINE_BYTES,
        )
        server = web.Server(
            self._answer,
            auto_decompress=False,
            max_line_size=_MAX_LINE_BYTES,
            max_field_size=_MAX_LINE_BYTES,
            access_log=None,
        )
        runner = web.ServerRunner(server, shutdown_timeout=5.0)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
            await site.start()
            self.endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}"
            started.set_result(None)
            await self._stop.wait()
        finally:
            self._injector.close()
            await runner.cleanup()
            await self._session.close()

    async def _answer(self, http: web.BaseRequest) -> web.StreamResponse:
        # At once, so that nobody has to guess whether a body follows that was refused before it was invited.
        if http.headers.get("Expect", "").lower() == "100-continue" and http.transport is not None:
            http.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        entry = self._injector.book.choose(subject_of(http.method, http.raw_path, http.headers))
        # The call is what only faults of OSS objects look at.
        effect = Effect(self._injector, entry, call=None) if entry is not None else None  # type: ignore[arg-type]
        try:
            return await self._carry_out(http, effect)
        except OssError as error:
            assert entry is not None
            reply = error_reply(entry.rule.fault, error, is_head=http.method == "HEAD")  # type: ignore[arg-type]
            return await deliver(http, reply, _whole(reply.body))
        except BrokenOffError as end:
            disconnect(http, reset=end.reset)
        except (ConnectionError, web.RequestPayloadError, aiohttp.ClientError):
            # Either side went away: the other one sees a broken connection too.
            disconnect(http, reset=True)
        return web.StreamResponse()

    async def _carry_out(self, http: web.BaseRequest, effect: Effect | None) -> web.StreamResponse:
        if effect is not None:
            await effect.before()
        async with self._session.request(
            http.method,
            URL(self.upstream + http.raw_path, encoded=True),
            headers=_passed_on(http.headers),
            data=_request_body(http, effect),
            allow_redirects=False,
        ) as upstream:
            return await self._reply(http, upstream, effect)

    async def _reply(
        self, http: web.BaseRequest, upstream: aiohttp.ClientResponse, effect: Effect | None
    ) -> web.StreamResponse:
        reply = Reply(upstream.status, dict(_passed_on(upstream.headers)))
        chunks: Chunks = upstream.content.iter_chunked(_BUFFER_BYTES)
        has_body = http.method != "HEAD" and upstream.status not in _WITHOUT_BODY
        size = upstream.content_length
        if has_body and (size is None or size <= _HELD_BYTES):
            # Documents are held, so that faults know where their middle is.
            reply.body = await upstream.read()
            chunks = _whole(reply.body)
        if effect is not None:
            await effect.after(reply)
            effect.change_headers(reply)
            chunks = await effect.reply_body(chunks, reply)
        return await deliver(http, reply, chunks)


def _passed_on(headers: Any) -> CIMultiDict[str]:
    return CIMultiDict(
        (name, value) for name, value in headers.items() if name.lower() not in _OF_CONNECTIONS
    )


def _request_body(http: web.BaseRequest, effect: Effect | None) -> AsyncIterator[bytes] | None:
    size = http.content_length
    if not size:
        return None
    chunks = http.content.iter_chunked(_BUFFER_BYTES)
    return effect.request_body(chunks, size) if effect is not None else chunks


async def _whole(body: bytes) -> AsyncIterator[bytes]:
    if body:
        yield body
