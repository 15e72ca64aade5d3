"""Runs over time: minutes gathered into as many steps as a chart can show."""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil
from typing import Final

from ferry.api.documents import Series, SeriesPoint
from ferry.tasks.lag import Distribution
from ferry.tasks.models import Counts

MAX_POINTS: Final = 500


def series_of(
    minutes: Mapping[str, tuple[Counts, Distribution]],
    *,
    since: datetime,
    until: datetime,
    next_cursor: str | None = None,
) -> Series:
    """Gather minutes into steps of equal length, at most 500 for the whole run.

    Args:
        minutes: What ended in each and how far replicas were behind, keyed ``2026-01-31T23:59`` in UTC.
        since: When the run began.
        until: When it ended, or now.
        next_cursor: Where the next minutes begin.
    """
    times = {minute: datetime.fromisoformat(minute).replace(tzinfo=UTC) for minute in minutes}
    begin = int(since.timestamp()) // 60 * 60
    span = max(0, int(until.timestamp()) - begin) // 60 + 1
    step = ceil(span / MAX_POINTS) * 60
    counts: dict[int, Counts] = {}
    lag: dict[int, Distribution] = {}
    for minute, time in times.items():
        place = begin + (int(time.timestamp()) - begin) // step * step
        ended, behind = minutes[minute]
        counts[place] = counts.get(place, Counts()) + ended
        lag[place] = lag.get(place, Distribution()) + behind
    points = [
        SeriesPoint(
            time=datetime.fromtimestamp(place, UTC),
            objects=one.ended,
            bytes=one.size,
            failed=one.failed,
            lag_p50=lag[place].quantile(0.5),
            lag_p95=lag[place].quantile(0.95),
        )
        for place, one in sorted(counts.items())
    ]
    return Series(step_seconds=step, points=points, next_cursor=next_cursor)
