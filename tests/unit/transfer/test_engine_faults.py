"""The engine on buckets that break and change while it copies."""

import asyncio
from itertools import count

import pytest
from ferry.checksums import crc64
from ferry.errors import PermanentError, ThrottledError, TransientError
from ferry.objects import Marker
from ferry.outcome import Outcome, Result
from ferry.stores.memory import StoredReplica
from ferry.transfer.engine import TransferLimits
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import NOON, properties
from tests.support.engines import Sides, copy_all, copy_one
from tests.support.faults import nothing, pass_turns, raising

STREAMING = TransferLimits(whole_size=1024, stream_bytes=512)
BROKEN = TransientError("The connection broke.", reason="ConnectionReset")
WHOLE_AND_STREAMED = pytest.mark.parametrize("size", [600, 6000], ids=["whole", "streamed"])


@pytest.fixture
def sides():
    return Sides()


def written_by_others(sides, key, content):
    """A surprise: somebody else replaces the replica of a key."""

    def surprise():
        stored = StoredReplica(content, properties(), f"etag-of-{content.decode()}", NOON)
        sides.replica.objects[f"copies/{key}"] = stored

    return surprise


def test_a_broken_request_is_made_again(sides):
    item = sides.write("k", b"hello")
    sides.source.surprises.before["open"] = [raising(BROKEN)] * 3

    outcome = copy_one(sides.engine(), item)

    assert (outcome.result, sides.content("k")) == (Result.COPIED, b"hello")
    assert sides.source.surprises.calls == ["open"] * 4


def test_a_request_that_keeps_breaking_is_a_failure_for_now(sides):
    item = sides.write("k", b"hello")
    sides.source.surprises.before["open"] = [raising(BROKEN)] * 100

    outcome = copy_one(sides.engine(), item)

    assert (outcome.result, outcome.reason, outcome.is_transient) == (Result.FAILED, "ConnectionReset", True)
    assert outcome.message == "The connection broke."


def test_no_attempt_begins_after_the_time_is_up(sides):
    item = sides.write("k", b"hello")
    throttled = ThrottledError("Slow down.", reason="SlowDown", retry_after_seconds=40.0)
    sides.source.surprises.before["open"] = [raising(throttled)] * 100
    started = sides.clock.now

    outcome = copy_one(sides.engine(), item, seconds=100.0)

    assert outcome.is_transient
    assert sides.clock.now - started < 100.0


def test_a_permanent_failure_is_not_tried_again_and_stops_nobody_else(sides):
    items = [sides.write("a", b"1"), sides.write("b", b"2")]
    archived = PermanentError("It is archived.", reason="Archived")
    sides.source.surprises.before["open"] = [raising(archived)]

    first, second = copy_all(sides.engine(limits=TransferLimits(in_flight=1)), items)

    assert first == Outcome("a", Result.FAILED, reason="Archived", message="It is archived.")
    assert second.result is Result.COPIED


def test_an_answer_that_got_lost_counts_once_and_writes_once(sides):
    item = sides.write("k", b"hello")
    sides.replica.surprises.after["put"] = [raising(BROKEN)]

    outcome = copy_one(sides.engine(), item)

    assert outcome == Outcome("k", Result.COPIED, size=5)
    assert len(sides.replica.writes) == 1


def test_duplicates_at_the_same_time_write_once_and_agree(sides):
    item = sides.write("k", b"hello")
    sides.replica.putting = lambda _: pass_turns(5)

    outcomes = copy_all(sides.engine(), [item] * 5)

    assert outcomes == [Outcome("k", Result.COPIED, size=5)] * 5
    assert len(sides.replica.writes) == 1


def test_a_replica_that_is_not_the_expected_one_is_looked_at_again(sides):
    item = sides.write("k", b"hello")
    written_by_others(sides, "k", b"theirs")()

    outcome = copy_one(sides.engine(), item)

    assert (outcome.result, sides.content("k")) == (Result.COPIED, b"hello")


def test_a_replica_that_vanished_is_written_anew(sides):
    copy_one(sides.engine(), sides.write("k", b"old"))
    item = sides.write("k", b"new")
    sides.replica.objects.clear()

    outcome = copy_one(sides.engine(), item)

    assert (outcome.result, sides.content("k")) == (Result.COPIED, b"new")


def test_a_replica_that_others_keep_changing_is_a_failure_for_now(sides):
    item = sides.write("k", b"hello")
    changes = [written_by_others(sides, "k", b"%d" % number) for number in range(100)]
    sides.replica.surprises.before["put"] = changes

    outcome = copy_one(sides.engine(), item)

    assert (outcome.result, outcome.reason, outcome.is_transient) == (Result.FAILED, "Conflict", True)


