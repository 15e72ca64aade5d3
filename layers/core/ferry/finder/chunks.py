"""Chunks: what a finder plans and records at a time."""

from collections.abc import Callable, Iterator
from typing import Final

from pydantic import BaseModel, ConfigDict

from ferry.finder.changes import Finding
from ferry.jobs import CopyJob, JobObject, pack_objects
from ferry.tasks.models import Found, Run, Shard

MAX_OBJECTS: Final = 20_000
MAX_COPIES: Final = 2_000


class Chunk(BaseModel):
    """A stretch of a shard: what was found between two checkpoints, and the jobs it needs.

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
    objects = size = 0
    copies: list[JobObject] = []
    for finding in findings:
        checkpoint = finding.key
        objects += 1
        size += finding.size
        if finding.copy is not None:
            copies.append(finding.copy)
        if objects == MAX_OBJECTS or len(copies) == MAX_COPIES or out_of_time():
            exhausted = False
            break
    groups = [] if run.dry_run else pack_objects(copies, large_object_threshold=large_object_threshold)
    jobs = tuple(
        CopyJob(
            task_id=run.task.task_id,
            run_id=run.run_id,
            job_id=f"{shard.shard_id}.{shard.sequence}.{index}",
            objects=group,
        )
        for index, group in enumerate(groups)
    )
    found = Found(
        objects=objects,
        size=size,
        current=objects - len(copies),
        planned_objects=len(copies),
        planned_size=sum(item.size for item in copies),
        jobs=len(jobs),
    )
    return Chunk(
        shard_id=shard.shard_id,
        sequence=shard.sequence,
        checkpoint=checkpoint,
        exhausted=exhausted,
        found=found,
        jobs=jobs,
    )
