"""What a message on the event queue asks for, whoever put it there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ferry.errors import PermanentError
from ferry.events.formats import UndecodableError, read_queue_message
from ferry.events.matching import jobs_of, match
from ferry.events.models import BareMessage
from ferry.jobs import ChangedObject, EventJob
from ferry.tasks.current import RealTimeTasks
from ferry.tasks.models import Task
from ferry.tasks.run_ids import day_of, real_time_run_id

if TYPE_CHECKING:
    from ferry.tasks.strays import Strays


class StrayMessageError(PermanentError):
    """No task can take the message; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class QueueMessage:
    """A message as SQS delivers it.

    Attributes:
        message_id: Jobs are named after it, so that another delivery makes the same ones.
        body: A job of our own, a classic sender's ``{"key", "size"}``, or a notification in any format.
        sent_ms: When SQS took it in, in milliseconds since 1970.
    """

    message_id: str
    body: str
    sent_ms: int

    @property
    def sent(self) -> datetime:
        """When SQS took it in."""
        return datetime.fromtimestamp(self.sent_ms / 1000, UTC)

    def job_id(self, number: str) -> str:
        """Name one of its jobs."""
        return f"{self.message_id}.{number}"


class QueueEntry:
    """Reads messages, and keeps those aside that no task can take.

    Args:
        tasks: The tasks there are.
        strays: Where the others go.
    """

    def __init__(self, tasks: RealTimeTasks, strays: "Strays") -> None:
        self._tasks = tasks
        self._strays = strays

    def read(self, message: QueueMessage) -> list[EventJob] | None:
        """Return the jobs of a message; None when it was kept aside instead, with the reason."""
        try:
            return jobs_in(message, self._tasks.all())
        except StrayMessageError:
            # It may be for a task that was set up a moment ago.
            self._tasks.read_again()
        except UndecodableError as error:
            self._keep(message, error)
            return None
        try:
            return jobs_in(message, self._tasks.all())
        except StrayMessageError as error:
            self._keep(message, error)
            return None

    def _keep(self, message: QueueMessage, error: PermanentError) -> None:
        from ferry.tasks.strays import Stray

        self._strays.keep(Stray(message.message_id, message.sent, str(error), message.body))


def jobs_in(queued: QueueMessage, tasks: Sequence[Task]) -> list[EventJob]:
    """Read a message.

    Args:
        queued: The message.
        tasks: All real-time tasks.

    Returns:
        The jobs; none when a notification tells about no change of an object.

    Raises:
        UndecodableError: It is none of these.
        StrayMessageError: It is for no task, or nobody can say for which.
    """
    message = read_queue_message(queued.body)
    if isinstance(message, EventJob):
        if not _is_days_run(message.run_id, message.task_id):
            msg = "The job names a run that is not its task's of a day; send notifications, not jobs."
            raise StrayMessageError(msg, reason="ForeignRun")
        return [message]
    if isinstance(message, BareMessage):
        task = default_task(tasks)
        if not task.mapping.covers(message.key):
            # The classic sender tells about the whole bucket.
            return []
        change = ChangedObject(key=message.key)
        return jobs_of(task.task_id, [change], queued.sent, queued.job_id)
    matched = match(message, tasks, queued.sent, queued.job_id)
    foreign = {event.bucket for event in message.events} - {task.source.bucket for task in tasks}
    if matched.elsewhere and foreign and not matched.jobs:
        # Unlike the endpoint, the queue has no other place to say so.
        msg = f"No real-time task replicates {', '.join(sorted(foreign))}; enable real time for one."
        raise StrayMessageError(msg, reason="NoTask")
    return matched.jobs


def _is_days_run(run_id: str, task_id: str) -> bool:
    try:
        return run_id == real_time_run_id(task_id, day_of(run_id))
    except ValueError:
        return False


def default_task(tasks: Sequence[Task]) -> Task:
    """Return the task that messages without a bucket belong to.

    It is the one that takes bare messages, or the only real-time task when none says so.

    Raises:
        StrayMessageError: There is none, or nobody can say which.
    """
    chosen = [task for task in tasks if task.real_time is not None and task.real_time.takes_bare_messages]
    candidates = chosen or list(tasks)
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        msg = "The message names no bucket, and there is no real-time task; enable real time for one."
        raise StrayMessageError(msg, reason="NoDefaultTask")
    names = ", ".join(task.task_id for task in candidates)
    msg = (
        f"The message names no bucket, and it may belong to any of {names}; "
        "let exactly one of them take bare messages."
    )
    raise StrayMessageError(msg, reason="AmbiguousTask")
