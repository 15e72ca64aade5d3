"""Names of time zones, as the IANA database has them."""

from datetime import UTC, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator


def zone_of(name: str) -> tzinfo:
    """Return a time zone by its name; raises ValueError with what to write instead."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = "must be a time zone such as Asia/Shanghai, Europe/Berlin or UTC"
        raise ValueError(msg) from error


def _name(name: str) -> str:
    zone_of(name)
    return name


TimeZoneName = Annotated[str, AfterValidator(_name)]
