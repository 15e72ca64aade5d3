"""The ids of runs, which hold their task's and when they were."""

import re
from datetime import UTC, date, datetime
from typing import Final

_RUN_ID: Final = re.compile(r"(?P<task_id>[a-z0-9][a-z0-9-]{0,39})-\d{8}(t\d{6}z|-realtime)")


def pass_run_id(task_id: str, started_at: datetime) -> str:
    """Return the id of a run that looks at everything, by the second it starts in."""
    return f"{task_id}-{started_at.astimezone(UTC):%Y%m%dt%H%M%Sz}"


def real_time_run_id(task_id: str, day: date) -> str:
    """Return the id of a task's real-time run of a day."""
    return f"{task_id}-{day:%Y%m%d}-realtime"


def is_real_time(run_id: str) -> bool:
    """Tell whether an id is that of a real-time run."""
    return _RUN_ID.fullmatch(run_id) is not None and run_id.endswith("-realtime")


def day_of(run_id: str) -> date:
    """Return the day of a real-time run.

    Raises:
        ValueError: It is not the id of one.
    """
    if not is_real_time(run_id):
        msg = f"{run_id!r} is not the id of a real-time run."
        raise ValueError(msg)
    return datetime.strptime(run_id.split("-")[-2], "%Y%m%d").replace(tzinfo=UTC).date()


def task_id_of(run_id: str) -> str:
    """Return the task that a run belongs to.

    Raises:
        ValueError: It is not the id of a run.
    """
    match = _RUN_ID.fullmatch(run_id)
    if match is None:
        looks = "it looks like TASK-20260131t235959z or TASK-20260131-realtime"
        msg = f"{run_id!r} is not the id of a run; {looks}."
        raise ValueError(msg)
    return match["task_id"]
