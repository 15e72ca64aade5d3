"""Runs of a size: what they count to, how long each limit alone makes them take, what they cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from math import ceil
from typing import Final

from ferry.costs import Cost, cost_of_copying
from ferry.finder.changes import Finding
from ferry.finder.chunks import Chunk, next_chunk
from ferry.jobs import JobObject, spell
from ferry.keys import KeyRange
from ferry.tasks.models import Shard

from benchmarks.scale import limits, workflows
from benchmarks.scale.key_space import LAYOUTS, KeySpace
from benchmarks.scale.scanning import Scan, made_up_run, scan

MIB: Final = 1024**2
GIB: Final = 1024**3
TIB: Final = 1024**4
LARGE: Final = 512 * MIB
"""The default of LargeObjectThreshold."""
PARTS_IN_FLIGHT: Final = 4
DELIVERIES: Final = 5


@dataclass(frozen=True, slots=True)
class Settings:
    """Parameters of the stack."""

    transfers: int = 32
    scans: int = 16
    ranges: int = 16


@dataclass(frozen=True)
class Scenario:
    """A first run.

    Attributes:
        size: Bytes of every object.
        advised: Which settings to use instead of the defaults.
        threshold: LargeObjectThreshold of the stack.
        layout: How its keys look.
    """

    name: str
    title: str
    objects: int
    size: int
    advised: Settings
    threshold: int = LARGE
    layout: str = "folders"

    @property
    def bytes(self) -> int:
        """Bytes in all."""
        return self.objects * self.size

    @property
    def is_large(self) -> bool:
        """Whether its objects are copied in parts."""
        return self.size >= self.threshold

    @property
    def parts(self) -> int:
        """Parts in all; none where objects are copied whole."""
        return self.objects * workflows.parts_of(self.size) if self.is_large else 0

    @cached_property
    def scan(self) -> Scan:
        """How its keys are looked at."""
        return scanned(self.layout, self.objects, self.advised.scans)

    @cached_property
    def full_chunk(self) -> Chunk:
        """A chunk as full as one of it can be."""
        return chunk_of(KeySpace(LAYOUTS[self.layout], self.objects, self.size), self.threshold)

    @property
    def jobs(self) -> int:
        """Messages."""
        chunk = self.full_chunk
        return ceil(self.objects * len(chunk.jobs) / chunk.found.planned_objects)

    @property
    def objects_per_job(self) -> float:
        """Objects of a message."""
        return self.objects / self.jobs

    @property
    def manifest_bytes(self) -> int:
        """Bytes of all manifests."""
        chunk = self.full_chunk
        size = len(chunk.model_dump_json(exclude_none=True).encode())
        return size * self.objects // chunk.found.planned_objects

    @property
    def largest_message(self) -> int:
        """Bytes of the largest message of a full chunk."""
        return max(len(spell(job).encode()) for job in self.full_chunk.jobs)

    @property
    def writes(self) -> int:
        """Write units of DynamoDB."""
        rows = 2 * self.objects if self.is_large else 0
        return int(self.jobs * limits.WRITES_PER_JOB.value) + self.scan.written_rows + rows

    @property
    def functions(self) -> int:
        """Functions that would carry bytes at a time with the default settings, were there no end of them."""
        default = Settings()
        if not self.is_large:
            return default.transfers
        return self.objects * min(default.ranges, workflows.ranges_of(self.size))

    @property
    def open_executions(self) -> int:
        """Executions open at a time: of every large object, and the children of up to 1,000 Map Runs."""
        ranges = min(Settings().ranges, workflows.ranges_of(self.size))
        return self.objects + min(self.objects, int(limits.OPEN_MAP_RUNS.value)) * ranges

    def transitions(self, seconds: float) -> int:
        """Return the transitions of Step Functions in all."""
        own = workflows.run_transitions(self.scan, max(0.0, seconds - self.scan.seconds))
        if not self.is_large:
            return own
        return own + self.objects * workflows.object_transitions(self.size, self.calls_per_range(seconds))

    def calls_per_range(self, seconds: float) -> int:
        """Return the calls of a range when the run takes so long and as many functions as may are at it."""
        if not self.is_large:
            return 0
        functions = min(self.advised.ranges * self.objects, limits.LAMBDA.value)
        per_function = min(limits.FUNCTION_BYTES.value, self.bytes / seconds / functions)
        return ceil(self.size / workflows.ranges_of(self.size) / per_function / limits.RANGE_SECONDS.value)

    def invocations(self, seconds: float) -> int:
        """Return the invocations of Lambda in all."""
        ranges = self.objects * workflows.ranges_of(self.size) if self.is_large else 0
        large = 2 * self.objects + ranges * self.calls_per_range(seconds) if self.is_large else 0
        return self.jobs + self.scan.calls + self.scan.rounds + 4 + large

    def times(
        self,
        settings: Settings,
        *,
        mainland: bool = False,
        sequential: bool = False,
        one_prefix: bool = False,
    ) -> Mapping[str, float]:
        """Return the seconds that each limit alone makes the run take.

        Args:
            settings: Of the stack.
            mainland: Whether the source is in mainland China.
            sequential: Whether its names are a sequence.
            one_prefix: Whether S3 takes all replicas as one prefix, as it does at first.
        """
        reads = self.parts or self.objects
        requests = reads + self.scan.pages + self.scan.plan_requests
        oss = limits.OSS_SEQUENTIAL_REQUESTS if sequential else limits.OSS_REQUESTS
        bandwidth = limits.OSS_MAINLAND if mainland else limits.OSS_OUTSIDE
        wide = 1 if one_prefix else settings.scans
        listed = (
            self.scan
            if settings.scans == self.advised.scans
            else scanned(self.layout, self.objects, settings.scans)
        )
        return {
            "finders": listed.seconds,
            "functions": self._function_seconds(settings),
            "requests of OSS": requests / oss.value,
            "bandwidth of OSS": self.bytes / bandwidth.value,
            "PUTs of S3": reads / (limits.S3_PUTS.value * wide),
            "write units of DynamoDB": self.writes / limits.PARTITION_WRITES.value,
        }

    def _function_seconds(self, settings: Settings) -> float:
        if self.is_large:
            functions = min(settings.ranges * self.objects, limits.LAMBDA.value)
            return self.bytes / limits.FUNCTION_BYTES.value / functions
        each = max(limits.COPY_SECONDS.value, limits.COPY_CPU.value / limits.VCPU.value)
        seconds = self.objects * each + self.bytes / limits.FUNCTION_BYTES.value
        ramp = max(0.0, settings.transfers - limits.SQS_START.value) / limits.SQS_GROWTH.value * 60
        return ramp / 2 + seconds / settings.transfers

    @property
    def cost(self) -> Cost:
        """What Ferry's own estimate says."""
        return cost_of_copying(
            listed=self.objects,
            objects=self.objects,
            size=self.bytes,
            large_size=self.bytes if self.is_large else 0,
        )

    def not_in_cost(self, seconds: float) -> Mapping[str, float]:
        """Return the dollars that Ferry's estimate leaves out."""
        finders = self.objects * limits.FINDER_CPU.value / 1000 / limits.VCPU.value
        functions = min(self.advised.ranges * self.objects, limits.LAMBDA.value)
        busy = seconds * (functions if self.is_large else self.advised.transfers)
        return {
            "functions that share the bandwidth": max(
                0.0, busy * limits.GIB_SECOND_PRICE.value - self.cost.compute
            ),
            "transitions of Step Functions": self.transitions(seconds) * limits.TRANSITION_PRICE.value,
            "finders": max(finders, self.scan.pages * limits.PAGE_SECONDS.value)
            * limits.GIB_SECOND_PRICE.value,
            "manifests, kept for 90 days": self.manifest_bytes / 1e9 * 3 * limits.S3_STORAGE_PRICE.value,
        }


