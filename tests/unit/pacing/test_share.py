import asyncio
from dataclasses import dataclass, field

import pytest
from ferry.pacing.current_limits import FixedLimits
from ferry.pacing.limits import MIN_BANDWIDTH, Allowance
from ferry.pacing.share import BOOKED_SECONDS, Booked, LocalBookings, Share, book
from hypothesis import given
from hypothesis import strategies as st

MIB = 1024**2
NOW = 1_800_000_000.0


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Record:
    """Bookings that count how often they were written, and that somebody else may have changed meanwhile."""

    booked: Booked = field(default_factory=Booked)
    writes: int = 0

    def read(self) -> Booked:
        return self.booked

    def change(self, seen: Booked, wanted: Booked) -> Booked | None:
        if seen != self.booked:
            return self.booked
        self.booked = wanted
        self.writes += 1
        return None


def take(share, *sizes, horizon=float("inf")):
    async def all_of_them():
        return [(await share.take(size, horizon_seconds=horizon))[0] for size in sizes]

    return asyncio.run(all_of_them())


def starts(wishes, allowance):
    """Book wishes, each a size and the seconds since the one before; return when each begins."""
    booked, now = Booked(), NOW
    for size, later in wishes:
        now += later
        start, booked = book(booked, now, allowance, size=size, requests=1)
        yield start


WISHES = st.lists(st.tuples(st.integers(1, 50 * MIB), st.floats(0, 3)), max_size=60)


@given(WISHES, st.integers(MIN_BANDWIDTH, 100 * MIB))
def test_between_two_starts_never_more_bytes_begin_than_are_allowed(wishes, bandwidth):
    granted = list(starts(wishes, Allowance(bandwidth=bandwidth)))

    for index, first in enumerate(granted):
        for last, end in enumerate(granted[index:], index):
            size = sum(size for size, _ in wishes[index:last])
            assert size <= (end - first + 1e-3) * bandwidth


@given(WISHES, st.integers(1, 1000))
def test_between_two_starts_never_more_requests_begin_than_are_allowed(wishes, requests):
    granted = list(starts(wishes, Allowance(requests=requests)))

    for index, first in enumerate(granted):
        for last, end in enumerate(granted[index:], index):
            assert last - index <= (end - first + 1e-3) * requests


@given(WISHES, st.integers(MIN_BANDWIDTH, 100 * MIB), st.integers(1, 1000))
def test_of_two_limits_the_later_one_decides(wishes, bandwidth, requests):
    both = starts(wishes, Allowance(bandwidth=bandwidth, requests=requests))

    each = zip(
        starts(wishes, Allowance(bandwidth=bandwidth)),
        starts(wishes, Allowance(requests=requests)),
        strict=True,
    )
    assert list(both) == [max(pair) for pair in each]


def test_processes_share_one_allowance():
    record, clock = Record(), Clock()
    limits = FixedLimits(Allowance(bandwidth=10 * MIB))
    first, second = (Share(record, limits, clock) for _ in range(2))

    waits = [take(share, 5 * MIB)[0] for share in (first, second, first, second)]

    assert waits == pytest.approx([0.0, 0.5, 1.0, 1.5])


def test_many_small_copies_cost_one_write():
    record = Record()
    share = Share(record, FixedLimits(Allowance(bandwidth=10 * MIB, requests=1000)), Clock())

    waits = take(share, *[10_000] * 500)

    assert waits == [0.0] * 500
    assert record.writes == 1


def test_nothing_is_booked_when_there_is_no_limit():
    record = Record()

    assert take(Share(record, FixedLimits(Allowance()), Clock()), 10**12) == [0.0]
    assert record.writes == 0


def test_nothing_is_taken_when_there_is_no_room_within_the_horizon():
    record, clock = Record(), Clock()
    share = Share(record, FixedLimits(Allowance(bandwidth=MIB)), clock)
    take(share, 100 * MIB)

    (wait,) = take(share, MIB, horizon=60.0)
    clock.now += 41

    assert wait == pytest.approx(100.0)
    assert take(share, MIB, horizon=60.0) == pytest.approx([59.0])


def test_what_was_taken_too_little_of_is_taken_later():
    record, clock = Record(), Clock()
    share = Share(record, FixedLimits(Allowance(bandwidth=MIB)), clock)
    take(share, 1)
    share.correct(1, 10 * MIB)
    clock.now += 60

    take(share, 1)

    assert record.booked.bandwidth - clock.now == pytest.approx(10.0 - BOOKED_SECONDS, abs=0.6)


def test_a_leftover_is_not_kept_for_long():
    record, clock = Record(), Clock()
    share = Share(record, FixedLimits(Allowance(requests=100)), clock)
    take(share, 0)
    clock.now += 3600

    take(share, 0)

    assert record.writes == 2


def test_one_process_alone_needs_no_record():
    share = Share(LocalBookings(), FixedLimits(Allowance(requests=2)), Clock())

    assert take(share, 1, 1, 1) == pytest.approx([0.0, 0.5, 1.0])
