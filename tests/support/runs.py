"""Runs on a table: the store, the ledger, and a Step Functions that only notes who was woken."""

from dataclasses import dataclass, field

from ferry.tasks.ledger import Ledger
from ferry.tasks.models import Run, Shard
from ferry.tasks.progress import RunProgress
from ferry.tasks.store import TaskStore

from tests.support.builders import run_of


@dataclass
class NotedWorkflows:
    """Notes what the deployment's workflows were told.

    Attributes:
        woken: Token and number of jobs of every wake.
        failed: Token and reason of every wake that failed the wait.
        large_objects: Inputs of the large-object workflows started.
        started: Names of the runs' executions started.
        stopped: Names of those stopped.
    """

    woken: list[tuple[str, int]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    large_objects: list[dict[str, str | int | None]] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    def start_run(self, state_machine_arn: str, *, task_id: str, run_id: str, name: str) -> str:
        self.started.append(name)
        return f"{state_machine_arn}:{name}"

    def is_started(self, state_machine_arn: str, name: str) -> bool:
        return True

    def stop_run(self, state_machine_arn: str, *, name: str, cause: str) -> None:
        self.stopped.append(name)

    def wake(self, task_token: str, jobs: int) -> None:
        self.woken.append((task_token, jobs))

    def wake_failed(self, task_token: str, reason: str) -> None:
        self.failed.append((task_token, reason))

    def start_large_object(self, state_machine_arn: str, job: dict[str, str | int | None]) -> None:
        self.large_objects.append(job)


@dataclass
class MemoryDocuments:
    """The run bucket, in memory."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def write_once(self, name: str, document: bytes) -> bool:
        return self.kept.setdefault(name, document) is document

    def read(self, name: str) -> bytes | None:
        return self.kept.get(name)


@dataclass
class Books:
    """Everything that is written down about one run, which is open when this is made."""

    progress: RunProgress
    workflows: NotedWorkflows
    run: Run

    @property
    def tasks(self) -> TaskStore:
        return self.progress.tasks

    @property
    def ledger(self) -> Ledger:
        return self.progress.ledger

    def current(self) -> Run:
        """The run as the table has it now."""
        return self.tasks.get_run(self.run.run_id)


def open_books(table: object, run: Run | None = None) -> Books:
    """Store a task with a run of it."""
    run = run or run_of()
    workflows = NotedWorkflows()
    progress = RunProgress(TaskStore(table), Ledger(table), workflows)  # type: ignore[arg-type]
    progress.tasks.create_task(run.task)
    progress.tasks.create_run(run)
    progress.tasks.mark_running(run.run_id)
    return Books(progress, workflows, run)


def shard(number: int = 0, **fields: object) -> Shard:
    return Shard.model_validate({"shard_id": f"{number:04}", **fields})
