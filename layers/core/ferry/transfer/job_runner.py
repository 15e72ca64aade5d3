"""Carrying out a job as often as the queue delivers it, and closing it once."""

import logging

from ferry.errors import ConfigurationError, TransientError
from ferry.jobs import CopyJob
from ferry.outcome import Outcome
from ferry.tasks.progress import RunProgress
from ferry.transfer.engine import GREW, TransferEngine
from ferry.workflows import Workflows

logger = logging.getLogger(__name__)


class JobRunner:
    """Carries out the jobs of one run.

    Args:
        progress: Where jobs are closed.
        workflows: Starts large objects' workflows.
        engine: Copies the others.
        large_object_threshold: Bytes from which an object is large.
        large_object_state_machine_arn: Their workflow.
        max_deliveries: The delivery after which no other comes.
    """

    def __init__(
        self,
        progress: RunProgress,
        workflows: Workflows,
        engine: TransferEngine,
        *,
        large_object_threshold: int,
        large_object_state_machine_arn: str,
        max_deliveries: int,
    ) -> None:
        self._progress = progress
        self._workflows = workflows
        self._engine = engine
        self._large_object_threshold = large_object_threshold
        self._large_object_state_machine_arn = large_object_state_machine_arn
        self._max_deliveries = max_deliveries

    async def run(self, job: CopyJob, *, deliveries: int, seconds: float) -> list[Outcome]:
        """Carry out a job.

        Args:
            job: Of this run.
            deliveries: How often it was delivered, counting this time.
            seconds: Time there is.

        Returns:
            How its objects ended; none when the job is closed elsewhere or no longer wanted.

        Raises:
            TransientError: Some objects failed and another delivery may succeed; the job is not closed.
        """
        run = self._progress.tasks.get_run(job.run_id)
        if run.state.is_over or run.reason is not None:
            return []
        if deliveries > 1 and self._progress.ledger.is_closed(job.run_id, job.job_id):
            self._progress.settle(job.run_id)
            return []
        if len(job.objects) == 1 and job.objects[0].size >= self._large_object_threshold:
            self._start_large_object(job)
            return []
        try:
            outcomes = await self._engine.copy_all(job.objects, look_first=deliveries > 1, seconds=seconds)
        except ConfigurationError as error:
            logger.warning("the run cannot go on: %s", error)
            self._progress.give_up(job.run_id, error)
            return []
        if len(outcomes) == 1 and outcomes[0].reason == GREW:
            self._start_large_object(job)
            return []
        unfinished = [outcome for outcome in outcomes if outcome.is_transient]
        if unfinished and deliveries < self._max_deliveries:
            first = unfinished[0].message
            msg = f"{len(unfinished)} of {len(outcomes)} objects failed for now, such as: {first}"
            raise TransientError(msg, reason=unfinished[0].reason)
        self._progress.close_job(job.run_id, job.job_id, outcomes, attempts=deliveries)
        return outcomes

    async def bury(self, job: CopyJob, *, deliveries: int) -> list[Outcome]:
        """Close a job that will not be delivered again, by what both sides look like now.

        Returns:
            How its objects ended; none when it was closed already.
        """
        if self._progress.ledger.is_closed(job.run_id, job.job_id):
            self._progress.settle(job.run_id)
            return []
        outcomes = await self._engine.look_all(job.objects)
        self._progress.close_job(job.run_id, job.job_id, outcomes, attempts=deliveries)
        return outcomes

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
