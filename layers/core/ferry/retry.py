"""Trying again after transient errors, within a deadline."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ferry.errors import TransientError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential back-off with full jitter.

    Attributes:
        attempts: How often to try at the most, at least 1.
        base_seconds: The longest first pause; it doubles with every attempt.
        max_seconds: The longest pause, what the server asks for aside.
        longest_seconds: After this no other attempt begins, whatever the deadline.
        clock: Returns seconds that only grow.
        sleep: Waits that many seconds.
        sleep_async: The same on an event loop.
        jitter: Returns a number between the two given.
        watch: Told of every error after which another attempt is made.
    """

    attempts: int = 6
    base_seconds: float = 0.2
    max_seconds: float = 20.0
    longest_seconds: float = float("inf")
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    sleep_async: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[float, float], float] = random.uniform
    watch: Callable[[TransientError], None] = lambda _: None

    async def run[T](self, attempt: Callable[[], Awaitable[T]], *, deadline: float) -> T:
        """Await until it succeeds, fails for good, or there is no time or attempt left.

        Args:
            attempt: Starts the work anew at every call.
            deadline: On ``clock``; no pause reaches beyond it.

        Raises:
            TransientError: The last one, when attempts or time are used up.
        """
        number = 1
        deadline = min(deadline, self.clock() + self.longest_seconds)
        while True:
            try:
                return await attempt()
            except TransientError as error:
                await self.sleep_async(self._pause(error, number, deadline))
                number += 1

    def call[T](self, attempt: Callable[[], T], *, deadline: float = float("inf")) -> T:
        """Call until it succeeds, as ``run`` does."""
        number = 1
        deadline = min(deadline, self.clock() + self.longest_seconds)
        while True:
            try:
                return attempt()
            except TransientError as error:
                self.sleep(self._pause(error, number, deadline))
                number += 1

    def _pause(self, error: TransientError, number: int, deadline: float) -> float:
        """Return the seconds to wait after a failed attempt, or raise its error when it was the last."""
        longest = min(self.max_seconds, self.base_seconds * 2 ** (number - 1))
        # What the server asks for is the least to wait; the jitter comes on top.
        seconds = (error.retry_after_seconds or 0.0) + self.jitter(0.0, longest)
        if number >= self.attempts or self.clock() + seconds >= deadline:
            raise error
        self.watch(error)
        logger.debug("attempt %d failed (%s), trying again in %.2f s", number, error.reason, seconds)
        return seconds
