"""A run as people and programs see it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ferry.api.documents import RunDocument
from ferry.tasks.lag import Distribution
from ferry.tasks.models import RunState
from ferry.tasks.run_status import RunStatus
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
    """A run as of one moment."""

    status: RunStatus

    @classmethod
    def read(cls, deployment: "Deployment", run_id: str) -> "RunView":
        """Read a run as of now; raises NotFoundError."""
        return cls(RunStatus.read(deployment.tasks, deployment.ledger, run_id))

    @property
    def summary(self) -> Summary:
        """What the run came to so far."""
        found, counts, run = self.status.found, self.status.counts, self.status.run
        copied = found.planned_objects if run.dry_run else counts.copied
        current = found.current + counts.current
        return Summary(
            objects=copied + current + counts.failed,
            bytes=found.planned_size if run.dry_run else counts.size,
            copied=copied,
            current=current,
            deleted=self.status.to_delete if run.dry_run else counts.deleted,
            failed=counts.failed,
            unverified=counts.unverified,
            metadata_dropped=counts.metadata_dropped,
            excluded=found.excluded + counts.excluded,
            archived=found.archived + counts.archived,
            seconds=self.status.seconds,
        )

    @property
    def snapshot(self) -> Snapshot:
        """Where the run is."""
        status = self.status
        return Snapshot(
            label=status.state.value.capitalize().replace("_", " "),
            objects=status.ended_objects,
            total_objects=0 if status.run.dry_run else status.found.planned_objects + status.to_delete,
            size=status.counts.size,
            total_size=0 if status.run.dry_run else status.found.planned_size,
            is_total_final=status.run.jobs_planned is not None,
            looked_at=status.found.objects,
            failed=status.counts.failed,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the document that ``--json`` prints, which is the tasks API's."""
        return RunDocument.of(self.status).model_dump(mode="json")

    def to_table(self) -> Table:
        """Return the table that people see."""
        status = self.status
        run = status.run
        rows = [("State", status.state.value.replace("_", " "))]
        if run.retry_of:
            rows.append(("Takes up failures of", run.retry_of))
        if status.reason:
            rows.append(("Reason", status.reason))
        rows.append(("Started", f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC"))
        if run.real_time:
            lag = [
                ("After the change", _quantiles(status.lag.change)),
                ("After the notification", _quantiles(status.lag.notification)),
            ]
            return fact_table([*rows, *self.summary.rows(dry_run=False), *lag])
        if not run.state.is_over:
            counts = status.counts
            left = status.found.planned_objects - counts.copied - counts.current - counts.failed
            rows.append(("Still to copy", f"{max(0, left):,}"))
        rows.append(("Source bytes", format_size(status.found.size)))
        return fact_table([*rows, *self.summary.rows(dry_run=run.dry_run)])


def _quantiles(distribution: Distribution) -> str:
    """Spell a distribution of seconds, such as ``p50 0.7 s, p95 1.2 s, p99 2.1 s, max 3.3 s``."""
    summary = distribution.summary()
    if not distribution.total:
        return "nothing written yet"
    return ", ".join(f"{name} {summary[name]:.2f} s" for name in ("p50", "p95", "p99", "max"))
