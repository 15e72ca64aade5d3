"""What came back of the copies that began, and how much of it was refused for no reason of rate."""

import math
from dataclasses import dataclass
from typing import Final

_TOLERATED: Final = 0.01
"""The share of refusals above the noise that is let pass."""
_DEVIATIONS: Final = 3.0
"""By which refusals have to be more than chance explains."""
_FEWEST_REFUSED: Final = 3
_LEARNED: Final = 1 / 8
_FORGOTTEN_SECONDS: Final = 60.0


@dataclass
class Replies:
    """Counts over some time.

    Attributes:
        since: When it began; None before the first reply.
        begun: Copies that began in this time.
        held: Of these, the ones that had to wait for their turn.
        after_refusal: Whether it began with a refusal, which is not counted.
    """

    since: float | None = None
    taken: int = 0
    refused: int = 0
    begun: int = 0
    held: int = 0
    after_refusal: bool = False

    @property
    def number(self) -> int:
        """How many there were."""
        return self.taken + self.refused

    @property
    def share(self) -> float:
        """The share that was refused."""
        return self.refused / self.number

    @property
    def deviation(self) -> float:
        """How far the share may be off."""
        return math.sqrt(self.share * (1 - self.share) / self.number)

    def seconds(self, now: float) -> float:
        """Return the time since it began."""
        return 0.0 if self.since is None else now - self.since

    def offered(self, rate: float, now: float) -> float:
        """Return the copies per second that were tried.

        Args:
            rate: What was allowed. Where most copies had to wait for their turn, it was used, and a lull at
                the end of a job does not hide it.
            now: The time.
        """
        was_used = self.held * 2 >= self.begun and rate < float("inf")
        return rate if was_used else min(self.number / self.seconds(now), rate)


class Noise:
    """The share that is refused however few copies begin.

    Args:
        to_epoch: Seconds from the clock to the time of day. All processes forget the noise at the same
            moments and look for it anew together: while one alone slows down, what the others do looks like
            noise.
    """

    def __init__(self, to_epoch: float) -> None:
        self._to_epoch = to_epoch
        self._most = 0.0
        self._period = 0.0
        self.share = 0.0

    def expire(self, now: float) -> None:
        """Forget it if it is time to."""
        if self._period != (now + self._to_epoch) // _FORGOTTEN_SECONDS:
            self.share = 0.0

    def learn(self, replies: Replies, now: float) -> None:
        """Take what was refused for noise, and a little more."""
        self.share = self._most = replies.share + replies.deviation
        self._period = (now + self._to_epoch) // _FORGOTTEN_SECONDS

    def adjust(self, replies: Replies) -> None:
        """Follow the share of replies that it explains."""
        if self.share:
            self.share = min(self.share + (replies.share - self.share) * _LEARNED, self._most)

    def passed(self, share: float) -> float:
        """Return what was taken as a share of what could have been, the noise aside."""
        return (1 - share) / (1 - self.share)

    def is_exceeded(self, replies: Replies) -> bool:
        """Tell whether more was refused than noise and chance explain."""
        most = self.share + _TOLERATED
        most += _DEVIATIONS * math.sqrt(most * (1 - self.share) / replies.number)
        return replies.refused >= _FEWEST_REFUSED and replies.share > most

    def may_be_exceeded(self, replies: Replies) -> bool:
        """Tell whether more replies may show that it is exceeded."""
        return replies.share > self.share + _TOLERATED
