"""The engine on buckets where everything goes well, or where only a setting decides."""

import asyncio

import pytest
from ferry.errors import ConfigurationError
from ferry.objects import Marker
from ferry.outcome import Outcome, Result
from ferry.transfer.engine import GREW, MIB, TransferLimits

from tests.support.builders import job_object, marker_of, properties
from tests.support.engines import Sides, copy_all, copy_one
from tests.support.faults import pass_turns, raising

STREAMING = TransferLimits(whole_size=1024, stream_bytes=512)
OTHER_RUN = "photos-20260130t120000z"


@pytest.fixture
def sides():
    return Sides()


def test_a_replica_gets_the_bytes_the_headers_the_metadata_and_the_tags_of_its_source(sides):
    headers = {"content-type": "text/html", "content-encoding": "gzip"}
    item = sides.write("k", b"hello", content_headers=headers, metadata={"owner": "Zoë"}, tags={"team": "a"})

    outcome = copy_one(sides.engine(), item)

    stored = sides.replica.objects["copies/k"]
    assert outcome == Outcome("k", Result.COPIED, size=5)
    assert stored.content == b"hello"
    assert stored.properties.content_headers == headers
    assert stored.properties.metadata["owner"] == "=?UTF-8?B?Wm/Dqw==?="
    assert stored.properties.tags == {"team": "a"}
    assert Marker.from_metadata(stored.properties.metadata) == marker_of(
        sides.source.head("k"), {"team": "a"}
    )


def test_the_common_case_takes_one_request_on_each_side(sides):
    item = sides.write("k", b"hello")

    copy_one(sides.engine(), item)

    assert (sides.source.surprises.calls, sides.replica.surprises.calls) == (["open"], ["put"])


def test_outcomes_come_in_the_order_of_the_objects(sides):
    items = [sides.write(f"k{number}", bytes(number)) for number in range(200)]

    outcomes = copy_all(sides.engine(), items)

    assert [(outcome.key, outcome.size) for outcome in outcomes] == [(item.key, item.size) for item in items]


@pytest.mark.parametrize("size", [0, 1, 512, 1024, 1025, 100_000])
def test_objects_of_every_size_arrive_whole(sides, size):
    content = bytes(number % 251 for number in range(size))
    item = sides.write("k", content)

    outcome = copy_one(sides.engine(limits=STREAMING), item)

    assert (outcome.result, sides.content("k")) == (Result.COPIED, content)
    assert sides.replica.streamed == (["copies/k"] if size > 1024 else [])


def test_an_object_that_grew_since_it_was_listed_streams(sides):
    listed = sides.write("k", b"small")
    sides.source.write("k", bytes(5000))

    outcome = copy_one(sides.engine(limits=STREAMING), listed)

    assert (outcome.size, sides.content("k")) == (5000, bytes(5000))
    assert sides.replica.streamed == ["copies/k"]


def test_an_object_that_grew_beyond_one_put_is_left_to_who_copies_in_parts(sides):
    listed = sides.write("k", b"small")
    sides.source.write("k", bytes(7 * MIB))

    outcome = copy_one(sides.engine(limits=TransferLimits(put_size=6 * MIB)), listed)

    assert (outcome.result, outcome.reason, outcome.is_transient) == (Result.FAILED, GREW, False)
    assert sides.content("k") is None


def test_no_more_objects_are_in_flight_than_allowed(sides):
    items = [sides.write(f"k{number}", b"x") for number in range(50)]
    sides.replica.putting = lambda _: pass_turns(3)

    copy_all(sides.engine(limits=TransferLimits(in_flight=7)), items)

    assert sides.source.most_open_bodies == 7


def test_no_more_bytes_are_held_than_allowed(sides):
    items = [sides.write(f"k{number}", bytes(400)) for number in range(50)]
    sides.replica.putting = lambda _: pass_turns(3)

    copy_all(sides.engine(limits=TransferLimits(held_bytes=1000)), items)

    assert sides.source.most_open_bodies == 2


