"""How far one function got with a range of parts, and how much more it has time for."""

import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from itertools import count, takewhile
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from ferry.checksums import combine_crc64
from ferry.errors import TransientError
from ferry.multipart.plan import Part


class CopiedRange(BaseModel):
    """A range that S3 holds; ``crc64`` is decimal text, since JSON numbers lose digits."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    first: int
    last: int
    size: int
    crc64: str

    def followed_by(self, rest: Self) -> Self:
        """Return both as one range; ``rest`` begins where this one ends."""
        checksum = combine_crc64((int(piece.crc64), piece.size) for piece in (self, rest))
        return type(self)(first=self.first, last=rest.last, size=self.size + rest.size, crc64=str(checksum))


@dataclass
class RangeProgress:
    """The parts of a range that S3 has taken.

    Attributes:
        deadline: On ``clock``.
        done: Checksum and size of every part, by its number.
        slowest: Seconds that the slowest of them took.
    """

    deadline: float
    clock: Callable[[], float]
    done: dict[int, tuple[int, int]] = field(default_factory=dict)
    slowest: float = 0.0

    def has_time(self) -> bool:
        """Tell whether another part is likely to be finished; of the first ones nobody knows."""
        return self.clock() + self.slowest < self.deadline

    def seconds_left(self) -> float | None:
        """Return the time until the deadline, None for no end."""
        return None if self.deadline == float("inf") else max(0.0, self.deadline - self.clock())

    def add(self, part: Part, checksum: int, seconds: float) -> None:
        """Note a part that S3 has taken."""
        self.done[part.number] = (checksum, part.size)
        self.slowest = max(self.slowest, seconds)

    def without_gaps(self, first: int) -> CopiedRange:
        """Return the parts from ``first`` on up to the first that is missing.

        Raises:
            TransientError: There are none.
        """
        pieces = [self.done[number] for number in takewhile(self.done.__contains__, count(first))]
        if not pieces:
            msg = "Not even one part was copied in the time of one function."
            raise TransientError(msg, reason="OutOfTime")
        return CopiedRange(
            first=first,
            last=first + len(pieces) - 1,
            size=sum(size for _, size in pieces),
            crc64=str(combine_crc64(pieces)),
        )


async def until_time_is_up(work: Coroutine[Any, Any, None]) -> None:
    """Await work that may run into its time limit."""
    with contextlib.suppress(TimeoutError):
        await work
