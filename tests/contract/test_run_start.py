import pytest
from botocore.exceptions import ClientError
from ferry.tasks.models import RunState
from ferry.tasks.start import start_run
from ferry.tasks.store import BusyError, NotFoundError, TaskStore

from tests.support.builders import NOON, RUN_ID, task


class Started:
    """Workflows that only remember what was started."""

    def __init__(self, error: Exception | None = None) -> None:
        self.runs: list[tuple[str, str, str]] = []
        self._error = error

    def start_run(self, state_machine_arn: str, *, task_id: str, run_id: str) -> str:
        if self._error is not None:
            raise self._error
        self.runs.append((state_machine_arn, task_id, run_id))
        return "execution"


@pytest.fixture
def tasks(table) -> TaskStore:
    store = TaskStore(table)
    store.create_task(task())
    return store


def start(tasks: TaskStore, workflows: Started, **options):
    return start_run(tasks, workflows, "machine", "photos", now=NOON, **options)


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
