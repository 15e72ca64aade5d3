"""Whatever notifications tell, twice, late and out of order, replicas end as their sources are."""

import asyncio
from dataclasses import dataclass, field, replace
from random import Random

import pytest
from ferry.jobs import ChangedObject
from ferry.keys import KeyMapping
from ferry.outcome import Outcome, Result
from ferry.tasks.filters import Filters
from ferry.transfer.deleter import Deleter
from ferry.transfer.engine import TransferEngine, TransferLimits
from ferry.transfer.follower import Followed, Follower
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.builders import NOON, SAME_KEYS, policy, properties
from tests.support.clock import retry_policy
from tests.support.interleaving import SlowSource, WatchedReplica, run_interleaved, turns
from tests.support.leases import MemoryLeases

KEYS = ["a", "b%41"]
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["write", "write", "append", "meta", "delete", "repeat", "die", "meddle"]),
        st.sampled_from(KEYS),
    ),
    min_size=1,
    max_size=14,
)


@dataclass
class Bench:
    """Two buckets, and functions between them that share nothing but the leases.

    Attributes:
        told: Everything notifications told, so that it can be told again.
        undone: What has to be delivered again.
    """

    random: Random
    deletes: bool = True
    told: list[ChangedObject] = field(default_factory=list)
    undone: list[ChangedObject] = field(default_factory=list)
    at_work: dict[asyncio.Task[list[Followed]], ChangedObject] = field(default_factory=dict)
    leases: MemoryLeases = field(default_factory=MemoryLeases)
    numbers: int = 0

    def __post_init__(self) -> None:
        self.source = SlowSource(lambda: NOON, random=self.random)
        self.replica = WatchedReplica(lambda: NOON, source=self.source, random=self.random)

    def follower(self) -> Follower:
        retry = retry_policy()
        limits = TransferLimits(whole_size=self.random.choice([0, 1000]))
        run = f"photos-2026013{self.random.randint(0, 1)}-realtime"
        engine = TransferEngine(self.source, self.replica, SAME_KEYS, policy(run), limits=limits, retry=retry)
        deleter = Deleter(self.source, self.replica, SAME_KEYS, retry=retry)
        return Follower(engine, deleter, self.leases, "photos", self.deletes)

    def write(self, key: str, **fields: object) -> None:
        self.numbers += 1
        content = f"{key}, version {self.numbers} ".encode() * self.random.randint(1, 3)
        self.source.write(key, content, **fields)
        self.tell(ChangedObject(key=key))

    def append(self, key: str) -> None:
        self.write(key)
        self.told[-1] = self.told[-1].model_copy(update={"appended": True})

    def meta(self, key: str) -> None:
        """The metadata changes, in the same second, and the content does not."""
        if key in self.source.objects:
            self.numbers += 1
            _, content = self.source.objects[key]
            self.source.write(key, content, metadata={"n": str(self.numbers)}, tags={"t": str(self.numbers)})
            self.tell(ChangedObject(key=key))

    def delete(self, key: str) -> None:
        if key in self.source.objects:
            self.source.remove(key)
            self.tell(ChangedObject(key=key))

    def repeat(self, _key: str) -> None:
        """Something is told again, much later."""
        if self.told:
            self.start(self.random.choice(self.told))

    def meddle(self, key: str) -> None:
        """Somebody else deletes the replica, which the next notification mends."""
        self.replica.objects.pop(key, None)
        self.tell(ChangedObject(key=key))

    def die(self, _key: str) -> None:
        """A function dies in the middle: its message comes again, its lease has to run out."""
        if self.at_work:
            task = self.random.choice(list(self.at_work))
            self.leases.dead |= {held.holder for held in self.leases.held.values()}
            task.cancel()

    def tell(self, change: ChangedObject) -> None:
        """Notify, once or more often."""
        self.told.append(change)
        for _ in range(self.random.choice([1, 1, 2, 4])):
            self.start(change)

    def start(self, change: ChangedObject) -> None:
        loop = asyncio.get_running_loop()
        self.at_work[loop.create_task(self.follower().follow_all([change], seconds=60))] = change

    async def settle(self) -> None:
        """Deliver again what has to come again, until nothing has."""
        while self.at_work:
            await asyncio.wait(self.at_work)
            for task in [task for task in self.at_work if task.done()]:
                change = self.at_work.pop(task)
                ended = None if task.cancelled() else task.result()[0].outcome
                if ended is None or ended.is_transient:
                    self.undone.append(change)
            if not self.at_work:
                # Dead functions' messages come again long after everything else has gone on.
                self.leases.expire()
                self.leases.dead.clear()
                again, self.undone = self.undone, []
                for change in again:
                    self.start(change)

    def replicas(self) -> dict[str, bytes]:
        return {key: stored.content for key, stored in self.replica.objects.items()}

    def sources(self) -> dict[str, bytes]:
        return {key: content for key, (_, content) in self.source.objects.items()}


