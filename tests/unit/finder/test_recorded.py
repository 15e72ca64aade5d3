"""Sending recorded jobs: those that delete once everything was looked at, those of a paused run again."""

from dataclasses import dataclass, field

import pytest
from ferry.errors import PermanentError, TransientError
from ferry.finder.changes import Finding, find_changes
from ferry.finder.extras import extra_rule
from ferry.finder.recorded import Position, RecordedJobs
from ferry.finder.scan import Scanner
from ferry.keys import KeyMapping, KeyRange
from ferry.stores.memory import MemoryReplica, MemorySource
from ferry.tasks.deletes import Deletes
from ferry.tasks.models import CompareMode, Found
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import NOON, job_object, properties, run_of, task
from tests.support.runs import MemoryDocuments, shard

MIRROR = Deletes(max_delete="100%")


@dataclass
class Accounts:
    """Shards, closed jobs and the queue of one run, in memory."""

    shards: dict[str, object] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    sent: list = field(default_factory=list)

    def list_shards(self, run_id):
        return iter([self.shards[name] for name in sorted(self.shards)])

    def closed_jobs(self, run_id, chunk_id):
        return {job_id for job_id in self.closed if job_id.startswith(f"{chunk_id}.")}

    def get_shard(self, run_id, shard_id):
        return self.shards[shard_id]

    def advance_shard(self, run_id, advanced):
        self.shards[advanced.shard_id] = advanced

    def send(self, jobs):
        self.sent += jobs

    def ids(self):
        return [job.job_id for job in self.sent]


def never():
    return False


def always():
    return True


class World:
    """A run that has found ten objects to copy and four replicas without a source, three rows to a chunk."""

    def __init__(self, deletes=MIRROR, shards=("0000",), **fields):
        self.run = run_of(task(deletes=deletes), **fields)
        self.accounts = Accounts({name: shard(int(name)) for name in shards})
        self.documents = MemoryDocuments()
        self.rows = [Finding(f"k{n:02}", 1, job_object(f"k{n:02}")) for n in range(10)]
        self.extras = [Finding(f"x{n:02}", 1, None, self.extra(f"x{n:02}")) for n in range(4)]

    @staticmethod
    def extra(key):
        from ferry.jobs import ExtraReplica

        return ExtraReplica(key=key, size=1, replica_etag="R")

    def scan(self, shard_id="0000", find=None, chunk=3):
        scanner = Scanner(
            run=self.run,
            shards=self.accounts,
            documents=self.documents,
            jobs=self.accounts,
            find=find or (lambda piece: (row for row in self.rows + self.extras if row.key in piece)),
            large_object_threshold=1000,
        )
        while True:
            calls = iter([False] * chunk)
            if scanner.scan(shard_id, lambda calls=calls: next(calls, True)):
                return

    def recorded(self, **options):
        return RecordedJobs(self.run, self.accounts, self.documents, self.accounts, **options)


def test_scanning_records_jobs_that_delete_and_sends_none_of_them():
    world = World()

    world.scan()

    assert {job.kind for job in world.accounts.sent} == {"copy"}
    found = world.accounts.shards["0000"].found
    assert (found.objects, found.planned_objects, found.extra, found.replicas) == (10, 10, 4, 4)
    assert found.delete_jobs >= 1


def test_deletes_are_sent_from_the_manifests_each_time_with_the_same_ids():
    world = World()
    world.scan()
    world.accounts.sent.clear()

    assert world.recorded().send_deletes(Position(), never) is None
    first = list(world.accounts.sent)
    world.accounts.sent.clear()
    world.recorded().send_deletes(Position(), never)

    assert world.accounts.sent == first
    assert [item.key for job in first for item in job.objects] == ["x00", "x01", "x02", "x03"]
    assert len({job.job_id for job in first}) == len(first) == world.accounts.shards["0000"].found.delete_jobs


def test_sending_goes_on_where_it_ran_out_of_time_and_sends_every_job_once():
    world = World()
    world.scan()
    planned = world.accounts.ids()
    world.accounts.sent.clear()

    position, calls = Position(), 0
    while position is not None:
        position = world.recorded().send_copies(position, always)
        calls += 1

    assert sorted(world.accounts.ids()) == sorted(planned)
    assert calls > 3


