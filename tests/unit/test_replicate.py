import asyncio
import threading
from collections.abc import Iterator
from typing import override

import pytest
from ferry.errors import ConfigurationError, TransientError
from ferry.keys import KeyMapping, KeyRange
from ferry.multipart.upload import LargeObjectCopier
from ferry.objects import ListedObject
from ferry.outcome import Outcome
from ferry.replicate import Replication, Tally
from ferry.tasks.models import CompareMode
from ferry.transfer import engine
from ferry.transfer.engine import TransferEngine, TransferLimits

from tests.support.builders import NOON, policy
from tests.support.clock import FakeClock, retry_policy
from tests.support.faults import FaultyReplica, FaultySource, raising

MIB = 1024**2
MAPPING = KeyMapping("in/", "in/", "out/")


class UnreliableListing(FaultyReplica):
    """A replica bucket full of something else, whose listing breaks off."""

    def __init__(self, *, fails_after: int) -> None:
        super().__init__()
        self._fails_after = fails_after

    @override
    def list_objects(self, prefix: str, key_range: KeyRange) -> Iterator[ListedObject]:
        for number in range(self._fails_after):
            key = f"{prefix}{number:04}"
            if key in key_range:
                yield ListedObject(key, 1, "E", NOON)
        msg = "the listing broke off"
        raise TransientError(msg)


@pytest.fixture
def source() -> FaultySource:
    return FaultySource()


@pytest.fixture
def replica() -> FaultyReplica:
    return FaultyReplica()


def replication(source, replica, *, dry_run=False, on_failure=lambda _: None, run_id="copy") -> Replication:
    retry = retry_policy(FakeClock())
    engine = TransferEngine(
        source, replica, MAPPING, policy(run_id), limits=TransferLimits(in_flight=4), retry=retry
    )
    copier = LargeObjectCopier(source, replica, MAPPING, policy(run_id), part_size=5 * MIB, retry=retry)
    return Replication(
        engine,
        copier,
        mode=CompareMode.AUTO,
        large_object_threshold=6 * MIB,
        dry_run=dry_run,
        on_failure=on_failure,
    )


def test_everything_that_needs_it_is_copied_and_counted(source, replica):
    content = {f"in/folder {n % 9}/{n:05}": str(n).encode() for n in range(2500)} | {
        "in/large": bytes(7 * MIB)
    }
    for key, body in content.items():
        source.write(key, body)
    source.write("elsewhere", b"not meant")

    tally = asyncio.run(replication(source, replica).run())

    size = sum(map(len, content.values()))
    assert tally == Tally(
        found=2501,
        planned=2501,
        planned_size=size,
        is_listed=True,
        copied=2501,
        size=size,
        closed=2501,
        moved_size=size,
    )
    assert {key: stored.content for key, stored in replica.objects.items()} == {
        key.replace("in/", "out/", 1): body for key, body in content.items()
    }


def test_a_second_pass_copies_only_what_changed(source, replica):
    for number in range(10):
        source.write(f"in/{number}", b"content")
    asyncio.run(replication(source, replica).run())
    source.write("in/3", b"CONTENT")
    source.write("in/new", b"new")

    tally = asyncio.run(replication(source, replica, run_id="second").run())

    assert (tally.objects, tally.copied, tally.current, tally.size) == (11, 2, 9, 10)


def test_a_dry_run_counts_and_writes_nothing(source, replica):
    source.write("in/a", b"12345")
    source.write("in/large", bytes(7 * MIB))

    tally = asyncio.run(replication(source, replica, dry_run=True).run())

    assert (tally.objects, tally.copied, tally.size) == (2, 2, 7 * MIB + 5)
    assert replica.objects == {}


