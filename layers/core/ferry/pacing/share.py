"""A task's limits, shared by all functions that copy for it.

What was allowed is booked as time: a mebibyte at 10 MiB/s takes a tenth of a second. All functions book in
one record, each what it needs for half a second, so that one write pays for many objects; a booking begins
when the one before it ends. This is the generic cell rate algorithm, a leaky bucket without a ticking clock.

Source:
    ITU-T I.371, "Generic cell rate algorithm".
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from ferry.pacing.limits import Allowance

BOOKED_SECONDS: Final = 0.5
_KEPT_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Booked:
    """Until when everything is booked, in seconds since 1970."""

    bandwidth: float = 0.0
    requests: float = 0.0


class Bookings(Protocol):
    """The record that all functions share."""

    def read(self) -> Booked:
        """Return it as it is."""

    def change(self, seen: Booked, wanted: Booked) -> Booked | None:
        """Write it if it still is as it was seen; return what it is otherwise, None when it was written."""


class Limits(Protocol):
    """Knows what is allowed; see ``pacing.current_limits``."""

    @property
    def is_stale(self) -> bool:
        """Whether it is time to ``refresh``."""

    def refresh(self) -> None:
        """Find out what is allowed; may take a while."""

    def current(self) -> Allowance:
        """Return what is allowed now, as far as is known; at once."""


class LocalBookings:
    """The record of one process that shares with nobody."""

    def __init__(self) -> None:
        self._booked = Booked()

    def read(self) -> Booked:
        """Return it as it is."""
        return self._booked

    def change(self, seen: Booked, wanted: Booked) -> Booked | None:
        """Write it if it still is as it was seen; return what it is otherwise."""
        if seen != self._booked:
            return self._booked
        self._booked = wanted
        return None


def book(
    booked: Booked, now: float, allowance: Allowance, *, size: int, requests: int
) -> tuple[float, Booked]:
    """Add a booking.

    Args:
        booked: What is booked already.
        now: Seconds since 1970.
        allowance: What is allowed per second.
        size: Bytes.
        requests: Their number.

    Returns:
        When it begins, and everything that is booked then.
    """
    start = now
    after = booked
    if allowance.bandwidth is not None and size:
        begin = max(now, booked.bandwidth)
        start = max(start, begin)
        after = replace(after, bandwidth=begin + size / allowance.bandwidth)
    if allowance.requests is not None and requests:
        begin = max(now, booked.requests)
        start = max(start, begin)
        after = replace(after, requests=begin + requests / allowance.requests)
    return start, after


class Share:
    """What one process takes of a task's limits.

    Args:
        bookings: Shared with the others.
        limits: Say what is allowed.
        clock: Seconds since 1970.
    """

    def __init__(self, bookings: Bookings, limits: Limits, clock: Callable[[], float] = time.time) -> None:
        self._bookings = bookings
        self._limits = limits
        self._clock = clock
        self._turn = asyncio.Lock()
        self._seen = Booked()
        self._size = 0
        self._requests = 0
        self._start = 0.0

    async def take(self, size: int, *, horizon_seconds: float) -> tuple[float, Allowance]:
        """Take the right to copy one object or part.

        Args:
            size: Its bytes.
            horizon_seconds: The longest wait that is of any use.

        Returns:
            The seconds to wait first, and what is allowed. When there is no room within the horizon nothing
            was taken, and the wait says when there may be some.
        """
        if self._limits.is_stale:
            async with self._turn:
                if self._limits.is_stale:
                    await asyncio.to_thread(self._limits.refresh)
        allowance = self._limits.current()
        if not allowance.is_limited:
            return 0.0, allowance
        async with self._turn:
            now = self._clock()
            if now - self._start > _KEPT_SECONDS:
                # What was taken too much of is not forgotten.
                self._size, self._requests = min(self._size, 0), 0
            needs_size = allowance.bandwidth is not None and size > self._size
            needs_request = allowance.requests is not None and self._requests < 1
            if needs_size or needs_request:
                more_size = more_requests = 0
                if needs_size and allowance.bandwidth is not None:
                    more_size = max(size - self._size, int(allowance.bandwidth * BOOKED_SECONDS))
                if needs_request and allowance.requests is not None:
                    more_requests = max(1, int(allowance.requests * BOOKED_SECONDS))
                wait = await asyncio.to_thread(
                    self._book, allowance, more_size, more_requests, horizon_seconds
                )
                if wait > horizon_seconds:
                    return wait, allowance
                self._size += more_size
                self._requests += more_requests
                self._start = now + wait
            if allowance.bandwidth is not None:
                self._size -= size
            self._requests = max(0, self._requests - 1)
            return max(0.0, self._start - now), allowance

    def correct(self, taken: int, used: int) -> None:
        """Note that a copy has another size than was taken for it."""
        self._size += taken - used

    def _book(self, allowance: Allowance, size: int, requests: int, horizon_seconds: float) -> float:
        """Book in the shared record; return the seconds until it begins, or those until there is room."""
        seen = self._seen
        while True:
            now = self._clock()
            start, wanted = book(seen, now, allowance, size=size, requests=requests)
            if start - now > horizon_seconds:
                seen = self._bookings.read()
                start, wanted = book(seen, now, allowance, size=size, requests=requests)
                if start - now > horizon_seconds:
                    return start - now
            other = self._bookings.change(seen, wanted)
            if other is None:
                self._seen = wanted
                return start - now
            seen = other
