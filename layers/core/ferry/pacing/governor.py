"""When the next copy may begin: what the sides take, and what the task's limits allow."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from ferry.errors import LimitReachedError
from ferry.pacing.share import Share
from ferry.pacing.throttle import UNLIMITED, Throttle

HORIZON_SECONDS: Final = 60.0
"""The longest wait for the limits: who waits longer waits in a queue, for nothing, not in a function."""
_SHORTEST_SLEEP_SECONDS: Final = 0.001
_LEFT_FOR_COPYING: Final = 0.5
"""Of the time that is left, what one copy at the limits' pace may take."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to copy one object or part now.

    Attributes:
        began: On the governor's clock.
        size: Bytes that it was given for.
        pace: Bytes per second to read with; ``UNLIMITED`` for as fast as they come.
    """

    began: float
    size: int
    pace: float


@dataclass(frozen=True, slots=True)
class GovernorState:
    """How a governor holds back.

    Attributes:
        copies_per_second: What the sides take; ``UNLIMITED`` when they refuse nothing.
        waited_seconds: What copies have waited for the task's limits since this was last asked, added up.
    """

    copies_per_second: float
    waited_seconds: float


class Governor:
    """Lets the copies of one task begin in one process, on one event loop.

    Args:
        share: What the task's limits leave; None for a task that can have none.
        clock: Returns seconds that only grow; deadlines are on it.
        sleep: Waits that many seconds.
    """

    def __init__(
        self,
        share: Share | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._share = share
        self._clock = clock
        self._sleep = sleep
        self._throttle = Throttle(time.time() - clock())
        self._turns = asyncio.Lock()
        self._waited = 0.0

    async def admit(self, size: int, *, deadline: float) -> Turn:
        """Wait until a copy may begin.

        Args:
            size: Its bytes.
            deadline: When it has to be over.

        Raises:
            LimitReachedError: The task's limits leave no room for so long that waiting here would be a waste.
        """
        pace = UNLIMITED if self._share is None else await self._wait_for_share(self._share, size, deadline)
        began = self._clock()
        if self._turns.locked() or self._throttle.begin(began):
            async with self._turns:
                began = self._clock()
                while wait := self._throttle.begin(began):
                    await self._sleep(wait)
                    began = self._clock()
        return Turn(began, size, pace)

    def correct(self, turn: Turn, size: int) -> None:
        """Note that what is being copied has another size than its turn was given for."""
        if self._share is not None and turn.size != size:
            self._share.correct(turn.size, size)

    def succeeded(self, turn: Turn) -> None:
        """Note that a copy went through."""
        self._throttle.succeeded(turn.began, self._clock())

    def refused(self, turn: Turn) -> None:
        """Note that a side refused a request of a copy because of its limits."""
        self._throttle.refused(turn.began, self._clock())

    @property
    def has_waited(self) -> bool:
        """Whether copies have waited for the task's limits since the last report."""
        return self._waited > 0

    def report(self) -> GovernorState:
        """Tell how it holds back, since it was last asked."""
        waited, self._waited = self._waited, 0.0
        return GovernorState(self._throttle.rate(self._clock()), waited)

    async def paced(self, chunks: AsyncIterator[bytes], turn: Turn) -> AsyncIterator[bytes]:
        """Yield the chunks of a copy, not faster than its turn says."""
        began, size = self._clock(), 0
        async for chunk in chunks:
            size += len(chunk)
            wait = began + size / turn.pace - self._clock()
            if wait >= _SHORTEST_SLEEP_SECONDS:
                await self._sleep(wait)
            yield chunk

    async def _wait_for_share(self, share: Share, size: int, deadline: float) -> float:
        left = deadline - self._clock()
        horizon = min(HORIZON_SECONDS, left) if left < UNLIMITED else UNLIMITED
        wait, allowance = await share.take(size, horizon_seconds=horizon)
        if wait > horizon:
            msg = "The task's limits leave no room at the moment."
            raise LimitReachedError(msg, wait_seconds=wait)
        if wait >= _SHORTEST_SLEEP_SECONDS:
            self._waited += wait
            await self._sleep(wait)
        if allowance.bandwidth is None:
            return UNLIMITED
        # Its room is booked; it must not get so slow that it misses the deadline.
        return max(allowance.bandwidth, size / max((left - wait) * _LEFT_FOR_COPYING, 1.0))
