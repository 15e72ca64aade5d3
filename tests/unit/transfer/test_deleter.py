"""Deleting replicas: only what was listed, only without a source, only after a definite answer."""

import pytest
from ferry.errors import (
    ConfigurationError,
    PermanentError,
    ThrottledError,
    TransientError,
)
from ferry.jobs import ExtraReplica
from ferry.keys import KeyMapping
from ferry.outcome import Result
from ferry.transfer.deleter import Deleter, Verdict, judge
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import properties
from tests.support.clock import retry_policy
from tests.support.engines import Sides
from tests.support.faults import raising

KEPT = "kept/run/"
ERRORS = [
    TransientError("the line broke", reason="ConnectionFailed"),
    ThrottledError("busy", reason="SlowDown"),
    PermanentError("a link that dangles", reason="DanglingSymlink"),
    PermanentError("404 without a code", reason="Http404"),
    ConfigurationError("403 overdue bill", reason="InDebt"),
]


@pytest.fixture
def sides():
    return Sides()


def deleter(sides, backup_prefix=None):
    mapping = KeyMapping(replica_prefix="copies/")
    return Deleter(sides.source, sides.replica, mapping, backup_prefix, retry_policy(sides.clock))


def extra(sides, key="k", content=b"old"):
    """A replica that has no source, as a listing shows it."""
    etag = sides.replica._store(f"copies/{key}", content, properties(), f"etag-of-{content.decode()}")
    return ExtraReplica(key=key, size=len(content), replica_etag=etag)


@pytest.mark.parametrize(
    ("source_exists", "replica_etag", "verdict"),
    [
        (False, "E", Verdict.DELETE),
        (False, "F", Verdict.KEEP),
        (False, None, Verdict.GONE),
        (True, "E", Verdict.KEEP),
        (True, "F", Verdict.KEEP),
        (True, None, Verdict.GONE),
    ],
)
def test_a_replica_is_judged_by_what_both_sides_are_now(source_exists, replica_etag, verdict):
    assert judge(source_exists=source_exists, replica_etag=replica_etag, listed_etag="E") is verdict


def test_a_replica_without_a_source_is_deleted(sides):
    outcome = deleter(sides).delete(extra(sides))

    assert outcome.result is Result.DELETED
    assert sides.replica.objects == {}


def test_a_source_that_is_back_keeps_its_replica(sides):
    item = extra(sides)
    sides.source.write("k", b"back")

    assert deleter(sides).delete(item).result is Result.CURRENT
    assert sides.content("k") == b"old"


def test_a_replica_that_was_written_since_it_was_listed_stays(sides):
    item = extra(sides)
    extra(sides, content=b"new")

    assert deleter(sides, KEPT).delete(item).result is Result.CURRENT
    assert sides.content("k") == b"new"
    assert len(sides.replica.objects) == 1


def test_a_replica_that_an_earlier_delivery_deleted_counts_as_deleted(sides):
    item = extra(sides)
    first = deleter(sides).delete(item)

    assert deleter(sides).delete(item) == first


def test_a_replica_is_kept_aside_before_it_is_deleted(sides):
    deleter(sides, KEPT).delete(extra(sides))

    assert {key: stored.content for key, stored in sides.replica.objects.items()} == {
        "kept/run/copies/k": b"old"
    }


def test_a_backup_of_an_earlier_delivery_is_enough_and_another_object_is_not_overwritten(sides):
    item = extra(sides)
    taken = extra(sides, "taken", b"mine")
    sides.replica.keep_aside("copies/k", "kept/run/copies/k", expected=item.replica_etag)
    sides.replica._store("kept/run/copies/taken", b"somebody's", properties(), "S")

    outcomes = deleter(sides, KEPT).delete_all([item, taken])

    assert [(outcome.result, outcome.reason) for outcome in outcomes] == [
        (Result.DELETED, ""),
        (Result.FAILED, "BackupTaken"),
    ]
    assert sides.content("taken") == b"mine"


def test_a_backup_whose_key_is_too_long_keeps_the_replica(sides):
    outcome = deleter(sides, "b" * 900 + "/").delete(extra(sides, "k" * 200))

    assert (outcome.result, outcome.reason) == (Result.FAILED, "KeyTooLong")
    assert sides.content("k" * 200) == b"old"


@given(st.lists(st.sampled_from(ERRORS), min_size=1, max_size=8))
def test_nothing_is_deleted_while_the_source_answers_anything_but_that_there_is_none(errors):
    sides = Sides()
    item = extra(sides)
    attempts = deleter(sides).retry.attempts
    # Every look at the source goes wrong, however often it is tried.
    sides.source.surprises.before["head"] = [raising(error) for error in errors * attempts]

    try:
        outcome = deleter(sides, KEPT).delete(item)
    except ConfigurationError:
        outcome = None

    looked = sides.source.surprises.calls.count("head")
    answered = looked > len(errors * attempts)
    assert answered or sides.content("k") == b"old"
    assert outcome is None or answered or outcome.result is Result.FAILED


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.reason)
@pytest.mark.parametrize("call", ["delete", "keep_aside"])
def test_a_replica_bucket_that_refuses_fails_the_object_or_the_run(sides, call, error):
    item = extra(sides)
    sides.replica.surprises.before[call] = [raising(error)] * 20

    if isinstance(error, ConfigurationError):
        with pytest.raises(ConfigurationError):
            deleter(sides, KEPT).delete_all([item])
    else:
        (outcome,) = deleter(sides, KEPT).delete_all([item])
        assert (outcome.result, outcome.reason) == (Result.FAILED, error.reason)
        assert outcome.is_transient == isinstance(error, TransientError)
    assert sides.content("k") == b"old"


def test_a_delete_whose_answer_was_lost_has_deleted(sides):
    item = extra(sides)
    sides.replica.surprises.after["delete"] = [raising(TransientError("the answer was lost"))]

    assert deleter(sides).delete(item).result is Result.DELETED


def test_what_there_is_no_time_for_is_left_for_another_delivery(sides):
    (outcome,) = deleter(sides).delete_all([extra(sides)], seconds=0)

    assert (outcome.reason, outcome.is_transient) == ("OutOfTime", True)
    assert sides.content("k") == b"old"


def test_a_key_that_cannot_be_looked_at_keeps_its_replica(sides):
    outcome = deleter(sides).delete(extra(sides, ".."))

    assert (outcome.result, outcome.reason) == (Result.FAILED, "DotKey")


def test_looking_for_the_last_time_deletes_nothing(sides):
    left, back, changed, gone = (extra(sides, key) for key in ("left", "back", "changed", "gone"))
    sides.source.write("back", b"back")
    extra(sides, "changed", b"new")
    del sides.replica.objects["copies/gone"]

    outcomes = deleter(sides).look_all([left, back, changed, gone])

    assert [outcome.result for outcome in outcomes] == [
        Result.FAILED,
        Result.CURRENT,
        Result.CURRENT,
        Result.DELETED,
    ]
    assert outcomes[0].reason == "Undelivered"
    assert sides.content("left") == b"old"
