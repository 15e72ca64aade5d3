"""Mirror deletes in one process."""

import asyncio

import pytest
from ferry.errors import TransientError
from ferry.tasks.deletes import Deletes

from tests.support.faults import FaultyReplica, FaultySource
from tests.unit.test_replicate import UnreliableListing, replication


@pytest.fixture
def source() -> FaultySource:
    found = FaultySource()
    for number in range(20):
        found.write(f"in/{number:02}", b"content")
    return found


@pytest.fixture
def replica(source) -> FaultyReplica:
    """The replica of that source, of which two objects are gone by now."""
    found = FaultyReplica()
    asyncio.run(replication(source, found).run())
    source.remove("in/03")
    source.remove("in/19")
    return found


def mirror(source, replica, deletes=Deletes(), **options):  # noqa: B008 - frozen
    return asyncio.run(replication(source, replica, deletes=deletes, run_id="second", **options).run())


def test_replicas_without_a_source_are_deleted(source, replica):
    tally = mirror(source, replica)

    assert (tally.deleted, tally.extra, tally.replicas, tally.current) == (2, 2, 20, 18)
    assert tally.objects == 18
    assert {"out/03", "out/19"} & replica.objects.keys() == set()
    assert len(replica.objects) == 18


def test_without_being_told_nothing_is_deleted(source, replica):
    assert mirror(source, replica, None).deleted == 0
    assert len(replica.objects) == 20


def test_above_the_cap_nothing_is_deleted_and_the_reason_said(source, replica):
    tally = mirror(source, replica, Deletes(max_delete="1"))

    assert (tally.deleted, len(replica.objects)) == (0, 20)
    assert "2 of 20 replicas have no source" in (tally.deletes_refused or "")


def test_a_dry_run_says_how_many_would_be_deleted(source, replica):
    tally = mirror(source, replica, dry_run=True)

    assert (tally.deleted, len(replica.objects)) == (2, 20)


def test_replicas_are_kept_aside_first_and_left_alone_later(source, replica):
    deletes = Deletes(max_delete="100%", backup_prefix="out/kept/")
    mirror(source, replica, deletes)
    again = mirror(source, replica, deletes)

    assert {"out/kept/second/out/03", "out/kept/second/out/19"} <= replica.objects.keys()
    assert (again.extra, len(replica.objects)) == (0, 20)


@pytest.mark.parametrize("fails_after", [0, 1, 30])
def test_a_listing_that_breaks_off_deletes_nothing(source, fails_after):
    broken = UnreliableListing(fails_after=fails_after)
    deleted = []
    broken.delete = deleted.append

    with pytest.raises(TransientError, match="broke off"):
        mirror(source, broken, Deletes(max_delete="100%"))

    assert deleted == []
