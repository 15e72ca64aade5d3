"""A run over time, as a chart can show it."""

from datetime import UTC, datetime, timedelta

from ferry.api.series import MAX_POINTS, series_of
from ferry.tasks.lag import Distribution
from ferry.tasks.models import Counts
from hypothesis import given
from hypothesis import strategies as st

BEGIN = datetime(2026, 1, 31, 12, tzinfo=UTC)


def series(offsets):
    last = BEGIN + timedelta(minutes=max(offsets, default=0))
    return series_of(minutes_of(offsets), since=BEGIN, until=last)


def minutes_of(offsets):
    return {
        f"{BEGIN + timedelta(minutes=offset):%Y-%m-%dT%H:%M}": (
            Counts(copied=2, failed=1, size=10),
            Distribution.of([1.0]),
        )
        for offset in offsets
    }


@given(st.sets(st.integers(0, 30 * 24 * 60), max_size=200))
def test_steps_are_few_and_hold_everything_that_ended(offsets):
    found = series(offsets)

    assert len(found.points) <= MAX_POINTS
    assert sum(point.objects for point in found.points) == 3 * len(offsets)
    assert sum(point.bytes for point in found.points) == 10 * len(offsets)
    times = [point.time for point in found.points]
    assert times == sorted(set(times))


def test_a_short_run_is_shown_minute_by_minute_with_its_lag():
    found = series([0, 1, 5])

    assert found.step_seconds == 60
    assert [point.time for point in found.points] == [BEGIN + timedelta(minutes=n) for n in (0, 1, 5)]
    assert all(0.9 < point.lag_p50 < 1.1 for point in found.points)


def test_a_run_that_did_nothing_has_no_points():
    assert series([]).points == []
