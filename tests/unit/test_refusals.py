"""An object that is refused fails alone; a side that refuses everything ends the run."""

import asyncio

import pytest
from ferry.errors import ConfigurationError, PermanentError, TransientError
from ferry.keys import KeyMapping
from ferry.outcome import Result
from ferry.refusals import KEEP_SECONDS, Refusals

from tests.support.engines import Sides, copy_all
from tests.support.faults import nothing, raising

REFUSED = ConfigurationError("OSS answered 403 AccessDenied.", reason="AccessDenied")


@pytest.fixture
def sides():
    sides = Sides()
    for key in ("a", "b", "c"):
        sides.write(key, key.encode())
    return sides


def refusals(sides):
    return Refusals(sides.source, sides.replica, KeyMapping(replica_prefix="copies/"), sides.clock)


def judge(sides, key="a", error=REFUSED):
    return asyncio.run(refusals(sides).judge(key, error))


def test_an_object_that_is_refused_while_others_are_not_fails_alone(sides):
    error = judge(sides)

    assert type(error) is PermanentError
    assert error.reason == "AccessDenied"
    assert "only this one is refused" in str(error)
    assert sides.replica.objects == {}


def test_a_key_that_may_read_nothing_ends_the_run(sides):
    sides.source.surprises.before["head"] = [raising(REFUSED)] * 2

    assert judge(sides) is REFUSED


def test_a_few_other_objects_are_tried(sides):
    sides.source.surprises.before["head"] = [raising(REFUSED), nothing]

    assert type(judge(sides)) is PermanentError
    assert sides.source.surprises.calls == ["head", "head"]


def test_a_bucket_that_takes_nothing_ends_the_run(sides):
    sides.replica.surprises.before["put"] = [raising(REFUSED)]

    assert judge(sides) is REFUSED


def test_the_only_object_of_a_bucket_ends_the_run(sides):
    for key in ("b", "c"):
        sides.source.remove(key)

    assert judge(sides) is REFUSED


def test_other_wrong_settings_are_not_tried(sides):
    error = ConfigurationError("No such bucket.", reason="NoSuchBucket")

    assert judge(sides, error=error) is error
    assert sides.source.surprises.calls == []


def test_a_side_that_is_busy_while_it_is_tried_leaves_the_object_to_another_delivery(sides):
    sides.source.surprises.before["head"] = [raising(TransientError("Busy."))]

    with pytest.raises(TransientError):
        judge(sides)


def test_both_sides_are_tried_once_a_minute_however_many_objects_are_refused(sides):
    judging = refusals(sides)

    async def many():
        await asyncio.gather(*(judging.judge("a", REFUSED) for _ in range(50)))
        once = list(sides.source.surprises.calls)
        sides.clock.now += KEEP_SECONDS
        await asyncio.gather(*(judging.judge("a", REFUSED) for _ in range(50)))
        return once

    assert asyncio.run(many()) == ["head"]
    assert sides.source.surprises.calls == ["head"] * 2


def test_a_copy_of_refused_and_other_objects_counts_each_as_what_it_is(sides):
    items = [sides.write(key, key.encode()) for key in ("a", "b", "c")]
    sides.source.surprises.before["open"] = [raising(REFUSED)]

    outcomes = copy_all(sides.engine(), items)

    assert sorted(outcome.result for outcome in outcomes) == [Result.COPIED, Result.COPIED, Result.FAILED]
    (failed,) = [outcome for outcome in outcomes if outcome.result is Result.FAILED]
    assert (failed.reason, failed.is_transient) == ("AccessDenied", False)


def test_a_copy_ends_when_everything_is_refused(sides):
    items = [sides.write(key, key.encode()) for key in ("a", "b", "c")]
    sides.source.surprises.before["open"] = [raising(REFUSED)] * 3
    sides.source.surprises.before["head"] = [raising(REFUSED)] * 9

    with pytest.raises(ConfigurationError):
        copy_all(sides.engine(), items)
