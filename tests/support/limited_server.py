"""A server that takes so many requests a second and clients that follow a throttle, in simulated time."""

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ferry.pacing.throttle import Throttle


@dataclass
class LimitedServer:
    """Takes ``rate`` requests per second of its clock and refuses the others; ``burst`` may come at once.

    Of those it would take it refuses a share all the same, the ``noise``. From ``changes_at`` on its rate is
    ``later_rate``.
    """

    rate: float
    burst: float
    noise: float = 0.0
    changes_at: float = float("inf")
    later_rate: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(3))
    _at: float = 0.0

    def __post_init__(self) -> None:
        self._tokens = self.burst

    def takes(self, now: float) -> bool:
        rate = self.rate if now < self.changes_at else self.later_rate
        self._tokens = min(self.burst, self._tokens + (now - self._at) * rate)
        self._at = now
        if self._tokens < 1 or self.chance.random() < self.noise:
            return False
        self._tokens -= 1
        return True


class Pacing(Protocol):
    """What decides when a copy may begin."""

    def begin(self, now: float) -> float: ...
    def succeeded(self, began: float, now: float) -> None: ...
    def refused(self, began: float, now: float) -> None: ...


class NoThrottle:
    """Lets everything begin at once."""

    def begin(self, now: float) -> float:
        return 0.0

    def succeeded(self, began: float, now: float) -> None: ...
    def refused(self, began: float, now: float) -> None: ...


@dataclass
class Tally:
    """What became of the requests that were answered from some moment on."""

    seconds: float
    taken: int = 0
    refused: int = 0
    by_process: list[int] = field(default_factory=list)

    @property
    def taken_per_second(self) -> float:
        return self.taken / self.seconds

    @property
    def refused_share(self) -> float:
        return self.refused / max(self.taken + self.refused, 1)


def simulate(
    server: LimitedServer,
    *,
    in_flight: int,
    latency: float,
    seconds: float,
    counted_from: float = 0.0,
    processes: int = 1,
    joins_after: float = 0.0,
    asks_to_wait: float = 0.1,
    seed: int = 7,
    pacing: Callable[[], Pacing] = Throttle,
) -> Tally:
    """Let processes, each with a throttle of its own, send as much as they may.

    A refused request is tried again after what the server asks for and a pause like that of the retry policy.
    One process after the other begins, ``joins_after`` seconds apart.
    """
    chance = random.Random(seed)
    server.chance = random.Random(seed + 1)
    throttles = [pacing() for _ in range(processes)]
    asking: list[list[int]] = [[] for _ in range(processes)]
    order = itertools.count()
    tally = Tally(seconds - counted_from, by_process=[0] * processes)
    # What happens next: when, in which process, what, and of the copy when it began and which attempt it is.
    agenda: list[tuple[float, int, int, str, float, int]] = []

    def later(moment: float, process: int, kind: str, began: float = 0.0, attempt: int = 1) -> None:
        heapq.heappush(agenda, (moment, next(order), process, kind, began, attempt))

    for process in range(processes):
        for _ in range(in_flight):
            later(process * joins_after, process, "ask")
    while agenda and agenda[0][0] < seconds:
        now, _, process, kind, began, attempt = heapq.heappop(agenda)
        throttle, waiting = throttles[process], asking[process]
        if kind == "ask":
            waiting.append(attempt)
            if len(waiting) == 1:
                later(now, process, "turn")
        elif kind == "turn":
            wait = throttle.begin(now)
            if not wait:
                later(now + latency / 2, process, "arrive", now, waiting.pop(0))
            if waiting:
                later(now + wait, process, "turn")
        elif kind == "arrive":
            is_taken = server.takes(now)
            later(now + latency / 2, process, "taken" if is_taken else "refused", began, attempt)
        elif kind == "taken":
            if now >= counted_from:
                tally.taken += 1
                tally.by_process[process] += 1
            throttle.succeeded(began, now)
            later(now, process, "ask")
        else:
            tally.refused += now >= counted_from
            throttle.refused(began, now)
            pause = asks_to_wait + chance.uniform(0.0, 0.2 * 2 ** (attempt - 1))
            later(now + pause, process, "ask", attempt=attempt % 6 + 1)
    return tally
