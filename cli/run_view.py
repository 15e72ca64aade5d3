"""A run as people and programs see it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ferry.tasks.lag import NO_LAG, Distribution, Lag
from ferry.tasks.models import Counts, Found, Run, RunState
from rich.table import Table

from cli.console import fact_table, format_size
from cli.progress import Snapshot
from cli.summary import Summary

if TYPE_CHECKING:
    from cli.deployment import Deployment

EXIT_CODES: Final = {
    RunState.SUCCEEDED: 0,
    RunState.COMPLETED_WITH_FAILURES: 1,
    RunState.FAILED: 2,
    RunState.STOPPED: 2,
}


@dataclass(frozen=True)
class RunView:
    """A run with its accounts, read at one moment.

    Attributes:
        found: What scanning has found so far.
        counts: How objects have ended so far.
        now: When it was read.
        lag: How far replicas were behind, of a real-time run.
    """

    run: Run
    found: Found
    counts: Counts
    now: datetime
    lag: Lag = NO_LAG

    @classmethod
    def read(cls, deployment: "Deployment", run_id: str) -> "RunView":
        """Read a run as of now; raises NotFoundError."""
        # The run first: one that is over has accounts that no longer change.
        run = deployment.tasks.get_run(run_id)
        ledger = deployment.ledger
        lag = ledger.lag(run_id) if run.real_time else NO_LAG
        return cls(run, ledger.found(run_id), ledger.counts(run_id), datetime.now(UTC), lag)

    @property
    def state(self) -> RunState:
        """Where the run is."""
        return self.run.state_at(self.now, failed=self.counts.failed)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended; None while it goes on."""
        return self.run.ended_at if self.state.is_over else None

    @property
    def summary(self) -> Summary:
        """What the run came to so far."""
        found, counts, run = self.found, self.counts, self.run
        copied = found.planned_objects if run.dry_run else counts.copied
        current = found.current + counts.current
        return Summary(
            objects=copied + current + counts.failed,
            bytes=found.planned_size if run.dry_run else counts.size,
            copied=copied,
            current=current,
            deleted=self._to_delete if run.dry_run else counts.deleted,
            failed=counts.failed,
            unverified=counts.unverified,
            metadata_dropped=counts.metadata_dropped,
            excluded=found.excluded + counts.excluded,
            archived=found.archived + counts.archived,
            seconds=((self.ended_at or self.now) - run.started_at).total_seconds(),
        )

    @property
    def reason(self) -> str | None:
        """Why the run failed, or deleted nothing."""
        return self.run.reason or self.run.deletes_refused

    @property
    def _to_delete(self) -> int:
        return 0 if self.run.deletes_refused else self.found.extra

    @property
    def snapshot(self) -> Snapshot:
        """Where the run is."""
        found, counts = self.found, self.counts
        return Snapshot(
            label=self.state.value.capitalize().replace("_", " "),
            objects=counts.ended,
            total_objects=0 if self.run.dry_run else found.planned_objects + self._to_delete,
            size=counts.size,
            total_size=0 if self.run.dry_run else found.planned_size,
            is_total_final=self.run.jobs_planned is not None,
            looked_at=found.objects,
            failed=counts.failed,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the document that ``--json`` prints."""
        run = self.run
        return {
            "run_id": run.run_id,
            "task_id": run.task.task_id,
            "state": self.state.value,
            "reason": self.reason,
            "dry_run": run.dry_run,
            "retry_of": run.retry_of,
            "started_at": run.started_at.isoformat(),
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "found": {
                "objects": self.found.objects,
                "bytes": self.found.size,
                "planned_objects": self.found.planned_objects,
                "planned_bytes": self.found.planned_size,
                "extra": self.found.extra,
            },
            **self.summary.to_json(),
            **({"lag": self._lag_document()} if run.real_time else {}),
        }

    def _lag_document(self) -> dict[str, Any]:
        return {"change": self.lag.change.summary(), "notification": self.lag.notification.summary()}

    def to_table(self) -> Table:
        """Return the table that people see."""
        run = self.run
        rows = [("State", self.state.value.replace("_", " "))]
        if run.retry_of:
            rows.append(("Takes up failures of", run.retry_of))
        if self.reason:
            rows.append(("Reason", self.reason))
        rows.append(("Started", f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC"))
        if run.real_time:
            lag = [
                ("After the change", _quantiles(self.lag.change)),
                ("After the notification", _quantiles(self.lag.notification)),
            ]
            return fact_table([*rows, *self.summary.rows(dry_run=False), *lag])
        if not run.state.is_over:
            left = self.found.planned_objects - self.counts.copied - self.counts.current - self.counts.failed
            rows.append(("Still to copy", f"{max(0, left):,}"))
        rows.append(("Source bytes", format_size(self.found.size)))
        return fact_table([*rows, *self.summary.rows(dry_run=run.dry_run)])


def _quantiles(distribution: Distribution) -> str:
    """Spell a distribution of seconds, such as ``p50 0.7 s, p95 1.2 s, p99 2.1 s, max 3.3 s``."""
    summary = distribution.summary()
    if not distribution.total:
        return "nothing written yet"
    return ", ".join(f"{name} {summary[name]:.2f} s" for name in ("p50", "p95", "p99", "max"))
