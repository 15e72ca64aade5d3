"""A transfer engine between two memory buckets."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from ferry.jobs import JobObject
from ferry.keys import KeyMapping
from ferry.multipart.plan import MIN_PART_SIZE
from ferry.multipart.upload import LargeObjectCopier
from ferry.outcome import Outcome
from ferry.transfer.engine import TransferEngine, TransferLimits

from tests.support.builders import NOON, RUN_ID, job_object, policy
from tests.support.clock import FakeClock, retry_policy
from tests.support.faults import FaultyReplica, FaultySource


@dataclass
class Sides:
    """Both buckets, and engines between them; everything lands under ``copies/``."""

    source: FaultySource = field(default_factory=lambda: FaultySource(clock=lambda: NOON))
    replica: FaultyReplica = field(default_factory=lambda: FaultyReplica(clock=lambda: NOON))
    clock: FakeClock = field(default_factory=FakeClock)

    def engine(self, *, run_id: str = RUN_ID, limits: TransferLimits | None = None) -> TransferEngine:
        return TransferEngine(
            self.source,
            self.replica,
            KeyMapping(replica_prefix="copies/"),
            policy(run_id),
            limits=limits or TransferLimits(),
            retry=retry_policy(self.clock),
        )

    def write(self, key: str, content: bytes, **fields: dict[str, str]) -> JobObject:
        """Write a source object and return the job's entry that a listing now would make of it."""
        described = self.source.write(key, content, **fields)
        return job_object(key, size=described.size, etag=described.etag, replica_etag=self.etag(key))

    def etag(self, key: str) -> str | None:
        stored = self.replica.objects.get(f"copies/{key}")
        return stored.etag if stored else None

    def content(self, key: str) -> bytes | None:
        """What the replica of a source key holds, None when there is none."""
        stored = self.replica.objects.get(f"copies/{key}")
        return stored.content if stored else None


def copy_all(engine: TransferEngine, objects: Iterable[JobObject], **options: object) -> list[Outcome]:
    return asyncio.run(engine.copy_all(objects, **options))  # type: ignore[arg-type]


def copy_one(engine: TransferEngine, item: JobObject, **options: object) -> Outcome:
    (outcome,) = copy_all(engine, [item], **options)
    return outcome


def large_object_copier(sides: Sides, *, run_id: str = RUN_ID) -> LargeObjectCopier:
    """Copies between the same buckets in parts of 5 MiB."""
    return LargeObjectCopier(
        sides.source,
        sides.replica,
        KeyMapping(replica_prefix="copies/"),
        policy(run_id),
        part_size=MIN_PART_SIZE,
        retry=retry_policy(sides.clock),
    )
