"""Buckets whose calls take a drawn number of turns, so that a seed decides what happens in between.

Nothing here waits for time or for another thread: the same seed gives the same order of events.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, override

from ferry.objects import ByteRange, ReplicaProperties, UploadedPart
from ferry.stores.memory import MemoryReplica, MemorySource
from ferry.stores.protocols import Body, ExpectedEtag, SourceBody

MOST_TURNS = 6


class TurnsExecutor(ThreadPoolExecutor):
    """Runs calls on the loop itself, each after a drawn number of turns and in one piece."""

    def __init__(self, loop: asyncio.AbstractEventLoop, random: Random) -> None:
        super().__init__(1)
        self._loop = loop
        self._random = random

    @override
    def submit[**P, T](self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()

        def turn(left: int) -> None:
            if left:
                self._loop.call_soon(turn, left - 1)
            elif future.set_running_or_notify_cancel():
                try:
                    future.set_result(call(*args, **kwargs))
                except BaseException as error:  # noqa: BLE001 (the future raises it)
                    future.set_exception(error)

        turn(self._random.randint(1, MOST_TURNS))
        return future


def run_interleaved[T](work: Callable[[], Any], random: Random) -> Any:
    """Run work on a loop whose threads are turns of it."""
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        loop.set_default_executor(TurnsExecutor(loop, random))
        return runner.run(work())


async def turns(random: Random, most: int = MOST_TURNS) -> None:
    """Let everything else move a drawn number of turns."""
    for _ in range(random.randint(0, most)):
        await asyncio.sleep(0)


@dataclass
class SlowSource(MemorySource):
    """A source whose bodies come in pieces, with turns between them.

    Attributes:
        history: Every content that a key ever had, in order.
    """

    random: Random = field(default_factory=Random)
    history: dict[str, list[bytes]] = field(default_factory=dict)

    @override
    def write(self, key: str, content: bytes, **fields: Any) -> Any:
        self.history.setdefault(key, []).append(content)
        return super().write(key, content, **fields)

    @override
    @asynccontextmanager
    async def open(
        self, key: str, *, byte_range: ByteRange | None = None, if_match: str | None = None
    ) -> AsyncIterator[SourceBody]:
        await turns(self.random)
        async with super().open(key, byte_range=byte_range, if_match=if_match) as body:
            yield _SlowBody(body, self.random)


@dataclass(frozen=True)
class _SlowBody(SourceBody):
    body: SourceBody
    random: Random

    @property
    @override
    def source(self) -> Any:
        return self.body.source

    @property
    @override
    def size(self) -> int:
        return self.body.size

    @override
    async def read(self) -> bytes:
        return b"".join([chunk async for chunk in self.chunks()])

    @override
    async def chunks(self) -> AsyncIterator[bytes]:
        content = await self.body.read()
        for offset in range(0, len(content), 4):
            await turns(self.random, 2)
            yield content[offset : offset + 4]


@dataclass
class WatchedReplica(MemoryReplica):
    """A replica whose writes take turns, and which sees what becomes visible.

    Attributes:
        source: Says what was ever whole.
        newest: The number of the version that each key held last.
        wrong: Sentences about writes that must not be.
    """

    source: SlowSource = field(default_factory=SlowSource)
    random: Random = field(default_factory=Random)
    newest: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @override
    async def put(
        self, key: str, body: Body, *, size: int, properties: ReplicaProperties, expected: ExpectedEtag
    ) -> str:
        content = body if isinstance(body, bytes) else b"".join([chunk async for chunk in body])
        await turns(self.random)
        etag = await super().put(key, content, size=size, properties=properties, expected=expected)
        self._see(key)
        await turns(self.random)
        return etag

    @override
    async def create_upload(self, key: str, properties: ReplicaProperties) -> str:
        await turns(self.random)
        return await super().create_upload(key, properties)

    @override
    async def upload_part(self, key: str, upload_id: str, number: int, body: Body, *, size: int) -> str:
        await turns(self.random)
        return await super().upload_part(key, upload_id, number, body, size=size)

    @override
    def complete_upload(
        self, key: str, upload_id: str, parts: Iterable[UploadedPart], *, expected: ExpectedEtag
    ) -> str:
        etag = super().complete_upload(key, upload_id, parts, expected=expected)
        self._see(key)
        return etag

    def _see(self, key: str) -> None:
        content = self.objects[key].content
        versions = self.source.history.get(key, [])
        if content not in versions:
            self.wrong.append(f"{key} held {content!r}, which never was a source")
            return
        version = versions.index(content)
        if version < self.newest.get(key, 0):
            self.wrong.append(f"{key} went from version {self.newest[key]} back to {version}")
        self.newest[key] = max(version, self.newest.get(key, 0))
