"""The tasks that follow notifications, as they are now or were a few seconds ago."""

import time
from collections.abc import Callable, Iterable
from typing import Final

from ferry.tasks.models import Task

KEEP_SECONDS: Final = 10.0
_READ_AGAIN_SECONDS: Final = 1.0


class RealTimeTasks:
    """A deployment's real-time tasks, read from the table now and then.

    Args:
        list_tasks: Reads all tasks.
        clock: Seconds that only grow.
    """

    def __init__(
        self, list_tasks: Callable[[], Iterable[Task]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._list_tasks = list_tasks
        self._clock = clock
        self._read_at = float("-inf")
        self._tasks: dict[str, Task] = {}

    def all(self) -> tuple[Task, ...]:
        """Return the tasks, read at most ``KEEP_SECONDS`` ago, ascending by id."""
        if self._clock() - self._read_at >= KEEP_SECONDS:
            self._read()
        return tuple(self._tasks.values())

    def get(self, task_id: str) -> Task | None:
        """Return one of ``all``, None when there is no such task or it follows no notifications."""
        self.all()
        return self._tasks.get(task_id)

    def read_again(self) -> bool:
        """Read the table now, unless that was done within the last second; tell whether it was."""
        if self._clock() - self._read_at < _READ_AGAIN_SECONDS:
            return False
        self._read()
        return True

    def _read(self) -> None:
        self._tasks = {task.task_id: task for task in self._list_tasks() if task.real_time is not None}
        self._read_at = self._clock()
