"""Holding bytes to a rate, and the rate a request asks for with ``x-oss-traffic-limit``.

Source: OSS developer reference, "Single-connection bandwidth throttling".
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from local.oss.errors import invalid_argument

MIN_BITS_PER_SECOND = 819_200
MAX_BITS_PER_SECOND = 838_860_800
_SLICE_SECONDS = 0.1


class Pace:
    """Lets bytes through at a rate; who shares one shares its rate.

    Attributes:
        slice_bytes: What passes in a tenth of a second, at least one; callers cut their bytes to it so
            that they flow evenly.
    """

    def __init__(
        self,
        bytes_per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._bytes_per_second = bytes_per_second
        self._clock = clock
        self._sleep = sleep
        self._due = clock()
        self.slice_bytes = max(1, int(bytes_per_second * _SLICE_SECONDS))

    async def spend(self, size: int) -> None:
        """Wait until ``size`` more bytes have had their time; idle time is not saved up."""
        now = self._clock()
        self._due = max(self._due, now) + size / self._bytes_per_second
        await self._sleep(self._due - now)


def requested_pace(headers: Mapping[str, str], query: Mapping[str, str]) -> Pace | None:
    """The pace a request asks for, or None when it asks for none.

    Args:
        headers: Header values by lower-case name.
        query: Decoded query parameters.

    Raises:
        OssError: ``InvalidArgument`` outside 819,200 to 838,860,800 bits per second.
    """
    text = headers.get("x-oss-traffic-limit") or query.get("x-oss-traffic-limit")
    if text is None:
        return None
    bits = int(text) if text.isdecimal() and len(text) < 12 else 0
    if not MIN_BITS_PER_SECOND <= bits <= MAX_BITS_PER_SECOND:
        message = f"The traffic limit must be {MIN_BITS_PER_SECOND} to {MAX_BITS_PER_SECOND} bits per second."
        raise invalid_argument(message, name="x-oss-traffic-limit", value=text)
    return Pace(bits / 8)
