"""The checks before the first copy."""

import pytest
from ferry.errors import ConfigurationError, PermanentError, ThrottledError, TransientError
from ferry.keys import KeyMapping
from ferry.preflight import check_access
from ferry.tasks.deletes import Deletes

from tests.support.engines import Sides
from tests.support.faults import raising

MAPPING = KeyMapping(replica_prefix="copies/")
REFUSED = ConfigurationError("OSS answered 403.", reason="AccessDenied")


@pytest.fixture
def sides():
    return Sides()


def check(sides, **options):
    check_access(sides.source, sides.replica, MAPPING, **options)


def test_an_empty_bucket_is_fine(sides):
    check(sides)

    assert sides.replica.objects == {}


def answering(error):
    def answer(*_):
        raise error

    return answer


@pytest.mark.parametrize("call", ["first_key", "head"])
def test_a_source_that_refuses_cannot_be_used(sides, call):
    sides.write("k", b"x")
    setattr(sides.source, call, answering(REFUSED))

    with pytest.raises(ConfigurationError, match=r"The source cannot be used. OSS answered 403"):
        check(sides)


def test_a_first_object_that_cannot_be_read_says_nothing_about_the_others(sides):
    sides.write("link", b"x")
    sides.source.surprises.before["head"] = [raising(PermanentError("dangling", reason="DanglingSymlink"))]

    check(sides)


@pytest.mark.parametrize("key", [".", ".."])
def test_a_key_that_clients_turn_into_another_request_is_not_tried(sides, key):
    sides.write(key, b"x")

    check(sides)

    assert "head" not in sides.source.surprises.calls


def test_a_source_that_cannot_be_reached_is_a_wrong_setting(sides):
    sides.source.first_key = answering(TransientError("refused", reason="ConnectionFailed"))

    with pytest.raises(ConfigurationError, match="check its endpoint"):
        check(sides)


def test_a_busy_source_can_be_tried_again(sides):
    sides.source.first_key = answering(ThrottledError("busy", reason="SlowDown"))

    with pytest.raises(ThrottledError):
        check(sides)


def test_a_dry_run_needs_no_permission_to_write(sides):
    sides.replica.surprises.before["check_writable"] = [raising(REFUSED)]

    check(sides, writes=False)


@pytest.mark.parametrize(
    ("deletes", "tried"),
    [
        (None, ["copies/.ferry-preflight"]),
        (Deletes(), ["copies/.ferry-preflight", "delete copies/.ferry-preflight"]),
        (
            Deletes(backup_prefix="kept/"),
            ["copies/.ferry-preflight", "delete copies/.ferry-preflight", "kept/.ferry-preflight"],
        ),
    ],
)
def test_what_deletes_need_is_tried_only_where_there_are_some(sides, deletes, tried):
    seen = []
    sides.replica.check_writable = seen.append
    sides.replica.check_deletable = lambda key: seen.append(f"delete {key}")

    check(sides, deletes=deletes)

    assert seen == tried