@settings(max_examples=500, deadline=None)
# A source that goes while its tags are read; a note left for a holder that fails for good.
@example(
    [
        *[("meddle", "a"), ("meta", "a"), ("write", "b%41"), ("write", "a"), ("meddle", "a"), ("write", "a")],
        *[("meta", "a"), ("die", "a"), ("delete", "a")],
    ],
    17748,
)
@given(ACTIONS, st.integers(0, 2**32))
def test_every_change_that_was_told_arrives_whatever_happens_at_the_same_time(actions, seed):
    random = Random(seed)
    bench = Bench(random)

    async def live() -> None:
        for action, key in actions:
            getattr(bench, action)(key)
            await turns(random, 12)
        await bench.settle()

    run_interleaved(live, random)

    assert bench.replicas() == bench.sources()
    assert bench.replica.wrong == []
    assert bench.leases.held == {}
    for key, (described, _) in bench.source.objects.items():
        stored = bench.replica.objects[key].properties
        assert {name: stored.metadata.get(name) for name in described.metadata} == described.metadata
        assert stored.tags == bench.source.tag_sets[key]


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 30), st.booleans(), st.integers(0, 2**32))
def test_a_burst_about_one_key_costs_at_most_one_copy_more(burst, changes, seed):
    random = Random(seed)
    bench = Bench(random)
    puts = []
    put = bench.replica.put

    async def counted(*arguments, **named):
        etag = await put(*arguments, **named)
        puts.append(etag)
        return etag

    bench.replica.put = counted  # type: ignore[method-assign]

    async def live() -> None:
        bench.write("a")
        for number in range(burst):
            if changes and number == burst // 2:
                bench.source.write("a", b"changed once more")
            bench.start(ChangedObject(key="a"))
            await turns(random, 3)
        await bench.settle()

    run_interleaved(live, random)

    assert bench.replicas() == bench.sources()
    assert len(puts) <= 2 if changes else len(puts) == 1


def follow(bench: Bench, change: ChangedObject) -> Followed:
    (followed,) = run_interleaved(lambda: bench.follower().follow_all([change], seconds=60), bench.random)
    return followed


def test_without_the_tasks_consent_nothing_is_deleted():
    bench = Bench(Random(1), deletes=False)
    bench.source.write("a", b"1")
    follow(bench, ChangedObject(key="a"))
    bench.source.remove("a")

    followed = follow(bench, ChangedObject(key="a"))

    assert followed.outcome == Outcome("a", Result.GONE)
    assert bench.replicas() == {"a": b"1"}


def test_backups_of_a_key_that_goes_twice_a_day_are_all_kept():
    bench = Bench(Random(1))
    follower = bench.follower()
    follower = replace(follower, deleter=replace(follower.deleter, backup_prefix="kept/day/"))

    async def live() -> None:
        for content in (b"1", b"2", b"1"):
            bench.source.write("a", content)
            await follower.follow_all([ChangedObject(key="a")], seconds=60)
            bench.source.remove("a")
            (ended,) = await follower.follow_all([ChangedObject(key="a")], seconds=60)
            assert ended.outcome == Outcome("a", Result.DELETED)

    run_interleaved(live, bench.random)

    assert sorted(bench.replicas().values()) == [b"1", b"2"]
    assert all(key.startswith("kept/day/") for key in bench.replicas())