@cache
def scanned(layout: str, keys: int, concurrency: int, *, later: bool = False) -> Scan:
    """Return how so many keys are looked at."""
    return scan(KeySpace(LAYOUTS[layout], keys, is_blurred=True), concurrency=concurrency, later=later)


def chunk_of(space: KeySpace, threshold: int = LARGE) -> Chunk:
    """Return the first chunk of a first run."""
    rows = (
        Finding(row.key, row.size, JobObject(key=row.key, size=row.size, etag=row.etag))
        for row in space.list_objects("", KeyRange())
    )
    return next_chunk(
        made_up_run(),
        Shard(shard_id="0000"),
        rows,
        large_object_threshold=threshold,
        out_of_time=lambda: False,
    )


def bottleneck(times: Mapping[str, float]) -> tuple[str, float]:
    """Return the limit that takes longest, and how long."""
    return max(times.items(), key=lambda item: item[1])


def part_functions(size: int, bandwidth: float) -> int:
    """Return how many functions may share a bandwidth so that a part passes in the time of one of them."""
    return int(bandwidth * limits.RANGE_SECONDS.value / (PARTS_IN_FLIGHT * workflows.part_size_of(size)))


def in_flight_when_all_fails(transfers: int) -> int:
    """Return the messages in flight while every delivery fails after a second and is put off.

    By ``JobQueue.back_off``: 3/4 of 30 s, 120 s, 480 s and 900 s before the four deliveries that follow.
    """
    waits = [0.75 * min(900, 30 * 4**number) for number in range(DELIVERIES - 1)]
    return int(transfers * sum(waits) / DELIVERIES) + transfers


_SMALL: Final = Settings(transfers=50)
SCENARIOS: Final = (
    Scenario("10^8", "10^8 objects of 10 KiB", 10**8, 10 * 1024, _SMALL),
    Scenario("10^9", "10^9 objects of 10 KiB", 10**9, 10 * 1024, _SMALL),
    Scenario("10^10", "10^10 objects of 10 KiB", 10**10, 10 * 1024, _SMALL),
    Scenario(
        "1 PB, 50 MB", "1 PB in objects of 50 MB", 10**15 // (50 * 10**6), 50 * 10**6, Settings(transfers=10)
    ),
    Scenario("1 PB, 1 GiB", "1 PB in objects of 1 GiB", 10**15 // GIB, GIB, Settings(ranges=1)),
    Scenario(
        "1 PB, 1 GiB whole",
        "the same, LargeObjectThreshold 5 GiB",
        10**15 // GIB,
        GIB,
        Settings(transfers=10),
        threshold=5 * GIB,
    ),
    Scenario("1 PB, 10 TiB", "1 PB in objects of 10 TiB", 91, 10 * TIB, Settings(ranges=1)),
)
