"""Which replicas without a source may be deleted."""

from collections.abc import Callable
from typing import Final

from ferry.keys import KeyMapping
from ferry.tasks.deletes import Deletes

MANIFESTS: Final = "runs/"
"""The prefix under which a run bucket keeps manifests."""


def extra_rule(
    deletes: Deletes | None, mapping: KeyMapping, *, is_run_bucket: bool = False
) -> Callable[[str], bool]:
    """Return the rule that tells by a replica's key whether it is extra when it has no source.

    Everything under the destination prefix is, whoever wrote it, as with other tools that mirror; but not the
    prefix's own "folder", nor backups of deleted replicas, nor manifests.

    Args:
        deletes: What may be deleted; None for nothing.
        mapping: Where replicas lie.
        is_run_bucket: Whether the replicas' bucket holds manifests too.
    """
    if deletes is None:
        return lambda _: False
    folder = mapping.replica_listing_prefix
    kept = ((deletes.backup_prefix,) if deletes.backup_prefix else ()) + (
        (MANIFESTS,) if is_run_bucket else ()
    )
    return lambda key: key != folder and not key.startswith(kept)
