"""Memory stores that go wrong, or change behind the engine's back, where a test says."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import override

from ferry.objects import (
    ByteRange,
    Replica,
    ReplicaProperties,
    SourceObject,
    UploadedPart,
)
from ferry.stores.memory import MemoryReplica, MemorySource
from ferry.stores.protocols import Body, ExpectedEtag, SourceBody

type Surprise = Callable[[], None]
"""Happens around one call: raises, or changes a bucket."""


def nothing() -> None:
    """Let one call pass."""


def raising(error: Exception) -> Surprise:
    def surprise() -> None:
        raise error

    return surprise


@dataclass
class Surprises:
    """What happens around the calls of one store, by the call's name, in order.

    Attributes:
        before: Happens before the call has had its effect.
        after: Happens after it, so that an error there is an answer that got lost.
        calls: The names of all calls so far.
    """

    before: dict[str, list[Surprise]] = field(default_factory=dict)
    after: dict[str, list[Surprise]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def enter(self, name: str) -> None:
        self.calls.append(name)
        self._next(self.before, name)

    def leave(self, name: str) -> None:
        self._next(self.after, name)

    def _next(self, surprises: dict[str, list[Surprise]], name: str) -> None:
        if surprises.get(name):
            surprises[name].pop(0)()


@dataclass
class FaultySource(MemorySource):
    """A source whose calls have surprises.

    Attributes:
        bodies: Changes to the bytes of one opened body after the other, such as cutting some off.
        opening: Awaited whenever a body is opened, with the key.
        open_bodies: Bodies open now.
        most_open_bodies: The most that were open at once.
    """

    surprises: Surprises = field(default_factory=Surprises)
    bodies: list[Callable[[bytes], bytes]] = field(default_factory=list)
    opening: Callable[[str], object] | None = None
    open_bodies: int = 0
    most_open_bodies: int = 0

    @override
    def head(self, key: str) -> SourceObject:
        self.surprises.enter("head")
        return super().head(key)

    @override
    def tags(self, key: str) -> dict[str, str]:
        self.surprises.enter("tags")
        return super().tags(key)

    @override
    @asynccontextmanager
    async def open(
        self, key: str, *, byte_range: ByteRange | None = None, if_match: str | None = None
    ) -> AsyncIterator[SourceBody]:
        self.surprises.enter("open")
        if self.opening is not None:
            await self.opening(key)  # type: ignore[misc]
        async with super().open(key, byte_range=byte_range, if_match=if_match) as body:
            self.open_bodies += 1
            self.most_open_bodies = max(self.most_open_bodies, self.open_bodies)
            try:
                yield _ChangedBody(body, self.bodies.pop(0)) if self.bodies else body
            finally:
                self.open_bodies -= 1


@dataclass(frozen=True)
class _ChangedBody(SourceBody):
    body: SourceBody
    change: Callable[[bytes], bytes]

    @property
    @override
    def source(self) -> SourceObject:
        return self.body.source

    @property
    @override
    def size(self) -> int:
        return self.body.size

    @override
    async def read(self) -> bytes:
        return self.change(await self.body.read())

    @override
    async def chunks(self) -> AsyncIterator[bytes]:
        content = await self.read()
        for offset in range(0, len(content), 1024):
            yield content[offset : offset + 1024]


@dataclass
class FaultyReplica(MemoryReplica):
    """A replica bucket whose calls have surprises.

    Attributes:
        streamed: Keys whose body came in pieces, in order.
        writes: Key and content of everything that became visible, in order.
        putting: Awaited when a PUT has got its whole body and before it is carried out, with the key.
    """

    surprises: Surprises = field(default_factory=Surprises)
    streamed: list[str] = field(default_factory=list)
    writes: list[tuple[str, bytes]] = field(default_factory=list)
    putting: Callable[[str], object] | None = None

    @override
    def head(self, key: str) -> Replica | None:
        self.surprises.enter("head")
        return super().head(key)

    @override
    async def put(
        self, key: str, body: Body, *, size: int, properties: ReplicaProperties, expected: ExpectedEtag
    ) -> str:
        self.surprises.enter("put")
        if not isinstance(body, bytes):
            self.streamed.append(key)
            body = b"".join([chunk async for chunk in body])
        if self.putting is not None:
            await self.putting(key)  # type: ignore[misc]
        etag = await super().put(key, body, size=size, properties=properties, expected=expected)
        self.writes.append((key, self.objects[key].content))
        self.surprises.leave("put")
        return etag

    @override
    def delete(self, key: str, *, expected: str) -> None:
        self.surprises.enter("delete")
        super().delete(key, expected=expected)
        self.surprises.leave("delete")

    @override
    def keep_aside(self, key: str, backup_key: str, *, expected: str) -> None:
        self.surprises.enter("keep_aside")
        super().keep_aside(key, backup_key, expected=expected)
        self.surprises.leave("keep_aside")

    @override
    async def create_upload(self, key: str, properties: ReplicaProperties) -> str:
        self.surprises.enter("create_upload")
        return await super().create_upload(key, properties)

    @override
    async def upload_part(self, key: str, upload_id: str, number: int, body: Body, *, size: int) -> str:
        self.surprises.enter("upload_part")
        etag = await super().upload_part(key, upload_id, number, body, size=size)
        self.surprises.leave("upload_part")
        return etag

    @override
    def complete_upload(
        self, key: str, upload_id: str, parts: Iterable[UploadedPart], *, expected: ExpectedEtag
    ) -> str:
        self.surprises.enter("complete_upload")
        etag = super().complete_upload(key, upload_id, parts, expected=expected)
        self.surprises.leave("complete_upload")
        return etag


async def pass_turns(number: int) -> None:
    """Let everything else on the loop move so many steps."""
    for _ in range(number):
        await asyncio.sleep(0)
