import asyncio
from collections.abc import Callable
from typing import override

import pytest
from ferry.errors import (
    ConfigurationError,
    ConflictError,
    ObjectNotFoundError,
    PermanentError,
    TransientError,
)
from ferry.multipart.upload import LargeObjectCopier
from ferry.multipart.whole import copy_whole
from ferry.outcome import Outcome, Result

from tests.support.builders import SAME_KEYS, policy
from tests.support.clock import FakeClock, retry_policy
from tests.support.faults import FaultyReplica, FaultySource, raising

MIB = 1024**2
CONTENT = bytes(range(256)) * (4096 * 12)


class Unabortable(FaultyReplica):
    """A replica bucket that does not answer when an upload is to be aborted."""

    @override
    def abort_upload(self, key: str, upload_id: str) -> None:
        msg = "out of reach"
        raise TransientError(msg)


@pytest.fixture
def source() -> FaultySource:
    bucket = FaultySource()
    bucket.write("large", CONTENT)
    return bucket


@pytest.fixture
def replica() -> FaultyReplica:
    return FaultyReplica()


def copy(
    source: FaultySource, replica: FaultyReplica, on_moved: Callable[[int], None] = lambda _: None
) -> Outcome:
    copier = LargeObjectCopier(
        source, replica, SAME_KEYS, policy(), part_size=5 * MIB, retry=retry_policy(FakeClock())
    )
    return asyncio.run(copy_whole(copier, "large", on_moved=on_moved))


def test_an_object_is_copied_in_parts_that_are_told(source, replica):
    moved: list[int] = []

    outcome = copy(source, replica, moved.append)

    assert outcome == Outcome("large", Result.COPIED, size=12 * MIB)
    assert sorted(moved) == [2 * MIB, 5 * MIB, 5 * MIB]
    assert replica.objects["large"].content == CONTENT
    assert replica.uploads == {}


def test_a_current_replica_is_left_alone(source, replica):
    copy(source, replica)
    written = replica.objects["large"]
    copier = LargeObjectCopier(source, replica, SAME_KEYS, policy("another-run"))

    outcome = asyncio.run(copy_whole(copier, "large"))

    assert outcome == Outcome("large", Result.CURRENT)
    assert replica.objects["large"] is written


def test_a_source_that_changes_meanwhile_is_planned_anew(source, replica):
    changed = CONTENT[::-1]
    source.surprises.before["open"] = [lambda: None, lambda: source.write("large", changed) and None]
    moved: list[int] = []

    outcome = copy(source, replica, moved.append)

    assert outcome.result is Result.COPIED
    assert replica.objects["large"].content == changed
    assert sum(moved) == len(changed)
    assert replica.uploads == {}


def test_a_replica_that_changes_meanwhile_is_looked_at_again(source, replica):
    replica.surprises.before["complete_upload"] = [raising(ConflictError("changed"))]

    outcome = copy(source, replica)

    assert outcome.result is Result.COPIED
    assert replica.uploads == {}


@pytest.mark.parametrize("error", [ConflictError("again"), TransientError("again")])
def test_after_three_attempts_it_is_a_failure(source, replica, error):
    replica.surprises.before["complete_upload"] = [raising(error)] * 3
    moved: list[int] = []

    outcome = copy(source, replica, moved.append)

    assert (outcome.result, outcome.message) == (Result.FAILED, "again")
    assert replica.surprises.calls.count("create_upload") == 3
    assert replica.uploads == {}
    assert sum(moved) == 0


def test_a_source_that_is_gone_is_no_failure(source, replica):
    source.surprises.before["head"] = [raising(ObjectNotFoundError("gone"))]

    assert copy(source, replica) == Outcome("large", Result.GONE)


def test_what_trying_again_cannot_help_fails_at_once(source, replica):
    replica.surprises.before["upload_part"] = [raising(PermanentError("no", reason="No"))]

    outcome = copy(source, replica)

    assert (outcome.result, outcome.reason) == (Result.FAILED, "No")
    assert replica.uploads == {}


def test_a_wrong_setting_ends_everything_and_leaves_no_upload(source, replica):
    replica.surprises.before["upload_part"] = [raising(ConfigurationError("set it right"))]

    with pytest.raises(ConfigurationError, match="set it right"):
        copy(source, replica)

    assert replica.uploads == {}


def test_an_upload_that_cannot_be_aborted_does_not_hide_what_went_wrong(source, replica, caplog):
    replica.surprises.before["upload_part"] = [raising(PermanentError("no", reason="No"))]
    unreachable = Unabortable(surprises=replica.surprises)

    outcome = copy(source, unreachable)

    assert outcome.reason == "No"
    assert "upload-1 of 'large' could not be aborted: out of reach" in caplog.text


@pytest.mark.parametrize("call", ["create_upload", "upload_part"])
def test_cancelling_it_at_any_call_leaves_no_upload(source, replica, call):
    async def work() -> None:
        copier = LargeObjectCopier(source, replica, SAME_KEYS, policy(), part_size=5 * MIB)
        copying = asyncio.create_task(copy_whole(copier, "large"))
        # Cancelled while the call is under way: it has its effect, its answer comes too late.
        replica.surprises.before[call] = [lambda: copying.cancel() and None]
        await copying

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(work())

    assert replica.uploads == {}
    assert replica.objects == {}