def test_failures_are_told_and_the_others_copied(source, replica):
    for key in ("in/a", "in/..", "in/b"):
        source.write(key, b"content")
    mapping = KeyMapping("in/", "in/", "")
    failures: list[Outcome] = []
    engine = TransferEngine(source, replica, mapping, policy())
    work = Replication(
        engine,
        LargeObjectCopier(source, replica, mapping, policy()),
        mode=CompareMode.AUTO,
        large_object_threshold=6 * MIB,
        on_failure=failures.append,
    )

    tally = asyncio.run(work.run())

    assert (tally.objects, tally.copied, tally.failed, tally.closed) == (3, 2, 1, 3)
    assert [(failure.key, failure.reason) for failure in failures] == [("in/..", "DotKey")]


def test_an_object_that_was_deleted_meanwhile_is_not_counted(source, replica):
    source.write("in/a", b"content")
    source.surprises.before["open"] = [lambda: source.remove("in/a")]

    tally = asyncio.run(replication(source, replica).run())

    assert (tally.objects, tally.gone, tally.closed) == (0, 1, 1)


def test_an_object_that_no_longer_fits_into_one_put_is_copied_in_parts(source, replica, monkeypatch):
    monkeypatch.setattr(engine, "MAX_PUT_SIZE", 5)
    source.write("in/grown", b"0123456789")

    tally = asyncio.run(replication(source, replica).run())

    assert (tally.copied, tally.failed, replica.uploads) == (1, 0, {})
    assert [stored.content for stored in replica.objects.values()] == [b"0123456789"]
    assert "create_upload" in replica.surprises.calls


def test_an_object_that_keeps_failing_for_now_is_tried_three_times_over(source, replica):
    source.write("in/a", b"content")
    failures: list[Outcome] = []
    work = replication(source, replica, on_failure=failures.append)
    tries = work._engine.retry.attempts * 3
    source.surprises.before["open"] = [raising(TransientError("busy", reason="Busy"))] * tries

    tally = asyncio.run(work.run())

    assert (tally.failed, tally.planned) == (1, 1)
    assert [failure.reason for failure in failures] == ["Busy"]


@pytest.mark.parametrize("call", ["open", "upload_part", "put"])
def test_a_wrong_setting_ends_it_and_leaves_no_upload(source, replica, call):
    for number in range(50):
        source.write(f"in/{number}", b"content")
    source.write("in/large", bytes(11 * MIB))
    side = source if call == "open" else replica
    side.surprises.before[call] = [raising(ConfigurationError("set it right"))]

    with pytest.raises(ConfigurationError, match="set it right"):
        asyncio.run(replication(source, replica).run())

    assert replica.uploads == {}


def test_a_listing_that_fails_ends_it(source, replica):
    for number in range(3000):
        source.write(f"in/{number:04}", b"content")

    with pytest.raises(TransientError, match="broke off"):
        asyncio.run(replication(source, UnreliableListing(fails_after=1500)).run())


def test_interrupting_the_preflight_lets_it_clear_up(source):
    source.write("in/a", b"content")
    cleared = []

    class Interrupting(FaultyReplica):
        @override
        def check_writable(self, key: str) -> None:
            interrupted = threading.Event()
            loop.call_soon_threadsafe(running.cancel)
            # Two turns later the cancellation has reached the replication.
            loop.call_soon_threadsafe(loop.call_soon, loop.call_soon, interrupted.set)
            interrupted.wait()
            cleared.append(key)

    async def work() -> None:
        nonlocal loop, running
        loop = asyncio.get_running_loop()
        running = asyncio.create_task(replication(source, Interrupting()).run())
        with pytest.raises(asyncio.CancelledError):
            await running
        assert cleared == ["out/.ferry-preflight"]

    loop = running = None
    asyncio.run(work())


def test_interrupting_it_leaves_no_upload(source, replica):
    source.write("in/large", bytes(11 * MIB))

    async def work() -> None:
        running = asyncio.create_task(replication(source, replica).run())
        replica.surprises.after["upload_part"] = [lambda: running.cancel() and None]
        await running

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(work())

    assert replica.uploads == {}
    assert replica.objects == {}
