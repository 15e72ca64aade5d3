import asyncio

import pytest
from ferry.errors import LimitReachedError
from ferry.pacing.current_limits import FixedLimits
from ferry.pacing.governor import HORIZON_SECONDS, Governor
from ferry.pacing.limits import Allowance
from ferry.pacing.share import LocalBookings, Share
from ferry.pacing.throttle import UNLIMITED

from tests.support.clock import FakeClock

MIB = 1024**2
FOREVER = float("inf")


def governor(clock, **allowance):
    share = Share(LocalBookings(), FixedLimits(Allowance(**allowance)), clock)
    return Governor(share, clock, clock.sleep_async)


def test_copies_begin_as_the_limits_allow():
    clock = FakeClock()
    limited = governor(clock, bandwidth=10 * MIB)

    async def copy_four():
        return [(await limited.admit(20 * MIB, deadline=FOREVER)).began - 1000.0 for _ in range(4)]

    assert asyncio.run(copy_four()) == pytest.approx([0.0, 2.0, 4.0, 6.0])
    assert limited.report().waited_seconds == pytest.approx(6.0)
    assert limited.report().waited_seconds == 0.0


def test_a_copy_that_would_wait_too_long_is_not_let_in():
    clock = FakeClock()
    limited = governor(clock, bandwidth=MIB)

    async def copy():
        await limited.admit(2 * int(HORIZON_SECONDS) * MIB, deadline=clock() + 1000)
        with pytest.raises(LimitReachedError) as refused:
            await limited.admit(1, deadline=clock() + 1000)
        return refused.value.wait_seconds

    assert asyncio.run(copy()) == pytest.approx(2 * HORIZON_SECONDS)


def test_chunks_are_read_at_the_pace_of_the_limit():
    clock = FakeClock()
    limited = governor(clock, bandwidth=2 * MIB)

    async def chunks():
        for _ in range(20):
            yield bytes(MIB)

    async def read():
        turn = await limited.admit(20 * MIB, deadline=FOREVER)
        return [chunk async for chunk in limited.paced(chunks(), turn)]

    assert asyncio.run(read()) == [bytes(MIB)] * 20
    assert clock() == pytest.approx(1010.0)


def test_a_copy_is_not_slowed_down_past_its_deadline():
    clock = FakeClock()
    limited = governor(clock, bandwidth=MIB)

    turn = asyncio.run(limited.admit(1000 * MIB, deadline=clock() + 100))

    assert turn.pace == pytest.approx(1000 * MIB / 50)


def test_after_many_refusals_copies_wait_for_their_turns():
    clock = FakeClock()
    open_handed = Governor(None, clock, clock.sleep_async)

    async def copy():
        for turn in [await open_handed.admit(1, deadline=FOREVER) for _ in range(64)]:
            clock.now += 0.01
            open_handed.refused(turn)
        return [(await open_handed.admit(1, deadline=FOREVER)).began for _ in range(20)]

    starts = asyncio.run(copy())

    assert sorted(starts) == starts
    assert starts[-1] > starts[0]
    assert open_handed.report().copies_per_second < UNLIMITED
