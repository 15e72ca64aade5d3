"""Time that passes only when somebody sleeps."""

from dataclasses import dataclass, field

from ferry.retry import RetryPolicy


@dataclass
class FakeClock:
    """A clock whose sleeps return at once and are noted."""

    now: float = 1000.0
    pauses: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


def retry_policy(clock: FakeClock | None = None, **fields: object) -> RetryPolicy:
    """A policy on a fake clock that always takes the longest pause."""
    clock = clock or FakeClock()
    settings = {
        "clock": clock,
        "sleep": clock.sleep,
        "sleep_async": clock.sleep_async,
        "jitter": lambda _, longest: longest,
    }
    return RetryPolicy(**{**settings, **fields})  # type: ignore[arg-type]
