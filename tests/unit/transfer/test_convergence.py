"""Whatever happens at the same time, replicas only ever move forward, and end as their sources are."""

import asyncio
from dataclasses import dataclass, field
from random import Random

from ferry.errors import FerryError, ObjectNotFoundError
from ferry.finder.changes import find_changes
from ferry.jobs import JobObject
from ferry.keys import KeyRange
from ferry.multipart.orphans import UploadKeeper
from ferry.multipart.plan import plan_ranges
from ferry.multipart.upload import LargeObjectCopier, UploadPlan
from ferry.tasks.claims import Place
from ferry.tasks.models import CompareMode
from ferry.transfer.engine import TransferEngine, TransferLimits
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.builders import NOON, SAME_KEYS, policy
from tests.support.clock import retry_policy
from tests.support.interleaving import SlowSource, WatchedReplica, run_interleaved, turns
from tests.support.uploads import PRINCIPAL, MemoryClaims

KEYS = ["a", "b"]
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["write", "write", "delete", "list", "hint", "repeat", "large", "meddle"]),
        st.sampled_from(KEYS),
    ),
    min_size=1,
    max_size=14,
)


@dataclass
class Bench:
    """Two buckets, and several transfers between them that share nothing else.

    Attributes:
        jobs: Everything that was ever planned, so that it can be delivered again, late and out of order.
        at_work: Jobs being carried out.
    """

    random: Random
    jobs: list[JobObject] = field(default_factory=list)
    at_work: list[asyncio.Task[object]] = field(default_factory=list)
    claims: MemoryClaims = field(default_factory=MemoryClaims)
    numbers: int = 0

    def __post_init__(self) -> None:
        self.source = SlowSource(lambda: NOON, random=self.random)
        self.replica = WatchedReplica(lambda: NOON, source=self.source, random=self.random)

    def engine(self) -> TransferEngine:
        limits = TransferLimits(whole_size=self.random.choice([0, 1000]))
        run_id = f"photos-{self.random.randint(1, 3)}"
        return TransferEngine(
            self.source, self.replica, SAME_KEYS, policy(run_id), limits=limits, retry=retry_policy()
        )

    def write(self, key: str) -> None:
        self.numbers += 1
        self.source.write(key, f"{key}, version {self.numbers} ".encode() * self.random.randint(1, 3))

    def delete(self, key: str) -> None:
        if key in self.source.objects:
            self.source.remove(key)

    def list(self, _key: str) -> None:
        """A run plans jobs, which are carried out some time later."""
        for finding in find_changes(self.source, self.replica, SAME_KEYS, KeyRange(), mode=CompareMode.AUTO):
            if finding.copy is not None:
                self.jobs.append(finding.copy)
                self.carry_out(finding.copy)

    def hint(self, key: str) -> None:
        """An event says that a key changed, and nothing that is true about it."""
        self.carry_out(JobObject(key=key, size=1, etag="?", replica_etag=None))

    def repeat(self, _key: str) -> None:
        """A job is delivered a second time."""
        if self.jobs:
            self.carry_out(self.random.choice(self.jobs))

    def meddle(self, key: str) -> None:
        """Somebody else deletes the replica."""
        self.replica.objects.pop(key, None)

    def large(self, key: str) -> None:
        self.start(self.copy_in_parts(key, Place("replica", key, "run", f"{len(self.at_work)}")))

    def carry_out(self, job: JobObject) -> None:
        look_first = self.random.choice([True, False]) or job.etag == "?"
        self.start(self.engine().copy(job, look_first=look_first, deadline=float("inf")))

    def start(self, work: object) -> None:
        self.at_work.append(asyncio.get_running_loop().create_task(work))  # type: ignore[arg-type]

    async def copy_in_parts(self, key: str, place: Place) -> None:
        """Copy as a large object's workflow does, planned anew when either side changes."""
        copier = LargeObjectCopier(
            self.source, self.replica, SAME_KEYS, policy("photos-4"), retry=retry_policy()
        )
        keeper = UploadKeeper(self.replica, self.claims, PRINCIPAL)
        for _ in range(3):
            try:
                looked = await copier.look(key)
                if hasattr(looked, "expected") and keeper.open(place):
                    plan = await copier.start(looked)  # type: ignore[arg-type]
                    assert isinstance(plan, UploadPlan)
                    keeper.record(place, plan.upload_id)
                    await self.finish(copier, plan)
                break
            except ObjectNotFoundError:
                break
            except FerryError:
                await turns(self.random)
        keeper.close(place)

    async def finish(self, copier: LargeObjectCopier, plan: UploadPlan) -> None:
        plan = plan.model_copy(update={"part_size": 5})
        (whole,) = plan_ranges(plan.size, plan.part_size)
        copied = await copier.copy_range(plan, *whole, deadline=float("inf"))
        await asyncio.to_thread(copier.complete, plan, [copied])

    async def quiet(self) -> None:
        await asyncio.gather(*self.at_work)


async def play(bench: Bench, actions: list[tuple[str, str]]) -> None:
    for action, key in actions:
        getattr(bench, action)(key)
        await turns(bench.random, 12)
    await bench.quiet()


@settings(max_examples=300, deadline=None)
@given(ACTIONS, st.integers(0, 2**32))
@example([("write", "a"), ("list", "a"), ("write", "a"), ("list", "a"), ("repeat", "a")], 7)
def test_replicas_move_forward_and_the_next_run_makes_them_their_sources(actions, seed):
    bench = Bench(Random(seed))

    async def work() -> None:
        await play(bench, actions)
        bench.list("")
        await bench.quiet()

    run_interleaved(work, bench.random)

    assert bench.replica.wrong == []
    assert bench.replica.uploads == {}
    held = {key: stored.content for key, stored in bench.replica.objects.items()}
    for key, (_, content) in bench.source.objects.items():
        assert held[key] == content


CHANGES = st.lists(
    st.tuples(st.sampled_from(["write", "write", "delete"]), st.sampled_from(KEYS)), min_size=1
)


@settings(max_examples=200, deadline=None)
@given(CHANGES, st.integers(0, 2**32))
def test_a_hint_after_every_change_is_enough(changes, seed):
    """Hints come late, twice and in any order, as long as each comes after its change."""
    bench = Bench(Random(seed))

    async def work() -> None:
        for change, key in changes:
            getattr(bench, change)(key)
            for _ in range(bench.random.randint(1, 3)):
                bench.start(later(bench, key))
            await turns(bench.random)
        while any(not task.done() for task in bench.at_work):
            await bench.quiet()

    async def later(bench: Bench, key: str) -> None:
        await turns(bench.random, 40)
        bench.hint(key)

    run_interleaved(work, bench.random)

    assert bench.replica.wrong == []
    for key, (_, content) in bench.source.objects.items():
        assert bench.replica.objects[key].content == content
