"""Carrying out the jobs of notifications, and accounting for them in the real-time run of their day."""

import hashlib
import logging
import math
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Final

from ferry.errors import TransientError
from ferry.job_queue import MAX_BACK_OFF_SECONDS, JobQueue
from ferry.jobs import EventJob
from ferry.outcome import Outcome, Result, unfinished
from ferry.tasks.current import RealTimeTasks
from ferry.tasks.lag import NO_LAG, Distribution, Lag
from ferry.tasks.models import Task
from ferry.tasks.progress import RunProgress
from ferry.transfer.follower import Followed, Follower, Large
from ferry.workflows import Workflows

logger = logging.getLogger(__name__)

_WRITES: Final = frozenset({Result.COPIED, Result.DELETED})


class EventRunner:
    """Carries out jobs of notifications.

    Args:
        tasks: The tasks as they are now, which decide, not the run's.
        progress: Where jobs are closed.
        workflows: Starts large objects' workflows.
        queue: Gets jobs again whose objects are to be looked at later.
        follower: Returns what follows a task's notifications, with the run's name on what it writes.
        large_object_state_machine_arn: The workflow of large objects.
        max_deliveries: The delivery after which no other comes.
    """

    def __init__(  # noqa: PLR0913 - what a job may need
        self,
        tasks: RealTimeTasks,
        progress: RunProgress,
        workflows: Workflows,
        queue: JobQueue,
        follower: Callable[[Task, str], Follower],
        *,
        large_object_state_machine_arn: str,
        max_deliveries: int,
    ) -> None:
        self._tasks = tasks
        self._progress = progress
        self._workflows = workflows
        self._queue = queue
        self._follower = follower
        self._large_object_state_machine_arn = large_object_state_machine_arn
        self._max_deliveries = max_deliveries

    async def run(self, job: EventJob, *, deliveries: int, seconds: float) -> tuple[list[Outcome], Lag]:
        """Carry out a job.

        Args:
            job: What to look at.
            deliveries: How often it was delivered, counting this time.
            seconds: Time there is.

        Returns:
            How its objects ended, none for those that a workflow or a later message ends; and how far their
            replicas were behind.

        Raises:
            TransientError: Some objects failed and another delivery may succeed; the job is not closed.
        """
        task = self._wanting(job)
        if task is None:
            return [], NO_LAG
        # A job that is closed is carried out all the same: another delivery of it may have left a note and
        # ended, and the one that was to look again may have come to grief.
        self._progress.tasks.ensure_real_time_run(task, job.run_id)
        followed = await self._follower(task, job.run_id).follow_all(job.objects, seconds=seconds)
        for one in followed:
            if one.large is not None:
                self._start_large_object(job, one.large)
        outcomes = [one.outcome for one in followed if one.outcome is not None]
        waiting = unfinished(outcomes)
        if waiting is not None and deliveries < self._max_deliveries:
            raise waiting
        self._postpone(job, followed)
        lag = _lag(job, followed)
        self._close(job, outcomes, deliveries, lag)
        return outcomes, lag

    async def bury(self, job: EventJob, *, deliveries: int) -> list[Outcome]:
        """Close a job that will not be delivered again, by what both sides look like now."""
        task = self._wanting(job)
        if task is None or self._progress.ledger.is_closed(job.run_id, job.job_id):
            return []
        self._progress.tasks.ensure_real_time_run(task, job.run_id)
        outcomes = await self._follower(task, job.run_id).look_all(job.objects)
        self._close(job, outcomes, deliveries, NO_LAG)
        return outcomes

    def _wanting(self, job: EventJob) -> Task | None:
        task = self._tasks.get(job.task_id)
        if task is None and not self._tasks.read_again():
            msg = "The task may have been set up a moment ago."
            raise TransientError(msg, reason="UnknownTask")
        task = task or self._tasks.get(job.task_id)
        if task is None:
            logger.warning("the task %s follows no notifications any more", job.task_id)
        return task

    def _close(self, job: EventJob, outcomes: list[Outcome], deliveries: int, lag: Lag) -> None:
        if outcomes:
            self._progress.close_job(job.run_id, job.job_id, outcomes, attempts=deliveries, lag=lag)

    def _postpone(self, job: EventJob, followed: list[Followed]) -> None:
        """Send what is to be looked at later as a job of its own, the same one however often this happens."""
        later = [one for one in followed if one.later_seconds is not None]
        if not later:
            return
        postponed = job.postponed + 1
        again = job.model_copy(
            update={
                "job_id": f"{job.job_id.partition('~')[0]}~{postponed}",
                "postponed": postponed,
                "objects": tuple(one.change for one in later),
            }
        )
        longest = max(one.later_seconds or 0.0 for one in later)
        self._queue.send([again], delay_seconds=min(MAX_BACK_OFF_SECONDS, math.ceil(longest)))

    def _start_large_object(self, job: EventJob, large: Large) -> None:
        """Start copying a large object; while a version is being copied, no other copy of it begins."""
        source = large.source
        version = f"{source.key}\n{source.etag}\n{source.last_modified.isoformat()}"
        digest = hashlib.sha256(version.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        # A copy that has ended, and yet the replica is not the source, is followed by another.
        ids = (f"large-{digest}-{number}" for number in count(1))
        job_id = next(one for one in ids if not self._progress.ledger.is_closed(job.run_id, one))
        self._workflows.start_large_object(
            self._large_object_state_machine_arn,
            {
                "task_id": job.task_id,
                "run_id": job.run_id,
                "job_id": job_id,
                "key": source.key,
                "etag": source.etag,
                "replica_etag": large.replica_etag,
                "size": source.size,
                "attempt": 1,
            },
        )


def _lag(job: EventJob, followed: list[Followed]) -> Lag:
    written = [one for one in followed if one.outcome is not None and one.outcome.result in _WRITES]
    received = datetime.fromtimestamp(job.received_ms / 1000, UTC)
    changed = [
        (one.ended_at - datetime.fromtimestamp(one.change.changed_ms / 1000, UTC)).total_seconds()
        for one in written
        if one.change.changed_ms is not None
    ]
    return Lag(
        change=Distribution.of(changed),
        notification=Distribution.of((one.ended_at - received).total_seconds() for one in written),
    )
