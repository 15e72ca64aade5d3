"""Bodies that go wrong: chunk streams around chunk streams, for either direction."""

from collections.abc import Awaitable, Callable

from local.oss.pacing import Pace
from local.oss.sending import Chunks


def place(wanted: int | None, size: int | None) -> int:
    """A place before a body's end that really is one.

    Args:
        wanted: Bytes before it, counted from the end when negative; the middle when None.
        size: Bytes in the body, or None for a body that does not say.
    """
    if size is None:
        return max(0, wanted or 0)
    if wanted is None:
        wanted = size // 2
    elif wanted < 0:
        wanted += size
    return max(0, min(wanted, size - 1))


async def interrupted(chunks: Chunks, after: int, happen: Callable[[], Awaitable[None]]) -> Chunks:
    """Pass a body on, and let something happen behind so many bytes, or at its end if it is shorter."""
    pending = True
    if after == 0:
        pending = False
        await happen()
    async for chunk in chunks:
        if pending and len(chunk) >= after:
            pending = False
            yield chunk[:after]
            await happen()
            if len(chunk) > after:
                yield chunk[after:]
        else:
            after -= len(chunk)
            yield chunk
    if pending:
        await happen()


async def corrupted(chunks: Chunks, at: int) -> Chunks:
    """Flip all bits of one byte."""
    async for chunk in chunks:
        if 0 <= at < len(chunk):
            yield chunk[:at] + bytes([chunk[at] ^ 0xFF]) + chunk[at + 1 :]
        else:
            yield chunk
        at -= len(chunk)


async def shortened(chunks: Chunks, size: int) -> Chunks:
    """Read all of a body and pass on its first bytes only."""
    async for chunk in chunks:
        if size:
            yield chunk[:size]
            size -= min(size, len(chunk))


async def replaced(chunks: Chunks, after: int, content: Callable[[int, int], bytes]) -> Chunks:
    """Pass on other bytes behind the first ones.

    Args:
        chunks: The body.
        after: Bytes that stay.
        content: Gives the other bytes, from their offset in this body and their number.
    """
    offset = 0
    async for chunk in chunks:
        kept = chunk[: max(0, after - offset)]
        yield kept + content(offset + len(kept), len(chunk) - len(kept))
        offset += len(chunk)


async def paced(chunks: Chunks, pace: Pace, passed: Callable[[int], None] = lambda _size: None) -> Chunks:
    """Hold a body to a rate and tell how many bytes went."""
    async for chunk in chunks:
        for start in range(0, len(chunk), pace.slice_bytes):
            piece = chunk[start : start + pace.slice_bytes]
            await pace.spend(len(piece))
            passed(len(piece))
            yield piece
