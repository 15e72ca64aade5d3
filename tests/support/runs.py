"""Runs on a table: the store, the ledger, and a Step Functions that only notes who was woken."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ferry.errors import FerryError, TransientError
from ferry.jobs import Message
from ferry.run_control import plan_shards
from ferry.stores.memory import MemorySource
from ferry.stores.protocols import SourceStore
from ferry.tasks.audit import AuditLog, AuditTrail
from ferry.tasks.endings import Announcer, Endings
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
class NotedQueue:
    """Notes what was sent, with the seconds it was put off."""

    sent: list[tuple[Message, int]] = field(default_factory=list)

    def send(self, jobs: Sequence[Message], *, delay_seconds: int = 0) -> None:
        self.sent += [(job, delay_seconds) for job in jobs]


@dataclass
class MemoryDocuments:
    """The run bucket, in memory."""

    kept: dict[str, bytes] = field(default_factory=dict)
    refuses: bool = False

    def write_once(self, name: str, document: bytes) -> bool:
        return self.kept.setdefault(name, document) is document

    def write(self, name: str, pieces: Iterator[bytes], content_type: str) -> None:
        if self.refuses:
            raise TransientError("The bucket is busy.")
        self.kept[name] = b"".join(pieces)

    def read(self, name: str) -> bytes | None:
        return self.kept.get(name)


@dataclass
class NotedTopics:
    """Notes what would be sent by e-mail: task, subject and text of every message.

    Attributes:
        error: Raised instead, if given.
    """

    sent: list[tuple[str, str, str]] = field(default_factory=list)
    error: FerryError | None = None

    def publish(self, task_id: str, subject: str, text: str) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append((task_id, subject, text))


@dataclass
class NotedWebhook:
    """Notes what would be posted: the URL, and everything about the message."""

    posted: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    error: FerryError | None = None

    def post(self, url: str, **message: object) -> None:
        if self.error is not None:
            raise self.error
        self.posted.append((url, message))


@dataclass
class NotedEndings:
    """What follows the ends of runs, with everything that it writes and sends.

    Attributes:
        undelivered: How many messages did not get through.
    """

    endings: Endings
    documents: MemoryDocuments
    topics: NotedTopics
    webhook: NotedWebhook
    undelivered: list[None]


def noted_endings(progress: RunProgress, portal_url: str = "") -> NotedEndings:
    documents, topics, webhook = MemoryDocuments(), NotedTopics(), NotedWebhook()
    undelivered: list[None] = []
    announcer = Announcer(topics, webhook, lambda: undelivered.append(None))  # type: ignore[arg-type]
    endings = Endings(progress.tasks, progress.ledger, documents, announcer, portal_url)
    return NotedEndings(endings, documents, topics, webhook, undelivered)


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


class OneByOne:
    """Workers that do everything one after the other."""

    def map[One, Result](self, work: Callable[[One], Result], each: Iterable[One], /) -> list[Result]:
        return [work(one) for one in each]


def planned(
    books: Books,
    source: SourceStore | None = None,
    *,
    run: Run | None = None,
    documents: MemoryDocuments | None = None,
    is_late: bool = False,
) -> list[str]:
    """Plan the shards of a run, with all the time there is or none of it; return their ids."""
    return plan_shards(
        books.progress,
        run or books.run,
        source or MemorySource(),
        documents or MemoryDocuments(),
        workers=OneByOne(),
        out_of_time=lambda: is_late,
    )


def shard(number: int = 0, **fields: object) -> Shard:
    return Shard.model_validate({"shard_id": f"{number:04}", **fields})


def trail_of(books: Books) -> AuditTrail:
    """Where a user's changes of these runs are written down."""
    return AuditTrail(AuditLog(books.tasks._table), "me@example.com")