def test_a_source_that_is_gone_is_no_failure(sides):
    item = sides.write("k", b"hello")
    sides.source.remove("k")

    assert copy_one(sides.engine(), item) == Outcome("k", Result.GONE)
    assert copy_one(sides.engine(), item, look_first=True) == Outcome("k", Result.GONE)


def test_what_an_earlier_delivery_copied_counts_as_copied_and_is_not_copied_again(sides):
    item = sides.write("k", b"hello")
    first = copy_one(sides.engine(), item)

    again = copy_one(sides.engine(), item, look_first=True)

    assert first == again == Outcome("k", Result.COPIED, size=5)
    assert len(sides.replica.writes) == 1


def test_what_another_run_copied_counts_as_current(sides):
    item = sides.write("k", b"hello")
    copy_one(sides.engine(run_id=OTHER_RUN), item)

    assert copy_one(sides.engine(), item, look_first=True) == Outcome("k", Result.CURRENT)


def test_a_replica_that_somebody_else_wrote_is_replaced(sides):
    asyncio.run(sides.replica.put("copies/k", b"theirs", size=6, properties=properties(), expected=None))
    item = sides.write("k", b"hello")

    outcome = copy_one(sides.engine(), item, look_first=True)

    assert (outcome.result, sides.content("k")) == (Result.COPIED, b"hello")


@pytest.mark.parametrize(("key", "reason"), [("..", "DotKey"), ("k" * 1020, "KeyTooLong")])
def test_a_key_that_cannot_be_copied_fails_without_a_request(sides, key, reason):
    outcome = copy_one(sides.engine(), job_object(key))

    assert (outcome.result, outcome.reason, outcome.is_transient) == (Result.FAILED, reason, False)
    assert sides.source.surprises.calls == []


def test_metadata_that_s3_cannot_hold_fails_that_object_alone(sides):
    items = [sides.write("large", b"x", metadata={"note": "é" * 2000}), sides.write("k", b"x")]

    large, other = copy_all(sides.engine(), items)

    assert (large.reason, large.is_transient) == ("MetadataTooLarge", False)
    assert other.result is Result.COPIED


def test_a_configuration_error_ends_everything_at_once(sides):
    items = [sides.write(f"k{number}", b"x") for number in range(10)]
    error = ConfigurationError("The key is disabled.", reason="InvalidAccessKeyId")
    left = []

    async def stuck(key):
        if key == "k5":
            raise error
        try:
            await asyncio.Event().wait()
        finally:
            left.append(key)

    sides.source.opening = stuck

    with pytest.raises(ConfigurationError, match="disabled") as caught:
        copy_all(sides.engine(), items)
    assert caught.value is error
    assert len(left) == 9
    assert sides.replica.writes == []


def test_looking_at_buried_objects_tells_how_they_ended(sides):
    done, untouched, gone, unseen = (
        sides.write(key, b"x") for key in ("done", "untouched", "gone", "unseen")
    )
    copy_all(sides.engine(), [done, gone])
    sides.source.remove("gone")
    sides.replica.surprises.before["head"] = [raising(ConfigurationError("No.", reason="AccessDenied"))]

    outcomes = asyncio.run(
        sides.engine(limits=TransferLimits(in_flight=1)).look_all([unseen, done, untouched, gone])
    )

    assert [(outcome.result, outcome.reason) for outcome in outcomes] == [
        (Result.FAILED, "AccessDenied"),
        (Result.COPIED, ""),
        (Result.FAILED, "Undelivered"),
        (Result.GONE, ""),
    ]


def test_what_has_no_time_left_fails_for_now(sides):
    item = sides.write("k", b"hello")

    (outcome,) = asyncio.run(sides.engine().copy_all([item], seconds=0))

    assert (outcome.result, outcome.reason, outcome.is_transient) == (Result.FAILED, "OutOfTime", True)
    assert sides.content("k") is None
