"""The server's clock, which can be set wrong."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime


class Clock:
    """Tells the time with an offset.

    Attributes:
        offset_seconds: How far the server is ahead of the true time; negative when it is behind.
    """

    def __init__(self, offset_seconds: float = 0.0) -> None:
        self.offset_seconds = offset_seconds

    def now(self) -> datetime:
        """The time, aware and in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.offset_seconds)

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        return time.time_ns() // 1_000_000 + round(self.offset_seconds * 1000)

    def date_headers(self) -> dict[str, str]:
        """A Date header, or nothing while the clock is right and the HTTP server's own will do."""
        return {"Date": format_datetime(self.now(), usegmt=True)} if self.offset_seconds else {}
