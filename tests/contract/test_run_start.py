import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ferry.tasks.models import Run, RunState
from ferry.tasks.start import start_run
from ferry.tasks.store import BusyError, NotFoundError, TaskStore
from ferry.workflows import Workflows

from tests.support.aws import client_to, unique_name
from tests.support.builders import NOON, RUN_ID, task


class Started:
    """Workflows that only remember what was started."""

    def __init__(self, error: Exception | None = None) -> None:
        self.runs: list[tuple[str, str, str]] = []
        self._error = error

    def start_run(self, state_machine_arn: str, *, task_id: str, run_id: str, name: str) -> str:
        if self._error is not None:
            raise self._error
        self.runs.append((state_machine_arn, task_id, run_id))
        return "execution"

    def is_started(self, state_machine_arn: str, run_id: str) -> bool:
        return any((state_machine_arn, run_id) == (machine, started) for machine, _, started in self.runs)


@pytest.fixture
def tasks(table) -> TaskStore:
    store = TaskStore(table)
    store.create_task(task())
    return store


def start(tasks: TaskStore, workflows: Started, *, later: timedelta = timedelta(), **options):
    run = Run.start(tasks.get_task("photos"), NOON + later, **options)
    return start_run(tasks, workflows, "machine", run)


def record_only(tasks: TaskStore) -> Run:
    """What somebody leaves who is killed between recording a run and starting its workflow."""
    run = Run.start(tasks.get_task("photos"), NOON)
    tasks.create_run(run)
    return run


def test_a_run_is_recorded_and_its_workflow_started(tasks):
    workflows = Started()

    run = start(tasks, workflows, dry_run=True)

    assert workflows.runs == [("machine", "photos", RUN_ID)]
    assert tasks.get_run(RUN_ID) == run
    assert (run.state, run.dry_run) == (RunState.STARTING, True)


def test_a_workflow_that_does_not_start_ends_the_run_and_frees_its_task(tasks):
    refused = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "StartExecution")

    with pytest.raises(ClientError):
        start(tasks, Started(refused))

    run = tasks.get_run(RUN_ID)
    assert run.state is RunState.FAILED
    assert "AccessDeniedException" in (run.reason or "")
    tasks.delete_task("photos")


def test_a_task_with_an_active_run_does_not_start_another(tasks):
    start(tasks, Started())
    another = Started()

    with pytest.raises(BusyError, match="a run that is not over"):
        start(tasks, another)

    assert another.runs == []


def test_a_run_in_the_same_second_as_the_last_is_refused_with_that_reason(tasks):
    start(tasks, Started())
    tasks.end_run(RUN_ID, RunState.SUCCEEDED, NOON)

    with pytest.raises(BusyError, match="this very second"):
        start(tasks, Started())


def test_a_task_that_does_not_exist_starts_nothing(table):
    with pytest.raises(NotFoundError, match="no task 'photos'"):
        start(TaskStore(table), Started())


def test_a_run_whose_workflow_was_never_started_makes_way(tasks):
    record_only(tasks)
    workflows = Started()

    run = start(tasks, workflows, later=timedelta(seconds=61))

    abandoned = tasks.get_run(RUN_ID)
    assert workflows.runs == [("machine", "photos", run.run_id)]
    assert run.run_id != RUN_ID
    assert tasks.get_run(run.run_id).state is RunState.STARTING
    assert (abandoned.state, abandoned.reason) == (RunState.FAILED, "Its workflow was never started.")
    assert abandoned.ended_at == NOON + timedelta(seconds=61)


def test_a_run_whose_workflow_may_yet_start_is_left_alone(tasks):
    record_only(tasks)

    with pytest.raises(BusyError, match="a run that is not over"):
        start(tasks, Started(), later=timedelta(seconds=60))

    assert tasks.get_run(RUN_ID).state is RunState.STARTING


@pytest.mark.parametrize("is_running", [False, True])
def test_a_run_whose_workflow_was_started_is_left_alone_however_old(tasks, is_running):
    workflows = Started()
    start(tasks, workflows)
    if is_running:
        tasks.mark_running(RUN_ID)
        workflows.runs.clear()  # Such as a machine that was deployed anew: it knows nothing of the run.

    with pytest.raises(BusyError, match="a run that is not over"):
        start(tasks, workflows, later=timedelta(days=1))

    assert not tasks.get_run(RUN_ID).state.is_over


@pytest.fixture
def step_functions(moto) -> Iterator[Any]:
    with client_to(moto, "stepfunctions") as client:
        yield client


@pytest.fixture
def machine(step_functions) -> str:
    states = {"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}
    created = step_functions.create_state_machine(
        name=unique_name("run"), definition=json.dumps(states), roleArn="arn:aws:iam::123456789012:role/run"
    )
    return created["stateMachineArn"]


def test_step_functions_knows_which_runs_were_started(step_functions, machine):
    workflows = Workflows(step_functions)
    workflows.start_run(machine, task_id="photos", run_id=RUN_ID, name=RUN_ID)

    assert workflows.is_started(machine, RUN_ID)
    assert not workflows.is_started(machine, "photos-20260131t120001z")


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_what_step_functions_does_not_tell_never_means_that_a_run_was_not_started(code):
    class Refusing:
        def describe_execution(self, **arguments: str) -> None:
            raise ClientError({"Error": {"Code": code}}, "DescribeExecution")

    workflows = Workflows(Refusing())

    if code == "AccessDeniedException":
        assert workflows.is_started("arn:stateMachine:run", RUN_ID)
    else:
        with pytest.raises(ClientError):
            workflows.is_started("arn:stateMachine:run", RUN_ID)
