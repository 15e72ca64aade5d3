import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.oss.errors import OssError
from local.oss.pacing import Pace, requested_pace


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.now += seconds


@given(st.lists(st.integers(1, 1 << 20), min_size=1), st.integers(1_000, 1 << 20))
def test_bytes_take_the_time_that_their_rate_gives_them(sizes, rate):
    clock = Clock()
    pace = Pace(rate, clock=clock, sleep=clock.sleep)

    async def spend():
        for size in sizes:
            await pace.spend(size)

    asyncio.run(spend())

    assert clock.now - 100 == pytest.approx(sum(sizes) / rate)


def test_idle_time_is_not_saved_up():
    clock = Clock()
    pace = Pace(1000, clock=clock, sleep=clock.sleep)
    clock.now += 60

    asyncio.run(pace.spend(2000))

    assert clock.now == pytest.approx(162)


@pytest.mark.parametrize("text", ["819199", "838860801", "", "fast", "-1", "9" * 30])
def test_a_limit_outside_the_range_is_refused(text):
    with pytest.raises(OssError) as caught:
        requested_pace({"x-oss-traffic-limit": text} if text else {}, {"x-oss-traffic-limit": text})

    assert (caught.value.status, caught.value.code) == (400, "InvalidArgument")


def test_header_and_parameter_both_name_a_limit():
    in_header = requested_pace({"x-oss-traffic-limit": "819200"}, {})
    in_query = requested_pace({}, {"x-oss-traffic-limit": "838860800"})

    assert in_header is not None
    assert in_query is not None
    assert (in_header.slice_bytes, in_query.slice_bytes) == (10_240, 10_485_760)
    assert requested_pace({}, {}) is None
