"""Chunks: what a finder plans and records at a time."""

from collections.abc import Callable, Iterator
from typing import Final, Self

from pydantic import BaseModel, ConfigDict

from ferry.finder.changes import Finding, LeftOut
from ferry.jobs import CopyJob, DeleteJob, ExtraReplica, JobObject, pack_extras, pack_objects
from ferry.tasks.models import Found, Run, Shard

MAX_OBJECTS: Final = 20_000
MAX_CHANGES: Final = 10_000
"""About 20 messages, which cost one manifest, one state of the shard, and two or three batches."""


class Chunk(BaseModel):
    """A stretch of a shard: what was found between two checkpoints, and the jobs it needs.

    Jobs that delete wait in it until the whole run has looked at everything.

    Attributes:
        sequence: Counts a shard's chunks from 0.
        checkpoint: The last key of the stretch.
        exhausted: Whether the shard ends with it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shard_id: str
    sequence: int
    checkpoint: str
    exhausted: bool
    found: Found
    jobs: tuple[CopyJob, ...] = ()
    delete_jobs: tuple[DeleteJob, ...] = ()

    @classmethod
    def empty(cls, shard: Shard) -> Self:
        """Describe a stretch without a key, which takes the place of the shard's next chunk."""
        return cls(
            shard_id=shard.shard_id,
            sequence=shard.sequence,
            checkpoint=shard.checkpoint,
            exhausted=False,
            found=Found(),
        )

    def after(self, shard: Shard) -> Shard:
        """Return the shard as it is once this chunk is sent."""
        return shard.model_copy(
            update={
                "sequence": self.sequence + 1,
                "checkpoint": self.checkpoint,
                "exhausted": self.exhausted,
                "found": shard.found + self.found,
            }
        )


def next_chunk(
    run: Run,
    shard: Shard,
    findings: Iterator[Finding],
    *,
    large_object_threshold: int,
    out_of_time: Callable[[], bool],
) -> Chunk:
    """Take findings until a chunk is full, the shard ends or time is up.

    Args:
        run: A dry run gets chunks without jobs.
        shard: Where the findings continue.
        findings: Of this shard, ascending, from its checkpoint on; left where the chunk ends.
        large_object_threshold: Bytes from which an object gets a job of its own.
        out_of_time: Asked after every finding.
    """
    checkpoint = shard.checkpoint
    exhausted = True
    rows: list[Finding] = []
    changes = 0
    for finding in findings:
        checkpoint = finding.key
        rows.append(finding)
        changes += finding.copy is not None or finding.extra is not None
        if len(rows) == MAX_OBJECTS or changes == MAX_CHANGES or out_of_time():
            exhausted = False
            break
    copies = [row.copy for row in rows if row.copy is not None]
    extras = [row.extra for row in rows if row.extra is not None]
    jobs, delete_jobs = _jobs(run, shard, copies, extras, large_object_threshold)
    chosen = [row for row in rows if row.is_chosen]
    found = Found(
        objects=len(chosen),
        size=sum(row.size for row in chosen),
        current=len(chosen) - len(copies),
        planned_objects=len(copies),
        planned_size=sum(item.size for item in copies),
        jobs=len(jobs),
        replicas=sum(row.has_replica for row in rows),
        extra=len(extras),
        delete_jobs=len(delete_jobs),
        excluded=sum(row.left_out is LeftOut.EXCLUDED for row in rows),
        archived=sum(row.left_out is LeftOut.ARCHIVED for row in rows),
    )
    return Chunk(
        shard_id=shard.shard_id,
        sequence=shard.sequence,
        checkpoint=checkpoint,
        exhausted=exhausted,
        found=found,
        jobs=jobs,
        delete_jobs=delete_jobs,
    )


def _jobs(
    run: Run, shard: Shard, copies: list[JobObject], extras: list[ExtraReplica], large_object_threshold: int
) -> tuple[tuple[CopyJob, ...], tuple[DeleteJob, ...]]:
    """Make the jobs of a chunk, whose ids say where it is recorded."""
    if run.dry_run:
        return (), ()
    ids = {"task_id": run.task.task_id, "run_id": run.run_id}
    chunk_id = f"{shard.shard_id}.{shard.sequence}"
    groups = pack_objects(copies, large_object_threshold=large_object_threshold)
    return (
        tuple(
            CopyJob(**ids, job_id=f"{chunk_id}.{index}", objects=group) for index, group in enumerate(groups)
        ),
        tuple(
            DeleteJob(**ids, job_id=f"{chunk_id}.d{index}", objects=group)
            for index, group in enumerate(pack_extras(extras))
        ),
    )
