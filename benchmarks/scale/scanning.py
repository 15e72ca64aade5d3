"""The shards of a run from the first plan to the last, by the code that plans and splits them."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil, inf
from typing import TYPE_CHECKING, Final, cast

from ferry.finder.chunks import MAX_CHANGES, MAX_OBJECTS
from ferry.keys import KeyRange
from ferry.run_control import plan_shards
from ferry.tasks.models import OssSource, Run, S3Destination, Shard, Task

from benchmarks.scale import limits
from benchmarks.scale.key_space import KEYS_PER_PAGE, KeySpace, OutOfTimeError

if TYPE_CHECKING:
    from ferry.stores.protocols import SourceStore
    from ferry.tasks.progress import RunProgress

PLAN_ATTEMPTS: Final = 4
"""Of the step ``PlanShards`` of the workflow, when its function runs out of time."""
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
        most_plan_requests: Of the one call that took most and came to its end.
        plan_attempts: Calls that one step that plans took, since the others ran out of time; above
            ``PLAN_ATTEMPTS`` the run fails, and the other figures are as if it had not.
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
    plan_attempts: int
    pages: int
    written_rows: int


def keys_per_second(cpu_per_1000: float) -> float:
    """Return what one finder looks at: as fast as pages come, or as its share of a processor allows."""
    return min(KEYS_PER_PAGE / limits.PAGE_SECONDS.value, 1000 * limits.VCPU.value / cpu_per_1000)


def scan(space: KeySpace, *, concurrency: int, later: bool = False) -> Scan:
    """Plan and scan until no shard is left.

    Args:
        space: The source.
        concurrency: Finders at a time.
        later: Whether every key has a current replica, so that no job is needed.
    """
    rate = keys_per_second((limits.FINDER_LATER_CPU if later else limits.FINDER_CPU).value)
    keys_per_chunk = MAX_OBJECTS if later else MAX_CHANGES
    capacity = int(rate * limits.FINDER_SECONDS.value)
    account = Account(made_up_run())
    rounds = widest = calls = chunks = pages = most_attempts = most_requests = keys = 0
    seconds = 0.0
    while True:
        before = space.requests
        unfinished, attempts, requests = _plan(space, account, has_failed=most_attempts > PLAN_ATTEMPTS)
        most_requests = max(most_requests, requests)
        most_attempts = max(most_attempts, attempts)
        seconds += (space.requests - before) * limits.PAGE_SECONDS.value
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
        plan_attempts=most_attempts,
        pages=pages,
        written_rows=account.written_rows + chunks,
    )


def _plan(space: KeySpace, account: Account, *, has_failed: bool) -> tuple[list[str], int, int]:
    """Plan as the workflow does, which tries again what ran out of time; what was split by then stays split.

    Args:
        space: The source.
        account: The run's.
        has_failed: Whether the run has failed already; the simulation goes on as if there were time enough.

    Returns:
        The unfinished shards, how many calls it took, one more than the workflow makes if it fails, and the
        requests of the last of them.
    """
    most = limits.PLAN_SECONDS.value / limits.PAGE_SECONDS.value
    progress, source = cast("RunProgress", account), cast("SourceStore", space)
    for attempt in range(1, PLAN_ATTEMPTS + 2):
        before = space.requests
        space.most_requests = inf if has_failed or attempt > PLAN_ATTEMPTS else before + most
        try:
            unfinished = plan_shards(progress, account.run, source, account)
        except OutOfTimeError:
            continue
        finally:
            space.most_requests = inf
        return unfinished, attempt, space.requests - before
    raise AssertionError


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
