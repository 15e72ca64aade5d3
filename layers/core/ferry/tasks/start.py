"""Starting a run: its record first, then its workflow, or neither."""

from datetime import datetime, timedelta
from typing import Final

from ferry.tasks.models import Run, RunState
from ferry.tasks.store import BusyError, TaskStore
from ferry.workflows import Workflows

_TIME_TO_START: Final = timedelta(minutes=1)


def start_run(tasks: TaskStore, workflows: Workflows, state_machine_arn: str, run: Run) -> Run:
    """Start a run of a task.

    An earlier run that was recorded but whose workflow was never started is ended first, as failed.

    Args:
        tasks: Where the run is recorded.
        workflows: Start its workflow.
        state_machine_arn: Of the workflow of a run.
        run: As ``Run.start`` describes it.

    Raises:
        NotFoundError: Its task was deleted.
        BusyError: Another run of the task is not over, or began in the same second.
        Exception: Whatever kept the workflow from starting; the run has ended as failed with that reason, so
            that its task can start another.
    """
    task_id, now = run.task.task_id, run.started_at
    try:
        tasks.create_run(run)
    except BusyError:
        if not _end_abandoned(tasks, workflows, state_machine_arn, task_id, now):
            raise
        tasks.create_run(run)
    try:
        workflows.start_run(state_machine_arn, task_id=task_id, run_id=run.run_id, name=run.workflow_name)
    except BaseException as error:
        # The reason also stops a workflow that did start but whose answer was lost.
        tasks.record_reason(run.run_id, f"The workflow of the run could not be started: {error}")
        tasks.end_run(run.run_id, RunState.FAILED, now)
        raise
    return run


def _end_abandoned(
    tasks: TaskStore, workflows: Workflows, state_machine_arn: str, task_id: str, now: datetime
) -> bool:
    """End the task's active run if its workflow was never started; tell whether that was so."""
    active = next(
        (run for run in tasks.list_runs(task_id) if not run.real_time and not run.state.is_over), None
    )
    if active is None or active.state is not RunState.STARTING or now - active.started_at <= _TIME_TO_START:
        return False
    if workflows.is_started(state_machine_arn, active.workflow_name):
        return False
    # The reason also stops a workflow that is started after all.
    tasks.record_reason(active.run_id, "Its workflow was never started.")
    tasks.end_run(active.run_id, RunState.FAILED, now)
    return True
