"""How far a range got, whatever parts of it were finished in whatever order."""

import pytest
from ferry.checksums import crc64
from ferry.errors import TransientError
from ferry.multipart.plan import Part
from ferry.multipart.ranges import RangeProgress
from hypothesis import given
from hypothesis import strategies as st

CONTENT = bytes(range(100))


def part(number: int) -> Part:
    return Part(number, (number - 1) * 10, 10)


@given(st.permutations(range(1, 11)), st.integers(0, 10))
def test_a_range_ends_before_the_first_part_that_is_missing(order, finished):
    progress = RangeProgress(deadline=100.0, clock=lambda: 0.0)
    done = order[:finished]
    for number in done:
        progress.add(part(number), crc64(CONTENT[(number - 1) * 10 : number * 10]), 1.0)

    until = next(number for number in range(1, 12) if number not in done) - 1

    if until:
        copied = progress.without_gaps(1)
        assert (copied.first, copied.last, copied.size) == (1, until, until * 10)
        assert int(copied.crc64) == crc64(CONTENT[: until * 10])
    else:
        with pytest.raises(TransientError):
            progress.without_gaps(1)


def test_no_part_is_begun_that_would_not_end_in_time():
    now = 0.0
    progress = RangeProgress(deadline=100.0, clock=lambda: now)

    assert progress.has_time()
    progress.add(part(1), 0, 40.0)
    now = 59.0
    assert progress.has_time()
    now = 61.0
    assert not progress.has_time()
    assert (progress.seconds_left(), RangeProgress(float("inf"), lambda: 0.0).seconds_left()) == (39.0, None)
