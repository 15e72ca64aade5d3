"""Carrying out a job as often as the queue delivers it, and closing it once."""

import asyncio
import logging

from ferry.errors import ConfigurationError
from ferry.job_queue import JobQueue, postponed_seconds
from ferry.jobs import CopyJob, DeleteJob, Job
from ferry.outcome import Outcome, awaits_limit, unfinished
from ferry.tasks.models import Run
from ferry.tasks.progress import RunProgress
from ferry.transfer.deleter import Deleter
from ferry.transfer.engine import GREW, TransferEngine
from ferry.workflows import Workflows

logger = logging.getLogger(__name__)


class JobRunner:
    """Carries out the jobs of one run.

    Args:
        progress: Where jobs are closed.
        workflows: Starts large objects' workflows.
        queue: Gets jobs again that the task's limits left no room for.
        engine: Copies the others.
        deleter: Deletes replicas.
        large_object_threshold: Bytes from which an object is large.
        large_object_state_machine_arn: Their workflow.
        max_deliveries: The delivery after which no other comes.
    """

    def __init__(  # noqa: PLR0913 - what a job may need
        self,
        progress: RunProgress,
        workflows: Workflows,
        queue: JobQueue,
        engine: TransferEngine,
        deleter: Deleter,
        *,
        large_object_threshold: int,
        large_object_state_machine_arn: str,
        max_deliveries: int,
    ) -> None:
        self._progress = progress
        self._workflows = workflows
        self._queue = queue
        self._engine = engine
        self._deleter = deleter
        self._large_object_threshold = large_object_threshold
        self._large_object_state_machine_arn = large_object_state_machine_arn
        self._max_deliveries = max_deliveries

    async def run(self, job: Job, run: Run, *, deliveries: int, seconds: float) -> list[Outcome]:
        """Carry out a job.

        Args:
            job: Of this run.
            run: As it was read for this delivery.
            deliveries: How often it was delivered, counting this time.
            seconds: Time there is.

        Returns:
            How its objects ended; none when the job is closed elsewhere, no longer wanted or put off.

        Raises:
            TransientError: Some objects failed and another delivery may succeed; the job is not closed.
        """
        if not run.accepts_work:
            return []
        is_repeated = deliveries > 1 or (isinstance(job, CopyJob) and job.postponed > 0)
        may_be_closed = is_repeated or run.resumes > 0 or isinstance(job, DeleteJob)
        if may_be_closed and self._progress.ledger.is_closed(job.run_id, job.job_id):
            self._progress.settle(job.run_id)
            return []
        if (
            isinstance(job, CopyJob)
            and len(job.objects) == 1
            and job.objects[0].size >= self._large_object_threshold
        ):
            self._start_large_object(job)
            return []
        try:
            outcomes = await self._carry_out(job, look_first=is_repeated, seconds=seconds)
        except ConfigurationError as error:
            logger.warning("the run cannot go on: %s", error)
            self._progress.give_up(job.run_id, error)
            return []
        if isinstance(job, CopyJob) and len(outcomes) == 1 and outcomes[0].reason == GREW:
            self._start_large_object(job)
            return []
        if isinstance(job, CopyJob) and awaits_limit(outcomes):
            self._postpone(job)
            return []
        waiting = unfinished(outcomes)
        if waiting is not None and deliveries < self._max_deliveries:
            raise waiting
        self._close(job, outcomes, deliveries)
        return outcomes

    async def bury(self, job: Job, *, deliveries: int) -> list[Outcome]:
        """Close a job that will not be delivered again, by what both sides look like now.

        Returns:
            How its objects ended; none when it was closed already, or its run is over.
        """
        if self._progress.tasks.get_run(job.run_id).state.is_over:
            return []
        if self._progress.ledger.is_closed(job.run_id, job.job_id):
            self._progress.settle(job.run_id)
            return []
        if isinstance(job, DeleteJob):
            outcomes = await asyncio.to_thread(self._deleter.look_all, job.objects)
        else:
            outcomes = await self._engine.look_all(job.objects)
        self._close(job, outcomes, deliveries)
        return outcomes

    async def _carry_out(self, job: Job, *, look_first: bool, seconds: float) -> list[Outcome]:
        if isinstance(job, DeleteJob):
            return await asyncio.to_thread(self._deleter.delete_all, job.objects, seconds=seconds)
        return await self._engine.copy_all(job.objects, look_first=look_first, seconds=seconds)

    def _postpone(self, job: CopyJob) -> None:
        """Send a job anew, which uses up none of its deliveries; what is copied by then is found copied."""
        again = job.model_copy(update={"postponed": job.postponed + 1})
        self._queue.send([again], delay_seconds=postponed_seconds(job.postponed))

    def _close(self, job: Job, outcomes: list[Outcome], deliveries: int) -> None:
        self._progress.close_job(job.run_id, job.job_id, outcomes, attempts=deliveries, action=job.kind)

    def _start_large_object(self, job: CopyJob) -> None:
        (item,) = job.objects
        self._workflows.start_large_object(
            self._large_object_state_machine_arn,
            {
                "task_id": job.task_id,
                "run_id": job.run_id,
                "job_id": job.job_id,
                "key": item.key,
                "etag": item.etag,
                "replica_etag": item.replica_etag,
                "size": item.size,
                "attempt": 1,
            },
        )