def test_a_late_job_does_not_take_the_replica_back(sides):
    late = sides.write("k", b"version 1")
    in_time = sides.write("k", b"version 2")
    copy_one(sides.engine(), in_time)

    outcome = copy_one(sides.engine(run_id="photos-20260201t120000z"), late)

    assert (outcome.result, sides.content("k")) == (Result.CURRENT, b"version 2")


def test_an_overwrite_during_the_copy_tears_nothing(sides):
    item = sides.write("k", b"version 1")
    sides.replica.surprises.before["put"] = [lambda: sides.source.write("k", b"version 2")]

    outcome = copy_one(sides.engine(), item)

    stored = sides.replica.objects["copies/k"]
    assert (outcome.result, stored.content) == (Result.COPIED, b"version 1")
    assert Marker.from_metadata(stored.properties.metadata).crc64 == crc64(b"version 1")


DAMAGES = pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda content: content[:-1], "Truncated"),
        (lambda content: b"", "Truncated"),
        (lambda content: content + b"!", "Truncated"),
        (lambda content: b"\xff" + content[1:], "ChecksumMismatch"),
        (lambda content: content[:-1] + b"\xff", "ChecksumMismatch"),
    ],
    ids=["one byte short", "empty", "one byte long", "first byte", "last byte"],
)


@DAMAGES
@WHOLE_AND_STREAMED
def test_damaged_content_never_becomes_visible(sides, damage, reason, size):
    item = sides.write("k", bytes(size))
    sides.source.bodies = [damage] * 100

    outcome = copy_one(sides.engine(limits=STREAMING), item)

    assert (outcome.result, outcome.reason, outcome.is_transient) == (Result.FAILED, reason, True)
    assert sides.replica.objects == {}


@DAMAGES
@WHOLE_AND_STREAMED
def test_content_that_was_damaged_once_is_read_again(sides, damage, reason, size):
    item = sides.write("k", bytes(size))
    sides.source.bodies = [damage]

    outcome = copy_one(sides.engine(limits=STREAMING), item)

    assert (outcome.result, sides.content("k")) == (Result.COPIED, bytes(size))


@WHOLE_AND_STREAMED
def test_damaged_content_leaves_the_older_replica_alone(sides, size):
    copy_one(sides.engine(), sides.write("k", b"old"))
    item = sides.write("k", bytes(size))
    sides.source.bodies = [lambda content: content[:-1]] * 100

    outcome = copy_one(sides.engine(limits=STREAMING), item)

    assert (outcome.result, sides.content("k")) == (Result.FAILED, b"old")


def test_a_source_deleted_between_two_attempts_is_gone(sides):
    item = sides.write("k", b"hello")
    sides.source.surprises.before["open"] = [raising(BROKEN), lambda: sides.source.remove("k")]

    assert copy_one(sides.engine(), item) == Outcome("k", Result.GONE)


def test_a_look_that_breaks_is_made_again(sides):
    item = sides.write("k", b"hello")
    sides.replica.surprises.before["head"] = [raising(BROKEN), nothing]

    outcome = copy_one(sides.engine(), item, look_first=True)

    assert outcome.result is Result.COPIED


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["overwrite", "overwrite", "delete", "job", "job", "job again"]),
        st.sampled_from(["a", "b"]),
        st.integers(0, 6),
    ),
    min_size=1,
    max_size=14,
)


@given(EVENTS, st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_any_mix_of_changes_and_jobs_converges_and_never_goes_backwards(events, delays):
    sides = Sides()
    engine = sides.engine()
    turns = iter(delays * 1000)
    versions = count(1)

    async def dawdle(_):
        await pass_turns(next(turns))

    async def play(number, action, key, after):
        await pass_turns(number + after)
        if action == "overwrite":
            sides.source.write(key, b"%s, version %06d" % (key.encode(), next(versions)))
        elif action == "delete":
            sides.source.objects.pop(key, None)
        else:
            item = listings.get(key)
            if item is not None:
                await engine.copy(item, look_first=action == "job again", deadline=sides.clock.now + 60)

    async def everything():
        async with asyncio.TaskGroup() as group:
            for number, (action, key, after) in enumerate(events):
                group.create_task(play(number, action, key, after))

    listings = {key: sides.write(key, b"%s, version 000000" % key.encode()) for key in "ab"}
    sides.source.opening = sides.replica.putting = dawdle
    asyncio.run(everything())
    sides.source.opening = sides.replica.putting = None
    final = copy_all(engine, listings.values(), look_first=True)

    for key, outcome in zip("ab", final, strict=True):
        if key in sides.source.objects:
            assert sides.content(key) == sides.source.objects[key][1]
        else:
            assert outcome.result is Result.GONE
        seen = [int(content[-6:]) for name, content in sides.replica.writes if name == f"copies/{key}"]
        assert seen == sorted(seen)
    for stored in sides.replica.objects.values():
        assert Marker.from_metadata(stored.properties.metadata).crc64 == crc64(stored.content)
