"""What a user does to a run: stop it, pause it, resume it, take up its failed objects again.

The run's record changes first, under a condition, and its workflow after it: jobs and steps look at the
record, so they do nothing more from that moment on, whatever becomes of the workflow.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ferry.errors import PermanentError
from ferry.tasks.ledger import Ledger
from ferry.tasks.models import Run, RunState
from ferry.tasks.start import start_run
from ferry.tasks.store import TaskStore
from ferry.workflows import Workflows

RESUMABLE: Final = timedelta(days=14)
"""How old a run may be to be resumed: its manifests are kept longer than this, and its closed jobs too."""


@dataclass(frozen=True, slots=True)
class RunControl:
    """Changes the course of runs.

    Attributes:
        tasks: Where runs are recorded.
        ledger: Their accounts.
        workflows: Starts and stops their workflows.
        state_machine_arn: The workflow of a run.
    """

    tasks: TaskStore
    ledger: Ledger
    workflows: Workflows
    state_machine_arn: str

    def stop(self, run_id: str, now: datetime) -> Run:
        """End a run at once: jobs that wait do nothing, and its task may start another run.

        What is being copied at this moment comes to its end; large objects are dropped.

        Raises:
            NotFoundError: There is no such run.
            PermanentError: It is over.
        """
        run = self._pass(run_id)
        if run.state.is_over:
            raise _is_over(run, "be stopped")
        stopped = self.tasks.end_run(run_id, RunState.STOPPED, now, paused_too=True)
        if stopped.state is not RunState.STOPPED:
            raise _is_over(stopped, "be stopped")
        self._stop_workflow(stopped, "The run was stopped by a user.")
        return stopped

    def pause(self, run_id: str) -> Run:
        """Let a run rest: jobs that wait are dropped, for ``resume`` sends them again.

        Raises:
            NotFoundError: There is no such run.
            PermanentError: It is over, paused already, or about to fail.
        """
        self._pass(run_id)
        if not self.tasks.pause(run_id):
            run = self.tasks.get_run(run_id)
            if run.state is RunState.PAUSED:
                msg = f"The run {run_id} is paused already; `ferry run resume {run_id}` lets it go on."
                raise _wrong_state(msg)
            if run.state.is_active:
                msg = f"The run {run_id} cannot be paused, it is about to fail: {run.reason}"
                raise _wrong_state(msg)
            raise _is_over(run, "be paused")
        paused = self.tasks.get_run(run_id)
        self._stop_workflow(paused, "The run was paused by a user.")
        return paused

    def resume(self, run_id: str, now: datetime) -> Run:
        """Let a paused run go on from where its shards stand, with every job that is not closed.

        Raises:
            NotFoundError: There is no such run.
            PermanentError: It is not paused, or too old.
            Exception: Whatever kept the workflow from starting; the run is paused again.
        """
        run = self._pass(run_id)
        if run.state.is_over:
            raise _is_over(run, "be resumed")
        if now - run.started_at > RESUMABLE:
            msg = (
                f"The run {run_id} is older than {RESUMABLE.days} days, its record may be incomplete by now; "
                f"stop it and start another, which copies what is missing."
            )
            raise _wrong_state(msg)
        if not self.tasks.resume(run):
            msg = f"The run {run_id} is not paused; `ferry run watch {run_id}` follows it."
            raise _wrong_state(msg)
        resumed = run.model_copy(update={"state": RunState.RUNNING, "resumes": run.resumes + 1})
        try:
            # Whoever paused it may have been cut off before this.
            self._stop_workflow(run, "The run was resumed in another workflow.")
            self.workflows.start_run(
                self.state_machine_arn,
                task_id=run.task.task_id,
                run_id=run_id,
                name=resumed.workflow_name,
            )
        except BaseException:
            self.tasks.pause_again(run_id, resumed.resumes)
            raise
        return resumed

    def retry(self, run_id: str, now: datetime) -> Run:
        """Start a run that takes up only the objects that failed in an earlier one.

        Raises:
            NotFoundError: There is no such run, or its task was deleted.
            BusyError: Another run of the task is not over.
            PermanentError: The run is not over, nothing failed, or its task is another by now.
        """
        run = self.tasks.get_run(run_id)
        if not run.state.is_over and not run.real_time:
            msg = f"The run {run_id} is not over; its failed objects can be taken up again when it is."
            raise _wrong_state(msg)
        if next(self.ledger.list_failures(run_id), None) is None:
            if self.ledger.counts(run_id).failed:
                msg = (
                    f"The run {run_id} is so old that what failed in it is not known any more; "
                    "start another run of its task, which copies what is missing."
                )
                raise _wrong_state(msg)
            msg = f"No object failed in the run {run_id}, so there is nothing to take up again."
            raise _wrong_state(msg)
        task = self.tasks.get_task(run.task.task_id)
        if (task.mapping, task.source.bucket, task.destination.bucket) != (
            run.task.mapping,
            run.task.source.bucket,
            run.task.destination.bucket,
        ):
            msg = f"The task {task.task_id!r} copies something else by now; start a run of it instead."
            raise _wrong_state(msg)
        retry = Run.start(task, now, retry_of=run_id)
        return start_run(self.tasks, self.workflows, self.state_machine_arn, retry)

    def _pass(self, run_id: str) -> Run:
        """Return a run that has a beginning and an end of its own."""
        run = self.tasks.get_run(run_id)
        if run.real_time:
            msg = (
                f"{run_id} counts a day's notifications and cannot be stopped, paused or resumed; "
                f"`ferry realtime disable {run.task.task_id}` ends following them."
            )
            raise _wrong_state(msg)
        return run

    def _stop_workflow(self, run: Run, cause: str) -> None:
        self.workflows.stop_run(self.state_machine_arn, name=run.workflow_name, cause=cause)


def _is_over(run: Run, what: str) -> PermanentError:
    state = run.state.value.replace("_", " ")
    return _wrong_state(f"The run {run.run_id} is over ({state}), it cannot {what} any more.")


def _wrong_state(sentence: str) -> PermanentError:
    return PermanentError(sentence, reason="WrongState")