def test_closed_jobs_are_not_sent_again():
    world = World()
    world.scan()
    planned = world.accounts.ids()
    world.accounts.closed = set(planned[1:])
    world.accounts.sent.clear()

    world.recorded().send_copies(Position(), never)

    assert world.accounts.ids() == planned[:1]


def test_a_chunk_that_is_recorded_ahead_of_its_shard_is_sent_again_too():
    world = World()
    world.scan()
    planned = world.accounts.ids()
    world.accounts.shards["0000"] = shard(sequence=1)
    world.accounts.sent.clear()

    world.recorded().send_copies(Position(), never)

    assert world.accounts.ids() == planned


def test_a_manifest_that_has_expired_is_an_error_and_not_the_end():
    world = World()
    world.scan()
    del world.documents.kept[sorted(world.documents.kept)[1]]

    with pytest.raises(PermanentError, match="stop the run and start another"):
        world.recorded().send_copies(Position(), never)


def test_a_run_that_rests_again_is_left_where_it_is():
    world = World()
    world.scan()
    world.accounts.sent.clear()

    position = world.recorded(is_wanted=never).send_copies(Position(), never)

    assert position == Position(shard_id="0000", sequence=0)
    assert world.accounts.sent == []


def test_nothing_is_deleted_before_every_shard_was_looked_at():
    world = World(shards=("0000", "0001"))
    world.scan("0000")
    world.accounts.sent.clear()

    with pytest.raises(PermanentError, match="listed without an error"):
        world.recorded().send_deletes(Position(), never)

    assert world.accounts.sent == []


@pytest.mark.parametrize(("max_delete", "deleted"), [("3", 0), ("4", 4), ("99%", 4), ("0", 0)])
def test_above_the_cap_nothing_is_deleted(max_delete, deleted):
    world = World(Deletes(max_delete=max_delete))
    world.scan()
    world.accounts.sent.clear()

    world.recorded().send_deletes(Position(), never)

    assert sum(len(job.objects) for job in world.accounts.sent) == deleted


def test_a_run_that_takes_up_failures_deletes_what_an_earlier_one_was_allowed_to():
    world = World(Deletes(max_delete="0"), retry_of="photos-20260130t120000z")
    world.scan()
    world.accounts.sent.clear()

    world.recorded().send_deletes(Position(), never)

    assert sum(len(job.objects) for job in world.accounts.sent) == 4


KEYS = st.integers(0, 12)


@given(st.sets(KEYS), st.sets(KEYS), st.integers(0, 30), st.sampled_from(["source", "replica"]), KEYS)
def test_a_listing_that_raises_lets_nothing_be_deleted(sources, replicas, fails_after, side, boundary):
    """Whichever listing breaks off, and wherever: no job that deletes is sent in the whole run."""
    world = World(shards=("0000", "0001"))
    source, replica = MemorySource(clock=lambda: NOON), MemoryReplica(clock=lambda: NOON)
    for number in sources:
        source.write(f"k{number:02}", b"s")
    for number in replicas:
        replica._store(f"k{number:02}", b"r", properties(), "R")
    until = f"k{boundary:02}"
    world.accounts.shards = {"0000": shard(0, until=until), "0001": shard(1, after=until, checkpoint=until)}
    broken = source if side == "source" else replica
    rows = iter(range(fails_after))
    failed = False

    def breaking(listing):
        def list_objects(prefix, key_range):
            nonlocal failed
            for row in listing(prefix, key_range):
                if next(rows, None) is None:
                    failed = True
                    raise TransientError("The listing broke off.")
                yield row

        return list_objects

    broken.list_objects = breaking(broken.list_objects)

    def find(piece: KeyRange):
        mapping = KeyMapping()
        rule = extra_rule(MIRROR, mapping)
        return find_changes(source, replica, mapping, piece, mode=CompareMode.AUTO, is_extra=rule)

    for shard_id in ("0000", "0001"):
        try:
            world.scan(shard_id, find)
        except TransientError:
            continue
    try:
        world.recorded().send_deletes(Position(), never)
    except PermanentError:
        assert failed

    deleted = {item.key for job in world.accounts.sent if job.kind == "delete" for item in job.objects}
    assert deleted == (set() if failed else {f"k{number:02}" for number in replicas - sources})


def test_found_adds_up_over_shards():
    assert Found(extra=1, replicas=2) + Found(extra=3, replicas=4) == Found(extra=4, replicas=6)
