"""Setting tasks up and changing them: the record, and what belongs to it elsewhere, as one.

The record changes first, under a condition. What belongs to it elsewhere (its schedule, the topic of its
alerts) follows and may be put again at any time, so a change that broke off in between is mended by making it
once more; a schedule without a record, or a record without one, starts nothing wrong.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ferry.errors import RequestError
from ferry.events.secrets import fresh_secret, rotated
from ferry.pacing.limits import Limits
from ferry.tasks.alerts import Alerts, AlertTopics
from ferry.tasks.audit import AuditTrail
from ferry.tasks.models import Task, TaskSettings
from ferry.tasks.real_time import RealTime
from ferry.tasks.schedules import Schedule, Scheduler
from ferry.tasks.store import TaskStore


class RevisionChangedError(RequestError):
    """The task is another by now than the caller has seen."""


class NoRevisionError(RequestError):
    """The caller does not say which state of the task it has seen."""


class NotFollowingError(RequestError):
    """The task follows no notifications."""


def revision_of(task: Task) -> str:
    """Return what tells one state of a task from every other."""
    return hashlib.sha256(task.model_dump_json().encode()).hexdigest()[:32]


def following(task: Task) -> RealTime:
    """Return how a task follows notifications; raises NotFollowingError when it does not."""
    if task.real_time is None:
        name = task.task_id
        msg = f"The task {name} follows no notifications; `ferry realtime enable {name}` changes that."
        raise NotFollowingError(msg)
    return task.real_time


@dataclass(frozen=True, slots=True)
class TaskEditor:
    """Changes tasks for one person.

    Attributes:
        tasks: Where tasks are recorded.
        scheduler: Their schedules.
        topics: Who is told about them by e-mail.
        audit: Where every change is written down.
    """

    tasks: TaskStore
    scheduler: Scheduler
    topics: AlertTopics
    audit: AuditTrail

    def create(self, settings: TaskSettings, *, client_token: str | None = None) -> Task:
        """Set a task up.

        Args:
            settings: The task.
            client_token: Names this wish; the same one again answers with the task that it made.

        Raises:
            BusyError: There is a task of that name already.
        """
        task = _new_task(settings)
        with self.audit.change("task.create", task_id=task.task_id):
            task = self.tasks.create_task(task, client_token=client_token)
            self._put_belongings(task, None)
        return task

    def clone(self, task_id: str, new_id: str, *, client_token: str | None = None) -> Task:
        """Set up a task as another is, without its schedule and its notifications.

        Args:
            task_id: The other task.
            new_id: The name of the new one.
            client_token: As for ``create``.

        Raises:
            NotFoundError: There is no such task.
            BusyError: There is one of the new name already.
            ValidationError: The new name cannot be.
        """
        fields = self.tasks.get_task(task_id).settings.model_dump()
        settings = TaskSettings.model_validate(fields | {"task_id": new_id, "schedule": None})
        with self.audit.change("task.clone", task_id=new_id, detail=f"of {task_id}"):
            task = self.tasks.create_task(_new_task(settings), client_token=client_token)
            self._put_belongings(task, None)
        return task

    def replace(self, settings: TaskSettings, *, revision: str) -> Task:
        """Change what a task is; runs that are not over go on as they began.

        Args:
            settings: All of it, as it is to be.
            revision: Of the task that the caller has seen.

        Raises:
            NotFoundError: There is no such task.
            RevisionChangedError: It is another by now, and not the one that it is to be.
        """
        task_id = settings.task_id
        with self.audit.change("task.edit", task_id=task_id) as change:
            before = self.tasks.get_task(task_id)
            fields = before.model_dump() | settings.model_dump() | {"alerts": _kept_alerts(before, settings)}
            after = Task.model_validate(fields)
            # The same edit again finds its own result, whose revision its caller has not seen.
            if revision_of(before) != revision and after != before:
                msg = f"The task {task_id!r} was changed by somebody else meanwhile; read it again."
                raise RevisionChangedError(msg)
            change.detail = _differences(before, after)
            self.tasks.replace_task(before, after)
            if after == before:
                # An earlier call may have broken off in between.
                self._put_schedule(after)
                self.topics.put(after)
            else:
                self._put_belongings(after, before)
        return after

    def delete(self, task_id: str) -> None:
        """Delete a task; the history of its runs stays.

        Raises:
            NotFoundError: There is no such task.
            BusyError: A run of it is not over.
        """
        with self.audit.change("task.delete", task_id=task_id):
            task = self.tasks.get_task(task_id)
            # The record first: a schedule without one starts nothing.
            self.tasks.delete_task(task_id)
            if task.schedule is not None:
                self.scheduler.remove(task_id)
            if task.alerts is not None:
                self.topics.remove(task_id)

    def set_schedule(self, task_id: str, schedule: Schedule | None) -> Task:
        """Let a task run by itself, or no more.

        Raises:
            NotFoundError: There is no such task.
            BusyError: It was changed by somebody else at the same time.
        """
        with self.audit.change(
            "schedule.set" if schedule else "schedule.remove",
            task_id=task_id,
            detail=f"{schedule.expression} {schedule.timezone}" if schedule else "",
        ):
            after = self._change(self.tasks.get_task(task_id), schedule=schedule)
            # Also when nothing changed, for an earlier call may have broken off in between.
            self._put_schedule(after)
        return after

    def tell(self, task_id: str, alerts: Alerts | None) -> Task:
        """Say who is told about a task, instead of whoever was before.

        Raises:
            NotFoundError: There is no such task.
            BusyError: It was changed by somebody else at the same time.
        """
        with self.audit.change("alerts.set" if alerts else "alerts.remove", task_id=task_id):
            after = self._change(self.tasks.get_task(task_id), alerts=alerts)
            self.topics.put(after)
        return after

    def limit(self, task_id: str, limits: Limits | None) -> Task:
        """Say what copies of a task may take, instead of what was said before; runs under way notice.

        Raises:
            NotFoundError: There is no such task.
            BusyError: It was changed by somebody else at the same time.
        """
        with self.audit.change(
            "limits.set" if limits else "limits.remove",
            task_id=task_id,
            detail=limits.model_dump_json(exclude_defaults=True) if limits else "",
        ):
            return self._change(self.tasks.get_task(task_id), limits=limits)

    def follow(self, task_id: str, chosen: Mapping[str, Any]) -> Task:
        """Let a task follow notifications, or change how it does; its secrets and what is not chosen stay.

        Args:
            task_id: The task.
            chosen: Fields of RealTime but its secrets.

        Raises:
            NotFoundError: There is no such task.
            BusyError: It was changed by somebody else at the same time.
            ValidationError: A field has a value that cannot be.
        """
        before = self.tasks.get_task(task_id)
        fields = before.real_time.model_dump() if before.real_time else {"secrets": [fresh_secret()]}
        real_time = RealTime.model_validate(fields | dict(chosen))
        with self.audit.change("realtime.enable", task_id=task_id):
            return self._change(before, real_time=real_time)

    def stop_following(self, task_id: str) -> Task:
        """Follow notifications no more; the task's secrets are forgotten within seconds.

        Raises:
            NotFoundError: There is no such task.
            BusyError: It was changed by somebody else at the same time.
        """
        with self.audit.change("realtime.disable", task_id=task_id):
            return self._change(self.tasks.get_task(task_id), real_time=None)

    def rotate_secret(self, task_id: str, *, keep: timedelta, client_token: str | None = None) -> Task:
        """Give a task a new secret.

        Args:
            task_id: The task.
            keep: How long the old one is still taken.
            client_token: Names this wish; the same one again answers with the secret that it made.

        Raises:
            NotFoundError: There is no such task.
            NotFollowingError: It follows no notifications.
            BusyError: It was changed by somebody else at the same time.
        """
        with self.audit.change(
            "realtime.rotate", task_id=task_id, detail=f"the old secret is taken for {keep}"
        ):
            before = self.tasks.get_task(task_id)
            real_time = rotated(following(before), datetime.now(UTC), keep=keep, client_token=client_token)
            return self._change(before, real_time=real_time)

    def _change(self, before: Task, **fields: Any) -> Task:
        """Change fields of a task that was read just now, unless somebody else was faster."""
        after = before.model_copy(update=fields)
        self.tasks.replace_task(before, after)
        return after

    def _put_belongings(self, task: Task, before: Task | None) -> None:
        """Bring what belongs to a task in line with its record, as far as that has changed.

        A schedule that is put again begins anew.
        """
        if task.schedule != (before.schedule if before else None):
            self._put_schedule(task)
        if task.alerts != (before.alerts if before else None):
            self.topics.put(task)

    def _put_schedule(self, task: Task) -> None:
        if task.schedule is not None:
            self.scheduler.put(task.task_id, task.schedule)
        else:
            self.scheduler.remove(task.task_id)


def without_secrets(alerts: Alerts | None) -> Alerts | None:
    """Return alerts as anybody may see them: of a webhook, whose URL is a secret, only the host."""
    if alerts is None or alerts.webhook is None:
        return alerts
    return alerts.model_copy(update={"webhook": f"https://{alerts.webhook_host}/"})


def _kept_alerts(before: Task, settings: TaskSettings) -> Alerts | None:
    """Return the alerts to store; what comes back as it was shown keeps the URL that was not."""
    old, new = before.alerts, settings.alerts
    shown = without_secrets(old)
    if old is None or new is None or shown is None or new.webhook != shown.webhook:
        return new
    return new.model_copy(update={"webhook": old.webhook})


def _new_task(settings: TaskSettings) -> Task:
    return Task.model_validate(settings.model_dump() | {"created_at": datetime.now(UTC)})


def _differences(before: Task, after: Task) -> str:
    """Name the fields that differ, such as ``source.prefix, compare``."""
    return ", ".join(_changed(before.model_dump(mode="json"), after.model_dump(mode="json"))) or "nothing"


def _changed(before: Mapping[str, Any], after: Mapping[str, Any], place: str = "") -> list[str]:
    changed = []
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            changed += _changed(old, new, f"{place}{name}.")
        elif old != new:
            changed.append(place + name)
    return sorted(changed)
