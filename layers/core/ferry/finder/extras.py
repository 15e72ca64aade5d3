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

    Everything under the destination prefix is whose source would be one that is meant, whoever wrote it, as
    with other tools that mirror; but not the prefix's own "folder", nor backups of deleted replicas, nor
    manifests.

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

    def is_extra(key: str) -> bool:
        is_ours = key.startswith(folder) and mapping.covers(mapping.to_source(key))
        return is_ours and key != folder and not key.startswith(kept)

    return is_extra
