from itertools import pairwise

import pytest
from ferry.errors import PermanentError
from ferry.multipart.plan import (
    MAX_PART_SIZE,
    MAX_PARTS,
    MAX_RANGES,
    MIB,
    MIN_PART_SIZE,
    ObjectTooLargeError,
    part_size_for,
    plan_parts,
    plan_ranges,
)
from hypothesis import example, given
from hypothesis import strategies as st

LARGEST = MAX_PARTS * MAX_PART_SIZE
SIZES = st.one_of(st.integers(1, LARGEST), st.integers(1, 1024 * MIB))
PREFERRED = st.integers(5, 5120).map(lambda mib: mib * MIB)


@given(SIZES, PREFERRED)
@example(LARGEST, 5 * MIB)
@example(1, 5120 * MIB)
@example(MAX_PARTS * 16 * MIB, 16 * MIB)
@example(MAX_PARTS * 16 * MIB + 1, 16 * MIB)
def test_parts_cover_the_object_within_s3_limits(object_size, preferred_size):
    part_size = part_size_for(object_size, preferred_size=preferred_size)

    parts = plan_parts(object_size, part_size)

    ends = [part.offset + part.size for part in parts]
    assert [part.offset for part in parts] == [0, *ends[:-1]]
    assert ends[-1] == object_size
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert len(parts) <= MAX_PARTS
    assert all(MIN_PART_SIZE <= part.size == part_size <= MAX_PART_SIZE for part in parts[:-1])
    assert 1 <= parts[-1].size <= part_size


@given(SIZES, PREFERRED)
def test_the_preferred_size_is_kept_while_it_fits(object_size, preferred_size):
    part_size = part_size_for(object_size, preferred_size=preferred_size)

    assert part_size == preferred_size or (
        part_size > preferred_size and object_size > MAX_PARTS * preferred_size
    )
    assert part_size % MIB == 0


@given(SIZES, PREFERRED)
@example(LARGEST, 5 * MIB)
@example(1, 5 * MIB)
def test_ranges_cover_the_parts_and_are_few_enough_for_one_workflow(object_size, preferred_size):
    part_size = part_size_for(object_size, preferred_size=preferred_size)
    count = -(-object_size // part_size)

    ranges = plan_ranges(object_size, part_size)

    assert 1 <= len(ranges) <= MAX_RANGES
    assert (ranges[0][0], ranges[-1][1]) == (1, count)
    assert all(before[1] + 1 == after[0] for before, after in pairwise(ranges))
    assert all(first <= last for first, last in ranges)


@given(st.integers(1, 200 * MIB), st.integers(5, 20))
def test_the_parts_of_all_ranges_are_the_parts_of_the_object(object_size, part_mib):
    part_size = part_mib * MIB

    pieces = [
        part
        for first, last in plan_ranges(object_size, part_size)
        for part in plan_parts(object_size, part_size, first=first, last=last)
    ]

    assert pieces == plan_parts(object_size, part_size)


@given(st.integers(LARGEST + 1, 2**60), PREFERRED)
def test_an_object_that_s3_cannot_hold_is_refused(object_size, preferred_size):
    with pytest.raises(ObjectTooLargeError, match=str(LARGEST)) as caught:
        part_size_for(object_size, preferred_size=preferred_size)

    assert isinstance(caught.value, PermanentError)