def test_a_key_that_a_sender_encoded_is_found_all_the_same():
    bench = Bench(Random(1))
    bench.source.write("b +", b"1")

    followed = follow(bench, ChangedObject(key="b%20%2B"))

    assert followed.outcome == Outcome("b +", Result.COPIED, size=1)


def test_a_key_that_looks_encoded_is_taken_as_it_is():
    bench = Bench(Random(1))
    bench.source.write("b%20", b"raw")
    bench.source.write("b ", b"decoded")

    follow(bench, ChangedObject(key="b%20"))

    assert bench.replicas() == {"b%20": b"raw"}


@pytest.mark.parametrize("prefixes", [(), ("photos/a", "photos/z/")])
def test_a_key_outside_the_tasks_prefixes_touches_no_replica(prefixes):
    bench = Bench(Random(1))
    follower = bench.follower()
    mapping = KeyMapping(source_prefix="photos/", strip_prefix="photos/", prefixes=prefixes)
    bench.source.write("photos/a.jpg", b"mine")
    bench.source.write("videos/a.jpg", b"another's")
    engine = replace(follower.engine, mapping=mapping)
    follower = replace(follower, engine=engine, deleter=replace(follower.deleter, mapping=mapping))
    keys = ["photos/a.jpg", "videos/a.jpg", "videos/b.jpg", "%70hotos/a.jpg"]

    ended = run_interleaved(
        lambda: follower.follow_all([ChangedObject(key=key) for key in keys], seconds=60), bench.random
    )

    reasons = [one.outcome.reason for one in ended]
    assert reasons == ["", "OutsidePrefix", "OutsidePrefix", "OutsidePrefix"]
    assert bench.replicas() == {"a.jpg": b"mine"}


def test_what_the_filters_leave_out_touches_no_replica():
    bench = Bench(Random(1))
    follower = bench.follower()
    filters = Filters(exclude=("*.tmp",), max_size=3)
    mapping = KeyMapping(patterns=filters.patterns)
    contents = {"a": b"1", "b.tmp": b"2", "c": b"large", "d": b"2"}
    for key, content in contents.items():
        bench.source.write(key, content)
    for key in ("b.tmp", "c", "d", "gone", "gone.tmp"):
        bench.replica._store(key, b"R", properties(), "R")
    engine = replace(follower.engine, mapping=mapping)
    deleter = replace(follower.deleter, mapping=mapping)
    follower = replace(follower, engine=engine, deleter=deleter, deletes=True, filters=filters)
    changes = [ChangedObject(key=key) for key in (*contents, "gone", "gone.tmp")]

    ended = run_interleaved(lambda: follower.follow_all(changes, seconds=60), bench.random)
    looked = asyncio.run(follower.look_all(changes))

    assert [one.outcome.result.value for one in ended] == [
        *("copied", "excluded", "excluded", "copied"),
        *("deleted", "excluded"),
    ]
    assert [outcome.result.value for outcome in looked] == [
        *("current", "excluded", "excluded", "current"),
        *("gone", "excluded"),
    ]
    assert bench.replicas() == {"a": b"1", "b.tmp": b"R", "c": b"R", "d": b"2", "gone.tmp": b"R"}


def test_a_failure_after_a_copy_is_told():
    bench = Bench(Random(1))
    bench.source.write("a", b"1")
    put = bench.replica.put

    async def put_and_change(*arguments, **named):
        etag = await put(*arguments, **named)
        # Somebody tells about another version, which cannot be copied.
        bench.source.write("a", b"2", metadata={"m": "x" * 3000})
        next(iter(bench.leases.held.values())).noted = True
        return etag

    bench.replica.put = put_and_change  # type: ignore[method-assign]

    outcome = follow(bench, ChangedObject(key="a")).outcome

    assert outcome is not None
    assert (outcome.result, outcome.reason) == (Result.FAILED, "MetadataTooLarge")


@pytest.mark.parametrize("key", [".", "..", "%2E%2E", "k" * 1025])
def test_a_key_that_cannot_be_fails_at_once_with_its_reason(key):
    outcome = follow(Bench(Random(1)), ChangedObject(key=key)).outcome

    assert outcome is not None
    assert (outcome.result, outcome.is_transient) == (Result.FAILED, False)
    assert outcome.reason in {"DotKey", "KeyTooLong"}
