"""What follows the end of a run: its report, and telling people.

Ending a run notes with its task that people are still to be told. Whoever ends it does the rest at once, and
the watch does what was left undone, so that both happen however a run ends and whatever is cut off.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ferry.errors import FerryError, TransientError
from ferry.tasks.alerts import AlertTopics
from ferry.tasks.ledger import Ledger
from ferry.tasks.messages import Message, run_ended
from ferry.tasks.models import Run, Task
from ferry.tasks.reports import Documents, RunSummary, write_reports
from ferry.tasks.store import TaskStore
from ferry.webhook import Webhook

logger = logging.getLogger(__name__)

_GIVE_UP: Final = timedelta(hours=1)
"""How long after its end it is tried again to report a run, and to tell people."""


@dataclass(frozen=True, slots=True)
class Announcer:
    """Sends the messages of tasks.

    Attributes:
        topics: Send e-mails.
        webhook: Posts to webhooks.
        on_undelivered: Told of every message that did not get through.
    """

    topics: AlertTopics
    webhook: Webhook
    on_undelivered: Callable[[], None] = lambda: None

    def announce(self, task: Task, message: Message) -> bool:
        """Send a message to whoever the task names.

        Returns:
            False when SNS did not take it now, and nobody got it. A webhook that does not take it counts as
            told: it cannot be told from one that never will.
        """
        alerts = task.alerts
        if alerts is None:
            return True
        if alerts.email is not None:
            try:
                self.topics.publish(task.task_id, message.subject, message.text)
            except FerryError as error:
                self._note(task, error)
                if isinstance(error, TransientError):
                    return False
        if alerts.webhook is not None:
            try:
                self.webhook.post(
                    alerts.webhook,
                    event=message.event,
                    subject=message.subject,
                    text=message.text,
                    facts=message.facts,
                )
            except FerryError as error:
                self._note(task, error)
        return True

    def _note(self, task: Task, error: FerryError) -> None:
        logger.warning("a message about the task %s was not delivered: %s", task.task_id, error)
        self.on_undelivered()


@dataclass(frozen=True, slots=True)
class Endings:
    """Reports runs that end, and tells people.

    Attributes:
        tasks: Where runs are recorded.
        ledger: Their accounts.
        documents: The run bucket.
        announcer: Sends messages.
        portal_url: Of the console; empty where there is none.
        out_of_time: Whether to list no more failures in a report.
    """

    tasks: TaskStore
    ledger: Ledger
    documents: Documents
    announcer: Announcer
    portal_url: str = ""
    out_of_time: Callable[[], bool] = lambda: False

    def report(self, run: Run) -> bool:
        """Write the report of a run as it ends; False when the run bucket does not take it now."""
        try:
            write_reports(
                self.documents,
                self._summary(run),
                lambda: self.ledger.list_failures(run.run_id),
                out_of_time=self.out_of_time,
            )
        except TransientError as error:
            logger.error("the run %s is not reported yet: %s", run.run_id, error)  # noqa: TRY400
            return False
        return True

    def conclude(self, run: Run, now: datetime) -> Run:
        """Do what is left undone after the end of a run: its report, telling people, and noting both.

        Args:
            run: One that is over.
            now: The current time.

        Returns:
            The run as it is then.
        """
        affairs = self.tasks.get_affairs(run.task.task_id)
        if affairs is None or run.run_id not in affairs.ended_runs:
            return run
        is_too_late = now - (run.ended_at or now) >= _GIVE_UP
        if not run.has_report:
            if self.report(run):
                self.tasks.note_report(run.run_id)
                run = run.model_copy(update={"has_report": True})
            elif not is_too_late:
                return run
        # The task as it is now: who is to be told may have changed since the run started.
        message = run_ended(self._summary(run), self.portal_url)
        if run.dry_run or self.announcer.announce(affairs.task, message) or is_too_late:
            self.tasks.settle_ended(run.run_id)
        return run

    def _summary(self, run: Run) -> RunSummary:
        return RunSummary(run=run, found=self.ledger.found(run.run_id), counts=self.ledger.counts(run.run_id))
