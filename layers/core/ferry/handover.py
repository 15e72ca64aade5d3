"""Handing values from threads to an event loop, a bounded number ahead."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable


class Handover[T]:
    """A queue that threads fill, waiting while it is full, and one task of an event loop empties.

    Args:
        loop: Where the values go.
        ahead: Values that may wait there, at least 1.
        on_arrival: Told every value, on the loop, as soon as it is there.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        ahead: int,
        on_arrival: Callable[[T], None] = lambda _: None,
    ) -> None:
        self._loop = loop
        self._on_arrival = on_arrival
        self._values = asyncio.Queue[T]()
        self._room = threading.Semaphore(ahead)
        self._is_closed = False

    def put(self, value: T) -> bool:
        """Hand over a value, from a thread; False when nobody wants any more."""
        self._room.acquire()
        if self._is_closed:
            self._room.release()
            return False
        self._loop.call_soon_threadsafe(self._arrive, value)
        return True

    def _arrive(self, value: T) -> None:
        self._on_arrival(value)
        self._values.put_nowait(value)

    def finish(self) -> None:
        """Let the iteration end after the values handed over; called on the loop."""
        self._values.shutdown()

    def close(self) -> None:
        """Send away the threads that wait or come later; called on the loop."""
        self._is_closed = True
        self._room.release()

    async def __aiter__(self) -> AsyncIterator[T]:
        """Yield the values in the order they came."""
        while True:
            try:
                value = await self._values.get()
            except asyncio.QueueShutDown:
                return
            self._room.release()
            yield value
