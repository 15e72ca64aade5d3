"""Everything that makes requests go wrong, in one place; used by the event loop's thread only."""

import asyncio

from local.oss.faults.decisions import Entry, FaultBook
from local.oss.faults.limits import Limiter


class Injector:
    """The server's rules and limits, and who waits for what.

    Attributes:
        book: Fault rules.
        limiter: Limits per account.
    """

    def __init__(self) -> None:
        self.book = FaultBook()
        self.limiter = Limiter()
        self._released = asyncio.Event()
        self._applied = asyncio.Event()
        self._closed = False

    @property
    def active(self) -> bool:
        """Whether requests need to be looked at."""
        return len(self.book) > 0 or self.limiter.active

    def count_applied(self, entry: Entry) -> None:
        """Count a fault that happened, and wake who waits for it."""
        entry.applied += 1
        self._applied.set()
        self._applied = asyncio.Event()

    async def until_applied(self, entry: Entry, number: int) -> None:
        """Wait until a rule's fault has happened so often."""
        while entry.applied < number:
            await self._applied.wait()

    async def hold(self, seconds: float | None) -> None:
        """Wait so long, or until released; ``None`` waits for the release alone."""
        if self._closed:
            return
        released = self._released
        try:
            async with asyncio.timeout(seconds):
                await released.wait()
        except TimeoutError:
            return

    def release(self) -> None:
        """Let everything go on that stalls or is delayed now."""
        self._released.set()
        self._released = asyncio.Event()

    def close(self) -> None:
        """Release everything, now and later, so that the server can stop."""
        self._closed = True
        self.release()
