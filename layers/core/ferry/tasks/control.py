"""What a user does to a run: stop it, pause it, resume it, take up its failed objects again.

The run's record changes first, under a condition, and its workflow after it: jobs and steps look at the
record, so they do nothing more from that moment on, whatever becomes of the workflow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Final, cast

from ferry.errors import PermanentError
from ferry.tasks.audit import AuditTrail
from ferry.tasks.ledger import Ledger
from ferry.tasks.models import RetryOnly, Run, RunState
from ferry.tasks.run_ids import task_id_of
from ferry.tasks.start import start_run
from ferry.tasks.store import BusyError, TaskStore
from ferry.workflows import Workflows

RESUMABLE: Final = timedelta(days=14)
"""How old a run may be to be resumed: its manifests are kept longer than this, and its closed jobs too."""


def _audited[**P](action: str) -> Callable[[Callable[P, Run]], Callable[P, Run]]:
    """Write a change of a run down around the making of it."""

    def wrap(method: Callable[P, Run]) -> Callable[P, Run]:
        @wraps(method)
        def change(*arguments: P.args, **named: P.kwargs) -> Run:
            control, run_id = cast("tuple[RunControl, str]", arguments[:2])
            with control.audit.change(action, task_id=_task_of(run_id), run_id=run_id) as noted:
                run = method(*arguments, **named)
                if run.run_id != run_id:
                    noted.detail = f"as {run.run_id}"
            return run

        return change

    return wrap


def _task_of(run_id: str) -> str | None:
    try:
        return task_id_of(run_id)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class RunControl:
    """Changes the course of runs.

    Attributes:
        tasks: Where runs are recorded.
        ledger: Their accounts.
        workflows: Starts and stops their workflows.
        state_machine_arn: The workflow of a run.
        audit: Where every change is written down.
    """

    tasks: TaskStore
    ledger: Ledger
    workflows: Workflows
    state_machine_arn: str
    audit: AuditTrail

    def start(
        self, task_id: str, now: datetime, *, dry_run: bool = False, client_token: str | None = None
    ) -> Run:
        """Start a run of a task.

        Args:
            task_id: The task.
            now: The current time.
            dry_run: Whether it only counts what would be copied.
            client_token: Names this wish; the same one again answers with the run that it started.

        Raises:
            NotFoundError: There is no such task.
            BusyError: Another run of the task is not over.
        """
        with self.audit.change("run.dry_run" if dry_run else "run.start", task_id=task_id) as change:
            run = Run.start(self.tasks.get_task(task_id), now, dry_run=dry_run, client_token=client_token)
            started = self._start(run)
            change.run_id = started.run_id
        return started

    @_audited("run.stop")
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

    @_audited("run.pause")
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

    @_audited("run.resume")
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

    @_audited("run.retry")
    def retry(
        self, run_id: str, now: datetime, *, only: RetryOnly | None = None, client_token: str | None = None
    ) -> Run:
        """Start a run that takes up only the objects that failed in an earlier one.

        Args:
            run_id: The earlier run.
            now: The current time.
            only: Which of its failed objects; None for all.
            client_token: As for ``start``.

        Raises:
            NotFoundError: There is no such run, or its task was deleted.
            BusyError: Another run of the task is not over.
            PermanentError: The run is not over, nothing failed, or its task is another by now.
        """
        run = self.tasks.get_run(run_id)
        if not run.state.is_over and not run.real_time:
            msg = f"The run {run_id} is not over; its failed objects can be taken up again when it is."
            raise _wrong_state(msg)
        if not any(only is None or only.takes(failure) for failure in self.ledger.list_failures(run_id)):
            raise _nothing_to_retry(run_id, only, forgotten=self._forgot_failures(run_id))
        task = self.tasks.get_task(run.task.task_id)
        if (task.mapping, task.source.bucket, task.destination.bucket) != (
            run.task.mapping,
            run.task.source.bucket,
            run.task.destination.bucket,
        ):
            msg = f"The task {task.task_id!r} copies something else by now; start a run of it instead."
            raise _wrong_state(msg)
        retry = Run.start(task, now, retry_of=run_id, retry_only=only, client_token=client_token)
        return self._start(retry)

    def _start(self, run: Run) -> Run:
        if run.client_token is not None:
            # An answer may have been lost, and the wish repeated.
            newest = self.tasks.last_pass(run.task.task_id)
            if newest is not None and newest.client_token == run.client_token:
                if _wish(newest) != _wish(run):
                    msg = "The client token was used for another run; make up a new one for every wish."
                    raise BusyError(msg)
                return newest
        return start_run(self.tasks, self.workflows, self.state_machine_arn, run)

    def _forgot_failures(self, run_id: str) -> bool:
        is_known = next(self.ledger.list_failures(run_id), None) is not None
        return not is_known and self.ledger.counts(run_id).failed > 0

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


def _wish(run: Run) -> tuple[object, ...]:
    return run.dry_run, run.retry_of, run.retry_only


def _is_over(run: Run, what: str) -> PermanentError:
    state = run.state.value.replace("_", " ")
    return _wrong_state(f"The run {run.run_id} is over ({state}), it cannot {what} any more.")


def _nothing_to_retry(run_id: str, only: RetryOnly | None, *, forgotten: bool) -> PermanentError:
    if forgotten:
        return _wrong_state(
            f"The run {run_id} is so old that what failed in it is not known any more; "
            "start another run of its task, which copies what is missing."
        )
    which = "No object" if only is None else "None of these objects"
    return _wrong_state(f"{which} failed in the run {run_id}, so there is nothing to take up again.")


def _wrong_state(sentence: str) -> PermanentError:
    return PermanentError(sentence, reason="WrongState")
