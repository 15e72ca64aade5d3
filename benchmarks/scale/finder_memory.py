"""A finder's real loop over made-up keys: how much memory it takes, and that this does not grow with them."""

import resource
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, cast

from ferry.finder.changes import find_changes
from ferry.finder.scan import Scanner
from ferry.jobs import Job
from ferry.tasks.models import CompareMode, Shard

from benchmarks.scale.key_space import LAYOUTS, KeySpace, NoReplicas
from benchmarks.scale.model import LARGE
from benchmarks.scale.scanning import made_up_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ferry.stores.protocols import ReplicaStore, SourceStore


@dataclass
class Sink:
    """Takes manifests, jobs and states of the shard, and keeps the last state and counts only."""

    shard: Shard
    manifests: int = 0
    manifest_bytes: int = 0
    jobs: int = field(default=0)

    def get_shard(self, run_id: str, shard_id: str) -> Shard:
        """Return the shard."""
        del run_id, shard_id
        return self.shard

    def advance_shard(self, run_id: str, shard: Shard) -> None:
        """Replace the shard."""
        del run_id
        self.shard = shard

    def write_once(self, name: str, document: bytes) -> bool:
        """Count a manifest."""
        del name
        self.manifests += 1
        self.manifest_bytes += len(document)
        return True

    def read(self, name: str) -> bytes | None:
        """Return no document."""
        del name
        return None

    def send(self, jobs: "Sequence[Job]") -> None:
        """Count jobs."""
        self.jobs += len(jobs)


@dataclass(frozen=True, slots=True)
class Walk:
    """What looking at so many keys took.

    Attributes:
        peak_rss_mib: Of the process so far.
    """

    keys: int
    manifests: int
    manifest_bytes: int
    jobs: int
    peak_rss_mib: float
    seconds: float


def walk(space: KeySpace, keys: int) -> Walk:
    """Scan the first keys of a space as one shard of a first run."""
    began = time.process_time()
    run = made_up_run()
    sink = Sink(Shard(shard_id="0000", until=space.key(keys - 1)))
    find = partial(
        find_changes,
        cast("SourceStore", space),
        cast("ReplicaStore", NoReplicas()),
        run.task.mapping,
        mode=CompareMode.AUTO,
    )
    scanner = Scanner(
        run=run, shards=sink, documents=sink, jobs=sink, find=find, large_object_threshold=LARGE
    )
    while not scanner.scan("0000", lambda: False):
        pass
    return Walk(
        keys=sink.shard.found.objects,
        manifests=sink.manifests,
        manifest_bytes=sink.manifest_bytes,
        jobs=sink.jobs,
        peak_rss_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        seconds=time.process_time() - began,
    )


def measured(space_keys: int = 10**9, sizes: tuple[int, ...] = (100_000, 1_000_000)) -> list[Walk]:
    """Walk over more and more keys in this process, whose peak would tell of any growth."""
    return [walk(KeySpace(LAYOUTS["folders"], space_keys), size) for size in sizes]
