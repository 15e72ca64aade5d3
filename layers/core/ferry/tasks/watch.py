"""Looking after what goes on by itself: runs that stand still, replicas that fall behind, ends left open."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict

from ferry.tasks.endings import Endings
from ferry.tasks.lag import Distribution
from ferry.tasks.messages import replicas_behind, run_stalled
from ferry.tasks.models import Run
from ferry.tasks.run_ids import real_time_run_id
from ferry.tasks.store import Affairs, NotFoundError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

logger = logging.getLogger(__name__)

STALLED_AFTER: Final = timedelta(minutes=15)
"""How long a run may show no movement."""
_CAUGHT_UP_SHARE: Final = 0.8
"""Replicas have caught up when their lag is this share of the limit or less; above, an episode goes on."""
_KEEP: Final = timedelta(days=30)


class Sighting(BaseModel):
    """What was seen of a task the last time.

    Attributes:
        run_id: The run that was at work.
        account: Its account, another text whenever it has moved.
        moved_at: When it was first seen like this.
        is_stalled: Whether people were told that it stands still.
        lag_run_id: The real-time run of the day.
        lag: The lags measured in it so far.
        is_behind: Whether people were told that replicas are behind.
    """

    model_config = ConfigDict(frozen=True)

    run_id: str = ""
    account: str = ""
    moved_at: datetime | None = None
    is_stalled: bool = False
    lag_run_id: str = ""
    lag: dict[int, int] = {}
    is_behind: bool = False

    def of_run(self, run_id: str, account: str, now: datetime) -> "Sighting":
        """Return what is seen now of the run at work; it stands still when it has not moved in time."""
        if (run_id, account) != (self.run_id, self.account) or self.moved_at is None:
            seen = {"run_id": run_id, "account": account, "moved_at": now, "is_stalled": False}
            return self.model_copy(update=seen)
        return self.model_copy(update={"is_stalled": now - self.moved_at >= STALLED_AFTER})

    def of_lag(self, run_id: str, lag: Distribution, limit_seconds: float) -> tuple["Sighting", float | None]:
        """Return what is seen now of a task's lag, and the p95 of the lags measured since the last time.

        Without new lags nothing is known, and an episode neither begins nor ends.
        """
        before = self.lag if run_id == self.lag_run_id else {}
        recent = Distribution({one: count - before.get(one, 0) for one, count in lag.counts.items()})
        seconds = recent.quantile(0.95) if recent.total > 0 else None
        is_behind = self.is_behind
        if seconds is not None:
            is_behind = seconds > limit_seconds * (_CAUGHT_UP_SHARE if is_behind else 1)
        seen = {"lag_run_id": run_id, "lag": dict(lag.counts), "is_behind": is_behind}
        return self.model_copy(update=seen), seconds


class Sightings:
    """What was seen the last time, in the deployment's table."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def get(self, task_id: str) -> Sighting:
        """Return what was seen of a task, which may be nothing."""
        item = self._table.get_item(Key={"pk": "WATCH", "sk": task_id}, ConsistentRead=True).get("Item")
        return Sighting() if item is None else Sighting.model_validate_json(str(item["body"]))

    def put(self, task_id: str, sighting: Sighting, now: datetime) -> None:
        """Keep what is seen of a task."""
        body, expires_at = sighting.model_dump_json(), int((now + _KEEP).timestamp())
        self._table.put_item(Item={"pk": "WATCH", "sk": task_id, "body": body, "expires_at": expires_at})


@dataclass(frozen=True, slots=True)
class Watched:
    """How many runs stand still and how many tasks' replicas are behind."""

    stalled_runs: int = 0
    tasks_behind: int = 0


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks after the tasks of one deployment, every few minutes.

    Attributes:
        endings: Does what was left undone after runs ended, and sends messages.
        sightings: What was seen the last time.
    """

    endings: Endings
    sightings: Sightings

    def look(self, now: datetime) -> Watched:
        """Look at every task: one query when nothing is going on and no task has a limit for its lag."""
        stalled = behind = 0
        for affairs in self.endings.tasks.list_affairs():
            for run_id in sorted(affairs.ended_runs):
                self._conclude(run_id, now)
            has_limit = affairs.task.alerts is not None and affairs.task.alerts.lag_seconds is not None
            if affairs.active_run is None and not (affairs.task.real_time and has_limit):
                continue
            before = self.sightings.get(affairs.task.task_id)
            seen = self._see_lag(affairs, self._see_run(affairs, before, now), now)
            if seen != before:
                self.sightings.put(affairs.task.task_id, seen, now)
            stalled += seen.is_stalled
            behind += seen.is_behind
        return Watched(stalled, behind)

    def _conclude(self, run_id: str, now: datetime) -> None:
        try:
            self.endings.conclude(self.endings.tasks.get_run(run_id), now)
        except NotFoundError:
            self.endings.tasks.settle_ended(run_id)

    def _see_run(self, affairs: Affairs, before: Sighting, now: datetime) -> Sighting:
        run = self._active(affairs)
        if run is None:
            return before.model_copy(update={"run_id": "", "account": "", "is_stalled": False})
        account = f"{run.state} {run.resumes} {self.endings.ledger.account(run.run_id)}"
        seen = before.of_run(run.run_id, account, now)
        if seen.is_stalled and not before.is_stalled:
            logger.warning("the run %s stands still", run.run_id)
            moved_at = seen.moved_at or now
            message = run_stalled(run, moved_at=moved_at, now=now, portal_url=self.endings.portal_url)
            if not self.endings.announcer.announce(affairs.task, message):
                return seen.model_copy(update={"is_stalled": False})
        return seen

    def _active(self, affairs: Affairs) -> Run | None:
        """Return the run that is at work, None when there is none or it is paused."""
        if affairs.active_run is None:
            return None
        run = self.endings.tasks.get_run(affairs.active_run)
        return run if run.state.is_active else None

    def _see_lag(self, affairs: Affairs, before: Sighting, now: datetime) -> Sighting:
        task = affairs.task
        limit = task.alerts.lag_seconds if task.alerts is not None else None
        if task.real_time is None or limit is None:
            return before.model_copy(update={"is_behind": False})
        run_id = real_time_run_id(task.task_id, now.date())
        seen, seconds = before.of_lag(run_id, self.endings.ledger.lag(run_id).change, limit)
        if seen.is_behind and not before.is_behind and seconds is not None:
            portal_url = self.endings.portal_url
            message = replicas_behind(task, lag_seconds=seconds, run_id=run_id, portal_url=portal_url)
            if not self.endings.announcer.announce(task, message):
                return seen.model_copy(update={"is_behind": False})
        return seen
