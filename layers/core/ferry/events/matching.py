"""Which tasks an event is for, and the jobs that come of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ferry.events.models import Action, Notification, ObjectEvent
from ferry.jobs import ChangedObject, EventJob, pack_changes
from ferry.tasks.models import Task
from ferry.tasks.run_ids import real_time_run_id


@dataclass(frozen=True, slots=True)
class Matched:
    """What comes of a notification.

    Attributes:
        jobs: For all tasks it is for.
        accepted: Events that are in jobs.
        ignored: Events that change no object.
        unknown: Events that nobody has described.
        elsewhere: Events that no task is for.
    """

    jobs: list[EventJob]
    accepted: int = 0
    ignored: int = 0
    unknown: int = 0
    elsewhere: int = 0


def is_for(task: Task, event: ObjectEvent) -> bool:
    """Tell whether a task replicates the object of an event."""
    return event.bucket == task.source.bucket and task.mapping.covers(event.key)


def match(
    notification: Notification, tasks: Sequence[Task], received: datetime, make_id: Callable[[str], str]
) -> Matched:
    """Turn a notification into jobs: one or a few for every task that it is for.

    Args:
        notification: What arrived.
        tasks: Those it may be for.
        received: When.
        make_id: Makes the id of a job from the task's id and the number of the job, ``TASK.0``.
    """
    events = [event for event in notification.events if event.action in {Action.COPY, Action.LOOK}]
    accepted = 0
    changes: dict[str, dict[str, ChangedObject]] = {}
    for event in events:
        meant = [task.task_id for task in tasks if is_for(task, event)]
        accepted += bool(meant)
        for task_id in meant:
            # An object is looked at once, however often the payload names it.
            changes.setdefault(task_id, {})[event.key] = event.to_change()
    jobs = [
        job for task_id, one in changes.items() for job in jobs_of(task_id, one.values(), received, make_id)
    ]
    return Matched(
        jobs,
        accepted=accepted,
        ignored=len(notification.events) - len(events),
        unknown=notification.unknown,
        elsewhere=len(events) - accepted,
    )


def jobs_of(
    task_id: str, changes: Iterable[ChangedObject], received: datetime, make_id: Callable[[str], str]
) -> list[EventJob]:
    """Make the jobs of one task; the arguments are those of ``match``."""
    received = received.astimezone(UTC)
    return [
        EventJob(
            task_id=task_id,
            run_id=real_time_run_id(task_id, received.date()),
            job_id=make_id(f"{task_id}.{number}"),
            received_ms=int(received.timestamp() * 1000),
            objects=objects,
        )
        for number, objects in enumerate(pack_changes(changes))
    ]
