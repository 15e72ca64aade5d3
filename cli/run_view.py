"""A run as people and programs see it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

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
    """

    run: Run
    found: Found
    counts: Counts
    now: datetime

    @classmethod
    def read(cls, deployment: "Deployment", run_id: str) -> "RunView":
        """Read a run as of now; raises NotFoundError."""
        # The run first: one that is over has accounts that no longer change.
        run = deployment.tasks.get_run(run_id)
        ledger = deployment.ledger
        return cls(run, ledger.found(run_id), ledger.counts(run_id), datetime.now(UTC))

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
            seconds=((run.ended_at or self.now) - run.started_at).total_seconds(),
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
            label=self.run.state.value.capitalize().replace("_", " "),
            objects=counts.copied + counts.current + counts.gone + counts.deleted + counts.failed,
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
            "state": run.state.value,
            "reason": self.reason,
            "dry_run": run.dry_run,
            "retry_of": run.retry_of,
            "started_at": run.started_at.isoformat(),
            "ended_at": run.ended_at.isoformat() if run.ended_at else None,
            "found": {
                "objects": self.found.objects,
                "bytes": self.found.size,
                "planned_objects": self.found.planned_objects,
                "planned_bytes": self.found.planned_size,
                "extra": self.found.extra,
            },
            **self.summary.to_json(),
        }

    def to_table(self) -> Table:
        """Return the table that people see."""
        run = self.run
        rows = [("State", run.state.value.replace("_", " "))]
        if run.retry_of:
            rows.append(("Takes up failures of", run.retry_of))
        if self.reason:
            rows.append(("Reason", self.reason))
        rows.append(("Started", f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC"))
        if not run.state.is_over:
            left = self.found.planned_objects - self.counts.copied - self.counts.current - self.counts.failed
            rows.append(("Still to copy", f"{max(0, left):,}"))
        rows.append(("Source bytes", format_size(self.found.size)))
        return fact_table([*rows, *self.summary.rows(dry_run=run.dry_run)])
