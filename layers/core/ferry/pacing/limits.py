"""The most that a task may take from its source, and when."""

import re
from datetime import datetime, time
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ferry.timezones import TimeZoneName, zone_of

MIN_BANDWIDTH: Final = 1024**2
"""Bytes per second. With less, an object of the size where multipart begins would outlast a function."""
MAX_WINDOWS: Final = 50

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def _time(text: str) -> str:
    if _TIME.fullmatch(text) is None:
        msg = "must be a time of day such as 08:00 or 23:30"
        raise ValueError(msg)
    return text


def _bandwidth(value: int) -> int:
    if value < MIN_BANDWIDTH:
        msg = "must be at least 1 MiB/s (1048576); to copy nothing for a while, pause the run"
        raise ValueError(msg)
    return value


def _ordered(days: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
    return tuple(day for day in WEEKDAYS if day in days)


TimeOfDay = Annotated[str, AfterValidator(_time)]


class Allowance(BaseModel):
    """The most per second, over all functions together; None for as much as there is.

    Attributes:
        bandwidth: Bytes of object content per second.
        requests: Objects, or parts of large ones, per second. Each is one request to the source.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bandwidth: Annotated[int, AfterValidator(_bandwidth)] | None = None
    requests: Annotated[int, Field(ge=1)] | None = None

    @property
    def is_limited(self) -> bool:
        """Whether there is any limit."""
        return self.bandwidth is not None or self.requests is not None


class Window(Allowance):
    """Hours of some days with an allowance of their own.

    Attributes:
        days: When it begins; none of them for every day.
        start: As ``08:00``.
        end: As ``18:00``, not included; not later than ``start`` means on the next day.
    """

    days: Annotated[tuple[Weekday, ...], AfterValidator(_ordered)] = ()
    start: TimeOfDay
    end: TimeOfDay

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment, in the timetable's zone, lies in it."""
        start, end = time.fromisoformat(self.start), time.fromisoformat(self.end)
        today, now = moment.weekday(), moment.time()
        if start < end:
            return self._begins_on(today) and start <= now < end
        return (now >= start and self._begins_on(today)) or (now < end and self._begins_on((today - 1) % 7))

    def _begins_on(self, day: int) -> bool:
        return not self.days or WEEKDAYS[day] in self.days


class Limits(Allowance):
    """What a task may take.

    Attributes:
        timetable: The first window that holds the present decides; outside of all, the limits above do.
        timezone: An IANA name, which the timetable is read in.
    """

    timetable: Annotated[tuple[Window, ...], Field(max_length=MAX_WINDOWS)] = ()
    timezone: TimeZoneName = "UTC"

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if not self.is_limited and not any(window.is_limited for window in self.timetable):
            msg = "must limit bandwidth or requests, always or in a window of the timetable"
            raise ValueError(msg)
        return self

    def at(self, now: datetime) -> Allowance:
        """Return what holds at a moment."""
        moment = now.astimezone(zone_of(self.timezone))
        return next((window for window in self.timetable if window.holds(moment)), self)
