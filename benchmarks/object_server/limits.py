"""How many requests a server takes and how fast it sends."""

from collections.abc import Callable


class RequestLimit:
    """Takes so many requests per second, a tenth of a second's worth at once.

    Args:
        per_second: The rate, 0 for any.
        clock: Seconds that only grow.
    """

    def __init__(self, per_second: float, clock: Callable[[], float]) -> None:
        self._rate = per_second
        self._most = per_second / 10
        self._clock = clock
        self._left = self._most
        self._seen_at = clock()

    def takes(self) -> bool:
        """Tell whether one more request is taken now."""
        if not self._rate:
            return True
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._seen_at) * self._rate)
        self._seen_at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class ByteRate:
    """Hands out the moments at which bytes may leave.

    Args:
        per_second: The rate of all connections together, 0 for any.
        clock: Seconds that only grow.
    """

    def __init__(self, per_second: float, clock: Callable[[], float]) -> None:
        self._rate = per_second
        self._clock = clock
        self._free_at = clock()

    def wait_for(self, size: int) -> float:
        """Return the seconds after which so many bytes may leave, and take that place."""
        if not self._rate:
            return 0.0
        now = self._clock()
        wait = max(0.0, self._free_at - now)
        self._free_at = max(now, self._free_at) + size / self._rate
        return wait
