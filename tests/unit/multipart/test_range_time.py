"""Copying a range of parts in as many calls as it takes."""

import asyncio
from dataclasses import replace

import pytest
from ferry.errors import TransientError
from ferry.multipart.plan import MIN_PART_SIZE
from ferry.outcome import Result

from tests.support.engines import Sides, large_object_copier
from tests.support.faults import nothing, raising

CONTENT = bytes(2 * MIN_PART_SIZE) + b"the end"
SOON = 2000.0


@pytest.fixture
def sides():
    sides = Sides()
    sides.write("k", CONTENT)
    return sides


def begin(sides):
    return asyncio.run(large_object_copier(sides).begin("k"))


def copy(sides, plan):
    return asyncio.run(large_object_copier(sides).copy_range(plan, 1, 3, deadline=SOON))


def complete(sides, plan, copied):
    return large_object_copier(sides).complete(plan, copied)


def slow_copier(sides, seconds_per_part):
    """A copier one part of which takes so long."""

    def on_part(_size):
        sides.clock.now += seconds_per_part

    return replace(large_object_copier(sides), parts_in_flight=1, on_part=on_part)


def test_a_range_that_is_short_of_time_returns_its_first_parts_and_goes_on_after_them(sides):
    plan = begin(sides)
    copier = slow_copier(sides, 400.0)

    first = asyncio.run(copier.copy_range(plan, 1, 3, deadline=sides.clock.now + 600))
    rest = asyncio.run(copier.copy_range(plan, first.last + 1, 3, deadline=sides.clock.now + 600))

    assert (first.first, first.last, rest.first, rest.last) == (1, 2, 3, 3)
    assert complete(sides, plan, [first.followed_by(rest)]).result is Result.COPIED
    assert sides.content("k") == CONTENT


def test_a_range_without_time_for_one_part_can_be_copied_again(sides):
    plan = begin(sides)

    with pytest.raises(TransientError) as caught:
        asyncio.run(large_object_copier(sides).copy_range(plan, 1, 3, deadline=sides.clock.now))

    assert caught.value.reason == "OutOfTime"
    assert complete(sides, plan, [copy(sides, plan)]).result is Result.COPIED


def test_a_part_that_is_not_finished_in_time_leaves_those_before_it(sides):
    plan = begin(sides)

    sides.source.surprises.before["open"] = [nothing, nothing, raising(TimeoutError())]
    copier = replace(large_object_copier(sides), parts_in_flight=1)

    copied = asyncio.run(copier.copy_range(plan, 1, 3, deadline=SOON))

    assert (copied.first, copied.last) == (1, 2)
