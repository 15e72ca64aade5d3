"""Finding the rate that a side takes, from what it refuses.

The share that gets through tells what a side takes. From there the rate is cut a little, comes back quickly,
stays near it, and then probes for more ever faster: the cubic curve that TCP CUBIC follows, here for requests
instead of bytes.

Source:
    RFC 9438, "CUBIC for Fast and Long-Distance Networks".
"""

from typing import Final

UNLIMITED: Final = float("inf")
_CUT: Final = 0.95
"""What is left of the rate that a side takes."""
_STRETCH_SECONDS: Final = 12.0
"""How long the curve takes from that rate to twice as much."""
_FORGOTTEN: Final = 8.0
_GUESS_FORGOTTEN: Final = 1024.0
"""Times that rate, after which there is no limit any more."""
_LOWEST_GUESS: Final = 10.0
_WINDOW_SECONDS: Final = 0.5
"""Over which replies are counted."""
_FEWEST_REPLIES: Final = 24
_SHORTEST_SECONDS: Final = 0.1
_SATURATED: Final = 0.4
"""The share of refusals from which it tells what a side takes. Sides refuse some at any rate."""
_SHORTEST_WAIT_SECONDS: Final = 0.001
_LONGEST_WAIT_SECONDS: Final = 0.25
_MADE_UP_SECONDS: Final = 0.05


class Throttle:
    """A rate of copies that follows what is refused. Times are seconds on one clock that only grows."""

    def __init__(self) -> None:
        self._peak = UNLIMITED
        self._cut_at = float("-inf")
        self._is_guess = False
        self._turns = self._turns_at = 0.0
        self._window_began: float | None = None
        self._begun = self._taken = self._refused = 0

    def rate(self, now: float) -> float:
        """Return the copies per second that may begin; ``UNLIMITED`` when nothing was refused for long."""
        if self._peak == UNLIMITED:
            return UNLIMITED
        if self._is_guess:
            # It is by very few replies, so it doubles until something is refused again.
            factor: float = 2 ** min((now - self._cut_at) / _WINDOW_SECONDS, 60.0)
        else:
            back = (1 - _CUT) ** (1 / 3) * _STRETCH_SECONDS
            factor = 1 + ((now - self._cut_at - back) / _STRETCH_SECONDS) ** 3
        if factor > (_GUESS_FORGOTTEN if self._is_guess else _FORGOTTEN):
            self._peak = UNLIMITED
            return UNLIMITED
        return self._peak * factor

    def begin(self, now: float) -> float:
        """Begin a copy if it is time for the next one.

        Returns:
            0 when it has begun, else the seconds after which to ask again.
        """
        rate = self.rate(now)
        if rate != UNLIMITED:
            # Turns that come late are made up for, but not a long time without any.
            most = max(1.0, rate * _MADE_UP_SECONDS)
            self._turns = min(self._turns + (now - self._turns_at) * rate, most)
            self._turns_at = now
            if self._turns < 1:
                return min(max((1 - self._turns) / rate, _SHORTEST_WAIT_SECONDS), _LONGEST_WAIT_SECONDS)
            self._turns -= 1
        if self._window_began is None:
            self._window_began = now
        self._begun += 1
        return 0.0

    def succeeded(self, began: float, now: float) -> None:
        """Note that a copy got through that began at some moment."""
        if began >= self._cut_at:
            self._taken += 1
            self._end_window(now)

    def refused(self, began: float, now: float) -> None:
        """Note that a side refused a copy because of its limits; from before the last cut it says nothing."""
        if began < self._cut_at:
            return
        self._refused += 1
        if self._peak == UNLIMITED:
            elapsed = max(now - (self._window_began or now), _SHORTEST_SECONDS)
            self._cut(max(self._taken / elapsed, _LOWEST_GUESS), now, is_guess=True)
        else:
            self._end_window(now)

    def _end_window(self, now: float) -> None:
        elapsed = now - (self._window_began or now)
        if elapsed < _WINDOW_SECONDS or self._taken + self._refused < _FEWEST_REPLIES:
            return
        if not self._refused:
            self._begin_window(now)
            return
        share = self._refused / (self._taken + self._refused)
        if share > _SATURATED:
            offered = min(self.rate(now), self._begun / elapsed)
            self._cut(offered * (1 - share), now, is_guess=False)
        else:
            self._begin_window(now)

    def _cut(self, peak: float, now: float, *, is_guess: bool) -> None:
        if self._peak == UNLIMITED:
            self._turns, self._turns_at = 0.0, now
        self._peak, self._cut_at, self._is_guess = max(peak, 1.0), now, is_guess
        self._begin_window(now)

    def _begin_window(self, now: float) -> None:
        self._window_began = now
        self._begun = self._taken = self._refused = 0
