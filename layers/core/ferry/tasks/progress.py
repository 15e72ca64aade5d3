"""Closing jobs and noticing that a run is complete."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Literal

from ferry.errors import ConfigurationError
from ferry.objects import Notice
from ferry.outcome import Outcome, Result
from ferry.tasks.lag import NO_LAG, Lag
from ferry.tasks.ledger import Ledger
from ferry.tasks.models import Counts, Failure, Run, RunState
from ferry.tasks.run_ids import is_real_time
from ferry.tasks.store import TaskStore
from ferry.workflows import Workflows

logger = logging.getLogger(__name__)


def count_outcomes(outcomes: Iterable[Outcome]) -> Counts:
    """Add up how objects ended."""
    outcomes = list(outcomes)
    ended = Counter(outcome.result for outcome in outcomes)
    noticed = Counter(notice for outcome in outcomes for notice in outcome.notices)
    return Counts(
        copied=ended[Result.COPIED],
        current=ended[Result.CURRENT],
        gone=ended[Result.GONE],
        deleted=ended[Result.DELETED],
        failed=ended[Result.FAILED],
        excluded=ended[Result.EXCLUDED],
        archived=ended[Result.ARCHIVED],
        size=sum(outcome.size for outcome in outcomes),
        unverified=noticed[Notice.UNVERIFIED],
        metadata_dropped=noticed[Notice.METADATA_DROPPED],
    )


class RunProgress:
    """Moves a run towards its end, from whichever function sees that it can."""

    def __init__(self, tasks: TaskStore, ledger: Ledger, workflows: Workflows) -> None:
        self.tasks = tasks
        self.ledger = ledger
        self._workflows = workflows

    def close_job(
        self,
        run_id: str,
        job_id: str,
        outcomes: list[Outcome],
        *,
        attempts: int,
        action: Literal["copy", "delete"] = "copy",
        lag: Lag = NO_LAG,
    ) -> bool:
        """Account for a job, once, and wake the run's workflow if it was the last.

        Args:
            run_id: The job's run.
            job_id: The job.
            outcomes: How every object of the job ended.
            attempts: Deliveries it took, noted with the failures.
            action: What the job was to do to each object, noted likewise.
            lag: How far the replicas of a notification's job were behind.

        Returns:
            False when it had been closed before, and nothing was counted.
        """
        failures = [
            Failure(
                key=outcome.key,
                reason=outcome.reason,
                message=outcome.message,
                attempts=attempts,
                action=action,
            )
            for outcome in outcomes
            if outcome.result is Result.FAILED
        ]
        now = datetime.now(UTC)
        is_new = self.ledger.close_job(run_id, job_id, count_outcomes(outcomes), failures, now, lag=lag)
        for outcome in outcomes:
            if Notice.METADATA_DROPPED in outcome.notices:
                logger.warning(
                    "copied without its user metadata, which does not fit into S3: %r", outcome.key
                )
        if not is_real_time(run_id):
            self.settle(run_id)
        return is_new

    def settle(self, run_id: str) -> None:
        """Wake the run's workflow if every planned job is closed.

        Whoever closes the last job reads the totals after writing to them, so somebody always sees them
        complete; a job closed before the seal is seen by the seal itself.
        """
        run = self.tasks.get_run(run_id)
        if run.task_token is None or run.jobs_planned is None or run.state.is_over:
            return
        closed = self.ledger.counts(run_id).jobs
        if closed >= run.jobs_planned:
            self._workflows.wake(run.task_token, closed)

    def give_up(self, run_id: str, error: ConfigurationError) -> None:
        """End a run that cannot work until somebody changes something: its workflow fails with the reason."""
        if is_real_time(run_id):
            # It has no workflow, and goes on with the next notification.
            return
        self.tasks.record_reason(run_id, str(error))
        run = self.tasks.get_run(run_id)
        if run.task_token is not None:
            self._workflows.wake_failed(run.task_token, str(error))

    def close_run(
        self, run_id: str, error: str | None, *, report: Callable[[Run], bool] = lambda _: False
    ) -> Run:
        """End a run by what is known of it; one that is over or paused stays as it is.

        Args:
            run_id: The run.
            error: What its workflow broke off with, None when it went to its end.
            report: Writes the report of the run as it is about to end; tells whether that is done.
        """
        if error is not None:
            self.tasks.record_reason(run_id, error)
        run = self.tasks.get_run(run_id)
        if not run.state.is_active:
            return run
        if run.reason is not None:
            state = RunState.FAILED
        elif self.ledger.counts(run_id).failed or run.deletes_refused is not None:
            state = RunState.COMPLETED_WITH_FAILURES
        else:
            state = RunState.SUCCEEDED
        now = datetime.now(UTC)
        has_report = report(run.model_copy(update={"state": state, "ended_at": now}))
        return self.tasks.end_run(run_id, state, now, has_report=has_report)
