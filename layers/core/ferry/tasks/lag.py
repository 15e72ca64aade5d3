"""How far replicas are behind: distributions that can be added up, exact to five percent.

Seconds are counted in buckets whose bounds grow by a tenth, so a few hundred counters hold any number of
measurements, and those of many functions are added without knowing each other.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

_GROWTH: Final = 1.1
_LEAST_SECONDS: Final = 0.001
_MOST_BUCKETS: Final = 240
"""The last one holds everything above three months."""


def bucket_of(seconds: float) -> int:
    """Return the bucket that holds a measurement; everything up to a millisecond is in the first, 0."""
    if seconds <= _LEAST_SECONDS:
        return 0
    return min(_MOST_BUCKETS, math.ceil(math.log(seconds / _LEAST_SECONDS, _GROWTH)))


def seconds_of(bucket: int) -> float:
    """Return the seconds that stand for a bucket, at most 5 % away from everything in it."""
    return _LEAST_SECONDS * _GROWTH**bucket * 2 / (1 + _GROWTH)


@dataclass(frozen=True, slots=True)
class Distribution:
    """How often each bucket was hit."""

    counts: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, measured: Iterable[float]) -> Self:
        """Count measurements, in seconds."""
        counts: dict[int, int] = {}
        for seconds in measured:
            bucket = bucket_of(seconds)
            counts[bucket] = counts.get(bucket, 0) + 1
        return cls(counts)

    def __add__(self, other: Self) -> Self:
        buckets = self.counts.keys() | other.counts.keys()
        return type(self)({one: self.counts.get(one, 0) + other.counts.get(one, 0) for one in buckets})

    @property
    def total(self) -> int:
        """Number of measurements."""
        return sum(self.counts.values())

    def quantile(self, share: float) -> float | None:
        """Return the seconds that this share of the measurements, 0 to 1, do not exceed; None without any."""
        left = max(1, math.ceil(share * self.total))
        for bucket in sorted(self.counts):
            left -= self.counts[bucket]
            if left <= 0:
                return seconds_of(bucket)
        return None

    def sample(self, most: int) -> list[float]:
        """Return all measurements in seconds, ascending, or this many evenly from among more of them."""
        total = self.total
        shares = ((number + 1) / min(most, total) for number in range(min(most, total)))
        return [seconds for share in shares if (seconds := self.quantile(share)) is not None]

    def summary(self) -> dict[str, float | int | None]:
        """Return the usual quantiles, in seconds to the millisecond."""
        shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
        found = {name: self.quantile(share) for name, share in shares.items()}
        return {
            "count": self.total,
            **{name: None if value is None else round(value, 3) for name, value in found.items()},
        }


@dataclass(frozen=True, slots=True)
class Lag:
    """How far replicas were behind when they were written or deleted.

    Attributes:
        change: Since the source changed, which notifications tell in whole seconds, cut off.
        notification: Since the notification came in.
    """

    change: Distribution = field(default_factory=Distribution)
    notification: Distribution = field(default_factory=Distribution)

    def __add__(self, other: Self) -> Self:
        return type(self)(self.change + other.change, self.notification + other.notification)


NO_LAG: Final = Lag()
