"""A run with its accounts, read at one moment: how far it is, how fast, how long to go."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from ferry.tasks.lag import NO_LAG, Lag
from ferry.tasks.ledger import Ledger
from ferry.tasks.models import Counts, Found, Run, RunState
from ferry.tasks.store import TaskStore

_RATE_WINDOW: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast a run is, over the last two minutes or as long as it has been at work."""

    objects_per_second: float = 0.0
    bytes_per_second: float = 0.0


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A run with its accounts.

    Attributes:
        found: What scanning has found so far.
        counts: How objects have ended so far.
        now: When it was read.
        lag: How far replicas were behind, of a real-time run.
        rate: How fast it is; nothing once it is over.
    """

    run: Run
    found: Found
    counts: Counts
    now: datetime
    lag: Lag = NO_LAG
    rate: Rate = Rate()

    @classmethod
    def read(cls, tasks: TaskStore, ledger: Ledger, run_id: str) -> "RunStatus":
        """Read a run as of now; raises NotFoundError."""
        # The run first: one that is over has accounts that no longer change.
        return cls.of(tasks.get_run(run_id), ledger)

    @classmethod
    def of(cls, run: Run, ledger: Ledger) -> "RunStatus":
        """Read the accounts of a run that was read just now."""
        run_id, now = run.run_id, datetime.now(UTC)
        counts = ledger.counts(run_id)
        is_at_work = not run.state_at(now, failed=counts.failed).is_over
        return cls(
            run,
            ledger.found(run_id),
            counts,
            now,
            ledger.lag(run_id) if run.real_time else NO_LAG,
            _rate(run, ledger, now) if is_at_work else Rate(),
        )

    @property
    def state(self) -> RunState:
        """Where the run is."""
        return self.run.state_at(self.now, failed=self.counts.failed)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended; None while it goes on."""
        return self.run.ended_at if self.state.is_over else None

    @property
    def seconds(self) -> float:
        """How long it took, or has taken so far."""
        return max(0.0, ((self.ended_at or self.now) - self.run.started_at).total_seconds())

    @property
    def reason(self) -> str | None:
        """Why the run failed, or deleted nothing."""
        return self.run.reason or self.run.deletes_refused

    @property
    def is_planned(self) -> bool:
        """Whether everything was looked at, so that no more work will be found."""
        return self.run.jobs_planned is not None or self.state.is_over

    @property
    def to_delete(self) -> int:
        """Replicas that are to be deleted, or in a dry run would be."""
        return 0 if self.run.deletes_refused else self.found.extra

    @property
    def ended_objects(self) -> int:
        """Objects of jobs that have come to an end, however."""
        return self.counts.ended

    @property
    def share(self) -> float | None:
        """How much of the work is done, 0 to 1; None for a run without an end, or before all is planned."""
        if self.run.real_time:
            return None
        if self.state in {RunState.SUCCEEDED, RunState.COMPLETED_WITH_FAILURES}:
            return 1.0
        if self.run.dry_run or not self.is_planned:
            return None
        total = self.found.planned_objects + self.to_delete
        return min(1.0, self.ended_objects / total) if total else 1.0

    @property
    def eta_seconds(self) -> float | None:
        """Seconds to go at the present rate; None while that is unknown."""
        if self.run.real_time or self.run.dry_run or not self.is_planned or self.state.is_over:
            return None
        objects = self.found.planned_objects + self.to_delete - self.ended_objects
        size = self.found.planned_size - self.counts.size
        waits = [
            left / speed if speed else None
            for left, speed in ((objects, self.rate.objects_per_second), (size, self.rate.bytes_per_second))
            if left > 0
        ]
        if None in waits:
            return None
        return max((wait for wait in waits if wait is not None), default=0.0)


def _rate(run: Run, ledger: Ledger, now: datetime) -> Rate:
    since = max(run.started_at, (now - _RATE_WINDOW).replace(second=0, microsecond=0))
    seconds = (now - since).total_seconds()
    if seconds <= 0:
        return Rate()
    counts = sum(ledger.minutes(run.run_id, since=since).values(), Counts())
    return Rate(counts.ended / seconds, counts.size / seconds)
