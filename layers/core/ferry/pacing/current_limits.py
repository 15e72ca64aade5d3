"""The limits of a task as they are now or were a few seconds ago, so that a change reaches running copies."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ferry.pacing.limits import Allowance, Limits

KEEP_SECONDS: Final = 10.0
_NONE: Final = Allowance()


class CurrentLimits:
    """What one task may take at the moment.

    Args:
        read: Reads its limits; None for none.
        now: Returns the current time.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        read: Callable[[], Limits | None],
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._now = now
        self._clock = clock
        self._limits: Limits | None = None
        self._read_at = float("-inf")

    @property
    def is_stale(self) -> bool:
        """Whether they were read so long ago that they are to be read again."""
        return self._clock() - self._read_at >= KEEP_SECONDS

    def refresh(self) -> None:
        """Read them."""
        self._limits = self._read()
        self._read_at = self._clock()

    def current(self) -> Allowance:
        """Return what is allowed now by the limits as they were read."""
        return _NONE if self._limits is None else self._limits.at(self._now())


@dataclass(frozen=True, slots=True)
class FixedLimits:
    """Limits that stay as they are.

    Attributes:
        allowance: What is allowed at any time.
    """

    allowance: Allowance

    @property
    def is_stale(self) -> bool:
        """Whether they are to be read again, which they never are."""
        return False

    def refresh(self) -> None:
        """Do nothing: there is nowhere to read them."""

    def current(self) -> Allowance:
        """Return what is allowed."""
        return self.allowance
