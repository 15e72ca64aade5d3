"""Takes deliveries out of the outbox when their turn comes, and puts them back when they fail."""

import asyncio
import contextlib
import logging
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from local.oss.events.messages import Delivery
from local.oss.events.outbox import Outbox

logger = logging.getLogger(__name__)

MAX_PARALLEL = 32


class DeliveryError(Exception):
    """A try that failed; the message says why."""


async def wait_for_event(event: asyncio.Event, seconds: float | None) -> None:
    """Wait for an event, or until the time is over."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


@dataclass(frozen=True)
class Clock:
    """How time passes for deliveries.

    Attributes:
        now_ms: Milliseconds since 1970.
        wait: Waits for an event, at most some seconds.
        scale: Factor on the pauses between tries; 0 tries again at once.
        between: Draws a number between two others.
    """

    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    wait: Callable[[asyncio.Event, float | None], Awaitable[None]] = wait_for_event
    scale: float = 1.0
    between: Callable[[float, float], float] = random.uniform


class Dispatcher:
    """Sends what is due, at most 32 deliveries of one rule at a time."""

    def __init__(
        self,
        outbox: Outbox,
        clock: Clock,
        *,
        send: Callable[[Delivery], Awaitable[None]],
        pause_seconds: Callable[[Delivery], float | None],
    ) -> None:
        """Make a dispatcher that does nothing until it runs.

        Args:
            outbox: Where deliveries are kept.
            clock: How time passes.
            send: Tries one delivery; raises `DeliveryError` when it did not arrive.
            pause_seconds: How long to wait after a delivery failed once more, or None to give up.
        """
        self._outbox = outbox
        self._clock = clock
        self._send = send
        self._pause_seconds = pause_seconds
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._sending: dict[asyncio.Task[None], str] = {}

    def notice(self) -> None:
        """Look at the outbox again, which has changed."""
        self._idle.clear()
        self._wake.set()

    async def idle(self) -> None:
        """Wait until nothing is being sent or waits for its turn."""
        await self._idle.wait()

    async def run(self) -> None:
        """Deliver until cancelled; what is being sent then is sent again by the next run."""
        try:
            while True:
                self._wake.clear()
                now_ms = self._clock.now_ms()
                await self._clock.wait(self._wake, self._start(now_ms))
        finally:
            sending = list(self._sending)
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)

    def _start(self, now_ms: int) -> float | None:
        """Start what is due, and return the seconds until more is; None when only an event changes it."""
        for task in [task for task in self._sending if task.done()]:
            del self._sending[task]
            task.result()
        busy = Counter(self._sending.values())
        for delivery in self._outbox.take_due(now_ms, busy, MAX_PARALLEL):
            task = asyncio.create_task(self._attempt(delivery))
            self._sending[task] = delivery.message.rule_id
            task.add_done_callback(lambda _: self._wake.set())
        if not self._sending and self._outbox.next_due_ms() is None:
            self._idle.set()
        busy = Counter(self._sending.values())
        full = [rule_id for rule_id, number in busy.items() if number == MAX_PARALLEL]
        due_ms = self._outbox.next_due_ms(full)
        return None if due_ms is None else max(0, due_ms - now_ms) / 1000

    async def _attempt(self, delivery: Delivery) -> None:
        try:
            await self._send(delivery)
        except DeliveryError as error:
            pause = self._pause_seconds(delivery)
            due_ms = None if pause is None else self._clock.now_ms() + round(pause * self._clock.scale * 1000)
            logger.info("message %s failed: %s", delivery.message.message_id, error)
            self._outbox.failed(delivery, str(error), due_ms)
        else:
            self._outbox.delivered(delivery)
