"""What the routes work with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ferry.api.roles import Caller
from ferry.sender.package import EventEntry
from ferry.task_editor import TaskEditor
from ferry.tasks.alerts import AlertTopics
from ferry.tasks.audit import AuditLog, AuditTrail
from ferry.tasks.control import RunControl
from ferry.tasks.ledger import Ledger
from ferry.tasks.schedules import Scheduler
from ferry.tasks.store import TaskStore
from ferry.tasks.strays import Strays
from ferry.workflows import Workflows

if TYPE_CHECKING:
    from ferry.api.deployment_facts import Facts
    from ferry.secret_list import SecretList
    from ferry.stores.protocols import ReplicaStore, SourceStore
    from ferry.tasks.models import OssSource, Run, S3Destination
    from ferry.tasks.reports import ReportFormat


class Queues(Protocol):
    """The deployment's queues, as far as the console shows them."""

    def oldest_seconds(self, *, events: bool) -> float | None:
        """Return the age of the oldest message on the queue of notifications or of runs; None if unknown."""

    def dead_letters(self) -> int:
        """Return about how many messages no function could take to an end."""

    def send_event(self, body: str) -> None:
        """Put a message on the queue of notifications."""


class Reports(Protocol):
    """The reports of runs."""

    def link(self, run: "Run", report_format: "ReportFormat") -> tuple[str, float]:
        """Return a URL of a run's report and when it ends, seconds since the epoch.

        Raises:
            NotFoundError: There is no report of it.
            PermanentError: It is not over.
        """


@dataclass(frozen=True, slots=True)
class Backend:
    """Everything that the routes reach.

    Attributes:
        facts: What the deployment is.
        entry: Where notifications are taken in.
        sender_key: Returns the key that the secrets of senders are derived from.
        secret_list: The secrets that tasks may name.
        source: Opens the source of a task.
        replica: Opens its destination.
        read_secret: Reads the access key in a secret; raises as ``ferry.credentials.read_secret``.
        check_kms_key: Tries out a key in a region; raises as ``ferry.stores.kms_keys.check_key``.
    """

    facts: "Facts"
    tasks: TaskStore
    ledger: Ledger
    workflows: Workflows
    scheduler: Scheduler
    topics: AlertTopics
    audit_log: AuditLog
    strays: Strays
    queues: Queues
    reports: Reports
    entry: EventEntry
    sender_key: Callable[[], bytes]
    secret_list: "SecretList"
    source: "Callable[[OssSource], SourceStore]"
    replica: "Callable[[S3Destination], ReplicaStore]"
    read_secret: Callable[[str], object]
    check_kms_key: Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Request:
    """One call: who asks, and what answers."""

    backend: Backend
    caller: Caller

    @property
    def trail(self) -> AuditTrail:
        """Where the caller's changes are written down."""
        return AuditTrail(self.backend.audit_log, self.caller.email)

    @property
    def editor(self) -> TaskEditor:
        """What changes tasks for the caller."""
        return TaskEditor(self.backend.tasks, self.backend.scheduler, self.backend.topics, self.trail)

    @property
    def control(self) -> RunControl:
        """What changes runs for the caller."""
        backend = self.backend
        return RunControl(
            backend.tasks,
            backend.ledger,
            backend.workflows,
            backend.facts.run_state_machine_arn,
            self.trail,
        )
