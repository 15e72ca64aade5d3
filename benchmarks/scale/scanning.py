"""The shards of a run from the first plan to the last, by the code that plans and splits them."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING, Final, cast

from ferry.finder.chunks import MAX_CHANGES, MAX_OBJECTS
from ferry.finder.shards import PROBES_AT_ONCE
from ferry.keys import KeyRange
from ferry.run_control import plan_shards
from ferry.tasks.models import OssSource, Run, S3Destination, Shard, Task

from benchmarks.scale import limits
from benchmarks.scale.key_space import KEYS_PER_PAGE, KeySpace

if TYPE_CHECKING:
    from ferry.stores.protocols import SourceStore
    from ferry.tasks.progress import RunProgress

LONGEST_NAME: Final = "a-task-with-a-name-as-long-as-may-be-000"


def made_up_run() -> Run:
    """Return a run whose names are as long as they may be."""
    began = datetime(2026, 1, 1, tzinfo=UTC)
    task = Task(
        task_id=LONGEST_NAME,
        source=OssSource(bucket="source", region="cn-hangzhou", secret="ferry/oss"),
        destination=S3Destination(bucket="replica", region="eu-central-1"),
        created_at=began,
    )
    return Run.start(task, began)


@dataclass
class Account:
    """What planning asks of the account of a run; counts what it writes."""

    run: Run
    shards: dict[str, Shard] = field(default_factory=dict)
    written_rows: int = 0

    def get_run(self, run_id: str) -> Run:
        """Return the run."""
        del run_id
        return self.run

    def list_shards(self, run_id: str) -> Iterator[Shard]:
        """Yield the shards, ascending."""
        del run_id
        return iter(sorted(self.shards.values(), key=lambda shard: shard.shard_id))

    def put_shards(self, run_id: str, shards: Iterable[Shard]) -> None:
        """Store the first shards."""
        del run_id
        for shard in shards:
            self.shards[shard.shard_id] = shard
            self.written_rows += 1

    def split_shard(self, run_id: str, shard: Shard, parts: list[Shard]) -> None:
        """Replace a shard by parts."""
        closed = shard.model_copy(
            update={"until": shard.checkpoint, "exhausted": True, "sequence": shard.sequence + 1}
        )
        self.put_shards(run_id, [closed, *parts])

    @property
    def tasks(self) -> "Account":
        """The same account."""
        return self

    @property
    def ledger(self) -> "Account":
        """The same account."""
        return self

    def write_once(self, name: str, document: bytes) -> bool:
        """Record an empty chunk."""
        del name, document
        return True

    def read(self, name: str) -> bytes | None:
        """Return no document."""
        del name
        return None


@dataclass
class Prober:
    """The threads that probe the source side by side, on a clock that grows by the time of their requests.

    Attributes:
        plan_seconds: After so many there is no time for further requests.
        seconds: Since it began.
        ran_out: Whether it was told that there is no more time.
    """

    space: KeySpace
    plan_seconds: float
    seconds: float = 0.0
    ran_out: bool = False
    _began: float = 0.0
    _requests: int = 0

    def map[One, Result](self, work: Callable[[One], Result], each: Iterable[One], /) -> list[Result]:
        """Do the work one after the other, and take the time that it takes the threads."""
        free = [self.seconds] * PROBES_AT_ONCE
        results: list[Result] = []
        for one in each:
            self._began, self._requests = free[0], self.space.requests
            results.append(work(one))
            heapq.heapreplace(free, self._now())
        self.seconds = max(free)
        self._began, self._requests = self.seconds, self.space.requests
        return results

    def _now(self) -> float:
        return self._began + (self.space.requests - self._requests) * limits.PAGE_SECONDS.value

    def out_of_time(self) -> bool:
        """Tell whether the function has no time for further requests."""
        is_over = self._now() >= self.plan_seconds
        self.ran_out = self.ran_out or is_over
        return is_over


@dataclass(frozen=True, slots=True)
class Scan:
    """What looking at every key came to.

    Attributes:
        rounds: Map Runs, one after the other.
        shards: Shards there are at the end.
        widest_round: Shards of the widest of them.
        calls: Of the finder.
        chunks: Manifests.
        seconds: With so many finders at a time.
        plan_requests: Of the step that plans, in all.
        most_plan_requests: Of its call that took most.
        longest_plan: Seconds of its call that took longest.
        plans_cut_short: Its calls that ran out of time and left shards larger than they should be.
        pages: Of the source's listing.
    """

    keys: int
    rounds: int
    shards: int
    widest_round: int
    calls: int
    chunks: int
    seconds: float
    plan_requests: int
    most_plan_requests: int
    longest_plan: float
    plans_cut_short: int
    pages: int
    written_rows: int


def keys_per_second(cpu_per_1000: float) -> float:
    """Return what one finder looks at: as fast as pages come, or as its share of a processor allows."""
    return min(KEYS_PER_PAGE / limits.PAGE_SECONDS.value, 1000 * limits.VCPU.value / cpu_per_1000)


def scan(
    space: KeySpace,
    *,
    concurrency: int,
    later: bool = False,
    plan_seconds: float = limits.PLAN_SECONDS.value,
) -> Scan:
    """Plan and scan until no shard is left.

    Args:
        space: The source.
        concurrency: Finders at a time.
        later: Whether every key has a current replica, so that no job is needed.
        plan_seconds: Of requests in one call of the step that plans.
    """
    rate = keys_per_second((limits.FINDER_LATER_CPU if later else limits.FINDER_CPU).value)
    keys_per_chunk = MAX_OBJECTS if later else MAX_CHANGES
    capacity = int(rate * limits.FINDER_SECONDS.value)
    account = Account(made_up_run())
    rounds = widest = calls = chunks = pages = most_requests = cut_short = keys = 0
    seconds = longest_plan = 0.0
    while True:
        before = space.requests
        prober = Prober(space, plan_seconds)
        unfinished = _plan(account, prober)
        most_requests = max(most_requests, space.requests - before)
        longest_plan = max(longest_plan, prober.seconds)
        cut_short += prober.ran_out
        seconds += prober.seconds
        if not unfinished:
            break
        rounds += 1
        widest = max(widest, len(unfinished))
        taken = [_call(space, account, shard_id, capacity, keys_per_chunk) for shard_id in unfinished]
        calls += len(taken)
        keys += sum(taken)
        chunks += sum(max(1, ceil(found / keys_per_chunk)) for found in taken)
        pages += sum(max(1, ceil(found / KEYS_PER_PAGE)) for found in taken)
        seconds += _longest((found / rate for found in taken), concurrency)
    return Scan(
        keys=keys,
        rounds=rounds,
        shards=len(account.shards),
        widest_round=widest,
        calls=calls,
        chunks=chunks,
        seconds=seconds,
        plan_requests=space.requests,
        most_plan_requests=most_requests,
        longest_plan=longest_plan,
        plans_cut_short=cut_short,
        pages=pages,
        written_rows=account.written_rows + chunks,
    )


def _plan(account: Account, prober: Prober) -> list[str]:
    """Plan as the workflow's step does; return the unfinished shards."""
    return plan_shards(
        cast("RunProgress", account),
        account.run,
        cast("SourceStore", prober.space),
        account,
        workers=prober,
        out_of_time=prober.out_of_time,
    )


def _call(space: KeySpace, account: Account, shard_id: str, capacity: int, keys_per_chunk: int) -> int:
    """Scan a shard for as long as a function may; return the number of keys."""
    shard = account.shards[shard_id]
    left = space.numbers("", KeyRange(shard.checkpoint, shard.until))
    taken = min(len(left), capacity)
    account.shards[shard_id] = shard.model_copy(
        update={
            "checkpoint": space.key(left[taken - 1]) if taken else shard.checkpoint,
            "exhausted": taken == len(left),
            "sequence": shard.sequence + max(1, ceil(taken / keys_per_chunk)),
        }
    )
    return taken


def _longest(durations: Iterable[float], concurrency: int) -> float:
    """Return when the last of these ends, so many of them at a time, in their order."""
    ends = [0.0] * concurrency
    for duration in durations:
        heapq.heapreplace(ends, ends[0] + duration)
    return max(ends)
