"""An HTTP endpoint that is told about events, in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from tests.support.http_server import Connection, Received, ScriptedServer, reply, serve

CREATED = reply(b"", status="201 Created")
BUSY = reply(b"", status="503 Service Unavailable")
STALL = b""


class Receiver:
    """Context manager around an endpoint on a free loopback port.

    Attributes:
        url: Where it listens, without a path.
        received: Every request, in the order they arrived.
    """

    def __init__(self, answer: Callable[[Received], bytes] = lambda _: CREATED) -> None:
        """Make an endpoint; ``answer`` gives the reply to a request, or ``STALL`` to give none."""
        self._answer = answer

    def __enter__(self) -> Self:
        started: Future[tuple[ScriptedServer, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)), name="receiver")
        self._thread.start()
        server, self._loop, self._stop = started.result()
        self.url, self.received = server.url, server.received
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _serve(self, started: Future) -> None:
        stop = asyncio.Event()
        async with serve(self._play) as server:
            started.set_result((server, asyncio.get_running_loop(), stop))
            await stop.wait()

    async def _play(self, connection: Connection) -> None:
        while (received := await connection.receive()) is not None:
            answer = self._answer(received)
            if not answer:
                await connection.wait_for_close()
                return
            await connection.send(answer)
