"""A server that takes so many requests a second and clients that follow a throttle, in simulated time."""

import heapq
import itertools
import random
from dataclasses import dataclass, field

from ferry.pacing.throttle import Throttle


@dataclass
class LimitedServer:
    """Takes ``rate`` requests per second of its clock and refuses the others; ``burst`` may come at once.

    Of those it would take it refuses a share all the same, the ``noise``.
    """

    rate: float
    burst: float
    noise: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(3))
    _tokens: float = 0.0
    _at: float = 0.0

    def takes(self, now: float) -> bool:
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        if self._tokens < 1 or self.chance.random() < self.noise:
            return False
        self._tokens -= 1
        return True


@dataclass
class Tally:
    taken: int = 0
    refused: int = 0
    taken_late: int = 0
    """Of those taken, after the first quarter of the time."""


def simulate(
    server: LimitedServer,
    *,
    in_flight: int,
    latency: float,
    seconds: float,
    processes: int = 1,
    asks_to_wait: float | None = None,
) -> Tally:
    """Let processes, each with a throttle of its own, send as much as they may."""
    chance = random.Random(7)
    throttles = [Throttle() for _ in range(processes)]
    asking = [0] * processes
    order = itertools.count()
    tally = Tally()
    # What happens next: when, in which process, and whether a copy is to ask for its turn or arrives.
    agenda: list[tuple[float, int, int, str, float]] = []

    def later(moment: float, process: int, kind: str, began: float = 0.0) -> None:
        heapq.heappush(agenda, (moment, next(order), process, kind, began))

    for process in range(processes):
        for _ in range(in_flight):
            later(0.0, process, "ask")
    while agenda and agenda[0][0] < seconds:
        now, _, process, kind, began = heapq.heappop(agenda)
        throttle = throttles[process]
        if kind == "ask":
            asking[process] += 1
            if asking[process] == 1:
                later(now, process, "turn")
        elif kind == "turn":
            wait = throttle.begin(now)
            if not wait:
                asking[process] -= 1
                later(now + latency / 2, process, "arrive", now)
            if asking[process]:
                later(now + wait, process, "turn")
        elif kind == "arrive":
            later(now + latency / 2, process, "taken" if server.takes(now) else "refused", began)
        elif kind == "taken":
            tally.taken += 1
            tally.taken_late += now >= seconds / 4
            throttle.succeeded(began, now)
            later(now, process, "ask")
        else:
            tally.refused += 1
            throttle.refused(began, now)
            later(now + (asks_to_wait or 0.0) + chance.uniform(0.0, 0.2), process, "ask")
    return tally
