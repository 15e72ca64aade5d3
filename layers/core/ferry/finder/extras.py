"""Which replicas without a source a run may delete."""

from collections.abc import Callable

from ferry.tasks.models import Run

RUN_PREFIX = "runs/"
"""Where a run bucket keeps manifests."""


def extra_rule(run: Run, run_bucket: str) -> Callable[[str], bool]:
    """Return the rule that tells by a replica's key whether it is extra when it has no source.

    Everything under the destination prefix is, whoever wrote it, as with other tools that mirror; but not the
    prefix's own "folder", nor backups of deleted replicas, nor manifests, should the task write to the bucket
    that holds them.
    """
    deletes = run.task.deletes
    if deletes is None:
        return lambda _: False
    folder = run.task.mapping.replica_listing_prefix
    kept = [deletes.backup_prefix] if deletes.backup_prefix else []
    if run.task.destination.bucket == run_bucket:
        kept.append(RUN_PREFIX)
    return lambda key: key != folder and not key.startswith(tuple(kept))
